"""The judge: from a candidate to a verdict and the evidence for it. It knows nothing of who wrote the candidate.

In order of cost, the first failure wins: the text, the builds, the small inputs as the candidate would be used, the
same with every cut-off at 0 under ASan and UBSan, the race detector, the fork sites that no input reached, the large
inputs with their times. Builds run in the background while tests run. The original's results come from `original.py`,
runs from `backends/host`, agreement from `compare.py`; what a stage finds out is written into the evidence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from unseq.agents.builds import Started, detector_kind, start_build, start_together
from unseq.agents.measure import Sides, side_by_side
from unseq.agents.original import Original, OriginalRejected
from unseq.agents.quiet import quiet_machine, unless_measuring
from unseq.agents.rival import RivalTime, rival_times
from unseq.agents.stages.order import stages_of
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.strength import MOST, suite_strength
from unseq.agents.tester.suite import Suite, Validity
from unseq.agents.trial import Trial
from unseq.agents.verdict import Inconclusive, Judgement, Verdict
from unseq.backends.host.build import host_program
from unseq.backends.host.coverage import Coverage
from unseq.backends.host.run import session
from unseq.backends.host.shim import unpassable
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import sandbox_description
from unseq.frontend.ir.nodes import Function

__all__ = ["Examined", "Judge", "OriginalRejected", "judge", "judging", "silent"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate on its way: ``verdict`` ended it, or None, and only its times are missing."""

    trial: Trial
    verdict: Verdict | None


@dataclass(slots=True)
class Judge:
    """Judges candidates for one task; see `judging`."""

    task: Task
    original: Original
    toolchain: Toolchain
    executor: ThreadPoolExecutor
    effort: Effort
    progress: Progress
    timed: bool = True
    _started: dict[str, Started] = field(default_factory=dict, init=False)

    def validate(self, cases: Sequence[Case]) -> tuple[Validity, ...]:
        """Whether the original runs clean on each case; for `make_suite`. Raises OriginalRejected."""
        with quiet_machine(measuring=False):
            return self.original.validate(cases)

    def counted(self, cases: Sequence[Case]) -> Coverage | None:
        """Which lines and branches of the original valid cases run; for `grown`."""
        with quiet_machine(measuring=False):
            return self.original.counted(cases)

    def prepare(self, *candidates: Candidate) -> None:
        """Begins to build candidates in the background, as far as possible together, for `judge` to find."""
        fresh = list({one.text: one for one in candidates if one.text not in self._started}.values())
        scratch = self.original.place.folder
        started = start_together(self.task, fresh, self.toolchain, self.executor, scratch)
        self._started |= {one.text: builds for one, builds in zip(fresh, started, strict=True)}

    def judge(self, candidate: Candidate, suite: Suite) -> Judgement:
        """The verdict on one candidate."""
        return self.finish(self.examine(candidate, suite))

    def examine(self, candidate: Candidate, suite: Suite, progress: Progress | None = None) -> Examined:
        """All that is to be known of a candidate but its times; ``progress`` is told of it instead of the judge's."""
        self.prepare(candidate)
        started = self._started.pop(candidate.text)
        builds = started.builds
        trial = Trial(
            self.task, candidate, suite, self.original, self.toolchain, self.executor, self.effort, builds,
            number=started.number,
        )  # fmt: skip
        verdict = self._ended(trial, False, progress or self.progress)
        if verdict is not None:  # what still compiles is not needed, and would disturb a measurement
            wait([build for build in builds.values() if not build.cancel()])
        return Examined(trial, verdict)

    def finish(self, examined: Examined) -> Judgement:
        """The verdict on a candidate that was examined, with its times."""
        trial = examined.trial
        self.original.settle()
        if self.timed and trial.number is not None and examined.verdict is None:
            # What tells the lines of its forks, beside their times, is of it alone.
            scratch = self.original.place.folder
            alone = start_build(
                self.task, trial.candidate, self.toolchain, self.executor, scratch, RuntimeKind.ASAN
            )
            trial.builds[RuntimeKind.ASAN], trial.number = alone, None
            wait([alone])
        verdict = examined.verdict or self._ended(trial, True, self.progress) or trial.passed()
        evidence = trial.evidence()
        if verdict.passed and MOST[self.effort]:
            self.progress("mutants")
            with quiet_machine(measuring=False):
                evidence = replace(evidence, strength=suite_strength(trial, evidence.strength))
        return Judgement(verdict, evidence)

    def _ended(self, trial: Trial, measuring: bool, progress: Progress) -> Verdict | None:
        """What ends a trial in the stages that need a quiet machine, or in those before them."""
        try:
            for name, stage, needs_quiet in stages_of(trial.candidate):
                if needs_quiet is not measuring or (measuring and not self.timed):
                    continue
                progress(name)
                with quiet_machine(measuring) as quiet, _clocked(trial, name):
                    verdict = stage(trial, quiet)
                if verdict is not None:
                    return verdict
        except OriginalRejected as error:
            return Inconclusive(f"the original cannot be built: {error}")
        return None

    def side_by_side(self, candidates: Sequence[Examined]) -> Sides | None:
        """Times of candidates that passed, in turns with the original; None where there is nothing to time."""
        chosen = candidates[0].trial.timed_inputs()
        if not chosen:
            return None
        cases = [timed.case for timed in chosen]
        self.original.settle()
        with quiet_machine(measuring=True):
            return side_by_side(
                [timed.n for timed in chosen],
                cases,
                [self.original.whole_seconds(case) for case in cases],
                self.original.timed,
                [(one.trial.timed, partial(one.trial.check_timed, cases)) for one in candidates],
                self.effort,
            )

    def against(self, rival: Function, suite: Suite) -> tuple[RivalTime, ...]:
        """Times another sequential function of the same signature beside the original, where their results agree.

        Raises OriginalRejected where the rival cannot be built."""
        other = Original(rival, self.original.place, self.executor)
        other.library(RuntimeKind.PLAIN)
        other.settle()
        verdicts = self.original.validate([timed.case for timed in suite.timing])
        valid = [timed for timed, verdict in zip(suite.timing, verdicts, strict=True) if verdict.ok]
        with quiet_machine(measuring=True):
            return rival_times(self.original, other, valid)


