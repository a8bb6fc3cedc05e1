"""``sizeof``: the sizes and alignments of types on the one ABI that is supported (LP64)."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr, Literal, Ref
from unseq.frontend.ir.types import BOOL, SIZE, Array, Callable, Pointer, Record, Reference, Type, strip
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import describe
from unseq.frontend.syntax.expressions import expression, field, full_record, unwrapped
from unseq.frontend.syntax.globals import find_value
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import find_type, type_descriptor

SIZES = {8: 1, 16: 2, 32: 4, 64: 8, 128: 16}


def sizeof(ctx: Context, node: Node) -> Expr:
    written = node.child_by_field_name("type")
    span = ctx.span(node)
    if written is not None:
        type_ = type_descriptor(ctx, written).type
    else:
        inner = unwrapped(field(ctx, node, "value"))
        named = find_type(ctx, ctx.text(inner)) if inner.type == "identifier" else None
        if named is not None and find_value(ctx, ctx.text(inner)) is None:
            type_ = named.type
        else:
            _, value, _ = ctx.captured(span, lambda: expression(ctx, inner))  # not evaluated
            type_ = value.type
            if isinstance(value, Ref) and isinstance(type_, Array) and value.symbol.storage.value == "parameter":
                type_ = Pointer(type_.element)
    size = size_of(ctx, type_)
    if size is None:
        raise ctx.refuse(node, f"the size of {describe(type_)}", "write a number")
    return Literal(size[0], SIZE, ctx.text(node), span)


def size_of(ctx: Context, t: Type) -> tuple[int, int] | None:
    """Size and alignment of a type; None where it is not known."""
    t = strip(t)
    match t:
        case Pointer() | Callable():
            return 8, 8
        case Array():
            inner = size_of(ctx, t.element)
            return (inner[0] * t.extent, inner[1]) if inner is not None and isinstance(t.extent, int) else None
        case Record():
            full = t if t.fields else full_record(ctx, t)
            if full is None:
                return None
            offset, most = 0, 1
            for f in full.fields:
                inner = (8, 8) if isinstance(f.type, Reference) else size_of(ctx, f.type)
                if inner is None:
                    return None
                offset = -(-offset // inner[1]) * inner[1] + inner[0]
                most = max(most, inner[1])
            return max(1, -(-offset // most) * most), most
    if t == BOOL:
        return 1, 1
    bits = getattr(t, "bits", 0)
    size = 16 if bits == 80 else SIZES.get(bits, 0)
    return (size, size) if size else None
