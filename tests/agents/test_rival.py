"""A better sequential algorithm is timed beside the original where it computes the same, and only there."""

import numpy as np
import pytest

from signatures import function
from unseq.agents.judge import judging
from unseq.agents.rival import RivalTime
from unseq.agents.task import Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Facts
from unseq.frontend.ir.types import DOUBLE, INT, Pointer

SLOW = """double last(const double *x, int n) {
    volatile double s = 0;
    for (int k = 0; k < 200; k++)
        for (int i = 0; i < n; i++)
            s = x[i] * 3.0;
    return s; }"""
FAST = "double last(const double *x, int n) { return n > 0 ? x[n - 1] / (1.0 / 3.0) : 0.0; }"
WRONG = "double last(const double *x, int n) { return n > 0 ? x[0] : 0.0; }"


@pytest.fixture(scope="module")
def times() -> dict[str, tuple[RivalTime, ...]]:
    types = {"x": Pointer(DOUBLE, True), "n": INT}
    f = function(SLOW, "last", types, DOUBLE, c=True)
    values = np.random.default_rng(1).normal(size=2000)
    suite = Suite((), (), tuple(TimingCase(n, Case((Buffer(values[:n]), Scalar(n)), "")) for n in (100, 2000)))
    with judging(Task(f, Facts(f)), find_toolchain()) as judge:
        return {
            text: judge.against(function(text, "last", types, DOUBLE, c=True), suite) for text in (FAST, WRONG)
        }


def test_a_rival_that_rounds_otherwise_is_timed(times: dict[str, tuple[RivalTime, ...]]) -> None:
    assert [one.n for one in times[FAST]] == [100, 2000]
    assert all(one.original_s > 0 and one.rival_s > 0 for one in times[FAST])


def test_a_rival_that_is_wrong_is_not(times: dict[str, tuple[RivalTime, ...]]) -> None:
    assert times[WRONG] == ()
