"""Values of class type: constructors, braced lists, functional casts, default values.

Knows the constructors of library types; those of the file's records are ``members``'s.
"""

from __future__ import annotations

from unseq.frontend.cxx.members import constructed, has_constructors
from unseq.frontend.ir.nodes import Cast, Construct, Expr, Lambda, Literal
from unseq.frontend.ir.types import (
    CHAR,
    SIZE,
    VOID,
    Array,
    Callable,
    Int,
    Library,
    Opaque,
    Pointer,
    Record,
    Type,
    element_type,
    is_arithmetic,
    strip,
)
from unseq.frontend.source import Span
from unseq.frontend.syntax import initializers
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import AUTO, convert, decay, describe
from unseq.frontend.syntax.expressions import explicit_cast, expression, full_record, value_of
from unseq.frontend.syntax.tree import Node

_LISTS = {"vector", "deque", "list", "set", "unordered_set", "multiset", "initializer_list", "priority_queue"}
_RANGES = _LISTS | {"string", "span"}


def initializer(ctx: Context, node: Node, type_: Type) -> Expr:
    """What stands right of a variable's ``=``, in its parentheses or its braces."""
    type_ = strip(type_)
    if node.type == "argument_list":
        inside = [c for c in node.named_children if c.type != "comment"]
        return direct(ctx, node, type_, inside)
    if node.type == "initializer_list":
        return braced(ctx, node, type_)
    if type_ == AUTO or not isinstance(type_, Library | Record):
        if isinstance(type_, Callable):
            return _function(ctx, node, type_)
        return initializers.initializer(ctx, node, type_)
    value = value_of(ctx, node)
    return convert(value, type_, ctx.span(node))


def _function(ctx: Context, node: Node, type_: Callable) -> Expr:
    value = expression(ctx, node)
    if isinstance(value, Lambda) and value.type != type_:
        raise ctx.refuse(node, "a lambda converted to a function of another type", "give its parameters the same types")
    if not isinstance(value.type, Callable):
        raise ctx.refuse(node, f"{describe(value.type)} where a function is expected", "use a lambda")
    return value


def braced(ctx: Context, node: Node, type_: Type) -> Expr:
    """``{...}`` for a value of ``type_``."""
    span = ctx.span(node)
    items = [c for c in node.named_children if c.type != "comment"]
    if type_ == AUTO:
        if len(items) == 1:
            return value_of(ctx, items[0])
        raise ctx.refuse(node, "a braced list for 'auto'", "write the type")
    if isinstance(type_, Record):
        if len(items) == 1 and items[0].type not in ("initializer_list", "initializer_pair") and not has_constructors(
                ctx, type_):  # fmt: skip
            only = value_of(ctx, items[0])
            if only.type == type_:
                return only
            full = full_record(ctx, type_) or type_
            if not full.fields:
                raise ctx.refuse(node, f"a value for {describe(type_)}, which has no members", "remove it")
            return initializers.completed(ctx, full, {0: convert(only, full.fields[0].type)}, span)
        if has_constructors(ctx, type_):
            return constructed(ctx, node, type_, items, span)
        return initializers.record_list(ctx, node, items, type_)
    if not isinstance(type_, Library):
        return initializers.initializer(ctx, node, type_)
    if type_.name == "array":
        return _array(ctx, node, type_, items)
    if type_.name in _LISTS:
        return _list(ctx, node, type_, items)
    if type_.name in ("map", "unordered_map") and items:
        raise ctx.refuse(node, f"a list for {describe(type_)}", "insert the elements one by one")
    found = direct(ctx, node, type_, items)
    if isinstance(found, Construct) and found.type == type_:
        return Construct(type_, found.arguments, True, span)
    return found


def _array(ctx: Context, node: Node, type_: Library, items: list[Node]) -> Expr:
    element, extent = element_type(type_), type_.args[1] if len(type_.args) > 1 else None
    if len(items) == 1 and items[0].type == "initializer_list" and not isinstance(element, Record | Library):
        items = [c for c in items[0].named_children if c.type != "comment"]
    if element is None or not isinstance(extent, int) or len(items) > extent:
        raise ctx.refuse(node, f"this list for {describe(type_)}", "correct its length")
    if len(items) == 1 and items[0].type != "initializer_list":
        only = value_of(ctx, items[0])
        if only.type == type_:
            return only
        return Construct(type_, (convert(only, element),), True, ctx.span(node))
    return Construct(type_, tuple(initializer(ctx, n, element) for n in items), True, ctx.span(node))


