"""The algorithms of ``<algorithm>`` and ``<numeric>`` over iterators, in the order that the standard prescribes.

Where the standard leaves the order open (``std::reduce``, ``std::sort`` of equal elements) the sequential order of
the common libraries' results is taken: left to right, stable.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.machine import Closure, Place, load, store, temporary
from unseq.frontend.ir.interpreter.memory import (
    Buffer,
    Container,
    Pointer,
    Reversed,
    UndefinedBehaviour,
    Value,
    copied,
    is_aggregate,
    size,
)
from unseq.frontend.ir.interpreter.operators import characters
from unseq.frontend.source import NOWHERE, Unsupported


class Inserter:
    """An output iterator that appends to a container."""

    __slots__ = ("container",)

    def __init__(self, container: Container) -> None:
        self.container = container


class Argument:
    """An argument of an algorithm: a value and its type."""

    __slots__ = ("type", "value")

    def __init__(self, value: Value, type_: t.Type) -> None:
        self.value = value
        self.type = type_

    def boxed(self) -> Place:
        """The value as an object of its own."""
        return temporary(self.type, copied(self.value))


class Range:
    """The elements from one iterator to another, or ``count`` of them; read and written through their places."""

    def __init__(self, first: Argument, last: Argument | None, count: int | None = None) -> None:
        start = first.value
        self.element = t.element_type(first.type) or t.VOID
        self.stride = size(self.element)
        if not isinstance(start, Pointer):
            if (last is not None and last.value is None and start is None) or count == 0:
                self.start, self.n, self.sign = Pointer(Buffer(), 0), 0, 1
                return
            raise UndefinedBehaviour("an algorithm over a null pointer")
        self.start, self.sign = start, -1 if isinstance(start, Reversed) else 1
        if count is not None:
            self.n = count
        else:
            assert last is not None
            end = last.value
            if not isinstance(end, Pointer) or end.buffer is not start.buffer:
                raise UndefinedBehaviour("a range over two objects")
            self.n = (end.offset - start.offset) * self.sign // self.stride
            if self.n < 0:
                raise UndefinedBehaviour("a range that ends before it begins")
        self.read, self.write = load(self.element), store(self.element)

    def place(self, i: int) -> Place:
        offset = self.start.offset + i * self.stride * self.sign - (self.stride if self.sign < 0 else 0)
        return self.start.buffer, offset

    def get(self, i: int) -> Value:
        return self.read(*self.place(i))

    def set(self, i: int, value: Value) -> None:
        self.write(*self.place(i), value)

    def at(self, i: int) -> Pointer:
        return self.start.plus(i * self.stride)

    def values(self) -> list[Value]:
        return [self.get(i) for i in range(self.n)]


class Sink:
    """Where an algorithm writes: an iterator or an inserter."""

    def __init__(self, out: Argument, source: t.Type) -> None:
        self.out = out
        self.n = 0
        self.range = Range(out, None, 1 << 62) if not isinstance(out.value, Inserter) else None
        element = self.range.element if self.range is not None else out.value.container.element
        self.element = element
        self.convert: Callable[[Any], Any] = (
            arithmetic.conversion(source, element) if t.is_arithmetic(source) and t.is_arithmetic(element)
            else lambda v: v)  # fmt: skip

    def put(self, value: Value) -> None:
        value = self.convert(value)
        if self.range is not None:
            self.range.set(self.n, value)
        else:
            container = self.out.value.container
            container.buffer.extend(map(copied, value) if is_aggregate(self.element) else [copied(value)])
        self.n += 1

    def end(self) -> Value:
        return self.range.at(self.n) if self.range is not None else self.out.value


Algorithm = Callable[[Sequence[Argument], t.Type], Value]
ALGORITHMS: dict[str, Algorithm] = {}


def algorithm(*names: str) -> Callable[[Algorithm], Algorithm]:
    def register(function: Algorithm) -> Algorithm:
        for name in names:
            ALGORITHMS[name] = function
        return function

    return register


def invoke(closure: Value, *arguments: tuple[Value, t.Type] | Place) -> Value:
    """Call a closure with places, or with values and their types."""
    if not isinstance(closure, Closure):
        raise Unsupported(NOWHERE, "a function object that the interpreter does not know")
    places: list[Place] = []
    for i, argument in enumerate(arguments):
        value, type_ = argument
        if isinstance(type_, int):
            places.append((value, type_))
            continue
        wanted = t.strip(closure.parameters[i]) if i < len(closure.parameters) else type_
        if t.is_arithmetic(type_) and t.is_arithmetic(wanted) and wanted != type_:
            value, type_ = arithmetic.conversion(type_, wanted)(value), wanted
        places.append(temporary(type_, value))
    result = closure.invoke(places)
    if isinstance(closure.result, t.Reference):
        return load(closure.result.to)(*result)
    return result


def less(arguments: Sequence[Argument], index: int, element: t.Type) -> Callable[[Value, Value], bool]:
    """The order that an algorithm is given as argument ``index``, or ``<``."""
    if len(arguments) > index:
        compare = arguments[index].value
        return lambda a, b: bool(invoke(compare, (a, element), (b, element)))
    return lambda a, b: bool(a < b)


def sorted_values(values: list[Value], before: Callable[[Value, Value], bool]) -> list[Value]:
    """Values in order, equal ones as they were."""
    return sorted(values, key=functools.cmp_to_key(lambda a, b: -1 if before(a, b) else 1 if before(b, a) else 0))


@algorithm("sort", "stable_sort")
def _sort(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    for i, value in enumerate(sorted_values(r.values(), less(a, 2, r.element))):
        r.set(i, value)


def accumulator(a: Sequence[Argument], index: int, element: t.Type) -> Callable[[Value, Value], Value]:
    """``acc = acc op x`` for an accumulator of the type of ``a[index]``."""
    kind = a[index].type
    if len(a) > index + 1:
        combine = a[index + 1].value
        returns = combine.result if isinstance(combine, Closure) else kind
        narrow = (arithmetic.conversion(t.strip(returns), kind)
                  if t.is_arithmetic(t.strip(returns)) and t.is_arithmetic(kind) else lambda v: v)  # fmt: skip
        return lambda acc, x: narrow(invoke(combine, (acc, kind), (x, element)))
    if t.is_arithmetic(kind) and t.is_arithmetic(element):
        operation, wide = arithmetic.mixed("+", kind, element)
        back = arithmetic.conversion(wide, kind)
        return lambda acc, x: back(operation(acc, x))
    if isinstance(kind, t.Library) and kind.name == "string":
        return lambda acc, x: Container("string", t.CHAR, [*characters(acc), *characters(x)])
    raise Unsupported(NOWHERE, "a sum of objects")


@algorithm("accumulate", "reduce")
def _accumulate(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    if len(a) == 2:
        zero: Value = 0.0 if isinstance(r.element, t.Float) else 0
        a = [*a, Argument(zero, r.element)]
    total, add = a[2].value, accumulator(a, 2, r.element)
    for value in r.values():
        total = add(total, value)
    return total


@algorithm("inner_product")
def _inner_product(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    other = Range(a[2], None, r.n)
    kind = a[3].type
    if len(a) > 4:
        raise Unsupported(NOWHERE, "std::inner_product with operations")
    multiply, product = arithmetic.mixed("*", r.element, other.element)
    add, wide = arithmetic.mixed("+", kind, product)
    back = arithmetic.conversion(wide, kind)
    total = a[3].value
    for i in range(r.n):
        total = back(add(total, multiply(r.get(i), other.get(i))))
    return total


@algorithm("transform_reduce")
def _transform_reduce(a: Sequence[Argument], result: t.Type) -> Value:
    if len(a) == 4:
        return _inner_product(a, result)
    r = Range(a[0], a[1])
    if len(a) == 5:
        total, combine, change = a[2].value, a[3].value, a[4].value
        for i in range(r.n):
            total = invoke(combine, (total, a[2].type), (invoke(change, r.place(i)), t.strip(change.result)))
        return total
    other = Range(a[2], None, r.n)
    total, combine, change = a[3].value, a[4].value, a[5].value
    for i in range(r.n):
        value = invoke(change, (r.get(i), r.element), (other.get(i), other.element))
        total = invoke(combine, (total, a[3].type), (value, t.strip(change.result)))
    return total


@algorithm("transform")
def _transform(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    change = a[-1].value
    sink = Sink(a[-2], t.strip(change.result) if isinstance(change, Closure) else r.element)
    other = Range(a[2], None, r.n) if len(a) == 5 else None
    for i in range(r.n):
        if other is None:
            sink.put(invoke(change, (r.get(i), r.element)))
        else:
            sink.put(invoke(change, (r.get(i), r.element), (other.get(i), other.element)))
    return sink.end()


@algorithm("partial_sum", "inclusive_scan")
def _inclusive_scan(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    kind = a[4].type if len(a) > 4 else r.element
    sink = Sink(a[2], kind)
    seed = [Argument(None, kind), *a[3:4]]
    add = accumulator(seed, 0, r.element)
    total: Value = a[4].value if len(a) > 4 else None
    for i, value in enumerate(r.values()):
        total = value if i == 0 and len(a) <= 4 else add(total, value)
        sink.put(total)
    return sink.end()


@algorithm("exclusive_scan")
def _exclusive_scan(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    sink = Sink(a[2], a[3].type)
    add, total = accumulator(a, 3, r.element), a[3].value
    for value in r.values():
        sink.put(total)
        total = add(total, value)
    return sink.end()


@algorithm("adjacent_difference")
def _adjacent_difference(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    sink = Sink(a[2], r.element)
    operation, wide = arithmetic.mixed("-", r.element, r.element)
    back = arithmetic.conversion(wide, r.element)
    values = r.values()
    for i, value in enumerate(values):
        if i and len(a) > 3:
            sink.put(invoke(a[3].value, (value, r.element), (values[i - 1], r.element)))
        else:
            sink.put(back(operation(value, values[i - 1])) if i else value)
    return sink.end()


@algorithm("iota")
def _iota(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    convert = arithmetic.conversion(a[2].type, r.element)
    add, wide = arithmetic.mixed("+", a[2].type, t.INT)
    back = arithmetic.conversion(wide, a[2].type)
    value = a[2].value
    for i in range(r.n):
        r.set(i, convert(value))
        value = back(add(value, 1)) if i + 1 < r.n else value


@algorithm("fill", "fill_n")
def _fill(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1]) if isinstance(a[1].value, Pointer) or a[1].value is None else Range(a[0], None, a[1].value)
    value, type_ = a[2].value, a[2].type
    if t.is_arithmetic(type_) and t.is_arithmetic(r.element):
        value = arithmetic.conversion(type_, r.element)(value)
    for i in range(r.n):
        r.set(i, value)
    return r.at(r.n)


@algorithm("copy", "move", "copy_n", "copy_backward")
def _copy(a: Sequence[Argument], result: t.Type) -> Value:
    counted = not isinstance(a[1].value, Pointer) and a[1].value is not None
    r = Range(a[0], None, a[1].value) if counted else Range(a[0], a[1])
    sink = Sink(a[2], r.element)
    for i in range(r.n):
        sink.put(r.get(i))
    return sink.end()


@algorithm("copy_if", "remove_copy_if")
def _copy_if(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    sink = Sink(a[2], r.element)
    for i in range(r.n):
        if invoke(a[3].value, r.place(i)):
            sink.put(r.get(i))
    return sink.end()


@algorithm("for_each")
def _for_each(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    for i in range(r.n):
        invoke(a[2].value, r.place(i))
    return a[2].value


@algorithm("reverse")
def _reverse(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    for i, value in enumerate(reversed(r.values())):
        r.set(i, value)


@algorithm("distance")
def _distance(a: Sequence[Argument], result: t.Type) -> Value:
    return Range(a[0], a[1]).n


@algorithm("next", "prev")
def _next(a: Sequence[Argument], result: t.Type) -> Value:
    step = a[1].value if len(a) > 1 else 1
    stride = size(t.element_type(a[0].type) or t.VOID)
    return a[0].value.plus(step * stride)


@algorithm("back_inserter")
def _back_inserter(a: Sequence[Argument], result: t.Type) -> Value:
    return Inserter(a[0].value)
