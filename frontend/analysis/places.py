"""Expressions and loops as people name them, with the spans to show.

Knows source text; draws no conclusion.
"""

from __future__ import annotations

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.paths import is_unknown, path
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Binary, Call, Deref, Expr, For, Index, Loop, Method, Ref, Symbol
from unseq.frontend.source import NOWHERE, SourceUnit, Span

MOST = 40


def text_of(e: Expr, unit: SourceUnit) -> str:
    """The source text of an expression, on one line and short."""
    text = " ".join(unit.slice(e.span).split()) if e.span != NOWHERE else ""
    if not text:
        return "it"
    return text if len(text) <= MOST else text[: MOST - 3] + "..."


def span_of(access: Access) -> Span:
    """Where an access stands."""
    if access.place.span != NOWHERE:
        return access.place.span
    return access.call.span if access.call is not None else access.statement.span


def header(loop: Loop) -> Span:
    """The span to show for a loop as a whole."""
    return loop.span


def array_of(access: Access, unit: SourceUnit) -> str:
    """The array or variable that an access is part of."""
    place = access.place
    while isinstance(place, Index) and place.base.span != NOWHERE:
        place = place.base
    if place.span == NOWHERE:
        return access.root.name if access.root is not None else "it"
    return text_of(place, unit)


def iteration(context: LoopContext, steps: int) -> str:
    """The iteration that is ``steps`` away from the one that is looked at."""
    counted = context.iteration
    if counted is None or counted.symbol is None:
        return f"the iteration {abs(steps)} {'before' if steps < 0 else 'later'}"
    amount = steps * counted.step
    return f"iteration {counted.symbol.name}{'+' if amount > 0 else '-'}{abs(amount)}"


def first_assignment(context: LoopContext, symbol: Symbol) -> tuple[Span, Span | None]:
    """Where a carried variable is changed, and where it is read."""
    written: Span | None = None
    read: Span | None = None
    steps = context.loop.step if isinstance(context.loop, For) else ()
    for node in (n for part in (context.body, *steps) for n in walk.walk(part)):
        if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol == symbol:
            written = written or node.span
        elif isinstance(node, Ref) and node.symbol == symbol and read is None and node.span != written:
            read = node.span
    if written is None:
        calls = (n for n in walk.walk(context.body) if isinstance(n, Call | Method) and n.span != NOWHERE)
        written = next((call.span for call in calls if symbol in walk.used_symbols(call)), None)
    return written or context.loop.span, read


def is_single(access: Access) -> bool:
    """Whether the access is of one variable, member or object, not of an element of an array."""
    steps = path(access.resolved).steps
    return not isinstance(access.place, Index) and all(isinstance(s, str) or terms.constant(s) == 0 for s in steps)


def is_fixed_element(access: Access, context: LoopContext) -> bool:
    """Whether every iteration means the same element by it."""
    positions = {context.nest.position, *(nest.position for nest in access.nests)}
    return not any(
        isinstance(node, Ref) and (node.symbol in positions or is_unknown(node.symbol))
        for node in walk.walk(access.resolved)
    )


def unknown_subscript(access: Access, context: LoopContext) -> str:
    """What makes a subscript one that cannot be foreseen, in a few words; empty if it can."""
    unit = context.function.unit
    subscripts = [step for step in path(access.resolved).steps if not isinstance(step, str)]
    for subscript in subscripts:
        for node in walk.walk(subscript):
            if isinstance(node, Index | Deref):
                return f"its index is read from {text_of(node, unit)}" if node.span != NOWHERE else "its index is read"
            if isinstance(node, Call):
                return f"its index comes from {node.name}()"
    where = access.place.index if isinstance(access.place, Index) else None
    for subscript in subscripts:
        if any(isinstance(node, Ref) and is_unknown(node.symbol) for node in walk.walk(subscript)):
            name = text_of(where, unit) if where is not None and where.span != NOWHERE else "its index"
            return f"{name} is computed in the loop"
    for subscript in subscripts:
        for node in walk.walk(subscript):
            if isinstance(node, Binary) and node.op in ("*", "/", "%", "<<", ">>", "&", "|", "^"):
                name = text_of(where, unit) if where is not None and where.span != NOWHERE else "its index"
                return f"{name} is not linear in the loop counters"
    return ""


def is_container(type_: t.Type) -> bool:
    """Whether the type is one of the library's containers or adaptors."""
    return isinstance(t.strip(type_), t.Library)
