"""Range-for loops and structured bindings."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Block, Declare, Expr, ForEach, Index, Literal, Member, Ref, Stmt, Storage, Symbol
from unseq.frontend.ir.types import INT, Array, Library, Record, Reference, Type, element_type
from unseq.frontend.ir.walk import assigned_symbols
from unseq.frontend.syntax.context import Context, Qualified
from unseq.frontend.syntax.conversions import AUTO, describe, gives_proxies
from unseq.frontend.syntax.expressions import expression, field, full_record, value_of
from unseq.frontend.syntax.index import declared_name
from unseq.frontend.syntax.loops import loop_body
from unseq.frontend.syntax.operators import empty, is_const, is_place
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Specifiers, declared, specifiers

_ORDERED = {"vector", "array", "span", "string", "deque", "list", "initializer_list", "string_view"}


def parts_of(ctx: Context, node: Node, value: Expr) -> list[Expr]:
    """What a structured binding names in ``value``."""
    kind = value.type
    point = empty(ctx.span(node))
    if isinstance(kind, Library) and kind.name in ("pair", "tuple"):
        names = ("first", "second") if kind.name == "pair" else tuple(str(i) for i in range(len(kind.args)))
        return [Member(value, n, t, point) for n, t in zip(names, kind.args, strict=True) if not isinstance(t, int)]
    if isinstance(kind, Record):
        full = full_record(ctx, kind) or kind
        return [Member(value, f.name, f.type, point) for f in full.fields]
    extent = kind.extent if isinstance(kind, Array) else kind.args[1] if (
        isinstance(kind, Library) and kind.name == "array" and len(kind.args) > 1) else None  # fmt: skip
    element = element_type(kind)
    if isinstance(extent, int) and element is not None and extent <= 64:
        return [Index(value, Literal(i, INT, str(i), point), element, False, point) for i in range(extent)]
    raise ctx.refuse(node, f"a structured binding of {describe(kind)}", "name its members")


def _names(ctx: Context, node: Node) -> list[Node]:
    inner = node
    if node.type == "reference_declarator":
        inner = next(c for c in node.named_children if c.type == "structured_binding_declarator")
    return [c for c in inner.named_children if c.type == "identifier"]


def bind(ctx: Context, node: Node, whole: Expr, const: bool) -> list[Stmt]:
    """Declares the names of a structured binding as references to the parts of ``whole``."""
    names, parts = _names(ctx, node), parts_of(ctx, node, whole)
    if len(names) != len(parts):
        raise ctx.refuse(node, f"{len(names)} names for {len(parts)} parts", "name them all")
    out: list[Stmt] = []
    for name, part in zip(names, parts, strict=True):
        symbol = ctx.declare(ctx.text(name), Reference(part.type, const), Storage.LOCAL, False, ctx.span(name))
        out.append(Declare(symbol, part, ctx.statement))
    return out


def bindings(ctx: Context, node: Node, base: Specifiers, written: Node | None) -> list[Stmt]:
    """``auto [a, b] = pair;``"""
    if written is None:
        raise ctx.refuse(node, "a structured binding without a value", "give it one")
    value_node = written
    before, value, after = ctx.captured(ctx.statement, lambda: value_of(ctx, value_node))
    by_reference = node.type == "reference_declarator"
    name = f"bound{node.start_byte}"
    if by_reference and is_place(value):
        const = base.const or is_const(value)
        symbol = ctx.declare(name, Reference(value.type, const), Storage.TEMPORARY, False, ctx.span(node))
    elif by_reference and not base.const:
        raise ctx.refuse(node, "a reference bound to a value", "bind by value")
    else:
        symbol = ctx.declare(name, value.type, Storage.TEMPORARY, base.const, ctx.span(node))
    whole = Ref(symbol, value.type, empty(ctx.span(node)))
    const = base.const or (by_reference and is_const(value))
    return [*before, Declare(symbol, value, ctx.statement), *after, *bind(ctx, node, whole, const)]


def range_for(ctx: Context, node: Node) -> list[Stmt]:
    """``for (auto &x : v)``."""
    span = ctx.span(node)
    loop = ctx.next_loop()
    first = node.child_by_field_name("initializer")
    if first is not None:
        raise ctx.refuse(first, "a range-for with an initialiser", "declare the variable before")
    right = field(ctx, node, "right")
    with ctx.scope():
        before, sequence, after = ctx.captured(ctx.span(right), lambda: _sequence(ctx, right))
        if after:
            raise ctx.refuse(right, "side effects in a range", "compute it before")
        element = element_type(sequence.type)
        kind = sequence.type
        if element is None or not (isinstance(kind, Array) or (isinstance(kind, Library) and kind.name in _ORDERED)):
            raise ctx.refuse(right, f"a range-for over {describe(kind)}", "use a vector, array, span or string")
        base = specifiers(ctx, node)
        declarator = field(ctx, node, "declarator")
        outer, ctx.statement = ctx.statement, ctx.span(declarator)
        symbol, inside = _variable(ctx, declarator, base, element, is_const(sequence))
        ctx.statement = outer
        body = loop_body(ctx, field(ctx, node, "body"))
    if gives_proxies(sequence) and symbol in assigned_symbols(body):
        raise ctx.refuse(declarator, "a loop over the bits of a vector<bool> that changes them", "use an index")
    found = ForEach(symbol, sequence, Block((*inside, *body.statements), body.span), loop, span)
    return [*before, found]


def _sequence(ctx: Context, node: Node) -> Expr:
    if node.type != "initializer_list":
        return expression(ctx, node)
    items = [c for c in node.named_children if c.type != "comment"]
    if not items:
        raise ctx.refuse(node, "a loop over nothing", "remove it")
    kind = ctx.captured(ctx.span(node), lambda: value_of(ctx, items[0]))[1].type
    return ctx.dialect.initializer(ctx, node, Library("initializer_list", (kind,)))


def _variable(
    ctx: Context, declarator: Node, base: Specifiers, element: Type, const_range: bool
) -> tuple[Symbol, list[Stmt]]:
    span = ctx.span(declarator)
    by_reference = declarator.type == "reference_declarator"
    bound_node = declarator if declarator.type == "structured_binding_declarator" else next(
        (c for c in declarator.named_children if c.type == "structured_binding_declarator"), None)  # fmt: skip
    if bound_node is not None:
        fixed = base.const or (by_reference and const_range)
        type_: Type = Reference(element, fixed) if by_reference else element
        symbol = ctx.declare(f"bound{declarator.start_byte}", type_, Storage.TEMPORARY, False, span)
        whole = Ref(symbol, element, empty(span))
        return symbol, bind(ctx, bound_node, whole, fixed)
    name = declared_name(declarator)
    if name is None or name.type != "identifier":
        raise ctx.refuse(declarator, "a loop variable of this form", "declare it plainly")
    qualified = declared(ctx, declarator, Qualified(base.type, base.const))
    type_ = qualified.type
    if isinstance(type_, Reference):
        to = element if type_.to == AUTO else type_.to
        if to != element:
            if not type_.const:
                raise ctx.refuse(declarator, f"a reference to {describe(to)} bound to {describe(element)}",
                                 "use the same type")  # fmt: skip
            type_ = to
        else:
            type_ = Reference(to, type_.const or const_range)
    elif type_ == AUTO:
        type_ = element
    elif type_ != element and not (getattr(type_, "bits", 0) and getattr(element, "bits", 0)):
        raise ctx.refuse(declarator, f"a loop variable of {describe(type_)} over {describe(element)}", "use auto")
    const = qualified.const or (base.const and not isinstance(type_, Reference))
    return ctx.declare(ctx.text(name), type_, Storage.LOCAL, const, ctx.span(name)), []
