"""Whether what a standard algorithm reads, while it runs in parallel, can be what it writes.

An element may be read where it is written by the same step (``transform`` in place); any other element may not.  Knows
iterators that begin at a variable, and what function objects read; the rest is refused, or guarded at run time.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.aliasing import CONTAINERS, compatible
from unseq.frontend.analysis.library import SIZE_METHODS
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Disjoint, Distinct, Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Call,
    Deref,
    Expr,
    Index,
    Lambda,
    Literal,
    Member,
    Method,
    Ref,
    Storage,
    Symbol,
)
from unseq.frontend.ir.walk import children, declared_symbols, own_root, root


class Overlapping(Exception):
    """The message says what may overlap."""


def guards(
    call: Call,
    reads: tuple[int, ...],
    writes: tuple[int, ...],
    length: Expr,
    *,
    steps: bool = True,
    grown: Expr | None = None,
) -> tuple[Guard, ...]:
    """What must hold at run time for the call's ranges ``reads`` and function objects to be apart from its ranges
    ``writes`` (positions of arguments), each of ``length`` elements, and for all that it reads to be apart from a
    container ``grown``. ``steps``: each element is read by the step that writes the one in its place. Raises
    ``Overlapping``."""
    found: dict[Guard, None] = {}
    if grown is not None:
        for guard in _appended(call, grown):
            found[guard] = None
    for out in (call.arguments[k] for k in writes):
        for first in (call.arguments[k] for k in reads):
            for guard in _ranges(uncast(first), uncast(out), length, steps):
                found[guard] = None
        for given in call.arguments:
            for place in _loads(uncast(given)):
                for guard in _place(place, uncast(out), length):
                    found[guard] = None
    return tuple(found)


def _appended(call: Call, grown: Expr) -> Iterator[Guard]:
    """Guards for a container that grows: nothing that is read may be in it."""
    target = root(grown)
    assert target is not None  # a variable
    read = [uncast(a) for a in call.arguments if t.element_type(a.type) is not None]
    for place in (*read, *(p for a in call.arguments for p in _loads(uncast(a)))):
        symbol = root(place)
        if symbol is None or symbol == target:
            raise Overlapping(f"it reads what it appends to {target.name}")
        if isinstance(place, Ref) and not _is_container(symbol):
            continue
        if _owns(symbol) or _owns(target):
            continue
        if not _is_container(symbol):
            raise Overlapping(f"{symbol.name} may point into {target.name}")
        yield from _distinct(symbol, target)


def _ranges(first: Expr, out: Expr, length: Expr, steps: bool) -> Iterator[Guard]:
    """Guards for a range that is read and one that is written, step by step."""
    left, right = root(first), root(out)
    element, written = t.element_type(first.type), t.element_type(out.type)
    if (first == out and steps) or element is None or written is None or not compatible(element, written):
        return
    if left is None or right is None:
        raise Overlapping("what it reads may be what it writes")
    if left == right:
        raise Overlapping(f"it reads and writes {left.name} at different places")
    if _owns(left) or _owns(right):
        return
    if _is_container(left) and _is_container(right):
        if steps and _starts(first) and _starts(out):
            return  # one object: then the same elements
        yield from _distinct(left, right)
        return
    if any(isinstance(e.type, t.Library) and e.type.name == "reverse_iterator" for e in (first, out)):
        raise Overlapping("it runs backwards over what may be what it writes")
    yield Disjoint(Extent(first, terms.ZERO, length), Extent(out, terms.ZERO, length))


def _loads(e: Expr) -> Iterator[Expr]:
    """The places outside of itself that a function object reads, as far as they could be written."""
    if not isinstance(e, Lambda):
        return
    own = declared_symbols(e.body) | frozenset(e.parameters)
    copied = frozenset(e.copies)
    pending: list[Expr] = [e.body]  # type: ignore[list-item]  # any node
    while pending:
        node = pending.pop()
        if isinstance(node, Method) and node.name in SIZE_METHODS:
            continue
        if isinstance(node, Index | Deref | Member | Ref):
            symbol = root(node)
            if symbol is None or (symbol not in own and not (symbol in copied and own_root(node) == symbol)):
                yield node
        pending += children(node)  # type: ignore[arg-type]  # any node


def _place(place: Expr, out: Expr, length: Expr) -> Iterator[Guard]:
    """Guards for one place that a function object reads."""
    symbol, written = root(place), root(out)
    element = t.element_type(out.type)
    if symbol is None or written is None or element is None:
        raise Overlapping("its function object may read what it writes")
    if isinstance(place, Ref):
        if not isinstance(symbol.type, t.Reference) or not t.is_arithmetic(place.type):
            return  # a variable of this function; elements of containers and pointers are places of their own
        if compatible(place.type, element) and not _owns(written):
            own = Extent(AddressOf(place, t.Pointer(place.type)), terms.ZERO, terms.ONE)
            yield Disjoint(own, Extent(out, terms.ZERO, length))
        return
    if symbol == written:
        raise Overlapping(f"its function object reads {symbol.name}, which it writes")
    if not compatible(place.type, element) or _owns(symbol) or _owns(written):
        return
    if _is_container(symbol) and _is_container(written):
        yield from _distinct(symbol, written)
        return
    raise Overlapping(f"its function object reads {symbol.name}, which may be what it writes")


def _distinct(left: Symbol, right: Symbol) -> Iterator[Guard]:
    """Two containers, each of which may be any: one object, none of both, or one an element of the other."""
    here, there = t.strip(left.type), t.strip(right.type)
    if here == there:
        yield Distinct(Ref(left, here), Ref(right, there))
    elif compatible(here, there):
        raise Overlapping(f"{left.name} and {right.name} may be one and a part of it")


def owned(iterator: Expr) -> bool:
    """Whether a range lies in a container or array of this function alone."""
    symbol = root(uncast(iterator))
    return symbol is not None and _owns(symbol)


def _owns(symbol: Symbol) -> bool:
    """Whether it is a container or array of this function alone."""
    local = symbol.storage in (Storage.LOCAL, Storage.PARAMETER, Storage.TEMPORARY)
    if isinstance(symbol.type, t.Array):
        return local and symbol.storage is not Storage.PARAMETER
    return local and _is_container(symbol) and not isinstance(symbol.type, t.Reference)


def _is_container(symbol: Symbol) -> bool:
    type_ = t.strip(symbol.type)
    return isinstance(type_, t.Library) and type_.name in CONTAINERS


def _starts(iterator: Expr) -> bool:
    """Whether an iterator is the beginning of a variable."""
    if isinstance(iterator, Method):
        return iterator.name in ("begin", "cbegin") and isinstance(iterator.object, Ref)
    is_call = isinstance(iterator, Call) and iterator.name in ("std::begin", "std::cbegin")
    return is_call and isinstance(iterator.arguments[0], Ref)  # type: ignore[union-attr]  # a call


def bound(e: Expr) -> bool:
    """Whether a value given to an algorithm cannot change while it writes elements: a constant or a number."""
    e = uncast(e)
    return isinstance(e, Literal) or (isinstance(e, Ref) and not isinstance(e.symbol.type, t.Reference))
