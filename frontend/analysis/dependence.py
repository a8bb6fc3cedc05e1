"""Whether two accesses of one object meet in different iterations of a loop: exact on affine subscripts, by isl.

Products of positions and symbolic sizes (``a[i*n + j]``) are delinearised first (Grosser, Ramanujam, Pouchet,
Sadayappan and Pop 2015): each stride's remainder must lie in ``[0, stride)``, proved from the loop bounds or made a
guard.  Subscripts that are not understood may be anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd
from typing import Any

import islpy as isl

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Monomial, Polynomial, number, polynomial
from unseq.frontend.analysis.context import Access, Nest
from unseq.frontend.analysis.extents import Bounds, assume, discharge_fixed, never_negative
from unseq.frontend.analysis.paths import Path
from unseq.frontend.facts import Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Expr, Ref, Symbol

MAX_OPERATIONS = 300_000
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
    needs: tuple[Guard, ...] = ()  # what the facts rest on


class Context:
    """isl set building: names for positions and parameters of one question."""

    def __init__(self) -> None:
        self.parameters: dict[Monomial, str] = {}

    def parameter(self, monomial: Monomial) -> str:
        """The name of a product of invariants."""
        return self.parameters.setdefault(monomial, f"p{len(self.parameters)}")

    def affine(self, p: Polynomial, positions: dict[Symbol, str]) -> str | None:
        """``p`` in isl's syntax; None if it is not affine in the positions."""
        parts: list[str] = []
        for monomial, coefficient in p.terms.items():
            mine = [a for a in monomial if isinstance(a, Ref) and a.symbol in positions]
            if not monomial:
                parts.append(str(coefficient))
            elif len(mine) == 1 and len(monomial) == 1:
                parts.append(f"{coefficient}*{positions[mine[0].symbol]}")
            elif mine:
                return None
            else:
                parts.append(f"{coefficient}*{self.parameter(monomial)}")
        return " + ".join(parts) if parts else "0"

    def is_empty(self, names: list[str], constraints: list[str]) -> bool | None:
        """Whether no integer point satisfies ``constraints``; None: too hard."""
        found = self.build(names, constraints)
        return None if found is None else _guarded(found.is_empty)

    def build(self, names: list[str], constraints: list[str]) -> Any:
        """The set of integer points."""
        condition = " and ".join(constraints) or "1 = 1"
        text = f"[{', '.join(self.parameters.values())}] -> {{ [{', '.join(names)}] : {condition} }}"
        return _guarded(lambda: isl.Set(text))


def _guarded(question: Any) -> Any:
    """The answer of isl, or None where it would take too long."""
    context = isl.DEFAULT_CONTEXT
    context.reset_operations()
    context.set_max_operations(MAX_OPERATIONS)
    try:
        return question()
    except isl.Error:
        return None
    finally:
        context.set_max_operations(0)
        context.reset_operations()


def side(access: Access, where: Path, own: Nest, is_fixed: Callable[[Expr], bool], guarded: bool) -> Side:
    """Gathers what is known at an access; ``guarded``: also what is known only under a guard."""
    nests = (own, *access.nests)
    bounds = Bounds(nests, is_fixed)
    facts: list[Polynomial] = []
    assumed: list[Guard] | None = [] if guarded else None
    for nest in nests:
        for comparison in nest.domain:
            facts.extend(_facts(comparison, True, bounds, assumed, False))
    for test in access.tests:
        if test.resolved is not None:
            facts.extend(_facts(test.resolved, test.holds, bounds, assumed, True))
    return Side(access, where, nests, tuple(facts), bounds, tuple(assumed or ()))


