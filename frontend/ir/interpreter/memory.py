"""The memory of the interpreted program: buffers of cells, pointers into them, containers, and the layout of types.

A cell holds one number, pointer, container or closure; aggregates (arrays, records, pairs, ``std::array``, complex
numbers, optionals) lie in consecutive cells, so a pointer is a buffer and a cell offset.  An aggregate *value* is
the tuple of its cells.  Bytes exist only as sizes: unions and pointers that reinterpret memory are ``Unsupported``.
"""

from __future__ import annotations

from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.source import NOWHERE, Span, Unsupported

Value = Any  # what one expression evaluates to; the IR has checked its type


class UndefinedBehaviour(Exception):
    """The program did something that C or C++ gives no meaning to."""

    def __init__(self, what: str, span: Span = NOWHERE) -> None:
        super().__init__(f"{span}: {what}")
        self.what = what
        self.span = span


class Thrown(Exception):
    """A C++ exception left the program (``v.at(i)`` out of range)."""


class StepLimit(Exception):
    """The program did not end within the allowed number of steps."""


class _Uninitialised:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNINITIALISED"


UNINITIALISED = _Uninitialised()


class Buffer(list[Any]):
    """Cells that live and die together; ``type`` is what one element is, for sizes in bytes."""

    __slots__ = ("type",)

    def __init__(self, cells: Any = (), type_: t.Type = t.VOID) -> None:
        super().__init__(cells)
        self.type = type_

    __hash__ = object.__hash__  # type: ignore[assignment]  # a buffer is an object, not its contents

    def __eq__(self, other: object) -> bool:
        return self is other


class Untyped:
    """Memory from ``malloc`` before a cast says what lies in it."""

    __slots__ = ("bytes", "zero")

    def __init__(self, size: int, zero: bool) -> None:
        self.bytes = size
        self.zero = zero


class Pointer:
    """Points to the cell ``offset`` of ``buffer`` (or one past its end); also every iterator."""

    __slots__ = ("buffer", "offset")

    def __init__(self, buffer: Buffer, offset: int) -> None:
        self.buffer = buffer
        self.offset = offset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pointer) and self.buffer is other.buffer and self.offset == other.offset

    def __hash__(self) -> int:
        return hash((id(self.buffer), self.offset))

    def plus(self, cells: int, span: Span = NOWHERE) -> Pointer:
        """The pointer ``cells`` further; raises where it would leave its buffer."""
        offset = self.offset + cells
        if not 0 <= offset <= len(self.buffer):
            raise UndefinedBehaviour(f"a pointer leaves its object ({offset} of {len(self.buffer)})", span)
        return Pointer(self.buffer, offset)


class Reversed(Pointer):
    """A reverse iterator; ``offset`` is the cell behind the one it names, as in C++."""

    def plus(self, cells: int, span: Span = NOWHERE) -> Pointer:
        forward = Pointer(self.buffer, self.offset).plus(-cells, span)
        return Reversed(forward.buffer, forward.offset)


class Container:
    """A vector, string, deque, list, stack or queue: a value that owns a buffer."""

    __slots__ = ("buffer", "element", "kind")

    def __init__(self, kind: str, element: t.Type, cells: Any = ()) -> None:
        self.kind = kind
        self.element = element
        self.buffer = Buffer(cells, element)

    def __len__(self) -> int:
        return len(self.buffer) // size(self.element)

    def copy(self) -> Container:
        return Container(self.kind, self.element, map(copied, self.buffer))

    def resize(self, cells: list[Any]) -> None:
        """New contents; pointers into the old ones dangle."""
        old = self.buffer
        self.buffer = Buffer(cells, self.element)
        old.clear()

    def key(self) -> list[Any]:
        """What containers are compared by; the characters of strings are unsigned then."""
        return [c % 256 for c in self.buffer] if self.kind.startswith("string") else list(self.buffer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Container) and self.key() == other.key()

    def __lt__(self, other: Container) -> bool:
        return self.key() < other.key()

    def __le__(self, other: Container) -> bool:
        return self.key() <= other.key()

    __hash__ = object.__hash__


class View:
    """A span: elements of somebody else's buffer."""

    __slots__ = ("buffer", "count", "element", "offset")

    def __init__(self, buffer: Buffer, offset: int, count: int, element: t.Type) -> None:
        self.buffer = buffer
        self.offset = offset
        self.count = count
        self.element = element

    def __len__(self) -> int:
        return self.count


def copied(cell: Value) -> Value:
    """A cell's value for another cell: containers are values."""
    return cell.copy() if isinstance(cell, Container) else cell


CONTAINERS = {"vector", "string", "deque", "list", "stack", "queue", "initializer_list"}
AGGREGATES = {"array", "pair", "tuple", "complex", "optional"}


def is_aggregate(type_: t.Type) -> bool:
    """Whether a value of ``type_`` is a tuple of cells."""
    return isinstance(type_, t.Record | t.Array) or (isinstance(type_, t.Library) and type_.name in AGGREGATES)


