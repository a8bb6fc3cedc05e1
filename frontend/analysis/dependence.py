"""Whether two accesses of one object meet in different iterations of a loop: exact on affine subscripts, by isl.

Products of positions and symbolic sizes (``a[i*n + j]``) are delinearised first (Grosser, Ramanujam, Pouchet,
Sadayappan and Pop 2015): each stride's remainder must lie in ``[0, stride)``, proved from the loop bounds or made a
guard.  Subscripts that are not understood may be anything.
"""

from __future__ import annotations

from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.context import Nest
from unseq.frontend.analysis.delinearization import Pair, by_number, by_symbols
from unseq.frontend.analysis.elimination import Constraint, equal
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.sets import Sets, division
from unseq.frontend.analysis.sides import Side, domain, in_range
from unseq.frontend.facts import Guard
from unseq.frontend.ir.nodes import Expr, Ref, Symbol
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two accesses that may meet. ``distance``: later iteration minus earlier one, where it is one number.
    ``forward``: the second access comes in the later iteration (True), the earlier one (False), or either (None).
    ``why``: what is not understood, if that is the reason."""

    distance: int | None = None
    forward: bool | None = None
    why: str = ""


def test(left: Side, right: Side, assumed: list[Guard]) -> Dependence | None:
    """Whether the two accesses, both behind one base, may meet in different iterations; None: never."""
    own = left.nests[0].position
    pairs = subscripts(left, right, assumed)
    if any(_separates(p, q, own, left.bounds) for p, q in pairs):
        return None
    flat = [pair for p, q in pairs for pair in by_symbols(p, q, left, right, assumed)]
    for p, q in flat:
        if _separates(p, q, own, left.bounds):
            return None
    subscripted = any(not isinstance(s, str) for s in left.path.steps)
    found = _solve(flat, left, right, subscripted)
    return None if found is not None and _in_rows(flat, left, right, assumed) else found


def subscripts(left: Side, right: Side, assumed: list[Guard]) -> list[Pair]:
    """The subscripts of two accesses behind one base, side by side, as far as they are understood."""
    pairs: list[Pair] = []
    for a, b in zip(left.path.steps, right.path.steps, strict=False):
        if isinstance(a, str) or isinstance(b, str):
            continue
        p, q = subscript(a, left, assumed), subscript(b, right, assumed)
        if p is not None and q is not None:
            pairs.append((p, q))
    return pairs


def _in_rows(pairs: list[Pair], left: Side, right: Side, assumed: list[Guard]) -> bool:
    """Whether rows of a fixed length keep the accesses apart."""
    for p, q in pairs:
        extra: list[Guard] = []
        rows = by_number(p, q, left, right, extra)
        if rows is not None and any(_separates(a, b, left.nests[0].position, left.bounds) for a, b in rows):
            assumed.extend(g for g in extra if g not in assumed)
            return True
    return False


def same_iteration(left: Side, right: Side) -> bool:
    """Whether the two accesses may meet in one iteration."""
    sets = Sets(left.bounds.is_fixed)
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints: list[Constraint] = [equal({"i0": 1}, {"j0": 1})]
    for a, b in zip(left.path.steps, right.path.steps, strict=False):
        if isinstance(a, str) or isinstance(b, str):
            continue
        p, q = subscript(a, left, []), subscript(b, right, [])
        if p is not None and q is not None:
            first, second = sets.affine(p, here), sets.affine(q, there)
            if first is not None and second is not None:
                constraints.append(equal(first, second))
    constraints += domain(sets, left, here) + domain(sets, right, there)
    return sets.is_empty([*here.values(), *there.values()], constraints) is not True


def subscript(e: Expr, side: Side, assumed: list[Guard]) -> Polynomial | None:
    """A subscript as a polynomial over positions and invariants; None: may be anything."""
    return side.known.ask(("subscript", e), assumed, lambda guards: _new_subscript(e, side, guards))


def _new_subscript(e: Expr, side: Side, assumed: list[Guard]) -> Polynomial | None:
    p = polynomial(e)
    if p is None:
        return None
    positions = {nest.position for nest in side.nests}
    for atom in p.atoms():
        inside = division(atom)
        parts = [atom, *(inside[1].atoms() if inside is not None and not side.bounds.is_fixed(atom) else ())]
        for part in parts[1:] or parts:
            if not (isinstance(part, Ref) and part.symbol in positions) and not side.bounds.is_fixed(part):
                return None
    for obligation in p.obligations:
        if not obligation.wide and not in_range(obligation.value, obligation.low, obligation.high, side, assumed):
            return None
    return p.bare()


def _separates(p: Polynomial, q: Polynomial, own: Symbol, bounds: Bounds) -> bool:
    """Whether equal subscripts mean the same iteration: ``c*i + r`` on both sides with one fixed ``r``."""
    if p.terms != q.terms:
        return False
    here = [m for m in p.terms if any(isinstance(a, Ref) and a.symbol == own for a in m)]
    if len(here) != 1 or len(here[0]) != 1:
        return False
    return all(bounds.is_fixed(a) for m in p.terms if m != here[0] for a in m)


def _solve(pairs: list[Pair], left: Side, right: Side, where: bool) -> Dependence | None:
    """Asks isl for two different iterations in which the subscripts agree."""
    sets = Sets(left.bounds.is_fixed)
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints: list[Constraint] = []
    lost = False
    for p, q in pairs:
        a, b = sets.affine(p, here), sets.affine(q, there)
        if a is None or b is None:
            lost = True
        else:
            constraints.append(equal(a, b))
    constraints += domain(sets, left, here) + domain(sets, right, there)
    names = [*here.values(), *there.values()]
    reverse = runs_down(left.nests[0])
    up: Constraint = ({"j0": 1, "i0": -1, "": -1}, False)
    down: Constraint = ({"i0": 1, "j0": -1, "": -1}, False)
    earlier, later = (down, up) if reverse else (up, down)
    forward = sets.is_empty(names, [*constraints, earlier])
    backward = sets.is_empty(names, [*constraints, later])
    if forward is True and backward is True:
        return None
    if forward is None or backward is None:
        return Dependence(why="the subscripts are too complicated to decide")
    if lost or len(pairs) == 0:
        return Dependence(why="the subscript is not an affine expression of the loop counters" if where else "")
    direction = None if not forward and not backward else not forward
    steps = sets.distance(names, [*constraints, earlier if direction is not False else later], "i0", "j0")
    return Dependence(abs(steps) if steps is not None else None, direction)


def runs_down(nest: Nest) -> bool:
    """Whether later iterations have smaller positions."""
    iteration = nest.iteration
    return iteration is not None and nest.position == iteration.symbol and iteration.step < 0
