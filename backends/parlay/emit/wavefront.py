"""Nests that run along anti-diagonals: tiles of rows and columns, those of one diagonal in parallel.

A tile is the original nest, cut to its rows and columns.  Knows how rows and columns are numbered; that tiles of one
diagonal are independent was decided by the analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.cxx_literals import ADDITIVE
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.bounds import Trip, cutoff, trip_of
from unseq.backends.parlay.emit.captures import CLOSURE, is_cheap
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.iteration import final_values, private
from unseq.backends.parlay.emit.loops import chosen
from unseq.backends.parlay.emit.polynomials import plain, text_of
from unseq.backends.plan import Wavefront
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.facts import Diagonal, Iteration, LoopFact, Private
from unseq.frontend.ir.nodes import Assign, Declare, Expr, Ref, Stmt, Storage, Symbol
from unseq.frontend.ir.walk import LOOPS, free_symbols, used_symbols, walk
from unseq.frontend.source import Unsupported

LIGHT = (32, 256)  # rows and columns of a tile
HEAVY = (16, 16)  # the same where an iteration is itself a loop
REASON = "// An iteration needs earlier rows and columns only: tiles on one anti-diagonal are independent."


@dataclass(frozen=True, slots=True)
class _Names:
    """The emitter's own variables."""

    height: str
    width: str
    rows: str
    columns: str
    tile: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class _Nest:
    fact: LoopFact
    role: Diagonal
    outer: Iteration
    symbol: Symbol
    inner: Symbol
    names: _Names


def emit_wavefront(context: Context, plan: Wavefront) -> str:
    """The text in place of a nest that runs along anti-diagonals."""
    fact = plan.loop
    nest = _nest(context, fact)
    trip = trip_of(context, nest.outer)
    columns = trip_of(context, columns_of(nest.role))
    enough = cutoff(context, trip, nest.outer, fact.work, fact.loop.body)
    context.definitions.add("UNSEQ_CUTOFF")
    context.includes |= {"<algorithm>", "<parlay/parallel.h>"}
    asked = [*trip.positive, *columns.positive, *enough.conditions]
    asked += guards.conditions(context, fact.guards, enough.bounds)
    before: list[str] = []
    privates = [private(context, role, before) for role in fact.roles
                if isinstance(role, Private) and role.symbol != nest.inner]  # fmt: skip
    fixed = _fixed(nest)
    lines = [
        *_sizes(context, nest, trip, columns, plan.tile),
        _tile(context, nest, fixed, privates),
        _diagonals(context, nest, fixed),
        *final_values(context, fact, nest.outer, trip),
    ]
    text = chosen(context, fact, list(dict.fromkeys(asked)), "\n".join(lines))
    return "\n".join([*before, text])


def _nest(context: Context, fact: LoopFact) -> _Nest:
    role = next(role for role in fact.roles if isinstance(role, Diagonal))
    outer = fact.iteration
    if outer is None or outer.symbol is None or role.iteration.symbol is None:
        raise Unsupported(fact.span, "a nest without counters", "count both loops")
    wanted = ("height", "width", "rows", "columns", "tile", "row", "column")
    names = _Names(*(context.fresh(name) if name == "tile" else context.scoped(name) for name in wanted))
    return _Nest(fact, role, outer, outer.symbol, role.iteration.symbol, names)


def columns_of(role: Diagonal) -> Iteration:
    """The columns of all rows as one range."""
    return Iteration(None, role.low, role.high, 1, terms.subtract(role.high, role.low))


def _fixed(nest: _Nest) -> tuple[Symbol, ...]:
    """Numbers and pointers that the nest only reads: parameters of a tile, so that they stay in registers."""
    role, loop = nest.role, nest.fact.loop
    ends = (role.low, role.high, nest.outer.lower, nest.outer.upper)
    assigned = {n.place.symbol for n in walk(loop) if isinstance(n, Assign) and isinstance(n.place, Ref)}
    used = free_symbols(loop).union(*(used_symbols(e) for e in ends)) - assigned
    kept = (s for s in used if s.storage in (Storage.LOCAL, Storage.PARAMETER) and is_cheap(s))
    return tuple(sorted(kept, key=lambda s: s.uid))


