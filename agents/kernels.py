"""A CUDA candidate on its way through the judge: its kernels run on the CPU.

The order: small inputs with blocks, warps and threads in two orders, the exact race detector
with its bounds and barriers, the launches that no input made. Nothing is timed: a CPU says nothing of a GPU's times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from unseq.agents.failures import example, raced
from unseq.agents.original import element_count
from unseq.agents.screen import screen_library, screen_text, unreached
from unseq.agents.trial import Stage, Trial
from unseq.agents.verdict import (
    BarrierDivergence,
    CompileError,
    Crash,
    LaunchFailure,
    MemoryFault,
    NotParallel,
    OutOfBounds,
    Pass,
    Tampered,
    Uninitialised,
    Unparsable,
    Verdict,
)
from unseq.backends.cuda.build import order
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Finding, FindingKind, Rejected, Run

_VERDICTS: dict[FindingKind, type[Verdict]] = {
    FindingKind.OUT_OF_BOUNDS: OutOfBounds,
    FindingKind.UNINITIALISED: Uninitialised,
    FindingKind.MEMORY_FAULT: MemoryFault,
    FindingKind.BARRIER_DIVERGENCE: BarrierDivergence,
    FindingKind.LAUNCH_FAILURE: LaunchFailure,
}


@dataclass(slots=True)
class KernelTrial(Trial):
    """A candidate whose kernels run on the CPU."""

    launched: set[str] = field(default_factory=set, init=False)  # sites that some input reached

    def stages(self) -> tuple[tuple[str, Stage, bool], ...]:
        """Name, action, and whether the machine must be quiet."""
        return (
            ("build", self._build, False),
            ("tests", self._tests, False),
            ("races", self._races, False),
            ("launches", self._forks, False),
        )

    def _build(self, _: bool) -> Verdict | None:
        if not self.candidate.text.strip():
            return Unparsable("the candidate is empty")
        reason = screen_text(self.candidate.text, self.task.function.unit.text.decode("utf-8", "replace"))
        if reason:
            return Tampered(reason)
        made = self._library(RuntimeKind.CUDA)
        if isinstance(made, Rejected):
            return CompileError(made.message)
        known = self.original.library(RuntimeKind.PLAIN).library
        reason = screen_library(made.library, known, False, exits=self.candidate.path is not None)
        return Tampered(reason) if reason else None

    def used(self, cases: Sequence[Case]) -> Verdict | None:
        """What is wrong with the candidate on valid cases, its threads forwards and backwards."""
        numbers = tuple(range(len(cases)))
        for which in ("forward", "reverse"):
            schedule = Schedule(numbers + numbers, call_s=self._limit(cases, 2.0, 400.0), statics=True)
            self.environment = order(which)
            try:
                done = self._run(RuntimeKind.CUDA, cases, schedule, 1)
            finally:
                self.environment = ()
            verdict = self._found(cases, schedule, done)
            verdict = verdict or self._checked(cases, schedule, done, f"kernels on the CPU, threads {which}")
            if verdict is not None:
                return verdict
        return None

    def _explained(self, verdict: Verdict | None) -> Verdict | None:
        """What the detector sees on the input whose result is wrong, in place of what it leads to."""
        case = self.outcomes.wrong_case
        cases = self.cases if isinstance(verdict, Crash) else () if case is None else (case,)
        if not cases or isinstance(self._library(RuntimeKind.CUDA_RACE), Rejected):
            return verdict
        failed = self.outcomes.failed
        found = self._race_check(RuntimeKind.CUDA_RACE, cases)
        self.outcomes.failed = failed
        kinds = (*_VERDICTS.values(),)
        return found if found is not None and (self.races or isinstance(found, kinds)) else verdict

    def _races(self, _: bool) -> Verdict | None:
        made = self._library(RuntimeKind.CUDA_RACE)
        if isinstance(made, Rejected):
            return CompileError(made.message)
        self.detector = "exact"
        verdict = self._race_check(RuntimeKind.CUDA_RACE, self.cases)
        return verdict or (self._grown(RuntimeKind.CUDA_RACE) if self._unreached() else None)

    def _race_check(
        self, kind: RuntimeKind, cases: Sequence[Case], teams: Sequence[int] = (1,), descending: bool = False
    ) -> Verdict | None:
        if not cases:
            return None
        numbers, limit = tuple(range(len(cases))), self._limit(cases, 10.0, 4000.0)
        schedule = Schedule(numbers, call_s=limit, statistics=True, races=True, descending=descending)
        done = self._run(kind, cases, schedule, 1)
        names = self.sites.get(kind, {})
        reached = done.statistics.sites if done.statistics is not None else ()
        self.launched |= {names[site.symbol] for site in reached if site.symbol in names}
        self.by_atomics = self.by_atomics or done.ordered
        self.race_runs += len(done.calls) + (done.failure is not None)
        if done.races:
            self.races = len(done.races)
            case = min({race.case for race in done.races}, key=lambda k: element_count(cases[k]))
            return raced(self.task.function, cases[case], [race for race in done.races if race.case == case])
        found = self._found(cases, schedule, done)
        return found or self._checked(cases, schedule, done, "kernels on the CPU, under the race detector")

    def _found(self, cases: Sequence[Case], schedule: Schedule, done: Run) -> Verdict | None:
        """What the runtime saw go wrong, on the smallest input."""
        for finding in done.findings:
            if finding.note and str(finding) not in self.notes:
                self.notes.append(str(finding))
        wrong = [finding for finding in done.findings if not finding.note and finding.kind in _VERDICTS]
        if not wrong:
            return None
        first = min(wrong, key=lambda finding: element_count(cases[finding.case]))
        shown = example(self.task.function, cases[first.case])
        return _VERDICTS[first.kind](f"{_told(first)}; input {shown}", shown)

    def _forks(self, _: bool) -> Verdict | None:
        if not self.all_sites:
            return NotParallel("it launches no kernel: nothing in it runs on a GPU")
        if not self.all_forked:
            text = "on no input do two threads of a kernel use device memory: one does all the work"
            return NotParallel(text, None, self._unreached())
        never = unreached(self.all_sites, self.all_forked | self.launched)
        if never:
            words = f"{len(never)} launches were made on no input"
            return NotParallel(f"{words}, so they are not checked: {'; '.join(never[:3])}", None, never)
        alone = len(self._unreached())
        if alone:
            self.notes.append(f"in {alone} of its {len(self.all_sites)} launches one thread does all the work")
        return None

    def passed(self) -> Pass:
        """The verdict when no stage objected."""
        text = "right on every input, kernels run on the CPU; no race, access out of bounds or diverging barrier found"
        return Pass(text, None)


def _told(finding: Finding) -> str:
    return str(finding).partition(": ")[2] or str(finding)
