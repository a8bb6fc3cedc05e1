"""Calls of the standard library's functions, by name without ``std::``.

Knows how their result types follow from their arguments; which memory they touch is for the analyses.
"""

from __future__ import annotations

from collections.abc import Callable as Function

from unseq.frontend.cxx.algorithms import ALGORITHMS, Algorithm
from unseq.frontend.cxx.lambdas import argument_with
from unseq.frontend.cxx.library_methods import library_method
from unseq.frontend.cxx.mathematics import is_mathematics, mathematics
from unseq.frontend.cxx.types import template_argument
from unseq.frontend.ir.nodes import Binary, Call, Cast, Construct, Expr, Index, Literal, Member, Overflow, Ref
from unseq.frontend.ir.types import (
    BOOL,
    DOUBLE,
    INT,
    LONG,
    PTRDIFF,
    SIZE,
    VOID,
    Array,
    Callable,
    Float,
    Int,
    Library,
    Pointer,
    Type,
    element_type,
    is_arithmetic,
)
from unseq.frontend.syntax.calls import arguments_of, call_library, passed, varied
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import common, convert, decay, describe, is_iterator
from unseq.frontend.syntax.expressions import value_of
from unseq.frontend.syntax.library_c import FUNCTIONS
from unseq.frontend.syntax.operators import empty, is_place
from unseq.frontend.syntax.tree import Node

Handler = Function[[Context, Node, str, list[Node], tuple[Node, ...] | None], Expr]

_LONG_LONG = Int(64, True, "long long")
_NUMBERS: dict[str, Type] = {
    "stoi": INT, "stol": LONG, "stoll": _LONG_LONG, "stoul": Int(64, False, "unsigned long"),
    "stod": DOUBLE, "stof": Float(32),
}  # fmt: skip
_BITS = {"popcount", "countl_zero", "countr_zero", "countl_one", "countr_one", "bit_width"}


def standard_call(ctx: Context, node: Node, name: str, template: tuple[Node, ...] | None) -> Expr | None:
    """A call of ``std::name``; None if there is no such function here."""
    written = arguments_of(ctx, node)
    if name in ALGORITHMS:
        return _algorithm(ctx, node, name, written, ALGORITHMS[name])
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(ctx, node, name, written, template)
    if is_mathematics(name):
        return mathematics(ctx, node, name, _values(ctx, written))
    if name in FUNCTIONS:
        return call_library(ctx, node, name)
    return None


def _values(ctx: Context, written: list[Node]) -> list[Expr]:
    return [value_of(ctx, n) for n in written]


def _count(ctx: Context, node: Node, name: str, written: list[Node], *allowed: int) -> None:
    if len(written) not in allowed:
        raise ctx.refuse(node, f"'std::{name}' with {len(written)} arguments", "use its plain form")


# --- algorithms


def pointee(ctx: Context, value: Expr, node: Node) -> Type:
    """What an iterator argument points to."""
    kind = value.type
    if isinstance(kind, Library) and kind.name in ("reverse_iterator", "back_insert_iterator") and kind.args:
        first = kind.args[0]
        if not isinstance(first, int):
            return first
    if isinstance(kind, Pointer) or is_iterator(kind):
        found = element_type(kind)
        if found is not None:
            return found
    raise ctx.refuse(node, f"{describe(kind)} where an iterator is expected", "use iterators of a vector or pointers")


