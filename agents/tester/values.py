"""Contents of arrays that nothing constrains: numbers that take both branches, tie, sort, overflow, or are not finite.

Knows element types and the constants that the code compares with; knows nothing of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unseq.agents.tester.footprint.interval import type_range
from unseq.backends.host.values import dtype_of
from unseq.frontend.ir import types as ir

Array = npt.NDArray[np.generic]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Subject:
    """What is filled: ``n`` elements of type ``type``; ``constants`` are numbers that they are compared with."""

    type: ir.Type
    n: int
    constants: tuple[float, ...] = ()

    @property
    def dtype(self) -> np.dtype[np.generic]:
        dtype = dtype_of(self.type)
        assert dtype is not None
        return dtype

    @property
    def real(self) -> bool:
        return isinstance(self.type, ir.Float)


Fill = Callable[[Rng, Subject], Array]


def converted(s: Subject, values: npt.ArrayLike) -> Array:
    """``values`` in the subject's type, cut to its range."""
    array: Array = np.asarray(values)
    if s.real:
        with np.errstate(over="ignore"):
            return array.astype(s.dtype)
    if isinstance(s.type, ir.Bool):
        return np.not_equal(array, 0).astype(s.dtype)
    low, high = type_range(s.type)
    if array.dtype.kind == "f":
        array = np.nan_to_num(np.rint(array)).astype(np.int64)
    if array.dtype.kind in "iu" and array.dtype != s.dtype:
        array = np.clip(array, int(max(low, -(2**63))), int(min(high, 2**63 - 1)))
    return array.astype(s.dtype)


def _signed(s: Subject) -> bool:
    return s.real or (isinstance(s.type, ir.Int) and s.type.signed)


def small(rng: Rng, s: Subject) -> Array:
    """Small whole numbers, many of them equal."""
    if _is_char(s.type):
        return converted(s, rng.choice(np.frombuffer(b"abcABC xyz019,.", dtype=np.uint8), s.n).astype(np.int64))
    return converted(s, rng.integers(-5 if _signed(s) else 0, 10, s.n))


def medium(rng: Rng, s: Subject) -> Array:
    """Numbers spread over a few hundred values."""
    if s.real:
        return converted(s, rng.uniform(-100.0, 100.0, s.n))
    if _is_char(s.type):
        return converted(s, rng.integers(32, 127, s.n))
    return converted(s, rng.integers(-500 if _signed(s) else 0, 1000, s.n))


