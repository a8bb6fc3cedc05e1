"""Building blocks of recurrence families: parameters, conversions, truth constants."""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.ir.nodes import Cast, Expr, Literal, Ref, Storage, Symbol
from unseq.frontend.ir.types import Bool, Int, Type, strip

Uids = Iterator[int]


def parameter(name: str, type_: Type, uids: Uids) -> Symbol:
    """A parameter of a family's functions; made-up variables have negative ids."""
    return Symbol(name, type_, -next(uids), Storage.TEMPORARY)


def unsigned(type_: Type) -> Type:
    """The unsigned integer type of the same width: its arithmetic wraps."""
    return Int(type_.bits, False, f"std::uint{type_.bits}_t") if isinstance(type_, Int) else type_


def value_of(symbol: Symbol) -> Ref:
    """The value of a variable."""
    return Ref(symbol, strip(symbol.type))


def converted(e: Expr, type_: Type) -> Expr:
    """``e`` as a value of ``type_``; constants directly."""
    if isinstance(e, Literal) and not isinstance(e.value, str | None) and not isinstance(type_, Bool):
        value = e.value
        if isinstance(type_, Int) and not type_.signed and isinstance(value, int) and value < 0:
            value %= 1 << type_.bits
        return Literal(value, type_, e.text if e.type == type_ else "")
    return e if e.type == type_ else Cast(e, type_)


def is_true(e: Expr) -> bool:
    """The literal true."""
    return isinstance(e, Literal) and e.value is True


def is_false(e: Expr) -> bool:
    """The literal false."""
    return isinstance(e, Literal) and e.value is False
