"""A range of elements, as facts and checks speak of it."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """Elements ``[low, high)`` of what ``base`` (a pointer or container) points to."""

    base: Expr
    low: Expr
    high: Expr
