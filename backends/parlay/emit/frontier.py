"""Worklists: all items that wait are looked at in parallel where there are many, else one by one as in the source.

A batch has three steps.  First every item notes in ``finder`` that it reaches a vertex, and the earliest item stays;
then each item collects what it is the finder of; then the new vertices are marked and put behind the others, in the
order in which the loop would have found them.  Only the last step writes what the function's own code can see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from unseq.backends.parlay.cxx_literals import PRECEDENCE, RELATIONAL
from unseq.backends.parlay.emit import guards, layout, worklists
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined, local_symbol
from unseq.backends.plan import Frontier
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.discovery import Found, rewritten
from unseq.frontend.extent import Extent
from unseq.frontend.facts import HERE, Accumulator, Disjoint, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Declare,
    Evaluate,
    Expr,
    If,
    Index,
    Literal,
    Loop,
    Ref,
    Stmt,
    Symbol,
)
from unseq.frontend.irregular import Discovery
from unseq.frontend.irregular import Frontier as Facts
from unseq.frontend.source import NOWHERE

SHARE = 100  # operations that looking at one item is taken for


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of a batch."""

    finder: str  # of each new vertex, the first item that reaches it
    items: str  # how many there are
    k: str
    stop: str  # the first item that ends the batch; "" if nothing can
    done: str  # how many items the batch takes; "" for all
    found: str


def emit_frontier(context: Context, plan: Frontier) -> str:
    """The text in place of a worklist's loop."""
    fact = plan.loop
    facts = fact.irregular
    assert isinstance(facts, Facts)
    context.includes |= {"<atomic>", "<cstdint>", "<functional>", "<iterator>"}
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>", "<parlay/utilities.h>"}
    context.definitions |= {"UNSEQ_CUTOFF", "UNSEQ_BLOCK"}
    facts = _without_siblings(context, facts)
    late = not facts.within or bool(_late(facts)) or any(d.unsafe is not None for d in facts.discoveries)
    names = Names(
        context.fresh("finder"), context.fresh("items"), context.scoped("k"), context.fresh("stop") if late else "",
        context.fresh("done") if late or facts.early else "", context.fresh("found"),
    )  # fmt: skip
    finder = (
        f"parlay::sequence<std::atomic<size_t>> {names.finder};  // of each new vertex, the first item that reaches it"
    )
    batch = context.braces(f"if ({enough(context, fact, facts)})", "\n".join(_batch(context, fact, facts, names)))
    loop = worklists.with_batch(context, fact.loop, batch)
    before, after = ([context.printed(s) for s in part] for part in (fact.before, fact.after))
    text = "\n".join([*before, finder, loop, *after])
    return text if fact.around is None else inside(context, fact.around, text)


def inside(context: Context, around: Loop, text: str) -> str:
    """A loop with ``text`` where its mark stands."""
    lines = []
    for line in context.printed(around).split("\n"):
        inner = line.lstrip()
        indentation = line[: len(line) - len(inner)]
        lines.append(indentation + layout.shift(text, "", indentation) if inner == f"{HERE}();" else line)
    return "\n".join(lines)


def _without_siblings(context: Context, facts: Facts) -> Facts:
    """A structured binding declares all its names where it gets its value."""
    siblings = _siblings(facts)
    if not siblings or not context.reuse:
        return facts
    return replace(facts, body=Block(tuple(s for s in facts.body.statements if s not in siblings)))


def _siblings(facts: Facts) -> list[Stmt]:
    """What else the statement that takes an item declares."""
    return [s for s in facts.body.statements if s.span == facts.waiting.binding.span != NOWHERE]


def _late(facts: Facts) -> tuple[If, ...]:
    """What can end a batch after some of an item's work."""
    return tuple(s for s in facts.leaving if s.condition not in facts.early)


def enough(context: Context, fact: LoopFact, facts: Facts) -> str:
    """When a batch is worth it and allowed."""
    count = worklists.waiting(context, facts.waiting, PRECEDENCE["*"] if facts.each is not None else RELATIONAL)
    if facts.each is not None:
        times = context.expr(facts.each, PRECEDENCE["*"] + 1)
        wide = isinstance(facts.each.type, t.Int) and facts.each.type.bits == 64
        enough = f"{count} * {times if wide else f'size_t({context.expr(facts.each)})'} >= UNSEQ_CUTOFF"
    else:
        enough = f"{count} >= UNSEQ_CUTOFF / {SHARE}"
    some = []
    if isinstance(facts.extent.type, t.Int) and facts.extent.type.signed and not isinstance(facts.extent, Literal):
        some = [f"{context.expr(facts.extent, RELATIONAL + 1)} > 0"]
    return joined([*some, enough, *guards.conditions(context, fact.guards, {})])


