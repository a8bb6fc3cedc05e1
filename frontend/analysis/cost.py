"""Roughly how much a loop does: elementary operations as an expression at loop entry, for granularity decisions.

Only an estimate: of a condition's branches the longer one counts (both where loops stand in them), inner loops count
with the largest number of iterations, those of unknown length with ``GUESS``.
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Polynomial, number, polynomial
from unseq.frontend.analysis.context import LoopContext, Nest
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.library import bare
from unseq.frontend.analysis.paths import SIZE
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Binary, Call, Expr, If, Index, Loop, Member, Method
from unseq.frontend.ir.remembering import remembered

GUESS = 8  # iterations of a loop of unknown length
MAX_CALLS = 4  # depth to which called functions are counted
CHEAP = frozenset({"fabs", "abs", "min", "max", "fmin", "fmax", "sqrt", "floor", "ceil", "fma", "real", "imag"})


def operations(node: walk.Node, effects: Effects, depth: int = 0) -> int:
    """Elementary operations at or below a node, inner loops once."""
    count = 0
    pending: list[walk.Node] = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, If) and not any(isinstance(inner, walk.LOOPS) for inner in walk.walk(found)):
            branches = [b for b in (found.then, found.other) if b is not None]
            count += 1 + max(operations(branch, effects, depth) for branch in branches)
            pending.append(found.condition)
            continue
        pending += walk.children(found)
        if isinstance(found, Binary):
            count += 4 if found.op in "/%" and not isinstance(found.type, t.Bool) else 1
        elif isinstance(found, Index | Method):
            count += 1
        elif isinstance(found, Call):
            callee = effects.functions.get(found.name)
            if callee is not None and depth < MAX_CALLS:
                count += 2 + operations(callee.body, effects, depth + 1)
            else:
                count += 4 if bare(found.name) in CHEAP else 20
        elif not isinstance(found, walk.EXPRESSIONS):
            count += 1
    return count


def work(context: LoopContext, effects: Effects, is_fixed: Callable[[Expr], bool]) -> Expr | None:
    """The work of the whole loop; None if its number of iterations is not known."""
    if context.iteration is None:
        return None
    nests = {n.loop.id: (n, tuple(a.nests)) for a in context.accesses for n in a.nests}
    body = _body(context.loop, (context.nest,), nests, effects, is_fixed)
    return walk.transform(body.expression(), _method) if body is not None else None


def _method(node: walk.Node) -> walk.Node:
    """A container's size as it is written in code."""
    if isinstance(node, Member) and node.name == SIZE:
        return Method(node.base, "size", (), node.type)
    return node


def _body(
    loop: Loop,
    around: tuple[Nest, ...],
    nests: dict[int, tuple[Nest, tuple[Nest, ...]]],
    effects: Effects,
    is_fixed: Callable[[Expr], bool],
) -> Polynomial:
    """The trip count times what one iteration does."""
    inside, own = remembered(loop, ("own work", effects), lambda _: _own(loop, effects))
    once = number(own)
    for inner in inside:
        nest = nests.get(inner.id)
        chain = (*around, nest[0]) if nest is not None else around
        part = _body(inner, chain, nests, effects, is_fixed)
        once = once.plus(part)
    return once.times(_trip(loop, around, is_fixed))


def _own(loop: Loop, effects: Effects) -> tuple[list[Loop], int]:
    """The loops directly inside a loop, and the operations of one iteration outside them."""
    inside = _inner(loop)
    return inside, max(1, operations(loop.body, effects) - sum(operations(inner, effects) for inner in inside))


def _trip(loop: Loop, around: tuple[Nest, ...], is_fixed: Callable[[Expr], bool]) -> Polynomial:
    nest = around[-1]
    if nest.loop is not loop or nest.first is None or nest.last is None:
        return number(GUESS)
    length = polynomial(terms.add(terms.subtract(nest.last, nest.first), terms.ONE))
    if length is None:
        return number(GUESS)
    bounds = Bounds(around[:-1], is_fixed)
    return bounds.of_polynomial(length, True) or number(GUESS)


def _inner(loop: Loop) -> list[Loop]:
    """The loops directly inside a loop."""
    found: list[Loop] = []
    pending: list[walk.Node] = list(walk.children(loop.body))
    while pending:
        node = pending.pop(0)
        if isinstance(node, walk.LOOPS):
            found.append(node)
        else:
            pending.extend(walk.children(node))
    return found
