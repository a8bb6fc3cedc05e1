"""Measures a candidate against the original over sizes and threads, and says whether it wins.

Works on functions that run either side, so that it knows nothing of builds and hosts; every timed output is handed back
to be verified. The machine's speed changes from second to second, so the sides take turns, in rounds, and what counts
is the median of the rounds' ratios.
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
ROUNDS = {Effort.QUICK: 3, Effort.NORMAL: 5, Effort.THOROUGH: 7}
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
    rounds = ROUNDS[effort]
    plan = schedule(estimates, _BUDGET_S[effort], rounds)
    own: list[Run] = []
    others: dict[int, list[Run]] = {threads: [] for threads in THREADS}
    for turn in range(rounds):
        order = (0, *THREADS) if turn % 2 == 0 else (*reversed(THREADS), 0)
        for threads in order:
            if threads == 0:
                own.append(original(cases, plan))
                if own[-1].failure is not None:
                    text = f"not timed: the original failed when repeated: {own[-1].failure.detail}"
                    return Measurement(Profile(), Wins.UNMEASURED, None, (text,))
                continue
            done = candidate(cases, plan, threads)
            verdict = check(plan, done, threads)
            if verdict is not None:
                return Measurement(Profile(), Wins.UNMEASURED, verdict)
            others[threads].append(done)
    sequential = Measured(plan, tuple(own))
    parallel = [(threads, Measured(plan, tuple(runs))) for threads, runs in others.items()]
    for threads, measured in parallel:
        hidden = clocks_disagree(sequential, measured, threads)
        if hidden:
            text = f"{hidden:.2f} s of its run are in no timed call: the clock inside was deceived, or work hidden"
            return Measurement(Profile(), Wins.UNMEASURED, Tampered(text))
    note = "" if quiet else "another process kept the machine busy"
    times = profile(sizes, sequential, parallel, note)
    return Measurement(times, wins(times), None, (note,) if note else ())


def wins(times: Profile) -> Wins:
    """Yes: clearly faster at the largest size, and at no size clearly slower."""
    if not times.points:
        return Wins.UNMEASURED
    slower = any(p.sequential.high_s / p.parallel[-1][1].low_s < _LOSES for p in times.points)
    return Wins.YES if times.points[-1].speedup >= _WINS and not slower else Wins.NO
