"""Member functions and constructors of the standard library's types."""

from __future__ import annotations

from collections.abc import Callable

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.machine import Compute, Frame, Locate, Place
from unseq.frontend.ir.interpreter.memory import (
    Buffer,
    Container,
    Pointer,
    Reversed,
    Thrown,
    UndefinedBehaviour,
    Value,
    View,
    copied,
    fresh,
    is_aggregate,
    size,
)
from unseq.frontend.ir.interpreter.operators import characters
from unseq.frontend.ir.nodes import Method
from unseq.frontend.source import Unsupported

Held = Container | View
ENDS = {"begin", "end", "cbegin", "cend", "data", "c_str", "rbegin", "rend", "crbegin", "crend"}


def is_library(type_: t.Type, *names: str) -> bool:
    return isinstance(type_, t.Library) and type_.name in names


def element_of(type_: t.Type) -> t.Type:
    found = t.element_type(type_)
    if found is not None:
        return found
    first = type_.args[0] if isinstance(type_, t.Library) and type_.args else t.VOID
    return first if not isinstance(first, int) else t.VOID


def bounds(x: Expressions, e: Method) -> Callable[[Frame], tuple[Buffer, int, int]]:
    """The buffer, first cell and number of cells of the object of a method."""
    type_ = e.object.type
    if is_library(type_, "array"):
        where, cells = x.place(e.object), size(type_)

        def fixed(f: Frame) -> tuple[Buffer, int, int]:
            buffer, start = where(f)
            return buffer, start, cells

        return fixed
    value, count = x.value(e.object), size(element_of(type_))

    def held(f: Frame) -> tuple[Buffer, int, int]:
        whole = value(f)
        if isinstance(whole, View):
            return whole.buffer, whole.offset, whole.count * count
        return whole.buffer, 0, len(whole.buffer)

    return held


def method_place(x: Expressions, e: Method) -> Locate | None:
    """The place that a method returns a reference to; None if it returns a value."""
    type_, name = e.object.type, e.name
    if is_library(type_, "optional") and name in {"value", "operator*"}:
        where = x.place(e.object)

        def contained(f: Frame) -> Place:
            buffer, offset = where(f)
            if not buffer[offset]:
                raise UndefinedBehaviour("an empty optional is read", e.span)
            return buffer, offset + 1

        return contained
    if name not in {"front", "back", "top", "at", "operator[]"} or not is_library(
            type_, "vector", "string", "deque", "list", "stack", "queue", "array", "span",
                                                                              "string_view"):
        return None
    stride, of = size(element_of(type_)), bounds(x, e)
    index = x.value(e.arguments[0]) if e.arguments else None

    def element(f: Frame) -> Place:
        buffer, start, cells = of(f)
        n = cells // stride
        i = index(f) if index is not None else 0 if name == "front" else n - 1
        if not 0 <= i < n:
            raise UndefinedBehaviour(f"out of bounds: element {i} of {n}", e.span)
        return buffer, start + i * stride

    return element


def method(x: Expressions, e: Method) -> Compute:
    """The value of a method call."""
    type_, name = e.object.type, e.name
    if is_library(type_, "complex") and name in {"real", "imag"} and not e.arguments:
        value, part = x.value(e.object), 0 if name == "real" else 1
        return lambda f: value(f)[part]
    if is_library(type_, "optional") and name in {"has_value", "value_or", "operator bool"}:
        return _optional(x, e)
    if name in ENDS:
        return _iterator(x, e)
    if name in {"size", "length", "empty", "ssize", "capacity", "max_size"}:
        of, stride = bounds(x, e), size(element_of(type_))
        if name == "empty":
            return lambda f: of(f)[2] == 0
        return lambda f: of(f)[2] // stride
    if name == "fill":
        of, value, stride = bounds(x, e), x.value(e.arguments[0]), size(element_of(type_))
        many = is_aggregate(element_of(type_))

        def fill(f: Frame) -> Value:
            buffer, start, cells = of(f)
            new = value(f)
            for i in range(start, start + cells, stride):
                buffer[i : i + stride] = map(copied, new) if many else [copied(new)]

        return fill
    if name in {"subspan", "first", "last"} and is_library(type_, "span", "string_view"):
        return _subspan(x, e)
    if name in TEXT and is_library(type_, "string", "string_view"):
        return _text(x, e)
    change = CHANGES.get(name)
    if change is None or not is_library(type_, "vector", "string", "deque", "list", "stack", "queue"):
        raise Unsupported(e.span, f"the interpreter does not know the method {name}")
    whole, element = x.value(e.object), element_of(type_)
    arguments = [(x.value(a), a.type) for a in e.arguments]

    def apply(f: Frame) -> Value:
        given = [_cells(value(f), of_, element) for value, of_ in arguments]
        return change(whole(f), element, given)

    return apply


