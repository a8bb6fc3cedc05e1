"""Statements and whole functions of the IR as Python closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.machine import (
    BREAK,
    CONTINUE,
    NORMAL,
    RESULT,
    RETURN,
    Compute,
    Frame,
    Locate,
    Machine,
    Run,
    load,
    new_object,
    store,
    temporary,
)
from unseq.frontend.ir.interpreter.memory import (
    Buffer,
    Container,
    Pointer,
    UndefinedBehaviour,
    Value,
    View,
    copied,
    fresh,
    is_aggregate,
    size,
)
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Cast,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    ForEach,
    If,
    Literal,
    Ref,
    Return,
    Stmt,
    Storage,
    Switch,
    Symbol,
    While,
)
from unseq.frontend.source import Unsupported


class Statements:
    """Compiles the statements of one function or lambda, which returns ``result``."""

    def __init__(self, machine: Machine, expressions: Expressions, result: t.Type) -> None:
        self.machine = machine
        self.x = expressions
        self.result = result

    def block(self, block: Block) -> Run:
        runs = [self.stmt(s) for s in block.statements]
        if len(runs) == 1:
            return runs[0]

        def run(f: Frame) -> int:
            for each in runs:
                signal = each(f)
                if signal:
                    return signal
            return NORMAL

        return run

    def stmt(self, s: Stmt) -> Run:
        if isinstance(s, Declare):
            return self.declare(s)
        if isinstance(s, Assign):
            return self.assign(s)
        if isinstance(s, Evaluate):
            value = self.x.value(s.value)

            def evaluate(f: Frame) -> int:
                value(f)
                return NORMAL

            return evaluate
        if isinstance(s, Block):
            return self.block(s)
        if isinstance(s, If):
            return self._if(s)
        if isinstance(s, For | While):
            return self._loop(s)
        if isinstance(s, ForEach):
            return self._for_each(s)
        if isinstance(s, Switch):
            return self._switch(s)
        if isinstance(s, Break):
            return lambda f: BREAK
        if isinstance(s, Continue):
            return lambda f: CONTINUE
        return self._return(s)

    # --- variables -----------------------------------------------------------------------------------------------

    def declare(self, s: Declare) -> Run:
        uid, type_ = s.symbol.uid, s.symbol.type
        if isinstance(type_, t.Reference):
            place = self.x.place(s.value) if s.value is not None else None
            if place is None:
                raise Unsupported(s.span, "a reference that is bound to nothing")

            def bind(f: Frame) -> int:
                f[uid] = place(f)
                return NORMAL

            return bind
        make = self.object(type_)
        if s.symbol.storage is Storage.GLOBAL:
            raise Unsupported(s.span, "a static local variable")
        if s.value is None:

            def bare(f: Frame) -> int:
                f[uid] = make(f)
                return NORMAL

            return bare
        fill = self.initialise(type_, s.value)

        def declare(f: Frame) -> int:
            if uid in f:  # the initialiser may not see the variable of the iteration before
                del f[uid]
            new = make(f)
            f[uid] = new
            fill(f, new)
            return NORMAL

        return declare

    def object(self, type_: t.Type) -> Callable[[Frame], Buffer]:
        """A new object of ``type_`` in the current frame."""
        if isinstance(type_, t.Array) and any(True for _ in walk.extents(type_)):
            element: t.Type = type_
            counts: list[Callable[[Frame], Any]] = []
            keys: list[int] = []
            while isinstance(element, t.Array):
                extent = element.extent
                if extent is None:
                    raise Unsupported(type_span(type_), "an array without an extent")
                if isinstance(extent, int):
                    fixed = extent
                    counts.append(lambda f, n=fixed: n)  # type: ignore[misc]  # a default to bind the loop's value
                    keys.append(0)
                else:
                    counts.append(self.x.value(extent))
                    keys.append(self.machine.extent_key(extent))
                element = element.element
            inner = element

            def variable(f: Frame) -> Buffer:
                total = 1
                for key, count in zip(keys, counts, strict=True):
                    n = count(f)
                    if n <= 0:
                        raise UndefinedBehaviour(f"an array of {n} elements")
                    f[key] = n
                    total *= n
                return Buffer([cell for _ in range(total) for cell in fresh(inner)], inner)

            return variable
        return lambda f: new_object(type_)

    def initialise(self, type_: t.Type, value: Expr) -> Callable[[Frame, Buffer], None]:
        """How a new object gets its first value."""
        if isinstance(type_, t.Array):
            if isinstance(value, Literal) and isinstance(value.value, str):
                text = self.x.value(value)

                def characters(f: Frame, new: Buffer) -> None:
                    data = list(text(f).buffer)
                    new[:] = (data + [0] * len(new))[: len(new)]

                return characters
            if isinstance(value, Cast):
                value = value.operand
        compute = self.x.value(value)
        if is_aggregate(type_):

            def aggregate(f: Frame, new: Buffer) -> None:
                cells = compute(f)
                if isinstance(cells, Pointer):
                    cells = cells.buffer[cells.offset : cells.offset + len(new)]
                new[:] = map(copied, cells)

            return aggregate

        def scalar(f: Frame, new: Buffer) -> None:
            new[0] = copied(compute(f))

        return scalar

    def assign(self, s: Assign) -> Run:
        place, type_ = self.x.place(s.place), s.place.type
        write = store(type_, s.span)
        if not s.op:
            value = self.x.value(s.value)
            if isinstance(s.place, Ref) and not isinstance(s.place.symbol.type, t.Reference) and not (
                    is_aggregate(type_) or isinstance(type_, t.Library)):
                uid = s.place.symbol.uid

                def variable(f: Frame) -> int:
                    f[uid][0] = value(f)
                    return NORMAL

                return variable

            def plain(f: Frame) -> int:
                new = value(f)
                buffer, offset = place(f)
                write(buffer, offset, new)
                return NORMAL

            return plain
        read = load(type_, s.span)
        operation = self._update(s)

        def update(f: Frame) -> int:
            buffer, offset = place(f)
            write(buffer, offset, operation(f, read(buffer, offset)))
            return NORMAL

        return update

    def _update(self, s: Assign) -> Callable[[Frame, Value], Value]:
        """What ``place op= value`` stores, from the old value."""
        type_, value = s.place.type, self.x.value(s.value)
        if t.is_arithmetic(type_) and t.is_arithmetic(s.value.type):
            assert s.compute is not None
            span = s.span
            widen = arithmetic.conversion(type_, s.compute)
            narrow = arithmetic.conversion(s.compute, type_)
            shift = s.op in {"<<", ">>"}
            argument = arithmetic.conversion(s.value.type, s.value.type if shift else s.compute)
            operation = arithmetic.binary(s.op, s.compute, s.overflow)

            def arithmetic_update(f: Frame, old: Value) -> Value:
                try:
                    return narrow(operation(widen(old), argument(value(f))))
                except UndefinedBehaviour as error:
                    raise error if error.span.line else UndefinedBehaviour(error.what, span) from None

            return arithmetic_update
        old_symbol = Symbol("old", type_, -7, Storage.TEMPORARY)
        whole = self.x.value(Binary(s.op, Ref(old_symbol, type_), s.value, type_, s.overflow, s.span))

        def object_update(f: Frame, old: Value) -> Value:
            f[-7] = temporary(type_, old)[0]
            return whole(f)

        return object_update

    # --- control -------------------------------------------------------------------------------------------------

    def _if(self, s: If) -> Run:
        condition, then = self.x.truth(s.condition), self.block(s.then)
        other = self.block(s.other) if s.other is not None else None
        if other is None:
            return lambda f: then(f) if condition(f) else NORMAL
        return lambda f: then(f) if condition(f) else other(f)

    def _loop(self, s: For | While) -> Run:
        init = self.block(Block(s.init)) if isinstance(s, For) else None
        step = self.block(Block(s.step)) if isinstance(s, For) else None
        condition, body, machine = self.x.truth(s.condition), self.block(s.body), self.machine
        test_last = isinstance(s, While) and s.test_last

        def run(f: Frame) -> int:
            if init is not None:
                init(f)
            first = test_last
            while first or condition(f):
                first = False
                machine.step()
                signal = body(f)
                if signal == BREAK:
                    break
                if signal == RETURN:
                    return RETURN
                if step is not None:
                    step(f)
            return NORMAL

        return run

    def _for_each(self, s: ForEach) -> Run:
        uid, body, machine = s.symbol.uid, self.block(s.body), self.machine
        by_reference = isinstance(s.symbol.type, t.Reference)
        type_ = t.strip(s.symbol.type)
        element = t.element_type(s.sequence.type) or type_
        elements = self.elements(s.sequence, element)
        read, count = load(element, s.span), size(element)
        convert = (arithmetic.conversion(element, type_) if t.is_arithmetic(element) and t.is_arithmetic(type_)
                   else lambda v: v)  # fmt: skip

        def run(f: Frame) -> int:
            buffer, start, n = elements(f)
            for i in range(n):
                machine.step()
                offset = start + i * count
                if by_reference:
                    f[uid] = (buffer, offset)
                else:
                    value = convert(read(buffer, offset))
                    f[uid] = Buffer(map(copied, value) if is_aggregate(type_) else (copied(value),), type_)
                signal = body(f)
                if signal == BREAK:
                    break
                if signal == RETURN:
                    return RETURN
            return NORMAL

        return run

    def elements(self, sequence: Expr, element: t.Type) -> Callable[[Frame], tuple[Buffer, int, int]]:
        """The buffer, first cell and number of the elements of what a range-for runs over."""
        type_ = sequence.type
        if isinstance(type_, t.Array) or (isinstance(type_, t.Library) and type_.name == "array"):
            where, n = self.x.place(sequence), size(type_) // max(1, size(element))

            def fixed(f: Frame) -> tuple[Buffer, int, int]:
                buffer, start = where(f)
                return buffer, start, n

            return fixed
        value = self.x.value(sequence)

        def dynamic(f: Frame) -> tuple[Buffer, int, int]:
            whole = value(f)
            if isinstance(whole, View):
                return whole.buffer, whole.offset, whole.count
            if isinstance(whole, Container):
                return whole.buffer, 0, len(whole)
            raise Unsupported(sequence.span, "a range-for over this")

        return dynamic

    def _switch(self, s: Switch) -> Run:
        value = self.x.value(s.value)
        arms: dict[int, Run] = {key: self.block(case.body) for case in s.cases for key in case.values}
        rest: Run = self.block(next((case.body for case in s.cases if not case.values), Block(())))

        def run(f: Frame) -> int:
            return arms.get(value(f), rest)(f)

        return run

    def _return(self, s: Return) -> Run:
        if s.value is None:
            return lambda f: RETURN
        by_reference = isinstance(self.result, t.Reference)
        value: Compute | Locate = self.x.place(s.value) if by_reference else self.x.value(s.value)

        def leave(f: Frame) -> int:
            found = value(f)
            f[RESULT] = found if by_reference else copied(found)
            return RETURN

        return leave


def type_span(type_: t.Type) -> Any:
    """Where an array's extent stands in the source, if it says so."""
    for extent in walk.extents(type_):
        return extent.span
    return None
