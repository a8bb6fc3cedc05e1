"""Worklists: the items that wait at one time are looked at together, level by level, without leaving the device.

A batch has three kernels. First every item that reaches a new vertex notes that, and the earliest note stays: its key
is the item's number and, in the item, how manieth look at a vertex it was. Then threads count of how many vertices the
notes of their items stayed, so that the last kernel can mark these and put them down in the order in which the loop
would have found them. Where the first kernel sees what only the loop itself can take, the batch has not happened.
"""

from __future__ import annotations

from itertools import combinations

from unseq.backends.cuda.emit import item_arrays
from unseq.backends.cuda.emit.device import Device
from unseq.backends.cuda.emit.frontier_kernels import WORD, Search, counting, noting, search_of, spelled, storing
from unseq.backends.parlay.emit import guards, reduce, worklists
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.frontier import enough, inside
from unseq.backends.plan import Frontier
from unseq.frontend.analysis import discovery, terms
from unseq.frontend.analysis.discovery import Found
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Accumulator, Disjoint, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Declare,
    Expr,
    Ref,
    Symbol,
)
from unseq.frontend.irregular import Frontier as Facts
from unseq.frontend.irregular import Keeping, Waiting
from unseq.frontend.source import NOWHERE, Unsupported

LEAST = 1600  # the device is left when fewer items wait than this part of the cut-off


def emit_frontier(device: Device, plan: Frontier) -> str:
    """The text in place of a worklist's loop."""
    context, fact = device.context, plan.loop
    facts = fact.irregular
    assert isinstance(facts, Facts)
    _check(fact, facts)
    device.want |= {"array", "shares", "blocks"}
    context.includes |= {"<algorithm>", "<numeric>", "<vector>"}
    search = search_of(device, fact, facts)
    names = search.names
    condition = f"{names.on_device} && {enough(context, fact, facts)}{_few(context, facts)}"
    batches = context.braces(f"if ({condition})", "\n".join([*_batches(search), "continue;"]))
    first = f"bool {names.on_device} = true;  // until there is an item that only the loop itself can take"
    loop = worklists.with_batch(context, fact.loop, batches)
    before, after = ([context.printed(s) for s in part] for part in (fact.before, fact.after))
    text = "\n".join([*before, first, loop, *after])
    return text if fact.around is None else inside(context, fact.around, text)


def _check(fact: LoopFact, facts: Facts) -> None:
    """Refuses what a batch could not do, or would do twice."""
    binding = facts.waiting.binding
    if not isinstance(facts.waiting.element, t.Int) or any(
        s.span == binding.span != NOWHERE for s in facts.body.statements
    ):
        raise Unsupported(binding.span, "items that are no numbers, in a search that goes to the GPU",
                          "number the items")  # fmt: skip
    own = walk.declared_symbols(fact.loop) | {r.symbol for r in fact.roles if isinstance(r, Private)}
    own |= {r.place.symbol for r in fact.roles if isinstance(r, Accumulator) and isinstance(r.place, Ref)}
    for node in walk.walk(discovery.without(facts.body, Found(facts.discoveries, facts.leaving))):
        if isinstance(node, Assign) and walk.root(node.place) not in own:
            raise Unsupported(node.span, "writes besides those for a new vertex, in a search that goes to the GPU",
                              "write them when the search is done")  # fmt: skip


def _few(context: Context, facts: Facts) -> str:
    """That numbers of items fit into the upper half of a key."""
    narrow = isinstance(facts.extent.type, t.Int) and facts.extent.type.bits <= 32 and facts.waiting.tail is not None
    if narrow:
        return ""
    context.includes.add("<cstdint>")
    count = worklists.waiting(context, facts.waiting, 11)
    return f" && size_t({count}) + {context.expr(facts.extent, 12)} <= UINT32_MAX"


# --- the host --------------------------------------------------------------------------------------------------------


