"""The overloads of <cmath>, <cstdlib> and <complex>: which one a call means."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Call, Expr
from unseq.frontend.ir.types import BOOL, DOUBLE, INT, LONG, Float, Int, Library, is_arithmetic
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import convert, describe, promote
from unseq.frontend.syntax.library_c import REAL_FUNCTIONS
from unseq.frontend.syntax.tree import Node

_LONG_LONG = Int(64, True, "long long")
_CLASSIFY = {"isnan", "isinf", "isfinite", "isnormal", "signbit"}
_COMPLEX_TO_REAL = {"abs", "norm", "arg", "real", "imag"}
_COMPLEX = {"conj", "exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "proj"}
_ROUNDING = {"lround": LONG, "llround": _LONG_LONG, "lrint": LONG, "llrint": _LONG_LONG}
_OTHER_MATH = {"ldexp", "abs", "conj", "norm", "arg", "real", "imag"}


def is_mathematics(name: str) -> bool:
    """Whether ``std::name`` is overloaded for the types of numbers."""
    return name in REAL_FUNCTIONS or name in _CLASSIFY or name in _ROUNDING or name in _OTHER_MATH


def mathematics(ctx: Context, node: Node, name: str, values: list[Expr]) -> Expr:
    """A call of one of them."""
    span = ctx.span(node)
    kinds = [v.type for v in values]
    complexes = [k for k in kinds if isinstance(k, Library) and k.name == "complex"]
    if complexes:
        return _complex(ctx, node, name, values, complexes[0])
    if not kinds or not all(is_arithmetic(k) for k in kinds):
        raise ctx.refuse(node, f"'std::{name}' of these arguments", "use numbers")
    if name in ("conj", "norm", "arg", "real", "imag"):
        raise ctx.refuse(node, f"'std::{name}' of a real number", "use a complex number")
    if name == "abs" and len(values) == 1 and not isinstance(kinds[0], Float):
        kind = promote(kinds[0])
        if not (isinstance(kind, Int) and kind.signed):
            raise ctx.refuse(node, f"'std::abs' of {describe(kinds[0])}", "convert it to a signed integer")
        return Call("std::abs", (convert(values[0], kind),), kind, None, span)
    floats = [k for k in kinds if isinstance(k, Float)]
    kind = max(floats, key=lambda k: k.bits) if floats else DOUBLE
    if len(floats) < len(kinds) and isinstance(kind, Float) and kind.bits < 64 and name != "ldexp":
        kind = DOUBLE
    wanted = 2 if name == "ldexp" else REAL_FUNCTIONS.get(name, 1)
    if name == "hypot" and len(values) == 3:
        wanted = 3
    if len(values) != wanted:
        raise ctx.refuse(node, f"'std::{name}' with {len(values)} arguments", "use its plain form")
    if name == "ldexp":
        own = kinds[0] if isinstance(kinds[0], Float) else DOUBLE
        return Call("std::ldexp", (convert(values[0], own), convert(values[1], INT)), own, None, span)
    result = BOOL if name in _CLASSIFY else _ROUNDING.get(name, kind)
    return Call(f"std::{name}", tuple(convert(v, kind) for v in values), result, None, span)


def _complex(ctx: Context, node: Node, name: str, values: list[Expr], kind: Library) -> Expr:
    real = kind.args[0]
    span = ctx.span(node)
    if isinstance(real, int):
        raise ctx.refuse(node, "a complex number of this form", "use float or double")
    if name in _COMPLEX_TO_REAL and len(values) == 1:
        return Call(f"std::{name}", tuple(values), real, None, span)
    if name in _COMPLEX and len(values) == 1:
        return Call(f"std::{name}", tuple(values), kind, None, span)
    if name == "pow" and len(values) == 2:
        return Call("std::pow", tuple(v if v.type == kind else convert(v, real) for v in values), kind, None, span)
    raise ctx.refuse(node, f"'std::{name}' of complex numbers", "write it out")
