"""An abstract run of a function over intervals: expressions, places and conditions.

One run with given ranges of the inputs gives the ranges of all subscripts, in time independent of the sizes
(``statements`` and ``loops`` add statements and loops).  It is not sound and need not be: the extents that follow are
checked by running the original under sanitizers.
"""

from __future__ import annotations

import math

from unseq.agents.tester.footprint.conditions import MIRRORED, Conditions
from unseq.agents.tester.footprint.growth import strip_casts
from unseq.agents.tester.footprint.interval import (
    NO_TAGS,
    Num,
    arithmetic,
    compare,
    join,
    meet,
    negate,
    number,
    type_range,
    within,
)
from unseq.agents.tester.footprint.memory import (
    Box,
    Cell,
    Closure,
    Comparison,
    Element,
    Pointer,
    Record,
    Region,
    Value,
    join_states,
    join_values,
)
from unseq.agents.tester.footprint.places import is_place
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir


class Evaluator(Conditions):
    """Expressions over the current state."""

    def value(self, e: n.Expr) -> Value:
        """What ``e`` may be."""
        if not self.mute:
            self.log.work += self.weight
        result = self.plain_value(e)
        if self.state.known and isinstance(result, Num) and not isinstance(e, n.Literal):
            found = self.state.known.get(self.code.number(e))
            if found is not None:
                result = meet(result, found.lo, found.hi)
        return result

    def plain_value(self, e: n.Expr) -> Value:
        if isinstance(e, n.Literal):
            return self.literal(e)
        if isinstance(e, n.Ref | n.Index | n.Deref):
            return self.read(self.place(e), e.type)
        if isinstance(e, n.Member):
            if is_place(e.base):
                return self.read(self.place(e), e.type)
            base = self.value(e.base)
            return base.fields.get(e.name) if isinstance(base, Record) else None
        if isinstance(e, n.AddressOf):
            return self.address(e)
        if isinstance(e, n.Unary):
            return self.unary(e)
        if isinstance(e, n.Binary):
            return self.binary(e)
        if isinstance(e, n.Cast):
            return self.cast(e)
        if isinstance(e, n.Select):
            return self.select(e)
        if isinstance(e, n.Lambda):
            return Closure(e)
        return self.called(e)

    def called(self, e: n.Call | n.Method | n.Construct) -> Value:
        """Calls and constructors: see ``calls``."""
        raise NotImplementedError

    def literal(self, e: n.Literal) -> Value:
        if isinstance(e.value, str):
            length = number(len(e.value.encode()) + 1)
            return Pointer(Region(f'"{e.text}"', ir.CHAR, is_input=False, length=length))
        return number(e.value) if isinstance(e.value, int | float) else None

    def address(self, e: n.AddressOf) -> Value:
        if isinstance(e.place, n.Index):
            base, index = self.value(e.place.base), self.number(e.place.index)
            if isinstance(base, Pointer):
                return Pointer(base.region, arithmetic("+", base.offset, index, True))
            return Pointer(base.region, index) if isinstance(base, Box) else None
        if isinstance(e.place, n.Deref):
            return self.value(e.place.pointer)
        where = self.place(e.place)
        if isinstance(where, Cell):
            # The variable may be stored to through the pointer: it is known no longer.
            region = self.local_region(where.uid, f"&{where.path}", e.place.type, number(1))
            held = self.state.slots.get(where)
            if isinstance(held, Num) and ir.is_arithmetic(e.place.type):
                region.write("", e.place.type, held, self.setting)
                self.state.aliases[where.uid] = Element(region)
            return Pointer(region)
        return Pointer(where.region.child(where.path, e.place.type, number(1))) if where is not None else None

    def unary(self, e: n.Unary) -> Value:
        if e.op == "!":
            operand_value = self.value(e.operand)
            self.note_null_test(operand_value)
            truth = self.truth(operand_value)
            return Num(0, 1) if truth is None else number(int(not truth))
        operand = self.number(e.operand)
        if e.op == "-":
            return within(e.type, negate(operand))
        return within(e.type, Num(-operand.hi - 1, -operand.lo - 1, operand.tags))

    def note_null_test(self, value: Value) -> None:
        """Logs that a pointer is used as a truth value."""
        if isinstance(value, Pointer) and not self.mute:
            self.log.null_tested.add(value.region.key)

    def binary(self, e: n.Binary) -> Value:
        if e.op in {"&&", "||"}:
            left = self.truth(self.value(e.left))
            saved = self.state.copy()
            self.assume(e.left, e.op == "&&")
            right = self.truth(self.value(e.right))
            self.state = join_states(saved, self.state) if not saved.known else saved
            if e.op == "&&":
                answer = False if left is False or right is False else True if left and right else None
            else:
                answer = True if left or right else False if left is False and right is False else None
            return Num(0, 1) if answer is None else number(int(answer))
        left_value, right_value = self.value(e.left), self.value(e.right)
        if e.op == "+" and is_part_of_gap(e.left, e.right) and isinstance(left_value, Num):
            return join(left_value, self.number(gap_end(e.right)))
        if e.op in MIRRORED:
            return self.compared(e, left_value, right_value)
        if isinstance(left_value, Pointer) or isinstance(right_value, Pointer):
            return self.pointer_arithmetic(e.op, left_value, right_value)
        left_number = left_value if isinstance(left_value, Num) else Num(*type_range(e.left.type))
        right_number = right_value if isinstance(right_value, Num) else Num(*type_range(e.right.type))
        if not self.mute and e.op in {"/", "%"} and isinstance(e.type, ir.Int):
            self.log.divisors.add(right_number.tags)
        if not self.mute and e.op in {"<<", ">>"}:
            self.log.shifts.add(right_number.tags)
        return within(e.type, arithmetic(e.op, left_number, right_number, isinstance(e.type, ir.Int | ir.Bool)))

    @staticmethod
    def pointer_arithmetic(op: str, left: Value, right: Value) -> Value:
        if isinstance(left, Pointer) and isinstance(right, Num):
            return Pointer(left.region, arithmetic(op, left.offset, right, True))
        if isinstance(left, Num) and isinstance(right, Pointer):
            return Pointer(right.region, arithmetic(op, right.offset, left, True))
        if isinstance(left, Pointer) and isinstance(right, Pointer) and left.region is right.region:
            return arithmetic("-", left.offset, right.offset, True)
        return None

    def compared(self, e: n.Binary, left: Value, right: Value) -> Num:
        if isinstance(left, Pointer) and isinstance(right, Pointer):
            if left.region is right.region:
                left, right = left.offset, right.offset
            elif not self.mute and left.region.input and right.region.input:
                self.log.pointers_compared.add((left.region.key, right.region.key))
        if isinstance(left, Pointer) != isinstance(right, Pointer):
            pointer = left if isinstance(left, Pointer) else right
            if isinstance(pointer, Pointer) and not self.mute:
                self.log.null_tested.add(pointer.region.key)
        if not isinstance(left, Num) or not isinstance(right, Num):
            return Num(0, 1)
        if not self.mute and (left.tags or right.tags):
            if left.exact and not left.tags:
                note = Comparison(MIRRORED[e.op], right.tags, NO_TAGS, left.lo, is_input(e.right))
            elif right.exact and not right.tags:
                note = Comparison(e.op, left.tags, NO_TAGS, right.lo, is_input(e.left))
            else:
                note = Comparison(e.op, left.tags, right.tags, None, is_input(e.left) and is_input(e.right))
            self.log.comparisons.add(note)
        answer = compare(e.op, left, right)
        return Num(0, 1) if answer is None else number(int(answer))

    def cast(self, e: n.Cast) -> Value:
        value = self.value(e.operand)
        if isinstance(value, Num) and ir.is_arithmetic(e.type):
            if isinstance(e.type, ir.Int) and isinstance(e.operand.type, ir.Float):
                lo = math.trunc(value.lo) if math.isfinite(value.lo) else value.lo
                hi = math.trunc(value.hi) if math.isfinite(value.hi) else value.hi
                return within(e.type, Num(lo, hi, value.tags))
            return within(e.type, value)
        if isinstance(e.type, ir.Bool):
            self.note_null_test(value)
        if isinstance(value, Pointer) and isinstance(e.type, ir.Pointer):
            same = e.type.to == value.region.element or isinstance(e.type.to, ir.Void)
            return value if same or same_size(e.type.to, value.region.element) else None
        return value if not ir.is_arithmetic(e.type) else None

    def select(self, e: n.Select) -> Value:
        truth = self.truth(self.value(e.condition))
        before = self.state.copy()
        values: list[Value] = []
        for branch, taken in ((e.then, True), (e.other, False)):
            if truth is (not taken):
                continue
            self.state = before.copy()
            self.assume(e.condition, taken)
            if self.state.reachable:
                values.append(self.value(branch))
        self.state = before
        if not values:
            return None
        return values[0] if len(values) == 1 else join_values(values[0], values[1])


def is_input(e: n.Expr) -> bool:
    """Whether ``e`` is a variable, member or element as it stands, conversions aside."""
    while isinstance(e, n.Cast):
        e = e.operand
    return is_place(e)


def is_part_of_gap(start: n.Expr, e: n.Expr) -> bool:
    """Whether ``e`` is ``(end - start) / k``: added to ``start`` it stays between the two."""
    e = strip_casts(e)
    if not isinstance(e, n.Binary) or e.op not in {"/", ">>"} or not isinstance(strip_casts(e.right), n.Literal):
        return False
    gap = strip_casts(e.left)
    return isinstance(gap, n.Binary) and gap.op == "-" and strip_casts(gap.right) == strip_casts(start)


def gap_end(e: n.Expr) -> n.Expr:
    """The ``end`` of ``(end - start) / k``."""
    quotient = strip_casts(e)
    assert isinstance(quotient, n.Binary)
    gap = strip_casts(quotient.left)
    assert isinstance(gap, n.Binary)
    return gap.left


def same_size(a: ir.Type, b: ir.Type) -> bool:
    """Whether two arithmetic types take the same room."""
    return isinstance(a, ir.Int | ir.Float) and isinstance(b, ir.Int | ir.Float) and a.bits == b.bits
