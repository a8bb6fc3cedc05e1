"""``unseq explain`` of many functions: files, patterns and obstacles in numbers, before any single loop.

Knows notes and rich; finds nothing out itself.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unseq.evaluate.report.explanation import Explained, closing
from unseq.evaluate.report.terminal import place
from unseq.frontend.reasons import CATALOGUE, Why

MANY = 40  # functions, from which on an overview is shown
MOST_FILES = 25
MOST_REASONS = 12


def overview(functions: Sequence[Explained], elapsed: float) -> RenderableType:
    """Three tables: by file (those with most sequential loops first), by pattern, by what stands in the way."""
    folder = os.path.commonpath([os.path.dirname(function.file) for function in functions])
    short = [dataclasses.replace(f, file=f.file.removeprefix(folder).lstrip("/")) for f in functions]
    parts: list[RenderableType] = [Text(folder, "bold"), _files(short), Text(""), _patterns(short), Text("")]
    if any(not loop.parallel for function in short for loop in function.loops):
        parts += [_obstacles(short), Text("")]
    parts.append(closing(functions, elapsed))
    parts.append(Text("each loop with its reasons: unseq explain FILE, or --all", "dim"))
    return Group(*parts)


def _table(*columns: tuple[str, bool]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title, number in columns:
        table.add_column(title, justify="right" if number else "left", overflow="fold")
    return table


def _files(functions: Sequence[Explained]) -> RenderableType:
    counts: dict[str, Counter[str]] = {}
    for function in functions:
        count = counts.setdefault(function.file, Counter())
        count["functions"] += 1
        count["not understood"] += bool(function.reasons)
        for loop in function.loops:
            count["loops"] += 1
            count["parallel" if loop.parallel else "sequential"] += 1
    names = ("functions", "loops", "parallel", "sequential", "not understood")
    table = _table(("file", False), *((name, True) for name in names))
    ranked = sorted(counts.items(), key=lambda item: -item[1]["sequential"])
    for file, count in ranked[:MOST_FILES]:
        table.add_row(file, *(str(count[name]) if count[name] else "—" for name in names))
    if len(ranked) > MOST_FILES:
        table.add_row(Text(f"and {len(ranked) - MOST_FILES} more files", "dim"))
    return table


def _patterns(functions: Sequence[Explained]) -> RenderableType:
    found = Counter(
        (loop.what.split(" ")[0], loop.claim or "—")
        for function in functions
        for loop in function.loops
        if loop.parallel
    )
    table = _table(("parallel loops and calls", False), ("claim", False), ("number", True))
    for (pattern, claim), number in found.most_common():
        table.add_row(pattern, claim, str(number))
    return table


def _obstacles(functions: Sequence[Explained]) -> RenderableType:
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    for function in functions:
        for loop in function.loops:
            for reason in loop.reasons[:1]:
                found[reason.code] += 1
                first.setdefault(reason.code, place(function.file, reason.line, reason.column))
    table = _table(("what keeps loops sequential", False), ("", False), ("loops", True), ("for example", False))
    for code, number in found.most_common(MOST_REASONS):
        title = CATALOGUE[Why(code)].title if code else ""
        table.add_row(code, Text(title, "dim"), str(number), Text(first[code], "dim"))
    if len(found) > MOST_REASONS:
        table.add_row(Text(f"and {len(found) - MOST_REASONS} more kinds", "dim"))
    return table
