"""Names of the standard library, as the device's has them."""

from __future__ import annotations

import re

from unseq.backends.parlay.emit.context import Context

_STD = re.compile(r"(?<![\w:])std::(\w+)")
# Where the device's standard library has what the host's has under the same name.
_HEADERS = {
    "complex": "complex", "polar": "complex", "norm": "complex", "arg": "complex", "conj": "complex",
    "real": "complex", "imag": "complex", "min": "functional", "max": "functional", "clamp": "functional",
    "pair": "utility", "make_pair": "utility", "swap": "utility", "move": "utility", "exchange": "utility",
    "tuple": "tuple", "get": "tuple", "tie": "tuple", "array": "array", "numeric_limits": "limits",
    "popcount": "bit", "make_reverse_iterator": "iterator",
}  # fmt: skip
_PLAIN_NAMES = frozenset({"size_t", "ptrdiff_t", "byte"} | {f"{u}int{b}_t" for u in ("", "u") for b in (8, 16, 32, 64)})


def is_known(name: str) -> bool:
    """Whether the device has a function or type of the standard library under the same name."""
    return name in _HEADERS or name in MATHS


MATHS = frozenset({
    "sqrt", "cbrt", "abs", "fabs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "sin",
    "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "floor", "ceil", "round", "trunc",
    "fmin", "fmax", "fmod", "hypot", "fma", "isnan", "isinf", "isfinite", "signbit", "copysign",
})  # fmt: skip


def translated(context: Context, text: str) -> str:
    """A text with the standard's names as the device's library has them."""

    def one(match: re.Match[str]) -> str:
        name = match[1]
        if name in _PLAIN_NAMES:
            return match[0]
        context.includes.add(f"<cuda/std/{_HEADERS.get(name, 'cmath')}>")
        return f"cuda::std::{name}"

    return _STD.sub(one, text)
