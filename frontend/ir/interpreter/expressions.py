"""Expressions of the IR as Python closures: values, places, conversions, calls of the file's own functions.

Library functions and methods are in ``library`` and ``methods``, which this module finds by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.machine import (
    Closure,
    Compute,
    Frame,
    Locate,
    Machine,
    Place,
    is_pointer_parameter,
    load,
    temporary,
)
from unseq.frontend.ir.interpreter.memory import (
    UNINITIALISED,
    Buffer,
    Container,
    Pointer,
    Thrown,
    UndefinedBehaviour,
    Value,
    View,
    copied,
    is_aggregate,
    members,
    size,
)
from unseq.frontend.ir.interpreter.operators import Operators
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
    Member,
    Method,
    Ref,
    Select,
    Unary,
)
from unseq.frontend.source import Span, Unsupported

LibraryCall = Callable[["Expressions", Call], Compute]
MethodCall = Callable[["Expressions", Method], Compute]


class Expressions(Operators):
    """Compiles expressions; ``library``, ``methods`` and ``construct`` are the standard library's part."""

    def __init__(self, machine: Machine, library: LibraryCall, method: MethodCall,
                 method_place: Callable[[Expressions, Method], Locate | None],
                 construct: Callable[[Expressions, Construct], Compute],
                 closure: Callable[[Expressions, Lambda], Compute]) -> None:
        self.machine = machine
        self._library = library
        self._method = method
        self._method_place = method_place
        self._construct = construct
        self._closure = closure

    def constructed(self, e: Construct) -> Compute:
        return self._construct(self, e)

    # --- places --------------------------------------------------------------------------------------------------

    def place(self, e: Expr, address: bool = False) -> Locate:
        """Where ``e`` lies; a value that lies nowhere gets a temporary object.

        ``address``: only the address is taken, so one past the end of an array is allowed."""
        if isinstance(e, Ref):
            uid = e.symbol.uid
            if isinstance(e.symbol.type, t.Reference):
                return lambda f: f[uid]
            return lambda f: (f[uid], 0)
        if isinstance(e, Index):
            return self._index(e, address)
        if isinstance(e, Deref):
            return self._deref(e)
        if isinstance(e, Member):
            base = self.place(e.base)
            offset = next((o for name, _, o in members(e.base.type) if name == e.name), None)
            if offset is None:
                raise Unsupported(e.span, f"the member {e.name}")

            def member(f: Frame) -> Place:
                buffer, start = base(f)
                return buffer, start + offset

            return member
        if isinstance(e, Cast) and (e.type == e.operand.type or not t.is_arithmetic(e.type)) and (
                isinstance(e.operand, Ref | Index | Member | Deref) and size(e.type) == size(e.operand.type)
                and not isinstance(e.operand.type, t.Array) and not isinstance(e.type, t.Pointer)):
            return self.place(e.operand)
        if isinstance(e, Select) and not t.is_arithmetic(e.type):
            condition, then, other = self.truth(e.condition), self.place(e.then), self.place(e.other)
            return lambda f: then(f) if condition(f) else other(f)
        if isinstance(e, Call):
            found = self._call_place(e)
            if found is not None:
                return found
        if isinstance(e, Method):
            located = self._method_place(self, e)
            if located is not None:
                return located
        value, type_ = self.value(e), e.type
        if isinstance(e, Literal) and isinstance(e.value, str):
            def literal(f: Frame) -> Place:
                pointer = value(f)
                return pointer.buffer, pointer.offset

            return literal
        return lambda f: temporary(type_, value(f))

    def _index(self, e: Index, address: bool) -> Locate:
        base, index, span = e.base.type, self.value(e.index), e.span
        stride = self.stride(e.type)
        fixed: int | None = None
        if isinstance(base, t.Library) and base.name == "array":
            assert isinstance(base.args[1], int)
            fixed = base.args[1]
        elif isinstance(base, t.Array) and not (isinstance(e.base, Ref) and is_pointer_parameter(e.base.symbol)):
            fixed = base.extent if isinstance(base.extent, int) else -1
        if fixed is not None:
            where, checked = self.place(e.base), e.checked
            limit = fixed + address

            def element(f: Frame) -> Place:
                buffer, start = where(f)
                i = index(f)
                if 0 <= limit <= i or i < 0:
                    if checked:
                        raise Thrown("out_of_range")
                    raise UndefinedBehaviour(f"out of bounds: element {i} of an array of {limit}", span)
                return buffer, start + i * stride(f)

            return element
        of, checked = self.value(e.base), e.checked

        def through(f: Frame) -> Place:
            whole = of(f)
            i = index(f)
            if isinstance(whole, Pointer):
                to = whole.plus(i * stride(f), span) if type(whole) is not Pointer else None
                return (to.buffer, to.offset - stride(f)) if to is not None else (
                    whole.buffer, whole.offset + i * stride(f))
            if isinstance(whole, Container | View):
                if not 0 <= i < len(whole) + address:
                    if checked:
                        raise Thrown("out_of_range")
                    raise UndefinedBehaviour(f"out of bounds: element {i} of {len(whole)}", span)
                start = whole.offset if isinstance(whole, View) else 0
                return whole.buffer, start + i * stride(f)
            raise UndefinedBehaviour("a null pointer is subscripted", span)

        return through

    def _deref(self, e: Deref) -> Locate:
        span = e.span
        if isinstance(e.pointer.type, t.Library) and e.pointer.type.name == "optional":
            where = self.place(e.pointer)

            def contained(f: Frame) -> Place:
                buffer, offset = where(f)
                if not buffer[offset]:
                    raise UndefinedBehaviour("an empty optional is read", span)
                return buffer, offset + 1

            return contained
        pointer, count = self.value(e.pointer), size(e.type) if not self._dynamic(e.type) else 1

        def target(f: Frame) -> Place:
            to = pointer(f)
            if not isinstance(to, Pointer):
                raise UndefinedBehaviour("a null pointer is dereferenced", span)
            if type(to) is Pointer:
                return to.buffer, to.offset
            return to.buffer, to.offset - count

        return target

    @staticmethod
    def _dynamic(type_: t.Type) -> bool:
        while isinstance(type_, t.Array):
            if not isinstance(type_.extent, int):
                return True
            type_ = type_.element
        return False

    def stride(self, type_: t.Type) -> Callable[[Frame], int]:
        """Cells from one element of ``type_`` to the next."""
        if isinstance(type_, t.Array) and self._dynamic(type_):
            inner = self.stride(type_.element)
            extent = type_.extent
            if extent is None:
                raise UndefinedBehaviour("an array without an extent has no size")
            if isinstance(extent, int):
                return lambda f: extent * inner(f)
            key, count = self.machine.extent_key(extent), self.value(extent)

            def dynamic(f: Frame) -> int:
                return int(f.get(key) or count(f)) * inner(f)

            return dynamic
        cells = size(type_) if not isinstance(type_, t.Void) else 1
        return lambda f: cells

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, e: Expr) -> Compute:
        """What ``e`` evaluates to; an array becomes a pointer to its first element."""
        if isinstance(e, Literal):
            return self._literal(e)
        if isinstance(e, Ref | Index | Deref | Member):
            return self._read(e)
        if isinstance(e, AddressOf):
            if isinstance(e.place, Ref) and isinstance(e.place.type, t.Callable):
                return self.value(e.place)
            where = self.place(e.place, address=True)

            def address(f: Frame) -> Value:
                buffer, offset = where(f)
                return Pointer(buffer, 0).plus(offset, e.span)

            return address
        if isinstance(e, Unary):
            return self.unary(e)
        if isinstance(e, Binary):
            return self.binary(e)
        if isinstance(e, Cast):
            return self.cast(e)
        if isinstance(e, Select):
            condition, then, other = self.truth(e.condition), self.value(e.then), self.value(e.other)
            return lambda f: then(f) if condition(f) else other(f)
        if isinstance(e, Call):
            return self._call(e)
        if isinstance(e, Method):
            located = self._method_place(self, e)
            if located is not None:
                return self._loaded(located, e.type, e.span)
            return self._method(self, e)
        if isinstance(e, Construct):
            return self.constructed(e)
        return self._closure(self, e)

    def truth(self, e: Expr) -> Callable[[Frame], bool]:
        """Whether ``e`` is true."""
        value = self.value(e)
        if isinstance(e.type, t.Bool | t.Int | t.Float):
            return value
        if isinstance(e.type, t.Library) and e.type.name == "optional":
            return lambda f: bool(value(f)[0])
        return lambda f: value(f) is not None

    def _literal(self, e: Literal) -> Compute:
        constant: Any = e.value
        if isinstance(constant, str):
            data = [b - 256 if b > 127 else b for b in constant.encode("utf-8", "surrogateescape")]
            pointer = Pointer(Buffer([*data, 0], t.CHAR), 0)
            return lambda f: pointer
        if isinstance(e.type, t.Float) and constant is not None:
            source = t.DOUBLE if isinstance(constant, float) else t.Int(128, True)
            constant = arithmetic.conversion(source, e.type)(constant)
        return lambda f: constant

    def _read(self, e: Ref | Index | Deref | Member) -> Compute:
        if isinstance(e, Ref) and isinstance(e.type, t.Callable) and e.symbol.storage.value == "global":
            function = self.machine.find(e.symbol.name, e.type.parameters)
            if function is not None:
                closure = self.function_value(function.name, e.type)
                return lambda f: closure
        if isinstance(e, Ref) and not isinstance(e.symbol.type, t.Reference) and (
                not is_aggregate(e.type) or is_pointer_parameter(e.symbol)):
            uid, name, span = e.symbol.uid, e.symbol.name, e.span

            def variable(f: Frame) -> Value:
                value = f[uid][0]
                if value is UNINITIALISED:
                    raise UndefinedBehaviour(f"{name} is read before it has a value", span)
                return value

            return variable
        if isinstance(e, Member) and not isinstance(e.base, Ref | Index | Deref | Member):
            whole = self.value(e.base)
            offset, count = next((o, size(m)) for name, m, o in members(e.base.type) if name == e.name)
            aggregate = is_aggregate(e.type)
            return lambda f: whole(f)[offset : offset + count] if aggregate else whole(f)[offset]
        return self._loaded(self.place(e), e.type, e.span)

    def _loaded(self, where: Locate, type_: t.Type, span: Span) -> Compute:
        if isinstance(type_, t.Array):

            def decayed(f: Frame) -> Value:
                buffer, offset = where(f)
                return Pointer(buffer, offset)

            return decayed
        read = load(type_, span)

        def loaded(f: Frame) -> Value:
            buffer, offset = where(f)
            return read(buffer, offset)

        return loaded

    # --- calls ---------------------------------------------------------------------------------------------------

    def arguments(self, parameters: Sequence[t.Type], arguments: Sequence[Expr]) -> Callable[[Frame], list[Place]]:
        """The places of a call's arguments: the objects themselves for references, else new ones."""
        makers: list[Locate] = []
        for type_, argument in zip(parameters, arguments, strict=True):
            if isinstance(type_, t.Reference):
                makers.append(self.place(argument))
            else:
                makers.append(self._copied(self.value(argument), argument.type))
        return lambda f: [make(f) for make in makers]

    @staticmethod
    def _copied(value: Compute, type_: t.Type) -> Locate:
        if is_aggregate(type_) and not isinstance(type_, t.Array):
            return lambda f: (Buffer(map(copied, value(f)), type_), 0)
        return lambda f: (Buffer((copied(value(f)),), type_), 0)

    def function_value(self, name: str, type_: t.Callable) -> Closure:
        """A function of the file as a value."""
        function = self.machine.find(name, type_.parameters)
        assert function is not None
        call = self.machine.call
        return Closure([p.type for p in function.parameters], function.result, lambda places: call(function, places))

    def _called(self, e: Call) -> tuple[Callable[[Frame], Value], t.Type] | None:
        """The call of a function of the file or of a variable, and what it returns."""
        machine, span = self.machine, e.span
        if e.target is not None and isinstance(t.strip(e.target.type), t.Callable):
            target, type_ = self.value(e.target), t.strip(e.target.type)
            assert isinstance(type_, t.Callable)
            places = self.arguments(type_.parameters, e.arguments)

            def indirect(f: Frame) -> Value:
                closure = target(f)
                if not isinstance(closure, Closure):
                    raise UndefinedBehaviour("an empty function is called", span)
                machine.step()
                return closure.invoke(places(f))

            return indirect, type_.result
        function = machine.find(e.name, [argument.type for argument in e.arguments])
        if function is None:
            return None
        places = self.arguments([p.type for p in function.parameters], e.arguments)
        return (lambda f: machine.call(function, places(f))), function.result

    def _call_place(self, e: Call) -> Locate | None:
        called = self._called(e)
        if called is None:
            return None
        code, result = called
        return code if isinstance(result, t.Reference) else None

    def _call(self, e: Call) -> Compute:
        called = self._called(e)
        if called is None:
            return self._library(self, e)
        code, result = called
        return self._loaded(code, e.type, e.span) if isinstance(result, t.Reference) else code
