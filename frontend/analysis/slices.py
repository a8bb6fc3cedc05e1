"""What must be evaluated before an expression inside a loop body, and under which condition a statement runs.

A slice is the part of the body that an expression needs: pure statements on variables of the iteration.  Knows
straight-line code, ``if`` and ``continue``; what stands inside an inner loop has no slice.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    ForEach,
    If,
    Lambda,
    Method,
    Return,
    Stmt,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.ir.types import BOOL, Reference, is_arithmetic
from unseq.frontend.ir.walk import assigned_symbols, is_within, rebound_symbols, root, substitute, used_symbols, walk
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A statement of the body, not inside an inner loop: ``top`` is the index of the top-level statement that holds
    it, ``conditions`` must all hold for it to run (in order), ``locals`` are the values of variables declared on the
    way to it below the top level, for substitution."""

    statement: Stmt
    top: int
    conditions: tuple[Expr, ...]
    locals: tuple[tuple[Symbol, Expr], ...] = ()

    def condition(self) -> Expr | None:
        """All conditions as one expression; None: always."""
        joined: Expr | None = None
        for part in self.conditions:
            joined = part if joined is None else Binary("&&", joined, part, BOOL)
        return None if joined is None else self.resolved(joined)

    def resolved(self, e: Expr) -> Expr:
        """``e`` with the values of nested locals put in."""
        for symbol, value in reversed(self.locals):
            e = substitute(e, {symbol: value})
        return e


def negated(e: Expr) -> Expr:
    """``!e``, without a double negation."""
    if isinstance(e, Unary) and e.op == "!":
        return e.operand
    opposite = {"==": "!=", "!=": "=="}
    if isinstance(e, Binary) and e.op in opposite:
        return Binary(opposite[e.op], e.left, e.right, e.type)
    return Unary("!", e, BOOL)


def sites(body: Block) -> Iterator[Site]:
    """The statements of a loop body with their path conditions, in order."""
    conditions: tuple[Expr, ...] = ()
    for top, statement in enumerate(body.statements):
        yield from _sites(statement, top, conditions, ())
        if isinstance(statement, If):
            conditions += _after(statement)


def _after(statement: If) -> tuple[Expr, ...]:
    """What holds behind an ``if`` one of whose branches ends the iteration."""
    if ends(statement.then) and statement.other is None:
        return (negated(statement.condition),)
    if statement.other is not None and ends(statement.other) and not ends(statement.then):
        return (statement.condition,)
    return ()


def ends(block: Block) -> bool:
    """Whether control never falls out of the block's end."""
    return bool(block.statements) and isinstance(block.statements[-1], Continue | Break | Return)


def _sites(
    statement: Stmt, top: int, conditions: tuple[Expr, ...], values: tuple[tuple[Symbol, Expr], ...]
) -> Iterator[Site]:
    yield Site(statement, top, conditions, values)
    if isinstance(statement, Block):
        yield from _block(statement, top, conditions, values)
    elif isinstance(statement, If):
        yield from _block(statement.then, top, (*conditions, statement.condition), values)
        if statement.other is not None:
            yield from _block(statement.other, top, (*conditions, negated(statement.condition)), values)


def _block(
    block: Block, top: int, conditions: tuple[Expr, ...], values: tuple[tuple[Symbol, Expr], ...]
) -> Iterator[Site]:
    for inner in block.statements:
        yield from _sites(inner, top, conditions, values)
        if isinstance(inner, Declare) and inner.value is not None and is_arithmetic(inner.symbol.type):
            values = (*values, (inner.symbol, inner.value))
        if isinstance(inner, If):
            conditions += _after(inner)


def is_pure(context: LoopContext, e: Expr) -> bool:
    """Whether evaluating ``e`` has no effect."""
    for node in walk(e):
        if isinstance(node, Call) and (node.target is not None or node.name not in context.pure):
            return False
        if isinstance(node, Method) and node.name not in CONST_METHODS:
            return False
        if isinstance(node, Lambda):
            return False
    return True


def _local_effects(context: LoopContext, statement: Stmt) -> bool:
    """Whether a statement only changes variables that come into being in the loop body."""
    for node in walk(statement):
        if isinstance(node, Assign):
            if not is_within(node.place, context.declared):
                return False
        elif isinstance(node, Evaluate | Return | Break | Continue):
            return isinstance(node, Continue | Break) and isinstance(statement, For | While | ForEach)
        elif isinstance(node, Call | Method | Lambda) and not is_pure(context, node):
            return False
    return True


def _own_changes(context: LoopContext, statement: Stmt) -> frozenset[Symbol]:
    """The variables that a statement changes, and the arrays of the iteration."""
    return rebound_symbols(statement) | (assigned_symbols(statement) & context.declared)


def slice_before(
    context: LoopContext, top: int, wanted: tuple[Expr, ...], given: frozenset[Symbol] = frozenset()
) -> tuple[Stmt, ...] | None:
    """The top-level statements before number ``top`` that the expressions ``wanted`` need, in order; None if one of
    them has effects, or if a needed variable is carried and not ``given``. With ``given`` variables, memory outside of
    the loop is left to ``stable``."""
    needed: set[Symbol] = set()
    for e in wanted:
        needed |= used_symbols(e) - given
    chosen: list[Stmt] = []
    for statement in reversed(context.body.statements[:top]):
        made = {
            s
            for s in (assigned_symbols(statement) if not given else _own_changes(context, statement))
            if not isinstance(s.type, Reference)  # what it stands for is memory, see ``stable``
        }
        if isinstance(statement, Declare):
            made.add(statement.symbol)
        if not made & needed:
            continue
        if not _local_effects(context, statement):
            return None
        chosen.append(statement)
        needed |= used_symbols(statement) - given
    if needed & context.carried - context.stepped:
        return None
    return tuple(reversed(chosen))


def stable(context: LoopContext, top: int | frozenset[Symbol], *wanted: Expr) -> bool:
    """Whether expressions that top-level statement ``top`` evaluates (or the last assignment to one of the variables
    ``top``) may be evaluated before the iteration starts to write: they are pure, and what memory they read is written
    by later statements of the body only.

    That other iterations do not write it is the dependence test's business."""
    if context.unknown_writes or not all(is_pure(context, e) for e in wanted):
        return False
    read: set[Symbol] = set()
    for e in wanted:
        read |= used_symbols(e)
    for reference in [s for s in read if isinstance(s.type, Reference)]:
        stands_for = {a.root for a in context.accesses if root(a.place) == reference}
        read |= {s for s in stands_for if s is not None} if stands_for - {None} else context.written_roots
    suspects = read & (context.written_roots - context.declared)
    if not suspects:
        return True
    if isinstance(top, int):
        earlier = {id(node) for statement in context.body.statements[: top + 1] for node in walk(statement)}
    else:
        earlier = _before_last(context.body, top)
    return not any(a.is_write and a.root in suspects and id(a.statement) in earlier for a in context.accesses)


def _before_last(block: Block, symbols: frozenset[Symbol]) -> set[int]:
    """What may run before an assignment to one of the variables, by identity: not what stands in another branch."""
    found: set[int] = set()
    behind = False
    for statement in reversed(block.statements):
        if behind:
            found.update(id(node) for node in walk(statement))
        elif assigned_symbols(statement) & symbols:
            behind = True
            if isinstance(statement, If):
                branches = [b for b in (statement.then, statement.other) if b is not None]
                for branch in branches:
                    found |= _before_last(branch, symbols)
            elif isinstance(statement, Block):
                found |= _before_last(statement, symbols)
            elif not isinstance(statement, Assign):
                found.update(id(node) for node in walk(statement))
    return found
