"""The wire format between us and the native host, and the calls to make in it (`decode.py` reads what came back).

Input: header, schedule (28 bits of case number, 4 of rounding mode), case table, items. Output: a header page that the
host updates as it goes (so that it tells after a crash where the run was), then one entry for each call. An item is a
16-byte header (kind, length) and its data, padded to 16 bytes. Types give the items their meaning, see `values.py`;
nothing here knows what a function computes.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unseq.backends.host.values import (
    Buffer,
    Case,
    Null,
    Overlap,
    SameObject,
    Scalar,
    Struct,
    Text,
    Value,
    dtype_of,
    members,
)
from unseq.backends.host.values import Sequence as Items
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Array, Int, Library, Pointer, Record, Type, Void, element_type, strip

MAGIC = 0x31304E4951534E55
BYTES, LIST, NULL, OVERLAP, SAME, UNCHANGED, THREW, STRANGE, OWNER = range(1, 10)
RESULT, GLOBAL, MODE = 1000, 2000, 3000
STATISTICS, RACES, REUSE, STATICS, MEASURED, DESCENDING = 1, 2, 4, 8, 16, 32
FIRST_ENTRY = 4096
_TOGETHER = 1 << 16
ITEM = struct.Struct("<QQ")
_HEADER = struct.Struct("<7Q")
_CASE = struct.Struct("<2Q")
_F_ADD_SEALS = 1033
_SEAL_SEAL, _SEAL_SHRINK, _SEAL_GROW, _SEAL_WRITE = 1, 2, 4, 8


class Mismatch(ValueError):
    """A value that does not fit its type: a bad input by the user or the tester, never the candidate's fault."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A pointer that points into no argument."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What is reachable after a call. ``result`` is None for void; ``parameters`` has the values of the parameters that
    refer to memory, None for the others; a value that was not touched is the input's own object. ``mode``: the control
    word of the floating-point unit, where the call left another one than it found."""

    result: Value | Elsewhere | None
    parameters: tuple[Value | Elsewhere | None, ...]
    globals: tuple[Value | Elsewhere, ...] = ()
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Threw:
    """The call ended with an exception of this (mangled) type."""

    type: str


Outcome = Returned | Threw


def parameter_types(function: Function) -> tuple[Type, ...]:
    """The types of the parameters, in order; arrays are pointers to their innermost elements, as they are passed."""
    return tuple(_decayed(parameter.type) for parameter in function.parameters)


def _decayed(t: Type) -> Type:
    return Pointer(item_type(t)) if isinstance(t, Array | Pointer) else t


def mutable_globals(function: Function) -> tuple[tuple[str, Type], ...]:
    """Name and type of the file-scope variables that are inputs and outputs of a call."""
    return tuple((g.symbol.name, g.symbol.type) for g in function.globals if not g.symbol.const)


# ---- encoding ----------------------------------------------------------------------------------------


def pad(length: int) -> int:
    return -length % 16


def _bytes(out: list[bytes | memoryview], data: bytes | memoryview) -> None:
    length = len(data) if isinstance(data, bytes) else data.nbytes
    out.append(ITEM.pack(BYTES, length))
    out.append(data)
    if pad(length):
        out.append(bytes(pad(length)))


def _raw(value: Value, dtype: np.dtype[np.generic]) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """One element with the C layout of its type."""
    if isinstance(value, Scalar):
        try:
            return np.array(value.value, dtype=dtype)
        except (OverflowError, TypeError, ValueError) as error:
            raise Mismatch(f"{value.value!r} is no value of type {dtype}") from error
    if isinstance(value, Struct) and dtype.names is not None and len(dtype.names) == len(value.fields):
        element = np.zeros((), dtype=dtype)
        for (name, inner), member in zip(members(dtype).items(), value.fields, strict=True):
            element[name] = _shaped(member, inner.shape) if isinstance(member, Buffer) else _raw(member, inner)
        return element
    if isinstance(value, Buffer) and dtype.names == ("items",):
        element = np.zeros((), dtype=dtype)
        element["items"] = _shaped(value, element["items"].shape)
        return element
    raise Mismatch(f"{type(value).__name__} given where {dtype} is expected")


def _shaped(value: Buffer, shape: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    if value.array.size != int(np.prod(shape)):
        raise Mismatch(f"{value.array.size} elements given for an array of shape {shape}")
    return value.array.reshape(shape)


def item_type(t: Type) -> Type:
    """What one element of a buffer for ``t`` is; arrays of arrays are flat."""
    element = element_type(t)
    while isinstance(element, Array) and isinstance(t, Array | Pointer):
        element = element.element
    if element is None:
        raise Mismatch(f"{t} has no elements")
    return element


def _encode(out: list[bytes | memoryview], value: Value, t: Type, types: Sequence[Type]) -> None:
    t = strip(t)
    if isinstance(value, Null):
        out.append(ITEM.pack(NULL, 0))
    elif isinstance(value, SameObject):
        out.append(ITEM.pack(SAME, value.parameter))
    elif isinstance(value, Overlap):
        dtype = dtype_of(item_type(types[value.parameter]))
        if dtype is None:
            raise Mismatch("an overlap with a parameter whose elements have no fixed size")
        out.append(ITEM.pack(OVERLAP, value.parameter))
        out.append(ITEM.pack(value.offset * dtype.itemsize, 0))
    elif isinstance(value, Text) and (isinstance(t, Pointer | Array) or _is_text(t)):
        _bytes(out, value.data + b"\0" if isinstance(t, Pointer | Array) else value.data)
    elif isinstance(t, Int) and t.bits == 128 and isinstance(value, Scalar):
        _bytes(out, int(value.value).to_bytes(16, "little", signed=t.signed))  # type: ignore[arg-type] # an Int's value
    elif isinstance(t, Library) and t.name == "optional" and not isinstance(t.args[0], int):
        _encode(out, value, t.args[0], types)
    elif isinstance(value, Buffer) and (isinstance(t, Pointer) or element_type(t) is not None):
        _encode_buffer(out, value, t)
    elif isinstance(value, Items) and element_type(t) is not None:
        _encode_items(out, value, item_type(t), types)
    else:
        dtype = dtype_of(t)
        if dtype is not None:
            _bytes(out, _raw(value, dtype).tobytes())
        elif isinstance(value, Struct):
            inner = member_types(t)
            if len(inner) != len(value.fields):
                raise Mismatch(f"{len(value.fields)} members given for {len(inner)}")
            out.append(ITEM.pack(LIST, len(inner)))
            for member, member_type in zip(value.fields, inner, strict=True):
                _encode(out, member, member_type, types)
        else:
            raise Mismatch(f"{type(value).__name__} given for a parameter of type {t}")


def _encode_buffer(out: list[bytes | memoryview], value: Buffer, t: Type) -> None:
    expected = dtype_of(item_type(t)) if not isinstance(item_type(t), Void) else value.array.dtype
    if expected is None:
        raise Mismatch(f"a buffer given where the elements of {t} have no fixed size")
    array = value.array
    if array.dtype != expected and array.dtype.itemsize != expected.itemsize:
        raise Mismatch(f"elements of type {array.dtype} given where {expected} is expected")
    _bytes(out, np.ascontiguousarray(array).data.cast("B") if array.size and _plain(array) else array.tobytes())


def _plain(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bool:
    return array.dtype.names is None and array.dtype.kind in "biuf" and array.dtype.itemsize <= 8


def _encode_items(out: list[bytes | memoryview], value: Items, element: Type, types: Sequence[Type]) -> None:
    dtype = dtype_of(element)
    if dtype is not None:
        _bytes(out, b"".join(_raw(item, dtype).tobytes() for item in value.items))
        return
    out.append(ITEM.pack(LIST, len(value.items)))
    encoded: dict[int, bytes] = {}  # by identity: generated rows are often one object many times
    for item in value.items:
        if id(item) not in encoded:
            parts: list[bytes | memoryview] = []
            _encode(parts, item, element, types)
            encoded[id(item)] = b"".join(parts)
    out.append(b"".join(encoded[id(item)] for item in value.items))


def _is_text(t: Type) -> bool:
    return isinstance(t, Library) and t.name in {"string", "string_view", "vector", "span"}


def member_types(t: Type) -> tuple[Type, ...]:
    """The types of the members of a record, pair or tuple."""
    t = strip(t)
    if isinstance(t, Record):
        return tuple(member.type for member in t.fields)
    if isinstance(t, Library) and t.name in {"pair", "tuple"}:
        return tuple(argument for argument in t.args if not isinstance(argument, int))
    return ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which cases to call in which order. The first ``least`` calls are made whatever they take; the others while
    ``budget_s`` lasts (0: all of them). ``call_s`` ends the run in a call that takes longer (0: never).
    ``rounding``, if given, has the mode of each call: 0 to nearest, 1 up, 2 down, 3 toward zero. ``reuse``: inputs
    are written anew into the memory of earlier calls, which keeps page faults out of the way of measurements.
    ``statics`` (not under sanitizers, which put red zones there): the library's static memory is watched; with
    ``reuse`` it is put back before each call, too. ``measured``: the runtime tells the work and span of each call.
    ``descending``: under the race detector later siblings run first."""

    order: tuple[int, ...]
    least: int = 0
    budget_s: float = 0.0
    call_s: float = 0.0
    rounding: tuple[int, ...] = ()
    statistics: bool = False
    races: bool = False
    reuse: bool = False
    statics: bool = False
    measured: bool = False
    descending: bool = False


