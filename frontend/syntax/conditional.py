"""The conditional operator: a value chosen by a condition, with effects only in the arm that is chosen."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Assign, Block, Expr, If, Literal, Ref, Select, Stmt
from unseq.frontend.ir.types import Array, Library, Pointer, Type, Void
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import common, convert, decay, describe
from unseq.frontend.syntax.expressions import condition_value, expression, field
from unseq.frontend.syntax.tree import Node


def conditional(ctx: Context, node: Node) -> Expr:
    span = ctx.span(node)
    test_node = field(ctx, node, "condition")
    then_node, other_node = node.child_by_field_name("consequence"), field(ctx, node, "alternative")
    if then_node is None:
        raise ctx.refuse(node, "'?:' without a middle operand", "repeat the condition")
    with ctx.sequenced(span):
        test = ctx.sequence_point(condition_value(ctx, test_node), ctx.span(test_node))
        before_then, then, after_then = ctx.part(span, lambda: expression(ctx, then_node))
        before_other, other, after_other = ctx.part(span, lambda: expression(ctx, other_node))
        if isinstance(then.type, Void) or isinstance(other.type, Void):
            raise ctx.refuse(node, "a '?:' without a value", "write it with if")
        kind = _conditional_type(ctx, node, then, other)
        then, other = convert(then, kind), convert(other, kind)
        if not (before_then or after_then or before_other or after_other):
            return Select(test, then, other, kind, span)
        result = ctx.undetermined(kind, ctx.statement)
        target = Ref(result, kind, span)
        arms: list[Block] = []
        for before, value, after in ((before_then, then, after_then), (before_other, other, after_other)):
            statements: list[Stmt] = [*before, Assign(target, value, span=ctx.statement), *after]
            arms.append(Block(tuple(statements), ctx.statement))
        ctx.emit(If(test, arms[0], arms[1], ctx.statement))
        return target


def _conditional_type(ctx: Context, node: Node, then: Expr, other: Expr) -> Type:
    if then.type == other.type and not isinstance(then.type, Array):
        return then.type
    numbers = common(then.type, other.type)
    if numbers is not None:
        return numbers
    a, b = decay(then).type, decay(other).type
    if isinstance(a, Pointer):
        if isinstance(b, Pointer) and a.to != b.to and isinstance(b.to, Void) and not _is_null(other):
            return b
        if isinstance(b, Pointer) and not _is_null(then):
            return Pointer(a.to, a.const or b.const)
        return b if isinstance(b, Pointer) and _is_null(then) else a
    if isinstance(b, Pointer):
        return b
    if isinstance(a, Library):
        return a
    if isinstance(b, Library):
        return b
    raise ctx.refuse(node, f"'?:' between {describe(a)} and {describe(b)}", "write it with if")


def _is_null(value: Expr) -> bool:
    return isinstance(value, Literal) and value.value is None
