"""Another sequential program for the same function, timed beside the original on the same inputs.

A speedup from a better algorithm is not a speedup from more processors: this tells how much of it a better sequential
algorithm would have given as well. Knows nothing of candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unseq.agents.compare import Agreement, compare
from unseq.agents.original import Original
from unseq.agents.task import FloatPolicy
from unseq.agents.tester.timing import TimingCase
from unseq.agents.timing import Measured, schedule, timing
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind

_BUDGET_S = 0.15  # a size and side


@dataclass(frozen=True, slots=True)
class RivalTime:
    """Median seconds of one call at size ``n``: of the original, and of the rival."""

    n: int
    original_s: float
    rival_s: float


def rival_times(
    original: Original, rival: Original, cases: Sequence[TimingCase], policy: FloatPolicy
) -> tuple[RivalTime, ...]:
    """Times of both at all sizes at which the rival gives the original's results; none where it does not."""
    inputs: list[Case] = [timed.case for timed in cases]
    if not inputs:
        return ()
    plan = schedule([original.whole_seconds(case) for case in inputs], _BUDGET_S)
    sides = [Measured(plan, side.run(RuntimeKind.PLAIN, inputs, plan)) for side in (original, rival)]
    references = original.references(inputs, policy)
    found = []
    for k, timed in enumerate(cases):
        outcomes = [c.outcome for c in sides[1].run.calls if plan.order[c.index] == k and c.outcome is not None]
        agree = (compare(original.function, references[k], outcome, policy) for outcome in outcomes)
        times = [timing(side, k) for side in sides]
        if outcomes and all(isinstance(one, Agreement) for one in agree) and times[0] and times[1]:
            found.append(RivalTime(timed.n, times[0].median_s, times[1].median_s))
    return tuple(found)