def _batches(search: Search) -> list[str]:
    """The lines that run batches until few items wait."""
    names, context, waiting = search.names, search.context, search.facts.waiting
    element = context.type(waiting.element)
    drained = _drained(search)
    count = f"{names.waiting}.size()" if drained else worklists.waiting(context, waiting, 0)
    sums = [
        f"DeviceArray<{context.type(worklists.summed_type(role))}> {symbol.name}_of_thread_on_device(most_shares);"
        for role, symbol in search.sums
    ]
    last = f"!{names.waiting}.empty()" if drained else f"{count} > 0"
    return [
        *drained,
        f"const size_t {names.vertices} = {context.expr(search.facts.extent)};",
        *(f"DeviceWindow<{context.type(w.element)}> {w.name}({w.base.symbol.name});" for w in search.arrays.windows),
        *(line for m in search.arrays.moved for line in m.before),
        f"DeviceArray<{WORD}> {names.finder}_on_device({names.vertices});  // of each vertex, nobody yet",
        f"cuda_check(cudaMemset({names.finder}_on_device.data(), 0xff, {names.vertices} * sizeof({WORD})));",
        f"DeviceArray<int> {names.stopped}_on_device(1);",
        f"cuda_check(cudaMemset({names.stopped}_on_device.data(), 0, sizeof(int)));",
        f"DeviceArray<{element}> {names.items}_on_device(std::max<size_t>({count}, {names.vertices}));",
        f"DeviceArray<{element}> {names.found}_on_device({names.vertices});",
        f"DeviceArray<unsigned> {names.offsets}_on_device(most_shares);",
        *sums,
        f"size_t {names.done} = 0;",
        context.braces("do", "\n".join(_batch(search, count, bool(drained))),
                       f" while ({last} && {count} >= UNSEQ_CUTOFF / {LEAST});"),
        *(line for m in search.arrays.moved for line in m.after),
        *_left(search, bool(drained)),
    ]  # fmt: skip


def _drained(search: Search) -> list[str]:
    """The lines that take items out of a container without subscripts."""
    waiting, names, context = search.facts.waiting, search.names, search.context
    if waiting.keeping not in (Keeping.QUEUE, Keeping.STACK):
        return []
    place, type_ = context.expr(waiting.place, 15), t.strip(waiting.place.type)
    assert isinstance(type_, t.Library)
    look, drop = {"queue": ("front", "pop"), "stack": ("top", "pop")}.get(
        type_.name, ("front", "pop_front") if waiting.first_come else ("back", "pop_back"))  # fmt: skip
    drain = context.controlled(
        f"for (; !{place}.empty(); {place}.{drop}())", f"{names.waiting}.push_back({place}.{look}());"
    )
    return [f"std::vector<{context.type(waiting.element)}> {names.waiting};", drain]


def _items(search: Search, drained: bool) -> str:
    """Where the items that wait begin."""
    waiting, context = search.facts.waiting, search.context
    if drained:
        return f"{search.names.waiting}.data()"
    place = guards.pointer(context, waiting.place)
    return place if waiting.keeping is Keeping.PILE else f"{place} + {_name(waiting.head)}"


def _name(symbol: Symbol | None) -> str:
    return symbol.name if symbol is not None else ""


