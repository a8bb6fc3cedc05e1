"""Loops that never have work for several threads are left alone, unless there is nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from unseq.agents.rules.propose import propose
from unseq.agents.task import Task
from unseq.backends.plan import Plan
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

LONG = "for (int i = 0; i < n; i++) a[i] *= 2;"
FEW = {
    "constant": "for (int s = 0; s < 8; s++) b[s] += 1;",
    "shift": "unsigned r = 0; for (unsigned s = 0; s < bits; s++) r |= ((x >> s) & 1) << (bits - 1 - s); b[0] = r;",
}
MANY = {
    "constant": "for (int s = 0; s < 5000; s++) b[s] += 1;",
    "shifted by something else": "unsigned r = 0; for (unsigned s = 0; s < bits; s++) r |= x >> (s % 32); b[0] = r;",
    "perhaps not shifted": "unsigned r = 0; for (unsigned s = 0; s < bits; s++) if (s < 9) r |= x >> s; b[0] = r;",
}


def strategies(body: str) -> int:
    text = f"void f(int n, int *a, unsigned x, unsigned bits, unsigned *b) {{ {body} }}"
    function = lower(SourceUnit(Path("f.c"), Language.C, text.encode()), "f")
    plan = propose(Task(function, analyze(function)))
    assert isinstance(plan, Plan)
    return len(plan.strategies)


@pytest.mark.parametrize("few", FEW.values(), ids=list(FEW))
def test_a_few_iterations_are_left_alone(few: str) -> None:
    assert strategies(f"{LONG} {few}") == 1
    assert strategies(few) == 1  # nothing else to do


@pytest.mark.parametrize("many", MANY.values(), ids=list(MANY))
def test_loops_that_may_be_long_are_not(many: str) -> None:
    assert strategies(f"{LONG} {many}") == 2
