"""What is known of a trial, as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unseq.agents.builds import is_cuda
from unseq.agents.compare import Agreement
from unseq.agents.task import FloatPolicy
from unseq.agents.verdict import UP_TO_ATOMICS, Evidence, SuiteStrength
from unseq.backends.process import sandbox_description

if TYPE_CHECKING:
    from unseq.agents.trial import Trial


def evidence_of(trial: Trial) -> Evidence:
    """What is known so far."""
    ran, cuda = trial.suite.coverage, is_cuda(trial.candidate)
    strength = SuiteStrength() if ran is None else SuiteStrength(lines=ran.line_share, branches=ran.branch_share)
    return Evidence(
        strength=strength,
        cases=len(trial.cases),
        failed=trial.outcomes.failed,
        runs=trial.runs,
        race_runs=trial.race_runs,
        races=trial.races,
        detector=f"{trial.detector}{UP_TO_ATOMICS}" if trial.detector and trial.by_atomics else trial.detector,
        fork_sites=len(trial.all_sites),
        sites_forked=len(trial.all_forked & trial.all_sites),
        rounding=trial.outcomes.worst if trial.task.contract.floating is FloatPolicy.REASSOC else Agreement(),
        profile=trial.measurement.profile,
        scaling=trial.scaling,
        static=trial.static,
        sandbox=sandbox_description(),
        compiler=trial.toolchain.compiler_version,
        library="kernels on the CPU" if cuda else str(trial.toolchain.parlaylib or "embedded headers"),
        seconds=tuple(trial.seconds),
        notes=tuple(dict.fromkeys((*trial.suite.notes, *trial.notes, *trial.measurement.notes))),
    )
