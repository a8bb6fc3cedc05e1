"""The affine family: ``x = A x + b`` for up to three variables of one type.

Integers are computed modulo 2^n in unsigned arithmetic, which is exact; matrix entries that are zero or one in every
product are left out.
"""

from __future__ import annotations

from unseq.frontend.analysis.families import Uids, converted, parameter, unsigned, value_of
from unseq.frontend.analysis.linear import Linear, is_number, linear, number, plus, times
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Cast, Expr, Symbol
from unseq.frontend.ir.types import Float, Int, Type, strip


def affine(group: tuple[Symbol, ...], state: dict[Symbol, Expr], uids: Uids) -> Recurrence | None:
    """The group's new values ``state`` as ``A x + b``, if they are that."""
    types = {strip(x.type) for x in group}
    if len(types) != 1 or len(group) > 3:
        return None
    own = types.pop()
    if not isinstance(own, Int | Float):
        return None
    ring = unsigned(own)
    variables = frozenset(group)
    rows: list[Linear] = []
    for x in group:
        form = linear(_through_unsigned(state[x], own), variables, own)
        if form is None:
            return None
        rows.append(form)
    size = range(len(group))
    zero = number(0, own)
    matrix = [[rows[i].coefficient(group[j]) or zero for j in size] for i in size]
    # entries that are zero in every step and stay zero under products are left out
    live = _closure([[not is_number(matrix[i][j], 0) for j in size] for i in size])
    names = [f"{group[i].name}_from_{group[j].name}" if len(group) > 1 else "factor" for i in size for j in size]
    cells = [(i, j) for i in size for j in size if live[i][j]]
    one = [(i, j) for i, j in cells if i == j and _always_one(matrix, live, i)]
    kept = [cell for cell in cells if cell not in one]

    def make() -> tuple[dict[tuple[int, int], Symbol], list[Symbol]]:
        factors = {(i, j): parameter(names[i * len(group) + j], ring, uids) for i, j in kept}
        return factors, [parameter(f"{x.name}_added" if len(group) > 1 else "added", ring, uids) for x in group]

    (a, b), (c, d) = make(), make()

    def entry(table: dict[tuple[int, int], Symbol], i: int, j: int) -> Expr:
        if (i, j) in one:
            return number(1, ring)
        return value_of(table[i, j]) if (i, j) in table else number(0, ring)

    combine: list[Expr] = []
    for i, j in kept:
        total: Expr = number(0, ring)
        for k in size:
            total = plus(total, times(entry(c, i, k), entry(a, k, j), ring), ring)
        combine.append(total)
    for i in size:
        total = number(0, ring)
        for k in size:
            total = plus(total, times(entry(c, i, k), value_of(b[k]), ring), ring)
        combine.append(plus(total, value_of(d[i]), ring))
    apply: list[Expr] = []
    for i in size:
        total = number(0, ring)
        for k in size:
            total = plus(total, times(entry(a, i, k), converted(value_of(group[k]), ring), ring), ring)
        apply.append(converted(plus(total, value_of(b[i]), ring), own))
    element = [converted(matrix[i][j], ring) for i, j in kept] + [converted(row.constant, ring) for row in rows]
    identity = [number(int(i == j), ring) for i, j in kept] + [number(0, ring) for _ in group]
    parameters = tuple([a[cell] for cell in kept] + b)
    later = tuple([c[cell] for cell in kept] + d)
    return Recurrence(group, "affine", parameters, later, tuple(element), tuple(combine), tuple(identity), tuple(apply))


def _through_unsigned(e: Expr, own: Type) -> Expr:
    """Small integers are promoted and converted back: the ring is that of the variable's own width."""
    while isinstance(e, Cast) and isinstance(e.type, Int) and e.type == own and isinstance(e.operand.type, Int):
        e = e.operand
    return e


def _closure(live: list[list[bool]]) -> list[list[bool]]:
    size = range(len(live))
    result = [[live[i][j] or i == j for j in size] for i in size]
    for k in size:
        for i in size:
            for j in size:
                result[i][j] = result[i][j] or (result[i][k] and result[k][j])
    return result


def _always_one(matrix: list[list[Expr]], live: list[list[bool]], i: int) -> bool:
    """Whether diagonal entry ``i`` is one in every product: one in each step, and fed by nothing else."""
    size = range(len(matrix))
    cyclic = any(k != i and live[i][k] and live[k][i] for k in size)
    return is_number(matrix[i][i], 1) and not cyclic
