"""One abstract run of a loop's body: what memory it touches, with subscripts in terms of what is known at loop entry.

Forward, path-insensitive, with a symbolic value for each integer, pointer and reference: a polynomial-like expression
over invariants and loop positions, a memory load, or an unknown.  Branches that disagree make an unknown.  Functions
of the file and closures are entered as if they were inlined.  Floating-point values are not followed.
"""

from __future__ import annotations

from functools import cached_property

from unseq.frontend.analysis import calls, spaces, terms
from unseq.frontend.analysis.affine import never_negative
from unseq.frontend.analysis.calls import Frame
from unseq.frontend.analysis.context import Access, ExitKind, ExitPoint, Test
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.paths import element
from unseq.frontend.analysis.reading import Env, Reader
from unseq.frontend.analysis.regions import is_pointer_like
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    ForEach,
    If,
    Index,
    Loop,
    Method,
    Ref,
    Return,
    Stmt,
    Switch,
    Symbol,
    While,
)

MAX_STEPS = 20_000  # statements run, inlined calls included
MAX_VALUE = 60  # nodes of a symbolic value


class TooLarge(Exception):
    """The body is too large to be run."""


class Values(Reader):
    """The abstract run. A coarse one takes no loop for counted."""

    def __init__(self, effects: Effects, loop: Loop, is_coarse: bool = False) -> None:
        super().__init__(effects, loop)
        self.is_coarse = is_coarse
        self.exits: list[ExitPoint] = []
        self.assumed: list[Expr] = []  # comparisons at loop entry that resolved values rest on
        self.frames: list[Frame] = []
        self.steps = 0
        self.inlined: list[str] = []  # functions being run, innermost last
        self.entered: set[str] = set()  # functions ever run
        self.space = self._enter(loop, top=True)

    @cached_property
    def writes(self) -> list[Access]:
        """The writes that a coarse run finds: what a loop's header must not read if it is to be counted."""
        return [a for a in Values(self.effects, self.loop, is_coarse=True).accesses if a.is_write]

    def call(self, e: Call) -> Expr:
        return calls.call(self, e)

    def other_method(self, e: Method, target: Expr) -> None:
        calls.other_method(self, e, target)

    def stream(self, e: Binary) -> None:
        calls.stream(self, e)

    # --- statements --------------------------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        """Runs statements in order; what follows a branch that leaves stands under the other branch's condition."""
        pushed = 0
        for statement in block.statements:
            if self.env is None:
                break
            left = self.statement(statement)
            if left is not None:
                self.tests.append(left)
                pushed += 1
        del self.tests[len(self.tests) - pushed :]

    def statement(self, s: Stmt) -> Test | None:
        """Runs one statement; returns a condition that holds for what follows."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooLarge
        outer = self.site
        if not self.inlined:
            self.site = s
        try:
            return self._statement(s)
        finally:
            self.site = outer

    def _statement(self, s: Stmt) -> Test | None:
        assert self.env is not None
        match s:
            case Declare(symbol, value):
                self._declare(symbol, value)
            case Assign():
                self._assign(s)
            case Evaluate(value):
                self.read(value)
            case Block():
                self.block(s)
            case If():
                return self._if(s)
            case For() | While() | ForEach():
                self._enter(s, top=False)
            case Switch():
                self._switch(s)
            case Break() | Continue() | Return():
                self._leave(s)
        return None

    def _declare(self, symbol: Symbol, value: Expr | None) -> None:
        assert self.env is not None
        if isinstance(symbol.type, t.Reference):
            self.env[symbol] = self.place(value) if value is not None else self.unknown(symbol.type.to)
        elif value is not None:
            result = self.read(value)
            self.set(symbol, result)
        else:
            self.env.pop(symbol, None)

    def set(self, symbol: Symbol, value: Expr) -> None:
        """A variable gets a value."""
        assert self.env is not None
        if self.is_followed(symbol):
            visible = self.is_visible(symbol)
            small = sum(1 for _ in walk.walk(value)) <= MAX_VALUE
            self.env[symbol] = value if small and not visible else self.unknown(symbol.type)
            if visible:
                del self.env[symbol]

    def _assign(self, s: Assign) -> None:
        assert self.env is not None
        value = self.read(s.value)
        place = self.place(s.place)
        if isinstance(place, Ref) and not isinstance(place.symbol.type, t.Reference):
            symbol = place.symbol
            if self.is_visible(symbol) or self.is_object(symbol.type):
                self.record(s.place, place, True, s.op)
            if s.op:
                old = self.env.get(symbol, place)
                value = Binary(s.op, old, value, s.compute or symbol.type, s.overflow)
                if value.type != symbol.type:
                    value = Cast(value, symbol.type, True)
            self.set(symbol, value)
            return
        if not walk.is_place(place) and not isinstance(place, Method | Cast):
            self.record(s.place, self.unknown(place.type), True, s.op)
            return
        self.record(s.place, place, True, s.op)

    def _if(self, s: If) -> Test | None:
        assert self.env is not None
        condition = self.read(s.condition)
        before = dict(self.env)
        with self.under(s.condition, True, condition):
            self.block(s.then)
        then = self.env
        self.env = before
        if s.other is not None:
            with self.under(s.condition, False, condition):
                self.block(s.other)
        other = self.env
        self.env = self.join([then, other])
        if then is None and other is not None:
            return Test(s.condition, False, condition)
        if other is None and then is not None:
            return Test(s.condition, True, condition)
        return None

    def _switch(self, s: Switch) -> None:
        assert self.env is not None
        value = self.read(s.value)
        before = self.env
        ends: list[Env | None] = []
        for case in s.cases:
            self.env = dict(before)
            # Which case was chosen is unknown to tests: each stands under a condition of its own.
            with self.under(s.value, True, self.unknown(value.type)):
                self.block(case.body)
            ends.append(self.env)
        if all(case.values for case in s.cases):
            ends.append(before)
        self.env = self.join(ends)

    def _leave(self, s: Break | Continue | Return) -> None:
        assert self.env is not None
        if isinstance(s, Return):
            value = self.read(s.value) if s.value is not None else None
            frame = next((f for f in reversed(self.frames) if f.loop is None), None)
            if frame is None:
                self._exit(ExitKind.RETURN, s, any(f.loop is not self.loop for f in self.frames))
            else:
                frame.breaks.append(self.env)
                frame.values.append(value)
        else:
            frame = next(f for f in reversed(self.frames) if f.loop is not None)
            if isinstance(s, Continue):
                frame.continues.append(self.env)
            else:
                frame.breaks.append(self.env)
                if frame.loop is self.loop:
                    self._exit(ExitKind.BREAK, s, False)
        self.env = None

    def _exit(self, kind: ExitKind, s: Stmt, inner: bool) -> None:
        if self.recording:
            self.exits.append(ExitPoint(kind, s, tuple(self.tests), None, inner))

    def join(self, envs: list[Env | None]) -> Env | None:
        """What is known where paths meet."""
        alive = [env for env in envs if env is not None]
        if not alive:
            return None
        first = alive[0]
        if len(alive) == 1:
            return first
        joined: Env = {}
        for symbol, value in first.items():
            if all(env.get(symbol) == value for env in alive[1:]):
                joined[symbol] = value
            elif all(symbol in env for env in alive[1:]):
                joined[symbol] = self.unknown(symbol.type)
        return joined

    # --- loops -------------------------------------------------------------------------------------------------

    def _enter(self, loop: Loop, top: bool) -> spaces.Space:
        """Runs a loop once, with its stepped variables in terms of its position."""
        assert self.env is not None
        if isinstance(loop, For):
            for statement in loop.init:
                self.statement(statement)
        before = dict(self.env)
        changing = self.effects.modified(loop.body) | self.effects.modified(
            loop.condition if not isinstance(loop, ForEach) else loop.sequence
        )
        if isinstance(loop, For):
            for statement in loop.step:
                changing |= self.effects.modified(statement)
        for symbol in changing:
            if self.is_followed(symbol):
                self.env[symbol] = self.unknown(symbol.type)
        entry = self.env
        space = spaces.space(self, loop, before, changing)
        recording, self.recording = self.recording, self.recording or top
        self.env = dict(entry)
        self._bind(loop, space)
        if not top:
            self.nests.append(space.nest)
        self.iteration(loop)
        if not top:
            self.nests.pop()
        self.recording = recording
        self.env = dict(entry)
        if not top:
            self._after(space)
        return space

    def iteration(self, loop: Loop) -> None:
        """One iteration: condition, body, step."""
        assert self.env is not None
        frame = Frame(loop)
        self.frames.append(frame)
        site = self.site
        if not self.inlined:
            self.site = loop
        if isinstance(loop, ForEach):
            self._element(loop)
        elif not (isinstance(loop, While) and loop.test_last):
            self.read(loop.condition)
        self.block(loop.body)
        self.env = self.join([self.env, *frame.continues])
        if self.env is not None and isinstance(loop, For):
            for statement in loop.step:
                self.statement(statement)
        elif self.env is not None and isinstance(loop, While) and loop.test_last:
            self.read(loop.condition)
        self.site = site
        self.frames.pop()

    def _element(self, loop: ForEach) -> None:
        assert self.env is not None
        position = self.env.pop(loop.symbol, None)
        of = loop.sequence
        if walk.is_place(of) and not is_pointer_like(of.type):
            base = self.place(of)
            place: Expr = Index(base, position or self.unknown(t.LONG), t.strip(loop.symbol.type), span=of.span)
        else:
            index = position or self.unknown(t.LONG)
            place = element(self.read(of), index, t.strip(loop.symbol.type), of)
        if isinstance(loop.symbol.type, t.Reference):
            self.env[loop.symbol] = place
        else:
            self.record(Ref(loop.symbol, loop.symbol.type, loop.sequence.span), place, False)
            self.set(loop.symbol, place)

    def _after(self, space: spaces.Space) -> None:
        """Stepped variables behind an inner loop whose number of iterations is the same whenever it is run."""
        assert self.env is not None
        if (
            space.counted is None
            or space.trip is None
            or any(isinstance(s, Break | Return) for s in walk.statements(space.nest.loop.body))
        ):
            return
        for symbol, stride in space.strides.items():
            amount = terms.multiply(stride, space.trip)
            start = space.starts[symbol]
            value = (
                terms.add(start, amount) if isinstance(symbol.type, t.Int) else Binary("+", start, amount, symbol.type)
            )
            self.set(symbol, value)
            if not never_negative(space.trip):
                self.assumed.append(terms.compare(">=", space.trip, terms.ZERO))

    def _bind(self, loop: Loop, space: spaces.Space) -> None:
        """Stepped variables and elements in terms of the position."""
        assert self.env is not None
        position = Ref(space.nest.position, t.LONG)
        found = space.counted
        for symbol, stride in space.strides.items():
            self.env[symbol] = self.stepped(symbol, space.starts[symbol], stride, space)
        if found is None:
            return
        if isinstance(loop, ForEach):
            self.env[loop.symbol] = position
        elif found.main is not None:
            if space.nest.position == found.main:
                self.env.pop(found.main, None)
            else:
                start = space.starts[found.main]
                stride = terms.literal(found.iteration.step)
                self.env[found.main] = self.stepped(found.main, start, stride, space)

    def stepped(self, symbol: Symbol, start: Expr, stride: Expr, space: spaces.Space) -> Expr:
        """``start + stride * iterations so far``."""
        found = space.counted
        done: Expr = Ref(space.nest.position, t.LONG)
        if found is not None and found.main is not None and space.nest.position == found.main:
            first = space.starts[found.main]
            sign = found.iteration.step
            done = terms.subtract(done, first) if sign > 0 else terms.subtract(first, done)
        amount = terms.multiply(stride, done)
        if isinstance(symbol.type, t.Int):
            value = terms.add(start, amount)
            wraps = symbol.type.bits < 32 or (symbol.type.bits < 64 and not symbol.type.signed)
            return Cast(value, symbol.type) if wraps else value
        if terms.constant(amount) == 0:
            return start
        return Binary("+", start, amount, symbol.type)
