"""Which statements update a place by an associative operator: ``x += e``, ``x = e * x``, ``if (e < x) x = e``.

Knows the forms people write; decides only the algebra of one statement, not whether the loop reads ``x`` elsewhere.
Modular integer arithmetic may be reassociated (addition and multiplication modulo 2^n are associative, and
narrowing is a ring homomorphism); floating-point sums and products may be under a policy that the caller applies.
Minimum and maximum of floating-point values are accepted only in the forms whose treatment of NaN is associative
(``if (e < x) x = e``, ``std::min(x, e)``, ``fmin``): the others let a NaN element erase the running value.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis.identity import identity
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Expr,
    If,
    Literal,
    Place,
    Select,
    Stmt,
    Unary,
)
from unseq.frontend.ir.types import Bool, Float, Int, Type
from unseq.frontend.ir.walk import walk
from unseq.frontend.slotted import dataclass

_COMPOUND = {"+": "+", "-": "+", "*": "*", "&": "&", "|": "|", "^": "^"}
_CHAINS = {"+": ("+", "-"), "*": ("*",), "&": ("&",), "|": ("|",), "^": ("^",), "&&": ("&&",), "||": ("||",)}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LIBRARY_EXTREMA = {"min": "min", "max": "max", "fmin": "fmin", "fmax": "fmax", "fminf": "fmin", "fmaxf": "fmax"}


@dataclass(frozen=True, slots=True)
class Update:
    """``place = place op operand`` done by ``statement``; ``mentions``: how often the statement names the place.

    ``take_equal``: an extremum that replaces the running value by an equal one (shows in signed zeros only)."""

    op: str
    operand: Expr
    statement: Stmt
    mentions: int
    take_equal: bool = False


def uncast(e: Expr) -> Expr:
    """``e`` without casts around it."""
    while isinstance(e, Cast):
        e = e.operand
    return e


def mentions(node: Expr | Stmt, place: Expr) -> int:
    """How often ``place`` stands at or below ``node``."""
    return sum(1 for found in walk(node) if found == place)


def _leaves(e: Expr, op: str) -> Iterator[tuple[Expr, bool]]:
    """The operands of a chain of ``op`` with whether each is subtracted; casts between links are looked through
    only between integers, or between floating-point types."""
    pending: list[tuple[Expr, bool]] = [(e, False)]
    while pending:
        current, negative = pending.pop()
        inner = current
        while isinstance(inner, Cast) and same_kind(inner.type, inner.operand.type):
            inner = inner.operand
        if isinstance(inner, Binary) and inner.op in _CHAINS[op]:
            pending.append((inner.right, negative != (inner.op == "-")))
            pending.append((inner.left, negative))
        else:
            yield current, negative


def same_kind(a: Type, b: Type) -> bool:
    """Both integers, both floating point, or equal."""
    return a == b or (isinstance(a, Int) and isinstance(b, Int)) or (isinstance(a, Float) and isinstance(b, Float))


def _truth(e: Expr) -> bool:
    """Whether ``e`` is a truth value (0 or 1), perhaps converted to an integer."""
    inner = uncast(e)
    return isinstance(inner.type, Bool) or (isinstance(inner, Binary) and inner.op in {"&&", "||"})


def _from_compound(stmt: Assign, place: Place) -> Update | None:
    op = _COMPOUND.get(stmt.op)
    if op is None or mentions(stmt.value, place):
        return None
    kind = place.type
    if isinstance(kind, Bool):
        if op in {"&", "|", "^"} and _truth(stmt.value):
            return Update({"&": "&&", "|": "||", "^": "^"}[op], stmt.value, stmt, 1)
        return None
    if not same_kind(kind, stmt.compute or kind):
        return None
    value: Expr = stmt.value
    if stmt.op == "-":
        value = Unary("-", value, value.type)
    return Update(op, value, stmt, 1)


def _from_chain(stmt: Assign, place: Place) -> Update | None:
    value: Expr = stmt.value
    while isinstance(value, Cast) and (same_kind(value.type, value.operand.type) or isinstance(value.type, Bool)):
        value = value.operand
    if not isinstance(value, Binary):
        return None
    op = "+" if value.op == "-" else value.op
    if value.op == "!=" and isinstance(place.type, Bool):
        return _from_difference(stmt, place, value)
    if op not in _CHAINS:
        return None
    if isinstance(place.type, Bool):
        if op in {"&", "|"} and all(_truth(leaf) for leaf, _ in _leaves(value, op)):
            return _single(stmt, place, value, op, {"&": "&&", "|": "||"}[op])
        if op == "^" and all(_truth(leaf) for leaf, _ in _leaves(value, op)):
            return _single(stmt, place, value, op, op)
        if op not in {"&&", "||"}:
            return None
    elif op in {"&&", "||"} or not same_kind(place.type, value.type):
        return None
    return _single(stmt, place, value, op, op)


def _from_difference(stmt: Assign, place: Place, value: Binary) -> Update | None:
    """``x = x != e`` on truth values: exclusive or."""
    left, right = uncast(value.left), uncast(value.right)
    if left == place and _truth(right) and not mentions(right, place):
        return Update("^", right, stmt, 2)
    if right == place and _truth(left) and not mentions(left, place):
        return Update("^", left, stmt, 2)
    return None


def _single(stmt: Assign, place: Place, value: Expr, op: str, monoid: str) -> Update | None:
    """The update if exactly one operand of the chain is the place itself, not subtracted."""
    others: list[tuple[Expr, bool]] = []
    own = 0
    for leaf, negative in _leaves(value, op):
        inner = leaf
        while isinstance(inner, Cast) and (same_kind(inner.type, inner.operand.type) or isinstance(place.type, Bool)):
            inner = inner.operand
        if inner == place:
            own += 1
            if negative:
                return None
        elif mentions(leaf, place):
            return None
        else:
            others.append((leaf, negative))
    if own != 1 or not others:
        return None
    operand = _join(others, op, value.type)
    return Update(monoid, operand, stmt, 2)


def _join(leaves: list[tuple[Expr, bool]], op: str, type_: Type) -> Expr:
    first, negative = leaves[0]
    result: Expr = Unary("-", first, type_) if negative else first
    for leaf, minus in leaves[1:]:
        result = Binary("-" if minus else op, result, leaf, type_)
    return result


def compare_with(condition: Expr, place: Place) -> tuple[str, Expr] | None:
    """``(op, e)`` if the condition reads ``e op place`` (mirrored where the place stands on the left)."""
    inner = uncast(condition)
    if not (isinstance(inner, Binary) and inner.op in _MIRROR):
        return None
    left, right = uncast(inner.left), uncast(inner.right)
    if right == place and not mentions(inner.left, place):
        return inner.op, inner.left
    if left == place and not mentions(inner.right, place):
        return _MIRROR[inner.op], inner.right
    return None


def _widened(e: Expr, place: Place) -> bool:
    """Whether the comparison could be done in a narrower type than the place's (then it is not the order of the
    place's values)."""
    return same_kind(e.type, place.type)


