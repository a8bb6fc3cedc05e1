"""Operators and conversions of the IR as Python closures: on numbers, pointers, iterators, complex numbers, strings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.machine import Compute, Frame
from unseq.frontend.ir.interpreter.memory import (
    Container,
    Pointer,
    UndefinedBehaviour,
    Untyped,
    Value,
    View,
    is_aggregate,
    members,
    typed,
)
from unseq.frontend.ir.nodes import Binary, Cast, Construct, Expr, Overflow, Unary
from unseq.frontend.source import Unsupported


class Operators:
    """Operators over operands that a subclass compiles."""

    def value(self, e: Expr) -> Compute:
        """What ``e`` evaluates to."""
        raise NotImplementedError

    def truth(self, e: Expr) -> Callable[[Frame], bool]:
        """Whether ``e`` is true."""
        raise NotImplementedError

    def stride(self, type_: t.Type) -> Callable[[Frame], int]:
        """Cells from one element of ``type_`` to the next."""
        raise NotImplementedError

    def constructed(self, e: Construct) -> Compute:
        """The value of a constructor."""
        raise NotImplementedError

    def unary(self, e: Unary) -> Compute:
        if e.op == "!":
            truth = self.truth(e.operand)
            return lambda f: not truth(f)
        operand = self.value(e.operand)
        if e.op == "~":
            assert isinstance(e.type, t.Int)
            reduce = arithmetic.wrap(e.type)
            return lambda f: reduce(~operand(f))
        if is_aggregate(e.type):
            return lambda f: tuple(-part for part in operand(f))
        if isinstance(e.type, t.Float):
            return lambda f: -operand(f)
        subtract = arithmetic.binary("-", e.type, e.overflow)
        return lambda f: subtract(0, operand(f))

    def binary(self, e: Binary) -> Compute:
        if e.op in {"&&", "||"}:
            a, b = self.truth(e.left), self.truth(e.right)
            if e.op == "&&":
                return lambda f: bool(a(f) and b(f))
            return lambda f: bool(a(f) or b(f))
        left, right = self.value(e.left), self.value(e.right)
        if t.is_arithmetic(e.left.type) and t.is_arithmetic(e.right.type):
            if e.op in arithmetic.COMPARISONS:
                compare = arithmetic.COMPARISONS[e.op]
                return lambda f: compare(left(f), right(f))
            operation = arithmetic.binary(e.op, e.type, e.overflow)
            span = e.span

            def compute(f: Frame) -> Value:
                try:
                    return operation(left(f), right(f))
                except UndefinedBehaviour as error:
                    raise error if error.span.line else UndefinedBehaviour(error.what, span) from None

            return compute
        return self._object_operator(e, left, right)

    def _object_operator(self, e: Binary, left: Compute, right: Compute) -> Compute:
        """An operator on pointers, iterators, complex numbers, strings, containers or records."""
        kinds = (e.left.type, e.right.type)
        if any(isinstance(k, t.Library) and k.name == "complex" for k in kinds):
            return self._complex(e, left, right)
        if e.op == "+" and isinstance(e.type, t.Library) and e.type.name == "string":

            def joined(f: Frame) -> Value:
                return Container("string", t.CHAR, [*characters(left(f)), *characters(right(f))])

            return joined
        pointers = [isinstance(k, t.Pointer | t.Array) or (isinstance(k, t.Library) and k.name.endswith("iterator"))
                    for k in kinds]  # fmt: skip
        if e.op in {"+", "-"} and any(pointers):
            return self._pointer_sum(e, left, right, pointers)
        if e.op in arithmetic.COMPARISONS:
            compare, name, span = arithmetic.COMPARISONS[e.op], e.op, e.span
            if any(isinstance(k, t.Library) and k.name.startswith("string") for k in kinds):

                def text_order(f: Frame) -> bool:
                    a, b = ([c % 256 for c in characters(side(f))] for side in (left, right))
                    return bool(compare(a, b))

                return text_order

            def ordered(f: Frame) -> bool:
                a, b = left(f), right(f)
                if isinstance(a, Pointer) and isinstance(b, Pointer) and name not in {"==", "!="}:
                    if a.buffer is not b.buffer:
                        raise UndefinedBehaviour("pointers into different objects are ordered", span)
                    a, b = (a.offset, b.offset) if type(a) is Pointer else (b.offset, a.offset)
                return bool(compare(a, b))

            return ordered
        raise Unsupported(e.span, f"the interpreter does not know {e.op} on these types")

    def _pointer_sum(self, e: Binary, left: Compute, right: Compute, pointers: list[bool]) -> Compute:
        span, op = e.span, e.op
        element = t.element_type(e.left.type if pointers[0] else e.right.type) or t.CHAR
        stride = self.stride(element)
        if all(pointers):

            def distance(f: Frame) -> int:
                a, b = left(f), right(f)
                if not (isinstance(a, Pointer) and isinstance(b, Pointer)):
                    return 0
                if a.buffer is not b.buffer:
                    raise UndefinedBehaviour("pointers into different objects are subtracted", span)
                cells = a.offset - b.offset if type(a) is Pointer else b.offset - a.offset
                return cells // stride(f)

            return distance

        def moved(f: Frame) -> Value:
            a, b = left(f), right(f)
            pointer, count = (a, b) if pointers[0] else (b, a)
            if not isinstance(pointer, Pointer):
                if count == 0:
                    return pointer
                raise UndefinedBehaviour("arithmetic on a null pointer", span)
            return pointer.plus((-count if op == "-" else count) * stride(f), span)

        return moved

    def _complex(self, e: Binary, left: Compute, right: Compute) -> Compute:
        part = members(e.left.type if is_aggregate(e.left.type) else e.right.type)[0][1]
        both = is_aggregate(e.left.type) and is_aggregate(e.right.type)
        mul, add, sub, div = (arithmetic.binary(op, part, Overflow.NONE) for op in "*+-/")
        op, span = e.op, e.span

        def widened(value: Value) -> tuple[Any, Any]:
            return value if isinstance(value, tuple) else (value, 0.0)

        def compute(f: Frame) -> Value:
            x, y = left(f), right(f)
            (a, b), (c, d) = widened(x), widened(y)
            if op in {"==", "!="}:
                return ((a == c) and (b == d)) == (op == "==")
            if op == "+":
                return add(a, c), add(b, d) if both else b if isinstance(x, tuple) else d
            if op == "-":
                return sub(a, c), sub(b, d) if both else b if isinstance(x, tuple) else -d
            if op == "*":
                if not both:
                    scale = y if isinstance(x, tuple) else x
                    return tuple(mul(v, scale) for v in (x if isinstance(x, tuple) else y))
                result = sub(mul(a, c), mul(b, d)), add(mul(a, d), mul(b, c))
                if all(math.isnan(v) for v in result):
                    raise Unsupported(span, "a complex product of infinities or NaN")
                return result
            if op == "/" and not isinstance(y, tuple):
                return div(a, y), div(b, y)
            raise Unsupported(span, f"the interpreter does not know {op} on complex numbers")

        return compute

    def cast(self, e: Cast) -> Compute:
        source, target = e.operand.type, e.type
        value = self.value(e.operand)
        if t.is_arithmetic(target) and t.is_arithmetic(source):
            if source == target:
                return value
            convert = arithmetic.conversion(source, target)
            return lambda f: convert(value(f))
        if isinstance(target, t.Bool):
            return self.truth(e.operand)
        if isinstance(target, t.Pointer):
            return self._pointer_cast(e, value)
        if isinstance(target, t.Void | t.Callable):
            return value
        if isinstance(target, t.Library | t.Record) and not (isinstance(source, t.Library | t.Record)
                                                             and is_aggregate(source) == is_aggregate(target)):
            return self.constructed(Construct(target, (e.operand,), False, e.span))
        return value

    def _pointer_cast(self, e: Cast, value: Compute) -> Compute:
        assert isinstance(e.type, t.Pointer)
        to, span = e.type.to, e.span
        of = t.element_type(e.operand.type)

        def same(a: t.Type, b: t.Type) -> bool:
            if a == b or isinstance(a, t.Void) or isinstance(b, t.Void):
                return True
            if isinstance(a, t.Int) and isinstance(b, t.Int):
                return a.bits == b.bits == 8
            inner_a, inner_b = (x.element if isinstance(x, t.Array) else x for x in (a, b))
            return (isinstance(a, t.Array) or isinstance(b, t.Array)) and same(inner_a, inner_b)

        if of is not None and not same(of, to):
            raise Unsupported(span, "a pointer that reinterprets memory")
        if isinstance(to, t.Void):
            return value

        def pointer(f: Frame) -> Value:
            found = value(f)
            if isinstance(found, Untyped):
                return typed(found, to)
            return found

        return pointer


def characters(value: Value) -> list[int]:
    """The characters of a string, of a C string up to its NUL, or of one ``char``."""
    if isinstance(value, Container):
        return list(value.buffer)
    if isinstance(value, View):
        return list(value.buffer[value.offset : value.offset + value.count])
    if isinstance(value, Pointer):
        end = value.offset
        while True:
            if end >= len(value.buffer):
                raise UndefinedBehaviour("a string without its end is read")
            if value.buffer[end] == 0:
                return list(value.buffer[value.offset : end])
            end += 1
    return [value]
