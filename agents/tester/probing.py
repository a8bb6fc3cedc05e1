"""Extents that the abstract run could not bound, found by trying: the smallest simple formula on which the original
runs clean.

The formulas are sums and products of the sizes, tried in order of value at sizes that tell them apart and on several
patterns; a longer array is assumed to do where a shorter one does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unseq.agents.tester.assemble import Assembler, Choice
from unseq.agents.tester.roles import Roles
from unseq.agents.tester.shapes import Formula, Shapes
from unseq.agents.tester.sizes import Assignment, Sizes
from unseq.backends.host.values import Case

SIDES = (6, 9)
CHOICES = (
    Choice("medium", "random", "random rows"),
    Choice("ascending", "ascending", "even rows", targets="absent"),
    Choice("constant", "all equal", "one long row"),
    Choice("descending", "a permutation", "random rows", targets="last"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An extent as a function of the sizes, in words and as code."""

    words: str
    formula: Formula


def candidates(terms: Sequence[str]) -> list[Candidate]:
    """Simple formulas over the sizes."""
    out = [_of("1", lambda v: 1), _of("2", lambda v: 2)]
    for a in terms:
        name = a.lstrip("#") if not a.startswith("#") else f"{a[1:]}.size()"
        for k in (1, 2, 3, 4):
            for c in (0, 1, 2):
                words = f"{k} * {name}" if k > 1 else name
                out.append(_of(f"{words} + {c}" if c else words, _linear(a, k, c)))
        out.append(_of(f"{name} ** 2", _product(a, a, 0)))
        out.append(_of(f"({name} + 1) ** 2", _product(a, a, 1)))
    for position, a in enumerate(terms):
        for b in terms[position + 1 :]:
            out.append(_of(f"{a} + {b}", _sum(a, b, 0)))
            out.append(_of(f"{a} + {b} + 1", _sum(a, b, 1)))
            out.append(_of(f"{a} * {b}", _product(a, b, 0)))
            out.append(_of(f"({a} + 1) * ({b} + 1)", _product(a, b, 1)))
    return out


def _of(words: str, formula: Formula) -> Candidate:
    return Candidate(words, formula)


def _linear(a: str, k: int, c: int) -> Formula:
    return lambda v: int(k * max(v.get(a, 0), 0) + c)


def _sum(a: str, b: str, c: int) -> Formula:
    return lambda v: int(max(v.get(a, 0), 0) + max(v.get(b, 0), 0) + c)


def _product(a: str, b: str, c: int) -> Formula:
    return lambda v: int((max(v.get(a, 0), 0) + c) * (max(v.get(b, 0), 0) + c))


def probe(
    roles: Roles,
    shapes: Shapes,
    sizes: Sizes,
    seed: int,
    runs_clean: Callable[[Sequence[Case]], Sequence[bool]],
) -> tuple[str, ...]:
    """Finds formulas for the arrays of unknown extent and gives them to ``shapes``; returns notes for a report."""

    def clean(cases: list[Case]) -> bool:
        """One case first: most trials fail at once."""
        return all(runs_clean(cases[:1])) and all(runs_clean(cases[1:]))

    assignments = [telling(roles, sizes, side) for side in SIDES]
    solutions = [sizes.solve(assignment) for assignment in assignments]
    unknown = sorted(set().union(*(solution.unknown for solution in solutions)))
    if not unknown:
        return ()
    terms = [*roles.sizes, *(f"#{leaf.key}" for leaf in shapes.arrays.values() if shapes.asks_size(leaf))]
    if not terms:
        return ()
    found: dict[str, Candidate] = {}
    for key in unknown:
        values = [
            measured(assignment, solution.extents)
            for assignment, solution in zip(assignments, solutions, strict=True)
        ]
        order = sorted(candidates(terms), key=lambda c: [c.formula(v) for v in values])

        def works(candidate: Candidate, key: str = key) -> bool:
            return clean(cases_for(roles, shapes, sizes, assignments, seed, {key: candidate}))

        best = smallest(order, works)
        if best is not None:
            found[key] = best
            shapes.formulas[key] = best.formula
    return tuple(f"{key} has {candidate.words} elements (found by trying)" for key, candidate in found.items())


def smallest(order: Sequence[Candidate], works: Callable[[Candidate], bool]) -> Candidate | None:
    """The first candidate that works, if from there on all do."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if works(order[middle]):
            high = middle
        else:
            low = middle + 1
    return order[low] if low < len(order) else None


def telling(roles: Roles, sizes: Sizes, side: int) -> Assignment:
    """Sizes that differ from each other, so that formulas give different values."""
    base = sizes.uniform(side)
    scalars = dict(base.scalars)
    plain = [key for key in roles.sizes if key not in roles.starts | roles.indices]
    for turn, key in enumerate(plain):
        scalars[key] = sizes.clipped(key, side + 3 * turn)
    return Assignment(scalars, side + 1, base.words)


def measured(assignment: Assignment, extents: Mapping[str, int]) -> dict[str, float]:
    """The values of all terms."""
    return {**assignment.scalars, **{f"#{key}": float(count) for key, count in extents.items()}}


def cases_for(
    roles: Roles,
    shapes: Shapes,
    sizes: Sizes,
    assignments: Sequence[Assignment],
    seed: int,
    trial: Mapping[str, Candidate],
) -> list[Case]:
    """Cases in which the formulas of ``trial`` hold."""
    shapes.formulas.update({key: candidate.formula for key, candidate in trial.items()})
    sizes.solved.clear()
    try:
        out: list[Case] = []
        for turn, assignment in enumerate(assignments):
            solution = sizes.solve(assignment)
            for k, choice in enumerate(CHOICES):
                rng = np.random.default_rng([seed, 77, turn, k])
                out.append(Assembler(roles, solution, choice, rng).case("probe"))
        return out
    finally:
        sizes.solved.clear()
        for key in trial:
            shapes.formulas.pop(key, None)
