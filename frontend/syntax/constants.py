"""Integer constant expressions: their values, by C's arithmetic.

Knows IR expressions; knows nothing of syntax.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Ref, Select, Unary
from unseq.frontend.ir.types import DOUBLE, Bool, Float, Int, Type
from unseq.frontend.syntax.context import Context


def constant_value(ctx: Context, value: Expr) -> int | None:
    """The value of an integer constant expression, or None."""
    match value:
        case Literal():
            return int(value.value) if isinstance(value.value, int) else None
        case Ref():
            return ctx.file.values.get(value.symbol.uid)
        case Cast():
            if isinstance(value.operand.type, Float):
                real = _real_value(value.operand)
                return wrap(int(real), value.type) if real is not None and abs(real) < 1e18 else None
            inner = constant_value(ctx, value.operand)
            return wrap(inner, value.type) if inner is not None else None
        case Unary():
            inner = constant_value(ctx, value.operand)
            if inner is None:
                return None
            return wrap({"-": -inner, "~": ~inner, "!": int(not inner)}[value.op], value.type)
        case Select():
            condition = constant_value(ctx, value.condition)
            if condition is None:
                return None
            return constant_value(ctx, value.then if condition else value.other)
        case Binary():
            left, right = constant_value(ctx, value.left), constant_value(ctx, value.right)
            return _folded(value.op, left, right, value.type) if left is not None and right is not None else None
    return None


def _real_value(value: Expr) -> float | None:
    """The value of a floating-point constant such as ``1e6 + 5``."""
    match value:
        case Literal():
            return float(value.value) if isinstance(value.value, int | float) else None
        case Cast():
            return _real_value(value.operand) if value.type == DOUBLE else None
        case Binary() if value.type == DOUBLE and value.op in ("+", "-", "*"):
            left, right = _real_value(value.left), _real_value(value.right)
            if left is None or right is None:
                return None
            return left + right if value.op == "+" else left - right if value.op == "-" else left * right
    return None


def wrap(number: int, to: Type) -> int | None:
    """``number`` as a value of an integer type."""
    if isinstance(to, Bool):
        return int(number != 0)
    if not isinstance(to, Int):
        return None
    number &= (1 << to.bits) - 1
    return number - (1 << to.bits) if to.signed and number >> (to.bits - 1) else number


def _folded(op: str, a: int, b: int, to: Type) -> int | None:
    if op in ("/", "%"):
        if b == 0:
            return None
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return wrap(quotient if op == "/" else a - b * quotient, to)
    if op in ("<<", ">>"):
        return wrap(a << b if op == "<<" else a >> b, to) if 0 <= b < 128 else None
    plain = {"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b, "==": a == b, "!=": a != b,
             "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "&&": bool(a and b), "||": bool(a or b)}  # fmt: skip
    return wrap(int(plain[op]), to) if op in plain else None
