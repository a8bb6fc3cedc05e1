"""One candidate on its way through the stages of the judge, and what was found out about it.

Knows how a candidate is run and what is remembered of that; what a run must show is the business of `stages`. What is
run was built by `builds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from unseq.agents.builds import Builds, is_cuda
from unseq.agents.evidence import evidence_of
from unseq.agents.measure import Measurement
from unseq.agents.original import Original
from unseq.agents.outcomes import Outcomes
from unseq.agents.scaling import Scaling
from unseq.agents.screen import fork_sites, unreached
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.agents.verdict import Evidence, Pass, Verdict, Wins
from unseq.backends.cuda.nvcc import KernelFacts
from unseq.backends.host.blob import Schedule
from unseq.backends.host.run import Setting, run_cases
from unseq.backends.host.together import CHOSEN, of_one
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Limits
from unseq.backends.results import Built, Profile, Rejected, Run

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
    number: int | None = None  # among the candidates that it is built together with
    environment: tuple[tuple[str, str], ...] = ()
    patience_s: float | None = None  # for a call, where that is less than what is usual
    seconds: list[tuple[str, float]] = field(default_factory=list, init=False)
    notes: list[str] = field(default_factory=list, init=False)
    cases: tuple[Case, ...] = field(default=(), init=False)
    own_threads: bool = field(default=False, init=False)
    teams: int = field(default=0, init=False)  # forks that were raced
    outcomes: Outcomes = field(init=False)
    slowest_s: float = field(default=0.0, init=False)  # of all calls
    runs: int = field(default=0, init=False)
    race_runs: int = field(default=0, init=False)
    races: int = field(default=0, init=False)
    detector: str | None = field(default=None, init=False)
    by_atomics: bool = field(default=False, init=False)  # accesses were no races only because these ordered them
    static: tuple[KernelFacts, ...] = field(default=(), init=False)  # of CUDA, where there is nvcc
    sites: dict[RuntimeKind, Mapping[int, str]] = field(default_factory=dict, init=False)
    forked: dict[RuntimeKind, set[str]] = field(default_factory=dict, init=False)
    executed: set[str] = field(default_factory=set, init=False)  # sites that ran, with whatever children
    scaling: Scaling | None = field(default=None, init=False)
    measurement: Measurement = field(default_factory=lambda: Measurement(Profile(), Wins.UNMEASURED), init=False)

    def __post_init__(self) -> None:
        self.outcomes = Outcomes(self.task.function, self.task.contract.floating, self.original)

    def library(self, kind: RuntimeKind) -> Built | Rejected:
        """A build; waits until it is done."""
        return self.builds[kind].result()

    def run(self, kind: RuntimeKind, cases: Sequence[Case], schedule: Schedule, threads: int) -> Run:
        """One process that calls the candidate as it is built for a kind; notes which fork sites ran."""
        built = self.library(kind)
        assert isinstance(built, Built)
        limits = Limits(wall_s=_WALL_S[self.effort], memory=3 << 30, address_space=32 << 30, processes=64)
        which = () if self.number is None else ((CHOSEN, str(self.number)),)
        space = 2 * self.original.result_bytes(cases)
        setting = Setting(kind, True, threads, limits, space, (*self.environment, *which))
        self.runs += 1
        done = run_cases(self.original.place, self.task.function, built.library, cases, schedule, setting)
        self.slowest_s = max([self.slowest_s, *(called.wall_s for called in done.calls)])
        if done.statistics is not None:
            if kind not in self.sites:
                sites = fork_sites(built.library)
                self.sites[kind] = {at: name for at, name in sites.items() if of_one(name, self.number)}
            names = self.sites[kind]
            ran = [site for site in done.statistics.sites if site.symbol in names]
            self.executed |= {names[site.symbol] for site in ran}
            self.forked.setdefault(kind, set()).update(names[site.symbol] for site in ran if site.forked)
        return done

    @property
    def all_sites(self) -> frozenset[str]:
        """The fork sites that are compiled into the candidate."""
        return frozenset(name for names in self.sites.values() for name in names.values())

    @property
    def all_forked(self) -> frozenset[str]:
        """Those of them that some input ran with at least two children."""
        return frozenset(name for names in self.forked.values() for name in names)

    def checked(self, cases: Sequence[Case], schedule: Schedule, done: Run, how: str) -> Verdict | None:
        """What is wrong with the results of a run; ``how`` it was made."""
        return self.outcomes.checked(cases, schedule, done, how)

    def valid(self, cases: Sequence[Case]) -> list[Case]:
        """The cases on which the original runs clean."""
        verdicts = self.original.validate(cases)
        return [case for case, verdict in zip(cases, verdicts, strict=True) if verdict.ok]

    def limit(self, cases: Sequence[Case], least: float, factor: float) -> float:
        """Seconds that a call may take: many times what the original takes under sanitizers."""
        usual = least + factor * max((self.original.seconds(case) for case in cases), default=0.0)
        return usual if self.patience_s is None else min(usual, self.patience_s)

    def unreached(self) -> tuple[str, ...]:
        """The fork sites that no input ran with two children yet."""
        race = RuntimeKind.RACE
        if self.candidate.path is not None and race in self.sites:  # whatever its cut-offs are, it was raced
            return unreached(self.sites[race].values(), self.forked.get(race, set()))
        return unreached(self.all_sites, self.all_forked)

    def timed_inputs(self) -> list[TimingCase]:
        """The valid inputs for timing."""
        cases = self.valid([t.case for t in self.suite.timing])
        return [t for t in self.suite.timing if any(t.case is case for case in cases)]

    def timed(self, cases: Sequence[Case], schedule: Schedule, threads: int) -> Run:
        """One process that calls the candidate as it would be used."""
        # Threads that wait must find what they wait for.
        fresh = self.toolchain.parlaylib is None and not self.own_threads
        return self.run(RuntimeKind.PLAIN, cases, replace(schedule, statics=fresh), threads)

    def check_timed(self, cases: Sequence[Case], schedule: Schedule, done: Run, threads: int) -> Verdict | None:
        """What is wrong with the results of such a process."""
        return self.checked(cases, schedule, done, f"timed, {threads} threads")

    def passed(self) -> Pass:
        """The verdict when no stage objected."""
        if is_cuda(self.candidate):
            text = "no race, access out of bounds or diverging barrier found"
            return Pass(f"right on every input, kernels run on the CPU; {text}", None)
        weak = self.by_atomics or self.detector == "ThreadSanitizer"
        sampled = " on the schedules that happened" if weak else ""
        return Pass(f"right on every input, no race found{sampled}, and parallel", None, self.measurement.wins)

    def evidence(self) -> Evidence:
        """What is known so far."""
        return evidence_of(self)
