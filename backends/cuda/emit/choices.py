"""Backtracking: the host collects the states of one depth, threads search below them, the host folds the results.

The recursion runs on the host twice, down to a depth with enough states: first what it would pass on is noted there,
then what the device made of it is returned there.  So everything is folded in the order of the sequential search.
Elements of a state that no choice wrote hold -1; what was written last at each depth is left behind, as the sequential
search leaves it.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.backends.cuda.emit.arrays import is_plain, wrapped
from unseq.backends.cuda.emit.code import device_function, parameters_of
from unseq.backends.cuda.emit.device import Device, strided
from unseq.backends.cuda.emit.names import is_known
from unseq.backends.parlay.emit.context import local_symbol
from unseq.backends.parlay.emit.loops import either
from unseq.backends.plan import Choices
from unseq.frontend.analysis.library import bare
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Accumulator, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Call, Declare, Function, Ref, Storage, Symbol
from unseq.frontend.ir.walk import Node, expressions, root, transform, used_symbols, walk
from unseq.frontend.irregular import Choices as Facts
from unseq.frontend.source import Unsupported

_ENOUGH = 4096  # states: some for each multiprocessor
_DEEPEST = 64  # levels below, each with a frame on every thread's stack
_FRAME = 512  # bytes


def emit_choices(device: Device, plan: Choices) -> str:
    """The text in place of a loop over choices."""
    context, fact = device.context, plan.loop
    facts = fact.irregular
    assert isinstance(facts, Facts)
    _check(context.function, fact, facts)
    device.want |= {"array", "blocks", "stack"}
    context.includes |= {"<cmath>", "<vector>"}
    levels, depth = context.expr(facts.levels), facts.depth.name
    enough = f"{levels} > {depth} && {levels} - {depth} <= {_DEEPEST}"
    enough += f" && std::exp2(2.0 * ({levels} - {depth})) >= UNSEQ_CUTOFF"
    if isinstance(facts.depth.type, t.Int) and facts.depth.type.signed:
        enough = f"{depth} >= 0 && {enough}"
    return either(context, enough, "\n".join(_searched(device, fact, facts)), context.statement(fact.loop))


# --- what can be done ------------------------------------------------------------------------------------------------


def _check(function: Function, fact: LoopFact, facts: Facts) -> None:
    """Refuses a recursion that does more than to pass on numbers and the state, and to fold what it returns."""
    state = _state(facts)
    for p in function.parameters:
        if p != state and not is_plain(t.strip(p.type)):
            raise Unsupported(fact.span, f"{p.name} in a search that goes to the GPU", "pass numbers and one state")
    if function.template or not is_plain(function.result) or function.result == t.BOOL:
        raise Unsupported(function.span, "what this recursion returns, on a GPU", "return a number")
    if facts.depth.type != facts.levels.type:
        raise Unsupported(fact.span, "a depth of another type than its limit", "give them one type")
    functions = {function.name, *(f.name for f in function.callees)}
    for part in (function, *function.callees):
        if any(s.storage is Storage.GLOBAL and s != state for s in used_symbols(part.body)):
            raise Unsupported(part.span, f"{part.name} uses a global variable", "pass it as a parameter")
        for node in walk(part.body):
            place = root(node.place) if isinstance(node, Assign) else None
            if isinstance(node, Assign) and not (place is not None and _is_own(place, state)):
                raise Unsupported(node.span, "a write besides that of the choice", "return it instead")
            known = isinstance(node, Call) and (node.name in functions or is_known(bare(node.name)))
            if isinstance(node, Call) and not known:
                raise Unsupported(node.span, f"{node.name} in a search that goes to the GPU", "call it outside of it")
            if isinstance(node, Declare) and isinstance(t.strip(node.symbol.type), t.Array):
                raise Unsupported(node.span, "an array in a function that a recursion on the GPU calls", "use numbers")
    sums = {root(role.place) for role in fact.roles if isinstance(role, Accumulator)}
    added = (n for n in walk(fact.loop.body) if isinstance(n, Assign) and n.op and root(n.place) in sums)
    folded = [n for n in added if _calls(uncast(n.value), function)]  # so no choice depends on what another one found
    if len(folded) != sum(_calls(e, function) for e in expressions(function.body)):
        raise Unsupported(fact.span, "other uses of what the recursion returns than as `sum += f(...)`",
                          "only add what it returns to a variable")  # fmt: skip


def _is_own(place: Symbol, state: Symbol | None) -> bool:
    return place == state or (is_plain(t.strip(place.type)) and not isinstance(place.type, t.Reference))


def _calls(e: Node, function: Function) -> bool:
    return isinstance(e, Call) and e.name == function.name


def _state(facts: Facts) -> Symbol | None:
    return facts.state.symbol if isinstance(facts.state, Ref) else None


# --- the functions ---------------------------------------------------------------------------------------------------


def _text(device: Device, head: str, name: str, passed: tuple[Ref, ...], first: str) -> str:
    """The recursion under a new head and another name, with arguments in front."""
    context, function = device.context, device.context.function

    def one(node: Node) -> Node:
        if isinstance(node, Call) and node.target is None and node.name == function.name:
            return replace(node, name=name, arguments=(*passed, *node.arguments))
        return node

    text = context.block(function.body, transform(function.body, one))
    return f"{head}\n{context.braces('', first + text)}"


def _down_to(device: Device, facts: Facts, limit: str) -> str:
    """The name of the recursion on the host that calls a function object at a depth."""
    context, function = device.context, device.context.function
    name, at_limit, kind = device.name("down_to"), context.fresh("at_limit"), context.fresh("AtLimit")
    given = ", ".join(p.name for p in function.parameters)
    depth = context.declare(t.strip(facts.depth.type), limit)
    head = f"// The search down to a depth, where `{at_limit}` stands in for it.\ntemplate <class {kind}>\n"
    head += f"static {context.type(function.result)} {name}"
    head += f"({depth}, const {kind} &{at_limit}, {parameters_of(context, function)})"
    passed = tuple(Ref(local_symbol(n, t.LONG), t.LONG) for n in (limit, at_limit))
    first = f"if ({facts.depth.name} == {limit})\n{context.indent(f'return {at_limit}({given});')}\n"
    device.kernels.append(_text(device, head, name, passed, first))
    return name


# --- the search ------------------------------------------------------------------------------------------------------


def _searched(device: Device, fact: LoopFact, facts: Facts) -> list[str]:
    """The lines that search and return what the function returns."""
    context, function, state = device.context, device.context.function, _state(facts)
    numbers = [p for p in function.parameters if p != state]
    result, levels = context.type(function.result), context.expr(facts.levels, 12)
    shared = state if state is not None and state.storage is Storage.GLOBAL else None
    below = device_function(device, function, "on_device", shared)
    limit, calls, results, k, d = (context.fresh(n) for n in ("limit", "calls", "results", "k", "d"))
    own = context.fresh(f"{state.name}s") if state is not None else ""
    call = device.name("call")
    members = "\n".join(f"{context.declare(t.strip(p.type), p.name)};" for p in numbers)
    device.kernels.append(context.braces(f"struct {call}", members, ";"))
    down = _down_to(device, facts, limit)
    parameters, given = parameters_of(context, function), ", ".join(p.name for p in function.parameters)
    element = context.type(t.element_type(state.type) or t.INT) if state is not None else ""
    size = context.fresh("size")
    noted = [f"{calls}.push_back({{{', '.join(p.name for p in numbers)}}});"]
    back = [f"return {results}[{k}++];"]
    copied, arguments, passed = [], [], []
    if state is not None:
        noted += [
            f"{own}.insert({own}.end(), {state.name}, {state.name} + {facts.depth.name});",
            f"{own}.resize({calls}.size() * {size}, -1);  // not written yet",
        ]
        written = context.controlled(f"if ({own}[{k} * {size} + {d}] != -1)",
                                     f"{state.name}[{d}] = {own}[{k} * {size} + {d}];")  # fmt: skip
        loop = f"for (size_t {d} = {limit}; {d} < {size}; {d}++)  // what it wrote last stays"
        back.insert(0, f"{loop}\n{context.indent(written)}")
        copied = [f"DeviceArray<{element}> {own}_on_device({own}.data(), {own}.size());"]
        arguments, passed = [f"{element} *{own}", f"size_t {size}"], [f"{own}_on_device.data()", size]
    launched = _kernel(device, numbers, state, below, (call, calls, results, k), (own, size), arguments)
    passed = [f"{calls}.size()", f"{calls}_on_device.data()", *passed, f"{results}_on_device.data()"]
    blocks = f"blocks_for({calls}.size()), block_threads"
    launch = [
        *copied,
        f"const DeviceArray<{call}> {calls}_on_device({calls}.data(), {calls}.size());",
        f"const DeviceArray<{result}> {results}_on_device({calls}.size());",
        f"stack_of({_FRAME} * (size_t({levels} - {limit}) + 2));",
        context.site("kernel", fact.span) + wrapped(f"{launched}<<<{blocks}>>>(", passed) + ";",
        "cuda_check(cudaGetLastError());",
        f"{results}_on_device.copy_to({results}.data());",
        *([f"{own}_on_device.copy_to({own}.data());"] if state is not None else []),
    ]
    there = f"{down}({limit}, [&]({parameters}) -> {result}"
    note = context.braces(there, "\n".join([*noted, "return 0;"]), f", {given});")
    clear = [f"{calls}.clear();", *([f"{own}.clear();"] if state is not None else [])]
    again = f"{limit} < {levels} && !{calls}.empty() && {calls}.size() < {_ENOUGH}"
    return [
        *([f"const size_t {size} = {context.expr(facts.levels)};"] if state is not None else []),
        f"std::vector<{call}> {calls};",
        *([f"std::vector<{element}> {own};  // the state of each"] if state is not None else []),
        f"{context.declare(t.strip(facts.depth.type), limit)} = {facts.depth.name};",
        context.braces("do", "\n".join([f"{limit}++;", *clear, note]), f" while ({again});"),
        f"std::vector<{result}> {results}({calls}.size());",
        context.braces(f"if (!{calls}.empty())", "\n".join(launch)),
        f"size_t {k} = 0;",
        context.braces(f"return {there}", "\n".join(back), f", {given});"),
    ]


def _kernel(
    device: Device, numbers: list[Symbol], state: Symbol | None, below: str, names: tuple[str, str, str, str],
    array: tuple[str, str], arguments: list[str],
) -> str:
    """The kernel that searches below each state: its name."""
    context, function = device.context, device.context.function
    call, calls, results, k = names
    count, one, name = context.fresh("count"), context.fresh("call"), device.name("search")
    own, size = array
    passed = function.parameters if state in (None, *function.parameters) else (*function.parameters, state)
    given = [f"{own} + {k} * {size}" if p == state else f"{one}.{p.name}" for p in passed if p is not None]
    lines = [f"const {call} {one} = {calls}[{k}];", f"{results}[{k}] = {below}({', '.join(given)});"]
    loop = strided(context, k, "", count, lines)
    parameters = [f"size_t {count}", f"const {call} *{calls}", *arguments,
                  f"{context.type(function.result)} *{results}"]  # fmt: skip
    head = wrapped(f"__global__ void {name}(", parameters)
    device.kernels.append(f"{head}\n{context.braces('', loop)}")
    return name
