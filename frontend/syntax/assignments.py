"""Assignments, increments and expressions that are evaluated for their effects.

Knows how ``a[k++] = x``, ``x = y = z`` and ``*p++`` become statements in the order that the language gives.
"""

from __future__ import annotations

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Cast,
    Deref,
    Evaluate,
    Expr,
    If,
    Index,
    Literal,
    Member,
    Overflow,
    Place,
    Ref,
)
from unseq.frontend.ir.types import INT, Array, Float, Int, Pointer, Reference, Type, is_arithmetic
from unseq.frontend.source import Span
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import convert, describe, is_iterator, negate, overflow_of, promote
from unseq.frontend.syntax.expressions import condition_value, expression, field, unwrapped, value_of
from unseq.frontend.syntax.operators import WORDS, has_calls, is_class, operation_type
from unseq.frontend.syntax.tree import Node


def place_of(ctx: Context, node: Node) -> Place:
    """An expression that can be assigned to."""
    found = value_of(ctx, node)
    base: Expr = found
    while isinstance(base, Member):
        base = base.base
    owner = walk.own_root(found)
    if owner is not None and owner.const and not isinstance(owner.type, Reference):
        raise ctx.refuse(node, f"an assignment to the constant '{owner.name}'", "remove the const")
    if isinstance(base, Ref | Index | Deref) and isinstance(found, Ref | Index | Member | Deref):
        return found
    raise ctx.refuse(node, "an assignment to something that is no variable or element", "assign to a variable")


def assignment(ctx: Context, node: Node) -> Expr:
    """An assignment used for its value."""
    left = unwrapped(field(ctx, node, "left"))
    counts = dict(ctx.region.mentions)
    statement = _assign(ctx, node)
    place = statement.place
    if has_calls(place):
        raise ctx.refuse(left, "an assignment to a computed place inside an expression", "make it a statement")
    _own(ctx, place, counts)
    ctx.emit(statement)
    value = statement.value
    if not statement.op and isinstance(value.operand if isinstance(value, Cast) else value, Literal):
        return value
    return place


def _own(ctx: Context, place: Place, counts: dict[int, int]) -> None:
    """The mentions of ``place``'s variable since ``counts`` belong to the operation that modifies it."""
    if isinstance(place, Ref):
        uid = place.symbol.uid
        ctx.region.own(place.symbol, ctx.region.mentions.get(uid, 0) - counts.get(uid, 0))


def _assign(ctx: Context, node: Node) -> Assign:
    """The statement that an assignment expression is; effects inside it go to ``ctx``."""
    op = ctx.text(field(ctx, node, "operator"))
    op = WORDS.get(op, op)[:-1]
    left, right = field(ctx, node, "left"), field(ctx, node, "right")
    if op:
        value = value_of(ctx, right)
        place = place_of(ctx, left)
        return compound(ctx, place, op, value, ctx.span(node))
    # The place's type decides how a braced list is read, so it is lowered first where that matters.
    if right.type == "initializer_list":
        place = place_of(ctx, left)
        return Assign(place, ctx.dialect.initializer(ctx, right, place.type), span=ctx.statement)
    value = value_of(ctx, right)
    marks = len(ctx.before)
    place = place_of(ctx, left)
    if len(ctx.before) > marks and not isinstance(value, Literal) and not _private_value(ctx, value):
        # What the place's side effects may change has been read before them.
        late = ctx.before[marks:]
        del ctx.before[marks:]
        value = ctx.temporary(value, ctx.statement)
        ctx.before += late
    if isinstance(place.type, Array):
        raise ctx.refuse(left, "an assignment to an array", "copy its elements")
    return Assign(place, convert(value, place.type, ctx.span(right)), span=ctx.statement)


def _private_value(ctx: Context, value: Expr) -> bool:
    """Whether no effect elsewhere in the expression can change ``value`` (or the region refuses it)."""
    if isinstance(value, Cast):
        return _private_value(ctx, value.operand)
    return isinstance(value, Ref) and ctx.private(value.symbol)


def compound(ctx: Context, place: Place, op: str, value: Expr, span: Span) -> Assign:
    """``place op= value``."""
    kind = place.type
    at = ctx.statement
    if is_class(kind) and not is_iterator(kind):
        checked = ctx.dialect.operator(ctx, op + "=", place, value, span)
        return Assign(place, checked, op, kind, Overflow.NONE, at)
    if isinstance(kind, Pointer) or is_iterator(kind):
        if op not in ("+", "-") or not isinstance(value.type, Int):
            raise ctx.refuse_at(span, f"'{op}=' on {describe(kind)}", "use an index")
        return Assign(place, value, op, kind, Overflow.NONE, at)
    if not is_arithmetic(kind) or not is_arithmetic(value.type):
        raise ctx.refuse_at(span, f"'{op}=' on {describe(kind)} with {describe(value.type)}", "write it out")
    if op in ("<<", ">>"):
        compute: Type = promote(kind)
        if not isinstance(compute, Int) or isinstance(value.type, Float):
            raise ctx.refuse_at(span, f"'{op}=' on {describe(kind)}", "shift integers")
        value = convert(value, promote(value.type))
    else:
        compute = operation_type(op, kind, value.type, span)
        value = convert(value, compute)
    arithmetic = op in ("+", "-", "*", "/", "%", "<<", ">>")
    return Assign(place, value, op, compute, overflow_of(compute) if arithmetic else Overflow.NONE, at)


