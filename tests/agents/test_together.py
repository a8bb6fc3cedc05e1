"""Candidates that are built together: each gets the verdict that it gets alone, whatever the others are."""

from dataclasses import replace
from pathlib import Path

import pytest

from unseq.agents.judge import judging
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import make_suite
from unseq.backends.host.build import Source
from unseq.backends.host.together import fits
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

ORIGINAL = "void add(int n, const int *restrict x, int *restrict y) { for (int i = 0; i < n; i++) y[i] = x[i] + 7; }\n"
FUNCTION = lower(SourceUnit(Path("add.c"), Language.C, ORIGINAL.encode()), "add")
RIGHT = """#include <parlay/parallel.h>
#ifndef STEP
#define STEP 7
#endif
static int plus(int v) { return v + STEP; }
extern "C" void add(int n, const int *x, int *y)
{
    parlay::parallel_for(0, n < 0 ? 0 : n, [=](size_t i) { y[i] = plus(x[i]); });
}
"""
CANDIDATES = {
    "Pass": RIGHT,
    "WrongOutput": RIGHT.replace("STEP 7", "STEP 8"),
    "Race": RIGHT.replace("y[i] = plus", "y[0] = plus(x[0]), y[i] = plus"),
    "NotParallel": RIGHT.replace(
        "parlay::parallel_for(0, n < 0 ? 0 : n, [=](size_t i)", "for (int i = 0; i < n; i++)"
    ).replace("; });", "; }"),
    "OutOfBounds": RIGHT.replace("plus(x[i])", "plus(x[i]) + 0 * *(const volatile int *)(x + i + (int(i) + 1 == n))"),
}  # fmt: skip


def verdicts(texts: list[str]) -> list[str]:
    with judging(Task(FUNCTION, Facts(FUNCTION)), find_toolchain(), Effort.QUICK, timed=False) as judge:
        suite = make_suite(FUNCTION, seed=1, effort=Effort.QUICK, validate=judge.validate, timed=False)
        candidates = [Candidate(text, ".parlay.cpp", "test", Claim.TESTED) for text in texts]
        judge.prepare(*candidates)
        return [judge.judge(candidate, suite).verdict.name for candidate in candidates]


def test_each_is_judged_for_itself() -> None:
    assert verdicts(list(CANDIDATES.values())) == list(CANDIDATES)


@pytest.mark.parametrize(
    "spoiler",
    [
        RIGHT.replace("plus(x[i]);", "plus(x[i], 1);"),
        RIGHT.replace("static int", "static int first = plus_one(6);\nstatic int").replace(
            "#include <parlay", "#include <cmath>\n#include <parlay"
        ),
    ],
    ids=["does-not-compile", "other-headers"],
)
def test_one_that_does_not_fit_spoils_nothing(spoiler: str) -> None:
    assert verdicts([RIGHT, spoiler, CANDIDATES["WrongOutput"]]) == ["Pass", "CompileError", "WrongOutput"]


def test_one_that_starts_by_itself_spoils_nothing() -> None:
    starter = RIGHT.replace("v + STEP", "v + STEP + (clean() ? 0 : 1)").replace(
        "static int plus",
        "static int *kept = new int(0);\nstatic bool clean() { return *kept == 0; }\nstatic int plus",
    )
    assert verdicts([RIGHT, starter]) == ["Pass", "Pass"]


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        (RIGHT, True),
        (RIGHT.replace("static int plus", "using namespace std;\nstatic int plus"), True),
        (RIGHT.replace("#include <parlay", '#include "mine.h"\n#include <parlay'), False),
        (RIGHT.replace("#include <parlay", "#define N 3\n#include <parlay"), False),
        (RIGHT.replace("static int plus", "#ifdef __SANITIZE_ADDRESS__\n#endif\nstatic int plus"), False),
        (RIGHT.replace("static int plus", "namespace std { struct mine {}; }\nstatic int plus"), False),
        (RIGHT.replace("static int plus", "#pragma GCC optimize 3\nstatic int plus"), False),
        (RIGHT.replace("static int plus", 'extern "C" int other(int);\nstatic int plus'), False),
    ],
)
def test_what_fits(text: str, fit: bool) -> None:
    assert fits(FUNCTION, Source(text.encode(), False, True)) is fit
    assert not fits(replace(FUNCTION, name="a::add"), Source(text.encode(), False, True))
