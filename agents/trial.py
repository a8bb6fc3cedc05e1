"""One candidate on its way through the stages of the judge, and what was found out about it.

Each stage returns a verdict that ends the trial, or None. Knows what a stage runs and what it must show; the order is
`stages`. What is run was built by `builds`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from unseq.agents.builds import Builds, adds_openmp, depends_on_the_build, detector_kind, start_build
from unseq.agents.evidence import evidence_of
from unseq.agents.failures import raced
from unseq.agents.measure import Measurement, measure
from unseq.agents.openmp import for_teams, team_sizes, unknown_to_detector
from unseq.agents.original import Original, element_count
from unseq.agents.outcomes import Outcomes
from unseq.agents.scaled import Program, scaled
from unseq.agents.scaling import Scaling
from unseq.agents.screen import fork_sites, screen_library, screen_text, starts_threads, unreached
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.agents.verdict import (
    CompileError,
    Evidence,
    Inconclusive,
    MemoryFault,
    Nondeterministic,
    NotParallel,
    Pass,
    Raced,
    Tampered,
    Timeout,
    Unparsable,
    Verdict,
    Wins,
    WrongOutput,
)
from unseq.backends.host.blob import Schedule
from unseq.backends.host.run import Setting, run_cases
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Limits
from unseq.backends.results import Built, Profile, Rejected, Run

Stage = Callable[[bool], Verdict | None]
_RACE_ELEMENTS, _RACE_S = 300_000, 0.2  # of inputs for the detector: size, and time of the original under ASan
_FIRST_USES = 3  # calls that may set up what stays the same from then on
_WALL_S = {Effort.QUICK: 20.0, Effort.NORMAL: 40.0, Effort.THOROUGH: 120.0}


@dataclass(slots=True)
class Trial:
    """A candidate and everything known of it."""

    task: Task
    candidate: Candidate
    suite: Suite
    original: Original
    toolchain: Toolchain
    executor: ThreadPoolExecutor
    effort: Effort
    builds: Builds
    environment: tuple[tuple[str, str], ...] = ()
    seconds: list[tuple[str, float]] = field(default_factory=list, init=False)
    notes: list[str] = field(default_factory=list, init=False)
    cases: tuple[Case, ...] = field(default=(), init=False)
    own_threads: bool = field(default=False, init=False)
    teams: int = field(default=0, init=False)  # forks that were raced
    outcomes: Outcomes = field(init=False)
    runs: int = field(default=0, init=False)
    race_runs: int = field(default=0, init=False)
    races: int = field(default=0, init=False)
    detector: str | None = field(default=None, init=False)
    by_atomics: bool = field(default=False, init=False)  # accesses were no races only because these ordered them
    sites: dict[RuntimeKind, dict[int, str]] = field(default_factory=dict, init=False)
    forked: dict[RuntimeKind, set[str]] = field(default_factory=dict, init=False)
    scaling: Scaling | None = field(default=None, init=False)
    measurement: Measurement = field(default_factory=lambda: Measurement(Profile(), Wins.UNMEASURED), init=False)

    def __post_init__(self) -> None:
        self.outcomes = Outcomes(self.task.function, self.task.contract.floating, self.original)

    def stages(self) -> tuple[tuple[str, Stage, bool], ...]:
        """Name, action, and whether the machine must be quiet."""
        return (
            ("build", self._build, False),
            ("tests", self._tests, False),
            ("sanitizers", self._sanitizers, False),
            ("races", self._races, False),
            ("forks", self._forks, False),
            ("timing", self._timing, True),
            ("scaling", self._scaling, True),
        )

    # ---- building ------------------------------------------------------------------------------------

    def _build(self, _: bool) -> Verdict | None:
        if not self.candidate.text.strip():
            return Unparsable("the candidate is empty")
        reason = screen_text(self.candidate.text, self.task.function.unit.text.decode("utf-8", "replace"))
        if reason:
            return Tampered(reason)
        made = self.builds[RuntimeKind.PLAIN].result()
        if isinstance(made, Rejected):
            return CompileError(made.message)
        known = self.original.library(RuntimeKind.PLAIN).library
        reason = screen_library(made.library, known, self.toolchain.parlaylib is not None)
        if not reason and depends_on_the_build(self.task, self.candidate, self.toolchain):
            reason = "other lines of it are compiled under the sanitizers than for use"
        return Tampered(reason) if reason else None

    def _library(self, kind: RuntimeKind) -> Built | Rejected:
        return self.builds[kind].result()

    # ---- running -------------------------------------------------------------------------------------

    def _run(self, kind: RuntimeKind, cases: Sequence[Case], schedule: Schedule, threads: int) -> Run:
        built = self._library(kind)
        assert isinstance(built, Built)
        limits = Limits(wall_s=_WALL_S[self.effort], memory=3 << 30, address_space=32 << 30, processes=64)
        setting = Setting(kind, True, threads, limits, environment=self.environment)
        self.runs += 1
        done = run_cases(self.original.place, self.task.function, built.library, cases, schedule, setting)
        if done.statistics is not None:
            if kind not in self.sites:
                self.sites[kind] = fork_sites(built.library)
            names = self.sites[kind]
            executed = (site.symbol for site in done.statistics.sites if site.forked)
            self.forked.setdefault(kind, set()).update(names[symbol] for symbol in executed if symbol in names)
        return done

    @property
    def all_sites(self) -> frozenset[str]:
        """The fork sites that are compiled into the candidate."""
        return frozenset(name for names in self.sites.values() for name in names.values())

    @property
    def all_forked(self) -> frozenset[str]:
        """Those of them that some input ran with at least two children."""
        return frozenset(name for names in self.forked.values() for name in names)

    def _checked(self, cases: Sequence[Case], schedule: Schedule, done: Run, how: str) -> Verdict | None:
        return self.outcomes.checked(cases, schedule, done, how)

    def _tests(self, _: bool) -> Verdict | None:
        self.cases = tuple(self._valid(self.suite.cases))
        cases = self.cases
        if not cases:
            return Inconclusive(self.suite.no_valid_input or "there are no valid inputs")
        return self._explained(self.used(cases))

    def used(self, cases: Sequence[Case]) -> Verdict | None:
        """What is wrong with the candidate on valid cases where it is built and run as it would be used."""
        # Twice, so that what was right at first must stay right; fresh memory each time.
        order = tuple(range(len(cases)))
        schedule = Schedule(order + order, call_s=self._limit(cases, 1.0, 20.0), statics=True)
        done = self._run(RuntimeKind.PLAIN, cases, schedule, 2)
        verdict = self._checked(cases, schedule, done, "as it is used, 2 threads")
        own = self.toolchain.parlaylib is None  # upstream's headers put their scheduler into static memory
        if verdict is None and done.changes > _FIRST_USES and not self.original.changes and own:
            text = f"{done.changes} of {len(done.calls)} calls changed its static variables; the original keeps nothing"
            text = f"it keeps something from one call to the next: {text}"
            if self.candidate.path is None:
                return Tampered(text)
            self.notes.append(text)
        return verdict

    def _explained(self, verdict: Verdict | None) -> Verdict | None:
        """A race on the input whose result is wrong, in place of what it leads to; shown on the smallest input."""
        case, failed = self.outcomes.wrong_case, self.outcomes.failed
        if case is None or not isinstance(verdict, WrongOutput | Nondeterministic):
            return verdict
        everything, self.cases = self.cases, (case,)
        found = self._races(False)
        self.cases = everything
        found = self._races(False) if isinstance(found, Raced) else found
        self.outcomes.failed = failed
        return found if isinstance(found, Raced) else verdict

    def _sanitizers(self, _: bool) -> Verdict | None:
        made = self._library(RuntimeKind.ASAN)
        if isinstance(made, Rejected):
            return CompileError(made.message)
        return self._explained(self._sanitized(self.cases))

    def _sanitized(self, cases: Sequence[Case]) -> Verdict | None:
        order = tuple(range(len(cases)))
        schedule = Schedule(order, call_s=self._limit(cases, 2.0, 50.0), statistics=True)
        done = self._run(RuntimeKind.ASAN, cases, schedule, 2)
        return self._checked(cases, schedule, done, "parallel path forced, under ASan and UBSan")

    # ---- races ---------------------------------------------------------------------------------------

    def _races(self, _: bool) -> Verdict | None:
        kind = detector_kind(self.toolchain)
        made = self._library(kind)
        if isinstance(made, Rejected):
            return CompileError(made.message)
        # Upstream's headers bring their scheduler with them; under the race runtime they are never used.
        upstream = self.toolchain.parlaylib is not None and kind is not RuntimeKind.RACE
        known = self.original.library(RuntimeKind.PLAIN).library
        self.own_threads = not upstream and starts_threads(made.library, known)
        if self.own_threads and adds_openmp(self.task, self.candidate):
            return self._openmp_races(made)
        if self.own_threads and kind is RuntimeKind.RACE:
            # The exact detector knows strands of the library only.
            self.notes.append("it makes threads of its own, so races are sought by ThreadSanitizer")
            kind = RuntimeKind.TSAN
            scratch = self.original.place.folder
            self.builds[kind] = start_build(self.task, self.candidate, self.toolchain, self.executor, scratch, kind)
        made = self._library(kind)
        if isinstance(made, Rejected):
            return CompileError(made.message)
        self.detector = "exact" if kind is RuntimeKind.RACE else "ThreadSanitizer"
        verdict = self._race_check(kind, self.cases)
        # What only samples schedules sees more of them where threads have more to do.
        if verdict is None and (self._unreached() or kind is RuntimeKind.TSAN):
            verdict = self._race_check(kind, self._larger()) or self._grown(kind)
        if verdict is None and self.effort is not Effort.QUICK and "UNSEQ_CUTOFF" in self.candidate.text:
            verdict = self._races_as_used(kind, self._larger())
        return verdict

    def _larger(self) -> list[Case]:
        """Inputs for timing that are not too large for a race detector."""
        few = [t.case for t in self.suite.timing if element_count(t.case) <= _RACE_ELEMENTS]
        return self._valid([case for case in few if self.original.seconds(case) <= _RACE_S])

    def _grown(self, kind: RuntimeKind) -> Verdict | None:
        """Ever larger inputs until every fork was raced: nobody knows the cut-offs of code that is not ours."""
        for case in self._valid([timed.case for timed in self.suite.timing]):
            if self.candidate.path is None or not self._unreached():
                return None
            verdict = self._race_check(kind, [case])
            if verdict is not None:  # it may be the detector that takes long or much
                return None if isinstance(verdict, Timeout | MemoryFault) else verdict
        return None

    def _races_as_used(self, kind: RuntimeKind, cases: Sequence[Case]) -> Verdict | None:
        """Races with the cut-offs and block lengths that the candidate has in use."""
        scratch = self.original.place.folder
        forced, known = self.builds[kind], self.sites.pop(kind, {})
        self.builds[kind] = start_build(
            self.task, self.candidate, self.toolchain, self.executor, scratch, kind, forced=False
        )
        try:
            made = self._library(kind)
            return CompileError(made.message) if isinstance(made, Rejected) else self._race_check(kind, cases)
        finally:
            self.builds[kind], self.sites[kind] = forced, known

    def _openmp_races(self, made: Built) -> Verdict | None:
        unknown = unknown_to_detector(self.candidate.text, made.library, self.toolchain)
        if unknown:
            return Inconclusive(unknown)
        sizes = team_sizes(self.cases)
        self.detector = f"exact for teams of {', '.join(map(str, sizes))}"
        verdict = self._race_check(RuntimeKind.RACE, self.cases, sizes)
        if verdict is None and not self.teams:
            verdict = self._race_check(RuntimeKind.RACE, self._larger(), sizes)
        return for_teams(verdict, self.teams)

    def _race_check(
        self, kind: RuntimeKind, cases: Sequence[Case], teams: Sequence[int] = (1,), descending: bool = False
    ) -> Verdict | None:
        if not cases:
            return None
        exact = kind is RuntimeKind.RACE
        order, limit = tuple(range(len(cases))), self._limit(cases, 4.0, 200.0)
        schedule = Schedule(order, call_s=limit, statistics=True, races=exact, descending=descending)
        met = False
        for threads in teams if exact else (2, 4):
            done = self._run(kind, cases, schedule, threads)
            met, self.by_atomics = met or done.met, self.by_atomics or done.ordered
            self.race_runs += len(done.calls) + (done.failure is not None)
            self.teams += done.statistics.forks if done.statistics is not None else 0
            how = "under the race detector" if exact else f"under ThreadSanitizer, {threads} threads"
            if done.races:
                self.races = len(done.races)
                case = min({race.case for race in done.races}, key=lambda k: element_count(cases[k]))
                return raced(self.task.function, cases[case], [race for race in done.races if race.case == case])
            if done.failure is not None and "unseq: OpenMP: " in done.failure.report:
                return Inconclusive(done.failure.report.partition("unseq: ")[2].strip())
            if done.failure is not None and "data race" in done.failure.report:
                self.races = 1
            verdict = self._checked(cases, schedule, done, how + ", later siblings first" * descending)
            if descending and isinstance(verdict, Timeout):  # a strand may wait for an earlier one
                self.notes.append("with later siblings first it did not end under the race detector")
                return None
            if verdict is not None:
                return verdict
        other = met and not descending and not adds_openmp(self.task, self.candidate)
        return self._race_check(kind, cases, teams, descending=True) if other else None

    def attacked(self, kind: RuntimeKind, cases: Sequence[Case]) -> Verdict | None:
        """What is wrong with the candidate on some valid cases, under a race detector and the sanitizers."""
        teams = team_sizes(cases) if adds_openmp(self.task, self.candidate) else (1,)
        return self._race_check(kind, cases, teams) or self._sanitized(cases)

    def _valid(self, cases: Sequence[Case]) -> list[Case]:
        verdicts = self.original.validate(cases)
        return [case for case, verdict in zip(cases, verdicts, strict=True) if verdict.ok]

    def _limit(self, cases: Sequence[Case], least: float, factor: float) -> float:
        """Seconds that a call may take: many times what the original takes under sanitizers."""
        return least + factor * max((self.original.seconds(case) for case in cases), default=0.0)

    def _unreached(self) -> tuple[str, ...]:
        race = RuntimeKind.RACE
        if self.candidate.path is not None and race in self.sites:  # whatever its cut-offs are, it was raced
            return unreached(self.sites[race].values(), self.forked.get(race, set()))
        return unreached(self.all_sites, self.all_forked)

    # ---- forks ---------------------------------------------------------------------------------------

    def _forks(self, _: bool) -> Verdict | None:
        if self.own_threads:
            if self.detector == "ThreadSanitizer":
                self.notes.append("it makes threads of its own, which are not counted")
            return None
        if self.toolchain.parlaylib is not None and (not self.all_sites or self._unreached()):
            self.notes.append("not every fork site could be counted: upstream ParlayLib counts none")
            return None
        if not self.all_sites:
            return NotParallel("it contains no fork: nothing in it can run in parallel")
        if not self._unreached():
            return None
        larger = self._valid([t.case for t in self.suite.timing])
        for case in larger:
            schedule = Schedule((0,), call_s=self._limit([case], 4.0, 100.0), statistics=True)
            done = self._run(RuntimeKind.ASAN, [case], schedule, 2)
            verdict = self._checked([case], schedule, done, "parallel path forced, under ASan and UBSan")
            if verdict is not None:
                return verdict
            if not self._unreached():
                return None
        missing = self._unreached()
        if not self.all_forked:
            return NotParallel("no input made it fork with at least two children", None, missing)
        words = f"{len(missing)} fork sites never ran with two children"
        return NotParallel(f"{words}, so they are not checked: {'; '.join(missing[:3])}", None, missing)

    # ---- time ----------------------------------------------------------------------------------------

    def timed_inputs(self) -> list[TimingCase]:
        """The valid inputs for timing."""
        cases = self._valid([t.case for t in self.suite.timing])
        return [t for t in self.suite.timing if any(t.case is case for case in cases)]

    def timed(self, cases: Sequence[Case], schedule: Schedule, threads: int) -> Run:
        """One process that calls the candidate as it would be used."""
        # Threads that wait must find what they wait for.
        fresh = self.toolchain.parlaylib is None and not self.own_threads
        return self._run(RuntimeKind.PLAIN, cases, replace(schedule, statics=fresh), threads)

    def check_timed(self, cases: Sequence[Case], schedule: Schedule, done: Run, threads: int) -> Verdict | None:
        """What is wrong with the results of such a process."""
        return self._checked(cases, schedule, done, f"timed, {threads} threads")

    def _timing(self, quiet: bool) -> Verdict | None:
        chosen = self.timed_inputs()
        if not chosen:
            self.notes.append("not timed: no valid large input")
            return None
        cases = [t.case for t in chosen]
        self.measurement = measure(
            [t.n for t in chosen],
            cases,
            [self.original.whole_seconds(case) for case in cases],
            self.original.timed,
            self.timed,
            lambda schedule, done, threads: self.check_timed(cases, schedule, done, threads),
            self.effort,
            quiet,
        )
        return self.measurement.verdict

    def _scaling(self, quiet: bool) -> Verdict | None:
        points = self.measurement.profile.points
        if points and not self.own_threads and self.toolchain.parlaylib is None:
            plain, checked = self._library(RuntimeKind.PLAIN), self._library(RuntimeKind.ASAN)
            assert isinstance(plain, Built) and isinstance(checked, Built)
            built = Program(self.original.place, self.task.function, plain.library, checked.library)
            self.scaling = scaled(built, self.timed_inputs()[-1], points[-1].sequential.median_s, self.effort, quiet)
        if self.scaling is not None and self.scaling.serial:
            self.notes.append("run serially, one strand of each fork does all the work: is that shared by threads?")
        return None

    def passed(self) -> Pass:
        """The verdict when no stage objected."""
        weak = self.by_atomics or self.detector == "ThreadSanitizer"
        sampled = " on the schedules that happened" if weak else ""
        return Pass(f"right on every input, no race found{sampled}, and parallel", None, self.measurement.wins)

    def evidence(self) -> Evidence:
        """What is known so far."""
        return evidence_of(self)
