"""Standard algorithms by ParlayLib's primitives.

A call whose value is used becomes ``worth it ? primitive : the call as it was``; a call for its effects becomes an
``if`` with the call as it was in the other branch.  The primitives stand in ``algorithm_sums``, ``algorithm_loops`` and
``algorithm_packs``; the searches, which have the standard's form and meaning, here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unseq.backends.parlay.cxx_literals import RELATIONAL
from unseq.backends.parlay.emit import algorithm_loops, algorithm_packs, algorithm_sums, guards, layout, ranges
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.loops import either
from unseq.backends.plan import Algorithm
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Call, Evaluate, Method, Return
from unseq.frontend.source import Unsupported

_SORT_COST = 16  # about log n comparisons an element


@dataclass(frozen=True, slots=True)
class Replacement:
    """``text`` in place of the whole statement, or of the call alone."""

    text: str
    whole_statement: bool


def emit_algorithm(context: Context, plan: Algorithm) -> Replacement:
    """The text in place of a call of a standard algorithm."""
    fact = plan.call
    context.includes |= {"<parlay/primitives.h>"}
    asked = joined(_conditions(context, fact))
    call = fact.call
    if fact.primitive in _EFFECTS:
        if not isinstance(fact.statement, Evaluate):
            raise Unsupported(fact.span, f"the result of {_name(fact)} is used", "use its range after the call")
        text = _EFFECTS[fact.primitive](context, fact)
        return Replacement(either(context, asked, text, context.statement(fact.statement)), True)
    if fact.primitive not in _VALUES or not isinstance(call, Call):
        raise Unsupported(fact.span, f"no parallel form for {_name(fact)}", "write it as a loop")
    made = _VALUES[fact.primitive](context, fact)
    lines, value = made if isinstance(made, tuple) else ([], made)
    mark = context.site(fact.primitive, fact.span) if not lines and fact.primitive != "minmax_element" else ""
    before = context.source(call)
    if isinstance(fact.statement, Return) and fact.statement.value is call:
        if lines:
            then = context.braces(f"if ({asked})", "\n".join([*lines, f"return {mark}{value};"]))
            return Replacement(f"{then}\nreturn {before};", True)
        return Replacement(f"if ({asked})\n{context.indent(f'return {mark}{value};')}\nreturn {before};", True)
    if lines:
        value = context.braces("[&]", "\n".join([*lines, f"return {value};"]), "()")
    value, before = (layout.shift(text, "", context.unit_indent) for text in (value, before))
    return Replacement(f"({asked}\n{context.indent(f'? {mark}{value}')}\n{context.indent(f': {before}')})", False)


def _name(fact: CallFact) -> str:
    return fact.call.name


def _conditions(context: Context, fact: CallFact) -> list[str]:
    context.definitions.add("UNSEQ_CUTOFF")
    length = ranges.length(context, fact, RELATIONAL + 1)
    heavy = "sort" in fact.primitive or fact.primitive == "nth_element"
    share = f"UNSEQ_CUTOFF / {_SORT_COST}" if heavy else "UNSEQ_CUTOFF"
    some = [f"{length} > 0"] if fact.primitive in ("minmax_element", "adjacent_find") else []
    return [f"{length} >= {share}", *some, *guards.conditions(context, fact.guards, {})]


# --- searches ------------------------------------------------------------------------------------------------------


def _search(name: str) -> Callable[[Context, CallFact], str]:
    """A search that takes a range and a value or predicate, with the standard's meaning."""

    def emit(context: Context, fact: CallFact) -> str:
        rest = [context.source(a) for a in ranges.arguments(fact)[2:]]
        if name == "is_sorted" and not rest:  # upstream's own default asks that ranges can be compared
            context.includes.add("<functional>")
            rest = ["std::less<>()"]
        text = ranges.call(context, f"parlay::{name}", ranges.whole_range(context, fact), *rest)
        return f"{context.type(fact.call.type)}({text})" if name.startswith("count") else text

    return emit


def _equal(context: Context, fact: CallFact) -> str:
    """Two ranges of the first one's length, element by element."""
    first, _, other, *rest = ranges.arguments(fact)
    k, n = context.scoped("k"), ranges.length(context, fact)
    left, right = ranges.element(context, first, k), ranges.element(context, other, k)
    test = f"{context.source(rest[0])}({left}, {right})" if rest else f"{left} == {right}"
    same = f"parlay::delayed_tabulate({n}, [&](size_t {k}) -> bool {{ return {test}; }})"
    return ranges.call(context, "parlay::all_of", same, "[](bool same) { return same; }")


def _minmax(context: Context, fact: CallFact) -> str:
    """The first of the least and the last of the greatest; not for an empty range."""
    first, last, *rest = ranges.arguments(fact)
    context.includes |= {"<iterator>", "<utility>"}
    order = [context.source(a) for a in rest]
    low = ranges.call(context, "parlay::min_element", ranges.whole_range(context, fact), *order)
    ends = f"std::make_reverse_iterator({context.expr(last)}), std::make_reverse_iterator({context.expr(first)})"
    high = ranges.call(context, "parlay::max_element", f"parlay::make_slice({ends})", *order)
    site = context.site("minmax_element", fact.span)
    return ranges.call(context, "std::make_pair", site + low, f"std::prev({high}.base())")


# --- sorting -------------------------------------------------------------------------------------------------------


def _sort(stable: bool) -> Callable[[Context, CallFact], str]:
    """In place. A sort by part of an element is made stable, so that its result does not depend on the threads."""

    def emit(context: Context, fact: CallFact) -> str:
        arguments = ranges.arguments(fact)
        numbers = t.is_arithmetic(ranges.element_type(arguments[0]))
        keeps = stable or len(arguments) > 2 or not numbers
        name = "stable_sort_inplace" if keeps else "sort_inplace"
        rest = [context.source(a) for a in arguments[2:]]
        given = ranges.whole_range(context, fact)
        if fact.primitive != "sort" and not stable:  # all of the range, whatever is asked for
            given = ranges.slice_of(context, arguments[0], arguments[2])
            rest = [context.source(a) for a in arguments[3:]]
            name = "sort_inplace" if numbers and not rest else "stable_sort_inplace"
        if fact.op == "reversed":  # from the last element to the first: descending
            context.includes.add("<functional>")
            first = arguments[0]
            assert isinstance(first, Method)
            given, rest = context.expr(first.object), ["std::greater<>()"]
        site = context.site("sort", fact.span)
        return f"{site}{ranges.call(context, f'parlay::{name}', given, *rest)};"

    return emit


_VALUES: dict[str, Callable[[Context, CallFact], str | tuple[list[str], str]]] = {
    "reduce": algorithm_sums.reduction,
    "transform_reduce": algorithm_sums.transform_reduction,
    "equal": _equal,
    "minmax_element": _minmax,
    **{name: _search(name) for name in (
        "find", "find_if", "find_if_not", "count", "count_if", "all_of", "any_of", "none_of", "min_element",
        "max_element", "adjacent_find", "is_sorted")},
    **algorithm_packs.VALUES,
}  # fmt: skip
_EFFECTS: dict[str, Callable[[Context, CallFact], str]] = {
    "sort": _sort(stable=False),
    "stable_sort": _sort(stable=True),
    "sort_whole": _sort(stable=False),
    "inclusive_scan": algorithm_sums.scan(inclusive=True),
    "exclusive_scan": algorithm_sums.scan(inclusive=False),
    **algorithm_loops.EFFECTS,
    **algorithm_packs.EFFECTS,
}
