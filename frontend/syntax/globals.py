"""What names at file scope stand for: variables, enumerators and the signatures of functions.

Knows how to find and type them; lowers the values of variables, but no function bodies.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr, Global, Storage, Symbol
from unseq.frontend.ir.types import Array, Bool, Int, Type
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Unsupported
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Constant, Context, Qualified, Reached
from unseq.frontend.syntax.conversions import AUTO
from unseq.frontend.syntax.index import FunctionSite, NamedSite, function_declarator
from unseq.frontend.syntax.records import enumerators
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Parameter, candidates, declared, parameters, specifiers, type_descriptor

_BROKEN = "has a definition that is not understood"


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called. ``result`` None: deduced from its body (``auto``)."""

    site: FunctionSite
    parameters: tuple[Parameter, ...]
    result: Type | None
    static: bool
    variadic: bool = False


def find_value(ctx: Context, name: str) -> Symbol | Constant | None:
    """The variable or enumerator of that name: local first, then at file scope. None if there is none."""
    local = ctx.local(name)
    if isinstance(local, Symbol | Constant):
        return local
    index = ctx.file.index
    for qualified in candidates(ctx, name):
        if qualified in index.variables:
            return _variable(ctx, qualified, index.variables[qualified])
        if qualified in index.enumerators:
            return _enumerator(ctx, qualified, index.enumerators[qualified])
    return None


def _enumerator(ctx: Context, qualified: str, site: NamedSite) -> Constant:
    if qualified not in ctx.file.constants:
        outside = Context(ctx.file, ctx.reached, site.namespace)
        prefix = qualified[: -len(site.name)]
        for name, constant in enumerators(outside, site.node).items():
            ctx.file.constants[prefix + name] = constant
    return ctx.file.constants[qualified]


def _variable(ctx: Context, qualified: str, site: NamedSite) -> Symbol:
    known = ctx.file.variables
    if qualified not in known:
        known[qualified] = None  # a variable whose value mentions itself
        outside = Context(ctx.file, Reached(), site.namespace)
        symbol, value = _read_variable(outside, site)
        # What its own value and type name comes into being before it.
        known[qualified] = symbol, (*outside.reached.globals.values(), value)
    found = known[qualified]
    if found is None:
        raise Unsupported(ctx.span(site.declarator), f"the variable '{qualified}' {_BROKEN}", "simplify it")
    for each in found[1]:
        ctx.reached.globals.setdefault(each.symbol.uid, each)
    return found[0]


def _read_variable(ctx: Context, site: NamedSite) -> tuple[Symbol, Global]:
    ctx.tree.refuse_holes(ctx.span(site.node))
    base = specifiers(ctx, site.node)
    qualified = declared(ctx, site.declarator, Qualified(base.type, base.const))
    written = site.declarator.child_by_field_name("value") if site.declarator.type == "init_declarator" else None
    value: Expr | None = None
    type_ = qualified.type
    span = ctx.span(site.node)
    ctx.statement = span
    if written is not None:
        value_node = written
        wanted = type_
        before, given, after = ctx.captured(span, lambda: ctx.dialect.initializer(ctx, value_node, wanted))
        if before or after:
            raise ctx.refuse(written, "a file-scope value with side effects", "compute it in a function")
        if type_ == AUTO or (isinstance(type_, Array) and type_.extent is None):
            type_ = given.type
        value = given
    name = "::".join((*site.namespace, site.name))
    symbol = Symbol(name, type_, ctx.file.fresh(), Storage.GLOBAL, qualified.const, span)
    remember(ctx, symbol, value)
    return symbol, Global(symbol, value, span)


def remember(ctx: Context, symbol: Symbol, value: Expr | None) -> None:
    """Keeps the value of a const integer, for extents and case labels."""
    if symbol.const and value is not None and isinstance(symbol.type, Int | Bool):
        number = constant_value(ctx, value)
        if number is not None:
            ctx.file.values[symbol.uid] = number


# --- functions -----------------------------------------------------------------------------------------------


def find_functions(ctx: Context, name: str) -> list[FunctionSite]:
    """The functions of that name that the file declares; definitions first."""
    for qualified in candidates(ctx, name):
        sites = ctx.file.index.functions.get(qualified)
        if sites:
            return sorted(sites, key=lambda site: site.body is None)
    return []


def signature(ctx: Context, site: FunctionSite) -> Signature:
    """The types of a function, read in ``ctx``, whose innermost scope receives the parameters."""
    old_style = next((child for child in site.node.children if child.type == "declaration"), None)
    if old_style is not None:
        raise ctx.refuse(old_style, "an old-style (K&R) function definition", "declare the parameters with types")
    part = function_declarator(site.declarator)
    if part is None:
        raise ctx.refuse(site.declarator, "a function of this form", "declare it plainly")
    base = specifiers(ctx, site.node)
    result: Type | None = _outer(ctx, site.declarator, part, Qualified(base.type, base.const))
    listed = part.child_by_field_name("parameters")
    variadic = listed is not None and any(
        child.type == "variadic_parameter" or child.type == "..." for child in listed.children
    )
    if variadic and site.body is not None:
        raise ctx.refuse(part, "a function with variable arguments", "pass an array or a struct")
    found = parameters(ctx, part, skip_variadic=variadic)
    trailing = next((child for child in part.named_children if child.type == "trailing_return_type"), None)
    if trailing is not None:
        result = type_descriptor(ctx, trailing.named_children[0]).type
    if result == AUTO:
        result = None
    return Signature(site, tuple(found), result, base.static, variadic)


def _outer(ctx: Context, declarator: Node, part: Node, base: Qualified) -> Type:
    """The result type: what stands around the function part of a declarator."""
    return declared(ctx, declarator, base, until=part).type

