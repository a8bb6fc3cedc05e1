"""The stages of a trial, in the order of their cost."""

from __future__ import annotations

from collections.abc import Callable

from unseq.agents.stages.forks import forks
from unseq.agents.stages.races import races
from unseq.agents.stages.results import built, sanitizers, tested
from unseq.agents.stages.times import scaling, timing
from unseq.agents.trial import Trial
from unseq.agents.verdict import Verdict

Stage = Callable[[Trial, bool], Verdict | None]

# Name, action, and whether the machine must be quiet; the action is told whether it is.
STAGES: tuple[tuple[str, Stage, bool], ...] = (
    ("build", built, False),
    ("tests", tested, False),
    ("sanitizers", sanitizers, False),
    ("races", races, False),
    ("forks", forks, False),
    ("timing", timing, True),
    ("scaling", scaling, True),
)
