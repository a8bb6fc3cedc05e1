"""How far the variables of a loop move in one iteration, and how many iterations its tests allow.

Syntactic: a variable that is only ever added to moves linearly; anything else is left to the fixed point.  Counts are
upper bounds that assume no wrap-around; the sanitizers have the last word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from unseq.agents.tester.footprint.code import Code
from unseq.agents.tester.footprint.interval import INF, Num
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir

PUSHES = {"push_back", "emplace_back", "push", "push_front", "emplace", "append"}
RESIZES = {"resize", "clear", "pop_back", "assign", "insert", "erase", "pop", "pop_front", "swap"}
NumberOf = Callable[[n.Expr], Num]


@dataclass(frozen=True, slots=True)
class Growth:
    """The change of a variable in one iteration lies in ``[down, up]``; ``step`` is its smallest non-zero size.

    ``always``: it changes in every iteration; ``linear`` False: it is not a sum of known steps;
    ``scales``: it is multiplied or divided by at least 2 instead."""

    down: float = 0.0
    up: float = 0.0
    step: float = INF
    always: bool = False
    linear: bool = True
    scales: bool = False
    usual: float = INF  # the size of a change in the middle of its range, for estimates

    def then(self, other: Growth) -> Growth:
        """Both, one after the other."""
        return Growth(
            self.down + other.down,
            self.up + other.up,
            min(self.step, other.step),
            self.always or other.always,
            self.linear and other.linear,
            (self.scales or other.scales) and (self.linear == other.linear),
            min(self.usual, other.usual),
        )

    def repeated(self, trips: float) -> Growth:
        """Up to ``trips`` times."""
        return Growth(
            self.down * trips if self.down else 0.0,
            self.up * trips if self.up else 0.0,
            self.step,
            False,
            self.linear,
            False,
            self.usual,
        )


NOT_LINEAR = Growth(linear=False)
Growths = dict[int, Growth]


def either(a: Growths, b: Growths) -> Growths:
    """One of two branches."""
    out: Growths = {}
    for uid in a.keys() | b.keys():
        x, y = a.get(uid, Growth()), b.get(uid, Growth())
        out[uid] = Growth(
            min(x.down, y.down),
            max(x.up, y.up),
            min(x.step, y.step),
            x.always and y.always,
            x.linear and y.linear,
            x.scales and y.scales,
            min(x.usual, y.usual),
        )
    return out


class Grower:
    """Collects the growths of the variables that statements assign."""

    def __init__(self, code: Code, number_of: NumberOf, trips: Mapping[int, float]) -> None:
        self.code = code
        self.number_of = number_of
        self.wants_trips = False  # the number of iterations of an inner loop would have helped
        self.trips = trips
        self.pushed: list[tuple[n.Expr, float]] = []  # container, pushes an iteration
        self.resized: list[n.Expr] = []
        self.times = 1.0

    def statements(self, stmts: Iterable[n.Stmt]) -> Growths:
        """Statements in order."""
        out: Growths = {}
        for stmt in stmts:
            for uid, growth in self.statement(stmt).items():
                out[uid] = out[uid].then(growth) if uid in out else growth
        return out

    def statement(self, stmt: n.Stmt) -> Growths:
        if isinstance(stmt, n.Assign):
            return {**self.hidden(stmt.value), **self.assign(stmt)}
        if isinstance(stmt, n.Declare):
            return self.hidden(stmt.value) if stmt.value is not None else {}
        if isinstance(stmt, n.Evaluate):
            return self.hidden(stmt.value)
        if isinstance(stmt, n.Return):
            return self.hidden(stmt.value) if stmt.value is not None else {}
        if isinstance(stmt, n.Block):
            return self.statements(stmt.statements)
        if isinstance(stmt, n.If):
            other = self.statements(stmt.other.statements) if stmt.other is not None else {}
            branches = either(self.statements(stmt.then.statements), other)
            return {**self.hidden(stmt.condition), **branches}
        if isinstance(stmt, n.Switch):
            out: Growths = {}
            for case in stmt.cases:
                out = either(out, self.statements(case.body.statements))
            return out
        if isinstance(stmt, n.For | n.While | n.ForEach):
            return self.loop(stmt)
        return {}

    def loop(self, stmt: n.For | n.While | n.ForEach) -> Growths:
        trips = self.trips.get(stmt.id, INF)
        init: Growths = {}
        step: tuple[n.Stmt, ...] = ()
        own: set[int] = {stmt.symbol.uid} if isinstance(stmt, n.ForEach) else set()
        if isinstance(stmt, n.For):
            init = self.statements(stmt.init)
            own = {part.symbol.uid for part in stmt.init if isinstance(part, n.Declare)}
            step = stmt.step
        self.times *= trips
        inner = self.statements((*stmt.body.statements, *step))
        self.times /= trips if trips not in (0, INF) else 1
        out = {uid: growth.repeated(trips) for uid, growth in inner.items() if uid not in own}
        if stmt.id not in self.trips:
            finite = (g for uid, g in out.items() if uid not in init and g.linear and g.step < INF)
            self.wants_trips = self.wants_trips or bool(self.pushed) or any(True for _ in finite)
        for uid, growth in init.items():
            out[uid] = growth.then(out[uid]) if uid in out else growth
        return out

    def assign(self, stmt: n.Assign) -> Growths:
        place = stmt.place
        if isinstance(place, n.Member):
            while isinstance(place, n.Member):
                place = place.base  # type: ignore[assignment]  # only places have members that are assigned
            return {place.symbol.uid: NOT_LINEAR} if isinstance(place, n.Ref) else {}
        if not isinstance(place, n.Ref):
            return {}
        uid = place.symbol.uid
        op, value = stmt.op, stmt.value
        while isinstance(value, n.Cast):
            value = value.operand
        if not op and isinstance(value, n.Binary) and isinstance(strip_casts(value.left), n.Ref):
            left = strip_casts(value.left)
            if isinstance(left, n.Ref) and left.symbol.uid == uid:
                op, value = value.op, value.right
        if op in {"+", "-"}:
            by = self.number_of(value)
            lo, hi = (by.lo, by.hi) if op == "+" else (-by.hi, -by.lo)
            least = INF if lo <= 0 <= hi else min(abs(lo), abs(hi))
            usual = max(least, abs(lo + hi) / 2) if math.isfinite(lo + hi) else least
            return {uid: Growth(min(lo, 0), max(hi, 0), least, least < INF, usual=usual)}
        if op in {"*", "/", "<<", ">>"}:
            return {uid: Growth(linear=False, scales=True, always=True)}
        return {uid: NOT_LINEAR}

    def hidden(self, e: n.Expr) -> Growths:
        """Variables that calls inside an expression may assign, and containers that they grow."""
        out: Growths = {}
        for part in self.code.calls(e):
            if isinstance(part, n.Method):
                if part.name in PUSHES:
                    self.pushed.append((part.object, self.times))
                elif part.name in RESIZES:
                    self.resized.append(part.object)
            elif isinstance(part, n.AddressOf) and isinstance(part.place, n.Ref):
                out[part.place.symbol.uid] = NOT_LINEAR
            elif isinstance(part, n.Call):
                for argument in part.arguments:
                    if isinstance(argument, n.Ref) and ir.is_arithmetic(argument.type):
                        out[argument.symbol.uid] = NOT_LINEAR
            elif isinstance(part, n.Assign) and isinstance(part.place, n.Ref):
                out[part.place.symbol.uid] = NOT_LINEAR
        return out


def strip_casts(e: n.Expr) -> n.Expr:
    """``e`` without conversions."""
    while isinstance(e, n.Cast):
        e = e.operand
    return e


def tests_of(condition: n.Expr, body: n.Block) -> list[tuple[n.Expr, bool]]:
    """What must hold for another iteration: the condition's parts, and what would leave at the top of the body."""
    out: list[tuple[n.Expr, bool]] = []

    def split(e: n.Expr, truth: bool) -> None:
        e = strip_casts(e)
        if isinstance(e, n.Unary) and e.op == "!":
            split(e.operand, not truth)
        elif isinstance(e, n.Binary) and (e.op == "&&") == truth and e.op in {"&&", "||"}:
            split(e.left, truth)
            split(e.right, truth)
        else:
            out.append((e, truth))

    split(condition, True)
    for stmt in body.statements:
        if isinstance(stmt, n.If) and stmt.other is None and stmt.then.statements:
            last = stmt.then.statements[-1]
            if isinstance(last, n.Break | n.Return):
                split(stmt.condition, False)
    return out


OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def most_trips(
    code: Code,
    tests: list[tuple[n.Expr, bool]],
    growths: Growths,
    number_of: NumberOf,
    middle: bool = False,
) -> float:
    """An upper bound of the number of iterations (``middle``: with the middles of the ranges, for estimates)."""
    sure = INF
    maybe: list[float] = []
    for e, truth in tests:
        count, always = _trips_of(code, e, truth, growths, number_of, middle)
        if always:
            sure = min(sure, count)
        elif count < INF:
            maybe.append(count)
    return min(sure, sum(maybe) if maybe else INF)


def _trips_of(
    code: Code, e: n.Expr, truth: bool, growths: Growths, number_of: NumberOf, middle: bool
) -> tuple[float, bool]:
    if isinstance(e, n.Binary) and e.op in OPPOSITE:
        op = e.op if truth else OPPOSITE[e.op]
        left, right = e.left, e.right
    elif truth and ir.is_arithmetic(e.type):
        op, left, right = "!=", e, n.Literal(0, e.type)
    else:
        return INF, False
    if op in {">", ">="}:
        op, left, right = {">": "<", ">=": "<="}[op], right, left
    rise, fall = _growth_of(code, left, growths), _growth_of(code, right, growths)
    if rise is None or fall is None:
        return INF, False
    low, high = number_of(left), number_of(right)
    if op == "!=" and (rise.down < 0 or fall.up > 0):
        rise, fall, low, high = fall, rise, high, low
    if op == "==" or low.empty or high.empty:
        return INF, False
    if rise.scales or fall.scales:
        top = max(abs(x) for x in (low.hi, high.hi, 1.0))
        return (math.log2(top) + 2 if math.isfinite(top) else 64.0), True
    up, down = (rise.usual, fall.usual) if middle else (rise.step, fall.step)
    speed = (up if rise.up > 0 and up < INF else 0.0) + (down if fall.down < 0 and down < INF else 0.0)
    if speed <= 0 or not (rise.linear and fall.linear):
        return INF, False
    gap = (_middle(high) - _middle(low)) if middle else high.hi - low.lo
    if math.isnan(gap) or math.isinf(gap):
        return INF, False
    return max(0.0, math.ceil(gap / speed) + (1 if op == "<=" else 0)), rise.always or fall.always


def _middle(x: Num) -> float:
    return x.lo if x.exact else (x.lo + x.hi) / 2


def _growth_of(code: Code, e: n.Expr, growths: Growths) -> Growth | None:
    """How the value of ``e`` moves: of a variable plus or minus what stays; None if unknown."""
    e = strip_casts(e)
    if isinstance(e, n.Ref):
        return growths.get(e.symbol.uid, Growth())
    moving = [uid for uid in code.references(e) if uid in growths]
    if not moving:
        return Growth()
    if isinstance(e, n.Binary) and len(moving) == 1:
        for part, rest in ((e.left, e.right), (e.right, e.left)):
            if moving[0] in code.references(rest):
                continue
            inner = _growth_of(code, part, growths)
            if inner is None:
                return None
            if e.op == "+" or (e.op == "-" and part is e.left):
                return inner
            if e.op == "*":
                return inner
    return None
