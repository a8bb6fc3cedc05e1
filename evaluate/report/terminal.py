"""What a person reads in a terminal of a translation's result.

One screen first: a table over many functions, the figures of a single one. Knows records and rich; does not know how a
record comes about. Everything here is a renderable or goes to a console that the caller gives.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unseq.evaluate.report.figures import count, plural, ratio, seconds, short_count
from unseq.evaluate.report.record import Better, Reason, Record, Variant

PLAIN_WIDTH = 132
MOST_REASONS = 3  # of one function in a table over several
_CLAIM_STYLE = {"proved": "green", "guarded": "cyan", "tested": "yellow"}
_OUTCOME_STYLE = {"translated": "green", "refused": "yellow", "failed": "red"}


def show(target: Console, *parts: RenderableType) -> None:
    """Prints, without the blanks that rich pads lines with where nobody sees colours."""
    if target.is_terminal:
        target.print(*parts, sep="\n")
        return
    with target.capture() as captured:
        target.print(*parts, sep="\n")
    target.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    target.file.flush()


def console(*, stderr: bool = False) -> Console:
    """A console that keeps its tables whole when the output goes to a file or a pipe."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = PLAIN_WIDTH
    return made


def claim(text: str | None) -> Text:
    """A claim in its colour; a dash where there is none."""
    return Text(text or "—", _CLAIM_STYLE.get(text or "", "dim"))


def place(file: str, line: int, column: int | None = None) -> str:
    """``file:line:column``, as editors and terminals make clickable."""
    return f"{file}:{line}" + (f":{column}" if column else "")


def result(records: Sequence[Record], paths: Sequence[Path], elapsed: float, width: int) -> list[RenderableType]:
    """All of a translation: the figures of one function, or a table over several, and what was written."""
    if len(records) == 1:
        return [detail(records[0]), files(paths)]
    return [summary(records, width), closing(records, elapsed), files(paths)]


# --- one function ----------------------------------------------------------------------------------------------


def detail(record: Record) -> RenderableType:
    """All that one screen can say about one function."""
    rows: list[RenderableType] = [_headline(record)]
    if record.outcome != "translated":
        rows.append(_reasons(record.file, record.reasons, indent=2))
        return Group(*rows)
    if record.profile:
        rows.append(Padding(profile_table(record), (0, 0, 0, 2)))
    if record.search:
        rows.append(Padding(_search(record.search), (0, 0, 0, 2)))
    rows.append(Padding(evidence_table(record), (0, 0, 0, 2)))
    if record.better is not None:
        rows.append(Padding(_better(record.better), (0, 0, 0, 2)))
    return Group(*rows)


def _headline(record: Record) -> Text:
    line = Text()
    line.append(record.name, "bold")
    line.append("  ")
    if record.outcome == "translated":
        line.append_text(claim(record.claim))
        line.append(f" · {record.pattern}" if record.pattern else "")
        if record.wins == "no":
            line.append(" · no gain on this machine", "yellow")
    else:
        line.append(record.outcome, _OUTCOME_STYLE[record.outcome])
        if record.verdict and record.verdict != "Pass":
            line.append(f" · {record.verdict}")
    line.append(f"  {place(record.file, record.line)}   {record.seconds:.1f} s", "dim")
    return line


def profile_table(record: Record) -> Table:
    """Times by size and threads."""
    threads = [number for number, _ in record.profile[-1].parallel_s]
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("n", justify="right")
    table.add_column("original", justify="right")
    for number in threads:
        table.add_column(plural(number, "thread"), justify="right")
    table.add_column("speedup", justify="right")
    predicted = _few(record.work_span.predicted if record.work_span else (), threads)
    if predicted:
        table.add_column(f"predicted {' / '.join(str(number) for number, _ in predicted)} threads", justify="right")
    for point in record.profile:
        times = dict(point.parallel_s)
        cells = [count(point.n), _spread(point.sequential_s, point.spread)]
        cells += [seconds(times[number]) if number in times else "" for number in threads]
        row: list[str | Text] = [*cells, speedup(point.speedup)]
        if predicted:
            here = record.work_span is not None and record.work_span.n == point.n
            row.append(" / ".join(ratio(value) for _, value in predicted) if here else "")
        table.add_row(*row)
    return table


