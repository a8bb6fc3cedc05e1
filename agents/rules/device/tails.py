"""A function's body as statements that assign its result instead of returning it."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Assign, Block, If, Place, Return, Stmt
from unseq.frontend.ir.walk import Node, children
from unseq.frontend.source import NOWHERE


class NoTail(Exception):
    """It returns in the middle of something."""


def assigning(body: Block, place: Place) -> tuple[Stmt, ...]:
    """The statements of ``body`` with its result assigned to ``place``; every return must be the last thing done.

    Raises ``NoTail`` where one is not."""
    found: list[Stmt] = []
    for k, statement in enumerate(body.statements):
        if isinstance(statement, Return):
            assert statement.value is not None
            return (*found, Assign(place, statement.value))
        if isinstance(statement, If) and _returns(statement):
            rest = Block(body.statements[k + 1 :], NOWHERE)
            then = Block((*statement.then.statements, *(() if _ends(statement.then) else rest.statements)), NOWHERE)
            other = statement.other.statements if statement.other is not None else ()
            other_block = Block((*other, *(() if other and _ends(Block(other, NOWHERE)) else rest.statements)), NOWHERE)
            return (*found, If(statement.condition, Block(assigning(then, place), NOWHERE),
                               Block(assigning(other_block, place), NOWHERE)))  # fmt: skip
        if _returns(statement):
            raise NoTail
        found.append(statement)
    raise NoTail


def _returns(node: Node) -> bool:
    return isinstance(node, Return) or any(_returns(child) for child in children(node))


def _ends(block: Block) -> bool:
    return bool(block.statements) and isinstance(block.statements[-1], Return)
