"""The plan for a device, made from the plan for threads: the same loops, other forms of some of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from unseq.agents.rules.better.second import rewritten
from unseq.agents.rules.device.calls import rewrites
from unseq.agents.rules.device.nests import nested
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Task
from unseq.backends.plan import Algorithm, Plan
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import InputError, SourceUnit, Unsupported


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """A plan, and the file that it is for: the source, or the source with loops in place of algorithms."""

    unit: SourceUnit
    task: Task
    plan: Plan


def for_device(task: Task, plan: Plan) -> DevicePlan:
    """The plan with standard algorithms as loops where they have such a form, and nests as one space."""
    unit = task.function.unit
    calls = [s.call for s in plan.strategies if isinstance(s, Algorithm)]
    found = rewrites(task.function, calls) if calls and not task.function.template else ()
    if found:
        try:
            unit, _ = rewritten(unit, found)
            function = lower(unit, task.function.name)
            other = replace(task, function=function, facts=analyze(function, task.contract.assume))
            again = propose(other)
            if not isinstance(again, Refusal):
                task, plan = other, again
        except (Unsupported, InputError):
            unit = task.function.unit
    return DevicePlan(task.function.unit, task, nested(task, plan))
