"""Local declarations: variables, references, static locals, local types.

Knows how a declared variable gets its type and value; structured bindings and class types are the dialect's.
"""

from __future__ import annotations

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Declare, Expr, Global, Stmt, Storage, Symbol
from unseq.frontend.ir.types import Array, Callable, Opaque, Reference, Type, Void
from unseq.frontend.source import Span, Unsupported
from unseq.frontend.syntax.context import Context, Qualified
from unseq.frontend.syntax.conversions import AUTO, decay, describe, is_proxy
from unseq.frontend.syntax.globals import find_value, remember
from unseq.frontend.syntax.index import declared_name, function_declarator
from unseq.frontend.syntax.operators import is_const, is_place
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Specifiers, declared, specifiers, type_name


def declaration(ctx: Context, node: Node) -> list[Stmt]:
    """A declaration statement: one ``Declare`` for each variable, sharing its span."""
    base = specifiers(ctx, node)
    statements: list[Stmt] = []
    for declarator in node.children_by_field_name("declarator"):
        written = declarator.child_by_field_name("value") if declarator.type == "init_declarator" else None
        if written is None and declarator.type == "identifier":
            written = node.child_by_field_name("value")
        inner = declarator.child_by_field_name("declarator") if declarator.type == "init_declarator" else declarator
        if inner is not None and _bindings(inner) is not None:
            statements += ctx.dialect.bindings(ctx, inner, base, written)
            continue
        statements += variable(ctx, declarator, base, written)
    return statements


def _bindings(node: Node) -> Node | None:
    if node.type == "structured_binding_declarator":
        return node
    if node.type == "reference_declarator":
        return next((child for child in node.named_children if child.type == "structured_binding_declarator"), None)
    return None


def variable(ctx: Context, declarator: Node, base: Specifiers, value: Node | None) -> list[Stmt]:
    """One declared variable."""
    written = value
    if function_declarator(declarator) is not None and declarator.type != "init_declarator":
        written = _arguments(ctx, declarator)
        if written is None:
            raise ctx.refuse(declarator, "a function declared inside a function", "declare it at file scope")
    name = declared_name(declarator)
    if name is None or name.type != "identifier":
        raise ctx.refuse(declarator, "a declaration of this form", "write a plainer declaration")
    shape = declarator if written is None or declarator.type != "function_declarator" else None
    before, qualified, after = ctx.captured(
        ctx.span(declarator), lambda: declared(ctx, shape, Qualified(base.type, base.const))
    )
    if before or after:
        raise ctx.refuse(declarator, "side effects in a declaration", "compute them before")
    text, span = ctx.text(name), ctx.statement
    type_ = qualified.type
    if base.extern:
        raise ctx.refuse(declarator, "an extern declaration inside a function", "declare it at file scope")
    if isinstance(type_, Void):
        raise ctx.refuse(declarator, "a variable of type void", "correct its type")
    if isinstance(type_, Reference):
        return _reference(ctx, declarator, text, type_, written)
    symbol = ctx.fresh_symbol(text, type_, qualified.const, ctx.span(name))
    if type_ != AUTO and not base.static:
        ctx.scopes[-1][text] = symbol  # its own value may name it: `p = malloc(sizeof *p)`
    lowered: Expr | None = None
    pre: list[Stmt] = []
    post: list[Stmt] = []
    if written is not None:
        value_node = written
        wanted = type_
        pre, given, post = ctx.captured(ctx.statement, lambda: ctx.dialect.initializer(ctx, value_node, wanted))
        if type_ == AUTO:
            if is_proxy(given):
                raise ctx.refuse(declarator, "an 'auto' variable that is a bit of a vector<bool>", "declare it bool")
            given = decay(given)
            type_ = given.type
        elif isinstance(type_, Array) and type_.extent is None:
            type_ = given.type
        lowered = given
    elif type_ == AUTO:
        raise ctx.refuse(declarator, "an 'auto' variable without a value", "give it one")
    if isinstance(type_, Array) and type_.extent is None:
        raise ctx.refuse(declarator, "an array without extent", "give it one")
    if isinstance(type_, Opaque):
        raise ctx.refuse(declarator, f"a variable of type {describe(type_)}", "use plain data")
    if base.static:
        return _static(ctx, declarator, Symbol(text, type_, 0, Storage.GLOBAL, qualified.const, span), lowered,
                       bool(pre or post))  # fmt: skip
    if lowered is None:
        lowered = ctx.dialect.default(ctx, declarator, type_)
    if lowered is not None and symbol in walk.used_symbols(lowered):
        raise ctx.refuse(declarator, f"'{text}' is used in its own value", "give it a value first")
    if symbol.type != type_:
        symbol = ctx.fresh_symbol(text, type_, qualified.const, ctx.span(name))
    ctx.scopes[-1][text] = symbol
    if lowered is not None:
        remember(ctx, symbol, lowered)
    return [*pre, Declare(symbol, lowered, span), *post]


