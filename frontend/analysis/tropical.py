"""The families max-plus and min-plus: ``x = max(x + p, q)``.

Computed in 64 bits for signed variables whose inputs have at most 32, where nothing can overflow for fewer than 2^28
iterations.
"""

from __future__ import annotations

from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.families import Uids, converted, parameter, value_of
from unseq.frontend.analysis.linear import number, plus
from unseq.frontend.analysis.semiring import FAR
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Call, Cast, Deref, Expr, Index, Literal, Member, Method, Ref, Select, Symbol
from unseq.frontend.ir.types import LONG, Float, Int, Type, strip
from unseq.frontend.ir.walk import used_symbols, walk


def _tropical(e: Expr, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    """``(p, q)`` if ``e`` is the ``op`` (max or min) of ``x + p`` and ``q``; None stands for an absent part."""
    if x not in used_symbols(e):
        return None, converted(e, type_)
    if e == value_of(x):
        return number(0, type_), None
    if isinstance(e, Cast) and widening(e):
        return _tropical(e.operand, x, op, type_)
    if isinstance(e, Binary) and e.op in {"+", "-"}:
        return _shifted(e, x, op, type_)
    if isinstance(e, Call) and e.name.removeprefix("std::") == op and len(e.arguments) == 2 and e.target is None:
        return _joined(e.arguments[0], e.arguments[1], x, op, type_)
    if isinstance(e, Select):
        if x not in used_symbols(e.condition):
            return _picked(e, x, op, type_)
        if is_extremum(e, op):
            return _joined(e.then, e.other, x, op, type_)
    return None


def widening(e: Cast) -> bool:
    source, target = e.operand.type, e.type
    if isinstance(source, Int) and isinstance(target, Int):
        return target.bits >= source.bits and target.signed and source.signed
    return isinstance(source, Float) and isinstance(target, Float) and target.bits >= source.bits


def _shifted(e: Binary, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    inner, offset = (e.left, e.right) if x in used_symbols(e.left) else (e.right, e.left)
    if x in used_symbols(offset) or (e.op == "-" and inner is e.right):
        return None
    parts = _tropical(inner, x, op, type_)
    if parts is None:
        return None
    by = converted(offset, type_)
    if e.op == "-":
        by = Binary("-", number(0, type_), by, type_)
    p, q = parts
    return (None if p is None else plus(p, by, type_), None if q is None else plus(q, by, type_))


def _joined(a: Expr, b: Expr, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    left, right = _tropical(a, x, op, type_), _tropical(b, x, op, type_)
    if left is None or right is None:
        return None
    return _extremum(left[0], right[0], op, type_), _extremum(left[1], right[1], op, type_)


def _extremum(a: Expr | None, b: Expr | None, op: str, type_: Type) -> Expr | None:
    if a is None or b is None:
        return b if a is None else a
    return a if a == b else Call(f"std::{op}", (a, b), type_)


def _picked(e: Select, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    then, other = _tropical(e.then, x, op, type_), _tropical(e.other, x, op, type_)
    if then is None or other is None:
        return None
    none = _absent(op, type_)

    def pick(a: Expr | None, b: Expr | None) -> Expr | None:
        if a is None and b is None:
            return None
        a = none if a is None else a
        b = none if b is None else b
        return a if a == b else Select(e.condition, a, b, type_)

    return pick(then[0], other[0]), pick(then[1], other[1])


def is_extremum(e: Select, op: str) -> bool:
    """Whether the choice takes the larger (smaller) of its two operands: ``l > r ? A : B`` with A - B = l - r."""
    condition = e.condition
    if not (isinstance(condition, Binary) and condition.op in {"<", "<=", ">", ">="}):
        return False
    larger_first = (condition.op in {">", ">="}) == (op == "max")
    left, right = (condition.left, condition.right) if larger_first else (condition.right, condition.left)
    chosen, compared = _difference(e.then, e.other), _difference(left, right)
    return chosen is not None and compared is not None and chosen.terms == compared.terms


def _difference(left: Expr, right: Expr) -> Polynomial | None:
    """``left - right`` over the integers; None where machine arithmetic might wrap."""
    a, b = polynomial(left), polynomial(right)
    if a is None or b is None:
        return None
    found = a.minus(b)
    return None if found.obligations else found


def _absent(op: str, type_: Type) -> Expr:
    if isinstance(type_, Float):
        return Literal(float("-inf") if op == "max" else float("inf"), type_)
    return Literal(-FAR if op == "max" else FAR, type_)


def max_plus(x: Symbol, e: Expr, op: str, uids: Uids) -> Recurrence | None:
    """``x``'s new value ``e`` as the ``op`` (max or min) of ``x + p`` and ``q``, if it is that."""
    own = strip(x.type)
    if isinstance(own, Int) and own.bits <= 32 and own.signed:
        type_: Type = LONG
    elif isinstance(own, Int) and own.bits == 64 and own.signed and _narrow_inputs(e, x):
        type_ = LONG
    else:
        return None
    parts = _tropical(e, x, op, type_)
    if parts is None or parts[0] is None or parts[1] is None:
        return None
    first = (parameter("shift", type_, uids), parameter("bound", type_, uids))
    later = (parameter("shift", type_, uids), parameter("bound", type_, uids))
    (p, q), (r, s) = ([value_of(symbol) for symbol in pair] for pair in (first, later))
    none = _absent(op, type_)

    def clamped(value: Expr) -> Expr:
        return Call(f"std::{op}", (none, value), type_)

    return Recurrence(
        (x,),
        f"{op}-plus",
        first,
        later,
        (parts[0], parts[1]),
        (clamped(plus(p, r, type_)), clamped(Call(f"std::{op}", (plus(q, r, type_), s), type_))),
        (number(0, type_), none),
        (converted(Call(f"std::{op}", (plus(converted(value_of(x), type_), p, type_), q), type_), own),),
    )


def _narrow_inputs(e: Expr, x: Symbol) -> bool:
    """Whether everything but ``x`` itself comes from integers of at most 32 bits."""
    wide = (
        node
        for node in walk(e)
        if isinstance(node, Ref | Index | Member | Deref | Call | Method)
        and isinstance(node.type, Int)
        and node.type.bits > 32
    )
    extrema = {"std::max", "std::min"}
    return all(node == value_of(x) or (isinstance(node, Call) and node.name in extrema) for node in wide)
