"""Every node of the IR, on one page.

The IR is structured and typed.  Expressions have no side effects except ``Call``, ``Method`` and calls of lambdas:
lowering turns ``a[k++] = x``, ``*p++``, ``x = y = z`` and ``while (n--)`` into sequences of statements that share
the source statement's span.  Implicit conversions are explicit ``Cast`` nodes (``implicit=True``).  Integer
overflow, floating point and index rules are attributes of the operations, so that languages with other rules fit.
A condition, and an operand of ``&& || !``, is any scalar: it holds iff it is not zero.
Names are resolved: two symbols are the same variable iff they are equal (``uid``), whatever they are called.
Spans are left out of equality; a node without text of its own (from a macro, or made by lowering) has an empty one.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Union

from unseq.frontend.ir.remembering import Remembering, quick
from unseq.frontend.ir.types import Type
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE, Diagnostic, SourceUnit, Span


class Overflow(Enum):
    """What integer arithmetic does beyond its range."""

    UNDEFINED = "undefined"  # C and C++ signed
    WRAP = "wrap"  # unsigned
    UNBOUNDED = "unbounded"  # Python
    NONE = "none"  # not integer arithmetic


class Storage(Enum):
    """Where a variable lives."""

    PARAMETER = "parameter"
    LOCAL = "local"
    GLOBAL = "global"  # file scope, and static locals
    TEMPORARY = "temporary"  # made by lowering; has no name in the source


@dataclass(frozen=True, slots=True)
class Symbol(Remembering):
    """A variable. ``type`` may be a ``Reference``; ``const``: the variable itself is never assigned."""

    name: str
    type: Type
    uid: int
    storage: Storage = Storage.LOCAL
    const: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:  # the analyses keep places in dictionaries
        return self.uid

    def __eq__(self, other: object) -> bool:  # the number tells nearly all
        return self is other or (
            isinstance(other, Symbol)
            and self.uid == other.uid
            and self.name == other.name
            and self.type == other.type
            and self.storage is other.storage
            and self.const == other.const
        )


# --- expressions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal(Remembering):
    """A constant: int, float, bool, str (string literal) or None (null pointer). ``text``: the source's spelling."""

    value: int | float | bool | str | None
    type: Type
    text: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Ref(Remembering):
    """The variable ``symbol`` (a place, or its value when read); ``type`` has no reference."""

    symbol: Symbol
    type: Type
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:
        return self.symbol.uid

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Ref) and self.symbol == other.symbol and self.type == other.type)


@dataclass(frozen=True, slots=True)
class Index(Remembering):
    """Element ``index`` of ``base`` (pointer, array, container). A place. ``checked``: ``v.at(i)``, which may throw."""

    base: Expr
    index: Expr
    type: Type
    checked: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:
        return hash((self.base, self.index))


@dataclass(frozen=True, slots=True)
class Member(Remembering):
    """Data member ``name`` of ``base`` (a record, pair or complex, never a pointer: ``p->x`` is
    ``Member(Deref(p), x)``). A place if its base is one."""

    base: Expr
    name: str
    type: Type
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Deref(Remembering):
    """What a pointer or iterator points to. A place."""

    pointer: Expr
    type: Type
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AddressOf(Remembering):
    """The address of a place."""

    place: Expr
    type: Type
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unary(Remembering):
    """``op`` in ``- ~ !``."""

    op: str
    operand: Expr
    type: Type
    overflow: Overflow = Overflow.NONE
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary(Remembering):
    """``op`` in ``+ - * / % << >> & | ^ == != < <= > >= && ||`` (the last two short-circuit).

    Operands of arithmetic have the result's type (casts inserted), except shifts, comparisons, pointer or iterator
    plus integer, and arithmetic on complex. Floating point follows IEEE 754 in the order written."""

    op: str
    left: Expr
    right: Expr
    type: Type
    overflow: Overflow = Overflow.NONE
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:
        return hash((self.op, self.left, self.right))


@dataclass(frozen=True, slots=True)
class Cast(Remembering):
    """Conversion of ``operand`` to ``type``."""

    operand: Expr
    type: Type
    implicit: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __hash__(self) -> int:
        return hash((Cast, self.operand))


