"""Inputs and outputs of a compiled function as values, and the memory layout of the types that they have.

Knows how a parameter of each IR type is given: which kind of value, with which numpy dtype. Knows nothing of how
values travel (`blob.py`), where they come from (the tester) or whether two of them agree (`agents/compare.py`).

    bool, integers, floating point, complex      Scalar
    T*, T[], T[n][m] (row-major, flat)           Buffer; Overlap where it points into another parameter's buffer; Null
    char*, std::string                           Text (or Buffer of bytes for a char* that is no string)
    vector, array, span, deque, list of T        Buffer where `dtype_of(T)` is known, else Sequence
    vector<vector<T>>, vector<string>, T**       Sequence
    record, pair, tuple (by value or reference)  Struct
    optional<T>                                  Null, or the value
    T& that is bound to another T& parameter     SameObject
    T* with T's members pointing to others       Buffer; see `links`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from unseq.frontend.ir.types import Array, Bool, Float, Int, Library, Pointer, Record, Type, strip


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number or truth value. Integers of any width are exact."""

    value: int | float | bool | complex


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """Elements in a row: a one-dimensional array whose dtype is the element type's `dtype_of`."""

    array: npt.NDArray[np.generic] = field()

    def __eq__(self, other: object) -> bool:
        """Equal bytes of equal dtype, padding left out (NaN equals itself)."""
        if not isinstance(other, Buffer):
            return NotImplemented
        return self.array.dtype == other.array.dtype and _bytes(self.array) == _bytes(other.array)

    def __hash__(self) -> int:
        return hash((self.array.dtype.str, _bytes(self.array)))


def _bytes(array: npt.NDArray[Any]) -> bytes:
    names = array.dtype.names
    return array.tobytes() if names is None else b"".join(_bytes(array[name]) for name in names)


def members(dtype: np.dtype[np.generic]) -> dict[str, np.dtype[np.generic]]:
    """Name and dtype of each member of a record's dtype, in order; empty for other types."""
    return {name: dtype.fields[name][0] for name in dtype.names} if dtype.names and dtype.fields else {}


@dataclass(frozen=True, slots=True)
class Overlap:
    """A pointer argument that points into the buffer of pointer parameter number ``parameter``, ``offset`` elements
    (of that buffer's type) behind its start."""

    parameter: int
    offset: int


@dataclass(frozen=True, slots=True)
class SameObject:
    """A reference parameter that is bound to the same object as parameter number ``parameter``."""

    parameter: int


@dataclass(frozen=True, slots=True)
class Text:
    """A std::string, or a char* with a NUL behind the last byte."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Sequence:
    """Elements that have no fixed size."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Struct:
    """Members in the order of declaration; an array member is a Buffer."""

    fields: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Null:
    """A null pointer, or an optional without a value."""


Value = Union[Scalar, Buffer, Overlap, SameObject, Text, Sequence, Struct, Null]


@dataclass(frozen=True, slots=True)
class Case:
    """One call: a value for each parameter, then one for each global variable that the function reads or writes (in
    the order of ``Function.globals``, constants left out; none given means their initial values). ``Null`` for a
    variable that is no pointer leaves its initial value; a buffer may be shorter than its array, whose other elements
    keep theirs."""

    values: tuple[Value, ...]
    label: str
    globals: tuple[Value, ...] = ()


_LINK: np.dtype[np.generic] = np.dtype(np.int64)
_FLOATS = {32: "f4", 64: "f8", 80: "g"}
_COMPLEX = {32: "c8", 64: "c16", 80: "G"}


def dtype_of(t: Type) -> np.dtype[np.generic] | None:
    """The numpy dtype with the C layout of ``t`` (LP64); None for types without a fixed, pointer-free layout.

    An array (``double[3]``, ``std::array``) that is no member of a record is a record of one member ``items``, so that
    a buffer of arrays stays one-dimensional."""
    t = strip(t)
    if isinstance(t, Bool):
        return np.dtype(np.bool_)
    if isinstance(t, Int):
        return np.dtype(f"{'i' if t.signed else 'u'}{t.bits // 8}") if t.bits <= 64 else None
    if isinstance(t, Float):
        return np.dtype(_FLOATS[t.bits]) if t.bits in _FLOATS else None
    if isinstance(t, Array):
        inner = dtype_of(t.element)
        return _items(inner, t.extent) if inner is not None and isinstance(t.extent, int) else None
    if isinstance(t, Record):
        own = links(t)
        return _record([(m.name, _LINK if m.name in own else dtype_of(m.type)) for m in t.fields])
    if isinstance(t, Library):
        return _library(t)
    return None


def links(t: Record) -> tuple[str, ...]:
    """The members of a record that point to others of its kind. In a buffer each holds the number of the element that
    it points to, -1 for none and -2 for something outside."""
    return tuple(m.name for m in t.fields if isinstance(m.type, Pointer) and m.type.to == t)


def _library(t: Library) -> np.dtype[np.generic] | None:
    types = [argument for argument in t.args if not isinstance(argument, int)]
    if t.name == "complex" and types and isinstance(types[0], Float):
        return np.dtype(_COMPLEX[types[0].bits]) if types[0].bits in _COMPLEX else None
    if t.name == "array" and len(t.args) == 2 and types and isinstance(t.args[1], int):
        inner = dtype_of(types[0])
        return _items(inner, t.args[1]) if inner is not None else None
    if t.name == "pair" and len(types) == 2:
        return _record([("first", dtype_of(types[0])), ("second", dtype_of(types[1]))])
    return None


def _items(inner: np.dtype[np.generic], count: int) -> np.dtype[np.generic]:
    if inner.names == ("items",):
        row = members(inner)["items"]
        return np.dtype([("items", row.base, (count, *row.shape))], align=True)
    return np.dtype([("items", inner, (count,))], align=True)


def _record(parts: list[tuple[str, np.dtype[np.generic] | None]]) -> np.dtype[np.generic] | None:
    known = [(name, members(dtype).get("items", dtype)) for name, dtype in parts if dtype is not None]
    if not known or len(known) != len(parts):
        return None
    return np.dtype(known, align=True)
