"""What a lambda computes, as one expression over its parameters and what it captures.

Straight-line code with ``if`` and ``return`` becomes choices; a loop, a switch or an assignment to anything but a
variable of its own has no such expression.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Cast,
    Declare,
    Expr,
    If,
    Lambda,
    Ref,
    Return,
    Select,
    Stmt,
    Symbol,
)
from unseq.frontend.ir.types import Callable, Reference, Type, is_arithmetic, strip
from unseq.frontend.ir.walk import substitute, walk

_MOST_NODES = 200
_State = dict[Symbol, Expr]


class _NoValue(Exception):
    """There is no such expression."""


def value_of(function: Lambda) -> Expr | None:
    """The value that ``function`` returns; None if it is not understood or too long."""
    result = function.type.result if isinstance(function.type, Callable) else None
    statements = function.body.statements
    if len(statements) == 1 and isinstance(statements[0], Return):
        return statements[0].value
    try:
        found = _run(statements, {}, frozenset(p for p in function.parameters if not isinstance(p.type, Reference)))
    except _NoValue:
        return None
    if found is None or sum(1 for _ in walk(found)) > _MOST_NODES:
        return None
    return _as(found, result) if result is not None else found


def _as(e: Expr, type_: Type) -> Expr:
    return e if e.type == type_ or not is_arithmetic(type_) else Cast(e, type_, implicit=True)


def _run(statements: Sequence[Stmt], state: _State, own: frozenset[Symbol]) -> Expr | None:
    """The value returned by ``statements``; None if control falls out of their end."""
    for position, statement in enumerate(statements):
        rest = statements[position + 1 :]
        match statement:
            case Declare(symbol, value) if value is not None and is_arithmetic(strip(symbol.type)):
                if isinstance(symbol.type, Reference):
                    raise _NoValue
                state = {**state, symbol: _as(substitute(value, state), symbol.type)}
                own |= {symbol}
            case Assign(Ref(symbol), value) if symbol in own and is_arithmetic(symbol.type):
                new = substitute(value, state)
                if statement.op:
                    compute = statement.compute or symbol.type
                    old = _as(state.get(symbol, Ref(symbol, symbol.type)), compute)
                    new = Binary(statement.op, old, new, compute, statement.overflow)
                state = {**state, symbol: _as(new, symbol.type)}
            case Return(value) if value is not None:
                return substitute(value, state)
            case Block(inner):
                return _run((*inner, *rest), state, own)
            case If(condition, then, other):
                taken = _run((*then.statements, *rest), state, own)
                left = _run((*(other.statements if other is not None else ()), *rest), state, own)
                if taken is None or left is None or taken.type != left.type:
                    raise _NoValue
                return Select(substitute(condition, state), taken, left, taken.type)
            case _:
                raise _NoValue
    return None
