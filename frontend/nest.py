"""Counted loops and nests of them, as facts speak of them."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr, For, Stmt, Symbol
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Iteration:
    """A counted loop: ``symbol`` takes ``lower``, ``lower + step``, ... while ``< upper`` (``step`` > 0) or
    ``> upper`` (``step`` < 0).

    ``lower``, ``upper`` do not change while the loop runs (they are evaluated at its entry).  ``symbol`` is None for
    a range-for (``sequence`` is set: iteration k binds element k) and for a loop counted by a variable with the role
    ``Induction`` only.  ``trip``: number of iterations when not negative, as an expression of signed 64-bit or
    ``size_t`` type (a value <= 0 means none).
    """

    symbol: Symbol | None
    lower: Expr
    upper: Expr
    step: int
    trip: Expr
    sequence: Expr | None = None
    declared_in_header: bool = True


@dataclass(frozen=True, slots=True)
class Diagonal:
    """A loop (over rows) and the loop ``inner`` directly inside it (over columns): what an iteration needs comes from
    rows and columns that are not later, so that blocks of the nest may run along anti-diagonals.

    Column ``j`` of row ``i`` counts as ``j + skew * (number of the row)``. ``iteration`` is the inner loop's, evaluated
    in each row; ``[low, high)`` are the values of its variable in all rows, at loop entry. What stands in front of
    ``inner`` belongs to the first block of a row, what stands behind it to the last; ``repeated``: declarations in
    front that every block of the row makes again."""

    inner: For
    iteration: Iteration
    low: Expr
    high: Expr
    skew: int = 0
    repeated: tuple[Stmt, ...] = ()