def _list(ctx: Context, node: Node, type_: Library, items: list[Node]) -> Expr:
    element = element_type(type_) or (type_.args[0] if type_.args else None)
    if element is None or isinstance(element, int):
        raise ctx.refuse(node, f"a list for {describe(type_)}", "name its element type")
    if len(items) == 1 and items[0].type != "initializer_list":
        only = value_of(ctx, items[0])
        if only.type == type_:
            return Construct(type_, (only,), False, ctx.span(node))
        return Construct(type_, (convert(only, element),), True, ctx.span(node))
    if len(items) == 1 and items[0].type == "initializer_list" and is_arithmetic(element):
        return _list(ctx, node, type_, [c for c in items[0].named_children if c.type != "comment"])
    if any(n.type == "initializer_pair" for n in items):
        raise ctx.refuse(node, "a designator in a list of elements", "list them in order")
    return Construct(type_, tuple(initializer(ctx, n, element) for n in items), True, ctx.span(node))


def direct(ctx: Context, node: Node, type_: Type, written: list[Node]) -> Expr:
    """``T(...)`` or ``T x(...)``."""
    span = ctx.span(node)
    if isinstance(type_, Record):
        return constructed(ctx, node, type_, written, span)
    sequence = isinstance(type_, Library) and (type_.name in _LISTS or type_.name == "array")
    if sequence and len(written) == 1 and written[0].type == "initializer_list":
        return braced(ctx, written[0], type_)
    if isinstance(type_, Library) and written:
        element = element_type(type_) or (type_.args[0] if type_.args and not isinstance(type_.args[0], int) else None)
        values = [_argument(ctx, n, element, type_) for n in written]
        return construct(ctx, type_, values, False, span)
    if not written:
        return Construct(type_, (), False, span) if isinstance(type_, Library) else initializers.zero(type_, span)
    if len(written) == 1:
        if type_ == AUTO:
            return decay(value_of(ctx, written[0]))
        if isinstance(type_, Callable):
            return _function(ctx, written[0], type_)
        if isinstance(type_, Opaque):
            raise ctx.refuse(node, f"a value of {describe(type_)}", "use plain data")
        return convert(value_of(ctx, written[0]), type_, span)
    raise ctx.refuse(node, f"{len(written)} values for {describe(type_)}", "give one")


def _argument(ctx: Context, node: Node, element: Type | None, owner: Library) -> Expr:
    if node.type == "initializer_list":
        if element is None:
            raise ctx.refuse(node, "a braced list here", "name its type")
        return braced(ctx, node, element)
    if node.type == "lambda_expression" or owner.name != "complex":
        return decay(expression(ctx, node))
    return value_of(ctx, node)


def construct(ctx: Context, type_: Type, values: list[Expr], is_braced: bool, span: Span) -> Expr:
    """A library value made of ``values``; also an explicit cast to a class type."""
    if isinstance(type_, Record) and len(values) == 1 and values[0].type == type_:
        return values[0]
    if not isinstance(type_, Library):
        if len(values) == 1 and isinstance(values[0].type, Opaque) and is_arithmetic(type_):
            return Cast(values[0], type_, False, span)
        raise ctx.refuse_at(span, f"a conversion to {describe(type_)}", "build the value from its members")
    arguments = _converted(ctx, type_, values, span)
    if arguments is None:
        shown = ", ".join(describe(v.type) for v in values)
        raise ctx.refuse_at(span, f"{describe(type_)} made of ({shown})", "use a plainer constructor")
    return Construct(type_, tuple(arguments), is_braced, span)