def _sizes(
    context: Context, nest: _Nest, trip: Trip, columns: Trip, tile: tuple[int, int] | None
) -> list[str]:
    """The shape of the tiles, and how many there are."""
    names, skew = nest.names, nest.role.skew
    heavy = any(isinstance(node, LOOPS) for node in walk(nest.role.inner.body))
    height, width = tile or (HEAVY if heavy else LIGHT)
    extent = columns.text
    if skew:
        extent += f" + {skew if skew > 1 else ''}{' * ' if skew > 1 else ''}{_factor(trip.text)}"
    return [
        f"constexpr size_t {names.height} = UNSEQ_CUTOFF > 0 ? {height} : 2, "
        f"{names.width} = UNSEQ_CUTOFF > 0 ? {width} : 2;",
        f"const size_t {names.rows} = {_factor(trip.text)} / {names.height} + 1;  // the last one may be empty",
        f"const size_t {names.columns} = {_factor(extent)} / {names.width} + 1;",
    ]


def _factor(text: str) -> str:
    return f"({text})" if " " in text else text


def _tile(context: Context, nest: _Nest, fixed: tuple[Symbol, ...], privates: list[str]) -> str:
    """The lambda that runs one tile."""
    names, role, symbol = nest.names, nest.role, nest.symbol
    down = nest.outer.step < 0
    first, last = context.scoped("first"), context.scoped("last")
    begin = _plus(context.expr(plain(nest.outer.lower), ADDITIVE), f"{names.row} * {names.height}", down)
    end = _cut(context.expr(plain(nest.outer.upper)), first, names.height, down)
    fixed_lines, loop = _columns_of(context, nest)
    row = [*(context.statement(s) for s in role.repeated)]
    row += _once(context, before(nest.fact, nest.role), f"{names.column} == 0")
    row += loop
    row += _once(context, after(nest.fact, nest.role), f"{names.column} == {names.columns} - 1")
    lines = [
        f"{context.declare(symbol.type, first, const=True)} = {begin};",
        f"{context.declare(symbol.type, last, const=True)} = {end};",
        *fixed_lines,
        *privates,
        context.braces(_for(context, symbol, first, last, down), "\n".join(row)),
    ]
    printer = Printer(context.own).expressions
    parameters = [f"size_t {names.row}", f"size_t {names.column}", *(printer.parameter(s) for s in fixed)]
    if after(nest.fact, nest.role):
        parameters.insert(2, f"size_t {names.columns}")
    head = f"auto {names.tile} = {CLOSURE}({', '.join(parameters)})"
    return f"{REASON}\n" + context.braces(head, "\n".join(lines), ";")


def _plus(start: str, distance: str, down: bool) -> str:
    """``distance`` iterations behind ``start``."""
    if start == "0" and not down:
        return distance
    return f"{start} {'-' if down else '+'} {distance}"


def _cut(limit: str, first: str, size: str, down: bool) -> str:
    """The end of ``size`` iterations from ``first``, or of the loop."""
    if down:
        return f"std::max<long>({limit}, {first} - long({size}))"
    return f"std::min<long>({limit}, {first} + long({size}))"


def _for(context: Context, symbol: Symbol, first: str, last: str, down: bool) -> str:
    name = symbol.name
    step = f"{name} {'>' if down else '<'} {last}; {name}{'--' if down else '++'}"
    return f"for ({context.declare(symbol.type, name)} = {first}; {step})"


