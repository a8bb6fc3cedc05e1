"""Independent iterations and scatters: one kernel, its threads as many iterations apart as there are threads.

The shape of the result is ``if (worth it && safe) { copies; launch; copies back } else the loop as it was``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.device import Device, Parameter, Region, each_iteration, kernel, numbered, region
from unseq.backends.cuda.emit.entry import STREAM, on_device, with_pointers
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.bounds import cutoff
from unseq.backends.parlay.emit.context import joined
from unseq.backends.parlay.emit.iteration import Space, keeps_last, space_of
from unseq.backends.parlay.emit.loops import conditions, divisors, either, last_iteration
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Map, Scatter
from unseq.frontend.analysis import extents, terms
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import (
    Accumulator,
    ArgBest,
    ArrayAccumulator,
    Buffered,
    Disjoint,
    Distinct,
    Guard,
    Holds,
    LoopFact,
    NonDecreasing,
)
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Evaluate,
    Expr,
    Index,
    Ref,
    Symbol,
    Unary,
)
from unseq.frontend.ir.walk import Node, root, transform
from unseq.frontend.source import Unsupported


def start(device: Device, fact: LoopFact) -> tuple[Space, Region, list[str]]:
    """The iterations of a loop, its arrays, and what must hold for it to go to the device."""
    context = device.context
    space = space_of(context, fact)
    enough = cutoff(context, space.trip, space.iteration, fact.work, fact.loop.body)
    here = region(device, fact, space, enough.bounds)
    if context.outlined and not all(isinstance(guard, Disjoint | Distinct | Holds) for guard in here.guards):
        raise Unsupported(fact.span, "what a part of the loop asks of values that an earlier part may change",
                          "split the loop in two")  # fmt: skip
    asked = conditions(context, replace(fact, guards=_together((*fact.guards, *here.guards))), space)
    first = divisors(context, space.iteration.trip)  # before a number of iterations is worked out
    here.runs = [*first, *(space.trip.positive or (f"{space.count} > 0",)), *enough.conditions, *space.conditions]
    return space, here, list(dict.fromkeys([*here.runs, *asked]))


def _together(found: Sequence[Guard]) -> tuple[Guard, ...]:
    """Guards, with one check for two that look at nearly the same elements."""
    kept: list[Guard] = []
    for guard in found:
        for k, known in enumerate(kept):
            rising = isinstance(known, NonDecreasing) and isinstance(guard, NonDecreasing)
            both = extents.joined(known, guard) if rising else None  # type: ignore[arg-type]  # both are
            if both is not None:
                kept[k] = both
                break
        else:
            kept.append(guard)
    return tuple(dict.fromkeys(kept))


def finish(device: Device, fact: LoopFact, asked: Sequence[str], lines: Sequence[str]) -> str:
    """The lines where all of ``asked`` holds, else the loop as it was; only the lines where that is asked outside."""
    context = device.context
    prelude = [context.printed(statement) for statement in fact.before]
    if context.outlined:
        context.asked += asked
        return "\n".join([*prelude, *lines])
    original = context.statement(fact.loop if fact.original is None else fact.original)
    return either(context, joined(list(dict.fromkeys(asked))), "\n".join([*prelude, *lines]), original)


def emit_map(device: Device, plan: Map) -> str:
    """The text in place of a loop with independent iterations."""
    fact, context = plan.loop, device.context
    if plan.inner is not None:
        return _plane(device, fact, plan.inner)
    space, here, asked = start(device, fact)
    copies, body = _old_values(device, here)
    most = replace(space, trip=replace(space.trip, text=f"{space.count} - 1")) if keeps_last(fact) else space
    here.space = most
    text, given, own = each_iteration(here, context.block(fact.loop.body, here.node(body)))
    blocks = f"blocks_for({most.count})"
    launch = _launch(here, text, [*copies[1], *given], blocks, own)
    last = [context.braces("", last_iteration(context, fact, space))] if keeps_last(fact) else []
    lines = [*here.before, *copies[0], launch, *here.after, *last, *space.after]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def _launch(here: Region, text: str, given: Sequence[Parameter], blocks: str, own: Iterable[str]) -> str:
    """The lines that launch a kernel with the body ``text``, or call the function that does."""
    name = here.device.name("kernel")
    direct = with_pointers(here)
    if direct is None:
        return kernel(here, name, text, given, blocks=blocks, own=own)
    launch = kernel(direct, name, text, given, blocks=blocks, own=own, stream=STREAM)
    return on_device(here, launch, guards.conditions(here.device.context, here.fact.guards, here.bounds))


def _plane(device: Device, fact: LoopFact, inner: LoopFact) -> str:
    """Two loops as a grid of two dimensions: a row of blocks for every iteration of the outer one."""
    context = device.context
    space, here, asked = start(device, fact)
    columns = replace(here, fact=inner, space=space_of(context, inner))
    if columns.space.before or columns.space.after or space.after:
        raise Unsupported(inner.span, "a variable that both loops of a nest move on", "use subscripts")
    body = here.node(inner.loop.body)
    inside, given, own = each_iteration(columns, context.block(inner.loop.body, body))
    rows = context.scoped("rows")
    r, lines = numbered(here, "r")
    head = f"for (size_t {r} = blockIdx.y; {r} < {rows}; {r} += gridDim.y)"
    text = context.braces(head, "\n".join([*lines, inside]))
    given = [Parameter(rows, f"size_t {rows}", f"size_t({space.count})"), *given]
    device.want.add("plane")
    blocks = f"plane_of({space.count}, {columns.space.count})"
    some = columns.space.trip.positive or (f"{columns.space.count} > 0",)
    here.runs += some
    launch = _launch(here, text, given, blocks, {*own, r, space.name})
    asked = [*asked, *some]
    return "\n".join([*space.before, finish(device, fact, asked, [*here.before, launch, *here.after])])


def _old_values(device: Device, here: Region) -> tuple[tuple[list[str], list[Parameter]], Block]:
    """Second copies of arrays whose old values other iterations need, and the body that reads them there."""
    context = device.context
    lines: list[str] = []
    given: list[Parameter] = []
    places: dict[Expr, Expr] = {}
    for role in here.fact.roles:
        if not isinstance(role, Buffered):
            continue
        base, low, _ = guards.elements(context, role.extent.base, role.extent.low, role.extent.high)
        name = context.fresh("old")
        held = context.fresh(f"{name}_on_device")
        element = t.element_type(role.extent.base.type)
        assert element is not None
        size = context.expr(plain(terms.subtract(role.extent.high, role.extent.low)))
        lines.append(f"DeviceArray<{context.type(element)}> {held}({base}{low}, {size});")
        symbol = Symbol(name, t.Pointer(element, const=True), -6)
        given.append(Parameter(name, context.declare(symbol.type, f"__restrict__ {name}"), f"{held}.data()"))
        for place in role.reads:
            index = plain(terms.subtract(place.index, role.extent.low))
            places[place] = Index(Ref(symbol, symbol.type), index, place.type, span=place.span)

    def one(node: Node) -> Node:
        return places.get(node, node) if isinstance(node, Index) else node

    return (lines, given), transform(here.fact.loop.body, one) if places else here.fact.loop.body


# --- scatters --------------------------------------------------------------------------------------------------------

_ATOMIC = {"+": "atomicAdd", "&": "atomicAnd", "|": "atomicOr", "^": "atomicXor", "min": "atomicMin",
           "max": "atomicMax"}  # fmt: skip
_COMBINED = {"*": "a * b", "min": "b < a ? b : a", "max": "a < b ? b : a"}


def emit_scatter(device: Device, plan: Scatter) -> str:
    """The text in place of a loop that accumulates into arrays: each update is one atomic operation."""
    fact, context = plan.loop, device.context
    if any(isinstance(role, Accumulator | ArgBest) for role in fact.roles):
        raise Unsupported(fact.span, "sums in variables beside sums in an array", "split the loop in two")
    space, here, asked = start(device, fact)
    roles = [role for role in fact.roles if isinstance(role, ArrayAccumulator)]
    body = here.node(atomics(device, fact.loop.body, roles))
    text, given, own = each_iteration(here, context.block(fact.loop.body, body))
    launch = _launch(here, text, given, f"blocks_for({space.count})", own)
    return "\n".join([*space.before, finish(device, fact, asked, [*here.before, launch, *here.after, *space.after])])


def atomics(device: Device, body: Block, roles: Sequence[ArrayAccumulator]) -> Block:
    """``body`` with an atomic operation for each update of an array."""
    arrays = {root(role.array) for role in roles}

    def one(node: Node) -> Node:
        if not (isinstance(node, Assign) and not isinstance(node.place, Ref) and root(node.place) in arrays):
            return node
        role = next(r for r in roles if root(r.array) == root(node.place))
        op, value = _update(node, role)
        return Evaluate(_atomic(device, node.place, op, value), node.span)

    return transform(body, one)


def _update(node: Assign, role: ArrayAccumulator) -> tuple[str, Expr]:
    """The operator and what it is applied to."""
    if node.op in ("+", "*", "&", "|", "^"):
        return node.op, node.value
    if node.op == "-":
        return "+", Unary("-", node.value, node.value.type)
    value = uncast(node.value)
    if not node.op and isinstance(value, Binary) and value.op in ("+", "*", "&", "|", "^"):
        for mine, other in ((value.left, value.right), (value.right, value.left)):
            if uncast(mine) == node.place:
                return value.op, other
    if not node.op and isinstance(value, Call) and len(value.arguments) == 2 and role.op in ("min", "max"):
        for mine, other in (value.arguments, value.arguments[::-1]):
            if uncast(mine) == node.place:
                return role.op, other
    raise Unsupported(node.span, "an update that is no single operation", "write it as a[i] += e")


def _atomic(device: Device, place: Expr, op: str, value: Expr) -> Call:
    type_ = place.type
    address: Expr = AddressOf(place, t.Pointer(type_))
    if isinstance(type_, t.Int) and type_.bits in (32, 64) and op in _ATOMIC:
        if type_.bits == 64:  # the atomics know this type by one name
            signed = op in ("min", "max") and type_.signed
            word = t.Int(64, signed, "long long" if signed else "unsigned long long")
            address = Cast(address, t.Pointer(word))
            value = Cast(value, word)
        else:
            value = Cast(value, type_) if value.type != type_ else value
        return Call(_ATOMIC[op], (address, value), t.VOID)
    if isinstance(type_, t.Float) and op == "+":
        return Call("atomicAdd", (address, Cast(value, type_) if value.type != type_ else value), t.VOID)
    if op in _COMBINED and isinstance(type_, t.Int | t.Float) and type_.bits in (32, 64):
        device.want.add("atomic")
        text = device.context.type(type_)
        combine = Ref(Symbol(f"[]({text} a, {text} b) -> {text} {{ return {_COMBINED[op]}; }}", t.VOID, -7), t.VOID)
        return Call("atomic_update", (address, Cast(value, type_), combine), t.VOID)
    raise Unsupported(place.span, "an atomic update of elements of this type", "use int, long, float or double")

