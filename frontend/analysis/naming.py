"""Variables that only name a value: used once by the next statement, or given a new value first in every iteration.

The value goes where it is used, the variable into the loop.  Knows what may be evaluated elsewhere; draws no
conclusions.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Block,
    Call,
    Declare,
    Evaluate,
    Expr,
    If,
    Lambda,
    Loop,
    Method,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)


def folded(block: Block, pure: frozenset[str]) -> Block:
    """Blocks that only group are opened where no names meet; values used once by the next statement go there."""
    statements: list[Stmt] = []
    for statement in block.statements:
        alone = isinstance(statement, Block) and not any(isinstance(s, Declare) for s in statement.statements)
        same = isinstance(statement, Assign) and not statement.op and statement.value == statement.place
        if same and isinstance(statement, Assign) and isinstance(statement.place, Ref):
            continue  # `x = x`
        statements += statement.statements if alone and isinstance(statement, Block) else (statement,)
    k = 0
    while k < len(statements):
        replaced = _placed(statements, k, pure)
        if replaced is None:
            k += 1
        else:
            statements = replaced
            k = max(0, k - 1)
    new = tuple(statements)
    same = len(new) == len(block.statements) and all(a is b for a, b in zip(new, block.statements, strict=True))
    return block if same else replace(block, statements=new)


def _placed(statements: list[Stmt], k: int, pure: frozenset[str]) -> list[Stmt] | None:
    """The statements with the declaration number ``k`` joined to the assignment or the use behind it."""
    declared = statements[k]
    if not isinstance(declared, Declare) or k + 1 == len(statements):
        return None
    after = statements[k + 1]
    symbol = declared.symbol
    if declared.value is None:
        if not (isinstance(after, Assign) and after.place == Ref(symbol, after.place.type) and not after.op):
            return None
        if symbol in walk.used_symbols(after.value):
            return None
        joined = replace(declared, value=after.value, span=after.span)
        return [*statements[:k], joined, *statements[k + 2 :]]
    if isinstance(symbol.type, t.Reference) or not t.is_arithmetic(symbol.type) or not is_pure(declared.value, pure):
        return None
    target = k + 1
    while target + 1 < len(statements) and isinstance(statements[target], Declare):
        between = statements[target]
        assert isinstance(between, Declare)
        if symbol in walk.used_symbols(between) or between.value is None or not is_pure(between.value, pure):
            break
        target += 1
    if any(_uses(s, symbol) for n, s in enumerate(statements) if n > k and n != target):
        return None
    if sum(1 for node in walk.walk(statements[target]) if isinstance(node, Ref) and node.symbol == symbol) != 1:
        return None
    used = _substituted(statements[target], symbol, declared.value, pure)
    if used is None:
        return None
    return [*statements[:k], *statements[k + 1 : target], used, *statements[target + 1 :]]


def _substituted(statement: Stmt, symbol: Symbol, value: Expr, pure: frozenset[str]) -> Stmt | None:
    """``statement`` with ``value`` for ``symbol`` where that is evaluated before any effect; None elsewhere."""
    values = {symbol: value}
    if not _uses(statement, symbol):
        return None
    match statement:
        case If(condition=condition) if _uses(condition, symbol) and is_pure(condition, pure):
            return replace(statement, condition=walk.substitute(condition, values))
        case Assign(place, assigned) if is_pure(assigned, pure) and is_pure(place, pure):
            return walk.substitute(statement, values)
        case Declare(_, initial) if initial is not None and _uses(initial, symbol) and is_pure(initial, pure):
            return replace(statement, value=walk.substitute(initial, values))
        case Return(result) if result is not None and is_pure(result, pure):
            return walk.substitute(statement, values)
        case Evaluate(Method(arguments=arguments)) if all(is_pure(a, pure) for a in arguments):
            return walk.substitute(statement, values)
    return None


def _uses(node: Expr | Stmt, symbol: Symbol) -> bool:
    return symbol in walk.used_symbols(node)


def is_pure(e: Expr, pure: frozenset[str]) -> bool:
    for node in walk.walk(e):
        if isinstance(node, Call) and (node.target is not None or node.name not in pure):
            return False
        if isinstance(node, Lambda) or (isinstance(node, Method) and node.name not in CONST_METHODS):
            return False
    return True


def sunk(block: Block) -> Block:
    """Variables that every iteration of one loop gives a new value first, and that nothing else uses, inside it."""
    statements = list(block.statements)
    changed = False
    for declared in block.statements:
        if not isinstance(declared, Declare) or declared.value is not None or not t.is_arithmetic(declared.symbol.type):
            continue
        symbol = declared.symbol
        using = [k for k, s in enumerate(statements) if s is not declared and symbol in walk.used_symbols(s)]
        loop = statements[using[0]] if len(using) == 1 else None
        if not isinstance(loop, walk.LOOPS) or symbol.storage is not Storage.LOCAL or not _renewed(loop, symbol):
            continue
        statements[using[0]] = replace(loop, body=replace(loop.body, statements=(declared, *loop.body.statements)))
        statements = [s for s in statements if s is not declared]
        changed = True
    return replace(block, statements=tuple(statements)) if changed else block


def _renewed(loop: Loop, symbol: Symbol) -> bool:
    """Whether a variable is used in a loop's body only, where each iteration assigns it before anything else."""
    uses = sum(isinstance(n, Ref) and n.symbol == symbol for n in walk.walk(loop))
    inside = sum(isinstance(n, Ref) and n.symbol == symbol for n in walk.walk(loop.body))
    first = next((s for s in loop.body.statements if symbol in walk.used_symbols(s)), None)
    if uses != inside or not isinstance(first, Assign) or first.op or first.place != Ref(symbol, first.place.type):
        return False
    kept = any(isinstance(n, AddressOf | Lambda) and symbol in walk.used_symbols(n) for n in walk.walk(loop.body))
    return symbol not in walk.used_symbols(first.value) and not kept
