"""Contents of index arrays: subscripts in range that collide, permutations, row pointers, parent and next links.

Each pattern is a function of the random generator, the number of elements and the inclusive range of values. Values
outside the range are never made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Pattern = Callable[[np.random.Generator, int, int, int], Integers]


def anywhere(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """Uniform in the range."""
    return rng.integers(lo, hi, n, dtype=np.int64, endpoint=True)


def one_value(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """All equal: every update collides."""
    return np.full(n, rng.integers(lo, hi, endpoint=True), dtype=np.int64)


def two_values(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """The two ends of the range in turn."""
    return np.where(np.arange(n) % 2 == 0, lo, hi).astype(np.int64)


def few_values(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """A handful of values, most of them often."""
    pool = rng.integers(lo, hi, 4, dtype=np.int64, endpoint=True)
    return pool[rng.integers(0, len(pool), n)]


def identity(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """0, 1, 2, ... from the least value, starting again behind the greatest."""
    return lo + np.arange(n, dtype=np.int64) % (hi - lo + 1)


def reversal(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """The greatest value first, counting down."""
    return hi - np.arange(n, dtype=np.int64) % (hi - lo + 1)


def permutation(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """No value twice as long as the range allows it."""
    width = hi - lo + 1
    if width <= 4 * max(n, 1):
        rounds = -(-n // width) if n else 1
        return lo + np.concatenate([rng.permutation(width) for _ in range(rounds)])[:n].astype(np.int64)
    return anywhere(rng, n, lo, hi)


def ascending(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """Sorted, with repeats."""
    return np.sort(anywhere(rng, n, lo, hi))


def forest(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """No element greater than its own position: parents of a forest, dependences that point back."""
    top: Integers = np.minimum(lo + np.arange(n, dtype=np.int64), hi)
    return rng.integers(lo, top, endpoint=True)


def chain(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """Each position leads to the next one, the last to itself."""
    return np.minimum(lo + np.arange(1, n + 1, dtype=np.int64), max(lo, min(hi, lo + n - 1)))


def rows_even(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """Row pointers of equal rows."""
    if n < 2:
        return np.full(n, lo, dtype=np.int64)
    return lo + (np.arange(n, dtype=np.int64) * (hi - lo)) // (n - 1)


def rows_random(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """Row pointers of rows of random lengths, some of them empty."""
    if n < 2:
        return np.full(n, lo, dtype=np.int64)
    inner = np.sort(rng.integers(lo, hi, n - 2, dtype=np.int64, endpoint=True))
    return np.concatenate([[lo], inner, [hi]]).astype(np.int64)


def rows_one_long(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """One row holds everything, all others are empty."""
    out = np.full(n, lo, dtype=np.int64)
    if n >= 2:
        out[int(rng.integers(1, n)) :] = hi
    return out


def rows_empty(rng: np.random.Generator, n: int, lo: int, hi: int) -> Integers:
    """No row holds anything."""
    return np.full(n, lo, dtype=np.int64)


SUBSCRIPTS: Mapping[str, Pattern] = {
    "random": anywhere,
    "all equal": one_value,
    "a permutation": permutation,
    "few values": few_values,
    "identity": identity,
    "reversed": reversal,
    "two values in turn": two_values,
    "ascending": ascending,
    "never beyond its own position": forest,
    "chain": chain,
}
ROWS: Mapping[str, Pattern] = {
    "random rows": rows_random,
    "one long row": rows_one_long,
    "even rows": rows_even,
    "empty rows": rows_empty,
}
LIMITS: Mapping[str, Pattern] = {
    "random": anywhere,
    "all equal": one_value,
    "two values in turn": two_values,
    "ascending": ascending,
}