def _is_type(ctx: Context, node: Node) -> bool:
    if node.type == "type_identifier" and find_value(ctx, ctx.text(node)) is not None:
        return False
    try:
        type_name(ctx, node)
    except Unsupported:
        return False
    return True


def _arguments(ctx: Context, declarator: Node) -> Node | None:
    """The arguments of ``vector<int> v(n)``, which the grammar takes for a function with a parameter of type ``n``."""
    listed = declarator.child_by_field_name("parameters")
    first = listed.named_children[0] if listed is not None and listed.named_children else None
    named = first.child_by_field_name("type") if first is not None else None
    if not ctx.cpp or declarator.type != "function_declarator" or named is None or _is_type(ctx, named):
        return None
    call = ctx.tree.expression_at(declarator.start_byte, declarator.end_byte)
    return call.child_by_field_name("arguments") if call is not None else None


def _static(ctx: Context, node: Node, symbol: Symbol, value: Expr | None, effects: bool) -> list[Stmt]:
    if effects:
        raise ctx.refuse(node, "a static variable with a computed value", "use a file-scope variable")
    known = Symbol(symbol.name, symbol.type, ctx.file.fresh(), Storage.GLOBAL, symbol.const, symbol.span)
    ctx.scopes[-1][symbol.name] = known
    ctx.reached.globals[known.uid] = Global(known, value, ctx.statement)
    remember(ctx, known, value)
    return []


def _reference(ctx: Context, node: Node, name: str, type_: Reference, written: Node | None) -> list[Stmt]:
    if written is None:
        raise ctx.refuse(node, "a reference without a value", "bind it to a variable")
    value_node = written
    wanted: Type = type_.to
    pre, value, post = ctx.captured(ctx.statement, lambda: ctx.dialect.expressions[value_node.type](ctx, value_node)
                                    if value_node.type in ctx.dialect.expressions
                                    else ctx.dialect.initializer(ctx, value_node, wanted))  # fmt: skip
    if post:
        raise ctx.refuse(node, "a reference bound to an expression with side effects", "compute it before")
    const = type_.const or is_const(value)
    symbol = bound(ctx, node, name, Reference(type_.to, const), value, ctx.span(node))
    if not isinstance(symbol.type, Reference):
        value = ctx.dialect.converted(value, symbol.type)
    return [*pre, Declare(symbol, value, ctx.statement)]


def bound(ctx: Context, node: Node, name: str, type_: Reference, value: Expr, span: Span) -> Symbol:
    """A variable bound to ``value``: a reference to a place, or (const) a value that lives as long as the name."""
    to = value.type if type_.to == AUTO else type_.to
    if is_place(value) and (value.type == to or isinstance(to, Callable)):
        return ctx.declare(name, Reference(to, type_.const), Storage.LOCAL, False, span)
    if not type_.const and type_.to != AUTO:
        raise ctx.refuse(node, "a reference bound to a value", "make it a variable")
    return ctx.declare(name, to, Storage.LOCAL, type_.const, span)


def local_typedef(ctx: Context, node: Node) -> list[Stmt]:
    """A typedef inside a function."""
    base = specifiers(ctx, node)
    for declarator in node.children_by_field_name("declarator"):
        name = declared_name(declarator)
        if name is not None:
            ctx.scopes[-1][ctx.text(name)] = declared(ctx, declarator, Qualified(base.type, base.const))
    return []
