"""The results of a candidate's calls against the original's.

Knows which calls are worth a closer look and what is told of those that disagree; how two results are compared is
`compare`'s, what a run is for is the trial's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from unseq.agents.compare import Agreement, Difference, Reference, compare
from unseq.agents.failures import from_failure, smallest, wrong
from unseq.agents.original import Original
from unseq.agents.task import FloatPolicy
from unseq.agents.verdict import Nondeterministic, Verdict
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.results import Run
from unseq.frontend.ir.nodes import Function


@dataclass(slots=True)
class Outcomes:
    """What was seen so far: ``failed`` cases of the last run that had any, the smallest of them, and the largest
    distance of an agreement in units of the last place, with the largest errors of both sides."""

    function: Function
    policy: FloatPolicy
    original: Original
    failed: int = 0
    worst: Agreement = field(default_factory=Agreement)
    wrong_case: Case | None = None

    def checked(self, cases: Sequence[Case], schedule: Schedule, done: Run, how: str) -> Verdict | None:
        """Compares every call with the original's result; the smallest failing case, or why the run is incomplete."""
        failing: list[tuple[Case, Difference]] = []
        unstable: tuple[Case, Difference] | None = None
        seen: set[int] = set()
        for number, difference in self._differences(cases, schedule, done):
            if difference is not None and number in seen:
                unstable = unstable or (cases[number], difference)
            elif difference is not None:
                failing.append((cases[number], difference))
            seen.add(number)
        if failing:
            self.failed = len(failing)
            self.wrong_case, difference = smallest(failing)
            return wrong(self.function, self.wrong_case, difference, how)
        if unstable is not None:
            self.wrong_case = unstable[0]
            told = wrong(self.function, *unstable, how)
            return Nondeterministic(f"right at first, then {told.text}", told.example)
        if done.failure is not None:
            index = done.failure.index
            case_of = cases[schedule.order[index]] if index is not None and index < len(schedule.order) else None
            return from_failure(self.function, case_of, done.failure, how, schedule.call_s)
        return None

    def _differences(
        self, cases: Sequence[Case], schedule: Schedule, done: Run
    ) -> Iterator[tuple[int, Difference | None]]:
        """Number of the case and disagreement, if any, of each call whose result was not seen before."""
        function, policy = self.function, self.policy
        results = [(schedule.order[c.index], c.outcome) for c in done.calls if c.outcome is not None]
        differ = set()
        for k, (number, outcome) in enumerate(results):
            exact = Reference(cases[number], self.original.expected(cases[number]))
            if isinstance(compare(function, exact, outcome, FloatPolicy.STRICT), Difference):
                differ.add(k)
        # Only where results differ at all is it worth knowing how much they may.
        wanted = list(dict.fromkeys(results[k][0] for k in sorted(differ)))
        known = self.original.references([cases[number] for number in wanted], policy)
        references = dict(zip(wanted, known, strict=True))
        for k, (number, outcome) in enumerate(results):
            found = compare(function, references[number], outcome, policy) if k in differ else None
            if isinstance(found, Agreement):
                self.worst |= found
            yield number, found if isinstance(found, Difference) else None
