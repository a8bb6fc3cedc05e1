"""Times of the original and of a candidate over sizes and threads, on a machine that is kept quiet.

A lock between processes keeps our own builds and tests (shared) away from measurements (exclusive). Both sides run the
same schedule in the same host with fresh inputs at each call; the outputs of every timed call are handed to the caller
to be verified; the host's own clock is checked against the wall clock outside of the process. Medians with confidence
intervals; nothing is concluded here but whether the clocks agree.
"""

from __future__ import annotations

import fcntl
import math
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from unseq.backends.host.blob import Schedule
from unseq.backends.parlay.toolchain import cache_folder
from unseq.backends.results import Point, Profile, Run, Timing

_LONGEST_WAIT_S = 4.0
_FEWEST, _MOST = 5, 400
_LONG_S, _LONG_REPETITIONS = 0.05, 3
_CLOCK_SLACK_S = 0.15


@contextmanager
def quiet_machine(measuring: bool) -> Iterator[bool]:
    """Holds the machine lock: exclusively to measure, shared for all other work. Yields False if another process did
    not let go in time, and the measurement may be disturbed."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "machine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield _lock(descriptor, fcntl.LOCK_EX if measuring else fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Measured:
    """Runs of one side with one number of threads; ``schedule`` tells which call was of which case."""

    schedule: Schedule
    run: Run


def schedule(estimates: Sequence[float], budget_s: float) -> Schedule:
    """Repetitions of each case: as many as fit into ``budget_s``, in bounds, and one more to warm up where calls are
    short. ``estimates`` has for each case the seconds of one call and what the host does for it."""
    order: list[int] = []
    for case, estimate in enumerate(estimates):
        fitting = int(budget_s / max(estimate, 1e-6))
        order += [case] * (_LONG_REPETITIONS if estimate > _LONG_S else 1 + max(_FEWEST, min(_MOST, fitting)))
    return Schedule(tuple(order), call_s=60.0, reuse=True)


def timing(measured: Measured, case: int) -> Timing | None:
    """The median of a case's calls and its 95 % confidence interval; the first call warms up and does not count, unless
    calls are so long that it does not matter."""
    calls = [c.wall_s for c in measured.run.calls if measured.schedule.order[c.index] == case]
    if len(calls) < 2:
        return None
    times = sorted(calls if len(calls) <= _LONG_REPETITIONS else calls[1:])
    n = len(times)
    # Order statistics: ranks n/2 -+ 1.96 sqrt(n)/2 enclose the median with 95 %.
    low = max(0, math.floor(n / 2 - 0.98 * math.sqrt(n)))
    high = min(n - 1, math.ceil(n / 2 + 0.98 * math.sqrt(n)))
    return Timing(statistics.median(times), times[low], times[high], n)


def clocks_disagree(original: Measured, candidate: Measured, threads: int) -> float:
    """Seconds of a candidate's process that neither its own clock nor the harness's work, as the original's process
    with the same schedule shows it, accounts for; 0 when they are within what noise explains.

    Work that is hidden from the clock takes processor time as well as wall time, so both must be unaccounted for: on a
    busy machine a process may wait for seconds between two calls without having done anything."""
    if len(original.run.calls) != len(candidate.run.calls):
        return 0.0
    inside = sum(c.wall_s for c in candidate.run.calls)
    harness = original.run.wall_s - sum(c.wall_s for c in original.run.calls)
    harness_cpu = original.run.cpu_s - sum(c.cpu_s for c in original.run.calls)
    waited = candidate.run.wall_s - inside - 2.0 * max(harness, 0.0)
    worked = candidate.run.cpu_s - threads * inside - 2.0 * max(harness_cpu, 0.0)
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
            points.append(Point(n, sequential, known))
    return Profile(tuple(points), note)
