"""A CUDA candidate on its way through the judge: its kernels run on the CPU.

The order: small inputs with blocks, warps and threads in two orders, the exact race detector with its bounds and
barriers, the launches that no input made, nvcc where there is one. Nothing is timed: a CPU says nothing of a GPU's
times.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.agents.failures import example
from unseq.agents.original import element_count
from unseq.agents.screen import unreached
from unseq.agents.stages.races import grown, shown
from unseq.agents.stages.results import screened
from unseq.agents.trial import Trial
from unseq.agents.verdict import (
    BarrierDivergence,
    CompileError,
    Crash,
    Inconclusive,
    LaunchFailure,
    MemoryFault,
    NotParallel,
    OutOfBounds,
    Uninitialised,
    Verdict,
)
from unseq.backends.cuda.build import cutoff, order
from unseq.backends.cuda.emit.support import LEAST_WORK
from unseq.backends.cuda.nvcc import ARCHITECTURE, static_facts
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import folder_of
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, ToolMissing
from unseq.backends.results import Finding, FindingKind, Rejected, Run

_VERDICTS: dict[FindingKind, type[Verdict]] = {
    FindingKind.OUT_OF_BOUNDS: OutOfBounds,
    FindingKind.UNINITIALISED: Uninitialised,
    FindingKind.MEMORY_FAULT: MemoryFault,
    FindingKind.BARRIER_DIVERGENCE: BarrierDivergence,
    FindingKind.LAUNCH_FAILURE: LaunchFailure,
}


def built(trial: Trial, _: bool) -> Verdict | None:
    """What is wrong with the text and the library."""
    return screened(trial, RuntimeKind.CUDA, exits=trial.candidate.path is not None)


def tested(trial: Trial, _: bool) -> Verdict | None:
    """What is wrong with the results on the inputs of the suite."""
    trial.cases = tuple(trial.valid(trial.suite.cases))
    if not trial.cases:
        return Inconclusive(trial.suite.no_valid_input or "there are no valid inputs")
    return _explained(trial, used(trial, trial.cases))


def used(trial: Trial, cases: Sequence[Case]) -> Verdict | None:
    """What is wrong with the candidate on valid cases: its threads forwards and backwards, and as it would be used,
    which leaves small loops to the host."""
    numbers, own = tuple(range(len(cases))), trial.environment
    ways = {"threads forward": order("forward"), "threads reverse": order("reverse")}
    if trial.candidate.path is None:
        ways["as used"] = cutoff(LEAST_WORK)
    for which, environment in ways.items():
        schedule = Schedule(numbers + numbers, call_s=trial.limit(cases, 2.0, 400.0), statics=True)
        trial.environment = (*own, *environment)
        try:
            done = trial.run(RuntimeKind.CUDA, cases, schedule, 1)
        finally:
            trial.environment = own
        verdict = _found(trial, cases, schedule, done)
        verdict = verdict or trial.checked(cases, schedule, done, f"kernels on the CPU, {which}")
        if verdict is not None:
            return verdict
    return None


def _explained(trial: Trial, verdict: Verdict | None) -> Verdict | None:
    """What the detector sees on the input whose result is wrong, in place of what it leads to."""
    case = trial.outcomes.wrong_case
    cases = trial.cases if isinstance(verdict, Crash) else () if case is None else (case,)
    if not cases or isinstance(trial.library(RuntimeKind.CUDA_RACE), Rejected):
        return verdict
    failed = trial.outcomes.failed
    found = race_check(trial, RuntimeKind.CUDA_RACE, cases)
    trial.outcomes.failed = failed
    return found if found is not None and (trial.races or isinstance(found, tuple(_VERDICTS.values()))) else verdict


def races(trial: Trial, _: bool) -> Verdict | None:
    """What the exact detector finds."""
    made = trial.library(RuntimeKind.CUDA_RACE)
    if isinstance(made, Rejected):
        return CompileError(made.message)
    trial.detector = "exact"
    verdict = race_check(trial, RuntimeKind.CUDA_RACE, trial.cases)
    return verdict or (grown(trial, RuntimeKind.CUDA_RACE, race_check) if trial.unreached() else None)


def race_check(trial: Trial, kind: RuntimeKind, cases: Sequence[Case]) -> Verdict | None:
    """What is wrong under the race detector with the candidate on valid cases."""
    if not cases:
        return None
    numbers = tuple(range(len(cases)))
    schedule = Schedule(numbers, call_s=trial.limit(cases, 10.0, 4000.0), statistics=True, races=True)
    done = trial.run(kind, cases, schedule, 1)
    trial.by_atomics = trial.by_atomics or done.ordered
    trial.race_runs += len(done.calls) + (done.failure is not None)
    if done.races:
        return shown(trial, cases, done)
    found = _found(trial, cases, schedule, done)
    return found or trial.checked(cases, schedule, done, "kernels on the CPU, under the race detector")


def _found(trial: Trial, cases: Sequence[Case], schedule: Schedule, done: Run) -> Verdict | None:
    """What the runtime saw go wrong, on the smallest input."""
    for finding in done.findings:
        if finding.note and str(finding) not in trial.notes:
            trial.notes.append(str(finding))
    wrong = [finding for finding in done.findings if not finding.note and finding.kind in _VERDICTS]
    if not wrong:
        return None
    first = min(wrong, key=lambda finding: element_count(cases[finding.case]))
    case = example(trial.task.function, cases[first.case])
    return _VERDICTS[first.kind](f"{_told(first)}; input {case}", case)


def launches(trial: Trial, _: bool) -> Verdict | None:
    """What no input launched, and whether more than one thread does something."""
    if not trial.all_sites:
        return NotParallel("it launches no kernel: nothing in it runs on a GPU")
    if not trial.all_forked:
        text = "on no input do two threads of a kernel use device memory: one does all the work"
        return NotParallel(text, None, trial.unreached())
    never = unreached(trial.all_sites, trial.all_forked | trial.executed)
    if never:
        words = f"{len(never)} launches were made on no input"
        return NotParallel(f"{words}, so they are not checked: {'; '.join(never[:3])}", None, never)
    alone = len(trial.unreached())
    if alone:
        trial.notes.append(f"in {alone} of its {len(trial.all_sites)} launches one thread does all the work")
    return None


def compiled(trial: Trial, _: bool) -> Verdict | None:
    """What nvcc says, where there is one."""
    folder = folder_of(trial.candidate.path or trial.task.function.unit.path)
    try:
        found = static_facts(trial.candidate.text, ARCHITECTURE, folder)
    except ToolMissing as error:
        trial.notes.append(f"not compiled for a GPU: {error}")
        return None
    if isinstance(found, Rejected):
        return Inconclusive("nvcc took too long") if found.timed_out else CompileError(f"nvcc: {found.message}")
    trial.static = found
    return None


def _told(finding: Finding) -> str:
    return str(finding).partition(": ")[2] or str(finding)
