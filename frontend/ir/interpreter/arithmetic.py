"""Exact arithmetic of the C types: wrapping, undefined overflow, IEEE rounding, conversions, the C library's math.

Values are Python ints, bools and floats; ``long double`` is numpy's (x87 on the supported machines).
"""

from __future__ import annotations

import ctypes
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter.memory import UndefinedBehaviour
from unseq.frontend.ir.nodes import Overflow
from unseq.frontend.source import NOWHERE, Unsupported

Operation = Callable[[Any, Any], Any]
COMPARISONS: dict[str, Operation] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def round32(value: float) -> float:
    """``value`` rounded to binary32."""
    return ctypes.c_float(value).value


def limits(type_: t.Int) -> tuple[int, int]:
    """The least and the greatest value of an integer type."""
    if type_.signed:
        return -(1 << (type_.bits - 1)), (1 << (type_.bits - 1)) - 1
    return 0, (1 << type_.bits) - 1


def wrap(type_: t.Int) -> Callable[[int], int]:
    """Reduction into the range of ``type_`` (two's complement)."""
    mask, sign = (1 << type_.bits) - 1, 1 << (type_.bits - 1)
    if not type_.signed:
        return lambda value: value & mask
    return lambda value: ((value + sign) & mask) - sign


def divide(a: int, b: int) -> int:
    """Integer division towards zero."""
    if b == 0:
        raise UndefinedBehaviour("integer division by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def remainder(a: int, b: int) -> int:
    """What is left of ``divide``; has the sign of ``a``."""
    return a - b * divide(a, b)


def float_divide(a: float, b: float) -> float:
    """IEEE division."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


_INTEGER: dict[str, Operation] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": divide, "%": remainder, "&": operator.and_,
    "|": operator.or_, "^": operator.xor,
}  # fmt: skip
_FLOATING: dict[str, Operation] = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": float_divide}


def shift(op: str, type_: t.Int) -> Operation:
    """A shift whose left operand and result are ``type_``; a left shift wraps, as C++20 has it."""
    reduce, bits = wrap(type_), type_.bits

    def apply(a: int, b: int) -> int:
        if not 0 <= b < bits:
            raise UndefinedBehaviour(f"a shift of {bits} bits by {b}")
        return reduce(a << b) if op == "<<" else a >> b

    return apply


def binary(op: str, type_: t.Type, overflow: Overflow) -> Operation:
    """The operation ``op`` on two values of ``type_`` with a result of that type."""
    if op in {"<<", ">>"}:
        assert isinstance(type_, t.Int)
        return shift(op, type_)
    if isinstance(type_, t.Float):
        operation = _FLOATING[op]
        if type_.bits == 32:
            return lambda a, b: round32(operation(a, b))
        if type_.bits == 80:
            return extended(op)
        return operation
    plain = _INTEGER[op]
    if isinstance(type_, t.Bool):
        return lambda a, b: bool(plain(a, b))
    assert isinstance(type_, t.Int)
    if op in {"&", "|", "^", "%"} and not (op == "%" and type_.signed):
        return plain
    if overflow is Overflow.WRAP or (overflow is Overflow.NONE and not type_.signed):
        reduce = wrap(type_)
        return lambda a, b: reduce(plain(a, b))
    if overflow is Overflow.UNBOUNDED:
        return plain
    low, high = limits(type_)

    def checked(a: int, b: int) -> int:
        result: int = plain(a, b)
        if not low <= result <= high or (op == "%" and b == -1 and a == low):
            raise UndefinedBehaviour(f"overflow in {a} {op} {b}")
        return result

    return checked


def extended(op: str) -> Operation:
    """Arithmetic in ``long double``."""
    operation = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[op]

    def apply(a: Any, b: Any) -> Any:
        with np.errstate(all="ignore"):
            return operation(np.longdouble(a), np.longdouble(b))

    return apply


def integer_to_float(value: int, bits: int) -> float:
    """An integer rounded once to binary32 or binary64."""
    if bits == 64:
        return float(value)
    length = value.bit_length()
    if length <= 53:
        return round32(float(value))
    drop = length - 40  # keep 40 bits and say whether anything was lost: then one rounding is exact
    sign, magnitude = (-1, -value) if value < 0 else (1, value)
    kept = (magnitude >> drop) | (1 if magnitude & ((1 << drop) - 1) else 0)
    return round32(math.ldexp(float(sign * kept), drop))


def conversion(source: t.Type, target: t.Type) -> Callable[[Any], Any]:
    """The conversion of an arithmetic value of ``source`` to ``target``."""
    if isinstance(target, t.Bool):
        return lambda value: value != 0
    if isinstance(target, t.Int):
        reduce = wrap(target)
        if not isinstance(source, t.Float):
            return lambda value: reduce(int(value))
        low, high = limits(target)

        def truncate(value: Any) -> int:
            if not math.isfinite(value):
                raise UndefinedBehaviour(f"{value} converted to an integer")
            whole = int(value)
            if not low <= whole <= high:
                raise UndefinedBehaviour(f"{value} converted to an integer of {target.bits} bits")
            return whole

        return truncate
    assert isinstance(target, t.Float)
    if target.bits == 80:
        return lambda value: np.longdouble(value if not isinstance(value, bool) else int(value))
    bits = target.bits
    if not isinstance(source, t.Float):
        return lambda value: integer_to_float(int(value), bits)
    if bits == 32:
        return lambda value: round32(float(np.float32(value))) if source.bits == 80 else round32(value)
    return float


def common(left: t.Type, right: t.Type) -> t.Type:
    """The type of the usual arithmetic conversions."""
    if isinstance(left, t.Float) or isinstance(right, t.Float):
        return t.Float(max(x.bits for x in (left, right) if isinstance(x, t.Float)))
    a = left if isinstance(left, t.Int) and left.bits >= 32 else t.INT
    b = right if isinstance(right, t.Int) and right.bits >= 32 else t.INT
    if a.bits != b.bits:
        return a if a.bits > b.bits else b
    return b if a.signed else a


def mixed(op: str, left: t.Type, right: t.Type) -> tuple[Operation, t.Type]:
    """``op`` on operands of two types after the usual conversions, and the type of the result."""
    type_ = common(left, right)
    a, b = conversion(left, type_), conversion(right, type_)
    if op in COMPARISONS:
        compare = COMPARISONS[op]
        return (lambda x, y: bool(compare(a(x), b(y)))), t.BOOL
    overflow = Overflow.NONE
    if isinstance(type_, t.Int):
        overflow = Overflow.UNDEFINED if type_.signed else Overflow.WRAP
    operation = binary(op, type_, overflow)
    return (lambda x, y: operation(a(x), b(y))), type_


# --- the C library's mathematics ---------------------------------------------------------------------------------

UNARY_MATH = {
    "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos",
    "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "ceil", "round", "trunc", "rint", "nearbyint",
    "fabs", "erf", "erfc", "tgamma", "lgamma", "logb",
}  # fmt: skip
BINARY_MATH = {"pow", "atan2", "fmod", "hypot", "fmin", "fmax", "copysign", "fdim", "remainder", "nextafter"}
TERNARY_MATH = {"fma"}
_LIBM: list[ctypes.CDLL] = []


def _libm() -> ctypes.CDLL:
    if not _LIBM:
        _LIBM.append(ctypes.CDLL("libm.so.6"))
    return _LIBM[0]


def arity(name: str) -> int:
    """How many arguments a function of ``<math.h>`` (without suffix) takes; 0 for none of them."""
    return 1 if name in UNARY_MATH else 2 if name in BINARY_MATH else 3 if name in TERNARY_MATH else 0


def math_function(name: str, bits: int) -> Callable[..., float]:
    """The C library's ``name`` for a floating-point type: the very function that compiled code calls."""
    if bits == 80:
        raise Unsupported(NOWHERE, f"{name} of a long double")
    function = getattr(_libm(), name + ("f" if bits == 32 else ""))
    kind = ctypes.c_float if bits == 32 else ctypes.c_double
    function.restype = kind
    function.argtypes = [kind] * arity(name)
    result: Callable[..., float] = function
    return result
