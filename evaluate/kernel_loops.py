"""Kernels back into sequential functions, delivered only where both give the same on every input.

Knows the order of things; what a kernel's loops are the front end knows, and whether both agree says the check of the
kernel against the function that was made of it.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from unseq.agents.translate import Options
from unseq.backends.cuda.build import SUFFIX
from unseq.backends.parlay.toolchain import Toolchain
from unseq.evaluate.batch import EVIDENCE, Delivered
from unseq.evaluate.checking import check
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.kernel_files import declarations, kernels_of
from unseq.evaluate.report.delivery import output_folder, write_all
from unseq.evaluate.report.notes import reasons
from unseq.evaluate.report.record import Code, Reason, Record, envelope
from unseq.frontend.kernel_loops import as_loops
from unseq.frontend.source import InputError, Language, SourceUnit, Unsupported, read

AUTHOR = "rules"


def translate_kernels(
    source: Path, names: Sequence[str], output: Path, options: Options, toolchain: Toolchain, watcher: Watcher
) -> Delivered:
    """Writes each kernel of a CUDA file (``names``: only these) as a function in a file of its own in ``output``.

    Raises ``InputError`` for bad input, with nothing written."""
    started = time.monotonic()
    if source.suffix != SUFFIX:
        raise InputError(f"{source}: kernels stand in a {SUFFIX} file")
    unit = read(source, Language.CPP)
    known = kernels_of(unit)
    missing = next((name for name in names if name not in known), None)
    if missing is not None or not known:
        there = f"; it has {', '.join(known)}" if known else ""
        raise InputError(f"{source}: no kernel" + (f" '{missing}'" if missing else "") + there)
    records: list[Record] = []
    texts: dict[Path, str] = {}
    with output_folder(output):
        for name in names or known:
            record, text = _translated(unit, name, known[name], options, toolchain, watcher)
            if record.verdict == "Pass":
                path = output / f"{source.stem}.{name}.cpp"
                texts[path] = text
                record = replace(record, output=str(path.resolve()))
            records.append(record)
        write_all({**texts, output / EVIDENCE: json.dumps(envelope(tuple(records)), indent=1)})
    return Delivered(tuple(records), (*texts, output / EVIDENCE), time.monotonic() - started)


def _translated(
    unit: SourceUnit, name: str, line: int, options: Options, toolchain: Toolchain, watcher: Watcher
) -> tuple[Record, str]:
    """What came of one kernel, and the text of the function."""
    refused = Record(str(unit.path), name, line, "c", "refused")
    try:
        text = as_loops(declarations(unit).text[: len(unit.text)], unit.text, name)
    except Unsupported as error:
        return replace(refused, reasons=reasons((error.diagnostic,))), ""
    with tempfile.TemporaryDirectory(prefix="unseq-") as folder:
        made = Path(folder) / f"{name}.cpp"
        made.write_text(text, encoding="utf-8")
        try:
            record = check(unit.path, made, name, options, toolchain, watcher, name)
        except InputError as error:
            told = re.sub(rf"{re.escape(str(made))}:(\d+)", "line \\1 of what was made of it", str(error))
            return replace(refused, reasons=(Reason(line, told.removeprefix(f"{unit.path}: ")),)), ""
    code = record.code
    assert code is not None
    swapped = Code(code.parallel or "", code.parallel_line or 1, code.original, code.original_line)
    return replace(record, target="c", author=AUTHOR, code=swapped), text
