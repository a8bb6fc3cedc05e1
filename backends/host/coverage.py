"""Which lines and branches of a file some inputs run, counted by the compiler's own instrumentation (gcov).

Knows how an instrumented library is built, where its counts go and how gcov tells them. Draws no conclusions.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import Source, build
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.process import Limits, Sandbox, run
from unseq.backends.results import Built
from unseq.frontend.ir.nodes import Function

INSTRUMENTED = ("--coverage", "-O0", "-DUNSEQ_COUNTED")
_NAME = "counts"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was run: lines, and branches as (line, number on the line); and all that there are."""

    lines: frozenset[int]
    branches: frozenset[tuple[int, int]]
    all_lines: int
    all_branches: int

    @property
    def complete(self) -> bool:
        """Whether all of it was run."""
        return len(self.lines) == self.all_lines and len(self.branches) == self.all_branches

    @property
    def line_share(self) -> float:
        """The share of the lines that was run."""
        return len(self.lines) / self.all_lines if self.all_lines else 1.0

    @property
    def branch_share(self) -> float:
        """The share of the branches that was taken."""
        return len(self.branches) / self.all_branches if self.all_branches else 1.0

    def beyond(self, other: Coverage) -> int:
        """How many lines and branches ``other`` did not run."""
        return len(self.lines - other.lines) + len(self.branches - other.branches)

    def with_(self, other: Coverage) -> Coverage:
        """What either ran."""
        both = self.lines | other.lines, self.branches | other.branches
        return Coverage(*both, self.all_lines, self.all_branches)


def coverage_build(place: Session, function: Function, source: Source) -> Built | None:
    """The library that counts; None where there can be none (no gcov for this compiler)."""
    if shutil.which("gcov") is None or place.toolchain.family != "gcc":
        return None
    made = build(place.toolchain, function, source, RuntimeKind.PLAIN, place.folder)
    return made if isinstance(made, Built) and _notes(made).is_file() else None


def _notes(built: Built) -> Path:
    return built.library.with_suffix(".gcno")


def covered(
    place: Session, function: Function, built: Built, cases: Sequence[Case], limits: Limits
) -> Coverage | None:
    """What the cases run of ``function`` and of all that it calls in its file; None where the run is not complete."""
    folder = place.folder / f"{_NAME}-{os.urandom(6).hex()}"
    folder.mkdir()
    folder.chmod(0o777)  # the sandbox's user writes the counts
    counts = (("GCOV_PREFIX", str(folder)), ("GCOV_PREFIX_STRIP", "99"))
    setting = Setting(RuntimeKind.PLAIN, False, limits=limits, environment=counts, writable=folder)
    done = run_cases(place, function, built.library, cases, Schedule(tuple(range(len(cases)))), setting)
    written = next(iter(folder.glob("*.gcda")), None)
    if done.failure is not None or written is None:
        return None
    shutil.copyfile(written, folder / f"{_NAME}.gcda")
    shutil.copyfile(_notes(built), folder / f"{_NAME}.gcno")
    told = run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities", f"{_NAME}.gcda"],
        limits=Limits(wall_s=20.0, output_bytes=16 << 20),
        sandbox=Sandbox(writable=(folder,), drop_user=False),
        folder=folder,
    )
    try:
        files = json.loads(told.stdout)["files"] if told.ok else []
    except (ValueError, KeyError):
        return None
    spans = [(part.span.line, part.span.end_line) for part in (function, *function.callees)]
    lines = [
        line
        for file in files
        if Path(file["file"]).name in ("original.c", "original.cpp")
        for line in file["lines"]
        if any(first <= line["line_number"] <= last for first, last in spans)
    ]
    return _summed(lines) if lines else None


def _summed(lines: Sequence[dict[str, object]]) -> Coverage:
    ran, taken = set(), set()
    known, possible = set(), set()
    for line in lines:
        number, count, branches = line["line_number"], line["count"], line["branches"]
        assert isinstance(number, int) and isinstance(count, int) and isinstance(branches, list)
        known.add(number)
        if count:
            ran.add(number)
        for k, branch in enumerate(branches):
            if not branch["throw"]:
                possible.add((number, k))
                if branch["count"]:
                    taken.add((number, k))
    return Coverage(frozenset(ran), frozenset(taken), len(known), len(possible))
