"""Which loops are counted: the main induction variable, its bounds and the number of iterations.

Works on the shape of the loop's header and on the strides of the variables that the loop steps (found by
``values``). Signed induction variables don't overflow (undefined behaviour) and loops end; bounds that may wrap
around are computed in 64 bits. What the body does with the counter is not looked at beyond "it does not assign it".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unseq.frontend.analysis import terms
from unseq.frontend.facts import Guard, Holds, Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Cast,
    Declare,
    Expr,
    For,
    ForEach,
    Literal,
    Loop,
    Method,
    Ref,
    Stmt,
    Storage,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.slotted import dataclass

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "==", "==": "!="}
RANDOM_ACCESS = frozenset({"vector", "array", "string", "span", "deque", "initializer_list"})


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted loop. ``main`` counts it (None: a range-for); ``rest``: what else its condition demands;
    ``guards`` must hold at loop entry for ``iteration`` to be right."""

    iteration: Iteration
    main: Symbol | None
    rest: tuple[Expr, ...] = ()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a loop's condition compares a variable with."""

    op: str  # the loop goes on while ``main op bound``
    bound: Expr
    offset: int  # the comparison is of ``main + offset``
    index: int
    unsigned: bool  # the comparison is one of unsigned numbers
    widened: t.Type | None  # an unsigned type that the counter is converted to before it is compared


def stepped(statement: Stmt) -> tuple[Symbol, int] | None:
    """``i += 2``, ``i = i - 1`` and the like: the variable and what is added to it."""
    if not isinstance(statement, Assign) or not isinstance(statement.place, Ref):
        return None
    symbol = statement.place.symbol
    value, op = statement.value, statement.op
    if not op and isinstance(value, Cast):
        value = _strip(value)
    if not op and isinstance(value, Binary) and value.op in "+-":
        left, right = _strip(value.left), _strip(value.right)
        if isinstance(left, Ref) and left.symbol == symbol:
            op, value = value.op, value.right
        elif isinstance(right, Ref) and right.symbol == symbol and value.op == "+":
            op, value = "+", value.left
    amount = terms.constant(value)
    if op not in ("+", "-") or amount is None or amount == 0:
        return None
    return symbol, amount if op == "+" else -amount


def can_count(symbol: Symbol) -> bool:
    """Whether only assignments to the variable itself change it, and it is an integer, pointer or iterator."""
    if symbol.storage is Storage.GLOBAL:
        return False
    type_ = symbol.type
    if isinstance(type_, t.Library):
        return type_.name in ("iterator", "reverse_iterator")
    return isinstance(type_, t.Int | t.Pointer)


def counted(
    loop: Loop,
    is_invariant: Callable[[Expr], bool],
    assigned: frozenset[Symbol],
    strides: Mapping[Symbol, int],
) -> Counted | None:
    """The iteration space of ``loop``, or None if it is not counted.

    ``assigned``: variables that the body may change (also through pointers and calls); ``strides``: by how much each
    variable changes in every iteration of a ``while``, where that is a constant."""
    if isinstance(loop, ForEach):
        return _range(loop, is_invariant)
    if isinstance(loop, While):
        return _stepping(loop, is_invariant, strides)
    return _for(loop, is_invariant, assigned) or _stepping(loop, is_invariant, strides)


def _range(loop: ForEach, is_invariant: Callable[[Expr], bool]) -> Counted | None:
    sequence = loop.sequence
    type_ = t.strip(sequence.type)
    if isinstance(type_, t.Array) and type_.extent is not None:
        size: Expr = terms.literal(type_.extent) if isinstance(type_.extent, int) else terms.long(type_.extent)
    elif isinstance(type_, t.Library) and type_.name in RANDOM_ACCESS:
        size = Method(sequence, "size", (), t.SIZE, span=sequence.span)
    else:
        return None
    if not isinstance(sequence, Ref) and not is_invariant(sequence):
        return None
    if not is_invariant(size):
        return None
    return Counted(Iteration(None, terms.ZERO, size, 1, size, sequence), None)


