"""Reductions: a value a thread, combined in a block by shuffles, the blocks' values folded by the host.

Of sums and the like a thread takes iterations as many apart as there are threads; where the order matters (ties,
compositions) consecutive ones, so that everything is combined in the order of the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unseq.backends.cuda.emit.device import THREAD, Device, Parameter, Region, each_iteration, kernel, numbered
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
    them (a struct, or that of the only one) and a value of it, and parameters that the start values take."""

    names: tuple[str, ...]
    declared: tuple[str, ...]
    type: str
    is_struct: bool
    packed: str
    given: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """What a kernel does last and where it puts the result, and what the host does before and after it."""

    text: str
    output: Parameter
    before: str
    after: tuple[str, ...]


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
    results = reduced(device, here, found.parts, context.block(fact.loop.body, body), ordered)
    here.keep_used(device.kernels[-1:])
    lines = [*here.before, *results, *here.after, *space.after]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def reduced(device: Device, here: Region, parts: Sequence[Part], body: str, ordered: bool) -> list[str]:
    """The lines that launch the kernel and fold what its blocks come to."""
    context = device.context
    device.want |= {"reduce", "resident", "array"}
    results = results_of(device, parts)
    if ordered:
        each = context.scoped("share")
        loop, given, own = consecutive(here, body, each)
        device.want.add("shares")
    else:
        loop, given, own = each_iteration(here, body)
    count = f"resident_blocks({here.space.count})"
    if ordered:
        share = f"share_of({here.space.count})"
        given = [*given, Parameter(each, f"size_t {each}", share)]
        count = f"resident_blocks(({here.space.count} + {share} - 1) / {share})"
    blocks = context.scoped("blocks")
    fold = folded(device, parts, results, blocks)
    text = "\n".join([*results.declared, loop, fold.text])
    given = [*given, *results.given, fold.output]
    launch = kernel(here, device.name("reduce"), text, given, blocks=blocks, own={*own, *results.names, results.type})
    return [f"const unsigned {blocks} = {count};", fold.before, launch, *fold.after]


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
        return Results(names, tuple(declared), type_, False, names[0], tuple(given))
    type_ = device.name("result")
    members = "\n".join(f"{context.declare(p.carried.symbol.type, p.carried.symbol.name)};" for p in parts)
    device.kernels.append(context.braces(f"struct {type_}", members, ";"))
    return Results(names, tuple(declared), type_, True, f"{type_}{{{', '.join(names)}}}", tuple(given))


def folded(device: Device, parts: Sequence[Part], results: Results, blocks: str) -> Folded:
    """How the values of threads become those of blocks, and these are folded into the variables of the function."""
    context = device.context
    context.includes.add("<vector>")
    partials, held, block, value = (context.scoped(n) for n in ("partials", "of_block", "block", "value"))
    type_ = results.type
    combine = f"block_reduce({results.packed}, {_combiner(device, parts, results)})"
    store = f"if (threadIdx.x == 0)\n{context.indent(f'{partials}[blockIdx.x] = {value};')}"
    return Folded(
        f"const {type_} {value} = {combine};\n{store}",
        Parameter(partials, f"{type_} *__restrict__ {partials}", f"{partials}.data()"),
        f"DeviceArray<{type_}> {partials}({blocks});",
        (
            f"std::vector<{type_}> {held}({blocks});",
            f"{partials}.copy_to({held}.data());",
            context.controlled(f"for (const {type_} &{block} : {held})", "\n".join(_folds(parts, results, block))),
        ),
    )


def _folds(parts: Sequence[Part], results: Results, theirs: str) -> list[str]:
    """The lines that fold ``theirs`` into the variables of the function."""
    names = {n: f"{theirs}.{n}" if results.is_struct else theirs for n in results.names}
    return [fold for part in parts if (fold := part.combine(names))]


def _combiner(device: Device, parts: Sequence[Part], results: Results) -> str:
    """A function object that combines two results in order."""
    context = device.context
    a, b = context.scoped("a"), context.scoped("b")
    folds = _own_folds(parts, results, b)
    capture = "[=]" if any("[" in line for line in folds) else "[]"  # candidates may be told by elements of arrays
    if results.is_struct:
        text = "\n".join([f"auto &[{', '.join(results.names)}] = {a};", *folds, f"return {a};"])
        return context.braces(f"{capture}({results.type} {a}, const {results.type} &{b})", text)
    (name,) = results.names
    text = "\n".join([*folds, f"return {name};"])
    return context.braces(f"{capture}({results.type} {name}, {results.type} {b})", text)


def _own_folds(parts: Sequence[Part], results: Results, theirs: str) -> list[str]:
    """The folds with a thread's variables in place of the function's."""
    lines = _folds(parts, results, theirs)
    for part in parts:
        outer, name = part.carried.outer, part.carried.symbol.name
        if outer and outer != name:
            lines = [line.replace(outer, name) for line in lines]
    found = [p for p in parts if not p.carried.outer]  # whether there is a candidate at all
    for part in found:
        name = part.carried.symbol.name
        lines.append(f"{name} = {name} || {theirs}.{name};")
    return lines


def consecutive(here: Region, body: str, share: str) -> tuple[str, list[Parameter], set[str]]:
    """The loop over the consecutive iterations of a thread: ``share`` of them (a parameter), those of later threads
    behind."""
    context = here.device.context
    count, first, last = (context.scoped(n) for n in ("count", "first", "last"))
    k, lines = numbered(here, "k")
    given = [Parameter(count, f"size_t {count}", f"size_t({here.space.count})")]
    bounds = (
        f"const size_t {first} = ({THREAD}) * {share};\n"
        f"const size_t {last} = {first} + {share} < {count} ? {first} + {share} : {count};\n"
    )
    loop = context.braces(f"for (size_t {k} = {first}; {k} < {last}; {k}++)", "\n".join([*lines, body]))
    return bounds + loop, given, {k, first, last, here.space.name}