def members(type_: t.Type) -> tuple[tuple[str, t.Type, int], ...]:
    """``(name, type, cell offset)`` of the members of a record, pair, tuple or complex number."""
    if isinstance(type_, t.Record):
        if type_.spelling.startswith("union"):
            raise Unsupported(NOWHERE, f"the union {type_.name}", "use a struct")
        named = [(field.name, field.type) for field in type_.fields]
    elif isinstance(type_, t.Library) and type_.name == "complex":
        part = type_.args[0] if type_.args and not isinstance(type_.args[0], int) else t.DOUBLE
        named = [("real", part), ("imag", part)]
    elif isinstance(type_, t.Library) and type_.name in {"pair", "tuple"}:
        names = ["first", "second"] if type_.name == "pair" else [str(i) for i in range(len(type_.args))]
        named = [(name, arg) for name, arg in zip(names, type_.args, strict=True) if not isinstance(arg, int)]
    else:
        raise Unsupported(NOWHERE, f"the members of {type_}")
    found, offset = [], 0
    for name, member in named:
        found.append((name, member, offset))
        offset += size(member)
    return tuple(found)


def size(type_: t.Type) -> int:
    """Cells of a value of ``type_``; an array of variable length has no size of its own."""
    if isinstance(type_, t.Array):
        if not isinstance(type_.extent, int):
            raise Unsupported(NOWHERE, "the size of an array of variable length")
        return type_.extent * size(type_.element)
    if isinstance(type_, t.Record):
        return sum(size(field.type) for field in type_.fields)
    if isinstance(type_, t.Library):
        if type_.name == "array":
            element, count = type_.args
            assert isinstance(count, int) and not isinstance(element, int)
            return count * size(element)
        if type_.name in {"pair", "tuple", "complex"}:
            return sum(size(member) for _, member, _ in members(type_))
        if type_.name == "optional":
            return 1 + sum(size(arg) for arg in type_.args if not isinstance(arg, int))
    return 1


def byte_size(type_: t.Type) -> int:
    """``sizeof``."""
    if isinstance(type_, t.Bool | t.Void):
        return 1
    if isinstance(type_, t.Int):
        return type_.bits // 8
    if isinstance(type_, t.Float):
        return {32: 4, 64: 8, 80: 16}[type_.bits]
    if isinstance(type_, t.Pointer | t.Callable):
        return 8
    if isinstance(type_, t.Array) and isinstance(type_.extent, int):
        return type_.extent * byte_size(type_.element)
    if isinstance(type_, t.Record):
        offset = 0
        for field in type_.fields:
            alignment = byte_alignment(field.type)
            offset = -(-offset // alignment) * alignment + byte_size(field.type)
        whole = byte_alignment(type_)
        return max(1, -(-offset // whole) * whole)
    if isinstance(type_, t.Library) and type_.name == "complex":
        return 2 * byte_size(members(type_)[0][1])
    if isinstance(type_, t.Library) and type_.name == "array":
        element, count = type_.args
        assert isinstance(count, int) and not isinstance(element, int)
        return count * byte_size(element)
    raise Unsupported(NOWHERE, f"the size in bytes of {type_}")


def byte_alignment(type_: t.Type) -> int:
    """``alignof``."""
    if isinstance(type_, t.Array):
        return byte_alignment(type_.element)
    if isinstance(type_, t.Record):
        return max((byte_alignment(field.type) for field in type_.fields), default=1)
    if isinstance(type_, t.Library) and type_.name in {"complex", "array"}:
        return byte_alignment(_argument(type_))
    return byte_size(type_)


def fresh(type_: t.Type, zero: bool = False) -> list[Any]:
    """The cells of a new object: default-constructed, ``zero`` for value-initialised numbers."""
    if isinstance(type_, t.Array):
        assert isinstance(type_.extent, int)
        return [cell for _ in range(type_.extent) for cell in fresh(type_.element, zero)]
    if isinstance(type_, t.Record):
        return [cell for field in type_.fields for cell in fresh(field.type, zero)]
    if isinstance(type_, t.Library):
        if type_.name in CONTAINERS:
            return [Container(type_.name, t.element_type(type_) or _argument(type_))]
        if type_.name == "array":
            assert isinstance(type_.args[1], int)
            return [cell for _ in range(type_.args[1]) for cell in fresh(_argument(type_), zero)]
        if type_.name in {"pair", "tuple", "complex"}:  # their constructors set everything to zero
            return [cell for _, member, _ in members(type_) for cell in fresh(member, True)]
        if type_.name == "optional":
            return [False, *fresh(_argument(type_), True)]
        return [UNINITIALISED]
    if not zero:
        return [UNINITIALISED]
    if isinstance(type_, t.Float):
        return [0.0]
    if isinstance(type_, t.Int | t.Bool):
        return [0]
    return [None]


def _argument(type_: t.Library) -> t.Type:
    first = type_.args[0] if type_.args else t.VOID
    return first if not isinstance(first, int) else t.VOID


MOST_CELLS = 20_000_000  # of one allocation


def typed(memory: Untyped, element: t.Type) -> Pointer:
    """Allocated memory as elements of ``element``."""
    count = memory.bytes // byte_size(element)
    if count > MOST_CELLS:
        raise StepLimit(f"an allocation of {count} elements")
    one = fresh(element, memory.zero)
    return Pointer(Buffer([cell for _ in range(count) for cell in one], element), 0)
