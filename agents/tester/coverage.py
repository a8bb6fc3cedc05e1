"""Grows a suite until further inputs run no line and no branch of the original that was not run before.

Knows how inputs are picked out of many; how they are made is `suite`'s, what they run is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from unseq.agents.tester.suite import Suite
from unseq.backends.host.coverage import Coverage
from unseq.backends.host.values import Case

MOST_TURNS = 3

Counted = Callable[[Sequence[Case]], Coverage | None]


def grown(suite: Suite, more: Iterator[tuple[Case, ...]], counted: Counted) -> Suite:
    """The suite with those inputs of ``more`` (one batch after another, all valid) that run something new, as long as
    a batch does; with what all of them run."""
    known = counted(suite.cases)
    if known is None:
        return suite
    added: list[Case] = []
    for _ in range(MOST_TURNS):
        if known.complete:
            break
        fresh = next(more)
        found = counted(fresh) if fresh else None
        if found is None or not found.beyond(known):
            break
        added += _smallest(fresh, found.with_(known), known, counted)
        known = known.with_(found)
    cases = (*suite.cases, *added)
    return replace(suite, cases=cases, how=tuple(case.label for case in cases), coverage=known)


def _smallest(cases: tuple[Case, ...], wanted: Coverage, known: Coverage, counted: Counted) -> tuple[Case, ...]:
    """A part of the cases that runs, together with what is known, all that is wanted."""
    while len(cases) > 1:
        half = len(cases) // 2
        for part in (cases[:half], cases[half:]):
            found = counted(part)
            if found is not None and not wanted.beyond(found.with_(known)):
                cases = part
                break
        else:
            return cases
    return cases
