"""Arguments and results between Python and the interpreted program.

Natural forms: numbers for numbers; ``bytes`` or numpy arrays or lists for pointers, arrays and containers (a list of
lists for containers of containers, a tuple for a record, pair or complex part list); None for a null pointer or an
empty optional.  The same array object given twice is one buffer; arrays that are views of one array overlap in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.machine import Place
from unseq.frontend.ir.interpreter.memory import (
    UNINITIALISED,
    Buffer,
    Container,
    Pointer,
    Value,
    View,
    fresh,
    is_aggregate,
    members,
    size,
)
from unseq.frontend.ir.nodes import Symbol
from unseq.frontend.source import NOWHERE, Unsupported


def cells_of(value: Any, type_: t.Type) -> list[Value]:
    """The cells of ``value`` as an object of ``type_``."""
    if isinstance(type_, t.Bool):
        return [bool(value)]
    if isinstance(type_, t.Int):
        number = value[0] if isinstance(value, bytes) else int(value)
        return [arithmetic.wrap(type_)(number)]
    if isinstance(type_, t.Float):
        return [arithmetic.conversion(t.DOUBLE, type_)(float(value))]
    if isinstance(type_, t.Library) and type_.name == "complex":
        z, part = complex(value), members(type_)[0][1]
        return [*cells_of(z.real, part), *cells_of(z.imag, part)]
    if isinstance(type_, t.Library) and type_.name == "optional":
        inner = type_.args[0]
        assert not isinstance(inner, int)
        return [False, *fresh(inner, True)] if value is None else [True, *cells_of(value, inner)]
    if isinstance(type_, t.Array) or (isinstance(type_, t.Library) and type_.name == "array"):
        return elements_of(value, t.element_type(type_) or t.VOID)
    if is_aggregate(type_):
        parts = [value[name] for name, _, _ in members(type_)] if isinstance(value, dict) else list(value)
        return [cell for part, (_, kind, _) in zip(parts, members(type_), strict=True) for cell in cells_of(part, kind)]
    if isinstance(type_, t.Library) and type_.name in {"span", "string_view"}:
        element = t.element_type(type_) or t.VOID
        cells = elements_of(value, element)
        return [View(Buffer(cells, element), 0, len(cells) // size(element), element)]
    if isinstance(type_, t.Library) and t.element_type(type_) is not None:
        element = t.element_type(type_) or t.VOID
        return [Container(type_.name, element, elements_of(value, element))]
    if isinstance(type_, t.Pointer):
        return [None if value is None else Pointer(Buffer(elements_of(value, type_.to), type_.to), 0)]
    raise Unsupported(NOWHERE, f"an argument of type {type_}")


def elements_of(value: Any, element: t.Type) -> list[Value]:
    """The cells of a row of elements."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes) and isinstance(element, t.Int):
        return [arithmetic.wrap(element)(byte) for byte in value]
    flat: list[Value] = []
    if isinstance(element, t.Array) and isinstance(value, np.ndarray) and value.ndim == 1:
        return elements_of(value, element.element)  # rows one behind the other
    for item in value:
        flat.extend(cells_of(item, element))
    return flat


