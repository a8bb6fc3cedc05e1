"""Conflicts and obstacles in words: what stands in the way, where, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.paths import path
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    ArrayAccumulator,
    Exit,
    Prefix,
    Recurrence,
    Role,
)
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Expr, Loop, Ref, Symbol
from unseq.frontend.source import NOWHERE, Diagnostic, SourceUnit, Span

SECOND_ARRAY = "write to a second array if the old neighbours' values will do"
COPY = "read from a copy of the array made before the loop: every iteration needs only old values"
MAX_SHOWN = 3
RESTRICT = "declare the pointers restrict, or promise that they do not overlap with --assume noalias"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two accesses (the first one a write) that keep iterations in order. ``kind``: ``meet`` (dependence), ``alias``,
    ``moving`` (the pointer itself changes), ``packed`` (elements share a word), ``large`` (too much to look at)."""

    kind: str
    write: Access
    other: Access
    distance: int | None = None
    forward: bool | None = None
    why: str = ""


def text_of(e: Expr, unit: SourceUnit) -> str:
    """The source text of an expression, on one line and short."""
    text = " ".join(unit.slice(e.span).split()) if e.span != NOWHERE else ""
    if not text:
        return "it"
    return text if len(text) <= 40 else text[:37] + "..."


def _span(access: Access) -> Span:
    return access.place.span if access.place.span != NOWHERE else access.statement.span


def _iteration(context: LoopContext, steps: int) -> str:
    iteration = context.iteration
    if iteration is None or iteration.symbol is None:
        return f"the iteration {abs(steps)} {'before' if steps < 0 else 'later'}"
    amount = steps * iteration.step
    return f"iteration {iteration.symbol.name}{'+' if amount > 0 else '-'}{abs(amount)}"


def diagnostics(conflicts: list[Conflict], context: LoopContext) -> list[Diagnostic]:
    """The conflicts worth showing: values that flow from one iteration to the next before mere overwriting, each pair
    of objects once."""
    meetings = [c for c in conflicts if c.kind == "meet"]
    flows = [c for c in meetings if not c.other.is_write and c.forward is not False]
    chosen = [*(flows or meetings), *(c for c in conflicts if c.kind != "meet")]
    ordered = sorted(chosen, key=lambda c: (c.distance is None, bool(c.why)))
    return list(dict.fromkeys(diagnostic(c, context) for c in ordered))[:MAX_SHOWN]


def diagnostic(conflict: Conflict, context: LoopContext) -> Diagnostic:
    """What to tell about one conflict."""
    unit = context.function.unit
    write, other = conflict.write, conflict.other
    written, used = text_of(write.place, unit), text_of(other.place, unit)
    if conflict.kind == "large":
        return Diagnostic(context.loop.span, "too many memory accesses to analyse", "split the loop", None)
    if conflict.kind == "packed":
        what = f"writes {written}: neighbouring elements of std::vector<bool> share a word"
        return Diagnostic(_span(write), what, "use std::vector<char>", None)
    if conflict.kind == "moving":
        return Diagnostic(
            _span(write), f"writes {written} through a pointer that changes in the loop", "index one fixed array", None
        )
    if conflict.kind == "alias":
        what = f"writes {written}, which may overlap {used}: {conflict.why}"
        return Diagnostic(_span(write), what, RESTRICT, _span(other))
    return _dependence(conflict, context, written, used)


def _dependence(conflict: Conflict, context: LoopContext, written: str, used: str) -> Diagnostic:
    write, other, distance = conflict.write, conflict.other, conflict.distance
    if other.is_write:
        if other is write or distance is None:
            again = "written again by another iteration" if other is write else f"and another iteration writes {used}"
            what = f"writes {written}, {again}"
            if conflict.why:
                what += f" ({conflict.why})"
        else:
            what = f"writes {written}, written again by {_iteration(context, distance)} (distance {distance})"
        return Diagnostic(_span(write), what, "give each iteration an element of its own", _span(other))
    if distance is None:
        what = f"reads {used}, which another iteration may write as {written}"
        if conflict.why:
            what += f" ({conflict.why})"
        only_old = conflict.forward is False
        return Diagnostic(_span(other), what, COPY if only_old else "write to a second array", _span(write))
    if conflict.forward is False:
        what = f"reads {used}, overwritten by {_iteration(context, distance)} (distance {distance})"
        return Diagnostic(_span(other), what, COPY, _span(write))
    what = f"reads {used}, written by {_iteration(context, -distance)} (distance {distance})"
    return Diagnostic(_span(other), what, SECOND_ARRAY, _span(write))


def header(loop: Loop) -> Span:
    """The span to show for a loop as a whole."""
    return loop.span


def first_assignment(context: LoopContext, symbol: Symbol) -> tuple[Span, Span | None]:
    """Where a carried variable is assigned, and where it is read."""
    written: Span | None = None
    read: Span | None = None
    for node in walk.walk(context.body):
        if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol == symbol:
            written = written or node.span
        elif isinstance(node, Ref) and node.symbol == symbol and read is None and node.span != written:
            read = node.span
    return written or context.loop.span, read


_LABELS: tuple[tuple[type, str], ...] = (
    (Exit, "search"),
    (Append, "compaction"),
    (Prefix, "scan"),
    (Recurrence, "scan"),
    (ArrayAccumulator, "histogram"),
    (ArgBest, "reduction"),
    (Accumulator, "reduction"),
)


def kind_of(roles: tuple[Role, ...], context: LoopContext) -> str:
    """A label for people."""
    for kind, label in _LABELS:
        if any(isinstance(role, kind) for role in roles):
            return label
    return "stencil" if _is_stencil(context) else "map"


def _is_stencil(context: LoopContext) -> bool:
    """Whether some array is read at three or more fixed distances from one another."""
    seen: dict[Symbol, list[Polynomial]] = {}
    for access in context.accesses:
        where = path(access.resolved)
        if access.is_write or access.root is None or not where.steps or isinstance(where.steps[-1], str):
            continue
        subscript = polynomial(where.steps[-1])
        if subscript is not None and any(isinstance(a, Ref) and a.symbol == context.nest.position
                                         for a in subscript.atoms()):  # fmt: skip
            known = seen.setdefault(access.root, [])
            if subscript not in known:
                known.append(subscript)
    return any(len(known) >= 3 for known in seen.values())
