"""A program of its own that asks a GPU what it is and times `native/gpu/peaks.cu` on it: `probe.py PEAKS.cubin`.

Prints one JSON object: facts of the device, and for each kernel what one run does and the seconds of each repetition,
by the device's own events. Works on pycuda's driver module, or on anything that has its interface; concludes nothing,
and imports nothing of ours, so that it runs by its path. Without pycuda, or without a device, it ends with status 3.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

MISSING = 3
REPETITIONS = 20
_BLOCK = 256
_COPY_BYTES = 1 << 30
_STEPS = 4096
_CHAINS = 8


def probe(driver: Any, cubin: bytes, repetitions: int = REPETITIONS) -> dict[str, Any]:
    """What the first device is and does. ``driver``: as ``pycuda.driver``. Raises the driver's own errors."""
    driver.init()
    device = driver.Device(0)
    context = device.retain_primary_context()
    context.push()
    try:
        attribute = driver.device_attribute
        processors = device.get_attribute(attribute.MULTIPROCESSOR_COUNT)
        cache = device.get_attribute(attribute.L2_CACHE_SIZE)
        major, minor = device.compute_capability()
        version = driver.get_driver_version()
        facts = {
            "name": device.name(),
            "capability": f"{major}.{minor}",
            "driver": f"{version // 1000}.{version % 1000 // 10}",
            "memory_bytes": device.total_memory(),
            "multiprocessors": processors,
            "cache_bytes": cache,
        }
        module = driver.module_from_buffer(cubin)
        timed = _Timed(driver, repetitions)
        peaks = {"copy": _copy(driver, module, timed, processors)}
        for name, type_ in (("float", np.float32), ("double", np.float64)):
            peaks[name] = _multiply_add(driver, module, timed, processors, name, type_)
        return {"device": facts, "peaks": peaks}
    finally:
        context.pop()


class _Timed:
    """Seconds of repetitions of something that runs on the device; the first, which warms up, is left out."""

    def __init__(self, driver: Any, repetitions: int) -> None:
        self.driver, self.repetitions = driver, repetitions

    def __call__(self, launch: Callable[[], None]) -> list[float]:
        found = []
        for _ in range(self.repetitions + 1):
            first, last = self.driver.Event(), self.driver.Event()
            first.record()
            launch()
            last.record()
            last.synchronize()
            found.append(last.time_since(first) / 1e3)
        return found[1:]


def _copy(driver: Any, module: Any, timed: _Timed, processors: int) -> dict[str, Any]:
    """Copies far more than the cache holds; each byte is read and written."""
    free, _ = driver.mem_get_info()
    size = min(_COPY_BYTES, free // 4) // 16 * 16
    source, target = driver.mem_alloc(size), driver.mem_alloc(size)
    driver.memset_d8(source, 1, size)
    kernel = module.get_function("copy_words")
    grid = (processors * 16, 1)
    seconds = timed(lambda: kernel(source, target, np.uint64(size // 16), block=(_BLOCK, 1, 1), grid=grid))
    source.free()
    target.free()
    return {"amount": 2 * size, "seconds": seconds}


def _multiply_add(
    driver: Any, module: Any, timed: _Timed, processors: int, name: str, type_: type[np.float32 | np.float64]
) -> dict[str, Any]:
    """Fills every multiprocessor with threads; a multiply-add counts as two operations."""
    blocks = processors * 16
    out = driver.mem_alloc(blocks * _BLOCK * np.dtype(type_).itemsize)
    kernel = module.get_function(f"multiply_add_{name}")
    shape = {"block": (_BLOCK, 1, 1), "grid": (blocks, 1)}
    seconds = timed(lambda: kernel(out, type_(0.5), np.int32(_STEPS), **shape))
    out.free()
    return {"amount": 2 * _CHAINS * _STEPS * blocks * _BLOCK, "seconds": seconds}


def main(arguments: Sequence[str], load: Callable[[], Any] = lambda: importlib.import_module("pycuda.driver")) -> int:
    """Runs the program; ``load`` gives the driver module."""
    try:
        driver = load()
    except ImportError as error:
        print(f"no pycuda: {error}", file=sys.stderr)
        return MISSING
    try:
        found = probe(driver, Path(arguments[0]).read_bytes())
    except driver.Error as error:
        print(f"no usable GPU: {error}", file=sys.stderr)
        return MISSING
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
