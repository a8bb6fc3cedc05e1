"""What takes a GPU's place in tests: pycuda's driver module, and an executor that runs kernels on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from unseq.backends.cuda.build import cuda_source
from unseq.backends.cuda.run import Device, GpuRun, Peak, Step
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import build
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import Built, Rejected, Timing
from unseq.frontend.ir.nodes import Function


def peak(per_s: float) -> Peak:
    return Peak(per_s, Timing(1.0, 1.0, 1.0, 5))


DEVICE = Device("a device", "9.0", "13.0", 80 << 30, 132, 50 << 20, peak(1e12), peak(4e13), peak(2e13))


class FakeDriver:
    """As ``pycuda.driver``: one device, whose kernels take the ``seconds`` of their name, and first ten times that."""

    class Error(Exception):
        pass

    def __init__(self, seconds: dict[str, float], devices: int = 1) -> None:
        self.seconds, self.devices = seconds, devices
        self.now, self.held, self.depth = 0.0, 0, 0
        self.launches: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.device_attribute = SimpleNamespace(MULTIPROCESSOR_COUNT=1, L2_CACHE_SIZE=2)

    def init(self) -> None:
        if not self.devices:
            raise self.Error("cuInit failed: no CUDA-capable device is detected")

    def Device(self, number: int) -> Any:
        assert number == 0
        return SimpleNamespace(
            name=lambda: "a device",
            compute_capability=lambda: (9, 0),
            total_memory=lambda: 80 << 30,
            get_attribute=lambda which: {1: 132, 2: 50 << 20}[which],
            retain_primary_context=lambda: SimpleNamespace(push=lambda: self._enter(1), pop=lambda: self._enter(-1)),
        )

    def _enter(self, by: int) -> None:
        self.depth += by

    def get_driver_version(self) -> int:
        return 13000

    def mem_get_info(self) -> tuple[int, int]:
        return 70 << 30, 80 << 30

    def mem_alloc(self, size: int) -> Any:
        assert self.depth == 1
        self.held += size

        def free() -> None:
            self.held -= size

        return SimpleNamespace(free=free)

    def memset_d8(self, place: Any, value: int, size: int) -> None:
        assert size > 0

    def module_from_buffer(self, cubin: bytes) -> Any:
        assert cubin == b"cubin"

        def function(name: str) -> Callable[..., None]:
            def launch(*arguments: Any, **shape: Any) -> None:
                first = not any(name == known for known, _, _ in self.launches)
                self.launches.append((name, arguments, shape))
                self.now += self.seconds[name] * (10 if first else 1)

            return launch

        return SimpleNamespace(get_function=function)

    def Event(self) -> Any:
        event = SimpleNamespace(at=0.0, synchronize=lambda: None)
        event.record = lambda: setattr(event, "at", self.now)
        event.time_since = lambda other: (event.at - other.at) * 1e3
        return event


@dataclass
class OnCpu:
    """An executor: kernels run on the CPU, and every step takes what is given here."""

    kernel_s: float
    copy_s: float = 2e-3
    errors: int | None = 0
    checks: tuple[str, ...] = ("memcheck",)
    device: Device = DEVICE
    changed: Callable[[str], str] = lambda text: text
    asked: list[str] = field(default_factory=list)

    def build(
        self, function: Function, text: str, scratch: Path, flags: tuple[str, ...] = (), folder: Path | None = None
    ) -> Built | Rejected:
        source = cuda_source(self.changed(text), flags, folder)
        return build(find_toolchain(), function, source, RuntimeKind.CUDA, scratch)

    def run(
        self, place: Session, function: Function, library: Path, cases: Sequence[Case], schedule: Schedule, *,
        parts: bool = False, check: str = "",
    ) -> GpuRun:
        self.asked.append(check or ("parts" if parts else "whole"))
        done = run_cases(place, function, library, cases, schedule, Setting(RuntimeKind.CUDA, True))
        scale = 1.0 if parts else 0.0
        steps = []
        for called in done.calls:
            steps += [Step(called.index, "to_device", 800, self.copy_s * scale),
                      Step(called.index, "kernel", 0, self.kernel_s * scale),
                      Step(called.index, "to_host", 400, self.copy_s * scale)]  # fmt: skip
        return GpuRun(done, tuple(steps), self.errors if check else None)
