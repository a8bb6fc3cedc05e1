"""Calls of functions: of the file, of C's library, and through pointers.

Knows how arguments convert to parameters; C++'s overloads and templates are the dialect's.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Call, Construct, Expr, Lambda, Ref
from unseq.frontend.ir.types import (
    DOUBLE,
    FLOAT,
    Array,
    Callable,
    Pointer,
    Reference,
    Type,
)
from unseq.frontend.source import Span
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import convert, decay, describe, promote
from unseq.frontend.syntax.expressions import explicit_cast, expression, field, unwrapped, value_of
from unseq.frontend.syntax.globals import Signature, find_functions, find_value, signature
from unseq.frontend.syntax.library_c import ANY, FUNCTIONS
from unseq.frontend.syntax.operators import is_place
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import find_type


def arguments_of(ctx: Context, node: Node) -> list[Node]:
    listed = field(ctx, node, "arguments")
    if listed.type == "initializer_list":
        return [listed]
    return [child for child in listed.named_children if child.type != "comment"]


def call(ctx: Context, node: Node) -> Expr:
    """A call expression."""
    function = field(ctx, node, "function")
    bare = unwrapped(function)
    if bare.type == "identifier":
        name = ctx.text(bare)
        if find_value(ctx, name) is not None:
            return indirect(ctx, node, value_of(ctx, bare))
        return ctx.dialect.call(ctx, node, name)
    if bare.type in ctx.dialect.types or bare.type not in ctx.dialect.expressions:
        return ctx.dialect.call(ctx, node, ctx.text(bare))
    return indirect(ctx, node, expression(ctx, bare))


def indirect(ctx: Context, node: Node, target: Expr) -> Expr:
    """A call through a pointer or of a lambda."""
    kind = target.type
    if not isinstance(kind, Callable):
        raise ctx.refuse(node, f"a call of {describe(kind)}", "call a function")
    written = arguments_of(ctx, node)
    if len(written) != len(kind.parameters):
        raise ctx.refuse(node, f"a call with {len(written)} arguments of a function with {len(kind.parameters)}", "")
    arguments = tuple(argument(ctx, n, t) for n, t in zip(written, kind.parameters, strict=True))
    name = target.symbol.name if isinstance(target, Ref) else ctx.text(field(ctx, node, "function"))
    return Call(name, arguments, kind.result, target, ctx.span(node))


def argument(ctx: Context, node: Node, to: Type) -> Expr:
    """An argument for a parameter of type ``to``."""
    if node.type == "initializer_list":
        return ctx.dialect.initializer(ctx, node, to.to if isinstance(to, Reference) else to)
    return passed(ctx, value_of(ctx, node), to, ctx.span(node))


def passed(ctx: Context, value: Expr, to: Type, span: Span) -> Expr:
    """``value`` as an argument for a parameter of type ``to``."""
    if isinstance(to, Reference):
        if not to.const and not is_place(value):
            raise ctx.refuse_at(span, "a value bound to a reference", "store it in a variable first")
        if not to.const and value.type != to.to:
            raise ctx.refuse_at(span, f"a reference to {describe(to.to)} bound to {describe(value.type)}",
                                "use the same type")  # fmt: skip
        return convert(value, to.to, span) if to.const else value
    if isinstance(to, Array):
        return convert(value, Pointer(to.element), span)
    if to == ANY:
        return decay(value)
    return convert(value, to, span)


def varied(value: Expr) -> Expr:
    """An argument of a function with variable arguments."""
    value = decay(value)
    if isinstance(value, Lambda | Construct):
        return value
    return convert(value, DOUBLE if value.type == FLOAT else promote(value.type))


def call_plain(ctx: Context, node: Node, name: str) -> Expr:
    """A call of a C function, by name: the file's own first, then the library's."""
    sites = find_functions(ctx, name)
    if sites:
        outside = Context(ctx.file, ctx.reached, sites[0].namespace)
        with outside.scope():
            known = signature(outside, sites[0])
        if known.result is None:
            raise ctx.refuse(node, f"the result of '{name}', which is not declared", "declare its type")
        return call_known(ctx, node, known, known.result, sites[0].qualified)
    target = find_type(ctx, name)
    if target is not None:
        return misread_cast(ctx, node, target.type)
    return call_library(ctx, node, name)


def misread_cast(ctx: Context, node: Node, target: Type) -> Expr:
    """``(T)(x)``, which the grammar reads as a call when it does not know that ``T`` is a type."""
    written = arguments_of(ctx, node)
    parent = node.parent
    if len(written) != 1 or field(ctx, node, "function").type != "parenthesized_expression":
        raise ctx.refuse(node, "a type called like a function", "write a cast")
    if parent is not None and parent.type in ("subscript_expression", "field_expression", "call_expression",
                                              "update_expression") and parent.named_children[0] == node:  # fmt: skip
        raise ctx.refuse(node, "a cast of this form", "write parentheses around what is converted")
    return explicit_cast(ctx, expression(ctx, written[0]), target, ctx.span(node))


def call_known(ctx: Context, node: Node, known: Signature, result: Type, name: str) -> Expr:
    """A call of a function of the file whose types are known."""
    written = arguments_of(ctx, node)
    wanted = known.parameters
    defaults = [p for p in wanted[len(written) :] if p.default is not None]
    if len(written) + len(defaults) < len(wanted) or (len(written) > len(wanted) and not known.variadic):
        raise ctx.refuse(node, f"'{name}' called with {len(written)} arguments; it takes {len(wanted)}", "correct it")
    arguments = [argument(ctx, n, p.type) for n, p in zip(written, wanted, strict=False)]
    for parameter in wanted[len(written) :]:
        if parameter.default is not None:
            arguments.append(argument(ctx, parameter.default, parameter.type))
    arguments += [varied(value_of(ctx, n)) for n in written[len(wanted) :]]
    if known.site.body is not None and known.site.template is None:
        ctx.reached.calls.setdefault(known.site.qualified, (known.site, ()))
    if isinstance(result, Reference):
        if not result.const:
            raise ctx.refuse(node, f"the function '{name}', which returns a reference", "return a value or an index")
        result = result.to
    return Call(name, tuple(arguments), result, None, ctx.span(node))


def call_library(ctx: Context, node: Node, name: str) -> Expr:
    """A call of a function of C's library."""
    found = FUNCTIONS.get(name)
    span = ctx.span(node)
    if found is None:
        if name in ("setjmp", "_setjmp", "sigsetjmp", "longjmp", "siglongjmp"):
            raise ctx.refuse(node, f"'{name}': jumps between functions", "return an error code")
        if name == "alloca" or name == "__builtin_alloca":
            raise ctx.refuse(node, "alloca", "use an array or malloc")
        raise ctx.refuse(node, f"unknown function '{name}'", "include its header, or declare or define it")
    types, more, result = found
    written = arguments_of(ctx, node)
    if len(written) < len(types) or (len(written) > len(types) and not more):
        raise ctx.refuse(node, f"'{name}' called with {len(written)} arguments; it takes {len(types)}", "correct it")
    arguments = [passed(ctx, value_of(ctx, n), t, ctx.span(n)) for n, t in zip(written, types, strict=False)]
    arguments += [varied(value_of(ctx, n)) for n in written[len(types) :]]
    return Call(name, tuple(arguments), result, None, span)

