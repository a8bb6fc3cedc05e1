"""What building, running and measuring a compiled function gives: values only.

Knows nothing of how they come about, and draws no conclusion from them (the judge does).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from unseq.backends.host.blob import Outcome


@dataclass(frozen=True, slots=True)
class Built:
    """A shared library with the function and its shim; ``cached`` if it was built before."""

    library: Path
    kind: str
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """The compiler said no. ``message`` is its own text, capped; ``timed_out`` if we stopped it."""

    message: str
    kind: str
    timed_out: bool = False

    @property
    def first_error(self) -> str:
        """The first line that says ``error``."""
        lines = self.message.splitlines()
        return next((line for line in lines if "error" in line), lines[0] if lines else "no message")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of source: ``file`` as the compiler knew it, ``function`` demangled; line 0 if unknown."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.function or "unknown place"


@dataclass(frozen=True, slots=True)
class Access:
    """One side of a race. ``child``: which iteration (or 0 left, 1 right) of the fork that makes them parallel; of a
    kernel, which thread of ``block``."""

    place: Place
    write: bool
    atomic: bool
    size: int
    child: int | None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Race:
    """Two parallel accesses to the same bytes, at least one a write. ``object`` says in words what they touch;
    ``case`` is the number of the call that showed it; ``same_value`` if both wrote the same (None: unknown)."""

    earlier: Access
    later: Access
    object: str
    offset: int
    same_value: bool | None
    count: int
    case: int


class FindingKind(Enum):
    """What a runtime finds besides races; the values are the names of verdicts, but for LEAK."""

    OUT_OF_BOUNDS = "OutOfBounds"
    UNINITIALISED = "Uninitialised"
    MEMORY_FAULT = "MemoryFault"
    BARRIER_DIVERGENCE = "BarrierDivergence"
    LAUNCH_FAILURE = "LaunchFailure"
    LEAK = "Leak"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a runtime saw go wrong, ``count`` times at one ``place``. ``note``: worth knowing, no mistake.

    ``other``: where another thread was, or where memory was allocated or freed. ``kernel`` as the launch spells it,
    empty for the host's code; ``block`` and ``thread`` are the indices (x, y, z) of the first thread that showed it,
    None outside of kernels. ``case`` is the number of the call that showed it."""

    kind: FindingKind
    text: str
    place: Place
    other: Place | None
    kernel: str
    block: tuple[int, int, int] | None
    thread: tuple[int, int, int] | None
    note: bool
    count: int
    case: int

    def __str__(self) -> str:
        who = f"kernel {self.kernel}, " if self.kernel else ""
        who += f"block {self.block}, thread {self.thread}, " if self.block is not None else ""
        other = f" (see {self.other})" if self.other is not None and self.other.line else ""
        return f"{self.kind.value}: {who}{self.place}: {self.text}{other}"


@dataclass(frozen=True, slots=True)
class Site:
    """A fork site that was executed: ``forked`` counts executions with at least two children."""

    symbol: int
    executions: int
    forked: int
    strands: int
    max_children: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the parallel runtime counted during one run."""

    forks: int
    strands: int
    stolen: int
    workers: int
    threads: int
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Work and span of one call in seconds, of all of it (``symbol`` 0) or of one fork site. ``strands``: children of
    forks with at least two; ``fork_depth``: levels of tasks that start each other, on the longest chain."""

    symbol: int
    executions: int
    strands: int
    work_s: float
    span_s: float
    fork_depth: float


@dataclass(frozen=True, slots=True)
class Called:
    """One completed call: number in the schedule, seconds of wall clock and CPU, seconds with all that the host does
    for it, and the outcome (None when it was byte for byte that of an earlier call of the same case)."""

    index: int
    wall_s: float
    cpu_s: float
    whole_s: float
    outcome: Outcome | None
    size: int = 0


class Fault(Enum):
    """How a run ended too early."""

    SIGNAL = "signal"  # the program was killed by a signal of its own
    SANITIZER = "sanitizer"  # a sanitizer reported and stopped it
    EXIT = "exit"  # it ended by itself without having been asked to
    CALL_TIMEOUT = "time-out"  # one call took longer than allowed
    TIMEOUT = "run time-out"  # the whole run did
    MEMORY = "memory"
    CORRUPT = "corrupt"  # the results do not have the form that the host writes
    FORBIDDEN = "forbidden"  # it made a system call that no computation needs
    LOAD = "load"  # the library cannot be loaded
    TOO_LARGE = "too large"  # the results do not fit
    HARNESS = "harness"  # our own fault


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run is incomplete. ``index``: the call of the schedule it was in, None before the first."""

    fault: Fault
    index: int | None
    detail: str
    signal: int = 0
    report: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of one process: the calls that completed, and the failure that ended it, if any. ``changes``: calls
    that changed the library's static memory, where that was watched; ``spans``: of each call, where measured;
    ``findings``: of all calls, of runtimes that have some. Under the race detector: whether strands ``met`` at atomics,
    so that what they do may depend on the schedule, and whether these ``ordered`` what would be races otherwise."""

    calls: tuple[Called, ...]
    failure: Failure | None
    races: tuple[Race, ...] = ()
    statistics: Statistics | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss: int = 0
    changes: int = 0
    spans: tuple[tuple[Span, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    met: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: the median of ``repetitions`` and a 95 % confidence interval of the median."""

    median_s: float
    low_s: float
    high_s: float
    repetitions: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing | None:
        """Of the seconds of all calls; None for less than two."""
        times = sorted(seconds)
        n = len(times)
        if n < 2:
            return None
        # Order statistics: ranks n/2 -+ 1.96 sqrt(n)/2 enclose the median with 95 %.
        low = max(0, math.floor(n / 2 - 0.98 * math.sqrt(n)))
        high = min(n - 1, math.ceil(n / 2 + 0.98 * math.sqrt(n)))
        return cls(statistics.median(times), times[low], times[high], n)


@dataclass(frozen=True, slots=True)
class Point:
    """Times at one size. ``parallel`` has (threads, time), ``n`` is the number of elements of the input.

    ``paired``: how many times faster the most threads are, the median over rounds in which both sides took turns; 0
    where there were no rounds."""

    n: int
    sequential: Timing
    parallel: tuple[tuple[int, Timing], ...]
    paired: float = 0.0

    @property
    def speedup(self) -> float:
        """Of the most threads, against the sequential original."""
        if self.paired > 0:
            return self.paired
        if not self.parallel or self.parallel[-1][1].median_s <= 0:
            return 0.0
        return self.sequential.median_s / self.parallel[-1][1].median_s


@dataclass(frozen=True, slots=True)
class Profile:
    """Times over sizes; ``note`` says what is to be known of the machine during the measurement."""

    points: tuple[Point, ...] = ()
    note: str = field(default="")
