"""A .cu file on a GPU: compiled by nvcc, called by the same host and through the same shim as any other candidate.

    there = executor()                          # ToolMissing: a line that says what is not there
    built = there.build(function, text, scratch)
    done = there.run(place, function, built.library, cases, schedule, parts=True)

`native/gpu/trace.cu` stands between the candidate and the runtime library and tells what each call did; with ``parts``
it times kernels and copies one by one. Times of whole calls are the host's own, and mean something only without
``parts``. Knows nothing of verdicts, and nothing of what a loop should cost (`roofline.py`).
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import re
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.cuda.nvcc import compiled, find_nvcc
from unseq.backends.host.blob import Schedule
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.shim import NATIVE, shim
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, ToolMissing
from unseq.backends.process import Limits, job_folder, run
from unseq.backends.results import Built, Rejected, Run, Timing
from unseq.frontend.ir.nodes import Function

GPU_NATIVE = Path(__file__).resolve().parent / "native" / "gpu"
CHECKS = ("memcheck", "racecheck", "synccheck")
_PROBE = Path(__file__).resolve().with_name("probe.py")
_COMPILE = Limits(wall_s=300.0, memory=6 << 30, file_bytes=512 << 20, output_bytes=1 << 20, processes=256)
# The driver reserves as many addresses as host and device have memory, and keeps many files open.
_LIMITS = Limits(wall_s=300.0, memory=16 << 30, address_space=None, processes=512, open_files=1024)
_PROBE_LIMITS = Limits(wall_s=180.0, memory=16 << 30, processes=512, open_files=1024)
WRAPPED = ("cudaMemcpy", "cudaLaunchKernel", "__cudaLaunchKernel")
_SUMMARY = re.compile(r"(?:ERROR SUMMARY: (\d+) error|RACECHECK SUMMARY: (\d+) hazard)")


@dataclass(frozen=True, slots=True)
class Gpu:
    """What it takes to use a GPU. ``nodes``: the device nodes; ``checker``: compute-sanitizer, where there is one."""

    nvcc: Path
    nodes: tuple[Path, ...]
    checker: Path | None


@dataclass(frozen=True, slots=True)
class Peak:
    """What a device reached: units (bytes or operations) a second, with the repetitions that it is the median of."""

    per_s: float
    timing: Timing


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU and what it reached. ``copy``: bytes read and written a second; the others floating-point operations."""

    name: str
    capability: str
    driver: str
    memory_bytes: int
    multiprocessors: int
    cache_bytes: int
    copy: Peak
    float_peak: Peak
    double_peak: Peak

    @property
    def arch(self) -> str:
        """As nvcc calls it."""
        return f"sm_{self.capability.replace('.', '')}"


@dataclass(frozen=True, slots=True)
class Step:
    """A launch or a copy within call number ``call`` of a run: ``kind`` is kernel, to_device, to_host or other. Seconds
    are 0 where it was not timed."""

    call: int
    kind: str
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class GpuRun:
    """A run and its steps; ``errors``: what the checker counted, None where it was not asked or gave no summary."""

    run: Run
    steps: tuple[Step, ...]
    errors: int | None = None


def device_nodes(root: Path = Path("/dev")) -> tuple[Path, ...]:
    """The nodes through which a process reaches NVIDIA's driver; ``/dev/dxg`` under WSL."""
    found = [path for path in sorted(root.glob("nvidia*")) if not path.name.startswith("nvidia-modeset")]
    return (*found, *((root / "dxg",) if (root / "dxg").exists() else ()))


