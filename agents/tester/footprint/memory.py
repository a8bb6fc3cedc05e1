"""What an abstract run knows of memory: regions, pointers, containers, and the log of what was touched.

Inputs are named by keys: ``n`` (a scalar parameter), ``a`` (what pointer or container ``a`` holds), ``a[]`` (an
element of it, and what that element points to), ``m[].col`` (a member), ``#v`` (the size of container ``v``).
Contents are flow-insensitive: one range for all elements of a region.  Aliasing between inputs is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from unseq.agents.tester.footprint.interval import NO_TAGS, ZERO, Num, Tags, join, type_range, widen, within
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Lambda

GROWTHS_BEFORE_WIDENING = 3
SHOWS_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Setting:
    """The inputs of one abstract run: ranges of scalars and of elements, and sizes of containers, by key.

    A scalar or element without an entry may be anything of its type, a container without one any size."""

    values: Mapping[str, Num] = field(default_factory=dict)
    sizes: Mapping[str, Num] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)  # pointer to behind the last element -> to the first
    trips: Mapping[int, float] = field(default_factory=dict)  # loop id -> most iterations, from an earlier run

    def value(self, key: str, t: ir.Type) -> Num:
        found = self.values.get(key)
        lo, hi = (found.lo, found.hi) if found is not None else type_range(t)
        return Num(lo, hi, frozenset({key}))

    def size(self, key: str) -> Num:
        found = self.sizes.get(key)
        lo, hi = (found.lo, found.hi) if found is not None else (0, math.inf)
        return Num(lo, hi, frozenset({f"#{key}"}))


class Region:
    """The elements of one array, container, or thing pointed to; nested ones are its children."""

    __slots__ = ("children", "contents", "element", "growths", "input", "key", "length", "origin")

    def __init__(self, key: str, element: ir.Type, *, is_input: bool, length: Num | None = None) -> None:
        self.key = key
        self.element = element
        self.input = is_input
        self.length = length  # number of elements where the type or a declaration says it
        self.origin: Region | None = None  # what this container is a copy of, as long as its size is not changed
        self.contents: dict[str, Num] = {}
        self.growths: dict[str, int] = {}
        self.children: dict[str, Region] = {}

    def child(self, path: str, element: ir.Type, length: Num | None = None) -> Region:
        """What each element's member ``path`` (empty: the element itself) holds, as one region."""
        found = self.children.get(path)
        if found is None:
            found = Region(f"{self.key}[]{path}", element, is_input=self.input, length=length)
            self.children[path] = found
        return found

    def read(self, path: str, t: ir.Type, setting: Setting) -> Num:
        """The range of member ``path`` of all elements."""
        found = self.contents.get(path)
        if found is None:
            found = setting.value(f"{self.key}[]{path}", t) if self.input else Num(*type_range(t))
            if self.input:
                self.contents[path] = found
        return found

    def write(self, path: str, t: ir.Type, value: Num, setting: Setting) -> None:
        """Some element's member may now be ``value``."""
        if path not in self.contents and not self.input:
            self.contents[path] = within(t, value)
            return
        old = self.read(path, t, setting)
        new = join(old, within(t, value))
        if new == old:
            return
        if new.lo < old.lo or new.hi > old.hi:
            self.growths[path] = self.growths.get(path, 0) + 1
            if self.growths[path] > GROWTHS_BEFORE_WIDENING:
                new = widen(old, new)
        self.contents[path] = new


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer or iterator to element ``offset`` of a region."""

    region: Region
    offset: Num = ZERO


@dataclass(frozen=True, slots=True)
class Box:
    """A container; its size is part of the state."""

    region: Region


@dataclass(frozen=True, slots=True)
class Record:
    """A struct, pair or tuple by value."""

    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Closure:
    """A lambda."""

    code: Lambda


Value = Union[Num, Pointer, Box, Record, Closure, None]  # None: nothing is known


@dataclass(frozen=True, slots=True)
class Cell:
    """A local variable or parameter, or a member of it."""

    uid: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a region, or a member of it."""

    region: Region
    path: str = ""


Place = Union[Cell, Element]
Slot = Union[Cell, Region]  # a region as a slot: the current size of the container


