"""Walks along links: ``for (p = head; p != NULL; p = p->next)``, also with links that are subscripts.

A walk that ends meets no element twice: the next element depends on the present one alone, so a second visit would go
on for ever.  The elements can therefore be collected first, and the bodies are the iterations of a counted loop whose
k-th element is no other's.  The driver judges that loop; here it is made, provided that no body changes a link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    Guard,
    Induction,
    LoopFact,
    Prefix,
    Private,
    Recurrence,
    Role,
)
from unseq.frontend.facts import ArrayAccumulator as Scattered
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Continue,
    Declare,
    Deref,
    Expr,
    For,
    ForEach,
    Function,
    Index,
    Literal,
    Loop,
    Member,
    Method,
    Ref,
    Return,
    Storage,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.irregular import Walk
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Diagnostic, Span

Judge = Callable[[Function, Loop], LoopFact]
_NUMBER = 910_000_000  # uids of the symbols made here lie above this
_ROLES = (Accumulator, Append, ArgBest, Induction, Prefix, Private, Recurrence, Scattered)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Form:
    """A walk: ``cursor`` goes from ``start`` (None: from where it is) to ``link`` of it while ``condition`` holds."""

    cursor: Symbol
    start: Expr | None
    link: Expr
    condition: Expr
    body: Block
    declared: bool


def find(analysis: FunctionAnalysis, fact: LoopFact, judge: Judge) -> LoopFact | None:
    """The fact of a loop that is a walk, parallel or with the reasons why not; None if it is none."""
    form = _form(fact.loop)
    if form is None:
        return None
    reason = _obstacle(analysis, fact.loop, form)
    if reason is not None:
        return replace(fact, reasons=(reason,))
    elements, k = _elements(form), Symbol("element", t.LONG, _NUMBER + 1, Storage.LOCAL)
    judged = judge(*_counted(analysis.function, fact.loop, form, elements, k))
    if judged.reasons:
        return replace(fact, reasons=judged.reasons)
    back = _restored(form, elements, k)
    roles = tuple(back(role) for role in judged.roles)
    guards = tuple(back(guard) for guard in judged.guards)
    made = {elements, k, *_bounds()}
    if any(not isinstance(r, _ROLES) for r in roles) or any(
        s in made for part in (*roles, *guards) for s in _used(part)
    ):
        what = "an element's work depends on where the others lie"
        return replace(fact, reasons=(_reason(fact.loop.span, what, "work on one element at a time"),))
    sequence = Symbol("elements", t.Library("vector", (t.strip(form.cursor.type),)), _NUMBER + 5, Storage.LOCAL)
    count = Method(Ref(sequence, sequence.type), "size", (), t.SIZE)
    loop = ForEach(form.cursor, Ref(sequence, sequence.type), form.body, fact.loop.id, fact.loop.span)
    return replace(
        judged,
        loop=fact.loop,
        kind=judged.kind if judged.kind != "map" else "walk",
        roles=tuple(r for r in roles if not (isinstance(r, Induction) and r.symbol == k)),
        guards=guards,
        iteration=None,
        parent=fact.parent,
        function=fact.function,
        before=(),
        original=None,
        irregular=Walk(
            form.cursor,
            form.start,
            form.link,
            form.condition,
            sequence,
            loop,
            count,
            form.declared or form.cursor not in analysis.liveness.live_after(fact.loop),
        ),
    )


# --- the form ------------------------------------------------------------------------------------------------------


def _form(loop: Loop) -> _Form | None:
    if isinstance(loop, For):
        if len(loop.step) != 1 or len(loop.init) > 1:
            return None
        step, body = loop.step[0], loop.body
    elif isinstance(loop, While) and not loop.test_last and loop.body.statements:
        step, body = loop.body.statements[-1], Block(loop.body.statements[:-1])
    else:
        return None
    if not isinstance(step, Assign) or step.op or not isinstance(step.place, Ref):
        return None
    cursor = step.place.symbol
    if isinstance(cursor.type, t.Reference) or cursor.storage is Storage.GLOBAL or not _is_link(step.value, cursor):
        return None
    start: Expr | None = None
    declared = False
    if isinstance(loop, For) and loop.init:
        first = loop.init[0]
        if isinstance(first, Declare) and first.symbol == cursor:
            start, declared = first.value, True
        elif isinstance(first, Assign) and first.place == step.place and not first.op:
            start = first.value
        if start is None:
            return None
    return _Form(cursor, start, step.value, loop.condition, body, declared)


def _is_link(e: Expr, cursor: Symbol) -> bool:
    """``p->next`` or ``next[p]``."""
    while isinstance(e, Cast):
        e = e.operand
    if isinstance(e, Index):
        at = e.index
        while isinstance(at, Cast):
            at = at.operand
        return isinstance(e.base, Ref) and isinstance(at, Ref) and at.symbol == cursor and isinstance(e.type, t.Int)
    while isinstance(e, Member):
        e = e.base
    return isinstance(e, Deref) and isinstance(e.pointer, Ref) and e.pointer.symbol == cursor


def _obstacle(analysis: FunctionAnalysis, loop: Loop, form: _Form) -> Diagnostic | None:
    """What keeps the elements from being collected first."""
    changed = walk.rebound_symbols(loop) | walk.declared_symbols(loop)
    links = set(walk.walk(form.link))
    for node in walk.walk(form.condition):
        own = isinstance(node, Ref) and (node.symbol == form.cursor or node.symbol not in changed)
        if not (own or node in links or isinstance(node, Literal | Binary | Unary | Cast)):
            return _reason(form.condition.span, "whether the walk goes on depends on more than the element",
                              "walk to the end, and decide for each element what to do")  # fmt: skip
    if walk.used_symbols(form.condition) - {form.cursor} & changed:
        return _reason(form.condition.span, "the end of the walk changes while it goes on", "fix it before the loop")
    for node in walk.walk(form.body):
        if isinstance(node, Continue) and isinstance(loop, While):
            return _reason(node.span, "goes on without following the link", "write the loop as a for")
        if isinstance(node, Return) or (isinstance(node, Break) and _own(form.body, node)):
            return _reason(node.span, "may leave the walk early", "walk to the end, or search first")
        if isinstance(node, Assign) and isinstance(node.place, Ref) and node.place.symbol == form.cursor:
            return _reason(node.span, f"moves {form.cursor.name} besides following the link", "follow the link only")
        if isinstance(node, AddressOf) and node.place == Ref(form.cursor, t.strip(form.cursor.type)):
            return _reason(node.span, f"takes the address of {form.cursor.name}", "pass its value")
    name = _field(form.link)
    scopes = [
        form.body,
        *(f.body for f in analysis.effects.functions.values() if _reaches(form.body, f.name, analysis)),
    ]
    for scope in scopes:
        for node in walk.walk(scope):
            if isinstance(node, Assign) and name is not None and _may_change(node.place, name):
                return _reason(node.span, "changes the links that the walk follows",
                                  "change them in a loop of their own")  # fmt: skip
            if isinstance(node, Call) and node.name in ("free", "delete", "std::swap", "swap"):
                return _reason(node.span, f"calls {node.name} on what the walk may still need", "do that afterwards")
    return None


def _reason(span: Span, what: str, remedy: str) -> Diagnostic:
    return Diagnostic(span, what, remedy, code=Why.POINTER_CHASE)


def _own(node: walk.Node, wanted: Break) -> bool:
    """Whether a break leaves the walk itself."""
    if node is wanted:
        return True
    return any(_own(child, wanted) for child in walk.children(node) if not isinstance(child, walk.LOOPS))


def _reaches(body: Block, name: str, analysis: FunctionAnalysis, depth: int = 4) -> bool:
    called = {node.name for node in walk.walk(body) if isinstance(node, Call)}
    if name in called:
        return True
    inner = [f.body for key, f in analysis.effects.functions.items() if key in called] if depth else []
    return any(_reaches(one, name, analysis, depth - 1) for one in inner)


def _field(link: Expr) -> str | None:
    while isinstance(link, Cast):
        link = link.operand
    return link.name if isinstance(link, Member) else None


def _may_change(place: Expr, name: str) -> bool:
    """Whether an assignment may set a link: the member itself, a whole element, or a pointer in memory."""
    if isinstance(place, Member) and place.name == name:
        return True
    if isinstance(t.strip(place.type), t.Record) and not isinstance(place, Ref):
        return True
    return isinstance(place.type, t.Pointer) and not isinstance(place, Ref | Member)


# --- the counted loop ----------------------------------------------------------------------------------------------


def _elements(form: _Form) -> Symbol:
    """What stands for the elements: for subscripts, nothing (each is its own number)."""
    type_ = t.strip(form.cursor.type)
    return Symbol("elements", type_, _NUMBER, Storage.PARAMETER, const=True)


def _bounds() -> tuple[Symbol, Symbol]:
    first = Symbol("first", t.LONG, _NUMBER + 2, Storage.PARAMETER, const=True)
    return first, Symbol("last", t.LONG, _NUMBER + 3, Storage.PARAMETER, const=True)


def _counted(function: Function, loop: Loop, form: _Form, elements: Symbol, k: Symbol) -> tuple[Function, For]:
    """The function with a loop over numbered elements, and that loop; it also reads each element's link."""
    first, last = _bounds()
    here = terms.ref(k)
    probe = Symbol("link", form.link.type, _NUMBER + 4, Storage.LOCAL)
    body = Block((*form.body.statements, Declare(probe, form.link)))
    if isinstance(elements.type, t.Pointer):
        place = Index(Ref(elements, elements.type), here, elements.type.to)

        def one(node: walk.Node) -> walk.Node:
            if isinstance(node, Deref) and isinstance(node.pointer, AddressOf) and node.pointer.place == place:
                return place
            if isinstance(node, Ref) and node.symbol == form.cursor:
                return AddressOf(place, elements.type)
            return node
    else:

        def one(node: walk.Node) -> walk.Node:
            return here if isinstance(node, Ref) and node.symbol == form.cursor else node

    made = For(
        (Declare(k, terms.ref(first)),),
        terms.compare("<", here, terms.ref(last)),
        (Assign(here, terms.literal(1), "+", t.LONG),),
        walk.transform(body, one),
        loop.id,
        loop.span,
    )
    whole = walk.splice(function.body, lambda s: (made,) if s is loop else (s,))
    return replace(function, body=whole, parameters=(*function.parameters, elements, first, last)), made


