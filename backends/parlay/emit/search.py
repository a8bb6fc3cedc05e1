"""Searches: skip in parallel to the first iteration that leaves the loop, then run the loop as it is from there.

The loop itself keeps its text: it either leaves at once, or has nothing left to do.
"""

from __future__ import annotations

from unseq.backends.parlay.cxx_literals import ADDITIVE
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.iteration import Space, advanced, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions
from unseq.backends.parlay.emit.polynomials import constant, plain
from unseq.backends.plan import Search
from unseq.frontend.facts import Exit, Induction, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Declare, Expr, For, ForEach, Ref
from unseq.frontend.source import Unsupported


def emit_search(context: Context, plan: Search) -> str:
    """The text in place of a loop that ends early."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    exit_ = next(role for role in fact.roles if isinstance(role, Exit))
    context.includes.add("<parlay/primitives.h>")
    skipped = context.fresh("skipped")
    parallel = f"{_find(context, space, exit_, skipped)}\n{rest(context, fact, space, skipped)}"
    return "\n".join([*space.before, chosen(context, fact, asked, parallel)])


def _find(context: Context, space: Space, exit_: Exit, skipped: str) -> str:
    """The number of iterations before the one that leaves the loop."""
    numbers, k = context.scoped("iterations"), context.scoped("k")
    lines = []
    if space.direct:
        lines.append(f"{space.parameter(context)} = {_start(context, space.iteration.lower, k)};")
    lines += [*space.prologue, *space.privates, *(context.printed(s) for s in exit_.statements)]
    lines.append(f"return {context.condition(exit_.condition)};")
    number = k if space.direct else space.name
    type_ = "size_t" if space.direct else context.type(space.type)
    if space.direct and constant(plain(space.iteration.lower)) == 0:
        lines, number, type_ = lines[1:], space.name, context.type(space.type)
    site = context.site("find_if", space.fact.span)
    head = f"{site}const size_t {skipped} = parlay::find_if({numbers}, {CLOSURE}({type_} {number}) -> bool"
    iota = f"const auto {numbers} = parlay::iota<size_t>({space.count});"
    return "\n".join([iota, context.braces(head, "\n".join(lines), f") - {numbers}.begin();")])


def _start(context: Context, lower: Expr, skipped: str) -> str:
    low = plain(lower)
    return skipped if constant(low) == 0 else f"{context.expr(low, ADDITIVE)} + {skipped}"


def rest(context: Context, fact: LoopFact, space: Space, skipped: str) -> str:
    """The loop as it was, from the iteration ``skipped``."""
    loop = fact.loop
    moves = [f"{r.symbol.name} = {_moved(context, r, skipped)};" for r in fact.roles if isinstance(r, Induction)]
    if isinstance(loop, ForEach):
        return _rest_of_range(context, space, skipped)
    if not isinstance(loop, For):
        return "\n".join([*moves, context.statement(loop)])
    symbol = space.iteration.symbol
    if symbol is None:
        raise Unsupported(fact.span, "a search without a loop variable", "count the loop by a variable of its own")
    place = Ref(symbol, t.strip(symbol.type))
    step = space.iteration.step
    distance = skipped if abs(step) == 1 else f"{abs(step)} * {skipped}"
    text = context.statement(loop)
    for init in loop.init:
        own = (isinstance(init, Declare) and init.symbol == symbol) or (
            isinstance(init, Assign) and init.place == place and not init.op
        )
        if own and isinstance(init, Declare | Assign) and init.value is not None:
            return "\n".join([*moves, _with_start(context, loop, init.value, distance, step)])
    return "\n".join([*moves, f"{symbol.name} {'+' if step > 0 else '-'}= {distance};", text])


def _with_start(context: Context, loop: For, start: Expr, distance: str, step: int) -> str:
    """``loop`` with its variable starting ``distance`` further on."""
    low = "0" if constant(start) == 0 else context.expr(plain(start), ADDITIVE)
    moved = distance if low == "0" and step > 0 else f"{low} {'+' if step > 0 else '-'} {distance}"
    return context.with_text(loop, start, moved)


def _moved(context: Context, role: Induction, skipped: str) -> str:
    return advanced(context, role, context.expr(role.start, ADDITIVE), skipped)


def _rest_of_range(context: Context, space: Space, skipped: str) -> str:
    """A range-for from its element ``skipped`` on."""
    body = context.block(space.fact.loop.body)
    head = f"for ({space.parameter(context)} = {skipped}; {space.name} < {space.end}; {space.name}++)"
    return context.braces(head, "\n".join([*space.prologue, body]))
