"""Where pointers, references and iterators can lead: a points-to analysis of one function.

Flow-insensitive and inclusion-based (Andersen 1994), over a handful of abstract regions.  Knows nothing of extents:
two pointers into one region may still never meet.  What is loaded from memory leads to ``UNKNOWN``.
"""

from __future__ import annotations

from enum import Enum

from unseq.frontend.analysis.library import ALLOCATE, CURSOR_METHODS, PLACE_METHODS, bare
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Call,
    Cast,
    Construct,
    Declare,
    Deref,
    Expr,
    ForEach,
    Function,
    Index,
    Literal,
    Member,
    Method,
    Ref,
    Select,
    Storage,
    Symbol,
)
from unseq.frontend.slotted import dataclass


class Kind(Enum):
    """How a region came into being."""

    STORAGE = "storage"  # a variable's own storage, a local container's elements included
    POINTEE = "pointee"  # what a parameter (pointer, reference, span) led to when the function was entered
    FRESH = "fresh"  # allocated here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Region:
    """An abstract piece of memory; ``symbol`` is the variable or parameter, ``site`` the place of an allocation."""

    kind: Kind
    symbol: Symbol | None = None
    site: int = 0


UNKNOWN = Region(Kind.UNKNOWN)
Regions = frozenset[Region]


def is_pointer_like(type_: t.Type) -> bool:
    """Whether values of the type lead to memory that they do not own."""
    if isinstance(type_, t.Pointer):
        return True
    return isinstance(type_, t.Library) and type_.name in {"span", "iterator", "reverse_iterator", "initializer_list"}


def is_array_parameter(symbol: Symbol) -> bool:
    """Whether a parameter is written as an array: it is a pointer all the same."""
    return isinstance(symbol.type, t.Array) and symbol.storage is Storage.PARAMETER


def leads(e: Expr) -> bool:
    """Whether the elements of ``e`` lie elsewhere: behind a pointer, span or iterator."""
    return is_pointer_like(e.type) or (isinstance(e, Ref) and is_array_parameter(e.symbol))


class PointsTo:
    """The regions that each pointer of a function may lead to, and the variables whose address is taken."""

    def __init__(self, function: Function) -> None:
        self.parameters = frozenset(function.parameters)
        self._targets: dict[Symbol, Regions] = {}
        self._bound: dict[Symbol, list[Expr]] = {}
        self._sources: dict[Symbol, list[Expr]] = {}
        self.address_taken = self._collect(function)
        for symbol in self._sources:
            self._targets.setdefault(symbol, frozenset())
        for symbol in function.parameters:
            if is_pointer_like(symbol.type) or is_array_parameter(symbol):
                self._targets[symbol] = self._targets.get(symbol, frozenset()) | {Region(Kind.POINTEE, symbol)}
        self._solve()

    def _collect(self, function: Function) -> frozenset[Symbol]:
        taken: set[Symbol] = set()
        for node in walk.walk(function):
            if isinstance(node, Declare) and node.value is not None:
                self._define(node.symbol, node.value, taken)
            elif isinstance(node, ForEach):
                element = Index(node.sequence, Literal(0, t.SIZE, "0"), t.strip(node.symbol.type))
                self._define(node.symbol, element, taken)
            elif isinstance(node, Assign) and isinstance(node.place, Ref):
                if is_pointer_like(node.place.symbol.type) and not node.op:
                    self._sources.setdefault(node.place.symbol, []).append(node.value)
            elif isinstance(node, AddressOf):
                root = walk.own_root(node.place)
                if root is not None and not isinstance(root.type, t.Reference):
                    taken.add(root)
        for symbol in taken:  # a pointer that other code may change through its address
            if is_pointer_like(symbol.type):
                self._targets[symbol] = frozenset({UNKNOWN})
        return frozenset(taken)

    def _define(self, symbol: Symbol, value: Expr, taken: set[Symbol]) -> None:
        if isinstance(symbol.type, t.Reference):
            self._bound.setdefault(symbol, []).append(value)
            if not symbol.type.const:
                root = walk.own_root(value)
                if root is not None and isinstance(value, Ref):
                    taken.add(root)
        elif is_pointer_like(symbol.type):
            self._sources.setdefault(symbol, []).append(value)

    def _solve(self) -> None:
        changed = True
        while changed:
            changed = False
            for symbol, values in self._sources.items():
                found = self._targets[symbol].union(*(self.of_value(value) for value in values))
                if found != self._targets[symbol]:
                    self._targets[symbol] = found
                    changed = True

    def of_value(self, e: Expr) -> Regions:
        """Where a pointer, span or iterator value may lead."""
        match e:
            case Ref(symbol):
                if isinstance(t.strip(symbol.type), t.Array) and not is_array_parameter(symbol):
                    return self.of_place(e)
                if isinstance(symbol.type, t.Reference) or symbol.uid < 0:
                    return frozenset({UNKNOWN})
                return self._targets.get(symbol, frozenset({UNKNOWN}))
            case AddressOf(place):
                return self.of_place(place)
            case Cast(operand):
                if isinstance(operand.type, t.Array):
                    return self.of_place(operand)
                if is_pointer_like(operand.type):
                    return self.of_value(operand)
                return frozenset({UNKNOWN})
            case Binary(op, left, right) if op in "+-":
                side = right if t.is_arithmetic(left.type) else left
                return self.of_value(side)
            case Select(_, then, other):
                return self.of_value(then) | self.of_value(other)
            case Method(of, name) if name in CURSOR_METHODS:
                return self.of_value(of) if is_pointer_like(of.type) else self.of_place(of)
            case Call(name, _, _, None) if bare(name) in ALLOCATE:
                return frozenset({Region(Kind.FRESH, None, e.span.start + 1)})
            case Construct(_, arguments):
                known = [
                    self.of_value(a) if is_pointer_like(a.type) else self.of_place(a)
                    for a in arguments
                    if not t.is_arithmetic(a.type)
                ]
                return frozenset().union(*known)
            case Literal():
                return frozenset()
        return self.of_place(e) if isinstance(e.type, t.Array) else frozenset({UNKNOWN})

    def of_place(self, place: Expr) -> Regions:
        """The storage that holds a place."""
        match place:
            case Ref(symbol):
                if is_array_parameter(symbol):
                    return self.of_value(place)
                if not isinstance(symbol.type, t.Reference):
                    return frozenset({Region(Kind.STORAGE, symbol)})
                if symbol in self._bound:
                    return frozenset().union(*(self.of_place(value) for value in self._bound[symbol]))
                if symbol in self.parameters:
                    return frozenset({Region(Kind.POINTEE, symbol)})
                return frozenset({UNKNOWN})
            case Index(base):
                return self.of_value(base) if leads(base) else self.of_place(base)
            case Deref(pointer):
                return self.of_value(pointer)
            case Member(base):
                return self.of_place(base)
            case Method(of, name) if name in PLACE_METHODS:
                return self.of_value(of) if is_pointer_like(of.type) else self.of_place(of)
            case Cast(operand):
                return self.of_place(operand)
            case Select(_, then, other):
                return self.of_place(then) | self.of_place(other)
        return frozenset({UNKNOWN})


def is_local(region: Region) -> bool:
    """Whether nobody outside the function can have known the region when the function was entered."""
    if region.kind is Kind.FRESH:
        return True
    return region.kind is Kind.STORAGE and region.symbol is not None and region.symbol.storage is not Storage.GLOBAL