# --- ++ and -- -----------------------------------------------------------------------------------------------


def step(ctx: Context, place: Place, op: str, span: Span) -> Assign:
    """``place += 1`` or ``place -= 1``."""
    kind = place.type
    if isinstance(kind, Pointer) or is_iterator(kind):
        return Assign(place, Literal(1, INT, "1", span), op, kind, Overflow.NONE, ctx.statement)
    if not isinstance(kind, Int | Float):
        raise ctx.refuse_at(span, f"'{op}{op}' on {describe(kind)}", "write it out")
    compute = promote(kind)
    one = Literal(1.0 if isinstance(compute, Float) else 1, compute, "1", span)
    return Assign(place, one, op, compute, overflow_of(compute), ctx.statement)


def update(ctx: Context, node: Node) -> Expr:
    """``i++`` and its like, used for the value."""
    argument = field(ctx, node, "argument")
    operator = field(ctx, node, "operator")
    span = ctx.span(node)
    point = Span(span.start, span.start, span.line, span.column, span.line, span.file)
    counts = dict(ctx.region.mentions)
    place = place_of(ctx, argument)
    if has_calls(place):
        raise ctx.refuse(argument, "'++' on a computed place inside an expression", "make it a statement")
    change = step(ctx, place, ctx.text(operator)[0], point)
    _own(ctx, place, counts)
    if operator.start_byte < argument.start_byte:
        ctx.emit(change)
        return place
    if isinstance(place, Ref) and ctx.private(place.symbol):
        ctx.region.after.append(change)
        return place
    before = ctx.temporary(place, ctx.statement)
    ctx.emit(change)
    return before


# --- effects -------------------------------------------------------------------------------------------------


def discard(ctx: Context, node: Node) -> None:
    """Lowers an expression whose value is not used: its effects become statements in ``ctx.before``."""
    with ctx.nested(node):
        _discard(ctx, node)


def _discard(ctx: Context, node: Node) -> None:
    kind = node.type
    span = ctx.span(node)
    if kind == "parenthesized_expression" and unwrapped(node) is not node:
        discard(ctx, unwrapped(node))
    elif kind == "comma_expression":
        discard(ctx, field(ctx, node, "left"))
        finish(ctx, span)
        discard(ctx, field(ctx, node, "right"))
    elif kind == "assignment_expression":
        counts = dict(ctx.region.mentions)
        statement = _assign(ctx, node)
        _own(ctx, statement.place, counts)
        ctx.emit(statement)
    elif kind == "update_expression":
        place = place_of(ctx, field(ctx, node, "argument"))
        sign = ctx.text(field(ctx, node, "operator"))[0]
        ctx.emit(step(ctx, place, sign, Span(span.start, span.start, span.line, span.column, span.line, span.file)))
    elif kind == "conditional_expression":
        _branches(ctx, node)
    elif kind == "binary_expression" and ctx.text(field(ctx, node, "operator")) in ("&&", "||", "and", "or"):
        _short_circuit(ctx, node)
    else:
        ctx.emit(Evaluate(expression(ctx, node), ctx.statement))


def finish(ctx: Context, span: Span) -> None:
    """The end of a full expression whose value is not needed."""
    ctx.region.close(span)
    ctx.before += ctx.region.after
    ctx.region.after = []


def arm(ctx: Context, node: Node) -> Block:
    """A block of the effects of one operand."""
    before, _, after = ctx.captured(ctx.span(node), lambda: discard(ctx, node))
    return Block((*before, *after), ctx.span(node))


def _branches(ctx: Context, node: Node) -> None:
    test = ctx.sequence_point(condition_value(ctx, field(ctx, node, "condition")), ctx.span(node))
    then = node.child_by_field_name("consequence")
    if then is None:
        raise ctx.refuse(node, "'?:' without a middle operand", "write it with if")
    ctx.emit(If(test, arm(ctx, then), arm(ctx, field(ctx, node, "alternative")), ctx.statement))


def _short_circuit(ctx: Context, node: Node) -> None:
    test = ctx.sequence_point(condition_value(ctx, field(ctx, node, "left")), ctx.span(node))
    op = ctx.text(field(ctx, node, "operator"))
    if WORDS.get(op, op) == "||":
        test = negate(test, ctx.cpp)
    ctx.emit(If(test, arm(ctx, field(ctx, node, "right")), None, ctx.statement))


def comma(ctx: Context, node: Node) -> Expr:
    """``a, b`` used for its value."""
    with ctx.sequenced(ctx.span(node)):
        discard(ctx, field(ctx, node, "left"))
        finish(ctx, ctx.span(node))
        return value_of(ctx, field(ctx, node, "right"))

