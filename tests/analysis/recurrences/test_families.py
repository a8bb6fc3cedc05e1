"""Which family a loop's step is in: variations that must be found, near misses that must not."""

import re
from pathlib import Path

import pytest

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import LoopFact, Recurrence
from unseq.frontend.lower import lower
from unseq.frontend.source import read

SOURCE = Path(__file__).parent / "families.c"
CASES = re.findall(r"/\* ([a-z+\- ]+) \*/ [\w ]*?(\w+)\(", SOURCE.read_text())
BY_SMT = {"clamp", "floor_of"}


def loop_of(name: str) -> LoopFact:
    return analyze(lower(read(SOURCE), name)).loops[0]


@pytest.mark.parametrize(("wanted", "name"), CASES, ids=[name for _, name in CASES])
def test_family(wanted: str, name: str) -> None:
    fact = loop_of(name)
    found = [role for role in fact.roles if isinstance(role, Recurrence)]
    if wanted == "none":
        assert not fact.parallel, [(role.family, [s.name for s in role.symbols]) for role in found]
        assert fact.reasons
        return
    assert fact.parallel, [reason.what for reason in fact.reasons]
    assert len(found) == len(wanted.split("+"))
    for role, family in zip(found, wanted.split("+"), strict=True):
        assert role.family.startswith(family)


def test_there_are_as_many_near_misses_as_hits() -> None:
    assert 10 <= sum(wanted == "none" for wanted, _ in CASES) <= len(CASES) * 2 // 3


def test_downstream_values_name_what_they_need() -> None:
    first, second = (role for role in loop_of("staged").roles if isinstance(role, Recurrence))
    assert not first.upstream and second.upstream == first.symbols
    assert len(second.steps) == 1


def test_membership_is_proved_by_the_solver_where_no_normal_form_shows_it() -> None:
    proofs = {name: [r.proof for r in loop_of(name).roles if isinstance(r, Recurrence)] for _, name in CASES}
    assert proofs["thermostat"] == ["smt"] and proofs["floor_of"] == ["smt"]
    assert proofs["cycle"] == ["construction"] and proofs["masks"] == ["construction"]
