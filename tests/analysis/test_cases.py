"""One-file cases: sources whose loops carry their expected facts in comments.

``/* parallel KIND CLAIM [Role ...] [Guard ...] */`` or ``/* sequential: part of a reason */`` on the line of a loop;
``KIND`` and ``CLAIM`` may be ``any``, and roles and guards are those that must be among the loop's. A file may start
with ``/* assume: noalias */``.  A comment starting with ``!`` states what we would like and do not have.
"""

import re
from pathlib import Path

import pytest

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import LoopFact
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import read

CASES = sorted((Path(__file__).parent / "cases").glob("*.c*"))
EXPECTATION = re.compile(r"/\* (parallel|sequential:?) ?([^*]*)\*/")


def expectations(text: str) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = EXPECTATION.search(line)
        if match:
            found[number] = (match[1].rstrip(":"), match[2].strip())
    return found


def describe(fact: LoopFact) -> str:
    roles = " ".join(type(r).__name__ for r in fact.roles)
    guards = " ".join(type(g).__name__ for g in fact.guards)
    reasons = "; ".join(f"{r.span.line}: {r.what}" for r in fact.reasons)
    return f"parallel={fact.parallel} {fact.kind} {fact.claim.value} [{roles}] [{guards}] {reasons}"


def check(fact: LoopFact, verdict: str, details: str) -> None:
    shown = describe(fact)
    assert fact.parallel == (verdict == "parallel"), shown
    if not fact.parallel:
        assert fact.reasons, shown
        assert any(details in reason.what for reason in fact.reasons), shown
        return
    assert not fact.reasons, shown
    kind, claim, *rest = [*details.split(), "any", "any"][: max(2, len(details.split()))]
    assert kind in ("any", fact.kind.replace(" ", "")), shown
    assert claim in ("any", fact.claim.value), shown
    present = [type(x).__name__ for x in (*fact.roles, *fact.guards)]
    for name in rest:
        if name != "any":
            assert name in present, shown
            present.remove(name)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.name)
def test_case(path: Path) -> None:
    unit = read(path)
    text = path.read_text()
    wanted = expectations(text)
    assert wanted, "a case without expectations"
    assume = (
        frozenset(re.findall(r"\w+", match[1])) if (match := re.match(r"/\* assume:([^*]*)\*/", text)) else frozenset()
    )
    facts: dict[int, LoopFact] = {}
    for head in functions(unit):
        if head.is_template:
            continue
        for fact in analyze(lower(unit, head.name), assume).loops:
            if fact.function == head.name:
                facts[fact.span.line] = fact
    missed: list[str] = []
    for line, (verdict, details) in wanted.items():
        if line not in facts:
            missed.append(f"{path.name}:{line}: no loop there")
            continue
        try:
            check(facts[line], verdict, details)
        except AssertionError:
            missed.append(f"{path.name}:{line}: wanted {verdict} {details}\n    found {describe(facts[line])}")
    assert not missed, "\n".join(missed)
