"""The family "clamp": ``x = min(high, max(low, x + add))``, found by its limits and proved by z3.

With ``f`` one iteration as a function of ``x``: ``low`` is f at minus infinity, ``high`` is f at plus infinity, and
``add`` is what f adds in between.  These are read off the body's choices; that ``f`` is that clamp for every value of
``x`` and of the inputs is one question to the solver.  Where ``x`` starts from a known value and never falls below it
(or never rises above it), which is another question, that value stands for the infinity.  Max-plus (no ``high``),
min-plus (no ``low``) and constants (``low = high``) are clamps.  Clamps are closed under composition, and 64 bits hold
what 32-bit inputs can add up to in fewer than 2^28 iterations.
"""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, converted, parameter, value_of
from unseq.frontend.analysis.linear import number, plus
from unseq.frontend.analysis.proof import Prover
from unseq.frontend.analysis.ranges import Range, range_of, truth
from unseq.frontend.analysis.semiring import FAR
from unseq.frontend.analysis.terms import limits
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Overflow, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import BOOL, LONG, Bool, Int, strip
from unseq.frontend.ir.walk import used_symbols
from unseq.frontend.slotted import dataclass


class _NoLimit(Exception):
    """The iteration has no limit that is a value or an infinity."""


@dataclass(frozen=True, slots=True)
class _Infinite:
    sign: int


_Limit = Expr | _Infinite


def _literal(value: _Limit) -> Expr:
    return Literal(value.sign * FAR, LONG) if isinstance(value, _Infinite) else converted(value, LONG)


def _limit(e: Expr, x: Symbol, at: _Limit) -> _Limit:
    """``e`` where ``x`` is ``at``; arithmetic in 64 bits, where it cannot overflow."""
    if x not in used_symbols(e):
        return e
    match e:
        case Ref():
            return at
        case Cast(operand) if isinstance(e.type, Int) and isinstance(operand.type, Int):
            return _limit(operand, x, at)
        case Unary("-", operand):
            inner = _limit(operand, x, at)
            if isinstance(inner, _Infinite):
                return _Infinite(-inner.sign)
            return Unary("-", converted(inner, LONG), LONG, Overflow.UNDEFINED)
        case Binary("+" | "-" as op, left, right):
            a, b = _limit(left, x, at), _limit(right, x, at)
            if isinstance(b, _Infinite) and op == "-":
                b = _Infinite(-b.sign)
            if isinstance(a, _Infinite) and isinstance(b, _Infinite) and a.sign != b.sign:
                raise _NoLimit
            if isinstance(a, _Infinite):
                return a
            if isinstance(b, _Infinite):
                return b
            return Binary(op, converted(a, LONG), converted(b, LONG), LONG, Overflow.UNDEFINED)
        case Select(condition, then, other):
            return _chosen(_condition(condition, x, at), then, other, x, at)
        case Call(name, (left, right)) if name in {"std::min", "std::max"} and e.target is None:
            return _extremum(name, _limit(left, x, at), _limit(right, x, at))
    raise _NoLimit


def _extremum(name: str, a: _Limit, b: _Limit) -> _Limit:
    wins = -1 if name == "std::min" else 1
    for one, other in ((a, b), (b, a)):
        if isinstance(one, _Infinite):
            return one if one.sign == wins else other
    return Call(name, (_literal(a), _literal(b)), LONG)


def _chosen(condition: Expr, then: Expr, other: Expr, x: Symbol, at: _Limit) -> _Limit:
    decided = truth(condition, {})
    if decided is not None:
        return _limit(then if decided else other, x, at)
    a, b = _limit(then, x, at), _limit(other, x, at)
    return a if a == b else Select(condition, _literal(a), _literal(b), LONG)


def _condition(e: Expr, x: Symbol, at: _Limit) -> Expr:
    """A condition where ``x`` is ``at``."""
    if x not in used_symbols(e):
        return e
    match e:
        case Cast(operand) if isinstance(e.type, Bool):
            return _condition(operand, x, at)
        case Unary("!", operand):
            return Unary("!", _condition(operand, x, at), BOOL)
        case Binary("&&" | "||" as op, left, right):
            return Binary(op, _condition(left, x, at), _condition(right, x, at), BOOL)
        case Binary("<" | "<=" | ">" | ">=" | "==" | "!=" as op, left, right):
            a, b = _limit(left, x, at), _limit(right, x, at)
            if isinstance(a, _Infinite) and isinstance(b, _Infinite) and a.sign == b.sign:
                raise _NoLimit
            order = (a.sign if isinstance(a, _Infinite) else 0) - (b.sign if isinstance(b, _Infinite) else 0)
            if order:
                return Literal(op == "!=" or ((op in {">", ">="}) == (order > 0) and op != "=="), BOOL)
            return Binary(op, _literal(a), _literal(b), BOOL)
    raise _NoLimit