def driver_library() -> bool:
    """Whether the driver's library can be loaded."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def find_checker(nvcc: Path | None) -> Path | None:
    """compute-sanitizer: beside nvcc, where there is one, or on the PATH."""
    beside = None if nvcc is None else nvcc.resolve().parent / "compute-sanitizer"
    if beside is not None and beside.is_file():
        return beside
    found = shutil.which("compute-sanitizer")
    return Path(found) if found else None


def find_gpu() -> Gpu:
    """What is there. Raises ToolMissing where it is not enough to run anything on a GPU."""
    nvcc = find_nvcc()
    nodes = device_nodes()
    if not nodes or not driver_library():
        what = "no GPU: there is no /dev/nvidia*" if not nodes else "no GPU: libcuda.so.1 cannot be loaded"
        raise ToolMissing(f"{what}; install NVIDIA's driver, or leave out --gpu to run kernels on the CPU")
    if importlib.util.find_spec("pycuda") is None:
        raise ToolMissing("no pycuda: pip install 'unseq[gpu]'")
    return Gpu(nvcc, nodes, find_checker(nvcc))


# ---- the device --------------------------------------------------------------------------------------


def probed(gpu: Gpu) -> Device:
    """What the device is and reaches. Raises ToolMissing where it cannot be used after all."""
    with job_folder("unseq-probe-") as job:
        command = [str(gpu.nvcc), "-std=c++20", "-arch=native", "-cubin", str(GPU_NATIVE / "peaks.cu")]
        done = run([*command, "-o", str(job / "peaks.cubin")], limits=_COMPILE, folder=job)
        if not done.ok:
            raise ToolMissing(f"no usable GPU: nvcc does not compile for it: {_first(done.errors)}")
        done = run([sys.executable, str(_PROBE), str(job / "peaks.cubin")], limits=_PROBE_LIMITS, folder=job)
    if not done.ok:
        raise ToolMissing(_first(done.errors) or "no usable GPU: the probe ended without a word")
    return read_device(done.stdout.decode("utf-8", "replace"))


def read_device(text: str) -> Device:
    """What `probe.py` printed. Raises ToolMissing for anything else."""
    try:
        found = json.loads(text)
        facts, peaks = found["device"], found["peaks"]
        return Device(**facts, copy=_peak(peaks["copy"]), float_peak=_peak(peaks["float"]),
                      double_peak=_peak(peaks["double"]))  # fmt: skip
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise ToolMissing(f"no usable GPU: the probe printed something else ({error})") from error


def _peak(found: dict[str, object]) -> Peak:
    amount, seconds = found["amount"], found["seconds"]
    if not isinstance(amount, int) or not isinstance(seconds, list):
        raise TypeError("a peak without amount and seconds")
    timing = Timing.of(seconds)
    if timing is None:
        raise ValueError("too few repetitions")
    return Peak(amount / timing.median_s, timing)


def _first(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


# ---- a function --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Executor:
    """Builds functions for a device and calls them there."""

    gpu: Gpu
    device: Device

    @property
    def checks(self) -> tuple[str, ...]:
        """The tools of compute-sanitizer that `run` can be asked for."""
        return () if self.gpu.checker is None else CHECKS

    def build(
        self, function: Function, text: str, scratch: Path, flags: tuple[str, ...] = (), folder: Path | None = None
    ) -> Built | Rejected:
        """A library for the host from the text of a .cu file, left in ``scratch``; the compiler's message when there is
        none. ``folder``: where its own ``#include "..."`` are looked up."""
        made = self._compiled(text, shim(function, "candidate.cu", False), scratch, flags, folder)
        if isinstance(made, Rejected) and "overloaded function" in made.message:
            made = self._compiled(text, shim(function, "candidate.cu", False, exact=True), scratch, flags, folder)
        return made

    def _compiled(
        self, text: str, shim_text: str, scratch: Path, flags: tuple[str, ...], folder: Path | None
    ) -> Built | Rejected:
        started = time.monotonic()
        nvcc = self.gpu.nvcc
        with job_folder("unseq-gpu-") as job:
            (job / "candidate.cu").write_text(text, encoding="utf-8")
            (job / "shim.cu").write_text(shim_text, encoding="utf-8")
            words = [f"-arch={self.device.arch}", "-O3", "-w", "-shared", "-Xcompiler", "-fPIC"]
            words += ["-Dunseq_shim_call=unseq_traced_call", f"-I{NATIVE}", *flags]
            words += [word for name in WRAPPED for word in ("-Xlinker", f"--wrap={name}")]
            words += ["-Xlinker", "-Bsymbolic", "shim.cu", str(GPU_NATIVE / "trace.cu")]
            words.append(f"-L{nvcc.resolve().parent.parent / 'lib'}")  # the nvcc of the wheels does not look there
            done = compiled(nvcc, words, job, "function.so", _COMPILE, folder, (NATIVE, GPU_NATIVE))
            if isinstance(done, Rejected):
                return done
            kept = scratch / f"{job.name}.so"
            shutil.copyfile(job / "function.so", kept)
        return Built(kept, "gpu", time.monotonic() - started, False)

    def run(
        self, place: Session, function: Function, library: Path, cases: Sequence[Case], schedule: Schedule, *,
        parts: bool = False, check: str = "",
    ) -> GpuRun:
        """Calls the function as `run_cases` does, without ``statics``, which would undo what CUDA's library keeps.
        ``parts``: time each step; ``check``: one of ``checks``, which watches."""
        assert not schedule.statics
        with job_folder("unseq-trace-") as folder:
            folder.chmod(0o777)  # the sandbox's user writes here
            trace, log = folder / "steps", folder / "checker"
            environment = [("UNSEQ_GPU_TRACE", str(trace)), ("CUDA_CACHE_DISABLE", "1")]
            environment += [("UNSEQ_GPU_PARTS", "1")] if parts else []
            under: tuple[str, ...] = ()
            readable: tuple[Path, ...] = ()
            if check:
                checker = self.gpu.checker
                assert checker is not None
                under = (str(checker), "--tool", check, "--log-file", str(log))
                own = checker.resolve().parent.parent
                readable = () if own.is_relative_to("/usr") else (own,)
            setting = Setting(
                RuntimeKind.PLAIN, False, limits=_LIMITS, environment=tuple(environment), writable=folder,
                devices=self.gpu.nodes, under=under, readable=readable,
            )  # fmt: skip
            done = run_cases(place, function, library, cases, schedule, setting)
            steps = read_steps(trace.read_text(encoding="ascii")) if trace.is_file() else ()
            errors = checker_errors(log.read_text("utf-8", "replace")) if log.is_file() else None
        return GpuRun(done, steps, errors)


def executor() -> Executor:
    """What is needed for the first GPU of this machine. Raises ToolMissing."""
    gpu = find_gpu()
    return Executor(gpu, probed(gpu))


def read_steps(text: str) -> tuple[Step, ...]:
    """The steps of a trace; none where its end is missing, or where it is no trace."""
    lines = text.splitlines()
    if not lines or not lines[-1].startswith("end "):
        return ()
    found = []
    for line in lines[:-1]:
        words = line.split()
        if len(words) != 4 or not all(word.isdigit() for word in (words[0], *words[2:])):
            return ()
        found.append(Step(int(words[0]), words[1], int(words[2]), int(words[3]) / 1e9))
    return tuple(found)


def checker_errors(log: str) -> int | None:
    """How many errors or hazards a tool of compute-sanitizer counted; None where it says nothing."""
    found = [int(match[1] or match[2]) for match in _SUMMARY.finditer(log)]
    return sum(found) if found else None
