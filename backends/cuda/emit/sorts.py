"""Sorting, by the library's device-wide calls: numbers by radix, all else by merging with the order that is given."""

from __future__ import annotations

from unseq.backends.cuda.emit.arrays import Moved, holds_complex, is_plain, moved, spelled_there
from unseq.backends.cuda.emit.code import on_device
from unseq.backends.cuda.emit.device import Device
from unseq.backends.cuda.emit.names import translated
from unseq.backends.parlay.cxx_literals import RELATIONAL
from unseq.backends.parlay.emit import guards, ranges
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.loops import either
from unseq.backends.plan import Algorithm
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.extent import Section
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Call, Construct, Evaluate, Expr, Lambda, Method, Ref
from unseq.frontend.ir.walk import free_symbols
from unseq.frontend.source import Unsupported

_COST = 16  # about log n comparisons an element
_SORTS = ("sort", "stable_sort", "sort_whole")


def emit_sort(device: Device, plan: Algorithm) -> str:
    """The text in place of a call that sorts."""
    fact, context = plan.call, device.context
    if fact.primitive not in _SORTS or not isinstance(fact.statement, Evaluate):
        name = fact.call.name
        raise Unsupported(fact.span, f"{name} has no CUDA form here", "write it as a loop, or use --target parlay")
    arguments = ranges.arguments(fact)
    whole = fact.primitive == "sort_whole"  # its second argument is a place in between
    first, last = arguments[0], arguments[2 if whole else 1]
    order = arguments[-1] if len(arguments) > 2 + whole else None
    start, count = _range(context, fact, first, last, whole)
    element = ranges.element_type(first)
    if not is_plain(element) or element == t.BOOL:
        raise Unsupported(fact.span, "sorting elements that own memory on a GPU", "sort plain records")
    device.want.add("array")
    keys = context.fresh("keys")
    spelled = spelled_there(context, element)
    if holds_complex(element):
        start = f"reinterpret_cast<{spelled} *>({start})"
    lines = [f"DeviceArray<{spelled}> {keys}({start}, {count});"]
    descending = _descending(order) or fact.op == "reversed"
    site = context.site("sort", fact.span)
    if isinstance(element, t.Int | t.Float) and (order is None or descending):
        device.want.add("radix_sort")
        sorted_ = context.fresh("sorted")
        lines += [
            f"DeviceArray<{spelled}> {sorted_}({count});",
            f"{site}radix_sort<{'true' if descending else 'false'}>({keys}, {sorted_}, {count});",
            f"{sorted_}.copy_to({start});",
        ]
    else:
        if order is None:
            raise Unsupported(fact.span, "sorting without an order that the device knows", "pass a comparison")
        device.want.add("merge_sort")
        arrays, less = _order(device, fact, order)
        lines = [*(line for m in arrays for line in m.before), *lines]
        lines += [f"{site}merge_sort({keys}, {count}, {less});", f"{keys}.copy_to({start});"]
    asked = [f"{ranges.length(context, fact, RELATIONAL + 1)} >= UNSEQ_CUTOFF / {_COST}"]
    asked += [f"{ranges.length(context, fact, RELATIONAL + 1)} > 0", *guards.conditions(context, fact.guards, {})]
    return either(context, joined(asked), "\n".join(lines), context.statement(fact.statement))


def _range(context: Context, fact: CallFact, first: Expr, last: Expr, whole: bool) -> tuple[str, str]:
    """Where the elements begin, and how many they are."""
    if fact.op == "reversed":
        assert isinstance(first, Method)
        return f"{context.expr(first.object, 16)}.data()", f"{context.expr(first.object, 16)}.size()"
    container = ranges.container(first, last)
    if container is not None and not isinstance(container.type, t.Array):
        return f"{context.expr(container, 16)}.data()", f"{context.expr(container, 16)}.size()"
    if whole:
        return guards.pointer(context, first), f"{context.expr(last, 11)} - {context.expr(first, 12)}"
    return guards.pointer(context, first), ranges.length(context, fact)


def _descending(order: Expr | None) -> bool:
    order = uncast(order) if order is not None else None
    name = order.name if isinstance(order, Call) else ""
    if isinstance(order, Construct) and isinstance(order.type, t.Opaque):
        name = order.type.spelling
    return name.split("<")[0] == "std::greater"


def _order(device: Device, fact: CallFact, order: Expr) -> tuple[list[Moved], str]:
    """The arrays that a comparison reads, and the comparison as a function object for the device."""
    context = device.context
    order = uncast(order)
    name = device.name("less")
    element = context.type(ranges.element_type(ranges.arguments(fact)[0]))
    if isinstance(order, Ref) and isinstance(order.symbol.type, t.Callable):
        device.callees.add(order.symbol.name)
        body = f"return {order.symbol.name}(a, b);"
        head = f"__host__ __device__ bool operator()(const {element} &a, const {element} &b) const"
        device.kernels.append(context.braces(f"struct {name}", context.braces(head, body), ";"))
        return [], f"{name}{{}}"
    if not isinstance(order, Lambda) or len(order.parameters) != 2:
        raise Unsupported(fact.span, "a comparison that is no lambda or function", "pass a lambda")
    arrays: list[Moved] = []
    members: list[tuple[str, str]] = []
    for symbol in sorted(free_symbols(order), key=lambda s: s.uid):
        type_ = t.strip(symbol.type)
        inner = t.element_type(type_)
        if inner is not None and isinstance(type_, t.Library) and type_.name in ("vector", "array", "span"):
            one = moved(context, Section(Ref(symbol, type_), inner, reads=True), {}, device.want)
            arrays.append(one)
            members.append((context.declare(one.symbol.type, symbol.name), one.argument))
        elif is_plain(type_):
            members.append((context.declare(type_, symbol.name), symbol.name))
        else:
            raise Unsupported(fact.span, f"a comparison that reads {symbol.name}", "use std::vector")
    parameters = ", ".join(f"const {context.type(t.strip(p.type))} &{p.name}" for p in order.parameters)
    body = context.printed(on_device(device, order.body, arrays))
    inside = body[1:-1].strip("\n") if body.startswith("{") else body
    head = f"__host__ __device__ bool operator()({parameters}) const"
    text = "\n".join([*(f"{declared};" for declared, _ in members), f"{head}\n{{\n{inside}\n}}"])
    device.kernels.append(translated(context, context.braces(f"struct {name}", text, ";")))
    return arrays, f"{name}{{{', '.join(given for _, given in members)}}}"
