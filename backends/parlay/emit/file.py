"""The whole emitted file: the source as C++20, with the functions of the plans changed in place.

Knows which emitter a strategy has and how the changed pieces go back into the text; knows nothing of how they look.
Nothing here asks whether a plan is legal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from unseq.backends.parlay.emit import c_source, edits, layout, preamble, sequential
from unseq.backends.parlay.emit.algorithms import emit_algorithm
from unseq.backends.parlay.emit.captures import filled, variables
from unseq.backends.parlay.emit.choices import emit_choices, is_global, with_state
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.fork import emit_fork
from unseq.backends.parlay.emit.frontier import emit_frontier
from unseq.backends.parlay.emit.loops import emit_map
from unseq.backends.parlay.emit.merge import emit_merge
from unseq.backends.parlay.emit.pack import emit_pack
from unseq.backends.parlay.emit.pieces import Piece, in_place, printed
from unseq.backends.parlay.emit.reduce import emit_reduce
from unseq.backends.parlay.emit.scan import emit_scan
from unseq.backends.parlay.emit.scatter import emit_scatter
from unseq.backends.parlay.emit.search import emit_search
from unseq.backends.parlay.emit.series import emit_series
from unseq.backends.parlay.emit.sites import ForkSite, extract
from unseq.backends.parlay.emit.walks import emit_walk
from unseq.backends.parlay.emit.wavefront import emit_wavefront
from unseq.backends.plan import (
    Algorithm,
    Choices,
    Fork,
    Frontier,
    Map,
    Merge,
    Pack,
    Plan,
    Reduce,
    Scan,
    Scatter,
    Search,
    Sequential,
    Series,
    Strategy,
    Walk,
    Wavefront,
)
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    ArrayAccumulator,
    Buffered,
    Diagonal,
    Exit,
    Induction,
    Packed,
    Prefix,
    Private,
    Recurrence,
)
from unseq.frontend.source import Language, SourceUnit, Span, Unsupported

SUFFIX = ".parlay.cpp"


@dataclass(frozen=True, slots=True)
class Emitted:
    """A whole C++20 file. ``sites`` are its parallel constructs; ``cutoffs`` names the macros that a build may set to
    0 so that the parallel paths run whatever the size. ``unsure``: arrays of which it is not shown that all that is
    copied is there, in the source."""

    text: str
    sites: tuple[ForkSite, ...]
    cutoffs: tuple[str, ...] = ()
    suffix: str = SUFFIX
    unsure: tuple[Span, ...] = ()


def emit(unit: SourceUnit, plans: Sequence[Plan], *, reuse_spans: bool = True) -> Emitted:
    """The file of ``unit`` with each plan's function made parallel as the plan says.

    ``reuse_spans`` False prints the changed functions from the IR alone. Raises ``Unsupported`` for what cannot be
    said in C++ or has no parallel form."""
    changes: list[edits.Edit] = []
    converted = c_source.conversions(unit) if unit.language is Language.C else ()
    includes: set[str] = set()
    definitions: set[str] = set()
    marked: list[tuple[str, Span]] = []
    for plan in plans:
        context, edited = _changed(plan, partial(Context, unit, plan.function, reuse_spans, converted, sites=marked))
        changes += edited
        includes |= context.includes
        definitions |= context.definitions
    first = min((change.start for change in changes), default=len(unit.text))
    changes += edits.outside(converted, changes)
    head = preamble.insertion(unit.text, includes, definitions, first)
    if head is not None:
        changes.insert(0, head)
    if unit.language is Language.C:
        changes += c_source.linkage(unit)
    text, sites = extract(edits.apply(unit.text, changes), marked)
    return Emitted(text, sites, tuple(d for d in ("UNSEQ_CUTOFF",) if d in definitions))


def _changed(plan: Plan, fresh: Callable[[], Context]) -> tuple[Context, list[edits.Edit]]:
    """The changes of one function, with its sequential version as a function of its own where it can have one."""
    context = fresh()
    unit = context.unit
    strategy = sequential.strategy_of(unit, plan) if context.reuse else None
    if strategy is not None:
        context.outlined = True
        changes = function_edits(context, plan)
        asked = [_filled(context, strategy, condition) for condition in context.asked]
        own = sequential.outlined(unit, plan, strategy, context.conversions, asked, context.whole)
        if own is not None:
            context.includes |= own.includes
            return context, [*own.edits, *changes]
        context = fresh()
    return context, function_edits(context, plan)


def function_edits(context: Context, plan: Plan) -> list[edits.Edit]:
    """The changes of one function."""
    for strategy in plan.strategies:
        if not isinstance(strategy, Algorithm | Fork):
            context.reserve(node for node in (strategy.loop.loop, strategy.loop.around) if node is not None)
    pieces = [piece for strategy in plan.strategies for piece in _captured(context, strategy)]
    return in_place(context, plan, pieces)


def _captured(context: Context, strategy: Strategy) -> list[Piece]:
    """The pieces of a strategy, with the capture lists of their lambdas."""
    if isinstance(strategy, Series):
        gone = tuple(s.span for s in strategy.loop.with_next)

        def part(inner: Strategy) -> str:
            return "\n".join(piece.text for piece in _captured(context, inner))

        return [Piece(strategy.loop.span, emit_series(context, strategy, part), gone=gone)]
    pieces = _pieces(context, strategy)
    return [replace(piece, text=_filled(context, strategy, piece.text)) for piece in pieces]


def _filled(context: Context, strategy: Strategy, text: str) -> str:
    copied, others = variables(strategy)
    return filled(text, copied, (others | context.made) - copied)


def _pieces(context: Context, strategy: Strategy) -> list[Piece]:
    """What a strategy puts in place of which spans."""
    match strategy:
        case Sequential() | Series():
            return []
        case Algorithm(call):
            found = emit_algorithm(context, strategy)
            span = call.statement.span if found.whole_statement else call.call.span
            return [Piece(span, found.text, not found.whole_statement)]
        case Fork(fork):
            first, *rest = fork.statements
            return [Piece(first.span, emit_fork(context, strategy), gone=tuple(s.span for s in rest))]
        case Choices(fact) if is_global(fact):
            return [Piece(context.function.body.span, _with_own_state(context, strategy), is_expression=True)]
        case Merge(fact):
            gone = tuple(s.span for s in fact.with_next)
            return [Piece(fact.span, emit_merge(context, strategy), gone=gone)]
        case Walk():
            _check_roles(strategy.inner)
            return [Piece(strategy.loop.span, emit_walk(context, strategy, lambda c, s: _LOOPS[type(s)](c, s)))]
        case _:
            _check_roles(strategy)
            return [Piece(strategy.loop.span, _LOOPS[type(strategy)](context, strategy))]


def _with_own_state(context: Context, strategy: Choices) -> str:
    """The body of a function whose recursion has a global variable for its state: the recursion on a state that is a
    parameter, and a call of it."""
    fact = strategy.loop
    passed = with_state(context.function, fact)
    parts = []
    for function, inner in passed.functions:
        own = replace(context, function=function, reuse=False)
        pieces = _captured(own, replace(strategy, loop=inner)) if inner is not None else []
        parts.append(printed(own, Plan(function, (), fact.claim), pieces).text)
    name = context.fresh("OwnState")
    inside = "\n\n".join(layout.shift(part, "", "") for part in parts)
    note = "  // the same with the state as a parameter, which hides the variable"
    struct = context.braces(f"struct {name}", inside, f";{note}")
    return context.braces("", f"{struct}\nreturn {name}::{passed.call};")


_LOOPS: dict[type, Callable[..., str]] = {
    Map: emit_map,
    Reduce: emit_reduce,
    Scan: emit_scan,
    Pack: emit_pack,
    Scatter: emit_scatter,
    Search: emit_search,
    Wavefront: emit_wavefront,
    Frontier: emit_frontier,
    Choices: emit_choices,
}


_OWN = {Private, Induction}
_FOLDED = {Accumulator, ArgBest, *_OWN}
_ROLES: dict[type, set[type]] = {
    Map: {Buffered, Packed, *_OWN},
    Reduce: _FOLDED,
    Scan: {Prefix, Append, Recurrence, *_FOLDED},
    Pack: {Prefix, Append, Recurrence, *_FOLDED},
    Scatter: {ArrayAccumulator, *_FOLDED},
    Search: {Exit, *_OWN},
    Wavefront: {Diagonal, Private},
    Frontier: {Accumulator, Private},
    Choices: {Accumulator},
}


def _check_roles(strategy: Map | Reduce | Scan | Pack | Scatter | Search | Wavefront | Frontier | Choices) -> None:
    """Refuses a strategy that would leave a carried variable without its role."""
    for role in strategy.loop.roles:
        if type(role) not in _ROLES[type(strategy)]:
            raise Unsupported(
                strategy.loop.span,
                f"a {type(strategy).__name__.lower()} of a loop with a {type(role).__name__.lower()}",
                "split the loop, so that each part is of one kind",
            )
