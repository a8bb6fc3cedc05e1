"""Which variables may be read later, and which an iteration writes before it reads them.

Structured backward (live variables) and forward (definite assignment) dataflow over statements, for whole variables:
a member or element that is written leaves the variable alive.  What other names may reach is always alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from unseq.frontend.analysis.effects import Effects
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Break,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Lambda,
    Loop,
    Ref,
    Return,
    Stmt,
    Storage,
    Switch,
    Symbol,
    While,
)
from unseq.frontend.slotted import dataclass

Symbols = frozenset[Symbol]
_NONE: Symbols = frozenset()


@dataclass(frozen=True, slots=True)
class _Targets:
    """What is alive where control may go from here."""

    broken: Symbols = _NONE
    continued: Symbols = _NONE


@dataclass(slots=True)
class Liveness:
    """``after[id]``: variables that may be read after loop ``id`` before they are written."""

    always: Symbols
    after: dict[int, Symbols] = field(default_factory=dict)
    heads: dict[int, Symbols] = field(default_factory=dict)  # alive before an iteration

    def live_after(self, loop: Loop) -> Symbols:
        """Variables that may be read after the loop ended; never those of its header, which end with it."""
        own = {s.symbol for s in loop.init if isinstance(s, Declare)} if isinstance(loop, For) else _NONE
        return (self.after.get(loop.id, _NONE) | self.always) - own

    def block(self, statements: Iterable[Stmt], after: Symbols, targets: _Targets) -> Symbols:
        """Variables alive before a sequence."""
        for statement in reversed(tuple(statements)):
            after = self.before(statement, after, targets)
        return after

    def before(self, s: Stmt, after: Symbols, targets: _Targets) -> Symbols:
        """Variables alive before ``s`` when ``after`` are alive behind it."""
        match s:
            case Declare(symbol, value):
                extents = frozenset().union(*(uses(e) for e in walk.extents(symbol.type)))
                return (after - {symbol}) | uses(value) | extents
            case Assign(place, value, op):
                if isinstance(place, Ref):
                    kept = after - {place.symbol} if not isinstance(place.symbol.type, t.Reference) else after
                    return kept | uses(value) | ({place.symbol} if op else _NONE)
                return after | uses(place) | uses(value)
            case Evaluate(value):
                return after | uses(value)
            case Block(statements):
                return self.block(statements, after, targets)
            case If(condition, then, other):
                joined = self.before(then, after, targets)
                joined |= self.before(other, after, targets) if other is not None else after
                return joined | uses(condition)
            case Switch(value, cases):
                joined = after
                for case in cases:
                    joined |= self.before(case.body, after, targets)
                return joined | uses(value)
            case Break():
                return targets.broken
            case Continue():
                return targets.continued
            case Return(value):
                return uses(value)
            case For() | While() | ForEach():
                return self._loop(s, after, targets)

    def _loop(self, loop: Loop, after: Symbols, targets: _Targets) -> Symbols:
        self.after[loop.id] = self.after.get(loop.id, _NONE) | after
        head: Symbols = after | self.heads.get(loop.id, _NONE)  # more may be alive than the last time, never less
        while True:
            found = after | self.iteration(loop, head, after)
            if found <= head:
                break
            head |= found
        self.heads[loop.id] = head
        if isinstance(loop, For):
            return self.block(loop.init, head, targets)
        if isinstance(loop, ForEach):
            return head | uses(loop.sequence)
        return head

    def iteration(self, loop: Loop, following: Symbols, broken: Symbols) -> Symbols:
        """Variables alive before an iteration when ``following`` are alive before the next one."""
        if isinstance(loop, ForEach):
            return self.before(loop.body, following, _Targets(broken, following)) - {loop.symbol}
        if isinstance(loop, While) and loop.test_last:
            tested = following | broken | uses(loop.condition)
            return self.before(loop.body, tested, _Targets(broken, tested))
        end = self.block(loop.step, following, _Targets()) if isinstance(loop, For) else following
        return self.before(loop.body, end, _Targets(broken, end)) | uses(loop.condition)


def uses(e: Expr | None) -> Symbols:
    """Variables that an expression mentions."""
    return walk.used_symbols(e) if e is not None else _NONE


def liveness(function: Function, effects: Effects) -> Liveness:
    """The live variables of a function."""
    always: set[Symbol] = set(effects.points_to.address_taken)
    for node in walk.walk(function):
        if isinstance(node, Ref):
            symbol = node.symbol
            if symbol.storage is Storage.GLOBAL or isinstance(symbol.type, t.Reference):
                always.add(symbol)
        elif isinstance(node, Lambda):
            always |= walk.free_symbols(node.body) - set(node.parameters)
        elif isinstance(node, Declare) and isinstance(node.symbol.type, t.Reference) and node.value is not None:
            root = walk.root(node.value)
            if root is not None:
                always.add(root)
    found = Liveness(frozenset(always))
    found.before(function.body, _NONE, _Targets())
    return found


def exposed(loop: Loop) -> Symbols:
    """Variables that an iteration may read before it has written them."""
    return Liveness(_NONE).iteration(loop, _NONE, _NONE)


def always_written(loop: Loop) -> Symbols:
    """Variables that every complete iteration assigns."""
    ends: list[Symbols] = []
    written = _definite(loop.body, _NONE, ends, [])
    done = _meet([written, *ends])
    if done is None:
        return _NONE
    if isinstance(loop, For):
        for statement in loop.step:
            done = _definite(statement, done, [], []) or done
    return done


def _meet(sets: list[Symbols | None] | list[Symbols]) -> Symbols | None:
    known = [s for s in sets if s is not None]
    return frozenset.intersection(*known) if known else None


def _definite(s: Stmt, done: Symbols, continues: list[Symbols], breaks: list[Symbols]) -> Symbols | None:
    """Variables surely written after ``s``; None if control never comes out behind it."""
    match s:
        case Declare(symbol, value):
            return done | {symbol} if value is not None else done - {symbol}
        case Assign(Ref(symbol)):
            return done | {symbol}
        case Block(statements):
            current: Symbols | None = done
            for statement in statements:
                if current is None:
                    return None
                current = _definite(statement, current, continues, breaks)
            return current
        case If(_, then, other):
            end = _definite(other, done, continues, breaks) if other is not None else done
            return _meet([_definite(then, done, continues, breaks), end])
        case Switch(_, cases):
            found: list[Symbols | None] = [_definite(c.body, done, continues, breaks) for c in cases]
            if all(c.values for c in cases):
                found.append(done)
            return _meet(found)
        case Break():
            breaks.append(done)
            return None
        case Continue():
            continues.append(done)
            return None
        case Return():
            return None
        case For(init):
            current = done
            for statement in init:
                current = _definite(statement, current, [], []) or current
            return current
        case While(_, body, _, True):
            inner: list[Symbols] = []
            left: list[Symbols] = []
            return _meet([_definite(body, done, inner, left), *inner, *left])
        case _:
            return done
