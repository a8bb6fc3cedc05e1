"""Random IR: well-typed functions over arrays and numbers that end and stay in bounds.

Every array has ``EXTENT`` elements; subscripts are masked or are loop variables below ``n``, which is at most
``EXTENT``.  Arithmetic may still overflow or divide by zero: the interpreter says so and such an input is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Case,
    Cast,
    Continue,
    Declare,
    Deref,
    Evaluate,
    Expr,
    For,
    Function,
    If,
    Index,
    Literal,
    Overflow,
    Place,
    Ref,
    Return,
    Select,
    Stmt,
    Storage,
    Switch,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.source import Language, SourceUnit

EXTENT = 8
SHORT = t.Int(16, True, "short")
BYTE = t.Int(8, False, "unsigned char")
ULONG = t.Int(64, False, "unsigned long")
NUMBERS: tuple[t.Type, ...] = (t.INT, t.INT, t.UNSIGNED, t.LONG, ULONG, SHORT, t.CHAR, BYTE, t.FLOAT, t.DOUBLE, t.BOOL)
WIDE: tuple[t.Type, ...] = (t.INT, t.INT, t.UNSIGNED, t.LONG, ULONG, t.FLOAT, t.DOUBLE, t.DOUBLE)
UNIT = SourceUnit(Path("random.cpp"), Language.CPP, b"")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class Builder:
    """Makes one function; ``draw`` is Hypothesis's."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.uid = 0
        self.loops = 0
        self.scopes: list[list[Symbol]] = [[]]
        self.fixed: set[int] = set()  # loop variables and the like: read only
        self.arrays: list[Symbol] = []
        self.in_loop = False
        self.budget = 14

    # --- choices -------------------------------------------------------------------------------------------------

    def pick(self, choices: Any) -> Any:
        return choices[self.draw(st.integers(0, len(choices) - 1))]

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) < percent)

    def symbol(self, name: str, type_: t.Type, storage: Storage = Storage.LOCAL) -> Symbol:
        self.uid += 1
        return Symbol(f"{name}{self.uid}", type_, self.uid, storage)

    @contextmanager
    def scope(self) -> Iterator[None]:
        self.scopes.append([])
        yield
        self.scopes.pop()

    def variables(self) -> list[Symbol]:
        return [symbol for scope in self.scopes for symbol in scope]

    # --- expressions ---------------------------------------------------------------------------------------------

    def literal(self, type_: t.Type) -> Literal:
        if isinstance(type_, t.Bool):
            return Literal(self.chance(50), type_)
        if isinstance(type_, t.Float):
            return Literal(self.pick((0.0, 1.0, -2.5, 0.5, 3.0, 1e3)), type_)
        assert isinstance(type_, t.Int)
        low = -4 if type_.signed else 0
        value = self.draw(st.integers(low, 9))
        if self.chance(8):
            value = self.pick((-(1 << (type_.bits - 1)) if type_.signed else 0, (1 << (type_.bits - type_.signed)) - 1))
        return Literal(value, type_)

    def to(self, e: Expr, type_: t.Type, implicit: bool | None = None) -> Expr:
        """``e`` converted; conversions of literals that C++ would refuse in braces do not arise here."""
        if e.type == type_:
            return e
        return Cast(e, type_, self.chance(60) if implicit is None else implicit)

    def number(self, type_: t.Type, depth: int) -> Expr:
        """An expression of an arithmetic type."""
        kind = self.draw(st.integers(0, 11)) if depth > 0 else self.draw(st.integers(0, 3))
        if kind == 0:
            return self.literal(type_)
        if kind <= 2:
            places = [s for s in self.variables() if s.type == type_]
            if places and self.chance(80):
                chosen = self.pick(places)
                return Ref(chosen, type_)
            return self.to(self.read(depth - 1), type_)
        if kind == 3:
            return self.to(self.read(depth - 1), type_)
        if kind == 4:
            return self.to(self.number(self.pick(NUMBERS), depth - 1), type_, implicit=self.chance(50))
        if kind == 5:
            condition = self.condition(depth - 1)
            return Select(condition, self.number(type_, depth - 1), self.number(type_, depth - 1), type_)
        if isinstance(type_, t.Bool):
            return self.truth(depth)
        if isinstance(type_, t.Int) and type_.bits < 32:
            return self.to(self.number(t.INT, depth - 1), type_)
        if kind == 6:
            return self.unary(type_, depth)
        return self.binary(type_, depth)

    def overflow(self, type_: t.Type) -> Overflow:
        if not isinstance(type_, t.Int):
            return Overflow.NONE
        return Overflow.WRAP if not type_.signed or self.chance(70) else Overflow.UNDEFINED

    def unary(self, type_: t.Type, depth: int) -> Expr:
        op = "-" if isinstance(type_, t.Float) or self.chance(50) else "~"
        overflow = self.overflow(type_) if op == "-" else Overflow.NONE
        return Unary(op, self.number(type_, depth - 1), type_, overflow)

    def binary(self, type_: t.Type, depth: int) -> Expr:
        left = self.number(type_, depth - 1)
        if isinstance(type_, t.Float):
            return Binary(self.pick("+-*/"), left, self.number(type_, depth - 1), type_)
        op = self.pick(("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))
        if op in {"<<", ">>"}:
            amount = Binary("&", self.number(t.INT, depth - 1), Literal(self.pick((3, 7, 31)), t.INT), t.INT)
            return Binary(op, left, amount, type_)
        right = self.number(type_, depth - 1)
        if op in "/%" and self.chance(80):
            right = Literal(self.draw(st.integers(1, 9)), type_)
        overflow = self.overflow(type_) if op in "+-*" else Overflow.NONE
        return Binary(op, left, right, type_, overflow)

    def truth(self, depth: int) -> Expr:
        kind = self.draw(st.integers(0, 5))
        if kind == 0:
            return Unary("!", self.condition(depth - 1), t.BOOL)
        if kind <= 2:
            return Binary(self.pick(("&&", "||")), self.condition(depth - 1), self.condition(depth - 1), t.BOOL)
        type_ = self.pick(WIDE)
        return Binary(self.pick(COMPARISONS), self.number(type_, depth - 1), self.number(type_, depth - 1), t.BOOL)

    def condition(self, depth: int) -> Expr:
        """Anything that can be true."""
        if depth <= 0 or self.chance(25):
            return self.number(self.pick((t.INT, t.BOOL, t.DOUBLE)), 0)
        return self.truth(depth)

    def index(self, depth: int) -> Expr:
        """A subscript in bounds."""
        inside = [s for s in self.variables() if s.uid in self.fixed]
        if inside and self.chance(70):
            chosen = self.pick(inside)
            return Ref(chosen, chosen.type)
        mask: t.Type = self.pick((t.INT, t.UNSIGNED, t.LONG))
        if depth <= 0:
            return Literal(self.draw(st.integers(0, EXTENT - 1)), mask)
        return Binary("&", self.number(mask, depth), Literal(EXTENT - 1, mask), mask)

    def element(self, depth: int, writable: bool = False) -> Place:
        array = self.pick([a for a in self.arrays if not (writable and getattr(a.type, "const", False))])
        base = Ref(array, array.type)
        type_ = t.element_type(array.type)
        assert type_ is not None
        if isinstance(array.type, t.Pointer) and self.chance(10):
            return Deref(Binary("+", base, self.index(depth), array.type), type_)
        return Index(base, self.index(depth), type_)

    def read(self, depth: int) -> Expr:
        known = self.variables()
        if known and self.chance(55):
            chosen = self.pick(known)
            return Ref(chosen, chosen.type)
        return self.element(min(depth, 1))

    # --- statements ----------------------------------------------------------------------------------------------

    def target(self) -> Place:
        mine = [s for s in self.variables() if s.uid not in self.fixed]
        if mine and self.chance(50):
            chosen = self.pick(mine)
            return Ref(chosen, chosen.type)
        return self.element(1, writable=True)

    def assign(self) -> Stmt:
        place = self.target()
        type_ = place.type
        if self.chance(50) or isinstance(type_, t.Bool):
            return Assign(place, self.to(self.number(self.pick((type_, self.pick(NUMBERS))), 3), type_, implicit=True))
        compute: t.Type = self.pick(WIDE)
        if isinstance(type_, t.Float) and not isinstance(compute, t.Float):
            compute = type_
        if isinstance(compute, t.Float):
            return Assign(place, self.to(self.number(self.pick(NUMBERS), 2), compute), self.pick("+-*"), compute)
        op = self.pick(("+", "-", "*", "&", "|", "^", "<<", ">>"))
        if op in {"<<", ">>"}:
            return Assign(place, Literal(self.draw(st.integers(0, 7)), t.INT), op, compute)
        overflow = self.overflow(compute) if op in "+-*" else Overflow.NONE
        if self.chance(15):
            return Assign(place, Literal(1, compute), self.pick("+-"), compute, self.overflow(compute))
        return Assign(place, self.to(self.number(self.pick(NUMBERS), 2), compute), op, compute, overflow)

    def declare(self) -> Stmt:
        symbol = self.symbol("v", self.pick(NUMBERS))
        value = self.number(symbol.type, 3)
        self.scopes[-1].append(symbol)
        return Declare(symbol, value)

    def block(self, depth: int, most: int = 3) -> Block:
        with self.scope():
            return Block(tuple(self.statement(depth) for _ in range(self.draw(st.integers(1, most)))))

    def statement(self, depth: int) -> Stmt:
        self.budget -= 1
        kind = self.draw(st.integers(0, 11)) if depth > 0 and self.budget > 0 else self.draw(st.integers(0, 3))
        if kind <= 2:
            return self.assign()
        if kind == 3:
            return self.declare()
        if kind <= 6:
            return self.loop(depth)
        if kind == 7:
            return self.counted(depth)
        if kind == 8:
            return self.switch(depth)
        if kind == 9 and self.in_loop:
            leave: Stmt = Break() if self.chance(50) else Continue()
            return If(self.truth(1), Block((leave,)), None)
        if kind == 10:
            return If(self.truth(1), Block((Return(self.number(self.result, 1)),)), None)
        other = self.block(depth - 1) if self.chance(50) else None
        return If(self.condition(2), self.block(depth - 1), other)

    def loop(self, depth: int) -> Stmt:
        self.loops += 1
        id_ = self.loops
        type_ = self.n.type
        i = self.symbol("i", type_)
        start = Literal(self.draw(st.integers(0, 2)), type_)
        step = Literal(self.pick((1, 1, 1, 2)), type_)
        at = Ref(i, type_)
        with self.scope():
            self.scopes[-1].append(i)
            self.fixed.add(i.uid)
            outer, self.in_loop = self.in_loop, True
            body = self.block(depth - 1)
            self.in_loop = outer
        forward = Binary("<", at, Ref(self.n, type_), t.BOOL)
        return For((Declare(i, start),), forward, (Assign(at, step, "+", type_, Overflow.UNDEFINED),), body, id_)

    def counted(self, depth: int) -> Stmt:
        """A while loop that ends by a counter of its own."""
        self.loops += 1
        id_ = self.loops
        counter = self.symbol("k", t.INT)
        at = Ref(counter, t.INT)
        with self.scope():
            self.scopes[-1].append(counter)
            self.fixed.add(counter.uid)
            outer, self.in_loop = self.in_loop, True
            inner = self.block(depth - 1)
            self.in_loop = outer
        count = Assign(at, Literal(1, t.INT), "-", t.INT, Overflow.UNDEFINED)
        body = Block((count, *inner.statements))
        start = Declare(counter, Literal(self.draw(st.integers(1, 4)), t.INT))
        test = Binary(">", at, Literal(0, t.INT), t.BOOL)
        return Block((start, While(test, body, id_, self.chance(30))))

    def switch(self, depth: int) -> Stmt:
        value = Binary("&", self.number(t.INT, 2), Literal(3, t.INT), t.INT)
        cases = [Case((0, 2), self.block(depth - 1, 2)), Case((1,), self.block(depth - 1, 2))]
        if self.chance(60):
            cases.append(Case((), self.block(depth - 1, 2)))
        return Switch(value, tuple(cases))

    def function(self, name: str) -> Function:
        self.n = self.symbol("n", self.pick((t.INT, t.INT, t.LONG)), Storage.PARAMETER)
        self.fixed.add(self.n.uid)
        parameters = [self.n]
        elements = NUMBERS[:-1]
        for i in range(self.draw(st.integers(2, 3))):
            type_ = t.Pointer(self.pick(elements), const=i == 0 and self.chance(50))
            array = self.symbol("a", type_, Storage.PARAMETER)
            self.arrays.append(array)
            parameters.append(array)
        for _ in range(self.draw(st.integers(0, 2))):
            scalar = self.symbol("x", self.pick(NUMBERS), Storage.PARAMETER)
            self.scopes[0].append(scalar)
            parameters.append(scalar)
        self.result = self.pick(NUMBERS)
        statements: list[Stmt] = []
        if self.chance(40):
            local = self.symbol("l", t.Array(self.pick(elements), EXTENT))
            i = self.symbol("i", t.INT)
            at, element = Ref(i, t.INT), t.element_type(local.type)
            assert element is not None
            self.loops += 1
            fill = Assign(Index(Ref(local, local.type), at, element), self.to(at, element, True))
            test = Binary("<", at, Literal(EXTENT, t.INT), t.BOOL)
            step = Assign(at, Literal(1, t.INT), "+", t.INT, Overflow.UNDEFINED)
            first = For((Declare(i, Literal(0, t.INT)),), test, (step,), Block((fill,)), self.loops)
            statements += [Declare(local, None), first]
            self.arrays.append(local)
        statements += [self.statement(3) for _ in range(self.draw(st.integers(2, 4)))]
        statements.append(Evaluate(self.number(self.result, 1)))
        statements.append(Return(self.number(self.result, 3)))
        return Function(name, tuple(parameters), self.result, Block(tuple(statements)), UNIT)


@st.composite
def functions(draw: Any, name: str = "f") -> Function:
    """A random function: ``n`` in 0..EXTENT, arrays of EXTENT elements, numbers."""
    return Builder(draw).function(name)
