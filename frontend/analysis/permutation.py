"""Writes through an index array: ``out[idx[i]] = x`` is parallel if no index occurs twice: checked at run time.

Only where every iteration reads exactly one index, at a subscript that moves with the loop by one, and all accesses
of the array go through it.  What the indices are is not known, so that the bound of the check is the array's size, or
the number of iterations behind a plain pointer (a larger index takes the sequential path).
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.paths import Path
from unseq.frontend.facts import Guard, Unique
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Cast, Expr, Index, Method, Ref


def guards(
    context: LoopContext, base: Expr, members: list[tuple[Access, Path]], is_fixed: Callable[[Expr], bool]
) -> tuple[list[Guard], Expr] | None:
    """Guards under which iterations access different elements behind ``base``, and the number of elements that are
    then accessed at most; None: no such guard."""
    first = _index(members[0][1])
    if first is None or context.exits or context.nest.first is None or context.nest.last is None:
        return None
    for access, where in members:
        if (
            _index(where) != first
            or not access.is_write
            or access.update
            or access.whole
            or access.nests
            or access.tests
        ):
            return None
    moving = polynomial(first.index)
    if moving is None or not is_fixed(first.base) or any(not o.wide for o in moving.obligations):
        return None
    own = [m for m in moving.terms if any(isinstance(a, Ref) and a.symbol == context.nest.position for a in m)]
    if len(own) != 1 or len(own[0]) != 1 or abs(moving.terms[own[0]]) != 1:
        return None
    if not all(is_fixed(a) for m in moving.terms if m != own[0] for a in m):
        return None
    bounds = Bounds((context.nest,), is_fixed)
    low, high = bounds.of(first.index, False), bounds.of(first.index, True)
    if low is None or high is None:
        return None
    bound = _size(base)
    if bound is None:
        bound = terms.add(terms.subtract(high, low), terms.ONE)
    return [*bounds.assumed, Unique(first.base, low, terms.add(high, terms.ONE), bound)], bound


def _index(where: Path) -> Index | None:
    """The element of an index array that is the first subscript of a path."""
    step = where.steps[0] if where.steps else None
    while isinstance(step, Cast) and isinstance(step.type, t.Int) and isinstance(step.operand.type, t.Int):
        if step.type.bits < step.operand.type.bits:
            return None
        step = step.operand
    return step if isinstance(step, Index) else None


def _size(base: Expr) -> Expr | None:
    type_ = t.strip(base.type)
    if isinstance(type_, t.Library) and type_.name in {"vector", "string", "span", "deque"}:
        return Method(base, "size", (), t.SIZE)
    if isinstance(type_, t.Library) and type_.name == "array" and isinstance(type_.args[1], int):
        return terms.literal(type_.args[1])
    if isinstance(type_, t.Array) and isinstance(type_.extent, int):
        return terms.literal(type_.extent)
    return None
