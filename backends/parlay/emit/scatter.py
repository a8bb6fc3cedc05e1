"""Scatter with an operator: histograms and scatter-adds.

With private copies, a block updates an array of its own that hides the shared one, and the copies are folded in the
order of the blocks. With atomics, every update is one atomic operation on the shared array. By index, iterations become
pairs of a subscript and a value, which the library sums.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.guards import pointer
from unseq.backends.parlay.emit.iteration import Space, from_zero, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions, parallel_for
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.parlay.emit.reduce import combined, fold_blocks, identity, packed, parts_of
from unseq.backends.plan import Scatter, ScatterMethod
from unseq.frontend.facts import ArrayAccumulator
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Block, Call, Evaluate, Expr, Index, Method, Ref, Return, Symbol
from unseq.frontend.ir.walk import Node, transform, walk
from unseq.frontend.source import NOWHERE, Unsupported

_SMALL = 1024  # elements that a copy may have on the stack
_PARTS = 4  # private copies a worker
_IDENTITY = {"+": 0, "*": 1, "^": 0, "|": 0}
_FETCH = {"+": "fetch_add", "-": "fetch_sub", "&": "fetch_and", "|": "fetch_or", "^": "fetch_xor"}


def emit_scatter(context: Context, plan: Scatter) -> str:
    """The text in place of a loop that accumulates into arrays."""
    fact = plan.loop
    roles = [role for role in fact.roles if isinstance(role, ArrayAccumulator)]
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    known = all(_has_copies(role) for role in roles)
    if plan.method is ScatterMethod.ATOMIC or not known:
        parallel = _atomic(context, space, roles)
    else:
        asked += [f"{space.count} >= {context.expr(plain(role.extent), 10)}" for role in roles if role.extent]
        context.whole |= set(asked[-len(roles) :])
        by_index = plan.method is ScatterMethod.INDEX
        parallel = _by_index(context, space, roles) if by_index else _private(context, space, roles, plan.parts)
    text = chosen(context, fact, asked, "\n".join([parallel, *space.after]))
    return "\n".join([*space.before, text])


def _has_copies(role: ArrayAccumulator) -> bool:
    """Whether blocks can have copies: the length is known, and what lies behind a pointer need not be read."""
    if role.extent is None or not isinstance(role.array, Ref):
        return False
    return role.op in _IDENTITY or not isinstance(t.strip(role.array.symbol.type), t.Pointer)


# --- private copies --------------------------------------------------------------------------------------------------


def _private(context: Context, space: Space, roles: list[ArrayAccumulator], copies_a_worker: int) -> str:
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
    space = _subscripted(context, space, {role.array for role in roles})
    parts = parts_of(context, space.fact)
    run = context.fresh("scatter_over")
    arrays = [role.array.symbol for role in roles if isinstance(role.array, Ref)]
    before, declared = [], []
    for role, symbol in zip(roles, arrays, strict=True):
        kept, copy = _copy(context, role, symbol)
        before += kept
        declared.append(copy)
    names = [symbol.name for symbol in arrays]
    carried = [p.carried for p in parts.parts]
    result = packed(context, [*names, *(c.symbol.name for c in carried)])
    loop = blocks.block_loop(context, space, run, carried, body=parts.body, places=parts.places, result=result,
                             declared="\n".join(declared))  # fmt: skip
    each = copies_a_worker or _PARTS
    cut = blocks.by_worker(context, space, f"{each} * parlay::num_workers()" if each > 1 else "parlay::num_workers()")
    call = blocks.call(context, space, cut, run, [c.start for c in carried])
    copies = context.scoped("copies")
    site = context.site("scatter", space.fact.span)
    tabulate = context.braces(
        f"{site}auto {copies} = parlay::tabulate({cut.count}, {CLOSURE}(size_t {cut.number})", call, ");"
    )
    several = len(names) + len(carried) > 1
    folds = [
        _fold(context, space, role, symbol, copies, k if several else -1)
        for k, (role, symbol) in enumerate(zip(roles, arrays, strict=True))
    ]
    lines = [*before, loop, *cut.lines, tabulate, *folds]
    if carried:
        text = fold_blocks(context, names, parts.parts, copies)
        ignored = {f"{name} = {context.scoped(f'block_{name}')};" for name in names}
        lines.append("\n".join(line for line in text.split("\n") if line.strip() not in ignored))
    return "\n".join(lines)


def _subscripted(context: Context, space: Space, arrays: Collection[Expr]) -> Space:
    """A loop that is printed from the IR where its text reaches elements by pointers (``*(count + k)``): a block's own
    array has subscripts only."""
    loop = space.fact.loop
    elements = [n for n in walk(loop.body) if isinstance(n, Index) and n.base in arrays and n.span != NOWHERE]
    if all(context.unit.slice(n.span).endswith("]") for n in elements):
        return space
    return replace(space, fact=replace(space.fact, loop=replace(loop, body=replace(loop.body, span=NOWHERE))))


def _copy(context: Context, role: ArrayAccumulator, symbol: Symbol) -> tuple[list[str], str]:
    """Lines before the lambda, and the declaration of a block's own array inside it."""
    element = context.type(role.element)
    extent = _extent(context, role)
    before: list[str] = []
    if not extent.isdigit():
        name = context.fresh(f"{symbol.name}_extent")
        before.append(f"const size_t {name} = {extent};")
        extent = name
    if role.op in _IDENTITY:
        type_ = context.type(blocks.wrapping(role.element) if role.op in ("+", "*") else role.element)
        start = identity(context, role.op, role.element)
        if extent.isdigit() and int(extent) <= _SMALL and start == "0":
            context.includes.add("<array>")
            return before, f"std::array<{type_}, {extent}> {symbol.name}{{}};"
        return before, f"parlay::sequence<{type_}> {symbol.name}({extent}, {start});"
    kept = context.fresh(f"{symbol.name}_start")
    first = pointer(context, role.array)
    before.append(f"const parlay::sequence<{element}> {kept}({first}, {first} + {extent});")
    return before, f"auto {symbol.name} = {kept};"


