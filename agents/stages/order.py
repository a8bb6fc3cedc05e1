"""The stages of a trial, in the order of their cost."""

from __future__ import annotations

from collections.abc import Callable

from unseq.agents.builds import is_cuda
from unseq.agents.stages import kernels
from unseq.agents.stages.forks import forks
from unseq.agents.stages.races import races
from unseq.agents.stages.results import built, sanitizers, tested
from unseq.agents.stages.times import scaling, timing
from unseq.agents.task import Candidate
from unseq.agents.trial import Trial
from unseq.agents.verdict import Verdict

Stage = Callable[[Trial, bool], Verdict | None]

# Name, action, and whether the machine must be quiet; the action is told whether it is.
Stages = tuple[tuple[str, Stage, bool], ...]
_HOST: Stages = (
    ("build", built, False),
    ("tests", tested, False),
    ("sanitizers", sanitizers, False),
    ("races", races, False),
    ("forks", forks, False),
    ("timing", timing, True),
    ("scaling", scaling, True),
)
_KERNELS: Stages = (
    ("build", kernels.built, False),
    ("tests", kernels.tested, False),
    ("races", kernels.races, False),
    ("launches", kernels.launches, False),
    ("nvcc", kernels.compiled, False),
)


def stages_of(candidate: Candidate) -> Stages:
    """What a candidate goes through."""
    return _KERNELS if is_cuda(candidate) else _HOST
