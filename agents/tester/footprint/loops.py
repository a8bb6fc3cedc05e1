"""An abstract run of a function: loops.

A loop takes one pass when its variables move linearly, otherwise a few passes with widening.  Accesses are logged in
the last pass of every loop only.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from unseq.agents.tester.footprint.expressions import Evaluator
from unseq.agents.tester.footprint.growth import Grower, Growths, most_trips, strip_casts, tests_of
from unseq.agents.tester.footprint.interval import INF, NO_TAGS, Num, Tags, arithmetic, join, widen
from unseq.agents.tester.footprint.memory import Box, Cell, Pointer, Record, Region, State, Value, join_states
from unseq.agents.tester.footprint.places import is_container
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir

MOST_PASSES = 5
TRIPS_WHEN_UNKNOWN = 16.0
USUAL_ROW = 8.0
Run = Callable[[], State]
Bind = Callable[[], None]


class Loops(Evaluator):
    """Loops over the current state."""

    settling: int = 0  # how many loops around here are being settled
    breaks: list[State]
    continues: list[State]

    def block(self, stmts: tuple[n.Stmt, ...]) -> None:
        """Statements in order, up to where the end can't be reached."""
        raise NotImplementedError

    def for_each(self, stmt: n.ForEach) -> None:
        sequence = self.value(stmt.sequence)
        size = Num(0, INF)
        if isinstance(sequence, Box):
            held = self.state.slots.get(sequence.region)
            size = held if isinstance(held, Num) else size
            self.log.sizes_read.add(sequence.region.key)
        elif isinstance(sequence, Pointer) and sequence.region.length is not None:
            size = sequence.region.length
        uid = stmt.symbol.uid
        element_of = sequence

        def bind() -> None:
            where = self.subscript(element_of, Num(0, size.hi - 1, size.tags), write=False)
            t = ir.strip(stmt.symbol.type)
            self.state.aliases.pop(uid, None)
            self.state.slots.pop(Cell(uid), None)
            if where is None:
                return
            if isinstance(stmt.symbol.type, ir.Reference) or is_container(t):
                self.state.aliases[uid] = where
            else:
                self.write(Cell(uid), self.read(where, t), t)

        self.log.loop_limits.add(size.tags)
        if size.hi <= 0:
            return
        self.iterate(stmt.id, None, stmt.body, (), False, bind, size)

    def loop(self, loop: int, condition: n.Expr, body: n.Block, step: tuple[n.Stmt, ...], *, test_last: bool) -> None:
        self.iterate(loop, condition, body, step, test_last, None, None)

    def iterate(
        self,
        loop: int,
        condition: n.Expr | None,
        body: n.Block,
        step: tuple[n.Stmt, ...],
        test_last: bool,
        bind: Bind | None,
        count: Num | None,
    ) -> None:
        """A loop of any form; ``bind`` binds the variable of a range-for, which runs ``count`` times."""
        entry = self.state
        self.mute += 1
        grower = Grower(self.code, self.number, self.setting.trips)
        hidden = grower.hidden(condition) if condition is not None else {}
        growths: Growths = {**hidden, **grower.statements((*body.statements, *step))}
        self.log.wants_trips = self.log.wants_trips or grower.wants_trips
        tests = tests_of(condition, body) if condition is not None else []
        if count is not None:
            trips, typical = count.hi, count.hi
        else:
            trips = most_trips(self.code, tests, growths, self.number)
            typical = most_trips(self.code, tests, growths, self.number, middle=True)
            trips += 1 if test_last else 0
        self.mute -= 1
        limits = self.note_limits(tests, growths)
        if count is not None:
            limits |= count.tags
        if not self.mute:
            self.log.trips[loop] = max(trips, self.log.trips.get(loop, 0.0))
        reset = self.code.resets(body)
        after, head = entry.copy(), entry.copy()
        self.move(after, growths, grower, trips, reset, limits)
        moving = self.move(head, growths, grower, max(0.0, trips - 1), reset, limits)

        def run() -> State:
            return self.one_iteration(condition, body, step, test_last, bind)

        if moving:
            self.mute += 1
            self.settle(head, entry, moving, run)
            self.mute -= 1
        self.state = head.copy()
        outer_weight, self.weight = self.weight, self.weight * self.usual_trips(typical, trips)
        outer_breaks, self.breaks = self.breaks, []
        end = run()
        left = self.breaks
        self.breaks, self.weight = outer_breaks, outer_weight
        if test_last and condition is not None:
            self.state = end
        else:
            after.slots.update({slot: head.slots[slot] for slot in moving})
            self.state = after if not moving or not end.reachable else join_states(after, end)
        if condition is not None and self.state.reachable:
            self.assume(condition, False)
        for state in left:
            self.state = join_states(self.state, state)

    def one_iteration(
        self, condition: n.Expr | None, body: n.Block, step: tuple[n.Stmt, ...], test_last: bool, bind: Bind | None
    ) -> State:
        """From the head of the loop to the end of an iteration."""
        outer, self.continues = self.continues, []
        if condition is not None and not test_last:
            self.value(condition)
            self.assume(condition, True)
        if self.state.reachable:
            if bind is not None:
                bind()
            self.block(body.statements)
        for state in self.continues:
            self.state = join_states(self.state, state)
        self.continues = outer
        if self.state.reachable:
            self.block(step)
            if condition is not None and test_last:
                self.value(condition)
        return self.state

    def move(
        self, head: State, growths: Growths, grower: Grower, trips: float, reset: frozenset[int], limits: Tags
    ) -> set[Cell | Region]:
        """Puts the linear variables at any iteration; returns what has to be found by iteration."""
        outer, self.state = self.state, head  # containers that are met here for the first time get their sizes there
        moving: set[Cell | Region] = set()
        for slot, value in list(head.slots.items()):
            growth = growths.get(slot.uid) if isinstance(slot, Cell) else None
            if growth is None:
                continue
            if not growth.linear:
                if isinstance(slot, Cell) and slot.uid not in reset:
                    moving.add(slot)
                continue
            by = Num(_product(growth.down, trips), _product(growth.up, trips), limits)
            if isinstance(value, Num):
                head.slots[slot] = arithmetic("+", value, by, True)
            elif isinstance(value, Pointer):
                head.slots[slot] = Pointer(value.region, arithmetic("+", value.offset, by, True))
        for e, times in grower.pushed:
            held = self.value(e)
            if isinstance(held, Box):
                size = head.slots.get(held.region)
                if isinstance(size, Num):
                    head.slots[held.region] = Num(size.lo, size.hi + _product(times, trips), size.tags | limits)
        for e in grower.resized:
            held = self.value(e)
            if isinstance(held, Box):
                moving.add(held.region)
        for uid, growth in growths.items():
            if not growth.linear or growth.up or growth.down:
                head.known = {}
                self.forget(uid)
        self.state = outer
        return moving

    def settle(self, head: State, entry: State, moving: set[Cell | Region], run: Run) -> None:
        """Iterates the moving variables of ``head`` to a fixed point, with widening, then narrows.

        Floating-point variables may be anything at once: they seldom decide what is touched. Inside another loop
        that is being settled the first change is given up on."""
        outer, self.breaks = self.breaks, []
        anything: set[Cell | Region] = {slot for slot in moving if slot in self.real}
        for real in anything:
            old = head.slots.get(real)
            head.slots[real] = Num(tags=old.tags) if isinstance(old, Num) else None
        moving = moving - anything
        self.settling += 1
        widened = False
        for attempt in range(MOST_PASSES if moving else 0):
            self.state, self.breaks = head.copy(), []
            end: State = run()
            changed = False
            for slot in moving:
                old, new = head.slots.get(slot), end.slots.get(slot) if end.reachable else head.slots.get(slot)
                joined = _joined(old, new, widening=attempt > 0 or self.settling > 1)
                if joined != old:
                    head.slots[slot] = joined
                    changed = True
                    widened = widened or attempt > 0 or self.settling > 1
            if not changed or (changed and self.settling > 1):
                break
        for _ in range(1 + (self.settling == 1) if widened else 0):
            self.state, self.breaks = head.copy(), []
            end = run()
            if not end.reachable:
                break
            for slot in moving:
                head.slots[slot] = _joined(entry.slots.get(slot), end.slots.get(slot), widening=False)
        self.settling -= 1
        self.breaks = outer

    def note_limits(self, tests: list[tuple[n.Expr, bool]], growths: Growths) -> Tags:
        """Logs what the loop's tests compare its variables with, and returns on what the comparisons depend."""
        self.mute += 1
        found: Tags = NO_TAGS
        for e, _ in tests:
            if not isinstance(e, n.Binary):
                counter = self.value(e) if self.code.references(e) & growths.keys() else None
                if isinstance(counter, Num):
                    self.log.loop_limits.add(counter.tags)
                    found |= counter.tags
                continue
            for side, other in ((e.left, e.right), (e.right, e.left)):
                inner = strip_casts(side)
                if not isinstance(inner, n.Ref) or inner.symbol.uid not in growths:
                    continue
                limit, start = self.value(other), self.value(inner)
                if isinstance(limit, Pointer):
                    limit = limit.offset
                if isinstance(start, Pointer):
                    start = start.offset
                if isinstance(limit, Num) and isinstance(start, Num):
                    self.log.loop_limits.add(limit.tags)
                    found |= limit.tags
                    self.log.loop_starts.add(start.tags)
                    self.log.slices |= {tag for tag in limit.tags & start.tags if tag.endswith("]")}
        self.mute -= 1
        return found

    def usual_trips(self, typical: float, trips: float) -> float:
        """A guess of the number of iterations, for estimates of work."""
        if math.isinf(typical) or math.isnan(typical):
            return TRIPS_WHEN_UNKNOWN
        if typical <= 0 < trips:
            # Both ends come from the same contents (rows of a sparse matrix): an average row.
            return min(USUAL_ROW, trips)
        return max(typical, 1.0) if typical > 0 else 0.0


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _joined(old: Value, new: Value, *, widening: bool) -> Value:
    if isinstance(old, Pointer) and isinstance(new, Pointer) and old.region is new.region:
        offset = join(old.offset, new.offset)
        return Pointer(old.region, widen(old.offset, offset) if widening else offset)
    if isinstance(old, Num) and isinstance(new, Num):
        joined = join(old, new)
        return widen(old, joined) if widening else joined
    if isinstance(old, Record) and isinstance(new, Record):
        return Record({k: _joined(old.fields[k], new.fields.get(k), widening=widening) for k in old.fields})
    return old if new is None or old == new else None
