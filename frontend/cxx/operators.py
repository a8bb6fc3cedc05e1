"""Operators on class types: library types by table, records by the operator functions of the file."""

from __future__ import annotations

from unseq.frontend.cxx.construct import construct
from unseq.frontend.cxx.members import record_operator
from unseq.frontend.ir.nodes import Binary, Call, Expr, Index, Member, Method, Overflow, Unary
from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    PTRDIFF,
    Array,
    Bool,
    Int,
    Library,
    Opaque,
    Pointer,
    Record,
    Type,
    element_type,
    is_arithmetic,
    is_complex,
)
from unseq.frontend.source import Span, Unsupported
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import convert, decay, describe, is_iterator
from unseq.frontend.syntax.operators import COMPARISONS

_STREAMS = {"std::ostream", "std::ofstream", "std::ostringstream", "std::stringstream", "std::fstream", "std::iostream"}
_INDEXED = {"vector", "array", "span", "string", "deque", "string_view"}
_COMPARED = {"pair", "tuple", "vector", "array", "string", "optional", "deque", "list", "string_view"}


def operator(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    """``left op right`` where one of them is of class type; see ``Dialect.operator`` for the other forms of ``op``:
    ``[]``, ``*x``, ``.name``, ``bool``, ``cast`` and ``op=``."""
    a, b = left.type, right.type
    if op == "cast":
        return construct(ctx, b, [left], False, span)
    if isinstance(a, Record) or (isinstance(b, Record) and op not in ("[]",)):
        return record_operator(ctx, op, left, right, span)
    if isinstance(a, Library):
        if op == "[]":
            return _subscript(ctx, left, right, span)
        if op.startswith(".") and a.name == "pair" and op[1:] in ("first", "second"):
            found = a.args[op == ".second"]
            if not isinstance(found, int):
                return Member(left, op[1:], found, span)
        if a.name == "optional":
            return _optional(op, left, right, a, span)
    if isinstance(a, Opaque) and op == "<<" and a.spelling in _STREAMS:
        return Call("std::operator<<", (left, decay(right)), a, None, span)
    if is_iterator(a) or is_iterator(b):
        return _iterators(ctx, op, left, right, span)
    if is_complex(a) or is_complex(b):
        return _complex(op, left, right, span)
    if _is_text(a) or _is_text(b):
        return _text(op, left, right, span)
    if isinstance(a, Library) and isinstance(b, Library) and op in COMPARISONS and a == b and a.name in _COMPARED:
        return Binary(op, left, right, BOOL, Overflow.NONE, span)
    other = f" and {describe(b)}" if left is not right else ""
    raise Unsupported(span, f"'{op.strip('x')}' on {describe(a)}{other}", "write it with members or plain values")


def _subscript(ctx: Context, base: Expr, index: Expr, span: Span) -> Expr:
    kind = base.type
    element = element_type(kind)
    if isinstance(kind, Library) and (kind.name in _INDEXED or is_iterator(kind)):
        if kind.name == "string_view":
            element = CHAR
        if element is not None and isinstance(index.type, Int | Bool):
            from_bool = convert(index, PTRDIFF) if isinstance(index.type, Bool) else index
            return Index(base, from_bool, element, False, span)
    raise Unsupported(span, f"'[]' on {describe(kind)}", "use a vector, array, span or pointer")


def _iterators(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    a, b = left.type, right.type
    if is_iterator(a) and isinstance(b, Int | Bool) and op in ("+", "-"):
        return Binary(op, left, right, a, Overflow.NONE, span)
    if is_iterator(b) and isinstance(a, Int | Bool) and op == "+":
        return Binary(op, left, right, b, Overflow.NONE, span)
    if is_iterator(a) and is_iterator(b):
        if op == "-":
            return Binary(op, left, right, PTRDIFF, Overflow.NONE, span)
        if op in COMPARISONS:
            return Binary(op, left, right, BOOL, Overflow.NONE, span)
    raise Unsupported(span, f"'{op}' on iterators", "use an index")


def _complex(op: str, left: Expr, right: Expr, span: Span) -> Expr:
    kind = left.type if is_complex(left.type) else right.type
    assert isinstance(kind, Library)
    real = kind.args[0]
    if left is right and op in ("-", "+"):
        return Unary("-", left, kind, Overflow.NONE, span) if op == "-" else left
    if isinstance(real, int) or op.rstrip("=") not in ("+", "-", "*", "/", "", "!"):
        raise Unsupported(span, f"'{op}' on complex numbers", "write it out")
    for side in (left, right):
        if side.type != kind and not (is_arithmetic(side.type) and _fits(side, real, op)):
            raise Unsupported(span, f"'{op}' between {describe(left.type)} and {describe(right.type)}",
                              f"convert the number to {describe(real)}")  # fmt: skip
    left, right = (side if side.type == kind else convert(side, real) for side in (left, right))
    if op in ("==", "!="):
        return Binary(op, left, right, BOOL, Overflow.NONE, span)
    if op.endswith("="):
        return right
    return Binary(op, left, right, kind, Overflow.NONE, span)


def _fits(side: Expr, real: Type, op: str) -> bool:
    """Templates deduce: ``z * 2`` is no C++; ``z *= 2`` is."""
    return side.type == real or op in ("+=", "-=", "*=", "/=")


def _is_text(t: Type) -> bool:
    return isinstance(t, Library) and t.name in ("string", "string_view")


def _text(op: str, left: Expr, right: Expr, span: Span) -> Expr:
    def fits(t: Type) -> bool:
        element = t.to if isinstance(t, Pointer) else t.element if isinstance(t, Array) else t
        return _is_text(t) or element == CHAR

    if not (fits(left.type) and fits(right.type)):
        raise Unsupported(span, f"'{op}' between {describe(left.type)} and {describe(right.type)}", "use strings")
    left, right = decay(left), decay(right)
    if op in ("+", "+="):
        return right if op == "+=" else Binary(op, left, right, Library("string"), Overflow.NONE, span)
    if op in COMPARISONS and left.type != CHAR and right.type != CHAR:
        return Binary(op, left, right, BOOL, Overflow.NONE, span)
    raise Unsupported(span, f"'{op}' on strings", "write it out")


def _optional(op: str, left: Expr, right: Expr, kind: Library, span: Span) -> Expr:
    element = kind.args[0]
    if op in ("bool", "!"):
        test = Method(left, "has_value", (), BOOL, span)
        return Unary("!", test, BOOL, Overflow.NONE, span) if op == "!" else test
    if op == "*x" and not isinstance(element, int):
        return Method(left, "value", (), element, span)
    raise Unsupported(span, f"'{op}' on {describe(kind)}", "use has_value() and value()")


