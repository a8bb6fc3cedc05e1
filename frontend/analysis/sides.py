"""What holds where an access is executed: its loops, the conditions on its way, and what follows from them.

Questions are answered by elimination and isl; where the answer needs more than is known, it may be made a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import field, replace
from typing import Any, TypeVar

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Monomial, Obligation, Polynomial, never_negative, number, polynomial
from unseq.frontend.analysis.context import Access, LoopContext, Nest
from unseq.frontend.analysis.elimination import Constraint, at_least_zero
from unseq.frontend.analysis.extents import Bounds, assume, discharge_fixed
from unseq.frontend.analysis.library import bare
from unseq.frontend.analysis.paths import Path
from unseq.frontend.analysis.sets import Sets
from unseq.frontend.facts import Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Select, Symbol
from unseq.frontend.slotted import dataclass

T = TypeVar("T")


class Known:
    """The facts of a place in the program (polynomials that are never negative), found by their terms, and the answers
    that they have given: whether a polynomial is never negative, and what else was asked, with the guards for it."""

    __slots__ = ("answers", "by_term", "facts", "others")

    def __init__(self) -> None:
        self.facts: list[Polynomial] = []
        self.answers: dict[frozenset[tuple[Monomial, int]], bool] = {}
        self.others: dict[Hashable, tuple[Any, tuple[Guard, ...]]] = {}
        self.by_term: dict[Monomial, list[int]] = {}

    def learn(self, facts: list[Polynomial]) -> None:
        """More facts, with which other answers may be given."""
        for fact in facts:
            for monomial in fact.terms:
                self.by_term.setdefault(monomial, []).append(len(self.facts))
            self.facts.append(fact)
        if facts:
            self.answers.clear()
            self.others.clear()

    def ask(self, question: Hashable, assumed: list[Guard], answer: Callable[[list[Guard]], T]) -> T:
        """The answer to a question, found once; ``answer`` adds the guards that it takes."""
        known = self.others.get(question)
        if known is None:
            guards: list[Guard] = []
            found = answer(guards)
            known = self.others[question] = (found, tuple(guards))
        assumed.extend(guard for guard in known[1] if guard not in assumed)
        value: T = known[0]
        return value


@dataclass(frozen=True, slots=True)
class Side:
    """One access, ready to be compared: its path, the loops around it (the tested one first), what holds there.

    ``known`` remembers what was asked there."""

    access: Access
    path: Path
    nests: tuple[Nest, ...]
    bounds: Bounds
    movers: frozenset[Symbol]  # counters of these loops and of the loops around
    needs: tuple[Guard, ...] = ()  # what the facts rest on
    lacks: bool = False  # more would be known under a guard
    known: Known = field(default_factory=Known, compare=False, repr=False)


@dataclass(slots=True)
class _Asked:
    """Guards that facts rest on, if they are allowed to; ``refused``: some would have liked to."""

    allowed: bool
    guards: list[Guard] = field(default_factory=list)
    refused: bool = False


def side(access: Access, where: Path, context: LoopContext, is_fixed: Callable[[Expr], bool], guarded: bool) -> Side:
    """Gathers what is known at an access; ``guarded``: also what is known only under a guard."""
    nests = (context.nest, *access.nests)
    bounds = Bounds(nests, is_fixed)
    asked = _Asked(guarded)
    outer = {s for f in context.facts if isinstance(f, Binary) for s in walk.used_symbols(f.left)}
    found = Side(access, where, nests, bounds, frozenset(outer | {nest.position for nest in nests}))
    for comparison in context.facts:
        found.known.learn(_facts(comparison, True, found, None))
    for nest in nests:
        for comparison in nest.domain:
            found.known.learn(_facts(comparison, True, found, asked))
    for test in access.tests:
        if test.resolved is not None:
            found.known.learn(_facts(test.resolved, test.holds, found, None))
    bounds.prove = lambda p: always(p, found)
    return replace(found, needs=tuple(asked.guards), lacks=asked.refused) if asked.guards or asked.refused else found


def _facts(e: Expr, holds: bool, side: Side, asked: _Asked | None) -> list[Polynomial]:
    """A comparison as polynomials that are not negative; nothing where it is not understood.

    Arithmetic of the operands may wrap around: that is excluded by what is known so far, or by a guard."""
    parts = terms.conjuncts(e)
    if holds and len(parts) > 1:
        return [fact for part in parts for fact in _facts(part, True, side, asked)]
    if not isinstance(e, Binary) or e.op not in ("<", "<=", ">", ">=", "==", "!="):
        return []
    op = e.op if holds else {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[e.op]
    several = _sides(op, e)
    if len(several) > 1:
        return [fact for part in several for fact in _facts(part, True, side, asked)]
    left, right = polynomial(e.left), polynomial(e.right)
    if left is None or right is None or op == "!=":
        return []
    for p in (left, right):
        for o in p.obligations:
            if not _holds(o, side, asked):
                return []
    difference = right.minus(left).bare()
    if op == "==":
        return [difference, number(0).minus(difference)]
    if op in (">", ">="):
        difference = number(0).minus(difference)
    return [difference.minus(number(1)) if op in ("<", ">") else difference]


def _sides(op: str, e: Binary) -> list[Binary]:
    """``k < min(a, b)`` as ``k < a`` and ``k < b``, and its mirror images."""
    smaller, larger = ("min", "max") if op in ("<", "<=") else ("max", "min")
    if op not in ("<", "<=", ">", ">="):
        return []
    found: list[Binary] = []
    for end, name in ((e.right, smaller), (e.left, larger)):
        chosen = _chosen(end)
        if chosen is not None and chosen[0] == name:
            ends = [Cast(a, end.type, True) if a.type != end.type else a for a in chosen[1]]
            found += [replace(e, op=op, right=a) if end is e.right else replace(e, op=op, left=a) for a in ends]
    return found


def _chosen(e: Expr) -> tuple[str, tuple[Expr, ...]] | None:
    """``min`` or ``max`` and its two operands."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int):
        if terms.limits(e.operand.type)[1] > terms.limits(e.type)[1] and e.type.bits < 64:
            return None
        e = e.operand
    if isinstance(e, Call) and bare(e.name) in ("min", "max") and len(e.arguments) == 2:
        whole = all(isinstance(t.strip(a.type), t.Int) for a in e.arguments)
        return (bare(e.name), e.arguments) if whole else None
    if isinstance(e, Select) and isinstance(e.condition, Binary) and e.condition.op in ("<", "<=", ">", ">="):
        compared = [polynomial(x) for x in (e.condition.left, e.condition.right)]
        branches = [polynomial(x) for x in (e.then, e.other)]
        if all(p is not None and all(map(_is_harmless, p.obligations)) for p in compared) and (
            [p and p.terms for p in compared] == [p and p.terms for p in branches]
        ):
            return "min" if e.condition.op[0] == "<" else "max", (e.then, e.other)
    return None


