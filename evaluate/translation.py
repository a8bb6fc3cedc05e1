"""A translation as a record: the evidence of the judge in the form that every report is made from.

Knows both shapes and nothing of how either comes about.
"""

from __future__ import annotations

import time
from dataclasses import replace

from unseq.agents.scaling import Scaling
from unseq.agents.search.best import Tried
from unseq.agents.task import Candidate
from unseq.agents.translate import Cheaper, Options, Outcome, Translation, translate
from unseq.agents.verdict import UP_TO_ATOMICS, Evidence, Judgement, Pass, Verdict
from unseq.agents.verdict import SuiteStrength as Strength
from unseq.backends.cuda.emit.support import BLOCK_THREADS
from unseq.backends.cuda.nvcc import ARCHITECTURE
from unseq.backends.inventory import machine, processors, unseq_version
from unseq.backends.parlay.toolchain import Toolchain
from unseq.backends.results import Point, Profile
from unseq.evaluate.batch import Translated
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.report.notes import claim_of, loop_notes, reasons
from unseq.evaluate.report.record import (
    Better,
    Environment,
    KernelStatic,
    LoopSpan,
    ProfilePoint,
    Races,
    Record,
    Static,
    SuiteStrength,
    Survivor,
    Tests,
    Variant,
    Wins,
    WorkSpan,
)
from unseq.evaluate.report.record import Outcome as RecordOutcome
from unseq.frontend.lower import FunctionHead
from unseq.frontend.source import SourceUnit

_OUTCOMES: dict[Outcome, RecordOutcome] = {
    Outcome.TRANSLATED: "translated",
    Outcome.REFUSED: "refused",
    Outcome.FAILED: "failed",
}
_DETECTORS = {
    "exact": "determinacy races, exact for each input",
    f"exact{UP_TO_ATOMICS}": "determinacy races, exact for each input up to order by atomics",
    "ThreadSanitizer": "ThreadSanitizer, on the schedules that happened",
}
_WINS: dict[str, Wins] = {"yes": "yes", "no": "no", "unmeasured": "unmeasured"}


def translated(
    unit: SourceUnit, head: FunctionHead, options: Options, toolchain: Toolchain, watcher: Watcher
) -> Translated:
    """Translates one function and puts what came of it into a record."""
    started = time.monotonic()
    found = translate(unit, head, options, toolchain, watcher.stage)
    seconds = time.monotonic() - started
    record = _record(unit, head, found, seconds, options.target)
    kept = found.outcome is Outcome.TRANSLATED
    second = found.cheaper.second if kept and found.cheaper and found.cheaper.judgement.verdict.passed else None
    judged = found.candidate.text if found.candidate is not None else ""
    device = found.device if kept else None
    return Translated(record, found.plan if kept else None, found.idle, second, judged, device)


def _record(unit: SourceUnit, head: FunctionHead, found: Translation, seconds: float, target: str) -> Record:
    judgement = found.judgement
    common = Record(
        file=str(unit.path),
        name=head.name,
        line=head.span.line,
        target=target,
        outcome=_OUTCOMES[found.outcome],
        reasons=reasons(found.reasons),
        loops=loop_notes(found.facts) if found.facts is not None else (),
        seconds=round(seconds, 3),
        search=tuple(_variant(tried) for tried in found.search),
        better=better_note(found.cheaper),
    )
    if judgement is None or found.candidate is None:
        return common
    return with_evidence(common, found.candidate, judgement)


def with_evidence(record: Record, candidate: Candidate, judgement: Judgement) -> Record:
    """A record with what the judge saw of a candidate."""
    evidence, verdict = judgement.evidence, judgement.verdict
    return replace(
        record,
        verdict=verdict.name,
        wins=wins_of(verdict),
        claim=claim_of(candidate.claim),
        tests=Tests(evidence.cases, evidence.failed, _tested(evidence, candidate.path is None, record.target)),
        suite_strength=_strength(evidence),
        races=Races(evidence.race_runs, evidence.races, _detector(evidence), evidence.race_detail),
        profile=profile_points(evidence.profile),
        work_span=work_span(evidence.scaling),
        static=static_of(evidence),
        pattern=candidate.label,
        author=candidate.author,
        notes=evidence.notes,
        environment=Environment(
            machine=machine(),
            processors=processors(),
            compiler=evidence.compiler,
            library=evidence.library,
            sandbox=evidence.sandbox,
            unseq=unseq_version(),
        ),
    )


def static_of(evidence: Evidence) -> Static | None:
    """What nvcc says of kernels; None where there are none."""
    found = []
    for one in evidence.static:
        held = one.occupancy(BLOCK_THREADS)
        spills = one.spill_stores, one.spill_loads
        found.append(KernelStatic(one.name, one.registers, *spills, one.shared, round(held.share, 4), held.limit))
    return Static(ARCHITECTURE, BLOCK_THREADS, tuple(found)) if found else None


