"""The best of several candidates for one task: all are judged, those that pass are timed side by side, one is kept.

Knows the judge and the order of things. The first candidate is what would be delivered without a search; the others
may only replace it where they are right and faster by more than noise. What contradicts the facts behind the first
candidate (a wrong result, a race) contradicts the others as well, and ends the search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from unseq.agents.judge import Examined, Judge, silent
from unseq.agents.search.choice import chosen, speedups
from unseq.agents.task import Candidate
from unseq.agents.tester.suite import Suite
from unseq.agents.verdict import CompileError, Judgement, NotParallel, Pass, Timeout, Verdict

_OF_ONE_FORM = (CompileError, NotParallel, Timeout)  # failures that another form of the same plan may not have


@dataclass(frozen=True, slots=True)
class Variant:
    """A candidate and in words what was chosen otherwise than by default."""

    candidate: Candidate
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a variant. ``speedups``: size by size against the original, all variants in the same rounds;
    empty where it was not timed."""

    choices: tuple[str, ...]
    verdict: Verdict
    speedups: tuple[tuple[int, float], ...] = ()
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Best:
    """The candidate to deliver and its judgement, and all that were tried."""

    candidate: Candidate
    judgement: Judgement
    tried: tuple[Tried, ...]


def best(judge: Judge, variants: Sequence[Variant], suite: Suite, stage: Callable[[str], None]) -> Best:
    """The best of ``variants``; the first one is the default, and the last word where nothing passes."""
    first, *others = variants
    examined = [judge.examine(first.candidate, suite)]
    verdict = examined[0].verdict
    if _contradicts(verdict):
        judgement = judge.finish(examined[0])
        return Best(first.candidate, judgement, (Tried(first.choices, judgement.verdict, chosen=True),))
    judge.prepare(*(variant.candidate for variant in others))
    for number, variant in enumerate(others, 1):
        stage(f"variant {number} of {len(others)}")
        examined.append(judge.examine(variant.candidate, suite, silent))
    return _kept(judge, variants, examined, stage)


def _kept(
    judge: Judge, variants: Sequence[Variant], examined: Sequence[Examined], stage: Callable[[str], None]
) -> Best:
    """Times those that passed and finishes the best; what fails then leaves the place to the default."""
    tried = [Tried(v.choices, e.verdict or Pass("right")) for v, e in zip(variants, examined, strict=True)]
    right = [k for k, one in enumerate(examined) if one.verdict is None]
    keep = right[0] if right else 0
    if len(right) > 1:
        stage("comparison")
        sides = judge.side_by_side([examined[k] for k in right])
        if sides is not None:
            for place, k in enumerate(right):
                wrong = sides.candidates[place].verdict
                tried[k] = replace(tried[k], verdict=wrong or tried[k].verdict, speedups=speedups(sides, place))
            keep = right[chosen(sides)]
            if right[0] == 0 and _contradicts(sides.candidates[0].verdict):
                return Best(variants[0].candidate, judge.finish(replace(examined[0], verdict=tried[0].verdict)),
                            (replace(tried[0], chosen=True), *tried[1:]))  # fmt: skip
    judgement = judge.finish(examined[keep])
    if not judgement.verdict.passed and right and keep != right[0]:
        tried[keep] = replace(tried[keep], verdict=judgement.verdict)
        keep = right[0]
        judgement = judge.finish(examined[keep])
    tried[keep] = replace(tried[keep], verdict=judgement.verdict, chosen=True)
    return Best(variants[keep].candidate, judgement, tuple(tried))


def _contradicts(verdict: Verdict | None) -> bool:
    """Whether a failure of the default speaks against all forms of its plan."""
    return verdict is not None and not isinstance(verdict, _OF_ONE_FORM)
