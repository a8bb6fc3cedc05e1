"""Functions and lambdas of the IR as callables: parameters, results, captured variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.machine import (
    RESULT,
    RETURN,
    Closure,
    Compute,
    Frame,
    Machine,
    Place,
    is_pointer_parameter,
)
from unseq.frontend.ir.interpreter.memory import (
    Buffer,
    UndefinedBehaviour,
    Value,
    copied,
    is_aggregate,
    size,
)
from unseq.frontend.ir.interpreter.statements import Statements
from unseq.frontend.ir.nodes import Function, Lambda, Symbol
from unseq.frontend.source import Unsupported


def bind(parameters: Sequence[Symbol], places: Sequence[Place], frame: Frame) -> None:
    """Put arguments into a frame; a parameter that is no reference is an object of its own."""
    for symbol, (buffer, offset) in zip(parameters, places, strict=True):
        if isinstance(symbol.type, t.Reference):
            frame[symbol.uid] = (buffer, offset)
        elif is_aggregate(symbol.type) and not is_pointer_parameter(symbol):
            count = size(symbol.type)
            frame[symbol.uid] = Buffer(map(copied, buffer[offset : offset + count]), symbol.type)
        else:
            frame[symbol.uid] = Buffer((copied(buffer[offset]),), symbol.type)


def returned(frame: Frame, result: t.Type, signal: int, name: str) -> Value:
    """The value that a function leaves behind."""
    if isinstance(result, t.Void):
        return None
    if signal != RETURN and name != "main":
        raise UndefinedBehaviour(f"{name} ends without a value")
    return frame.get(RESULT, 0)


def compile_function(machine: Machine, function: Function, make: Callable[[Machine], Expressions]) -> Callable[
        [Sequence[Place]], Value]:
    """A function as a callable that takes the places of its arguments."""
    expressions = make(machine)
    body = Statements(machine, expressions, function.result).block(function.body)
    extents = [(machine.extent_key(extent), expressions.value(extent))
               for symbol in function.parameters for extent in walk.extents(symbol.type)]  # fmt: skip

    def call(places: Sequence[Place]) -> Value:
        frame: Frame = dict(machine.globals)
        bind(function.parameters, places, frame)
        for key, extent in extents:
            frame[key] = extent(frame)
        return returned(frame, function.result, body(frame), function.name)

    return call


def closure(x: Expressions, e: Lambda) -> Compute:
    """A lambda as a value; it shares the variables of the frame that made it, except for its copies."""
    assert isinstance(e.type, t.Callable)
    result = e.type.result
    machine = x.machine
    body = Statements(machine, x, result).block(e.body)
    copies = [symbol.uid for symbol in e.copies]
    types = [symbol.type for symbol in e.parameters]

    def make(f: Frame) -> Value:
        captured = dict(f)
        for uid in copies:
            held = f[uid]
            if isinstance(held, tuple):
                raise Unsupported(e.span, "a captured copy of a reference")
            captured[uid] = Buffer(map(copied, held), held.type)

        def invoke(places: Sequence[Place]) -> Value:
            frame = dict(captured)
            bind(e.parameters, places, frame)
            return returned(frame, result, body(frame), "a lambda")

        return Closure(types, result, invoke)

    return make