def _is_harmless(o: Obligation) -> bool:
    """Whether an intermediate result is in range wherever it is computed."""
    return o.wide and (o.low < -(1 << 62) or (o.low == 0 and _is_positive(o.value)))


def _holds(o: Obligation, side: Side, asked: _Asked | None) -> bool:
    """Whether an intermediate result is in range; no 64-bit one reaches 2^63."""
    above = (o.low == 0 and _is_positive(o.value)) or o.low < -(1 << 62) or always(o.value.minus(number(o.low)), side)
    if above and (o.wide or always(number(o.high).minus(o.value), side)):
        return True
    if asked is None:
        return False
    asked.refused = asked.refused or not asked.allowed
    return asked.allowed and discharge_fixed(o.value, o.low, o.high, o.wide, side.bounds.is_fixed, asked.guards)


def always(p: Polynomial, side: Side) -> bool:
    """Whether ``p >= 0`` at every execution of an access."""
    value = p.constant
    if value is not None:
        return value >= 0
    key = p.key
    found = side.known.answers.get(key)
    if found is None:
        found = side.known.answers[key] = _plain(p.terms, side.known) or _empty(p, side)
    return found


def _empty(p: Polynomial, side: Side) -> bool:
    """Whether nothing fulfils what is known and ``p < 0``."""
    sets = Sets(side.bounds.is_fixed)
    names = {nest.position: f"i{k}" for k, nest in enumerate(side.nests)}
    linear = sets.affine(p, names)
    if linear is None:
        return False
    negative = {name: -factor for name, factor in linear.items()}
    constraints = domain(sets, side, names)
    return bool(sets.is_empty(list(names.values()), [*constraints, at_least_zero(negative, -1)]))


