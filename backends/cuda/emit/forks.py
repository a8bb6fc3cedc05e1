"""Divide and conquer in place: the calls that wait are a list on the device, and all of a level run together.

The host makes the outermost call up to its fork; from there on each call of a level is a thread, which notes the calls
that it would make for the next level. That is the recursion's order but for calls of which neither knows of the other,
so it takes a recursion that does nothing after its calls. What each call touches of an array behind a pointer is its
range of numbers, where the base case tells how the range ends: that much is copied, and the judge sees whether it is
enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.arrays import Moved, is_plain, moved, wrapped
from unseq.backends.cuda.emit.code import on_device
from unseq.backends.cuda.emit.device import Device, strided
from unseq.backends.cuda.emit.names import translated
from unseq.backends.parlay.cxx_literals import RELATIONAL
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.context import Context, joined, local_symbol
from unseq.backends.parlay.emit.loops import either
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Fork
from unseq.frontend.analysis import terms
from unseq.frontend.extent import Extent, Section
from unseq.frontend.facts import Disjoint, ForkFact, Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Deref,
    Evaluate,
    Expr,
    Function,
    If,
    Index,
    Method,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
    Unary,
)
from unseq.frontend.ir.walk import (
    Node,
    declared_symbols,
    expressions,
    rebound_symbols,
    root,
    transform,
    used_symbols,
    walk,
)
from unseq.frontend.source import Unsupported

_SHARE = 100  # a problem of this part of the cut-off is worth the device: each element is looked at many times
_COUNT = "unsigned long long"


def emit_fork(device: Device, plan: Fork) -> str:
    """The text in place of the calls of a fork."""
    context, fact = device.context, plan.fork
    function = context.function
    _check(function, fact)
    own = _own_range(function)
    arrays = _arrays(device, fact, own)
    numbers = [p for p in function.parameters if is_plain(t.strip(p.type))]
    device.want |= {"array", "blocks", "check"}
    context.includes |= {"<memory>", "<utility>"}
    statement = "\n".join(context.statement(s) for s in fact.statements)
    size = fact.size if fact.size is not None or own is None else terms.subtract(own[1], own[0])
    asked = guards.conditions(context, [*fact.guards, *_apart(arrays)], {})
    if size is not None:
        asked.append(f"{context.expr(plain(size), RELATIONAL + 1)} >= UNSEQ_CUTOFF / {_SHARE}")
    text = "\n".join(_levels(device, fact, numbers, arrays))
    return either(context, joined(asked), text, statement) if asked else text


# --- what can be done ------------------------------------------------------------------------------------------------


def _check(function: Function, fact: ForkFact) -> None:
    """Refuses a recursion that does more than to work on its range and then to call itself on parts of it."""
    if not fact.calls:
        raise Unsupported(fact.span, "loops side by side have no CUDA form yet", "translate it with --target parlay")
    if function.result != t.VOID or function.template:
        raise Unsupported(fact.span, "a recursion that returns a value, on a GPU",
                          "make it a loop, or translate it with --target parlay")  # fmt: skip
    runs = list(_last_calls(function, function.body))
    known = [call for run in runs for call in run]
    for call in expressions(function.body):
        if isinstance(call, Call) and call.name == function.name and not any(call is one for one in known):
            raise Unsupported(call.span, "a recursion that goes on after its calls, on a GPU",
                              "call itself as the last it does, or translate it with --target parlay")  # fmt: skip
    together = [id(call) for call in fact.calls]
    for run in runs:
        if len(run) > 1 and [id(call) for call in run] != together:
            raise Unsupported(run[0].span, "several calls that are not shown to be independent",
                              "let it call itself once at a place, or in one group of calls")  # fmt: skip
        for call in run:
            _check_call(function, call)
    for part in (function, *function.callees):
        for node in walk(part.body):
            if not isinstance(node, Assign) or isinstance(node.place, Index):
                continue
            place = root(node.place)
            if place is not None and place.storage is Storage.GLOBAL:
                raise Unsupported(node.span, f"{place.name} is written by all calls", "make it an array, or return it")


def _check_call(function: Function, call: Call) -> None:
    for parameter, argument in zip(function.parameters, call.arguments, strict=True):
        if is_plain(t.strip(parameter.type)) and not isinstance(parameter.type, t.Reference):
            if any(isinstance(e, Index | Deref | Call | Method) for e in expressions(argument)):
                raise Unsupported(call.span, "a call with a value from memory", "keep the value in a variable")
        elif not (isinstance(argument, Ref) and argument.symbol == parameter):
            raise Unsupported(call.span, f"{parameter.name} is not passed on as it is",
                              "pass the whole array on, and numbers for the part")  # fmt: skip


def _last_calls(function: Function, block: Block) -> Iterator[tuple[Call, ...]]:
    """The calls of a function to itself behind which it does nothing, those that follow each other together."""
    found: list[Call] = []
    for statement in reversed(block.statements):
        if isinstance(statement, Return) and statement.value is None and not found:
            continue
        if isinstance(statement, Evaluate) and isinstance(statement.value, Call) and (
            statement.value.name == function.name
        ):  # fmt: skip
            found.insert(0, statement.value)
            continue
        if not found and isinstance(statement, If):
            for branch in (statement.then, statement.other):
                if branch is not None:
                    yield from _last_calls(function, branch)
        elif not found and isinstance(statement, Block):
            yield from _last_calls(function, statement)
        elif not found:
            break
        break
    if found:
        yield tuple(found)
    for statement in block.statements:  # `if (...) { f(a); return; }`
        if isinstance(statement, If) and statement is not block.statements[-1]:
            for branch in (statement.then, statement.other):
                if branch is not None and branch.statements and isinstance(branch.statements[-1], Return):
                    yield from _last_calls(function, branch)


# --- the arrays ------------------------------------------------------------------------------------------------------


def _arrays(device: Device, fact: ForkFact, own: tuple[Expr, Expr] | None) -> list[Moved]:
    """What the calls touch, on its way to the device and back."""
    context, function = device.context, device.context.function
    used = used_symbols(function.body).union(*(used_symbols(f.body) for f in function.callees))
    found = [p for p in function.parameters if p in used and not is_plain(t.strip(p.type))]
    found += sorted((s for s in used if s.storage is Storage.GLOBAL and not s.const), key=lambda s: s.uid)
    arrays: list[Moved] = []
    for symbol in found:
        element = t.element_type(symbol.type)
        if element is None:
            raise Unsupported(fact.span, f"{symbol.name} in a recursion that goes to the GPU", "use arrays and numbers")
        writes = not (isinstance(symbol.type, t.Pointer | t.Reference) and symbol.type.const)
        section = Section(terms.ref(symbol), element, reads=True, writes=writes)
        if isinstance(t.strip(symbol.type), t.Pointer):
            if own is None:
                raise Unsupported(fact.span, "it is not known which part of the array a call works on",
                                  "let it end where at most one element is left: `if (lo >= hi) return;` or "
                                  "`if (end - begin < 2) return;`")  # fmt: skip
            section = replace(section, low=own[0], high=own[1], sure=False)
            device.unsure.append(fact.span)
        one = moved(context, section, {}, device.want)
        if symbol.name in {other.symbol.name for other in arrays}:
            raise Unsupported(fact.span, "two arrays of one name", "rename one of them")
        arrays.append(one)
    return arrays


def _apart(arrays: Sequence[Moved]) -> list[Guard]:
    """That no array that is written shares elements with another."""
    pairs = [(a.section, b.section) for k, a in enumerate(arrays) for b in arrays[:k]]
    return [Disjoint(_extent(a), _extent(b)) for a, b in pairs if a.writes or b.writes]


def _extent(section: Section) -> Extent:
    if section.low is not None and section.high is not None:
        return Extent(section.base, section.low, section.high)
    type_ = t.strip(section.base.type)
    if isinstance(type_, t.Array) and isinstance(type_.extent, int):
        return Extent(section.base, terms.literal(0), terms.literal(type_.extent))
    return Extent(section.base, terms.literal(0), Method(section.base, "size", (), t.SIZE))


def _own_range(function: Function) -> tuple[Expr, Expr] | None:
    """The elements ``[low, high)`` that a call works on, by the numbers that its base case compares.

    ``if (hi - lo < 2) return;`` leaves ranges of one element alone, whose end is behind it; ``if (lo >= hi) return;``
    those whose last element is ``hi``."""
    fixed = set(function.parameters) - rebound_symbols(function.body)
    for condition in _base_cases(function.body):
        form = _at_most(condition)
        if form is None:
            continue
        signs, most = form
        if not set(signs) <= fixed:
            continue
        by_sign = {factor: symbol for symbol, factor in signs.items()}
        if len(signs) == 1 and 1 in by_sign:  # the first n elements
            return terms.literal(0), terms.long(terms.ref(by_sign[1]))
        if len(signs) == 2 and set(by_sign) == {1, -1} and most in (0, 1):
            high = terms.long(terms.ref(by_sign[1]))
            return terms.long(terms.ref(by_sign[-1])), high if most == 1 else terms.add(high, terms.literal(1))
    return None


def _base_cases(block: Block) -> Iterator[Expr]:
    """Conditions under which the function does nothing more, as they stand at its beginning or around all of it."""
    for statement in block.statements:
        if not isinstance(statement, If):
            continue
        if statement.then.statements and isinstance(statement.then.statements[-1], Return):
            yield statement.condition
        if statement.other is None and statement is block.statements[-1]:
            yield Unary("!", statement.condition, t.BOOL)


def _at_most(condition: Expr) -> tuple[dict[Symbol, int], int] | None:
    """A condition as a sum of variables that is at most a number: its factors, and the number."""
    negated = isinstance(condition, Unary) and condition.op == "!"
    e = condition.operand if isinstance(condition, Unary) and negated else condition
    if not isinstance(e, Binary) or e.op not in ("<", "<=", ">", ">="):
        return None
    op = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[e.op] if negated else e.op
    small, large = (e.left, e.right) if op in ("<", "<=") else (e.right, e.left)
    left, right = _sum(small), _sum(large)
    if left is None or right is None:
        return None
    factors = dict(left[0])
    for symbol, factor in right[0].items():
        factors[symbol] = factors.get(symbol, 0) - factor
    most = right[1] - left[1] - (op in ("<", ">"))
    return {symbol: factor for symbol, factor in factors.items() if factor}, most


def _sum(e: Expr) -> tuple[dict[Symbol, int], int] | None:
    """A sum of variables and a number."""
    e = plain(e)
    value = terms.constant(e)
    if value is not None:
        return {}, value
    if isinstance(e, Ref):
        return {e.symbol: 1}, 0
    if not (isinstance(e, Binary) and e.op in ("+", "-")):
        return None
    left, right = _sum(e.left), _sum(e.right)
    if left is None or right is None:
        return None
    sign = 1 if e.op == "+" else -1
    factors = dict(left[0])
    for symbol, factor in right[0].items():
        factors[symbol] = factors.get(symbol, 0) + sign * factor
    return factors, left[1] + sign * right[1]


# --- the levels ------------------------------------------------------------------------------------------------------


def _levels(device: Device, fact: ForkFact, numbers: Sequence[Symbol], arrays: Sequence[Moved]) -> list[str]:
    """The host's lines: the calls of the fork, and level by level what they call."""
    context = device.context
    call, level = _kernel(device, numbers, arrays)
    first, calls, later, waiting, made = (context.scoped(n) for n in ("first", "calls", "later", "waiting", "made"))
    most = max(len(run) for run in _last_calls(context.function, context.function.body))
    rows = [f"{{{', '.join(_numbers_of(context, one))}}}" for one in fact.calls]
    parameters = [waiting, f"{calls}->data()", f"{later}->data()", f"{made}_on_device.data()"]
    for m in arrays:
        parameters += [m.argument, *([m.size[1]] if m.size is not None else [])]
    shape = f"<<<blocks_for({waiting}), block_threads>>>"
    launch = context.site("kernel", fact.span) + wrapped(f"{level}{shape}(", parameters)
    body = [
        f"auto {later} = std::make_unique<DeviceArray<{call}>>({most} * size_t({waiting}));",
        f"cuda_check(cudaMemset({made}_on_device.data(), 0, sizeof({_COUNT})));",
        f"{launch};",
        "cuda_check(cudaGetLastError());",
        f"{made}_on_device.copy_to(&{waiting});",
        f"{calls} = std::move({later});",
    ]
    return [
        *(line for m in arrays for line in m.before),
        f"const {call} {first}[] = {{{', '.join(rows)}}};  // those of the first level",
        f"auto {calls} = std::make_unique<DeviceArray<{call}>>({first}, {len(rows)});",
        f"DeviceArray<{_COUNT}> {made}_on_device(1);",
        context.braces(f"for ({_COUNT} {waiting} = {len(rows)}; {waiting} > 0;)", "\n".join(body)),
        *(line for m in arrays for line in m.after),
    ]


