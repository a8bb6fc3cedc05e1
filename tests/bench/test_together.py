"""Eight candidates at once against eight one by one: nothing is cached, nothing is timed, no figure is demanded.

pytest tests/bench/test_together.py --benchmark-only
"""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import checkout
from unseq.agents.judge import judging
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import make_suite
from unseq.backends.parlay.emit.file import emit
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import read

EXAMPLES = (
    ("saxpy.c", "saxpy"),
    ("matrix.c", "multiply"),
    ("sort_ints.cpp", "quicksort"),
    ("select.cpp", "readings_of"),
)
FRESH = count()


@pytest.mark.parametrize("together", [True, False], ids=["together", "one-by-one"])
@pytest.mark.parametrize(("file", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_eight_candidates(
    benchmark: BenchmarkFixture, tmp_path: Path, file: str, name: str, together: bool
) -> None:
    unit = read(checkout.ROOT / "examples" / file)
    function = lower(unit, name)
    task = Task(function, analyze(function))
    plan = propose(task)
    assert not isinstance(plan, Refusal)
    text = emit(unit, [plan]).text
    with judging(task, find_toolchain(), Effort.QUICK, timed=False) as judge:
        suite = make_suite(function, seed=0, effort=Effort.QUICK, validate=judge.validate, timed=False)

        def fresh() -> tuple[tuple[list[Candidate]], dict[str, Any]]:
            one = Candidate(text, ".parlay.cpp", "bench", plan.claim)
            return ([replace(one, text=f"{text}// {tmp_path} {next(FRESH)}\n") for _ in range(8)],), {}

        def judged(candidates: list[Candidate]) -> list[str]:
            if together:
                judge.prepare(*candidates)
            return [judge.judge(candidate, suite).verdict.name for candidate in candidates]

        assert benchmark.pedantic(judged, setup=fresh, rounds=2) == ["Pass"] * 8