def _facts(e: Expr, holds: bool, bounds: Bounds, assumed: list[Guard] | None, strict: bool) -> list[Polynomial]:
    """A comparison as polynomials that are not negative; nothing where it is not understood.

    Arithmetic of the operands may wrap around: in a loop's bounds that is excluded by a guard, in a condition
    (``strict``) it is not understood."""
    parts = terms.conjuncts(e)
    if holds and len(parts) > 1:
        return [fact for part in parts for fact in _facts(part, True, bounds, assumed, strict)]
    if not isinstance(e, Binary) or e.op not in ("<", "<=", ">", ">=", "==", "!="):
        return []
    op = e.op if holds else {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[e.op]
    left, right = polynomial(e.left), polynomial(e.right)
    if left is None or right is None or op == "!=":
        return []
    for p in (left, right):
        for o in p.obligations:
            if (
                strict
                or assumed is None
                or not discharge_fixed(o.value, o.low, o.high, o.wide, bounds.is_fixed, assumed)
            ):
                return []
    difference = right.minus(left).bare()
    if op == "==":
        return [difference, number(0).minus(difference)]
    if op in (">", ">="):
        difference = number(0).minus(difference)
    return [difference.minus(number(1)) if op in ("<", ">") else difference]


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
    return _solve(flat, left, right)


def _subscript(e: Expr, side: Side, assumed: list[Guard]) -> Polynomial | None:
    """A subscript as a polynomial over positions and invariants; None: may be anything."""
    p = polynomial(e)
    if p is None:
        return None
    positions = {nest.position for nest in side.nests}
    for atom in p.atoms():
        if not (isinstance(atom, Ref) and atom.symbol in positions) and not side.bounds.is_fixed(atom):
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
    bounds = Bounds(side.nests, side.bounds.is_fixed)
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
    context = Context()
    names = {nest.position: f"i{k}" for k, nest in enumerate(side.nests)}
    text = context.affine(p, names)
    if text is None:
        return False
    constraints = _domain(context, side, names)
    return bool(context.is_empty(list(names.values()), [*constraints, f"{text} <= -1"]))


def _domain(context: Context, side: Side, names: dict[Symbol, str]) -> list[str]:
    constraints: list[str] = []
    for fact in side.facts:
        if not all(side.bounds.is_fixed(a) or (isinstance(a, Ref) and a.symbol in names) for a in fact.atoms()):
            continue
        text = context.affine(fact, names)
        if text is not None:
            constraints.append(f"{text} >= 0")
    for monomial, name in context.parameters.items():
        if all(never_negative(a) for a in monomial):
            constraints.append(f"{name} >= 0")
        if len(monomial) == 1 and isinstance(monomial[0].type, t.Int) and monomial[0].type.bits <= 32:
            low, high = terms.limits(monomial[0].type)
            constraints.append(f"{low} <= {name} <= {high}")
    return constraints


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
        positions = {nest.position for nest in of.nests}
        for monomial in subscript.terms:
            rest = tuple(a for a in monomial if not (isinstance(a, Ref) and a.symbol in positions))
            if rest and len(rest) < len(monomial):
                strides.add(rest)
    if not strides or len(strides) > MAX_STRIDES:
        return [(p, q)]
    stride = min(strides, key=lambda s: (len(s), repr(s)))
    factor = 0
    for subscript, of in sides:
        positions = {nest.position for nest in of.nests}
        for monomial, coefficient in subscript.terms.items():
            moves = any(isinstance(a, Ref) and a.symbol in positions for a in monomial)
            if moves and _quotient(monomial, stride) is not None:
                factor = gcd(factor, coefficient)
    size = Polynomial({stride: factor})
    (p_high, p_low), (q_high, q_low) = _split(p, stride, factor), _split(q, stride, factor)
    if not (_remains(p_low, size, left, assumed) and _remains(q_low, size, right, assumed)):
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


def _remains(low: Polynomial, size: Polynomial, side: Side, assumed: list[Guard]) -> bool:
    """Whether ``0 <= low < size`` at an access: proved, or made a guard."""
    above = size.minus(low).minus(number(1))
    if not always(low, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed)
        least = bounds.of_polynomial(low, False)
        if least is None or (least.constant or 0) < 0:
            return False
        _assume_at_least(assumed, least, number(0))
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    if not always(above, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed)
        most = bounds.of_polynomial(low, True)
        if most is None:
            return False
        _assume_at_least(assumed, size, most.plus(number(1)))
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    return True


def _solve(pairs: list[tuple[Polynomial, Polynomial]], left: Side, right: Side) -> Dependence | None:
    """Asks isl for two different iterations in which the subscripts agree."""
    context = Context()
    here = {nest.position: f"i{k}" for k, nest in enumerate(left.nests)}
    there = {nest.position: f"j{k}" for k, nest in enumerate(right.nests)}
    constraints: list[str] = []
    lost = False
    for p, q in pairs:
        a, b = context.affine(p, here), context.affine(q, there)
        if a is None or b is None:
            lost = True
        else:
            constraints.append(f"{a} = {b}")
    constraints += _domain(context, left, here) + _domain(context, right, there)
    names = [*here.values(), *there.values()]
    reverse = _runs_down(left.nests[0])
    earlier, later = ("j0 < i0", "i0 < j0") if reverse else ("i0 < j0", "j0 < i0")
    forward = context.is_empty(names, [*constraints, earlier])
    backward = context.is_empty(names, [*constraints, later])
    if forward is True and backward is True:
        return None
    if forward is None or backward is None:
        return Dependence(why="the subscripts are too complicated to decide")
    if lost or len(pairs) == 0:
        return Dependence(None, None, "" if pairs else "the subscript is not an affine expression of the loop counters")
    direction = None if not forward and not backward else not forward
    found = context.build(names, [*constraints, earlier if direction is not False else later])
    return Dependence(_distance(found, left.nests[0]), direction)


def _runs_down(nest: Nest) -> bool:
    iteration = nest.iteration
    return iteration is not None and nest.position == iteration.symbol and iteration.step < 0


def _distance(found: Any, nest: Nest) -> int | None:
    """The one difference of iterations, if there is one."""

    def ask() -> int | None:
        names = [found.get_dim_name(isl.dim_type.set, k) for k in range(found.dim(isl.dim_type.set))]
        difference = isl.Map(
            f"[{', '.join(found.get_dim_name(isl.dim_type.param, k) for k in range(found.dim(isl.dim_type.param)))}]"
            f" -> {{ [{', '.join(names)}] -> [j0 - i0] }}"
        )
        deltas = found.apply(difference).project_out(isl.dim_type.param, 0, found.dim(isl.dim_type.param))
        low, high = deltas.dim_min_val(0), deltas.dim_max_val(0)
        if low.is_int() and high.is_int() and low == high:
            return abs(int(low.to_python()))
        return None

    return _guarded(ask)  # type: ignore[no-any-return]
