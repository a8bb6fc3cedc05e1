"""Searches: a loop without effects that ends at the first iteration where a condition holds.

A parallel search may look at elements behind the one where the loop would have stopped, up to the loop's bound.
"""

from __future__ import annotations

from unseq.frontend.analysis.context import ExitKind, LoopContext
from unseq.frontend.analysis.slices import Site, is_pure, negated, sites, slice_before
from unseq.frontend.facts import Exit, Role
from unseq.frontend.ir.nodes import Assign, Binary, Block, Break, Declare, Evaluate, Expr, If, Return, Symbol
from unseq.frontend.ir.types import BOOL
from unseq.frontend.ir.walk import assigned_symbols, is_within, walk


def _header(context: LoopContext) -> Exit | None:
    """``while (i < n && a[i] != x) i++;``: nothing but the search."""
    parts = [exit_.condition for exit_ in context.exits]
    if len(parts) != 1 or parts[0] is None or not is_pure(context, parts[0]):
        return None
    if context.body.statements and not _silent(context, list(sites(context.body)), set()):
        return None
    return Exit(negated(parts[0]), (), (), (), context.loop.span)


def _silent(context: LoopContext, all_sites: list[Site], leaving: set[int]) -> bool:
    """Whether every statement that is not in a block that leaves the loop only changes locals of the iteration."""
    for site in all_sites:
        statement = site.statement
        if id(statement) in leaving or isinstance(statement, If | Block | Break | Return):
            continue
        if isinstance(statement, Evaluate):
            return False
        for node in walk(statement):
            if isinstance(node, Assign):
                if not is_within(node.place, context.declared):
                    return False
            elif isinstance(node, Evaluate) or (
                isinstance(node, Declare) and node.value is not None and not is_pure(context, node.value)
            ):
                return False
    return True


def _leaving(blocks: list[Block]) -> set[int]:
    return {id(inner) for block in blocks for inner in block.statements}


def find(context: LoopContext) -> tuple[Role, ...]:
    """The search that a loop with early exits is, if it is one."""
    if not context.exits or context.iteration is None or any(e.inner for e in context.exits):
        return ()
    kinds = {e.kind for e in context.exits}
    if kinds == {ExitKind.CONDITION}:
        role = _header(context)
        return () if role is None else (role,)
    if not kinds <= {ExitKind.BREAK, ExitKind.RETURN}:
        return ()
    all_sites = list(sites(context.body))
    exits = [site for site in all_sites if any(site.statement is e.statement for e in context.exits)]
    if len(exits) != len(context.exits):
        return ()
    blocks = [
        block
        for block in walk(context.body)
        if isinstance(block, Block) and any(block.statements and block.statements[-1] is s.statement for s in exits)
    ]
    if len(blocks) != len(exits) or not _silent(context, all_sites, _leaving(blocks)):
        return ()
    condition: Expr | None = None
    for site in exits:
        part = site.condition()
        if part is None or not is_pure(context, part):
            return ()
        condition = part if condition is None else Binary("||", condition, part, BOOL)
    first, last = exits[0].top, exits[-1].top
    if condition is None:
        return ()
    before = slice_before(context, first, (condition,))
    if before is None:
        return ()
    assigned: set[Symbol] = set()
    for block in blocks:
        assigned |= assigned_symbols(block) & context.carried
    statements = context.body.statements[first : last + 1]
    whole = slice_before(context, first, (condition, *_values(statements)))
    if whole is None:
        return ()
    ordered = tuple(sorted(assigned, key=lambda s: s.uid))
    return (Exit(condition, statements, whole, ordered, exits[0].statement.span),)


def _values(statements: tuple[object, ...]) -> tuple[Expr, ...]:
    """The expressions that the exit statements evaluate."""
    found: list[Expr] = []
    for statement in statements:
        for node in walk(statement):  # type: ignore[arg-type]  # statements of the body
            if isinstance(node, If):
                found.append(node.condition)
            elif isinstance(node, Assign | Return) and node.value is not None:
                found.append(node.value)
    return tuple(found)
