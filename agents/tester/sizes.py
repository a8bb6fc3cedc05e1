"""Which sizes are tried: the scalars that determine shapes, for a given scale.

Scales are total numbers of elements, roughly; a function of two-dimensional data gets the square root for each side.
Small scales are exhaustive around 0 to 3, then primes, powers of two and their neighbours, and block boundaries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from unseq.agents.tester.footprint.interval import type_range
from unseq.agents.tester.roles import Roles
from unseq.agents.tester.shapes import Shapes, Solution
from unseq.frontend.ir import nodes as n
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.walk import walk

TINY = (0, 1, 2, 3)
SURVEY = (4, 5, 6, 7, 8, 12, 16)  # tells powers of two and multiples from any size
SMALL = (4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 97, 127, 128, 129)
BOUNDARIES = (255, 256, 257, 1023, 1025, 2047, 2048, 2049, 4096, 4099, 10007, 33001)
FIRST = frozenset({5, 17, 64, 65, 2047, 2048, 2049, 10007, 33001})
MOST_WORK_IN_TESTS = 3e6  # elementary operations; sanitizers multiply the time by ten
DEEPEST_RECURSION = 20
MOST_CHOICES = 8  # of a recursion that tries all of them at each depth
BLOCKS = 5003  # elements


@dataclass(frozen=True, slots=True)
class Assignment:
    """Values for the sizes, the size of what nothing determines, and a few words."""

    scalars: dict[str, float]
    free: int
    words: str
    lengths: dict[str, int] = field(default_factory=dict)  # of containers that differ from ``free``


class Sizes:
    """Turns scales into assignments."""

    def __init__(self, roles: Roles, shapes: Shapes) -> None:
        self.roles = roles
        self.shapes = shapes
        self.types = {leaf.key: leaf.type for leaf in roles.scalars()}
        self.unused = unused_integers(roles)
        self.solved: dict[object, Solution] = {}
        self.work_of: dict[int, float] = {}  # estimates for the cases made, by identity
        self.step = 1  # sides must be multiples of this, powers of two if 0
        self.starts = frozenset[str]()
        self.starts = self._starts()
        self.data_degree, self.work_degree = self.degrees()

    def _starts(self) -> frozenset[str]:
        """Sizes that are the beginning of a range: with 0 there is more to do than where all sizes are equal."""
        if self.roles.deepening & set(self.roles.sizes):
            return self.roles.deepening & frozenset(self.roles.sizes)
        side = 16
        base = self.uniform(side)
        work = self.solve(base).work
        found = []
        for key in self.roles.sizes:
            least = work if key in self.roles.starts else 2 * work
            if self.solve(Assignment({**base.scalars, key: 0.0}, side, "")).work > least:
                found.append(key)
        return frozenset(key for key in found if key in self.roles.starts) or frozenset(found[:1])

    def allow(self, slack: int) -> None:
        """From now on arrays have ``slack`` elements more than the abstract run shows."""
        if slack != self.shapes.slack:
            self.shapes.slack = slack
            self.solved.clear()

    def learn(self, outcomes: Mapping[int, bool]) -> None:
        """Which sides the function takes: any, multiples of a number, or powers of two, from sides that were tried."""
        good = {side for side, ok in outcomes.items() if ok and side > 2}
        bad = {side for side, ok in outcomes.items() if not ok and side > 2}
        if not bad or not good:
            return
        if all(side & (side - 1) == 0 for side in good) and not any(side & (side - 1) == 0 for side in bad):
            self.step = 0
            return
        common = math.gcd(*good)
        if common > 1 and not any(side % common == 0 for side in bad):
            self.step = common

    def allowed(self, side: int) -> int:
        """The next smaller side that the function takes."""
        if self.step == 1 or side <= 0:
            return side
        if self.step == 0:
            return int(2 ** int(math.log2(side)))
        return max(side // self.step, 1) * self.step

    def degrees(self) -> tuple[float, float]:
        """With which power of the scale the number of elements and the work grow."""
        small, big = (self.solve(self.uniform(side)) for side in (8, 16))
        data = math.log2(max(big.elements, 1) / max(small.elements, 1))
        work = math.log2(max(big.work, 1.0) / max(small.work, 1.0))
        return max(1.0, round(data)), max(1.0, work)

    def solve(self, assignment: Assignment) -> Solution:
        key = (tuple(assignment.scalars.items()), assignment.free, tuple(assignment.lengths.items()))
        if key not in self.solved:
            self.solved[key] = self.shapes.solve(assignment.scalars, assignment.free, assignment.lengths)
        return self.solved[key]

    def side(self, scale: int) -> int:
        """The value of one size for a total of about ``scale`` elements."""
        return scale if scale <= 3 or self.data_degree <= 1 else max(2, round(scale ** (1 / self.data_degree)))

    def uniform(self, side: int, free: int | None = None) -> Assignment:
        """All sizes equal, starts at 0, subscripts in the middle."""
        free = side if free is None else free
        scalars: dict[str, float] = {}
        for key in self.roles.sizes:
            value: float = side
            if key in self.starts:
                value = 0
            elif key in self.roles.indices:
                value = max(0, side // 2)
            scalars[key] = self.clipped(key, value)
        for key in self.unused:
            scalars[key] = self.clipped(key, free)
        return Assignment(scalars, free, f"sizes {side}" if scalars else f"size {side}")

    def clipped(self, key: str, value: float) -> float:
        low, high = type_range(self.types[key])
        return min(max(value, low), high)

    def varied(self, side: int, rng: np.random.Generator) -> Assignment:
        """Sizes that differ from each other; starts and subscripts anywhere."""
        if self.step != 1:
            return self.uniform(self.allowed(side))
        if self.roles.deepening:
            side = min(side, MOST_CHOICES // 2)
        scalars: dict[str, float] = {}
        for key in self.roles.sizes:
            if key in self.starts:
                value = int(rng.choice([0, 0, 1, side // 3, side]))
            elif key in self.roles.indices:
                value = int(rng.choice([0, max(side - 1, 0), side // 2]))
            else:
                value = max(0, round(side * float(rng.choice([0.5, 1, 1, 1.5]))) + int(rng.integers(-1, 3)))
            scalars[key] = self.clipped(key, value)
        free = max(1, int(side * float(rng.choice([0.5, 1, 2])))) + int(rng.integers(0, 2))
        for key in self.unused:
            scalars[key] = self.clipped(key, free)
        lengths: dict[str, int] = {}
        asked = [leaf.key for leaf in self.roles.arrays() if self.shapes.asks_size(leaf)]
        if len(asked) > 1 and rng.random() < 0.5:
            lengths = {key: max(0, free + int(rng.choice([-1, 0, 1, -free, free // 2]))) for key in asked[1:]}
        parts = [f"{key}={value:g}" for key, value in scalars.items()] or [f"size {free}"]
        parts += [f"{key} of {length}" for key, length in lengths.items()]
        return Assignment(scalars, free, ", ".join(parts), lengths)

    def one_empty(self, side: int) -> Iterator[Assignment]:
        """One size 0, or negative, the others not."""
        base = self.uniform(side)
        plain = [key for key in self.roles.sizes if key not in self.roles.indices]
        for key in plain if len(plain) > 1 else []:
            yield Assignment({**base.scalars, key: 0}, base.free, f"{key}=0, other sizes {side}")
        for key in plain[:2]:
            if type_range(self.types[key])[0] < 0:
                yield Assignment({**base.scalars, key: -1}, base.free, f"{key}=-1")

    def tests(self, count: int, rng: np.random.Generator) -> list[Assignment]:
        """About ``count`` assignments from the smallest to the largest that tests can afford."""
        most = self.most_affordable()
        out = [self.uniform(side, free) for side in TINY for free in ((side,) if side else (0, 1))]
        if not self.roles.sizes:
            out = out[:1] + out[2:]
        out += list(self.one_empty(3))
        rest = [scale for scale in (*SMALL, *BOUNDARIES) if self.side(scale) <= most]
        # The boundaries of blocks and of cut-offs first: they are where parallel code goes wrong.
        order = sorted(rest, key=lambda scale: (scale not in FIRST, scale % 7, scale))
        seen = set()
        for turn, scale in enumerate(order[: max(count - len(out), 4)]):
            side = self.allowed(self.side(scale))
            if side in seen and not self.roles.sizes:
                continue
            assignment = self.varied(side, rng) if turn % 3 == 2 or side in seen else self.uniform(side)
            seen.add(side)
            out.append(assignment)
        return out

    def middle(self) -> int:
        """A side for trying patterns: large enough for variety, small enough to be quick."""
        return self.allowed(min(max(2, self.side(97)), self.most_affordable()))

    def blocks(self) -> int:
        """A side of more than two blocks of the usual lengths; less where tests cannot afford it."""
        return self.allowed(min(max(2, self.side(BLOCKS)), self.most_affordable()))

    def most_affordable(self) -> int:
        """The largest side that tests can afford."""
        if self.roles.deepening:
            return MOST_CHOICES
        if self.roles.calls_itself and not self.roles.arrays():
            return DEEPEST_RECURSION
        base = self.solve(self.uniform(16))
        side = 16 * (MOST_WORK_IN_TESTS / max(base.work, 1.0)) ** (1 / self.work_degree)
        return int(max(4, min(side, 40_000)))


def unused_integers(roles: Roles) -> tuple[str, ...]:
    """Integer parameters that the function never mentions: most often the length of something."""
    mentioned = {part.symbol.uid for part in walk(roles.function) if isinstance(part, n.Ref)}
    return tuple(
        p.name
        for p in roles.function.parameters
        if isinstance(ir.strip(p.type), ir.Int) and p.uid not in mentioned
    )
