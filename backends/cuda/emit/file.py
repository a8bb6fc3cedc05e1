"""The whole CUDA file: the source as C++20, its loops as kernels in front of the functions that launch them.

Nothing here asks whether a plan is legal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from unseq.backends.cuda.build import SUFFIX
from unseq.backends.cuda.emit.choices import emit_choices
from unseq.backends.cuda.emit.device import Device
from unseq.backends.cuda.emit.forks import emit_fork
from unseq.backends.cuda.emit.frontier import emit_frontier
from unseq.backends.cuda.emit.loops import emit_map, emit_scatter
from unseq.backends.cuda.emit.names import translated
from unseq.backends.cuda.emit.reduce import emit_reduce
from unseq.backends.cuda.emit.scan import emit_scan
from unseq.backends.cuda.emit.search import emit_search
from unseq.backends.cuda.emit.series import emit_series
from unseq.backends.cuda.emit.sorts import emit_sort
from unseq.backends.cuda.emit.support import CUTOFF, NAMES, support
from unseq.backends.cuda.emit.walks import emit_walk
from unseq.backends.cuda.emit.wavefront import emit_wavefront
from unseq.backends.parlay.emit import c_source, edits, layout, preamble
from unseq.backends.parlay.emit.captures import filled, variables
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.file import Emitted
from unseq.backends.parlay.emit.pieces import Piece, in_place
from unseq.backends.parlay.emit.sites import extract
from unseq.backends.plan import (
    Algorithm,
    Choices,
    Fork,
    Frontier,
    Map,
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
    fact_of,
)
from unseq.frontend.ir.nodes import Call, Function
from unseq.frontend.ir.walk import walk
from unseq.frontend.source import Language, SourceUnit, Span, Unsupported

_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*")

_EMITTERS: dict[type, Callable[..., str]] = {
    Map: emit_map,
    Scatter: emit_scatter,
    Reduce: emit_reduce,
    Scan: emit_scan,
    Pack: emit_scan,
    Search: emit_search,
    Algorithm: emit_sort,
    Wavefront: emit_wavefront,
    Frontier: emit_frontier,
    Choices: emit_choices,
    Fork: emit_fork,
}


def emit(unit: SourceUnit, plans: Sequence[Plan], *, reuse_spans: bool = True) -> Emitted:
    """The file of ``unit`` with each plan's loops as kernels.

    ``reuse_spans`` False prints the changed functions from the IR alone. Raises ``Unsupported`` for what cannot be
    said in CUDA C++ or has no such form."""
    changes: list[edits.Edit] = []
    converted = c_source.conversions(unit) if unit.language is Language.C else ()
    includes: set[str] = set()
    want: set[str] = set()
    marked: list[tuple[str, Span]] = []
    callees: dict[str, tuple[Context, Function]] = {}
    planned = frozenset(plan.function.name for plan in plans)
    unsure: list[Span] = []
    for plan in plans:
        context = Context(unit, plan.function, reuse_spans, converted, sites=marked, library="std")
        device = Device(context, planned=planned)
        pieces = [_piece(device, strategy) for strategy in plan.strategies if not isinstance(strategy, Sequential)]
        changes += in_place(context, plan, pieces)
        changes.append(_in_front(unit, plan.function, device.kernels))
        includes |= context.includes
        want |= device.want
        unsure += device.unsure
        reached = _reached(plan.function, device.callees)
        callees |= {f.name: (context, f) for f in plan.function.callees if f.name in reached}
    for context, callee in callees.values():
        changes += _for_both(context, callee, includes)
    first = min((change.start for change in changes), default=len(unit.text))
    changes += edits.outside(converted, changes)
    text, headers = support(want)
    names = {m[0].decode() for m in _IDENTIFIER.finditer(unit.text)}
    clash = NAMES & names & {m[0].decode() for m in _IDENTIFIER.finditer(text.encode())}
    if clash:
        span = plans[0].function.span
        raise Unsupported(span, f"the file uses the name {min(clash)}, which the emitted code defines", "rename it")
    definitions = {"UNSEQ_CUTOFF": CUTOFF + "\n" + text}
    head = preamble.insertion(unit.text, includes | headers, definitions, first, definitions)
    if head is not None:
        changes.insert(0, head)
    if unit.language is Language.C:
        changes += c_source.linkage(unit)
    result, sites = extract(edits.apply(unit.text, changes), marked)
    return Emitted(result, sites, ("UNSEQ_CUTOFF",), SUFFIX, tuple(unsure))


def _piece(device: Device, strategy: Strategy) -> Piece:
    """What stands in place of a strategy's statement."""
    fact = fact_of(strategy)
    if isinstance(strategy, Series):
        gone = tuple(s.span for s in strategy.loop.with_next)
        return Piece(fact.span, emit_series(device, strategy, lambda part: _piece(device, part).text), gone=gone)
    if isinstance(strategy, Walk):
        return Piece(fact.span, emit_walk(device, strategy, lambda part: _piece(device, part).text))
    emitter = _EMITTERS.get(type(strategy))
    if emitter is None:
        what = f"a {type(strategy).__name__.lower()} has no CUDA form yet"
        raise Unsupported(fact.span, what, "translate it with --target parlay")
    copied, others = variables(strategy)
    text = filled(emitter(device, strategy), copied, (others | device.context.made) - copied)
    gone = tuple(s.span for s in strategy.fork.statements[1:]) if isinstance(strategy, Fork) else ()
    return Piece(strategy.call.statement.span if isinstance(strategy, Algorithm) else fact.span, text, gone=gone)


def _in_front(unit: SourceUnit, function: Function, kernels: Sequence[str]) -> edits.Edit:
    """The kernels in front of a function, and of the comment that belongs to it."""
    source = unit.text
    at = source.rfind(b"\n", 0, function.span.start) + 1
    if source[at : function.span.start].strip():  # something stands before it on its line
        at = function.span.start
    while True:
        previous = source.rfind(b"\n", 0, max(at - 1, 0)) + 1
        line = source[previous:at].strip()
        if at == 0 or not (line.startswith((b"//", b"*", b"/*")) or line.endswith(b"*/")):
            break
        at = previous
    depth = layout.indentation_at(source, function.span.start)
    return edits.Edit(at, at, "".join(layout.shift(depth + text, "", depth) + "\n\n" for text in kernels))


def _reached(function: Function, names: set[str]) -> set[str]:
    """Some called functions and all that they call."""
    known = {f.name: f for f in function.callees}
    found: set[str] = set()
    pending = [name for name in names if name in known]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [n.name for n in walk(known[name].body) if isinstance(n, Call) and n.name in known]
    return found


def _for_both(context: Context, function: Function, includes: set[str]) -> list[edits.Edit]:
    """A function that kernels call, compiled for the device too."""
    source = context.unit.text
    start, end = function.span.start, function.span.end
    changes = [edits.Edit(start, start, "__host__ __device__ ")]
    text = source[start:end].decode("utf-8", "replace")
    if translated(context, text) != text:
        for match in re.finditer(rb"(?<![\w:])std::\w+", source[start:end]):
            new = translated(context, match[0].decode())
            if new != match[0].decode():
                changes.append(edits.Edit(start + match.start(), start + match.end(), new))
    includes |= context.includes
    return changes
