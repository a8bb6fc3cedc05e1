"""Subscripts that are checked: ``v.at(i)`` throws when it is out of range, in the middle of a loop.

A loop that may throw is left alone; where the whole range of a subscript fits into the container, which is proved or
checked at loop entry, nothing is thrown.
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.frontend.analysis import sides, terms
from unseq.frontend.analysis.affine import number, polynomial
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.paths import SIZE, path
from unseq.frontend.facts import Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Index, Member, Method


def holds(access: Access, context: LoopContext, is_fixed: Callable[[Expr], bool]) -> list[Guard] | None:
    """Guards under which a checked access never throws; None: it may."""
    place = access.resolved
    if isinstance(place, Method):
        container, subscript = place.object, place.arguments[0]
    elif isinstance(place, Index):
        container, subscript = place.base, place.index
    else:
        return None
    type_ = t.strip(container.type)
    size: Expr = Member(container, SIZE, t.SIZE)
    if isinstance(type_, t.Library) and type_.name == "array" and isinstance(type_.args[1], int):
        size = terms.literal(type_.args[1])
    if not is_fixed(size) and not isinstance(container, Index):
        return None
    side = sides.side(access, path(place), context, is_fixed, False)
    index, end = polynomial(subscript), polynomial(size)
    if index is None or end is None or any(not o.wide for o in index.obligations):
        return None
    index = index.bare()
    assumed: list[Guard] = []
    if sides.remains(index, end, side, assumed):
        return assumed
    return [] if sides.always(index, side) and sides.always(end.minus(index).minus(number(1)), side) else None
