"""The types of the IR: C and C++ types after resolution of typedefs, `using` and template parameters.

Knows sizes and signedness on the one ABI that is supported (LP64); knows nothing of syntax.
``spelling`` remembers how the source wrote a type (``size_t``) and is left out of equality.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Union

from unseq.frontend.slotted import dataclass

if TYPE_CHECKING:
    from unseq.frontend.ir.nodes import Expr


@dataclass(frozen=True, slots=True)
class Void:
    """No value."""


@dataclass(frozen=True, slots=True)
class Bool:
    """``bool`` / ``_Bool``."""


@dataclass(frozen=True, slots=True)
class Int:
    """An integer of ``bits`` (8, 16, 32, 64, 128) bits; ``char`` is ``Int(8, True, "char")``."""

    bits: int
    signed: bool
    spelling: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Float:
    """IEEE binary32 or binary64, or x87 ``long double`` (``bits`` = 80)."""

    bits: int


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer; ``const`` qualifies the pointee. ``restrict`` is a promise by the caller."""

    to: Type
    const: bool = False
    restrict: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Array:
    """A C array. ``extent`` is a number, an expression (VLA) or None (``a[]``, only for parameters). ``restrict`` is a
    promise by the caller (``a[restrict n]``)."""

    element: Type
    extent: int | Expr | None
    restrict: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """A C++ lvalue reference; only symbols have this type, an expression has the type referred to."""

    to: Type
    const: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a record."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Record:
    """A struct, class or union of plain data members, known by name; ``spelling`` as C source writes it
    (``struct point``)."""

    name: str
    fields: tuple[Field, ...] = field(default=(), compare=False)
    spelling: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Library:
    """A standard-library type. ``name`` without ``std::``: vector, array, string, complex, pair, tuple, span,
    optional, deque, queue, stack, list, iterator (element type as its argument), initializer_list.
    ``args`` are its template arguments (types and integers); ``const``: its elements cannot be written through it
    (``span<const T>``, ``const_iterator``)."""

    name: str
    args: tuple[Type | int, ...] = ()
    const: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Callable:
    """The type of a lambda, a function pointer or (``wrapped``) a ``std::function``."""

    parameters: tuple[Type, ...]
    result: Type
    wrapped: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A type of which only the spelling is known (``FILE``, ``std::ostream``); its values can only be passed on."""

    spelling: str


Type = Union[Void, Bool, Int, Float, Pointer, Array, Reference, Record, Library, Callable, Opaque]

VOID = Void()
BOOL = Bool()
CHAR = Int(8, True, "char")
INT = Int(32, True, "int")
UNSIGNED = Int(32, False, "unsigned")
LONG = Int(64, True, "long")
SIZE = Int(64, False, "size_t")
PTRDIFF = Int(64, True, "ptrdiff_t")
FLOAT = Float(32)
DOUBLE = Float(64)


def is_arithmetic(t: Type) -> bool:
    """Whether a value of ``t`` is a number or a truth value."""
    return isinstance(t, Bool | Int | Float)


def is_complex(t: Type) -> bool:
    """Whether ``t`` is ``std::complex`` of something."""
    return isinstance(t, Library) and t.name == "complex"


def is_inexact(t: Type) -> bool:
    """Whether arithmetic on ``t`` rounds."""
    return isinstance(t, Float) or is_complex(t)


def strip(t: Type) -> Type:
    """``t`` without a reference."""
    return t.to if isinstance(t, Reference) else t


def element_type(t: Type) -> Type | None:
    """What one element of a pointer, array or container of ``t`` is; None if ``t`` has no elements."""
    t = strip(t)
    if isinstance(t, Pointer):
        return t.to
    if isinstance(t, Array):
        return t.element
    if isinstance(t, Library):
        if t.name in {"string", "string_view"}:
            return CHAR
        known = {"vector", "array", "span", "deque", "list", "iterator", "reverse_iterator", "initializer_list"}
        if t.name in known and t.args:
            first = t.args[0]
            return first if not isinstance(first, int) else None
    return None
