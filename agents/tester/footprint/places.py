"""Places of an abstract run: where an expression lies, and what is read from and stored there.

Knows regions and cells (``memory``); how an expression gets its value is left to the subclasses.
"""

from __future__ import annotations

from unseq.agents.tester.footprint.code import Code
from unseq.agents.tester.footprint.interval import (
    INF,
    Num,
    arithmetic,
    join,
    number,
    type_range,
    within,
)
from unseq.agents.tester.footprint.memory import (
    Box,
    Cell,
    Element,
    Footprint,
    Place,
    Pointer,
    Record,
    Region,
    Setting,
    State,
    Value,
)
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir

CONTAINERS = {"vector", "array", "string", "span", "deque", "list", "initializer_list"}


def is_container(t: ir.Type) -> bool:
    """Whether a value of ``t`` is a container with a size."""
    return isinstance(t, ir.Library) and t.name in CONTAINERS


def members(t: ir.Type) -> tuple[ir.Field, ...]:
    """The data members of a record, pair or tuple."""
    if isinstance(t, ir.Record):
        return t.fields
    if isinstance(t, ir.Library) and t.name == "pair":
        kinds = [a for a in t.args if not isinstance(a, int)]
        return tuple(ir.Field(name, kind) for name, kind in zip(("first", "second"), kinds, strict=False))
    return ()


def is_place(e: n.Expr) -> bool:
    """Whether the expression names something that can be stored to."""
    return isinstance(e, n.Ref | n.Index | n.Member | n.Deref)


class Places:
    """The current state; the log is kept only while ``mute`` is 0."""

    def __init__(self, code: Code, setting: Setting) -> None:
        self.code = code
        self.function = code.function
        self.setting = setting
        self.state = State()
        self.log = Footprint()
        self.mute = 0
        self.weight = 1.0
        self.real: set[Cell] = set()  # floating-point variables
        self.regions: dict[tuple[int, str], Region] = {}

    def place(self, e: n.Expr) -> Place | None:
        """Where ``e`` lies; None if unknown."""
        if isinstance(e, n.Ref):
            return self.state.aliases.get(e.symbol.uid, Cell(e.symbol.uid))
        if isinstance(e, n.Member):
            if not is_place(e.base):
                return None
            base = self.place(e.base)
            if isinstance(base, Cell):
                return Cell(base.uid, f"{base.path}.{e.name}")
            return Element(base.region, f"{base.path}.{e.name}") if base is not None else None
        if isinstance(e, n.Index):
            return self.subscript(self.value(e.base), self.number(e.index), write=False)
        if isinstance(e, n.Deref):
            return self.subscript(self.value(e.pointer), number(0), write=False)
        return None

    def subscript(self, base: Value, index: Num, *, write: bool) -> Place | None:
        """Element ``index`` of what ``base`` points to or holds."""
        if isinstance(base, Pointer):
            index = arithmetic("+", base.offset, index, True)
        elif not isinstance(base, Box):
            return None
        region = base.region
        if not self.mute and self.state.reachable and not index.empty:
            self.log.touch(region, index, write=write)
        return Element(region)

    def read(self, place: Place | None, t: ir.Type) -> Value:
        """The value at a place."""
        if place is None:
            return Num(*type_range(t)) if ir.is_arithmetic(t) else None
        if isinstance(t, ir.Record) or (isinstance(t, ir.Library) and t.name == "pair"):
            whole = self.state.slots.get(place) if isinstance(place, Cell) else None
            if isinstance(whole, Record):
                return whole
            return Record({f.name: self.read(self.inside(place, f.name), f.type) for f in members(t)})
        if isinstance(place, Cell):
            found = self.state.slots.get(place)
            return found if found is not None or not ir.is_arithmetic(t) else Num(*type_range(t))
        return self.held(place.region, place.path, t)

    @staticmethod
    def inside(place: Place, name: str) -> Place:
        """Member ``name`` of a place."""
        if isinstance(place, Cell):
            return Cell(place.uid, f"{place.path}.{name}")
        return Element(place.region, f"{place.path}.{name}")

    def held(self, region: Region, path: str, t: ir.Type) -> Value:
        """What member ``path`` of the elements of a region holds."""
        if isinstance(t, ir.Pointer):
            if t.to == region.element and isinstance(t.to, ir.Record):
                return Pointer(region)  # a link: some element of the same list or tree
            return Pointer(region.child(path, t.to))
        if isinstance(t, ir.Array):
            return Pointer(region.child(path, t.element, self.extent(t)))
        if is_container(t):
            child = region.child(path, ir.element_type(t) or ir.VOID, container_length(t))
            return self.boxed(child)
        if ir.is_arithmetic(t) or (isinstance(t, ir.Library) and t.name == "complex"):
            return region.read(path, t, self.setting)
        return None

    def extent(self, t: ir.Array) -> Num | None:
        """The number of elements of an array, where its type says it."""
        if isinstance(t.extent, int):
            return number(t.extent)
        return self.number(t.extent) if t.extent is not None else None

    def boxed(self, region: Region) -> Box:
        """A container over ``region``; its size is taken from the setting when it is an input not seen before."""
        if region not in self.state.slots:
            known = region.length
            size = known if known is not None else self.setting.size(region.key) if region.input else Num(0, INF)
            self.state.slots[region] = size
        return Box(region)

    def write(self, place: Place | None, value: Value, t: ir.Type) -> None:
        """Stores a value; cells strongly, elements weakly."""
        if place is None:
            return
        if isinstance(value, Record):
            for f in members(t):
                self.write(self.inside(place, f.name), value.fields.get(f.name), f.type)
            return
        if isinstance(place, Cell):
            if isinstance(t, ir.Float):
                self.real.add(place)
            self.forget(place.uid)
            if isinstance(value, Num):
                value = within(t, value)
            elif value is None and ir.is_arithmetic(t):
                value = Num(*type_range(t))
            self.state.slots[place] = value
            return
        self.forget(None)
        if ir.is_arithmetic(t):
            number_written = value if isinstance(value, Num) else Num(*type_range(t))
            place.region.write(place.path, t, number_written, self.setting)

    def forget(self, uid: int | None) -> None:
        """Drops what conditions said of expressions that mention a variable, or memory (None)."""
        if self.state.known:
            self.state.known = {e: v for e, v in self.state.known.items() if not self.code.mentions(e, uid)}

    def local_region(self, uid: int, path: str, element: ir.Type, length: Num | None) -> Region:
        """The region that belongs to a local variable, made once."""
        key = (uid, path)
        if key not in self.regions:
            self.regions[key] = Region(f"local {uid}{path}", element, is_input=False, length=length)
        region = self.regions[key]
        if length is not None:
            region.length = length if region.length is None else join(region.length, length)
        return region

    def value(self, e: n.Expr) -> Value:
        """What ``e`` may be."""
        raise NotImplementedError

    def number(self, e: n.Expr) -> Num:
        """The range of an arithmetic expression."""
        value = self.value(e)
        return value if isinstance(value, Num) else Num(*type_range(e.type))


def container_length(t: ir.Type) -> Num | None:
    """The fixed number of elements of ``std::array``; None for other containers."""
    if isinstance(t, ir.Library) and t.name == "array" and len(t.args) == 2 and isinstance(t.args[1], int):
        return number(t.args[1])
    return None

