"""The sequential original as the judge's oracle: which inputs are valid, and what the right results are.

An input is valid iff the original runs clean on it under ASan and UBSan, within the time limit, and gives the same
result when it is compiled with -O3 (a result that depends on uninitialised memory usually does not). Where the standard
leaves results open, one of them is taken (see `determined.py`). The results on valid inputs are the reference; runs
under directed rounding and on perturbed inputs tell how far floating-point results are determined (see `compare.py`).
Knows nothing of candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field, replace

import numpy as np

from unseq.agents.compare import Agreement, Reference, compare
from unseq.agents.determined import determined
from unseq.agents.perturbed import perturbed_case
from unseq.agents.quiet import unless_measuring
from unseq.agents.task import FloatPolicy
from unseq.agents.tester.rows import has_empty_row
from unseq.agents.tester.suite import Validity
from unseq.agents.wider import wider, wider_case
from unseq.backends.host.blob import Elsewhere, Mismatch, Outcome, Returned, Schedule, parameter_types
from unseq.backends.host.build import Source, build, original_source
from unseq.backends.host.coverage import INSTRUMENTED, Coverage, coverage_build, covered
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Buffer, Case, Scalar, Struct, Value, members
from unseq.backends.host.values import Sequence as Items
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.process import Limits
from unseq.backends.results import Built, Failure, Fault, Rejected, Run
from unseq.frontend.ir.nodes import Function
from unseq.frontend.source import SourceUnit

CALL_S = 2.0  # one call under sanitizers; what takes longer is no test input
_MOST_RESTARTS = 12
_MOST_TIMEOUTS = 2
_MOST_PERTURBED = 200_000
_UP, _DOWN = 1, 2
OPTIMISED = ("-O3",)


class OriginalRejected(Exception):
    """The original does not compile, or cannot be called from outside; the message says why."""


@dataclass(slots=True)
class _Known:
    case: Case
    outcome: Outcome | None
    validity: Validity
    whole_s: float = 0.0  # one call with -O3 and all that the host does for it
    size: int = 0  # bytes of its result
    reference: Reference | None = None
    chosen: bool = False  # the result that the original's library chooses is part of the reference


@dataclass(slots=True)
class Original:
    """The user's file, built in the background as soon as this is made."""

    function: Function
    place: Session
    executor: Executor
    limits: Limits = field(default_factory=lambda: Limits(wall_s=30.0, memory=3 << 30, address_space=16 << 30))
    _builds: dict[RuntimeKind, Future[Built | Rejected]] = field(default_factory=dict, init=False)
    _as_written: Future[Built | Rejected] = field(init=False)
    exactly: bool = False  # whether references have the exact results with them
    changes: int = field(default=0, init=False)  # calls that changed its static memory
    _wide: Future[Built | Rejected] | None = field(default=None, init=False)
    _known: dict[int, _Known] = field(default_factory=dict, init=False)
    _counting: list[Built | None] = field(default_factory=list, init=False)  # built when first asked for

    def __post_init__(self) -> None:
        flags = {RuntimeKind.ASAN: ("-frounding-math",), RuntimeKind.PLAIN: OPTIMISED}
        unit = determined(self.function)
        for kind, own in flags.items():
            self._builds[kind] = self._start(unit, own, kind)
        plain = RuntimeKind.PLAIN
        same = unit is self.function.unit
        self._as_written = self._builds[plain] if same else self._start(self.function.unit, OPTIMISED, plain)

    def _start(self, unit: SourceUnit, flags: tuple[str, ...], kind: RuntimeKind) -> Future[Built | Rejected]:
        return self._start_as(self.function, original_source(unit, flags), kind)

    def _start_as(self, function: Function, source: Source, kind: RuntimeKind) -> Future[Built | Rejected]:
        folder = self.place.folder
        return self.executor.submit(unless_measuring, build, self.place.toolchain, function, source, kind, folder)

    def counted(self, cases: Sequence[Case]) -> Coverage | None:
        """Which lines and branches valid cases run; None where that cannot be found out."""
        if not self._counting:
            source = original_source(self.function.unit, INSTRUMENTED)
            self._counting.append(coverage_build(self.place, self.function, source))
        built = self._counting[0]
        return None if built is None else covered(self.place, self.function, built, cases, self.limits)

    def settle(self) -> None:
        """Waits until all builds are done, so that a measurement needs none and none disturbs it."""
        wait([*self._builds.values(), self._as_written])

    def library(self, kind: RuntimeKind) -> Built:
        """The built original. Raises OriginalRejected."""
        return self._built(self._builds[kind])

    def _built(self, future: Future[Built | Rejected]) -> Built:
        made = future.result()
        if isinstance(made, Rejected):
            raise OriginalRejected(made.message)
        return made

    def run(self, kind: RuntimeKind, cases: Sequence[Case], schedule: Schedule) -> Run:
        """One process that calls the original."""
        setting = Setting(kind, False, limits=self.limits)
        return run_cases(self.place, self.function, self.library(kind).library, cases, schedule, setting)

    def timed(self, cases: Sequence[Case], schedule: Schedule) -> Run:
        """One process that calls the original exactly as it is written, compiled with -O3."""
        space = 2 * self.result_bytes(cases)
        setting = Setting(RuntimeKind.PLAIN, False, limits=self.limits, result_bytes=space)
        return run_cases(self.place, self.function, self._built(self._as_written).library, cases, schedule, setting)

    # ---- validity ------------------------------------------------------------------------------------

    def validate(self, cases: Sequence[Case]) -> tuple[Validity, ...]:
        """Whether the original runs clean on each case. Raises OriginalRejected."""
        fresh = [case for case in cases if id(case) not in self._known]
        fitting = []
        for case in fresh:
            try:
                fitting.append(self._fits(case))
            except Mismatch as error:
                self._known[id(case)] = _Known(case, None, Validity(False, str(error)))
        clean = self._survey(RuntimeKind.ASAN, fitting)
        agreed = self._survey(RuntimeKind.PLAIN, [seen.case for seen in clean if seen.validity.ok])
        optimised = {id(seen.case): seen for seen in agreed}
        for seen in clean:
            case, outcome, validity = seen.case, seen.outcome, seen.validity
            twin = optimised.get(id(case), seen)
            other, also = twin.outcome, twin.validity
            if validity.ok and not also.ok:
                validity = Validity(False, f"with -O3: {also.reason}")
            elif validity.ok and isinstance(outcome, Returned) and _leaves_arguments(outcome):
                validity = Validity(False, "it returns a pointer to memory that is no argument: it cannot be compared")
            elif validity.ok and (outcome is None or other is None or not self._equal(case, outcome, other)):
                validity = Validity(False, "its result depends on the optimisation level: undefined behaviour")
            self._known[id(case)] = _Known(case, outcome if validity.ok else None, validity, twin.whole_s, seen.size)
        return tuple(self._known[id(case)].validity for case in cases)

    def _fits(self, case: Case) -> Case:
        if len(case.values) != len(self.function.parameters):
            count = len(self.function.parameters)
            raise Mismatch(f"{len(case.values)} values given for {count} parameters")
        if has_empty_row(self.function, case):
            raise Mismatch("an array of variable length has rows without elements")
        return case

    def _equal(self, case: Case, one: Outcome, other: Outcome) -> bool:
        return isinstance(compare(self.function, Reference(case, one), other, FloatPolicy.STRICT), Agreement)

    def _survey(self, kind: RuntimeKind, cases: Sequence[Case]) -> list[_Known]:
        """Every case once; after a failure the rest in a new process, as long as that does not happen too often."""
        found: list[_Known] = []
        rest = list(cases)
        restarts = timeouts = 0
        while rest:
            watched = kind is RuntimeKind.PLAIN
            done = self.run(kind, rest, Schedule(tuple(range(len(rest))), call_s=CALL_S, statics=watched))
            self.changes += done.changes
            for called in done.calls:
                valid = Validity(True, "", called.wall_s)
                found.append(_Known(rest[called.index], called.outcome, valid, called.whole_s, called.size))
            if done.failure is None:
                break
            failed = done.failure.index if done.failure.index is not None else len(done.calls)
            failed = min(max(failed, len(done.calls)), len(rest) - 1)
            reason = reason_of(done.failure)
            found.append(_Known(rest[failed], None, Validity(False, reason)))
            rest = rest[failed + 1 :]
            restarts += 1
            timeouts += done.failure.fault in {Fault.CALL_TIMEOUT, Fault.TIMEOUT}
            if done.failure.index is None or restarts > _MOST_RESTARTS or timeouts > _MOST_TIMEOUTS:
                found += [_Known(case, None, Validity(False, reason)) for case in rest]
                break
        return found

    def expected(self, case: Case) -> Outcome:
        """The original's result on a valid case. Raises KeyError for a case that was not found valid."""
        known = self._known[id(case)]
        if known.outcome is None:
            raise KeyError(case.label)
        return known.outcome

    def seconds(self, case: Case) -> float:
        """What one call took under the sanitizers; 0 if unknown."""
        known = self._known.get(id(case))
        return 0.0 if known is None else known.validity.seconds

    def whole_seconds(self, case: Case) -> float:
        """What one call took with -O3, with all that the host does for it; 0 if unknown."""
        known = self._known.get(id(case))
        return 0.0 if known is None else known.whole_s

    def result_bytes(self, cases: Sequence[Case]) -> int:
        """What the results on some cases take."""
        return sum(known.size for case in cases if (known := self._known.get(id(case))) is not None)

    # ---- references ----------------------------------------------------------------------------------

    def references(self, cases: Sequence[Case], policy: FloatPolicy) -> tuple[Reference, ...]:
        """What the results on valid cases must be. Raises KeyError for a case that was not found valid."""
        wanted = []
        for case in cases:
            known = self._known[id(case)]
            if known.outcome is None:
                raise KeyError(case.label)
            if known.reference is None:
                if policy is FloatPolicy.REASSOC and has_floats(known.outcome):
                    wanted.append(known)
                else:
                    known.reference = Reference(case, known.outcome)
        if wanted:
            self._vary(wanted)
        self._choose([self._known[id(case)] for case in cases])
        references = (self._known[id(case)].reference for case in cases)
        return tuple(reference for reference in references if reference is not None)

    def exact(self, cases: Sequence[Case]) -> tuple[Outcome | None, ...]:
        """What the original returns in wider arithmetic; None where it cannot be built or run so."""
        twin = wider(self.function)
        if twin is None:
            return (None,) * len(cases)
        if self._wide is None:
            self._wide = self._start_as(twin, original_source(twin.unit, ()), RuntimeKind.PLAIN)
        made = self._wide.result()
        if isinstance(made, Rejected):
            return (None,) * len(cases)
        schedule = Schedule(tuple(range(len(cases))), call_s=4 * CALL_S)
        setting = Setting(RuntimeKind.PLAIN, False, limits=self.limits)
        widened = [wider_case(case) for case in cases]
        done = run_cases(self.place, twin, made.library, widened, schedule, setting)
        found = {called.index: called.outcome for called in done.calls}
        return tuple(found.get(k) for k in range(len(cases)))

    def _choose(self, wanted: Sequence[_Known]) -> None:
        """Adds what the original returns exactly as it is written, where that may be something else."""
        fresh = [known for known in wanted if not known.chosen]
        if self._as_written is self._builds[RuntimeKind.PLAIN] or not fresh:
            return
        done = self.timed([known.case for known in fresh], Schedule(tuple(range(len(fresh))), call_s=CALL_S))
        for called in done.calls:
            known = fresh[called.index]
            known.chosen = True
            if known.reference is not None:
                known.reference = replace(known.reference, other=called.outcome)

    def _vary(self, wanted: list[_Known]) -> None:
        """Runs cases under directed rounding and, unless they are large, with perturbed inputs; what fails there says
        nothing and is left."""
        cases: list[Case] = []
        order: list[tuple[int, int]] = []
        owners: list[tuple[int, bool]] = []
        types = parameter_types(self.function)
        for k, known in enumerate(wanted):
            for mode in (_UP, _DOWN):
                order.append((len(cases), mode))
                owners.append((k, False))
            cases.append(known.case)
            for sign in (1, -1) if element_count(known.case) <= _MOST_PERTURBED else ():
                moved = perturbed_case(known.case, sign, types)
                if moved is not None:
                    order.append((len(cases), 0))
                    owners.append((k, True))
                    cases.append(moved)
        rounded: list[list[Outcome]] = [[] for _ in wanted]
        perturbed: list[list[Outcome]] = [[] for _ in wanted]
        start = restarts = 0
        while start < len(order) and restarts <= _MOST_RESTARTS:
            part = order[start:]
            schedule = Schedule(tuple(c for c, _ in part), call_s=2 * CALL_S, rounding=tuple(m for _, m in part))
            done = self.run(RuntimeKind.ASAN, cases, schedule)
            first: dict[int, Outcome] = {}
            for called in done.calls:
                case, _ = part[called.index]
                outcome = called.outcome if called.outcome is not None else first[case]
                first.setdefault(case, outcome)
                owner, moved_input = owners[start + called.index]
                (perturbed if moved_input else rounded)[owner].append(outcome)
            if done.failure is None:
                break
            start += len(done.calls) + 1
            restarts += 1
        exact = self.exact([known.case for known in wanted]) if self.exactly else (None,) * len(wanted)
        for k, known in enumerate(wanted):
            assert known.outcome is not None
            spread, shifted = tuple(rounded[k]), tuple(perturbed[k])
            known.reference = Reference(known.case, known.outcome, spread, shifted, exact=exact[k])


