"""Another sequential program for the same function, timed beside the original on the same inputs.

A speedup from a better algorithm is not a speedup from more processors: this tells how much of it a better sequential
algorithm would have given as well. A rival rounds differently by design, so its floating-point results need only be
the same numbers to six digits of the largest. Knows nothing of candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unseq.agents.closeness import Numbers
from unseq.agents.original import Original
from unseq.agents.tester.timing import TimingCase
from unseq.agents.timing import Measured, schedule, timing
from unseq.backends.host.blob import Outcome, Returned
from unseq.backends.host.values import Buffer, Case, Scalar, Struct
from unseq.backends.host.values import Sequence as Items
from unseq.backends.parlay.toolchain import RuntimeKind

_BUDGET_S = 0.15  # a size and side
_DIGITS = 1e-6


@dataclass(frozen=True, slots=True)
class RivalTime:
    """Median seconds of one call at size ``n``: of the original, and of the rival."""

    n: int
    original_s: float
    rival_s: float


def rival_times(
    original: Original, rival: Original, cases: Sequence[TimingCase]
) -> tuple[RivalTime, ...]:
    """Times of both at all sizes at which the rival gives the original's results; none where it does not."""
    inputs: list[Case] = [timed.case for timed in cases]
    if not inputs:
        return ()
    plan = schedule([original.whole_seconds(case) for case in inputs], _BUDGET_S)
    sides = [Measured(plan, (side.run(RuntimeKind.PLAIN, inputs, plan),)) for side in (original, rival)]
    found = []
    for k, timed in enumerate(cases):
        outcomes = [c.outcome for c in sides[1].runs[0].calls if plan.order[c.index] == k and c.outcome is not None]
        agree = (_agree(original.expected(timed.case), outcome) for outcome in outcomes)
        times = [timing(side, k) for side in sides]
        if outcomes and all(agree) and times[0] and times[1]:
            found.append(RivalTime(timed.n, times[0].median_s, times[1].median_s))
    return tuple(found)


def _agree(expected: Outcome, got: Outcome) -> bool:
    if not isinstance(expected, Returned) or not isinstance(got, Returned):
        return expected == got
    pairs = zip(
        (expected.result, *expected.parameters, *expected.globals),
        (got.result, *got.parameters, *got.globals),
        strict=True,
    )
    return all(_same(one, other) for one, other in pairs)


def _same(one: object, other: object) -> bool:
    if isinstance(one, Buffer) and isinstance(other, Buffer):
        return _close(one.array, other.array)
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return _close(np.asarray(one.value), np.asarray(other.value))
    if isinstance(one, Struct | Items) and isinstance(other, Struct | Items):
        ours, theirs = (v.fields if isinstance(v, Struct) else v.items for v in (one, other))
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return one == other


def _close(one: Numbers, other: Numbers) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.names is not None:
        return all(_close(one[name], other[name]) for name in one.dtype.names)
    if one.dtype.kind not in "fc" or one.size == 0:
        return bool(np.array_equal(one, other))
    finite = np.isfinite(one)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    ours, theirs = one[finite], other[finite]
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(ours - theirs) <= _DIGITS * np.max(np.abs(ours), initial=0.0)))
