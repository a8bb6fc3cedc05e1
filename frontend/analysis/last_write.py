"""The family "last write": ``x = c ? e : x`` with neither part holding ``x``."""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, is_false, is_true, parameter, value_of
from unseq.frontend.analysis.linear import number
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Expr, Literal, Select, Symbol
from unseq.frontend.ir.types import BOOL, strip
from unseq.frontend.ir.walk import used_symbols


def _written(e: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """``(condition, value)`` if ``e`` is ``condition ? value : x`` with neither holding ``x``."""
    inner = uncast(e) if uncast(e) == value_of(x) else e
    if inner == value_of(x):
        return Literal(False, BOOL), number(0, strip(x.type))
    if x not in used_symbols(e):
        return Literal(True, BOOL), e
    if not isinstance(e, Select) or x in used_symbols(e.condition):
        return None
    then, other = _written(e.then, x), _written(e.other, x)
    if then is None or other is None:
        return None
    if is_false(then[0]) and not is_false(other[0]):
        flipped: Expr = Select(e.condition, Literal(False, BOOL), other[0], BOOL)
        return flipped, other[1]
    if is_false(other[0]):
        condition = e.condition if is_true(then[0]) else Binary("&&", e.condition, then[0], BOOL)
        return condition, then[1]
    type_ = strip(x.type)
    return Select(e.condition, then[0], other[0], BOOL), Select(e.condition, then[1], other[1], type_)


def last_write(x: Symbol, e: Expr, uids: Uids) -> Recurrence | None:
    """``x``'s new value ``e`` as a last write, if it is one."""
    found = _written(e, x)
    if found is None or is_false(found[0]):
        return None
    type_ = strip(x.type)
    names = ("written", x.name)
    first = (parameter(names[0], BOOL, uids), parameter(names[1], type_, uids))
    later = (parameter(names[0], BOOL, uids), parameter(names[1], type_, uids))
    wrote, value = (value_of(s) for s in first)
    wrote_later, value_later = (value_of(s) for s in later)
    return Recurrence(
        (x,),
        "last write",
        first,
        later,
        found,
        (Binary("||", wrote, wrote_later, BOOL), Select(wrote_later, value_later, value, type_)),
        (Literal(False, BOOL), number(0, type_)),
        (Select(wrote, value, value_of(x), type_),),
    )
