"""Running values: what each thread's iterations contribute, the start of each thread from that, then the loop itself.

Threads run consecutive iterations; between the two kernels the host goes through what they contribute, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.arrays import Moved, is_plain
from unseq.backends.cuda.emit.device import THREAD, Device, Parameter, Region, kernel
from unseq.backends.cuda.emit.loops import finish, start
from unseq.backends.cuda.emit.reduce import consecutive, folded, results_of
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit.iteration import keeps_last
from unseq.backends.parlay.emit.reduce import Part, parts_of
from unseq.backends.parlay.emit.running import Running, running
from unseq.backends.plan import Pack, Scan
from unseq.frontend.extent import Section
from unseq.frontend.facts import Append, LoopFact, Prefix, Recurrence, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Evaluate, Index, Literal, Method, Ref, Stmt, Symbol
from unseq.frontend.ir.walk import splice
from unseq.frontend.source import NOWHERE, Unsupported


def emit_scan(device: Device, plan: Scan | Pack) -> str:
    """The text in place of a loop that uses running values."""
    fact, context = plan.loop, device.context
    if keeps_last(fact):
        raise Unsupported(fact.span, "a variable that keeps the last iteration's value, beside a running value",
                          "split the loop in two")  # fmt: skip
    space, here, asked = start(device, fact)
    fact, here, grown = _grown(device, here)
    taken: set[str] = set()
    values = [running(context, role, taken) for role in fact.roles if isinstance(role, Prefix | Append | Recurrence)]
    if any(value.steps for value in values):
        raise Unsupported(fact.span, "running values that need each other", "split the loop in two")
    found = parts_of(context, fact)
    device.want |= {"array", "shares"}
    gains = [g for value in values for g in value.gains]
    known = len(device.kernels)
    share, blocks, threads = (context.scoped(n) for n in ("share", "blocks", "threads"))
    lines = [
        f"const size_t {share} = share_of({space.count});",
        f"const unsigned {blocks} = blocks_for(({space.count} + {share} - 1) / {share});",
        f"const size_t {threads} = size_t({blocks}) * block_threads;",
    ]
    gain_type, gain_struct = _record(device, "gain", gains)
    contributed, held = context.scoped("contributed"), context.scoped("gains")
    context.includes.add("<vector>")
    lines += [
        f"DeviceArray<{gain_type}> {contributed}({threads});",
        _gain_kernel(device, here, values, gains, (gain_type, gain_struct), contributed, share, blocks),
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
    here.keep_used(device.kernels[known:])
    lines = [*grown, *here.before, *lines, *here.after, *space.after]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def _grown(device: Device, here: Region) -> tuple[LoopFact, Region, list[str]]:
    """The loop with a counter for each container that it appends to: its new elements go to an array on the device,
    and from there to the container, which has grown by the counter."""
    context, fact = device.context, here.fact
    roles: list[Role] = []
    lines: list[str] = []
    places: dict[Symbol, tuple[Symbol, Symbol]] = {}
    arrays = list(here.moved)
    for role in fact.roles:
        if not isinstance(role, Append) or role.counter is not None:
            roles.append(role)
            continue
        out = role.outputs[0]
        element = t.element_type(out.type)
        if not isinstance(out, Ref) or not out.symbol.name.isidentifier() or element is None or not is_plain(element):
            raise Unsupported(fact.span, "appending to this container", "append plain values to a local vector")
        counter = Symbol(context.fresh("appended"), t.SIZE, -640 - len(places))
        array = Symbol(context.fresh(f"new_{out.symbol.name}"), t.Pointer(element), -660 - len(places))
        places[out.symbol] = (array, counter)
        roles.append(replace(role, counter=counter))
        held, old = f"{array.name}_on_device", context.fresh(f"{out.symbol.name}_size")
        name, spelled = out.symbol.name, context.type(element)
        lines.append(f"size_t {counter.name} = 0;")
        after = (
            f"const size_t {old} = {name}.size();",
            f"{name}.resize({old} + {counter.name});",
            f"{held}.copy_to({name}.data() + {old}, {counter.name});",
        )
        section = Section(out, element, writes=True, fills=True)
        count = f"size_t({here.space.count})"
        made = f"DeviceArray<{spelled}> {held}({count});"
        arrays = [m for m in arrays if m.section.base != out]
        arrays.append(Moved(section, array, f"{held}.data()", (made,), after, None))
    if not places:
        return fact, here, []

    def one(statement: Stmt) -> tuple[Stmt, ...]:
        value = statement.value if isinstance(statement, Evaluate) else None
        if not (isinstance(value, Method) and isinstance(value.object, Ref) and value.object.symbol in places):
            return (statement,)
        if value.name != "push_back":
            raise Unsupported(statement.span, f".{value.name}() in a loop that goes to the GPU", "use push_back")
        array, counter = places[value.object.symbol]
        element = array.type.to  # type: ignore[union-attr]  # a pointer
        place = Index(Ref(array, array.type), Ref(counter, t.SIZE), element)
        return (Assign(place, value.arguments[0]), Assign(Ref(counter, t.SIZE), Literal(1, t.SIZE, "1"), "+"))

    body = replace(splice(fact.loop.body, one), span=NOWHERE)
    changed = replace(fact, roles=tuple(roles), loop=replace(fact.loop, body=body), original=fact.original or fact.loop)
    return changed, replace(here, fact=changed, moved=tuple(arrays)), lines


def _record(device: Device, what: str, symbols: Sequence[Symbol]) -> tuple[str, bool]:
    """A type that holds some variables, and whether it is a struct of them."""
    context = device.context
    if len(symbols) == 1 and symbols[0].type != t.BOOL:  # elements of std::vector<bool> have no address
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
    device: Device, here: Region, values: Sequence[Running], gains: Sequence[Symbol], gain: tuple[str, bool],
    contributed: str, share: str, blocks: str,
) -> str:
    context, (type_, is_struct) = device.context, gain
    initial = [text for value in values for text in value.initial]
    declared = [f"{context.declare(g.type, g.name)} = {text};" for g, text in zip(gains, initial, strict=True)]
    statements = list(dict.fromkeys(s for value in values for s in value.statements))
    body = [*(context.printed(here.node(s)) for s in statements), *(g for v in values for g in v.gather)]
    loop, given, own = consecutive(here, "\n".join(body), share)
    place = f"{contributed}[{THREAD}]"
    text = "\n".join([*declared, loop, _stored(place, gains, is_struct)])
    given = [*given, Parameter(share, f"size_t {share}", share),
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
    place = f"{begin}[{THREAD}]"
    declared = [f"{context.declare(s.type, s.name)} = {_element(place, s, is_struct)};" for s in symbols]
    loop, given, own = consecutive(here, body, share)
    given = [*given, Parameter(share, f"size_t {share}", share),
             Parameter(begin, f"const {type_} *__restrict__ {begin}", f"{starts}_on_device.data()")]  # fmt: skip
    lines = [f"DeviceArray<{type_}> {starts}_on_device({starts}.data(), {starts}.size());"]
    names = {*own, *(s.name for s in symbols)}
    if not parts:
        text = "\n".join([*declared, loop])
        return [*lines, kernel(here, device.name("kernel"), text, given, blocks=blocks, own=names)]
    device.want.add("reduce")
    results = results_of(device, parts)
    fold = folded(device, parts, results, blocks)
    text = "\n".join([*declared, *results.declared, loop, fold.text])
    given = [*given, *results.given, fold.output]
    launch = kernel(here, device.name("kernel"), text, given, blocks=blocks, own={*names, *results.names, results.type})
    return [*lines, fold.before, launch, *fold.after]
