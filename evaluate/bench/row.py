"""One row of a benchmark's results, and the envelope of all rows: version 1, with a JSON Schema beside this file.

Knows names and shapes of the fields and how they are written and read; not how any of them comes about.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unseq.evaluate.report.record import (
    Better,
    Claim,
    ProfilePoint,
    Wins,
    WorkSpan,
    better_of,
    profile_of,
    to_json,
    work_span_of,
)

VERSION = 1
SCHEMA = Path(__file__).with_name("bench.schema.json")
PASS, REFUSED = "Pass", "Refused"


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one problem.

    ``verdict`` is the judge's, or ``Refused`` with the first ``reason`` why nothing was proposed. ``speedup_baseline``:
    original over candidate at the largest size with most threads; ``speedup_best``: the best sequential algorithm over
    the same candidate; both None where nothing was measured. ``seconds``: all that it took. ``vary``: the seed of the
    variation that was translated in the problem's place, None for the problem as it stands; ``variations``: what the
    variation consists of, in order. ``better``: the second candidate, of which nothing counts in the other figures."""

    name: str
    form: str
    kind: str
    target: str
    author: str
    verdict: str
    reason: str = ""
    claim: Claim | None = None
    wins: Wins = "unmeasured"
    speedup_baseline: float | None = None
    speedup_best: float | None = None
    times: tuple[ProfilePoint, ...] = ()
    work_span: WorkSpan | None = None
    pattern: str = ""
    tests: int = 0
    seconds: float = 0.0
    vary: int | None = None
    variations: tuple[str, ...] = ()
    better: Better | None = None

    @property
    def label(self) -> str:
        """What tells it from the others of its set."""
        return f"{self.name}/{self.form}" if self.form else self.name


def envelope(rows: Sequence[Row], machine: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    """What ``bench --json`` prints."""
    return {"version": VERSION, "machine": machine, "problems": [to_json(row) for row in rows], "metrics": metrics}


def from_json(data: dict[str, Any]) -> Row:
    """A row as ``to_json`` wrote it. Raises KeyError, TypeError or ValueError for anything else."""
    read = {
        "times": profile_of(data["times"]),
        "work_span": work_span_of(data["work_span"]),
        "better": better_of(data.get("better")),
    }
    return Row(**{**data, **read, "variations": tuple(data["variations"])})


def as_line(row: Row) -> str:
    """A row as one line of a results file."""
    return json.dumps(to_json(row), separators=(",", ":")) + "\n"
