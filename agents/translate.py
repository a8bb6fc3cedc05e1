"""One translation, from a function's name to a judged candidate or the reasons for refusing.

Knows the order of the steps; each step is another module's.  Writes no files and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from itertools import count, islice
from pathlib import Path
from threading import Lock

from unseq.agents.judge import Judge, OriginalRejected, judging, silent
from unseq.agents.rival import RivalTime
from unseq.agents.rules.better.second import Second, second
from unseq.agents.rules.device.plan import DevicePlan, for_device
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.search.best import Tried, Variant, best
from unseq.agents.search.variations import variations
from unseq.agents.task import Candidate, Contract, Effort, Task, satisfies, weakest
from unseq.agents.tester.coverage import grown
from unseq.agents.tester.given import given_cases
from unseq.agents.tester.suite import Suite, make_suite
from unseq.agents.verdict import Judgement, Pass, Wins
from unseq.backends.cuda import emit as cuda
from unseq.backends.parlay.emit.file import Emitted, emit
from unseq.backends.parlay.toolchain import Toolchain
from unseq.backends.plan import Plan
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import FunctionHead, lower
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic, InputError, SourceUnit, Unsupported

Stage = Callable[[str], None]
_SOLVERS = Lock()  # isl and z3 each have one context a process
_TRIES = 4  # plans to look at for each variant that is wanted: the emitter does not tell all of them apart


class Outcome(Enum):
    """What became of a function."""

    TRANSLATED = "translated"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose. ``instantiate`` gives the parameters of templates; ``inputs`` is a file of the user's own
    test inputs; ``rival`` is a file whose function of the same name and signature is timed beside the
    original; ``search``: how many variants of the plan to judge and time besides the default; without ``timed`` nothing
    is, and no verdict says whether the candidate wins; ``separate``: in no test input two arguments share memory."""

    contract: Contract = field(default_factory=Contract)
    effort: Effort = Effort.NORMAL
    seed: int = 0
    inputs: Path | None = None
    only_faster: bool = False
    instantiate: Mapping[str, str] = field(default_factory=dict)
    rival: SourceUnit | None = None
    search: int = 0
    timed: bool = True
    target: str = "parlay"
    separate: bool = False


@dataclass(frozen=True, slots=True)
class Cheaper:
    """A second candidate, by a better algorithm, and what the judge saw of it."""

    second: Second
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Translation:
    """What came of one function, with everything that was found on the way.

    ``idle``: it has no loop, standard algorithm or recursion that could become parallel. ``cheaper``: the second
    candidate, which is never delivered in the first one's place. ``device``: the plan for a
    GPU, where that is the target."""

    outcome: Outcome
    reasons: tuple[Diagnostic, ...] = ()
    facts: Facts | None = None
    plan: Plan | None = None
    candidate: Candidate | None = None
    suite: Suite | None = None
    judgement: Judgement | None = None
    idle: bool = False
    rival: tuple[RivalTime, ...] = ()
    search: tuple[Tried, ...] = ()
    cheaper: Cheaper | None = None
    device: DevicePlan | None = None


def translate(
    unit: SourceUnit, head: FunctionHead, options: Options, toolchain: Toolchain, stage: Stage = silent
) -> Translation:
    """Translates one function by the rules and judges the result; ``stage`` is told what is being done.

    Raises ``InputError`` when the original cannot be built or runs clean on no input."""
    stage("lower")
    try:
        with _SOLVERS:
            function = lower(unit, head.name, options.instantiate if head.is_template else None)
            stage("analyse")
            facts = analyze(function, options.contract.assume)
    except Unsupported as error:
        return Translation(Outcome.REFUSED, (error.diagnostic,))
    task = Task(function, facts, options.contract, options.target)
    plan = propose(task)
    if isinstance(plan, Refusal):
        idle = not (facts.loops or facts.calls or facts.forks)
        return Translation(Outcome.REFUSED, plan.reasons, facts, idle=idle)
    if options.target == "cuda":
        return _on_device(task, plan, options, toolchain, stage)
    try:
        emitted = emit(unit, [plan])
    except Unsupported as error:
        return Translation(Outcome.REFUSED, (error.diagnostic,), facts, plan)
    with _SOLVERS:
        other = second(task)
    others = _others(unit, plan, emitted, options.search if options.timed else 0)
    variants = (Variant(_candidate(plan, emitted)), *others)
    return judged(task, variants, options, toolchain, stage, other)


