"""Better algorithms: found where the same result is certain, not found in near misses, and right where they run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from unseq.agents.judge import judging
from unseq.agents.rules.better.second import Second, combined, rewrites, second
from unseq.agents.task import Candidate, Contract, Effort, FloatPolicy, Task
from unseq.agents.tester.suite import make_suite
from unseq.backends.parlay.emit.file import emit
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit, read

CASES = Path(__file__).parent / "cases"
FUNCTION = re.compile(r"^(?:/\* | *// )(?P<words>[^*\n]+?)(?: \*/)?\n(?:static )?\w+ (?P<name>\w+)\(", re.MULTILINE)
EXPECTED = [
    (path, match["name"], match["words"])
    for path in sorted(CASES.iterdir())
    for match in FUNCTION.finditer(path.read_text())
]
FOUND = [(path, name) for path, name, words in EXPECTED if not words.startswith("none")]


def task_of(unit: SourceUnit, name: str, contract: Contract | None = None) -> Task:
    function = lower(unit, name)
    contract = contract or Contract()
    return Task(function, analyze(function, contract.assume), contract)


def found(path: Path, name: str) -> Second:
    made = second(task_of(read(path), name))
    assert made is not None
    return made


@pytest.mark.parametrize(("path", "name", "words"), EXPECTED, ids=[name for _, name, _ in EXPECTED])
def test_it_is_found_where_the_result_is_the_same(path: Path, name: str, words: str) -> None:
    algorithms = [one.algorithm for one in rewrites(task_of(read(path), name).facts)]
    assert algorithms == ([] if words.startswith("none") else [words])


@pytest.mark.parametrize(("path", "name"), FOUND, ids=[name for _, name in FOUND])
def test_the_emitted_file_has_its_parallel_loops_outside_of_the_fallback(path: Path, name: str) -> None:
    made = found(path, name)
    text = emit(made.unit, [made.plan]).text
    body = text[re.search(rf"\b{name}\(", text).start() :]  # type: ignore[union-attr]  # it is there
    assert "parlay::" in body
    if any(one.text.count("\x01") for one in made.rewrites):
        fallback = body[body.rindex("} else {") :]
        assert "parlay::" not in fallback[: fallback.index("\n    }\n")]


def judged(path: Path, name: str) -> tuple[str, str]:
    task = task_of(read(path), name)
    made = second(task)
    assert made is not None
    emitted = emit(made.unit, [made.plan])
    candidate = Candidate(emitted.text, emitted.suffix, "rules", made.plan.claim, made.plan.label, made.plan)
    with judging(task, find_toolchain(None), Effort.QUICK, timed=False) as judge:
        suite = make_suite(task.function, seed=0, effort=Effort.QUICK, validate=judge.validate, user_cases=())
        verdict = judge.judge(candidate, suite).verdict
    return verdict.name, verdict.text


@pytest.mark.parametrize("name", ["closest", "members"])
def test_the_judge_passes_it(name: str) -> None:
    path = next(path for path, other in FOUND if other == name)
    assert judged(path, name)[0] == "Pass"


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name"), FOUND, ids=[name for _, name in FOUND])
def test_the_judge_passes_every_one(path: Path, name: str) -> None:
    verdict, text = judged(path, name)
    assert verdict == "Pass", text


def test_a_sum_in_another_order_is_not_for_a_strict_contract() -> None:
    strict = Contract(floating=FloatPolicy.STRICT)
    assert second(task_of(read(CASES / "sums.c"), "prefixes", strict)) is None
    assert second(task_of(read(CASES / "sums.c"), "prefixes_from", strict)) is not None
    assert second(task_of(read(CASES / "pairs.c"), "closest", strict)) is not None


def test_a_check_at_run_time_is_not_for_a_contract_that_wants_a_proof() -> None:
    unit = read(CASES / "sums.c")
    guarded = second(task_of(unit, "suffixes"))
    assert guarded is not None and guarded.plan.claim is Claim.GUARDED
    assert second(task_of(unit, "suffixes", Contract(require=Claim.PROVED))) is None
    assert second(task_of(unit, "suffixes", Contract(assume=frozenset({"noalias"})))) is not None


def test_several_functions_share_a_file() -> None:
    unit = read(CASES / "pairs.c")
    made = [m for name in ("closest", "sum_of_minima") if (m := second(task_of(unit, name))) is not None]
    whole, plans = combined(made)
    text = emit(whole, plans).text
    assert [plan.function.name for plan in plans] == ["closest", "sum_of_minima"]
    assert text.count("parlay::sort") + text.count("stable_sort") >= 2
    assert "int first_duplicate" in text  # the others stay


def test_a_function_without_one_costs_nothing() -> None:
    text = b"int f(int a) { return a + 1; }"
    task = task_of(SourceUnit(Path("f.c"), Language.C, text), "f")
    assert rewrites(task.facts) == ()
    assert second(replace(task)) is None