def _batch(context: Context, fact: LoopFact, facts: Facts, names: Names) -> list[str]:
    waiting = facts.waiting
    taken = worklists.taken(context, waiting, names.items, names.k)
    privates = [f"{context.declare(r.symbol.type, r.symbol.name)};" for r in fact.roles if isinstance(r, Private)]
    binding = walk.transform(waiting.binding, lambda node: taken.item if node is waiting.read else node)
    if isinstance(binding, Assign) and isinstance(binding.place, Ref):
        name = binding.place.symbol
        privates = [line for line in privates if not line.endswith(f" {name.name};")]
        binding = Declare(name, binding.value, binding.span)
    text = context.statement(waiting.binding, binding)
    head = [*privates, text]
    lines = [*taken.lines, *_ends(context, fact, facts, names, head)]
    elements = context.expr(facts.extent, 0)
    lines.append(
        context.controlled(
            f"if ({names.finder}.empty())",
            f"{names.finder} = parlay::tabulate<std::atomic<size_t>>({elements}, [](size_t) {{ return SIZE_MAX; }});",
        )
    )
    found = Found(facts.discoveries, facts.leaving, facts.early)
    lines += _noting(context, fact, facts, found, names, head)
    if names.stop:
        lines.append(f"const size_t {names.done} = {names.stop};")
    lines += _collecting(context, fact, facts, found, names, head)
    if names.stop:
        clear = f"{names.finder}.clear();  // items that still wait may have left notes"
        lines.append(context.controlled(f"if ({names.done} < {names.items})", clear))
    pushing = _pushing(context, facts, names, taken)
    if not facts.writes:
        return [*lines, *pushing]
    apart = context.scoped("apart")
    lines.append(f"const bool {apart} = {_apart(context, facts, names, head)};")
    return [*lines, context.braces(f"if ({apart})", "\n".join(pushing))]


def _apart(context: Context, facts: Facts, names: Names, head: Sequence[str]) -> str:
    """Whether nothing that the batch reads or writes lies in what it writes."""
    waiting = facts.waiting
    assert waiting.head is not None and waiting.tail is not None
    end = Ref(Symbol(f"{names.found}.size()", t.LONG, -5), t.LONG)
    queue = Extent(waiting.place, terms.ref(waiting.head), terms.add(terms.ref(waiting.tail), end))
    written = (*facts.writes, queue)
    asked = guards.conditions(context, [Disjoint(a, b) for a, b in combinations(written, 2)], {})
    if facts.reads:
        each = guards.conditions(context, [Disjoint(a, b) for a in facts.reads for b in written], {})
        used = [s for s in facts.body.statements if isinstance(s, Declare)]
        needed = worklists.needed(used, facts.reads)
        body = "\n".join([*head, *(context.statement(s) for s in needed), f"return {joined(each)};"])
        asked.append(
            context.braces(
                f"parlay::all_of(parlay::iota<size_t>({names.items}), {CLOSURE}(size_t {names.k})", body, ")"
            )
        )
    return joined(asked)


def _ends(context: Context, fact: LoopFact, facts: Facts, names: Names, head: Sequence[str]) -> list[str]:
    """How many items the batch may have at most."""
    most = names.items
    lines: list[str] = []
    if facts.early:
        any_ = " || ".join(context.condition(e, PRECEDENCE["||"]) for e in facts.early)
        numbers = context.scoped("numbers")
        site = context.site("find_if", fact.span)
        parts = [context.printed(s) for s in _siblings(facts) if isinstance(s, Declare)]
        lines.append(f"const auto {numbers} = parlay::iota<size_t>({names.items});")
        search = context.braces(
            f"{site}parlay::find_if({numbers}, {CLOSURE}(size_t {names.k}) -> bool",
            "\n".join([*head, *parts, f"return {any_};"]),
            f") - {numbers}.begin()",
        )
        most = context.fresh("first") if names.stop else names.done
        lines.append(f"const size_t {most} = {search};  // the batch ends before an item that ends the search")
    if names.stop:
        lines.append(
            f"std::atomic<size_t> {names.stop}({most});  // the batch ends before an item that ends the search"
        )
    return lines


# --- first step: who reaches what ----------------------------------------------------------------------------------


def _noting(
    context: Context, fact: LoopFact, facts: Facts, found: Found, names: Names, head: Sequence[str]
) -> list[str]:
    stop = _call("parlay::write_min", f"&{names.stop}", names.k, "std::less<>()")

    def at(d: Discovery) -> Stmt:
        note: Stmt = _call(
            "parlay::write_min", AddressOf(_finder(names, d.index), t.Pointer(t.SIZE)), names.k, "std::less<>()"
        )
        beyond = outside(facts, d)
        checks = [
            e
            for e in (beyond, d.unsafe, *(s.condition for s in d.rest if isinstance(s, If) and s in facts.leaving))
            if e is not None
        ]
        for check in reversed(checks):
            note = If(check, Block((stop,)), Block((note,)))
        return If(d.statement.condition, Block((note,)), None)

    late = _late(facts)
    body = rewritten(facts.body, found, at, lambda s: replace(s, then=Block((stop,))) if s in late else None)
    dropped = {r.place for r in fact.roles if isinstance(r, Accumulator)}
    body = worklists.pruned(body, dropped)
    text = worklists.block(context, facts.body, body)
    lines = "\n".join([*head, text])
    most = names.done if not names.stop and names.done else names.items
    site = context.site("parallel_for", fact.span)
    return [context.braces(f"{site}parlay::parallel_for(0, {most}, {CLOSURE}(size_t {names.k})", lines, ");")]


