"""The embedded primitives against upstream ParlayLib, side by side: `PARLAYLIB_ROOT=... make bench`.

Both programs are built from one source with the same flags and run in turns, so that what else happens on the machine
hits both. A program's time is the least of its turns' medians: this machine's cores change their speed by a factor
of two from one moment to the next, and that only ever adds. A ratio is embedded time over upstream time; below 1 the
embedded primitive is faster.
"""

from __future__ import annotations

import functools
import math
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from native_programs import compile_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

ROOT = os.environ.get("PARLAYLIB_ROOT")
SOURCE = Path(__file__).with_name("primitives_bench.cpp")
FLAGS = ("-O3", "-march=native", "-DNDEBUG", "-w")
SIZES = {1_000: 2_000, 100_000: 200, 10_000_000: 5}  # elements: repetitions in one process
REQUIRED = ("map", "reduce", "scan", "filter", "sort", "histogram")
OTHERS = (
    "map_double",
    "reduce_int",
    "scan_double",
    "filter_long",
    "sort_double",
    "sort_int",
    "sort_less",
    "sort_record",
)
TURNS = {1_000: 25, 100_000: 9, 10_000_000: 5}
SLOWEST = 0.85  # no required primitive may run at less than this fraction of upstream's speed

pytestmark = pytest.mark.skipif(not ROOT, reason="PARLAYLIB_ROOT names no checkout of ParlayLib to compare with")
_ratios: dict[tuple[str, int], float] = {}


@functools.cache
def _program(upstream: bool) -> Path:
    toolchain = find_toolchain(Path(ROOT) if upstream and ROOT else None)
    folder = Path(tempfile.mkdtemp(prefix="unseq-bench-"))
    return compile_program(toolchain, RuntimeKind.PLAIN, SOURCE, folder / "bench", FLAGS)


def _median_ns(upstream: bool, name: str, size: int) -> float:
    command = (str(_program(upstream)), name, str(size), str(SIZES[size]))
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return float(result.stdout.split()[0])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REQUIRED + OTHERS)
def test_primitive(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], name: str, size: int) -> None:
    times: dict[bool, list[float]] = {False: [], True: []}

    def turn() -> None:
        for upstream in (True, False):
            times[upstream].append(_median_ns(upstream, name, size))

    benchmark.pedantic(turn, rounds=TURNS[size], iterations=1)
    embedded, upstream = min(times[False]), min(times[True])
    _ratios[name, size] = embedded / upstream
    ratio = embedded / upstream
    benchmark.extra_info.update(embedded_ns=embedded, upstream_ns=upstream, ratio=round(ratio, 3))
    with capsys.disabled():
        print(
            f"\n{name:14} {size:>10,} {embedded / 1e3:12.1f} us, upstream {upstream / 1e3:12.1f} us, ratio {ratio:.2f}"
        )


def test_summary(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """The geometric mean over the required primitives, and the slowest of them."""
    required = {key: ratio for key, ratio in _ratios.items() if key[0] in REQUIRED}
    if len(required) < len(REQUIRED) * len(SIZES):
        pytest.skip("not all required primitives were measured")
    mean = benchmark.pedantic(lambda: math.exp(statistics.fmean(math.log(r) for r in required.values())), rounds=1)
    slow = {key: round(ratio, 2) for key, ratio in required.items() if ratio > 1 / SLOWEST}
    with capsys.disabled():
        print(f"\ngeometric mean, embedded over upstream time: {mean:.2f}; slower than {SLOWEST}: {slow or 'none'}")
    benchmark.extra_info.update(geometric_mean=round(mean, 3), slow={str(key): ratio for key, ratio in slow.items()})
