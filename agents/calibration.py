"""What forks and memory cost on this machine, measured once with two small functions of our own and kept.

Knows what is measured and where it is kept; what the figures are for is `scaling`'s business. Must be called while
nothing else is measured (`quiet`).
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from pathlib import Path

import numpy as np

from unseq.agents.scaling import Machine, as_text, kept
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import Source, build
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.inventory import machine
from unseq.backends.parlay.toolchain import RuntimeKind, cache_folder
from unseq.backends.results import Built
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

_SEQUENTIAL = """void stream(long n, const double *x, double *y) { for (long i = 0; i < n; i++) y[i] = x[i] + 1; }
void spread(long n, long work, double *y) { for (long i = 0; i < n; i++) y[i] = work; }
"""
_STREAM = """#include <parlay/parallel.h>
void stream(long n, const double *x, double *y) { parlay::parallel_for(0, n, [=](size_t i) { y[i] = x[i] + 1; }); }
"""
_SPREAD = """#include <parlay/parallel.h>
void spread(long n, long work, double *y) {
  parlay::parallel_for(0, n, [=](size_t i) {
    double sum = i;
    for (long k = 0; k < work; k++) sum = sum * 0.999 + 1;
    y[i] = sum;
  }, 1);
}
"""
_STREAMED = 4 << 20  # elements: more than caches hold
_FEW, _MANY = 64, 4096  # strands
_WORK = 2000  # steps of a strand: some microseconds
_REPETITIONS = 15
_BUSY = 0.75  # two processors that take so much of one's time were not free
_USUAL = Machine(2e-6, 5e-8, (1.0e10, 1.5e10), 32 << 20)  # where nothing can be measured; from a server of 2020


def calibrated(place: Session, quiet: bool) -> Machine | None:
    """This machine's figures: kept ones, else measured now, and kept if the machine was quiet. None where the functions
    cannot be built or run."""
    key = hashlib.sha256(f"{machine()} {place.toolchain.runtime(RuntimeKind.PLAIN)} {_SPREAD}".encode()).hexdigest()
    path = cache_folder() / "machines" / f"{key[:16]}.json"
    known = kept(path)
    if known is not None:
        return known
    found = _measure(place)
    if found is _USUAL or found is None:
        return found
    if quiet:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(as_text(found))
        os.replace(file.name, path)
    return found


def measured(place: Session, quiet: bool) -> Machine | None:
    """This machine's figures where they could be measured; never the usual ones."""
    found = calibrated(place, quiet)
    return None if found == _USUAL else found


def _measure(place: Session) -> Machine | None:
    unit = SourceUnit(Path("calibration.cpp"), Language.CPP, _SEQUENTIAL.encode())
    stream, spread = lower(unit, "stream"), lower(unit, "spread")
    source = np.zeros(_STREAMED)
    streamed = Case((Scalar(_STREAMED), Buffer(source), Buffer(source)), "")
    few, many = (Case((Scalar(n), Scalar(_WORK), Buffer(np.zeros(n))), "") for n in (_FEW, _MANY))
    streams = [_seconds(place, stream, _STREAM, streamed, threads, 5) for threads in (1, 2)]
    fews = [_seconds(place, spread, _SPREAD, few, threads, _REPETITIONS) for threads in (1, 2)]
    manys = [_seconds(place, spread, _SPREAD, many, threads, _REPETITIONS) for threads in (1, 2)]
    if None in (*streams, *fews, *manys):
        return None
    one, two = (2 * source.nbytes / float(time or 1) for time in streams)
    if max(float(t[1] or 0) / float(t[0] or 1) for t in (fews, manys)) > _BUSY:
        return _USUAL
    excess_few, excess_many = (float(t[1] or 0) - float(t[0] or 0) / 2 for t in (fews, manys))
    strand = max(0.0, 2 * excess_many / _MANY)
    level = max(0.0, 2 * (excess_few - strand * _FEW / 2) / math.log2(_FEW))
    return Machine(level, strand, (one, max(one, two)), last_cache())


def _seconds(
    place: Session, function: Function, text: str, case: Case, threads: int, repetitions: int
) -> float | None:
    source = Source(text.encode(), False, True, ("-O3",))
    built = build(place.toolchain, function, source, RuntimeKind.PLAIN, place.folder)
    if not isinstance(built, Built):
        return None
    schedule = Schedule((0,) * (repetitions + 2), call_s=10.0, reuse=True)
    done = run_cases(place, function, built.library, [case], schedule, Setting(RuntimeKind.PLAIN, True, threads))
    # The least: what disturbs only adds.
    return min((called.wall_s for called in done.calls[2:]), default=None) if done.failure is None else None


def last_cache() -> int:
    """Bytes of the largest cache; 32 MiB where the system does not tell."""
    sizes = []
    for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        text = path.read_text().strip()
        if text[:-1].isdigit() and text[-1:] in "KM":
            sizes.append(int(text[:-1]) << (10 if text[-1] == "K" else 20))
    return max(sizes, default=32 << 20)
