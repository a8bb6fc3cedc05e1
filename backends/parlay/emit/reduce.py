"""Reductions: partial results of blocks, combined in the order of the blocks.

A block starts from the identity of sums and products, and from the running value of what is idempotent (extrema,
and, or): so ties, NaN and the start value are treated as the sequential loop treats them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from unseq.backends.parlay.cxx_literals import UNARY
from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.blocks import Carried
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.iteration import Space, from_zero, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions, either, hoistable
from unseq.backends.plan import Reduce
from unseq.frontend.facts import Accumulator, ArgBest, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Block, Expr, If, Literal, Ref, Return, Stmt, Symbol
from unseq.frontend.ir.walk import Node, substitute, transform
from unseq.frontend.source import NOWHERE, Unsupported

IDENTITY = {"+": 0, "^": 0, "|": 0, "*": 1}
_FROM_IDENTITY = {"+", "^", "*"}
_ASSIGNING = {"+", "*", "&", "|", "^"}
_LIBRARY = {"min": "std::min", "max": "std::max", "fmin": "std::fmin", "fmax": "std::fmax"}


@dataclass(frozen=True, slots=True)
class Part:
    """One result of a block: ``carried`` goes in and comes out; ``combine`` makes the lines that fold a block's value
    (given by the names of all parts) into the outer variable."""

    carried: Carried
    combine: Callable[[dict[str, str]], str]
    sums: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """All results of a block, what the body must call them, and the body where it had to be changed."""

    parts: tuple[Part, ...]
    places: dict[Expr, Expr]
    body: Block


def emit_reduce(context: Context, plan: Reduce) -> str:
    """The text in place of a loop with accumulators."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    if plan.delayed:
        return chosen(context, fact, asked, "\n".join([_delayed(context, space), *space.after]))
    found = parts_of(context, fact)
    if any(isinstance(role, ArgBest) and role.key is not None for role in fact.roles):
        # what is read behind the blocks is there only if the loop runs
        asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    loop, name, parallel = blocked_reduce(context, space, found, plan.block)
    carried = [part.carried for part in found.parts]
    before = _private_before(space)
    if not context.outlined and hoistable(context, space) and blocks.can_replace_loop(space, carried):
        return f"{loop}\n{either(context, joined(asked), parallel, blocks.whole(context, space, name, carried))}"
    text = chosen(context, fact, asked, "\n".join([loop, parallel, *space.after]))
    return "\n".join([*before, text])


def _delayed(context: Context, space: Space) -> str:
    """One sum, of terms that are a sequence of which no element is stored."""
    context.includes.add("<parlay/primitives.h>")
    body = space.fact.loop.body
    *before, update = body.statements
    if not isinstance(update, Assign) or update.op != "+" or space.before:
        raise Unsupported(space.fact.span, "a delayed sequence of more than one term an iteration", "keep blocks")
    counter, own = from_zero(context, space)
    made = context.block(body, Block((*before, Return(update.value, NOWHERE)), body.span))
    terms = context.scoped("terms")
    type_ = context.type(blocks.wrapping(update.place.type))
    head = f"auto {terms} = parlay::delayed_tabulate({space.count}, {CLOSURE}({counter}) -> {type_}"
    site = context.site("reduce", space.fact.span)
    total = combined(context, context.expr(update.place, UNARY), "+", f"parlay::reduce({terms})")
    return "\n".join([context.braces(head, "\n".join([*own, made]), ");"), site + total])


def _private_before(space: Space) -> list[str]:
    names = [line.split(" = ")[1].rstrip(";") for line in space.privates if " = " in line]
    return [line for line in space.before if any(name in line for name in names)]


def parts_of(context: Context, fact: LoopFact) -> Parts:
    """What the accumulators and extrema of a loop become."""
    parts: list[Part] = []
    places: dict[Expr, Expr] = {}
    body = fact.loop.body
    for role in fact.roles:
        if isinstance(role, Accumulator):
            copy = blocks.own_copy(context, role.place, _block_type(role))
            places.update(blocks.substituted(role, copy))
            parts.append(_accumulator(context, role, copy))
        elif isinstance(role, ArgBest):
            extremum, body = _arg_best(context, role, body)
            parts.extend(extremum)
        elif isinstance(role, Private) and role.last:
            parts.append(_last(role))
    return Parts(tuple(parts), places, body)


def _block_type(role: Accumulator) -> t.Type:
    return blocks.wrapping(role.type) if role.op in ("+", "*") else role.type


def _accumulator(context: Context, role: Accumulator, copy: Symbol) -> Part:
    outer = context.expr(role.place, UNARY)
    start = outer
    if role.op in _FROM_IDENTITY:
        start = identity(context, role.op, copy.type)

    def combine(names: dict[str, str]) -> str:
        return combined(context, outer, role.op, names[copy.name])

    return Part(Carried(copy, outer, start), combine, role.op == "+")


def identity(context: Context, op: str, type_: t.Type) -> str:
    """The identity of an operator that has one in every type."""
    value = IDENTITY[op]
    if isinstance(type_, t.Float):
        return context.expr(Literal(float(value), type_))
    return str(value)


def combined(context: Context, outer: str, op: str, value: str) -> str:
    """The statement that folds ``value`` into ``outer``."""
    if op in _ASSIGNING:
        return f"{outer} {op}= {value};"
    if op in _LIBRARY:
        context.includes.add("<cmath>" if op.startswith("f") else "<algorithm>")
        return f"{outer} = {_LIBRARY[op]}({outer}, {value});"
    return f"{outer} = {outer} {op} {value};"


