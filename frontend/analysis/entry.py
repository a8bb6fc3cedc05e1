"""What a variable is when a loop begins: the value last given to it in the statements right before the loop.

Only the straight-line code that leads to the loop is looked at; anything else is not known.
"""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.ranges import Range, of_type, range_of
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Block,
    Call,
    Case,
    Declare,
    Expr,
    For,
    Lambda,
    Loop,
    Method,
    Ref,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.ir.types import Reference, strip
from unseq.frontend.ir.walk import LOOPS, assigned_symbols, children, used_symbols, walk


def entry_value(context: LoopContext, symbol: Symbol) -> Expr | None:
    """The expression whose value ``symbol`` has at loop entry (as it stood where it was evaluated); None: unknown."""
    if symbol.storage is Storage.GLOBAL or isinstance(symbol.type, Reference):
        return None
    init = context.loop.init if isinstance(context.loop, For) else ()
    for statement in reversed([*_preceding(context.function.body, context.loop), *init]):
        if isinstance(statement, Declare) and statement.symbol == symbol:
            return statement.value
        if isinstance(statement, Assign) and statement.place == Ref(symbol, strip(symbol.type)):
            return None if statement.op else statement.value
        if symbol in assigned_symbols(statement) or _is_handed_out(statement, symbol):
            return None
    return None


def entry_range(context: LoopContext, symbol: Symbol) -> Range | None:
    """The values that ``symbol`` can have at loop entry; None for what is no integer."""
    value = entry_value(context, symbol)
    whole = of_type(strip(symbol.type))
    if value is None or whole is None:
        return whole
    found = range_of(value, {})
    return found if found is not None and whole[0] <= found[0] and found[1] <= whole[1] else whole


def _is_handed_out(statement: Stmt, symbol: Symbol) -> bool:
    """Whether others may get to know the variable itself."""
    for node in walk(statement):
        if isinstance(node, AddressOf | Call | Method | Lambda) and symbol in used_symbols(node):
            return True
    return False


def _preceding(block: Block, loop: Loop) -> list[Stmt]:
    """The statements that run right before the loop, back to the start of the innermost loop around it."""
    for position, statement in enumerate(block.statements):
        if statement is loop:
            return list(block.statements[:position])
        inner = _inside(statement, loop)
        if inner is not None:
            if isinstance(statement, LOOPS):
                return inner
            return [*block.statements[:position], *inner]
    return []


def _inside(statement: Stmt, loop: Loop) -> list[Stmt] | None:
    """The statements before the loop within ``statement``; None if the loop is not in it."""
    if not any(node is loop for node in walk(statement)):
        return None
    if isinstance(statement, Block):
        return _preceding(statement, loop)
    for child in children(statement):
        if isinstance(child, Case):
            child = child.body
        if isinstance(child, Block) and any(node is loop for node in walk(child)):
            return _preceding(child, loop)
    return None
