"""Why a loop is not counted, and why it can be left early: what exactly in its header or body stands in the way.

Decides nothing: that the loop is not counted, or that the exit is no search, was found elsewhere.
"""

from __future__ import annotations

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.context import Access, ExitKind, LoopContext
from unseq.frontend.analysis.induction import RANDOM_ACCESS, stepped
from unseq.frontend.analysis.places import header, span_of, text_of
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Cast,
    Deref,
    Expr,
    For,
    ForEach,
    Index,
    Literal,
    Member,
    Method,
    Ref,
    Symbol,
)
from unseq.frontend.reasons import Why
from unseq.frontend.source import NOWHERE, Diagnostic, Span

_WHAT = "the number of iterations is not known before the loop starts"
_SCALING = frozenset({"*", "/", "<<", ">>"})


def uncounted(context: LoopContext) -> Diagnostic:
    """What to tell about a loop without a known number of iterations."""
    loop, unit = context.loop, context.function.unit
    if isinstance(loop, ForEach):
        return _range(loop, context)
    condition = loop.condition
    if isinstance(condition, Literal):
        remedy = "say in the loop's header how far it goes, and keep the break for what comes earlier"
        return _told(context, f"{_WHAT}: only its body ends it", remedy, None, Why.UNKNOWN_TRIP_COUNT)
    worklist = _emptied(condition, context)
    if worklist is not None:
        return worklist
    moving = [s for s in _symbols(condition) if _is_changed(s, context)]
    counters = [s for s in moving if isinstance(s.type, t.Int)]
    for symbol in moving:
        chase = next((a for a in assignments(symbol, context) if follows(a, symbol)), None)
        if chase is not None:
            what = f"{_WHAT}: {symbol.name} follows pointers ({text_of_statement(chase, context)})"
            remedy = "collect the nodes in an array first, then loop over the array"
            return _told(context, what, remedy, chase.span, Why.POINTER_CHASE)
    loads = [node for node in walk.walk(condition) if isinstance(node, Index | Deref)]
    if loads and not _compares(counters, condition, loads):
        what = f"{_WHAT}: it ends at a value in memory ({text_of(loads[0], unit)})"
        remedy = "find the length first, then loop up to it"
        return _told(context, what, remedy, loads[0].span, Why.SENTINEL)
    for symbol in counters:
        found = _irregular(symbol, context)
        if found is not None:
            return found
    inexact = next((s for s in moving if isinstance(s.type, t.Float) and _is_stepped(s, context)), None)
    if inexact is not None:
        what = f"{_WHAT}: it counts with the floating-point variable {inexact.name}"
        remedy = f"count with an integer and compute {inexact.name} from it"
        return _told(context, what, remedy, assignments(inexact, context)[0].span, Why.UNKNOWN_TRIP_COUNT)
    changed = _changed_bound(condition, counters, moving, context)
    if changed is not None:
        return changed
    if moving:
        place = next((a.span for s in moving for a in assignments(s, context)), None)
        names = ", ".join(dict.fromkeys(s.name for s in moving))
        what = f"{_WHAT}: it goes on until what its iterations compute ({names}) says so"
        return _told(context, what, "fix the number of iterations, if that will do", place, Why.FIXED_POINT)
    remedy = "compare a counter that only the loop's header changes with a bound that stays the same"
    return _told(context, _WHAT, remedy, None, Why.UNKNOWN_TRIP_COUNT)


def text_of_statement(statement: Assign, context: LoopContext) -> str:
    """A statement as the source has it, short."""
    text = " ".join(context.function.unit.slice(statement.span).split()).rstrip(";")
    return text if len(text) <= 40 else text[:37] + "..."


def _told(context: LoopContext, what: str, remedy: str, other: Span | None, code: Why) -> Diagnostic:
    return Diagnostic(header(context.loop), what, remedy, other if other != NOWHERE else None, code=code)


def _range(loop: ForEach, context: LoopContext) -> Diagnostic:
    sequence, unit = loop.sequence, context.function.unit
    type_ = t.strip(sequence.type)
    name = text_of(sequence, unit)
    if isinstance(type_, t.Library) and type_.name not in RANDOM_ACCESS:
        what = f"{_WHAT}: the elements of a std::{type_.name} are reached one after another"
        return _told(context, what, f"copy {name} into a vector first", sequence.span, Why.NO_RANDOM_ACCESS)
    writes = (span_of(a) for a in context.accesses if a.is_write and a.whole and a.root == walk.root(sequence))
    return _told(
        context, f"{_WHAT}: {name} may change in the loop", "loop over a copy of it", next(writes, None),
        Why.BOUND_CHANGES,
    )  # fmt: skip


def _symbols(e: Expr) -> list[Symbol]:
    return sorted(walk.used_symbols(e), key=lambda s: s.uid)


def _is_changed(symbol: Symbol, context: LoopContext) -> bool:
    return symbol in context.assigned or symbol == context.main or bool(assignments(symbol, context))


def assignments(symbol: Symbol, context: LoopContext) -> list[Assign]:
    """The assignments to a variable in the loop, those in its header first."""
    parts = (*(context.loop.step if isinstance(context.loop, For) else ()), context.body)
    return [
        node
        for part in parts
        for node in walk.walk(part)
        if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol == symbol
    ]


def follows(assign: Assign, symbol: Symbol) -> bool:
    """``p = p->next``, ``i = next[i]``: the new value is found in memory by means of the old one."""
    value = assign.value
    while isinstance(value, Cast):
        value = value.operand
    if assign.op or not isinstance(value, Member | Deref | Index):
        return False
    return symbol in walk.used_symbols(value)


