"""Builds one file and its shim into a shared library, and the host programs that load them.

Knows flags, the sandbox that compilers run in, and the cache: results are kept by content (compiler, flags, file, shim,
headers) in the user's cache folder, written whole and renamed. Knows nothing of what is run.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.host.shim import NATIVE, shim
from unseq.backends.parlay.toolchain import EMBEDDED_INCLUDE, PLACED, STANDARD, RuntimeKind, Toolchain, cache_folder
from unseq.backends.process import Finished, Limits, Sandbox, job_folder, run
from unseq.backends.results import Built, Rejected
from unseq.frontend.ir.nodes import Function
from unseq.frontend.source import Language, SourceUnit

COMPILE_LIMITS = Limits(wall_s=60.0, memory=3 << 30, file_bytes=256 << 20, output_bytes=64 << 10, processes=256)
_MESSAGE_LINES = 20
_SANITIZE: dict[RuntimeKind, tuple[str, ...]] = {
    RuntimeKind.ASAN: (
        "-O1",
        "-g1",
        "-fsanitize=address,undefined,float-cast-overflow",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ),
    RuntimeKind.TSAN: ("-O1", "-g1", "-fsanitize=thread"),
    RuntimeKind.RACE: ("-O1", "-g1"),
    RuntimeKind.CUDA_RACE: ("-O1", "-g1"),
}
# A file's own names are its own, also where the C library has one like them (`step`).
_SHARED = ("-shared", "-Wl,-z,lazy", "-Wl,-Bsymbolic")
_STANDARD_C = "-std=gnu17"
_QUOTED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to build. ``parallel``: against the parallel runtime (a candidate); else as it stands (the original).

    ``flags`` come last, so they win. ``folder``: where its own ``#include "..."`` are looked up."""

    text: bytes
    c: bool
    parallel: bool
    flags: tuple[str, ...] = ()
    folder: Path | None = None


def original_source(unit: SourceUnit, flags: tuple[str, ...] = ()) -> Source:
    """The user's file, compiled as it is."""
    return Source(unit.text, unit.language is Language.C, False, flags, folder_of(unit.path))


def folder_of(path: Path) -> Path | None:
    """Where the ``#include "..."`` of a file are looked up; None where there is no such folder."""
    folder = path.resolve().parent
    return folder if folder.is_dir() else None


def build(
    toolchain: Toolchain, function: Function, source: Source, kind: RuntimeKind, scratch: Path
) -> Built | Rejected:
    """A library in which the host finds ``function``; the compiler's message when there can be none.

    A file with headers of its own is not cached: its library goes into the folder ``scratch``."""
    made = build_shim(toolchain, source, kind, shim(function, _name(source), source.c), scratch)
    if isinstance(made, Rejected) and not source.c and "overloaded function" in made.message:
        made = build_shim(toolchain, source, kind, shim(function, _name(source), source.c, exact=True), scratch)
    return made


def _name(source: Source) -> str:
    return ("candidate" if source.parallel else "original") + (".c" if source.c else ".cpp")


def build_shim(
    toolchain: Toolchain,
    source: Source,
    kind: RuntimeKind,
    shim_text: str,
    scratch: Path,
    files: Mapping[str, bytes] | None = None,
) -> Built | Rejected:
    """A library of a shim and what it includes: the source, or ``files`` that are built as it is."""
    started = time.monotonic()
    files = {_name(source): source.text} if files is None else files
    compiler, compile_flags, link_flags = _flags(toolchain, source, kind)
    key = _key(toolchain, kind, (*compiler, *compile_flags, *_SHARED, *link_flags), source, shim_text, files)
    cacheable = not any(_QUOTED.search(text) for text in files.values())
    kept = (cache_folder() / "libraries" if cacheable else scratch) / f"{key}.so"
    if cacheable and kept.is_file():
        return Built(kept, kind.value, time.monotonic() - started, True)
    with job_folder("unseq-build-") as job:
        for name, text in files.items():
            (job / name).parent.mkdir(exist_ok=True)
            (job / name).write_bytes(text)
        name = _name(source)
        (job / ("shim" + Path(name).suffix)).write_text(shim_text, encoding="utf-8")
        library = job / "function.so"
        local = () if source.folder is None else ("-iquote", str(source.folder))
        link = [*_SHARED, "-o", library.name, *link_flags]
        command = [*compiler, *compile_flags, *local, "shim" + Path(name).suffix]
        if kind.instrumented:
            # Instrumented as for ThreadSanitizer, but our own runtime is to answer the instrumentation.
            done = _compile(toolchain, kind, [*command, "-c", "-o", "shim.o"], job, source.folder)
            if done.ok:
                done = _compile(toolchain, kind, [*compiler, "shim.o", *_link_flags(source), *link], job, source.folder)
        else:
            done = _compile(toolchain, kind, [*command, *link], job, source.folder)
        if not done.ok or not library.is_file():
            return Rejected(_message(done), kind.value, done.timed_out)
        for notes in job.glob("*.gcno"):  # what gcov needs beside the counts
            _keep(notes, kept.with_suffix(".gcno"))
        _keep(library, kept)
    return Built(kept, kind.value, time.monotonic() - started, False)


def preprocessed(toolchain: Toolchain, source: Source, kind: RuntimeKind) -> bytes | None:
    """The lines of the file itself as a build of this kind compiles them, what it includes left out; None where the
    preprocessor fails."""
    compiler, compile_flags, _ = _flags(toolchain, source, kind)
    with job_folder("unseq-build-") as job:
        name = _name(source)
        (job / name).write_bytes(source.text)
        local = () if source.folder is None else ("-iquote", str(source.folder))
        command = [*compiler, *compile_flags, *local, "-E", name, "-o", "text"]
        done = _compile(toolchain, kind, command, job, source.folder)
        if not done.ok:
            return None
        own, kept = False, []
        for line in (job / "text").read_bytes().splitlines():
            if line.startswith(b"# "):
                own = line.split(b" ", 3)[2].strip(b'"') == name.encode()
            elif own and line.strip():
                kept.append(line)
        return b"\n".join(kept)


