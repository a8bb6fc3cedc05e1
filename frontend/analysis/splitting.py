"""Loops of which one iteration stands in the way of all others: it is set apart (index-set splitting; Griebl, Feautrier
and Lengauer 2000).

``for (i) v[i] -= v[m];`` is the iterations before ``m``, iteration ``m``, and those behind it.  The iteration is the
first one, the last one, or the one that an invariant subscript names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from unseq.frontend.analysis import dependence, terms
from unseq.frontend.analysis.affine import Polynomial, never_negative, number, polynomial
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.copies import Copies
from unseq.frontend.analysis.delinearization import Pair, by_symbols
from unseq.frontend.analysis.elimination import Constraint, Linear, at_least_zero, combined, equal
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.paths import path
from unseq.frontend.analysis.sets import Sets
from unseq.frontend.analysis.sides import Side, domain
from unseq.frontend.facts import Guard, Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Binary,
    Block,
    Break,
    Cast,
    Continue,
    Declare,
    Expr,
    For,
    If,
    Overflow,
    Ref,
    Return,
    Select,
    Stmt,
    Symbol,
)
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE


@dataclass(frozen=True, slots=True)
class Parts:
    """Statements, one after the other, that are the loop where ``only_if`` holds; else it does nothing. ``guards`` must
    hold for that. ``optional``: some of the loops among them may stay sequential."""

    statements: tuple[Stmt, ...]
    only_if: Expr | None = None
    guards: tuple[Guard, ...] = ()
    optional: bool = False


def candidates(context: LoopContext, memory: Memory) -> Iterator[Parts]:
    """Ways to set one iteration apart, after which the others don't conflict."""
    loop, iteration = context.loop, context.iteration
    if not isinstance(loop, For) or iteration is None or iteration.symbol is None or not memory.conflicts:
        return
    if abs(iteration.step) != 1 or not iteration.declared_in_header or context.exits or len(loop.init) != 1:
        return
    if context.nest.position != iteration.symbol or any(c.kind != "meet" for c in memory.conflicts):
        return
    if any(isinstance(node, Continue | Break | Return) for node in walk.walk(loop.body)):
        return
    questions = [_Question(memory, conflict) for conflict in memory.conflicts]
    first, last = context.nest.first, context.nest.last
    if iteration.step < 0:
        first, last = last, first
    for place in (first, last):
        p = polynomial(place) if place is not None else None
        if p is not None and all(q.only(p.bare()) for q in questions):
            yield _at_the_start(context, loop, iteration) if place is first else _at_the_end(context, loop, iteration)
            return
    for p in _named(questions[0]):
        if all(q.only(p) for q in questions):
            found = _inside(context, loop, iteration, p.expression())
            if found is not None:
                yield found
            return


class _Question:
    """Whether two accesses meet only where one of them is in a certain iteration."""

    def __init__(self, memory: Memory, conflict: Conflict) -> None:
        self.memory = memory
        write, other = conflict.write, conflict.other
        self.left: Side = memory.side(write, path(write.resolved))
        self.right: Side = memory.side(other, path(other.resolved))
        pairs = dependence.subscripts(self.left, self.right, [])
        self.pairs: list[Pair] = [flat for p, q in pairs for flat in by_symbols(p, q, self.left, self.right, [])]

    def only(self, iteration: Polynomial) -> bool:
        """Whether one of the two is always in ``iteration``."""
        sets = Sets(self.memory.is_fixed)
        here = {nest.position: f"i{k}" for k, nest in enumerate(self.left.nests)}
        there = {nest.position: f"j{k}" for k, nest in enumerate(self.right.nests)}
        at = sets.affine(iteration, {})
        if at is None:
            return False
        meet: list[Constraint] = []
        for p, q in self.pairs:
            a, b = sets.affine(p, here), sets.affine(q, there)
            if a is not None and b is not None:
                meet.append(equal(a, b))
        meet += domain(sets, self.left, here) + domain(sets, self.right, there)
        names = [*here.values(), *there.values()]
        pairs = (({"i0": 1}, {"j0": 1}), ({"i0": 1}, at), ({"j0": 1}, at))
        return all(
            sets.is_empty(names, [*meet, *order]) is True
            for order in product(*((_greater(a, b), _greater(b, a)) for a, b in pairs))
        )


def _greater(left: Linear, right: Linear) -> Constraint:
    """``left > right``."""
    return at_least_zero(combined(left, 1, right, -1), -1)


