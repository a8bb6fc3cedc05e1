"""Numbers for people: units, and digits that the measurement supports. Knows no layout."""

from __future__ import annotations

import math

# unit, its length, the least value shown in it: 0.9 us reads better beside 55 us than 900 ns does
_UNITS = (("s", 1.0, 1.0), ("ms", 1e-3, 1.0), ("us", 1e-6, 0.1), ("ns", 1e-9, 0.0))


def seconds(value: float) -> str:
    """A time in the unit that gives it two or three digits: ``92 us``, ``9.4 ms``, ``1.2 s``."""
    if value <= 0 or not math.isfinite(value):
        return "0 s" if value == 0 else "?"
    for unit, length, least in _UNITS:
        scaled = value / length
        if scaled >= least:
            return f"{scaled:.0f} {unit}" if scaled >= 9.95 else f"{scaled:.1f} {unit}"
    raise AssertionError("the last unit takes every value")


def count(value: int) -> str:
    """A whole number in groups of three: ``10 000 000`` (with no-break spaces)."""
    return f"{value:,}".replace(",", "\u00a0")


def short_count(value: int) -> str:
    """A size on an axis, with three digits at most: ``97``, ``1k``, ``2.56M``."""
    for scale, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if value >= 0.9995 * scale:
            return f"{value / scale:.3g}{unit}"
    return str(value)


def ratio(value: float) -> str:
    """A speedup: ``1.71x``, ``34x``."""
    return f"{value:.0f}x" if value >= 9.95 else f"{value:.2f}x"


def plural(number: int, noun: str) -> str:
    """``1 loop``, ``3 loops``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
