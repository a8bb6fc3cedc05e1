"""Calls of standard algorithms: the primitive that each is, its claim and its guards, or why it stays as it is.

``/* parallel PRIMITIVE [CLAIM [Guard ...]] */`` or ``/* sequential: part of a reason */`` on the line of a call.
"""

import re
from pathlib import Path

import pytest

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import CallFact
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import read

FILE = Path(__file__).parent / "calls" / "algorithms.cpp"
WANTED = re.compile(r"/\* (parallel|sequential:) ([^*]*?) ?\*/")
LINES = FILE.read_text().splitlines()
CASES = [(n, m[1], m[2].strip()) for n, line in enumerate(LINES, 1) if (m := WANTED.search(line))]


def found() -> dict[int, CallFact]:
    unit = read(FILE)
    return {
        fact.span.line: fact
        for head in functions(unit)
        for fact in analyze(lower(unit, head.name)).calls
    }


@pytest.fixture(scope="module")
def facts() -> dict[int, CallFact]:
    return found()


@pytest.mark.parametrize(("line", "verdict", "details"), CASES, ids=lambda x: str(x))
def test_call(facts: dict[int, CallFact], line: int, verdict: str, details: str) -> None:
    fact = facts[line]
    shown = "; ".join(reason.what for reason in fact.reasons)
    if verdict == "sequential:":
        assert not fact.parallel
        assert details in shown
        return
    assert fact.parallel, shown
    primitive, *rest = details.split()
    assert fact.primitive == primitive
    if rest:
        assert fact.claim.value == rest[0]
        assert [type(guard).__name__ for guard in fact.guards] == rest[1:]


def test_every_call_is_looked_at(facts: dict[int, CallFact]) -> None:
    assert {line for line, _, _ in CASES} == set(facts)
