"""What may be computed ahead of a loop: what the loop does not change.

Answers from the facts of the loop: either it writes no memory at all, or its iterations are independent, so that what
one of them reads no other one writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.guards import conditions
from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.library import CONST_METHODS, bare
from unseq.frontend.facts import Disjoint, Distinct, Facts, Holds, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Break,
    Call,
    Cast,
    Continue,
    Deref,
    Expr,
    For,
    Function,
    Index,
    Lambda,
    Literal,
    Member,
    Method,
    Ref,
    Return,
    Select,
    Stmt,
    Storage,
    Symbol,
    Unary,
)
from unseq.frontend.ir.walk import declared_symbols, own_root, root, used_symbols, walk
from unseq.frontend.source import NOWHERE

_VALUES = frozenset({"abs", "fabs", "sqrt"})


@dataclass(frozen=True, slots=True)
class Counted:
    """A loop whose variable takes the values from ``lower`` to below ``upper``, one by one."""

    fact: LoopFact
    loop: For
    symbol: Symbol
    lower: Polynomial
    upper: Polynomial

    @property
    def body(self) -> tuple[Stmt, ...]:
        """The statements of an iteration."""
        return self.loop.body.statements


def counted(fact: LoopFact) -> Counted | None:
    """A loop as it stands in the source, if it counts by one."""
    iteration, loop = fact.iteration, fact.loop
    if iteration is None or iteration.symbol is None or not isinstance(loop, For) or fact.original is not None:
        return None
    if iteration.step != 1 or not iteration.declared_in_header or fact.irregular is not None or loop.span == NOWHERE:
        return None
    lower, upper = polynomial(iteration.lower), polynomial(iteration.upper)
    if lower is None or upper is None or not (_exact(lower) and _exact(upper)):
        return None
    return Counted(fact, loop, iteration.symbol, lower.bare(), upper.bare())


def _exact(p: Polynomial) -> bool:
    return all(obligation.wide for obligation in p.obligations)


def inside(facts: Facts, outer: Counted) -> list[Counted]:
    """The counted loops among the statements of another one's body."""
    own = {id(s) for s in outer.body}
    found = (counted(f) for f in facts.loops if f.parent == outer.loop.id and f.function == outer.fact.function)
    return [c for c in found if c is not None and id(c.loop) in own]


@dataclass
class Scope:
    """What is fixed while ``outer`` runs."""

    function: Function
    outer: Counted
    analysis: FunctionAnalysis

    @cached_property
    def changing(self) -> frozenset[Symbol]:
        """Variables that get another value in the loop, or might."""
        effects = self.analysis.effects
        return effects.modified(self.outer.loop) | declared_symbols(self.outer.loop) | effects.points_to.address_taken

    @cached_property
    def plain(self) -> bool:
        """Whether the loop does nothing but compute and assign, each iteration to its end."""
        for node in walk(self.outer.loop):
            if isinstance(node, Lambda) or (isinstance(node, Method) and node.name not in CONST_METHODS):
                return False
            if isinstance(node, Call) and (node.target is not None or node.name not in self.analysis.pure):
                return False
            if isinstance(node, Assign) and root(node.place) is None:
                return False
        return not any(isinstance(node, Return | Continue) for node in walk(self.outer.loop)) and not any(
            isinstance(node, Break) for s in self.outer.body if not isinstance(s, For) for node in walk(s)
        )

    @cached_property
    def _written(self) -> frozenset[Symbol]:
        """What memory is written through."""
        places = [n.place for n in walk(self.outer.loop) if isinstance(n, Assign)]
        roots = {root(p) for p in places if not isinstance(p, Ref) or not self.is_local(p)}
        return frozenset(r for r in roots if r is not None)

    @staticmethod
    def is_local(e: Expr) -> TypeGuard[Ref]:
        """Whether a place is a variable of the function's own."""
        if not isinstance(e, Ref) or e.symbol.storage is Storage.GLOBAL:
            return False
        return not isinstance(e.symbol.type, t.Reference)

    @cached_property
    def independent(self) -> bool:
        """Whether the loop's reads are independent of its writes where ``guards`` hold."""
        return not self._written or is_checkable(self.outer.fact)

    @cached_property
    def guards(self) -> list[str]:
        """What must hold for that, as text; printed only when it is wanted, which is rare."""
        return printed_guards(self.function, self.outer.fact) if self._written else []

    def is_library(self, call: Call, names: frozenset[str]) -> bool:
        """Whether a function of the library with one of these names is called, and not one of the file's own."""
        own = call.target is not None or call.name in self.analysis.effects.functions
        return not own and bare(call.name) in names

    def is_fixed(self, e: Expr) -> bool:
        """Whether ``e`` is made of variables that do not change, and of sizes."""
        for node in walk(e):
            if isinstance(node, Ref):
                if node.symbol in self.changing or node.symbol in self._written:
                    return False
            elif isinstance(node, Method):
                if node.name != "size" or not isinstance(node.object, Ref):
                    return False
            elif not isinstance(node, Literal | Cast | Binary | Unary | Select):
                return False
        return True

    def is_key(self, e: Expr, symbol: Symbol) -> bool:
        """Whether ``e`` depends on ``symbol``, on what does not change, and on memory that is not written."""
        if symbol not in used_symbols(e):
            return False
        for node in walk(e):
            if isinstance(node, Ref):
                if node.symbol != symbol and (node.symbol in self.changing or node.symbol in self._written):
                    return False
            elif isinstance(node, Call):
                if not self.is_library(node, _VALUES):
                    return False
            elif isinstance(node, Method):
                if node.name != "size" or not isinstance(node.object, Ref):
                    return False
            elif isinstance(node, Index | Deref | Member):
                if own_root(node) is None and root(node) is None:
                    return False
            elif not isinstance(node, Literal | Cast | Binary | Unary):
                return False
        return not any(isinstance(n, Binary) and n.op in "/%" for n in walk(e))


def own_loops(facts: Facts) -> Iterator[Counted]:
    """The counted loops of the function itself."""
    found = (counted(fact) for fact in facts.loops if fact.function == facts.function.name)
    return (c for c in found if c is not None)


def narrows(e: Expr) -> bool:
    """Whether casts around an expression may lose its value."""
    while isinstance(e, Cast):
        a, b = e.type, e.operand.type
        if not (isinstance(a, t.Float) and isinstance(b, t.Float | t.Int)) and not (
            isinstance(a, t.Int) and isinstance(b, t.Int) and (a.bits, a.signed) >= (b.bits, b.signed)
        ):
            return True
        e = e.operand
    return False


def is_checkable(fact: LoopFact) -> bool:
    """Whether a loop is parallel under conditions that ask for no more than a look."""
    return fact.parallel and all(isinstance(g, Disjoint | Distinct | Holds) for g in fact.guards)


def printed_guards(function: Function, fact: LoopFact) -> list[str]:
    """The conditions under which a loop is parallel, as text."""
    return conditions(Context(function.unit, function, False), fact.guards, {})


def span_of(polynomials: tuple[Polynomial, ...], scope: Scope) -> bool:
    """Whether bounds are fixed."""
    return all(scope.is_fixed(atom) for p in polynomials for atom in p.atoms())