def _cells(value: Value, type_: t.Type, element: t.Type) -> Value:
    """An argument of a method: an element becomes a list of cells, anything else stays."""
    if isinstance(value, tuple):
        return list(map(copied, value))
    if t.is_arithmetic(type_) and t.is_arithmetic(element):
        return [arithmetic.conversion(type_, element)(value), value]
    return [copied(value)] if isinstance(value, Container) and type_ == element else value


def _one(value: Value, element: t.Type) -> list[Value]:
    """The cells of one element."""
    if not isinstance(value, list):
        return [copied(value)]
    return value[:1] if t.is_arithmetic(element) else value


def _count(value: Value) -> int:
    return int(value[-1]) if isinstance(value, list) else int(value)


def _push(c: Container, element: t.Type, a: list[Value]) -> Value:
    cells = _one(a[0], element) if a else fresh(element, True)
    if len(a) > 1:
        cells = [cell for value in a for cell in (value[-1:] if isinstance(value, list) else [copied(value)])]
    grown = len(c) and not len(c) & (len(c) - 1)  # capacities are powers of two: pointers dangle then
    if grown:
        c.resize([*c.buffer, *cells])
    else:
        c.buffer.extend(cells)


def _pop(c: Container, element: t.Type, a: list[Value]) -> Value:
    if not c.buffer:
        raise UndefinedBehaviour("pop of an empty container")
    stride = size(element)
    if c.kind == "queue":
        del c.buffer[:stride]
    else:
        del c.buffer[-stride:]


def _pop_front(c: Container, element: t.Type, a: list[Value]) -> Value:
    if not c.buffer:
        raise UndefinedBehaviour("pop of an empty container")
    del c.buffer[: size(element)]


def _push_front(c: Container, element: t.Type, a: list[Value]) -> Value:
    c.buffer[:0] = _one(a[0], element)


def _resize(c: Container, element: t.Type, a: list[Value]) -> Value:
    n, stride = _count(a[0]), size(element)
    new = _one(a[1], element) if len(a) > 1 else None
    cells = list(c.buffer[: n * stride])
    while len(cells) < n * stride:
        cells.extend(map(copied, new) if new is not None else fresh(element, True))
    c.resize(cells)


def _assign(c: Container, element: t.Type, a: list[Value]) -> Value:
    if isinstance(a[0], Pointer):
        c.resize(list(map(copied, a[0].buffer[a[0].offset : a[1].offset])))
        return
    n, value = _count(a[0]), _one(a[1], element)
    c.resize([copied(cell) for _ in range(n) for cell in value])


def _clear(c: Container, element: t.Type, a: list[Value]) -> Value:
    c.buffer.clear()


def _erase(c: Container, element: t.Type, a: list[Value]) -> Value:
    first = a[0].offset
    last = a[1].offset if len(a) > 1 else first + size(element)
    del c.buffer[first:last]
    return Pointer(c.buffer, first)


def _insert(c: Container, element: t.Type, a: list[Value]) -> Value:
    at = a[0].offset
    if len(a) == 3 and isinstance(a[1], Pointer):
        cells = list(a[1].buffer[a[1].offset : a[2].offset])
    elif len(a) == 2:
        cells = _one(a[1], element)
    else:
        cells = [cell for _ in range(_count(a[1])) for cell in _one(a[2], element)]
    cells = [*c.buffer[:at], *map(copied, cells), *c.buffer[at:]]
    c.resize(cells)
    return Pointer(c.buffer, at)


def _append(c: Container, element: t.Type, a: list[Value]) -> Value:
    if len(a) == 2:
        c.buffer.extend(_one(a[1], element) * _count(a[0]))
    else:
        c.buffer.extend(characters(a[0][0] if isinstance(a[0], list) else a[0]))
    return c


