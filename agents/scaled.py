"""Measures work and span of a candidate on its largest input, and predicts its speedups from them.

Knows which runs that takes, and how fork sites become lines of the candidate; the model is `scaling`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from unseq.agents.calibration import calibrated
from unseq.agents.scaling import Scaling, scaling
from unseq.agents.screen import fork_sites
from unseq.agents.task import Effort
from unseq.agents.tester.timing import TimingCase
from unseq.backends.host.blob import Schedule
from unseq.backends.host.races import locate
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Buffer, Case, Struct, Text, Value
from unseq.backends.host.values import Sequence as Items
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.process import Limits, run
from unseq.frontend.ir.nodes import Function

_WORKERS = {Effort.QUICK: (64,), Effort.NORMAL: (2, 64), Effort.THOROUGH: (2, 64)}
_CALLS = {Effort.QUICK: 3, Effort.NORMAL: 5, Effort.THOROUGH: 9}
_MOST_ADDRESSES = 48


@dataclass(frozen=True, slots=True)
class Program:
    """A built candidate: ``library`` is the one that is used, ``with_lines`` a build of the same text that knows its
    lines."""

    place: Session
    function: Function
    library: Path
    with_lines: Path


def scaled(
    program: Program, largest: TimingCase, sequential_s: float, effort: Effort, quiet: bool
) -> Scaling | None:
    """Predictions for calls with the largest input, which take the original so many seconds; None where nothing can be
    measured. To be called while nothing else is."""
    machine = calibrated(program.place, quiet)
    if machine is None:
        return None
    case, n = largest.case, largest.n
    schedule = Schedule((0,) * (1 + _CALLS[effort]), call_s=60.0, reuse=True, statics=True, measured=True)
    lines = site_lines(program.library, program.with_lines)
    found: Scaling | None = None
    for workers in _WORKERS[effort]:
        # The runtime tells a program that it has so many workers, for some algorithms cut their work by that.
        setting = Setting(RuntimeKind.WORKSPAN, True, workers)
        done = run_cases(program.place, program.function, program.library, [case], schedule, setting)
        if done.failure is not None:
            return None
        warm = replace(done, spans=done.spans[1:])
        one = scaling(n, sequential_s, case_bytes(case), warm, lines, machine)
        if one is None:
            return None
        if found is not None:
            few = tuple((p, x) for p, x in found.predicted if p <= 4)
            one = replace(one, predicted=(*few, *((p, x) for p, x in one.predicted if p > 4)))
        found = one
    return found


def case_bytes(case: Case) -> int:
    """Bytes of all buffers of an input."""
    return sum(_bytes(value) for value in (*case.values, *case.globals))


def _bytes(value: Value) -> int:
    if isinstance(value, Buffer):
        return value.array.nbytes
    if isinstance(value, Text):
        return len(value.data)
    parts = value.fields if isinstance(value, Struct) else value.items if isinstance(value, Items) else ()
    return sum(_bytes(part) for part in parts)


def site_lines(library: Path, with_lines: Path) -> dict[int, int]:
    """For each fork site of a library, by address: the first line of the candidate that its body comes from."""
    lines = _lines_by_name(with_lines)
    return {address: lines[name] for address, name in fork_sites(library).items() if name in lines}


_CANDIDATE = re.compile(r"(?:^|/)candidate\.cpp$")


def _lines_by_name(library: Path) -> dict[str, int]:
    if shutil.which("nm") is None:
        return {}
    done = run(["nm", "-S", "--defined-only", str(library)], limits=Limits(output_bytes=32 << 20))
    sampled: dict[int, str] = {}
    for row in done.stdout.decode("utf-8", "replace").splitlines():
        words = row.split()
        if len(words) == 4 and "unseq_site_" in words[3]:
            start, size = int(words[0], 16), int(words[1], 16)
            step = max(1, size // _MOST_ADDRESSES)
            sampled |= dict.fromkeys(range(start, start + size, step), words[3])
    found: dict[str, int] = {}
    for address, spot in locate(library, sampled).items():
        if spot.line and _CANDIDATE.search(spot.file):
            name = sampled[address]
            found[name] = min(spot.line, found.get(name, spot.line))
    return found