def _converted(ctx: Context, type_: Library, values: list[Expr], span: Span) -> list[Expr] | None:
    """The arguments of a constructor, converted to its parameters; None if there is no such constructor."""
    name, count = type_.name, len(values)
    first = type_.args[0] if type_.args and not isinstance(type_.args[0], int) else None
    if count == 0:
        return []
    kinds = [v.type for v in values]
    if count == 1 and isinstance(kinds[0], Library) and (kinds[0] == type_ or (
            kinds[0].name == name and name in ("complex", "pair", "tuple", "iterator", "span"))):  # fmt: skip
        return values
    if name == "complex" and first is not None and count <= 2 and all(is_arithmetic(k) for k in kinds):
        return [convert(v, first) for v in values]
    if name in ("pair", "tuple") and count == len(type_.args):
        return [convert(v, t, span) for v, t in zip(values, type_.args, strict=True) if not isinstance(t, int)]
    if name in ("vector", "deque", "list") and first is not None and isinstance(kinds[0], Int) and count <= 2:
        return [convert(values[0], SIZE), *(convert(v, first) for v in values[1:])]
    if name == "string" and isinstance(kinds[0], Int) and count == 2 and is_arithmetic(kinds[1]):
        return [convert(values[0], SIZE), convert(values[1], CHAR)]
    if name == "string" and isinstance(kinds[0], Pointer) and count <= 2:
        return [values[0], *(convert(v, SIZE) for v in values[1:])] if kinds[0].to == CHAR else None
    if name == "string" and isinstance(kinds[0], Library) and kinds[0].name in ("string", "string_view"):
        return [values[0], *(convert(v, SIZE) for v in values[1:])]
    if name in _RANGES and count == 2 and kinds[0] == kinds[1] and element_type(kinds[0]) is not None:
        return values
    if name == "span" and isinstance(kinds[0], Pointer) and count == 2 and isinstance(kinds[1], Int):
        return [values[0], convert(values[1], SIZE)]
    if name == "span" and count == 1 and element_type(kinds[0]) is not None:
        return values
    if name in ("optional", "string_view", "string") and count == 1:
        inner = convert(values[0], type_, span)
        return list(inner.arguments) if isinstance(inner, Construct) else [inner]
    return None


def functional_cast(ctx: Context, node: Node, type_: Type, written: list[Node]) -> Expr:
    """``T(x)``: a conversion for plain types, a constructor for classes."""
    span = ctx.span(node)
    if isinstance(type_, Library | Record):
        return direct(ctx, node, type_, written)
    if not written:
        return initializers.zero(type_, span)
    if len(written) == 1 and type_ != VOID:
        return explicit_cast(ctx, expression(ctx, written[0]), type_, span)
    raise ctx.refuse(node, f"{len(written)} values for {describe(type_)}", "give one")


def default(ctx: Context, node: Node, type_: Type) -> Expr | None:
    """The value of a variable that is declared without one; None: as the type's own rule says."""
    if isinstance(type_, Record):
        if has_constructors(ctx, type_):
            return constructed(ctx, node, type_, [], ctx.span(node))
        full = full_record(ctx, type_) or type_
        if ctx.file.defaults.get(full.name):
            return initializers.completed(ctx, full, {}, ctx.span(node))
        return None
    element: Type = type_
    while isinstance(element, Array):
        element = element.element
    if isinstance(type_, Array) and isinstance(element, Record) and (
            has_constructors(ctx, element) or ctx.file.defaults.get(element.name)):  # fmt: skip
        raise ctx.refuse(node, f"an array of {describe(element)}, whose members have default values", "use std::vector")
    return None


def compound(ctx: Context, node: Node) -> Expr:
    """``T{...}``."""
    written, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if written is None or value is None:
        raise ctx.refuse(node, "a braced value of this form", "name its type")
    type_ = ctx.dialect.named_type(ctx, written)
    if is_arithmetic(type_) and isinstance(value, Node) and len(value.named_children) == 1:
        return explicit_cast(ctx, value_of(ctx, value.named_children[0]), type_, ctx.span(node))
    found = braced(ctx, value, type_)
    if isinstance(found, Construct | Literal) and type(found) is Construct:
        return Construct(found.type, found.arguments, found.braced, ctx.span(node))
    return found
