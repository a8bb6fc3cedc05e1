"""Conversions between types: promotions, the usual arithmetic conversions, and implicit casts made explicit.

Knows C's and C++'s rules for built-in types; what a library type converts to is asked of ``library_conversion``.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Cast, Construct, Deref, Expr, Index, Literal, Overflow, Unary
from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    INT,
    Array,
    Bool,
    Callable,
    Field,
    Float,
    Int,
    Library,
    Opaque,
    Pointer,
    Record,
    Reference,
    Type,
    Void,
    is_arithmetic,
    strip,
)
from unseq.frontend.ir.walk import root
from unseq.frontend.source import Span, Unsupported

AUTO = Opaque("auto")


def describe(t: Type) -> str:
    """A type as a message shows it."""
    match t:
        case Void():
            return "void"
        case Bool():
            return "bool"
        case Int():
            return t.spelling or f"{'' if t.signed else 'u'}int{t.bits}_t"
        case Float():
            return {32: "float", 64: "double", 80: "long double"}[t.bits]
        case Pointer():
            return f"{'const ' if t.const else ''}{describe(t.to)} *"
        case Array():
            return f"{describe(t.element)}[{t.extent if isinstance(t.extent, int) else ''}]"
        case Reference():
            return f"{'const ' if t.const else ''}{describe(t.to)} &"
        case Record():
            return t.spelling or t.name
        case Library():
            inner = ", ".join(str(a) if isinstance(a, int) else describe(a) for a in t.args)
            return f"std::{t.name}" + (f"<{inner}>" if inner else "")
        case Callable():
            return f"{describe(t.result)}({', '.join(describe(p) for p in t.parameters)})"
        case Opaque():
            return t.spelling


def promote(t: Type) -> Type:
    """The integer promotions."""
    if isinstance(t, Bool) or (isinstance(t, Int) and t.bits < 32):
        return INT
    return t


def common(a: Type, b: Type) -> Type | None:
    """The type of the usual arithmetic conversions; None if one is no arithmetic type."""
    if not (is_arithmetic(a) and is_arithmetic(b)):
        return None
    if isinstance(a, Float) or isinstance(b, Float):
        floats = [t for t in (a, b) if isinstance(t, Float)]
        return max(floats, key=lambda t: t.bits)
    a, b = promote(a), promote(b)
    if not (isinstance(a, Int) and isinstance(b, Int)):
        return None
    if a.bits != b.bits:
        return a if a.bits > b.bits else b
    return b if a.signed and not b.signed else a


def overflow_of(t: Type) -> Overflow:
    """What arithmetic in ``t`` does beyond its range."""
    if isinstance(t, Int):
        return Overflow.UNDEFINED if t.signed else Overflow.WRAP
    return Overflow.NONE


def is_scalar(t: Type) -> bool:
    """Whether a value of ``t`` can be a condition."""
    return is_arithmetic(t) or isinstance(t, Pointer | Array)


def is_iterator(t: Type) -> bool:
    return isinstance(t, Library) and t.name in ("iterator", "reverse_iterator")


def is_proxy(value: Expr) -> bool:
    """Whether ``auto x = value`` makes ``x`` a part of a ``std::vector<bool>``, not a value of its own."""
    if isinstance(value, Index):
        return gives_proxies(value.base)
    return isinstance(value, Deref) and gives_proxies(value.pointer)


def gives_proxies(sequence: Expr) -> bool:
    """Whether elements of ``sequence`` are parts of a ``std::vector<bool>`` that can be assigned."""
    if sequence.type not in (Library("vector", (Bool(),)), Library("iterator", (Bool(),))):
        return False
    owner = root(sequence)
    return owner is None or not (owner.const or (isinstance(owner.type, Reference) and owner.type.const))


def decay(value: Expr) -> Expr:
    """An array as a pointer to its first element; anything else as it is."""
    if isinstance(value, Literal) and isinstance(value.type, Array):
        return Literal(value.value, Pointer(CHAR, const=True), value.text, value.span)
    if isinstance(value.type, Array):
        return Cast(value, Pointer(value.type.element), True, value.span)
    return value


def null_constant(value: Expr) -> bool:
    """Whether ``value`` is a null pointer constant."""
    return isinstance(value, Literal) and (value.value is None or (value.value == 0 and isinstance(value.type, Int)))


def convert(value: Expr, to: Type, span: Span | None = None) -> Expr:
    """``value`` as a ``to``, by the implicit conversions of the language.

    Raises ``Unsupported`` where there is none that is known."""
    to = strip(to)
    have = value.type
    at = span if span is not None else value.span
    if have == to or to == AUTO:
        return value
    if is_arithmetic(to):
        if is_arithmetic(have):
            return Cast(value, to, True, value.span)
        if isinstance(to, Bool) and is_scalar(have):
            return Cast(decay(value), BOOL, True, value.span)
    if isinstance(to, Pointer):
        converted = _to_pointer(value, to)
        if converted is not None:
            return converted
    if isinstance(to, Library):
        converted = _to_library(value, to)
        if converted is not None:
            return converted
    if isinstance(to, Record) and isinstance(have, Record) and to.name == have.name:
        return value
    if isinstance(to, Callable):
        return value
    if isinstance(to, Opaque):
        return value
    raise Unsupported(at, f"a conversion from {describe(have)} to {describe(to)}", "write the conversion with a cast")


def _to_pointer(value: Expr, to: Pointer) -> Expr | None:
    if null_constant(value) and isinstance(value, Literal):
        return Literal(None, to, value.text or "0", value.span)
    if isinstance(value, Literal) and isinstance(value.value, str) and to.to == CHAR:
        return Literal(value.value, to, value.text, value.span)
    value = decay(value)
    if not isinstance(value.type, Pointer):
        return None
    if value.type.to == to.to:
        return value if value.type.const == to.const else Cast(value, to, True, value.span)
    compatible = (
        isinstance(value.type.to, Void)
        or isinstance(to.to, Void)
        or _same_but_sign(value.type.to, to.to)
        or (isinstance(value.type.to, Pointer) and isinstance(to.to, Pointer))
        or (isinstance(value.type.to, Array) and isinstance(to.to, Array))
    )
    return Cast(value, to, True, value.span) if compatible else None


def _same_but_sign(a: Type, b: Type) -> bool:
    return isinstance(a, Int) and isinstance(b, Int) and a.bits == b.bits


def _to_library(value: Expr, to: Library) -> Expr | None:
    have = value.type
    if isinstance(have, Library) and have.name == to.name:
        if to.name in {"vector", "array"} and have.args != to.args:
            return None
        if to.name in {"pair", "tuple", "complex", "optional"}:
            return Construct(to, (value,), False, value.span)
        return value
    element = to.args[0] if to.args and not isinstance(to.args[0], int) else None
    if to.name == "complex" and element is not None and is_arithmetic(have):
        return Construct(to, (convert(value, element),), False, value.span)
    if to.name in {"string", "string_view"}:
        text = isinstance(have, Library) and have.name in {"string", "string_view"}
        pointer = isinstance(have, Pointer | Array) and (have.to if isinstance(have, Pointer) else have.element) == CHAR
        if text or pointer:
            return Construct(to, (value,), False, value.span)
    if to.name == "optional" and element is not None:
        if isinstance(have, Library) and have.name == "nullopt_t":
            return Construct(to, (), False, value.span)
        return Construct(to, (convert(value, element),), False, value.span)
    if to.name == "span" and (
        isinstance(have, Array) or (isinstance(have, Library) and have.name in {"vector", "array"})
    ):
        return Construct(to, (value,), False, value.span)
    if to.name == "function":
        return value
    return None


def negate(value: Expr, cpp: bool) -> Expr:
    """``!value``."""
    return Unary("!", value, BOOL if cpp else INT, Overflow.NONE, value.span)


def record_field(record: Record, name: str) -> Field | None:
    """The member of that name."""
    return next((f for f in record.fields if f.name == name), None)