def _on_device(task: Task, plan: Plan, options: Options, toolchain: Toolchain, stage: Stage) -> Translation:
    """The same for a GPU: loops as kernels."""
    try:
        with _SOLVERS:
            device = for_device(task, plan)
            emitted = cuda.emit(device.unit, [device.plan])
    except Unsupported as error:
        return Translation(Outcome.REFUSED, (error.diagnostic,), task.facts, plan)
    claim = weakest(device.plan.claim, Claim.TESTED) if emitted.unsure else device.plan.claim
    if not satisfies(claim, task.contract.require):
        what = "it is not shown that all elements that are copied to the device are there"
        reason = Diagnostic(emitted.unsure[0], what, "accept it with --require tested", code=Why.WEAK_CLAIM)
        return Translation(Outcome.REFUSED, (reason,), task.facts, plan)
    candidate = replace(_candidate(device.plan, emitted), claim=claim)
    found = judged(task, (Variant(candidate),), options, toolchain, stage)
    return replace(found, device=device)


def _candidate(plan: Plan, emitted: Emitted) -> Candidate:
    lines = tuple(site.line for site in emitted.sites)
    return Candidate(emitted.text, emitted.suffix, "rules", plan.claim, plan.label, plan, lines)


def _others(unit: SourceUnit, plan: Plan, emitted: Emitted, wanted: int) -> list[Variant]:
    """At most ``wanted`` variants of a plan that read otherwise than it and each other."""
    found: list[Variant] = []
    seen = {emitted.text}
    for variation in islice(variations(plan), 1, 1 + _TRIES * wanted):
        if len(found) == wanted:
            break
        try:
            other = emit(unit, [variation.plan])
        except Unsupported:  # there is no such form of this plan
            continue
        if other.text not in seen:
            seen.add(other.text)
            found.append(Variant(_candidate(variation.plan, other), variation.choices))
    return found


def judged(
    task: Task,
    variants: Sequence[Variant],
    options: Options,
    toolchain: Toolchain,
    stage: Stage = silent,
    other: Second | None = None,
) -> Translation:
    """What the judge says of the first of ``variants``, or of the best one where there are several.

    Raises ``InputError`` as ``translate``."""
    candidate = variants[0].candidate
    tried: tuple[Tried, ...] = ()
    function = task.function
    given = given_cases(options.inputs, function) if options.inputs is not None else ()
    try:
        with judging(task, toolchain, options.effort, stage, timed=options.timed) as judge:
            judge.prepare(candidate)
            stage("inputs")
            inputs = partial(
                make_suite, function, effort=options.effort, validate=judge.validate, separate=options.separate
            )
            suite = inputs(seed=options.seed, user_cases=given)
            if not suite.cases:
                raise InputError(f"{_place(function)}: {suite.no_valid_input or 'no valid input was found'}")
            if options.effort is not Effort.QUICK:
                more = (inputs(seed=seed, timed=False).cases for seed in count(options.seed + 1))
                suite = grown(suite, more, judge.counted)
            if len(variants) > 1:
                found = best(judge, variants, suite, stage)
                candidate, judgement, tried = found.candidate, found.judgement, found.tried
            else:
                judgement = judge.judge(candidate, suite)
            cheaper = _cheaper(judge, other, suite, stage) if other is not None else None
            rival: tuple[RivalTime, ...] = ()
            if options.rival is not None and options.timed and judgement.verdict.passed:
                rival = judge.against(replace(function, unit=options.rival), suite)
    except OriginalRejected as error:
        raise InputError(f"{_place(function)}: the original cannot be built or called: {_first(str(error))}") from error
    outcome = Outcome.TRANSLATED if judgement.verdict.passed else Outcome.FAILED
    reasons: tuple[Diagnostic, ...] = ()
    if outcome is Outcome.FAILED:
        reasons = (
            Diagnostic(function.span, f"{judgement.verdict.name}: {judgement.verdict.text}", code=Why.VERDICT),
        )
    elif options.only_faster and isinstance(judgement.verdict, Pass) and judgement.verdict.wins is not Wins.YES:
        outcome = Outcome.REFUSED
        what = "right, but not faster than the original on this machine"
        reasons = (Diagnostic(function.span, what, "leave out --only-faster to get it", code=Why.NOT_FASTER),)
    return Translation(
        outcome, reasons, task.facts, candidate.plan, candidate, suite, judgement, False, rival, tried, cheaper
    )


def _cheaper(judge: Judge, other: Second, suite: Suite, stage: Stage) -> Cheaper | None:
    """The second candidate, judged like the first."""
    try:
        candidate = _candidate(other.plan, emit(other.unit, [other.plan]))
    except Unsupported:
        return None
    stage("better algorithm")
    return Cheaper(other, judge.judge(candidate, suite))


def _place(function: Function) -> str:
    return f"{function.unit.path}:{function.span.line}: {function.name}"


def _first(message: str) -> str:
    """The line of a compiler's message that says the error."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line), lines[0] if lines else "no message")
