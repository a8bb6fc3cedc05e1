"""The choices that a plan leaves open, as further plans: legal for the same reasons, faster or slower.

Knows which choices there are and which are worth trying first. Each choice keeps to what the facts show; whether it
pays is for a measurement to say. Prints no target text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from unseq.backends.plan import (
    Choices,
    Fork,
    Map,
    Plan,
    Reduce,
    Scatter,
    ScatterMethod,
    Sequential,
    Series,
    Strategy,
    Walk,
    Wavefront,
)
from unseq.frontend.facts import Accumulator, ArrayAccumulator, Induction, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Declare, Index, Ref, Stmt
from unseq.frontend.ir.walk import LOOPS, Node, walk

_TASKS = (4096, 32768)  # iterations of a parallel loop with a light body
_HEAVY_TASKS = (1, 16)  # the same where an iteration is itself a loop
_BLOCKS = (16384, 512)  # iterations of a block of a reduction
_HEAVY_BLOCKS = (16, 64)
_PARTS = (1, 16)  # private copies a worker
_TILES = ((64, 512), (16, 128), (128, 1024))
_HEAVY_TILES = ((32, 32), (64, 64), (8, 8))
_DOUBLINGS = (3, -3, 6)  # of the least work that is forked
_ATOMIC = {"+", "-", "&", "|", "^"}


@dataclass(frozen=True, slots=True)
class Variation:
    """A plan, and in words what was chosen otherwise than by default (nothing: it is the default)."""

    plan: Plan
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Option:
    strategy: Strategy
    words: str


def variations(plan: Plan) -> Iterator[Variation]:
    """The plan itself, then others, the most promising first: few changes, and of each strategy the best guesses.

    Their order depends on the plan only. Of several strategies all combinations follow, so take what you need."""
    options = [_options(strategy) for strategy in plan.strategies]
    most = [len(own) for own in options]
    for changes in range(sum(most) + 1):
        for ranks in _ranks(changes, most):
            strategies = tuple(
                own[rank - 1].strategy if rank else strategy
                for strategy, own, rank in zip(plan.strategies, options, ranks, strict=True)
            )
            words = tuple(
                (f"line {_line(strategy)}: " if len(options) > 1 else "") + own[rank - 1].words
                for strategy, own, rank in zip(plan.strategies, options, ranks, strict=True)
                if rank
            )
            yield Variation(replace(plan, strategies=strategies), words)


def _ranks(total: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All tuples with this sum, each element at most its own; early strategies change first."""
    if not most:
        if total == 0:
            yield ()
        return
    first, rest = most[0], most[1:]
    for rank in range(min(total, first), max(total - sum(rest), 0) - 1, -1):
        for others in _ranks(total - rank, rest):
            yield (rank, *others)


def _line(strategy: Strategy) -> int:
    match strategy:
        case Fork(fork):
            return fork.span.line
        case Map() | Reduce() | Scatter() | Wavefront() | Walk() | Choices() | Series():
            return strategy.loop.span.line
        case _:
            return 0


def _options(strategy: Strategy) -> tuple[_Option, ...]:
    """What else a strategy may be, the most promising first."""
    match strategy:
        case Map(loop):
            sizes = _HEAVY_TASKS if _heavy(loop) else _TASKS
            return tuple(_Option(replace(strategy, granularity=n), _tasks(n)) for n in sizes)
        case Reduce(loop):
            sizes = _HEAVY_BLOCKS if _heavy(loop) else _BLOCKS
            first, *others = (_Option(replace(strategy, block=n), f"blocks of {n} iterations") for n in sizes)
            delayed = _Option(replace(strategy, delayed=True), "the sum of a delayed sequence")
            return (first, *([delayed] if _is_one_sum(loop) else []), *others)
        case Scatter():
            return _scatters(strategy)
        case Wavefront(loop):
            inner = [node for node in walk(loop.loop.body) if isinstance(node, LOOPS)]
            tiles = _HEAVY_TILES if any(_loops_in(node) for node in inner) else _TILES
            return tuple(_Option(replace(strategy, tile=(h, w)), f"tiles of {h} x {w}") for h, w in tiles)
        case Fork() | Choices():
            return tuple(_Option(replace(strategy, doublings=n), _from(n)) for n in _DOUBLINGS)
        case Walk(_, inner_strategy):
            own = [(option.strategy, option.words) for option in _options(inner_strategy)]
            return tuple(
                _Option(replace(strategy, inner=changed), words)
                for changed, words in own
                if isinstance(changed, Map | Reduce | Scatter)
            )
        case Series():
            return _series(strategy)
        case _:
            return ()


