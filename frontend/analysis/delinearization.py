"""Linear subscripts of matrices as several subscripts: ``a[i*n + j]`` as ``a[i][j]``.

After Grosser, Ramanujam, Pouchet and Sadayappan, "On recovering multi-dimensional arrays in Polly" (2015): a stride is
divided out if what remains lies in ``[0, stride)`` wherever the access is executed, which is proved from the bounds of
the loops or made a guard.
"""

from __future__ import annotations

from math import gcd

from unseq.frontend.analysis.affine import Monomial, Polynomial, degree, divided, leading, number, written
from unseq.frontend.analysis.sides import Side, remains
from unseq.frontend.facts import Guard
from unseq.frontend.ir.nodes import Ref, Symbol

MAX_STRIDES = 8

Pair = tuple[Polynomial, Polynomial]


def by_symbols(p: Polynomial, q: Polynomial, left: Side, right: Side, assumed: list[Guard]) -> list[Pair]:
    """A pair of subscripts as pairs of the subscripts of a matrix, where that is legal.

    The stride divided by is the smallest symbolic one that a counter moves by (``n``, ``n + 1``, ``n * m``)."""
    strides = [*_strides(p, left), *_strides(q, right)]
    if not strides or len(strides) > MAX_STRIDES:
        return [(p, q)]
    size = _smallest(strides)
    for other in strides:
        size = _common(size, other)
    (p_high, p_low), (q_high, q_low) = divided(p, size), divided(q, size)
    if p_low.terms == p.terms and q_low.terms == q.terms:
        return [(p, q)]
    # Any window as wide as the stride will do, if it is the same for both.
    for start in sorted({0, min(0, p_low.terms.get((), 0), q_low.terms.get((), 0))}, reverse=True):
        extra: list[Guard] = []
        p_rest, q_rest = p_low.minus(number(start)), q_low.minus(number(start))
        if remains(p_rest, size, left, extra) and remains(q_rest, size, right, extra):
            assumed.extend(g for g in extra if g not in assumed)
            break
    else:
        first, second = _fitting(p_high, p_low, size, left, assumed), _fitting(q_high, q_low, size, right, assumed)
        if first is None or second is None:
            return [(p, q)]
        (p_high, p_low), (q_high, q_low) = first, second
    return [(p_low, q_low), *by_symbols(p_high, q_high, left, right, assumed)]


def _fitting(high: Polynomial, low: Polynomial, size: Polynomial, side: Side, assumed: list[Guard]) -> Pair | None:
    """Row and column of a subscript; the last column may be written as the one in front of the next row's first."""
    for row, column in ((high, low), (high.minus(number(1)), low.plus(size))):
        extra: list[Guard] = []
        if remains(column, size, side, extra):
            assumed.extend(g for g in extra if g not in assumed)
            return row, column
    return None


def _smallest(strides: list[Polynomial]) -> Polynomial:
    """The smallest of some strides; where that is not plain, the first in the order of how they are written."""
    sizes = [(degree(s), len(s.terms)) for s in strides]
    smallest = min(sizes)
    rest = [s for s, size in zip(strides, sizes, strict=True) if size == smallest]
    return rest[0] if all(s.terms == rest[0].terms for s in rest) else min(rest, key=lambda s: written(s.expression()))


def _strides(p: Polynomial, side: Side) -> list[Polynomial]:
    """By what symbolic amounts the counters move a subscript."""
    return side.known.ask(("strides", p.key), [], lambda _: _new_strides(p, side))


def _new_strides(p: Polynomial, side: Side) -> list[Polynomial]:
    found: dict[Symbol, dict[Monomial, int]] = {}
    for monomial, coefficient in p.terms.items():
        mine = [a for a in monomial if isinstance(a, Ref) and a.symbol in side.movers]
        if len(mine) != 1:
            continue
        rest = tuple(a for a in monomial if a != mine[0])
        if all(side.bounds.is_fixed(a) for a in rest):
            found.setdefault(mine[0].symbol, {})[rest] = coefficient
    strides = [Polynomial(terms_) for terms_ in found.values() if any(terms_)]
    return [s if leading(s)[1] > 0 else number(0).minus(s) for s in strides]


def _common(size: Polynomial, other: Polynomial) -> Polynomial:
    """The greatest common divisor of two strides that differ by a number only, else the first."""
    if size.terms.keys() != other.terms.keys():
        return size
    a, b = leading(size), leading(other)
    divisor = gcd(a[1], b[1])
    small = {m: c * divisor // a[1] for m, c in size.terms.items()}
    proportional = all(size.terms[m] * b[1] == other.terms[m] * a[1] for m in size.terms)
    whole = all(size.terms[m] * divisor % a[1] == 0 for m in size.terms)
    return Polynomial(small) if proportional and whole else size


def by_number(p: Polynomial, q: Polynomial, left: Side, right: Side, assumed: list[Guard]) -> list[Pair] | None:
    """The same for rows of a fixed number of elements (``a[i*64 + j]``); None if that is impossible."""
    own = left.nests[0].position
    factors = {p.terms.get(m, 0) for m in p.terms if _is(m, own)} | {q.terms.get(m, 0) for m in q.terms if _is(m, own)}
    if len(factors) != 1:
        return None
    factor = abs(factors.pop())
    if factor < 2:
        return None
    parts = []
    for subscript, side in ((p, left), (q, right)):
        high: dict[Monomial, int] = {}
        low: dict[Monomial, int] = {}
        for monomial, coefficient in subscript.terms.items():
            if monomial and coefficient % factor:
                low[monomial] = coefficient
                continue
            if coefficient // factor:
                high[monomial] = coefficient // factor
            if coefficient % factor:
                low[monomial] = coefficient % factor
        rest = Polynomial(low)
        if not remains(rest, number(factor), side, assumed):
            return None
        parts.append((Polynomial(high), rest))
    return [(parts[0][1], parts[1][1]), (parts[0][0], parts[1][0])]


def _is(monomial: Monomial, symbol: Symbol) -> bool:
    return len(monomial) == 1 and isinstance(monomial[0], Ref) and monomial[0].symbol == symbol