class Inbox:
    """Turns the arguments of one call into places, and afterwards back."""

    def __init__(self) -> None:
        self._bases: dict[int, tuple[Any, Buffer]] = {}

    def place(self, symbol: Symbol, value: Any) -> Place:
        """The object that a parameter is given."""
        type_ = symbol.type
        if isinstance(type_, t.Array):
            type_ = t.Pointer(type_.element)
        if isinstance(type_, t.Pointer) and isinstance(value, np.ndarray) and value.dtype.names is None:
            return Buffer([self._array(value, type_.to)], type_), 0
        if isinstance(type_, t.Pointer) and isinstance(value, list):
            known = self._bases.get(id(value))
            if known is None:
                known = self._bases[id(value)] = (value, Buffer(elements_of(value, type_.to), type_.to))
            return Buffer([Pointer(known[1], 0)], type_), 0
        inner = t.strip(type_)
        return Buffer(cells_of(value, inner), inner), 0

    def _array(self, array: np.ndarray[Any, Any], element: t.Type) -> Pointer:
        """A pointer to an array's first element; views of one array share its buffer."""
        base: Any = array
        while isinstance(base.base, np.ndarray):
            base = base.base
        flat_scalar = element
        while isinstance(flat_scalar, t.Array):
            flat_scalar = flat_scalar.element
        if base is not array and (not array.flags.c_contiguous or not base.flags.c_contiguous):
            base = array
        known = self._bases.get(id(base))
        if known is None:
            known = self._bases[id(base)] = (base, Buffer(elements_of(base.reshape(-1), flat_scalar), flat_scalar))
        start = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        return Pointer(known[1], start // base.itemsize * size(flat_scalar))

    def after(self, symbol: Symbol, place: Place, given: Any) -> Any:
        """What has become of an argument, in the form that it was given in."""
        type_ = t.strip(symbol.type)
        buffer, offset = place
        if isinstance(symbol.type, t.Pointer | t.Array):
            pointer = buffer[offset]
            if not isinstance(pointer, Pointer):
                return None
            element = t.element_type(symbol.type) or t.VOID
            if isinstance(given, np.ndarray) and given.dtype.names is None:
                cells = pointer.buffer[pointer.offset : pointer.offset + given.size * _cells_per_item(given, element)]
                return _array_like(cells, given, element)
            return natural_elements(list(pointer.buffer[pointer.offset :]), element, given)
        return natural(list(buffer[offset : offset + size(type_)]), type_, given)


def _cells_per_item(array: np.ndarray[Any, Any], element: t.Type) -> int:
    return 2 if array.dtype.kind == "c" else 1


def _array_like(cells: Sequence[Value], given: np.ndarray[Any, Any], element: t.Type) -> np.ndarray[Any, Any]:
    if given.dtype.kind == "c":
        cells = [complex(cells[i], cells[i + 1]) for i in range(0, len(cells), 2)]
    elif given.dtype.kind == "u":
        mask = (1 << (8 * given.dtype.itemsize)) - 1
        cells = [c & mask for c in cells]
    return np.array(cells, dtype=given.dtype).reshape(given.shape)


def natural(cells: list[Value], type_: t.Type, given: Any = None) -> Any:
    """An object as a Python value; ``given`` is an example of the form wanted."""
    if isinstance(type_, t.Library) and type_.name == "complex":
        return complex(cells[0], cells[1])
    if isinstance(type_, t.Library) and type_.name == "optional":
        inner = type_.args[0]
        assert not isinstance(inner, int)
        return natural(cells[1:], inner) if cells[0] else None
    if isinstance(type_, t.Array) or (isinstance(type_, t.Library) and type_.name == "array"):
        return natural_elements(cells, t.element_type(type_) or t.VOID, given)
    if is_aggregate(type_):
        return tuple(natural(cells[o : o + size(kind)], kind) for _, kind, o in members(type_))
    cell = cells[0]
    if isinstance(cell, Container):
        return natural_elements(list(cell.buffer), cell.element, given)
    if isinstance(cell, View):
        return natural_elements(
            list(cell.buffer[cell.offset : cell.offset + cell.count * size(cell.element)]), cell.element, given)
    if isinstance(type_, t.Bool):
        return bool(cell)
    if isinstance(type_, t.Int) and cell is not UNINITIALISED:
        return int(cell)
    if isinstance(type_, t.Pointer) and isinstance(cell, Pointer):
        return natural_elements(list(cell.buffer[cell.offset :]), type_.to, given)
    return cell


def natural_elements(cells: list[Value], element: t.Type, given: Any = None) -> Any:
    """A row of elements as ``bytes`` (for a row given so, and for strings), a numpy array or a list."""
    if isinstance(given, bytes) or (given is None and isinstance(element, t.Int) and element.bits == 8):
        return bytes(c % 256 for c in cells if c is not UNINITIALISED)
    stride = max(1, size(element))
    found = [natural(cells[i : i + stride], element) for i in range(0, len(cells), stride)]
    if isinstance(given, np.ndarray) and given.dtype.names is None:
        return np.array(found, dtype=given.dtype)
    return found


