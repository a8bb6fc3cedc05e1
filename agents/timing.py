"""Times of the original and of a candidate over sizes and threads, on a machine that is kept quiet (``quiet``).

Both sides run the same schedule in the same host with fresh inputs at each call; the outputs of every timed call are
handed to the caller to be verified; the host's own clock is checked against the wall clock outside of the process.
Medians with confidence intervals; nothing is concluded here but whether the clocks agree.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from unseq.backends.host.blob import Schedule
from unseq.backends.results import Point, Profile, Run, Timing

_FEWEST, _MOST = 5, 400
_LONG_S, _LONG_REPETITIONS = 0.05, 3  # in all rounds together
_CLOCK_SLACK_S = 0.15


@dataclass(frozen=True, slots=True)
class Measured:
    """One side's runs with one number of threads, one a round; ``schedule`` tells which call was of which case."""

    schedule: Schedule
    runs: tuple[Run, ...]

    @property
    def calls(self) -> int:
        """Completed calls."""
        return sum(len(run.calls) for run in self.runs)

    def seconds(self, case: int) -> list[list[float]]:
        """Times of a case's calls, round by round; a round's first call warms up and does not count, unless calls are
        so long that it does not matter."""
        found = []
        for run in self.runs:
            calls = [c.wall_s for c in run.calls if self.schedule.order[c.index] == case]
            found.append(calls[1:] if len(calls) > _LONG_REPETITIONS else calls)
        return found


def schedule(estimates: Sequence[float], budget_s: float, rounds: int = 1) -> Schedule:
    """Repetitions of each case in each of ``rounds``: as many as fit into ``budget_s`` in all, in bounds, and one more
    to warm up where calls are short. ``estimates`` has for each case the seconds of one call and what the host does
    for it."""
    order: list[int] = []
    long = max(1, _LONG_REPETITIONS // rounds)
    for case, estimate in enumerate(estimates):
        fitting = int(budget_s / rounds / max(estimate, 1e-6))
        order += [case] * (long if estimate > _LONG_S else 1 + max(_FEWEST, min(_MOST // rounds, fitting)))
    return Schedule(tuple(order), call_s=60.0, reuse=True, statics=True)


def timing(measured: Measured, case: int) -> Timing | None:
    """The median of a case's calls and its 95 % confidence interval."""
    return Timing.of([time for calls in measured.seconds(case) for time in calls])


def ratio(original: Measured, candidate: Measured, case: int) -> float:
    """How many times faster the candidate is: the median of the ratios of the rounds; 0 if unknown."""
    rounds = zip(original.seconds(case), candidate.seconds(case), strict=True)
    medians = [(statistics.median(a), statistics.median(b)) for a, b in rounds if a and b]
    found = [a / b for a, b in medians if b > 0]
    return statistics.median(found) if found else 0.0


def clocks_disagree(original: Measured, candidate: Measured, threads: int) -> float:
    """Seconds of a candidate's processes that neither its own clock nor the harness's work, as the original's processes
    with the same schedule show it, accounts for; 0 when they are within what noise explains.

    Work that is hidden from the clock takes processor time as well as wall time, so both must be unaccounted for: on a
    busy machine a process may wait for seconds between two calls without having done anything."""
    if original.calls != candidate.calls:
        return 0.0
    inside = sum(c.wall_s for run in candidate.runs for c in run.calls)
    harness = sum(run.wall_s - sum(c.wall_s for c in run.calls) for run in original.runs)
    harness_cpu = sum(run.cpu_s - sum(c.cpu_s for c in run.calls) for run in original.runs)
    waited = sum(run.wall_s for run in candidate.runs) - inside - 2.0 * max(harness, 0.0)
    worked = sum(run.cpu_s for run in candidate.runs) - threads * inside - 2.0 * max(harness_cpu, 0.0)
    unexplained = min(waited, worked)
    return unexplained if unexplained > max(_CLOCK_SLACK_S, inside) else 0.0


def profile(
    sizes: Sequence[int],
    original: Measured,
    candidates: Sequence[tuple[int, Measured]],
    note: str,
) -> Profile:
    """Points for all sizes at which every side was measured; ``sizes[k]`` is the size of case k."""
    points = []
    for case, n in enumerate(sizes):
        sequential = timing(original, case)
        parallel = [(threads, timing(measured, case)) for threads, measured in candidates]
        known = tuple((threads, one) for threads, one in parallel if one is not None)
        if sequential is not None and known:
            points.append(Point(n, sequential, known, ratio(original, candidates[-1][1], case)))
    return Profile(tuple(points), note)
