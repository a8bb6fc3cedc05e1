"""The parts of a worklist's body: where new vertices are marked and pushed, and where the search can end.

Knows forms only; what they mean for the order of iterations is ``worklist``'s question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.waiting import bare, pushed
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Cast,
    Expr,
    If,
    Index,
    Literal,
    Return,
    Stmt,
    Unary,
)
from unseq.frontend.irregular import Discovery, Waiting
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Found:
    """The discoveries of a body; ``leaving`` are the statements that end the search, of which ``early`` gives the
    conditions of those that depend on the item alone."""

    discoveries: tuple[Discovery, ...] = ()
    leaving: tuple[If, ...] = ()
    early: tuple[Expr, ...] = ()


def reason(span: Span, what: str, remedy: str) -> Diagnostic:
    """Why a worklist stays sequential."""
    return Diagnostic(span, what, remedy, code=Why.UNTIL_EMPTY)


class _Refused(Exception):
    def __init__(self, why: Diagnostic) -> None:
        self.why = why


def collect(body: Block, waiting: Waiting) -> Found | Diagnostic:
    """The parts of a worklist's body (without the taking)."""
    collector = _Collector(waiting)
    try:
        collector.block(body, inner=False)
    except _Refused as refused:
        return refused.why
    return Found(tuple(collector.discoveries), tuple(collector.leaving), ())