def _restored(form: _Form, elements: Symbol, k: Symbol) -> Callable[[T], T]:
    """Findings about the numbered elements in terms of the cursor."""
    cursor = Ref(form.cursor, t.strip(form.cursor.type))

    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, AddressOf) and isinstance(node.place, Deref):
            return cursor if node.place.pointer == cursor else node
        if isinstance(node, Index) and isinstance(node.base, Ref) and node.base.symbol == elements:
            return Deref(cursor, node.type) if node.index == terms.ref(k) else node
        if isinstance(elements.type, t.Int) and isinstance(node, Ref) and node.symbol == k:
            return cursor
        return node

    def back(value: T) -> T:
        return mapped(value, one)

    return back


def mapped(value: T, one: Callable[[walk.Node], walk.Node]) -> T:
    """A finding with ``one`` of each node in it."""
    if isinstance(value, tuple):
        return tuple(mapped(v, one) for v in value)  # type: ignore[return-value]  # the same type of elements
    if type(value) in _NODES:
        return walk.transform(value, one)  # type: ignore[type-var]  # a node
    if (
        is_dataclass(value)
        and not isinstance(value, Symbol | type)
        and type(value).__module__.startswith("unseq.frontend.")
        and (not isinstance(value, t.Int | t.Float | t.Pointer | t.Record | t.Library | t.Bool | t.Array))
    ):
        changes = {f.name: mapped(getattr(value, f.name), one) for f in fields(value) if f.init}
        return replace(value, **changes)
    return value


_NODES = frozenset({*walk.EXPRESSIONS, *walk.LOOPS, Assign, Declare, Block, Return, Break, Continue})


def _used(part: Role | Guard) -> frozenset[Symbol]:
    """The symbols that a finding mentions."""
    found: set[Symbol] = set()

    def look(value: object) -> None:
        if isinstance(value, Symbol):
            found.add(value)
        elif isinstance(value, tuple):
            for v in value:
                look(v)
        elif isinstance(value, (*walk.EXPRESSIONS, Assign, Declare, Block)):
            found.update(walk.used_symbols(value))
        elif is_dataclass(value) and not isinstance(value, type):
            for f in fields(value):
                look(getattr(value, f.name))

    look(part)
    return frozenset(found)
