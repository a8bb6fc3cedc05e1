"""Inputs for timing: three sizes, cut where the original would take too long.

``n`` is the length of the largest array, or the largest size where there is no array. Work is estimated by the
abstract run; nothing is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unseq.agents.tester.assemble import Assembler, Choice
from unseq.agents.tester.roles import Roles
from unseq.agents.tester.shapes import Shapes, Solution
from unseq.agents.tester.sizes import Assignment, Sizes
from unseq.backends.host.values import Case, dtype_of
from unseq.frontend.ir.types import element_type

SIZES = (1_000, 100_000, 10_000_000)
MOST_WORK = 6e8  # elementary operations: a few tenths of a second
MOST_BYTES = 200_000_000
ELEMENT_BYTES = 8
NESTED_BYTES = 1000  # an element that is an object of its own here: a string, a vector in a vector
PLAIN = Choice(plain="large", subscripts="random", rows="random rows", text="words", targets="absent")


@dataclass(frozen=True, slots=True)
class TimingCase:
    """An input for timing; ``n`` as the module says."""

    n: int
    case: Case


def timing_cases(
    roles: Roles, shapes: Shapes, sizes: Sizes, seed: int, wanted: Sequence[int] = SIZES
) -> tuple[TimingCase, ...]:
    """One case for each wanted size that the estimate of work allows, each at least twice the one before."""
    made: list[TimingCase] = []
    last = 0
    for k, total in enumerate(wanted):
        assignment, solution = fitted(roles, sizes, total)
        n = principal(assignment, solution)
        if made and n < 2 * last:
            continue
        rng = np.random.default_rng([seed, 1000 + k])
        made.append(TimingCase(n, Assembler(roles, solution, PLAIN, rng).case(f"timing, n = {n}")))
        last = n
    return tuple(made)


def fitted(roles: Roles, sizes: Sizes, total: int) -> tuple[Assignment, Solution]:
    """All sizes equal, about ``total`` elements, less where the work would be too much."""
    degree = sizes.data_degree if roles.arrays() else 1.0
    side = max(2, round(total ** (1 / degree)))
    assignment = sizes.uniform(side)
    solution = sizes.solve(assignment)
    for _ in range(4):
        excess = max(
            (solution.work / MOST_WORK) ** (1 / sizes.work_degree),
            (max(solution.elements, 1) * _element_bytes(roles) / MOST_BYTES) ** (1 / degree),
            (max(solution.extents.values(), default=0) / (1.1 * total)) ** (1 / degree),
        )
        if excess <= 1:
            break
        side = max(2, rounded(side / excess))
        assignment = sizes.uniform(side)
        solution = sizes.solve(assignment)
    return assignment, solution


def _element_bytes(roles: Roles) -> int:
    """What one element of an input costs in memory while it is made and compared."""
    nested = any(
        element is not None and dtype_of(element) is None
        for element in (element_type(parameter.type) for parameter in roles.function.parameters)
    )
    return NESTED_BYTES if nested else ELEMENT_BYTES


def rounded(value: float) -> int:
    """The next smaller number with two digits that are not zero."""
    unit: int = 10 ** max(0, math.floor(math.log10(max(value, 1.0))) - 1)
    return math.floor(value / unit) * unit


def principal(assignment: Assignment, solution: Solution) -> int:
    """The size that a table shows."""
    longest = max(solution.extents.values(), default=0)
    if longest > 1:
        return longest
    return int(max([*assignment.scalars.values(), 1]))
