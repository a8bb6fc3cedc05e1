"""A range of elements, as facts and checks speak of it."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr
from unseq.frontend.ir.types import Type
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """Elements ``[low, high)`` of what ``base`` (a pointer or container) points to."""

    base: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Subscripts:
    """The elements ``[low, high)`` of an index array."""

    array: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Section:
    """What a loop touches of the array ``base``: elements ``[low, high)`` at loop entry, or those that the subscripts
    ``through`` name, or (none of both) anything of a container or array that knows its length.

    ``reads``, ``writes``: whether it does. ``sure``: if the loop runs, none of them is out of the array's bounds.
    ``fills``: all of them are written, and none is read before. ``counter``: only as many as this variable moves on
    are written, from ``low`` on. ``members``: only members of the elements are touched, none through memory
    that an element owns."""

    base: Expr
    element: Type
    low: Expr | None = None
    high: Expr | None = None
    through: tuple[Subscripts, ...] = ()
    reads: bool = False
    writes: bool = False
    sure: bool = True
    fills: bool = False
    counter: Expr | None = None
    members: bool = False
