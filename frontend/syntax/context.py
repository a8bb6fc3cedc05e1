"""The state of one lowering: scopes, fresh symbols, and the order of side effects.

Knows how effects inside an expression become statements before and after it; knows no node of any grammar.

An expression is lowered into an effect-free IR expression plus statements: those in ``before`` must run first, those
in ``after`` may wait until the full expression has been evaluated.  Waiting is right only if nothing else in the
expression mentions the variable; the region counts mentions, and refuses what C leaves undefined (``a[i] = i++``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import AddressOf, Declare, Expr, Global, Ref, Stmt, Storage, Symbol
from unseq.frontend.ir.types import Array, Library, Pointer, Reference, Type, strip
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE, Span, Unsupported
from unseq.frontend.syntax.conversions import decay
from unseq.frontend.syntax.index import FunctionSite, Index
from unseq.frontend.syntax.tree import Node, Tree

if TYPE_CHECKING:
    from unseq.frontend.syntax.dialect import Dialect

T = TypeVar("T")
DEEPEST = 90  # nesting of expressions and statements


@dataclass(frozen=True, slots=True)
class Qualified:
    """A type as declarations name it."""

    type: Type
    const: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """An enumerator."""

    value: int
    type: Type


Entity = Symbol | Qualified | Constant


@dataclass(slots=True)
class Region:
    """What a full expression, or one sequenced part of it, mentions and modifies (by ``uid``)."""

    after: list[Stmt] = field(default_factory=list)
    mentions: dict[int, int] = field(default_factory=dict)
    owned: dict[int, int] = field(default_factory=dict)
    past: dict[int, int] = field(default_factory=dict)  # mentions in parts that a sequence point has closed
    modified: set[int] = field(default_factory=set)  # in those parts
    names: dict[int, str] = field(default_factory=dict)

    def mention(self, symbol: Symbol) -> None:
        self.mentions[symbol.uid] = self.mentions.get(symbol.uid, 0) + 1

    def own(self, symbol: Symbol, mentions: int) -> None:
        """``symbol`` is modified by an operation in which ``mentions`` of its mentions are sequenced."""
        self.owned[symbol.uid] = mentions
        self.names[symbol.uid] = symbol.name

    def close(self, span: Span) -> None:
        """A sequence point: what was modified must not have been mentioned elsewhere."""
        for uid, mentions in self.owned.items():
            if self.mentions.get(uid, 0) != mentions:
                raise Unsupported(
                    span,
                    f"'{self.names[uid]}' is changed and used in one expression without an order between them",
                    "split the expression into statements",
                )
            self.modified.add(uid)
        for uid, mentions in self.mentions.items():
            self.past[uid] = self.past.get(uid, 0) + mentions
        self.mentions.clear()
        self.owned.clear()


@dataclass(slots=True, eq=False)
class FileScope:
    """What lowering has found out about a file, kept from one function to the next."""

    tree: Tree
    index: Index
    dialect: Dialect
    types: dict[str, Qualified | None] = field(default_factory=dict)
    variables: dict[str, tuple[Symbol, tuple[Global, ...]] | None] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    defaults: dict[str, dict[str, Node]] = field(default_factory=dict)  # members' default values, by record
    instances: dict[str, dict[str, Type | int]] = field(default_factory=dict)  # of class templates, by spelling
    values: dict[int, int] = field(default_factory=dict)  # of const integers, by uid
    next_uid: int = 1

    externals: dict[str, Symbol] = field(default_factory=dict)  # what other files define: stdout, functions as values

    def external(self, key: str, name: str, type_: Type) -> Symbol:
        """The one symbol of something that is defined elsewhere or is no variable."""
        if key not in self.externals:
            self.externals[key] = Symbol(name, type_, self.fresh(), Storage.GLOBAL, True)
        return self.externals[key]

    def fresh(self) -> int:
        """A ``uid`` that no other symbol of the file has."""
        self.next_uid += 1
        return self.next_uid


@dataclass(slots=True, eq=False)
class Reached:
    """What the lowering of one requested function has reached so far."""

    globals: dict[int, Global] = field(default_factory=dict)
    main: tuple[FunctionSite, Mapping[str, Type | int]] | None = None
    calls: dict[str, tuple[FunctionSite, tuple[tuple[str, Type | int], ...]]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Context:
    """One function body being lowered (or, without scopes, the file scope)."""

    file: FileScope
    reached: Reached
    namespace: tuple[str, ...] = ()
    scopes: list[dict[str, Entity]] = field(default_factory=list)
    before: list[Stmt] = field(default_factory=list)
    region: Region = field(default_factory=Region)
    result: Type | None = None  # None: still to be deduced
    exposed: frozenset[str] = frozenset()  # names of variables that something else may refer to
    statement: Span = NOWHERE  # the statement that is being lowered
    record: str = ""  # the record whose member function this is
    breaks: str = ""  # what a break would leave: a loop, a switch, nothing
    continues: bool = False
    inlined: int = 0  # how many member functions deep
    loops: int = 0
    depth: int = 0
    temporaries: int = 0
    returned: list[tuple[Type, Span]] = field(default_factory=list)

    @property
    def tree(self) -> Tree:
        return self.file.tree

    @property
    def dialect(self) -> Dialect:
        return self.file.dialect

    @property
    def cpp(self) -> bool:
        return self.file.dialect.cpp

    def text(self, node: Node) -> str:
        return self.file.tree.text(node)

    def span(self, node: Node) -> Span:
        return self.file.tree.span(node)

    def refuse(self, node: Node, what: str, remedy: str = "") -> Unsupported:
        """The exception to raise at ``node``."""
        return Unsupported(self.span(node), what, remedy)

    def refuse_at(self, span: Span, what: str, remedy: str = "") -> Unsupported:
        """The same at a span."""
        return Unsupported(span, what, remedy)

    def nested(self, node: Node) -> Context:
        """To be entered: one level deeper; refuses what would exhaust the stack of whoever walks the IR."""
        if self.depth >= DEEPEST:
            raise self.refuse(node, f"code nested more than {DEEPEST} levels deep", "split it into smaller parts")
        return self

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1

    # --- names -----------------------------------------------------------------------------------------------------

    @contextmanager
    def scope(self) -> Iterator[dict[str, Entity]]:
        names: dict[str, Entity] = {}
        self.scopes.append(names)
        try:
            yield names
        finally:
            self.scopes.pop()

    def local(self, name: str) -> Entity | None:
        for names in reversed(self.scopes):
            if name in names:
                return names[name]
        return None

    def declare(self, name: str, type_: Type, storage: Storage, const: bool, span: Span) -> Symbol:
        symbol = Symbol(name, type_, self.file.fresh(), storage, const, span)
        self.scopes[-1][name] = symbol
        return symbol

    def fresh_symbol(self, name: str, type_: Type, const: bool, span: Span) -> Symbol:
        """A local variable that is not in scope yet."""
        return Symbol(name, type_, self.file.fresh(), Storage.LOCAL, const, span)

    def external(self, key: str, name: str, type_: Type) -> Symbol:
        """The symbol of something that the file does not define as a variable; counted as a global."""
        symbol = self.file.external(key, name, type_)
        self.reached.globals[symbol.uid] = Global(symbol, None)
        return symbol

    def next_loop(self) -> int:
        self.loops += 1
        return self.loops - 1

    # --- effects ---------------------------------------------------------------------------------------------------

    def emit(self, statement: Stmt) -> None:
        self.before.append(statement)

    def temporary(self, value: Expr, span: Span) -> Ref:
        """A new variable that holds ``value`` as it is now."""
        value = decay(value)
        self.temporaries += 1
        symbol = Symbol(f"t{self.temporaries}", strip(value.type), self.file.fresh(), Storage.TEMPORARY, False, span)
        self.emit(Declare(symbol, value, span))
        return Ref(symbol, symbol.type, value.span)

    def undetermined(self, type_: Type, span: Span) -> Symbol:
        """A new variable without a value, for a result that several branches give."""
        self.temporaries += 1
        symbol = Symbol(f"t{self.temporaries}", type_, self.file.fresh(), Storage.TEMPORARY, False, span)
        self.emit(Declare(symbol, None, span))
        return symbol

    def captured(self, span: Span, lower: Callable[[], T]) -> tuple[list[Stmt], T, list[Stmt]]:
        """Lowers something as a full expression of its own: what runs before it, its value, what runs after."""
        before, region = self.before, self.region
        self.before, self.region = [], Region()
        try:
            value = lower()
            self.region.close(span)
            return self.before, value, self.region.after
        finally:
            self.before, self.region = before, region

    @contextmanager
    def sequenced(self, span: Span) -> Iterator[None]:
        """Parts with sequence points between them, inside a larger expression."""
        outer = self.region
        self.region = Region()
        try:
            yield
            self.region.close(span)
            inner = self.region
        finally:
            self.region = outer
        self.join(inner)

    def join(self, inner: Region) -> None:
        """Takes what a part mentioned and modified into the surrounding expression."""
        outer = self.region
        outer.after += inner.after
        for uid, mentions in inner.past.items():
            outer.mentions[uid] = outer.mentions.get(uid, 0) + mentions
            if uid in inner.modified:
                outer.owned[uid] = mentions
                outer.names[uid] = inner.names[uid]

    def part(self, span: Span, lower: Callable[[], T]) -> tuple[list[Stmt], T, list[Stmt]]:
        """Like ``captured``, for a part that is evaluated only sometimes, within ``sequenced``."""
        before, region = self.before, self.region
        self.before, self.region = [], Region()
        try:
            value = lower()
            self.region.close(span)
            statements, inner = self.before, self.region
        finally:
            self.before, self.region = before, region
        outer = self.region
        for uid, mentions in inner.past.items():
            outer.past[uid] = outer.past.get(uid, 0) + mentions
        outer.modified |= inner.modified
        outer.names.update(inner.names)
        return statements, value, inner.after

    def kept(self, value: Expr, after: list[Stmt], span: Span) -> Expr:
        """``value`` for use after ``after``: as it is if they do not change it, else stored before them."""
        changed = {getattr(getattr(s, "place", None), "symbol", None) for s in after}
        if None not in changed and not changed & walk.used_symbols(value):
            return value
        return self.temporary(value, span)

    def sequence_point(self, value: Expr, span: Span) -> Expr:
        """Completes the effects so far; ``value`` keeps the value it has before those that were waiting."""
        self.region.close(span)
        if self.region.after:
            value = self.kept(value, self.region.after, span)
            self.before += self.region.after
            self.region.after = []
        return value

    def private(self, symbol: Symbol) -> bool:
        """Whether only this expression's own mentions can read or change ``symbol`` while it is evaluated."""
        return (
            symbol.storage in (Storage.LOCAL, Storage.PARAMETER, Storage.TEMPORARY)
            and not isinstance(symbol.type, Reference)
            and symbol.name not in self.exposed
        )


def address(place: Expr, span: Span) -> AddressOf:
    return AddressOf(place, Pointer(place.type), span)


def is_container(t: Type) -> bool:
    """Whether ``t`` has elements that `[]` reaches without being a pointer."""
    return isinstance(t, Array) or (
        isinstance(t, Library) and t.name in {"vector", "array", "span", "string", "deque", "string_view"}
    )


Template = Mapping[str, Type | int]
