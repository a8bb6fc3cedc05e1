"""Times that no memory allows: results that lie beyond the caches were written faster than this machine can.

Counts only what must be written, for a function need not read all that it is given, and only sizes that no cache holds.
Nothing is run here; the machine's figures are `calibration`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unseq.agents.scaling import Machine
from unseq.backends.host.blob import Outcome, Returned
from unseq.backends.host.values import Buffer, Case, Struct, Value
from unseq.backends.host.values import Sequence as Items
from unseq.backends.results import Point

_BEYOND = 2.0  # times the last cache
_CLEARLY = 3.0  # times the bandwidth that was measured, in which reading is counted as well


def written_bytes(case: Case, outcome: Outcome) -> int:
    """The bytes of elements that a call must have written: results, and what is no longer what it was."""
    if not isinstance(outcome, Returned):
        return 0
    pairs = zip((*case.values, *case.globals), (*outcome.parameters, *outcome.globals), strict=False)
    changed = sum(_changed(before, after) for before, after in pairs if isinstance(after, Buffer | Struct | Items))
    return changed + (_size(outcome.result) if isinstance(outcome.result, Buffer | Struct | Items) else 0)


def _changed(before: Value, after: Value) -> int:
    if before is after:
        return 0
    if isinstance(before, Buffer) and isinstance(after, Buffer) and before.array.shape == after.array.shape:
        return int(np.count_nonzero(before.array != after.array)) * after.array.itemsize
    return 0


def _size(value: Value) -> int:
    if isinstance(value, Buffer):
        return value.array.nbytes
    parts = value.fields if isinstance(value, Struct) else value.items if isinstance(value, Items) else ()
    return sum(_size(part) for part in parts)


def large(written: Sequence[int], cache: int) -> bool:
    """Whether any of the results is more than a cache holds."""
    return max(written, default=0) > _BEYOND * cache


def too_fast(points: Sequence[Point], written: Sequence[int], machine: Machine) -> str:
    """What was faster than memory; empty where nothing was. ``written``: bytes, point by point."""
    for point, count in zip(points, written, strict=True):
        seconds = min(one.low_s for _, one in point.parallel)
        if large([count], machine.cache) and count > _CLEARLY * machine.bandwidth[1] * seconds:
            rate, most = count / seconds / 1e9, machine.bandwidth[1] / 1e9
            return (
                f"n = {point.n}: {count >> 20} MB of results in {1e3 * seconds:.2f} ms are {rate:.0f} GB/s, and this "
                f"machine's memory moves {most:.0f}: the work was not done in the time that was measured"
            )
    return ""
