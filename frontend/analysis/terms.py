"""Building small IR expressions: sums, products and comparisons of 64-bit integers, constants folded.

Knows nothing of loops. What is built here is evaluated at run time (trip counts, extents, guards, work), so it is
kept in signed 64-bit arithmetic: an object has fewer than 2^63 elements.
"""

from __future__ import annotations

from functools import lru_cache

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Overflow, Ref, Select, Symbol
from unseq.frontend.ir.remembering import remembered
from unseq.frontend.source import NOWHERE, Span


@lru_cache(maxsize=1024)
def literal(value: int, type_: t.Type = t.LONG) -> Literal:
    """An integer constant."""
    return Literal(value, type_, str(value))


ZERO = literal(0)
ONE = literal(1)


def ref(symbol: Symbol, span: Span = NOWHERE) -> Ref:
    """The value (or place) of a variable."""
    return Ref(symbol, t.strip(symbol.type), span)


def constant(e: Expr) -> int | None:
    """The value of an integer constant, through casts that keep it and arithmetic on constants."""
    if isinstance(e, Literal):
        return int(e.value) if isinstance(e.value, int) else None
    if isinstance(e, Cast):
        inner = constant(e.operand)
        return inner if inner is not None and fits(inner, e.type) else None
    if isinstance(e, Binary) and e.op in "+-*":
        right = constant(e.right)  # first: sums lean to the left
        left = constant(e.left) if right is not None else None
        if left is None or right is None:
            return None
        value = left + right if e.op == "+" else left - right if e.op == "-" else left * right
        return value if fits(value, e.type) else None
    return None


def fits(value: int, type_: t.Type) -> bool:
    """Whether an integer type holds ``value``."""
    if isinstance(type_, t.Bool):
        return value in (0, 1)
    if not isinstance(type_, t.Int):
        return False
    low, high = limits(type_)
    return low <= value <= high


def limits(type_: t.Int) -> tuple[int, int]:
    """Smallest and largest value of an integer type."""
    if type_.signed:
        return -(1 << (type_.bits - 1)), (1 << (type_.bits - 1)) - 1
    return 0, (1 << type_.bits) - 1


def long(e: Expr) -> Expr:
    """``e`` as a signed 64-bit integer."""
    return e if e.type is t.LONG or e.type == t.LONG else remembered(e, "long", _converted)


def _converted(e: Expr) -> Expr:
    value = constant(e)
    if value is not None and fits(value, t.LONG):
        return literal(value)
    return Cast(e, t.LONG)


def add(left: Expr, right: Expr) -> Expr:
    """``left + right`` in 64 bits."""
    a, b = constant(left), constant(right)
    if a is not None and b is not None:
        return literal(a + b)
    if a == 0:
        return long(right)
    if b == 0:
        return long(left)
    if b is not None and b < 0:
        return Binary("-", long(left), literal(-b), t.LONG, Overflow.UNDEFINED)
    if b is not None and isinstance(left, Binary) and left.op in "+-" and left.type == t.LONG:
        inner = constant(left.right)
        if inner is not None:
            return add(left.left, literal(b + (inner if left.op == "+" else -inner)))
    return Binary("+", long(left), long(right), t.LONG, Overflow.UNDEFINED)


def subtract(left: Expr, right: Expr) -> Expr:
    """``left - right`` in 64 bits."""
    b = constant(right)
    if b is not None:
        return add(left, literal(-b))
    if long(left) == long(right):
        return ZERO
    return Binary("-", long(left), long(right), t.LONG, Overflow.UNDEFINED)


def multiply(left: Expr, right: Expr) -> Expr:
    """``left * right`` in 64 bits."""
    a, b = constant(left), constant(right)
    if a is not None and b is not None:
        return literal(a * b)
    if a == 1:
        return long(right)
    if b == 1:
        return long(left)
    if a == 0 or b == 0:
        return ZERO
    return Binary("*", long(left), long(right), t.LONG, Overflow.UNDEFINED)


def divide(left: Expr, right: int) -> Expr:
    """``left / right``, rounded toward zero."""
    a = constant(left)
    if right == 1:
        return long(left)
    if a is not None:
        return literal(abs(a) // abs(right) * (1 if (a >= 0) == (right >= 0) else -1))
    return Binary("/", long(left), literal(right), t.LONG, Overflow.UNDEFINED)


def compare(op: str, left: Expr, right: Expr) -> Expr:
    """A comparison of two 64-bit integers."""
    return Binary(op, long(left), long(right), t.BOOL)


def smaller(left: Expr, right: Expr) -> Expr:
    """The smaller of the two."""
    return left if left == right else Select(compare("<", left, right), long(left), long(right), t.LONG)


def larger(left: Expr, right: Expr) -> Expr:
    """The larger of the two."""
    return left if left == right else Select(compare("<", left, right), long(right), long(left), t.LONG)


def conjuncts(e: Expr) -> tuple[Expr, ...]:
    """The parts of a conjunction, in order of evaluation."""
    if isinstance(e, Binary) and e.op == "&&":
        return conjuncts(e.left) + conjuncts(e.right)
    if isinstance(e, Cast) and isinstance(e.type, t.Bool) and isinstance(e.operand.type, t.Bool):
        return conjuncts(e.operand)
    return (e,)


def conjunction(parts: tuple[Expr, ...]) -> Expr | None:
    """All of ``parts``; None for none."""
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = Binary("&&", whole, part, t.BOOL, span=part.span)
    return whole