def _algorithm(ctx: Context, node: Node, name: str, written: list[Node], rule: Algorithm) -> Expr:
    if written and "execution" in ctx.text(written[0]):
        raise ctx.refuse(written[0], "an execution policy", "give the sequential form")
    letters = rule.required + rule.optional
    if not len(rule.required) <= len(written) <= len(letters):
        raise ctx.refuse(node, f"'std::{name}' with {len(written)} arguments", "use its iterator form")
    values: list[Expr] = []
    for position, (letter, argument) in enumerate(zip(letters, written, strict=False)):
        if letter == "F" or (letter == "T" and argument.type == "lambda_expression"):
            hints = [_hint(ctx, rule.called_with, i, values, node) for i in range(len(rule.called_with))]
            values.append(argument_with(ctx, argument, tuple(hints)))
            continue
        value = decay(value_of(ctx, argument))
        if letter == "I":
            pointee(ctx, value, argument)
            if position == 1 and rule.required.startswith("II") and value.type != values[0].type:
                value = convert(value, values[0].type)
        elif letter == "Z":
            value = convert(value, PTRDIFF) if is_arithmetic(value.type) else value
        elif letter == "V" and not is_place(value):
            raise ctx.refuse(argument, "a value where a variable is changed", "store it in a variable first")
        values.append(value)
    return Call(f"std::{name}", tuple(values), _result(ctx, node, rule.result, values), None, ctx.span(node))


def _hint(ctx: Context, rule: str, position: int, values: list[Expr], node: Node) -> Type:
    letter = rule[position]
    source = values[2] if letter == "A" else values[int(letter)]
    if letter != "A" and (isinstance(source.type, Pointer) or (isinstance(source.type, Library) and
                          source.type.name.endswith("iterator"))):  # fmt: skip
        return pointee(ctx, source, node)
    return source.type


def _result(ctx: Context, node: Node, rule: str, values: list[Expr]) -> Type:
    if rule == "v":
        return VOID
    if rule == "b":
        return BOOL
    if rule == "N":
        return PTRDIFF
    if rule == "p":
        return Library("pair", (values[0].type, values[0].type))
    return values[int(rule)].type


def _transform(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 4, 5)
    iterators = _values(ctx, written[:-1])
    sources = iterators[0::2] if len(written) == 5 else iterators[:1]
    hints = tuple(pointee(ctx, decay(s), node) for s in sources[:2])
    function = argument_with(ctx, written[-1], hints)
    values = (*map(decay, iterators), function)
    return Call("std::transform", values, values[-2].type, None, ctx.span(node))


def _reduce(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 2, 3, 4)
    values = [decay(v) for v in _values(ctx, written[:3])]
    element = pointee(ctx, values[0], written[0])
    result = values[2].type if len(values) > 2 else element
    if len(written) == 4:
        values.append(argument_with(ctx, written[3], (result, result)))
    return Call("std::reduce", tuple(values), result, None, ctx.span(node))


def _transform_reduce(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 4, 5, 6)
    two = len(written) != 5
    head = 4 if two else 3
    values = [decay(v) for v in _values(ctx, written[:head])]
    first = pointee(ctx, values[0], written[0])
    result = values[head - 1].type
    if len(written) > 4:
        hints = (first, pointee(ctx, values[2], written[2])) if two else (first,)
        change = argument_with(ctx, written[-1], hints)
        values += [argument_with(ctx, written[-2], (result, result)), change]
    return Call("std::transform_reduce", tuple(values), result, None, ctx.span(node))


