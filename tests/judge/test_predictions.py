"""Predicted against measured: the time with two threads, of every example, from work and span measured serially.

Prints the table; what it asserts is only that predictions are there and make sense. To be run on an idle machine.
"""

import statistics
from pathlib import Path

import pytest

import checkout
from unseq.agents.scaling import PROCESSORS
from unseq.agents.task import Effort
from unseq.agents.translate import Options, translate
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.lower import functions
from unseq.frontend.source import read

EXAMPLES = sorted((checkout.ROOT / "examples").glob("*.c*"))


def rows(path: Path) -> list[tuple[str, int, float, float, float]]:
    """Name, size, seconds with two threads measured and predicted, parallelism; of each function that passes."""
    unit, found = read(path), []
    for head in functions(unit):
        judgement = translate(unit, head, Options(effort=Effort.NORMAL), find_toolchain()).judgement
        if judgement is None or not judgement.verdict.passed or judgement.evidence.scaling is None:
            continue
        scaling, point = judgement.evidence.scaling, judgement.evidence.profile.points[-1]
        speedups = dict(scaling.predicted)
        assert sorted(speedups) == list(PROCESSORS) and min(speedups.values()) > 0
        assert 0 < scaling.span_s <= scaling.work_s
        measured = dict(point.parallel)[2].median_s
        predicted = point.sequential.median_s / speedups[2]
        found.append((head.name, point.n, measured, predicted, scaling.work_s / scaling.span_s))
    return found


@pytest.mark.slow
def test_two_threads_take_about_as_long_as_predicted() -> None:
    found = [row for path in EXAMPLES for row in rows(path)]
    print("\n| function | n | measured | predicted | error | parallelism |\n|---|---|---|---|---|---|")
    for name, n, measured, predicted, parallelism in found:
        error = predicted / measured - 1
        times = f"{1e3 * measured:.2f} ms | {1e3 * predicted:.2f} ms"
        print(f"| {name} | {n:,} | {times} | {100 * error:+.0f} % | {parallelism:.0f} |")
    errors = [abs(predicted / measured - 1) for _, _, measured, predicted, _ in found]
    print(f"{len(errors)} functions: median error {statistics.median(errors):.0%}, worst {max(errors):.0%}")
    assert len(found) >= 12
