"""Nests that run along anti-diagonals: one launch a diagonal, one thread a row.

What is on one diagonal is independent, by the analysis; arrays stay on the device from the first launch to the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.device import Device, Parameter, Region, kernel, own_iteration, region, strided
from unseq.backends.cuda.emit.loops import finish
from unseq.backends.parlay.cxx_literals import ADDITIVE, RELATIONAL
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.bounds import cutoff, trip_of
from unseq.backends.parlay.emit.iteration import space_of
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.parlay.emit.wavefront import after, before, columns_of, same
from unseq.backends.plan import Wavefront
from unseq.frontend.analysis import terms
from unseq.frontend.facts import Diagonal, Private
from unseq.frontend.ir.nodes import Expr, Stmt
from unseq.frontend.ir.walk import LOOPS, used_symbols, walk
from unseq.frontend.source import Unsupported

# A diagonal is worth a launch from this part of the cut-off in cells on; where a cell is itself a loop, much sooner.
LIGHT, HEAVY = 1_000, 100_000


def emit_wavefront(device: Device, plan: Wavefront) -> str:
    """The text in place of a nest that runs along anti-diagonals."""
    context, fact = device.context, plan.loop
    role = next(role for role in fact.roles if isinstance(role, Diagonal))
    column = role.iteration.symbol
    if fact.iteration is None or column is None:
        raise Unsupported(fact.span, "a nest without counters", "count both loops")
    front, behind = before(fact, role), after(fact, role)
    if (role.skew and (front or behind)) or (behind and bodies.own_continues(role.inner.body)):
        raise Unsupported(fact.span, "statements around the inner loop of a nest that runs along diagonals",
                          "give them a loop of their own")  # fmt: skip
    others = tuple(r for r in fact.roles if not (isinstance(r, Private) and r.symbol == column))
    space = space_of(context, replace(fact, roles=others))
    width = trip_of(context, columns_of(role))
    enough = cutoff(context, space.trip, fact.iteration, fact.work, fact.loop.body)
    here = region(device, fact, space, enough.bounds)
    heavy = any(isinstance(node, LOOPS) for node in walk(role.inner.body))
    long = f"std::min<size_t>({space.count}, {width.text}) >= UNSEQ_CUTOFF / {HEAVY if heavy else LIGHT}"
    some = [*(space.trip.positive or (f"{space.count} > 0",)), *(width.positive or (f"{width.text} > 0",))]
    asked = [*dict.fromkeys(some), *enough.conditions, *space.conditions, long]
    asked += guards.conditions(context, [*fact.guards, *here.guards], enough.bounds)
    context.includes.add("<algorithm>")
    lines = [
        *here.before,
        *_diagonals(here, role, width.text, front, behind),
        *here.after,
        *space.after,
    ]
    return "\n".join([*space.before, finish(device, fact, asked, lines)])


def _diagonals(
    here: Region, role: Diagonal, width: str, front: Sequence[Stmt], behind: Sequence[Stmt]
) -> list[str]:
    """The loop over the diagonals; row ``k`` has its first column on diagonal ``lag * k``."""
    context = here.device.context
    wanted = ("diagonal", "first_row", "end_row", "k", "rows", "columns")
    diagonal, first, end, k, rows, columns = (context.scoped(name) for name in wanted)
    lag = role.skew + 1
    behind_by = k if lag == 1 else f"{lag} * {k}"
    row = here.space.iteration.symbol
    body = own_iteration(here, k)
    if row is not None and row not in used_symbols(here.fact.loop.body):
        body = [line for line in body if f" {row.name} = " not in line]
    body.append(_column(here, role, f"{diagonal} - {behind_by}"))
    body += [context.printed(here.node(s)) for s in role.repeated]
    body += _once(here, front, role, first_column=True)
    body.append(_cell(here, role))
    body += _once(here, behind, role, first_column=False)
    given = [Parameter(name, f"size_t {name}", name) for name in (diagonal, first, end)]
    launch = kernel(here, here.device.name("diagonal"), strided(context, k, first, end, body), given,
                    blocks=f"blocks_for({end} - {first})", own={k, here.space.name})  # fmt: skip
    step, less = ("", f"{diagonal} - {columns}") if lag == 1 else (f" / {lag}", f"({diagonal} - {columns}) / {lag}")
    diagonals = f"{columns} + {rows} - 1" if lag == 1 else f"{columns} + {lag} * ({rows} - 1)"
    lines = [
        f"const size_t {first} = {diagonal} < {columns} ? 0 : {less} + 1;",
        f"const size_t {end} = std::min({rows}, {diagonal}{step} + 1);",
        launch,
    ]
    return [
        f"const size_t {rows} = {here.space.count}, {columns} = {width};",
        context.braces(f"for (size_t {diagonal} = 0; {diagonal} < {diagonals}; {diagonal}++)", "\n".join(lines)),
    ]


def _column(here: Region, role: Diagonal, number: str) -> str:
    """The declaration of the column's variable from its number."""
    context, symbol = here.device.context, role.iteration.symbol
    assert symbol is not None
    type_ = context.type(symbol.type)
    down = role.iteration.step < 0
    first = terms.subtract(role.high, terms.ONE) if down else role.low
    start = context.expr(plain(here.node(first)), ADDITIVE)
    value = f"{type_}({number})" if start == "0" and not down else f"{start} {'-' if down else '+'} {type_}({number})"
    return f"const {type_} {symbol.name} = {value};"


def _cell(here: Region, role: Diagonal) -> str:
    """The inner loop's body, where the row has this column."""
    context, iteration = here.device.context, role.iteration
    assert iteration.symbol is not None
    name = iteration.symbol.name
    body = context.block(role.inner.body, here.node(role.inner.body))
    down = iteration.step < 0
    first, end = (terms.add(iteration.upper, terms.ONE), terms.add(iteration.lower, terms.ONE)) if down else (
        iteration.lower, iteration.upper)  # fmt: skip

    def text(e: Expr) -> str:
        return context.expr(plain(here.node(e)), RELATIONAL + 1)

    inside = [] if same(first, role.low) else [f"{name} >= {text(first)}"]
    inside += [] if same(end, role.high) else [f"{name} < {text(end)}"]
    return context.braces(f"if ({' && '.join(inside)})", body) if inside else body


def _once(here: Region, statements: Sequence[Stmt], role: Diagonal, first_column: bool) -> list[str]:
    """Statements that a row runs once, with its first column or its last one."""
    if not statements:
        return []
    context, symbol = here.device.context, role.iteration.symbol
    assert symbol is not None
    last = terms.subtract(role.high, terms.ONE)
    edge = role.low if first_column == (role.iteration.step > 0) else last
    text = "\n".join(context.printed(here.node(s)) for s in statements)
    return [context.braces(f"if ({symbol.name} == {context.expr(plain(here.node(edge)), RELATIONAL + 1)})", text)]
