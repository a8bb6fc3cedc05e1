"""An abstract run of a function: statements and declarations."""

from __future__ import annotations

from unseq.agents.tester.footprint.interval import INF, Num, arithmetic, join, number
from unseq.agents.tester.footprint.loops import Loops
from unseq.agents.tester.footprint.memory import Box, Cell, Element, Pointer, Region, State, Value, join_states
from unseq.agents.tester.footprint.places import is_container, members
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir


class Statements(Loops):
    """Statements over the current state."""

    returned: Value
    returns: int = 0

    def block(self, stmts: tuple[n.Stmt, ...]) -> None:
        """Statements in order, up to where the end can't be reached."""
        for stmt in stmts:
            if not self.state.reachable:
                return
            self.statement(stmt)

    def statement(self, stmt: n.Stmt) -> None:
        if isinstance(stmt, n.Assign):
            self.assign(stmt)
        elif isinstance(stmt, n.Declare):
            self.declare(stmt.symbol, stmt.value)
        elif isinstance(stmt, n.Evaluate):
            self.value(stmt.value)
        elif isinstance(stmt, n.Block):
            self.block(stmt.statements)
        elif isinstance(stmt, n.If):
            self.branch(stmt)
        elif isinstance(stmt, n.Switch):
            self.switch(stmt)
        elif isinstance(stmt, n.For):
            self.block(stmt.init)
            self.loop(stmt.id, stmt.condition, stmt.body, stmt.step, test_last=False)
        elif isinstance(stmt, n.While):
            self.loop(stmt.id, stmt.condition, stmt.body, (), test_last=stmt.test_last)
        elif isinstance(stmt, n.ForEach):
            self.for_each(stmt)
        elif isinstance(stmt, n.Return):
            self.leave(stmt)
        else:
            (self.breaks if isinstance(stmt, n.Break) else self.continues).append(self.state.copy())
            self.state.reachable = False

    def leave(self, stmt: n.Return) -> None:
        value = self.value(stmt.value) if stmt.value is not None else None
        if isinstance(value, Num) and isinstance(self.returned, Num) and self.returns:
            value = join(value, self.returned)
        self.returned = value
        self.returns += 1
        self.state.reachable = False

    def branch(self, stmt: n.If) -> None:
        condition = self.value(stmt.condition)
        self.note_null_test(condition)
        truth = self.truth(condition)
        before = self.state
        ends: list[State] = []
        for block, taken in ((stmt.then, True), (stmt.other, False)):
            self.state = before.copy()
            if truth is (not taken):
                continue
            self.assume(stmt.condition, taken)
            if block is not None and self.state.reachable:
                self.block(block.statements)
            ends.append(self.state)
        self.state = ends[0] if len(ends) == 1 else join_states(ends[0], ends[1])

    def switch(self, stmt: n.Switch) -> None:
        value = self.value(stmt.value)
        before = self.state
        end: State | None = None
        has_default = False
        for case in stmt.cases:
            self.state = before.copy()
            has_default = has_default or not case.values
            for constant in case.values:
                test = n.Binary("==", stmt.value, n.Literal(constant, stmt.value.type), ir.BOOL)
                if isinstance(value, Num):
                    self.compared(test, value, number(constant))
            self.block(case.body.statements)
            end = self.state if end is None else join_states(end, self.state)
        self.state = before if end is None else end if has_default else join_states(end, before)

    # --- assignments -------------------------------------------------------------------------------------------

    def assign(self, stmt: n.Assign) -> None:
        value = self.value(stmt.value)
        place = self.place(stmt.place)
        t = stmt.place.type
        if isinstance(place, Element) and not self.mute:
            self.touch_written(stmt.place)
        if stmt.op:
            old = self.read(place, t)
            if isinstance(old, Pointer) or isinstance(value, Pointer):
                value = self.pointer_arithmetic(stmt.op, old, value)
            elif isinstance(old, Num) and isinstance(value, Num):
                compute = stmt.compute if stmt.compute is not None else t
                integer = isinstance(compute, ir.Int | ir.Bool)
                if stmt.op in {"/", "%"} and integer and not self.mute:
                    self.log.divisors.add(value.tags)
                value = arithmetic(stmt.op, old, value, integer)
            else:
                value = None
        if is_container(t):
            self.copy_container(place, value, t)
        else:
            self.write(place, value, t)

    def touch_written(self, e: n.Expr) -> None:
        """Marks the region of a written element as written."""
        while isinstance(e, n.Member):
            e = e.base
        if isinstance(e, n.Index | n.Deref):
            base = self.value(e.base if isinstance(e, n.Index) else e.pointer)
            index = self.number(e.index) if isinstance(e, n.Index) else number(0)
            self.subscript(base, index, write=True)

    def copy_container(self, place: object, value: Value, t: ir.Type) -> None:
        """``place`` (of container type) becomes a copy of ``value``."""
        target: Region | None = None
        if isinstance(place, Cell):
            held = self.state.slots.get(place)
            target = held.region if isinstance(held, Box) else None
        elif isinstance(place, Element):
            held = self.held(place.region, place.path, t)
            target = held.region if isinstance(held, Box) else None
        if target is not None and isinstance(value, Box) and value.region is not target:
            self.fill_from(target, value.region, self.state.slots.get(value.region))
            self.log.resized.add(target.key)

    def fill_from(self, target: Region, source: Region, size: Value) -> None:
        """Size and contents of one container to another."""
        self.state.slots[target] = size if isinstance(size, Num) else Num(0, INF)
        if target is not source and not target.input:
            target.origin = source
        element = source.element
        if ir.is_arithmetic(element):
            target.write("", element, source.read("", element, self.setting), self.setting)
        for f in members(element):
            if ir.is_arithmetic(f.type):
                path = f".{f.name}"
                target.write(path, f.type, source.read(path, f.type, self.setting), self.setting)
        for path, child in source.children.items():
            copy = target.child(path, child.element, child.length)
            inner = self.state.slots.get(child)
            if child is not copy:
                self.fill_from(copy, child, inner if inner is not None else self.setting.size(child.key))

    def declare(self, symbol: n.Symbol, initial: n.Expr | None) -> None:
        t = symbol.type
        cell = Cell(symbol.uid)
        if isinstance(t, ir.Reference):
            where = self.place(initial) if initial is not None else None
            if where is not None and where != cell:
                self.state.aliases[symbol.uid] = where
                return
            t = t.to
        self.state.aliases.pop(symbol.uid, None)
        self.forget(symbol.uid)
        if isinstance(t, ir.Array):
            self.declare_array(symbol, t, initial)
        elif is_container(t):
            region = self.local_region(symbol.uid, "", ir.element_type(t) or ir.VOID, None)
            value = self.value(initial) if initial is not None else None
            self.state.slots[cell] = Box(region)
            if isinstance(t, ir.Library) and t.name == "array" and len(t.args) == 2 and isinstance(t.args[1], int):
                region.length = number(t.args[1])
                self.state.slots[region] = region.length
            elif not isinstance(value, Box):
                self.state.slots[region] = number(0)
            if isinstance(value, Box):
                self.fill_from(region, value.region, self.state.slots.get(value.region))
        elif initial is not None:
            self.write(cell, self.value(initial), t)
        elif ir.is_arithmetic(t):
            self.state.slots[cell] = number(0)

    def declare_array(self, symbol: n.Symbol, t: ir.Array, initial: n.Expr | None) -> None:
        length = self.extent(t)
        region = self.local_region(symbol.uid, "", t.element, length)
        if isinstance(initial, n.Construct):
            for argument in initial.arguments:
                value = self.value(argument)
                if ir.is_arithmetic(t.element):
                    region.write("", t.element, value if isinstance(value, Num) else Num(), self.setting)
            if ir.is_arithmetic(t.element):
                region.write("", t.element, number(0), self.setting)
            if t.extent is None:
                region.length = number(len(initial.arguments))
        self.state.slots[Cell(symbol.uid)] = Pointer(region)