def _columns_of(context: Context, nest: _Nest) -> tuple[list[str], list[str]]:
    """The inner loop, cut to the columns of a tile: lines that are the same for all rows, and those of a row."""
    role, names, inner, symbol = nest.role, nest.names, nest.role.iteration, nest.inner
    down = inner.step < 0
    begin, end = context.scoped("begin"), context.scoped("end")
    origin = terms.subtract(role.high, terms.ONE) if down else role.low
    straight = not role.skew and same(inner.lower, origin)
    start = text_of(context, origin, {})
    offset = f"{names.column} * {names.width}"
    edge = _plus(start, offset if straight and start == "0" and not down else f"long({offset})", down)
    if role.skew:
        edge += f" {'+' if down else '-'} {_shift(context, nest)}"
    fixed: list[str] = []
    lines: list[str] = []
    if straight:
        lines.append(f"{context.declare(symbol.type, begin, const=True)} = {edge};")
        limit = _cut(context.expr(plain(inner.upper)), begin, names.width, down)
    else:
        first = context.scoped("edge")
        pick, lower = "std::min" if down else "std::max", context.expr(plain(inner.lower))
        (lines if role.skew else fixed).append(f"const long {first} = {edge};")
        lines.append(f"{context.declare(symbol.type, begin, const=True)} = {pick}<long>({lower}, {first});")
        limit = _cut(context.expr(plain(inner.upper)), first, names.width, down)
    lines.append(f"{context.declare(symbol.type, end, const=True)} = {limit};")
    loop = context.controlled(_for(context, symbol, begin, end, down), context.block(role.inner.body))
    far = terms.subtract(role.low, terms.ONE) if down else role.high
    if straight and same(inner.upper, far):
        return lines, [loop]
    return fixed, [*lines, loop]


def _shift(context: Context, nest: _Nest) -> str:
    """By how many columns a row is skewed."""
    start = context.expr(plain(nest.outer.lower), ADDITIVE + 1)
    name = nest.symbol.name
    number = name if start == "0" else f"({start} - {name})" if nest.outer.step < 0 else f"({name} - {start})"
    return number if nest.role.skew == 1 else f"{nest.role.skew} * {number}"


def same(a: Expr, b: Expr) -> bool:
    """Whether two numbers are known to be equal."""
    p, q = polynomial(a), polynomial(b)
    return p is not None and q is not None and p.minus(q).constant == 0


def before(fact: LoopFact, role: Diagonal) -> tuple[Stmt, ...]:
    """What stands in front of the inner loop and is run once a row."""
    statements = fact.loop.body.statements
    at = next(k for k, s in enumerate(statements) if s is role.inner)
    return tuple(s for s in statements[:at] if not any(s is r for r in role.repeated))


def after(fact: LoopFact, role: Diagonal) -> tuple[Stmt, ...]:
    """What stands behind it."""
    statements = fact.loop.body.statements
    at = next(k for k, s in enumerate(statements) if s is role.inner)
    return statements[at + 1 :]


def _once(context: Context, statements: tuple[Stmt, ...], condition: str) -> list[str]:
    """Statements that only one tile of a row runs."""
    if not statements:
        return []
    text = "\n".join(context.statement(s) for s in statements)
    if len(statements) == 1 and not isinstance(statements[0], Declare):
        return [context.controlled(f"if ({condition})", text)]
    return [context.braces(f"if ({condition})", text)]


def _diagonals(context: Context, nest: _Nest, fixed: tuple[Symbol, ...]) -> str:
    """The loop over the diagonals."""
    names = nest.names
    diagonal, first = context.scoped("diagonal"), context.scoped("first_row")
    site = context.site("parallel_for", nest.fact.span)
    given = [names.row, f"{diagonal} - {names.row}", *(s.name for s in fixed)]
    if after(nest.fact, nest.role):
        given.insert(2, names.columns)
    end = f"std::min({names.rows}, {diagonal} + 1)"
    parallel = context.braces(
        f"{site}parlay::parallel_for({first}, {end}, {CLOSURE}(size_t {names.row})",
        f"{names.tile}({', '.join(given)});",
        ", 1);",
    )
    body = f"const size_t {first} = {diagonal} < {names.columns} ? 0 : {diagonal} - {names.columns} + 1;\n{parallel}"
    head = f"for (size_t {diagonal} = 0; {diagonal} < {names.rows} + {names.columns} - 1; {diagonal}++)"
    return context.braces(head, body)
