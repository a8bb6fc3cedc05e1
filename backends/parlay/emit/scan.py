"""Running values: what each block contributes, then each block from the value that it starts with.

Two passes over blocks, one block more than there are workers. Where a running value is itself a contribution (a sum,
a count), the first block runs in full already in the first pass, and the last one only in the second. So with one
worker every iteration runs once, and with P workers the span is 2 n / (P + 1).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.blocks import Carried, Split
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.iteration import Space, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions, either, hoistable
from unseq.backends.parlay.emit.reduce import Parts, fold_blocks, packed, parts_of
from unseq.backends.parlay.emit.running import Running, running, together
from unseq.backends.plan import Pack, Scan
from unseq.frontend.facts import Append, LoopFact, Prefix, Recurrence
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Symbol
from unseq.frontend.ir.walk import acts

_SHARES = "parlay::num_workers() + 1"


def emit_scan(context: Context, plan: Scan | Pack) -> str:
    """The text in place of a loop that uses running values."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    if fact.before:
        asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    taken: set[str] = set()
    values = [running(context, role, taken) for role in fact.roles if isinstance(role, Prefix | Append | Recurrence)]
    parts = parts_of(context, fact)
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
    if not parts.parts and not _has_effects(fact):
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


def _has_effects(fact: LoopFact) -> bool:
    """Whether iterations do anything but change variables that run through the loop."""
    return acts(fact.loop) or any(isinstance(role, Append) for role in fact.roles)


def _stages(values: Sequence[Running]) -> list[list[Running]]:
    """Values in the order in which they can be found: each stage needs only values of stages before it."""
    stages: list[list[Running]] = []
    where: dict[Symbol, int] = {}
    for value in values:
        number = max((where[u] + 1 for u, _ in value.steps), default=0)
        where.update(dict.fromkeys(value.symbols, number))
        while len(stages) <= number:
            stages.append([])
        stages[number].append(value)
    return stages


def _two_passes(
    context: Context, space: Space, values: Sequence[Running], parts: Parts
) -> tuple[str, str, str]:
    """The lambda that is the loop, its name, and the lines of all passes."""
    symbols = [s for value in values for s in value.symbols]
    single = len(values) == 1 and values[0].join is not None
    run = context.fresh(f"{symbols[0].name}_over" if len(symbols) == 1 else "scan_over")
    carried = _carried(values, parts)
    result = packed(context, [c.symbol.name for c in carried])
    loop = blocks.block_loop(context, space, run, carried, body=parts.body, places=parts.places, result=result)
    cut = blocks.by_worker(context, space, _SHARES)
    if single and not parts.parts:
        gain, gain_loop = _gain_loop(context, space, values)
        return loop, run, "\n".join([gain_loop, *cut.lines, _at_once(context, space, cut, run, gain, values, parts)])
    stages = [(stage, *_gain_loop(context, space, stage)) for stage in _stages(values)]
    passes = _general(context, space, cut, run, [(stage, gain) for stage, gain, _ in stages], values, parts)
    return loop, run, "\n".join([*(text for _, _, text in stages), *cut.lines, passes])


def _upstream(values: Sequence[Running]) -> dict[Symbol, Expr]:
    """The variables of earlier stages that a stage needs, with their values after an iteration."""
    return {u: e for value in values for u, e in value.steps}


def _gain_loop(context: Context, space: Space, values: Sequence[Running]) -> tuple[str, str]:
    """The lambda that finds what the iterations ``[first, last)`` contribute, and its name."""
    gains = [g for value in values for g in value.gains]
    given = _upstream(values)
    short = len(gains) == 1 or (given and len(values) == 1)
    name = context.fresh(f"{values[0].symbols[0].name}_gain" if short else "gains_over")
    first, last = context.scoped("first"), context.scoped("last")
    initial = [text for value in values for text in value.initial]
    declared = [f"{context.declare(g.type, g.name)} = {text};" for g, text in zip(gains, initial, strict=True)]
    statements = list(dict.fromkeys(s for value in values for s in value.statements))
    lines = [*space.prologue, *(context.printed(s) for s in statements), *(g for v in values for g in v.gather)]
    lines += together(context, list(given.items()))
    begin = first
    if all(value.last_only for value in values) and not given:
        context.includes.add("<algorithm>")
        begin = f"std::max({first}, {last} - 1)"
    head = f"for ({space.parameter(context)} = {begin}; {space.name} < {last}; {space.name}++)"
    result = packed(context, [g.name for g in gains])
    body = [*space.privates, *declared, context.controlled(head, "\n".join(lines)), f"return {result};"]
    parameters = [context.declare(space.type, first), context.declare(space.type, last)]
    parameters += [context.declare(t.strip(u.type), u.name) for u in given]
    return name, context.braces(f"auto {name} = {CLOSURE}({', '.join(parameters)})", "\n".join(body), ";")


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


