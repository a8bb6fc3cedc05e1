"""The native toolchain: a C++ compiler, oneTBB, and our precompiled runtimes.

Knows where the compiler and oneTBB are, which flags compile and link emitted code for each kind of
run, and how the runtimes are built once and kept in the user's cache folder. Does not know what is
compiled, nor run any of it: that is `build` and the judge.
"""

from __future__ import annotations

import enum
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from unseq.backends.process import Finished, Limits, run

NATIVE = Path(__file__).resolve().parent / "native"
EMBEDDED_INCLUDE = NATIVE / "include"
_CUDA = NATIVE.parents[1] / "cuda" / "native"
LIBRARY_NAME = "libunseq_parlay.so"
STANDARD = "-std=c++20"

# Besides `cflags`, for code that was written for upstream's headers and relies on what those include.
AS_UPSTREAM = ("-include", "unseq/as_upstream.h")

_BUILD_SECONDS = 180.0


class ToolMissing(Exception):
    """A tool that we cannot do without is not installed; the message says what, and how to get it."""


class RuntimeKind(enum.Enum):
    """How emitted code is run. PLAIN, ASAN and TSAN use real threads; RACE runs serially and finds every race; WORKSPAN
    runs what was built for PLAIN serially and measures its strands. CUDA runs kernels on the CPU, and CUDA_RACE finds
    their races and misuse of memory too."""

    PLAIN = "plain"
    ASAN = "asan"
    TSAN = "tsan"
    RACE = "race"
    WORKSPAN = "workspan"
    CUDA = "cuda"
    CUDA_RACE = "cuda-race"

    @property
    def instrumented(self) -> bool:
        """Whether code is compiled as for ThreadSanitizer, and our own runtime answers the instrumentation."""
        return self in {RuntimeKind.RACE, RuntimeKind.CUDA_RACE}

    @property
    def cuda(self) -> bool:
        """Whether it runs kernels."""
        return self in {RuntimeKind.CUDA, RuntimeKind.CUDA_RACE}


# What a compiler would expand in place or the C++ library has compiled already, so that the detector sees it.
_WATCHED = (
    *(f"-fno-builtin-{name}" for name in ("memcpy", "memset", "memmove", "strcpy")),
    *("-include", "unseq/watched.h", "-D_GLIBCXX_EXTERN_TEMPLATE=0"),
)

# Compile only: our own runtime supplies the __tsan_* functions, so this must not reach the linker.
# Of version 5 addr2line reads the file of a function that another file includes wrongly.
_INSTRUMENTED = ("-O1", "-gdwarf-4", "-fsanitize=thread", "-fno-plt", *_WATCHED)

# Where a loop happens to lie can change its speed by a factor of two. Nobody's loops should be lucky in a comparison.
PLACED = ("-falign-functions=64", "-falign-loops=32")

# What a candidate is compiled with, besides the standard and the include folders. A later -O wins.
_CANDIDATE_FLAGS: dict[RuntimeKind, tuple[str, ...]] = {
    RuntimeKind.PLAIN: ("-O2", *PLACED),
    RuntimeKind.ASAN: (
        "-O1",
        "-g1",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=undefined",
        "-fno-omit-frame-pointer",
    ),
    RuntimeKind.TSAN: ("-O1", "-g1", "-fsanitize=thread"),
    RuntimeKind.RACE: _INSTRUMENTED,
    RuntimeKind.WORKSPAN: ("-O2", *PLACED),
    RuntimeKind.CUDA: ("-O2", "-g1", *PLACED),
    RuntimeKind.CUDA_RACE: (*_INSTRUMENTED, "-DUNSEQ_CUDA_RACE=1"),
}

# The detector has no use for a call at every function's entry and exit.
_NO_ENTRY_CALLS = {
    "gcc": ("--param=tsan-instrument-func-entry-exit=0",),
    "clang": ("-mllvm", "-tsan-instrument-func-entry-exit=0"),
}

