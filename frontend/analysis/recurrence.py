"""Recurrences that compose: loops that look sequential but whose steps belong to a family closed under composition.

The carried variables are grouped by who needs whom (strongly connected components). Each group is one of

  last write       x = c ? e : x
  affine           x = A x + b (also for several variables: matrices)
  max-plus         x = max(x + p, q), and min-plus (also for several variables)
  clamp            x = min(high, max(low, x + add))
  finite state     x is one of few values
  affine modulo m  x = (a * x + b) % m
  bitwise          x = (x & keep) ^ flip

in which other groups' variables count as inputs: their running values are found first (staging).  Membership is proved,
by construction of normal forms or by SMT (``Recurrence.proof``), never by trying values.  Integers: affine arithmetic
modulo 2^n is exact in unsigned arithmetic; max-plus and clamps work in 64 bits, where they cannot overflow for fewer
than 2^28 iterations.  Floating point is reassociated: the caller's policy decides.

What an iteration reads only in some states is read in all of them here; so it must be an element at the loop's own
position, of an array that the loop sweeps.
(Background: Fisher and Ghuloum, "Parallelizing complex scans and reductions", PLDI 1994.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from unseq.frontend.analysis import scan
from unseq.frontend.analysis.bitwise import bitwise
from unseq.frontend.analysis.clamp import clamp
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.entry import entry_range
from unseq.frontend.analysis.families import Uids
from unseq.frontend.analysis.finite import finite
from unseq.frontend.analysis.lanes import lanes
from unseq.frontend.analysis.last_write import last_write
from unseq.frontend.analysis.matrices import affine
from unseq.frontend.analysis.modular import modular
from unseq.frontend.analysis.slices import slice_before, stable
from unseq.frontend.analysis.speculation import may_run_ahead
from unseq.frontend.analysis.symbolic import MAX_NODES, one_iteration
from unseq.frontend.analysis.tropical import max_plus
from unseq.frontend.facts import Prefix, Recurrence, Role
from unseq.frontend.ir.nodes import Assign, Expr, Ref, Symbol
from unseq.frontend.ir.types import is_arithmetic, strip
from unseq.frontend.ir.walk import acts, used_symbols, walk

FEW = 4  # states that are better enumerated than computed

State = Mapping[Symbol, Expr]
Group = tuple[Symbol, ...]


def _groups(state: State) -> list[Group]:
    """Variables that depend on each other, each group once; a group after those that it needs."""
    needs = {x: used_symbols(e) & state.keys() for x, e in state.items()}
    reach = {x: set(ys) for x, ys in needs.items()}
    for middle in state:
        for x in state:
            if middle in reach[x]:
                reach[x] |= reach[middle]
    groups: dict[Group, None] = {}
    for x in sorted(state, key=lambda s: (len(reach[s] | {s}), s.uid)):
        together = [y for y in state if y == x or (y in reach[x] and x in reach[y])]
        groups[tuple(sorted(together, key=lambda s: s.uid))] = None
    return list(groups)


def find(context: LoopContext) -> tuple[Role, ...]:
    """The groups of carried variables whose steps compose, one role a group; a role after those that it needs."""
    after = one_iteration(context)
    if after is None:
        return ()
    state = {x: e for x, e in after.items() if is_arithmetic(strip(x.type)) and x not in context.inductions}
    uids = count(10_000)
    roles: list[Recurrence] = []
    running: dict[Symbol, frozenset[Symbol]] = {}  # variables with running values, and whose they need
    for group in _groups(state):
        own = frozenset(group)
        if any(sum(1 for _ in walk(state[x])) > MAX_NODES for x in group):
            continue
        needed = _inputs(context, own, state)
        if needed - running.keys():
            prefixes = {role.symbol: frozenset[Symbol]() for role in scan.find(context) if isinstance(role, Prefix)}
            running = {**prefixes, **running}
        if needed - running.keys():
            continue  # needs another variable's running value that is not known
        role = _family(context, group, state, uids)
        placed = _placed(context, role, state, needed.union(*(running[u] for u in needed))) if role else None
        if placed is not None:
            roles.append(placed)
            running.update(dict.fromkeys(group, frozenset(placed.upstream)))
    return tuple(roles)


def _inputs(context: LoopContext, own: frozenset[Symbol], state: State) -> frozenset[Symbol]:
    """The other carried variables that a group needs."""
    used = frozenset[Symbol]().union(*(used_symbols(state[x]) for x in own))
    return (used & context.carried) - own - context.inductions


def _family(context: LoopContext, group: Group, state: State, uids: Uids) -> Recurrence | None:
    """The first family that the group belongs to."""
    values = dict(state)
    starts = {x: entry_range(context, x) for x in group}
    if len(group) > 1:
        return (
            affine(group, values, uids)
            or lanes(group, state, "max", uids)
            or lanes(group, state, "min", uids)
            or finite(group, state, starts)
        )
    x = group[0]
    e, start = state[x], starts[x]
    found = last_write(x, e, uids) or affine(group, values, uids)
    found = found or max_plus(x, e, "max", uids) or max_plus(x, e, "min", uids)
    if found is not None:
        return found
    table = finite(group, state, starts)
    if table is not None and len(table.states) <= FEW:
        return table
    return modular(x, e, start, uids) or bitwise(x, e, uids) or clamp(x, e, start, uids) or table


def _placed(context: LoopContext, role: Recurrence, state: State, upstream: frozenset[Symbol]) -> Recurrence | None:
    """The role with what must run before its parameters are known, and what the rest of the body uses of it."""
    own = frozenset(role.symbols)
    if not all(may_run_ahead(context, state[x], own) for x in role.symbols):
        return None
    others = tuple(sorted(upstream, key=lambda s: s.uid))
    steps = tuple(state[u] for u in others)
    wanted = (*(role.apply if role.states else role.element), *steps)
    last = len(context.body.statements)
    inputs = own | upstream | context.inductions | ({context.main} if context.main is not None else frozenset())
    statements = slice_before(context, last, wanted, inputs)
    if statements is None or not stable(context, own | upstream, *wanted):
        return None
    spans = tuple(
        node.span
        for node in walk(context.body)
        if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol in own
    )
    return replace(
        role,
        statements=statements,
        running=acts(context.loop),
        live_out=bool(own & context.live_after),
        updates=spans,
        upstream=others,
        steps=steps,
    )
