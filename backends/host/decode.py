"""Reads what the native host wrote about one call; the wire format is described in `blob.py`.

Checks the form of every item and believes nothing else: results of the wrong form are `Corrupt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from unseq.backends.host.blob import (
    BYTES,
    GLOBAL,
    ITEM,
    LIST,
    MODE,
    NULL,
    OVERLAP,
    OWNER,
    RESULT,
    STRANGE,
    THREW,
    UNCHANGED,
    Elsewhere,
    Outcome,
    Returned,
    Threw,
    item_type,
    member_types,
    mutable_globals,
    pad,
    parameter_types,
)
from unseq.backends.host.values import Buffer, Case, Null, Overlap, Scalar, Struct, Text, Value, dtype_of, members
from unseq.backends.host.values import Sequence as Items
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Array, Int, Library, Pointer, Type, strip


class Corrupt(ValueError):
    """Results that do not have the form the host writes: something else wrote there."""


def decode(function: Function, case: Case, payload: bytes | memoryview) -> Outcome:
    """What one call left behind. Raises Corrupt."""
    reader = _Reader(memoryview(payload), parameter_types(function))
    variables = mutable_globals(function)
    result: Value | Elsewhere | None = None
    parameters: list[Value | Elsewhere | None] = [None] * len(case.values)
    after: dict[int, Value | Elsewhere] = {}
    mode: int | None = None
    while reader.more():
        kind, length = reader.item()
        if kind == THREW:
            return Threw(bytes(reader.take(length)).decode("ascii", "replace"))
        if kind != OWNER:
            raise Corrupt(f"an item of kind {kind} between results")
        if length == RESULT:
            result = reader.value(function.result, None)
        elif length < len(parameters):
            parameters[length] = reader.value(reader.types[length], case.values[length])
        elif length == MODE:
            mode = int.from_bytes(reader.take(8), "little")
        elif GLOBAL <= length < GLOBAL + len(variables):
            k = length - GLOBAL
            after[k] = reader.value(variables[k][1], case.globals[k] if case.globals else None)
        else:
            raise Corrupt(f"results of a parameter {length} that does not exist")
    return Returned(result, tuple(parameters), tuple(after[k] for k in sorted(after)), mode)


class _Reader:
    def __init__(self, data: memoryview, types: Sequence[Type]) -> None:
        self.data, self.at, self.types = data, 0, types

    def more(self) -> bool:
        return self.at < len(self.data)

    def item(self) -> tuple[int, int]:
        kind, length = ITEM.unpack(self.take(16))
        return kind, length

    def take(self, length: int) -> memoryview:
        taken = self.data[self.at : self.at + length]
        if len(taken) != length:
            raise Corrupt("results end too early")
        self.at += length + pad(length)
        return taken

    def value(self, t: Type, before: Value | None) -> Value | Elsewhere:
        t = strip(t)
        kind, length = self.item()
        if kind == NULL:
            return Null()
        if kind == STRANGE:
            return Elsewhere()
        if kind == UNCHANGED:
            if before is None:
                raise Corrupt("unchanged, but there was nothing before")
            return before
        if kind == OVERLAP:
            offset, _ = ITEM.unpack(self.take(16))
            dtype = dtype_of(item_type(self.types[length])) if length < len(self.types) else None
            if dtype is None:
                raise Corrupt("a place in a parameter without elements")
            return Overlap(length, offset // dtype.itemsize)
        if isinstance(t, Library) and t.name == "optional" and not isinstance(t.args[0], int):
            t = t.args[0]
        if kind == LIST:
            inner = member_types(t)
            if inner:
                if len(inner) != length:
                    raise Corrupt("members are missing")
                old = before.fields if isinstance(before, Struct) else (None,) * length
                return Struct(tuple(self._sure(m, b) for m, b in zip(inner, old, strict=True)))
            element = item_type(t)
            olds: Iterable[Value | None] = before.items if isinstance(before, Items) else ()
            known = [*olds, *([None] * length)]
            return Items(tuple(self._sure(element, known[k]) for k in range(length)))
        if kind != BYTES:
            raise Corrupt(f"an item of kind {kind}")
        return self._from_bytes(bytes(self.take(length)), t, before)

    def _sure(self, t: Type, before: Value | None) -> Value:
        value = self.value(t, before)
        if isinstance(value, Elsewhere):
            raise Corrupt("a pointer to nowhere inside a value")
        return value

    def _from_bytes(self, data: bytes, t: Type, before: Value | None) -> Value:
        if isinstance(t, Library) and t.name == "string":
            return Text(data)
        if isinstance(before, Text) and isinstance(t, Pointer | Array) and data.endswith(b"\0"):
            return Text(data[:-1])
        if isinstance(t, Int) and t.bits == 128:
            return Scalar(int.from_bytes(data, "little", signed=t.signed))
        whole = dtype_of(t)
        if whole is not None and not isinstance(t, Array):
            if len(data) != whole.itemsize:
                raise Corrupt(f"{len(data)} bytes for a value of {whole.itemsize}")
            return _value(np.frombuffer(data, dtype=whole)[0], whole)
        dtype = dtype_of(item_type(t))
        if dtype is None:
            dtype = before.array.dtype if isinstance(before, Buffer) else np.dtype(np.uint8)
        if len(data) % dtype.itemsize:
            raise Corrupt(f"{len(data)} bytes are no whole number of elements")
        return Buffer(np.frombuffer(data, dtype=dtype))


def _value(element: Any, dtype: np.dtype[np.generic]) -> Value:
    inner = members(dtype)
    if dtype.names == ("items",):
        return Buffer(np.asarray(element["items"]).reshape(-1))
    if inner:
        return Struct(tuple(_member(element[name], inner[name]) for name in inner))
    if dtype == np.longdouble:
        return Scalar(element)  # stays in numpy's type, for Python has none
    return Scalar(element.item())


def _member(element: Any, dtype: np.dtype[np.generic]) -> Value:
    return Buffer(np.asarray(element).reshape(-1)) if dtype.subdtype is not None else _value(element, dtype)
