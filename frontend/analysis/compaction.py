"""Compaction: elements appended in order, by ``out[k++] = x`` or ``v.push_back(x)``, mostly under a condition."""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.slices import Site, sites, slice_before, stable
from unseq.frontend.analysis.updates import mentions, uncast
from unseq.frontend.facts import Append, Role
from unseq.frontend.ir.nodes import Assign, Evaluate, Expr, Index, Literal, Method, Ref, Symbol
from unseq.frontend.ir.types import Int, strip
from unseq.frontend.ir.walk import root

_GROW = frozenset({"push_back", "emplace_back"})


def _role(
    context: LoopContext, counter: Symbol | None, stores: list[tuple[Site, Expr, Expr]], last: Site
) -> Append | None:
    """The role of stores that all run under the same condition (``last``: the increment, or the only store)."""
    condition = last.condition()
    values = tuple(site.resolved(value) for site, _, value in stores)
    wanted = values if condition is None else (condition, *values)
    before = slice_before(context, last.top, wanted)
    if before is None or not stable(context, last.top - 1, *wanted):
        return None
    spans = tuple(dict.fromkeys(site.statement.span for site, _, _ in stores))
    return Append(counter, tuple(out for _, out, _ in stores), values, condition, before, spans)


def _by_counter(context: LoopContext, all_sites: list[Site], counter: Symbol) -> Append | None:
    place = Ref(counter, strip(counter.type))
    steps: list[Site] = []
    stores: list[tuple[Site, Expr, Expr]] = []
    for site in all_sites:
        statement = site.statement
        if not isinstance(statement, Assign):
            continue
        if statement.place == place:
            one = uncast(statement.value)
            if statement.op != "+" or not (isinstance(one, Literal) and one.value == 1):
                return None
            steps.append(site)
        elif (
            isinstance(statement.place, Index)
            and not statement.op
            and uncast(statement.place.index) == place
            and not steps
        ):
            stores.append((site, statement.place.base, statement.value))
    if len(steps) != 1 or not stores or mentions(context.body, place) != len(stores) + 1:
        return None
    step = steps[0]
    if any(site.conditions != step.conditions for site, _, _ in stores):
        return None
    owners = [root(out) for _, out, _ in stores]
    if len(set(owners)) != len(owners) or None in owners:
        return None
    if any(_uses(context, owner) != 1 for owner in owners if owner is not None):
        return None
    first = min((site for site, _, _ in stores), key=lambda site: site.top)
    return _role(context, counter, stores, first)


def _uses(context: LoopContext, symbol: Symbol) -> int:
    return mentions(context.body, Ref(symbol, strip(symbol.type)))


def _by_growth(context: LoopContext, all_sites: list[Site]) -> list[Append]:
    roles: list[Append] = []
    for site in all_sites:
        statement = site.statement
        if not isinstance(statement, Evaluate) or not isinstance(statement.value, Method):
            continue
        call = statement.value
        if call.name not in _GROW or len(call.arguments) != 1 or not isinstance(call.object, Ref):
            continue
        container = call.object.symbol
        if container in context.declared or _uses(context, container) != 1:
            continue
        role = _role(context, None, [(site, call.object, call.arguments[0])], site)
        if role is not None:
            roles.append(role)
    return roles


def find(context: LoopContext) -> tuple[Role, ...]:
    """The compactions of a loop, one role for each counter or grown container."""
    all_sites = list(sites(context.body))
    roles: list[Role] = []
    for symbol in sorted(context.carried, key=lambda s: s.uid):
        if isinstance(strip(symbol.type), Int):
            role = _by_counter(context, all_sites, symbol)
            if role is not None:
                roles.append(role)
    roles.extend(_by_growth(context, all_sites))
    return tuple(roles)
