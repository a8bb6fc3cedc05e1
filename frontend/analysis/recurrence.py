"""Recurrences that compose: loops that look sequential but whose steps belong to a family closed under composition.

Families, tried in this order, for groups of variables that depend on each other:
  last write   x = c ? e : x
  affine       x = A x + b (also for several variables: matrices)
  max-plus, min-plus   x = max(x + p, q)
The parameters are read off normal forms, so membership is proved by construction.  Integers: affine arithmetic modulo
2^n is exact in unsigned arithmetic; max-plus works in 64 bits on variables of at most 32, where it cannot overflow for
fewer than 2^29 iterations.  Floating point is reassociated: the caller's policy decides.
(Background: Fisher and Ghuloum, "Parallelizing complex scans and reductions", PLDI 1994.)
"""

from __future__ import annotations

from itertools import count

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.families import Uids
from unseq.frontend.analysis.last_write import last_write
from unseq.frontend.analysis.matrices import affine
from unseq.frontend.analysis.slices import slice_before, stable
from unseq.frontend.analysis.symbolic import MAX_NODES, one_iteration
from unseq.frontend.analysis.tropical import max_plus
from unseq.frontend.facts import Recurrence, Role
from unseq.frontend.ir.nodes import Assign, Expr, Ref, Symbol
from unseq.frontend.ir.types import Bool, is_arithmetic, strip
from unseq.frontend.ir.walk import used_symbols, walk


def _groups(state: dict[Symbol, Expr]) -> list[tuple[Symbol, ...]]:
    """Variables that depend on each other, each group once; groups in order of their first variable."""
    needs = {x: used_symbols(e) & state.keys() for x, e in state.items()}
    reach = {x: set(ys) for x, ys in needs.items()}
    for middle in state:
        for x in state:
            if middle in reach[x]:
                reach[x] |= reach[middle]
    groups: dict[tuple[Symbol, ...], None] = {}
    for x in state:
        together = [y for y in state if y == x or (y in reach[x] and x in reach[y])]
        groups[tuple(sorted(together, key=lambda s: s.uid))] = None
    return list(groups)


def find(context: LoopContext) -> tuple[Role, ...]:
    """The groups of carried variables whose steps compose, one role a group."""
    state = one_iteration(context)
    if state is None:
        return ()
    state = {x: e for x, e in state.items() if is_arithmetic(strip(x.type)) and not isinstance(strip(x.type), Bool)}
    uids = count(10_000)
    roles: list[Role] = []
    for group in _groups(state):
        if any(_size(state[x]) > MAX_NODES for x in group):
            continue
        outside = frozenset().union(*(used_symbols(state[x]) for x in group)) & context.carried
        if outside - frozenset(group):
            continue  # needs another variable's running value
        role = _family(group, state, uids)
        if role is not None:
            placed = _placed(context, role)
            if placed is not None:
                roles.append(placed)
    return tuple(roles)


def _size(e: Expr) -> int:
    return sum(1 for _ in walk(e))


def _family(group: tuple[Symbol, ...], state: dict[Symbol, Expr], uids: Uids) -> Recurrence | None:
    if len(group) == 1:
        x = group[0]
        found = last_write(x, state[x], uids) or affine(group, state, uids)
        return found or max_plus(x, state[x], "max", uids) or max_plus(x, state[x], "min", uids)
    return affine(group, state, uids)


def _placed(context: LoopContext, role: Recurrence) -> Recurrence | None:
    """The role with the statements that its parameters need, and what the rest of the body uses of it."""
    last = len(context.body.statements)
    statements = slice_before(context, last, role.element)
    if statements is None or not stable(context, _last_assignment(context, role), *role.element):
        return None
    own = frozenset(role.symbols)
    spans = []
    running = False
    for node in walk(context.body):
        if isinstance(node, Assign):
            if isinstance(node.place, Ref) and node.place.symbol in own:
                spans.append(node.span)
            elif used_symbols(node.value) & own or used_symbols(node.place) & own:
                running = True
    live = bool(own & context.live_after)
    return Recurrence(
        role.symbols,
        role.family,
        role.parameters,
        role.later,
        role.element,
        role.combine,
        role.identity,
        role.apply,
        statements,
        running,
        live,
        tuple(spans),
    )


def _last_assignment(context: LoopContext, role: Recurrence) -> int:
    """The index of the last top-level statement that assigns one of the variables."""
    own = frozenset(role.symbols)
    found = 0
    for index, statement in enumerate(context.body.statements):
        if any(isinstance(n, Assign) and isinstance(n.place, Ref) and n.place.symbol in own for n in walk(statement)):
            found = index
    return found
