"""One iteration of a loop as a function: the new value of each carried variable from the old values.

Straight-line code, ``if``, ``switch`` and ``continue`` are executed symbolically into choices; an inner loop that
changes a carried variable, or an early exit, has no such function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.slices import is_pure
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Cast,
    Continue,
    Declare,
    Evaluate,
    Expr,
    If,
    Literal,
    Ref,
    Return,
    Select,
    Stmt,
    Storage,
    Switch,
    Symbol,
    Unary,
)
from unseq.frontend.ir.types import BOOL, Int, is_arithmetic, strip
from unseq.frontend.ir.walk import assigned_symbols, declared_symbols, substitute, used_symbols, walk

State = dict[Symbol, Expr]
MAX_NODES = 400


class _NoFunction(Exception):
    """The iteration has no closed form."""


def _value(context: LoopContext, e: Expr, state: Mapping[Symbol, Expr]) -> Expr:
    if not is_pure(context, e):
        raise _NoFunction
    return substitute(e, state)


def _assigned(context: LoopContext, statement: Assign, state: State) -> State:
    place = statement.place
    if not isinstance(place, Ref):
        return state  # a store; whether later reads see it is asked of the result
    value = _value(context, statement.value, state)
    if statement.op:
        compute = statement.compute or place.type
        old: Expr = state.get(place.symbol, Ref(place.symbol, place.type))
        if old.type != compute:
            old = Cast(old, compute, implicit=True)
        value = Binary(statement.op, old, value, compute, statement.overflow)
    if value.type != place.type:
        value = Cast(value, place.type, implicit=True)
    return {**state, place.symbol: value}


def _merged(condition: Expr, then: State, other: State, watched: frozenset[Symbol]) -> State:
    result: State = {}
    for symbol in dict.fromkeys([*then, *other]):
        type_ = strip(symbol.type)
        a = then.get(symbol, Ref(symbol, type_))
        b = other.get(symbol, Ref(symbol, type_))
        result[symbol] = chosen(condition, a, b, watched)
    return result


def chosen(condition: Expr, then: Expr, other: Expr, watched: frozenset[Symbol]) -> Expr:
    """``condition ? then : other``; a condition that mixes carried variables with others is taken apart, so that the
    choices by inputs stand alone."""
    if then == other:
        return then
    while isinstance(condition, Cast) and condition.type == BOOL:
        condition = condition.operand
    if isinstance(condition, Unary) and condition.op == "!":
        return chosen(condition.operand, other, then, watched)
    if isinstance(condition, Binary) and condition.op in {"&&", "||"} and used_symbols(condition) & watched:
        left, right = condition.left, condition.right
        if not used_symbols(right) & watched:  # choices by inputs first: the order does not matter, both are pure
            left, right = right, left
        if condition.op == "&&":
            return chosen(left, chosen(right, then, other, watched), other, watched)
        return chosen(left, then, chosen(right, then, other, watched), watched)
    return Select(condition, then, other, then.type)


def _run(context: LoopContext, statements: Sequence[Stmt], state: State, watched: frozenset[Symbol]) -> State:
    for position, statement in enumerate(statements):
        rest = statements[position + 1 :]
        if isinstance(statement, Continue):
            return state
        if isinstance(statement, Break | Return):
            raise _NoFunction
        if isinstance(statement, Declare):
            if statement.value is not None and is_arithmetic(statement.symbol.type):
                state = {**state, statement.symbol: _value(context, statement.value, state)}
        elif isinstance(statement, Assign):
            state = _assigned(context, statement, state)
        elif isinstance(statement, Block):
            state = _run(context, statement.statements, state, watched)
        elif isinstance(statement, If):
            condition = _value(context, statement.condition, state)
            other = statement.other.statements if statement.other is not None else ()
            if not any(isinstance(node, Continue) for node in walk(statement)):
                then_state = _run(context, statement.then.statements, state, watched)
                state = _merged(condition, then_state, _run(context, other, state, watched), watched)
                continue
            # what follows is run at the end of either branch, so that a `continue` in one leaves it out
            then_state = _run(context, (*statement.then.statements, *rest), state, watched)
            return _merged(condition, then_state, _run(context, (*other, *rest), state, watched), watched)
        elif isinstance(statement, Switch):
            return _run(context, (*_as_ifs(statement), *rest), state, watched)
        elif isinstance(statement, Evaluate):
            continue
        elif assigned_symbols(statement) & watched:
            raise _NoFunction
        else:  # an inner loop or switch: what it computes stays as it is, by name
            made = assigned_symbols(statement) - declared_symbols(statement)
            state = {symbol: value for symbol, value in state.items() if symbol not in made}
    return state


def _as_ifs(switch: Switch) -> tuple[Stmt, ...]:
    """A switch as a chain of ``if``; its arms do not fall through."""
    other: tuple[Stmt, ...] = next((case.body.statements for case in switch.cases if not case.values), ())
    for case in reversed([c for c in switch.cases if c.values]):
        tests = [Binary("==", switch.value, Literal(v, switch.value.type), BOOL) for v in case.values]
        condition: Expr = tests[0]
        for test in tests[1:]:
            condition = Binary("||", condition, test, BOOL)
        other = (If(condition, case.body, Block(other)),)
    return other


def one_iteration(context: LoopContext) -> State | None:
    """The values of the carried variables after one iteration, over their old values, the iteration's variable,
    invariants, memory and locals that inner loops compute; None if there is no such function."""
    branches = sum(1 for s in context.body.statements if isinstance(s, If))
    if context.exits or branches > 6:
        return None
    try:
        state = _run(context, context.body.statements, {}, context.carried)
    except _NoFunction:
        return None
    constants = _constants(context)
    return {symbol: substitute(value, constants) for symbol, value in state.items() if symbol in context.carried}


def _constants(context: LoopContext) -> State:
    """Named constants of the function, spelled by their names."""
    found: State = {}
    for node in context.function.body.statements:
        if not isinstance(node, Declare) or not isinstance(node.symbol.type, Int) or node.value is None:
            continue
        value = terms.constant(node.value)
        symbol = node.symbol
        if value is not None and symbol.const and symbol.storage is Storage.LOCAL:
            found[symbol] = Literal(value, symbol.type, symbol.name)
    return found
