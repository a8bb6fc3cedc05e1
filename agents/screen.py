"""What a candidate may not contain, whatever it computes: ways to influence its own judgement.

Two looks, both before it runs: at its text (macros that redefine the language or the harness, assembly, constructors)
and at the symbols that its library takes from elsewhere or puts in the place of others' (ending the process, files,
network, processes, memory maps, clocks, the counters of the runtime). What the original does as well is allowed: a
translation does not have to be better behaved. A screen is no proof; the sandbox, the nonce and the comparison stand
behind it.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from unseq.backends.host.together import as_written
from unseq.backends.process import Limits, run

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_KEYWORDS = "|".join(
    (
        *("if", "else", "for", "while", "do", "return", "switch", "case", "break", "continue", "goto", "try", "catch"),
        *("int", "long", "short", "char", "float", "double", "bool", "void", "signed", "unsigned", "auto", "size_t"),
        *("const", "volatile", "static", "extern", "inline", "constexpr", "struct", "class", "union", "enum", "this"),
        *("template", "typename", "namespace", "using", "sizeof", "decltype", "true", "false", "new", "delete"),
        *("throw", "operator", "public", "private", "protected", "main", "std", "parlay"),
    )
)
_TEXT_RULES: tuple[tuple[str, str], ...] = (
    (rf"#\s*(?:define|undef)\s+(?:{_KEYWORDS})\b", "redefines a word of the language"),
    (
        r"#\s*(?:define|undef)\s+(?:unseq_\w*|UNSEQ_(?:SITE|RUNTIME|RACE|PLAIN|WORKSPAN|OBJECT|IO|MARSHAL)\w*|parlay_\w*|PARLAY_\w*|_GLIBCXX\w*)",
        "redefines the harness",
    ),
    (r"\b(?:asm|__asm|__asm__)\b", "contains assembly"),
    (
        r"__attribute__\s*\(\(.*\b(?:constructor|destructor|ifunc|alias|weakref|section)\b",
        "runs outside of its function",
    ),
    (r"\bunseq_shim_call\b|\bunseq_write_counts\b|\bunseq_marshal\b|\bunseq_io\b", "names the harness"),
    (r"\bunseq_(?:stats|race)_\w+", "names the runtime's counters"),
    (r"\bnamespace\s+parlay\b(?!\s*=)", "adds to the library's namespace"),
    (r"#\s*include\s*[<\"](?:/|[^\n>\"]*\.\./)", "includes a file by a path outside of the include folders"),
    (
        r"#\s*include\s*<(?:sys/(?:ptrace|mman|syscall|socket|prctl|wait)|dlfcn|link|execinfo)\.h>",
        "includes system interfaces that no computation needs",
    ),
)


def screen_text(candidate: str, original: str) -> str:
    """What is wrong with the text of a candidate; empty if nothing is."""
    code, known = _COMMENTS.sub(" ", candidate), _COMMENTS.sub(" ", original)
    code, known = code.replace("\\\n", " "), known.replace("\\\n", " ")
    for pattern, words in _TEXT_RULES:
        allowed = {match.group(0) for match in re.finditer(pattern, known)}
        for match in re.finditer(pattern, code):
            if match.group(0) not in allowed:
                return f"it {words}: {' '.join(match.group(0).split())}"
    return ""


_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (r"_?_?exit|_Exit|quick_exit|exit_group|(?:_|__|sig)?longjmp(?:_chk)?", "end the process or the call"),
    (
        r"v?fork|clone3?|exec[vl]\w*|f?execve|posix_spawnp?|system|popen|wait(?:pid|id|3|4)?|kill|raise|tgkill|killpg",
        "start or end processes",
    ),
    (
        r"open(?:at)?(?:64)?|creat(?:64)?|f(?:re|d)?open(?:64)?|unlink(?:at)?|remove|rename|mkdir|opendir|memfd_create|"
        r"p?(?:read|write)(?:v|64)?|sendfile(?:64)?|splice|dup[23]?|fcntl(?:64)?|ioctl|lseek(?:64)?|"
        r"ftruncate(?:64)?|pipe2?|_ZNSt1[34]basic_(?:filebuf|[io]?fstream)\w+",
        "open or use files",
    ),
    (
        r"socket(?:pair)?|connect|bind|listen|accept4?|send(?:to|msg)?|recv(?:from|msg)?|getaddrinfo",
        "use the network",
    ),
    (r"dlm?open|dlv?sym|dladdr1?|dl_iterate_phdr|backtrace\w*|_Unwind_Backtrace", "look into the process"),
    (
        r"mmap(?:64)?|munmap|mremap|mprotect|madvise|shm_open|ptrace|process_vm_\w+|prctl|syscall|personality",
        "change memory maps or call the kernel directly",
    ),
    (r"signal|sigaction|sigprocmask|pthread_sigmask|setitimer|timer_\w+|u?alarm", "handle signals or timers"),
    (
        r"clock_(?:get|set)time|[gs]ettimeofday|time|clock|times|getrusage|_ZNSt6chrono\w+now\w*",
        "read the clock",
    ),
    (
        r"setrlimit(?:64)?|setpriority|nice|sched_set\w+|pthread_setaffinity_np|pthread_setschedparam",
        "change its priority",
    ),
    (r"(?:secure_)?getenv|environ|__environ|putenv|setenv|gethostname|uname", "look at the environment"),
    (r"unseq_(?:stats|race)_\w+", "change the runtime's counters"),
    (r"__[atlu]b?san_\w+", "notice a sanitizer"),
)
# What upstream ParlayLib's own scheduler, which is compiled into the candidate, imports.
_OF_UPSTREAM = ("look at the environment", "read the clock", "change memory maps or call the kernel directly")
_FORBIDDEN_COMPILED = tuple((re.compile(pattern), words) for pattern, words in _FORBIDDEN)


_THREADS = re.compile(r"pthread_create|_ZNSt6thread\w*|_ZNSt13__future_base\w*|GOMP_\w+|omp_\w+|_ZN3tbb\w*")


def imported(library: Path) -> frozenset[str]:
    """The symbols that a library takes from elsewhere; empty without nm."""
    return _symbols(library, "--undefined-only")


def exported(library: Path) -> frozenset[str]:
    """The symbols that a library offers; empty without nm."""
    return _symbols(library, "--defined-only")


def starts_threads(candidate: Path, original: Path) -> bool:
    """Whether a candidate, other than the original, may start threads by itself."""
    return any(_THREADS.fullmatch(symbol) for symbol in imported(candidate) - imported(original))


@functools.cache
def _symbols(library: Path, which: str) -> frozenset[str]:
    if shutil.which("nm") is None:
        return frozenset()
    done = run(["nm", "-D", which, str(library)], limits=Limits(output_bytes=8 << 20))
    words = (line.split()[-1] for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip())
    return frozenset(word.split("@")[0] for word in words)


def screen_imports(candidate: Iterable[str], original: Iterable[str], upstream: bool) -> str:
    """What is wrong with the symbols that a candidate imports beyond those of the original; empty if nothing is."""
    for symbol in sorted(set(candidate) - set(original)):
        for pattern, words in _FORBIDDEN_COMPILED:
            if pattern.fullmatch(symbol) and not (upstream and words in _OF_UPSTREAM):
                return f"it calls {symbol}, which serves to {words}; the original does not"
    return ""


_MEMORY = r"malloc|calloc|realloc|free|aligned_alloc|posix_memalign|mem(?:cpy|move|set|cmp)|_Zn[wa]m|_Zd[la]Pv"
_REPLACEABLE = (*(pattern for pattern, _ in _FORBIDDEN_COMPILED), re.compile(_MEMORY), re.compile(r"__[atlu]b?san_\w+"))


def screen_exports(candidate: Iterable[str], original: Iterable[str]) -> str:
    """What is wrong with the symbols that a candidate defines beyond those of the original; empty if nothing is."""
    for symbol in sorted(set(candidate) - set(original)):
        if any(pattern.fullmatch(symbol) for pattern in _REPLACEABLE):
            return f"it defines {symbol}, which belongs to the system"
    return ""


def screen_library(candidate: Path, original: Path, upstream: bool, exits: bool = False) -> str:
    """What is wrong with the symbols of a built candidate; ``upstream``: it holds upstream ParlayLib's scheduler;
    ``exits``: it may call ``exit`` where something fails (to do so in a call is found when it happens)."""
    known = imported(original) | ({"exit"} if exits else frozenset())
    reason = screen_imports(imported(candidate), known, upstream)
    return reason or screen_exports(exported(candidate), exported(original))


_CONDITION = re.compile(r"^[ \t]*#[ \t]*(?:el)?if(?:n?def)?\b.*", re.MULTILINE)
_GUARD = re.compile(r"#[ \t]*ifndef[ \t]+(\w+)[ \t]*\n[ \t]*#[ \t]*define[ \t]+\1\b")


def has_conditions(candidate: str, original: str) -> bool:
    """Whether macros decide what of it is compiled, beyond those of the original and guards around definitions."""
    code = _GUARD.sub("", _COMMENTS.sub(" ", candidate).replace("\\\n", " "))
    known = {" ".join(line.split()) for line in _CONDITION.findall(_COMMENTS.sub(" ", original))}
    return any(" ".join(line.split()) not in known for line in _CONDITION.findall(code))


@functools.cache
def fork_sites(library: Path) -> Mapping[int, str]:
    """Address and mangled name of each fork site that is compiled into a library (see ``unseq/runtime.h``)."""
    if shutil.which("nm") is None:
        return {}
    done = run(["nm", "--defined-only", str(library)], limits=Limits(output_bytes=32 << 20))
    found = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        words = line.split()
        if len(words) == 3 and "unseq_site_" in words[2]:
            found[int(words[0], 16)] = words[2]
    return found


_SITE = re.compile(r"unseq_site_[a-z]+I(.*)EEvPv[mv]*")
_OF_LIBRARY = re.compile(r"Z+N?(?:S\d*_|6parlay|6__pstl)")
_OF_OTHERS = re.compile(r"Z(?!Z*N?(?:S\d*_|6parlay|6__pstl))")  # something in a function that is not the library's
_LAMBDA = re.compile(r"EU[lt]")
_ALGORITHM = re.compile(r"\bstd::(\w+)<__pstl::execution")


def unreached(sites: Iterable[str], forked: Iterable[str]) -> tuple[str, ...]:
    """The fork sites, readable, that some input still has to execute with two children.

    Every site of the candidate's own; of a primitive of the library that is given a function of the candidate's at
    least one, for its other sites may belong to sizes or runtimes that this one does not have; of the rest none."""
    done = set(forked)
    reached = {_primitive(symbol) for symbol in done}
    missing = []
    for symbol in sorted(set(sites) - done):
        primitive = _primitive(symbol)
        given_function = _LAMBDA.search(primitive) is not None and _OF_OTHERS.search(primitive) is not None
        if done and _OF_LIBRARY.match(_body(symbol)) and (not given_function or primitive in reached):
            continue
        missing.append(symbol)
    return _readable(missing)


def _body(symbol: str) -> str:
    """The mangled type of the loop body that a site runs."""
    found = _SITE.search(symbol)
    return found.group(1) if found else symbol


def _primitive(symbol: str) -> str:
    """The mangled function in which a site's loop body stands."""
    body = _body(symbol)
    last = [match.start() for match in _LAMBDA.finditer(body)]
    return body[: last[-1]] if last else body


def _readable(symbols: Iterable[str]) -> tuple[str, ...]:
    """Symbols as C++ spells the body that they run; the mangled name where c++filt does not know it."""
    names = sorted(symbols)
    if not names or shutil.which("c++filt") is None:
        return tuple(names)
    done = run(["c++filt"], limits=Limits(), stdin="\n".join(names).encode())
    found = []
    for line in as_written(done.stdout.decode("utf-8", "replace")).splitlines():
        inside = re.search(r"unseq_site_\w+<(.*)>\(void\*", line)
        algorithm = _ALGORITHM.search(line)
        found.append(f"std::{algorithm.group(1)}" if algorithm else inside.group(1) if inside else line)
    return tuple(found)
