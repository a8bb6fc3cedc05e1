"""The builds of a candidate that a trial needs, begun in the background.

Cut-offs: the candidate is built as it would be used, and with ``UNSEQ_CUTOFF`` at 0 so that small inputs take the
parallel path under the sanitizers and the race detector. Knows nothing of what is done with a build.
"""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from unseq.agents.quiet import unless_measuring
from unseq.agents.screen import has_conditions
from unseq.agents.task import Candidate, Task
from unseq.backends.host.build import Source, build, preprocessed
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.results import Built, Rejected

_NO_CUTOFF = ("-DUNSEQ_CUTOFF=0",)
_ANY_CUTOFF = ("-DUNSEQ_CUTOFF=1000",)
_AS_USED = ("-O3",)
_OPENMP = re.compile(r"^[ \t]*#[ \t]*pragma[ \t]+omp\b.*", re.MULTILINE)

Builds = dict[RuntimeKind, Future[Built | Rejected]]


def start_builds(
    task: Task, candidate: Candidate, toolchain: Toolchain, executor: ThreadPoolExecutor, scratch: Path
) -> Builds:
    """The builds that a trial needs, begun in the background: as it is used, and with the parallel path forced."""
    kinds = (RuntimeKind.PLAIN, RuntimeKind.ASAN, detector_kind(toolchain))
    return {kind: start_build(task, candidate, toolchain, executor, scratch, kind) for kind in kinds}


def start_build(
    task: Task, candidate: Candidate, toolchain: Toolchain, executor: ThreadPoolExecutor, scratch: Path,
    kind: RuntimeKind, *, forced: bool = True,
) -> Future[Built | Rejected]:
    """One build, begun in the background; ``forced``: unless it is the one that is used, with cut-offs at 0."""
    flags = _AS_USED if kind is RuntimeKind.PLAIN else _NO_CUTOFF if forced else ()
    source = _source(task, candidate, flags)
    return executor.submit(unless_measuring, build, toolchain, task.function, source, kind, scratch)


def depends_on_the_build(task: Task, candidate: Candidate, toolchain: Toolchain) -> bool:
    """Whether other lines of the candidate are compiled for the checks than for use, cut-offs apart."""
    original = task.function.unit.text.decode("utf-8", "replace")
    if not has_conditions(candidate.text, original):
        return False
    kinds = (RuntimeKind.PLAIN, RuntimeKind.ASAN, detector_kind(toolchain))
    flags = {kind: (*(_AS_USED if kind is RuntimeKind.PLAIN else ()), *_ANY_CUTOFF) for kind in kinds}
    return len({preprocessed(toolchain, _source(task, candidate, flags[kind]), kind) for kind in kinds}) > 1


def _source(task: Task, candidate: Candidate, flags: tuple[str, ...]) -> Source:
    folder = task.function.unit.path.resolve().parent
    openmp = ("-fopenmp",) if adds_openmp(task, candidate) else ()
    return Source(candidate.text.encode(), False, True, (*flags, *openmp), folder if folder.is_dir() else None)


def adds_openmp(task: Task, candidate: Candidate) -> bool:
    """Whether a candidate has OpenMP directives that the original, which is built without OpenMP, does not have."""
    found, known = (
        Counter(line.strip() for line in _OPENMP.findall(text))
        for text in (candidate.text, task.function.unit.text.decode("utf-8", "replace"))
    )
    return bool(found - known)


def detector_kind(toolchain: Toolchain) -> RuntimeKind:
    """The exact race detector where it can be had, else ThreadSanitizer."""
    return RuntimeKind.RACE if toolchain.has(RuntimeKind.RACE) else RuntimeKind.TSAN
