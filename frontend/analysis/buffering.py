"""Arrays of which iterations only need the old values of others' elements: ``a[i] = a[i + 1]``.

Such reads may go to a copy made at loop entry (double buffering), whatever the order of iterations.  Values that flow
from one iteration to another can't be bought off that way.  The copy covers just the elements that are surely read, so
that making it touches nothing that the loop does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.analysis import dependence, sides, terms
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.paths import Path, path
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Buffered, Guard, Holds
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Expr, Index, Ref


def buffered(
    context: LoopContext,
    base: Expr,
    members: Sequence[tuple[Access, Path]],
    conflicts: Sequence[Conflict],
    is_fixed: Callable[[Expr], bool],
) -> tuple[Buffered, list[Guard]] | None:
    """The role that resolves the conflicts of one array, and the guards that it needs; None: there is none."""
    if context.exits or not isinstance(base, Ref):
        return None
    reads = {id(c.other): c.other for c in conflicts}
    if any(c.kind != "meet" or c.other.is_write or c.forward is not False for c in conflicts):
        return None
    written = {node.place for node in walk.walk(context.body) if isinstance(node, Assign)}
    for access in reads.values():
        place = access.place
        if not isinstance(place, Index) or not isinstance(place.base, Ref) or place.base.symbol != base.symbol:
            return None
        if access.tests or access.call is not None or place in written or not _is_in(place, context):
            return None
    lows: list[tuple[Expr, sides.Side]] = []
    highs: list[tuple[Expr, sides.Side]] = []
    assumed: list[Guard] = []
    for access in reads.values():
        where = path(access.resolved)
        side = sides.side(access, where, context, is_fixed, False)
        if len(where.steps) != 1 or isinstance(where.steps[0], str):
            return None
        if any(n.first is None or n.last is None or not (is_fixed(n.first) and is_fixed(n.last)) for n in side.nests):
            return None
        for write, there in members:
            if write.is_write and dependence.same_iteration(side, sides.side(write, there, context, is_fixed, False)):
                return None
        bounds = Bounds(side.nests, is_fixed, prove=side.bounds.prove)
        low, high = bounds.of(where.steps[0], False), bounds.of(where.steps[0], True)
        if low is None or high is None:
            return None
        assumed += bounds.assumed
        assumed += [Holds(terms.compare("<=", n.first, n.last)) for n in access.nests if n.first and n.last]
        lows.append((low, side))
        highs.append((terms.add(high, terms.ONE), side))
    low, high = sides.outermost(lows, False), sides.outermost(highs, True)
    places = tuple(dict.fromkeys(a.place for a in reads.values() if isinstance(a.place, Index)))
    return Buffered(Extent(base, low, high), places), assumed


def _is_in(place: Expr, context: LoopContext) -> bool:
    return any(node is place for node in walk.walk(context.body))
