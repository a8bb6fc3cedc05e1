"""Several candidates for one function built into one library, which reads the headers and the shim's types once.

Each file stands in a namespace of its own; a variable of the environment says which one is called. Knows which files
can be put together without another meaning, by their text, and sees in the library whether one of them does anything
before it is called. What does not fit is built alone (`build`); so is what is timed, for it must be what is delivered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from unseq.backends.host.build import Source, build_shim
from unseq.backends.host.shim import RENAMED_MAIN, cpp_entry
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Limits, run
from unseq.backends.results import Built, Rejected
from unseq.frontend.ir.nodes import Function

CHOSEN = "UNSEQ_CANDIDATE"  # of the environment
_SCOPE = "unseq_candidate_"
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>)[ \t]*$", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)(.*)$", re.MULTILINE)
_GUARD = re.compile(
    r"^[ \t]*#[ \t]*ifndef[ \t]+(\w+)[ \t]*\n[ \t]*#[ \t]*define[ \t]+\1\b.*\n[ \t]*#[ \t]*endif", re.MULTILINE
)
_OUTSIDE = re.compile(r"\b(?:namespace|extern|thread\w*|async|omp\w*|tbb|asm|__asm__)\b")
_C_LINKAGE = re.compile(r'\bextern\s*"C"[^;{}()]*?(\w+)\s*\([^;{}]*\)\s*\{')
_MARK = re.compile(rf"{_SCOPE}(\d+)_(?:::)?")


def fits(function: Function, source: Source) -> bool:
    """Whether a candidate means the same inside a namespace behind the headers that it begins with."""
    text = source.text.decode("utf-8", "replace").replace("\\\n", " ")
    code = _COMMENT.sub(" ", text)
    if source.c or function.template or not function.name.isidentifier() or "R\"" in code:
        return False
    last = [match.end() for match in _INCLUDE.finditer(code)][-1:]
    head, rest = (code[: last[0]], code[last[0] :]) if last else ("", code)
    if _INCLUDE.sub("", head).strip():  # something comes before a header
        return False
    rest = _C_LINKAGE.sub("{", re.sub(r"\busing\s+namespace\b", "", rest))
    rest = _GUARD.sub(lambda guard: f"\n#define {guard.group(1)}", rest)
    directives = {name for name, _ in _DIRECTIVE.findall(rest)}
    return directives <= {"define"} and not _OUTSIDE.search(rest) and _SCOPE not in code


def includes_of(source: Source) -> tuple[str, ...]:
    """The headers that a file includes, in order."""
    return tuple(_INCLUDE.findall(_COMMENT.sub(" ", source.text.decode("utf-8", "replace"))))


def build_together(
    toolchain: Toolchain, function: Function, sources: Sequence[Source], kind: RuntimeKind, scratch: Path
) -> Built | Rejected:
    """A library of sources that fit, with the same headers, flags and folder. Rejected where one of them does not
    compile, or does something when the library is loaded, which would concern the others."""
    files = {f"{k}/candidate.cpp": source.text for k, source in enumerate(sources)}
    texts = [_COMMENT.sub(" ", source.text.decode("utf-8", "replace")) for source in sources]
    text = _shim(function, includes_of(sources[0]), texts)
    made = build_shim(toolchain, sources[0], kind, text, scratch, files)
    if isinstance(made, Built) and _starts_by_itself(made.library):
        return Rejected("one of the files runs something when it is loaded", kind.value, False)
    return made


def _shim(function: Function, includes: Sequence[str], texts: Sequence[str]) -> str:
    """The shim of files with these texts, each in a folder named by its number. Functions with C linkage, which know
    no namespaces, get names of their own."""
    lines = [f"#define main {RENAMED_MAIN}", *(f"#include {name}" for name in includes)]
    for k, text in enumerate(texts):
        macros = dict.fromkeys(_DEFINE.findall(text))
        renamed = dict.fromkeys((function.name, *_C_LINKAGE.findall(text)))
        lines += [f'#pragma push_macro("{name}")' for name in macros]
        lines += [f"#define {name} {_scope(k)}{name}" for name in renamed]
        lines += [f"namespace {_scope(k)} {{", f'#include "{k}/candidate.cpp"', "}"]
        lines += [f"#undef {name}" for name in renamed]
        lines += [f'#pragma pop_macro("{name}")' for name in macros]
    lines.append("#undef main")
    for k in range(len(texts)):
        callee = f"&::{_scope(k)}::{_scope(k)}{function.name}"
        lines.append(cpp_entry(function, f"::{_scope(k)}::", callee, f"{_scope(k)}call"))
    cases = " ".join(f"case {k}: return {_scope(k)}call(io);" for k in range(len(texts)))
    lines += [
        "#include <cstdlib>",
        'extern "C" void unseq_shim_call(unseq_io *io) {',
        f'  static const char *const chosen = std::getenv("{CHOSEN}");',
        f"  switch (chosen == nullptr ? -1 : std::atoi(chosen)) {{ {cases} }}",
        "  __builtin_trap();",
        "}",
        "",
    ]
    return "\n".join(lines)


def _scope(number: int) -> str:
    return f"{_SCOPE}{number}_"


def _starts_by_itself(library: Path) -> bool:
    """Whether a library has initialisers of variables; true where that is unknown."""
    done = run(["nm", "--defined-only", str(library)], limits=Limits(output_bytes=32 << 20))
    return not done.ok or b" _GLOBAL__sub_I_" in done.stdout


def of_one(symbol: str, number: int | None) -> bool:
    """Whether a mangled name belongs to candidate ``number`` or to none of them."""
    marks = _MARK.findall(symbol)
    return not marks or str(number) in marks


def as_written(text: str) -> str:
    """Names as the candidate spells them."""
    return _MARK.sub("", text)
