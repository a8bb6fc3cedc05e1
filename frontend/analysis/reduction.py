"""Reductions: places that a loop only ever updates by one associative, commutative operator.

Knows the algebra of updates; leaves memory conflicts with other accesses to the dependence test.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.updates import updates
from unseq.frontend.facts import Accumulator, ArgBest, Role
from unseq.frontend.ir.nodes import Assign, Deref, Expr, Index, Member, Place, Ref
from unseq.frontend.ir.types import Float, is_arithmetic, strip
from unseq.frontend.ir.walk import root, walk


def scalar_places(context: LoopContext) -> Iterator[Place]:
    """Carried scalars, then the members and elements at a fixed address that the loop assigns."""
    for symbol in sorted(context.carried, key=lambda s: s.uid):
        if is_arithmetic(strip(symbol.type)):
            yield Ref(symbol, strip(symbol.type))
    seen: dict[Place, None] = {}
    for node in walk(context.body):
        if isinstance(node, Assign) and not isinstance(node.place, Ref) and is_arithmetic(node.place.type):
            seen[node.place] = None
    for place in seen:
        if _fixed(context, place) and _apart(context, place):
            yield place


def _fixed(context: LoopContext, place: Expr) -> bool:
    """Whether ``place`` has the same address in every iteration."""
    if isinstance(place, Ref):
        return place.symbol not in context.assigned and place.symbol not in context.declared
    if isinstance(place, Index):
        return _fixed(context, place.base) and context.is_invariant(place.index)
    if isinstance(place, Member):
        return _fixed(context, place.base)
    if isinstance(place, Deref):
        return _fixed(context, place.pointer)
    return False


def _apart(context: LoopContext, place: Place) -> bool:
    """Whether the loop reaches the object that holds ``place`` only as this place, or as its sister members."""
    owner = root(place)
    if owner is None or owner in context.carried:
        return False
    for access in context.accesses:
        if access.root != owner or access.place == place:
            continue
        other = access.place
        sisters = (
            isinstance(other, Member)
            and isinstance(place, Member)
            and other.base == place.base
            and other.name != place.name
        )
        if access.whole or not sisters:
            return False
    return True


def find(context: LoopContext) -> tuple[Role, ...]:
    """The accumulators among the carried variables of a loop."""
    roles: list[Role] = []
    for place in scalar_places(context):
        found = updates(context.body, place)
        if not found or len({update.op for update in found}) != 1:
            continue
        op = found[0].op
        spans = tuple(update.statement.span for update in found)
        if isinstance(place.type, Float) and op in {"min", "max"} and any(u.take_equal for u in found):
            # equal values differ in the sign of zero: which one wins matters
            if isinstance(place, Ref) and all(u.take_equal for u in found):
                roles.append(ArgBest(place.symbol, (), op, first=False, updates=spans))
            continue
        roles.append(Accumulator(place, op, place.type, spans))
    return tuple(roles)