def wide(rng: Rng, s: Subject) -> Array:
    """Numbers of very different magnitude; integers over the whole type."""
    if s.real:
        return converted(s, rng.choice([-1.0, 1.0], s.n) * 10.0 ** rng.uniform(-12, 12, s.n))
    if isinstance(s.type, ir.Bool):
        return converted(s, rng.integers(0, 2, s.n))
    bits = s.type.bits if isinstance(s.type, ir.Int) else 8
    raw = rng.integers(0, 256, s.n * (min(bits, 64) // 8), dtype=np.uint8)
    return raw.view(s.dtype)


def large(rng: Rng, s: Subject) -> Array:
    """Integers up to a million; floating-point numbers in [0, 1)."""
    if s.real:
        return converted(s, rng.random(s.n))
    return converted(s, rng.integers(-1_000_000 if _signed(s) else 0, 1_000_001, s.n))


def constant(rng: Rng, s: Subject) -> Array:
    """All equal."""
    return converted(s, np.full(s.n, int(rng.integers(1, 7))))


def negative(rng: Rng, s: Subject) -> Array:
    """All below zero; in the upper half of the range for unsigned types."""
    if s.real or _signed(s):
        low = -120 if _is_char(s.type) else -1000
        return converted(s, rng.integers(low, 0, s.n) - (0.5 if s.real else 0))
    _, high = type_range(s.type)
    return converted(s, rng.integers(int(min(high, 2**62)) // 2 + 1, int(min(high, 2**62)), s.n, endpoint=True))


def huge(rng: Rng, s: Subject) -> Array:
    """All close to the greatest value of the type."""
    if s.real:
        return converted(s, float(finfo(s).max) * rng.uniform(0.1, 1.0, s.n))
    high = int(min(type_range(s.type)[1], 2**63 - 1))
    return converted(s, high - rng.integers(0, min(100, high), s.n))


def hugely_negative(rng: Rng, s: Subject) -> Array:
    """All close to the least value of the type."""
    if s.real:
        return converted(s, -float(finfo(s).max) * rng.uniform(0.1, 1.0, s.n))
    low = int(max(type_range(s.type)[0], -(2**63)))
    return converted(s, low + rng.integers(0, 100, s.n))


def ascending(rng: Rng, s: Subject) -> Array:
    """Sorted, with repeats."""
    return np.sort(medium(rng, s))


def descending(rng: Rng, s: Subject) -> Array:
    """Sorted the other way."""
    return np.sort(medium(rng, s))[::-1].copy()


def alternating(rng: Rng, s: Subject) -> Array:
    """Signs (or small and large values) in turn."""
    magnitudes = rng.integers(1, 100, s.n)
    if _signed(s):
        return converted(s, np.where(np.arange(s.n) % 2 == 0, magnitudes, -magnitudes))
    return converted(s, np.where(np.arange(s.n) % 2 == 0, magnitudes, 0))


def zeros(rng: Rng, s: Subject) -> Array:
    """Zeros, negative ones among them."""
    values = np.zeros(s.n)
    if s.real:
        values[rng.random(s.n) < 0.5] = -0.0
    return converted(s, values)


def one_spike(rng: Rng, s: Subject) -> Array:
    """One element differs from all others, sometimes at an end."""
    values = np.full(s.n, 3)
    if s.n:
        where = (0, s.n - 1, int(rng.integers(0, s.n)))[int(rng.integers(0, 3))]
        values[where] = int(rng.choice([-9, 90])) if _signed(s) else int(rng.choice([0, 90]))
    return converted(s, values)


def ties(rng: Rng, s: Subject) -> Array:
    """The least and the greatest value both occur several times, far apart."""
    values = rng.integers(-3 if _signed(s) else 2, 4, s.n)
    return converted(s, values)


def thresholds(rng: Rng, s: Subject) -> Array:
    """The constants of the code's comparisons, a little below and a little above."""
    pool: list[float] = []
    for c in s.constants:
        pool += [c - 1, c, c + 1]
        if s.real:
            pool += [float(np.nextafter(c, -np.inf)), float(np.nextafter(c, np.inf)), -c]
    if not pool:
        return medium(rng, s)
    values = rng.choice(np.array(pool), s.n)
    # A few ordinary values between them.
    ordinary = medium(rng, s)
    mixed = converted(s, values)
    keep = rng.random(s.n) < 0.2
    mixed[keep] = ordinary[keep]
    return mixed


def extremes(rng: Rng, s: Subject) -> Array:
    """The least and the greatest value of the type, and their neighbours."""
    if s.real:
        info = finfo(s)
        pool: npt.NDArray[np.generic] = np.array([info.max, info.min, info.tiny, -info.tiny, 1.0, -1.0])
        return converted(s, rng.choice(pool, s.n))
    low, high = type_range(s.type)
    low, high = max(int(low), -(2**63)), min(int(high), 2**64 - 1)
    values = [low, low + 1, high, high - 1, 0, 1]
    pool = np.array([v % 2**64 for v in values], dtype=np.uint64)
    return pool[rng.integers(0, len(pool), s.n)].astype(s.dtype)


def finfo(s: Subject) -> np.finfo[np.float64] | np.finfo[np.float32]:
    """The limits of a floating-point type (``long double``: those of ``double``)."""
    return np.finfo(np.float32) if s.dtype.itemsize == 4 else np.finfo(np.float64)


def denormals(rng: Rng, s: Subject) -> Array:
    """Subnormal numbers; small integers for integer types."""
    if not s.real:
        return small(rng, s)
    info = finfo(s)
    return converted(s, float(info.smallest_subnormal) * rng.integers(-1000, 1000, s.n))


def some_nan(rng: Rng, s: Subject) -> Array:
    """Here and there not a number."""
    return _sprinkled(rng, s, [np.nan])


def first_nan(rng: Rng, s: Subject) -> Array:
    """The first element is not a number, the others are."""
    values = medium(rng, s)
    if s.real:
        values[:1] = np.array(np.nan, dtype=s.dtype)
    return values


def some_infinite(rng: Rng, s: Subject) -> Array:
    """Here and there infinite, of one sign."""
    return _sprinkled(rng, s, [np.inf if rng.random() < 0.5 else -np.inf])


def special(rng: Rng, s: Subject) -> Array:
    """Infinities of both signs, not a number, zeros of both signs."""
    return _sprinkled(rng, s, [np.nan, np.inf, -np.inf, 0.0, -0.0])


def _sprinkled(rng: Rng, s: Subject, specials: list[float]) -> Array:
    values = medium(rng, s)
    if s.real and s.n:
        where = rng.random(s.n) < 0.05
        where[int(rng.integers(0, s.n))] = True
        where[-1] = where[-1] or rng.random() < 0.4
        values[where] = rng.choice(np.array(specials), int(where.sum())).astype(s.dtype)
    return values


def _is_char(t: ir.Type) -> bool:
    return isinstance(t, ir.Int) and t.bits == 8 and t.signed


# In the order in which they are used when there is room for a few only.
PATTERNS: Mapping[str, Fill] = {
    "small": small,
    "medium": medium,
    "thresholds": thresholds,
    "ties": ties,
    "constant": constant,
    "negative": negative,
    "wide": wide,
    "ascending": ascending,
    "descending": descending,
    "alternating": alternating,
    "one spike": one_spike,
    "zeros": zeros,
    "large": large,
    "extremes": extremes,
    "hugely negative": hugely_negative,
    "huge": huge,
    "some NaN": some_nan,
    "first NaN": first_nan,
    "some infinite": some_infinite,
    "special": special,
    "denormals": denormals,
}
NOT_FINITE = frozenset({"first NaN", "some NaN", "some infinite", "special"})
FLOAT_ONLY = NOT_FINITE | {"denormals"}


def text(rng: Rng, style: str, length: int | None = None) -> bytes:
    """A string without NUL: ``empty``, ``one``, ``words``, ``upper``, ``mixed``, ``repeated`` or ``bytes``."""
    if length is None:
        length = int(rng.integers(2, 24))
    if style == "empty":
        return b""
    if style == "one":
        return bytes([int(rng.integers(97, 123))])
    if style == "repeated":
        return b"a" * length
    if style == "bytes":
        return rng.integers(1, 256, length, dtype=np.uint8).tobytes()
    alphabet = {
        "words": b"abcdefghijklmnopqrstuvwxyz  ",
        "upper": b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    }.get(style, b"abcXYZ019 .,;-_\t\n(){}")
    return rng.choice(np.frombuffer(alphabet, dtype=np.uint8), length).tobytes()


TEXTS = ("words", "mixed", "empty", "one", "upper", "repeated", "bytes")
