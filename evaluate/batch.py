"""Translates the functions of a file or a folder and delivers what passed.

Knows the order of things: everything is decided before the first file is written, the functions of one file that passed
are emitted together, and one report covers all. An interrupt delivers what is finished. How a single function is
translated and judged is handed in.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unseq.agents.rules.better.second import Second, combined
from unseq.agents.rules.device.plan import DevicePlan
from unseq.agents.rules.device.plan import combined as combined_devices
from unseq.backends.cuda import emit as cuda
from unseq.backends.cuda.build import SUFFIX as CUDA_SUFFIX
from unseq.backends.parlay.cmakelists import Source, cmakelists
from unseq.backends.parlay.emit.file import emit
from unseq.backends.plan import Plan
from unseq.evaluate.jobs import Watcher, work_through
from unseq.evaluate.report.delivery import output_folder, write_all
from unseq.evaluate.report.excerpt import excerpt
from unseq.evaluate.report.html import page
from unseq.evaluate.report.record import Code, Reason, Record, envelope
from unseq.frontend.lower import FunctionHead, functions
from unseq.frontend.selection import Selected, select
from unseq.frontend.source import InputError, Language, SourceUnit

EVIDENCE, REPORT, CMAKELISTS = "evidence.json", "report.html", "CMakeLists.txt"
SUFFIX = ".parlay.cpp"
BETTER = ".better"  # before the suffix, where the algorithms are others


@dataclass(frozen=True, slots=True)
class Translated:
    """What came of one function. ``plan`` is what to emit, None when the original stays.

    ``idle``: it holds nothing that could become parallel, so that only who asks for it by name wants to hear of it.
    ``second``: a candidate by a better algorithm that passed, to be emitted in a file of its own. ``judged``: the text
    that the record speaks of. ``device``: the plan, where the target is a GPU."""

    record: Record
    plan: Plan | None = None
    idle: bool = False
    second: Second | None = None
    judged: str = ""
    device: DevicePlan | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The records of a run, and the files that it wrote."""

    records: tuple[Record, ...]
    files: tuple[Path, ...]
    seconds: float

    @property
    def envelope(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return envelope(self.records)

    @property
    def exit_code(self) -> int:
        """0 when at least one function was translated and none failed, else 1."""
        outcomes = {record.outcome for record in self.records}
        return 0 if "translated" in outcomes and "failed" not in outcomes else 1


Translate = Callable[[SourceUnit, FunctionHead, Watcher], Translated]


class Interrupted(KeyboardInterrupt):
    """The user ended a run; the message says what was delivered all the same."""


def translate_all(
    source: Path, names: Sequence[str], output: Path, translate: Translate, watcher: Watcher, tools: Path,
    jobs: int = 1, target: str = "parlay",
) -> Delivered:
    """Translates what ``names`` (none: all functions but ``main``) mean in ``source``, ``jobs`` at once, and writes the
    results to ``output``. ``tools``: the folder of the ``unseq`` command.

    Raises ``InputError``, with nothing written, for bad input; of several functions only when it concerns all. Raises
    ``Interrupted`` when the user ended it, with the finished functions written."""
    started = time.monotonic()
    selected = select(source, names)
    with output_folder(output):
        todo = [
            (item.path, item.unit, head)
            for item in selected
            if item.unit is not None
            for head in item.heads
            if names or not head.is_main
        ]

        def one(k: int, watching: Watcher) -> Translated | InputError:
            _, unit, head = todo[k]
            try:
                return translate(unit, head, watching)
            except InputError as error:
                return error

        results = work_through([head.name for _, _, head in todo], one, watcher, jobs)
        cut_short = len(results) < len(todo)
        if cut_short and not results:
            raise Interrupted
        done = _translated(todo, results, bool(names), target)
        records, texts = _emitted(selected, done, source, output, tools, target)
        files = {output / EVIDENCE: json.dumps(envelope(records), indent=1), output / REPORT: page(records)}
        write_all({**texts, **files})
    if cut_short:
        raise Interrupted(f"{len(results)} of {len(todo)} functions were finished: {output / REPORT}")
    return Delivered(records, (*texts, *files), time.monotonic() - started)


Job = tuple[Path, SourceUnit, FunctionHead]
Done = dict[Path, list[tuple[FunctionHead, Translated]]]


def _translated(todo: Sequence[Job], results: Mapping[int, Translated | InputError], named: bool, target: str) -> Done:
    """What came of each function, file by file. Raises the first error where nothing else came."""
    done: Done = {}
    for k in sorted(results):
        path, _, head = todo[k]
        result = results[k]
        if isinstance(result, InputError):
            reason = Reason(head.span.line, str(result).removeprefix(f"{path}: "))
            result = Translated(Record(str(path), head.name, head.span.line, target, "failed", reasons=(reason,)))
        done.setdefault(path, []).append((head, result))
    errors = [results[k] for k in sorted(results) if isinstance(results[k], InputError)]
    if errors and len(errors) == len(todo):
        assert isinstance(errors[0], InputError)
        raise errors[0]
    if not named and any(not result.idle for results in done.values() for _, result in results):
        done = {path: [pair for pair in results if not pair[1].idle] for path, results in done.items()}
    return done


def _emitted(
    selected: Sequence[Selected], done: Done, source: Path, output: Path, tools: Path, target: str
) -> tuple[tuple[Record, ...], dict[Path, str]]:
    """The records in their final form, and the texts to write: emitted files and what builds them."""
    records: list[Record] = []
    texts: dict[Path, str] = {}
    built: list[Source] = []
    for item in selected:
        if item.unit is None:
            reason = Reason(1, item.error)
            records.append(Record(str(item.path), "(file)", 1, target, "failed", reasons=(reason,)))
            continue
        results = done.get(item.path, [])
        plans = [result.plan for _, result in results if result.plan is not None]
        if not plans:
            records += [_with_code(result.record, item.unit, head, None, None) for head, result in results]
            continue
        devices = [result.device for _, result in results if result.device is not None]
        path = _place(item.path, source, output, texts, CUDA_SUFFIX if devices else SUFFIX)
        texts[path] = (cuda.emit(*combined_devices(devices)) if devices else emit(item.unit, plans)).text
        emitted = SourceUnit(path, Language.CPP, texts[path].encode())
        better = _better(results, path, texts)
        for head, result in results:
            changed = result.plan is not None
            record = replace(result.record, output=os.path.abspath(path)) if changed else result.record
            if result.second is not None and record.better is not None and better is not None:
                record = replace(record, better=replace(record.better, output=os.path.abspath(better)))
            record = _with_code(record, item.unit, head, emitted if changed else None, path)
            records.append(_with_lines(record, result.judged))
        program = any(head.is_main for head in functions(item.unit))
        if not devices:
            built.append(Source(path.relative_to(output), item.path.parent.resolve(), program))
    if built:
        texts[output / CMAKELISTS] = cmakelists(built, tools)
    return tuple(records), texts


def _better(
    results: Sequence[tuple[FunctionHead, Translated]], path: Path, texts: dict[Path, str]
) -> Path | None:
    """Adds the file of the second candidates, beside that of the first ones; returns its path, None for none."""
    seconds = [result.second for _, result in results if result.second is not None]
    if not seconds:
        return None
    place = path.with_name(path.name.removesuffix(SUFFIX) + BETTER + SUFFIX)
    texts[place] = emit(*combined(seconds)).text
    return place


def _place(path: Path, source: Path, output: Path, taken: dict[Path, str], suffix: str) -> Path:
    """Where an emitted file goes: as deep in ``output`` as the original is in ``source``, under a name of its own."""
    folder = output / path.parent.relative_to(source) if source.is_dir() else output
    made = folder / f"{path.stem}{suffix}"
    # a.c and a.cpp in one folder
    return made if made not in taken else folder / f"{path.name.replace('.', '_')}{suffix}"


def _with_code(
    record: Record, unit: SourceUnit, head: FunctionHead, emitted: SourceUnit | None, path: Path | None
) -> Record:
    original, line = whole_lines(unit, head)
    if emitted is None:
        return replace(record, code=Code(original, line))
    try:
        twins = [other for other in functions(emitted) if other.name == head.name]
    except InputError:
        twins = []
    if twins:
        overload = [other.span for other in functions(unit) if other.name == head.name].index(head.span)
        text, first = whole_lines(emitted, twins[min(overload, len(twins) - 1)])
    else:
        whole = emitted.text.decode()
        text, first = excerpt(whole, unit.slice(head.span).partition("{")[0].rstrip()) or (whole, 1)
    return replace(record, code=Code(original, line, text, first))


def _with_lines(record: Record, judged: str) -> Record:
    """Forks at their lines of the emitted file, in which the function may stand elsewhere than in what was judged."""
    code, measured = record.code, record.work_span
    if code is None or measured is None or code.parallel is None or code.parallel_line is None:
        return record
    before, found, _ = judged.partition(code.parallel)
    shift = code.parallel_line - 1 - before.count("\n") if found else 0
    loops = tuple(replace(loop, line=loop.line + shift) for loop in measured.loops)
    return replace(record, work_span=replace(measured, loops=loops))


def whole_lines(unit: SourceUnit, head: FunctionHead) -> tuple[str, int]:
    """The lines that a function stands on, and the number of the first."""
    start = unit.text.rfind(b"\n", 0, head.span.start) + 1
    end = unit.text.find(b"\n", max(head.span.end - 1, start))
    return unit.text[start : len(unit.text) if end < 0 else end].decode("utf-8", "replace"), head.span.line
