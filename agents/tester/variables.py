"""File-scope variables as inputs: which ones a call may find with any value, and how large they are.

Knows nothing of the values that they get.
"""

from __future__ import annotations

from dataclasses import dataclass

from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Function, Symbol


@dataclass(frozen=True, slots=True)
class Variable:
    """A file-scope variable that a call may find with any value: its key, and its number among the mutable ones."""

    key: str
    symbol: Symbol
    number: int

    @property
    def capacity(self) -> int | None:
        """How many elements an array has room for; None for what is no array."""
        type_ = self.symbol.type
        return type_.extent if isinstance(type_, ir.Array) and isinstance(type_.extent, int) else None


def variables(function: Function) -> tuple[Variable, ...]:
    """The variables that are inputs. One with an initial value of its own keeps it: that may be a table."""
    names = {p.name for p in function.parameters}
    mutable = [g for g in function.globals if not g.symbol.const]
    return tuple(
        Variable(f"::{g.symbol.name}" if g.symbol.name in names else g.symbol.name, g.symbol, k)
        for k, g in enumerate(mutable)
        if g.value is None
    )
