"""Arrays of variable length, which C++ does not have, as rows one behind the other in linear memory.

A parameter ``double a[n][m]`` becomes ``double *a`` and ``a[i][j]`` becomes ``a[(long)i * m + j]``; a local one becomes
a ``std::vector``.  Knows types and the chains of subscripts; deliberately does not look at whether an extent changes
after the declaration, which ``stable_extents`` tells.
"""

from __future__ import annotations

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Function, Index, Literal, Overflow, Ref, Storage, Symbol


def is_variable(type_: t.Type) -> bool:
    """Whether the size of a value of ``type_`` is known only when the program runs."""
    return isinstance(type_, t.Array) and any(True for _ in walk.extents(type_))


def points_to_rows(type_: t.Type) -> bool:
    """Whether ``type_`` points to (or is an array of) arrays of variable length."""
    inner = type_.to if isinstance(type_, t.Pointer) else type_.element if isinstance(type_, t.Array) else t.VOID
    return is_variable(inner)


def scalar(type_: t.Type) -> t.Type:
    """What lies in the rows of an array of any number of dimensions."""
    while isinstance(type_, t.Array):
        type_ = type_.element
    return type_


def is_local(symbol: Symbol) -> bool:
    """Whether ``symbol`` is a variable-length array that lives in a ``std::vector``."""
    return is_variable(symbol.type) and symbol.storage is not Storage.PARAMETER


def flat(type_: t.Type) -> t.Type:
    """The C++ type of a parameter or pointer: pointers to rows of variable length point to what lies in the rows."""
    if isinstance(type_, t.Pointer) and is_variable(type_.to):
        return t.Pointer(scalar(type_.to), type_.const)
    if isinstance(type_, t.Array) and points_to_rows(type_):
        return t.Pointer(scalar(type_))
    if isinstance(type_, t.Array) and is_variable(type_):
        return t.Pointer(type_.element)
    return type_


def has_rows(function: Function) -> bool:
    """Whether ``function`` declares or uses an array of variable length, so that its C text is no C++."""
    symbols = (*function.parameters, *walk.declared_symbols(function))
    return any(is_variable(symbol.type) or points_to_rows(symbol.type) for symbol in symbols)


def stable_extents(function: Function) -> bool:
    """Whether no variable that an extent depends on is assigned: then extents may be computed again at each use."""
    symbols = (*function.parameters, *walk.declared_symbols(function))
    used = {symbol for each in symbols for extent in walk.extents(each.type) for symbol in walk.used_symbols(extent)}
    return not used & walk.rebound_symbols(function)


def wide(e: Expr) -> Expr:
    """An integer as ``long`` unless it has 64 bits: products of extents do not overflow then."""
    if isinstance(e, Cast) and e.implicit and isinstance(e.type, t.Int) and e.type.bits == 64:
        e = e.operand
    if isinstance(e.type, t.Int) and e.type.bits == 64:
        return e
    if isinstance(e, Literal):
        return Literal(e.value, t.LONG)
    return Cast(e, t.LONG)


def _times(a: Expr, b: Expr) -> Expr:
    b = Cast(b, a.type, True) if b.type != a.type else b
    return Binary("*", a, b, a.type, _overflow(a.type))


def _plus(a: Expr, b: Expr) -> Expr:
    b = Cast(b, a.type, True) if b.type != a.type else b
    return Binary("+", a, b, a.type, _overflow(a.type))


def _overflow(type_: t.Type) -> Overflow:
    return Overflow.UNDEFINED if isinstance(type_, t.Int) and type_.signed else Overflow.WRAP


def _extent(type_: t.Array) -> Expr:
    extent = type_.extent
    if isinstance(extent, int):
        return Literal(extent, t.INT)
    assert extent is not None, "only the outermost extent of a parameter may be missing"
    return extent


def length(type_: t.Array) -> Expr:
    """The number of scalars in an array."""
    total = wide(_extent(type_))
    inner = type_.element
    while isinstance(inner, t.Array):
        total = _times(total, _extent(inner))
        inner = inner.element
    return total


def chain(e: Index) -> tuple[Expr, list[Expr], t.Type] | None:
    """``base[i][j]`` as its base, its subscripts and the type of ``base``; None where rows have a fixed length."""
    indices: list[Expr] = []
    current: Expr = e
    while isinstance(current, Index):
        indices.append(current.index)
        current = current.base
        if isinstance(current, Ref) or not (isinstance(current, Index) and is_variable(current.type)):
            break
    local = isinstance(current, Ref) and is_local(current.symbol) and isinstance(
        t.element_type(current.type), t.Array)
    if not (points_to_rows(current.type) or local):
        return None
    return current, indices[::-1], current.type


def offset(indices: list[Expr], type_: t.Type) -> Expr:
    """The linear subscript of ``base[i][j]``."""
    total = None if _is_zero(indices[0]) else wide(indices[0])
    row = t.element_type(type_)
    for index in indices[1:]:
        assert isinstance(row, t.Array)
        total = _times(total, _extent(row)) if total is not None else None
        if not _is_zero(index):
            total = _plus(total, index) if total is not None else wide(index)
        row = row.element
    while isinstance(row, t.Array):
        total = _times(total, _extent(row)) if total is not None else None
        row = row.element
    return total if total is not None else Literal(0, t.INT, "0")


def _is_zero(e: Expr) -> bool:
    return isinstance(e, Literal) and e.value == 0
