"""Results that are written faster than memory takes them are told from those that are not."""

from pathlib import Path

import numpy as np
import pytest

from unseq.agents.bandwidth import large, too_fast, written_bytes
from unseq.agents.judge import judging
from unseq.agents.scaling import Machine
from unseq.agents.stages import times
from unseq.agents.task import Candidate, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.backends.host.blob import Returned
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.backends.results import Point, Timing
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

MACHINE = Machine(1e-6, 1e-8, (1e10, 2e10), 8 << 20)
LARGE = 32 << 20


def point(seconds: float) -> Point:
    timing = Timing(seconds, seconds, seconds, 5)
    return Point(1000, timing, ((1, Timing(9.0, 9.0, 9.0, 5)), (2, timing)), 1.0)


@pytest.mark.parametrize(
    ("written", "seconds", "fast"),
    [
        (LARGE, LARGE / 2e10, False),
        (LARGE, LARGE / 5e10, False),  # within what noise and writes past the caches explain
        (LARGE, LARGE / 9e10, True),
        (12 << 20, 1e-9, False),  # a cache may have held it
    ],
)
def test_what_is_too_fast(written: int, seconds: float, fast: bool) -> None:
    assert bool(too_fast([point(seconds)], [written], MACHINE)) is fast


def test_what_must_have_been_written() -> None:
    x, y = np.arange(100.0), np.zeros(100)
    after = np.where(np.arange(100) < 60, x + 1, y)
    case = Case((Scalar(100), Buffer(x), Buffer(y)), "")
    unchanged = case.values[1]
    outcome = Returned(Buffer(np.ones(10)), (None, unchanged, Buffer(after)))
    assert written_bytes(case, outcome) == 60 * 8 + 10 * 8
    assert large([written_bytes(case, outcome)], 200) and not large([560], 560)


def test_a_candidate_that_beats_memory_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "void fill(int n, double *y) { for (int i = 0; i < n; i++) y[i] = 1.0; }\n"
    parallel = """#include <parlay/parallel.h>
extern "C" void fill(int n, double *y) { parlay::parallel_for(0, n < 0 ? 0 : n, [=](size_t i) { y[i] = 1.0; }); }
"""
    function = lower(SourceUnit(Path("fill.c"), Language.C, text.encode()), "fill")
    cases = tuple(Case((Scalar(n), Buffer(np.zeros(n))), f"n = {n}") for n in (0, 3, 40))
    suite = Suite(cases, tuple(case.label for case in cases), (TimingCase(40, cases[2]),))

    def verdict(bandwidth: float) -> str:
        machine = Machine(1e-6, 1e-8, (bandwidth, bandwidth), 64)
        monkeypatch.setattr(times, "measured", lambda place, quiet: machine)
        with judging(Task(function, Facts(function)), find_toolchain()) as judge:
            judge.validate(cases)
            return judge.judge(Candidate(parallel, ".parlay.cpp", "test", Claim.TESTED), suite).verdict.name

    monkeypatch.setattr(times, "last_cache", lambda: 64)
    assert (verdict(1e15), verdict(1.0)) == ("Pass", "Tampered")