def _plain(p: dict[Monomial, int], known: Known) -> bool:
    """Whether ``p >= 0`` follows from the signs of its terms, or from one fact or the sum of two.

    A term that keeps ``p`` from being positive must be taken away by a fact that has it, too."""
    bad = _not_positive(p)
    if bad is None:
        return True
    for first in known.by_term.get(bad, ()):
        rest = _minus(p, known.facts[first].terms)
        bad_there = _not_positive(rest)
        if bad_there is None:
            return True
        for second in known.by_term.get(bad_there, ()):
            if second != first and _not_positive(_minus(rest, known.facts[second].terms)) is None:
                return True
    return False


def _minus(p: dict[Monomial, int], q: dict[Monomial, int]) -> dict[Monomial, int]:
    found = dict(p)
    for monomial, coefficient in q.items():
        value = found.get(monomial, 0) - coefficient
        if value:
            found[monomial] = value
        else:
            del found[monomial]
    return found


def _not_positive(p: dict[Monomial, int]) -> Monomial | None:
    """A term that may be negative."""
    for monomial, coefficient in p.items():
        if coefficient < 0:
            return monomial
        for atom in monomial:
            if not never_negative(atom):
                return monomial
    return None


def _is_positive(p: Polynomial) -> bool:
    return _not_positive(p.terms) is None


def domain(sets: Sets, side: Side, names: dict[Symbol, str]) -> list[Constraint]:
    found = (sets.affine(fact, names) for fact in side.known.facts)
    return [(linear, False) for linear in found if linear is not None]


def in_range(value: Polynomial, low: int, high: int, side: Side, assumed: list[Guard]) -> bool:
    """Whether ``low <= value <= high`` at an access: proved by isl, or made a guard on the ends of its range."""
    question = ("in range", value.key, low, high)
    return side.known.ask(question, assumed, lambda guards: _in_range(value, low, high, side, guards))


def _in_range(value: Polynomial, low: int, high: int, side: Side, assumed: list[Guard]) -> bool:
    below = value.minus(number(low))
    above = number(high).minus(value)
    if always(below, side) and always(above, side):
        return True
    bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
    least, most = bounds.of_polynomial(value, False), bounds.of_polynomial(value, True)
    if least is None or most is None:
        return False
    if not (at_least(assumed, least, number(low)) and at_least(assumed, number(high), most)):
        return False
    assumed.extend(g for g in bounds.assumed if g not in assumed)
    return True


def at_least(assumed: list[Guard], left: Polynomial, right: Polynomial) -> bool:
    """Makes ``left >= right`` a guard, unless it is plain; False if it plainly does not hold."""
    difference = left.minus(right)
    value = difference.constant
    if not _is_positive(difference):
        if value is not None:
            return False
        assume(assumed, terms.compare(">=", left.expression(), right.expression()))
    return True


def remains(low: Polynomial, size: Polynomial, side: Side, assumed: list[Guard]) -> bool:
    """Whether ``0 <= low < size`` at an access: proved, or made a guard."""
    return side.known.ask(("remains", low.key, size.key), assumed, lambda guards: _remains(low, size, side, guards))


def _remains(low: Polynomial, size: Polynomial, side: Side, assumed: list[Guard]) -> bool:
    above = size.minus(low).minus(number(1))
    if not always(low, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
        least = bounds.of_polynomial(low, False)
        if least is None or (least.constant or 0) < 0:
            return False
        if not at_least(assumed, least, number(0)):
            return False
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    if not always(above, side):
        bounds = Bounds(side.nests, side.bounds.is_fixed, prove=side.bounds.prove)
        most = bounds.of_polynomial(low, True)
        if most is None:
            return False
        if not at_least(assumed, size, most.plus(number(1))):
            return False
        assumed.extend(g for g in bounds.assumed if g not in assumed)
    return True


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
