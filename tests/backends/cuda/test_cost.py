"""What the execution on the CPU costs: time against the sequential code of the same programs at -O2, minima of calls.

    pytest -s -m slow tests/backends/cuda/test_cost.py

Prints one line for each program; docs/cuda.md has the figures.
"""

from collections.abc import Iterator
from statistics import geometric_mean

import pytest

from cuda_programs import read
from unseq.backends.host.run import Session, session
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import Run

PROGRAMS = read("right")
N, CALLS = 50_000, 12


@pytest.fixture(scope="module")
def place() -> Iterator[Session]:
    with session(find_toolchain()) as folder:
        yield folder


def seconds(done: Run) -> float:
    assert done.failure is None, done.failure
    return min(called.wall_s for called in done.calls)


@pytest.mark.slow
def test_cost(place: Session) -> None:
    ratios: dict[RuntimeKind, list[float]] = {RuntimeKind.CUDA: [], RuntimeKind.CUDA_RACE: []}
    print(f"\n{'program':24} {'sequential':>12} {'fast':>8} {'detector':>8}")
    for program in PROGRAMS.programs:
        assert program.reference is not None
        base = seconds(PROGRAMS.run(place, RuntimeKind.CUDA, program.reference, N, calls=CALLS))
        line = f"{program.name:24} {1e3 * base:9.3f} ms"
        for kind, found in ratios.items():
            found.append(seconds(PROGRAMS.run(place, kind, program.number, N, calls=CALLS)) / base)
            line += f" {found[-1]:8.1f}"
        print(line)
    means = [geometric_mean(found) for found in ratios.values()]
    print(f"{'geometric mean':37} {means[0]:8.1f} {means[1]:8.1f}")
    assert all(ratio > 0 for found in ratios.values() for ratio in found)
