"""Scans: a scalar that the loop updates once by an associative operator and whose running value the body uses."""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.identity import identity
from unseq.frontend.analysis.slices import Site, sites, slice_before, stable
from unseq.frontend.analysis.updates import Update, mentions, update_of
from unseq.frontend.facts import Prefix, Role
from unseq.frontend.ir.nodes import Assign, Expr, Ref, Select
from unseq.frontend.ir.types import Type, is_arithmetic, strip
from unseq.frontend.ir.walk import walk


def _contribution(site: Site, update: Update, type_: Type) -> Expr:
    value = site.resolved(update.operand)
    condition = site.condition()
    if condition is None:
        return value
    return Select(condition, value, identity(update.op, type_), type_)


def find(context: LoopContext) -> tuple[Role, ...]:
    """The carried scalars whose value at the start of each iteration is a prefix of independent contributions."""
    roles: list[Role] = []
    for symbol in sorted(context.carried, key=lambda s: s.uid):
        type_ = strip(symbol.type)
        if not is_arithmetic(type_):
            continue
        place = Ref(symbol, type_)
        found = [(site, u) for site in sites(context.body) if (u := update_of(site.statement, place)) is not None]
        # the assignment inside an `if (e < x) x = e` is no update of its own
        found = [(site, u) for site, u in found if not _within(site, found)]
        if len(found) != 1:
            continue
        site, update = found[0]
        if _assignments(context, place) != 1 or mentions(context.body, place) <= update.mentions:
            continue
        contribution = _contribution(site, update, type_)
        before = slice_before(context, site.top, (contribution,))
        if before is None or mentions(contribution, place) or not stable(context, site.top, contribution):
            continue
        roles.append(
            Prefix(symbol, update.op, type_, contribution, before, symbol in context.live_after, (site.statement.span,))
        )
    return tuple(roles)


def _within(site: Site, found: list[tuple[Site, Update]]) -> bool:
    return any(
        other.statement is not site.statement
        and other.statement.span.contains(site.statement.span)
        and other.top == site.top
        and len(other.conditions) < len(site.conditions)
        for other, _ in found
    )


def _assignments(context: LoopContext, place: Ref) -> int:
    return sum(1 for node in walk(context.body) if isinstance(node, Assign) and node.place == place)