def _few(predicted: Sequence[tuple[int, float]], measured: Sequence[int]) -> tuple[tuple[int, float], ...]:
    """Three predictions, for numbers of processors that were not measured."""
    more = [one for one in predicted if one[0] > max(measured)]
    return tuple(more[k] for k in sorted({0, len(more) // 2, len(more) - 1}) if more)


def _search(tried: Sequence[Variant]) -> Table:
    """Every variant, its speedups, and which one was kept."""
    sizes = list(dict.fromkeys(n for variant in tried for n, _ in variant.speedups))
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("variant, timed side by side" if sizes else "variant", overflow="fold")
    for n in sizes:
        table.add_column(f"n = {short_count(n)}", justify="right")
    table.add_column("")
    for variant in tried:
        known = dict(variant.speedups)
        words = Text("; ".join(variant.choices) or "default", "bold" if variant.chosen else "")
        cells = [speedup(known[n]) if n in known else Text("") for n in sizes]
        failed = Text("" if variant.verdict == "Pass" else f"{variant.verdict}: dropped", "red")
        table.add_row("→" if variant.chosen else "", words, *cells, failed)
    return table


def _spread(value: float, spread: float | None) -> str:
    return seconds(value) + (f" ±{spread * 100:.0f}%" if spread is not None and spread >= 0.005 else "")


def speedup(value: float) -> Text:
    """A speedup in the colour of what it means."""
    style = "bold green" if value >= 1.1 else "red" if value < 0.9 else ""
    return Text(ratio(value), style)


def evidence_table(record: Record) -> Table:
    """What was tested, how well, and what else is to be known."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    strength = f", suite {record.suite_strength.strength}" if record.suite_strength else ""
    passed = f"{record.tests.cases - record.tests.failed}/{record.tests.cases}"
    table.add_row("tests", passed + strength, record.tests.detail)
    found = f"{record.races.found} in {plural(record.races.runs, 'run')}"
    table.add_row("races", found, record.races.detector or "")
    for kernel in record.static.kernels if record.static is not None else ():
        spilled = kernel.spill_stores + kernel.spill_loads
        spills = f", {spilled} bytes spilled" if spilled else ""
        used = f"{kernel.registers} registers{spills}, {kernel.shared} bytes shared, occupancy {kernel.occupancy:.0%}"
        table.add_row("kernel", kernel.name, f"{used} ({kernel.limit})")
    if record.suite_strength is not None:
        for survivor in record.suite_strength.survivors:
            table.add_row("lived", f"line {survivor.line}", f"mutant: {survivor.mutation}")
    for note in record.notes:
        table.add_row("note", "", note)
    return table


def _better(better: Better) -> Text:
    """The second candidate: what it does, and how much of its speedup is not the cores'."""
    line = Text("better algorithm  ", "dim")
    line.append(f"{'; '.join(better.algorithms)}, {better.after} instead of {better.before}", "not dim")
    if better.verdict != "Pass":
        line.append(f"  {better.verdict}: {better.detail}", "red not dim")
        return line
    line.append("  ")
    line.append_text(claim(better.claim))
    if better.by_algorithm is not None and better.by_cores is not None:
        line.append("  ")
        line.append_text(speedup(better.profile[-1].speedup))
        line.append(f" = {ratio(better.by_algorithm)} algorithm · {ratio(better.by_cores)} cores")
    if better.output:
        line.append(f"\n{better.output}")
    return line


def _reasons(file: str, reasons: Sequence[Reason], indent: int) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for reason in reasons:
        table.add_row(Text(place(file, reason.line, reason.column), "dim"), reason_text(reason))
    return Padding(table, (0, 0, 0, indent))


def reason_text(reason: Reason) -> Text:
    """What, the other place, and on a line of its own what would help."""
    text = Text(reason.what)
    if reason.code:
        text.append(f"  [{reason.code}]", "dim")
    if reason.other:
        text.append(f"  {reason.other}", "dim")
    if reason.remedy:
        text.append("\n")
        text.append("help: ", "cyan")
        text.append(reason.remedy)
    return text


# --- many functions --------------------------------------------------------------------------------------------


def summary(records: Sequence[Record], width: int = PLAIN_WIDTH) -> RenderableType:
    """The table over many functions, then the reasons of those that stayed as they were."""
    records = _relative(records)
    parts: list[RenderableType] = []
    translated = [record for record in records if record.outcome == "translated"]
    if translated:
        parts.append(_table(translated, wide=width >= 100))
    for outcome in ("refused", "failed"):
        rest = [record for record in records if record.outcome == outcome]
        if rest:
            parts.append(_unchanged(outcome, rest))
    return Group(*parts)


def _relative(records: Sequence[Record]) -> Sequence[Record]:
    """The records with their files as seen from the deepest folder that holds them all."""
    folders = {os.path.dirname(record.file) for record in records}
    if len({os.path.isabs(folder) for folder in folders}) > 1:
        return records
    root = os.path.commonpath(folders)
    return [dataclasses.replace(record, file=os.path.relpath(record.file, root or ".")) for record in records]


def _table(records: Sequence[Record], wide: bool) -> Table:
    most = max((number for record in records for point in record.profile for number, _ in point.parallel_s), default=0)
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    names = min(28, max(len(record.name) for record in records))
    table.add_column("\nfunction", style="bold", overflow="fold", min_width=names)
    if wide:
        places = min(28, max(len(place(record.file, record.line)) for record in records))
        table.add_column("\nwhere", style="dim", overflow="fold", min_width=places)
        table.add_column("\nwhat", overflow="fold")
    table.add_column("\nclaim", no_wrap=True)
    table.add_column("\ntests", justify="right", no_wrap=True)
    table.add_column("\nraces", justify="right", no_wrap=True)
    if most:
        table.add_column("speedup\nsmall n", justify="right", no_wrap=True)
        table.add_column(f"{plural(most, 'thread')}\nmedium n", justify="right", no_wrap=True)
        table.add_column("\nlarge n", justify="right", no_wrap=True)
        if wide:
            table.add_column("\nlarge n: time", justify="right", no_wrap=True)
    for record in records:
        cells: list[str | Text] = [
            record.name,
            *((place(record.file, record.line), _what(record)) if wide else ()),
            claim(record.claim),
            Text(f"{record.tests.cases - record.tests.failed}/{record.tests.cases}"),
            Text(str(record.races.found), "red" if record.races.found else ""),
        ]
        if most:
            cells += _speedups(record)
            if wide:
                cells.append(_largest(record))
        table.add_row(*cells)
    return table


def _what(record: Record) -> str:
    """The pattern, what a search chose, and whether there is a second candidate."""
    also = " + better algorithm" if record.better is not None and record.better.verdict == "Pass" else ""
    return record.pattern + (f" ({'; '.join(record.choices)})" if record.choices else "") + also


def _speedups(record: Record) -> list[str | Text]:
    """Three cells: the smallest size, the one in the middle, the largest."""
    points = record.profile
    if not points:
        return ["", "", Text("unmeasured", "dim")]
    chosen = (points[0], points[len(points) // 2], points[-1])
    return [speedup(point.speedup) for point in chosen]


def _largest(record: Record) -> str:
    if not record.profile:
        return ""
    point = record.profile[-1]
    return f"{seconds(point.sequential_s)} → {seconds(point.parallel_s[-1][1])}" if point.parallel_s else ""


def _unchanged(outcome: str, records: Sequence[Record]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for record in records:
        name = record.name
        shown = record.reasons[:MOST_REASONS] or (Reason(record.line, record.verdict or "no reason was recorded"),)
        for reason in shown:
            table.add_row(name, place(record.file, reason.line, reason.column), reason_text(reason))
            name = ""
        if len(record.reasons) > len(shown):
            rest = plural(len(record.reasons) - len(shown), "more reason")
            table.add_row("", "", Text(f"{rest}; unseq explain shows all", "dim"))
    heading = Text(outcome, _OUTCOME_STYLE[outcome])
    return Group(heading, Padding(table, (0, 0, 1, 2)))


def closing(records: Sequence[Record], elapsed: float) -> Text:
    """The one summary line."""
    parts = [f"{sum(record.outcome == 'translated' for record in records)} translated"]
    faster = sum(record.wins == "yes" for record in records)
    if faster:
        parts[0] += f" ({faster} faster here)"
    for outcome in ("refused", "failed"):
        number = sum(record.outcome == outcome for record in records)
        if number:
            parts.append(f"{number} {outcome}")
    line = Text(f"{plural(len(records), 'function')}: {', '.join(parts)}", "bold")
    line.append(f"   {elapsed:.1f} s", "dim not bold")
    return line


def files(paths: Sequence[Path]) -> Text:
    """The files that were written, the report last, many emitted files as a number."""
    emitted = [path for path in paths if path.name.endswith(".parlay.cpp")]
    rest = [path for path in paths if path not in emitted]
    names = (
        [str(path) for path in emitted] if len(emitted) <= 2 else [f"{emitted[0].parent}/*.parlay.cpp ({len(emitted)})"]
    )
    return Text("   ".join(names + [str(path) for path in rest]))
