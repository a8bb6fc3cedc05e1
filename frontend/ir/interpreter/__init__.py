"""The IR's own oracle: runs a function with the semantics that the nodes define, and finds undefined behaviour.

Exact integers, IEEE rounding, bounds of every object, uninitialised reads.  Deliberately slow and simple; knows
nothing of parallelism.  What it does not know is ``Unsupported``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter.arguments import Inbox, cells_of, natural
from unseq.frontend.ir.interpreter.constructors import construct
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.functions import closure, compile_function
from unseq.frontend.ir.interpreter.machine import Machine, load, new_object
from unseq.frontend.ir.interpreter.memory import Buffer, StepLimit, Thrown, UndefinedBehaviour, is_aggregate
from unseq.frontend.ir.interpreter.methods import method, method_place
from unseq.frontend.ir.interpreter.standard import library
from unseq.frontend.ir.interpreter.statements import Statements
from unseq.frontend.ir.nodes import Function
from unseq.frontend.slotted import dataclass

STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call returned and what became of its arguments (and of the variables of the file, by name)."""

    result: Any
    arguments: tuple[Any, ...]
    globals: dict[str, Any]


def expressions(machine: Machine) -> Expressions:
    """A compiler of expressions that knows the whole standard library."""
    return Expressions(machine, library, method, method_place, construct, closure)


def prepare(function: Function, steps: int) -> Machine:
    """A machine with the file's variables at their initial values."""
    everything = (function, *function.callees)
    machine = Machine(everything, steps, lambda m, f: compile_function(m, f, expressions))
    x = expressions(machine)
    seen: set[int] = set()
    for each in everything:
        for variable in each.globals:
            symbol = variable.symbol
            if symbol.uid in seen or isinstance(symbol.type, t.Callable):
                continue
            seen.add(symbol.uid)
            new = new_object(symbol.type, zero=True)
            machine.globals[symbol.uid] = new
            if variable.value is not None:
                Statements(machine, x, t.VOID).initialise(symbol.type, variable.value)(machine.globals, new)
    return machine


def run(function: Function, arguments: Sequence[Any], steps: int = STEPS,
        globals: dict[str, Any] | None = None) -> Outcome:
    """Call ``function``; see ``arguments`` for the forms of values.

    Raises ``UndefinedBehaviour``, ``Thrown``, ``StepLimit`` (more than ``steps`` iterations and calls) and
    ``Unsupported``.  ``globals`` gives variables of the file other values, by name."""
    machine = prepare(function, steps)
    for variable in function.globals:
        if globals is not None and variable.symbol.name in globals:
            cells = cells_of(globals[variable.symbol.name], variable.symbol.type)
            machine.globals[variable.symbol.uid][:] = cells
    inbox = Inbox()
    places = [inbox.place(symbol, value) for symbol, value in zip(function.parameters, arguments, strict=True)]
    # A parameter that is no reference gets a copy, so what it was given stays as it is.
    value = machine.call(function, places)
    result: Any = None
    if not isinstance(function.result, t.Void):
        plain = t.strip(function.result)
        if isinstance(function.result, t.Reference):
            value = load(plain)(*value)
        result = natural(list(value) if is_aggregate(plain) else [value], plain)
    after = tuple(inbox.after(s, place, given)
                  for s, place, given in zip(function.parameters, places, arguments, strict=True))  # fmt: skip
    variables = {}
    for variable in function.globals:
        held = machine.globals.get(variable.symbol.uid)
        if isinstance(held, Buffer):
            variables[variable.symbol.name] = natural(list(held), variable.symbol.type)
    return Outcome(result, after, variables)


__all__ = ["STEPS", "Outcome", "StepLimit", "Thrown", "UndefinedBehaviour", "run"]
