"""How much a suite would have noticed: weak suites let mutants live, real ones do not; coverage makes suites grow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unseq.agents.judge import Judge, judging
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.coverage import grown
from unseq.agents.tester.suite import Suite, make_suite
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

ORIGINAL = """void above(const double *x, int n, double limit, int *out)
{
    int k = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > limit)
            k++;
        else if (x[i] == 12345.0)
            k += 100;
    out[0] += k;
}
"""
PARALLEL = """#include <parlay/primitives.h>
#include <atomic>
extern "C" void above(const double *x, int n, double limit, int *out)
{
    parlay::parallel_for(0, n < 0 ? 0 : n, [&](size_t i) {
        if (x[i] > limit)
            std::atomic_ref<int>(out[0]).fetch_add(1);
        else if (x[i] == 12345.0)
            std::atomic_ref<int>(out[0]).fetch_add(100);
    });
}
"""


def case(values: list[float], limit: float) -> Case:
    x, out = Buffer(np.array(values)), Buffer(np.array([7], np.int32))
    return Case((x, Scalar(len(values)), Scalar(limit), out), "given")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    f = lower(SourceUnit(Path("above.c"), Language.C, ORIGINAL.encode()), "above")
    with judging(Task(f, Facts(f)), find_toolchain(), Effort.THOROUGH, timed=False) as one:
        yield one


def judged(judge: Judge, *cases: Case) -> set[str]:
    """What the mutants that lived had changed."""
    suite = Suite(cases, tuple(one.label for one in cases), ())
    assert all(verdict.ok for verdict in judge.validate(cases))
    found = judge.judge(Candidate(PARALLEL, ".parlay.cpp", "test", Claim.TESTED), suite)
    assert found.verdict.name == "Pass", found.verdict.text
    strength = found.evidence.strength
    assert strength.killed + len(strength.survivors) == strength.mutants
    return {f"line {line}: {what}" for line, what in strength.survivors}


def test_inputs_that_meet_no_limit_let_a_wrong_tie_live(judge: Judge) -> None:
    lived = judged(judge, case([1.0, 2.0, 5.0, 6.0, 12345.0], 20000.0), case([3.0, 8.0], 4.0), case([9.0, 9.0], 1.0))
    assert "line 6: `>=` for `>`" in lived
    assert "line 7: update that is not atomic" not in lived  # two iterations write: the detector sees it


def test_inputs_that_meet_them_kill_it(judge: Judge) -> None:
    lived = judged(
        judge, case([1.0, 2.0, 5.0, 12345.0, 12345.0], 20000.0), case([5.0, 8.0, 9.0], 5.0), case([9.0, 9.0], 1.0),
        case([], 0.0), case([2.0], 3.0), case([4.0, 1.0, 12345.0], 30000.0),
    )  # fmt: skip
    assert not any("for `>`" in one or "not atomic" in one for one in lived)


def test_a_suite_grows_by_the_input_that_takes_a_new_branch(judge: Judge) -> None:
    first = Suite((case([1.0], 0.0),), ("given",), ())
    more = (case([0.0, 1.0], 3.0), case([12345.0], 20000.0), case([1.0, 1.0], 0.0))
    judge.validate([*first.cases, *more])
    suite = grown(first, iter([more, more[:1]]), judge.counted)
    assert suite.cases[1:] and set(suite.cases[1:]) <= set(more) and more[1] in suite.cases
    assert suite.coverage is not None and suite.coverage.complete
    assert judge.counted(first.cases) is not None


def test_a_real_suite_covers_what_it_can(judge: Judge) -> None:
    made = make_suite(judge.task.function, seed=0, effort=Effort.QUICK, validate=judge.validate, timed=False)
    assert made.timing == ()
    suite = grown(made, iter([(replace(made.cases[0], label="again"),)]), judge.counted)
    assert suite.coverage is not None and suite.coverage.line_share > 0.9
