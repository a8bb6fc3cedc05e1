"""Initialisers: braced lists for arrays and records, and values for everything else.

Knows C's rules (designators, missing elements are zero); class types of C++ go to the dialect.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Construct, Expr, Literal
from unseq.frontend.ir.types import CHAR, Array, Bool, Float, Int, Pointer, Record, Type, strip
from unseq.frontend.source import Span
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import AUTO, convert, describe
from unseq.frontend.syntax.expressions import expression, field, full_record, value_of
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import type_descriptor

MOST_ELEMENTS = 20_000


def initializer(ctx: Context, node: Node, type_: Type) -> Expr:
    """The value that ``node`` gives to a variable of ``type_``; arrays without extent get one."""
    type_ = strip(type_)
    with ctx.nested(node):
        if node.type == "initializer_list":
            return _list(ctx, node, type_)
        if isinstance(type_, Array):
            return _array_value(ctx, node, type_)
        value = value_of(ctx, node)
        return value if type_ == AUTO else convert(value, type_, ctx.span(node))


def _array_value(ctx: Context, node: Node, type_: Array) -> Expr:
    value = expression(ctx, node)
    if isinstance(value, Literal) and isinstance(value.value, str) and type_.element == CHAR:
        extent = type_.extent if type_.extent is not None else getattr(value.type, "extent", None)
        return Literal(value.value, Array(CHAR, extent), value.text, value.span)
    if isinstance(value, Construct) and value.type == type_:
        return value
    raise ctx.refuse(node, f"an array initialised by {describe(value.type)}", "use a braced list")


def _items(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _list(ctx: Context, node: Node, type_: Type) -> Expr:
    span = ctx.span(node)
    items = _items(node)
    if isinstance(type_, Array):
        return _array_list(ctx, node, items, type_)
    if isinstance(type_, Record):
        return record_list(ctx, node, items, type_)
    if isinstance(type_, Bool | Int | Float | Pointer):
        if not items:
            return zero(type_, span)
        if len(items) == 1 and items[0].type != "initializer_pair":
            return initializer(ctx, items[0], type_)
    raise ctx.refuse(node, f"a braced list for {describe(type_)}", "construct the value plainly")


def _array_list(ctx: Context, node: Node, items: list[Node], type_: Array) -> Expr:
    if len(items) == 1 and items[0].type in ("string_literal", "concatenated_string") and type_.element == CHAR:
        return _array_value(ctx, items[0], type_)
    if len(items) > MOST_ELEMENTS:
        raise ctx.refuse(node, "a very large table", f"read it at run time; {MOST_ELEMENTS} elements at most")
    values: dict[int, Expr] = {}
    position = 0
    for item in items:
        if item.type == "initializer_pair":
            position, item = _designated(ctx, item)
        if not 0 <= position < MOST_ELEMENTS:
            raise ctx.refuse(item, "a very large table", f"read it at run time; {MOST_ELEMENTS} elements at most")
        values[position] = _element(ctx, item, type_.element)
        position += 1
    count = max(values, default=-1) + 1
    extent = type_.extent if type_.extent is not None else count
    if not isinstance(extent, int):
        raise ctx.refuse(node, "an initialised array of variable length", "assign its elements")
    if count > extent:
        raise ctx.refuse(node, f"{count} values for {extent} elements", "correct the extent")
    span = ctx.span(node)
    filled = tuple(values[i] if i in values else zero(type_.element, span) for i in range(count))
    return Construct(Array(type_.element, extent), filled, True, span)


def _designated(ctx: Context, item: Node) -> tuple[int, Node]:
    designators = item.children_by_field_name("designator")
    value = field(ctx, item, "value")
    if len(designators) == 1 and designators[0].type == "subscript_designator":
        index = constant_value(ctx, value_of(ctx, designators[0].named_children[0]))
        if index is not None:
            return index, value
    raise ctx.refuse(item, "this designator", "list the values in order")


def _element(ctx: Context, item: Node, type_: Type) -> Expr:
    if isinstance(type_, Array) and item.type not in ("initializer_list", "string_literal"):
        raise ctx.refuse(item, "a list without inner braces", "write braces around each row")
    value = initializer(ctx, item, type_) if item.type == "initializer_list" or isinstance(type_, Array) else None
    if value is None:
        value = value_of(ctx, item)
        if isinstance(type_, Record) and value.type != type_:
            raise ctx.refuse(item, "a list without inner braces", "write braces around each record")
        value = convert(value, type_, ctx.span(item))
    return value


def record_list(ctx: Context, node: Node, items: list[Node], type_: Record) -> Expr:
    """``{...}`` for a record: one value a member, missing ones by default."""
    full = type_ if type_.fields else full_record(ctx, type_)
    if full is None:
        raise ctx.refuse(node, f"a braced list for {describe(type_)}, whose members are not known", "define the type")
    names = [f.name for f in full.fields]
    values: dict[int, Expr] = {}
    position = 0
    for item in items:
        if item.type == "initializer_pair":
            designators = item.children_by_field_name("designator")
            called = ctx.text(designators[0]).lstrip(".").strip() if len(designators) == 1 else ""
            if called not in names:
                raise ctx.refuse(item, "this designator", "name a member")
            position, item = names.index(called), field(ctx, item, "value")
        if position >= len(names):
            raise ctx.refuse(item, f"too many values for {describe(type_)}", "correct the list")
        values[position] = _element(ctx, item, full.fields[position].type)
        position += 1
    return completed(ctx, full, values, ctx.span(node))


def completed(ctx: Context, full: Record, values: dict[int, Expr], span: Span) -> Expr:
    """A record made of the given members, the others by their defaults or zero."""
    defaults = ctx.file.defaults.get(full.name, {})
    filled: list[Expr] = []
    for position, member in enumerate(full.fields):
        if position in values:
            filled.append(values[position])
        elif member.name in defaults:
            filled.append(initializer(Context(ctx.file, ctx.reached), defaults[member.name], member.type))
        else:
            filled.append(zero(member.type, span))
    return Construct(full, tuple(filled), True, span)


def zero(type_: Type, span: Span) -> Expr:
    """The value of an element that an initialiser leaves out."""
    point = Span(span.start, span.start, span.line, span.column, span.line, span.file)
    if isinstance(type_, Bool):
        return Literal(False, type_, "false", point)
    if isinstance(type_, Int):
        return Literal(0, type_, "0", point)
    if isinstance(type_, Float):
        return Literal(0.0, type_, "0", point)
    if isinstance(type_, Pointer):
        return Literal(None, type_, "0", point)
    return Construct(type_, (), True, point)


def compound_literal(ctx: Context, node: Node) -> Expr:
    """``(struct point){1, 2}``."""
    written = field(ctx, node, "type")
    target = type_descriptor(ctx, written)
    return initializer(ctx, field(ctx, node, "value"), target.type)
