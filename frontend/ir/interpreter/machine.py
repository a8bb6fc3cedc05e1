"""What the parts of the interpreter share: frames, closures, compiled functions and the count of steps.

IR is compiled once into Python closures ``frame -> value``, which then run many times.  A frame maps the ``uid`` of
a variable to its buffer, and that of a reference to the place (buffer and offset) that it is bound to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter.memory import (
    UNINITIALISED,
    Buffer,
    StepLimit,
    UndefinedBehaviour,
    Value,
    copied,
    fresh,
    is_aggregate,
    size,
)
from unseq.frontend.ir.nodes import Expr, Function, Symbol
from unseq.frontend.source import NOWHERE, Span

Place = tuple[Buffer, int]
Frame = dict[int, Any]
Compute = Callable[[Frame], Value]
Locate = Callable[[Frame], Place]
Run = Callable[[Frame], int]

NORMAL, BREAK, CONTINUE, RETURN = 0, 1, 2, 3
RESULT = -1  # the frame's slot for the value that a function returns


def load(type_: t.Type, span: Span = NOWHERE) -> Callable[[Buffer, int], Value]:
    """How a value of ``type_`` is read from a place."""
    count = size(type_)
    if is_aggregate(type_):

        def aggregate(buffer: Buffer, offset: int) -> Value:
            if not 0 <= offset <= len(buffer) - count:
                raise UndefinedBehaviour(f"out of bounds: reads element {offset} of {len(buffer)}", span)
            return tuple(buffer[offset : offset + count])

        return aggregate
    byte = isinstance(type_, t.Int) and type_.bits == 8
    signed = isinstance(type_, t.Int) and type_.signed

    def scalar(buffer: Buffer, offset: int) -> Value:
        if not 0 <= offset < len(buffer):
            raise UndefinedBehaviour(f"out of bounds: reads element {offset} of {len(buffer)}", span)
        value = buffer[offset]
        if value is UNINITIALISED:
            raise UndefinedBehaviour("an uninitialised value is read", span)
        if byte:  # characters may be read through either signedness
            return (value + 128) % 256 - 128 if signed else value % 256
        return value

    return scalar


def store(type_: t.Type, span: Span = NOWHERE) -> Callable[[Buffer, int, Value], None]:
    """How a value of ``type_`` is written to a place."""
    count = size(type_)
    if is_aggregate(type_):

        def aggregate(buffer: Buffer, offset: int, value: Value) -> None:
            if not 0 <= offset <= len(buffer) - count:
                raise UndefinedBehaviour(f"out of bounds: writes element {offset} of {len(buffer)}", span)
            buffer[offset : offset + count] = map(copied, value)

        return aggregate

    def scalar(buffer: Buffer, offset: int, value: Value) -> None:
        if not 0 <= offset < len(buffer):
            raise UndefinedBehaviour(f"out of bounds: writes element {offset} of {len(buffer)}", span)
        buffer[offset] = copied(value)

    return scalar


def temporary(type_: t.Type, value: Value) -> Place:
    """A value as an object without a name."""
    cells = list(value) if is_aggregate(type_) else [value]
    return Buffer(cells, type_), 0


class Closure:
    """Something that can be called: a function of the file, a lambda, a standard function object.

    ``invoke`` takes the place of each argument, so that parameters may be references; arguments of other types than
    the parameters are converted by the caller."""

    __slots__ = ("invoke", "parameters", "result")

    def __init__(self, parameters: Sequence[t.Type], result: t.Type,
                 invoke: Callable[[Sequence[Place]], Value]) -> None:
        self.parameters = tuple(parameters)
        self.result = result
        self.invoke = invoke


class Machine:
    """One run: the functions that may be called and the number of steps that are left."""

    def __init__(self, functions: Sequence[Function], steps: int,
                 compile_: Callable[[Machine, Function], Callable[[Sequence[Place]], Value]]) -> None:
        self.steps = steps
        self.globals: Frame = {}
        self._functions = functions
        self._compile = compile_
        self._compiled: dict[int, Callable[[Sequence[Place]], Value]] = {}
        self.depth = 0
        self._extents: dict[Expr, int] = {}

    def extent_key(self, extent: Expr) -> int:
        """The frame's slot for the extent of an array, which is computed once, where the array is declared."""
        return self._extents.setdefault(extent, -100 - len(self._extents))

    def step(self) -> None:
        """Count one step (an iteration or a call)."""
        self.steps -= 1
        if self.steps < 0:
            raise StepLimit

    def find(self, name: str, arguments: Sequence[t.Type]) -> Function | None:
        """The function of the file that a call means."""
        found = [f for f in self._functions if f.name == name and len(f.parameters) == len(arguments)]
        if len(found) > 1:
            exact = [f for f in found
                     if all(t.strip(p.type) == t.strip(a) for p, a in zip(f.parameters, arguments, strict=True))]
            found = exact or found
        return found[0] if found else None

    def call(self, function: Function, arguments: Sequence[Place]) -> Value:
        """The result of a function: a value, or a place where it returns a reference."""
        code = self._compiled.get(id(function))
        if code is None:
            code = self._compiled[id(function)] = self._compile(self, function)
        self.step()
        self.depth += 1
        if self.depth > 200:
            raise StepLimit
        try:
            return code(arguments)
        finally:
            self.depth -= 1


def is_pointer_parameter(symbol: Symbol) -> bool:
    """Whether an array-typed symbol is a parameter, that is, a pointer."""
    return isinstance(symbol.type, t.Array) and symbol.storage.value == "parameter"


def new_object(type_: t.Type, zero: bool = False) -> Buffer:
    """A new object of ``type_``; an array of variable length is made where its extent is known."""
    element = type_.element if isinstance(type_, t.Array) else type_
    return Buffer(fresh(type_, zero), element)

