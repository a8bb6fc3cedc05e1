"""Running values: what each thread's iterations contribute, the start of each thread from that, then the loop itself.

Threads run consecutive iterations; between the two kernels the host goes through what they contribute, in order.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.cuda.emit.device import Device, Parameter, Region, kernel
from unseq.backends.cuda.emit.loops import finish, start
from unseq.backends.cuda.emit.reduce import combiner, consecutive, folding, results_of
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit.iteration import keeps_last
from unseq.backends.parlay.emit.reduce import Part, parts_of
from unseq.backends.parlay.emit.running import Running, running
from unseq.backends.plan import Pack, Scan
from unseq.frontend.facts import Append, Prefix, Recurrence
from unseq.frontend.ir.nodes import Symbol
from unseq.frontend.source import Unsupported


def emit_scan(device: Device, plan: Scan | Pack) -> str:
    """The text in place of a loop that uses running values."""
    fact, context = plan.loop, device.context
    if any(isinstance(role, Append) and role.counter is None for role in fact.roles):
        raise Unsupported(fact.span, "a container that grows", "write to an array with a counter")
    if keeps_last(fact):
        raise Unsupported(fact.span, "a variable that keeps the last iteration's value, beside a running value",
                          "split the loop in two")  # fmt: skip
    space, here, asked = start(device, fact)
    taken: set[str] = set()
    values = [running(context, role, taken) for role in fact.roles if isinstance(role, Prefix | Append | Recurrence)]
    if any(value.steps for value in values):
        raise Unsupported(fact.span, "running values that need each other", "split the loop in two")
    found = parts_of(context, fact)
    device.want |= {"array", "shares"}
    gains = [g for value in values for g in value.gains]
    share, blocks, threads = (context.scoped(n) for n in ("share", "blocks", "threads"))
    lines = [
        *here.before,
        f"const size_t {share} = share_of({space.count});",
        f"const unsigned {blocks} = blocks_for(({space.count} + {share} - 1) / {share});",
        f"const size_t {threads} = size_t({blocks}) * block_threads;",
    ]
    gain_type, gain_struct = _record(device, "gain", gains)
    contributed, held = context.scoped("contributed"), context.scoped("gains")
    context.includes.add("<vector>")
    lines += [
        f"DeviceArray<{gain_type}> {contributed}({threads});",
        _gain_kernel(device, here, values, gains, gain_type, contributed, share, blocks),
        f"std::vector<{gain_type}> {held}({threads});",
        f"{contributed}.copy_to({held}.data());",
    ]
    symbols = [s for value in values for s in value.symbols]
    start_type, start_struct = _record(device, "start", symbols)
    starts = context.scoped("starts")
    t_ = context.scoped("t")
    own = [_element(f"{held}[{t_}]", g, gain_struct) for g in gains]
    step = [_stored(f"{starts}[{t_}]", symbols, start_struct), *_advanced(values, own)]
    lines += [
        f"std::vector<{start_type}> {starts}({threads});",
        context.braces(f"for (size_t {t_} = 0; {t_} < {threads}; {t_}++)", "\n".join(step)),
    ]
    lines += _final(device, here, values, symbols, found.parts, (start_type, start_struct), starts, share, blocks,
                    context.block(fact.loop.body, here.node(bodies.with_places(found.body, found.places))))  # fmt: skip
    lines += [*here.after, *space.after]
    asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def _record(device: Device, what: str, symbols: Sequence[Symbol]) -> tuple[str, bool]:
    """A type that holds some variables, and whether it is a struct of them."""
    context = device.context
    if len(symbols) == 1:
        return context.type(symbols[0].type), False
    name = device.name(what)
    device.kernels.append(
        context.braces(f"struct {name}", "\n".join(f"{context.declare(s.type, s.name)};" for s in symbols), ";")
    )
    return name, True


def _element(place: str, symbol: Symbol, is_struct: bool) -> str:
    return f"{place}.{symbol.name}" if is_struct else place


def _stored(place: str, symbols: Sequence[Symbol], is_struct: bool) -> str:
    names = ", ".join(s.name for s in symbols)
    return f"{place} = {{{names}}};" if is_struct else f"{place} = {names};"


def _advanced(values: Sequence[Running], gains: Sequence[str]) -> list[str]:
    """The lines that take the variables from a thread's start to its end."""
    lines: list[str] = []
    at = 0
    for value in values:
        mine = gains[at : at + len(value.gains)]
        lines += [line.format(*mine) if "{0}" in line or "{1}" in line else line for line in value.advance]
        at += len(value.gains)
    return lines


