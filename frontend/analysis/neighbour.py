"""Recurrences through memory: ``a[i] = a[i - 1] + b[i]`` carries a scalar, the element just written.

Rewrites the loop body so that the scalar has a name; then the finders of scans and recurrences see what it is.
Only an element that every iteration writes, once, at a fixed distance from the one that it reads.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.library import PURE, bare
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Continue,
    Expr,
    Index,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.ir.types import is_arithmetic
from unseq.frontend.ir.walk import Node, declared_symbols, root, substitute, transform, used_symbols, walk
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE


@dataclass(frozen=True, slots=True)
class Promotion:
    """The body with the element of the iteration before as ``symbol``; ``start`` is its value at loop entry, valid if
    the loop runs at all. ``array`` is what the symbol stands for elements of."""

    body: Block
    symbol: Symbol
    start: Expr
    array: Symbol


def _distance(later: Expr, earlier: Expr) -> int | None:
    """``later - earlier`` where it is a constant."""
    a, b = polynomial(later), polynomial(earlier)
    return None if a is None or b is None else a.minus(b).constant


def find(context: LoopContext) -> Promotion | None:
    """The recurrence through memory of a counted loop, if it has exactly one."""
    iteration = context.iteration
    if iteration is None or iteration.symbol is None or abs(iteration.step) != 1 or context.exits:
        return None
    if any(isinstance(node, Continue | Break | Return) for node in walk(context.body)):
        return None
    for position, statement in enumerate(context.body.statements):
        if isinstance(statement, Assign) and isinstance(statement.place, Index):
            found = _promoted(context, position, statement, statement.place)
            if found is not None:
                return found
    return None


def _name(context: LoopContext) -> str:
    """A name that no variable of the function has."""
    taken = {s.name for s in used_symbols(context.function) | declared_symbols(context.function)}
    number, name = 2, "previous"
    while name in taken:
        name, number = f"previous{number}", number + 1
    return name


def _is_changed(context: LoopContext, places: list[Index]) -> bool:
    """Whether one of the places may be written where it stands."""
    mine = {id(place) for place in places}
    for node in walk(context.body):
        match node:
            case Assign(place) | AddressOf(place):
                if id(place) in mine:
                    return True
            case Call(name, arguments) if bare(name) not in PURE:
                if any(id(argument) in mine for argument in arguments):
                    return True
    return False


def _promoted(context: LoopContext, position: int, write: Assign, place: Index) -> Promotion | None:
    iteration = context.iteration
    array = root(place)
    if array is None or iteration is None or iteration.symbol is None or not isinstance(place.base, Ref):
        return None
    if not is_arithmetic(place.type) or array in context.declared:
        return None
    uses = [e for e in walk(context.body) if isinstance(e, Index) and e.base == place.base]
    mentioned = sum(1 for e in walk(context.body) if isinstance(e, Ref) and e.symbol == array)
    others = [e for e in uses if e is not place]
    if mentioned != len(uses) or not others or _is_changed(context, others):
        return None
    distances = [_distance(place.index, e.index) for e in others]
    if not all(d in {0, iteration.step} for d in distances) or iteration.step not in distances:
        return None
    before = {id(node) for s in context.body.statements[: position + 1] for node in walk(s)}
    if not all(id(e) in before for e in others):
        return None
    previous = {id(e) for e, d in zip(others, distances, strict=True) if d == iteration.step}
    symbol = Symbol(_name(context), place.type, -20_000 - iteration.symbol.uid, Storage.TEMPORARY)
    current = Ref(symbol, place.type)

    def one(node: Node) -> Node:
        return current if isinstance(node, Index) and any(node == e for e in others if id(e) in previous) else node

    value: Expr = transform(write.value, one)
    if write.op:
        compute = write.compute or place.type
        old: Expr = place if place.type == compute else Cast(place, compute, implicit=True)
        value = Binary(write.op, old, value, compute, write.overflow)
    if value.type != place.type:
        value = Cast(value, place.type, implicit=True)
    statements: list[Stmt] = [replace(transform(s, one), span=NOWHERE) for s in context.body.statements[:position]]
    statements += [Assign(current, value), replace(write, value=current, op="", span=NOWHERE)]
    statements += context.body.statements[position + 1 :]
    first = next(e for e in others if id(e) in previous)
    start: Expr = substitute(first, {iteration.symbol: iteration.lower})
    index = polynomial(start.index) if isinstance(start, Index) else None
    if isinstance(start, Index) and index is not None and not index.obligations:
        start = replace(start, index=index.expression())
    return Promotion(replace(context.body, statements=tuple(statements)), symbol, start, array)
