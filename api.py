"""The Python entry points: what the commands do, without a command line. They only wire the rooms together."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unseq.agents.task import Contract, Effort, FloatPolicy
from unseq.agents.translate import Options
from unseq.backends.cuda.run import executor
from unseq.backends.inventory import Item, inventory, machine, processors
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.evaluate.batch import EVIDENCE, REPORT, Delivered, Translated, translate_all
from unseq.evaluate.bench import gpu
from unseq.evaluate.bench.metrics import metrics
from unseq.evaluate.bench.problems import problems
from unseq.evaluate.bench.row import Row, envelope
from unseq.evaluate.bench.runner import run, solver
from unseq.evaluate.checking import check as checked
from unseq.evaluate.explain import explain
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.kernel_loops import translate_kernels
from unseq.evaluate.report.delivery import write_all
from unseq.evaluate.report.html import page
from unseq.evaluate.report.record import Record, read_records
from unseq.evaluate.translation import translated
from unseq.frontend.facts import Claim
from unseq.frontend.lower import FunctionHead
from unseq.frontend.source import SourceUnit

__all__ = ["bench", "bench_gpu", "check", "config", "doctor", "explain", "report", "translate"]


class Unwatched:
    """Nobody wants to know how far the work is."""

    def expect(self, total: int) -> None:
        """Says nothing."""

    def begin(self, name: str) -> None:
        """Says nothing."""

    def stage(self, name: str, detail: str = "") -> None:
        """Says nothing."""

    def end(self) -> None:
        """Says nothing."""


def translate(
    source: Path,
    names: Sequence[str] = (),
    output: Path = Path("unseq-out"),
    *,
    target: str = "parlay",
    inputs: Path | None = None,
    fp: str = "reassoc",
    require: str = "tested",
    assume: Sequence[str] = (),
    only_faster: bool = False,
    arguments: Mapping[str, str] | None = None,
    parlaylib: Path | None = None,
    effort: str = "normal",
    seed: int = 0,
    search: int = 0,
    jobs: int = 1,
    progress: Watcher | None = None,
) -> Delivered:
    """Makes functions of a file or folder parallel, judges them, and writes what passed to ``output``.

    ``names``: the functions that are meant, all when empty. The other arguments are those of ``unseq translate``.
    Raises ``InputError`` for bad input, with nothing written, and ``ToolMissing`` without a compiler; ``Interrupted``
    when the user ended it, with the finished functions written."""
    if target not in ("parlay", "cuda", "c"):
        raise ValueError(f"target {target!r}")
    watcher = progress or Unwatched()
    contract = Contract(FloatPolicy(fp), frozenset(assume), Claim(require))
    given = dict(arguments or {})
    options = Options(contract, Effort(effort), seed, inputs, only_faster, given, search=search, target=target)
    toolchain = find_toolchain(parlaylib)
    if target == "c":
        return translate_kernels(source, names, output, options, toolchain, watcher)

    def one(unit: SourceUnit, head: FunctionHead, watching: Watcher) -> Translated:
        return translated(unit, head, options, toolchain, watching)

    return translate_all(source, names, output, one, watcher, Path(sys.argv[0]).resolve().parent, jobs, target)


def check(
    source: Path,
    against: Path,
    name: str,
    *,
    inputs: Path | None = None,
    fp: str = "reassoc",
    effort: str = "normal",
    parlaylib: Path | None = None,
    seed: int = 0,
    kernel: str | None = None,
    progress: Watcher | None = None,
) -> Record:
    """Judges the parallel function ``name`` of ``source`` against the sequential one of ``against``.

    The other arguments are those of ``unseq check``. Raises ``InputError`` for bad input and ``ToolMissing`` without a
    compiler."""
    options = Options(Contract(FloatPolicy(fp)), Effort(effort), seed, inputs)
    return checked(source, against, name, options, find_toolchain(parlaylib), progress or Unwatched(), kernel)


def bench(
    name: str,
    *,
    target: str = "parlay",
    only: str | None = None,
    effort: str = "quick",
    seed: int = 0,
    parlaylib: Path | None = None,
    resume: Path | None = None,
    vary: int | None = None,
    timing: bool = True,
    progress: Watcher | None = None,
) -> tuple[tuple[Row, ...], dict[str, Any]]:
    """Translates and judges every problem of a set; the rows, and what ``unseq bench --json`` prints.

    ``only``: a pattern of names; ``resume``: a folder that keeps each row as soon as it is known; ``vary``: a seed, to
    translate variations of the sources in their place; without ``timing`` nothing is measured. Raises ``InputError``
    for bad input and ``ToolMissing`` without a compiler."""
    watcher = progress or Unwatched()
    todo = problems(name, only)
    options = Options(effort=Effort(effort), seed=seed, timed=timing and target == "parlay", target=target)
    solve = solver(options, find_toolchain(parlaylib), watcher, vary)
    rows = tuple(run(todo, solve, watcher, resume, vary))
    return rows, envelope(rows, {"description": machine(), "processors": processors()}, metrics(rows))


def bench_gpu(
    name: str,
    *,
    only: str | None = None,
    effort: str = "quick",
    seed: int = 0,
    output: Path | None = None,
    progress: Watcher | None = None,
    there: gpu.Executor | None = None,
) -> tuple[tuple[gpu.GpuRow, ...], dict[str, Any]]:
    """Runs the CUDA translations of a set on a GPU; the rows, and what ``unseq bench --gpu`` prints and writes.

    ``output``: a file for that; ``there``: what runs them, this machine's first GPU unless given. Raises ``InputError``
    for bad input, and ``ToolMissing`` without a compiler or a GPU."""
    todo = problems(name, only)
    toolchain, device = find_toolchain(None), there or executor()
    options = Options(effort=Effort(effort), seed=seed, timed=False, target="cuda")
    rows = tuple(gpu.run(todo, options, toolchain, device, progress or Unwatched()))
    found = gpu.envelope(rows, device.device, {"description": machine(), "processors": processors()})
    if output is not None:
        write_all({output: json.dumps(found, indent=2, ensure_ascii=False) + "\n"})
    return rows, found


def report(folder: Path, output: Path | None = None) -> Path:
    """Makes the HTML report of what ``translate`` wrote into ``folder``; returns its path.

    Raises ``InputError`` when the folder holds no evidence."""
    target = output or folder / REPORT
    write_all({target: page(read_records(folder / EVIDENCE))})
    return target


def config(*, cflags: bool = False, libs: bool = False, parlaylib: Path | None = None) -> str:
    """The flags that compile and link emitted code, as one line for a shell. Raises ``ToolMissing``."""
    toolchain = find_toolchain(parlaylib)
    flags = (toolchain.cflags(RuntimeKind.PLAIN) if cflags else ()) + (
        toolchain.libs(RuntimeKind.PLAIN) if libs else ()
    )
    return shlex.join(flags)


def doctor(parlaylib: Path | None = None) -> tuple[Item, ...]:
    """What is installed, what is missing, and how to get it."""
    return inventory(parlaylib)
