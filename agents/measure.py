"""Measures a candidate against the original over sizes and threads, and says whether it wins.

Works on functions that run either side, so that it knows nothing of builds and hosts; every timed output is handed back
to be verified. The machine's speed changes from second to second, so the sides take turns, in rounds, and what counts
is the median of the rounds' ratios. Several candidates are compared in the same rounds.
"""

from __future__ import annotations

import statistics
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
_MORE_ROUNDS = 2  # where candidates are compared, for the differences are small
_WINS = 1.1
LOSES = 0.9

RunOriginal = Callable[[Sequence[Case], Schedule], Run]
RunCandidate = Callable[[Sequence[Case], Schedule, int], Run]
Check = Callable[[Schedule, Run, int], Verdict | None]

BUSY = "another process kept the machine busy"  # a note


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
    note = "" if quiet else BUSY
    times = profile(sizes, sequential, parallel, note)
    return Measurement(times, wins(times), None, (note,) if note else ())


@dataclass(frozen=True, slots=True)
class Side:
    """One candidate among several: for each size the median seconds of each round; ``verdict``: what was wrong with a
    timed output, then the seconds say nothing."""

    seconds: tuple[tuple[float, ...], ...]
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """The original and candidates in the same rounds, at all ``sizes``."""

    sizes: tuple[int, ...]
    original: Side
    candidates: tuple[Side, ...]


def side_by_side(
    sizes: Sequence[int],
    cases: Sequence[Case],
    estimates: Sequence[float],
    original: RunOriginal,
    candidates: Sequence[tuple[RunCandidate, Check]],
    effort: Effort,
) -> Sides | None:
    """Times of several candidates with the most threads, taking turns with the original; None where that fails."""
    rounds = ROUNDS[effort] + _MORE_ROUNDS
    plan = schedule(estimates, _BUDGET_S[effort], rounds)
    runs: list[list[Run]] = [[] for _ in range(len(candidates) + 1)]
    wrong: dict[int, Verdict] = {}
    for turn in range(rounds):
        order = range(len(runs)) if turn % 2 == 0 else reversed(range(len(runs)))
        for k in order:
            if k in wrong:
                continue
            if k == 0:
                done = original(cases, plan)
                if done.failure is not None:
                    return None
            else:
                run, check = candidates[k - 1]
                done = run(cases, plan, THREADS[-1])
                verdict = check(plan, done, THREADS[-1])
                if verdict is not None:
                    wrong[k] = verdict
            runs[k].append(done)
    own, *others = (_side(Measured(plan, tuple(each)), len(cases), wrong.get(k)) for k, each in enumerate(runs))
    return Sides(tuple(sizes), own, tuple(others))


def _side(measured: Measured, cases: int, verdict: Verdict | None) -> Side:
    if verdict is not None:
        return Side((), verdict)
    return Side(tuple(tuple(map(statistics.median, measured.seconds(case))) for case in range(cases)))


def wins(times: Profile) -> Wins:
    """Yes: clearly faster at the largest size, and at no size clearly slower."""
    if not times.points:
        return Wins.UNMEASURED
    slower = any(p.sequential.high_s / p.parallel[-1][1].low_s < LOSES for p in times.points)
    return Wins.YES if times.points[-1].speedup >= _WINS and not slower else Wins.NO
