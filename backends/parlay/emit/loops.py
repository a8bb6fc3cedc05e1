"""Independent iterations: ``parlay::parallel_for``.

The shape of the result is ``if (worth it && safe) parallel_for(...) else the loop as it was``.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.backends.parlay.cxx_literals import RELATIONAL
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit import guards, layout
from unseq.backends.parlay.emit.bounds import cutoff
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.iteration import Space, header, keeps_last, space_of
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Map
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.facts import Buffered, LoopFact, Packed, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Block, Expr, Index, Literal, Ref, Symbol
from unseq.frontend.ir.walk import expressions

LONG_BODY = 8  # lines; a longer body is written once, as a lambda
WORD = 64  # elements of a vector<bool> that may share a word


def emit_map(context: Context, plan: Map) -> str:
    """The text in place of a loop with independent iterations."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    last = keeps_last(fact)
    copies, body = _copied(context, fact)
    if any(isinstance(role, Packed) for role in fact.roles):
        text = chosen(context, fact, asked, "\n".join([_by_words(context, space), *space.after]))
        return "\n".join([*space.before, text])
    if not last and not copies and hoistable(context, space):
        return _hoisted(context, space, joined(asked), plan.granularity)
    most = replace(space, end=f"{space.end} - 1") if last else space
    parallel = [*copies, parallel_for(context, fact, most, plan.granularity, body)]
    if copies:  # they touch memory that a loop without iterations does not
        asked = [*(c for c in space.trip.positive if c not in asked), *asked]
    if last:
        parallel.append(last_iteration(context, fact, space))
    text = chosen(context, fact, asked, "\n".join([*parallel, *space.after]))
    return "\n".join([*space.before, text])