def _named(question: _Question) -> Iterator[Polynomial]:
    """Iterations that an access without the counter names to one with it."""
    own = question.left.nests[0].position
    for p, q in question.pairs:
        for moving, fixed in ((p, q), (q, p)):
            counter = next((m for m in moving.terms if len(m) == 1 and _is(m[0], own)), None)
            if counter is None or abs(moving.terms[counter]) != 1 or any(_is(a, own) for a in fixed.atoms()):
                continue
            rest = moving.minus(Polynomial({counter: moving.terms[counter]}))
            found = fixed.minus(rest).bare()
            if moving.terms[counter] < 0:
                found = number(0).minus(found)
            if all(question.memory.is_fixed(a) for a in found.atoms()):
                yield found


def _is(atom: Expr, symbol: Symbol) -> bool:
    return isinstance(atom, Ref) and atom.symbol == symbol


# --- the parts -------------------------------------------------------------------------------------------------------


def _step(e: Expr, by: int, type_: t.Type) -> Expr:
    value = terms.constant(e)
    if value is not None:
        return terms.literal(value + by, type_)
    overflow = Overflow.UNDEFINED if isinstance(type_, t.Int) and type_.signed else Overflow.WRAP
    e = e if e.type == type_ else Cast(e, type_, True)
    return Binary("+" if by > 0 else "-", e, terms.literal(abs(by), type_), type_, overflow)


def runs(iteration: Iteration) -> Expr:
    """Whether the loop has an iteration."""
    return _compare("<" if iteration.step > 0 else ">", iteration.lower, iteration.upper)


def _compare(op: str, a: Expr, b: Expr) -> Expr:
    """A comparison, in the operands' own type where they have one."""
    a, b = _plain(a), _plain(b)
    return Binary(op, a, b, t.BOOL) if a.type == b.type else terms.compare(op, a, b)


def _alone(copies: Copies, loop: For, symbol: Symbol, at: Expr) -> tuple[Stmt, ...]:
    """The statements of one iteration."""
    value = at if at.type == symbol.type else Cast(at, symbol.type, True)
    body = copies.of(replace(loop.body, span=NOWHERE), {symbol: value})
    assert isinstance(body, Block)
    declares = any(isinstance(s, Declare) for s in body.statements)
    return (body,) if declares else body.statements


def _header(loop: For, symbol: Symbol, start: Expr | None, op: str = "", end: Expr | None = None) -> For:
    """The loop with another start or end."""
    init = loop.init
    if start is not None:
        init = (Declare(symbol, start if start.type == symbol.type else Cast(start, symbol.type, True)),)
    condition = loop.condition
    if end is not None:
        condition = Binary(op, Ref(symbol, symbol.type), end, t.BOOL)
    return replace(loop, init=init, condition=condition, span=NOWHERE)


def _at_the_start(context: LoopContext, loop: For, iteration: Iteration) -> Parts:
    symbol = iteration.symbol
    assert symbol is not None
    alone = _alone(Copies(context.function), loop, symbol, iteration.lower)
    rest = _header(loop, symbol, _step(iteration.lower, iteration.step, symbol.type))
    return Parts((*alone, rest), runs(iteration))


def _at_the_end(context: LoopContext, loop: For, iteration: Iteration) -> Parts:
    symbol = iteration.symbol
    assert symbol is not None
    end = _step(iteration.upper, -iteration.step, symbol.type)
    op = "<" if iteration.step > 0 else ">"
    return Parts((_header(loop, symbol, None, op, end), *_alone(Copies(context.function), loop, symbol, end)),
                 runs(iteration))  # fmt: skip


def _inside(context: LoopContext, loop: For, iteration: Iteration, at: Expr) -> Parts | None:
    symbol, lower, upper = iteration.symbol, iteration.lower, iteration.upper
    if symbol is None or iteration.step != 1 or not isinstance(symbol.type, t.Int):
        return None
    if not symbol.type.signed and not never_negative(_plain(at)):
        return None
    at = _plain(at)
    copies = Copies(context.function)
    before = _header(loop, symbol, None, "<", _smaller(at, upper, symbol.type))
    alone = If(Binary("&&", _compare("<=", lower, at), _compare("<", at, upper), t.BOOL),
               Block(_alone(copies, loop, symbol, at)), None)  # fmt: skip
    rest = _header(loop, symbol, _larger(_step(at, 1, symbol.type), lower, symbol.type))
    behind = copies.of(rest, {})
    return Parts((before, alone, behind), runs(iteration))


def _plain(e: Expr) -> Expr:
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int):
        e = e.operand
    return e


def _smaller(a: Expr, b: Expr, type_: t.Type) -> Expr:
    return Select(_compare("<", a, b), _cast(a, type_), _cast(b, type_), type_)


def _larger(a: Expr, b: Expr, type_: t.Type) -> Expr:
    return Select(_compare(">", a, b), _cast(a, type_), _cast(b, type_), type_)


def _cast(e: Expr, type_: t.Type) -> Expr:
    return e if e.type == type_ else Cast(e, type_, True)

