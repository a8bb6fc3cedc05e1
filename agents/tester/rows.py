"""Rows of arrays of variable length: ``double a[n][m]`` is undefined unless ``m`` is positive.

Sanitizers do not look at the lengths of parameters, so that such inputs have to be told from the values alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from unseq.backends.host.values import Case, Scalar
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Function, Literal, Ref, Symbol, Unary
from unseq.frontend.ir.walk import extents


def has_empty_row(function: Function, case: Case) -> bool:
    """Whether a parameter of ``function`` has rows of no or negative length in ``case``."""
    values = {
        symbol: int(value.value)
        for symbol, value in zip(function.parameters, case.values, strict=False)
        if isinstance(value, Scalar) and isinstance(value.value, int) and isinstance(symbol.type, t.Int)
    }
    lengths = (_value(e, values) for symbol in function.parameters for e in _row_lengths(symbol.type))
    return any(length is not None and length <= 0 for length in lengths)


def _row_lengths(type_: t.Type) -> tuple[Expr, ...]:
    """The extents that count: the outermost one of a parameter is only a remark."""
    row = type_.to if isinstance(type_, t.Pointer) else type_.element if isinstance(type_, t.Array) else t.VOID
    return tuple(extents(row))


def _value(e: Expr, values: Mapping[Symbol, int]) -> int | None:
    match e:
        case Literal(value) if isinstance(value, int):
            return int(value)
        case Ref(symbol):
            return values.get(symbol)
        case Cast(operand):
            return _value(operand, values)
        case Unary("-", operand):
            inner = _value(operand, values)
            return None if inner is None else -inner
        case Binary(op, left, right) if op in ("+", "-", "*"):
            a, b = _value(left, values), _value(right, values)
            if a is None or b is None:
                return None
            return a + b if op == "+" else a - b if op == "-" else a * b
    return None