def _variant(tried: Tried) -> Variant:
    verdict = tried.verdict
    detail = "" if verdict.passed else verdict.text.partition("\n")[0]
    speedups = tuple((n, round(speedup, 4)) for n, speedup in tried.speedups)
    return Variant(tried.choices, verdict.name, detail, speedups, tried.chosen)


def better_note(found: Cheaper | None) -> Better | None:
    """A second candidate as the reports show it."""
    if found is None:
        return None
    verdict, better = found.judgement.verdict, found.second.better
    profile = profile_points(found.judgement.evidence.profile)
    last = profile[-1] if profile else None
    alone = dict(last.parallel_s).get(1) if last else None
    return Better(
        algorithms=tuple(one.algorithm for one in better),
        before=better[0].before,
        after=better[0].after,
        verdict=verdict.name,
        detail="" if verdict.passed else verdict.text.partition("\n")[0],
        claim=claim_of(found.second.plan.claim),
        wins=wins_of(verdict),
        profile=profile,
        by_algorithm=round(last.sequential_s / alone, 4) if last and alone else None,
        by_cores=round(alone / last.parallel_s[-1][1], 4) if last and alone else None,
    )


def wins_of(verdict: Verdict) -> Wins:
    """Whether a verdict found the candidate faster."""
    return _WINS[verdict.wins.value] if isinstance(verdict, Pass) else "unmeasured"


def _detector(evidence: Evidence) -> str | None:
    return _DETECTORS.get(evidence.detector or "", evidence.detector)


def _tested(evidence: Evidence, own_cutoffs: bool, target: str) -> str:
    how = "with every cut-off at 0 under" if own_cutoffs else "under"
    parts = [f"as used, and {how} ASan and UBSan", _noticed(evidence.strength)]
    if target == "cuda":
        parts[0] = "kernels run on the CPU, their threads forwards and backwards" + ", and as used" * own_cutoffs
    if evidence.fork_sites:
        parts.insert(1, f"{evidence.sites_forked} of {evidence.fork_sites} fork sites ran in parallel")
    rounding = evidence.rounding
    if rounding.worst_ulp:
        errors = f"{rounding.original_ulp:.3g} ulp in the original, {rounding.candidate_ulp:.3g} in this"
        known = f" (largest errors: {errors})" if rounding.original_ulp or rounding.candidate_ulp else ""
        parts.append(f"floating point regrouped, at most {rounding.worst_ulp:.3g} ulp apart{known}")
    return "; ".join(parts)


def _noticed(strength: Strength) -> str:
    ran = [(strength.lines, "lines"), (strength.branches, "branches")]
    parts = [f"{share:.0%} of the original's {what}" for share, what in ran if share is not None]
    parts.append(f"{strength.killed} of {strength.mutants} mutants caught" if strength.mutants else "no mutants tried")
    return ", ".join(parts)


def _strength(evidence: Evidence) -> SuiteStrength:
    known = evidence.strength
    return SuiteStrength(
        score=None if known.score is None else round(known.score, 4),
        mutants=known.mutants,
        killed=known.killed,
        survivors=tuple(Survivor(line, what) for line, what in known.survivors),
        lines=known.lines,
        branches=known.branches,
        strength="strong" if known.strong else "weak",
    )


def work_span(found: Scaling | None) -> WorkSpan | None:
    """Work, span and predictions, in seconds; None where they were not measured."""
    if found is None:
        return None
    loops = tuple(LoopSpan(s.line, s.executions, _short(s.work_s), _short(s.span_s)) for s in found.sites)
    work, span, burdened = (_short(x) for x in (found.work_s, found.span_s, found.burdened_s))
    return WorkSpan(found.n, work, span, "s", found.predicted, burdened, found.memory, loops)


def _short(seconds: float) -> float:
    return float(f"{seconds:.4g}")


def profile_points(profile: Profile) -> tuple[ProfilePoint, ...]:
    """The times of a profile, medians, with the spread of the original's."""
    return tuple(_point(point) for point in profile.points)


def _point(point: Point) -> ProfilePoint:
    sequential = point.sequential
    spread = (sequential.high_s - sequential.low_s) / (2 * sequential.median_s) if sequential.median_s > 0 else None
    return ProfilePoint(
        n=point.n,
        sequential_s=sequential.median_s,
        parallel_s=tuple((threads, timing.median_s) for threads, timing in point.parallel),
        speedup=round(point.speedup, 4),
        spread=None if spread is None else round(spread, 4),
    )