def _flags(
    toolchain: Toolchain, source: Source, kind: RuntimeKind
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Compiler and language, flags to compile, flags to link."""
    # A shared library lets others replace its functions, which forbids to inline them; a program does not.
    quiet = ("-w", "-fmax-errors=5", "-fdiagnostics-color=never", "-fno-semantic-interposition", f"-I{NATIVE}")
    if source.parallel:
        flags, libraries = toolchain.cflags(kind), toolchain.libs(kind)
        if source.c:
            flags = tuple(_STANDARD_C if flag == STANDARD else flag for flag in flags)
    else:
        placed = PLACED if kind is RuntimeKind.PLAIN else ()
        standard = _STANDARD_C if source.c else "-std=gnu++20"
        flags = (standard, "-fPIC", "-pthread", "-O2", *placed, *_SANITIZE.get(kind, ()))
        libraries = (*(flag for flag in flags if flag.startswith("-fsanitize")), "-lm")
    if "clang" in toolchain.compiler.name:
        quiet = ("-w", "-ferror-limit=5", "-fno-color-diagnostics", "-fno-semantic-interposition", f"-I{NATIVE}")
    return (str(toolchain.compiler),), (*flags, *quiet, "-x", "c" if source.c else "c++", *source.flags), (
        "-x",
        "none",
        *libraries,
    )


def _link_flags(source: Source) -> tuple[str, ...]:
    return tuple(flag for flag in source.flags if flag.startswith("-Wl,"))


def _compile(
    toolchain: Toolchain, kind: RuntimeKind, command: list[str], job: Path, folder: Path | None
) -> Finished:
    """The compiler in a sandbox: it reads headers, its own files and nothing else."""
    readable = [NATIVE, *toolchain.include_folders(kind), cache_folder(), toolchain.tbb_include, toolchain.tbb_library]
    readable += [] if folder is None else [folder]
    outside = [path for path in (toolchain.compiler, toolchain.compiler.resolve()) if not path.is_relative_to("/usr")]
    readable += [path.parent.parent for path in outside]
    places = tuple(dict.fromkeys(path for path in readable if path.is_dir()))
    return run(
        command, limits=COMPILE_LIMITS, sandbox=Sandbox(places, (job,), drop_user=False), environment={"TMPDIR": "/tmp"}
    )


def _message(done: Finished) -> str:
    if done.timed_out or done.over_memory:
        return f"the compiler was stopped: {'more than 60 s' if done.timed_out else 'too much memory'}"
    text = done.errors or f"the compiler ended with status {done.status}"
    return "\n".join(text.splitlines()[:_MESSAGE_LINES])


def _keep(library: Path, kept: Path) -> None:
    """Moves a library to its place, whole."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=kept.parent, prefix=".new-")
    os.close(descriptor)
    shutil.copyfile(library, name)
    Path(name).chmod(0o755)
    os.replace(name, kept)


def _key(
    toolchain: Toolchain,
    kind: RuntimeKind,
    flags: tuple[str, ...],
    source: Source,
    shim_text: str,
    files: Mapping[str, bytes],
) -> str:
    digest = hashlib.sha256()
    for word in (str(toolchain.compiler.resolve()), toolchain.compiler_version, *flags, shim_text):
        digest.update(word.encode() + b"\0")
    for text in files.values():
        digest.update(len(text).to_bytes(8, "little") + text)
    digest.update(_headers_key(toolchain.include_folders(kind) if source.parallel else ()))
    return digest.hexdigest()[:32]


@functools.cache
def _headers_key(folders: tuple[Path, ...]) -> bytes:
    """The content of our own headers, and of those in some folders."""
    digest = hashlib.sha256()
    for root in (NATIVE, *folders):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.digest()


# ---- host programs -----------------------------------------------------------------------------------


def host_program(toolchain: Toolchain, kind: RuntimeKind, parallel: bool) -> Path:
    """The host for libraries of a kind, with or without the parallel runtime; built once and kept.

    Raises RuntimeError when it cannot be built, which is our fault or the compiler's, never a candidate's."""
    flags = [*(_SANITIZE.get(kind) or ("-O2",)), "-std=c++20", "-pthread"]
    libraries = list(toolchain.libs(kind)) if parallel else [f for f in flags if f.startswith("-fsanitize")]
    command = [str(toolchain.compiler), *flags, f"-I{NATIVE}", f"-I{EMBEDDED_INCLUDE}", str(NATIVE / "host.cpp")]
    command += ["-rdynamic", "-Wl,--no-as-needed", *libraries, "-ldl"]
    words = "\0".join([toolchain.compiler_version, *command])
    digest = hashlib.sha256(words.encode() + _headers_key((EMBEDDED_INCLUDE,)))
    kept = cache_folder() / "hosts" / f"{kind.value}-{digest.hexdigest()[:24]}"
    with _HOSTS:
        return kept if kept.is_file() else _build_host(toolchain, command, kept)


_HOSTS = threading.Lock()


def _build_host(toolchain: Toolchain, command: list[str], kept: Path) -> Path:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=kept.parent) as folder:
        program = Path(folder) / "host"
        done = run([*command, "-o", str(program)], limits=COMPILE_LIMITS)
        if not done.ok:
            raise RuntimeError(f"the host program does not build ({toolchain.compiler_version}): {_message(done)}")
        program.chmod(0o755)
        os.replace(program, kept)
    return kept
