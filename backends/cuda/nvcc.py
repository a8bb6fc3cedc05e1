"""What nvcc says of a .cu file: whether it compiles, and what each kernel needs of a multiprocessor.

Knows where nvcc is, what ptxas prints, and the limits of compute capability 9.0. Needs no GPU, and runs nothing of the
file. Knows nothing of plans or verdicts.
"""

from __future__ import annotations

import os
import re
import shutil
import site
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.parlay.toolchain import ToolMissing
from unseq.backends.process import Finished, Limits, Sandbox, job_folder, run
from unseq.backends.results import Rejected

_LIMITS = Limits(wall_s=180.0, memory=4 << 30, file_bytes=256 << 20, output_bytes=1 << 20, processes=256)
_MESSAGE_LINES = 20
_KERNEL = re.compile(r"Compiling entry function '(\w+)' for '\w+'")
_FRAME = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
_USED = re.compile(r"Used (\d+) registers(.*)")
_SHARED = re.compile(r"(\d+) bytes smem")

ARCHITECTURE = "sm_90"


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Blocks of a kernel that run on one multiprocessor at once, the share of its warps that they are, and what keeps
    more from it: "threads", "blocks", "registers" or "shared memory"."""

    blocks: int
    share: float
    limit: str


@dataclass(frozen=True, slots=True)
class KernelFacts:
    """What ptxas says of one kernel. ``name`` as in the source, without parameters; bytes are of a thread, those of
    ``shared`` of a block."""

    name: str
    symbol: str
    registers: int
    spill_stores: int
    spill_loads: int
    stack: int
    shared: int

    def occupancy(self, threads: int, dynamic_shared: int = 0) -> Occupancy:
        """With blocks of so many threads, each with so many bytes of dynamic shared memory."""
        return occupancy(threads, self.registers, self.shared + dynamic_shared)


# Compute capability 9.0: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability"; the units of
# allocation are those of cuda_occupancy.h, which comes with the toolkit.
_WARP = 32
_WARPS, _BLOCKS, _THREADS_OF_BLOCK = 64, 32, 1024
_REGISTERS, _REGISTER_UNIT, _PARTITIONS = 65536, 256, 4
_SHARED_BYTES, _SHARED_OF_BLOCK, _SHARED_UNIT, _SHARED_RESERVED = 228 << 10, 227 << 10, 128, 1 << 10


def occupancy(threads: int, registers: int, shared: int) -> Occupancy:
    """Of blocks with so many threads, registers a thread and bytes of shared memory, on a multiprocessor of sm_90."""
    if not 0 < threads <= _THREADS_OF_BLOCK or shared > _SHARED_OF_BLOCK:
        return Occupancy(0, 0.0, "shared memory" if shared > _SHARED_OF_BLOCK else "threads")
    warps = -(-threads // _WARP)
    limits = {"threads": _WARPS // warps, "blocks": _BLOCKS}
    if registers:
        of_warp = -(-registers * _WARP // _REGISTER_UNIT) * _REGISTER_UNIT
        limits["registers"] = _REGISTERS // _PARTITIONS // of_warp * _PARTITIONS // warps
    of_block = -(-(shared + _SHARED_RESERVED) // _SHARED_UNIT) * _SHARED_UNIT
    limits["shared memory"] = _SHARED_BYTES // of_block
    limit = min(limits, key=lambda name: limits[name])
    return Occupancy(limits[limit], limits[limit] * warps / _WARPS, limit)


def find_nvcc() -> Path:
    """The compiler: that of the PyPI wheels of this environment, of $CUDA_HOME, or on the PATH. Raises ToolMissing."""
    packages = [*site.getsitepackages(), site.getusersitepackages(), *sys.path]
    folders = [Path(package) / "nvidia" / "cu13" / "bin" for package in dict.fromkeys(packages) if package]
    home = os.environ.get("CUDA_HOME")
    folders += [Path(home) / "bin"] if home else []
    for folder in folders:
        if os.access(folder / "nvcc", os.X_OK):
            return folder / "nvcc"
    found = shutil.which("nvcc")
    if found is None:
        raise ToolMissing("no nvcc: pip install 'unseq[cuda]', or set CUDA_HOME to a CUDA toolkit (13.0 or newer)")
    return Path(found)


def static_facts(text: str, arch: str = ARCHITECTURE, folder: Path | None = None) -> tuple[KernelFacts, ...] | Rejected:
    """Compiles a .cu file for an architecture; its kernels in the order of ptxas, or the compiler's message.

    ``folder``: where its own ``#include "..."`` are looked up. Raises ToolMissing."""
    nvcc = find_nvcc()
    with job_folder("unseq-nvcc-") as job:
        (job / "candidate.cu").write_text(text, encoding="utf-8")
        words = [f"-arch={arch}", "-cubin", "-Xptxas", "-v", "candidate.cu"]
        done = compiled(nvcc, words, job, "out.cubin", _LIMITS, folder)
    if isinstance(done, Rejected):
        return done
    return parse_facts(done.errors + done.stdout.decode("utf-8", "replace"))


def compiled(
    nvcc: Path, words: Sequence[str], job: Path, made: str, limits: Limits, folder: Path | None,
    readable: Sequence[Path] = (),
) -> Finished | Rejected:
    """nvcc in a sandbox, to leave ``made`` in the folder ``job``; the compiler's message when it does not.

    It reads its toolkit, ``readable``, and ``folder``, where ``#include "..."`` are looked up."""
    command = [str(nvcc), "-std=c++20", *words, "-o", made]
    command += [] if folder is None else ["-I", str(folder)]
    places = (nvcc.resolve().parent.parent, *readable, *(() if folder is None else (folder,)))
    sandbox = Sandbox(tuple(path for path in places if not path.is_relative_to("/usr")), (job,), drop_user=False)
    done = run(command, limits=limits, sandbox=sandbox, environment={"TMPDIR": str(job)})
    if done.ok and (job / made).is_file():
        return done
    message = done.errors or done.stdout.decode("utf-8", "replace") or "nvcc was stopped"
    return Rejected("\n".join(message.splitlines()[:_MESSAGE_LINES]), "nvcc", done.timed_out)


def parse_facts(report: str) -> tuple[KernelFacts, ...]:
    """The kernels of what ptxas prints with ``-v``."""
    found: list[KernelFacts] = []
    parts = _KERNEL.split(report)[1:]
    names = _demangled(parts[::2])
    for symbol, rest in zip(parts[::2], parts[1::2], strict=True):
        used, frame = _USED.search(rest), _FRAME.search(rest)
        if used is None:
            continue
        shared = _SHARED.search(used[2])
        stack, stores, loads = (int(word) for word in frame.groups()) if frame else (0, 0, 0)
        count = int(shared[1]) if shared else 0
        found.append(KernelFacts(names[symbol], symbol, int(used[1]), stores, loads, stack, count))
    return tuple(found)


def _demangled(symbols: list[str]) -> dict[str, str]:
    if not symbols or shutil.which("c++filt") is None:
        return {symbol: symbol for symbol in symbols}
    done = run(["c++filt", "-p", *symbols], limits=Limits(wall_s=10.0))
    names = done.stdout.decode("utf-8", "replace").splitlines()
    return dict(zip(symbols, names, strict=True)) if len(names) == len(symbols) else {s: s for s in symbols}
