"""Loops cut into parts: each part's kernels, one part after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from unseq.backends.cuda.emit.device import Device
from unseq.backends.parlay.emit import series
from unseq.backends.plan import Series, Strategy, fact_of
from unseq.frontend.facts import LoopFact
from unseq.frontend.ir.nodes import Stmt
from unseq.frontend.ir.walk import splice


def emit_series(device: Device, plan: Series, emit_part: Callable[[Strategy], str]) -> str:
    """The text in place of a loop that is cut into parts; ``emit_part`` gives that of one of them."""
    context = device.context
    whole = context.function
    loop = plan.loop.original or plan.loop.loop
    parts = tuple(_statement(part) for part in plan.parts)
    gone = {id(s) for s in plan.loop.with_next}

    def cut(s: Stmt) -> tuple[Stmt, ...]:
        return parts if s is loop else () if id(s) in gone else (s,)

    context.function = replace(whole, body=splice(whole.body, cut))
    try:
        return series.emit_series(context, plan, emit_part)
    finally:
        context.function = whole


def _statement(part: Strategy | Stmt) -> Stmt:
    """A part as it stands in the function."""
    if not isinstance(part, Strategy):
        return part
    fact = fact_of(part)
    assert isinstance(fact, LoopFact)
    return fact.original or fact.loop