def _for(loop: For, is_invariant: Callable[[Expr], bool], assigned: frozenset[Symbol]) -> Counted | None:
    steps = [found for found in map(stepped, loop.step) if found is not None]
    for symbol, step in steps:
        if not can_count(symbol) or symbol in assigned:
            continue
        if sum(isinstance(s, Assign) and isinstance(s.place, Ref) and s.place.symbol == symbol for s in loop.step) > 1:
            continue
        bound = find_bound(loop.condition, symbol, is_invariant)
        if bound is None:
            continue
        lower = started(loop, symbol)
        if lower is None:
            return None
        in_header = any(isinstance(s, Declare) and s.symbol == symbol for s in loop.init)
        return _finish(loop.condition, symbol, step, lower, bound, in_header, symbol)
    return None


def started(loop: For, symbol: Symbol) -> Expr | None:
    """The value of a variable when the loop starts."""
    lower: Expr = terms.ref(symbol)
    for statement in loop.init:
        match statement:
            case Declare(declared, value) if declared == symbol and value is not None:
                lower = value
            case Assign(Ref(assigned_to), value, op) if assigned_to == symbol:
                if op:
                    return None
                lower = value
    return lower


def _stepping(loop: For | While, is_invariant: Callable[[Expr], bool], strides: Mapping[Symbol, int]) -> Counted | None:
    """A loop counted by a variable that its body steps."""
    for symbol, step in strides.items():
        if not can_count(symbol) or step == 0:
            continue
        bound = find_bound(loop.condition, symbol, is_invariant)
        if bound is None:
            continue
        lower: Expr | None = terms.ref(symbol)
        if isinstance(loop, For):
            lower = started(loop, symbol)
        if lower is None:
            continue
        found = _finish(loop.condition, symbol, step, lower, bound, False, None)
        if found is None or isinstance(loop, For) or not loop.test_last:
            return found
        entered = terms.compare("<" if step > 0 else ">", found.iteration.lower, found.iteration.upper)
        if isinstance(symbol.type, t.Pointer | t.Library):
            entered = Binary("<" if step > 0 else ">", found.iteration.lower, found.iteration.upper, t.BOOL)
        return Counted(found.iteration, found.main, found.rest, (*found.guards, Holds(entered)))
    return None


