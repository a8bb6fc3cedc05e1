"""Max-plus and min-plus for several variables: each new value is the largest (smallest) of old values plus inputs.

The steps of small dynamic programs (two lanes, two hidden states, with and without a share) are matrices over the
tropical semiring.  Read off normal forms; computed in 64 bits on signed variables of at most 32.
"""

from __future__ import annotations

from collections.abc import Mapping

from unseq.frontend.analysis.families import Uids, converted
from unseq.frontend.analysis.linear import number, plus
from unseq.frontend.analysis.semiring import FAR, composed, extremal
from unseq.frontend.analysis.tropical import is_extremum, widening
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Overflow, Ref, Select, Symbol
from unseq.frontend.ir.types import LONG, Int, strip
from unseq.frontend.ir.walk import used_symbols

_Form = Mapping[Symbol | None, Expr]  # offsets of variables, and (None) the part without a variable


def _form(e: Expr, group: frozenset[Symbol], op: str) -> _Form | None:
    if not used_symbols(e) & group:
        return {None: converted(e, LONG)}
    match e:
        case Ref(symbol):
            return {symbol: number(0, LONG)}
        case Cast(operand) if widening(e):
            return _form(operand, group, op)
        case Binary("+" | "-", left, right):
            return _shifted(e, left, right, group, op)
        case Call(name, (left, right)) if name.removeprefix("std::") == op and e.target is None:
            return _joined(_form(left, group, op), _form(right, group, op), op)
        case Select(condition, then, other) if not used_symbols(condition) & group:
            return _picked(condition, _form(then, group, op), _form(other, group, op), op)
        case Select(_, then, other) if is_extremum(e, op):
            return _joined(_form(then, group, op), _form(other, group, op), op)
    return None


def _shifted(e: Binary, left: Expr, right: Expr, group: frozenset[Symbol], op: str) -> _Form | None:
    inner, offset = (left, right) if used_symbols(left) & group else (right, left)
    if used_symbols(offset) & group or (e.op == "-" and inner is right):
        return None
    form = _form(inner, group, op)
    if form is None:
        return None
    by = converted(offset, LONG)
    if e.op == "-":
        return {key: Binary("-", value, by, LONG, Overflow.UNDEFINED) for key, value in form.items()}
    return {key: plus(value, by, LONG) for key, value in form.items()}


def _joined(a: _Form | None, b: _Form | None, op: str) -> _Form | None:
    if a is None or b is None:
        return None
    found = dict(a)
    for key, value in b.items():
        found[key] = value if key not in found or found[key] == value else Call(f"std::{op}", (found[key], value), LONG)
    return found


def _picked(condition: Expr, a: _Form | None, b: _Form | None, op: str) -> _Form | None:
    if a is None or b is None:
        return None
    none = Literal(-FAR if op == "max" else FAR, LONG)
    found: dict[Symbol | None, Expr] = {}
    for key in dict.fromkeys([*a, *b]):
        then, other = a.get(key, none), b.get(key, none)
        found[key] = then if then == other else Select(condition, then, other, LONG)
    return found


def lanes(group: tuple[Symbol, ...], state: Mapping[Symbol, Expr], op: str, uids: Uids) -> Recurrence | None:
    """The group's new values ``state`` as ``op`` (max or min) of old values plus inputs, if they are that."""
    types = {strip(x.type) for x in group}
    if len(types) != 1 or not 2 <= len(group) <= 3:
        return None
    own = types.pop()
    if not (isinstance(own, Int) and own.signed and own.bits <= 32):
        return None
    forms = [_form(state[x], frozenset(group), op) for x in group]
    rows = [form for form in forms if form is not None]
    if len(rows) != len(group):
        return None
    matrix = [[row.get(x) for x in group] for row in rows]
    constants = [row.get(None) for row in rows]
    return composed(group, own, extremal(op), f"{op}-plus", matrix, constants, uids, bounded=False)


