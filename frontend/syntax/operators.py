"""The operators: typed IR for operands that are lowered already.

Knows the rules of arithmetic, comparison, pointer and logical operators; class operands go to the dialect.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Binary, Call, Cast, Deref, Expr, Index, Literal, Member, Overflow, Ref, Unary
from unseq.frontend.ir.types import (
    BOOL,
    INT,
    PTRDIFF,
    Array,
    Bool,
    Callable,
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
)
from unseq.frontend.source import Span, Unsupported
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import (
    common,
    convert,
    decay,
    describe,
    is_iterator,
    is_scalar,
    overflow_of,
    promote,
)

ARITHMETIC = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"}
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
WORDS = {"and": "&&", "or": "||", "not": "!", "bitand": "&", "bitor": "|", "xor": "^", "compl": "~", "not_eq": "!=",
         "and_eq": "&=", "or_eq": "|=", "xor_eq": "^="}  # fmt: skip


def truth(ctx: Context) -> Type:
    """The type of comparisons."""
    return BOOL if ctx.cpp else INT


def is_class(t: Type) -> bool:
    return isinstance(t, Library | Record | Opaque)


def binary(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    """``left op right`` for all but ``&&`` and ``||``, which are control flow."""
    if is_class(left.type) or is_class(right.type):
        return ctx.dialect.operator(ctx, op, left, right, span)
    left, right = decay(left), decay(right)
    if isinstance(left.type, Pointer) or isinstance(right.type, Pointer):
        return _pointers(ctx, op, left, right, span)
    if not (is_arithmetic(left.type) and is_arithmetic(right.type)):
        raise Unsupported(span, f"'{op}' between {describe(left.type)} and {describe(right.type)}", "use numbers")
    if op in ("<<", ">>"):
        kind = promote(left.type)
        if not (isinstance(kind, Int) and isinstance(right.type, Int | Bool)):
            raise Unsupported(span, f"'{op}' of {describe(left.type)}", "shift integers")
        return Binary(op, convert(left, kind), convert(right, promote(right.type)), kind, overflow_of(kind), span)
    kind = operation_type(op, left.type, right.type, span)
    left, right = convert(left, kind), convert(right, kind)
    if op in COMPARISONS:
        return Binary(op, left, right, truth(ctx), Overflow.NONE, span)
    overflow = overflow_of(kind) if op in ("+", "-", "*", "/", "%") else Overflow.NONE
    return Binary(op, left, right, kind, overflow, span)


def operation_type(op: str, a: Type, b: Type, span: Span) -> Type:
    """The type in which ``a op b`` is computed, for arithmetic types."""
    kind = common(a, b)
    if kind is None or (op not in ARITHMETIC and op not in COMPARISONS):
        raise Unsupported(span, f"'{op}' between {describe(a)} and {describe(b)}", "write it with plain arithmetic")
    if op in ("%", "&", "|", "^") and isinstance(kind, Float):
        raise Unsupported(span, f"'{op}' of floating-point numbers", "use fmod, or convert to integers")
    return kind


def _pointers(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    a, b = left.type, right.type
    if isinstance(a, Pointer) and isinstance(b, Int | Bool) and op in ("+", "-"):
        return Binary(op, left, right, a, Overflow.NONE, span)
    if isinstance(b, Pointer) and isinstance(a, Int | Bool) and op == "+":
        return Binary(op, left, right, b, Overflow.NONE, span)
    if isinstance(a, Pointer) and isinstance(b, Pointer) and op == "-":
        return Binary(op, left, right, PTRDIFF, Overflow.NONE, span)
    if op in COMPARISONS:
        if isinstance(a, Pointer) and not isinstance(b, Pointer):
            right = convert(right, a)
        elif isinstance(b, Pointer) and not isinstance(a, Pointer):
            left = convert(left, b)
        elif isinstance(right, Literal) and right.value is None:
            right = convert(right, a)
        elif isinstance(left, Literal) and left.value is None:
            left = convert(left, b)
        return Binary(op, left, right, truth(ctx), Overflow.NONE, span)
    raise Unsupported(span, f"'{op}' between {describe(a)} and {describe(b)}", "use an index")


def unary(ctx: Context, op: str, operand: Expr, span: Span) -> Expr:
    """``-x``, ``+x``, ``~x`` and ``!x``."""
    if is_class(operand.type):
        return ctx.dialect.operator(ctx, op, operand, operand, span)
    if op == "!":
        if not is_scalar(operand.type):
            raise Unsupported(span, f"'!' of {describe(operand.type)}", "compare it with something")
        return Unary("!", decay(operand), truth(ctx), Overflow.NONE, span)
    kind = promote(operand.type)
    if not is_arithmetic(kind) or (op == "~" and not isinstance(kind, Int)):
        raise Unsupported(span, f"'{op}' of {describe(operand.type)}", "use a number")
    operand = convert(operand, kind)
    if op == "+":
        return operand
    return Unary(op, operand, kind, overflow_of(kind) if op == "-" else Overflow.NONE, span)


def dereference(ctx: Context, pointer: Expr, span: Span) -> Expr:
    """``*pointer``; ``*(p + i)`` is ``p[i]``."""
    kind = pointer.type
    if isinstance(kind, Callable):
        return pointer
    if isinstance(kind, Array):
        return Index(pointer, Literal(0, INT, "0", empty(span)), kind.element, False, span)
    if isinstance(kind, Library):
        if not is_iterator(kind):
            return ctx.dialect.operator(ctx, "*x", pointer, pointer, span)
        element = kind.args[0] if kind.args else None
        if element is None or isinstance(element, int):
            raise Unsupported(span, "the element of an unknown iterator", "use an index")
        return Deref(pointer, element, span)
    if not isinstance(kind, Pointer) or isinstance(kind.to, Opaque | Void):
        raise Unsupported(span, f"'*' of {describe(kind)}", "use a pointer to a known type")
    if isinstance(pointer, Binary) and pointer.op == "+":
        base, index = pointer.left, pointer.right
        if not isinstance(base.type, Pointer):
            base, index = index, base
        if isinstance(base, Cast) and base.implicit and isinstance(base.operand.type, Array):
            base = base.operand
        return Index(base, index, kind.to, False, span)
    if isinstance(pointer, Binary) and pointer.op == "-" and isinstance(pointer.left.type, Pointer):
        back = convert(pointer.right, PTRDIFF if not getattr(pointer.right.type, "signed", False) else
                       promote(pointer.right.type))  # fmt: skip
        return Index(pointer.left, Unary("-", back, back.type, Overflow.UNDEFINED, empty(pointer.right.span)),
                     kind.to, False, span)  # fmt: skip
    return Deref(pointer, kind.to, span)


def empty(span: Span) -> Span:
    """An empty span: a node without text of its own."""
    return Span(span.start, span.start, span.line, span.column, span.line, span.file)


def subscript(ctx: Context, base: Expr, index: Expr, span: Span) -> Expr:
    """``base[index]``."""
    if isinstance(base.type, Int) and isinstance(index.type, Pointer | Array):
        base, index = index, base
    if is_class(base.type):
        return ctx.dialect.operator(ctx, "[]", base, index, span)
    if not isinstance(index.type, Int | Bool):
        raise Unsupported(span, f"an index of type {describe(index.type)}", "use an integer")
    index = convert(index, INT) if isinstance(index.type, Bool) else index
    if isinstance(base.type, Array):
        return Index(base, index, base.type.element, False, span)
    if isinstance(base.type, Pointer) and not isinstance(base.type.to, Opaque | Void):
        return Index(base, index, base.type.to, False, span)
    raise Unsupported(span, f"'[]' on {describe(base.type)}", "use an array or pointer")


def is_const(e: Expr) -> bool:
    """Whether a place belongs to something that is const, as far as its type and the variables on the way say."""
    match e:
        case Ref(symbol):
            return symbol.const or (isinstance(symbol.type, Reference) and symbol.type.const)
        case Member(base):
            return is_const(base)
        case Index(base):
            return base.type.const if isinstance(base.type, Pointer) else is_const(base)
        case Deref(pointer):
            return isinstance(pointer.type, Pointer) and pointer.type.const
    return False


def is_place(value: Expr) -> bool:
    """Whether ``value`` can be assigned to or bound to a reference."""
    if isinstance(value, Member):
        return is_place(value.base)
    return isinstance(value, Ref | Index | Deref)


def has_calls(value: Expr) -> bool:
    """Whether evaluating ``value`` twice could differ from evaluating it once."""
    match value:
        case Ref() | Literal():
            return False
        case Index():
            return has_calls(value.base) or has_calls(value.index)
        case Member():
            return has_calls(value.base)
        case Deref():
            return has_calls(value.pointer)
        case Cast() | Unary():
            return has_calls(value.operand)
        case Binary():
            return has_calls(value.left) or has_calls(value.right)
        case Call():
            return True
    return True
