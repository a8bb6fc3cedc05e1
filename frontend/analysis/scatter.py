"""Scatter with an associative, commutative operator: ``bins[key] += e`` with keys that may collide."""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.updates import Update, uncast, updates
from unseq.frontend.facts import ArrayAccumulator, Role
from unseq.frontend.ir.nodes import Assign, Expr, Index, Literal, Member, Method, Ref, Symbol
from unseq.frontend.ir.types import SIZE, Array, Int, Library, Type, is_arithmetic, strip
from unseq.frontend.ir.walk import walk


def extent_of(array: Symbol, indices: list[Expr]) -> Expr | None:
    """The number of elements of an array that ``indices`` can reach, where its type or theirs tells."""
    type_ = strip(array.type)
    if isinstance(type_, Array) and type_.extent is not None:
        return Literal(type_.extent, SIZE) if isinstance(type_.extent, int) else type_.extent
    if isinstance(type_, Library) and type_.name == "array" and isinstance(type_.args[1], int):
        return Literal(type_.args[1], SIZE)
    if isinstance(type_, Library) and type_.name in {"vector", "span", "string"}:
        return Method(Ref(array, type_), "size", (), SIZE)
    widths = [_unsigned_bits(uncast(index).type) for index in indices]
    bits = [width for width in widths if width is not None]
    if len(bits) == len(indices) and max(bits) <= 16:
        return Literal(1 << max(bits), SIZE)
    return None


def _unsigned_bits(type_: Type) -> int | None:
    return type_.bits if isinstance(type_, Int) and not type_.signed else None


def _places(context: LoopContext, array: Symbol) -> list[Index | Member]:
    """The distinct elements (or members of elements) of ``array`` that the loop assigns."""
    found: dict[Index | Member, None] = {}
    for node in walk(context.body):
        if isinstance(node, Assign) and isinstance(node.place, Index | Member):
            element = node.place.base if isinstance(node.place, Member) else node.place
            if isinstance(element, Index) and isinstance(element.base, Ref) and element.base.symbol == array:
                found[node.place] = None
    return list(found)


def _role(context: LoopContext, array: Symbol) -> ArrayAccumulator | None:
    places = _places(context, array)
    if not places or any(isinstance(place, Member) for place in places):
        return None
    found: list[Update] = []
    for place in places:
        of_place = updates(context.body, place)
        if of_place is None:
            return None
        found.extend(of_place)
    element = places[0].type
    if len({update.op for update in found}) != 1 or not is_arithmetic(element):
        return None
    whole = Ref(array, strip(array.type))
    uses = sum(1 for node in walk(context.body) if node == whole)
    if uses != sum(update.mentions for update in found):
        return None  # read or passed on elsewhere, also through its own subscripts
    indices = [place.index for place in places if isinstance(place, Index)]
    spans = tuple(update.statement.span for update in found)
    return ArrayAccumulator(whole, found[0].op, element, extent_of(array, indices), spans)


def find(context: LoopContext) -> tuple[Role, ...]:
    """The arrays that a loop only ever updates by one operator, wherever the subscripts point."""
    roots = {
        access.root
        for access in context.accesses
        if access.is_write and access.root is not None and access.root not in context.declared
    }
    roles = [_role(context, root) for root in sorted(roots, key=lambda s: s.uid)]
    return tuple(role for role in roles if role is not None)
