"""What the judge says of a candidate, with what its author needs to repair it.

Values only: every verdict names itself, tells what happened in `text`, and carries the input that shows it where there
is one. `Inconclusive` is for what is our fault or the machine's; it is never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Union

from unseq.agents.compare import Agreement
from unseq.agents.scaling import Scaling
from unseq.backends.cuda.nvcc import KernelFacts
from unseq.backends.results import Profile, Race


class Wins(Enum):
    """Whether a right candidate is faster than the original on this machine."""

    YES = "yes"
    NO = "no"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True)
class Example:
    """An input that shows a failure: how it was made, and its arguments as text, shortened."""

    label: str
    arguments: tuple[tuple[str, str], ...]
    elements: int

    def __str__(self) -> str:
        return f"{self.label}: " + ", ".join(f"{name} = {value}" for name, value in self.arguments)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """``text`` is one or a few lines for people and for authors alike."""

    text: str
    example: Example | None = None

    @property
    def name(self) -> str:
        """As reports call it."""
        return type(self).__name__

    @property
    def passed(self) -> bool:
        """Whether the candidate may be handed over."""
        return False


@dataclass(frozen=True, slots=True)
class Pass(_Verdict):
    """Right on every input, no race, no fault, and parallel."""

    wins: Wins = Wins.UNMEASURED

    @property
    def passed(self) -> bool:
        """True."""
        return True


@dataclass(frozen=True, slots=True)
class CompileError(_Verdict):
    """The compiler's own message is the text."""


@dataclass(frozen=True, slots=True)
class WrongOutput(_Verdict):
    """``where`` disagrees: ``expected`` and ``got`` are the values there."""

    where: str = ""
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Raced(_Verdict):
    """A race; ``races`` has what the detector found, empty where it could not say both places."""

    races: tuple[Race, ...] = ()

    @property
    def name(self) -> str:
        """As reports call it."""
        return "Race"


@dataclass(frozen=True, slots=True)
class OutOfBounds(_Verdict):
    """It reads or writes outside an object."""


@dataclass(frozen=True, slots=True)
class Uninitialised(_Verdict):
    """Its result depends on memory that nobody wrote."""


@dataclass(frozen=True, slots=True)
class MemoryFault(_Verdict):
    """Another misuse of memory, or undefined behaviour, or more memory than allowed."""


@dataclass(frozen=True, slots=True)
class BarrierDivergence(_Verdict):
    """Threads of a block wait at different barriers."""


@dataclass(frozen=True, slots=True)
class LaunchFailure(_Verdict):
    """A kernel could not be started."""


@dataclass(frozen=True, slots=True)
class Crash(_Verdict):
    """A signal ended it, or an error that it cannot return from."""

    signal: int = 0


@dataclass(frozen=True, slots=True)
class Timeout(_Verdict):
    """It takes far longer than the original."""


@dataclass(frozen=True, slots=True)
class NotParallel(_Verdict):
    """Nothing was forked, or some fork site never ran with two children; ``sites`` names those."""

    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nondeterministic(_Verdict):
    """Equal inputs gave different results, each outside what the policy allows."""


@dataclass(frozen=True, slots=True)
class Tampered(_Verdict):
    """It tries to influence its own judgement."""


@dataclass(frozen=True, slots=True)
class Unparsable(_Verdict):
    """No program in the author's answer."""


@dataclass(frozen=True, slots=True)
class Inconclusive(_Verdict):
    """Nothing can be said: the harness, the machine or the inputs are at fault."""


Verdict = Union[
    Pass,
    CompileError,
    WrongOutput,
    Raced,
    OutOfBounds,
    Uninitialised,
    MemoryFault,
    BarrierDivergence,
    LaunchFailure,
    Crash,
    Timeout,
    NotParallel,
    Nondeterministic,
    Tampered,
    Unparsable,
    Inconclusive,
]


STRONG = 0.9  # the least score of a suite that counts as strong


@dataclass(frozen=True, slots=True)
class SuiteStrength:
    """How much the inputs would have noticed: ``killed`` of ``mutants`` wrong versions of the candidate; ``survivors``
    are lines of it and what was changed there; ``lines`` and ``branches`` are the shares of the original's that the
    inputs ran (None: unknown)."""

    mutants: int = 0
    killed: int = 0
    survivors: tuple[tuple[int, str], ...] = ()
    lines: float | None = None
    branches: float | None = None

    @property
    def score(self) -> float | None:
        """The share that was killed; None without mutants."""
        return self.killed / self.mutants if self.mutants else None

    @property
    def strong(self) -> bool:
        """Whether the suite may be relied on to notice mistakes."""
        return self.score is not None and self.score >= STRONG


# Ends the name of a detector where accesses were no races only because atomics ordered them in the schedules that ran.
UP_TO_ATOMICS = " up to order by atomics"
_ORDERED = "; but some accesses were ordered by atomics alone, in the one or two serial orders that were run"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was done to reach a verdict. ``detector`` names the race detector; ``rounding``: how far
    floating-point results are apart; ``seconds`` is by stage; ``notes`` is what a report should add; ``static``: CUDA
    kernels as they are compiled."""

    strength: SuiteStrength = field(default_factory=SuiteStrength)
    cases: int = 0
    failed: int = 0
    runs: int = 0
    race_runs: int = 0
    races: int = 0
    detector: str | None = None
    fork_sites: int = 0
    sites_forked: int = 0
    rounding: Agreement = field(default_factory=Agreement)
    profile: Profile = field(default_factory=Profile)
    scaling: Scaling | None = None
    sandbox: str = ""
    compiler: str = ""
    library: str = ""
    seconds: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    static: tuple[KernelFacts, ...] = ()

    @property
    def race_detail(self) -> str:
        """How far the detector's silence reaches."""
        detector = (self.detector or "").removesuffix(UP_TO_ATOMICS)
        reach = {
            "": "",
            "exact": "every race on the inputs run, whatever the schedule",
            "ThreadSanitizer": "only schedules that happened, with 2 and 4 threads",
        }.get(detector, "every race on the inputs run, with loops dealt out to teams of these sizes")
        return reach + _ORDERED * (detector != self.detector and bool(detector))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and how it came about."""

    verdict: Verdict
    evidence: Evidence
