"""The plan for a device, made from the plan for threads: the same loops, other forms of some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unseq.agents.rules.better.rewrite import Rewrite
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
    """A plan, and the file that it is for: the source, or the source after ``rewrites``."""

    task: Task
    unit: SourceUnit
    plan: Plan
    rewrites: tuple[Rewrite, ...] = ()


def for_device(task: Task, plan: Plan) -> DevicePlan:
    """The plan with standard algorithms as loops where they have such a form, and nests as one space."""
    calls = [s.call for s in plan.strategies if isinstance(s, Algorithm)]
    found = rewrites(task.function, calls) if calls and not task.function.template else ()
    if found:
        try:
            unit, _ = rewritten(task.function.unit, found)
            return DevicePlan(task, unit, _planned(task, unit), found)
        except (Unsupported, InputError):
            pass
    return DevicePlan(task, task.function.unit, nested(task, plan))


def combined(plans: Sequence[DevicePlan]) -> tuple[SourceUnit, list[Plan]]:
    """One file for functions of one file. Raises ``Unsupported`` where one cannot be read beside the others."""
    changes = [one for plan in plans for one in plan.rewrites]
    if not changes:
        return plans[0].unit, [plan.plan for plan in plans]
    unit, _ = rewritten(plans[0].task.function.unit, changes)
    return unit, [_planned(plan.task, unit) for plan in plans]


def _planned(task: Task, unit: SourceUnit) -> Plan:
    """The plan for a function of a rewritten file. Raises ``Unsupported`` where there is none."""
    function = lower(unit, task.function.name)
    other = replace(task, function=function, facts=analyze(function, task.contract.assume))
    plan = propose(other)
    if isinstance(plan, Refusal):
        raise Unsupported(function.span, "nothing of it is parallel with its algorithms written as loops")
    return nested(other, plan)
