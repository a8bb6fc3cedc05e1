"""Runs a set of problems, one after another, each into a row; what is done is kept, what breaks stops nothing.

Results go to a file of one row a line as soon as they are known, so that a run that is ended at any moment goes on
where it was. Knows how a problem is translated and judged; not how rows are shown or added up.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from unseq.agents.translate import Options, Translation, translate
from unseq.backends.parlay.toolchain import Toolchain
from unseq.evaluate.bench.likeness import likeness
from unseq.evaluate.bench.problems import Problem
from unseq.evaluate.bench.row import PASS, REFUSED, Row, as_line, from_json
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.report.notes import claim_of
from unseq.evaluate.translation import better_note, profile_points, wins_of, work_span
from unseq.frontend.lower import FunctionHead, functions, lower
from unseq.frontend.source import InputError, SourceUnit, read
from unseq.frontend.variation.mix import mixed

ROWS = "rows.jsonl"

Solve = Callable[[Problem], Row]


def solver(options: Options, toolchain: Toolchain, watcher: Watcher, vary: int | None = None) -> Solve:
    """Translates a problem by the rules and judges it; with a seed ``vary`` a variation of it in its place, which
    must give the problem's own results on every input of the tests."""

    def solve(problem: Problem) -> Row:
        started = time.monotonic()
        steps: tuple[str, ...] = ()
        try:
            unit = read(problem.path)
            head = head_of(unit, problem.function)
            if vary is None:
                best = read(problem.best) if problem.best is not None else None
                found = translate(unit, head, _with_rival(options, best, head), toolchain, watcher.stage)
                return _measured(problem, found, started, options.target)
            other = mixed(unit, variation_seed(vary, problem.label))
            steps = other.steps
            other_head = head_of(other.unit, other.names.get(head.name, head.name))
            found = translate(other.unit, other_head, options, toolchain, watcher.stage)
            row = _measured(problem, found, started, options.target)
            if found.suite is not None:
                pair = lower(unit, head.name), lower(other.unit, other_head.name)
                wrong = likeness(*pair, other.names, found.suite.cases, toolchain)
                if wrong:
                    reason = f"the variation is no variation: {wrong}"
                    row = _row(problem, "Inconclusive", reason, started, options.target)
        except InputError as error:
            row = _row(problem, "Inconclusive", str(error), started, options.target)
        except Exception as error:  # noqa: BLE001 - one broken problem never stops the rest; the row says what broke
            reason = f"internal error ({type(error).__name__}: {error})"
            row = _row(problem, "Inconclusive", reason, started, options.target)
        return replace(row, vary=vary, variations=steps)

    return solve


def variation_seed(seed: int, label: str) -> int:
    """A seed for one problem, so that a run with one seed has as many mixes as problems."""
    return int.from_bytes(hashlib.sha256(f"{seed} {label}".encode()).digest()[:4])


def head_of(unit: SourceUnit, name: str) -> FunctionHead:
    """The function of a name, or the last one of the file."""
    return next(head for head in reversed(functions(unit)) if name in ("", head.name))


def _with_rival(options: Options, best: SourceUnit | None, head: FunctionHead) -> Options:
    known = best is not None and any(other.name == head.name for other in functions(best))
    return replace(options, rival=best if known else None)


def _row(problem: Problem, verdict: str, reason: str, started: float, target: str) -> Row:
    seconds = round(time.monotonic() - started, 3)
    return Row(problem.name, problem.form, problem.kind, target, "rules", verdict, reason, seconds=seconds)


def _measured(problem: Problem, found: Translation, started: float, target: str) -> Row:
    first = found.reasons[0].what if found.reasons else ""
    if found.judgement is None or found.plan is None:
        return _row(problem, REFUSED, first, started, target)
    verdict = found.judgement.verdict
    row = replace(
        _row(problem, verdict.name, "" if verdict.passed else verdict.text, started, target),
        claim=claim_of(found.plan.claim),
        pattern=found.plan.label,
        tests=found.judgement.evidence.cases,
        better=better_note(found.cheaper),
    )
    if verdict.name != PASS:
        return row
    times = profile_points(found.judgement.evidence.profile)
    baseline = times[-1].speedup if times else None
    best = baseline
    if problem.best is not None:
        best = None
        if baseline is not None and found.rival and found.rival[-1].n == times[-1].n:
            best = round(baseline * found.rival[-1].rival_s / found.rival[-1].original_s, 4)
    return replace(
        row,
        wins=wins_of(verdict),
        speedup_baseline=baseline,
        speedup_best=best,
        times=times,
        work_span=work_span(found.judgement.evidence.scaling),
    )


def run(
    todo: Sequence[Problem], solve: Solve, watcher: Watcher, folder: Path | None, vary: int | None = None
) -> Iterator[Row]:
    """The rows of all problems, in order; those that ``folder`` holds from a run before with the same variations are
    not made again.

    Raises ``InputError`` when the folder cannot be written or holds something else."""
    done = {row.label: row for row in kept(folder) if row.vary == vary} if folder is not None else {}
    watcher.expect(len(todo))
    for problem in todo:
        watcher.begin(problem.label)
        row = done.get(problem.label)
        if row is None:
            row = solve(problem)
            if folder is not None:
                _keep(folder, row)
        yield row


def kept(folder: Path) -> tuple[Row, ...]:
    """The rows that a run left in a folder; a last line that was cut off does not count. Raises ``InputError``."""
    path = folder / ROWS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    except OSError as error:
        raise InputError(f"{folder}: cannot be used for results ({error.strerror})") from error
    whole = [line for line in lines if line.endswith(b"\n")]
    if len(whole) != len(lines):
        path.write_bytes(b"".join(whole))
    try:
        return tuple(from_json(json.loads(line)) for line in whole)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not the results of a benchmark; give another folder") from error


def _keep(folder: Path, row: Row) -> None:
    with open(folder / ROWS, "ab") as file:
        file.write(as_line(row).encode())
        file.flush()
        os.fsync(file.fileno())
