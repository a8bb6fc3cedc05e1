"""The family "affine modulo m": ``x = (a * x + b) % m`` with the same ``m`` in every iteration.

Remainders of remainders compose only where nothing wraps in between and nothing is negative: the ranges of ``a``, ``b``
and ``x`` must show that the original arithmetic stays below the size of its type, and that products of two numbers
below ``m`` fit into 64 bits.
"""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, converted, parameter, value_of
from unseq.frontend.analysis.linear import Linear, is_number, linear, number, plus, times
from unseq.frontend.analysis.proof import Prover
from unseq.frontend.analysis.ranges import Range, range_of
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Select, Storage, Symbol
from unseq.frontend.ir.types import Int, strip
from unseq.frontend.ir.walk import EXPRESSIONS, children, transform, used_symbols, walk

_RING = Int(64, False, "std::uint64_t")


def _remainder(e: Expr) -> Binary | None:
    """``e`` as ``... % m``, through conversions."""
    while isinstance(e, Cast) and isinstance(e.type, Int) and isinstance(e.operand.type, Int):
        e = e.operand
    return e if isinstance(e, Binary) and e.op == "%" and isinstance(e.type, Int) else None


def _linear(e: Expr, x: Symbol) -> Linear | None:
    """``e`` as ``a * x + b`` over the integers, in 64 bits."""
    for node in walk(e):
        if x in used_symbols(node) and isinstance(node, Select | Cast) and not isinstance(node.type, Int):
            return None
    return linear(_widened(e, x), frozenset({x}), _RING)


def _widened(e: Expr, x: Symbol) -> Expr:
    """``e`` with its arithmetic on ``x`` in 64 bits without sign: the ranges were shown to allow it."""
    if x not in used_symbols(e):
        return converted(e, _RING)
    if isinstance(e, Cast):
        return _widened(e.operand, x)
    if isinstance(e, Binary) and e.op in {"+", "*"}:
        return Binary(e.op, _widened(e.left, x), _widened(e.right, x), _RING)
    if isinstance(e, Select) and x not in used_symbols(e.condition):
        return Select(e.condition, _widened(e.then, x), _widened(e.other, x), _RING)
    return e


def _bounded(e: Expr, x: Symbol, known: dict[Symbol, Range]) -> Expr:
    """``e`` with variables for the inputs that are never negative although their interval does not show it."""
    if x in used_symbols(e):
        parts = {child: _bounded(child, x, known) for child in children(e) if isinstance(child, EXPRESSIONS)}
        return transform(e, lambda node: parts.get(node, node) if isinstance(node, EXPRESSIONS) else node)
    found = range_of(e, {})
    if found is None or found[0] >= 0 or not Prover(frozenset(), {}).within(e, 0, found[1]):
        return e
    made = Symbol(f"input{len(known)}", e.type, -30_000 - len(known), Storage.TEMPORARY)
    known[made] = (0, found[1])
    return value_of(made)


def _never_leaves(e: Expr, x: Symbol, value: Range) -> bool:
    """Whether every operation on ``x`` gives its mathematical result, not below zero."""
    known = {x: value}
    e = _bounded(e, x, known)
    for node in walk(e):
        if not isinstance(node, EXPRESSIONS) or x not in used_symbols(node):
            continue
        found = range_of(node, known)
        if found is None or found[0] < 0:
            return False
        if isinstance(node, Binary) and node.op in {"+", "*"}:
            parts = [range_of(side, known) for side in (node.left, node.right)]
            if any(part is None or part[0] < 0 for part in parts):
                return False
            most = [part[1] for part in parts if part is not None]
            exact = most[0] + most[1] if node.op == "+" else most[0] * most[1]
            if exact > found[1] or not isinstance(node.type, Int) or exact >= 1 << (node.type.bits - node.type.signed):
                return False
        elif isinstance(node, Cast):
            inner = range_of(node.operand, known)
            if inner is None or inner != found:
                return False
        elif isinstance(node, Binary):
            return False
    return True


def modular(x: Symbol, e: Expr, start: Range | None, uids: Uids) -> Recurrence | None:
    """``x``'s new value ``e`` as an affine function modulo a constant, if it is that; ``start``: values at entry."""
    own = strip(x.type)
    found = _remainder(e)
    if not isinstance(own, Int) or found is None or start is None:
        return None
    while isinstance(modulus := found.right, Cast) and isinstance(modulus.operand, Literal):
        found = Binary("%", found.left, modulus.operand, found.type)
    if not isinstance(modulus, Literal) or not isinstance(modulus.value, int):
        return None
    m = int(modulus.value)
    if not 2 <= m <= 1 << 32 or start[0] < 0 or start[1] >= m or not _never_leaves(found.left, x, (0, m - 1)):
        return None
    form = _linear(found.left, x)
    if form is None:
        return None
    factor = form.coefficient(x) or number(0, _RING)
    limit = Literal(m, _RING)

    def reduced(value: Expr) -> Expr:
        known = range_of(value, {})
        return value if known is not None and known[1] < m else Binary("%", value, limit, _RING)

    sums_only = is_number(factor, 1)
    names = ("added",) if sums_only else ("factor", "added")
    first, later = (tuple(parameter(name, _RING, uids) for name in names) for _ in range(2))
    a, b = (number(1, _RING), value_of(first[0])) if sums_only else (value_of(first[0]), value_of(first[1]))
    c, d = (number(1, _RING), value_of(later[0])) if sums_only else (value_of(later[0]), value_of(later[1]))
    products = () if sums_only else (Binary("%", times(a, c, _RING), limit, _RING),)
    combine = (*products, Binary("%", plus(times(b, c, _RING), d, _RING), limit, _RING))
    added = reduced(form.constant)
    applied = Binary("%", plus(times(a, converted(value_of(x), _RING), _RING), b, _RING), limit, _RING)
    return Recurrence(
        (x,),
        f"affine modulo {m}",
        first,
        later,
        (added,) if sums_only else (reduced(factor), added),
        combine,
        (number(0, _RING),) if sums_only else (number(1, _RING), number(0, _RING)),
        (converted(applied, own),),
    )
