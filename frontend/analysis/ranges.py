"""Which values an integer expression can have: an interval, by its operations and the types of its parts.

Interval arithmetic (Moore 1966) on mathematical integers, with each operation's overflow rule: what is undefined does
not happen, what wraps can have any value of the type. Variables may be given narrower intervals. Knows nothing of
which branch was taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from unseq.frontend.analysis.terms import limits
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Overflow, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import Bool, Int, Type

Range = tuple[int, int]
Known = Mapping[Symbol, Range]

TRUTH: Range = (0, 1)
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}


def of_type(type_: Type) -> Range | None:
    """All values of a type; None for what is no integer."""
    if isinstance(type_, Bool):
        return TRUTH
    return limits(type_) if isinstance(type_, Int) else None


def range_of(e: Expr, known: Known) -> Range | None:
    """Least and greatest value of ``e``; None for what is no integer."""
    whole = of_type(e.type)
    if whole is None:
        return None
    found = _range(e, known)
    return whole if found is None else found


def _range(e: Expr, known: Known) -> Range | None:
    match e:
        case Literal(value) if isinstance(value, int):
            return int(value), int(value)
        case Ref(symbol) if symbol in known:
            return known[symbol]
        case Cast(operand):
            inner = range_of(operand, known)
            if inner is None:
                return None
            if isinstance(e.type, Bool):
                return (1, 1) if inner[0] > 0 or inner[1] < 0 else (0, 0) if inner == (0, 0) else TRUTH
            return _fitted(inner, e.type, Overflow.WRAP)
        case Unary("-", operand, type_, overflow):
            inner = range_of(operand, known)
            return None if inner is None else _fitted((-inner[1], -inner[0]), type_, overflow)
        case Unary("!", operand):
            return _negated(truth(operand, known))
        case Select(condition, then, other):
            return _chosen(truth(condition, known), range_of(then, known), range_of(other, known))
        case Call(name, (left, right)) if name in {"std::min", "std::max"} and e.target is None:
            a, b = range_of(left, known), range_of(right, known)
            if a is None or b is None:
                return None
            pick = min if name == "std::min" else max
            return pick(a[0], b[0]), pick(a[1], b[1])
        case Binary(op) if op in _COMPARISONS:
            return _as_range(truth(e, known))
        case Binary():
            return _arithmetic(e, known)
    return None


def _chosen(condition: bool | None, then: Range | None, other: Range | None) -> Range | None:
    if condition is not None:
        return then if condition else other
    if then is None or other is None:
        return None
    return min(then[0], other[0]), max(then[1], other[1])


def _as_range(truth_value: bool | None) -> Range:
    return TRUTH if truth_value is None else (int(truth_value), int(truth_value))


def _negated(truth_value: bool | None) -> Range:
    return _as_range(None if truth_value is None else not truth_value)


def _arithmetic(e: Binary, known: Known) -> Range | None:
    a, b = range_of(e.left, known), range_of(e.right, known)
    if a is None or b is None:
        return None
    (low, high), (least, most) = a, b
    match e.op:
        case "+":
            return _fitted((low + least, high + most), e.type, e.overflow)
        case "-":
            return _fitted((low - most, high - least), e.type, e.overflow)
        case "*":
            corners = [x * y for x in a for y in b]
            return _fitted((min(corners), max(corners)), e.type, e.overflow)
        case "%" if least > 0:
            return (0 if low >= 0 else max(low, 1 - most)), (min(high, most - 1) if high >= 0 else 0)
        case "/" if least > 0:
            corners = [_quotient(x, y) for x in a for y in b]
            return min(corners), max(corners)
        case "&" if least >= 0 or low >= 0:
            return 0, min(x for x, sign in ((high, low), (most, least)) if sign >= 0)
        case "|" | "^" if low >= 0 and least >= 0:
            return 0, (1 << max(high.bit_length(), most.bit_length())) - 1
        case ">>" if least >= 0:
            corners = [x >> min(y, 128) for x in a for y in b]
            return min(corners), max(corners)
        case "<<" if least >= 0 and most < 64:
            corners = [x << y for x in a for y in b]
            return _fitted((min(corners), max(corners)), e.type, Overflow.WRAP)
    return None


def _quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a >= 0) == (b >= 0) else -1)


def _fitted(found: Range, type_: Type, overflow: Overflow) -> Range | None:
    whole = of_type(type_)
    if whole is None:
        return None
    if whole[0] <= found[0] and found[1] <= whole[1]:
        return found
    if overflow is Overflow.UNDEFINED:  # values beyond the type do not occur
        low, high = max(found[0], whole[0]), min(found[1], whole[1])
        return (low, high) if low <= high else whole
    return whole


def truth(e: Expr, known: Known) -> bool | None:
    """Whether ``e`` holds (is not zero); None: it depends."""
    if isinstance(e, Binary):
        if e.op in {"&&", "||"}:
            left, right = truth(e.left, known), truth(e.right, known)
            settles = e.op == "||"
            if left is settles or right is settles:
                return settles
            return None if left is None or right is None else not settles
        if e.op in _COMPARISONS:
            return _compared(e, known)
    if isinstance(e, Unary) and e.op == "!":
        inner = truth(e.operand, known)
        return None if inner is None else not inner
    found = range_of(e, known)
    if found is None:
        return None
    return True if found[0] > 0 or found[1] < 0 else False if found == (0, 0) else None


def _compared(e: Binary, known: Known) -> bool | None:
    a, b = range_of(e.left, known), range_of(e.right, known)
    if a is None or b is None:
        return None
    less, more = a[1] < b[0], a[0] > b[1]
    at_most, at_least = a[1] <= b[0], a[0] >= b[1]
    same = a == b and a[0] == a[1]
    yes, no = {
        "<": (less, at_least),
        "<=": (at_most, more),
        ">": (more, at_most),
        ">=": (at_least, less),
        "==": (same, less or more),
        "!=": (less or more, same),
    }[e.op]
    return True if yes else False if no else None