class _Collector:
    def __init__(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self.discoveries: list[Discovery] = []
        self.leaving: list[If] = []

    def block(self, block: Block, inner: bool) -> None:
        for at, statement in enumerate(block.statements):
            if pushed(self.waiting, block.statements, at) is not None:
                what = "pushes an item without asking whether it is new"
                raise _Refused(
                    reason(statement.span, what, "mark what has been pushed, and push what is not marked")
                )
            self.statement(statement, inner)

    def statement(self, statement: Stmt, inner: bool) -> None:
        match statement:
            case If(_, then, None) if self.pushes(then):
                self.discoveries.append(self.discovery(statement, inner))
            case If() if leaves(statement, inner):
                self.leaving.append(statement)
            case If(_, then, other):
                self.block(then, inner)
                if other is not None:
                    self.block(other, inner)
            case Block():
                self.block(statement, inner)
            case _ if isinstance(statement, walk.LOOPS):
                self.block(statement.body, True)

    def pushes(self, block: Block) -> bool:
        return any(pushed(self.waiting, block.statements, at) is not None for at in range(len(block.statements)))

    def discovery(self, statement: If, inner: bool) -> Discovery:
        then = statement.then.statements
        writes: list[Assign] = []
        rest: list[Stmt] = []
        item: Expr | None = None
        known: dict[Expr, Expr] = {}
        at = 0
        while at < len(then):
            one = then[at]
            push = pushed(self.waiting, then, at)
            if push is not None:
                if item is not None:
                    raise _Refused(reason(one.span, "pushes more than one item for a vertex", "push it once"))
                item = _with(push[0], known)
                at += push[1]
                continue
            if isinstance(one, Assign) and isinstance(one.place, Index) and not one.op:
                value = _with(one.value, known)
                writes.append(replace(one, value=value))
                if value.type == one.place.type or isinstance(value, Literal):
                    known[one.place] = value
            elif isinstance(one, If) and leaves(one, inner):
                changed = replace(one, condition=_with(one.condition, known))
                self.leaving.append(changed)
                rest.append(changed)
            else:
                rest.append(_with(one, known))
            at += 1
        assert item is not None
        return self.checked(statement, writes, rest, item)

    def checked(self, statement: If, writes: list[Assign], rest: list[Stmt], item: Expr) -> Discovery:
        parts = terms.conjuncts(statement.condition)
        for write in writes:
            tests = [p for p in parts if any(node == write.place for node in walk.walk(p))]
            if len(tests) == 1:
                return self.made(statement, tests[0], write, writes, rest, item)
        what = "pushes an item without marking what the condition asks for"
        raise _Refused(reason(statement.span, what, "mark what has been pushed, and push what is not marked"))

    def made(
        self, statement: If, test: Expr, mark: Assign, writes: list[Assign], rest: list[Stmt], item: Expr
    ) -> Discovery:
        place = mark.place
        assert isinstance(place, Index)
        for write in writes:
            if not isinstance(write.place, Index) or bare(write.place.index) != bare(place.index):
                what = "writes another place than the new vertex's own"
                raise _Refused(reason(write.span, what, "write what belongs to the vertex only"))
        for node in walk.walk(test):
            inside = any(node is inner for found in walk.walk(test) if found == place for inner in walk.walk(found))
            fixed = isinstance(node, Literal | Unary | Binary | Cast) or inside
            if not fixed:
                what = "whether a vertex is new depends on more than its mark"
                raise _Refused(reason(test.span, what, "compare the mark with a constant"))
        others = [part for part in terms.conjuncts(statement.condition) if part is not test]
        if any(isinstance(n, Index) and n.base == place.base for part in others for n in walk.walk(part)):
            what = "whether a vertex is new depends on other marks"
            raise _Refused(reason(statement.span, what, "ask for the mark of the vertex only"))
        ordered = (mark, *(w for w in writes if w is not mark))
        return Discovery(statement, test, place.index, ordered, item, tuple(rest), _unsafe(test, mark))


def leaves(statement: If, inner: bool) -> bool:
    """Whether a conditional statement does nothing but leave the worklist's loop."""
    if statement.other is not None or not statement.then.statements:
        return False
    last = statement.then.statements[-1]
    return isinstance(last, Return) or (isinstance(last, Break) and not inner)


def _with(node: walk.N, known: dict[Expr, Expr]) -> walk.N:
    if not known:
        return node

    def one(inner: walk.Node) -> walk.Node:
        return known.get(inner, inner) if isinstance(inner, Index) else inner

    return walk.transform(node, one)


# --- whether the mark tells ----------------------------------------------------------------------------------------


def _unsafe(test: Expr, mark: Assign) -> Expr | None:
    """When a vertex that has been marked would still count as new; None: never."""
    changed = walk.transform(test, lambda node: mark.value if node == mark.place else node)
    value = folded(changed)
    return None if value is not None and not value else changed


def folded(e: Expr) -> int | bool | None:
    """The value of an expression of literals."""
    match e:
        case Literal(value) if isinstance(value, int):
            return value
        case Cast(operand):
            value = folded(operand)
            if value is None:
                return None
            if isinstance(e.type, t.Bool):
                return bool(value)
            return value if isinstance(e.type, t.Int) and terms.fits(int(value), e.type) else None
        case Unary(op, operand):
            value = folded(operand)
            return None if value is None else (not value) if op == "!" else -value if op == "-" else None
        case Binary(op, left, right):
            a, b = folded(left), folded(right)
            compared: dict[str, Callable[[int, int], bool]] = {
                "==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__
            }  # fmt: skip
            return compared[op](int(a), int(b)) if a is not None and b is not None and op in compared else None
    return None


# --- other forms of the body ---------------------------------------------------------------------------------------


def without(body: Block, found: Found) -> Block:
    """The body without marking, pushing and leaving: what is left must be an ordinary parallel loop."""

    def one(d: Discovery) -> Stmt:
        return replace(d.statement, then=Block(tuple(s for s in d.rest if s not in found.leaving)))

    return rewritten(body, found, one, lambda _: None)


def with_writes(body: Block, found: Found) -> Block:
    """The body without leaving."""
    ends = {s.span for s in found.leaving}

    def one(d: Discovery) -> Stmt:
        then = tuple(s for s in d.statement.then.statements if not isinstance(s, If) or s.span not in ends)
        return replace(d.statement, then=Block(then))

    return rewritten(body, found, one, lambda _: None)


def rewritten(
    body: Block, found: Found, inside: Callable[[Discovery], Stmt], leaving: Callable[[If], Stmt | None]
) -> Block:
    """The body with other statements for discoveries and for what ends the search (None: nothing)."""
    of = {id(d.statement): d for d in found.discoveries}
    ends = {id(s) for s in found.leaving}

    def block(old: Block) -> Block:
        new = tuple(made for s in old.statements if (made := statement(s)) is not None)
        same = len(new) == len(old.statements) and all(a is b for a, b in zip(new, old.statements, strict=True))
        return old if same else replace(old, statements=new)

    def statement(s: Stmt) -> Stmt | None:
        if isinstance(s, If):
            if id(s) in ends:
                return leaving(s)
            if id(s) in of:
                return inside(of[id(s)])
            then, other = block(s.then), block(s.other) if s.other is not None else None
            return s if then is s.then and other is s.other else replace(s, then=then, other=other)
        if isinstance(s, walk.LOOPS):
            inner = block(s.body)
            return s if inner is s.body else replace(s, body=inner)
        return block(s) if isinstance(s, Block) else s

    return block(body)
