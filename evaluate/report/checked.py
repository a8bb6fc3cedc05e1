"""What a person reads of a check: the verdict, both sides of a race with their code, the evidence.

Knows records and rich; does not know how a record comes about.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unseq.evaluate.report.figures import plural
from unseq.evaluate.report.record import RacePair, RaceSide, Record
from unseq.evaluate.report.terminal import evidence_table, place, profile_table

MOST_PAIRS = 4


def checked(record: Record) -> RenderableType:
    """All that one screen can say about one check."""
    passed = record.verdict == "Pass"
    line = Text("✓ " if passed else "✗ ", "bold green" if passed else "bold red")
    line.append(record.verdict or "", "bold")
    line.append(f"  {record.name}")
    if record.wins == "no":
        line.append(" · no gain on this machine", "yellow")
    line.append(f"  {place(record.file, record.line)}   {record.seconds:.1f} s", "dim")
    rows: list[RenderableType] = [line]
    pairs = _by_lines(record.races.pairs)
    if pairs:
        rows.append(Padding(_races(pairs[:MOST_PAIRS]), (0, 0, 0, 2)))
        if len(record.races.pairs) > len(pairs[:MOST_PAIRS]):
            more = len(record.races.pairs) - len(pairs[:MOST_PAIRS])
            rows.append(Text(f"  and {plural(more, 'more pair')} of accesses (--json shows all)", "dim"))
    rows += [Padding(Text(reason.what), (0, 0, 0, 2)) for reason in record.reasons]
    if record.profile:
        rows.append(Padding(profile_table(record), (0, 0, 0, 2)))
    rows.append(Padding(evidence_table(record), (0, 0, 0, 2)))
    return Group(*rows)


def _by_lines(pairs: Sequence[RacePair]) -> tuple[RacePair, ...]:
    """One pair for each two lines."""
    found: dict[frozenset[tuple[str, int]], RacePair] = {}
    for pair in pairs:
        found.setdefault(frozenset((side.file, side.line) for side in (pair.earlier, pair.later)), pair)
    return tuple(found.values())


def _races(pairs: tuple[RacePair, ...]) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for pair in pairs:
        for side in (pair.later, pair.earlier):
            table.add_row(Text(side.code, "bold"), place(side.file, side.line), side.access, _strand(side))
        table.add_row(Text(f"both: {about(pair)}", "dim"))
    return table


def about(pair: RacePair) -> str:
    """What the two sides of a race touch, and whether it shows."""
    return pair.object + (", both wrote the same value" if pair.same_value else "")


def side_words(side: RaceSide) -> str:
    """``write in iteration 17``."""
    return side.access + (f" in {_strand(side)}" if _strand(side) else "")


def _strand(side: RaceSide) -> str:
    if side.iteration is None:
        return ""
    return f"iteration {side.iteration}" if side.block is None else f"thread {side.iteration} of block {side.block}"
