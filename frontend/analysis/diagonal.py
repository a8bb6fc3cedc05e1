"""Whether two accesses of a loop nest may meet against the grain: first in a later column, then in an earlier one.

A loop and the loop inside it may be cut into blocks that run along anti-diagonals iff no value flows, and nothing is
overwritten, from a row to a later row of a smaller column (the two loops are permutable; Wolf and Lam, "A loop
transformation theory and an algorithm to maximize parallelism", 1991).  Skewing counts columns as ``j + skew * i``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from unseq.frontend.analysis import dependence
from unseq.frontend.analysis.context import Access
from unseq.frontend.analysis.delinearization import Pair, by_number, by_symbols
from unseq.frontend.analysis.elimination import Constraint, Linear, at_least_zero, combined, equal
from unseq.frontend.analysis.sets import Sets
from unseq.frontend.analysis.sides import Side, domain
from unseq.frontend.facts import Guard
from unseq.frontend.ir.nodes import Loop
from unseq.frontend.slotted import dataclass


class Part(Enum):
    """Where in a row an access happens."""

    BEFORE = "before"  # in front of the inner loop
    INSIDE = "inside"  # in an iteration of the inner loop
    AFTER = "after"
    ANYWHERE = "anywhere"  # in the inner loop's header, or not known


@dataclass(frozen=True, slots=True)
class Grain:
    """The nest: ``inner`` runs over the columns; ``part`` tells where an access stands."""

    inner: Loop
    skew: int
    part: Callable[[Access], Part]


def never(left: Side, right: Side, grain: Grain, assumed: list[Guard]) -> bool:
    """Whether the two accesses, both behind one base, never meet against the grain; adds the guards that it takes."""
    pairs = dependence.subscripts(left, right, assumed)
    flat = [pair for p, q in pairs for pair in by_symbols(p, q, left, right, assumed)]
    if _ordered(flat, left, right, grain):
        return True
    for p, q in flat:
        extra: list[Guard] = []
        rows = by_number(p, q, left, right, extra)
        if rows is not None and _ordered([*flat, *rows], left, right, grain):
            assumed.extend(g for g in extra if g not in assumed)
            return True
    return False


def _ordered(pairs: list[Pair], left: Side, right: Side, grain: Grain) -> bool:
    sets = Sets(left.bounds.is_fixed)
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints: list[Constraint] = []
    for p, q in pairs:
        a, b = sets.affine(p, here), sets.affine(q, there)
        if a is not None and b is not None:
            constraints.append(equal(a, b))
    constraints += domain(sets, left, here) + domain(sets, right, there)
    names = [*here.values(), *there.values()]
    down = dependence.runs_down(left.nests[0])
    for is_left in (True, False):
        first, second = (left, right) if is_left else (right, left)
        columns = ("i1", "j1") if is_left else ("j1", "i1")
        rows = ("i0", "j0") if is_left else ("j0", "i0")
        steps: Linear = {rows[0]: 1, rows[1]: -1} if down else {rows[1]: 1, rows[0]: -1}
        against = _against(first, second, grain, columns, steps)
        if against is not None and sets.is_empty(names, [*constraints, at_least_zero(steps, -1), *against]) is not True:
            return False
    return True


def _against(
    first: Side, second: Side, grain: Grain, columns: tuple[str, str], steps: Linear
) -> list[Constraint] | None:
    """The constraints that the first access, ``steps`` rows before the second, is in a larger column; None: never."""
    parts = grain.part(first.access), grain.part(second.access)
    if parts == (Part.INSIDE, Part.INSIDE):
        sign = -1 if dependence.runs_down(first.nests[1]) else 1
        larger: Linear = {columns[0]: sign, columns[1]: -sign}
        return [at_least_zero(combined(larger, 1, steps, -grain.skew), -1)]
    if parts[0] is Part.BEFORE and parts[1] is not Part.ANYWHERE:
        return None
    if parts[1] is Part.AFTER and parts[0] is not Part.ANYWHERE:
        return None
    return []
