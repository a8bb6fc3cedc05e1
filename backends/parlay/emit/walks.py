"""Walks along links: the elements are collected in one walk, then worked on as a counted loop would be.

What is done with the elements is another strategy's text; here are the walk and the variable that it leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from unseq.backends.parlay.emit.context import Context, local_symbol
from unseq.backends.plan import Map, Pack, Reduce, Scan, Scatter, Walk
from unseq.frontend.facts import Iteration, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Expr, Literal, Ref, Symbol
from unseq.frontend.ir.walk import substitute
from unseq.frontend.irregular import Walk as Facts


def emit_walk(
    context: Context, plan: Walk, emit_inner: Callable[[Context, Map | Reduce | Scan | Scatter | Pack], str]
) -> str:
    """The text in place of a walk."""
    walk = collected(context, plan.loop, "parlay::sequence")
    inner = emit_inner(context, replace(plan.inner, loop=numbered(plan.loop, walk.facts, walk.elements)))
    context.includes.add("<parlay/sequence.h>")
    return "\n".join([*walk.lines, inner, *walk.after])


@dataclass(frozen=True, slots=True)
class Collected:
    """A walk that has been made: ``lines`` leave its elements in the container ``elements``; the lines ``after`` what
    is done with them leave the cursor behind."""

    facts: Facts
    elements: str
    lines: tuple[str, ...]
    after: tuple[str, ...]


def collected(context: Context, fact: LoopFact, container: str) -> Collected:
    """The walk alone, its elements collected in a ``container`` that can grow."""
    facts = fact.irregular
    assert isinstance(facts, Facts)
    type_ = t.strip(facts.cursor.type)
    elements = context.fresh("nodes" if isinstance(type_, t.Pointer) else "elements")
    at = local_symbol(context.fresh("node" if isinstance(type_, t.Pointer) else "at"), type_)
    here = Ref(at, type_)
    moved = {facts.cursor: here}
    start = facts.start if facts.start is not None else Ref(facts.cursor, type_)
    begin, go_on = context.declare(type_, at.name), context.condition(substitute(facts.condition, moved))
    step = context.printed(Assign(here, substitute(facts.link, moved))).removesuffix(";")
    lines = [f"{container}<{context.type(type_)}> {elements};"]
    if facts.over:
        head = f"for ({begin} = {context.value(start, type_)}; {go_on}; {step})"
    else:
        lines.append(f"{begin} = {context.value(start, type_)};")
        head = f"for (; {go_on}; {step})"
    lines.append(context.controlled(head, f"{elements}.push_back({at.name});"))
    after = () if facts.over else (f"{facts.cursor.name} = {at.name};",)
    return Collected(facts, elements, tuple(lines), after)


def numbered(fact: LoopFact, facts: Facts, name: str) -> LoopFact:
    """The loop over the collected elements as a fact of its own; the walk is its sequential form."""
    old = facts.elements
    new = Symbol(name, old.type, old.uid, old.storage)
    sequence = Ref(new, old.type)

    def renamed(e: Expr) -> Expr:
        return substitute(e, {old: sequence})

    loop = replace(facts.loop, sequence=sequence)
    count = renamed(facts.count)
    iteration = Iteration(None, Literal(0, t.SIZE, "0"), count, 1, count, sequence)
    return replace(fact, loop=loop, original=fact.loop, iteration=iteration, irregular=None)