def _added(e: Expr, x: Symbol, at: _Limit) -> Expr | None:
    """What the iteration adds to ``x`` where it does not meet a limit, seen from ``at``; None: it keeps nothing."""
    if x not in used_symbols(e):
        return None
    match e:
        case Ref():
            return number(0, LONG)
        case Cast(operand):
            return _added(operand, x, at)
        case Binary("+" | "-" as op, left, right):
            inner, offset = (left, right) if x in used_symbols(left) else (right, left)
            if x in used_symbols(offset) or (op == "-" and inner is right):
                raise _NoLimit
            kept = _added(inner, x, at)
            if kept is None:
                return None
            by = converted(offset, LONG)
            if op == "+":
                return plus(kept, by, LONG)
            return Binary("-", kept, by, LONG, Overflow.UNDEFINED)
        case Select(condition, then, other) if x not in used_symbols(condition):
            a, b = _added(then, x, at), _added(other, x, at)
            if a is None or b is None or a == b:
                return b if a is None else a
            return Select(condition, a, b, LONG)
        case Select(condition, then, other):
            decided = truth(_condition(condition, x, at), {})
            a, b = _added(then, x, at), _added(other, x, at)
            if a is not None and b is not None and decided is not None:
                return a if decided else b
            return _agreed(a, b)
        case Call(name, (left, right)) if name in {"std::min", "std::max"}:
            return _agreed(_added(left, x, at), _added(right, x, at))
    raise _NoLimit


def _agreed(a: Expr | None, b: Expr | None) -> Expr | None:
    if a is None or b is None or a == b:
        return b if a is None else a
    raise _NoLimit


def _narrow(e: Expr | None) -> bool:
    """Whether 64 bits hold sums of 2^28 such values; infinities do no harm."""
    if e is None or (isinstance(e, Literal) and e.value in (FAR, -FAR)):
        return True
    if isinstance(e, Select):
        return _narrow(e.then) and _narrow(e.other)
    found = range_of(e, {})
    return found is not None and found[0] >= -(1 << 32) and found[1] <= 1 << 32


def clamp(x: Symbol, e: Expr, start: Range | None, uids: Uids) -> Recurrence | None:
    """``x``'s new value ``e`` as a clamp, if it is one; ``start`` holds its values at loop entry."""
    own = strip(x.type)
    if not isinstance(own, Int) or own.bits > 64 or start is None or start[0] < -(1 << 59) or start[1] > 1 << 59:
        return None
    whole = limits(own)
    return (
        _within(x, e, whole, whole, uids)
        or _within(x, e, (start[0], whole[1]), whole, uids)
        or _within(x, e, (whole[0], start[1]), whole, uids)
    )


def _within(x: Symbol, e: Expr, domain: Range, whole: Range, uids: Uids) -> Recurrence | None:
    """``e`` as a clamp for ``x`` in ``domain``, which iterations never leave (that is proved too)."""
    bottom: _Limit = _Infinite(-1) if domain[0] == whole[0] else Literal(domain[0], LONG)
    top: _Limit = _Infinite(1) if domain[1] == whole[1] else Literal(domain[1], LONG)
    try:
        low, high = _limit(e, x, bottom), _limit(e, x, top)
        add = _added(e, x, top if isinstance(high, _Infinite) else bottom) or number(0, LONG)
    except _NoLimit:
        return None
    below = None if low == _Infinite(-1) else _literal(low)
    above = None if high == _Infinite(1) else _literal(high)
    if (below is None and above is None) or not (_narrow(add) and _narrow(below) and _narrow(above)):
        return None
    value: Expr = plus(converted(value_of(x), LONG), add, LONG)
    prover = Prover(frozenset({x}), {x: domain})
    lowest = -FAR if domain[0] == whole[0] else domain[0]  # beyond its type's range no value occurs
    if domain != whole and not prover.within(e, lowest, FAR if domain[1] == whole[1] else domain[1]):
        return None
    if not prover.equal(e, _clamped(value, below, above)):
        return None
    return _role(x, add, below, above, uids)


def _clamped(value: Expr, low: Expr | None, high: Expr | None) -> Expr:
    raised = value if low is None else Call("std::max", (low, value), LONG)
    return raised if high is None else Call("std::min", (high, raised), LONG)


def _role(x: Symbol, add: Expr, low: Expr | None, high: Expr | None, uids: Uids) -> Recurrence:
    own = strip(x.type)
    bounds = {"low": low, "high": high}
    names = ["add", *(name for name, bound in bounds.items() if bound is not None)]
    first = {name: parameter(name, LONG, uids) for name in names}
    later = {name: parameter(name, LONG, uids) for name in names}
    mine: dict[str, Expr] = {name: value_of(s) for name, s in first.items()}
    theirs: dict[str, Expr] = {name: value_of(s) for name, s in later.items()}
    combine: list[Expr] = [plus(mine["add"], theirs["add"], LONG)]
    combine += [
        _clamped(plus(mine[name], theirs["add"], LONG), theirs.get("low"), theirs.get("high")) for name in names[1:]
    ]
    identity = {"add": 0, "low": -FAR, "high": FAR}
    applied = _clamped(plus(converted(value_of(x), LONG), mine["add"], LONG), mine.get("low"), mine.get("high"))
    return Recurrence(
        (x,),
        "clamp" if low is not None and high is not None else "max-plus" if high is None else "min-plus",
        tuple(first.values()),
        tuple(later.values()),
        (add, *(bound for bound in bounds.values() if bound is not None)),
        tuple(combine),
        tuple(number(identity[name], LONG) for name in names),
        (converted(applied, own),),
        proof="smt",
    )