def _strip(e: Expr) -> Expr:
    """``e`` without conversions between integers that keep the values that matter (32 to 64 bits)."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int):
        if e.type.bits < e.operand.type.bits:
            return e
        e = e.operand
    return e


def find_bound(condition: Expr, symbol: Symbol, is_invariant: Callable[[Expr], bool]) -> Bound | None:
    """The bound that a condition sets for a variable, if it sets one."""
    for index, part in enumerate(terms.conjuncts(condition)):
        negated = False
        while isinstance(part, Unary) and part.op == "!":
            negated, part = not negated, part.operand
        if isinstance(part, Cast) and isinstance(part.type, t.Bool) and isinstance(part.operand, Ref):
            part = part.operand
        if isinstance(part, Ref) and part.symbol == symbol and isinstance(symbol.type, t.Int) and not negated:
            return Bound("!=", Literal(0, symbol.type, "0"), 0, index, False, None)
        if not isinstance(part, Binary) or part.op not in _NEGATED:
            continue
        op = _NEGATED[part.op] if negated else part.op
        if op == "==":
            continue
        for side, other, direction in ((part.left, part.right, op), (part.right, part.left, _MIRRORED[op])):
            offset = _offset(side, symbol)
            if offset is not None and is_invariant(other):
                kind = side.type if isinstance(side.type, t.Int) and not side.type.signed else None
                if kind is not None and isinstance(symbol.type, t.Int) and not symbol.type.signed:
                    kind = None
                unsigned = isinstance(side.type, t.Int) and not side.type.signed
                return Bound(direction, other, offset, index, unsigned, kind)
    return None


def _offset(side: Expr, symbol: Symbol) -> int | None:
    """``k`` if ``side`` is ``symbol + k``."""
    side = _strip(side)
    if isinstance(side, Ref):
        return 0 if side.symbol == symbol else None
    if isinstance(side, Binary) and side.op in "+-" and isinstance(side.type, t.Int):
        inner, amount = _strip(side.left), terms.constant(side.right)
        if isinstance(inner, Ref) and inner.symbol == symbol and amount is not None:
            return amount if side.op == "+" else -amount
    return None


def _finish(
    condition: Expr, symbol: Symbol, step: int, lower: Expr, bound: Bound, in_header: bool, shown: Symbol | None
) -> Counted | None:
    guards: list[Guard] = []
    upper = bound.bound
    op = bound.op
    is_pointer = not isinstance(symbol.type, t.Int)
    if bound.offset and bound.unsigned:
        # An unsigned sum cannot wrap around on the way up from a small start: it would have reached the bound before
        # (in larger steps, only within reach of 2^64).
        start = terms.constant(lower)
        wide = isinstance(symbol.type, t.Int) and symbol.type.bits == 64
        if bound.offset < 0 or (step != 1 and not wide) or start is None or start < 0 or op not in ("<", "<="):
            return None
    if bound.offset:
        upper = terms.subtract(upper, terms.literal(bound.offset))
    if op == "!=":
        if step not in (1, -1):
            return None
        op = "<" if step > 0 else ">"
        if not _ordered(lower, upper, step) and not is_pointer:
            guards.append(Holds(terms.compare("<=" if step > 0 else ">=", lower, upper)))
    if (op in ("<", "<=")) != (step > 0):
        return None
    if op in ("<=", ">="):
        if is_pointer:
            return None
        if op == ">=" and isinstance(symbol.type, t.Int) and not symbol.type.signed:
            value = terms.constant(upper)
            if value is None or value <= 0:  # i >= 0 always holds
                return None
        upper = terms.add(upper, terms.literal(1 if op == "<=" else -1))
    if bound.widened is not None:
        # A negative counter would be converted to a huge number and end the loop.
        low = lower if step > 0 else upper
        value = terms.constant(low)
        if step < 0 or value is None or value < 0:
            if value is None and step > 0 and not _is_unsigned(lower):
                guards.append(Holds(terms.compare(">=", lower, terms.ZERO)))
            elif step < 0 or (value is not None and value < 0):
                return None
    if is_pointer:
        first, last = (lower, upper) if step > 0 else (upper, lower)
        trip: Expr = Binary("-", last, first, t.PTRDIFF)
    elif terms.constant(lower) == 0 and step > 0 and _is_wide(upper):
        trip = upper
    else:
        first, last = (lower, upper) if step > 0 else (upper, lower)
        trip = terms.subtract(last, first)
    if abs(step) != 1:
        trip = terms.divide(terms.add(trip, terms.literal(abs(step) - 1)), abs(step))
    rest = tuple(part for k, part in enumerate(terms.conjuncts(condition)) if k != bound.index)
    return Counted(Iteration(shown, lower, upper, step, trip, None, in_header), symbol, rest, tuple(guards))


def _is_unsigned(e: Expr) -> bool:
    e = _strip(e)
    return isinstance(e.type, t.Int) and not e.type.signed


def _is_wide(e: Expr) -> bool:
    return isinstance(e.type, t.Int) and e.type.bits == 64


def _ordered(lower: Expr, upper: Expr, step: int) -> bool:
    """Whether the loop surely starts on the right side of its end."""
    first, last = (lower, upper) if step > 0 else (upper, lower)
    low, high = terms.constant(first), terms.constant(last)
    if low is not None and high is not None:
        return low <= high
    return low is not None and low <= 0 and _is_unsigned(last)