def _from_select(stmt: Assign, place: Place) -> Update | None:
    """``x = e < x ? e : x`` and its mirror images."""
    value = uncast(stmt.value)
    if not isinstance(value, Select):
        return None
    compared = compare_with(value.condition, place)
    if compared is None:
        return None
    op, e = compared
    then, other = uncast(value.then), uncast(value.other)
    if not _widened(e, place):
        return None
    if then == uncast(e) and other == place:
        return Update("min" if op in {"<", "<="} else "max", e, stmt, 3, op in {"<=", ">="})
    if then == place and other == uncast(e) and not isinstance(place.type, Float):
        return Update("max" if op in {"<", "<="} else "min", e, stmt, 3)
    return None


def _from_library(stmt: Assign, place: Place) -> Update | None:
    """``x = std::min(x, e)``, ``x = fmax(e, x)``."""
    call = stmt.value
    while isinstance(call, Cast) and same_kind(call.type, call.operand.type):
        call = call.operand
    if not isinstance(call, Call) or call.target is not None or len(call.arguments) != 2:
        return None
    op = _LIBRARY_EXTREMA.get(call.name.removeprefix("std::"))
    if op is None or (op in {"min", "max"} and not call.name.startswith("std::")):
        return None
    left, right = call.arguments
    if uncast(left) == place and not mentions(right, place):
        return Update(op, right, stmt, 2)
    if uncast(right) == place and not mentions(left, place):
        if op in {"min", "max"} and isinstance(place.type, Float):
            return None  # a NaN element would replace the running value
        return Update(op, left, stmt, 2)
    return None


