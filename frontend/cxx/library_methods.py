"""Calls of the member functions of library types."""

from __future__ import annotations

from unseq.frontend.cxx.methods import METHODS, letter_type
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Index, Literal, Method, Overflow
from unseq.frontend.ir.types import INT, SIZE, Int, Library, element_type, strip
from unseq.frontend.syntax.calls import argument, passed
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import decay, describe
from unseq.frontend.syntax.expressions import expression
from unseq.frontend.syntax.operators import empty, is_place
from unseq.frontend.syntax.tree import Node


def library_method(ctx: Context, node: Node, base: Expr, kind: Library, name: str, written: list[Node]) -> Expr:
    """A member function of a library type."""
    span = ctx.span(node)
    found = METHODS.get(kind.name, {}).get(name)
    if found is None:
        raise ctx.refuse(node, f"the method '{name}' of {describe(kind)}", "use another way to do it")
    required, optional, result = found
    if not len(required) <= len(written) <= len(required + optional):
        raise ctx.refuse(node, f"'{name}' of {describe(kind)} with {len(written)} arguments", "correct it")
    arguments = [_typed(ctx, n, letter, kind) for n, letter in zip(written, required + optional, strict=False)]
    if name in ("insert", "assign", "append", "emplace_back", "emplace", "push_front") and kind.name != "string":
        arguments = _elements(ctx, node, kind, name, arguments)
    if not is_place(base) and isinstance(base, Cast):
        raise ctx.refuse(node, "a method of a converted value", "store it in a variable first")
    if result.startswith("@"):
        return _place(base, kind, result, arguments, node, ctx)
    type_ = letter_type(result, kind)
    if type_ is None:
        raise ctx.refuse(node, f"the result of '{name}' of {describe(kind)}", "do not use it")
    const = name.startswith("c") and name in ("cbegin", "cend")
    if const and isinstance(type_, Library):
        type_ = Library(type_.name, type_.args, True)
    return Method(base, name, tuple(arguments), type_, span)


def _typed(ctx: Context, node: Node, letter: str, kind: Library) -> Expr:
    wanted = letter_type(letter, kind)
    if wanted is not None and letter not in "IR":
        return argument(ctx, node, wanted)
    if node.type == "initializer_list":
        element = element_type(kind)
        if element is None:
            raise ctx.refuse(node, "a braced list here", "name its type")
        return ctx.dialect.initializer(ctx, node, element)
    return decay(expression(ctx, node))


def _elements(ctx: Context, node: Node, kind: Library, name: str, arguments: list[Expr]) -> list[Expr]:
    """Converts the values that a container takes in; iterators stay."""
    element = element_type(kind)
    if element is None or not arguments:
        return arguments
    if name in ("emplace_back", "emplace"):
        head = arguments[:1] if name == "emplace" else []
        rest = arguments[len(head) :]
        if len(rest) == 1:
            return [*head, passed(ctx, rest[0], element, ctx.span(node))]
        if isinstance(element, Library) and element.name in ("pair", "tuple", "complex"):
            parts = [strip(a) for a in element.args if not isinstance(a, int)]
            parts = parts * 2 if element.name == "complex" else parts
            if len(rest) <= len(parts):
                return [*head, *(passed(ctx, v, t, ctx.span(node)) for v, t in zip(rest, parts, strict=False))]
        raise ctx.refuse(node, f"'{name}' with these arguments", "use push_back")
    last = arguments[-1]
    if name == "assign" and isinstance(arguments[0].type, Int):
        return [passed(ctx, arguments[0], SIZE, ctx.span(node)), passed(ctx, last, element, ctx.span(node))]
    if name == "insert" and len(arguments) == 2:
        return [arguments[0], passed(ctx, last, element, ctx.span(node))]
    return arguments


def _place(base: Expr, kind: Library, result: str, arguments: list[Expr], node: Node, ctx: Context) -> Expr:
    """``front()``, ``back()`` and ``at(i)`` as elements."""
    span = ctx.span(node)
    element = element_type(kind) or letter_type("T", kind)
    if element is None:
        raise ctx.refuse(node, f"an element of {describe(kind)}", "use an index")
    point = empty(span)
    if result == "@a":
        return Index(base, arguments[0], element, True, span)
    if result == "@f":
        return Index(base, Literal(0, INT, "0", point), element, False, span)
    size = Method(base, "size", (), SIZE, point)
    one = Cast(Literal(1, INT, "1", point), SIZE, True, point)
    return Index(base, Binary("-", size, one, SIZE, Overflow.WRAP, point), element, False, span)


