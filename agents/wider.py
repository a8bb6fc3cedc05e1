"""The original in wider arithmetic: the same text and inputs with ``long double`` for every ``float`` and ``double``.

Its results show how far off the original's own are, and so how far off another order of its operations may be. Nothing
is concluded from them alone: a program that looks at the representation of its numbers is another one when these are
wider, and so is one whose branches depend on rounding. Knows nothing of candidates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from unseq.backends.host.values import Buffer, Case, Struct, Value
from unseq.backends.host.values import Sequence as Items
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Float
from unseq.frontend.source import Language, SourceUnit

_WIDE = 80
_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*<[^>\n]+>[^\n]*", re.MULTILINE)
_USES = re.compile(rb"\b(?:float|double)\b")
_LONG = re.compile(rb"\blong[ \t]+double\b|\bsizeof\b|\bunion\b|\bmemcpy\b|\breinterpret_cast\b|\bbit_cast\b")
_MATHEMATICS = (
    *("acos", "asin", "atan", "atan2", "cbrt", "ceil", "cos", "cosh", "exp", "exp2", "expm1", "fabs", "floor", "fma"),
    *("fmax", "fmin", "fmod", "hypot", "log", "log10", "log1p", "log2", "pow", "round", "sin", "sinh", "sqrt", "tan"),
    *("tanh", "trunc"),
)
# The names of C say the type; C++ chooses the function by the argument's.
_HEADS = {
    Language.C: "#include <math.h>\n"
    + "".join(f"#define {name} {name}l\n#define {name}f {name}l\n" for name in _MATHEMATICS),
    Language.CPP: "#include <cmath>\n" + "".join(f"#define {name}f {name}\n" for name in _MATHEMATICS),
}
_WIDER = b"#define float double\n#define double long double\n#line 1\n"
_NARROW = b"\n#undef float\n#undef double\n"

_PARTS = ("to", "element", "fields", "type", "args")  # where a type holds others


def wider(function: Function) -> Function | None:
    """The function with the wider types in signature and text; None where it has no floating-point numbers, or may look
    at their representation."""
    text = function.unit.text
    if not _USES.search(text) or _LONG.search(text):
        return None
    head = b"\n".join(_INCLUDE.findall(text)) + b"\n" + _HEADS[function.unit.language].encode() + _WIDER
    unit = SourceUnit(function.unit.path, function.unit.language, head + _INCLUDE.sub(b"", text) + _NARROW)
    parameters = tuple(replace(p, type=_wide(p.type)) for p in function.parameters)
    variables = tuple(replace(g, symbol=replace(g.symbol, type=_wide(g.symbol.type))) for g in function.globals)
    return replace(function, unit=unit, parameters=parameters, globals=variables, result=_wide(function.result))


def _wide(t: Any) -> Any:
    """A type, or a tuple of types and other things, with all floating-point numbers in it wider."""
    if isinstance(t, Float):
        return replace(t, bits=_WIDE)
    if isinstance(t, tuple):
        return tuple(_wide(part) for part in t)
    if not is_dataclass(t) or isinstance(t, type):
        return t
    return replace(t, **{name.name: _wide(getattr(t, name.name)) for name in fields(t) if name.name in _PARTS})


def wider_case(case: Case) -> Case:
    """The same input in the wider types."""
    return Case(_values(case.values), case.label, _values(case.globals))


def _values(values: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(_value(value) for value in values)


def _value(value: Value) -> Value:
    if isinstance(value, Buffer):
        return Buffer(value.array.astype(_wide_dtype(value.array.dtype)))
    if isinstance(value, Struct):
        return Struct(_values(value.fields))
    if isinstance(value, Items):
        return Items(_values(value.items))
    return value


def _wide_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    if dtype.names is not None:
        inner = [(name, _wide_dtype(dtype[name])) for name in dtype.names]
        return np.dtype(inner, align=True)
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return np.dtype((_wide_dtype(base), shape))
    return np.dtype({"f": "g", "c": "G"}.get(dtype.kind, dtype.str))
