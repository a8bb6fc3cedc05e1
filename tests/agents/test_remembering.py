"""Code of the user's own that keeps something in static variables: a note where it is harmless, else a verdict."""

from pathlib import Path

import numpy as np

from unseq.agents.judge import Judgement, judging
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

ORIGINAL = """void settle(int n, const double *x, double *y)
{
    for (int i = 0; i < n; i++) {
        double v = x[i];
        for (int k = 0; k < 1000; k++) v = v * 0.5 + 1;
        y[i] = v;
    }
}
"""
LOOP = """parlay::parallel_for(0, n < 0 ? 0 : n, [=](size_t i) {
        double v = x[i];
        for (int k = 0; k < 1000; k++) v = v * 0.5 + 1;
        y[i] = v;
    });"""
HEAD = """#include <parlay/primitives.h>
#include <cstring>
#include <vector>
"""
REMEMBERING = f"""{HEAD}
extern "C" void settle(int n, const double *x, double *y)
{{
    static std::vector<double> asked, told;
    if (n <= 0) return;
    if (asked.size() == size_t(n) && std::memcmp(asked.data(), x, 8 * n) == 0) {{
        std::memcpy(y, told.data(), 8 * n);
        return;
    }}
    {LOOP}
    asked.assign(x, x + n);
    told.assign(y, y + n);
}}
"""
COUNTING = f"""{HEAD}
extern "C" void settle(int n, const double *x, double *y)
{{
    static long calls;
    calls++;
    {LOOP}
}}
"""


def judged(text: str) -> Judgement:
    function = lower(SourceUnit(Path("settle.c"), Language.C, ORIGINAL.encode()), "settle")

    def case(n: int) -> Case:
        x = np.linspace(0.0, n, n)
        return Case((Scalar(n), Buffer(x), Buffer(np.zeros(n))), f"n = {n}")

    cases = tuple(case(n) for n in (0, 1, 7, 40))
    suite = Suite(cases, tuple(one.label for one in cases), (TimingCase(20_000, case(20_000)),))
    with judging(Task(function, Facts(function)), find_toolchain(), Effort.QUICK, timed=False) as judge:
        judge.validate([*cases, suite.timing[0].case])
        return judge.judge(Candidate(text, ".cpp", "user", Claim.TESTED, path=Path("settle.cpp")), suite)


def test_results_that_are_kept_for_the_next_call_are_a_cheat() -> None:
    found = judged(REMEMBERING).verdict
    assert found.name == "Tampered" and "times as fast" in found.text, found.text


def test_a_counter_of_calls_is_noted() -> None:
    found = judged(COUNTING)
    assert found.verdict.name == "Pass", found.verdict.text
    assert any("keeps something from one call to the next" in note for note in found.evidence.notes)