def _leaves_arguments(outcome: Returned) -> bool:
    return any(isinstance(value, Elsewhere) for value in (outcome.result, *outcome.parameters, *outcome.globals))


def reason_of(failure: Failure) -> str:
    """Why the original is not clean, in a few words."""
    if failure.fault is Fault.SANITIZER:
        return sanitizer_words(failure)
    if failure.fault is Fault.FORBIDDEN:
        return f"it makes a system call that the sandbox forbids ({failure.detail})"
    if failure.fault in {Fault.CALL_TIMEOUT, Fault.TIMEOUT}:
        return f"it does not end within {CALL_S:g} s"
    if failure.fault is Fault.SIGNAL:
        return f"it crashes (signal {failure.signal})"
    return failure.detail


def sanitizer_words(failure: Failure) -> str:
    """``heap-buffer-overflow``, ``signed integer overflow: ...`` out of a sanitizer's first line."""
    line = failure.detail
    if "runtime error: " in line:
        return line.split("runtime error: ", 1)[1][:160]
    if "Sanitizer: " in line:
        return line.split("Sanitizer: ", 1)[1].split(" on address")[0].split(" (")[0][:160]
    return line[:160]


def has_floats(outcome: Outcome) -> bool:
    """Whether any result is a floating-point number."""
    if not isinstance(outcome, Returned):
        return False
    return any(_floats(value) for value in (outcome.result, *outcome.parameters, *outcome.globals))


def _floats(value: object) -> bool:
    if isinstance(value, Scalar):
        return isinstance(value.value, float | complex | np.floating)
    if isinstance(value, Buffer):
        return _float_dtype(value.array.dtype)
    if isinstance(value, Struct):
        return any(_floats(member) for member in value.fields)
    if isinstance(value, Items):
        return any(_floats(item) for item in value.items)
    return False


def _float_dtype(dtype: np.dtype[np.generic]) -> bool:
    return dtype.base.kind in "fc" or any(_float_dtype(inner) for inner in members(dtype.base).values())


def element_count(case: Case) -> int:
    """How many elements the buffers of a case have in all."""

    def count(value: Value) -> int:
        if isinstance(value, Buffer):
            return int(value.array.size)
        if isinstance(value, Struct):
            return sum(count(member) for member in value.fields)
        return sum(count(item) for item in value.items) if isinstance(value, Items) else 0

    return sum(count(value) for value in (*case.values, *case.globals))
