"""The affine family: ``x = A x + b`` for up to three variables of one type.

Integers are computed modulo 2^n in unsigned arithmetic, which is exact.
"""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, unsigned
from unseq.frontend.analysis.linear import Linear, is_number, linear
from unseq.frontend.analysis.semiring import composed, ordinary
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Cast, Expr, Symbol
from unseq.frontend.ir.types import Float, Int, Type, strip

MOST = 3  # variables


def affine(group: tuple[Symbol, ...], state: dict[Symbol, Expr], uids: Uids) -> Recurrence | None:
    """The group's new values ``state`` as ``A x + b``, if they are that."""
    types = {strip(x.type) for x in group}
    if len(types) != 1 or len(group) > MOST:
        return None
    own = types.pop()
    if not isinstance(own, Int | Float):
        return None
    variables = frozenset(group)
    ring = unsigned(own)  # sums of inputs are sums in the ring too: they may leave the range that the variable stays in
    rows: list[Linear] = []
    for x in group:
        form = linear(_through_unsigned(state[x], own), variables, ring)
        if form is None:
            return None
        rows.append(form)
    matrix = [[_present(row.coefficient(x)) for x in group] for row in rows]
    constants = [_present(row.constant) for row in rows]
    return composed(group, own, ordinary(ring), "affine", matrix, constants, uids)


def _present(e: Expr | None) -> Expr | None:
    return None if e is None or is_number(e, 0) else e


def _through_unsigned(e: Expr, own: Type) -> Expr:
    """Small integers are promoted and converted back: the ring is that of the variable's own width."""
    while isinstance(e, Cast) and isinstance(e.type, Int) and e.type == own and isinstance(e.operand.type, Int):
        e = e.operand
    return e