class State:
    """Variables at one point of the program, and what the conditions passed so far say of other expressions."""

    __slots__ = ("aliases", "known", "reachable", "slots")

    def __init__(self) -> None:
        self.slots: dict[Slot, Value] = {}
        self.aliases: dict[int, Place] = {}
        self.known: dict[int, Num] = {}  # by the number of the expression
        self.reachable = True

    def copy(self) -> State:
        new = State()
        new.slots = dict(self.slots)
        new.aliases = dict(self.aliases)
        new.known = dict(self.known)
        new.reachable = self.reachable
        return new


def join_values(a: Value, b: Value) -> Value:
    """What covers both; None if they are of different kinds."""
    if a is b:
        return a
    if isinstance(a, Num) and isinstance(b, Num):
        return join(a, b)
    if isinstance(a, Pointer) and isinstance(b, Pointer) and a.region is b.region:
        return Pointer(a.region, join(a.offset, b.offset))
    if isinstance(a, Record) and isinstance(b, Record):
        return Record({name: join_values(a.fields[name], b.fields[name]) for name in a.fields if name in b.fields})
    return a if a == b else None


def join_states(a: State, b: State) -> State:
    """What holds on either path."""
    if not a.reachable:
        return b
    if not b.reachable:
        return a
    new = State()
    new.aliases = {**a.aliases, **b.aliases}
    for slot, value in a.slots.items():
        if slot in b.slots:
            new.slots[slot] = join_values(value, b.slots[slot])
        else:
            new.slots[slot] = value  # declared on one path only
    for slot, value in b.slots.items():
        new.slots.setdefault(slot, value)
    if a.known and b.known:
        new.known = {e: join(v, b.known[e]) for e, v in a.known.items() if e in b.known}
    return new


@dataclass(slots=True)
class Touch:
    """The range of subscripts with which a region was accessed, for one set of inputs that they depend on."""

    lo: float
    hi: float
    read: bool = False
    write: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left op right`` as met in a condition: the inputs on either side, and the constant where one side is one."""

    op: str
    left: Tags
    right: Tags
    constant: float | None = None
    direct: bool = False  # the varying side is an input itself, not something computed from it


@dataclass(slots=True)
class Footprint:
    """The log of one abstract run."""

    touches: dict[str, dict[Tags, Touch]] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    loop_limits: set[Tags] = field(default_factory=set)  # tags of what loops run to
    loop_starts: set[Tags] = field(default_factory=set)
    slices: set[str] = field(default_factory=set)  # keys that give both the start and the end of a loop
    divisors: set[Tags] = field(default_factory=set)
    shifts: set[Tags] = field(default_factory=set)
    comparisons: set[Comparison] = field(default_factory=set)
    terminated: set[str] = field(default_factory=set)  # regions read up to a terminating zero
    sizes_read: set[str] = field(default_factory=set)
    resized: set[str] = field(default_factory=set)
    null_tested: set[str] = field(default_factory=set)
    pointers_compared: set[tuple[str, str]] = field(default_factory=set)
    unknown_calls: set[str] = field(default_factory=set)
    trips: dict[int, float] = field(default_factory=dict)
    work: float = 0.0
    wants_trips: bool = False  # a second run that knows the trips of inner loops would be sharper
    calls_itself: bool = False

    def touch(self, region: Region, index: Num, *, write: bool) -> None:
        """Notes an access to ``region[index]``."""
        if region.origin is not None:
            self.touch(region.origin, index, write=False)
        self.regions.setdefault(region.key, region)
        by_tags = self.touches.setdefault(region.key, {})
        old = by_tags.get(index.tags)
        if old is None:
            old = by_tags[index.tags] = Touch(index.lo, index.hi)
        else:
            old.lo, old.hi = min(old.lo, index.lo), max(old.hi, index.hi)
        if write:
            old.write = True
        else:
            old.read = True

    def bound(self, key: str, without: Tags) -> tuple[float, float] | None:
        """As ``reach``, of accesses that show how long the region is: a few constant subscripts do not."""
        chosen = [
            t
            for tags, t in self.touches.get(key, {}).items()
            if not tags & without and t.lo <= t.hi and (tags or t.hi >= SHOWS_LENGTH)
        ]
        return (min(t.lo for t in chosen), max(t.hi for t in chosen)) if chosen else None

    def reach(self, key: str, without: Tags = NO_TAGS) -> tuple[float, float] | None:
        """Least and greatest subscript of region ``key``; accesses that depend on ``without`` left out."""
        chosen = [t for tags, t in self.touches.get(key, {}).items() if not tags & without and t.lo <= t.hi]
        return (min(t.lo for t in chosen), max(t.hi for t in chosen)) if chosen else None