def _nothing(c: Container, element: t.Type, a: list[Value]) -> Value:
    return None


Change = Callable[[Container, t.Type, list[Value]], Value]
CHANGES: dict[str, Change] = {
    "push_back": _push, "emplace_back": _push, "push": _push, "emplace": _push, "pop_back": _pop, "pop": _pop,
    "pop_front": _pop_front, "push_front": _push_front, "resize": _resize, "assign": _assign, "clear": _clear,
    "erase": _erase, "insert": _insert, "append": _append, "reserve": _nothing, "shrink_to_fit": _nothing,
}  # fmt: skip


def _find(s: list[int], a: list[Value]) -> int:
    wanted, start = characters(a[0]), a[1] if len(a) > 1 else 0
    for i in range(start, len(s) - len(wanted) + 1):
        if s[i : i + len(wanted)] == wanted:
            return i
    return NOT_FOUND


def _rfind(s: list[int], a: list[Value]) -> int:
    wanted, last = characters(a[0]), a[1] if len(a) > 1 else NOT_FOUND
    for i in range(min(last, len(s) - len(wanted)), -1, -1):
        if s[i : i + len(wanted)] == wanted:
            return i
    return NOT_FOUND


def _compare(s: list[int], a: list[Value]) -> int:
    x, y = ([c % 256 for c in text] for text in (s, characters(a[0])))
    return (x > y) - (x < y)


NOT_FOUND = (1 << 64) - 1
TEXT: dict[str, Callable[[list[int], list[Value]], Value]] = {
    "find": _find,
    "rfind": _rfind,
    "compare": _compare,
    "starts_with": lambda s, a: s[: len(characters(a[0]))] == characters(a[0]),
    "ends_with": lambda s, a: not characters(a[0]) or s[-len(characters(a[0])) :] == characters(a[0]),
    "substr": lambda s, a: s,
}


def _text(x: Expressions, e: Method) -> Compute:
    """A method that reads a string or string view."""
    value, arguments, apply = x.value(e.object), [x.value(a) for a in e.arguments], TEXT[e.name]
    if e.name != "substr":
        return lambda f: apply(characters(value(f)), [a(f) for a in arguments])

    def part(f: Frame) -> Value:
        whole, given = value(f), [a(f) for a in arguments]
        size_, start = len(whole), given[0] if given else 0
        if start > size_:
            raise Thrown("out_of_range")
        count = min(size_ - start, given[1] if len(given) > 1 else NOT_FOUND)
        if isinstance(whole, View):
            return View(whole.buffer, whole.offset + start, count, t.CHAR)
        return Container("string", t.CHAR, whole.buffer[start : start + count])

    return part


def _optional(x: Expressions, e: Method) -> Compute:
    value, many = x.value(e.object), size(e.object.type) > 2
    if e.name != "value_or":
        return lambda f: bool(value(f)[0])
    other = x.value(e.arguments[0])

    def chosen(f: Frame) -> Value:
        cells = value(f)
        return (cells[1:] if many else cells[1]) if cells[0] else other(f)

    return chosen


def _iterator(x: Expressions, e: Method) -> Compute:
    of, name = bounds(x, e), e.name
    if name in {"c_str", "data"} and is_library(e.object.type, "string"):
        return lambda f: Pointer(Buffer([*of(f)[0], 0], t.CHAR), 0)
    backwards = name.lstrip("c").startswith("r") and name != "c_str"
    at_end = name.endswith("end") != backwards

    def iterator(f: Frame) -> Value:
        buffer, start, cells = of(f)
        kind = Reversed if backwards else Pointer
        return kind(buffer, start + (cells if at_end else 0))

    return iterator


def _subspan(x: Expressions, e: Method) -> Compute:
    value, arguments, name = x.value(e.object), [x.value(a) for a in e.arguments], e.name

    def part(f: Frame) -> Value:
        view, given = value(f), [a(f) for a in arguments]
        start = given[0] if name == "subspan" else 0 if name == "first" else view.count - given[0]
        n = given[0] if name != "subspan" else given[1] if len(given) > 1 else view.count - start
        if start < 0 or n < 0 or start + n > view.count:
            raise UndefinedBehaviour("a span beyond its elements", e.span)
        return View(view.buffer, view.offset + start * size(view.element), n, view.element)

    return part
