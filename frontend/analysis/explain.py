"""What conflicts in memory are, and how loops are labelled for people."""

from __future__ import annotations

from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.paths import path
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    ArrayAccumulator,
    Exit,
    Prefix,
    Recurrence,
    Role,
)
from unseq.frontend.ir.nodes import Ref, Symbol
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two accesses (the first one a write) that keep iterations in order. ``kind``: ``meet`` (dependence), ``alias``,
    ``moving`` (the pointer itself changes), ``packed`` (elements share a word), ``large`` (too much to look at)."""

    kind: str
    write: Access
    other: Access
    distance: int | None = None
    forward: bool | None = None
    why: str = ""


_LABELS: tuple[tuple[type, str], ...] = (
    (Exit, "search"),
    (Append, "compaction"),
    (Prefix, "scan"),
    (Recurrence, "scan"),
    (ArrayAccumulator, "histogram"),
    (ArgBest, "reduction"),
    (Accumulator, "reduction"),
)


def kind_of(roles: tuple[Role, ...], context: LoopContext) -> str:
    """A label for people."""
    for kind, label in _LABELS:
        if any(isinstance(role, kind) for role in roles):
            return label
    return "stencil" if _is_stencil(context) else "map"


def _is_stencil(context: LoopContext) -> bool:
    """Whether some array is read at three or more fixed distances from one another."""
    seen: dict[Symbol, list[Polynomial]] = {}
    for access in context.accesses:
        where = path(access.resolved)
        if access.is_write or access.root is None or not where.steps or isinstance(where.steps[-1], str):
            continue
        subscript = polynomial(where.steps[-1])
        if subscript is not None and any(isinstance(a, Ref) and a.symbol == context.nest.position
                                         for a in subscript.atoms()):  # fmt: skip
            known = seen.setdefault(access.root, [])
            if subscript not in known:
                known.append(subscript)
    return any(len(known) >= 3 for known in seen.values())