def input_blob(function: Function, cases: Sequence[Case], schedule: Schedule) -> int:
    """A sealed memory file with the calls; the caller closes it. Raises Mismatch."""
    types = parameter_types(function)
    variables = mutable_globals(function)
    parts: list[bytes | memoryview] = []
    table: list[tuple[int, int]] = []
    position = _HEADER.size + pad(_HEADER.size)
    modes = schedule.rounding or (0,) * len(schedule.order)
    words = [case | mode << 28 for case, mode in zip(schedule.order, modes, strict=True)]
    order = np.array(words, dtype="<u4").tobytes()
    position += len(order) + pad(len(order)) + _CASE.size * len(cases)
    for case in cases:
        if len(case.values) != len(types) or len(case.globals) not in {0, len(variables)}:
            raise Mismatch(f"{len(case.values)} values for {len(types)} parameters")
        start = len(parts)
        for value, t in zip((*case.values, *case.globals), (*types, *(t for _, t in variables)), strict=False):
            _encode(parts, value, t, types)
        length = sum(len(part) if isinstance(part, bytes) else part.nbytes for part in parts[start:])
        table.append((position, position + length))
        position += length
    flags = STATISTICS * schedule.statistics | RACES * schedule.races | REUSE * schedule.reuse
    flags |= STATICS * schedule.statics | MEASURED * schedule.measured | DESCENDING * schedule.descending
    head = _HEADER.pack(
        MAGIC,
        len(cases),
        len(schedule.order),
        schedule.least,
        round(schedule.budget_s * 1e9),
        round(schedule.call_s * 1e9),
        flags,
    )
    begin = [head, bytes(pad(len(head))), order, bytes(pad(len(order)))]
    begin += [_CASE.pack(start, end) for start, end in table]
    descriptor = os.memfd_create("unseq-input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        _write(descriptor, [b"".join(begin), *parts])
        fcntl.fcntl(descriptor, _F_ADD_SEALS, _SEAL_SEAL | _SEAL_SHRINK | _SEAL_GROW | _SEAL_WRITE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _write(descriptor: int, parts: Sequence[bytes | memoryview]) -> None:
    """Writes all parts; small ones together."""
    pending = bytearray()
    for part in (*parts, None):
        small = part is not None and len(part) < _TOGETHER
        if part is not None and small:
            pending += part
        if not small or len(pending) >= _TOGETHER:
            for whole in (pending, b"" if part is None or small else part):
                view = memoryview(whole)
                while view:
                    view = view[os.write(descriptor, view) :]
                view.release()
            pending = bytearray()


def output_blob(size: int) -> tuple[int, mmap.mmap]:
    """An empty memory file of a fixed size for the host to write, and our view of it."""
    descriptor = os.memfd_create("unseq-output", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, _F_ADD_SEALS, _SEAL_SEAL | _SEAL_SHRINK | _SEAL_GROW)
    return descriptor, mmap.mmap(descriptor, size, mmap.MAP_SHARED, mmap.PROT_READ)