def _by_words(context: Context, space: Space) -> str:
    """The iterations that write into one word of a ``vector<bool>``, in order."""
    context.includes |= {"<parlay/parallel.h>", "<algorithm>"}
    word, first, last = (context.scoped(name) for name in ("word", "first", "last"))
    type_ = context.type(space.type)
    ends = [
        f"const {type_} {first} = {_later(space.begin, f'{word} * {WORD}', type_)};",
        f"const {type_} {last} = std::min<{type_}>({space.end}, {word} * {WORD} + {WORD});",
    ]
    body = "\n".join([*space.prologue, *space.privates, context.block(space.fact.loop.body)])
    loop = context.controlled(header(context, space, first, last), body)
    begin = f"{_quotient(space.begin)} / {WORD}"
    if space.begin.isdecimal():
        begin = str(int(space.begin) // WORD)
    end = f"({space.end} + {WORD - 1}) / {WORD}"
    site = context.site("parallel_for", space.fact.span)
    head = f"{site}parlay::parallel_for({begin}, {end}, {CLOSURE}(size_t {word})"
    comment = "// elements of one word of a vector<bool> are written by one thread"
    return "\n".join([comment, context.braces(head, "\n".join([*ends, loop]), ");")])


def _later(begin: str, start: str, type_: str) -> str:
    return start if begin == "0" else f"std::max<{type_}>({begin}, {start})"


def _quotient(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def hoistable(context: Context, space: Space) -> bool:
    """Whether the loop's body is long, and may be written once for both paths."""
    plain = space.direct and space.iteration.declared_in_header and not space.before and not space.after
    plain = plain and not any(isinstance(r, Private) and r.extent is not None for r in space.fact.roles)
    return plain and layout.line_count(context.block(space.fact.loop.body)) > LONG_BODY


def _hoisted(context: Context, space: Space, condition: str, granularity: int) -> str:
    """The body as a lambda that both paths call."""
    context.includes.add("<parlay/parallel.h>")
    name = context.fresh("iteration")
    body = context.block(space.fact.loop.body, bodies.as_function(space.fact.loop.body))
    text = "\n".join([*space.prologue, *space.privates, body])
    define = context.braces(f"auto {name} = {CLOSURE}({space.parameter(context)})", text, ";")
    grain = f", {granularity}" if granularity else ""
    site = context.site("parallel_for", space.fact.span)
    parallel = f"{site}parlay::parallel_for({space.begin}, {space.end}, {name}{grain});"
    head = header(context, space, space.begin, space.end)
    sequential = context.controlled(head, f"{name}({space.name});")
    return f"{define}\n{either(context, condition, parallel, sequential)}"


def _copied(context: Context, fact: LoopFact) -> tuple[list[str], Block]:
    """Copies of the arrays whose old values other iterations need, and the body that reads them there."""
    lines: list[str] = []
    places: dict[Expr, Expr] = {}
    for role in fact.roles:
        if not isinstance(role, Buffered):
            continue
        context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>"}
        base, low, high = guards.elements(context, role.extent.base, role.extent.low, role.extent.high)
        name = context.fresh("old")
        lines.append(f"const auto {name} = parlay::to_sequence(parlay::make_slice({base}{low}, {base}{high}));")
        for place in role.reads:
            symbol = Symbol(name, t.Pointer(place.type, const=True), -6)
            steps = terms.subtract(place.index, role.extent.low)
            sum_ = polynomial(steps)
            index = plain(sum_.bare().expression() if sum_ is not None else steps)
            places[place] = Index(Ref(symbol, symbol.type), index, place.type, span=place.span)
    return lines, bodies.with_places(fact.loop.body, places)


def conditions(context: Context, fact: LoopFact, space: Space) -> list[str]:
    """What must hold for the parallel construct: enough work, a valid range, the guards."""
    enough = cutoff(context, space.trip, space.iteration, fact.work, fact.loop.body)
    context.definitions.add("UNSEQ_CUTOFF")
    first = divisors(context, space.iteration.trip)
    context.whole |= {*first, *enough.conditions, *space.trip.positive}
    runs = space.trip.positive if keeps_last(fact) else ()
    checks = guards.conditions(context, fact.guards, enough.bounds)
    return list(dict.fromkeys([*first, *runs, *enough.conditions, *space.conditions, *checks]))


def divisors(context: Context, trip: Expr) -> list[str]:
    """What must hold before a number of iterations can be worked out: it is divided by a step."""
    divisors = [e.right for e in expressions(trip) if isinstance(e, Binary) and e.op == "/"]
    return [f"{context.expr(plain(e), RELATIONAL + 1)} > 0" for e in divisors if not isinstance(e, Literal)]


def chosen(context: Context, fact: LoopFact, asked: list[str], parallel: str) -> str:
    """``parallel`` where all of ``asked`` holds, else the loop as it was; only ``parallel`` where that is outlined."""
    prelude = [context.printed(statement) for statement in fact.before]
    if context.outlined:
        context.asked += asked
        return "\n".join([*prelude, parallel])
    original = context.statement(fact.loop if fact.original is None else fact.original)
    return either(context, joined(asked), "\n".join([*prelude, parallel]), original)


def either(context: Context, condition: str, then: str, other: str) -> str:
    """``then`` where ``condition`` holds, else ``other``."""
    return context.braces(f"if ({condition})", then, " else ") + context.braces("", other)


def parallel_for(
    context: Context, fact: LoopFact, space: Space, granularity: int = 0, body: Block | None = None
) -> str:
    """The parallel loop over ``space``, of ``body`` (the loop's own by default)."""
    context.includes.add("<parlay/parallel.h>")
    body = bodies.as_function(fact.loop.body if body is None else body)
    inner = "\n".join([*space.prologue, *space.privates, context.block(fact.loop.body, body)])
    site = context.site("parallel_for", fact.span)
    grain = f", {granularity}" if granularity else ""
    head = f"{site}parlay::parallel_for({space.begin}, {space.end}, {CLOSURE}({space.parameter(context)})"
    return context.braces(head, inner, f"{grain});")


def last_iteration(context: Context, fact: LoopFact, space: Space) -> str:
    """The last iteration, on the variables themselves, so that they keep their values."""
    body = "\n".join([*space.prologue, context.block(fact.loop.body)])
    counter = context.declare(space.type, space.name)
    return context.braces(f"for ({counter} = {space.end} - 1; {space.name} < {space.end}; {space.name}++)", body)


