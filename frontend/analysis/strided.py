"""Loops that step by an amount that is not known before they run: ``for (i = 0; i < n; i += len)``.

They are counted by the number of the iteration; the variable is a secondary induction variable.  A step that is not
positive is left to the sequential loop by a guard.  Knows headers only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.induction import Counted, can_count, find_bound, started
from unseq.frontend.facts import Holds, Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, For, Literal, Loop, Overflow, Select, Symbol

_WRAP = Overflow.WRAP


def counted(
    loop: Loop,
    is_invariant: Callable[[Expr], bool],
    changed: frozenset[Symbol],
    strides: Mapping[Symbol, Expr],
) -> Counted | None:
    """The iteration space of ``loop``, or None. ``changed``: variables that the body may change; ``strides``: by how
    much each variable grows in an iteration."""
    if not isinstance(loop, For) or len(terms.conjuncts(loop.condition)) != 1:
        return None
    for symbol, stride in strides.items():
        if terms.constant(stride) is not None or not can_count(symbol) or symbol in changed:
            continue
        bound = find_bound(loop.condition, symbol, is_invariant)
        lower = started(loop, symbol)
        if bound is None or lower is None or bound.op != "<" or bound.offset or bound.widened is not None:
            continue
        if not isinstance(symbol.type, t.Int) or not is_invariant(stride):
            continue
        return _space(lower, bound.bound, stride)
    return None


def _space(lower: Expr, upper: Expr, stride: Expr) -> Counted:
    positive = Holds(terms.compare(">", stride, terms.ZERO))
    if terms.constant(lower) == 0:
        trip = _rounded_up(upper, stride)
    else:
        some = terms.compare(">", upper, lower)
        trip = Select(some, _rounded_up(terms.subtract(upper, lower), stride), terms.ZERO, t.LONG)
    return Counted(Iteration(None, terms.ZERO, trip, 1, trip), None, (), (positive,))


def _rounded_up(distance: Expr, stride: Expr) -> Expr:
    """``distance / stride``, rounded up; in the type of both if that is ``size_t``."""
    own = stride.operand if isinstance(stride, Cast) else stride
    if own.type == distance.type == t.SIZE:
        end = Binary("-", Binary("+", distance, own, t.SIZE, _WRAP), Literal(1, t.SIZE, "1"), t.SIZE, _WRAP)
        return Binary("/", end, own, t.SIZE, _WRAP)
    last = terms.add(distance, terms.subtract(stride, terms.ONE))
    return Binary("/", terms.long(last), terms.long(stride), t.LONG, Overflow.UNDEFINED)
