"""An abstract run of a function: what calls of the C and C++ standard libraries read, write and return.

Knows the names of the libraries and what their arguments are for; an unknown function returns anything of its type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from unseq.agents.tester.footprint.growth import PUSHES
from unseq.agents.tester.footprint.interval import INF, Num, arithmetic, join, number, type_range
from unseq.agents.tester.footprint.memory import Box, Closure, Pointer, Record, Region, Value
from unseq.agents.tester.footprint.places import is_place, members
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir

if TYPE_CHECKING:
    from unseq.agents.tester.footprint.calls import Runner

ROUNDINGS: dict[str, Callable[[float], float]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": lambda x: math.floor(x + 0.5),
    "lround": lambda x: math.floor(x + 0.5),
    "llround": lambda x: math.floor(x + 0.5),
    "trunc": math.trunc,
    "rint": round,
    "lrint": round,
    "nearbyint": round,
}
UNIT_RANGE = {"sin", "cos", "tanh", "erf"}
POINTS_INTO = {
    "find", "find_if", "find_if_not", "lower_bound", "upper_bound", "min_element", "max_element", "partition",
    "stable_partition", "remove", "remove_if", "unique", "adjacent_find", "is_sorted_until", "search", "mismatch",
    "partition_point", "next", "prev", "rotate",
}  # fmt: skip
POINTS_BEHIND_COPY = {
    "copy", "copy_n", "copy_if", "transform", "merge", "set_union", "set_intersection", "set_difference", "partial_sum",
    "inclusive_scan", "exclusive_scan", "adjacent_difference", "unique_copy", "remove_copy", "remove_copy_if",
    "reverse_copy", "fill_n", "generate_n", "replace_copy",
}  # fmt: skip
IDENTITY = {"move", "forward", "ref", "cref", "as_const", "addressof"}
BYTES = {"memcpy", "memmove", "memset", "memcmp"}


def call(run: Runner, e: n.Call) -> Value:
    """A call of a library function."""
    name = e.name.split("::")[-1].split("<")[0].removeprefix("__builtin_")
    if name in {"swap", "iter_swap"} and len(e.arguments) == 2:
        return swapped(run, e)
    values = [run.value(argument) for argument in e.arguments]
    numbers = [value for value in values if isinstance(value, Num)]
    if name in IDENTITY and values:
        return values[0]
    if len(numbers) == len(values) and numbers:
        found = of_numbers(name, numbers, e.type)
        if found is not None:
            return found
    if name in {"min", "max"} and len(values) == 1 and isinstance(values[0], Box):
        return values[0].region.read("", e.type, run.setting)
    if name in BYTES and len(numbers) >= 1:
        return bytes_touched(run, values, numbers[-1], name)
    if name in {"strlen", "strcmp", "strncmp", "atoi", "atof", "strchr", "strcpy"}:
        for value in values:
            if isinstance(value, Pointer):
                run.log.terminated.add(value.region.key)
                run.subscript(value, number(0), write=False)
        return Num(0, INF) if name == "strlen" else anything(e.type)
    if name in {"size", "ssize", "begin", "end", "cbegin", "cend", "data"} and values:
        return of_container(run, name, values[0])
    if name == "distance" and isinstance(values[0], Pointer) and isinstance(values[-1], Pointer):
        return arithmetic("-", values[-1].offset, values[0].offset, True)
    if name in {"advance", "next", "prev"} and isinstance(values[0], Pointer):
        by = numbers[0] if numbers else number(1)
        return Pointer(values[0].region, arithmetic("-" if name == "prev" else "+", values[0].offset, by, True))
    if name in {"back_inserter", "inserter"} and isinstance(values[0], Box):
        run.state.slots[values[0].region] = Num(0, INF)
        run.log.resized.add(values[0].region.key)
        return None
    return algorithm(run, e, name, values)


def of_numbers(name: str, values: list[Num], t: ir.Type) -> Num | None:
    """Mathematical functions; None for an unknown name."""
    tags = frozenset[str]().union(*(v.tags for v in values))
    x = values[0]
    if name in {"min", "fmin", "fminf"} and len(values) >= 2:
        return Num(min(v.lo for v in values), min(v.hi for v in values), tags)
    if name in {"max", "fmax", "fmaxf"} and len(values) >= 2:
        return Num(max(v.lo for v in values), max(v.hi for v in values), tags)
    if name == "clamp" and len(values) == 3:
        return Num(max(x.lo, values[1].lo), min(max(x.hi, values[1].lo), values[2].hi), tags)
    stem = name if name in ROUNDINGS or name in {"abs", "sqrt"} else name.rstrip("fl") or name
    if stem in {"abs", "labs", "llabs", "fabs", "fab", "lab", "llab"}:
        low = 0 if x.lo <= 0 <= x.hi else min(abs(x.lo), abs(x.hi))
        return Num(low, max(abs(x.lo), abs(x.hi)), tags)
    if stem in ROUNDINGS or name in ROUNDINGS:
        f = ROUNDINGS.get(name) or ROUNDINGS[stem]
        return Num(f(x.lo) if math.isfinite(x.lo) else x.lo, f(x.hi) if math.isfinite(x.hi) else x.hi, tags)
    if stem == "sqrt":
        return Num(math.sqrt(max(x.lo, 0.0)), math.sqrt(max(x.hi, 0.0)), tags)
    if stem in UNIT_RANGE:
        return Num(-1, 1, tags)
    return Num(*type_range(t), tags) if ir.is_arithmetic(t) else None


def anything(t: ir.Type) -> Value:
    """Any value of a type."""
    return Num(*type_range(t)) if ir.is_arithmetic(t) else None


def swapped(run: Runner, e: n.Call) -> Value:
    """Both places may hold either value."""
    for one, other in (e.arguments, e.arguments[::-1]):
        if is_place(one):
            if not run.mute:
                run.touch_written(one)
            value = run.value(other)
            place = run.place(one)
            if isinstance(value, Num):
                old = run.read(place, one.type)
                run.write(place, join(old, value) if isinstance(old, Num) else value, one.type)
    return None


def bytes_touched(run: Runner, values: list[Value], count: Num, name: str) -> Value:
    """``memcpy`` and its kin: the byte count is a multiple of the element's size."""
    for position, value in enumerate(values):
        if not isinstance(value, Pointer):
            continue
        size = size_of(value.region.element)
        last = Num(0, max(count.hi // size - 1, -1), count.tags)
        if count.hi >= size:
            run.subscript(value, last, write=position == 0 and name != "memcmp")
        element = value.region.element
        if name == "memset" and ir.is_arithmetic(element):
            value.region.write("", element, number(0), run.setting)
        if name != "memcmp" and position == 0 and len(values) > 1:
            source = values[1]
            if isinstance(source, Pointer) and ir.is_arithmetic(element):
                held = source.region.read("", element, run.setting)
                value.region.write("", element, held, run.setting)
    return values[0] if name != "memcmp" else Num()


def size_of(t: ir.Type) -> int:
    """Bytes of an element (records: the sum of the members)."""
    if isinstance(t, ir.Int | ir.Float):
        return max(1, t.bits // 8) if t.bits != 80 else 16
    if isinstance(t, ir.Bool):
        return 1
    if isinstance(t, ir.Array) and isinstance(t.extent, int):
        return t.extent * size_of(t.element)
    total = sum(size_of(f.type) for f in members(t))
    return total or 8


def of_container(run: Runner, name: str, value: Value) -> Value:
    """``size``, ``begin``, ``end``, ``data`` of a container or array."""
    region = value.region if isinstance(value, Box | Pointer) else None
    if region is None:
        return Num() if name in {"size", "ssize"} else None
    size: Value = run.state.slots.get(region) if isinstance(value, Box) else region.length
    if not isinstance(size, Num):
        size = Num(0, INF)
    if name in {"size", "ssize", "length", "end", "cend", "rbegin", "crbegin"} and region.input:
        run.log.sizes_read.add(region.key)
    if name in {"size", "ssize", "length"}:
        return size
    if name in {"end", "cend"}:
        return Pointer(region, size)
    if name in {"rbegin", "rend", "crbegin", "crend"}:
        return Pointer(region, Num(0, size.hi - 1, size.tags))
    return Pointer(region, number(0))


def method(run: Runner, e: n.Method) -> Value:
    """A call of a member function of a library object."""
    held = run.value(e.object)
    values = [run.value(argument) for argument in e.arguments]
    if not isinstance(held, Box):
        return anything(e.type)
    region = held.region
    size = run.state.slots.get(region)
    if not isinstance(size, Num):
        size = Num(0, INF)
    name = e.name
    if name in PUSHES:
        run.log.resized.add(region.key)
        region.origin = None
        value = values[0] if len(values) == 1 else Record(dict(zip(names(region), values, strict=False)))
        run.store(region, region.element, value)
        run.state.slots[region] = Num(size.lo + 1, size.hi + 1, size.tags)
        return None
    if name in {"pop_back", "pop", "pop_front"}:
        run.log.resized.add(region.key)
        run.state.slots[region] = Num(max(0.0, size.lo - 1), max(0.0, size.hi - 1), size.tags)
        return None
    if name in {"resize", "assign", "clear", "insert", "erase"}:
        return resized(run, region, name, values)
    if name == "empty":
        run.log.sizes_read.add(region.key)
        return Num(0, 1) if size.lo <= 0 < size.hi else number(int(size.hi <= 0))
    if name in {"front", "top"}:
        return run.read(run.subscript(held, number(0), write=False), e.type)
    if name == "back":
        last = Num(max(0.0, size.lo - 1), size.hi - 1, size.tags)
        return run.read(run.subscript(held, last, write=False), e.type)
    if name in {"at", "operator[]"} and values and isinstance(values[0], Num):
        return run.read(run.subscript(held, values[0], write=False), e.type)
    if name in {"size", "length", "begin", "end", "cbegin", "cend", "rbegin", "rend", "data", "c_str"}:
        return of_container(run, name, held)
    return anything(e.type)


def names(region: Region) -> list[str]:
    """The members of a region's elements."""
    return [f.name for f in members(region.element)]


def resized(run: Runner, region: Region, name: str, values: list[Value]) -> Value:
    """``resize``, ``assign``, ``clear`` and what changes a size in ways not followed."""
    run.log.resized.add(region.key)
    region.origin = None
    size: Num = Num(0, INF)
    if name == "clear":
        size = number(0)
    elif values and isinstance(values[0], Num):
        size = values[0]
        run.store(region, region.element, values[1] if len(values) > 1 else number(0))
    elif name == "assign" and len(values) == 2:
        first, last = values
        if isinstance(first, Pointer) and isinstance(last, Pointer):
            size = Num(0, max(0.0, last.offset.hi - first.offset.lo), last.offset.tags)
    run.state.slots[region] = size
    return None


def algorithm(run: Runner, e: n.Call, name: str, values: list[Value]) -> Value:
    """An algorithm on iterator ranges: the first two iterators into one region bound what the others reach."""
    if name in {"printf", "puts", "putchar", "assert", "abort", "exit", "free", "malloc", "calloc"}:
        return anything(e.type)
    length: Num | None = None
    regions: list[Region] = []
    result: Value = anything(e.type)
    position = 0
    while position < len(values):
        value = values[position]
        following = values[position + 1] if position + 1 < len(values) else None
        if isinstance(value, Pointer):
            regions.append(value.region)
            paired = isinstance(following, Pointer) and following.region is value.region
            if paired and isinstance(following, Pointer):
                span = arithmetic("-", following.offset, value.offset, True)
                length = Num(max(span.lo, 0), max(span.hi, 0), span.tags) if length is None else length
                touch_range(run, value, Num(0, following.offset.hi - value.offset.lo - 1, span.tags), write=False)
                if name in POINTS_INTO and len(regions) == 1:
                    result = Pointer(value.region, join(value.offset, following.offset))
                if name in {"fill", "iota"} and ir.is_arithmetic(value.region.element):
                    filled(run, value.region, values[-1], span if name == "iota" else number(1))
                position += 1
                if name in {"nth_element", "rotate", "partial_sort"}:
                    position += 1
            else:
                if length is None and isinstance(following, Num):
                    length = following
                reach = Num(0, (length.hi if length is not None else 1) - 1, length.tags if length else frozenset())
                touch_range(run, value, reach, write=True)
                if ir.is_arithmetic(value.region.element):
                    value.region.write("", value.region.element, Num(), run.setting)
                if name in POINTS_BEHIND_COPY:
                    result = Pointer(value.region, arithmetic("+", value.offset, Num(0, reach.hi + 1), True))
        position += 1
    if length is not None and not run.mute:
        run.log.loop_limits.add(length.tags)
        run.log.work += run.weight * max(1.0, min(length.hi, 1e12)) * (20 if "sort" in name else 1)
    apply_closures(run, values, regions)
    if not regions and ir.is_arithmetic(e.type):
        run.log.unknown_calls.add(e.name)
    return result


def filled(run: Runner, region: Region, value: Value, count: Num) -> None:
    """The elements of a region become ``value``, ``value + 1`` ... up to ``count`` of them."""
    if isinstance(value, Num) and count.hi >= 1:
        steps = Num(0, count.hi - 1, count.tags)
        region.write("", region.element, arithmetic("+", value, steps, True), run.setting)


def touch_range(run: Runner, start: Pointer, reach: Num, *, write: bool) -> None:
    if not reach.empty and reach.hi >= 0:
        run.subscript(start, reach, write=write)


def apply_closures(run: Runner, values: list[Value], regions: list[Region]) -> None:
    """Runs lambda arguments once on elements of the ranges, for what they compare and touch."""
    for value in values:
        if not isinstance(value, Closure):
            continue
        arguments: list[Value] = []
        for position, p in enumerate(value.code.parameters):
            t = ir.strip(p.type)
            source = regions[min(position, len(regions) - 1)] if regions else None
            fits = source is not None and source.element == t
            arguments.append(run.held(source, "", t) if fits and source is not None else anything(t))
            if fits and source is not None and members(t):
                arguments[-1] = Record({f.name: run.held(source, f".{f.name}", f.type) for f in members(t)})
        run.apply(value, arguments)

