"""Target-neutral plans: which strategy each loop, call or fork of a function gets.

A plan holds facts (which prove it legal) and choices (which only cost or gain time).  Rules make plans, emitters
print them; an emitter never asks whether a strategy is legal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from unseq.frontend.facts import CallFact, Claim, ForkFact, LoopFact
from unseq.frontend.ir.nodes import Function, Stmt


class ScatterMethod(Enum):
    """How a scatter with collisions is done in parallel."""

    PRIVATE = "private"  # one private copy a block, then combined
    ATOMIC = "atomic"
    INDEX = "index"  # the target's reduce-by-index primitive


@dataclass(frozen=True, slots=True)
class Map:
    """Iterations are independent. ``inner``: so are those of the loop that is all of its body."""

    loop: LoopFact
    granularity: int = 0  # iterations a task; 0: the runtime decides
    inner: LoopFact | None = None


@dataclass(frozen=True, slots=True)
class Reduce:
    """Accumulators and extrema; the body may also write memory independently."""

    loop: LoopFact
    block: int = 0  # iterations a block; 0: as many as their work calls for
    delayed: bool = False  # no blocks: the target's own reduction of a sequence that is computed on the way


@dataclass(frozen=True, slots=True)
class Scan:
    """Running values: contributions, prefix, then the body with its prefix."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Scatter:
    """Array accumulators (histogram, scatter-add)."""

    loop: LoopFact
    method: ScatterMethod = ScatterMethod.PRIVATE
    parts: int = 0  # private copies a worker; 0: the target's default


@dataclass(frozen=True, slots=True)
class Pack:
    """Compaction."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Search:
    """The first iteration that leaves the loop."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Wavefront:
    """Tiles of two nested loops, one anti-diagonal after the other."""

    loop: LoopFact
    tile: tuple[int, int] | None = None  # rows and columns; None: as the work of an iteration calls for


@dataclass(frozen=True, slots=True)
class Frontier:
    """A worklist: items that wait at one time are looked at together."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk along links: its elements are collected, then ``inner`` says what is done with them."""

    loop: LoopFact
    inner: Map | Reduce | Scan | Scatter | Pack


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices at one depth of a recursion, each on a state of its own."""

    loop: LoopFact
    doublings: int = 0  # of the least work that is done in parallel, from the target's default


@dataclass(frozen=True, slots=True)
class Merge:
    """Two sorted arrays, merged piece by piece of the result."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A standard algorithm by the target's primitive."""

    call: CallFact


@dataclass(frozen=True, slots=True)
class Fork:
    """Statements run in parallel."""

    fork: ForkFact
    doublings: int = 0  # of the least work that is done in parallel, from the target's default


@dataclass(frozen=True, slots=True)
class Sequential:
    """A loop that stays as it is."""

    loop: LoopFact


@dataclass(frozen=True, slots=True)
class Series:
    """A loop as several parts, one after the other: strategies, and statements that stay as they are."""

    loop: LoopFact
    parts: tuple[Strategy | Stmt, ...]


Strategy = (
    Map | Reduce | Scan | Scatter | Pack | Search | Wavefront | Frontier | Walk | Choices | Merge | Algorithm
    | Fork | Sequential | Series
)


def fact_of(strategy: Strategy) -> LoopFact | CallFact | ForkFact:
    """What a strategy is for."""
    match strategy:
        case Algorithm(call):
            return call
        case Fork(fork):
            return fork
        case _:
            return strategy.loop


@dataclass(frozen=True, slots=True)
class Plan:
    """One strategy for each outermost parallel loop, call or fork; nothing is parallel inside another strategy's
    loop. ``label`` describes it to people (``"scan over +; map"``)."""

    function: Function
    strategies: tuple[Strategy, ...]
    claim: Claim
    label: str = ""