def _compares(counters: list[Symbol], condition: Expr, loads: list[Index | Deref]) -> bool:
    """Whether some counter is compared apart from what is loaded."""
    inside = {s for load in loads for s in walk.used_symbols(load)}
    return any(s not in inside for s in counters) and len(terms.conjuncts(condition)) == 1


def _emptied(condition: Expr, context: LoopContext) -> Diagnostic | None:
    for node in walk.walk(condition):
        if not isinstance(node, Method) or node.name not in ("empty", "size", "length"):
            continue
        root = walk.root(node.object)
        writes = [a for a in context.accesses if a.is_write and a.whole and a.root == root and a.call is not None]
        if not writes:
            continue
        name = text_of(node.object, context.function.unit)
        removes = [a for a in writes if isinstance(a.call, Method) and a.call.name.startswith(("pop", "erase"))]
        if removes or node.name == "empty":
            what = f"{_WHAT}: it runs until {name} is empty, and changes {name}"
            remedy = f"process {name} in rounds: a loop over all that is in it now, then over all that came in"
            if len(removes) == len(writes):
                what = f"{_WHAT}: it removes elements of {name} one after another"
                remedy = f"find out how many go by a search, then remove them from {name} at once"
            return _told(context, what, remedy, _calls(writes[0]), Why.UNTIL_EMPTY)
        what = f"{_WHAT}: its bound {text_of(node, context.function.unit)} changes in the loop"
        remedy = f"copy {text_of(node, context.function.unit)} to a variable before the loop"
        return _told(context, what, remedy, _calls(writes[0]), Why.BOUND_CHANGES)
    return None


def _calls(access: Access) -> Span:
    return access.call.span if access.call is not None and access.call.span != NOWHERE else span_of(access)


def _irregular(symbol: Symbol, context: LoopContext) -> Diagnostic | None:
    """A counter that is not stepped by one constant in the header."""
    found = assignments(symbol, context)
    scaled = next((a for a in found if scales(a, symbol)), None)
    if scaled is not None:
        what = f"{_WHAT}: {symbol.name} is multiplied or divided ({text_of_statement(scaled, context)})"
        remedy = f"count the rounds: for (k = 0; k < rounds; k++), with {symbol.name} computed from k"
        return _told(context, what, remedy, scaled.span, Why.CARRIED_SCALED)
    in_header = context.loop.step if isinstance(context.loop, For) else ()
    steps = [a for a in found if stepped(a) is None]
    inside = [a for a in found if not any(a is s for s in in_header)]
    odd = steps or (inside if len(found) > 1 else [])
    if not odd and inside and _is_conditional(inside[0], context):
        odd = inside
    if not odd:
        return None
    also = "also changed by the body" if in_header and inside else "changed by amounts that differ"
    what = f"{_WHAT}: {symbol.name} is {also} ({text_of_statement(odd[0], context)})"
    remedy = f"let only the loop's header change {symbol.name}, by a constant"
    return _told(context, what, remedy, odd[0].span, Why.IRREGULAR_STEPS)


def _is_stepped(symbol: Symbol, context: LoopContext) -> bool:
    found = assignments(symbol, context)
    return len(found) == 1 and found[0].op in ("+", "-")


def _is_conditional(assign: Assign, context: LoopContext) -> bool:
    return not any(statement is assign for statement in context.body.statements)


def scales(assign: Assign, symbol: Symbol) -> bool:
    """``x *= 2``, ``x = x >> 1`` and the like."""
    value = assign.value
    while isinstance(value, Cast):
        value = value.operand
    if assign.op:
        return assign.op in _SCALING
    return isinstance(value, Binary) and value.op in _SCALING and symbol in walk.used_symbols(value)


def _changed_bound(
    condition: Expr, counters: list[Symbol], moving: list[Symbol], context: LoopContext
) -> Diagnostic | None:
    """``i < n`` where the body changes ``n``, or may change what is behind it."""
    steady = [s for s in counters if all(stepped(a) is not None for a in assignments(s, context))]
    bounds = [s for s in moving if s not in steady]
    if not steady or (bounds and not all(isinstance(s.type, t.Int) for s in bounds)):
        return None
    if bounds:
        place = next((a.span for a in assignments(bounds[0], context)), None)
        name = bounds[0].name
    else:
        named = next((n for n in walk.walk(condition) if isinstance(n, Index | Deref | Member | Method)), None)
        place = next((span_of(a) for a in context.accesses if a.is_write), None)
        if named is None or place is None:
            return None
        name = text_of(named, context.function.unit)
    what = f"{_WHAT}: its bound {name} may change in the loop"
    return _told(context, what, f"copy {name} to a local variable before the loop", place, Why.BOUND_CHANGES)


# --- early exits ---------------------------------------------------------------------------------------------------

_EXITS = {
    ExitKind.BREAK: (
        "may leave the loop early, after iterations that have other effects",
        "search for the iteration that leaves first, then loop up to there",
        Why.EARLY_BREAK,
    ),
    ExitKind.RETURN: (
        "may return from the function in the middle of the loop",
        "search for the iteration that returns first, then loop up to there",
        Why.EARLY_RETURN,
    ),
    ExitKind.CONDITION: (
        "whether the loop goes on depends on what its iterations compute",
        "search for the end first, then loop up to there",
        Why.EARLY_CONDITION,
    ),
}


def leaving(context: LoopContext) -> Diagnostic:
    """What to tell about an early exit that is no search; the second place is an effect that must not happen behind
    it."""
    first = context.exits[0]
    span = first.condition.span if first.condition is not None else first.statement.span
    what, remedy, code = _EXITS[first.kind]
    effects = (span_of(a) for a in context.accesses if a.is_write and a.root not in context.declared)
    other = next(effects, None)
    if other is None:
        other = next((a.span for s in context.carried for a in assignments(s, context)), None)
    return Diagnostic(span, what, remedy, other if other != NOWHERE else None, code=code)
