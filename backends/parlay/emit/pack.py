"""Compaction: what the blocks append, in the order of the blocks.

An array with a counter is written in place by ``scan``'s two passes. A container that grows is appended to block by
block, each into a container of its own, and the pieces are moved behind each other in parallel.
"""

from __future__ import annotations

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.iteration import Space, space_of
from unseq.backends.parlay.emit.loops import chosen, conditions
from unseq.backends.parlay.emit.reduce import Parts, fold_blocks, packed, parts_of
from unseq.backends.parlay.emit.scan import emit_scan
from unseq.backends.plan import Pack
from unseq.frontend.facts import Append, Prefix, Recurrence
from unseq.frontend.ir.nodes import Ref, Symbol
from unseq.frontend.source import Unsupported

_SHARES = "8 * parlay::num_workers()"


def emit_pack(context: Context, plan: Pack) -> str:
    """The text in place of a loop that appends."""
    fact = plan.loop
    grown = [role for role in fact.roles if isinstance(role, Append) and role.counter is None]
    if not grown:
        return emit_scan(context, plan)
    if any(isinstance(r, Prefix | Recurrence) or (isinstance(r, Append) and r.counter is not None) for r in fact.roles):
        raise Unsupported(fact.span, "a loop that grows a container and carries a running value as well",
                          "split the loop in two")  # fmt: skip
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    parts = parts_of(context, fact)
    containers = [_container(context, role) for role in grown]
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
    text = chosen(context, fact, asked, "\n".join([_grow(context, space, containers, parts), *space.after]))
    return "\n".join([*space.before, text])


def _container(context: Context, role: Append) -> Symbol:
    out = role.outputs[0]
    if not isinstance(out, Ref) or not out.symbol.name.isidentifier():
        raise Unsupported(role.updates[0] if role.updates else out.span, "appending to a container inside an object",
                          "append to a local vector and assign it afterwards")  # fmt: skip
    return Symbol(out.symbol.name, out.type, out.symbol.uid)


def _grow(context: Context, space: Space, containers: list[Symbol], parts: Parts) -> str:
    """Each block appends to containers of its own."""
    run = context.fresh("append_over")
    names = [s.name for s in containers]
    carried = [p.carried for p in parts.parts]
    result = packed(context, [*names, *(c.symbol.name for c in carried)])
    declared = "".join(f"{context.declare(s.type, s.name)};\n" for s in containers)
    loop = blocks.block_loop(context, space, run, carried, body=parts.body, places=parts.places, result=result,
                             declared=declared.rstrip())  # fmt: skip
    cut = blocks.by_worker(context, space, _SHARES)
    call = blocks.call(context, space, cut, run, [c.start for c in carried])
    pieces = context.scoped("pieces")
    site = context.site("pack", space.fact.span)
    tabulate = context.braces(
        f"{site}auto {pieces} = parlay::tabulate({cut.count}, {CLOSURE}(size_t {cut.number})", call, ");"
    )
    several = len(names) + len(carried) > 1
    moves = [_move(context, space, name, pieces, cut.number, k if several else -1) for k, name in enumerate(names)]
    lines = [loop, *cut.lines, tabulate, *moves]
    if carried:
        lines.append(_fold(context, names, parts, pieces))
    return "\n".join(lines)


def _fold(context: Context, names: list[str], parts: Parts, pieces: str) -> str:
    """Accumulators beside the containers: the containers' places in the blocks' results are not looked at."""
    text = fold_blocks(context, names, parts.parts, pieces)
    ignored = {f"{name} = {context.scoped(f'block_{name}')};" for name in names}
    return "\n".join(line for line in text.split("\n") if line.strip() not in ignored)


def _move(context: Context, space: Space, name: str, pieces: str, b: str, position: int) -> str:
    """Moves the pieces behind what ``name`` held before the loop."""
    context.includes.add("<algorithm>")
    piece = f"{pieces}[{b}]" if position < 0 else f"std::get<{position}>({pieces}[{b}])"
    offsets, old = context.scoped(f"{name}_offsets"), context.scoped(f"{name}_size")
    own = context.scoped("piece")
    site = context.site("pack", space.fact.span)
    lengths = context.braces(
        f"auto {offsets} = parlay::tabulate({pieces}.size(), {CLOSURE}(size_t {b})", f"return {piece}.size();", ");"
    )
    move = context.braces(
        f"{site}parlay::parallel_for(0, {pieces}.size(), {CLOSURE}(size_t {b})",
        f"auto &{own} = {piece};\n"
        f"std::move({own}.begin(), {own}.end(), {name}.begin() + {old} + {offsets}[{b}]);",
        ");",
    )
    grow = f"const size_t {old} = {name}.size();\n{name}.resize({old} + parlay::scan_inplace({offsets}));"
    return "\n".join([lengths, grow, move])
