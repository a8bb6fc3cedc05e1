"""Standard algorithms that keep some elements, or bring them into groups, by ParlayLib's ``filter`` and its kin.

What is kept is found first and then put where it belongs, so that input and output may be the same range.
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.backends.parlay.cxx_literals import ADDITIVE, POSTFIX
from unseq.backends.parlay.emit import ranges
from unseq.backends.parlay.emit.algorithm_loops import mapped
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.facts import CallFact
from unseq.frontend.ir.nodes import Call, Expr, Method


def _filtered(context: Context, fact: CallFact, kept: str) -> str:
    """The declaration of ``kept``: the elements that a copy or removal by condition leaves."""
    arguments = ranges.arguments(fact)
    given = ranges.whole_range(context, fact)
    name = fact.call.name.removeprefix("std::")
    condition = arguments[-1]
    match name:
        case "unique":
            rest = [context.source(a) for a in arguments[2:]]
            return f"const auto {kept} = {ranges.call(context, 'parlay::unique', given, *rest)};"
        case "remove" | "remove_copy":
            return f"const auto {kept} = {ranges.call(context, 'parlay::remove', given, context.source(condition))};"
        case "remove_if" | "remove_copy_if":
            return f"const auto {kept} = {ranges.call(context, 'parlay::remove_if', given, context.source(condition))};"
    return f"const auto {kept} = {ranges.call(context, 'parlay::filter', given, context.source(condition))};"


def _appended(context: Context, fact: CallFact, kept: str, out: Expr) -> list[str]:
    """Statements that put the sequence ``kept`` behind what a container holds, or to where an iterator is."""
    k = context.scoped("k")
    count = f"{kept}.size()"
    if isinstance(out, Call) and out.name.removeprefix("std::") == "back_inserter":
        target, old = context.expr(out.arguments[0], POSTFIX), context.scoped("old_size")
        grow = [f"const size_t {old} = {target}.size();", f"{target}.resize({old} + {kept}.size());"]
        body = f"{target}[{old} + {k}] = {kept}[{k}];"
        return [*grow, ranges.parallel_for(context, fact, count, k, body)]
    return [ranges.parallel_for(context, fact, count, k, f"{ranges.element(context, out, k)} = {kept}[{k}];")]


def _copy_if(context: Context, fact: CallFact) -> str:
    kept = context.scoped("kept")
    mark = context.site("filter", fact.span)
    out = fact.call.arguments[2]
    return "\n".join([mark + _filtered(context, fact, kept), *_appended(context, fact, kept, out)])


def _copied_to(context: Context, fact: CallFact) -> tuple[list[str], str]:
    """A copy whose end is used."""
    kept = context.scoped("kept")
    out = ranges.arguments(fact)[2]
    mark = context.site("filter", fact.span)
    lines = [mark + _filtered(context, fact, kept), *_appended(context, fact, kept, out)]
    return lines, f"{context.expr(out, ADDITIVE)} + {kept}.size()"


def _map_to_back(context: Context, fact: CallFact) -> str:
    """``std::transform`` and ``std::copy`` into a container that grows by the length of the range."""
    arguments = ranges.arguments(fact)
    is_copy = fact.call.name == "std::copy"
    inserter = arguments[2] if is_copy else arguments[-2]
    assert isinstance(inserter, Call)
    lines: list[str] = []
    k, old, n = (context.scoped(name) for name in ("k", "old_size", "n"))
    target = context.expr(inserter.arguments[0], POSTFIX)
    value = ranges.element(context, arguments[0], k) if is_copy else mapped(context, fact, k, lines)
    lines += [
        f"const size_t {n} = {ranges.length(context, fact)};",
        f"const size_t {old} = {target}.size();",
        f"{target}.resize({old} + {n});",
    ]
    return "\n".join([*lines, ranges.parallel_for(context, fact, n, k, f"{target}[{old} + {k}] = {value};")])


def _erase(context: Context, fact: CallFact) -> str:
    """``v.erase(std::remove_if(v.begin(), v.end(), ...), v.end())``."""
    first = ranges.arguments(fact)[0]
    kept, k = context.scoped("kept"), context.scoped("k")
    mark = context.site("filter", fact.span)
    assert isinstance(first, Method)
    v = context.expr(first.object, POSTFIX)
    put = ranges.parallel_for(context, fact, f"{kept}.size()", k, f"{v}[{k}] = {kept}[{k}];")
    cut = f"{v}.erase({v}.begin() + {kept}.size(), {v}.end());"
    return "\n".join([mark + _filtered(context, fact, kept), put, cut])


def _partition(context: Context, fact: CallFact) -> tuple[list[str], str]:
    """Those that pass in front, in their order, then the others; the value is where the others begin."""
    first, _, condition = ranges.arguments(fact)[:3]
    holds, front, rest, k = (context.scoped(n) for n in ("holds", "front", "rest", "k"))
    given = ranges.whole_range(context, fact)
    start = context.expr(first, ADDITIVE)
    site = context.site("filter", fact.span)
    lines = [
        f"const auto {holds} = {context.source(condition)};",
        f"{site}const auto {front} = parlay::filter({given}, {holds});",
        f"const auto {rest} = parlay::remove_if({given}, {holds});",
        ranges.parallel_for(context, fact, f"{front}.size()", k,
                            f"{ranges.element(context, first, k)} = {front}[{k}];"),
        ranges.parallel_for(context, fact, f"{rest}.size()", k,
                            f"{ranges.element(context, first, f'{front}.size() + {k}')} = {rest}[{k}];"),
    ]  # fmt: skip
    return lines, f"{start} + {front}.size()"


def _partition_only(context: Context, fact: CallFact) -> str:
    lines, _ = _partition(context, fact)
    return context.braces("", "\n".join(lines))


def _nth_element(context: Context, fact: CallFact) -> str:
    """The n-th in its place: what is smaller in front of it, what is not behind."""
    first, nth, last, *rest = ranges.arguments(fact)
    k, pivot, less = (context.scoped(n) for n in ("k", "pivot", "less"))
    names = {n: context.scoped(n) for n in ("smaller", "equal", "larger")}
    context.includes.add("<functional>")
    given = ranges.slice_of(context, first, last)
    position = f"{context.expr(nth, ADDITIVE)} - {context.expr(first, ADDITIVE + 1)}"
    tests = {"smaller": f"{less}(x, {pivot})", "equal": f"!{less}(x, {pivot}) && !{less}({pivot}, x)",
             "larger": f"{less}({pivot}, x)"}  # fmt: skip
    order = context.source(rest[0]) if rest else "std::less<>()"
    site = context.site("nth_element", fact.span)
    lines = [
        f"const auto {less} = {order};",
        f"{site}const auto {pivot} = parlay::kth_smallest_copy({given}, {position}, {less});",
        *(f"const auto {name} = parlay::filter({given}, [&](const auto &x) {{ return {tests[n]}; }});"
          for n, name in names.items()),
    ]
    offset = ""
    for n, name in names.items():
        place = ranges.element(context, first, f"{offset}{k}")
        lines.append(ranges.parallel_for(context, fact, f"{name}.size()", k, f"{place} = {name}[{k}];"))
        offset += f"{names[n]}.size() + "
    return context.braces(f"if ({context.expr(nth)} != {context.expr(last)})", "\n".join(lines))


def _merge(context: Context, fact: CallFact) -> str:
    """Both ranges in order, the first one's elements in front of equal ones of the second."""
    first, last, second, end, out, *rest = ranges.arguments(fact)
    merged, k = context.scoped("merged"), context.scoped("k")
    both = [ranges.slice_of(context, first, last), ranges.slice_of(context, second, end)]
    text = ranges.call(context, "parlay::merge", *both, *(context.source(a) for a in rest))
    mark = context.site("merge", fact.span)
    body = f"{ranges.element(context, out, k)} = {merged}[{k}];"
    put = ranges.parallel_for(context, fact, f"{merged}.size()", k, body)
    return f"{mark}const auto {merged} = {text};\n{put}"


VALUES: dict[str, Callable[[Context, CallFact], tuple[list[str], str]]] = {
    "copy_if_end": _copied_to,
    "partition": _partition,
}
EFFECTS: dict[str, Callable[[Context, CallFact], str]] = {
    "copy_if": _copy_if,
    "map_to_back": _map_to_back,
    "erase": _erase,
    "partition_only": _partition_only,
    "nth_element": _nth_element,
    "merge": _merge,
}
