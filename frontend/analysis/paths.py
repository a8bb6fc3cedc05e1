"""Where a resolved place lies: an object and the steps from it, and whether two such paths can meet.

Pointer arithmetic, address-of and iterators are folded into subscripts, so that ``*(p + i)``, ``(&p[1])[i - 1]`` and
``p[i]`` have one form. Subscripts are not interpreted here.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.library import PLACE_METHODS, SIZE_METHODS
from unseq.frontend.analysis.regions import is_pointer_like, leads
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Binary,
    Cast,
    Deref,
    Expr,
    Index,
    Literal,
    Member,
    Method,
    Overflow,
    Ref,
    Symbol,
    Unary,
)
from unseq.frontend.ir.remembering import remembered
from unseq.frontend.slotted import dataclass

SIZE = "size()"  # the pseudo-member that holds a container's size
POSITIONS = -1_000_000  # uids of made-up loop positions lie below this, those of unknown values above


def is_unknown(symbol: Symbol) -> bool:
    """Whether the symbol stands for a value of which nothing is known."""
    return POSITIONS < symbol.uid < 0


def has_unknown(e: Expr) -> bool:
    """Whether a resolved expression mentions an unknown value."""
    return any(isinstance(node, Ref) and is_unknown(node.symbol) for node in walk.walk(e))


@dataclass(frozen=True, slots=True)
class Path:
    """``base`` is a variable (its own storage), or a pointer value; ``steps`` are subscripts (expressions) and
    member names. ``behind``: the path goes through the pointer ``base``."""

    base: Expr
    steps: tuple[Expr | str, ...]
    behind: bool


def _offset(pointer: Expr) -> tuple[Expr, Expr | None]:
    """A pointer value as a simpler pointer and a number of elements to add (None: zero)."""
    match pointer:
        case Binary(op, left, right) if op in "+-" and not t.is_arithmetic(pointer.type):
            if t.is_arithmetic(left.type):
                left, right = right, left
            if not t.is_arithmetic(right.type):
                return pointer, None
            base, inner = _offset(left)
            forward = (op == "+") != _is_reversed(pointer)
            amount = right if forward else Unary("-", terms.long(right), t.LONG, Overflow.UNDEFINED)
            return base, amount if inner is None else terms.add(inner, amount)
        case Cast(operand, type_) if isinstance(operand.type, t.Array) and isinstance(type_, t.Pointer):
            return _offset(operand)
        case Cast(operand, type_) if is_pointer_like(operand.type) and is_pointer_like(type_):
            if t.element_type(operand.type) == t.element_type(type_):
                return _offset(operand)
            return pointer, None
        case AddressOf(Index(base, index)) if leads(base):
            inner_base, inner = _offset(base)
            return inner_base, index if inner is None else terms.add(inner, index)
        case Method(of, name) if name in {"begin", "cbegin", "data", "c_str"}:
            return _offset(of) if is_pointer_like(of.type) else (of, None)
        case Method(of, name) if name in {"end", "cend"} and not is_pointer_like(of.type):
            return of, Member(of, SIZE, t.SIZE)
        case Method(of, name) if name in {"rbegin", "crbegin"} and not is_pointer_like(of.type):
            return of, terms.subtract(terms.long(Member(of, SIZE, t.SIZE)), terms.ONE)
        case Method(of, name) if name in {"rend", "crend"} and not is_pointer_like(of.type):
            return of, terms.literal(-1)
    return pointer, None


def distance(first: Expr, last: Expr) -> Expr | None:
    """The number of elements between two cursors of one object; None: not known to be of one."""
    base, low = _offset(first)
    other, high = _offset(last)
    if base != other or _is_reversed(first) or _is_reversed(last) or (low is None and high is None):
        return None
    return terms.subtract(high or terms.ZERO, low or terms.ZERO)


def _is_reversed(pointer: Expr) -> bool:
    """Whether subscripts behind it count down."""
    type_ = t.strip(pointer.type)
    return isinstance(type_, t.Library) and type_.name == "reverse_iterator"


def element(base: Expr, index: Expr, type_: t.Type, like: Expr) -> Expr:
    """The place ``base[index]`` in its simplest form; ``like`` gives the span."""
    if _is_reversed(base) and terms.constant(index) != 0:
        index = Unary("-", terms.long(index), t.LONG, Overflow.UNDEFINED)
    base, offset = _offset(base)
    if offset is not None:
        index = offset if terms.constant(index) == 0 else terms.add(offset, index)
    if isinstance(base, AddressOf):
        place = base.place
        if isinstance(place, Index):  # an element of an array inside something else: &s.a[k]
            return element(place.base, terms.add(place.index, index), type_, like)
        if terms.constant(index) == 0 and place.type == type_:
            return place
    return Index(base, index, type_, span=like.span)


def path(place: Expr) -> Path:
    """The path of a resolved place."""
    return remembered(place, "path", _path)


def _path(place: Expr) -> Path:
    steps: list[Expr | str] = []
    while True:
        match place:
            case Index(base, index):
                steps.append(index)
                if leads(base):
                    return Path(base, tuple(reversed(steps)), True)
                place = base
            case Deref(pointer):
                steps.append(Literal(0, t.LONG, "0"))
                return Path(pointer, tuple(reversed(steps)), True)
            case Member(base, name):
                is_union = isinstance(base.type, t.Record) and base.type.spelling.startswith("union")
                steps.append("?" if is_union else name)
                place = base
            case Method(of, name) if name in PLACE_METHODS:
                steps.append("?")
                place = of
            case Cast(operand) if walk.is_place(operand):
                place = operand
            case _:
                return Path(place, tuple(reversed(steps)), not isinstance(place, Ref))


def may_meet(left: Path, right: Path) -> bool:
    """Whether two paths from one base may name overlapping memory, subscripts not looked at: one is not led away
    from the other by members of different names."""
    for a, b in zip(left.steps, right.steps, strict=False):
        if isinstance(a, str) and isinstance(b, str):
            if a != b and "?" not in (a, b):
                return False
        elif isinstance(a, str) != isinstance(b, str):
            return SIZE not in (a, b)
    return True


def loads(e: Expr) -> Iterator[Expr]:
    """The places that evaluating ``e`` reads; what a place is only a part of is not read."""
    match e:
        case Index() | Member() | Deref():
            yield e
            yield from _on_the_way(e)
        case Method(of, name) if name in PLACE_METHODS or name in SIZE_METHODS:
            yield e
            yield from _on_the_way(of)
            for argument in e.arguments:
                yield from loads(argument)
        case AddressOf(place):
            yield from _on_the_way(place)
        case _:
            for child in walk.children(e):
                if isinstance(child, walk.EXPRESSIONS):
                    yield from loads(child)


def _on_the_way(place: Expr) -> Iterator[Expr]:
    """What is read to find a place."""
    match place:
        case Index(base, index):
            yield from loads(index)
            yield from (loads(base) if leads(base) else _on_the_way(base))
        case Deref(pointer):
            yield from loads(pointer)
        case Member(base):
            yield from _on_the_way(base) if walk.is_place(base) else loads(base)
        case Ref():
            return
        case _:
            yield from loads(place)


def same_object(left: Expr, right: Expr) -> bool:
    """Whether two places are reached from one base and may overlap for some subscripts."""
    a, b = path(left), path(right)
    return a.base == b.base and may_meet(a, b)
