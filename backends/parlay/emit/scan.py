"""Running values: what each block contributes, then each block from the value that it starts with.

Two passes over blocks, one block more than there are workers. Where a running value is itself a contribution (a sum,
a count), the first block runs in full already in the first pass, and the last one only in the second. So with one
worker every iteration runs once, and with P workers the span is 2 n / (P + 1).
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.blocks import Carried, Split
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.iteration import Space, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions, either, hoistable
from unseq.backends.parlay.emit.reduce import Parts, fold_blocks, packed, parts_of
from unseq.backends.parlay.emit.running import Running, running
from unseq.backends.plan import Pack, Scan
from unseq.frontend.facts import Append, Prefix, Recurrence
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Symbol

_SHARES = "parlay::num_workers() + 1"


def emit_scan(context: Context, plan: Scan | Pack) -> str:
    """The text in place of a loop that uses running values."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    if fact.before:
        asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    values = [running(context, role) for role in fact.roles if isinstance(role, Prefix | Append | Recurrence)]
    parts = parts_of(context, fact)
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
    if not any(value.shown for value in values) and not parts.parts:
        parallel = _final_only(context, space, values)
    else:
        carried = _carried(values, parts)
        loop, run, passes = _two_passes(context, space, values, parts)
        lone = not context.outlined and fact.original is None
        if lone and hoistable(context, space) and blocks.can_replace_loop(space, carried):
            sequential = blocks.whole(context, space, run, carried)
            return f"{loop}\n{either(context, joined(asked), passes, sequential)}"
        parallel = f"{loop}\n{passes}"
    text = chosen(context, fact, asked, "\n".join([parallel, *space.after]))
    return "\n".join([*space.before, text])


def _carried(values: Sequence[Running], parts: Parts) -> list[Carried]:
    """What a block takes and returns: running values, then accumulators."""
    running_ones = [Carried(s, s.name, s.name) for value in values for s in value.symbols]
    return [*running_ones, *(p.carried for p in parts.parts)]


def _two_passes(
    context: Context, space: Space, values: Sequence[Running], parts: Parts
) -> tuple[str, str, str]:
    """The lambda that is the loop, its name, and the lines of both passes."""
    symbols = [s for value in values for s in value.symbols]
    single = len(values) == 1 and values[0].join is not None
    run = context.fresh(f"{symbols[0].name}_over" if len(symbols) == 1 else "scan_over")
    carried = _carried(values, parts)
    result = packed(context, [c.symbol.name for c in carried])
    loop = blocks.block_loop(context, space, run, carried, body=parts.body, places=parts.places, result=result)
    gain, gain_loop = _gain_loop(context, space, values)
    cut = blocks.by_worker(context, space, _SHARES)
    passes = _at_once if single and not parts.parts else _general
    return loop, run, "\n".join([gain_loop, *cut.lines, passes(context, space, cut, run, gain, values, parts)])


def _gain_loop(context: Context, space: Space, values: Sequence[Running]) -> tuple[str, str]:
    """The lambda that finds what the iterations ``[first, last)`` contribute, and its name."""
    gains = [g for value in values for g in value.gains]
    name = context.fresh(f"{values[0].symbols[0].name}_gain" if len(gains) == 1 else "gains_over")
    first, last = context.scoped("first"), context.scoped("last")
    initial = [text for value in values for text in value.initial]
    declared = [f"{context.declare(g.type, g.name)} = {text};" for g, text in zip(gains, initial, strict=True)]
    statements = list(dict.fromkeys(s for value in values for s in value.statements))
    lines = [*space.prologue, *(context.printed(s) for s in statements), *(g for v in values for g in v.gather)]
    head = f"for ({space.parameter(context)} = {first}; {space.name} < {last}; {space.name}++)"
    result = packed(context, [g.name for g in gains])
    body = [*space.privates, *declared, context.controlled(head, "\n".join(lines)), f"return {result};"]
    parameters = f"{context.declare(space.type, first)}, {context.declare(space.type, last)}"
    return name, context.braces(f"auto {name} = {CLOSURE}({parameters})", "\n".join(body), ";")


def _full_end(context: Context, space: Space, cut: Split) -> str:
    """The end of a block that is not the last."""
    return blocks.shifted(context, space, f"({cut.number} + 1) * {cut.size}")


