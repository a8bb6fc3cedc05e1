"""Elimination says the same as isl, or nothing."""

import islpy as isl
from hypothesis import given, settings
from hypothesis import strategies as st

from unseq.frontend.analysis import elimination, solver
from unseq.frontend.analysis.elimination import Constraint

NAMES = ("i", "j", "k", "n")
SMALL = st.integers(-3, 3)


@st.composite
def constraints(draw: st.DrawFn) -> list[Constraint]:
    found: list[Constraint] = []
    for _ in range(draw(st.integers(1, 7))):
        linear = {name: factor for name in NAMES if (factor := draw(SMALL))}
        found.append(({**linear, "": draw(st.integers(-12, 12))}, draw(st.integers(0, 3)) == 0))
    return found


def points(of: list[Constraint]) -> str:
    return f"{{ [{', '.join(NAMES)}] : {' and '.join(solver.constraint(c) for c in of)} }}"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(constraints())
def test_it_finds_the_same_sets_empty(of: list[Constraint]) -> None:
    known = elimination.feasible(of)
    if known is not None:
        assert known is not bool(isl.Set(points(of)).is_empty())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(constraints())
def test_it_finds_the_same_distances(of: list[Constraint]) -> None:
    if isl.Set(points(of)).is_empty():
        return
    ends = elimination.values(of, {"j": 1, "i": -1})
    if ends is not None:
        assert solver.distance(points(of), "i", "j") == (ends[0] if ends[0] == ends[1] else None)


def test_it_decides_what_loops_ask() -> None:
    inside: list[Constraint] = [({"i": 1}, False), ({"n": 1, "i": -1, "": -1}, False)]
    there: list[Constraint] = [({"j": 1}, False), ({"n": 1, "j": -1, "": -1}, False)]
    meet = elimination.equal({"i": 2}, {"j": 2, "": 1})
    assert elimination.feasible([*inside, *there]) is True
    assert elimination.feasible([*inside, *there, meet]) is False
    next_to = elimination.equal({"i": 1, "": 1}, {"j": 1})
    assert elimination.values([*inside, *there, next_to], {"j": 1, "i": -1}) == (1, 1)


def test_what_is_not_exact_is_left_open() -> None:
    """3x + 2 <= 7y <= 3x + 3 has real solutions everywhere and integer ones only for some x."""
    of: list[Constraint] = [({"j": 7, "i": -3, "": -2}, False), ({"i": 3, "j": -7, "": 3}, False)]
    assert elimination.feasible([*of, ({"i": 1}, False), ({"i": -1, "": 9}, False)]) in (None, True)