@contextmanager
def _clocked(trial: Trial, name: str) -> Iterator[None]:
    """Notes how long a stage takes."""
    started = time.monotonic()
    try:
        yield
    finally:
        trial.seconds.append((name, time.monotonic() - started))


def silent(_: str) -> None:
    """No progress to show."""


@contextmanager
def judging(
    task: Task,
    toolchain: Toolchain,
    effort: Effort = Effort.QUICK,
    progress: Progress = silent,
    *,
    timed: bool = True,
) -> Iterator[Judge]:
    """A judge for candidates of one task; unless ``timed``, one that measures nothing. The original starts to be built
    at once.

    Raises OriginalRejected where the function cannot be called from outside."""
    reason = unpassable(task.function)
    if reason is not None:
        raise OriginalRejected(f"{reason.what}; {reason.remedy}" if reason.remedy else reason.what)
    sandbox_description()
    executor = ThreadPoolExecutor(2, "unseq-build")
    with session(toolchain) as place:
        try:
            original = Original(task.function, place, executor, exactly=effort is not Effort.QUICK)
            # Built once a machine, so mostly there.
            for kind in (RuntimeKind.PLAIN, RuntimeKind.ASAN, detector_kind(toolchain)):
                executor.submit(unless_measuring, host_program, toolchain, kind, True)
            yield Judge(task, original, toolchain, executor, effort, progress, timed)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def judge(
    task: Task, candidate: Candidate, suite: Suite, toolchain: Toolchain, effort: Effort = Effort.QUICK
) -> Judgement:
    """One candidate, with a suite of inputs that are validated here."""
    with judging(task, toolchain, effort) as one:
        one.validate([*suite.cases, *(timing.case for timing in suite.timing)])
        return one.judge(candidate, suite)
