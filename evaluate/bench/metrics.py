"""What the rows of a benchmark add up to: shares of what built and passed, and speedups, by kind and in all.

One answer a problem, so build@1 and pass@1 are shares. A speedup of zero or below is no measurement and is left out;
geometric means beside medians, since a few large ratios say little of the others. Bootstrap: percentile intervals of
the geometric mean over problems (Efron 1979), seeded.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from typing import Any

from unseq.evaluate.bench.row import PASS, Row

_RESAMPLES = 1000
NOT_BUILT = frozenset({"Refused", "CompileError", "Unparsable", "Inconclusive"})


def metrics(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts, shares and speedups over all rows and for each kind."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return {**_of(rows), "by_kind": {kind: _of([row for row in rows if row.kind == kind]) for kind in kinds}}


def _of(rows: Sequence[Row]) -> dict[str, Any]:
    passed = [row for row in rows if row.verdict == PASS]
    built = sum(row.verdict not in NOT_BUILT for row in rows)
    return {
        "problems": len(rows),
        "passed": len(passed),
        "build@1": _share(built, len(rows)),
        "pass@1": _share(len(passed), len(rows)),
        "wins": sum(row.wins == "yes" for row in passed),
        "speedup_baseline": _speedups([row.speedup_baseline for row in passed]),
        "speedup_best": _speedups([row.speedup_best for row in passed]),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _speedups(values: Sequence[float | None]) -> dict[str, Any]:
    known = [value for value in values if value is not None and value > 0]
    if not known:
        return {"measured": 0, "geometric_mean": None, "low": None, "high": None, "median": None}
    low, high = _interval(known)
    return {
        "measured": len(known),
        "geometric_mean": round(geometric_mean(known), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "median": round(statistics.median(known), 4),
    }


def geometric_mean(values: Sequence[float]) -> float:
    """Of positive numbers, at least one."""
    return math.exp(statistics.fmean(map(math.log, values)))


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the geometric mean."""
    rng = random.Random(len(values))
    means = sorted(geometric_mean(rng.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]
