"""Which of several candidates that passed is kept: figures in, a decision out.

The first one is the simplest and stays unless another is faster by more than noise. What counts is the geometric mean
over the sizes, of which each weighs twice as much as the next smaller one, and no size may lose.
"""

from __future__ import annotations

import math
import statistics

from unseq.agents.measure import LOSES, Side, Sides

_LEAST_GAIN = 1.05


def speedups(sides: Sides, number: int) -> tuple[tuple[int, float], ...]:
    """Size by size, how many times faster than the original candidate ``number`` is; none where it was wrong."""
    one = sides.candidates[number]
    found = zip(sides.sizes, sides.original.seconds, one.seconds, strict=False)
    return tuple((n, statistics.median(_ratios(theirs, ours))) for n, theirs, ours in found)


def gain(first: Side, other: Side) -> float:
    """How many times faster ``other`` is than ``first``, over all sizes; 0 where that is not beyond doubt: not in
    every round, or not at every size."""
    by_size = [_ratios(a, b) for a, b in zip(first.seconds, other.seconds, strict=False)]
    if not by_size or any(statistics.median(ratios) < LOSES for ratios in by_size):
        return 0.0
    weights = [2.0**k for k in range(len(by_size))]
    rounds = [
        math.exp(sum(w * math.log(ratio) for w, ratio in zip(weights, ratios, strict=True)) / sum(weights))
        for ratios in zip(*by_size, strict=True)
    ]
    return statistics.median(rounds) if min(rounds) > 1 else 0.0


def chosen(sides: Sides) -> int:
    """The number of the candidate to keep; of equal ones the earlier."""
    right = [k for k, side in enumerate(sides.candidates) if side.verdict is None]
    if not right:
        return 0
    first = sides.candidates[right[0]]
    gains = {k: gain(first, sides.candidates[k]) for k in right[1:]}
    best = max(gains, key=lambda k: gains[k], default=right[0])
    return best if gains.get(best, 0.0) >= _LEAST_GAIN else right[0]


def _ratios(slower: tuple[float, ...], faster: tuple[float, ...]) -> list[float]:
    """Round by round; a clock that saw nothing counts as its least step."""
    return [max(a, 1e-9) / max(b, 1e-9) for a, b in zip(slower, faster, strict=True)]
