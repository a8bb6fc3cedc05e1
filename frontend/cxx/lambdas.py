"""Lambdas: closures with typed parameters, their captures, and what generic parameters stand for."""

from __future__ import annotations

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, Declare, Expr, Lambda, Storage, Symbol
from unseq.frontend.ir.types import VOID, Callable, Library, Reference, Type
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import AUTO, decay, describe
from unseq.frontend.syntax.expressions import field, value_of
from unseq.frontend.syntax.statements import statements
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Parameter, parameters, type_descriptor


def argument_with(ctx: Context, node: Node, hints: tuple[Type, ...]) -> Expr:
    """A function object as an argument that is called with values of the types ``hints``."""
    if node.type == "lambda_expression":
        return closure(ctx, node, hints)
    value = value_of(ctx, node)
    if not isinstance(value.type, Callable | Library):
        raise ctx.refuse(node, f"{describe(value.type)} where a function is expected", "use a lambda")
    return value


def lambda_expression(ctx: Context, node: Node) -> Expr:
    return closure(ctx, node, None)


def closure(ctx: Context, node: Node, hints: tuple[Type, ...] | None) -> Expr:
    """A lambda; ``hints`` are the types of its ``auto`` parameters, None where they are not known."""
    span = ctx.span(node)
    if any(child.type == "template_parameter_list" for child in node.children):
        raise ctx.refuse(node, "a lambda that is a template", "give its parameters types")
    by_value, by_reference, default = _captures(ctx, node)
    declarator = node.child_by_field_name("declarator")
    saved = (ctx.result, ctx.returned, ctx.breaks, ctx.continues, ctx.statement)
    with ctx.scope():
        listed = _parameters(ctx, node, declarator, hints)
        result: Type | None = None
        trailing = None
        if declarator is not None:
            trailing = next((c for c in declarator.named_children if c.type == "trailing_return_type"), None)
            if any(ctx.text(c) == "mutable" for c in declarator.children):
                raise ctx.refuse(declarator, "a mutable lambda", "keep its state in a variable outside")
        if trailing is not None and trailing.named_children:
            result = type_descriptor(ctx, trailing.named_children[0]).type
            result = None if result == AUTO else result
        ctx.result, ctx.returned, ctx.breaks, ctx.continues = result, [], "", False
        try:
            body_node = field(ctx, node, "body")
            inside, lowered, after = ctx.captured(span, lambda: statements(ctx, body_node.named_children))
            body = Block((*inside, *lowered, *after), ctx.span(body_node))
            kinds = {kind for kind, _ in ctx.returned}
        finally:
            ctx.result, ctx.returned, ctx.breaks, ctx.continues, ctx.statement = saved
    if result is None:
        if len(kinds) > 1:
            raise ctx.refuse(node, "a lambda that returns several types", "write its result type")
        result = next(iter(kinds), VOID)
    symbols = tuple(p.symbol for p in listed)
    type_ = Callable(tuple(s.type for s in symbols), result)
    shell = Lambda(symbols, body, type_, (), span)
    copies = _copies(ctx, node, shell, by_value, by_reference, default)
    return Lambda(symbols, body, type_, copies, span)


def _captures(ctx: Context, node: Node) -> tuple[set[str], set[str], str]:
    """Names captured by value, by reference, and the default (``&``, ``=`` or none)."""
    by_value: set[str] = set()
    by_reference: set[str] = set()
    default = ""
    referred = False  # the grammar gives "&" and the name that follows as two nodes
    for item in field(ctx, node, "captures").children:
        text = ctx.text(item)
        if item.type == "&":
            referred = True
            continue
        if item.type == "lambda_default_capture":
            default = text
        elif item.type == "identifier":
            (by_reference if referred else by_value).add(text)
            referred = False
        elif item.type == "lambda_capture_initializer":
            by_value.add(_initialised(ctx, item))
        elif item.type in ("[", "]", ",", "comment"):
            continue
        elif text.startswith("&") and text[1:].strip().isidentifier():
            by_reference.add(text[1:].strip())
        else:
            raise ctx.refuse(item, f"the capture '{text}'", "capture variables by name, [&] or [=]")
    return by_value, by_reference, default


def _initialised(ctx: Context, item: Node) -> str:
    left, right = item.child_by_field_name("left"), item.child_by_field_name("right")
    if left is None or right is None or left.type != "identifier" or ctx.text(item).startswith("&"):
        raise ctx.refuse(item, "this capture", "capture variables by name")
    value = decay(value_of(ctx, right))
    name = ctx.text(left)
    symbol = ctx.declare(name, value.type, Storage.LOCAL, False, ctx.span(left))
    ctx.emit(Declare(symbol, value, ctx.statement))
    return name


def _parameters(
    ctx: Context, node: Node, declarator: Node | None, hints: tuple[Type, ...] | None
) -> list[Parameter]:  # fmt: skip
    if declarator is None:
        return []
    listed = parameters(ctx, declarator)
    found: list[Parameter] = []
    for position, parameter in enumerate(listed):
        symbol = parameter.symbol
        inner = symbol.type.to if isinstance(symbol.type, Reference) else symbol.type
        if inner == AUTO:
            if hints is None or position >= len(hints):
                raise ctx.refuse(parameter.node, "a lambda's 'auto' parameter", "write the parameter's type")
            known: Type = hints[position]
            if isinstance(symbol.type, Reference):
                known = Reference(known, symbol.type.const)
            symbol = Symbol(symbol.name, known, symbol.uid, symbol.storage, symbol.const, symbol.span)
            ctx.scopes[-1][symbol.name] = symbol
        if not symbol.name:
            symbol = Symbol(f"unnamed{position}", symbol.type, symbol.uid, symbol.storage, symbol.const, symbol.span)
        found.append(Parameter(symbol, parameter.node))
    return found


def _copies(
    ctx: Context, node: Node, shell: Lambda, by_value: set[str], by_reference: set[str], default: str
) -> tuple[Symbol, ...]:  # fmt: skip
    """The symbols that the closure holds by value; what it names without capturing it is refused."""
    copies: list[Symbol] = []
    seen: set[int] = set()
    for symbol in sorted(walk.free_symbols(shell), key=lambda s: s.uid):
        if symbol.storage is Storage.GLOBAL or symbol.uid in seen:
            continue
        seen.add(symbol.uid)
        if symbol.name in by_value or (default == "=" and symbol.name not in by_reference):
            copies.append(symbol)
        elif symbol.name in by_reference or default == "&":
            continue
        elif not (symbol.const and symbol.uid in ctx.file.values):
            raise ctx.refuse(node, f"'{symbol.name}' is used but not captured", "capture it")
    return tuple(copies)


