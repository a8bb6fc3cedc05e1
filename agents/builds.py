"""The builds of a candidate that a trial needs, begun in the background.

Cut-offs: the candidate is built as it would be used, and with ``UNSEQ_CUTOFF`` at 0 so that small inputs take the
parallel path under the sanitizers and the race detector. Knows nothing of what is done with a build.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from unseq.agents.quiet import unless_measuring
from unseq.agents.screen import has_conditions
from unseq.agents.task import Candidate, Task
from unseq.backends.cuda.build import CUTOFF_OF_THE_RUN, SUFFIX, cuda_source
from unseq.backends.cuda.launches import NotRewritten
from unseq.backends.host.build import Source, build, folder_of, preprocessed
from unseq.backends.host.together import build_together, fits, includes_of
from unseq.backends.parlay.toolchain import AS_UPSTREAM, RuntimeKind, Toolchain
from unseq.backends.results import Built, Rejected
from unseq.frontend.ir.nodes import Function

# Under the detector each iteration is a strand; under the sanitizers blocks have ends inside of small inputs.
_NO_CUTOFF = ("-DUNSEQ_CUTOFF=0",)
_SMALL_BLOCKS = ("-DUNSEQ_CUTOFF=0", "-DUNSEQ_BLOCK=13", "-Og")  # which compiles faster than -O1
_ANY_CUTOFF = ("-DUNSEQ_CUTOFF=1000",)
_AS_USED = ("-O3",)
_OPENMP = re.compile(r"^[ \t]*#[ \t]*pragma[ \t]+omp\b.*", re.MULTILINE)
_PARLAY = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]parlay/", re.MULTILINE)
_EXECUTION = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<execution>", re.MULTILINE)
# Other functions of a file say nothing of this one: their fork sites are left out.
_REACHED_ONLY = ("-fvisibility=hidden", "-ffunction-sections", "-Wl,--gc-sections")
# Parallel algorithms of the standard library over our own fork and join, which the detector and the counters see.
OBSERVED_ALGORITHMS = ("-D_GLIBCXX_USE_TBB_PAR_BACKEND=0", "-include", "unseq/execution.h")

Builds = dict[RuntimeKind, Future[Built | Rejected]]


@dataclass(frozen=True, slots=True)
class Started:
    """The builds of a candidate; ``number``: its place among those that it is built together with."""

    builds: Builds
    number: int | None = None


def start_together(
    task: Task, candidates: Sequence[Candidate], toolchain: Toolchain, executor: ThreadPoolExecutor, scratch: Path
) -> tuple[Started, ...]:
    """The builds of several candidates. What is used and timed is built for each alone; what is only looked at is
    built once for all that fit together, or one by one where that fails."""
    plain = RuntimeKind.PLAIN
    started: dict[int, Started] = {}
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, candidate in enumerate(candidates):
        kinds = (RuntimeKind.CUDA, RuntimeKind.CUDA_RACE) if is_cuda(candidate) else (plain,)
        builds = {kind: start_build(task, candidate, toolchain, executor, scratch, kind) for kind in kinds}
        started[k] = Started(builds)
        if is_cuda(candidate):
            continue
        source = _source(task, candidate, ())
        fitting = candidate.path is None and fits(task.function, source) and not adds_openmp(task, candidate)
        groups.setdefault(includes_of(source) if fitting else (str(k),), []).append(k)
    for group in groups.values():
        for kind in (RuntimeKind.ASAN, detector_kind(toolchain)):
            if len(group) == 1:
                (k,) = group
                started[k].builds[kind] = start_build(task, candidates[k], toolchain, executor, scratch, kind)
                continue
            sources = [_source_for(task, candidates[k], toolchain, kind) for k in group]
            whole = executor.submit(unless_measuring, build_together, toolchain, task.function, sources, kind, scratch)
            for number, k in enumerate(group):
                # The executor takes tasks in order: the whole is being built when this waits for it.
                part = executor.submit(_part, whole, toolchain, task.function, sources[number], kind, scratch)
                started[k] = Started({**started[k].builds, kind: part}, number)
    return tuple(started[k] for k in range(len(candidates)))


def _part(
    whole: Future[Built | Rejected], toolchain: Toolchain, function: Function, source: Source, kind: RuntimeKind,
    scratch: Path,
) -> Built | Rejected:
    """A library with a candidate in it: the one of all, else one of its own."""
    made = whole.result()
    if isinstance(made, Built):
        return made
    return unless_measuring(build, toolchain, function, source, kind, scratch)


def is_cuda(candidate: Candidate) -> bool:
    """Whether a candidate is a CUDA file."""
    return candidate.suffix == SUFFIX


def start_build(
    task: Task, candidate: Candidate, toolchain: Toolchain, executor: ThreadPoolExecutor, scratch: Path,
    kind: RuntimeKind, *, forced: bool = True,
) -> Future[Built | Rejected]:
    """One build, begun in the background; ``forced``: unless it is the one that is used, with cut-offs at 0."""
    if is_cuda(candidate):
        return executor.submit(unless_measuring, _kernels, task, candidate, toolchain, scratch, kind)
    source = _source_for(task, candidate, toolchain, kind, forced=forced)
    return executor.submit(unless_measuring, build, toolchain, task.function, source, kind, scratch)


def _kernels(
    task: Task, candidate: Candidate, toolchain: Toolchain, scratch: Path, kind: RuntimeKind
) -> Built | Rejected:
    """A CUDA file for the CPU; ours with a cut-off that each run sets, others as they are written."""
    try:
        flags = CUTOFF_OF_THE_RUN if candidate.path is None else _REACHED_ONLY
        source = cuda_source(candidate.text, flags, folder_of(candidate.path or task.function.unit.path))
    except NotRewritten as error:
        return Rejected(str(error), kind.value)
    return build(toolchain, task.function, source, kind, scratch)


def depends_on_the_build(task: Task, candidate: Candidate, toolchain: Toolchain) -> bool:
    """Whether other lines of the candidate are compiled for the checks than for use, cut-offs apart."""
    original = task.function.unit.text.decode("utf-8", "replace")
    if not has_conditions(candidate.text, original):
        return False
    found = set()
    for kind in (RuntimeKind.PLAIN, RuntimeKind.ASAN, detector_kind(toolchain)):
        used = _AS_USED if kind is RuntimeKind.PLAIN else ()
        flags = (*used, *_ANY_CUTOFF, *_called_for(task, candidate, toolchain, kind))
        found.add(preprocessed(toolchain, _source(task, candidate, flags), kind))
    return len(found) > 1


def _source(task: Task, candidate: Candidate, flags: tuple[str, ...]) -> Source:
    c = candidate.suffix == ".c"
    return Source(candidate.text.encode(), c, True, flags, folder_of(candidate.path or task.function.unit.path))


def _source_for(
    task: Task, candidate: Candidate, toolchain: Toolchain, kind: RuntimeKind, *, forced: bool = True
) -> Source:
    exact = kind is RuntimeKind.RACE
    cutoffs = _AS_USED if kind is RuntimeKind.PLAIN else () if not forced else _NO_CUTOFF if exact else _SMALL_BLOCKS
    return _source(task, candidate, (*cutoffs, *_called_for(task, candidate, toolchain, kind)))


def _called_for(task: Task, candidate: Candidate, toolchain: Toolchain, kind: RuntimeKind) -> tuple[str, ...]:
    """Flags that the text of a candidate calls for."""
    flags: tuple[str, ...] = ("-fopenmp",) if adds_openmp(task, candidate) else ()
    if candidate.path is not None:
        flags += _REACHED_ONLY + (AS_UPSTREAM if uses_parlaylib(candidate.text) else ())
    if uses_policies(candidate.text):
        as_used = kind is RuntimeKind.PLAIN
        flags += ("-isystem", str(toolchain.tbb_include)) if as_used else OBSERVED_ALGORITHMS
    return flags


def uses_parlaylib(text: str) -> bool:
    """Whether a file includes ParlayLib's headers."""
    return _PARLAY.search(text) is not None


def uses_policies(text: str) -> bool:
    """Whether a file includes the standard library's execution policies."""
    return _EXECUTION.search(text) is not None


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
