"""Which inputs the sequential original runs clean on, for tests: built with ASan and UBSan, run in the native host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from unseq.agents.tester.suite import Validity
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import build, original_source
from unseq.backends.host.run import Session, Setting, run_cases, session
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Limits
from unseq.backends.results import Built
from unseq.frontend.ir.nodes import Function

SECONDS_A_CALL = 2.0


@dataclass
class Original:
    """Runs one function; ``reports`` keeps what the sanitizers said of the invalid cases, ``results`` what the valid
    ones returned and ``outcomes`` all that they left behind, by the identity of the case."""

    function: Function
    place: Session
    library: Path
    reports: list[tuple[str, str]] = field(default_factory=list)
    results: dict[int, object] = field(default_factory=dict)
    outcomes: dict[int, object] = field(default_factory=dict)

    def validate(self, cases: Sequence[Case]) -> Sequence[Validity]:
        """One process for all cases, and one more behind every case that ends it."""
        out: list[Validity] = []
        while len(out) < len(cases):
            rest = cases[len(out) :]
            schedule = Schedule(tuple(range(len(rest))), call_s=SECONDS_A_CALL)
            setting = Setting(RuntimeKind.ASAN, False, limits=Limits(wall_s=60.0))
            run = run_cases(self.place, self.function, self.library, rest, schedule, setting)
            for call in run.calls:
                out.append(Validity(True, "", call.wall_s))
                self.outcomes[id(rest[call.index])] = call.outcome
                self.results[id(rest[call.index])] = getattr(call.outcome, "result", None)
            if run.failure is None:
                continue
            if run.failure.index is None:
                raise AssertionError(run.failure.detail)
            out = out[: len(cases) - len(rest) + run.failure.index]
            self.reports.append((cases[len(out)].label, run.failure.detail))
            out.append(Validity(False, run.failure.detail or run.failure.fault.value))
        return out


@contextmanager
def original(function: Function, toolchain: Toolchain) -> Iterator[Original]:
    """The original of ``function``, built and ready to run."""
    with session(toolchain) as place:
        made = build(toolchain, function, original_source(function.unit), RuntimeKind.ASAN, place.folder)
        assert isinstance(made, Built), made.message
        yield Original(function, place, made.library)