@dataclass(frozen=True, slots=True)
class Select(Remembering):
    """``condition ? then : other``; only the chosen operand is evaluated."""

    condition: Expr
    then: Expr
    other: Expr
    type: Type
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call(Remembering):
    """A call of a named function of the file or a library; ``target``: of the function object that ``name`` names."""

    name: str
    arguments: tuple[Expr, ...]
    type: Type
    target: Expr | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Method(Remembering):
    """A call of a member function of a standard-library object: ``v.size()``, ``v.push_back(x)``."""

    object: Expr
    name: str
    arguments: tuple[Expr, ...]
    type: Type
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Construct(Remembering):
    """A value made by a constructor or a braced list: ``std::vector<int>(n, 0)``, ``{1, 2}``."""

    type: Type
    arguments: tuple[Expr, ...]
    braced: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Lambda(Remembering):
    """A closure that captures by reference (``[&]``) unless a symbol is in ``copies``."""

    parameters: tuple[Symbol, ...]
    body: Block
    type: Type
    copies: tuple[Symbol, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


Expr = Union[
    Literal, Ref, Index, Member, Deref, AddressOf, Unary, Binary, Cast, Select, Call, Method, Construct, Lambda
]
Place = Union[Ref, Index, Member, Deref]


# --- statements --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declare(Remembering):
    """A local variable comes into being; ``value`` None leaves it uninitialised (or default-constructed)."""

    symbol: Symbol
    value: Expr | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Assign(Remembering):
    """``place = value``, or ``place op= value`` when ``op`` is set (the arithmetic is done in ``compute`` type,
    then converted to the place's type). ``i++`` is ``Assign(i, 1, "+")``."""

    place: Place
    value: Expr
    op: str = ""
    compute: Type | None = None
    overflow: Overflow = Overflow.NONE
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Evaluate(Remembering):
    """An expression for its effects."""

    value: Expr
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Block(Remembering):
    """Statements in order, a scope. The span includes the braces where the source has them."""

    statements: tuple[Stmt, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class If(Remembering):
    condition: Expr
    then: Block
    other: Block | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class For(Remembering):
    """C's ``for``; ``init`` and ``step``: Declare/Assign/Evaluate. ``id`` is unique in a function, kept by rewrites."""

    init: tuple[Stmt, ...]
    condition: Expr
    step: tuple[Stmt, ...]
    body: Block
    id: int
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class While(Remembering):
    """``while`` (or ``do``-``while`` when ``test_last``)."""

    condition: Expr
    body: Block
    id: int
    test_last: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ForEach(Remembering):
    """Range-for over a container, array or span; ``symbol`` has a Reference type when bound by reference."""

    symbol: Symbol
    sequence: Expr
    body: Block
    id: int
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Case(Remembering):
    """One arm of a switch that does not fall through; no ``values``: the default."""

    values: tuple[int, ...]
    body: Block
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Switch(Remembering):
    value: Expr
    cases: tuple[Case, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Break(Remembering):
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Continue(Remembering):
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Return(Remembering):
    value: Expr | None
    span: Span = field(default=NOWHERE, compare=False)


Stmt = Union[Declare, Assign, Evaluate, Block, If, For, While, ForEach, Switch, Break, Continue, Return]
Loop = Union[For, While, ForEach]


for _class in (
    Index, Member, Deref, AddressOf, Unary, Binary, Cast, Select, Call, Method, Construct, Lambda, Declare,
    Assign, Evaluate, Block, If, For, While, ForEach, Case, Switch, Return
):  # fmt: skip
    quick(_class)


# --- functions ---------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Global:
    """A file-scope variable or constant that the function reads or writes."""

    symbol: Symbol
    value: Expr | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """One function and all that it needs from its file.

    ``callees``: functions of the same file that it reaches, itself left out. ``template``: the arguments that a
    template was instantiated with, as ``(parameter, spelling)``.  ``missing``: functions of the file that it reaches
    but that are not understood, and why; calls of them are calls of something unknown."""

    name: str
    parameters: tuple[Symbol, ...]
    result: Type
    body: Block
    unit: SourceUnit = field(compare=False, repr=False)
    callees: tuple[Function, ...] = ()
    globals: tuple[Global, ...] = ()
    static: bool = False
    template: tuple[tuple[str, str], ...] = ()
    missing: tuple[Diagnostic, ...] = field(default=(), compare=False)
    span: Span = field(default=NOWHERE, compare=False)
