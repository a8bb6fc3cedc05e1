"""Values that run through a loop, by role: what a block contributes, and how contributions become starts.

Knows prefixes, counters of compactions and recurrences; the passes over blocks are ``scan``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from unseq.backends.parlay.emit import blocks
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.reduce import combined, identity, joined_values
from unseq.frontend.facts import Append, Prefix, Recurrence
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Literal, Ref, Select, Stmt, Symbol
from unseq.frontend.ir.walk import substitute, used_symbols

_PLAIN = {"", "char", "signed", "unsigned", "short", "int", "long"}


@dataclass(frozen=True, slots=True)
class Running:
    """A value that runs through the loop.

    A block starts from ``symbols`` and contributes ``gains``, which begin as ``initial``; ``gather`` are the lines
    that add one iteration to the gains, after ``statements``; ``advance`` the lines that take ``symbols`` from the
    start of a block to its end, with ``{0}``, ``{1}`` ... for its gains. ``join`` (running values that are themselves
    contributions) gives the text of the value behind a block from the one before it and its gain.

    ``steps`` are variables of earlier stages that the gains need, with their values after an iteration. ``last_only``:
    the gains of a block are those of its last iteration."""

    symbols: tuple[Symbol, ...]
    gains: tuple[Symbol, ...]
    initial: tuple[str, ...]
    statements: tuple[Stmt, ...]
    gather: tuple[str, ...]
    advance: tuple[str, ...]
    join: Callable[[str, str], str] | None = None
    live_out: bool = True  # the value behind the loop is read
    steps: tuple[tuple[Symbol, Expr], ...] = ()
    last_only: bool = False


def running(context: Context, role: Prefix | Append | Recurrence, taken: set[str]) -> Running:
    """How the value of ``role`` runs; ``taken`` are names of gains that others have."""
    if isinstance(role, Prefix):
        return _prefix(context, role)
    if isinstance(role, Recurrence):
        steps = tuple((own(u), e) for u, e in zip(role.upstream, role.steps, strict=True))
        found = _finite(context, role, taken) if role.states else _recurrence(context, role, taken)
        return replace(found, steps=steps)
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


def _named(context: Context, wanted: str, taken: set[str]) -> str:
    """A name for a gain."""
    name, number = context.scoped(wanted), 2
    while name in taken:
        name, number = context.scoped(f"{wanted}{number}"), number + 1
    taken.add(name)
    return name


def _recurrence(context: Context, role: Recurrence, taken: set[str]) -> Running:
    """Gains are the parameters of the composed function; an iteration composes its own behind them."""
    if role.family == "last write":
        return _last_write(context, role, taken)
    gains = tuple(replace(p, name=_named(context, p.name, taken)) for p in role.parameters)
    renamed = {p: Ref(g, p.type) for p, g in zip(role.parameters, gains, strict=True)}
    later = dict(zip(role.later, role.element, strict=True))
    composed = role.gather or tuple(substitute(e, later) for e in role.combine)
    gather = together(context, [(g, substitute(e, renamed)) for g, e in zip(gains, composed, strict=True)])
    return Running(
        tuple(own(s) for s in role.symbols), gains, _initial(context, role), role.statements, gather,
        _advance(context, role), live_out=role.live_out,
    )  # fmt: skip


def _initial(context: Context, role: Recurrence) -> tuple[str, ...]:
    """The identity, as what the gains begin with."""
    return tuple(
        str(e.value) if isinstance(e, Literal) and isinstance(e.type, t.Int) else context.value(e, p.type)
        for e, p in zip(role.identity, role.parameters, strict=True)
    )


def _advance(context: Context, role: Recurrence) -> tuple[str, ...]:
    holes = {p: Ref(Symbol(f"{{{k}}}", p.type, -900 - k), p.type) for k, p in enumerate(role.parameters)}
    applied = [substitute(e, holes) for e in role.apply]
    return together(context, [(own(s), e) for s, e in zip(role.symbols, applied, strict=True)])


def _last_write(context: Context, role: Recurrence, taken: set[str]) -> Running:
    """Gains are whether a value was written, and which."""
    condition, value = role.element
    written = replace(role.parameters[0], name=_named(context, role.parameters[0].name, taken))
    held = role.parameters[1]
    lines = f"{written.name} = true;\n{held.name} = {context.value(value, held.type)};"
    always = isinstance(condition, Literal) and condition.value is True
    gather = lines if always else context.braces(f"if ({context.condition(condition)})", lines)
    return Running(
        tuple(own(s) for s in role.symbols), (written, held), _initial(context, role), role.statements, (gather,),
        _advance(context, role), live_out=role.live_out, last_only=always,
    )  # fmt: skip


def _finite(context: Context, role: Recurrence, taken: set[str]) -> Running:
    """The gain is a table: what each state becomes."""
    symbols = tuple(own(s) for s in role.symbols)
    types = tuple(t.strip(s.type) for s in symbols)
    single = len(symbols) == 1
    element = types[0] if single else t.Library("tuple", types)
    name = _named(context, f"{symbols[0].name}_after" if single else "states_after", taken)
    table = Symbol(name, t.Library("array", (element, len(role.states))), -950)
    context.includes.add("<array>")
    values = [
        ", ".join(_constant(context, v, type_) for v, type_ in zip(state, types, strict=True)) for state in role.states
    ]
    if not single:
        context.includes.add("<tuple>")
        values = [f"{context.type(element)}({value})" for value in values]
    names = ", ".join(s.name for s in symbols)
    bound = context.declare(types[0], f"&{names}") if single else f"auto &[{names}]"
    step = "\n".join(together(context, list(zip(symbols, role.apply, strict=True))))
    gather = context.controlled(f"for ({bound} : {name})", step)
    target = names if single else f"std::tie({names})"
    advance = f"{target} = {{0}}[{_position(role)}];"
    return Running(symbols, (table,), (f"{{{', '.join(values)}}}",), role.statements, (gather,), (advance,),
                   live_out=role.live_out)  # fmt: skip


def _constant(context: Context, value: int, type_: t.Type) -> str:
    if isinstance(type_, t.Bool):
        return str(bool(value)).lower()
    if isinstance(type_, t.Int) and type_.spelling.split(" ")[0] not in _PLAIN:  # an enumeration
        return f"({context.type(type_)}){value}"
    return str(value)


def _position(role: Recurrence) -> str:
    """Where a state stands in the table: states are all of a box, the last variable's values next to each other."""
    text = ""
    for k, symbol in enumerate(role.symbols):
        values = {state[k] for state in role.states}
        low = min(values)
        place = symbol.name if low == 0 else f"({symbol.name} {'-' if low > 0 else '+'} {abs(low)})"
        before = f"({text})" if " " in text and not text.startswith("(") else text
        text = f"{before} * {len(values)} + {place}" if text else place
    return text[1:-1] if len(role.symbols) == 1 and text.startswith("(") else text


def together(context: Context, assignments: Sequence[tuple[Symbol, Expr]]) -> tuple[str, ...]:
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