@dataclass(frozen=True, slots=True)
class _Starts:
    """The values of ``symbols`` at the start of each block, in the sequence ``name``."""

    symbols: tuple[Symbol, ...]
    name: str

    def unpacked(self, context: Context, number: str, names: dict[Symbol, str]) -> list[str]:
        """The lines that make the values of block ``number`` available; ``names`` gets their texts."""
        if len(self.symbols) == 1:
            names[self.symbols[0]] = f"{self.name}[{number}]"
            return []
        own = [context.scoped(f"{s.name}_start") for s in self.symbols]
        names.update(zip(self.symbols, own, strict=True))
        return [f"const auto [{', '.join(own)}] = {self.name}[{number}];"]


Stage = tuple[list[Running], str]  # values, and the lambda that finds their gains


def _general(
    context: Context, space: Space, cut: Split, run: str, stages: Sequence[Stage], values: Sequence[Running],
    parts: Parts,
) -> str:  # fmt: skip
    """Any number of values: for each stage contributions of all blocks but the last and starts of all blocks, then all
    blocks."""
    b = cut.number
    lines: list[str] = []
    known: list[_Starts] = []
    for stage, gain in stages:
        symbols = tuple(s for value in stage for s in value.symbols)
        own = _prefix(symbols, stages)
        gains = context.scoped(f"{own}gains")
        gain_pass = _gains(context, space, cut, gains, gain, f"{cut.count} - 1", _upstream(stage), known)
        starts = _Starts(symbols, context.scoped(f"{own}starts"))
        state = packed(context, [s.name for s in symbols])
        element = packed_type(context, symbols)
        begin = f"parlay::sequence<{element}> {starts.name}({cut.count});\n{starts.name}[0] = {state};"
        advance = [*_advance(context, cut, stage, gains), f"{starts.name}[{b} + 1] = {state};"]
        fold = context.braces(f"for (size_t {b} = 0; {b} + 1 < {cut.count}; {b}++)", "\n".join(advance))
        lines += [gain_pass, begin, fold]
        known.append(starts)
    symbols = tuple(s for value in values for s in value.symbols)
    names: dict[Symbol, str] = {}
    unpack = [line for starts in known for line in starts.unpacked(context, b, names)]
    given = [names[s] for s in symbols]
    call = blocks.call(context, space, cut, run, [*given, *(p.carried.start for p in parts.parts)])
    results = context.scoped("results")
    site = context.site("scan", space.fact.span)
    last_pass = context.braces(
        f"{site}auto {results} = parlay::tabulate({cut.count}, {CLOSURE}(size_t {b})",
        "\n".join([*unpack, call]),
        ");",
    )
    return "\n".join([*lines, last_pass, fold_blocks(context, [s.name for s in symbols], parts.parts, results)])


def _prefix(symbols: Sequence[Symbol], stages: Sequence[Stage]) -> str:
    """What tells the names of one stage from those of the others."""
    return f"{symbols[0].name}_" if len(stages) > 1 else ""


def _gains(
    context: Context, space: Space, cut: Split, gains: str, gain: str, count: str, upstream: Collection[Symbol],
    known: Sequence[_Starts],
) -> str:  # fmt: skip
    """The pass that finds the contributions ``gains`` of the first ``count`` blocks."""
    end = cut.last if count == cut.count else _full_end(context, space, cut)
    names: dict[Symbol, str] = {}
    needed = [starts for starts in known if set(starts.symbols) & set(upstream)]
    unpack = [line for starts in needed for line in starts.unpacked(context, cut.number, names)]
    arguments = ", ".join([cut.first, end, *(names[u] for u in upstream)])
    site = context.site("scan", space.fact.span)
    return context.braces(
        f"{site}auto {gains} = parlay::tabulate({count}, {CLOSURE}(size_t {cut.number})",
        "\n".join([*unpack, f"return {gain}({arguments});"]),
        ");",
    )


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
    stages = [(stage, *_gain_loop(context, space, stage)) for stage in _stages(values)]
    cut = blocks.split(context, space)
    b = cut.number
    lines: list[str] = []
    known: list[_Starts] = []
    pairs = [(stage, gain) for stage, gain, _ in stages]
    for number, (stage, gain) in enumerate(pairs):
        symbols = tuple(s for value in stage for s in value.symbols)
        own = _prefix(symbols, pairs)
        gains = context.scoped(f"{own}gains")
        lines.append(_gains(context, space, cut, gains, gain, cut.count, _upstream(stage), known))
        advance = _advance(context, cut, stage, gains)
        if number + 1 < len(stages):
            starts = _Starts(symbols, context.scoped(f"{own}starts"))
            state = packed(context, [s.name for s in symbols])
            lines.append(f"parlay::sequence<{packed_type(context, symbols)}> {starts.name}({cut.count});")
            advance.insert(0, f"{starts.name}[{b}] = {state};")
            known.append(starts)
        head = f"for (size_t {b} = 0; {b} < {cut.count}; {b}++)"
        lines.append(context.controlled(head, "\n".join(advance)))
    return "\n".join([*(text for _, _, text in stages), *cut.lines, *lines])
