"""``continue`` as ``if``: the rest of a loop's body under the condition that it is reached.

Only for a ``continue`` that is all that an ``if`` at the top of a loop's body does; others stay.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Block, Cast, Continue, Expr, If, Stmt, Unary
from unseq.frontend.ir.walk import LOOPS, Node, transform

_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def negated(e: Expr) -> Expr:
    """A condition that holds iff ``e`` does not."""
    match e:
        case Unary("!", operand):
            return operand
        case Binary(op, left, right) if op in _OPPOSITE and not isinstance(left.type, t.Float):
            return Binary(_OPPOSITE[op], left, right, e.type, span=e.span)
        case Binary(op, left, right) if op in ("&&", "||"):
            return Binary("||" if op == "&&" else "&&", negated(left), negated(right), e.type, span=e.span)
        case Cast(operand) if isinstance(e.type, t.Bool) and isinstance(operand.type, t.Bool):
            return negated(operand)
    return Unary("!", e, t.BOOL, span=e.span)


def body(block: Block) -> Block:
    """A loop's body, and the bodies of the loops in it, in that form; unchanged parts are shared."""

    def one(node: Node) -> Node:
        if isinstance(node, LOOPS):
            inner = _nested(node.body)
            return node if inner is node.body else replace(node, body=inner)
        return node

    return _nested(transform(block, one))


def _nested(block: Block) -> Block:
    for at, statement in enumerate(block.statements):
        if isinstance(statement, If) and _only_continues(statement):
            rest = _nested(Block(block.statements[at + 1 :]))
            guarded = If(negated(statement.condition), rest, None, span=statement.span)
            kept: tuple[Stmt, ...] = (*block.statements[:at], guarded) if rest.statements else block.statements[:at]
            return Block(kept)
    return block


def _only_continues(statement: If) -> bool:
    return (
        statement.other is None
        and len(statement.then.statements) == 1
        and isinstance(statement.then.statements[0], Continue)
    )
