"""Inputs for timing: three sizes, cut where the original would take too long.

``n`` is the length of the largest array, or the largest size where there is no array. Work is estimated by the
abstract run; nothing is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from unseq.agents.task import Effort
from unseq.agents.tester.assemble import Assembler, Choice
from unseq.agents.tester.roles import Roles
from unseq.agents.tester.shapes import Solution
from unseq.agents.tester.sizes import Assignment, Sizes
from unseq.backends.host.values import Case, dtype_of
from unseq.frontend.ir import types as ir

MOST_WORK = 2e8  # elementary operations: a tenth of a second
NESTED_BYTES = 200  # an element that is an object of its own here: a string, a vector in a vector
SMALLEST = 10  # elements of the smallest input that is timed
DEPTHS = (8, 12, 16, 20, 24, 28)
SANITIZERS_COST = 4.0
LONG_ENOUGH = 0.02  # seconds under sanitizers from which a growth can be told
MOST_SECONDS = 0.2  # what MOST_WORK should take
LEAST_SECONDS = 2e-4  # under sanitizers; shorter runs tell nothing of speed
PLAIN = Choice(plain="large", subscripts="random", rows="random rows", text="words", targets="absent")
SMALL = replace(PLAIN, plain="small")  # where sums of large numbers overflow


@dataclass(frozen=True, slots=True)
class Reach:
    """How far timing goes: the wanted sizes, the wanted seconds of a recursion, and the most of work (a share of
    ``MOST_WORK``) and of bytes, which are held several times over while results are compared."""

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    work: float
    memory: int


REACH = {
    Effort.QUICK: Reach((1_000, 100_000, 2_000_000), (1e-5, 1e-3, 3e-2), 0.5, 16_000_000),
    Effort.NORMAL: Reach((1_000, 100_000, 10_000_000), (1e-5, 1e-3, 1e-1), 1.0, 16_000_000),
    Effort.THOROUGH: Reach((1_000, 100_000, 10_000_000), (1e-5, 1e-3, 1e-1), 1.0, 80_000_000),
}


@dataclass(frozen=True, slots=True)
class TimingCase:
    """An input for timing; ``n`` as the module says."""

    n: int
    case: Case


def timing_cases(
    roles: Roles,
    sizes: Sizes,
    seed: int,
    reach: Reach,
    easier: float = 1.0,
    choice: Choice = PLAIN,
) -> tuple[TimingCase, ...]:
    """One case for each wanted size that the estimate of work allows, each at least twice the one before, and smaller
    ones where these are few; the work is ``easier`` than its estimate by that factor."""
    made: list[TimingCase] = []

    def make(total: int, least: int) -> TimingCase | None:
        assignment, solution = fitted(roles, sizes, total, MOST_WORK * reach.work * easier, reach.memory)
        n = principal(assignment, solution)
        if n < least or solution.crowding > 1 or any(n == one.n for one in made):
            return None
        rng = np.random.default_rng([seed, total])
        return TimingCase(n, Assembler(roles, solution, choice, rng).case(f"timing, n = {n}"))

    for total in reach.sizes:
        case = make(total, 2 * made[-1].n if made else 0)
        made += [case] if case is not None else []
    total = made[0].n if made else 0
    while len(made) < len(reach.sizes) and (total := total // 10) >= SMALLEST:
        case = make(total, 0)
        if case is None or case.n >= made[0].n:
            break
        made.insert(0, case)
    return tuple(made)


def recursion_cases(
    roles: Roles,
    sizes: Sizes,
    seed: int,
    reach: Reach,
    seconds: Callable[[Sequence[Case]], Sequence[float | None]],
) -> tuple[TimingCase, ...]:
    """Depths of a recursion for which the original takes about the wanted times; ``seconds`` measures valid cases."""

    def at(depth: int) -> Case:
        rng = np.random.default_rng([seed, 2000 + depth])
        assignment = sizes.uniform(depth)
        return Assembler(roles, sizes.solve(assignment), PLAIN, rng).case(f"timing, n = {depth}")

    measured: list[tuple[int, float]] = []
    for depth in DEPTHS:
        taken = seconds([at(depth)])[0]
        if taken is None:
            break
        measured.append((depth, max(taken / SANITIZERS_COST, 1e-7)))
        if taken > LONG_ENOUGH:
            break
    if len(measured) < 2:
        return ()
    (first, early), (last, late) = measured[-2], measured[-1]
    growth = max((late / early) ** (1 / (last - first)), 1.02)
    depths: list[int] = []
    for wanted in reach.seconds:
        depth = round(last + math.log(wanted / late) / math.log(growth))
        depth = min(max(depth, 1), 2 * last)
        if not depths or depth > depths[-1]:
            depths.append(depth)
    return tuple(TimingCase(depth, at(depth)) for depth in depths)


def fitted(roles: Roles, sizes: Sizes, total: int, most_work: float, most_bytes: int) -> tuple[Assignment, Solution]:
    """All sizes equal, about ``total`` elements, less where the work or the memory would be too much."""
    degree = sizes.data_degree if roles.arrays() else 1.0
    side = sizes.allowed(max(2, round(total ** (1 / degree))))
    assignment = sizes.uniform(side)
    solution = sizes.solve(assignment)
    for _ in range(4):
        excess = max(
            (solution.work / most_work) ** (1 / sizes.work_degree),
            (memory(roles, solution) / most_bytes) ** (1 / degree),
            (solution.longest / (1.1 * total)) ** (1 / degree),
            solution.crowding ** (1 / degree),
        )
        if excess <= 1:
            break
        side = sizes.allowed(max(2, rounded(side / excess)))
        assignment = sizes.uniform(side)
        solution = sizes.solve(assignment)
    return assignment, solution


def easiness(measured: Sequence[tuple[float, float]]) -> float:
    """By which factor work is easier than estimated, from seconds under sanitizers and estimates of the same runs.

    Corrected by powers of ten only, so that the choice of sizes hardly depends on how busy the machine is."""
    telling = [(seconds, work) for seconds, work in measured if seconds > LEAST_SECONDS and work > 0]
    if not telling:
        return 1.0
    seconds, work = max(telling)
    excess = (work / MOST_WORK * MOST_SECONDS) / (seconds / SANITIZERS_COST)
    return float(10 ** min(max(math.floor(math.log10(excess)), 0), 3))


def memory(roles: Roles, solution: Solution) -> int:
    """Bytes that an input takes while it is made and compared, roughly."""
    return sum(solution.total(leaf.key) * _bytes_of(leaf.element) for leaf in roles.arrays())


def _bytes_of(element: ir.Type) -> int:
    kind = dtype_of(element)
    return NESTED_BYTES if kind is None else kind.itemsize


def rounded(value: float) -> int:
    """The next smaller number with two digits that are not zero."""
    unit: int = 10 ** max(0, math.floor(math.log10(max(value, 1.0))) - 1)
    return math.floor(value / unit) * unit


def principal(assignment: Assignment, solution: Solution) -> int:
    """The size that a table shows."""
    if solution.longest > 1:
        return solution.longest
    return int(max([*assignment.scalars.values(), 1]))
