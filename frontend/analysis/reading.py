"""Values of expressions in the abstract run, and the memory accesses that their evaluation makes.

Knows loads, places and container methods; statements, loops and calls are ``values``'s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from unseq.frontend.analysis.context import Access, Nest, Obstacle, Test
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.library import CURSOR_METHODS, PLACE_METHODS, SIZE_METHODS
from unseq.frontend.analysis.paths import SIZE, element
from unseq.frontend.analysis.regions import is_array_parameter, is_pointer_like, leads
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Binary,
    Call,
    Cast,
    Construct,
    Deref,
    Expr,
    Index,
    Lambda,
    Literal,
    Loop,
    Member,
    Method,
    Ref,
    Select,
    Stmt,
    Storage,
    Symbol,
    Unary,
)

Env = dict[Symbol, Expr]


class Reader(ABC):
    """Evaluates expressions under ``env``; notes accesses while ``recording``."""

    def __init__(self, effects: Effects, loop: Loop) -> None:
        self.effects = effects
        self.loop = loop
        self.env: Env | None = dict(effects.constants)
        self.accesses: list[Access] = []
        self.checks: list[Access] = []  # reads of v.at(i)
        self.tests: list[Test] = []
        self.nests: list[Nest] = []
        self.recording = False
        self.site: Stmt = loop
        self.calls: list[Call | Method] = []
        self.obstacles: list[Obstacle] = []
        self._unknowns = 0

    @abstractmethod
    def call(self, e: Call) -> Expr:
        """Runs a call and returns its value."""

    @abstractmethod
    def other_method(self, e: Method, target: Expr) -> None:
        """A member function that may change its object."""

    @abstractmethod
    def stream(self, e: Binary) -> None:
        """Output or input by ``<<`` and ``>>``."""

    def unknown(self, type_: t.Type) -> Expr:
        """A value of which nothing is known."""
        self._unknowns += 1
        symbol = Symbol(f"?{self._unknowns}", type_, -self._unknowns, Storage.TEMPORARY)
        return Ref(symbol, t.strip(type_))

    def read(self, e: Expr) -> Expr:
        """The value of ``e``; its loads are recorded."""
        match e:
            case Literal():
                return e
            case Ref():
                return self._variable(e)
            case Index() | Deref() | Member():
                place = self.place(e)
                if walk.is_place(place):
                    self.record(e, place, False)
                return place
            case Unary(_, operand):
                value = self.read(operand)
                return e if value is operand else replace(e, operand=value)
            case Binary(op, left, right):
                first = self.read(left)
                if op in ("&&", "||"):
                    with self.under(left, op == "&&", first):
                        second = self.read(right)
                else:
                    second = self.read(right)
                if op in ("<<", ">>") and isinstance(t.strip(left.type), t.Opaque):
                    self.stream(e)
                return e if first is left and second is right else replace(e, left=first, right=second)
            case Cast(operand, _):
                if isinstance(operand.type, t.Array) and walk.is_place(operand):
                    if leads(operand) and (pointer := self.read(operand)) != operand:
                        return pointer
                    first_element = Literal(0, t.LONG, "0")
                    return AddressOf(Index(self.place(operand), first_element, operand.type.element), e.type)
                value = self.read(operand)
                return e if value is operand else replace(e, operand=value)
            case AddressOf(place):
                return replace(e, place=self.place(place))
            case Select(condition, then, other):
                test = self.read(condition)
                with self.under(condition, True, test):
                    first = self.read(then)
                with self.under(condition, False, test):
                    second = self.read(other)
                return replace(e, condition=test, then=first, other=second)
            case Call():
                return self.call(e)
            case Method():
                return self.method(e)
            case Construct(_, arguments):
                return replace(e, arguments=tuple(self.read(a) for a in arguments))
            case Lambda():
                return e

    def _variable(self, e: Ref) -> Expr:
        symbol = e.symbol
        assert self.env is not None
        value = self.env.get(symbol)
        if isinstance(symbol.type, t.Reference):
            if value is not None:
                if walk.is_place(value):
                    if isinstance(value, Ref) and value.symbol != symbol:
                        return self._variable(value)
                    self.record(e, value, False)
                return value
            self.record(e, e, False)
            return e
        if value is not None or is_array_parameter(symbol):
            return value if value is not None else e
        if self.is_visible(symbol) or self.is_object(symbol.type):
            self.record(e, e, False)
        return e

    def is_visible(self, symbol: Symbol) -> bool:
        """Whether the variable can be changed by other names than its own."""
        if symbol.const:
            return False
        return symbol.storage is Storage.GLOBAL or symbol in self.effects.points_to.address_taken

    def is_followed(self, symbol: Symbol) -> bool:
        """Whether the run keeps a symbolic value of the variable."""
        return isinstance(symbol.type, t.Int | t.Bool) or is_pointer_like(symbol.type) or is_array_parameter(symbol)

    def is_object(self, type_: t.Type) -> bool:
        if isinstance(type_, t.Library):
            return type_.name != "complex" and not is_pointer_like(type_)
        return isinstance(type_, t.Array | t.Record)

    def place(self, e: Expr) -> Expr:
        """The place of ``e`` with known values put in; reads of subscripts and pointers on the way are recorded."""
        match e:
            case Ref(symbol):
                assert self.env is not None
                if isinstance(symbol.type, t.Reference):
                    return self.env.get(symbol, e)
                return e
            case Index(base, index):
                if leads(base):
                    pointer = self.read(base)
                    place = element(pointer, self.read(index), e.type, e)
                else:
                    place = replace(e, base=self.place(base), index=self.read(index))
                if e.checked:
                    self.check(e, place)
                return place
            case Deref(pointer):
                return element(self.read(pointer), Literal(0, t.LONG, "0"), e.type, e)
            case Member(base, name):
                if walk.is_place(base):
                    return Member(self.place(base), name, e.type, e.span)
                return Member(self.read(base), name, e.type, e.span)
            case Method(of, name) if name in PLACE_METHODS:
                self.method(e)
                return replace(e, object=self.place(of))
            case Cast(operand) if walk.is_place(operand):
                return replace(e, operand=self.place(operand))
            case Select(condition, then, other):
                self.read(condition)
                return replace(e, then=self.place(then), other=self.place(other))
        return self.read(e)

    def record(
        self,
        written: Expr,
        resolved: Expr,
        is_write: bool,
        update: str = "",
        whole: bool = False,
        call: Call | Method | None = None,
    ) -> None:
        """Notes one access."""
        if not self.recording:
            return
        if not is_write and not whole and isinstance(resolved, Ref) and resolved.symbol.const and not whole:
            return
        self.accesses.append(
            Access(
                walk.root(resolved),
                written,
                resolved,
                is_write,
                self.site,
                update,
                whole,
                tuple(self.tests),
                tuple(self.nests),
                call,
            )
        )

    def check(self, e: Expr, place: Expr) -> None:
        """Notes an access that throws when it is out of range."""
        if self.recording:
            self.checks.append(
                Access(walk.root(place), e, place, False, self.site, "", False, tuple(self.tests), tuple(self.nests))
            )

    @contextmanager
    def under(self, condition: Expr, holds: bool, resolved: Expr) -> Iterator[None]:
        """Runs what stands under a condition."""
        self.tests.append(Test(condition, holds, resolved))
        yield
        self.tests.pop()

    def method(self, e: Method) -> Expr:
        """A call of a member function of a library object."""
        name = e.name
        is_view = is_pointer_like(t.strip(e.object.type))
        target = self.read(e.object) if is_view or not walk.is_place(e.object) else self.place(e.object)
        arguments = tuple(self.read(a) for a in e.arguments)
        if is_view:
            return replace(e, object=target, arguments=arguments)
        if name in SIZE_METHODS or name in {"end", "cend", "rbegin", "rend"}:
            self.record(e, Member(target, SIZE, t.SIZE), False)
            if name in ("size", "length"):
                return Member(target, SIZE, e.type)
        elif name in PLACE_METHODS:
            self.record(e, replace(e, object=target), False)
            if name == "at":
                self.check(e, replace(e, object=target))
        elif name not in CURSOR_METHODS:
            self.other_method(e, target)
        return replace(e, object=target, arguments=arguments)
