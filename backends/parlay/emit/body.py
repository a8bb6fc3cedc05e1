"""A loop's body in another place: as the body of a lambda, or with other names for what it updates.

Knows control flow and places; the text comes from ``Context``.
"""

from __future__ import annotations

from collections.abc import Mapping

from unseq.frontend.ir.nodes import Block, Break, Continue, Declare, Expr, Lambda, Return
from unseq.frontend.ir.walk import EXPRESSIONS, LOOPS, Node, children, transform, walk


def own_continues(node: Node) -> tuple[Continue, ...]:
    """The ``continue`` statements below ``node`` that belong to the loop around it."""
    if isinstance(node, Continue):
        return (node,)
    if isinstance(node, (*LOOPS, Lambda)):
        return ()
    return tuple(found for child in children(node) for found in own_continues(child))


def as_function(body: Block) -> Block:
    """``body`` with ``return`` in place of the ``continue`` of its loop."""
    targets = {id(node) for node in own_continues(body)}
    if not targets:
        return body

    def one(node: Node) -> Node:
        return Return(None, node.span) if id(node) in targets else node

    return transform(body, one)


def with_places(body: Block, places: Mapping[Expr, Expr]) -> Block:
    """``body`` with other places for some that it updates."""
    if not places:
        return body

    def one(node: Node) -> Node:
        return places.get(node, node) if isinstance(node, EXPRESSIONS) else node

    return transform(body, one)


def leaves(body: Block) -> bool:
    """Whether control can leave the loop from within ``body``."""
    return _leaves(body, own_loop=True)


def _leaves(node: Node, own_loop: bool) -> bool:
    if isinstance(node, Return) or (isinstance(node, Break) and own_loop):
        return True
    if isinstance(node, Lambda):
        return False
    inner = own_loop and not isinstance(node, LOOPS)
    return any(_leaves(child, inner) for child in children(node))


def declares(body: Block) -> frozenset[str]:
    """The names that ``body`` declares."""
    return frozenset(node.symbol.name for node in walk(body) if isinstance(node, Declare))