def _gain_kernel(
    device: Device, here: Region, values: Sequence[Running], gains: Sequence[Symbol], type_: str, contributed: str,
    share: str, blocks: str,
) -> str:
    context = device.context
    initial = [text for value in values for text in value.initial]
    declared = [f"{context.declare(g.type, g.name)} = {text};" for g, text in zip(gains, initial, strict=True)]
    statements = list(dict.fromkeys(s for value in values for s in value.statements))
    body = [*(context.printed(here.node(s)) for s in statements), *(g for v in values for g in v.gather)]
    loop, given, own = consecutive(here, "\n".join(body))
    place = f"{contributed}[size_t(blockIdx.x) * blockDim.x + threadIdx.x]"
    text = "\n".join([*declared, loop, _stored(place, gains, len(gains) > 1)])
    given = [*given, Parameter("share", "size_t share", share),
             Parameter(contributed, f"{type_} *__restrict__ {contributed}", f"{contributed}.data()")]  # fmt: skip
    return kernel(here, device.name("contributions"), text, given, blocks=blocks, own={*own, *(g.name for g in gains)})


def _final(
    device: Device, here: Region, values: Sequence[Running], symbols: Sequence[Symbol], parts: Sequence[Part],
    start: tuple[str, bool], starts: str, share: str, blocks: str, body: str,
) -> list[str]:
    """The lines of the second pass: the loop itself, from each thread's start."""
    context = device.context
    type_, is_struct = start
    begin = context.scoped("begin")
    place = f"{begin}[size_t(blockIdx.x) * blockDim.x + threadIdx.x]"
    declared = [f"{context.declare(s.type, s.name)} = {_element(place, s, is_struct)};" for s in symbols]
    loop, given, own = consecutive(here, body)
    given = [*given, Parameter("share", "size_t share", share),
             Parameter(begin, f"const {type_} *__restrict__ {begin}", f"{starts}_on_device.data()")]  # fmt: skip
    lines = [f"DeviceArray<{type_}> {starts}_on_device({starts}.data(), {starts}.size());"]
    names = {*own, *(s.name for s in symbols)}
    if not parts:
        text = "\n".join([*declared, loop])
        return [*lines, kernel(here, device.name("kernel"), text, given, blocks=blocks, own=names)]
    device.want.add("reduce")
    results = results_of(device, parts)
    partials, held, block, value = (context.scoped(n) for n in ("partials", "of_block", "block", "value"))
    store = f"if (threadIdx.x == 0)\n{context.indent(f'{partials}[blockIdx.x] = {value};')}"
    text = "\n".join(
        [*declared, *results.declared, loop,
         f"const {results.type} {value} = block_reduce({results.packed}, {combiner(device, parts, results)});", store]
    )  # fmt: skip
    given = [*given, *results.given,
             Parameter(partials, f"{results.type} *__restrict__ {partials}", f"{partials}.data()")]  # fmt: skip
    launch = kernel(here, device.name("kernel"), text, given, blocks=blocks, own={*names, *results.names, results.type})
    return [
        *lines,
        f"DeviceArray<{results.type}> {partials}({blocks});",
        launch,
        f"std::vector<{results.type}> {held}({blocks});",
        f"{partials}.copy_to({held}.data());",
        context.controlled(
            f"for (const {results.type} &{block} : {held})", "\n".join(folding(parts, results, block))
        ),
    ]
