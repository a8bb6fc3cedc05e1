"""What to expect on more processors than there are: from the work and the span of one call, measured serially.

    T_P = (1 - m) work / P + m work / s_P + c strands / P + (1 - 1/P) (span + b depth)

after Cilkscale (Schardl, Lee & Leiserson): work over P, what starting strands costs, and the longest chain with the
cost b of each level of forks on it. The share m of the work that waits for memory scales with the bandwidth that more
processors have together, s_P, not with their number. b, c and the bandwidth are measured on this machine once
(`calibration`); that each further processor brings as much bandwidth as the second one does is an assumption. Nothing
here runs anything, and nothing that it says is a measurement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from unseq.backends.results import Run, Span

PROCESSORS = (2, 4, 8, 16, 32, 64, 128)
_ENOUGH_S = 1e-4  # of work, to judge how it is shared
_ALONE = 1.02  # parallelism of strands of which one does everything


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds a level of forks takes (``level_s``) and a strand costs (``strand_s``); bytes a second that one and two
    processors read and write (``bandwidth``); bytes of the last cache, which is faster than that."""

    level_s: float
    strand_s: float
    bandwidth: tuple[float, float]
    cache: int

    def bandwidth_on(self, processors: int) -> float:
        """Times the bandwidth of one processor."""
        one, two = self.bandwidth
        return 1.0 + (processors - 1) * min(max(two / one - 1.0, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Site:
    """Work and span of the forks at one line of the candidate, in seconds."""

    line: int
    executions: int
    work_s: float
    span_s: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """Work and span of one call at size ``n`` in seconds; ``burdened_s``: the span with the cost of forks;
    ``predicted``: speedup over the sequential original by number of processors; ``memory``: the share of the work that
    waits for memory."""

    n: int
    work_s: float
    span_s: float
    burdened_s: float
    memory: float
    predicted: tuple[tuple[int, float], ...]
    sites: tuple[Site, ...] = ()

    @property
    def serial(self) -> bool:
        """Whether forks ran, with enough work to tell, and each of them left it all to one of its strands. Strands that
        fetch their work from a common counter look like that too, for run serially the first one fetches all."""
        forks = [site.work_s / site.span_s for site in self.sites if site.span_s > 0]
        return self.work_s > _ENOUGH_S and bool(forks) and max(forks) < _ALONE > self.work_s / max(self.span_s, 1e-12)


def scaling(
    n: int, sequential_s: float, bytes_: int, run: Run, lines: Mapping[int, int], machine: Machine
) -> Scaling | None:
    """What calls of one input of ``bytes_`` say; the least of each figure counts, for noise only adds. ``lines``: of
    fork sites. None where nothing was measured."""
    calls = [call for call in run.spans if call]
    if not calls or sequential_s <= 0:
        return None
    whole = _least([call[0] for call in calls])
    if whole.work_s <= 0:
        return None
    memory = memory_share(whole.work_s, bytes_, machine)
    predicted = tuple((p, round(sequential_s / predict(whole, memory, machine, p), 3)) for p in PROCESSORS)
    by_symbol: dict[int, list[Span]] = {}
    for call in calls:
        for span in call[1:]:
            by_symbol.setdefault(span.symbol, []).append(span)
    least = [_least(spans) for spans in by_symbol.values()]
    sites = tuple(
        Site(lines[one.symbol], one.executions, one.work_s, one.span_s)
        for one in sorted(least, key=lambda one: -one.work_s)
        if one.symbol in lines
    )
    burdened = whole.span_s + machine.level_s * whole.fork_depth
    return Scaling(n, whole.work_s, whole.span_s, burdened, round(memory, 3), predicted, sites)


def _least(spans: Sequence[Span]) -> Span:
    best = min(spans, key=lambda one: one.work_s)
    span = min(one.span_s for one in spans)
    return replace(best, span_s=min(span, best.work_s))


def memory_share(work_s: float, bytes_: int, machine: Machine) -> float:
    """The share of the work that moving ``bytes_`` to and from memory takes; 0 where the cache holds them."""
    if bytes_ <= machine.cache // 2:
        return 0.0
    return min(1.0, bytes_ / machine.bandwidth[0] / work_s)


def predict(whole: Span, memory: float, machine: Machine, processors: int) -> float:
    """Seconds on that many processors."""
    parallel = (1.0 - memory) * whole.work_s / processors + memory * whole.work_s / machine.bandwidth_on(processors)
    started = machine.strand_s * whole.strands / processors
    burdened = whole.span_s + machine.level_s * whole.fork_depth
    return parallel + started + (1.0 - 1.0 / processors) * burdened


def kept(path: Path) -> Machine | None:
    """A machine's figures as `as_text` spells them; None where there are none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Machine(data["level_s"], data["strand_s"], (data["bandwidth"][0], data["bandwidth"][1]), data["cache"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def as_text(machine: Machine) -> str:
    """A machine's figures to keep."""
    return json.dumps(asdict(machine))