def outside(facts: Facts, d: Discovery) -> Expr | None:
    """Whether an index is none of a vertex; None: it always is one."""
    return None if facts.within else no_vertex(facts, d.index)


def no_vertex(facts: Facts, index: Expr) -> Expr:
    """Whether a number is none of a vertex."""
    too_large = Binary(">=", index, facts.extent, t.BOOL)
    if isinstance(index.type, t.Int) and not index.type.signed:
        return too_large
    return Binary("||", Binary("<", index, worklists.ZERO, t.BOOL), too_large, t.BOOL)


def _finder(names: Names, index: Expr) -> Index:
    return Index(
        Ref(local_symbol(names.finder, t.Library("vector", (t.SIZE,))), t.Library("vector", (t.SIZE,))), index, t.SIZE
    )


def _call(name: str, *arguments: Expr | str) -> Evaluate:
    made = [Ref(Symbol(a, t.SIZE, -5), t.SIZE) if isinstance(a, str) else a for a in arguments]
    return Evaluate(Call(name, tuple(made), t.VOID))


# --- second step: what each item is the finder of ------------------------------------------------------------------


def _collecting(
    context: Context, fact: LoopFact, facts: Facts, found: Found, names: Names, head: Sequence[str]
) -> list[str]:
    record = worklists.record(facts)
    own, next_, b = Ref(Symbol(names.k, t.SIZE, -5), t.SIZE), context.scoped("next"), context.scoped("b")

    def at(d: Discovery) -> Stmt:
        place = _finder(names, d.index)
        mine = Binary("==", place, own, d.test.type if isinstance(d.test.type, t.Bool) else t.INT)
        release = Assign(place, Ref(Symbol("SIZE_MAX", t.SIZE, -5), t.SIZE))
        push = _call(f"{next_}.push_back", worklists.recorded(context, d, record))
        rest = tuple(s for s in d.rest if not (isinstance(s, If) and s in facts.leaving))
        return If(worklists.claimed(d, mine, facts), Block((release, *rest, push)), None)

    body = rewritten(facts.body, found, at, lambda s: None)
    text = worklists.block(context, facts.body, body)
    element = worklists.record_type(context, record)
    last = names.done or names.items
    size, blocks = context.fresh("size"), context.fresh("blocks")
    lines = [
        f"const size_t {size} = UNSEQ_BLOCK / 32 + 1;",
        f"const size_t {blocks} = {last} / {size} + 1;  // the last one may be empty",
    ]
    context.includes.add("<algorithm>")
    first, results, folds = [f"parlay::sequence<{element}> {next_};"], [], []
    for role in fact.roles:
        if isinstance(role, Accumulator) and isinstance(role.place, Ref):
            variable = role.place.symbol.name
            sums = context.fresh(f"{variable}_in_block")
            type_ = context.type(worklists.summed_type(role))
            start, before = worklists.start(context, role)
            lines += [*before, f"parlay::sequence<{type_}> {sums}({blocks});"]
            first.append(f"{type_} {variable} = {start};")
            results.append(f"{sums}[{b}] = {variable};")
            folds.append(worklists.folded(context, role, sums))
    loop = context.braces(
        f"for (size_t {names.k} = {b} * {size}; {names.k} < std::min({last}, ({b} + 1) * {size}); {names.k}++)",
        "\n".join([*head, text]),
    )
    site = context.site("tabulate", fact.span)
    tabulate = context.braces(
        f"{site}const auto {names.found} = parlay::flatten(parlay::tabulate({blocks}, {CLOSURE}(size_t {b})",
        "\n".join([*first, loop, *results, f"return {next_};"]), "));",
    )  # fmt: skip
    return [*lines, tabulate, *folds]


# --- third step: marks and items -----------------------------------------------------------------------------------


def _pushing(context: Context, facts: Facts, names: Names, taken: worklists.Taken) -> list[str]:
    done = names.done or names.items
    lines: list[str] = []
    lines += taken.back(done)
    lines += worklists.stored(context, facts, worklists.record(facts), names.found, taken, done)
    go_on = "\n".join([*taken.after(done, names.found), "continue;"])
    return [*lines, context.braces(f"if ({done} > 0)", go_on) if names.done else go_on]
