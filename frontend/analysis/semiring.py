"""Several variables whose step is a matrix over a semiring: ``x = A x + b``, with the semiring's own sum and product.

Composition is the product of matrices; entries that are the semiring's zero in every product are left out, and so are
diagonal entries that are always its one.  Associativity and identity hold in any semiring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.analysis.families import Uids, converted, parameter, value_of
from unseq.frontend.analysis.linear import number, plus, times
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Call, Expr, Literal, Symbol
from unseq.frontend.ir.types import LONG, Type
from unseq.frontend.slotted import dataclass

FAR = 1 << 61  # "infinity": sums of fewer than 2^28 numbers of 32 bits do not come near it

Matrix = Sequence[Sequence[Expr | None]]  # None: the semiring's zero


@dataclass(frozen=True, slots=True)
class Semiring:
    """Numbers of ``type`` with ``add`` and ``multiply``; ``zero`` is absorbed by ``add``, ``one`` by ``multiply``."""

    type: Type
    zero: Expr
    one: Expr
    add: Callable[[Expr, Expr], Expr]
    multiply: Callable[[Expr, Expr], Expr]


def ordinary(type_: Type) -> Semiring:
    """Sums and products (of unsigned integers: modulo 2^n)."""
    return Semiring(
        type_, number(0, type_), number(1, type_), lambda a, b: plus(a, b, type_), lambda a, b: times(a, b, type_)
    )


def extremal(op: str) -> Semiring:
    """``op`` (max or min) as the sum, addition as the product, in 64 bits."""
    none = Literal(-FAR if op == "max" else FAR, LONG)

    def add(a: Expr, b: Expr) -> Expr:
        return a if a == b else Call(f"std::{op}", (a, b), LONG)

    return Semiring(LONG, none, number(0, LONG), add, lambda a, b: plus(a, b, LONG))


def composed(
    group: tuple[Symbol, ...],
    own: Type,
    ring: Semiring,
    family: str,
    matrix: Matrix,
    constants: Sequence[Expr | None],
    uids: Uids,
    bounded: bool = True,
) -> Recurrence:
    """The role of ``group`` whose step is ``matrix`` and ``constants``; ``bounded``: no entry is ever the zero of an
    extremal semiring where another step has a number."""
    size = range(len(group))
    several = len(group) > 1
    live = _closure([[matrix[i][j] is not None for j in size] for i in size])
    fixed = {i for i in size if live[i][i] and matrix[i][i] == ring.one and not _cyclic(live, i)}
    kept = [(i, j) for i in size for j in size if live[i][j] and not (i == j and i in fixed)]
    added = _reached(live, [c is not None for c in constants])
    names = [f"{group[i].name}_from_{group[j].name}" if several else "factor" for i, j in kept]
    ends = [f"{group[i].name}_added" if several else "added" for i in added]
    first = tuple(parameter(name, ring.type, uids) for name in (*names, *ends))
    later = tuple(parameter(name, ring.type, uids) for name in (*names, *ends))

    def table(values: Sequence[Expr | None]) -> dict[tuple[int, int], Expr | None]:
        found: dict[tuple[int, int], Expr | None] = dict(zip([*kept, *((i, -1) for i in added)], values, strict=True))
        found.update({(i, i): ring.one for i in fixed})
        return found

    def total(parts: Sequence[Expr | None]) -> Expr:
        present = [part for part in parts if part is not None]
        result = present[0] if present else ring.zero
        for part in present[1:]:
            result = ring.add(result, part)
        return result

    def product(a: Expr | None, b: Expr | None) -> Expr | None:
        return None if a is None or b is None else ring.multiply(a, b)

    def after(old: dict[tuple[int, int], Expr | None], new: dict[tuple[int, int], Expr | None]) -> tuple[Expr, ...]:
        entries = [
            total([product(new.get((i, k)), old.get((k, j))) for k in size]) for i, j in kept
        ]
        sums = [
            total([*(product(new.get((i, k)), old.get((k, -1))) for k in size), new.get((i, -1))]) for i in added
        ]
        return tuple(_bounded(e, ring, bounded) for e in (*entries, *sums))

    mine = table([value_of(s) for s in first])
    step = table([_in(matrix[i][j], ring) for i, j in kept] + [_in(constants[i], ring) for i in added])
    state = {(k, -1): converted(value_of(group[k]), ring.type) for k in size}
    apply = tuple(
        converted(total([*(product(mine.get((i, k)), state[k, -1]) for k in size), mine.get((i, -1))]), own)
        for i in size
    )
    identity = [ring.one if i == j else ring.zero for i, j in kept] + [ring.zero] * len(added)
    element = [ring.zero if e is None else e for e in (step[key] for key in (*kept, *((i, -1) for i in added)))]
    return Recurrence(
        group, family, first, later, tuple(element), after(mine, table([value_of(s) for s in later])),
        tuple(identity), apply, gather=after(mine, step),
    )  # fmt: skip


def _in(e: Expr | None, ring: Semiring) -> Expr | None:
    return None if e is None else converted(e, ring.type)


def _bounded(e: Expr, ring: Semiring, bounded: bool) -> Expr:
    """``e``, kept from running away from the semiring's zero."""
    if bounded or not (isinstance(ring.zero, Literal) and ring.zero.value in (FAR, -FAR)):
        return e
    return ring.add(ring.zero, e)


def _closure(live: list[list[bool]]) -> list[list[bool]]:
    """Entries that can be other than zero in some product."""
    size = range(len(live))
    result = [[live[i][j] or i == j for j in size] for i in size]
    for k in size:
        for i in size:
            for j in size:
                result[i][j] = result[i][j] or (result[i][k] and result[k][j])
    return [[result[i][j] for j in size] for i in size]


def _reached(live: list[list[bool]], given: list[bool]) -> list[int]:
    """The rows whose constant can be other than zero in some product."""
    size = range(len(live))
    return [i for i in size if any(live[i][j] and given[j] for j in size)]


def _cyclic(live: list[list[bool]], i: int) -> bool:
    return any(k != i and live[i][k] and live[k][i] for k in range(len(live)))