_LINK_FLAGS: dict[RuntimeKind, tuple[str, ...]] = {
    RuntimeKind.ASAN: ("-fsanitize=address,undefined",),
    RuntimeKind.TSAN: ("-fsanitize=thread",),
}


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A C++ compiler and oneTBB, as found by `find_toolchain`.

    `parlaylib` is a checkout of upstream ParlayLib to compile against instead of the embedded headers.
    """

    compiler: Path
    compiler_version: str
    tbb_include: Path
    tbb_library: Path
    parlaylib: Path | None = None

    def cflags(self, kind: RuntimeKind) -> tuple[str, ...]:
        """Flags for the compile step of one translation unit."""
        flags = (STANDARD, "-fPIC", "-pthread", *self._include_flags(kind), *_CANDIDATE_FLAGS[kind])
        return (*flags, *_NO_ENTRY_CALLS[self.family]) if kind.instrumented else flags

    @property
    def family(self) -> str:
        """Whose command line the compiler has: "gcc" or "clang"."""
        return "clang" if "clang" in self.compiler_version else "gcc"

    def libs(self, kind: RuntimeKind) -> tuple[str, ...]:
        """Flags for the link step, of a shared library or a program; builds the runtime on first use."""
        if self._upstream(kind):
            return ("-pthread", *_LINK_FLAGS.get(kind, ()))
        folder = self.runtime(kind).parent
        return (
            "-pthread",
            *_LINK_FLAGS.get(kind, ()),
            f"-L{folder}",
            "-Wl,--push-state,--no-as-needed",
            f"-l:{LIBRARY_NAME}",
            "-Wl,--pop-state",
            f"-Wl,--enable-new-dtags,-rpath,{folder}",
        )

    def has(self, kind: RuntimeKind) -> bool:
        """Whether there is a runtime of this kind."""
        return kind in _RECIPES

    def runtime(self, kind: RuntimeKind) -> Path:
        """The shared library that implements `unseq/runtime.h`; built and cached on first use."""
        return _cached_runtime(self, kind)

    def runtime_files(self, kind: RuntimeKind) -> tuple[Path, ...]:
        """Every shared library that must lie beside a host program in a sandbox, the runtime first."""
        if self._upstream(kind):
            return ()
        runtime = self.runtime(kind)
        return (runtime, *sorted(path for path in runtime.parent.glob("lib*.so*") if path != runtime))

    def _upstream(self, kind: RuntimeKind) -> bool:
        return self.parlaylib is not None and kind is not RuntimeKind.RACE and not kind.cuda

    def _include_flags(self, kind: RuntimeKind) -> tuple[str, ...]:
        return tuple(f"-I{folder}" for folder in self.include_folders(kind))

    def include_folders(self, kind: RuntimeKind) -> tuple[Path, ...]:
        """Where the headers of a kind lie, the first to be looked at first."""
        if kind.cuda:
            return (_CUDA / "include", EMBEDDED_INCLUDE)
        if self._upstream(kind) and self.parlaylib is not None:
            return (self.parlaylib / "include", EMBEDDED_INCLUDE)
        return (EMBEDDED_INCLUDE,)


def find_toolchain(parlaylib: Path | None = None) -> Toolchain:
    """Finds the compiler ($CXX, else g++ or clang++ on the PATH) and oneTBB (PyPI, else the system's).

    Raises ToolMissing, with the remedy, when either is not there or `parlaylib` is no checkout of ParlayLib.
    """
    if parlaylib is not None and not (parlaylib / "include" / "parlay" / "primitives.h").is_file():
        raise ToolMissing(f"no ParlayLib in {parlaylib}: {parlaylib}/include/parlay/primitives.h is missing")
    compiler = _find_compiler()
    include, library = _find_tbb(compiler)
    return Toolchain(compiler, _version(compiler), include, library, parlaylib)


def _find_compiler() -> Path:
    wanted = os.environ.get("CXX")
    for name in (wanted,) if wanted else ("g++", "clang++"):
        found = shutil.which(name)
        if found:
            return Path(found)
    if wanted:
        raise ToolMissing(f"the C++ compiler named by CXX, {wanted!r}, is not there; unset CXX or install it")
    raise ToolMissing("no C++ compiler: install g++ (Debian, Ubuntu: apt-get install g++) or set CXX")


def _version(compiler: Path) -> str:
    result = _run((str(compiler), "--version"), seconds=20.0)
    if not result.ok or not result.stdout.strip():
        raise ToolMissing(f"{compiler} --version failed: {result.errors.strip() or 'no output'}")
    return result.stdout.decode("utf-8", "replace").splitlines()[0].strip()


def _find_tbb(compiler: Path) -> tuple[Path, Path]:
    include = _distribution_file("tbb-devel", "include/oneapi/tbb/version.h")
    library = _distribution_file("tbb", "/libtbb.so.12")
    if include is not None and library is not None:
        return include.parents[2], library.parent
    for prefix in (Path(sys.prefix), Path("/usr"), Path("/usr/local")):
        if (prefix / "include" / "oneapi" / "tbb" / "version.h").is_file():
            own = prefix / "lib" / "libtbb.so.12"
            if own.exists():
                return prefix / "include", own.parent
            found = Path(_answer(compiler, "-print-file-name=libtbb.so.12"))
            if found.is_absolute() and found.exists():
                return prefix / "include", found.parent
    raise ToolMissing("oneTBB is not installed: pip install tbb tbb-devel (Debian, Ubuntu: libtbb-dev)")


def _answer(compiler: Path, question: str) -> str:
    return _run((str(compiler), question), seconds=20.0).stdout.decode("utf-8", "replace").strip()


def _distribution_file(name: str, ending: str) -> Path | None:
    """The installed file of a Python distribution whose path ends so, or None."""
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if ("/" + str(file)).endswith(ending):
            path = Path(os.path.abspath(str(file.locate())))
            if path.exists():
                return path
    return None


def _run(command: tuple[str, ...], seconds: float) -> Finished:
    """Runs a trusted tool; its messages come in English, so that they can be compared."""
    finished = run(command, limits=Limits(wall_s=seconds), environment={**os.environ, "LC_ALL": "C"})
    if finished.timed_out:
        raise ToolMissing(f"{command[0]} did not answer within {seconds:.0f} s")
    return finished


# ---- the cache of runtimes ---------------------------------------------------------------------------


def cache_folder() -> Path:
    """Where built runtimes are kept: $UNSEQ_CACHE, else the user's cache folder."""
    override = os.environ.get("UNSEQ_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("unseq", appauthor=False))


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What one runtime is made of. ASAN and TSAN share one: real threads, memory that a sanitizer can watch."""

    name: str
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    uses_tbb: bool


_THREADED = (
    "runtime/threads.cpp",
    "runtime/memory.cpp",
    "runtime/sort.cpp",
    "runtime/stats.cpp",
    "runtime/errors.cpp",
)
_DETECTOR = (
    "runtime/race/detector.cpp",
    "runtime/race/fork.cpp",
    "runtime/race/hooks.cpp",
    "runtime/race/interpose.cpp",
    "runtime/race/objects.cpp",
    "runtime/race/openmp_api.cpp",
    "runtime/race/order.cpp",
    "runtime/race/shadow.cpp",
    "runtime/race/spin.cpp",
    "runtime/race/tasks.cpp",
    "runtime/race/team.cpp",
    "runtime/race/worksharing.cpp",
    "runtime/sort.cpp",
    "runtime/stats.cpp",
    "runtime/errors.cpp",
)
_MEASURED = (
    "runtime/workspan/fork.cpp",
    "runtime/memory.cpp",
    "runtime/sort.cpp",
    "runtime/stats.cpp",
    "runtime/errors.cpp",
)
_KERNELS = tuple(f"../../cuda/native/runtime/{name}.cpp" for name in ("findings", "launch", "threads"))
_CUDA_FLAGS = ("-std=c++20", f"-I{_CUDA / 'include'}", f"-I{_CUDA / 'runtime'}", f"-I{NATIVE / 'runtime'}")
_COMMON_FLAGS = ("-std=c++17", "-O2", "-g1", "-fPIC", "-pthread", "-fvisibility=hidden", "-Wall", "-Wextra")
_WITHOUT_LIBRARY = ("-fno-builtin", "-fno-threadsafe-statics")
_SANITIZED = _Recipe("watched", _THREADED, ("-DUNSEQ_SANITIZED=1",), True)
_RECIPES: dict[RuntimeKind, _Recipe] = {
    RuntimeKind.PLAIN: _Recipe("threads", _THREADED, (), True),
    RuntimeKind.ASAN: _SANITIZED,
    RuntimeKind.TSAN: _SANITIZED,
    RuntimeKind.RACE: _Recipe("race", _DETECTOR, _WITHOUT_LIBRARY, False),
    RuntimeKind.WORKSPAN: _Recipe("workspan", _MEASURED, (), False),
    RuntimeKind.CUDA: _Recipe(
        "cuda", (*_KERNELS, "../../cuda/native/runtime/memory.cpp", "runtime/stats.cpp"), _CUDA_FLAGS, False
    ),
    RuntimeKind.CUDA_RACE: _Recipe(
        "cuda-race",
        (*_KERNELS, "../../cuda/native/runtime/watched_memory.cpp", *_DETECTOR),
        (*_CUDA_FLAGS, "-DUNSEQ_CUDA_RACE=1", *_WITHOUT_LIBRARY),
        False,
    ),
}


def _cached_runtime(toolchain: Toolchain, kind: RuntimeKind) -> Path:
    recipe = _RECIPES[kind]
    folder = cache_folder() / "runtimes" / f"{recipe.name}-{_key(toolchain, recipe)}"
    library = folder / LIBRARY_NAME
    if library.is_file():
        return library
    try:
        with _lock(folder.with_suffix(".lock")):
            if not library.is_file():
                _build(toolchain, recipe, folder)
    except OSError as error:
        raise ToolMissing(f"cannot keep runtimes in {folder.parent}: {error.strerror}; set UNSEQ_CACHE") from error
    return library


def _key(toolchain: Toolchain, recipe: _Recipe) -> str:
    """Names a runtime by all that it is made from: compiler, oneTBB, flags and the text of every source."""
    digest = hashlib.sha256()
    identity = (str(toolchain.compiler.resolve()), toolchain.compiler_version, *_COMMON_FLAGS, *recipe.flags)
    for word in identity:
        digest.update(word.encode() + b"\0")
    if recipe.uses_tbb:
        digest.update((toolchain.tbb_include / "oneapi" / "tbb" / "version.h").read_bytes())
        digest.update(str(toolchain.tbb_library.resolve()).encode())
    folders = [NATIVE / "runtime", EMBEDDED_INCLUDE / "unseq"]
    if _CUDA_FLAGS[-1] in recipe.flags:
        folders += [_CUDA / "runtime", _CUDA / "include" / "unseq_cuda"]
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Holds an exclusive lock between processes while the body runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(toolchain: Toolchain, recipe: _Recipe, folder: Path) -> None:
    """Builds into a folder of its own and renames it into place, so that nobody sees half a runtime."""
    temporary = Path(tempfile.mkdtemp(prefix=".build-", dir=folder.parent))
    try:
        command = [str(toolchain.compiler), *_COMMON_FLAGS, *recipe.flags, f"-I{EMBEDDED_INCLUDE}"]
        if recipe.uses_tbb:
            command.append(f"-isystem{toolchain.tbb_include}")
        command += [str(NATIVE / source) for source in recipe.sources]
        command += ["-shared", f"-Wl,-soname,{LIBRARY_NAME}", "-Wl,--no-undefined"]
        if recipe.uses_tbb:
            tbb = temporary / "libtbb.so.12"
            shutil.copyfile(toolchain.tbb_library / tbb.name, tbb)
            command += [str(tbb), "-Wl,-rpath,$ORIGIN", "-Wl,--enable-new-dtags"]
        command += ["-ldl", "-o", str(temporary / LIBRARY_NAME)]
        result = _run(tuple(command), seconds=_BUILD_SECONDS)
        if not result.ok:
            raise ToolMissing(
                f"{toolchain.compiler} cannot build the runtime ({toolchain.compiler_version}): "
                + "\n".join(result.errors.splitlines()[:12])
            )
        temporary.chmod(0o755)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
