"""The whole emitted file: the source as C++20, with the functions of the plans changed in place.

Knows which emitter a strategy has and how the changed pieces go back into the text; knows nothing of how they look.
Nothing here asks whether a plan is legal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.emit import c_source, edits, layout, preamble
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.loops import emit_map
from unseq.backends.parlay.emit.pack import emit_pack
from unseq.backends.parlay.emit.reduce import emit_reduce
from unseq.backends.parlay.emit.scan import emit_scan
from unseq.backends.parlay.emit.scatter import emit_scatter
from unseq.backends.parlay.emit.search import emit_search
from unseq.backends.parlay.emit.sites import ForkSite, extract
from unseq.backends.plan import (
    Map,
    Pack,
    Plan,
    Reduce,
    Scan,
    Scatter,
    Search,
    Sequential,
    Strategy,
)
from unseq.frontend.ir.nodes import Block, Call, Evaluate, Function
from unseq.frontend.ir.types import VOID
from unseq.frontend.ir.walk import EXPRESSIONS, Node, transform, walk
from unseq.frontend.source import NOWHERE, Language, SourceUnit, Span, Unsupported

SUFFIX = ".parlay.cpp"


@dataclass(frozen=True, slots=True)
class Emitted:
    """A whole C++20 file. ``sites`` are its parallel constructs; ``cutoffs`` names the macros that a build may set to
    0 so that the parallel paths run whatever the size."""

    text: str
    sites: tuple[ForkSite, ...]
    cutoffs: tuple[str, ...] = ()
    suffix: str = SUFFIX


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
        context = Context(unit, plan.function, reuse_spans, converted, sites=marked)
        changes += function_edits(context, plan)
        includes |= context.includes
        definitions |= context.definitions
    changes += edits.outside(converted, changes)
    head = preamble.insertion(unit.text, includes, definitions)
    if head is not None:
        changes.insert(0, head)
    if unit.language is Language.C:
        changes += c_source.linkage(unit)
    text, sites = extract(edits.apply(unit.text, changes), marked)
    return Emitted(text, sites, tuple(d for d in ("UNSEQ_CUTOFF",) if d in definitions))


def function_edits(context: Context, plan: Plan) -> list[edits.Edit]:
    """The changes of one function."""
    pieces = [(span, text) for s in plan.strategies for span, text in _pieces(context, s)]
    if context.reuse and all(span != NOWHERE for span, _ in pieces):
        return [_placed(context, span, text) for span, text in pieces]
    return [_printed(context, plan, pieces)]


def _pieces(context: Context, strategy: Strategy) -> list[tuple[Span, str]]:
    """What a strategy puts in place of which spans."""
    if isinstance(strategy, Sequential):
        return []
    emitter = _LOOPS.get(type(strategy))
    if emitter is None:
        raise Unsupported(plan_span(strategy), f"no parallel form for {type(strategy).__name__.lower()}")
    return [(plan_span(strategy), emitter(context, strategy))]


_LOOPS: dict[type, Callable[..., str]] = {
    Map: emit_map,
    Reduce: emit_reduce,
    Scan: emit_scan,
    Pack: emit_pack,
    Scatter: emit_scatter,
    Search: emit_search,
}


def plan_span(strategy: Strategy) -> Span:
    """What a strategy replaces."""
    if hasattr(strategy, "loop"):
        return strategy.loop.span
    if hasattr(strategy, "call"):
        return strategy.call.statement.span
    return strategy.fork.span


# --- back into the text --------------------------------------------------------------------------------------------


def _placed(context: Context, span: Span, text: str) -> edits.Edit:
    """A piece in place of ``span``, indented as the source is there, in braces where the grammar wants one
    statement."""
    source = context.unit.text
    if not _in_braces(context.function, span, source):
        text = "{\n" + context.indent(text) + "\n}"
    return edits.replace(span, layout.shift(text, "", layout.indentation_at(source, span.start)))


def _in_braces(function: Function, span: Span, source: bytes) -> bool:
    """Whether several statements may stand in the place of the one at ``span``."""
    parent: Block | None = None
    for node in walk(function):
        if isinstance(node, Block) and any(s.span == span for s in node.statements):
            parent = node
    return parent is not None and source[parent.span.start : parent.span.start + 1] == b"{"


def _printed(context: Context, plan: Plan, pieces: Sequence[tuple[Span, str]]) -> edits.Edit:
    """The whole function from the IR, with the pieces where their statements were."""
    if plan.function.template:
        raise Unsupported(plan.function.span, "a template cannot be printed from its instance")
    by_span = {span: index for index, (span, _) in enumerate(pieces)}

    def one(node: Node) -> Node:
        index = by_span.get(node.span, -1) if not isinstance(node, (*EXPRESSIONS, Block)) else -1
        if index < 0:
            return node
        return Evaluate(Call(_hole(index), (), VOID), node.span)

    function = replace(plan.function, body=transform(plan.function.body, one))
    text = layout.respace(Printer(context.own).function(function), context.unit_indent)
    for index, (_, piece) in enumerate(pieces):
        hole = f"{_hole(index)}();"
        at = text.index(hole)
        depth = text[text.rfind("\n", 0, at) + 1 : at]
        text = text[:at] + layout.shift(piece, "", depth) + text[at + len(hole) :]
    indentation = layout.indentation_at(context.unit.text, plan.function.span.start)
    return edits.replace(plan.function.span, layout.shift(text, "", indentation))


def _hole(index: int) -> str:
    return f"unseq_hole_{index}"
