"""Numbers as intervals, with a note of where they come from.

``Num`` is the range of a scalar in one abstract run of a function (``expressions``) and the set of inputs
that it was computed from (its ``tags``).  Integer and floating-point values share it.  It does not model wrap-around,
rounding or relations between variables: the shapes that follow are guesses, and only inputs on which the original
runs clean are used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from unseq.frontend.ir import types as ir

INF = math.inf
Tags = frozenset[str]
NO_TAGS: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Num:
    """All numbers between ``lo`` and ``hi``; ``tags`` name the inputs that the value depends on."""

    lo: float = -INF
    hi: float = INF
    tags: Tags = field(default=NO_TAGS)

    @property
    def exact(self) -> bool:
        """Whether only one value is possible."""
        return self.lo == self.hi

    @property
    def empty(self) -> bool:
        return self.lo > self.hi


TOP = Num()
ZERO = Num(0, 0)


def number(value: float, tags: Tags = NO_TAGS) -> Num:
    """The interval that holds one value."""
    return Num(value, value, tags)


def join(a: Num, b: Num) -> Num:
    """The smallest interval that holds both."""
    if a == b:
        return a
    return Num(min(a.lo, b.lo), max(a.hi, b.hi), a.tags | b.tags)


def widen(old: Num, new: Num) -> Num:
    """``new``, with every bound that moved since ``old`` given up."""
    lo = new.lo if new.lo >= old.lo else -INF
    hi = new.hi if new.hi <= old.hi else INF
    return Num(lo, hi, old.tags | new.tags)


def meet(a: Num, lo: float, hi: float, tags: Tags = NO_TAGS) -> Num:
    """``a`` cut to ``[lo, hi]``; the tags of the bounds that really cut are added."""
    return Num(max(a.lo, lo), min(a.hi, hi), a.tags | tags)


def within(t: ir.Type, value: Num) -> Num:
    """``value`` as a value of type ``t``: out-of-range integers may become anything of that type."""
    if isinstance(t, ir.Bool):
        return Num(0, 1, value.tags) if not value.exact else number(int(bool(value.lo)), value.tags)
    if isinstance(t, ir.Int):
        low, high = type_range(t)
        lo = math.trunc(value.lo) if math.isfinite(value.lo) else value.lo
        hi = math.trunc(value.hi) if math.isfinite(value.hi) else value.hi
        if not t.signed and lo < 0:
            # n - 1 of an unsigned n = 0 is left negative: the original decides whether such an input is valid.
            return Num(lo if lo > -2**31 else low, min(hi, high), value.tags)
        if lo == -INF or hi == INF:
            return Num(max(lo, -INF), hi, value.tags)
        if lo < low or hi > high:
            return Num(low, high, value.tags)
        return Num(lo, hi, value.tags)
    return value


def type_range(t: ir.Type) -> tuple[float, float]:
    """The least and the greatest value of an arithmetic type."""
    if isinstance(t, ir.Bool):
        return 0, 1
    if isinstance(t, ir.Int):
        return (-(2 ** (t.bits - 1)), 2 ** (t.bits - 1) - 1) if t.signed else (0, 2**t.bits - 1)
    return -INF, INF


def _times(x: float, y: float) -> float:
    return 0 if x == 0 or y == 0 else x * y


def _corners(values: list[float], tags: Tags) -> Num:
    return Num(min(values), max(values), tags)


def _quotient(x: float, y: float, integer: bool) -> float:
    if math.isinf(x) and math.isinf(y):
        return 0
    if math.isinf(y):
        return 0
    if math.isinf(x):
        return x if y > 0 else -x
    if integer:
        q = abs(int(x)) // abs(int(y)) if y else 0
        return q if (x >= 0) == (y >= 0) else -q
    return x / y if y else math.copysign(INF, x)


def arithmetic(op: str, a: Num, b: Num, integer: bool) -> Num:
    """``a op b`` for the IR's arithmetic, shift and bit operators."""
    tags = a.tags | b.tags
    if a.empty or b.empty:
        return Num(INF, -INF, tags)
    if op == "+":
        return Num(a.lo + b.lo, a.hi + b.hi, tags) if not _clash(a, b, 1) else Num(tags=tags)
    if op == "-":
        return Num(a.lo - b.hi, a.hi - b.lo, tags) if not _clash(a, b, -1) else Num(tags=tags)
    if op == "*":
        return _corners([_times(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)], tags)
    if op == "/":
        return _divide(a, b, integer, tags)
    if op == "%":
        return _remainder(a, b, tags)
    if op in {"&", "|", "^"}:
        return _bits(op, a, b, tags)
    if op in {"<<", ">>"} and b.lo >= 0 and b.hi <= 64:
        powers = [2 ** int(b.lo), 2 ** int(b.hi)]
        if op == "<<":
            return _corners([_times(x, p) for x in (a.lo, a.hi) for p in powers], tags)
        return _corners([x // p if math.isfinite(x) else x for x in (a.lo, a.hi) for p in powers], tags)
    return Num(tags=tags)


def _clash(a: Num, b: Num, sign: int) -> bool:
    """Whether a bound would be infinity minus infinity."""
    low, high = (b.lo, b.hi) if sign > 0 else (-b.hi, -b.lo)
    return math.isnan(a.lo + low) or math.isnan(a.hi + high)


def _divide(a: Num, b: Num, integer: bool, tags: Tags) -> Num:
    divisors = [y for y in (b.lo, b.hi) if y != 0]
    if b.lo < 0 < b.hi:
        divisors += [-1, 1] if integer else []
        if not integer:
            return Num(tags=tags)
    elif b.lo == 0 and integer:
        divisors.append(1)
    elif b.hi == 0 and integer:
        divisors.append(-1)
    elif b.lo == 0 or b.hi == 0:
        return Num(0 if a.lo >= 0 and b.lo == 0 else -INF, INF, tags)
    if not divisors:
        return Num(tags=tags)
    return _corners([_quotient(x, y, integer) for x in (a.lo, a.hi) for y in divisors], tags)


def _remainder(a: Num, b: Num, tags: Tags) -> Num:
    most = max(abs(b.lo), abs(b.hi)) - 1
    if b.lo > 0 and a.lo >= 0 and a.hi < b.lo:
        return Num(a.lo, a.hi, tags)
    lo = 0 if a.lo >= 0 else max(-most, a.lo)
    hi = 0 if a.hi <= 0 else min(most, a.hi)
    return Num(lo, max(lo, hi), tags)


def _bits(op: str, a: Num, b: Num, tags: Tags) -> Num:
    if op == "&":
        limits = [x.hi for x in (a, b) if x.lo >= 0]
        return Num(0, min(limits), tags) if limits else Num(tags=tags)
    if a.lo < 0 or b.lo < 0 or math.isinf(a.hi) or math.isinf(b.hi):
        return Num(0 if a.lo >= 0 and b.lo >= 0 else -INF, INF, tags)
    if a.exact and b.exact:
        value = int(a.lo) | int(b.lo) if op == "|" else int(a.lo) ^ int(b.lo)
        return number(value, tags)
    top = 2 ** max(int(a.hi), int(b.hi)).bit_length() - 1
    return Num(max(a.lo, b.lo) if op == "|" else 0, top, tags)


def negate(a: Num) -> Num:
    """``-a``."""
    return Num(-a.hi, -a.lo, a.tags)


def compare(op: str, a: Num, b: Num) -> bool | None:
    """What the comparison gives, None if both are possible."""
    if a.empty or b.empty:
        return None
    if op in {"<", ">="}:
        answer = True if a.hi < b.lo else False if a.lo >= b.hi else None
        return answer if op == "<" or answer is None else not answer
    if op in {">", "<="}:
        answer = True if a.lo > b.hi else False if a.hi <= b.lo else None
        return answer if op == ">" or answer is None else not answer
    same = True if a.exact and b.exact and a.lo == b.lo else False if a.hi < b.lo or b.hi < a.lo else None
    return same if op == "==" or same is None else not same
