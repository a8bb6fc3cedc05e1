"""Extents of arrays and ranges of index contents for given scalars: which inputs the function can take.

The extent of an array is one more than the greatest subscript of an abstract run; contents that subscripts or loop
bounds are computed from get the widest range that keeps every subscript inside what bounds it otherwise (another
loop's extent, a fixed length).  What nothing bounds gets a size of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unseq.agents.tester.footprint.calls import Runner, footprint
from unseq.agents.tester.footprint.interval import Num, number, type_range
from unseq.agents.tester.footprint.memory import Footprint, Setting
from unseq.agents.tester.leaves import ArrayLeaf, is_complex
from unseq.agents.tester.roles import MOST_ELEMENTS, Roles
from unseq.agents.tester.variables import variables
from unseq.frontend.ir import types as ir

NATURAL = 65_536  # subscripts that stay below this whatever the contents need no constraint
GROWING_PASSES = 4
Formula = Callable[[Mapping[str, float]], int]


@dataclass(frozen=True, slots=True)
class Solution:
    """Extents by array key, ranges of constrained contents by content key, and an estimate of the work.

    ``unknown`` are arrays whose subscripts the analysis could not bound; ``estimate`` gives them an extent."""

    scalars: Mapping[str, float]
    extents: Mapping[str, int]
    ranges: Mapping[str, tuple[float, float]]
    work: float
    unknown: frozenset[str] = frozenset()
    feasible: bool = True  # False: some array must hold elements for which no value is right, or more than it can
    crowding: float = 0.0  # the greatest extent of an array of fixed capacity, as a share of that

    @property
    def elements(self) -> int:
        """The number of elements of all arrays together."""
        return sum(self.total(key) for key in self.extents)

    @property
    def longest(self) -> int:
        """The number of elements of the largest array."""
        return max((self.total(key) for key in self.extents), default=0)

    def total(self, key: str) -> int:
        """The elements of an array and of all like it: the rows of a matrix together."""
        count = self.extents[key]
        parent = key.rpartition("[]")[0]
        while parent:
            count *= self.extents.get(parent, 1)
            parent = parent.rpartition("[]")[0]
        return count


class Shapes:
    """Solves the shapes of one function; ``formulas`` are extents found by trying (``probing``)."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.code = roles.code
        self.formulas: dict[str, Formula] = {}
        self.slack = 0  # elements beyond what the abstract run shows, where that was found to be too little
        self.arrays = {leaf.key: leaf for leaf in roles.arrays()}
        self.types = {leaf.key: leaf.type for leaf in roles.contents()}
        self.scalar_types = {leaf.key: leaf.type for leaf in roles.scalars()}
        self.farthest = 0.0
        self.natural: dict[str, bool] = {}  # contents whose subscripts are bounded whatever they hold
        self.lows: dict[str, float] = {}
        self.gaps: dict[str, float] = {}  # how far the greatest value of a content is below what bounds it
        self.array_of = {leaf.key: leaf.array for leaf in roles.contents()}
        self.capacities = {v.key: v.capacity for v in variables(roles.function) if v.capacity is not None}

    def solve(
        self, scalars: Mapping[str, float], free: int, lengths: Mapping[str, int] | None = None
    ) -> Solution:
        """Shapes for the given scalars; ``free`` is the size of what no scalar determines, ``lengths`` that of
        single containers (longer where the function needs it)."""
        given = lengths or {}
        values = {key: number(value) for key, value in scalars.items()}
        values |= {key: Num(*type_range(t)) for key, t in self.scalar_types.items() if key not in values}
        constrained = self.constrained()
        start = {key: number(0) for key in constrained}
        asked = [leaf.key for leaf in self.arrays.values() if self.asks_size(leaf)]
        sizes = {key: number(given.get(key, free)) for key in asked}
        log, sizes = self.grow(values | start, sizes, constrained)
        ranges: dict[str, tuple[float, float]] = {}
        for key in self.in_order(constrained, log):
            held = {**values, **start, **{k: Num(*r) for k, r in ranges.items()}}
            found = self.fit(key, held, sizes, log, constrained, free)
            if found is not None:
                ranges[key] = found
        final = values | {key: Num(*r) for key, r in ranges.items()}
        log, sizes = self.grow(final, sizes, frozenset(ranges)) if not ranges else (
            footprint(self.code, self.setting(final, sizes)),
            sizes,
        )
        return self.extents(log, scalars, sizes, ranges, free)

    def be_generous(self) -> None:
        """From now on every pointer leads to more elements than it should need."""
        for key, leaf in self.arrays.items():
            if leaf.is_pointer and leaf.fixed is None and key not in self.roles.single:
                self.formulas[key] = lambda sizes: self.estimate(sizes, 16)

    def constrained(self) -> frozenset[str]:
        """Contents whose range matters to where the function reads and writes."""
        roles = self.roles
        keys = {key for key in roles.subscripts | roles.limits | roles.slices if not is_complex(self.types[key])}
        return frozenset(key for key in keys if self.array_of[key] not in roles.single)

    def asks_size(self, leaf: ArrayLeaf) -> bool:
        if leaf.key in self.roles.ends.values():
            return True
        if leaf.depth and isinstance(leaf.type, ir.Library) and leaf.type.name == "string":
            return False  # each string of a container has a length of its own
        return leaf.key in self.roles.sizes_read and leaf.fixed is None and not leaf.is_pointer

    def setting(self, values: Mapping[str, Num], sizes: Mapping[str, Num]) -> Setting:
        return Setting(values, sizes, self.roles.ends)

    def grow(
        self, values: Mapping[str, Num], sizes: dict[str, Num], constrained: frozenset[str]
    ) -> tuple[Footprint, dict[str, Num]]:
        """Runs until every container whose size is read is as long as it is accessed."""
        for _ in range(GROWING_PASSES):
            log = footprint(self.code, self.setting(values, sizes))
            grown = dict(sizes)
            for key, size in sizes.items():
                reach = log.reach(key, constrained | {f"#{key}"})
                if reach is not None and size.hi < reach[1] + 1 <= MOST_ELEMENTS and key not in log.resized:
                    grown[key] = number(reach[1] + 1)
            if grown == sizes:
                break
            sizes = grown
        return log, sizes

    def in_order(self, constrained: frozenset[str], log: Footprint) -> list[str]:
        """Row pointers first: the extents of what they slice bound nothing else."""
        order = [leaf.key for leaf in self.roles.contents() if leaf.key in constrained]
        return sorted(order, key=lambda key: (key not in self.roles.slices, key not in self.roles.limits))

    def fit(
        self,
        key: str,
        values: dict[str, Num],
        sizes: dict[str, Num],
        base: Footprint,
        constrained: frozenset[str],
        free: int,
    ) -> tuple[float, float] | None:
        """The widest range of a content that keeps subscripts in bounds; None if any value does."""
        limits = self.limits_of(key, base, sizes, constrained)
        least, most = type_range(self.types[key])

        def worst(lo: float, hi: float) -> tuple[float, float]:
            """How far below zero and beyond its limit any subscript goes (positive: out of bounds)."""
            setting = Setting({**values, key: Num(lo, hi)}, sizes, self.roles.ends, base.trips)
            log = Runner(self.code, setting).run()
            below, beyond = -math.inf, -math.inf
            self.farthest = -math.inf
            for target, by_tags in log.touches.items():
                for tags, t in by_tags.items():
                    if key in tags and t.lo <= t.hi:
                        below = max(below, -t.lo)
                        self.farthest = max(self.farthest, t.hi)
                        beyond = max(beyond, t.hi - (limits[target] - 1) if target in limits else -math.inf)
            return below, beyond

        real = isinstance(self.types[key], ir.Float)
        if key not in self.natural:
            below, beyond = worst(least, most)
            bounded = below <= 0 and beyond <= 0 and self.farthest < NATURAL
            self.natural[key] = key not in self.roles.limits and bounded
            self.lows[key] = self.lowest(worst, least, real)
        if self.natural[key]:
            return (least, most) if _is_byte(self.types[key]) else None
        lo = self.lows[key]
        if not limits and _is_byte(self.types[key]):
            return lo, most
        if not limits:
            usual = float(free) if key in self.roles.slices or key in self.roles.limits else float(max(free - 1, 0))
            return lo, min(max(lo, lo + usual if lo > 0 else usual), most)
        bound = min(limits.values())
        if key in self.gaps and not real:
            hi = bound - self.gaps[key]
            if hi >= lo:
                below, beyond = worst(lo, hi)
                if below <= 0 and -1 < beyond <= 0:
                    return lo, min(hi, most)
        hi = self.highest(worst, lo, most, real)
        self.gaps[key] = bound - hi
        return lo, hi

    def limits_of(
        self, key: str, base: Footprint, sizes: Mapping[str, Num], constrained: frozenset[str]
    ) -> dict[str, float]:
        """What bounds the arrays that ``key`` leads into, by array."""
        limits: dict[str, float] = {}
        for target in self.roles.leads.get(key, ()):
            if target in self.formulas:
                continue  # its subscripts are beyond the analysis
            region = base.regions.get(target)
            reach = base.bound(target, constrained)
            if region is not None and region.length is not None and math.isfinite(region.length.hi):
                limits[target] = region.length.hi
            elif target in sizes and not reach:
                limits[target] = sizes[target].hi
            elif target in sizes or (reach is not None and reach[1] < MOST_ELEMENTS):
                bounds = [sizes[target].hi] if target in sizes else []
                limits[target] = max([*bounds, reach[1] + 1 if reach is not None else 0])
            elif reach is None and target in self.roles.bounded:
                limits[target] = 0
        return limits

    @staticmethod
    def lowest(worst: Callable[[float, float], tuple[float, float]], least: float, real: bool) -> float:
        """The least value with no negative subscript: 0, or shifted by what is added or subtracted."""
        below, _ = worst(0, 0)
        if math.isinf(below) or below == 0:
            return 0
        shifted, _ = worst(1, 1)
        slope = below - shifted
        if slope <= 0:
            return 0
        lo = below / slope if real else math.ceil(below / slope)
        return max(lo, least)

    @staticmethod
    def highest(
        worst: Callable[[float, float], tuple[float, float]], lo: float, most: float, real: bool
    ) -> float:
        """The greatest value with no subscript beyond its limit."""
        _, at_lo = worst(lo, lo)
        if math.isinf(at_lo):
            at_lo = worst(lo, lo + 1)[1] - 1  # a loop bound: nothing happens at the least value
        if at_lo > 0:
            return lo - 1
        _, next_up = worst(lo, lo + 1)
        slope = next_up - at_lo
        if slope > 0 and math.isfinite(slope):
            guess = lo + (-at_lo / slope if not real else (1 - at_lo) / slope * (1 - 1e-9))
            guess = math.floor(guess) if not real else guess
            if worst(lo, guess)[1] <= 0 < worst(lo, guess + 1)[1]:
                return min(guess, most)
        low, high = lo, lo + 1.0
        while worst(lo, high)[1] <= 0:
            low, high = high, 2 * high + 1
            if high > 2**31:
                return min(high, most)
        while high - low > (1e-6 * max(1.0, abs(high)) if real else 1):
            middle = (low + high) / 2 if real else (low + high) // 2
            low, high = (middle, high) if worst(lo, middle)[1] <= 0 else (low, middle)
        return low

    def extents(
        self,
        log: Footprint,
        scalars: Mapping[str, float],
        sizes: Mapping[str, Num],
        ranges: Mapping[str, tuple[float, float]],
        free: int,
    ) -> Solution:
        """The extents that a final run shows."""
        known: dict[str, int] = {}
        unknown: set[str] = set()
        for key, leaf in self.arrays.items():
            reach = log.reach(key)
            if leaf.fixed is not None:
                known[key] = leaf.fixed
            elif key in self.formulas:
                known[key] = max(0, self.formulas[key]({**scalars, **_plain(sizes)}))
            elif key in sizes:
                known[key] = int(sizes[key].hi)
            elif leaf.is_linked:
                known[key] = free
            elif reach is None:
                known[key] = 0
            elif key in self.roles.terminated:
                known[key] = free
            elif reach[1] >= MOST_ELEMENTS:
                unknown.add(key)
                known[key] = self.estimate(scalars, free)
            else:
                known[key] = max(0, int(reach[1]) + 1) + (self.slack if leaf.is_pointer else 0)
            if key in self.roles.resized and key not in sizes and leaf.fixed is None and not leaf.is_pointer:
                known[key] = 0
            if key in unknown and key in self.capacities:
                known[key] = min(known[key], self.capacities[key])
        shares = (known[key] / max(most, 1) for key, most in self.capacities.items() if key in known)
        crowding = max(shares, default=0.0)
        empty = {key for key, (lo, hi) in ranges.items() if lo > hi}
        feasible = not any(known.get(self.array_of[key], 0) for key in empty)
        feasible = feasible and crowding <= 1
        return Solution(dict(scalars), known, dict(ranges), log.work, frozenset(unknown), feasible, crowding)

    def estimate(self, scalars: Mapping[str, float], free: int) -> int:
        """A generous extent for an array with unbounded subscripts."""
        product = 1.0
        total = float(free)
        for key in self.roles.sizes:
            product *= max(1.0, scalars.get(key, 1))
            total += abs(scalars.get(key, 0))
        return int(min(product + 2 * total + 8, 4_000_000))


def _plain(sizes: Mapping[str, Num]) -> dict[str, float]:
    return {f"#{key}": size.hi for key, size in sizes.items()}


def _is_byte(t: ir.Type) -> bool:
    return isinstance(t, ir.Bool) or (isinstance(t, ir.Int) and t.bits == 8)