def _transform_scan(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    exclusive = name == "transform_exclusive_scan"
    _count(ctx, node, name, written, *((6,) if exclusive else (5, 6)))
    values = [decay(v) for v in _values(ctx, written[:3])]
    first = pointee(ctx, values[0], written[0])
    start = decay(value_of(ctx, written[3 if exclusive else 5])) if len(written) == 6 else None
    functions = written[4:6] if exclusive else written[3:5]
    change = argument_with(ctx, functions[1], (first,))
    inner = change.type.result if isinstance(change.type, Callable) else first
    own = start.type if start is not None else inner
    operation = argument_with(ctx, functions[0], (own, own))
    tail = [operation, change]
    if start is not None:
        tail = [start, *tail] if exclusive else [*tail, start]
    return Call(f"std::{name}", (*values, *tail), values[2].type, None, ctx.span(node))


# --- values


def _extremum(ctx: Context, node: Node, name: str, written: list[Node], template: tuple[Node, ...] | None) -> Expr:
    span = ctx.span(node)
    if len(written) == 1 and written[0].type == "initializer_list":
        items = [value_of(ctx, n) for n in written[0].named_children if n.type != "comment"]
        if not items or any(item.type != items[0].type for item in items):
            raise ctx.refuse(node, f"'std::{name}' of values of several types", "convert them to one type")
        kind: Type = items[0].type
        listed = Construct(Library("initializer_list", (kind,)), tuple(items), True, ctx.span(written[0]))
        result = Library("pair", (kind, kind)) if name == "minmax" else kind
        return Call(f"std::{name}", (listed,), result, None, span)
    _count(ctx, node, name, written, *((3, 4) if name == "clamp" else (2, 3)))
    fixed = template_argument(ctx, template[0]) if template else None
    head = 3 if name == "clamp" else 2
    values = [decay(v) for v in _values(ctx, written[:head])]
    kind = fixed if fixed is not None and not isinstance(fixed, int) else values[0].type
    if fixed is None and any(v.type != kind for v in values):
        raise ctx.refuse(node, f"'std::{name}' of {describe(values[0].type)} and {describe(values[1].type)}",
                         "convert them to one type")  # fmt: skip
    arguments = [convert(v, kind) for v in values]
    if len(written) > head:
        arguments.append(argument_with(ctx, written[head], (kind, kind)))
    result = Library("pair", (kind, kind)) if name == "minmax" else kind
    return Call(f"std::{name}", tuple(arguments), result, None, span)


def _swap(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 2)
    a, b = _values(ctx, written)
    if not is_place(a) or not is_place(b) or a.type != b.type:
        raise ctx.refuse(node, f"'std::swap' of {describe(a.type)} and {describe(b.type)}", "swap two variables")
    return Call("std::swap", (a, b), VOID, None, ctx.span(node))


def _exchange(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 2)
    a, b = _values(ctx, written)
    if not is_place(a):
        raise ctx.refuse(node, "'std::exchange' of a value", "give it a variable")
    return Call("std::exchange", (a, convert(b, a.type)), a.type, None, ctx.span(node))


def _move(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    if len(written) == 3:
        values = tuple(decay(v) for v in _values(ctx, written))
        return Call("std::move", values, values[2].type, None, ctx.span(node))
    _count(ctx, node, name, written, 1)
    value = value_of(ctx, written[0])
    if is_arithmetic(value.type) or isinstance(value.type, Pointer):
        return value
    return Call("std::move", (value,), value.type, None, ctx.span(node))


def _identity(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1)
    return value_of(ctx, written[0])


def _make(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    values = tuple(decay(v) for v in _values(ctx, written))
    kind = Library("pair" if name == "make_pair" else "tuple", tuple(v.type for v in values))
    if name == "make_pair":
        _count(ctx, node, name, written, 2)
    return Construct(kind, values, False, ctx.span(node))


def _get(ctx: Context, node: Node, name: str, written: list[Node], template: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1)
    at = template_argument(ctx, template[0]) if template else None
    base = value_of(ctx, written[0])
    kind = base.type
    numbered = isinstance(kind, Library) and kind.name in ("pair", "tuple")
    if isinstance(at, int) and isinstance(kind, Library) and numbered and 0 <= at < len(kind.args):
        found = kind.args[at]
        if not isinstance(found, int):
            return Member(base, ("first", "second")[at] if kind.name == "pair" else str(at), found, ctx.span(node))
    if isinstance(at, int) and isinstance(kind, Library) and kind.name == "array":
        element = element_type(kind)
        if element is not None:
            return Index(base, Literal(at, INT, str(at), empty(ctx.span(node))), element, False, ctx.span(node))
    raise ctx.refuse(node, f"'std::get' of {describe(kind)}", "use a pair or a tuple, and a number")


def _bounds(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    """``std::begin(v)``, ``std::size(v)`` and their like."""
    _count(ctx, node, name, written, 1)
    base = value_of(ctx, written[0])
    element = element_type(base.type)
    if element is None:
        raise ctx.refuse(node, f"'std::{name}' of {describe(base.type)}", "use a container or an array")
    span = ctx.span(node)
    if isinstance(base.type, Library):
        found = library_method(ctx, node, base, base.type, "size" if name == "ssize" else name, [])
        return Cast(found, PTRDIFF, True, span) if name == "ssize" else found
    if isinstance(base.type, Array) and isinstance(base.type.extent, int):
        extent = base.type.extent
        if name in ("begin", "cbegin", "data"):
            return decay(base)
        if name in ("end", "cend"):
            size = Literal(extent, INT, str(extent), empty(span))
            return Binary("+", decay(base), size, Pointer(element), Overflow.NONE, span)
        if name in ("size", "ssize"):
            return Literal(extent, SIZE if name == "size" else PTRDIFF, ctx.text(node), span)
    raise ctx.refuse(node, f"'std::{name}' of {describe(base.type)}", "use a container or an array")


def _inserter(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1)
    base = value_of(ctx, written[0])
    element = element_type(base.type)
    if element is None or not isinstance(base, Ref):
        raise ctx.refuse(node, "'std::back_inserter' of this", "use a vector")
    return Call("std::back_inserter", (base,), Library("back_insert_iterator", (element,)), None, ctx.span(node))


def _text(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    values = tuple(varied(v) for v in _values(ctx, written))
    return Call(f"std::{name}", values, Library("string"), None, ctx.span(node))


def _number(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1)
    value = passed(ctx, value_of(ctx, written[0]), Library("string"), ctx.span(node))
    return Call(f"std::{name}", (value,), _NUMBERS[name], None, ctx.span(node))


def _gcd(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 2)
    a, b = _values(ctx, written)
    kind = common(a.type, b.type)
    if not isinstance(kind, Int):
        raise ctx.refuse(node, f"'std::{name}' of numbers that are no integers", "convert them")
    return Call(f"std::{name}", (convert(a, kind), convert(b, kind)), kind, None, ctx.span(node))


def _bit(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1)
    value = value_of(ctx, written[0])
    if not isinstance(value.type, Int) or value.type.signed:
        raise ctx.refuse(node, f"'std::{name}' of {describe(value.type)}", "use an unsigned integer")
    return Call(f"std::{name}", (value,), Int(32, True, "int"), None, ctx.span(node))


def _polar(ctx: Context, node: Node, name: str, written: list[Node], _: tuple[Node, ...] | None) -> Expr:
    _count(ctx, node, name, written, 1, 2)
    values = tuple(_values(ctx, written))
    if not isinstance(values[0].type, Float) or any(v.type != values[0].type for v in values):
        raise ctx.refuse(node, "'std::polar' of numbers of several types", "convert them")
    return Call("std::polar", values, Library("complex", (values[0].type,)), None, ctx.span(node))


_HANDLERS: dict[str, Handler] = {
    "transform": _transform, "reduce": _reduce, "transform_reduce": _transform_reduce,
    "transform_inclusive_scan": _transform_scan, "transform_exclusive_scan": _transform_scan,
    "min": _extremum, "max": _extremum, "minmax": _extremum, "clamp": _extremum, "swap": _swap, "exchange": _exchange,
    "move": _move, "as_const": _identity, "make_pair": _make, "make_tuple": _make, "get": _get,
    "begin": _bounds, "end": _bounds, "cbegin": _bounds, "cend": _bounds, "size": _bounds, "ssize": _bounds,
    "empty": _bounds, "data": _bounds, "back_inserter": _inserter, "to_string": _text, "gcd": _gcd, "lcm": _gcd,
    "polar": _polar, **dict.fromkeys(_NUMBERS, _number), **dict.fromkeys(_BITS, _bit),
}  # fmt: skip
