"""Independent iterations: ``parlay::parallel_for``.

The shape of the result is ``if (worth it && safe) parallel_for(...) else the loop as it was``.
"""

from __future__ import annotations

from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.bounds import cutoff
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.iteration import Space, space_of
from unseq.backends.plan import Map
from unseq.frontend.facts import LoopFact, Private
from unseq.frontend.ir.nodes import Block

LONG_BODY = 8  # lines; a longer body is written once, as a lambda


def emit_map(context: Context, plan: Map) -> str:
    """The text in place of a loop with independent iterations."""
    fact = plan.loop
    space = space_of(context, fact)
    asked = conditions(context, fact, space)
    parallel = [parallel_for(context, fact, space, plan.granularity)]
    if any(isinstance(role, Private) and role.last for role in fact.roles):
        asked = [*(c for c in space.trip.positive if c not in asked), *asked]
        parallel.append(last_iteration(context, fact, space))
    text = chosen(context, fact, joined(asked), "\n".join([*parallel, *space.after]))
    return "\n".join([*space.before, text])


def conditions(context: Context, fact: LoopFact, space: Space) -> list[str]:
    """What must hold for the parallel construct: enough work, a valid range, the guards."""
    enough = cutoff(context, space.trip, space.iteration, fact.work, fact.loop.body)
    context.definitions.add("UNSEQ_CUTOFF")
    asked = [*enough, *(c for c in space.conditions), *guards.conditions(context, fact.guards)]
    return list(dict.fromkeys(asked))


def chosen(context: Context, fact: LoopFact, condition: str, parallel: str) -> str:
    """``parallel`` where ``condition`` holds, else the loop as it was."""
    then = context.braces(f"if ({condition})", parallel, " else ")
    return then + context.braces("", context.statement(fact.loop))


def parallel_for(
    context: Context, fact: LoopFact, space: Space, granularity: int = 0, body: Block | None = None
) -> str:
    """The parallel loop over ``space``, of ``body`` (the loop's own by default)."""
    context.includes.add("<parlay/parallel.h>")
    body = bodies.as_function(fact.loop.body if body is None else body)
    inner = "\n".join([*space.prologue, *space.privates, context.block(fact.loop.body, body)])
    site = context.site("parallel_for", fact.span)
    grain = f", {granularity}" if granularity else ""
    head = f"{site}parlay::parallel_for({space.begin}, {space.end}, [&]({space.parameter(context)})"
    return context.braces(head, inner, f"{grain});")


def last_iteration(context: Context, fact: LoopFact, space: Space) -> str:
    """The last iteration again, on the variables themselves, so that they keep their values."""
    body = "\n".join([*space.prologue, context.block(fact.loop.body)])
    counter = context.declare(space.type, space.name)
    return context.braces(f"for ({counter} = {space.end} - 1; {space.name} < {space.end}; {space.name}++)", body)


