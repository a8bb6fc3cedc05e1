"""Values that run through a loop, by role: what a block contributes, and how contributions become starts.

Knows prefixes, counters of compactions and recurrences; the passes over blocks are ``scan``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.reduce import combined, identity, joined_values
from unseq.frontend.facts import Append, Prefix, Recurrence
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Literal, Ref, Select, Stmt, Symbol
from unseq.frontend.ir.walk import substitute, used_symbols


@dataclass(frozen=True, slots=True)
class Running:
    """A value that runs through the loop.

    A block starts from ``symbols`` and contributes ``gains``, which begin as ``initial``; ``gather`` are the lines
    that add one iteration to the gains, after ``statements``; ``advance`` the lines that take ``symbols`` from the
    start of a block to its end, with ``{0}``, ``{1}`` ... for its gains. ``join`` (running values that are themselves
    contributions) gives the text of the value behind a block from the one before it and its gain."""

    symbols: tuple[Symbol, ...]
    gains: tuple[Symbol, ...]
    initial: tuple[str, ...]
    statements: tuple[Stmt, ...]
    gather: tuple[str, ...]
    advance: tuple[str, ...]
    join: Callable[[str, str], str] | None = None
    shown: bool = True  # the body needs the values in between
    live_out: bool = True  # the value behind the loop is read


def running(context: Context, role: Prefix | Append | Recurrence) -> Running:
    """How the value of ``role`` runs."""
    if isinstance(role, Prefix):
        return _prefix(context, role)
    if isinstance(role, Recurrence):
        return _recurrence(context, role)
    assert role.counter is not None
    counter = own(role.counter)
    gain = Symbol(counter.name, blocks.wrapping(counter.type), counter.uid)
    gather = f"{gain.name}++;"
    if role.condition is not None:
        gather = _if(context, role.condition, gather)
    advance = (f"{counter.name} += {{0}};",)
    return Running((counter,), (gain,), ("0",), role.statements, (gather,), advance, joined_values("+"))


def own(symbol: Symbol) -> Symbol:
    """A block's own variable with the name of ``symbol``."""
    return blocks.own_copy_of(symbol)


def _if(context: Context, condition: Expr, then: str) -> str:
    return f"if ({context.condition(condition)})\n{context.indent(then)}"


def _prefix(context: Context, role: Prefix) -> Running:
    symbol = own(role.symbol)
    gain = symbol if role.op not in ("+", "*") else Symbol(symbol.name, blocks.wrapping(symbol.type), symbol.uid)
    e = role.contribution
    if isinstance(e, Select) and isinstance(e.other, Literal):  # nothing is added where the update is skipped
        gather = _if(context, e.condition, combined(context, gain.name, role.op, context.value(e.then, gain.type)))
    else:
        gather = combined(context, gain.name, role.op, context.expr(e, 15 if role.op in ("&&", "||") else 0))
    advance = combined(context, symbol.name, role.op, "{0}")
    initial = _neutral(context, role, gain.type)
    return Running((symbol,), (gain,), (initial,), role.statements, (gather,), (advance,), joined_values(role.op),
                   live_out=role.live_out)  # fmt: skip


def _neutral(context: Context, role: Prefix, type_: t.Type) -> str:
    """The identity of the operator."""
    if role.op in ("+", "*", "^", "|"):
        return identity(context, role.op, type_)
    if role.op in ("&&", "||"):
        return "true" if role.op == "&&" else "false"
    if role.op == "&":
        return f"~{context.type(type_)}(0)"
    context.includes.add("<limits>")
    limits = f"std::numeric_limits<{context.type(type_)}>"
    if role.op in ("fmin", "fmax"):
        return f"{limits}::quiet_NaN()"
    if isinstance(type_, t.Float):
        return f"{'' if role.op == 'min' else '-'}{limits}::infinity()"
    return f"{limits}::{'max' if role.op == 'min' else 'lowest'}()"


def _recurrence(context: Context, role: Recurrence) -> Running:
    """Gains are the parameters of the composed function; an iteration composes its own behind them."""
    later = dict(zip(role.later, role.element, strict=True))
    if role.family == "last write":
        condition, value = role.element
        written, held = role.parameters
        lines = f"{written.name} = true;\n{held.name} = {context.value(value, held.type)};"
        always = isinstance(condition, Literal) and condition.value is True
        gather: tuple[str, ...] = (
            (lines,) if always else (context.braces(f"if ({context.condition(condition)})", lines),)
        )
    else:
        pairs = zip(role.parameters, role.combine, strict=True)
        gather = _together(context, [(p, substitute(e, later)) for p, e in pairs])
    holes = {p: Ref(Symbol(f"{{{k}}}", p.type, -900 - k), p.type) for k, p in enumerate(role.parameters)}
    applied = [substitute(e, holes) for e in role.apply]
    advance = _together(context, [(own(s), e) for s, e in zip(role.symbols, applied, strict=True)])
    initial = tuple(context.value(e, p.type) for e, p in zip(role.identity, role.parameters, strict=True))
    symbols = tuple(own(s) for s in role.symbols)
    statements, shown = role.statements, role.running
    return Running(symbols, role.parameters, initial, statements, gather, advance, None, shown, role.live_out)


def _together(context: Context, assignments: Sequence[tuple[Symbol, Expr]]) -> tuple[str, ...]:
    """Simultaneous assignments; one after the other where no later one needs what an earlier one changed."""
    left = [(s, e) for s, e in assignments if not (isinstance(e, Ref) and e.symbol.name == s.name)]
    ordered: list[str] = []
    while left:
        free = next((x for x in left if not any(x[0] in used_symbols(e) for s, e in left if s != x[0])), None)
        if free is None:
            break
        left.remove(free)
        symbol, e = free
        ordered.append(f"{symbol.name} = {context.value(e, symbol.type)};")
    if not left:
        return tuple(ordered)
    context.includes.add("<tuple>")
    names = ", ".join(symbol.name for symbol, _ in left)
    values = ", ".join(f"{context.type(s.type)}({context.value(e, s.type)})" for s, e in left)
    return (*ordered, f"std::tie({names}) = std::tuple({values});")
