"""Reductions: a value a thread, combined in a block by shuffles, the blocks' values folded by the host.

Sums and the like take every so manieth iteration; where the order matters (ties, compositions) a thread runs
consecutive iterations, so that everything is combined in the order of the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unseq.backends.cuda.emit.device import Device, Parameter, Region, each_iteration, kernel, numbered
from unseq.backends.cuda.emit.loops import finish, start
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit.iteration import keeps_last
from unseq.backends.parlay.emit.reduce import Part, parts_of
from unseq.backends.plan import Reduce
from unseq.frontend.facts import ArgBest
from unseq.frontend.ir import types as t
from unseq.frontend.source import Unsupported


@dataclass(frozen=True, slots=True)
class Results:
    """What a thread comes to: the names of its variables, their declarations with a start value, a type for all of
    them (itself where there is one), and the lines that fold ``theirs`` into them."""

    names: tuple[str, ...]
    declared: tuple[str, ...]
    type: str
    struct: str
    packed: str
    given: tuple[Parameter, ...]


def emit_reduce(device: Device, plan: Reduce) -> str:
    """The text in place of a loop with accumulators."""
    fact, context = plan.loop, device.context
    if keeps_last(fact):
        raise Unsupported(fact.span, "a variable that keeps the last iteration's value, beside a reduction",
                          "split the loop in two")  # fmt: skip
    space, here, asked = start(device, fact)
    found = parts_of(context, fact)
    body = here.node(bodies.with_places(found.body, found.places))
    ordered = any(isinstance(role, ArgBest) for role in fact.roles)
    asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    results = reduced(device, here, found.parts, context.block(fact.loop.body, body), ordered)
    here.keep_used(device.kernels[-1:])
    lines = [*here.before, *results, *here.after, *space.after]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def reduced(device: Device, here: Region, parts: Sequence[Part], body: str, ordered: bool) -> list[str]:
    """The lines that launch the kernel and fold what its blocks come to."""
    context = device.context
    device.want |= {"reduce", "resident", "array"}
    results = results_of(device, parts)
    partials = context.scoped("partials")
    if ordered:
        loop, given, own = consecutive(here, body)
        device.want.add("shares")
    else:
        loop, given, own = each_iteration(here, body)
    text = "\n".join([*results.declared, loop, _block_value(device, parts, results, partials)])
    count = f"resident_blocks({here.space.count})"
    if ordered:
        share = f"share_of({here.space.count})"
        given = [*given, Parameter("share", "size_t share", share)]
        count = f"resident_blocks(({here.space.count} + {share} - 1) / {share})"
    blocks, held = context.scoped("blocks"), context.scoped("of_block")
    output = Parameter(partials, f"{results.type} *__restrict__ {partials}", f"{partials}.data()")
    given = [*given, *results.given, output]
    launch = kernel(here, device.name("reduce"), text, given, blocks=blocks, own={*own, *results.names, results.type})
    context.includes.add("<vector>")
    return [
        f"const unsigned {blocks} = {count};",
        f"DeviceArray<{results.type}> {partials}({blocks});",
        launch,
        f"std::vector<{results.type}> {held}({blocks});",
        f"{partials}.copy_to({held}.data());",
        _host_fold(device, parts, results, held),
    ]


def results_of(device: Device, parts: Sequence[Part]) -> Results:
    """The variables of a thread."""
    context = device.context
    names = tuple(p.carried.symbol.name for p in parts)
    given: list[Parameter] = []
    declared = []
    for part, name in zip(parts, names, strict=True):
        value = part.carried.start
        if value == part.carried.outer and value:  # it begins from the variable's own value
            outside = context.scoped(f"{name}_start")
            given.append(Parameter(outside, context.declare(part.carried.symbol.type, outside), value))
            value = outside
        declared.append(f"{context.declare(part.carried.symbol.type, name)} = {value};")
    if len(parts) == 1 and parts[0].carried.symbol.type != t.BOOL:  # elements of std::vector<bool> have no address
        type_ = context.type(parts[0].carried.symbol.type)
        return Results(names, tuple(declared), type_, "", names[0], tuple(given))
    type_ = device.name("result")
    members = "\n".join(f"{context.declare(p.carried.symbol.type, p.carried.symbol.name)};" for p in parts)
    device.kernels.append(context.braces(f"struct {type_}", members, ";"))
    return Results(names, tuple(declared), type_, type_, f"{type_}{{{', '.join(names)}}}", tuple(given))


def folding(parts: Sequence[Part], results: Results, theirs: str) -> list[str]:
    """The lines that fold ``theirs`` into the variables of the function."""
    single = not results.struct
    names = {n: theirs if single else f"{theirs}.{n}" for n in results.names}
    return [fold for part in parts if (fold := part.combine(names))]


def _block_value(device: Device, parts: Sequence[Part], results: Results, partials: str) -> str:
    """The lines that combine the values of a block, and store the result."""
    context = device.context
    value = context.scoped("value")
    combine = combiner(device, parts, results)
    store = f"if (threadIdx.x == 0)\n{context.indent(f'{partials}[blockIdx.x] = {value};')}"
    return f"const {results.type} {value} = block_reduce({results.packed}, {combine});\n{store}"


def combiner(device: Device, parts: Sequence[Part], results: Results) -> str:
    """A function object that combines two results in order."""
    context = device.context
    a, b = context.scoped("a"), context.scoped("b")
    folds = _own_folds(parts, results, b)
    capture = "[=]" if any("[" in line for line in folds) else "[]"  # candidates may be told by elements of arrays
    if results.struct:
        text = "\n".join([f"auto &[{', '.join(results.names)}] = {a};", *folds, f"return {a};"])
        return context.braces(f"{capture}({results.struct} {a}, const {results.struct} &{b})", text)
    (name,) = results.names
    text = "\n".join([*folds, f"return {name};"])
    return context.braces(f"{capture}({results.type} {name}, {results.type} {b})", text)


def _own_folds(parts: Sequence[Part], results: Results, theirs: str) -> list[str]:
    """The folds with a thread's variables in place of the function's."""
    lines = folding(parts, results, theirs)
    for part in parts:
        outer, name = part.carried.outer, part.carried.symbol.name
        if outer and outer != name:
            lines = [line.replace(outer, name) for line in lines]
    found = [p for p in parts if not p.carried.outer]  # whether there is a candidate at all
    for part in found:
        name = part.carried.symbol.name
        lines.append(f"{name} = {name} || {theirs}.{name};")
    return lines


def _host_fold(device: Device, parts: Sequence[Part], results: Results, held: str) -> str:
    context = device.context
    block = context.scoped("block")
    lines = folding(parts, results, block)
    return context.controlled(f"for (const {results.type} &{block} : {held})", "\n".join(lines))


def consecutive(here: Region, body: str) -> tuple[str, list[Parameter], set[str]]:
    """The loop over the consecutive iterations of a thread: ``share`` of them (a parameter), those of later threads
    behind."""
    context = here.device.context
    count, first, last = (context.scoped(n) for n in ("count", "first", "last"))
    k, lines = numbered(here, "k")
    given = [Parameter(count, f"size_t {count}", f"size_t({here.space.count})")]
    bounds = (
        f"const size_t {first} = (size_t(blockIdx.x) * blockDim.x + threadIdx.x) * share;\n"
        f"const size_t {last} = {first} + share < {count} ? {first} + share : {count};\n"
    )
    loop = context.braces(f"for (size_t {k} = {first}; {k} < {last}; {k}++)", "\n".join([*lines, body]))
    return bounds + loop, given, {k, first, last, here.space.name}

