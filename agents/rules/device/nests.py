"""Two loops, one inside the other and both independent, as one space of threads."""

from __future__ import annotations

from dataclasses import replace

from unseq.agents.task import Task
from unseq.backends.plan import Map, Plan, Strategy
from unseq.frontend.facts import Disjoint, Guard, LoopFact, Private
from unseq.frontend.ir.nodes import For
from unseq.frontend.ir.walk import declared_symbols, rebound_symbols, used_symbols


def nested(task: Task, plan: Plan) -> Plan:
    """``plan`` with the inner loop of a nest named where its iterations are independent too."""
    return replace(plan, strategies=tuple(_with_inner(task, s) for s in plan.strategies))


def _with_inner(task: Task, strategy: Strategy) -> Strategy:
    if not isinstance(strategy, Map) or strategy.loop.roles or not isinstance(strategy.loop.loop, For):
        return strategy
    outer = strategy.loop
    statements = outer.loop.body.statements
    inner = next((f for f in task.facts.loops if statements[-1:] == (f.loop,) and f.parent == outer.loop.id), None)
    if len(statements) != 1 or inner is None or not _fits(outer, inner):
        return strategy
    return replace(strategy, inner=inner)


def _fits(outer: LoopFact, inner: LoopFact) -> bool:
    """Whether the inner loop is independent under what the outer one asks, and as long in each outer iteration."""
    if not inner.parallel or inner.iteration is None or inner.before or inner.original is not None or inner.parts:
        return False
    if inner.irregular is not None or any(not isinstance(role, Private) or role.last for role in inner.roles):
        return False
    moving = declared_symbols(outer.loop) | rebound_symbols(outer.loop)
    bounds = (inner.iteration.lower, inner.iteration.upper, inner.iteration.trip)
    if any(used_symbols(e) & moving for e in bounds):
        return False
    return all(_implied(guard, outer) for guard in inner.guards)


def _implied(guard: Guard, outer: LoopFact) -> bool:
    if isinstance(guard, Disjoint):
        pairs = [{g.left.base, g.right.base} for g in outer.guards if isinstance(g, Disjoint)]
        return {guard.left.base, guard.right.base} in pairs
    return guard in outer.guards
