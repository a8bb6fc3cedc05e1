"""What abstract runs ask of a function's code again and again, computed once: it does not depend on the inputs.

Expressions that are written alike share a number, whatever their place in the source.
"""

from __future__ import annotations

from collections.abc import Iterable

from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.walk import walk

MEMORY = (n.Index, n.Deref, n.Call, n.Method)
CALLS = (n.Call, n.Method, n.AddressOf, n.Lambda)


class Code:
    """Facts about the nodes of one function, kept by identity; the nodes live as long as ``function``."""

    def __init__(self, function: n.Function) -> None:
        self.function = function
        self._numbers: dict[n.Expr, int] = {}
        self._number_of: dict[int, int] = {}
        self._reads: dict[int, frozenset[int]] = {}  # number -> variables
        self._memory: set[int] = set()  # numbers of expressions that read memory
        self._kept: list[n.Expr | n.Stmt] = []
        self._references: dict[int, frozenset[int]] = {}
        self._calls: dict[int, tuple[n.Expr | n.Stmt | n.Case, ...]] = {}
        self._resets: dict[int, frozenset[int]] = {}

    def number(self, e: n.Expr) -> int:
        """The number that all expressions written like ``e`` share."""
        found = self._number_of.get(id(e))
        if found is None:
            found = self._numbers.setdefault(e, len(self._numbers))
            self._number_of[id(e)] = found
            self._kept.append(e)
            if found not in self._reads:
                self._reads[found] = frozenset(part.symbol.uid for part in walk(e) if isinstance(part, n.Ref))
                if any(isinstance(part, MEMORY) or _is_reference(part) for part in walk(e)):
                    self._memory.add(found)
        return found

    def mentions(self, number: int, uid: int | None) -> bool:
        """Whether the expressions with a number read a variable (``uid``) or any memory (None)."""
        return number in self._memory if uid is None else uid in self._reads[number]

    def references(self, node: n.Expr | n.Stmt) -> frozenset[int]:
        """The variables that a piece of code mentions."""
        found = self._references.get(id(node))
        if found is None:
            found = frozenset(part.symbol.uid for part in walk(node) if isinstance(part, n.Ref))
            self._references[id(node)] = found
            self._kept.append(node)
        return found

    def calls(self, e: n.Expr) -> tuple[n.Expr | n.Stmt | n.Case, ...]:
        """The parts of an expression that may change variables: calls, addresses taken, bodies of lambdas."""
        if id(e) not in self._calls:
            parts = tuple(walk(e))
            self._calls[id(e)] = parts if any(isinstance(part, CALLS) for part in parts) else ()
            self._kept.append(e)
        return self._calls[id(e)]

    def resets(self, body: n.Block) -> frozenset[int]:
        """Variables that an iteration assigns before it reads them."""
        found = self._resets.get(id(body))
        if found is None:
            found = self._resets[id(body)] = frozenset(self._find_resets(body.statements))
            self._kept.append(body)
        return found

    def _find_resets(self, body: Iterable[n.Stmt]) -> set[int]:
        read: set[int] = set()
        reset: set[int] = set()
        for stmt in body:
            first: Iterable[n.Stmt] = stmt.init if isinstance(stmt, n.For) else (stmt,)
            for part in first:
                if isinstance(part, n.Assign) and isinstance(part.place, n.Ref) and not part.op:
                    read |= self.references(part.value)
                    if part.place.symbol.uid not in read:
                        reset.add(part.place.symbol.uid)
            read |= self.references(stmt)
        return reset


def _is_reference(part: object) -> bool:
    return isinstance(part, n.Ref) and isinstance(part.symbol.type, ir.Reference)
