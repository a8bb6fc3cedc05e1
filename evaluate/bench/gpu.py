"""Translations on a GPU: one row a problem, with results checked on the host and times beside the device's peaks.

Works on an executor (``backends/cuda/run.py``, or one that tests put in its place). Only what passed the judge with its
kernels on the CPU is run. Writes nothing and shows nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from unseq.agents.judge import judging, silent
from unseq.agents.outcomes import Outcomes
from unseq.agents.rules.device.plan import DevicePlan
from unseq.agents.task import Candidate, Effort
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.agents.translate import Options, translate
from unseq.agents.verdict import NotParallel, Verdict
from unseq.backends.cuda.roofline import Bound, achieved, demand
from unseq.backends.cuda.run import Device, GpuRun
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import folder_of
from unseq.backends.host.run import Session
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import Toolchain
from unseq.backends.results import Built, Rejected, Run, Timing
from unseq.evaluate.bench.problems import Problem
from unseq.evaluate.bench.row import PASS, REFUSED
from unseq.evaluate.bench.runner import head_of
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.report.record import to_json
from unseq.frontend.ir.nodes import Function
from unseq.frontend.source import InputError, read

VERSION = 1
SCHEMA = Path(__file__).with_name("gpu.schema.json")
TARGET = 0.8  # of the measured copy bandwidth, for kernels that memory bounds
REPETITIONS = {Effort.QUICK: 5, Effort.NORMAL: 11, Effort.THOROUGH: 31}
_CALL_S = 60.0
_CHECKED_CASES = 8  # inputs that run under compute-sanitizer
_ON_DEVICE = ("-DUNSEQ_CUTOFF=0",)


class Executor(Protocol):
    """Builds functions for a device and calls them there; see ``backends/cuda/run.py``."""

    @property
    def device(self) -> Device:
        """The device."""

    @property
    def checks(self) -> tuple[str, ...]:
        """Tools that can watch a run."""

    def build(
        self, function: Function, text: str, scratch: Path, flags: tuple[str, ...] = (), folder: Path | None = None
    ) -> Built | Rejected:
        """A library for the host."""

    def run(
        self, place: Session, function: Function, library: Path, cases: Sequence[Case], schedule: Schedule, *,
        parts: bool = False, check: str = "",
    ) -> GpuRun:
        """One process that calls the function."""


Original = Callable[[Sequence[Case], Schedule], Run]


@dataclass(frozen=True, slots=True)
class GpuPoint:
    """Times at one size. ``kernel``: all kernels of a call, each with a cold cache; ``transfer``: all copies between
    host and device, of ``transferred`` bytes; ``whole``: the call as a user makes it, allocations included;
    ``original_s``: the sequential original on the host. ``bytes`` and ``operations`` are what the kernels must do at
    least, ``share`` is the roofline's least time over the kernels', ``bound`` what that time is of; all None where
    nothing was counted."""

    n: int
    launches: int
    kernel: Timing | None
    transfer: Timing | None
    transferred: int
    whole: Timing | None
    original_s: float | None
    bytes: int | None = None
    operations: int | None = None
    bytes_per_s: float | None = None
    operations_per_s: float | None = None
    share: float | None = None
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class GpuRow:
    """What came of one problem. ``verdict``: the judge's where it did not pass on the CPU, so that nothing ran on the
    device; else Pass where every result agrees with the original's, or what was wrong. ``errors``: what the tools of
    compute-sanitizer counted; None where one said nothing, empty where there is none."""

    name: str
    form: str
    verdict: str
    reason: str = ""
    pattern: str = ""
    cases: int = 0
    errors: tuple[tuple[str, int | None], ...] = ()
    points: tuple[GpuPoint, ...] = ()


def envelope(rows: Sequence[GpuRow], device: Device, machine: dict[str, Any]) -> dict[str, Any]:
    """What ``bench --gpu`` prints and writes."""
    problems = [{**to_json(row), "errors": dict(row.errors)} for row in rows]
    about = {"version": VERSION, "machine": machine, "device": to_json(device)}
    return {**about, "problems": problems, "metrics": metrics(rows)}


def metrics(rows: Sequence[GpuRow]) -> dict[str, Any]:
    """How many problems agree, and how many of those that memory bounds reach the target at their largest size."""
    last = [row.points[-1] for row in rows if row.points]
    shares = [point.share for point in last if point.bound == "memory" and point.share is not None]
    return {
        "problems": len(rows),
        "passed": sum(row.verdict == PASS for row in rows),
        "memory_bound": len(shares),
        "target": TARGET,
        "at_target": sum(share >= TARGET for share in shares),
    }


@dataclass(frozen=True, slots=True)
class _On:
    """One function on the device."""

    there: Executor
    place: Session
    function: Function
    library: Path
    outcomes: Outcomes

    def checked(self, cases: Sequence[Case], schedule: Schedule, done: Run) -> Verdict | None:
        return self.outcomes.checked(cases, schedule, done, "on the GPU")

    def run(self, cases: Sequence[Case], schedule: Schedule, *, parts: bool = False, check: str = "") -> GpuRun:
        return self.there.run(self.place, self.function, self.library, cases, schedule, parts=parts, check=check)


def run(
    todo: Sequence[Problem], options: Options, toolchain: Toolchain, there: Executor, watcher: Watcher
) -> Iterator[GpuRow]:
    """The rows of all problems, in order."""
    watcher.expect(len(todo))
    for problem in todo:
        watcher.begin(problem.label)
        row = GpuRow(problem.name, problem.form, REFUSED)
        try:
            yield _solved(problem, row, options, toolchain, there, watcher)
        except InputError as error:
            yield replace(row, verdict="Inconclusive", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one broken problem never stops the rest; the row says what broke
            yield replace(row, verdict="Inconclusive", reason=f"internal error ({type(error).__name__}: {error})")


def _solved(
    problem: Problem, row: GpuRow, options: Options, toolchain: Toolchain, there: Executor, watcher: Watcher
) -> GpuRow:
    """Translates a problem, judges it on the CPU, and runs what passed on the device."""
    unit = read(problem.path)
    found = translate(unit, head_of(unit, problem.function), options, toolchain, watcher.stage)
    if found.judgement is None or found.candidate is None or found.device is None or found.suite is None:
        return replace(row, reason=found.reasons[0].what if found.reasons else "")
    verdict = found.judgement.verdict
    row = replace(row, verdict=verdict.name, pattern=found.device.plan.label)
    if not verdict.passed:
        return replace(row, reason=verdict.text)
    watcher.stage("gpu")
    return measured(row, found.candidate, found.device, found.suite, there, toolchain, options.effort)


def measured(
    row: GpuRow, candidate: Candidate, planned: DevicePlan, suite: Suite, there: Executor, toolchain: Toolchain,
    effort: Effort,
) -> GpuRow:
    """The row of a candidate that passed the judge: right on every input of its tests, then watched, then timed."""
    task = planned.task
    with judging(task, toolchain, effort, silent, timed=False) as judge:
        valid = [c for c, ok in zip(suite.cases, judge.validate(suite.cases), strict=True) if ok.ok]
        known = judge.validate([one.case for one in suite.timing])
        timed = [one for one, ok in zip(suite.timing, known, strict=True) if ok.ok]
        place, own = judge.original.place, folder_of(task.function.unit.path)
        built = there.build(task.function, candidate.text, place.folder, _ON_DEVICE, own)
        if isinstance(built, Rejected):
            return replace(row, verdict="CompileError", reason=built.first_error)
        outcomes = Outcomes(task.function, task.contract.floating, judge.original)
        on = _On(there, place, task.function, built.library, outcomes)
        verdict = _right(on, valid)
        if verdict is not None:
            return replace(row, verdict=verdict.name, reason=verdict.text)
        row = replace(row, verdict=PASS, cases=len(valid), errors=_watched(on, valid))
        found = [(tool, count) for tool, count in row.errors if count]
        if found:
            told = ", ".join(f"{tool}: {count}" for tool, count in found)
            return replace(row, verdict="Checker", reason=f"compute-sanitizer found errors ({told})")
        if not timed:
            return row
        points = _timed(on, timed, planned, REPETITIONS[effort], judge.original.timed)
        if not isinstance(points, tuple):
            return replace(row, verdict=points.name, reason=points.text)
        return replace(row, points=points)


def _right(on: _On, cases: Sequence[Case]) -> Verdict | None:
    """What is wrong with the results, each input twice."""
    numbers = tuple(range(len(cases)))
    schedule = Schedule(numbers + numbers, call_s=_CALL_S)
    done = on.run(cases, schedule)
    verdict = on.checked(cases, schedule, done.run)
    if verdict is None and not any(step.kind == "kernel" for step in done.steps):
        return NotParallel("no input made it launch a kernel")
    return verdict


def _watched(on: _On, cases: Sequence[Case]) -> tuple[tuple[str, int | None], ...]:
    few = cases[:: max(1, len(cases) // _CHECKED_CASES)]
    schedule = Schedule(tuple(range(len(few))), call_s=_CALL_S)
    return tuple((tool, on.run(few, schedule, check=tool).errors) for tool in on.there.checks)


def _timed(
    on: _On, timed: Sequence[TimingCase], planned: DevicePlan, repetitions: int, original: Original
) -> tuple[GpuPoint, ...] | Verdict:
    """The times at all sizes, or what was wrong with a timed result. The first call of each size warms up."""
    cases = [one.case for one in timed]
    order = tuple(k for k in range(len(cases)) for _ in range(1 + repetitions))
    schedule = Schedule(order, call_s=_CALL_S, reuse=True)
    whole = on.run(cases, schedule)
    parts = on.run(cases, schedule, parts=True)
    for done in (whole.run, parts.run):
        verdict = on.checked(cases, schedule, done)
        if verdict is not None:
            return verdict
    before = original(cases, schedule)
    points = []
    for k, one in enumerate(timed):
        calls = [c for c, number in enumerate(order) if number == k][1:]
        point = _point(one.n, calls, whole.run, parts, before)
        points.append(_against_peaks(point, planned, one.case, on.there.device))
    return tuple(points)


def _wall(run: Run, calls: Sequence[int]) -> Timing | None:
    return Timing.of([called.wall_s for called in run.calls if called.index in calls])


def _point(n: int, calls: Sequence[int], whole: Run, parts: GpuRun, original: Run) -> GpuPoint:
    """What some calls of one input come to: as a user makes them, step by step, and by the original."""
    kernel: dict[int, float] = defaultdict(float)
    transfer: dict[int, float] = defaultdict(float)
    launches, moved = 0, 0
    for step in parts.steps:
        if step.call not in calls:
            continue
        if step.kind == "kernel":
            kernel[step.call] += step.seconds
            launches += step.call == calls[0]
        else:
            transfer[step.call] += step.seconds
            moved += step.bytes * (step.call == calls[0])
    kernels, transfers = Timing.of(list(kernel.values())), Timing.of(list(transfer.values()))
    sequential = _wall(original, calls)
    original_s = None if sequential is None else sequential.median_s
    return GpuPoint(n, launches, kernels, transfers, moved, _wall(whole, calls), original_s)


def _against_peaks(point: GpuPoint, planned: DevicePlan, case: Case, device: Device) -> GpuPoint:
    needed = demand(planned.plan, case)
    if needed is None:
        return point
    point = replace(point, bytes=needed.bytes, operations=needed.operations)
    if point.kernel is None or point.kernel.median_s <= 0.0:
        return point
    got = achieved(needed, point.kernel.median_s, device)
    return replace(
        point, bytes_per_s=got.bytes_per_s, operations_per_s=got.operations_per_s, share=got.share, bound=got.bound
    )  # fmt: skip
