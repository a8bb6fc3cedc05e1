"""Races: on the inputs of the suite, and on larger ones where forks are out of their reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.agents.builds import adds_openmp, detector_kind, start_build
from unseq.agents.failures import raced
from unseq.agents.openmp import for_teams, team_sizes, unknown_to_detector
from unseq.agents.original import element_count
from unseq.agents.screen import starts_threads
from unseq.agents.task import Effort
from unseq.agents.trial import Trial
from unseq.agents.verdict import CompileError, Inconclusive, MemoryFault, Timeout, Verdict
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Built, Rejected, Run

_RACE_ELEMENTS, _RACE_S = 300_000, 0.2  # of inputs for the detector: size, and time of the original under ASan


def races(trial: Trial, _: bool) -> Verdict | None:
    """What a race detector finds."""
    kind = detector_kind(trial.toolchain)
    made = trial.library(kind)
    if isinstance(made, Rejected):
        return CompileError(made.message)
    trial.own_threads = _makes_threads(trial, made, kind)
    if trial.own_threads and adds_openmp(trial.task, trial.candidate):
        return _openmp_races(trial, made)
    if trial.own_threads and kind is RuntimeKind.RACE:
        # The exact detector knows strands of the library only.
        trial.notes.append("it makes threads of its own, so races are sought by ThreadSanitizer")
        kind = RuntimeKind.TSAN
        scratch = trial.original.place.folder
        trial.builds[kind] = start_build(trial.task, trial.candidate, trial.toolchain, trial.executor, scratch, kind)
    made = trial.library(kind)
    if isinstance(made, Rejected):
        return CompileError(made.message)
    trial.detector = "exact" if kind is RuntimeKind.RACE else "ThreadSanitizer"
    verdict = race_check(trial, kind, trial.cases)
    # What only samples schedules sees more of them where threads have more to do.
    if verdict is None and (trial.unreached() or kind is RuntimeKind.TSAN):
        verdict = race_check(trial, kind, _larger(trial)) or grown(trial, kind, race_check)
    if verdict is None and trial.effort is not Effort.QUICK and "UNSEQ_CUTOFF" in trial.candidate.text:
        verdict = _races_as_used(trial, kind, _larger(trial))
    return verdict


def _larger(trial: Trial) -> list[Case]:
    """Inputs for timing that are not too large for a race detector."""
    few = [t.case for t in trial.suite.timing if element_count(t.case) <= _RACE_ELEMENTS]
    return trial.valid([case for case in few if trial.original.seconds(case) <= _RACE_S])


def grown(
    trial: Trial, kind: RuntimeKind, check: Callable[[Trial, RuntimeKind, Sequence[Case]], Verdict | None]
) -> Verdict | None:
    """Ever larger inputs until every fork was raced: nobody knows the cut-offs of code that is not ours."""
    for case in trial.valid([timed.case for timed in trial.suite.timing]):
        if trial.candidate.path is None or not trial.unreached():
            return None
        verdict = check(trial, kind, [case])
        if verdict is not None:  # it may be the detector that takes long or much
            return None if isinstance(verdict, Timeout | MemoryFault) else verdict
    return None


def _races_as_used(trial: Trial, kind: RuntimeKind, cases: Sequence[Case]) -> Verdict | None:
    """Races with the cut-offs and block lengths that the candidate has in use."""
    scratch = trial.original.place.folder
    forced, known = trial.builds[kind], trial.sites.pop(kind, {})
    trial.builds[kind] = start_build(
        trial.task, trial.candidate, trial.toolchain, trial.executor, scratch, kind, forced=False
    )
    try:
        made = trial.library(kind)
        return CompileError(made.message) if isinstance(made, Rejected) else race_check(trial, kind, cases)
    finally:
        trial.builds[kind], trial.sites[kind] = forced, known


def _openmp_races(trial: Trial, made: Built) -> Verdict | None:
    unknown = unknown_to_detector(trial.candidate.text, made.library, trial.toolchain)
    if unknown:
        return Inconclusive(unknown)
    sizes = team_sizes(trial.cases)
    trial.detector = f"exact for teams of {', '.join(map(str, sizes))}"
    verdict = race_check(trial, RuntimeKind.RACE, trial.cases, sizes)
    if verdict is None and not trial.teams:
        verdict = race_check(trial, RuntimeKind.RACE, _larger(trial), sizes)
    return for_teams(verdict, trial.teams)


def _makes_threads(trial: Trial, made: Built, kind: RuntimeKind) -> bool:
    """Whether the candidate itself starts threads. The race runtime always has the embedded headers, which start
    none; upstream's headers bring their scheduler with them."""
    if trial.toolchain.parlaylib is not None and kind is not RuntimeKind.RACE:
        return False
    return starts_threads(made.library, trial.original.library(RuntimeKind.PLAIN).library)


def shown(trial: Trial, cases: Sequence[Case], done: Run) -> Verdict:
    """The races of a run, on the smallest input that has any."""
    trial.races = len(done.races)
    case = min({race.case for race in done.races}, key=lambda k: element_count(cases[k]))
    return raced(trial.task.function, cases[case], [race for race in done.races if race.case == case])


def race_check(
    trial: Trial, kind: RuntimeKind, cases: Sequence[Case], teams: Sequence[int] = (1,), descending: bool = False
) -> Verdict | None:
    """What a detector finds on valid cases, with teams of some sizes where there is OpenMP; where strands met at
    atomics, also with later siblings first (``descending``)."""
    if not cases:
        return None
    exact = kind is RuntimeKind.RACE
    order, limit = tuple(range(len(cases))), trial.limit(cases, 4.0, 200.0)
    schedule = Schedule(order, call_s=limit, statistics=True, races=exact, descending=descending)
    met = False
    for threads in teams if exact else (2, 4):
        done = trial.run(kind, cases, schedule, threads)
        met, trial.by_atomics = met or done.met, trial.by_atomics or done.ordered
        trial.race_runs += len(done.calls) + (done.failure is not None)
        trial.teams += done.statistics.forks if done.statistics is not None else 0
        how = "under the race detector" if exact else f"under ThreadSanitizer, {threads} threads"
        if done.races:
            return shown(trial, cases, done)
        if done.failure is not None and "unseq: OpenMP: " in done.failure.report:
            return Inconclusive(done.failure.report.partition("unseq: ")[2].strip())
        if done.failure is not None and "data race" in done.failure.report:
            trial.races = 1
        verdict = trial.checked(cases, schedule, done, how + ", later siblings first" * descending)
        if descending and isinstance(verdict, Timeout):  # a strand may wait for an earlier one
            trial.notes.append("with later siblings first it did not end under the race detector")
            return None
        if verdict is not None:
            return verdict
    other = met and not descending and not adds_openmp(trial.task, trial.candidate)
    return race_check(trial, kind, cases, teams, descending=True) if other else None
