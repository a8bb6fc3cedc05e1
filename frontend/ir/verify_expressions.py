"""What the IR asks of expressions: types, symbols in scope, operators; see ``verify`` for the whole.

Deliberately does not know what library functions and methods take or return.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Binary,
    Block,
    Call,
    Cast,
    Deref,
    Expr,
    Function,
    Index,
    Lambda,
    Literal,
    Member,
    Overflow,
    Ref,
    Select,
    Symbol,
    Unary,
)
from unseq.frontend.source import Span

ARITHMETIC = {"+", "-", "*", "/", "%", "&", "|", "^"}
SHIFTS = {"<<", ">>"}
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
LOGICAL = {"&&", "||"}
INTEGER_ONLY = {"%", "&", "|", "^", "<<", ">>"}


class VerifyError(Exception):
    """The IR breaks one of its own rules: an internal bug."""

    def __init__(self, span: Span, what: str) -> None:
        super().__init__(f"{span}: ill-formed IR: {what}")
        self.span = span
        self.what = what


def agrees(a: t.Type, b: t.Type) -> bool:
    """Whether a value of ``a`` can stand where ``b`` is asked for without a ``Cast``.

    Exact for numbers; qualifiers of pointees and conversions between class types are not looked at."""
    a, b = t.strip(a), t.strip(b)
    if a == b:
        return True
    if t.is_arithmetic(a) or t.is_arithmetic(b):
        return isinstance(a, t.Opaque) or isinstance(b, t.Opaque)
    if isinstance(a, t.Pointer | t.Array) and isinstance(b, t.Pointer | t.Array):
        x = a.to if isinstance(a, t.Pointer) else a.element
        y = b.to if isinstance(b, t.Pointer) else b.element
        return agrees(x, y) or isinstance(x, t.Void) or isinstance(y, t.Void)
    return not (isinstance(a, t.Void) or isinstance(b, t.Void))


class ExpressionVerifier:
    """Checks expressions in a scope; a statement checker adds ``block``."""

    def __init__(self, known: dict[str, Function], length: int, result: t.Type) -> None:
        self.known = known
        self.length = length
        self.result = result
        self.declared: dict[int, Symbol] = {}
        self.visible: set[int] = set()
        self.trail: list[int] = []
        self.in_loop = False

    def block(self, block: Block) -> None:
        """Check the body of a lambda."""
        raise NotImplementedError

    def fail(self, span: Span, what: str) -> NoReturn:
        raise VerifyError(span, what)

    def inside(self, span: Span) -> None:
        if not 0 <= span.start <= span.end <= self.length:
            self.fail(span, f"a span outside the file ({span.start}..{span.end} of {self.length})")

    # --- scopes ------------------------------------------------------------------------------------------------

    def declare(self, symbol: Symbol, span: Span) -> None:
        if symbol.uid in self.declared:
            self.fail(span, f"the symbol {symbol.name} (uid {symbol.uid}) comes into being twice, "
                            f"before as {self.declared[symbol.uid].name}")
        self.declared[symbol.uid] = symbol
        self.visible.add(symbol.uid)
        self.trail.append(symbol.uid)
        for extent in walk.extents(symbol.type):
            self.expr(extent)

    @contextmanager
    def scope(self) -> Iterator[None]:
        before = len(self.trail)
        yield
        self.visible.difference_update(self.trail[before:])
        del self.trail[before:]

    # --- expressions -------------------------------------------------------------------------------------------

    def condition(self, e: Expr) -> None:
        self.expr(e)
        if isinstance(e.type, t.Void | t.Record):
            self.fail(e.span, f"a condition of {e.type}")

    def expr(self, e: Expr) -> None:
        self.inside(e.span)
        if isinstance(e, Lambda):
            self.closure(e)
            return
        for child in walk.children(e):
            self.expr(child)  # type: ignore[arg-type]  # below an expression other than a lambda are expressions
        if isinstance(e, Ref):
            self.reference(e)
        elif isinstance(e, Literal):
            self.literal(e)
        elif isinstance(e, Index):
            element = t.element_type(e.base.type)
            if element is None or not agrees(element, e.type):
                self.fail(e.span, f"an element of {e.base.type} as {e.type}")
            if not isinstance(e.index.type, t.Int | t.Bool):
                self.fail(e.span, f"an index of {e.index.type}")
        elif isinstance(e, Deref):
            if isinstance(e.pointer.type, t.Pointer | t.Array) and not agrees(
                    t.element_type(e.pointer.type) or t.VOID, e.type):
                self.fail(e.span, f"what {e.pointer.type} points to as {e.type}")
            if t.is_arithmetic(e.pointer.type) or isinstance(e.pointer.type, t.Void):
                self.fail(e.span, f"{e.pointer.type} is dereferenced")
        elif isinstance(e, Member):
            self.member(e)
        elif isinstance(e, AddressOf):
            if not (walk.is_place(e.place) and isinstance(e.type, t.Pointer) and agrees(e.place.type, e.type.to)):
                self.fail(e.span, f"the address of {type(e.place).__name__} {e.place.type} as {e.type}")
        elif isinstance(e, Unary):
            self.unary(e)
        elif isinstance(e, Binary):
            self.binary(e)
        elif isinstance(e, Cast):
            if isinstance(e.operand.type, t.Void) and not isinstance(e.type, t.Void):
                self.fail(e.span, "a value is made of nothing")
        elif isinstance(e, Select):
            self.truth(e.condition)
            if not (agrees(e.then.type, e.type) and agrees(e.other.type, e.type)):
                self.fail(e.span, f"a choice of {e.then.type} and {e.other.type} as {e.type}")
        elif isinstance(e, Call):
            self.call(e)

    def closure(self, e: Lambda) -> None:
        outer = (self.in_loop, self.result)
        with self.scope():
            for symbol in e.copies:
                if symbol.uid not in self.visible:
                    self.fail(e.span, f"{symbol.name} is captured where it does not exist")
            for symbol in e.parameters:
                self.declare(symbol, e.span)
            self.in_loop = False
            if isinstance(e.type, t.Callable):
                self.result = e.type.result
                self.block(e.body)
            else:
                self.fail(e.span, f"a lambda of type {e.type}")
        self.in_loop, self.result = outer

    def reference(self, e: Ref) -> None:
        if e.symbol.uid not in self.visible:
            self.fail(e.span, f"{e.symbol.name} (uid {e.symbol.uid}) is used where it does not exist")
        if self.declared[e.symbol.uid] != e.symbol:
            self.fail(e.span, f"{e.symbol.name} is not the symbol declared under its uid {e.symbol.uid}")
        if e.type != t.strip(e.symbol.type):
            self.fail(e.span, f"{e.symbol.name} of {e.symbol.type} is used as {e.type}")

    def literal(self, e: Literal) -> None:
        value, type_ = e.value, e.type
        if isinstance(type_, t.Int):
            low = -(1 << (type_.bits - 1)) if type_.signed else 0
            high = (1 << (type_.bits - type_.signed)) - 1
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                self.fail(e.span, f"the constant {value!r} is not a value of {type_}")
        elif isinstance(type_, t.Float):
            if not isinstance(value, int | float) or isinstance(value, bool):
                self.fail(e.span, f"the constant {value!r} is not a value of {type_}")
        elif isinstance(type_, t.Bool) and value not in (0, 1):
            self.fail(e.span, f"the constant {value!r} is not a truth value")

    def member(self, e: Member) -> None:
        base = e.base.type
        if isinstance(base, t.Pointer | t.Array | t.Bool | t.Int | t.Float | t.Void):
            self.fail(e.span, f"{base} has no members")
        if isinstance(base, t.Record) and base.fields:
            found = [field for field in base.fields if field.name == e.name]
            if not found or not agrees(found[0].type, e.type):
                self.fail(e.span, f"{base.name} has no member {e.name} of {e.type}")

    def truth(self, e: Expr) -> None:
        if isinstance(e.type, t.Void | t.Record):
            self.fail(e.span, f"a truth value of {e.type}")

    def overflow(self, op: str, type_: t.Type, overflow: Overflow, span: Span) -> None:
        if isinstance(type_, t.Int) and op in {"+", "-", "*"}:
            if overflow is Overflow.NONE or (not type_.signed and overflow is Overflow.UNDEFINED):
                self.fail(span, f"{op} on {type_} with overflow {overflow.value}")
        elif isinstance(type_, t.Float) and overflow is not Overflow.NONE:
            self.fail(span, f"{op} on {type_} with overflow {overflow.value}")

    def promoted(self, op: str, type_: t.Type, span: Span) -> None:
        if isinstance(type_, t.Bool) or (isinstance(type_, t.Int) and type_.bits < 32):
            self.fail(span, f"{op} on {type_}, which is not promoted")
        if isinstance(type_, t.Float) and op in INTEGER_ONLY | {"~"}:
            self.fail(span, f"{op} on {type_}")

    def unary(self, e: Unary) -> None:
        if e.op == "!":
            self.truth(e.operand)
            if not isinstance(e.type, t.Bool | t.Int):
                self.fail(e.span, f"! gives {e.type}")
        elif e.op not in {"-", "~"}:
            self.fail(e.span, f"unknown operator {e.op}")
        elif t.is_arithmetic(e.type) or t.is_arithmetic(e.operand.type):
            if e.operand.type != e.type:
                self.fail(e.span, f"{e.op} on {e.operand.type} gives {e.type}")
            self.promoted(e.op, e.type, e.span)
            self.overflow(e.op, e.type, e.overflow, e.span)

    def binary(self, e: Binary) -> None:
        left, right, numbers = e.left.type, e.right.type, (
            t.is_arithmetic(e.left.type) and t.is_arithmetic(e.right.type))
        if e.op in LOGICAL or e.op in COMPARISONS:
            if not isinstance(e.type, t.Bool | t.Int):
                self.fail(e.span, f"{e.op} gives {e.type}")
            if e.op in LOGICAL:
                self.truth(e.left)
                self.truth(e.right)
            elif numbers and left != right:
                self.fail(e.span, f"{left} {e.op} {right} without casts")
        elif e.op not in ARITHMETIC | SHIFTS:
            self.fail(e.span, f"unknown operator {e.op}")
        elif numbers:
            self.promoted(e.op, e.type, e.span)
            if e.op in SHIFTS:
                self.promoted(e.op, right, e.span)
            if left != e.type or (right != e.type and e.op not in SHIFTS):
                self.fail(e.span, f"{left} {e.op} {right} gives {e.type}, without casts")
            self.overflow(e.op, e.type, e.overflow, e.span)
        elif isinstance(left, t.Void) or isinstance(right, t.Void):
            self.fail(e.span, f"{left} {e.op} {right}")

    def call(self, e: Call) -> None:
        callee = self.known.get(e.name) if e.target is None else None
        parameters: Sequence[t.Type] | None = None
        if callee is not None:
            parameters = [symbol.type for symbol in callee.parameters]
            if not agrees(e.type, callee.result) and not (
                    isinstance(e.type, t.Void) and isinstance(t.strip(callee.result), t.Void)):
                self.fail(e.span, f"{e.name} gives {callee.result}, not {e.type}")
        elif e.target is not None and isinstance(e.target.type, t.Callable):
            parameters = e.target.type.parameters
        if parameters is None:
            return
        if len(parameters) != len(e.arguments):
            self.fail(e.span, f"{e.name} takes {len(parameters)} arguments, not {len(e.arguments)}")
        for argument, type_ in zip(e.arguments, parameters, strict=True):
            if not agrees(argument.type, type_):
                self.fail(argument.span, f"{e.name} takes {type_}, not {argument.type}, without a cast")
