"""Constructors and braced lists of the standard library's types and of records; standard function objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.machine import Closure, Compute, Frame, Place, load
from unseq.frontend.ir.interpreter.memory import (
    Buffer,
    Container,
    Pointer,
    Reversed,
    UndefinedBehaviour,
    Value,
    View,
    copied,
    fresh,
    is_aggregate,
    members,
    size,
)
from unseq.frontend.ir.interpreter.methods import element_of, is_library
from unseq.frontend.ir.interpreter.operators import characters
from unseq.frontend.ir.nodes import Binary, Construct, Overflow, Ref, Storage, Symbol
from unseq.frontend.source import Unsupported

OPERATORS = {"plus": "+", "minus": "-", "multiplies": "*", "divides": "/", "modulus": "%", "bit_and": "&",
             "bit_or": "|", "bit_xor": "^", "less": "<", "greater": ">", "less_equal": "<=", "greater_equal": ">=",
             "equal_to": "==", "not_equal_to": "!=", "logical_and": "&&", "logical_or": "||"}  # fmt: skip


def function_object(x: Expressions, type_: t.Type) -> Closure | None:
    """``std::plus<T>{}`` and its like; without an argument ``T`` it takes the type of its operands."""
    if isinstance(type_, t.Library):
        name, args = type_.name, [a for a in type_.args if not isinstance(a, int)]
    elif isinstance(type_, t.Opaque):
        name, args = type_.spelling.partition("<")[0].rpartition("::")[2], []
    else:
        return None
    op = OPERATORS.get(name)
    if op is None:
        return None

    def invoke(places: Sequence[Place]) -> Value:
        operand = args[0] if args and not isinstance(args[0], t.Void) else None
        kinds = [operand or buffer.type for buffer, _ in places]
        symbols = [Symbol(f"x{i}", kind, -10 - i, Storage.TEMPORARY) for i, kind in enumerate(kinds)]
        refs = [Ref(symbol, symbol.type) for symbol in symbols]
        compares = op in arithmetic.COMPARISONS or op in {"&&", "||"}
        if all(map(t.is_arithmetic, kinds)) and op not in {"&&", "||"}:
            operation, _ = arithmetic.mixed(op, kinds[0], kinds[1])
            return operation(*(load(kind)(*place) for kind, place in zip(kinds, places, strict=True)))
        result = t.BOOL if compares else kinds[0]
        node = Binary(op, refs[0], refs[1], result, Overflow.NONE)
        frame: Frame = {symbol.uid: Buffer(buffer[offset : offset + size(symbol.type)], symbol.type)
                        for symbol, (buffer, offset) in zip(symbols, places, strict=True)}  # fmt: skip
        return x.value(node)(frame)

    of = args[0] if args and not isinstance(args[0], t.Void) else None
    parameters = [of, of] if of is not None else []
    result = t.BOOL if op in arithmetic.COMPARISONS else of if of is not None else t.Opaque("auto")
    return Closure(parameters, result, invoke)


def construct(x: Expressions, e: Construct) -> Compute:
    """The value of a constructor or a braced list."""
    type_ = e.type
    closure = function_object(x, type_) if not e.arguments else None
    if closure is not None:
        return lambda f: closure
    if t.is_arithmetic(type_) or isinstance(type_, t.Pointer):
        if not e.arguments:
            return lambda f: fresh(type_, True)[0]
        value, source = x.value(e.arguments[0]), e.arguments[0].type
        if t.is_arithmetic(source):
            convert = arithmetic.conversion(source, type_)
            return lambda f: convert(value(f))
        return value
    if is_library(type_, "vector", "string", "deque", "list", "stack", "queue", "initializer_list"):
        return _container(x, e)
    if is_library(type_, "span"):
        return _span(x, e)
    if is_library(type_, "string_view"):
        return _text(x, e)
    if is_library(type_, "optional"):
        return _some(x, e)
    if is_aggregate(type_):
        return _aggregate(x, e)
    if len(e.arguments) == 1:
        return x.value(e.arguments[0])
    raise Unsupported(e.span, "the interpreter does not know this constructor")


def _aggregate(x: Expressions, e: Construct) -> Compute:
    type_, arguments = e.type, e.arguments
    if len(arguments) == 1 and arguments[0].type == type_:
        return x.value(arguments[0])
    if isinstance(type_, t.Array):
        kinds: list[t.Type] = [type_.element] * len(arguments)
    elif is_library(type_, "array"):
        kinds = [element_of(type_)] * len(arguments)
        if len(arguments) == 1 and isinstance(arguments[0], Construct) and isinstance(arguments[0].type, t.Array):
            arguments = arguments[0].arguments
            kinds = [element_of(type_)] * len(arguments)
    else:
        kinds = [kind for _, kind, _ in members(type_)]
    blank = fresh(type_, True) if not isinstance(type_, t.Array) or isinstance(type_.extent, int) else []
    parts = []
    for argument, kind in zip(arguments, kinds, strict=False):
        value = x.value(argument)
        many = is_aggregate(kind)
        convert = (arithmetic.conversion(argument.type, kind)
                   if t.is_arithmetic(kind) and t.is_arithmetic(argument.type) else None)  # fmt: skip
        parts.append((value, many, convert, size(kind)))

    def cells(f: Frame) -> Value:
        made: list[Value] = []
        for value, many, convert, count in parts:
            found = value(f)
            if many:
                if isinstance(found, Pointer):
                    text = list(found.buffer[found.offset :])
                    found = (text + [0] * count)[:count]
                made.extend(found)
            else:
                made.append(convert(found) if convert is not None else found)
        return (*made, *blank[len(made) :])

    return cells


def _container(x: Expressions, e: Construct) -> Compute:
    assert isinstance(e.type, t.Library)
    kind, element = e.type.name, element_of(e.type)
    values = [(x.value(a), a.type) for a in e.arguments]
    stride, types = size(element), [a.type for a in e.arguments]

    def of(index: int) -> Callable[[Frame], list[Value]]:
        value, source = values[index]
        many = is_aggregate(element)
        convert = (arithmetic.conversion(source, element) if t.is_arithmetic(source) and t.is_arithmetic(element)
                   else copied)  # fmt: skip
        return lambda f: list(map(copied, value(f))) if many else [convert(value(f))]

    if not values:
        return lambda f: Container(kind, element)
    if len(values) == 1 and (types[0] == e.type or is_library(types[0], "initializer_list")):
        source = values[0][0]
        return lambda f: Container(kind, element, map(copied, source(f).buffer))
    if kind == "string" and isinstance(types[0], t.Pointer | t.Array):
        text = values[0][0]
        count = values[1][0] if len(values) > 1 else None
        return lambda f: Container(kind, element, characters(text(f))[: count(f) if count is not None else None])
    if e.braced:
        makers = [of(i) for i in range(len(values))]
        return lambda f: Container(kind, element, [cell for make in makers for cell in make(f)])
    if isinstance(types[0], t.Int | t.Bool):
        count = values[0][0]
        one = of(1) if len(values) > 1 else lambda f: fresh(element, True)
        return lambda f: Container(kind, element, [cell for _ in range(_sane(count(f))) for cell in one(f)])
    if len(values) == 2:
        first, last = values[0][0], values[1][0]

        def between(f: Frame) -> Value:
            a, b = first(f), last(f)
            if a is None and b is None:
                return Container(kind, element)
            if a.buffer is not b.buffer:
                raise UndefinedBehaviour("a range over two objects", e.span)
            if isinstance(a, Reversed):
                cells = [c for i in range(a.offset, b.offset, -stride) for c in a.buffer[i - stride : i]]
            else:
                cells = list(a.buffer[a.offset : b.offset])
            source = t.element_type(types[0])
            if source is not None and source != element and t.is_arithmetic(source) and t.is_arithmetic(element):
                cells = list(map(arithmetic.conversion(source, element), cells))
            return Container(kind, element, map(copied, cells))

        return between
    raise Unsupported(e.span, f"the interpreter does not know this constructor of std::{kind}")


def _sane(count: int) -> int:
    if count > 50_000_000:
        raise UndefinedBehaviour(f"a container of {count} elements")
    return count


def _span(x: Expressions, e: Construct) -> Compute:
    element = element_of(e.type)
    source = e.arguments[0].type if e.arguments else t.VOID
    if len(e.arguments) == 2:
        start, count = x.value(e.arguments[0]), x.value(e.arguments[1])

        def counted(f: Frame) -> Value:
            p, n = start(f), count(f)
            if isinstance(n, Pointer):
                n = (n.offset - p.offset) // size(element)
            return View(p.buffer, p.offset, n, element)

        return counted
    if isinstance(source, t.Array) or is_library(source, "array"):
        where, n = x.place(e.arguments[0]), size(source) // size(element)
        return lambda f: View(*where(f), n, element)
    if not e.arguments:
        return lambda f: View(Buffer(), 0, 0, element)
    value = x.value(e.arguments[0])

    def view(f: Frame) -> Value:
        whole = value(f)
        return whole if isinstance(whole, View) else View(whole.buffer, 0, len(whole), element)

    return view


def _text(x: Expressions, e: Construct) -> Compute:
    """A ``string_view`` of a string or of C text; its length may be given."""
    if not e.arguments:
        return lambda f: View(Buffer((), t.CHAR), 0, 0, t.CHAR)
    value = x.value(e.arguments[0])
    count = x.value(e.arguments[1]) if len(e.arguments) > 1 else None

    def view(f: Frame) -> Value:
        whole = value(f)
        n = count(f) if count is not None else len(characters(whole))
        if isinstance(whole, Pointer):
            return View(whole.buffer, whole.offset, n, t.CHAR)
        return View(whole.buffer, whole.offset if isinstance(whole, View) else 0, n, t.CHAR)

    return view


def _some(x: Expressions, e: Construct) -> Compute:
    type_ = e.type
    if not e.arguments:
        return lambda f: tuple(fresh(type_))
    value, many = x.value(e.arguments[0]), size(type_) > 2
    if e.arguments[0].type == type_:
        return value
    return lambda f: (True, *value(f)) if many else (True, value(f))