def _at_once(
    context: Context, space: Space, cut: Split, run: str, gain: str, values: Sequence[Running], parts: Parts
) -> str:
    """One running value that is itself a contribution: ``ends[b]`` is its value behind block b."""
    value, b = values[0], cut.number
    symbol, ends, end = value.symbols[0], context.scoped("ends"), context.scoped("end")
    begin = blocks.shifted(context, space, "0")
    whole = blocks.arguments(context, space, begin, blocks.shifted(context, space, cut.size), "0", [symbol.name])
    site = context.site("scan", space.fact.span)
    type_ = context.type(value.gains[0].type)
    first_pass = context.braces(
        f"{site}auto {ends} = parlay::tabulate({cut.count} - 1, {CLOSURE}(size_t {b}) -> {type_}",
        f"return {b} == 0 ? {run}({whole}) : {gain}({cut.first}, {_full_end(context, space, cut)});",
        ");",
    )
    assert value.join is not None
    fold = f"{ends}[{b}] = {value.join(f'{ends}[{b} - 1]', f'{ends}[{b}]')};"
    folds = f"for (size_t {b} = 1; {b} + 1 < {cut.count}; {b}++)\n{context.indent(fold)}"
    rest = blocks.arguments(context, space, cut.first, cut.last, cut.offset, [f"{ends}[{b} - 1]"])
    site = context.site("scan", space.fact.span)
    call = f"{run}({rest});"
    before = after = ""
    if value.live_out:
        final = context.scoped(f"final_{symbol.name}")
        last = f"if ({b} + 1 == {cut.count})\n{context.indent(f'{final} = {end};')}"
        call = f"const auto {end} = {call}\n{last}"
        before = f"{context.declare(t.strip(symbol.type), final)} = {symbol.name};"
        after = f"{symbol.name} = {final};"
    second_pass = context.braces(
        f"{site}parlay::parallel_for(1, {cut.count}, {CLOSURE}(size_t {b})",
        call,
        ");",
    )
    return "\n".join(line for line in (first_pass, folds, before, second_pass, after) if line)


def _general(
    context: Context, space: Space, cut: Split, run: str, gain: str, values: Sequence[Running], parts: Parts
) -> str:
    """Any number of values: contributions of all blocks but the last, starts of all blocks, then all blocks."""
    b = cut.number
    starts, results = context.scoped("starts"), context.scoped("results")
    symbols = [s for value in values for s in value.symbols]
    gains, first_pass = _gains(context, space, cut, gain, f"{cut.count} - 1")
    state = packed(context, [s.name for s in symbols])
    element = packed_type(context, symbols)
    begin = f"parlay::sequence<{element}> {starts}({cut.count});\n{starts}[0] = {state};"
    advance = [*_advance(context, cut, values, gains), f"{starts}[{b} + 1] = {state};"]
    fold = context.braces(f"for (size_t {b} = 0; {b} + 1 < {cut.count}; {b}++)", "\n".join(advance))
    unpack, given = "", [f"{starts}[{b}]"]
    if len(symbols) > 1:
        given = [context.scoped(f"{s.name}_start") for s in symbols]
        unpack = f"const auto [{', '.join(given)}] = {starts}[{b}];\n"
    call = blocks.call(context, space, cut, run, [*given, *(p.carried.start for p in parts.parts)])
    site = context.site("scan", space.fact.span)
    second_pass = context.braces(
        f"{site}auto {results} = parlay::tabulate({cut.count}, {CLOSURE}(size_t {b})",
        unpack + call,
        ");",
    )
    lines = fold_blocks(context, [s.name for s in symbols], parts.parts, results)
    return "\n".join([first_pass, begin, fold, second_pass, lines])


def _gains(context: Context, space: Space, cut: Split, gain: str, count: str) -> tuple[str, str]:
    """The name and the pass that finds the contributions of the first ``count`` blocks."""
    gains = context.scoped("gains")
    end = cut.last if count == cut.count else _full_end(context, space, cut)
    site = context.site("scan", space.fact.span)
    text = context.braces(
        f"{site}auto {gains} = parlay::tabulate({count}, {CLOSURE}(size_t {cut.number})",
        f"return {gain}({cut.first}, {end});",
        ");",
    )
    return gains, text


def packed_type(context: Context, symbols: Sequence[Symbol]) -> str:
    """The type of the values of ``symbols``, as one."""
    types = ", ".join(context.type(s.type) for s in symbols)
    return types if len(symbols) == 1 else f"std::tuple<{types}>"


def _advance(context: Context, cut: Split, values: Sequence[Running], gains: str) -> list[str]:
    """The lines that take the variables over block b."""
    taken = [context.scoped(f"block_{g.name}") for value in values for g in value.gains]
    names = taken[0] if len(taken) == 1 else f"[{', '.join(taken)}]"
    lines = [f"const auto {names} = {gains}[{cut.number}];"]
    for value in values:
        mine, taken = taken[: len(value.gains)], taken[len(value.gains) :]
        lines += [line.format(*mine) for line in value.advance]
    return lines


def _final_only(context: Context, space: Space, values: Sequence[Running]) -> str:
    """Only the values behind the loop count: contributions of all blocks, applied in order."""
    gain, gain_loop = _gain_loop(context, space, values)
    cut = blocks.split(context, space)
    gains, only_pass = _gains(context, space, cut, gain, cut.count)
    advance = _advance(context, cut, values, gains)
    fold = context.controlled(f"for (size_t {cut.number} = 0; {cut.number} < {cut.count}; {cut.number}++)",
                              "\n".join(advance))  # fmt: skip
    return "\n".join([gain_loop, *cut.lines, only_pass, fold])
