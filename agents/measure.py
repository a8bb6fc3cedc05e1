"""Measures a candidate against the original over sizes and threads, and says whether it wins.

Works on functions that run either side, so that it knows nothing of builds and hosts; every timed output is handed back
to be verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unseq.agents.task import Effort
from unseq.agents.timing import Measured, clocks_disagree, profile, schedule
from unseq.agents.verdict import Tampered, Verdict, Wins
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.results import Profile, Run

THREADS = (1, 2)
_BUDGET_S = {Effort.QUICK: 0.12, Effort.NORMAL: 0.3, Effort.THOROUGH: 1.0}
_WINS = 1.1
_LOSES = 0.9

RunOriginal = Callable[[Sequence[Case], Schedule], Run]
RunCandidate = Callable[[Sequence[Case], Schedule, int], Run]
Check = Callable[[Schedule, Run, int], Verdict | None]


@dataclass(frozen=True, slots=True)
class Measurement:
    """Times, what they say, and a verdict if a timed output was wrong or the clocks disagree."""

    profile: Profile
    wins: Wins
    verdict: Verdict | None = None
    notes: tuple[str, ...] = ()


def measure(
    sizes: Sequence[int],
    cases: Sequence[Case],
    estimates: Sequence[float],
    original: RunOriginal,
    candidate: RunCandidate,
    check: Check,
    effort: Effort,
    quiet: bool,
) -> Measurement:
    """Times at all sizes with 1 and 2 threads; ``sizes[k]`` belongs to ``cases[k]``, and ``estimates[k]`` is what one
    call of the original takes with all that the host does for it."""
    plan = schedule(estimates, _BUDGET_S[effort])
    sequential = Measured(plan, original(cases, plan))
    if sequential.run.failure is not None:
        return _unmeasured(f"not timed: the original failed when repeated: {sequential.run.failure.detail}")
    parallel: list[tuple[int, Measured]] = []
    for threads in THREADS:
        measured = Measured(plan, candidate(cases, plan, threads))
        verdict = check(plan, measured.run, threads)
        if verdict is None:
            hidden = clocks_disagree(sequential, measured, threads)
            if hidden:
                text = f"{hidden:.2f} s of its run are in no timed call: the clock inside was deceived, or work hidden"
                verdict = Tampered(text)
        if verdict is not None:
            return Measurement(Profile(), Wins.UNMEASURED, verdict)
        parallel.append((threads, measured))
    note = "" if quiet else "another process kept the machine busy"
    times = profile(sizes, sequential, parallel, note)
    return Measurement(times, wins(times), None, (note,) if note else ())


def _unmeasured(note: str) -> Measurement:
    return Measurement(Profile(), Wins.UNMEASURED, None, (note,))


def wins(times: Profile) -> Wins:
    """Yes: clearly faster at the largest size, and at no size clearly slower."""
    if not times.points:
        return Wins.UNMEASURED
    slower = any(p.sequential.high_s / p.parallel[-1][1].low_s < _LOSES for p in times.points)
    return Wins.YES if times.points[-1].speedup >= _WINS and not slower else Wins.NO