def _series(strategy: Series) -> tuple[_Option, ...]:
    """One part changed, first the best guess for each."""
    parts: tuple[Strategy | Stmt, ...] = strategy.parts
    found: list[tuple[int, int, _Option]] = []
    for k, part in enumerate(parts):
        own = _options(part) if isinstance(part, Strategy) and not isinstance(part, Sequential) else ()
        for rank, option in enumerate(own):
            changed = replace(strategy, parts=(*parts[:k], option.strategy, *parts[k + 1 :]))
            found.append((rank, k, _Option(changed, f"part {k + 1}: {option.words}")))
    return tuple(option for _, _, option in sorted(found, key=lambda item: item[:2]))


def _tasks(iterations: int) -> str:
    return "one iteration a task" if iterations == 1 else f"at least {iterations} iterations a task"


def _from(doublings: int) -> str:
    scale = 2 ** abs(doublings)
    return f"forks from {scale} times the work on" if doublings > 0 else f"forks from 1/{scale} of the work on"


def _heavy(fact: LoopFact) -> bool:
    """Whether an iteration holds a loop."""
    return _loops_in(fact.loop)


def _loops_in(node: Node) -> bool:
    return any(isinstance(inner, LOOPS) and inner is not node for inner in walk(node))


def _is_one_sum(fact: LoopFact) -> bool:
    """Whether an iteration is one addition to one variable, behind declarations only."""
    sums = [role for role in fact.roles if isinstance(role, Accumulator)]
    sum_ = _only_sum(fact)
    return (
        len(sums) == 1
        and sums[0].op == "+"
        and isinstance(sums[0].place, Ref)
        and sum_ is not None
        and sum_.place == sums[0].place
        and _same_kind(sum_)
        and _carries_only(fact, Accumulator)
    )


def _only_sum(fact: LoopFact) -> Assign | None:
    """The ``+=`` that an iteration is, behind declarations only."""
    *before, last = fact.loop.body.statements or (None,)
    plain = isinstance(last, Assign) and last.op == "+" and all(isinstance(statement, Declare) for statement in before)
    return last if plain and isinstance(last, Assign) else None


def _carries_only(fact: LoopFact, kind: type) -> bool:
    """Whether iterations carry nothing but roles of this kind."""
    return all(isinstance(r, kind | Induction) or (isinstance(r, Private) and not r.last) for r in fact.roles)


# --- scatters ------------------------------------------------------------------------------------------------------


def _scatters(strategy: Scatter) -> tuple[_Option, ...]:
    roles = [role for role in strategy.loop.roles if isinstance(role, ArrayAccumulator)]
    found: list[_Option] = []
    copied = strategy.method is ScatterMethod.PRIVATE and all(role.extent is not None for role in roles)
    if copied:
        found.append(_Option(replace(strategy, parts=_PARTS[0]), "one private copy a worker"))
    atomic = _carries_only(strategy.loop, ArrayAccumulator) and all(role.op in _ATOMIC for role in roles)
    if copied and atomic and _convertible(strategy.loop):
        found.append(_Option(replace(strategy, method=ScatterMethod.ATOMIC), "atomic updates"))
    if copied and _can_sum_by_index(strategy.loop):
        found.append(_Option(replace(strategy, method=ScatterMethod.INDEX), "sums by index"))
    if copied:
        found += [_Option(replace(strategy, parts=n), f"{n} private copies a worker") for n in _PARTS[1:]]
    return tuple(found)


def _updates(fact: LoopFact) -> list[Assign]:
    arrays = {role.array for role in fact.roles if isinstance(role, ArrayAccumulator)}
    return [
        node
        for node in walk(fact.loop.body)
        if isinstance(node, Assign) and isinstance(node.place, Index) and node.place.base in arrays
    ]


def _convertible(fact: LoopFact) -> bool:
    """Whether every update is ``array[k] op= value``, and converting the value first is the same as converting the
    result: both are whole numbers, or the element is no narrower."""
    return all(update.op and _same_kind(update) for update in _updates(fact))


def _same_kind(update: Assign) -> bool:
    element, value = t.strip(update.place.type), t.strip(update.value.type)
    if isinstance(element, t.Int):
        return isinstance(value, t.Int | t.Bool)
    if not isinstance(element, t.Float) or element.bits > 64:
        return False
    return isinstance(value, t.Int) or (isinstance(value, t.Float) and value.bits <= element.bits)


def _can_sum_by_index(fact: LoopFact) -> bool:
    """Whether an iteration is one sum into one array of known length, behind declarations only."""
    roles = [role for role in fact.roles if isinstance(role, ArrayAccumulator)]
    sum_ = _only_sum(fact)
    return (
        len(roles) == 1
        and roles[0].op == "+"
        and isinstance(roles[0].array, Ref)
        and sum_ is not None
        and _updates(fact) == [sum_]
        and _carries_only(fact, ArrayAccumulator)
        and _convertible(fact)
    )
