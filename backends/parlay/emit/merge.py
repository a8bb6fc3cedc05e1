"""A merge of two sorted arrays: stretches of the result, each from the parts of both arrays that belong to it.

How many of the first elements of the result come from the left array is found by a binary search (Akl and Santoro
1987), so that stretches are equally long, whatever the values.
"""

from __future__ import annotations

from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.loops import either
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Merge
from unseq.frontend import irregular
from unseq.frontend.analysis import terms
from unseq.frontend.facts import Holds

PIECES = 4  # a worker


def emit_merge(context: Context, plan: Merge) -> str:
    """The text in place of the three loops."""
    fact = plan.loop
    merge = fact.irregular
    assert isinstance(merge, irregular.Merge)
    context.includes |= {"<parlay/parallel.h>", "<algorithm>"}
    context.definitions.add("UNSEQ_CUTOFF")
    left, right, size = (context.fresh(name) for name in ("left_size", "right_size", "piece_size"))
    taken, piece, at = (context.scoped(name) for name in ("taken", "piece", "at"))
    first, last, low, high, middle, x, y = (
        context.scoped(name) for name in ("first", "last", "low", "high", "middle", "from_left", "to_left")
    )
    runs = (merge.left, merge.right)
    lengths = [context.expr(plain(terms.subtract(run.end, terms.ref(run.cursor)))) for run in runs]
    starts = [f"{guards.pointer(context, run.array)} + {run.cursor.name}" for run in runs]
    out = f"{guards.pointer(context, merge.out)} + {merge.at.name}"
    a, b = (context.fresh(f"{name}_run") for name in ("left", "right"))
    search = context.braces(
        f"auto {taken} = {CLOSURE}(size_t {at})",
        f"size_t {low} = {at} > {right} ? {at} - {right} : 0, {high} = std::min<size_t>({at}, {left});\n"
        f"while ({low} < {high}) {{\n"
        f"    const size_t {middle} = ({low} + {high}) / 2;\n"
        f"    if ({a}[{middle}] < {b}[{at} - {middle} - 1])\n"
        f"        {low} = {middle} + 1;\n"
        f"    else\n"
        f"        {high} = {middle};\n"
        f"}}\n"
        f"return {low};",
        ";  // of the first elements of the result, those from the left",
    )
    site = context.site("parallel_for", fact.span)
    body = (
        f"const size_t {first} = {piece} * {size};\n"
        f"const size_t {last} = std::min<size_t>({left} + {right}, {first} + {size});\n"
        f"const size_t {x} = {taken}({first}), {y} = {taken}({last});\n"
        f"std::merge({a} + {x}, {a} + {y},\n"
        f"           {b} + ({first} - {x}), {b} + ({last} - {y}),\n"
        f"           {out} + {first});"
    )
    loop = context.braces(
        f"{site}parlay::parallel_for(0, ({left} + {right} - 1) / {size} + 1, {CLOSURE}(size_t {piece})", body, ");"
    )
    lines = [
        f"const size_t {left} = {lengths[0]}, {right} = {lengths[1]};",
        f"const auto {a} = {starts[0]}, {b} = {starts[1]};",
        search,
        f"const size_t {size} = ({left} + {right}) / (UNSEQ_CUTOFF > 0 ? {PIECES} * parlay::num_workers() : 16) + 1;",
        loop,
        *(f"{run.cursor.name} = {context.expr(plain(run.end))};" for run in runs),
        f"{merge.at.name} += {left} + {right};",
    ]
    total = f"size_t({lengths[0]}) + ({lengths[1]})" if " " in lengths[1] else f"size_t({lengths[0]}) + {lengths[1]}"
    first_asked = guards.conditions(context, [g for g in fact.guards if isinstance(g, Holds)], {})
    others = guards.conditions(context, [g for g in fact.guards if not isinstance(g, Holds)], {})
    asked = [*first_asked, f"{total} > 0", f"{total} >= UNSEQ_CUTOFF", *others]
    original = "\n".join(context.statement(s) for s in (fact.loop, *fact.with_next))
    return either(context, joined(asked), "\n".join(lines), original)
