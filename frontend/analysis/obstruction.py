"""Conflicts in memory in words: which two accesses keep the iterations in order, and what would unlock them.

What to say follows from the two accesses and from what the dependence test left open; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.library import CONST_METHODS, GROWING_METHODS
from unseq.frontend.analysis.paths import has_unknown
from unseq.frontend.analysis.places import (
    array_of,
    is_container,
    is_fixed_element,
    is_single,
    iteration,
    span_of,
    text_of,
    unknown_subscript,
)
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Call, ForEach, Method, Storage, Symbol
from unseq.frontend.reasons import Why
from unseq.frontend.source import NOWHERE, Diagnostic, Language, Span

COPY = "read from a copy of the array made before the loop: every iteration needs only old values"
MAX_SHOWN = 3
_ADAPTORS = frozenset({"queue", "stack", "priority_queue", "deque"})
_KEYED = frozenset({"map", "set", "unordered_map", "unordered_set", "multimap", "multiset"})


def diagnostics(
    conflicts: list[Conflict],
    context: LoopContext,
    told: Sequence[Diagnostic] = (),
    open_: Collection[Symbol] = (),
) -> list[Diagnostic]:
    """The conflicts worth showing: values that flow from one iteration to the next before mere overwriting, each pair
    of objects once. What only follows from a reason that is ``told`` (a call that is an obstacle, a counter that is
    none, an ``open_`` variable without a role) is not told again."""
    if told:
        conflicts = [c for c in conflicts if not _follows(c, context, told, open_)]
    meetings = [c for c in conflicts if c.kind == "meet"]
    flows = [c for c in meetings if not c.other.is_write and c.forward is not False]
    chosen = [*(flows or meetings), *(c for c in conflicts if c.kind != "meet")]
    ordered = sorted(chosen, key=lambda c: (c.distance is None, bool(c.why)))
    return list(dict.fromkeys(diagnostic(c, context) for c in ordered))[:MAX_SHOWN]


def _follows(c: Conflict, context: LoopContext, told: Sequence[Diagnostic], open_: Collection[Symbol]) -> bool:
    """Whether a conflict is there only because of what is told already."""
    calls = {id(obstacle.call) for obstacle in context.obstacles}
    if id(c.write.call) in calls or id(c.other.call) in calls or c.write.root in open_:
        return True
    if context.iteration is not None:
        return False
    if c.kind == "moving" or (c.kind == "alias" and "only known in the loop" in c.why):
        return True
    if told[0].code in (Why.UNTIL_EMPTY, Why.BOUND_CHANGES) and (c.write.whole or c.other.whole):
        header = context.loop.sequence if isinstance(context.loop, ForEach) else context.loop.condition
        return c.write.root in walk.used_symbols(header)
    return c.kind == "meet" and bool(c.why) and any(has_unknown(a.resolved) for a in (c.write, c.other))


def diagnostic(conflict: Conflict, context: LoopContext) -> Diagnostic:
    """What to tell about one conflict."""
    unit = context.function.unit
    write, other = conflict.write, conflict.other
    written, used = text_of(write.place, unit), text_of(other.place, unit)
    at, second = span_of(write), span_of(other)
    match conflict.kind:
        case "large":
            what = "too many memory accesses to analyse"
            return Diagnostic(context.loop.span, what, "split the loop", at, code=Why.TOO_LARGE)
        case "packed":
            what = f"writes {written}: neighbouring elements of std::vector<bool> share a word"
            remedy = f"make {array_of(write, unit)} a std::vector<char>"
            return Diagnostic(at, what, remedy, second, code=Why.PACKED_BITS)
        case "moving":
            what = f"writes {written} through a pointer that changes in the loop"
            remedy = "index one fixed array with the loop counter"
            return Diagnostic(at, what, remedy, second, code=Why.MOVING_POINTER)
        case "alias":
            why = "where it leads is only known in the loop" if "?" in conflict.why else conflict.why
            what = f"writes {written}, which may overlap {used}: {why}"
            return Diagnostic(at, what, _apart(write, other, context), second, code=Why.MAY_OVERLAP)
    if write.whole or other.whole:
        return _whole(conflict, context)
    if other.is_write:
        return _overwritten(conflict, context)
    return _flow(conflict, context)


def _apart(write: Access, other: Access, context: LoopContext) -> str:
    """How to show that two places are different memory."""
    unit = context.function.unit
    for access in (write, other):
        symbol = access.root
        if is_single(access) and symbol is not None and isinstance(symbol.type, t.Reference | t.Pointer):
            name = text_of(access.place, unit)
            return f"use a local variable for {name} and store it after the loop, or promise it with --assume noalias"
    arrays = " and ".join(dict.fromkeys((array_of(write, unit), array_of(other, unit))))
    qualifier = "restrict" if unit.language is Language.C else "__restrict"
    return f"declare {arrays} {qualifier}, or promise that they do not overlap with --assume noalias"


# --- whole objects -------------------------------------------------------------------------------------------------


def _whole(conflict: Conflict, context: LoopContext) -> Diagnostic:
    """One of the accesses is of an object as a whole: a member function, or a function that is handed it."""
    unit = context.function.unit
    write, other = conflict.write, conflict.other
    call = write.call if write.call is not None else other.call
    target = write if write.call is not None else other
    name = array_of(target, unit)
    doing = f"calls {_named(call)}" if call is not None else f"writes {text_of(write.place, unit)}"
    second = span_of(other)
    again = other is write or (call is not None and other.call == call)
    if again:
        rest = "which every iteration does to the same object" if isinstance(call, Method) else "in every iteration"
        what = f"{doing} on {name}, {rest}" if isinstance(call, Method) else f"{doing} on {name} {rest}"
    elif other.is_write:
        what = f"{doing} on {name}, which other iterations change too ({_use(other, context)})"
    else:
        what = f"{doing} on {name}, which other iterations read ({_use(other, context)})"
    at = call.span if call is not None and call.span != NOWHERE else span_of(write)
    container = is_container(target.resolved.type)
    code = Why.CONTAINER_CHANGES if container else Why.SHARED_VARIABLE
    return Diagnostic(at, what, _for_object(call, target, name), second, code=code)


def _named(call: Call | Method) -> str:
    return call.name.removeprefix("std::")


def _use(access: Access, context: LoopContext) -> str:
    text = text_of(access.place, context.function.unit)
    if isinstance(access.call, Method):
        return f"{text}.{access.call.name}"
    return text if access.call is None else f"{_named(access.call)} on {text}"


def _for_object(call: Call | Method | None, access: Access, name: str) -> str:
    """What would help with an object that iterations share."""
    type_ = t.strip(access.resolved.type)
    kind = type_.name if isinstance(type_, t.Library) else ""
    method = call.name if isinstance(call, Method) else ""
    if kind in _ADAPTORS - {"stack"} and method not in ("clear", "resize"):
        return f"process {name} in rounds: a loop over an array of all that is in it now, then all that came in"
    if kind in _KEYED:
        return f"collect the keys in a vector, sort it, and fill {name} from it after the loop"
    if method in ("clear", "resize", "assign") or (kind and method and method not in GROWING_METHODS | CONST_METHODS):
        return f"declare {name} inside the loop, if each iteration starts it anew"
    if method.startswith("pop"):
        return f"give independent parts of the input a {name} of their own: what a stack holds depends on all before"
    if method in GROWING_METHODS:
        return f"size {name} before the loop and write element i; or append in one place of the loop, and nothing else"
    if call is not None and not method:
        return f"hand {_named(call)} a part of {name} that belongs to this iteration alone"
    return f"declare {name} inside the loop, or make it an array with an element for each iteration"


# --- elements and variables ----------------------------------------------------------------------------------------


def _overwritten(conflict: Conflict, context: LoopContext) -> Diagnostic:
    """Two writes."""
    unit = context.function.unit
    write, other, distance = conflict.write, conflict.other, conflict.distance
    written, used = text_of(write.place, unit), text_of(other.place, unit)
    at, second = span_of(write), span_of(other)
    if distance is not None and other is not write:
        what = f"writes {written}, written again by {iteration(context, distance)} (distance {distance})"
    else:
        again = "written again by another iteration" if written == used else f"and another iteration writes {used}"
        what = f"writes {written}, {again}"
    unknown = unknown_subscript(write, context) or unknown_subscript(other, context)
    if unknown and conflict.why:
        what += f" ({unknown})"
        remedy = "combine with an associative operation (+=, min, max), or take the index from an array: index[i]"
        return Diagnostic(at, what, remedy, second, code=Why.SCATTER_COLLISION)
    if conflict.why:
        what += f" ({conflict.why})"
    if is_single(write):
        return Diagnostic(at, what, _for_variable(write, written), second, distance, code=Why.SHARED_VARIABLE)
    if is_fixed_element(write, context):
        remedy = f"give each iteration a copy of {array_of(write, unit)} of its own, or write {written} after the loop"
    elif distance is not None:
        remedy = f"let each element be written once: step {array_of(write, unit)} so that iterations do not overlap"
    else:
        remedy = "give each iteration an element of its own, or combine with an associative operation (+=, min, max)"
    return Diagnostic(at, what, remedy, second, distance, code=Why.SAME_ELEMENT)


def _for_variable(access: Access, name: str) -> str:
    symbol = access.root
    if symbol is not None and symbol.storage is Storage.GLOBAL:
        return f"accumulate into a local variable and store it to {name} after the loop, or declare it inside the loop"
    return f"declare a variable for {name} inside the loop if no iteration needs another one's value"


def _flow(conflict: Conflict, context: LoopContext) -> Diagnostic:
    """A write, and a read in another iteration."""
    unit = context.function.unit
    write, other, distance = conflict.write, conflict.other, conflict.distance
    written, used = text_of(write.place, unit), text_of(other.place, unit)
    at, second = span_of(other), span_of(write)
    if is_single(write) and is_single(other):
        what = f"reads {used}, which another iteration may write as {written}"
        return Diagnostic(at, what, _for_variable(write, written), second, distance, code=Why.SHARED_VARIABLE)
    if distance is not None and conflict.forward is False:
        what = f"reads {used}, overwritten by {iteration(context, distance)} (distance {distance})"
        return Diagnostic(at, what, COPY, second, distance, code=Why.OVERWRITTEN_LATER)
    if distance is not None:
        what = f"reads {used}, written by {iteration(context, -distance)} (distance {distance})"
        return Diagnostic(at, what, _recurrence(conflict, context), second, distance, code=Why.FLOW)
    what = f"reads {used}, which another iteration may write as {written}"
    if conflict.forward is False:
        return Diagnostic(at, what, COPY, second, code=Why.OVERWRITTEN_LATER)
    return _undecided(conflict, context, what, at, second)


def _recurrence(conflict: Conflict, context: LoopContext) -> str:
    """A dependence over a known distance."""
    unit = context.function.unit
    used, distance = text_of(conflict.other.place, unit), conflict.distance or 1
    remedy = f"write to a second array if the old {used} is meant"
    if len(conflict.write.nests) > 1 and len(conflict.other.nests) > 1:
        return f"{remedy}; if the new one is, go over the anti-diagonals: their elements are independent"
    if distance > 1:
        return f"{remedy}; if the new one is, {distance} iterations in a row are independent: an inner loop over them"
    return f"{remedy}; if the new one is, only an associative or linear step can be parallel (a scan)"


def _undecided(conflict: Conflict, context: LoopContext, what: str, at: Span, second: Span) -> Diagnostic:
    unit = context.function.unit
    write, other = conflict.write, conflict.other
    used = text_of(other.place, unit)
    unknown = unknown_subscript(write, context) or unknown_subscript(other, context)
    if unknown and conflict.why:
        if write.place == other.place:
            remedy = f"make it one associative update: {used} += x, or {used} = min({used}, x)"
        elif unknown_subscript(write, context):
            remedy = f"read from another array than {array_of(write, unit)}, or write to a second one"
        else:
            remedy = f"read {used} from a copy made before the loop, if its old value is meant"
        return Diagnostic(at, f"{what} ({unknown})", remedy, second, code=Why.FLOW_INDIRECT)
    if conflict.why:
        what += f" ({conflict.why})"
    if is_fixed_element(other, context):
        remedy = f"copy {used} to a local variable before the loop, if its old value is meant"
        return Diagnostic(at, what, remedy, second, code=Why.FLOW_FIXED_ELEMENT)
    array = array_of(other, unit)
    remedy = f"start or end the loops so that no iteration reads what another one writes, or read {array} from a copy"
    return Diagnostic(at, what, remedy, second, code=Why.FLOW_UNKNOWN)

