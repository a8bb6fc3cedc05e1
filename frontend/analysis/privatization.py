"""Carried variables that carry nothing: written before they are read in every iteration (Tu and Padua 1994).

For whole scalar and record variables; arrays that are declared in the loop are private by scope.
"""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.liveness import always_written, exposed
from unseq.frontend.facts import Private, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Storage


def find(context: LoopContext) -> tuple[Role, ...]:
    """The carried variables that each iteration can have a copy of.

    One that is read after the loop must be written by every iteration, so that the last one's value is known. Globals
    and references stay: others see them."""
    read_first = exposed(context.loop)
    written = always_written(context.loop)
    handed = {a.root for a in context.accesses if a.call is not None and a.is_write}
    found: list[Role] = []
    for symbol in sorted(context.carried, key=lambda s: s.uid):
        if symbol in read_first or symbol in handed or isinstance(symbol.type, t.Reference):
            continue
        if symbol.storage is Storage.GLOBAL:
            continue
        live = symbol in context.live_after
        if not live or symbol in written:
            found.append(Private(symbol, live))
    return tuple(found)