def _extent(context: Context, role: ArrayAccumulator) -> str:
    assert role.extent is not None
    return context.expr(plain(role.extent))


def _fold(context: Context, space: Space, role: ArrayAccumulator, symbol: Symbol, copies: str, position: int) -> str:
    """Folds the copies into the shared array, one element after the other in parallel."""
    j, own = context.scoped("j"), context.scoped("own")
    element = f"{own}[{j}]" if position < 0 else f"std::get<{position}>({own})[{j}]"
    line = combined(context, f"{symbol.name}[{j}]", role.op, element)
    if isinstance(t.strip(symbol.type), t.Pointer):  # the array may be shorter than what its subscripts could reach
        line = f"if ({element} != {_IDENTITY[role.op]})\n{context.indent(line)}"
    inner = f"for (const auto &{own} : {copies})\n{context.indent(line)}"
    site = context.site("scatter", space.fact.span)
    head = f"{site}parlay::parallel_for(0, {_extent(context, role)}, {CLOSURE}(size_t {j})"
    return context.braces(head, inner, ");")


# --- by index ------------------------------------------------------------------------------------------------------


def _by_index(context: Context, space: Space, roles: list[ArrayAccumulator]) -> str:
    """Pairs of subscripts and values, summed by the library, then added to the array."""
    body = space.fact.loop.body
    *before, update = body.statements
    if len(roles) != 1 or not (isinstance(update, Assign) and isinstance(update.place, Index)):
        raise Unsupported(space.fact.span, "sums by index of more than one update", "keep private copies")
    context.includes |= {"<parlay/primitives.h>", "<utility>"}
    role = roles[0]
    type_ = context.type(blocks.wrapping(role.element))
    pair = t.Opaque(f"std::pair<size_t, {type_}>")
    value = Return(Call(pair.spelling, (update.place.index, update.value), pair), NOWHERE)
    made = context.block(body, Block((*before, value), body.span))
    counter, own = from_zero(context, space)
    pairs, sums, j = context.scoped("pairs"), context.scoped("sums"), context.scoped("j")
    lines = "\n".join([*own, made])
    head = f"auto {pairs} = parlay::delayed_tabulate({space.count}, {CLOSURE}({counter})"
    extent = _extent(context, role)
    site = context.site("scatter", space.fact.span)
    array = context.expr(role.array, 16)
    line = combined(context, f"{array}[{j}]", role.op, f"{sums}[{j}]")
    if isinstance(t.strip(role.array.type), t.Pointer):  # the array may be shorter than what its subscripts could reach
        line = f"if ({sums}[{j}] != {_IDENTITY[role.op]})\n{context.indent(line)}"
    return "\n".join(
        [
            context.braces(head, lines, ");"),
            f"{site}const auto {sums} = parlay::reduce_by_index({pairs}, {extent});",
            context.braces(f"parlay::parallel_for(0, {extent}, {CLOSURE}(size_t {j})", line, ");"),
        ]
    )


# --- atomics -------------------------------------------------------------------------------------------------------


def _atomic(context: Context, space: Space, roles: list[ArrayAccumulator]) -> str:
    """The loop with each update as one atomic operation."""
    context.includes.add("<atomic>")
    body = space.fact.loop.body
    arrays = {role.array for role in roles}
    relaxed = Ref(Symbol("std::memory_order_relaxed", t.INT, -4), t.INT)

    def one(node: Node) -> Node:
        if not (isinstance(node, Assign) and isinstance(node.place, Index) and node.place.base in arrays):
            return node
        if node.op not in _FETCH or not isinstance(node.place.type, t.Int | t.Float):
            raise Unsupported(node.span, "an atomic update with this operator", "use an array of known length")
        reference = Call("std::atomic_ref", (node.place,), t.Opaque("std::atomic_ref"))
        value = node.value
        update = Method(reference, _FETCH[node.op], (value, relaxed), node.place.type)
        return Evaluate(update, node.span)

    changed = transform(body, one)
    return parallel_for(context, space.fact, space, body=changed)
