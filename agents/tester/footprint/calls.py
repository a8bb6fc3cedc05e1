"""An abstract run of a function: its parameters, calls of the same file, lambdas, constructors.

``footprint`` is the door: one abstract run of a function with given inputs.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.agents.tester.footprint import library
from unseq.agents.tester.footprint.code import Code
from unseq.agents.tester.footprint.interval import Num, number, type_range, widen
from unseq.agents.tester.footprint.memory import (
    Box,
    Cell,
    Closure,
    Footprint,
    Pointer,
    Record,
    Region,
    Setting,
    State,
    Value,
    join_values,
)
from unseq.agents.tester.footprint.places import container_length, is_container, is_place, members
from unseq.agents.tester.footprint.statements import Statements
from unseq.agents.tester.variables import variables
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.walk import walk

DEEPEST = 6
RECURSIVE_PASSES = 6


class Runner(Statements):
    """Calls over the current state."""

    def __init__(self, code: Code, setting: Setting) -> None:
        super().__init__(code, setting)
        function = code.function
        self.breaks, self.continues = [], []
        self.returned: Value = None
        self.depth = 0
        self.callees = {callee.name: callee for callee in function.callees}
        self.callees[function.name] = function
        self.entries: dict[str, dict[Cell, Value]] = {}  # what recursive calls pass, by function
        self.active: list[str] = []

    # --- parameters --------------------------------------------------------------------------------------------

    def run(self) -> Footprint:
        """The whole function on the inputs of the setting."""
        given = variables(self.function)
        for v in given:
            self.bind_input(Cell(v.symbol.uid), ir.strip(v.symbol.type), v.key)
        for g in self.function.globals:
            if any(g.symbol is v.symbol for v in given):
                continue
            self.mute += 1
            self.declare(g.symbol, g.value)
            self.mute -= 1
        for p in self.function.parameters:
            self.bind_input(Cell(p.uid), ir.strip(p.type), p.name)
        self.enter(self.function)
        return self.log

    def bind_input(self, cell: Cell, t: ir.Type, key: str) -> None:
        """A parameter, or a member of one."""
        if key in self.setting.ends:
            first = self.setting.ends[key]
            region = self.log.regions.get(first) or self.input_region(first, ir.element_type(t) or ir.VOID, None)
            self.state.slots[cell] = Pointer(region, self.setting.size(first))
        elif isinstance(t, ir.Pointer):
            self.state.slots[cell] = Pointer(self.input_region(key, t.to, None))
        elif isinstance(t, ir.Array):
            length = self.extent(t)
            self.state.slots[cell] = Pointer(self.input_region(key, t.element, length if cell.path else None))
        elif is_container(t):
            self.state.slots[cell] = self.boxed(
                self.input_region(key, ir.element_type(t) or ir.VOID, container_length(t))
            )
        elif members(t):
            for f in members(t):
                self.bind_input(Cell(cell.uid, f"{cell.path}.{f.name}"), f.type, f"{key}.{f.name}")
        elif ir.is_arithmetic(t):
            self.state.slots[cell] = self.setting.value(key, t)

    def input_region(self, key: str, element: ir.Type, length: Num | None) -> Region:
        if key in self.log.regions:
            return self.log.regions[key]
        region = Region(key, element, is_input=True, length=length)
        self.log.regions[key] = region
        return region

    # --- functions ---------------------------------------------------------------------------------------------

    def enter(self, function: n.Function) -> None:
        """Runs a body whose parameters are bound; repeats it while recursive calls pass something new."""
        entry = self.state
        self.active.append(function.name)
        self.entries[function.name] = {}
        parameters = [Cell(p.uid) for p in function.parameters]
        self.mute += 1
        for attempt in range(RECURSIVE_PASSES):
            self.state = entry.copy()
            self.block(function.body.statements)
            passed = self.entries[function.name]
            if not passed:
                break
            changed = False
            for cell in parameters:
                old, new = entry.slots.get(cell), passed.get(cell)
                joined = join_values(old, new) if new is not None else old
                if attempt and isinstance(old, Num) and isinstance(joined, Num):
                    joined = widen(old, joined)
                if isinstance(joined, Pointer) and isinstance(old, Pointer) and attempt:
                    joined = Pointer(old.region, widen(old.offset, joined.offset))
                if joined is not None and joined != old:
                    entry.slots[cell] = joined
                    changed = True
            if not changed:
                break
        self.mute -= 1
        self.state = entry.copy()
        self.returned, self.returns = None, 0
        if not self.mute or self.entries[function.name]:
            self.block(function.body.statements)
        self.active.pop()

    def inline(self, function: n.Function, arguments: tuple[n.Expr, ...]) -> Value:
        """A call of a function of the same file."""
        if self.depth >= DEEPEST:
            return None
        bound: list[tuple[n.Symbol, Value]] = []
        for p, argument in zip(function.parameters, arguments, strict=False):
            t = ir.strip(p.type)
            if isinstance(p.type, ir.Reference) and is_place(argument) and not is_container(t):
                where = self.place(argument)
                if where is not None:
                    self.state.aliases[p.uid] = where
                    continue
            value = self.value(argument)
            self.state.aliases.pop(p.uid, None)
            bound.append((p, value))
        if function.name in self.active:
            passed = self.entries.setdefault(function.name, {})
            for p, value in bound:
                cell = Cell(p.uid)
                passed[cell] = join_values(passed[cell], value) if cell in passed else value
            self.log.calls_itself = True
            for p, argument in zip(function.parameters, arguments, strict=False):
                if isinstance(p.type, ir.Reference) and is_place(argument) and ir.is_arithmetic(argument.type):
                    self.write(self.place(argument), Num(*type_range(argument.type)), argument.type)
            return Num(*type_range(function.result)) if ir.is_arithmetic(function.result) else None
        for p, value in bound:
            self.write(Cell(p.uid), value, ir.strip(p.type))
        outer = (self.breaks, self.continues, self.returned, self.returns)
        self.breaks, self.continues, self.returned, self.returns = [], [], None, 0
        self.depth += 1
        recursive = any(isinstance(e, n.Call) and e.name == function.name for e in calls(function.body))
        before = self.state
        if recursive:
            self.enter(function)
        else:
            self.active.append(function.name)
            self.block(function.body.statements)
            self.active.pop()
        self.depth -= 1
        result = self.returned
        self.breaks, self.continues, self.returned, self.returns = outer
        self.after_call(before)
        return within_result(function.result, result)

    def after_call(self, before: State) -> None:
        """Goes on behind a call, whichever way it returned."""
        if not self.state.reachable:
            slots = {**before.slots, **self.state.slots}
            self.state = before.copy()
            self.state.slots = slots
            self.state.reachable = True
        self.state.known = {}

    def apply(self, closure: Closure, arguments: list[Value]) -> Value:
        """A call of a lambda."""
        if self.depth >= DEEPEST:
            return None
        code = closure.code
        for p, value in zip(code.parameters, arguments, strict=False):
            self.state.aliases.pop(p.uid, None)
            self.write(Cell(p.uid), value, ir.strip(p.type))
        outer = (self.breaks, self.continues, self.returned, self.returns)
        self.breaks, self.continues, self.returned, self.returns = [], [], None, 0
        self.depth += 1
        before = self.state.copy()
        self.block(code.body.statements)
        self.depth -= 1
        result = self.returned
        self.breaks, self.continues, self.returned, self.returns = outer
        self.after_call(before)
        return result

    def called(self, e: n.Call | n.Method | n.Construct) -> Value:
        if isinstance(e, n.Construct):
            return self.construct(e)
        if isinstance(e, n.Method):
            return library.method(self, e)
        if e.target is not None:
            target = self.value(e.target)
            arguments = [self.value(argument) for argument in e.arguments]
            result = self.apply(target, arguments) if isinstance(target, Closure) else None
            return within_result(e.type, result)
        callee = self.callees.get(e.name)
        if callee is not None:
            return self.inline(callee, e.arguments)
        return library.call(self, e)

    # --- constructors ------------------------------------------------------------------------------------------

    def construct(self, e: n.Construct) -> Value:
        t = e.type
        if is_container(t):
            return self.construct_container(e, t)
        values = [self.value(argument) for argument in e.arguments]
        fields = members(t)
        if fields:
            if len(values) == 1 and isinstance(values[0], Record):
                return values[0]
            zeros = [number(0) if ir.is_arithmetic(f.type) else None for f in fields]
            padded = [*values, *zeros[len(values) :]]
            return Record({f.name: value for f, value in zip(fields, padded, strict=False)})
        if ir.is_arithmetic(t):
            return values[0] if values else number(0)
        if isinstance(t, ir.Library) and t.name == "complex":
            return Num()
        return values[0] if len(values) == 1 else None

    def construct_container(self, e: n.Construct, t: ir.Type) -> Value:
        element = ir.element_type(t) or ir.VOID
        region = self.local_region(-1, f"@{id(e)}", element, None)
        values = [self.value(argument) for argument in e.arguments]
        size: Num = number(0)
        if isinstance(t, ir.Library) and t.name == "array":
            size = container_length(t) or number(len(values))
            for value in values:
                self.store(region, element, value)
            self.store(region, element, number(0) if ir.is_arithmetic(element) else None)
        elif len(values) == 1 and isinstance(values[0], Box):
            if ir.is_arithmetic(element) or isinstance(ir.strip(e.arguments[0].type), ir.Library):
                self.fill_from(region, values[0].region, self.state.slots.get(values[0].region))
                return Box(region)
        elif e.braced and not (values and isinstance(values[0], Pointer)):
            size = number(len(values))
            for value in values:
                self.store(region, element, value)
        elif values and isinstance(values[0], Num):
            size = values[0]
            self.store(region, element, values[1] if len(values) > 1 else number(0))
        elif len(values) == 2 and isinstance(values[0], Pointer) and isinstance(values[1], Pointer):
            first, last = values[0], values[1]
            size = Num(0, max(0.0, last.offset.hi - first.offset.lo), last.offset.tags | first.offset.tags)
            if ir.is_arithmetic(element):
                region.write("", element, first.region.read("", element, self.setting), self.setting)
        self.state.slots[region] = size
        return Box(region)

    def store(self, region: Region, element: ir.Type, value: Value) -> None:
        """Some element of a region becomes ``value``."""
        if isinstance(value, Num) and ir.is_arithmetic(element):
            region.write("", element, value, self.setting)
        elif isinstance(value, Box):
            child = region.child("", value.region.element)
            size = self.state.slots.get(value.region)
            self.fill_from(child, value.region, size)
        elif isinstance(value, Record):
            for f in members(element):
                inner = value.fields.get(f.name)
                if isinstance(inner, Num):
                    region.write(f".{f.name}", f.type, inner, self.setting)


def calls(node: n.Block) -> list[n.Call]:
    """The calls in a block."""
    return [e for e in walk(node) if isinstance(e, n.Call)]


def within_result(t: ir.Type, value: Value) -> Value:
    """A returned value, or anything of the type."""
    if ir.is_arithmetic(t):
        return value if isinstance(value, Num) else Num(*type_range(t))
    return value


def footprint(code: Code, setting: Setting) -> Footprint:
    """What a function touches, compares and loops to on the inputs of ``setting``.

    The bounds of nested loops need those of the inner ones: a second run uses what the first found."""
    first = Runner(code, setting).run()
    if first.wants_trips:
        return Runner(code, replace(setting, trips=first.trips)).run()
    return first