def _from_if(stmt: If, place: Place) -> Update | None:
    """``if (e < x) x = e;`` and ``if (c) flag = true;``."""
    if stmt.other is not None or len(stmt.then.statements) != 1:
        return None
    inner = stmt.then.statements[0]
    if not isinstance(inner, Assign) or inner.op or inner.place != place:
        return None
    compared = compare_with(stmt.condition, place)
    if compared is None:
        return None
    op, e = compared
    if uncast(inner.value) != uncast(e) or not _widened(e, place):
        return None
    return Update("min" if op in {"<", "<="} else "max", e, stmt, 2, op in {"<=", ">="})


def _from_choice(stmt: Assign, place: Place) -> Update | None:
    """``x = c ? x op e : x``, and choices between such updates by one operator."""
    value = uncast(stmt.value)
    if not isinstance(value, Select) or mentions(value.condition, place):
        return None
    parts = [None if uncast(e) == place else update_of(Assign(place, e), place) for e in (value.then, value.other)]
    known = [part for part in parts if part is not None]
    unchanged = [uncast(e) == place for e in (value.then, value.other)]
    ops = {part.op for part in known}
    if len(ops) != 1 or len(known) + sum(unchanged) != 2 or any(part.take_equal for part in known):
        return None
    op = ops.pop()
    type_ = known[0].operand.type
    if not isinstance(type_, Bool | Int | Float) or any(part.operand.type != type_ for part in known):
        return None
    then, other = (identity(op, type_) if part is None else part.operand for part in parts)
    return Update(op, Select(value.condition, then, other, type_), stmt, mentions(stmt, place))


def _from_constant(stmt: Assign, place: Place) -> Update | None:
    """``flag = true`` (an "or") and ``flag = false`` (an "and") on a truth value."""
    value = uncast(stmt.value)
    if isinstance(place.type, Bool) and isinstance(value, Literal) and value.value in (True, False):
        return Update("||" if value.value else "&&", value, stmt, 1)
    return None


def update_of(stmt: Stmt, place: Place) -> Update | None:
    """How ``stmt`` updates ``place``, or None if it does not, or not in a form that composes."""
    if isinstance(stmt, If):
        return _from_if(stmt, place)
    if not isinstance(stmt, Assign) or stmt.place != place:
        return None
    if stmt.op:
        return _from_compound(stmt, place)
    forms = (_from_chain, _from_select, _from_library, _from_choice, _from_constant)
    return next((update for form in forms if (update := form(stmt, place)) is not None), None)


def updates(body: Block, place: Place) -> tuple[Update, ...] | None:
    """All updates of ``place`` in ``body`` (nested statements included); None if it is mentioned in any other way."""
    found: list[Update] = []
    inside: set[int] = set()
    for node in walk(body):
        if id(node) in inside or not isinstance(node, Assign | If):
            continue
        update = update_of(node, place)
        if update is not None:
            found.append(update)
            inside.update(id(below) for below in walk(node))
    if not found or mentions(body, place) != sum(update.mentions for update in found):
        return None
    return tuple(found)