def _batch(search: Search, count: str, drained: bool) -> list[str]:
    names, context, waiting = search.names, search.context, search.facts.waiting
    lines = [f"const size_t {names.items} = {count};"]
    begin = _items(search, drained)
    place, _, head = begin.partition(" + ")
    at = f"{head} + {names.k}" if head else names.k
    binding = context.printed(Declare(search.item, spelled(f"{place}[{at}]", waiting.element)))
    stop = f"{names.on_device} = false;\nbreak;"
    over = item_arrays.ends(search.device, search.facts, begin, names.items, search.item)
    if search.arrays.windows and over:
        lines.append(context.braces(f"if ({over})", stop))
    for w in search.arrays.windows:
        lines += item_arrays.extended(search.device, w, names.items, names.k, binding)
        apart = _apart(context, search.facts, w, worklists.ZERO)
        if apart:
            lines.append(context.braces(f"if (!({apart}))", stop))
    lines += [
        f"{names.items}_on_device.copy_from({begin}, {names.items});",
        noting(search),
        f"int {names.stopped};",
        f"{names.stopped}_on_device.copy_to(&{names.stopped});",
        context.braces(f"if ({names.stopped} != 0)", stop),
        f"const size_t {names.share} = share_of({names.items});",
        f"const unsigned {names.blocks} = blocks_for(({names.items} + {names.share} - 1) / {names.share});",
        counting(search),
        f"std::vector<unsigned> {names.offsets}(size_t({names.blocks}) * block_threads + 1);",
        f"{names.offsets}_on_device.copy_to({names.offsets}.data(), {names.offsets}.size() - 1);",
        f"std::exclusive_scan({names.offsets}.begin(), {names.offsets}.end(), {names.offsets}.begin(), 0u);",
        f"const size_t {names.total} = {names.offsets}.back();",
    ]
    if search.facts.writes:
        more = spelled(names.total, t.LONG)
        written = (*search.facts.writes, _queue(waiting, more))
        asked = guards.conditions(context, [Disjoint(a, b) for a, b in combinations(written, 2)], {})
        asked += [_apart(context, search.facts, w, more) for w in search.arrays.windows]
        lines.append(context.braces(f"if (!({joined(asked)}))", stop))
    lines += [
        f"{names.offsets}_on_device.copy_from({names.offsets}.data(), {names.offsets}.size() - 1);",
        storing(search),
    ]
    for role, symbol in search.sums:
        part = f"{symbol.name}_of_thread"
        type_ = context.type(worklists.summed_type(role))
        one = context.scoped("part")
        fold = reduce.combined(context, symbol.name, role.op, one)
        lines += [
            f"std::vector<{type_}> {part}(size_t({names.blocks}) * block_threads);",
            f"{part}_on_device.copy_to({part}.data(), {part}.size());",
            context.controlled(f"for (const {type_} {one} : {part})", fold),
        ]
    return [*lines, *_pushed(search, drained), f"{names.done} += {names.items};"]


def _queue(waiting: Waiting, more: Expr) -> Extent:
    """The part of an array in which items wait, and ``more`` behind them."""
    assert waiting.head is not None and waiting.tail is not None
    return Extent(waiting.place, terms.ref(waiting.head), terms.add(terms.ref(waiting.tail), more))


def _apart(context: Context, facts: Facts, w: item_arrays.Window, more: Expr) -> str:
    """Whether a window lies apart from the marks, and from the items and ``more`` behind them; "" where it does."""
    if not facts.writes:
        return ""
    first, end = (spelled(f"{w.reach}.{side}", t.LONG) for side in ("first", "end"))
    written = (*facts.writes, _queue(facts.waiting, more))
    return joined(guards.conditions(context, [Disjoint(Extent(w.base, first, end), e) for e in written], {}))


def _pushed(search: Search, drained: bool) -> list[str]:
    """The lines that put what was found behind the others, and count the items as done."""
    names, context, waiting = search.names, search.context, search.facts.waiting
    found = f"{names.found}_on_device"
    if drained:
        return [f"{names.waiting}.resize({names.total});", f"{found}.copy_to({names.waiting}.data(), {names.total});"]
    place, head, tail = context.expr(waiting.place, 15), _name(waiting.head), _name(waiting.tail)
    if waiting.keeping is Keeping.PILE:
        lowest = f" - {-waiting.lowest}" if waiting.lowest else ""
        return [f"{found}.copy_to({place}, {names.total});", f"{tail} = {names.total}{lowest};"]
    if waiting.keeping is Keeping.GROWN:
        grow = f"{place}.resize({place}.size() + {names.total});"
        copy = f"{found}.copy_to({place}.data() + {place}.size() - {names.total}, {names.total});"
        return [grow, copy, f"{head} += {names.items};"]
    return [f"{found}.copy_to({place} + {tail}, {names.total});", f"{head} += {names.items};",
            f"{tail} += {names.total};"]  # fmt: skip


def _left(search: Search, drained: bool) -> list[str]:
    """The lines that leave behind what the loop goes on from."""
    waiting, names, context = search.facts.waiting, search.names, search.context
    if waiting.stepped:
        return [f"{_name(waiting.head)}--;  // the loop's header moves it"]
    if not drained:
        return []
    type_ = t.strip(waiting.place.type)
    assert isinstance(type_, t.Library)
    push = "push" if type_.name in ("queue", "stack") else "push_back"
    name = search.item.name
    head = f"for (const {context.type(waiting.element)} {name} : {names.waiting})"
    return [context.controlled(head, f"{context.expr(waiting.place, 15)}.{push}({name});")]
