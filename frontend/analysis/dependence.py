"""Whether two accesses of one object meet in different iterations of a loop: exact on affine subscripts, by isl.

Products of positions and symbolic sizes (``a[i*n + j]``) are delinearised first (Grosser, Ramanujam, Pouchet,
Sadayappan and Pop 2015): each stride's remainder must lie in ``[0, stride)``, proved from the loop bounds or made a
guard.  Subscripts that are not understood may be anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import gcd

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Monomial, Obligation, Polynomial, never_negative, number, polynomial
from unseq.frontend.analysis.context import Access, LoopContext, Nest
from unseq.frontend.analysis.extents import Bounds, assume, discharge_fixed
from unseq.frontend.analysis.paths import Path
from unseq.frontend.analysis.sets import Sets, distance, division
from unseq.frontend.facts import Guard
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Binary, Expr, Ref, Symbol

MAX_STRIDES = 4


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two accesses that may meet. ``distance``: later iteration minus earlier one, where it is one number.
    ``forward``: the second access comes in the later iteration (True), the earlier one (False), or either (None).
    ``why``: what is not understood, if that is the reason."""

    distance: int | None = None
    forward: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One access, ready to be compared: its path, the loops around it (the tested one first), what holds there."""

    access: Access
    path: Path
    nests: tuple[Nest, ...]
    facts: tuple[Polynomial, ...]  # each is >= 0
    bounds: Bounds
    movers: frozenset[Symbol] = frozenset()  # counters of these loops and of the loops around
    needs: tuple[Guard, ...] = ()  # what the facts rest on


def side(access: Access, where: Path, context: LoopContext, is_fixed: Callable[[Expr], bool], guarded: bool) -> Side:
    """Gathers what is known at an access; ``guarded``: also what is known only under a guard."""
    nests = (context.nest, *access.nests)
    bounds = Bounds(nests, is_fixed)
    assumed: list[Guard] = []
    outer = {s for f in context.facts if isinstance(f, Binary) for s in walk.used_symbols(f.left)}
    found = Side(access, where, nests, (), bounds, frozenset(outer | {nest.position for nest in nests}))
    for comparison in context.facts:
        found = replace(found, facts=(*found.facts, *_facts(comparison, True, found, None)))
    for nest in nests:
        for comparison in nest.domain:
            new = _facts(comparison, True, found, assumed if guarded else None)
            found = replace(found, facts=(*found.facts, *new))
    for test in access.tests:
        if test.resolved is not None:
            found = replace(found, facts=(*found.facts, *_facts(test.resolved, test.holds, found, None)))
    bounds.prove = lambda p: always(p, found)
    return replace(found, needs=tuple(assumed))


def _facts(e: Expr, holds: bool, side: Side, assumed: list[Guard] | None) -> list[Polynomial]:
    """A comparison as polynomials that are not negative; nothing where it is not understood.

    Arithmetic of the operands may wrap around: that is excluded by what is known so far, or by a guard (unless
    ``assumed`` is None)."""
    parts = terms.conjuncts(e)
    if holds and len(parts) > 1:
        return [fact for part in parts for fact in _facts(part, True, side, assumed)]
    if not isinstance(e, Binary) or e.op not in ("<", "<=", ">", ">=", "==", "!="):
        return []
    op = e.op if holds else {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[e.op]
    left, right = polynomial(e.left), polynomial(e.right)
    if left is None or right is None or op == "!=":
        return []
    for p in (left, right):
        for o in p.obligations:
            if not _holds(o, side, assumed):
                return []
    difference = right.minus(left).bare()
    if op == "==":
        return [difference, number(0).minus(difference)]
    if op in (">", ">="):
        difference = number(0).minus(difference)
    return [difference.minus(number(1)) if op in ("<", ">") else difference]


def _holds(o: Obligation, side: Side, assumed: list[Guard] | None) -> bool:
    """Whether an intermediate result is in range; no 64-bit one reaches 2^63."""
    positive = all(c > 0 and all(never_negative(a) for a in m) for m, c in o.value.terms.items())
    above = (o.low == 0 and positive) or o.low < -(1 << 62) or always(o.value.minus(number(o.low)), side)
    if above and (o.wide or always(number(o.high).minus(o.value), side)):
        return True
    return assumed is not None and discharge_fixed(o.value, o.low, o.high, o.wide, side.bounds.is_fixed, assumed)


def test(left: Side, right: Side, assumed: list[Guard]) -> Dependence | None:
    """Whether the two accesses, both behind one base, may meet in different iterations; None: never."""
    pairs: list[tuple[Polynomial, Polynomial]] = []
    for a, b in zip(left.path.steps, right.path.steps, strict=False):
        if isinstance(a, str) or isinstance(b, str):
            continue
        p, q = _subscript(a, left, assumed), _subscript(b, right, assumed)
        if p is None or q is None:
            continue
        pairs.append((p, q))
    own = left.nests[0].position
    flat: list[tuple[Polynomial, Polynomial]] = []
    for p, q in pairs:
        if _separates(p, q, own, left.bounds):
            return None
        flat.extend(_delinearise(p, q, left, right, assumed))
    for p, q in flat:
        if _separates(p, q, own, left.bounds):
            return None
    subscripted = any(not isinstance(s, str) for s in left.path.steps)
    return _solve(flat, left, right, subscripted)


def same_iteration(left: Side, right: Side) -> bool:
    """Whether the two accesses may meet in one iteration."""
    sets = Sets(left.bounds.is_fixed)
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints = ["i0 = j0"]
    for a, b in zip(left.path.steps, right.path.steps, strict=False):
        if isinstance(a, str) or isinstance(b, str):
            continue
        p, q = _subscript(a, left, []), _subscript(b, right, [])
        if p is not None and q is not None:
            first, second = sets.affine(p, here), sets.affine(q, there)
            if first is not None and second is not None:
                constraints.append(f"{first} = {second}")
    constraints += _domain(sets, left, here) + _domain(sets, right, there)
    return sets.is_empty([*here.values(), *there.values()], constraints) is not True


def _subscript(e: Expr, side: Side, assumed: list[Guard]) -> Polynomial | None:
    """A subscript as a polynomial over positions and invariants; None: may be anything."""
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


def in_range(value: Polynomial, low: int, high: int, side: Side, assumed: list[Guard]) -> bool:
    """Whether ``low <= value <= high`` at an access: proved by isl, or made a guard on the ends of its range."""
    below = value.minus(number(low))
    above = number(high).minus(value)
    if always(below, side) and always(above, side):
        return True
    bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
    least, most = bounds.of_polynomial(value, False), bounds.of_polynomial(value, True)
    if least is None or most is None:
        return False
    _assume_at_least(assumed, least, number(low))
    _assume_at_least(assumed, number(high), most)
    assumed.extend(g for g in bounds.assumed if g not in assumed)
    return True


def _assume_at_least(assumed: list[Guard], left: Polynomial, right: Polynomial) -> None:
    """Makes ``left >= right`` a guard, unless it is plain."""
    difference = left.minus(right)
    value = difference.constant
    sure = value is not None and value >= 0
    if not sure and not all(c > 0 and all(never_negative(a) for a in m) for m, c in difference.terms.items()):
        assume(assumed, terms.compare(">=", left.expression(), right.expression()))


def always(p: Polynomial, side: Side) -> bool:
    """Whether ``p >= 0`` at every execution of an access."""
    value = p.constant
    if value is not None:
        return value >= 0
    sets = Sets(side.bounds.is_fixed)
    names = {nest.position: f"i{k}" for k, nest in enumerate(side.nests)}
    text = sets.affine(p, names)
    if text is None:
        return False
    constraints = _domain(sets, side, names)
    return bool(sets.is_empty(list(names.values()), [*constraints, f"{text} <= -1"]))


def _domain(sets: Sets, side: Side, names: dict[Symbol, str]) -> list[str]:
    found = (sets.affine(fact, names) for fact in side.facts)
    return [f"{text} >= 0" for text in found if text is not None]


def outermost(bounds: list[tuple[Expr, Side]], upper: bool) -> Expr:
    """The largest (smallest) of some bounds, each of which only matters where its access is executed."""
    rest: list[tuple[Expr, Side]] = []
    for bound, side in bounds:
        if any(_covers(known, bound, side, upper) for known, _ in rest):
            continue
        rest = [(known, where) for known, where in rest if not _covers(bound, known, where, upper)]
        rest.append((bound, side))
    whole = rest[0][0]
    for bound, _ in rest[1:]:
        whole = terms.larger(whole, bound) if upper else terms.smaller(whole, bound)
    return whole


def _covers(known: Expr, bound: Expr, side: Side, upper: bool) -> bool:
    a, b = polynomial(known), polynomial(bound)
    if a is None or b is None:
        return known == bound
    further = a.minus(b).bare() if upper else b.minus(a).bare()
    return always(further, side)


def _separates(p: Polynomial, q: Polynomial, own: Symbol, bounds: Bounds) -> bool:
    """Whether equal subscripts mean the same iteration: ``c*i + r`` on both sides with one fixed ``r``."""
    if p.terms != q.terms:
        return False
    here = [m for m in p.terms if any(isinstance(a, Ref) and a.symbol == own for a in m)]
    if len(here) != 1 or len(here[0]) != 1:
        return False
    return all(bounds.is_fixed(a) for m in p.terms if m != here[0] for a in m)


def _delinearise(
    p: Polynomial, q: Polynomial, left: Side, right: Side, assumed: list[Guard]
) -> list[tuple[Polynomial, Polynomial]]:
    """A pair of subscripts as pairs of the subscripts of a matrix, where that is legal."""
    sides = ((p, left), (q, right))
    strides: set[Monomial] = set()
    for subscript, of in sides:
        for monomial in subscript.terms:
            rest = tuple(a for a in monomial if not (isinstance(a, Ref) and a.symbol in of.movers))
            if rest and len(rest) < len(monomial) and all(of.bounds.is_fixed(a) for a in rest):
                strides.add(rest)
    if not strides or len(strides) > MAX_STRIDES:
        return [(p, q)]
    stride = min(strides, key=lambda s: (len(s), repr(s)))
    factor = 0
    for subscript, of in sides:
        for monomial, coefficient in subscript.terms.items():
            moves = any(isinstance(a, Ref) and a.symbol in of.movers for a in monomial)
            if moves and _quotient(monomial, stride) is not None:
                factor = gcd(factor, coefficient)
    size = Polynomial({stride: factor})
    (p_high, p_low), (q_high, q_low) = _split(p, stride, factor), _split(q, stride, factor)
    if not (remains(p_low, size, left, assumed) and remains(q_low, size, right, assumed)):
        return [(p, q)]
    return [(p_low, q_low), *_delinearise(p_high, q_high, left, right, assumed)]


def _quotient(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    rest = list(monomial)
    for atom in divisor:
        if atom not in rest:
            return None
        rest.remove(atom)
    return tuple(rest)


def _split(p: Polynomial, stride: Monomial, factor: int) -> tuple[Polynomial, Polynomial]:
    """``p`` as ``high * factor * stride + low``."""
    high: dict[Monomial, int] = {}
    low: dict[Monomial, int] = {}
    for monomial, coefficient in p.terms.items():
        rest = _quotient(monomial, stride)
        if rest is not None and coefficient % factor == 0:
            high[rest] = coefficient // factor
        else:
            low[monomial] = coefficient
    return Polynomial(high), Polynomial(low)


def remains(low: Polynomial, size: Polynomial, side: Side, assumed: list[Guard]) -> bool:
    """Whether ``0 <= low < size`` at an access: proved, or made a guard."""
    above = size.minus(low).minus(number(1))
    if not always(low, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
        least = bounds.of_polynomial(low, False)
        if least is None or (least.constant or 0) < 0:
            return False
        _assume_at_least(assumed, least, number(0))
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    if not always(above, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
        most = bounds.of_polynomial(low, True)
        if most is None:
            return False
        _assume_at_least(assumed, size, most.plus(number(1)))
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    return True


def _solve(pairs: list[tuple[Polynomial, Polynomial]], left: Side, right: Side, where: bool) -> Dependence | None:
    """Asks isl for two different iterations in which the subscripts agree."""
    sets = Sets(left.bounds.is_fixed)
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints: list[str] = []
    lost = False
    for p, q in pairs:
        a, b = sets.affine(p, here), sets.affine(q, there)
        if a is None or b is None:
            lost = True
        else:
            constraints.append(f"{a} = {b}")
    constraints += _domain(sets, left, here) + _domain(sets, right, there)
    names = [*here.values(), *there.values()]
    reverse = _runs_down(left.nests[0])
    earlier, later = ("j0 < i0", "i0 < j0") if reverse else ("i0 < j0", "j0 < i0")
    forward = sets.is_empty(names, [*constraints, earlier])
    backward = sets.is_empty(names, [*constraints, later])
    if forward is True and backward is True:
        return None
    if forward is None or backward is None:
        return Dependence(why="the subscripts are too complicated to decide")
    if lost or len(pairs) == 0:
        return Dependence(why="the subscript is not an affine expression of the loop counters" if where else "")
    direction = None if not forward and not backward else not forward
    found = sets.build(names, [*constraints, earlier if direction is not False else later])
    steps = distance(found, "i0", "j0") if found is not None else None
    return Dependence(abs(steps) if steps is not None else None, direction)


def _runs_down(nest: Nest) -> bool:
    iteration = nest.iteration
    return iteration is not None and nest.position == iteration.symbol and iteration.step < 0
