"""What is installed that unseq can use, what is missing, and how to get it.

Looks, starts at most ``--version``; installs and builds nothing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unseq.backends.cuda.nvcc import find_nvcc
from unseq.backends.cuda.run import device_nodes, driver_library, find_checker
from unseq.backends.parlay.toolchain import ToolMissing, cache_folder, find_toolchain
from unseq.backends.process import Limits, confinement, run

State = Literal["ok", "optional", "missing"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that matters: whether it is there, what exactly was found, and how to get it if it is not.

    ``missing`` stops translations; ``optional`` only takes a convenience or a check away."""

    name: str
    state: State
    found: str
    remedy: str = ""


def inventory(parlaylib: Path | None = None) -> tuple[Item, ...]:
    """Everything that ``unseq doctor`` shows, what is needed first."""
    return tuple(_items(parlaylib))


def unseq_version() -> str:
    """The installed version, or that of the checkout that runs without being installed."""
    try:
        return importlib.metadata.version("unseq")
    except importlib.metadata.PackageNotFoundError:
        with (Path(__file__).resolve().parents[1] / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])


def machine() -> str:
    """The machine that figures were measured on, in one line."""
    return f"{platform.system()} {platform.release()}, {processor()}"


def processor() -> str:
    """The processor's name as the kernel gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def _items(parlaylib: Path | None) -> Iterator[Item]:
    count = processors()
    yield Item("processors", "ok" if count > 1 else "optional", f"{count} x {processor()}", _FEW if count < 2 else "")
    yield Item("Python", "ok", platform.python_version())
    try:
        toolchain = find_toolchain()
    except ToolMissing as error:
        yield Item("compiler and oneTBB", "missing", "", str(error))
    else:
        yield Item("C++ compiler", "ok", f"{toolchain.compiler_version} ({toolchain.compiler})")
        yield Item("oneTBB", "ok", str(toolchain.tbb_library))
        yield from _sanitizers(toolchain.compiler)
    sandbox = confinement()
    weak = "; ".join(sandbox.missing)
    yield Item("sandbox", "optional" if sandbox.missing else "ok", str(sandbox.name), weak)
    yield _parlaylib(parlaylib)
    yield from _cuda()
    yield _program("CMake", "cmake", "builds the result by hand: apt-get install cmake, or pip install cmake")
    yield _cache()


def _cuda() -> Iterator[Item]:
    """What CUDA takes: to compile, to run on a GPU, to look closer there."""
    nvcc = None
    try:
        nvcc = find_nvcc()
    except ToolMissing as error:
        yield Item("nvcc", "optional", "", str(error).partition(": ")[2])
    else:
        done = run([nvcc, "--version"], limits=Limits(wall_s=20))
        release = next((line for line in done.stdout.decode("utf-8", "replace").splitlines() if "release" in line), "")
        yield Item("nvcc", "ok", f"{release.partition('release ')[2] or 'no version'} ({nvcc})")
    nodes = device_nodes()
    driver = driver_library()
    seen = ", ".join(filter(None, ["libcuda.so.1" if driver else "", *map(str, nodes)]))
    yield Item("GPU", "ok" if nodes and driver else "optional", seen, "" if nodes and driver else _NO_GPU)
    yield _found("pycuda", "there" if importlib.util.find_spec("pycuda") else None, _NO_PYCUDA)
    yield _found("compute-sanitizer", find_checker(nvcc), _NO_CHECKER)
    yield _found("ncu", shutil.which("ncu"), "profiles kernels on a GPU: comes with NVIDIA's Nsight Compute")


_NO_GPU = "kernels run on the CPU; for --gpu: an NVIDIA GPU and its driver (libcuda.so.1, /dev/nvidia*)"
_NO_PYCUDA = "measures a GPU: pip install 'unseq[gpu]', with the driver, nvcc and its headers there"
_NO_CHECKER = "checks kernels on a GPU: pip install nvidia-cuda-sanitizer-api"


def _found(name: str, what: str | Path | None, remedy: str) -> Item:
    return Item(name, "optional", "", remedy) if what is None else Item(name, "ok", str(what))


_FEW = "speedups cannot be measured on a single processor"


def _sanitizers(compiler: Path) -> Iterator[Item]:
    clang = "clang" in compiler.name
    for name, library in (("AddressSanitizer", "asan"), ("ThreadSanitizer", "tsan")):
        files = [f"libclang_rt.{library}-{platform.machine()}.a", f"libclang_rt.{library}.a"]
        found = any(_has_library(compiler, file) for file in (files if clang else [f"lib{library}.so"]))
        remedy = "" if found else f"install the compiler's sanitizer runtime (Debian: lib{library} of the same version)"
        yield Item(name, "ok" if found else "missing", f"lib{library}" if found else "", remedy)


def _has_library(compiler: Path, name: str) -> bool:
    done = run([compiler, f"-print-file-name={name}"], limits=Limits(wall_s=20))
    return Path(done.stdout.decode("utf-8", "replace").strip()).is_absolute()


def _parlaylib(parlaylib: Path | None) -> Item:
    if parlaylib is None:
        return Item("upstream ParlayLib", "optional", "not used: embedded headers", "set PARLAYLIB_ROOT to a checkout")
    if not (parlaylib / "include" / "parlay" / "primitives.h").is_file():
        return Item("upstream ParlayLib", "missing", str(parlaylib), "PARLAYLIB_ROOT is not a checkout of ParlayLib")
    return Item("upstream ParlayLib", "ok", str(parlaylib))


def _program(name: str, command: str, remedy: str) -> Item:
    path = shutil.which(command)
    if path is None:
        return Item(name, "optional", "", remedy)
    done = run([path, "--version"], limits=Limits(wall_s=20))
    return Item(name, "ok", (done.stdout.decode("utf-8", "replace").splitlines() or [path])[0])


def _cache() -> Item:
    folder = cache_folder()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        return Item("cache", "missing", str(folder), "not writable: set UNSEQ_CACHE to a folder that is")
    return Item("cache", "ok", str(folder))
