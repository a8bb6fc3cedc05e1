"""Elements of ``std::vector<bool>``: neighbours share a word, so that writes of different elements can collide.

Where every iteration touches the bit at its own number, groups of iterations that begin at multiples of the word's
length never share a word; where every iteration has a vector of its own, nothing is shared.  Anything else is in the
way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Cast, Deref, Expr, Index, Member, Ref, Symbol


def is_bits(type_: t.Type) -> bool:
    """Whether neighbouring elements of the type share a word, or may: iterators do not say what they run over."""
    type_ = t.strip(type_)
    return isinstance(type_, t.Library) and type_.name in ("vector", "iterator", "reverse_iterator") and (
        type_.args[:1] == (t.BOOL,))  # fmt: skip


def bit(place: Expr) -> Index | Deref | None:
    """The element of a vector of bits that a place is, if it is one."""
    while isinstance(place, Member | Cast):
        place = place.base if isinstance(place, Member) else place.operand
    if isinstance(place, Index) and is_bits(place.base.type):
        return place
    return place if isinstance(place, Deref) and is_bits(place.pointer.type) else None


def collide(context: LoopContext, accesses: Sequence[Access], is_fixed: Callable[[Expr], bool]) -> bool | None:
    """Whether the accesses behind one base write bits in words that other iterations use. None: not if 64 iterations
    from each multiple of 64 on are kept together."""
    places = [(access, bit(access.resolved)) for access in accesses]
    if not any(access.is_write and place is not None for access, place in places):
        return False
    bits = [place for _, place in places if place is not None]
    position = context.nest.position
    if all(_own_vector(place, position) for place in bits):
        return False
    iteration = context.iteration
    direct = iteration is not None and iteration.symbol == position and iteration.step == 1
    vectors = {place.base for place in bits if isinstance(place, Index)}
    others = any(place is None and access.is_write for access, place in places)
    if not direct or len(vectors) != 1 or others or not is_fixed(next(iter(vectors))):
        return True
    vector = t.strip(next(iter(vectors)).type)
    by_number = all(isinstance(place, Index) and _is(place.index, position) for place in bits)
    return None if by_number and isinstance(vector, t.Library) and vector.name == "vector" else True


def _is(e: Expr, position: Symbol) -> bool:
    """Whether ``e`` is the iteration's number, in any integer type that holds it."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int):
        if e.type.bits < e.operand.type.bits:
            return False
        e = e.operand
    return isinstance(e, Ref) and e.symbol == position


def _own_vector(place: Index | Deref, position: Symbol) -> bool:
    """Whether the vector itself is an element at the iteration's number."""
    e: Expr = place.base if isinstance(place, Index) else place.pointer
    while isinstance(e, Index | Member):
        if isinstance(e, Index) and _is(e.index, position) and not is_bits(e.base.type):
            return True
        e = e.base
    return False
