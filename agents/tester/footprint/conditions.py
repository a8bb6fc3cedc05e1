"""Conditions of an abstract run: what holds on either branch.

Bounds are pushed through conversions, sums and differences to variables; of other expressions they are remembered
as they stand.  Relations between two variables are not kept.
"""

from __future__ import annotations

import math

from unseq.agents.tester.footprint.interval import (
    INF,
    NO_TAGS,
    Num,
    Tags,
    compare,
    meet,
    number,
)
from unseq.agents.tester.footprint.memory import (
    Cell,
    Pointer,
    Value,
)
from unseq.agents.tester.footprint.places import Places
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


class Conditions(Places):
    """Cuts the state to where a condition holds."""

    @staticmethod
    def truth(value: Value) -> bool | None:
        """Whether a value is not zero; None if it may be either."""
        if isinstance(value, Num) and not value.empty:
            if value.exact:
                return value.lo != 0
            return True if value.lo > 0 or value.hi < 0 else None
        return None

    def assume(self, e: n.Expr, truth: bool) -> None:
        """Cuts the state to where ``e`` is ``truth``."""
        if isinstance(e, n.Cast):
            self.assume(e.operand, truth)
        elif isinstance(e, n.Unary) and e.op == "!":
            self.assume(e.operand, not truth)
        elif isinstance(e, n.Binary) and e.op in {"&&", "||"}:
            if (e.op == "&&") == truth:
                self.assume(e.left, truth)
                self.assume(e.right, truth)
        elif isinstance(e, n.Binary) and e.op in MIRRORED:
            self.assume_comparison(e.op if truth else NEGATED[e.op], e.left, e.right)
        else:
            self.mute += 1
            known = self.truth(self.value(e))
            self.mute -= 1
            if known is (not truth):
                self.state.reachable = False
            elif not truth and ir.is_arithmetic(e.type):
                self.bound(e, number(0), below=True)
                self.bound(e, number(0), below=False)

    def assume_comparison(self, op: str, left: n.Expr, right: n.Expr) -> None:
        self.mute += 1
        a, b = self.value(left), self.value(right)
        self.mute -= 1
        if isinstance(a, Pointer) and isinstance(b, Pointer) and a.region is b.region:
            a, b = a.offset, b.offset
        if not isinstance(a, Num) or not isinstance(b, Num):
            return
        if compare(op, a, b) is False:
            self.state.reachable = False
            return
        step = 0 if isinstance(left.type, ir.Float) else 1
        if op in {"<", "<=", "=="}:
            self.bound(left, Num(b.hi - step * (op == "<"), b.hi - step * (op == "<"), b.tags), below=False)
            self.bound(right, Num(a.lo + step * (op == "<"), a.lo + step * (op == "<"), a.tags), below=True)
        if op in {">", ">=", "=="}:
            self.bound(left, Num(b.lo + step * (op == ">"), b.lo + step * (op == ">"), b.tags), below=True)
            self.bound(right, Num(a.hi - step * (op == ">"), a.hi - step * (op == ">"), a.tags), below=False)
        if op == "!=" and b.exact and a.lo == b.lo:
            self.bound(left, number(a.lo + step, b.tags), below=True)
        elif op == "!=" and b.exact and a.hi == b.lo:
            self.bound(left, number(a.hi - step, b.tags), below=False)

    def bound(self, e: n.Expr, limit: Num, *, below: bool) -> None:
        """``e >= limit`` (``below``) or ``e <= limit``; ``limit`` is one number with the tags it came from."""
        v = limit.lo
        if math.isinf(v):
            return
        if isinstance(e, n.Cast):
            if ir.is_arithmetic(e.operand.type) and isinstance(e.type, ir.Int) == isinstance(e.operand.type, ir.Int):
                self.bound(e.operand, limit, below=below)
            return
        if isinstance(e, n.Binary) and e.op in {"+", "-"} and ir.is_arithmetic(e.type):
            self.mute += 1
            x, y = self.number(e.left), self.number(e.right)
            self.mute -= 1
            tags = limit.tags
            if e.op == "+":
                self.bound(e.left, Num(w := v - (y.hi if below else y.lo), w, tags | y.tags), below=below)
                self.bound(e.right, Num(w := v - (x.hi if below else x.lo), w, tags | x.tags), below=below)
            else:
                self.bound(e.left, Num(w := v + (y.lo if below else y.hi), w, tags | y.tags), below=below)
                self.bound(e.right, Num(w := (x.hi if below else x.lo) - v, w, tags | x.tags), below=not below)
        if isinstance(e, n.Ref):
            self.bound_variable(e, v, limit.tags, below=below)
        elif isinstance(e, n.Literal):
            return
        else:
            lo, hi = (v, INF) if below else (-INF, v)
            known = self.code.number(e)
            old = self.state.known.get(known)
            self.state.known[known] = Num(lo, hi) if old is None else meet(old, lo, hi)

    def bound_variable(self, e: n.Ref, v: float, tags: Tags, *, below: bool) -> None:
        place = self.place(e)
        if not isinstance(place, Cell):
            lo, hi = (v, INF) if below else (-INF, v)
            known = self.code.number(e)
            old = self.state.known.get(known)
            self.state.known[known] = Num(lo, hi) if old is None else meet(old, lo, hi)
            return
        value = self.state.slots.get(place)
        inner = value.offset if isinstance(value, Pointer) else value
        if not isinstance(inner, Num):
            return
        if e.symbol.storage is n.Storage.PARAMETER and e.symbol.name in inner.tags:
            tags = NO_TAGS  # an input that is checked stays what it is
        cuts = v > inner.lo if below else v < inner.hi
        if not cuts:
            return
        new = meet(inner, v, INF, tags) if below else meet(inner, -INF, v, tags)
        if new.empty:
            self.state.reachable = False
            return
        self.state.slots[place] = Pointer(value.region, new) if isinstance(value, Pointer) else new
