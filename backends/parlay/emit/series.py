"""Loops cut into parts that run one after the other; each part is a strategy's text or stays as it is.

Knows when the cut is worth it as a whole; nothing of how a part runs.
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.backends.parlay.cxx_literals import AND
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.context import Context, joined
from unseq.backends.parlay.emit.loops import either
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Map, Pack, Reduce, Scan, Scatter, Sequential, Series, Strategy
from unseq.frontend.facts import Disjoint, Distinct, Holds
from unseq.frontend.ir.nodes import Declare, For


def emit_series(context: Context, strategy: Series, emit_part: Callable[[Strategy], str]) -> str:
    """The parts of a loop, one after the other; ``emit_part`` gives the text of a part that is a strategy."""
    fact = strategy.loop
    whole = _is_asked_once(strategy)
    asked = guards.conditions(context, fact.guards, {})
    only_if = [context.condition(plain(fact.only_if), AND)] if fact.only_if is not None else []
    own, context.asked, context.outlined = context.asked, [], whole
    texts: list[str] = []
    for part in strategy.parts:
        if isinstance(part, Sequential):
            texts.append(context.printed(part.loop.loop))
        elif isinstance(part, Strategy):
            texts.append(emit_part(part))
        else:
            if isinstance(part, Declare):
                context.includes.add("<vector>")
            texts.append(context.printed(part))
    text = "\n".join(texts)
    if whole:
        asked = list(dict.fromkeys([*only_if, *context.asked, *asked]))
    elif only_if:
        text = context.braces(f"if ({only_if[0]})", text)
    context.asked, context.outlined = own, False
    if not asked:
        return text
    original = "\n".join(context.statement(s) for s in (fact.original or fact.loop, *fact.with_next))
    return either(context, joined(asked), text, original)


def _is_asked_once(strategy: Series) -> bool:
    """Whether all that the parts ask for is asked in front of the first one: where one of them stays sequential, the
    others alone pay for the split. What is asked of values in memory may change on the way."""
    loops = [part.loop for part in strategy.parts if isinstance(part, Map | Reduce | Scan | Scatter | Pack)]
    fixed = all(isinstance(guard, Disjoint | Distinct | Holds) for fact in loops for guard in fact.guards)
    return fixed and any(isinstance(part, For | Declare) for part in strategy.parts)