def _numbers_of(context: Context, call: Call) -> list[str]:
    pairs = zip(context.function.parameters, call.arguments, strict=True)
    return [_exactly(context, p, argument) for p, argument in pairs if is_plain(t.strip(p.type))]


def _exactly(context: Context, parameter: Symbol, argument: Expr) -> str:
    """An argument as a member of a call, whose braces allow no narrowing."""
    text, type_ = context.expr(argument), t.strip(parameter.type)
    return text if argument.type == type_ and not isinstance(argument, Cast) else f"{context.type(type_)}({text})"


def _kernel(device: Device, numbers: Sequence[Symbol], arrays: Sequence[Moved]) -> tuple[str, str]:
    """The type of a call and the kernel of a level, made once for a function."""
    known = device.copies.get("a call"), device.copies.get("a level")
    if known[0] is not None and known[1] is not None:
        return known[0], known[1]
    context, function = device.context, device.context.function
    call, step, note, level = (device.name(n) for n in ("call", "step", "later", "level"))
    calls, later, made, count, k, one = (context.scoped(n) for n in ("calls", "later", "made", "count", "k", "call"))
    members = "\n".join(f"{context.declare(t.strip(p.type), p.name)};" for p in numbers)
    device.kernels.append(context.braces(f"struct {call}", members, ";"))

    declared = [context.declare(t.strip(p.type), p.name) for p in numbers]
    noting = [f"{call} *{later}", f"{_COUNT} *{made}"]
    kept = f"{later}[atomicAdd({made}, 1ull)] = {{{', '.join(p.name for p in numbers)}}};"
    head = wrapped(f"__device__ void {note}(", [*noting, *declared])
    device.kernels.append(f"// A call for the next level.\n{head}\n{context.braces('', kept)}")

    pointers = []
    for m in arrays:
        pointers.append(context.declare(m.symbol.type, m.symbol.name))
        pointers += [f"size_t {m.size[0].name}"] if m.size is not None else []
    passed = tuple(Ref(local_symbol(name, t.LONG), t.LONG) for name in (later, made))

    def noted(node: Node) -> Node:
        if isinstance(node, Call) and node.target is None and node.name == function.name:
            pairs = zip(function.parameters, node.arguments, strict=True)
            own = tuple(argument for p, argument in pairs if is_plain(t.strip(p.type)))
            return replace(node, name=note, arguments=(*passed, *own))
        return node

    body: Stmt = transform(function.body, noted)
    assert isinstance(body, Block)
    body = on_device(device, body, arrays, {}, declared_symbols(function.body))
    head = wrapped(f"__device__ void {step}(", [*noting, *pointers, *declared])
    text = context.block(function.body, body)
    device.kernels.append(translated(context, f"{head}\n{context.braces('', text)}"))

    named = [name for m in arrays for name in (m.symbol.name, *([m.size[0].name] if m.size is not None else []))]
    given = [later, made, *named, *(f"{one}.{p.name}" for p in numbers)]
    lines = [f"const {call} {one} = {calls}[{k}];", wrapped(f"{step}(", given) + ";"]
    loop = strided(context, k, "", count, lines)
    head = wrapped(f"__global__ void {level}(", [f"size_t {count}", f"const {call} *{calls}", *noting, *pointers])
    device.kernels.append(f"{head}\n{context.braces('', loop)}")
    device.copies |= {"a call": call, "a level": level}
    return call, level
