"""Identity elements of the associative operators, as literals of a type."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Literal
from unseq.frontend.ir.types import Bool, Float, Int, Type


def spelled(type_: Type) -> str:
    """The C++ name of a number type."""
    if isinstance(type_, Bool):
        return "bool"
    if isinstance(type_, Float):
        return {32: "float", 64: "double"}.get(type_.bits, "long double")
    if isinstance(type_, Int):
        return type_.spelling or f"{'' if type_.signed else 'u'}int{type_.bits}_t"
    raise TypeError(f"no number type: {type_}")


def identity(op: str, type_: Type) -> Literal:
    """The identity of ``op`` on ``type_``: what leaves every value as it is.

    ``min``/``max`` on floating point: infinities; ``fmin``/``fmax``: NaN, which those functions ignore."""
    if op in {"+", "|", "^"}:
        return Literal(False if isinstance(type_, Bool) else 0.0 if isinstance(type_, Float) else 0, type_)
    if op == "*":
        return Literal(1.0 if isinstance(type_, Float) else 1, type_)
    if op == "&":
        if isinstance(type_, Int) and not type_.signed:
            return Literal((1 << type_.bits) - 1, type_, f"static_cast<{spelled(type_)}>(-1)")
        return Literal(True if isinstance(type_, Bool) else -1, type_)
    if op in {"&&", "||"}:
        return Literal(op == "&&", type_)
    limits = f"std::numeric_limits<{spelled(type_)}>"
    if op in {"fmin", "fmax"} and isinstance(type_, Float):
        return Literal(float("nan"), type_, f"{limits}::quiet_NaN()")
    if isinstance(type_, Float):
        if op in {"min", "fmin"}:
            return Literal(float("inf"), type_, f"{limits}::infinity()")
        return Literal(float("-inf"), type_, f"-{limits}::infinity()")
    if isinstance(type_, Bool):
        return Literal(op in {"min", "fmin"}, type_)
    if isinstance(type_, Int):
        low = -(1 << (type_.bits - 1)) if type_.signed else 0
        high = (1 << (type_.bits - 1)) - 1 if type_.signed else (1 << type_.bits) - 1
        if op in {"min", "fmin"}:
            return Literal(high, type_, f"{limits}::max()")
        return Literal(low, type_, f"{limits}::lowest()")
    raise TypeError(f"no identity of {op} on {type_}")
