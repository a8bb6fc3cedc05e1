"""Which loops never have work for several threads, whatever the input."""

from __future__ import annotations

from unseq.backends.plan import Map, Pack, Reduce, Scan, Scatter, Search, Strategy
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Binary,
    Call,
    Construct,
    Expr,
    If,
    Lambda,
    Literal,
    Method,
    Ref,
    Select,
    Switch,
    Symbol,
)
from unseq.frontend.ir.walk import LOOPS, walk

FEW = 64  # iterations of simple statements: less than a microsecond


def is_worth_it(strategy: Strategy) -> bool:
    """False for a loop of a few simple iterations."""
    if not isinstance(strategy, Map | Reduce | Scan | Scatter | Pack | Search):
        return True
    fact = strategy.loop
    if any(isinstance(node, (*LOOPS, Call, Method, Construct, Lambda)) for node in walk(fact.loop.body)):
        return True
    most = most_iterations(fact)
    return most is None or most > FEW


def most_iterations(fact: LoopFact) -> int | None:
    """An upper bound of the number of iterations that holds for every input, where there is an obvious one.

    It is a constant, or the loop's variable, which counts from 0, is how far a word is shifted: by its width or more
    would be undefined (C11 6.5.7, C++20 [expr.shift])."""
    iteration = fact.iteration
    if iteration is None:
        return None
    if isinstance(iteration.trip, Literal) and isinstance(iteration.trip.value, int):
        return iteration.trip.value
    nodes = list(walk(fact.loop.body))
    lower = uncast(iteration.lower)
    from_zero = iteration.step == 1 and isinstance(lower, Literal) and lower.value == 0
    if not from_zero or any(isinstance(n, If | Select | Switch) or _is_logical(n) for n in nodes):
        return None
    shifts = (n for n in nodes if isinstance(n, Binary) and n.op in ("<<", ">>") and _is(n.right, iteration.symbol))
    widths = [shift.type.bits for shift in shifts if isinstance(shift.type, t.Int)]
    return min(widths, default=None)


def _is(e: Expr, symbol: Symbol | None) -> bool:
    bare = uncast(e)
    return isinstance(bare, Ref) and bare.symbol == symbol


def _is_logical(node: object) -> bool:
    return isinstance(node, Binary) and node.op in ("&&", "||")
