"""How fast a candidate is, and how it would scale."""

from __future__ import annotations

from collections.abc import Sequence

from unseq.agents.bandwidth import large, too_fast, written_bytes
from unseq.agents.calibration import last_cache, measured
from unseq.agents.measure import measure
from unseq.agents.scaled import Program, scaled
from unseq.agents.trial import Trial
from unseq.agents.verdict import Tampered, Verdict
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Built


def timing(trial: Trial, quiet: bool) -> Verdict | None:
    """Times beside the original; what is wrong with a timed output."""
    chosen = trial.timed_inputs()
    if not chosen:
        trial.notes.append("not timed: no valid large input")
        return None
    cases = [t.case for t in chosen]
    trial.measurement = measure(
        [t.n for t in chosen],
        cases,
        [trial.original.whole_seconds(case) for case in cases],
        trial.original.timed,
        trial.timed,
        lambda schedule, done, threads: trial.check_timed(cases, schedule, done, threads),
        trial.effort,
        quiet,
    )
    return trial.measurement.verdict or _impossible(trial, cases, quiet)


def _impossible(trial: Trial, cases: Sequence[Case], quiet: bool) -> Verdict | None:
    """Whether large results appeared faster than memory can take them."""
    points = trial.measurement.profile.points
    written = [written_bytes(case, trial.original.expected(case)) for case in cases]
    if len(points) != len(cases) or not large(written, last_cache()):
        return None
    machine = measured(trial.original.place, quiet)
    reason = too_fast(points, written, machine) if machine is not None else ""
    return Tampered(reason) if reason else None


def scaling(trial: Trial, quiet: bool) -> Verdict | None:
    """Work and span of one call."""
    points = trial.measurement.profile.points
    if points and not trial.own_threads and trial.toolchain.parlaylib is None:
        plain, checked = trial.library(RuntimeKind.PLAIN), trial.library(RuntimeKind.ASAN)
        assert isinstance(plain, Built) and isinstance(checked, Built)
        built = Program(trial.original.place, trial.task.function, plain.library, checked.library)
        trial.scaling = scaled(built, trial.timed_inputs()[-1], points[-1].sequential.median_s, trial.effort, quiet)
    if trial.scaling is not None and trial.scaling.serial:
        trial.notes.append("run serially, one strand of each fork does all the work: is that shared by threads?")
    return None