def _last(role: Private) -> Part:
    symbol = Symbol(role.symbol.name, t.strip(role.symbol.type), role.symbol.uid)
    carried = Carried(symbol, symbol.name, symbol.name)
    return Part(carried, lambda names: f"{symbol.name} = {names[symbol.name]};")


def _arg_best(context: Context, role: ArgBest, body: Block) -> tuple[list[Part], Block]:
    """Extremum and payload; the first part folds all of them."""
    symbols = [s for s in (role.best, *role.companions) if s is not None]
    copies = [blocks.own_copy(context, Ref(s, t.strip(s.type)), s.type) for s in symbols]
    found: Symbol | None = None
    if not role.first:  # a block without a candidate must not win a tie
        found = Symbol(context.scoped("found"), t.BOOL, -3)
        body = _marking(body, role, found)

    def fold(names: dict[str, str]) -> str:
        if role.best is not None:
            ours, theirs = role.best.name, names[role.best.name]
        else:
            assert role.key is not None
            others = {s: Ref(replace(s, name=names[s.name], uid=-s.uid - 10), t.strip(s.type)) for s in role.companions}
            ours, theirs = context.expr(role.key, 10), context.expr(substitute(role.key, others), 10)
        op = ("<" if role.op == "min" else ">") + ("" if role.first else "=")
        test = f"{theirs} {op} {ours}"
        if found is not None:
            test = f"{names[found.name]} && {test}"
        return context.controlled(f"if ({test})", "\n".join(f"{s.name} = {names[s.name]};" for s in symbols))

    parts = [Part(Carried(c, c.name, c.name), fold if k == 0 else lambda names: "") for k, c in enumerate(copies)]
    if found is not None:
        parts.append(Part(Carried(found, "", "false"), lambda names: ""))
    return parts, body


def _marking(body: Block, role: ArgBest, found: Symbol) -> Block:
    """``body`` with a note wherever a candidate is taken."""
    place = role.best or role.companions[0]
    mark: Stmt = Assign(Ref(found, t.BOOL), Literal(True, t.BOOL, "true"))

    def one(node: Node) -> Node:
        if not isinstance(node, If) or node.span not in role.updates:
            return node
        then = replace(node.then, statements=(*node.then.statements, mark))
        return replace(node, then=then)

    changed = transform(body, one)
    if changed is body:  # no statement of its own: compare by hand
        def after(node: Node) -> Node:
            if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol == place:
                return Block((node, mark), node.span)
            return node

        changed = transform(body, after)
    return changed


# --- text ------------------------------------------------------------------------------------------------------------


def blocked_reduce(context: Context, space: Space, found: Parts, length: int = 0) -> tuple[str, str, str]:
    """The lambda that is the loop, its name, and the lines that run it by ``parlay::tabulate`` and combine.

    ``length``: iterations of a block, 0 for as many as their work calls for."""
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
    parts = found.parts
    carried = [part.carried for part in parts]
    single = len(parts) == 1
    name = context.fresh(f"{carried[0].symbol.name}_over" if single else "reduce_over")
    names = [c.symbol.name for c in carried]
    result = packed(context, names)
    cut = blocks.split(context, space, length)
    loop = blocks.block_loop(context, space, name, carried, body=found.body, places=found.places, result=result)
    partials = context.scoped("partials")
    site = context.site("reduce", space.fact.span)
    tabulate = context.braces(
        f"{site}auto {partials} = parlay::tabulate({cut.count}, {CLOSURE}(size_t {cut.number})",
        blocks.call(context, space, cut, name, [c.start for c in carried]),
        ");",
    )
    return loop, name, "\n".join([*cut.lines, tabulate, combination(context, parts, partials)])


def combination(context: Context, parts: tuple[Part, ...], partials: str) -> str:
    """The lines that fold the blocks' results into the variables, in order."""
    if len(parts) == 1 and parts[0].sums:
        return f"{parts[0].carried.outer} += parlay::reduce({partials});"
    return fold_blocks(context, [], parts, partials)


def fold_blocks(context: Context, running: Sequence[str], parts: Sequence[Part], results: str) -> str:
    """The loop over the results of blocks: ``running`` take the last block's value, ``parts`` fold theirs."""
    own = [*running, *(p.carried.symbol.name for p in parts)]
    names = {name: context.scoped(f"block_{name.removeprefix('block_')}") for name in own}
    for name in [n for n, given in names.items() if n == given]:
        names[name] = context.scoped(f"part_{name.removeprefix('block_')}")
    folds = [f"{name} = {names[name]};" for name in running]
    folds += [fold for part in parts if (fold := part.combine(names))]
    shown = ", ".join(names.values())
    binding = f"auto {shown}" if len(names) == 1 else f"auto &[{shown}]"
    return context.controlled(f"for (const {binding} : {results})", "\n".join(folds))


def packed(context: Context, names: Sequence[str]) -> str:
    """Several values as one."""
    if len(names) == 1:
        return names[0]
    context.includes.add("<tuple>")
    return f"std::tuple({', '.join(names)})"


def joined_values(op: str) -> Callable[[str, str], str]:
    """The text of ``a op b``."""
    if op in _LIBRARY:
        return lambda a, b: f"{_LIBRARY[op]}({a}, {b})"
    return lambda a, b: f"{a} {op} {b}"
