"""The family "bitwise": ``x = (x & keep) ^ flip``, where every bit is kept, set, cleared or flipped by itself.

Any expression of ``& | ^ ~`` over ``x`` and inputs, once in ``x``, is that, by construction.  Composition: ``keep``
multiplies, ``flip`` follows. Exact on all integers: narrowing and widening keep bits apart.
"""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, converted, parameter, unsigned, value_of
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Select, Symbol, Unary
from unseq.frontend.ir.types import Int, strip
from unseq.frontend.ir.walk import used_symbols

_Form = tuple[Expr, Expr]  # keep, flip


def _is(e: Expr, value: int) -> bool:
    return isinstance(e, Literal) and e.value == value


def _both(a: Expr, b: Expr, ones: int) -> Expr:
    if _is(a, ones) or _is(b, 0):
        return b
    return a if _is(b, ones) or _is(a, 0) else Binary("&", a, b, a.type)


def _differ(a: Expr, b: Expr) -> Expr:
    if _is(a, 0):
        return b
    return a if _is(b, 0) else Binary("^", a, b, a.type)


def _either(a: Expr, b: Expr) -> Expr:
    if _is(a, 0):
        return b
    return a if _is(b, 0) else Binary("|", a, b, a.type)


def _inverse(e: Expr, ones: int) -> Expr:
    if isinstance(e, Literal) and isinstance(e.value, int):
        return Literal(~e.value & ones, e.type)
    return e.operand if isinstance(e, Unary) and e.op == "~" else Unary("~", e, e.type)


def _form(e: Expr, x: Symbol, ring: Int) -> _Form | None:
    """``e`` as ``(x & keep) ^ flip`` in the unsigned type ``ring``."""
    ones = (1 << ring.bits) - 1
    if x not in used_symbols(e):
        return Literal(0, ring), _converted(e, ring)
    if e == value_of(x):
        return Literal(ones, ring), Literal(0, ring)
    match e:
        case Cast(operand) if isinstance(e.type, Int) and isinstance(operand.type, Int):
            return _form(operand, x, ring) if min(e.type.bits, operand.type.bits) >= ring.bits else None
        case Unary("~", operand):
            inner = _form(operand, x, ring)
            return None if inner is None else (inner[0], _inverse(inner[1], ones))
        case Binary("&" | "|" | "^" as op, left, right):
            if x in used_symbols(right):
                left, right = right, left
            inner = _form(left, x, ring)
            if inner is None or x in used_symbols(right):
                return None
            keep, flip = inner
            mask = _converted(right, ring)
            if op == "^":
                return keep, _differ(flip, mask)
            if op == "&":
                return _both(keep, mask, ones), _both(flip, mask, ones)
            return _both(keep, _inverse(mask, ones), ones), _either(flip, mask)
        case Select(condition, then, other) if x not in used_symbols(condition):
            a, b = _form(then, x, ring), _form(other, x, ring)
            if a is None or b is None:
                return None
            picked = [p if p == q else Select(condition, p, q, ring) for p, q in zip(a, b, strict=True)]
            return picked[0], picked[1]
    return None


def _converted(e: Expr, ring: Int) -> Expr:
    if isinstance(e, Unary) and e.op == "~":  # bits are bits in any width that holds them
        return Unary("~", _converted(e.operand, ring), ring)
    if isinstance(e, Literal) and isinstance(e.value, int):
        return Literal(int(e.value) % (1 << ring.bits), ring, e.text if e.type == ring else "")
    return converted(e, ring)


def bitwise(x: Symbol, e: Expr, uids: Uids) -> Recurrence | None:
    """``x``'s new value ``e`` as a change of its bits one by one, if it is that."""
    own = strip(x.type)
    if not isinstance(own, Int):
        return None
    ring = unsigned(own)
    assert isinstance(ring, Int)
    while isinstance(e, Cast) and isinstance(e.type, Int) and isinstance(e.operand.type, Int) and e.type == own:
        e = e.operand
    form = _form(e, x, ring)
    if form is None:
        return None
    names = ("keep", "flip")
    first, later = (tuple(parameter(name, ring, uids) for name in names) for _ in range(2))
    (keep, flip), (keep2, flip2) = ([value_of(s) for s in pair] for pair in (first, later))
    ones = Literal((1 << ring.bits) - 1, ring)
    through = Binary("^", Binary("&", flip, keep2, ring), flip2, ring)
    applied = Binary("^", Binary("&", converted(value_of(x), ring), keep, ring), flip, ring)
    return Recurrence(
        (x,), "bitwise", first, later, form, (Binary("&", keep, keep2, ring), through), (ones, Literal(0, ring)),
        (converted(applied, own),),
    )  # fmt: skip
