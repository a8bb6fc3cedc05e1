"""``unseq explain`` in a terminal: what each loop is, parallel or why not, and what would unlock it.

Knows notes and rich; finds nothing out itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unseq.evaluate.report.figures import plural
from unseq.evaluate.report.record import LoopNote, Reason
from unseq.evaluate.report.terminal import claim, reason_text


@dataclass(frozen=True, slots=True)
class Explained:
    """One function as ``unseq explain`` shows it; ``reasons``: why the function as a whole could not be read."""

    file: str
    name: str
    line: int
    loops: tuple[LoopNote, ...] = ()
    reasons: tuple[Reason, ...] = ()


def explanation(functions: Sequence[Explained], elapsed: float) -> RenderableType:
    """Every loop of every function: what it is, parallel or why not, and what would unlock it."""
    parts: list[RenderableType] = []
    file = None
    table = Table.grid()
    widths = _widths(functions)
    for function in functions:
        if function.file != file:
            file = function.file
            table = _loop_table(widths)
            parts += [Text(file, "bold"), Padding(table, (0, 0, 0, 2))]
        _explain_function(table, function)
    loops = [loop for function in functions for loop in function.loops]
    parallel = sum(loop.parallel for loop in loops)
    line = Text(f"{plural(len(loops), 'loop')}: {parallel} parallel, {len(loops) - parallel} sequential", "bold")
    unread = sum(bool(function.reasons) for function in functions)
    if unread:
        line.append(f"; {plural(unread, 'function')} not understood")
    line.append(f"   {elapsed:.2f} s", "dim not bold")
    return Group(*parts, line)


def _widths(functions: Sequence[Explained]) -> tuple[int, int, int, int]:
    """Of the first four columns, so that the tables of several files stand under each other."""
    loops = [loop for function in functions for loop in function.loops]
    return (
        max((len(function.name) for function in functions), default=0),
        max((len(str(loop.line)) for loop in loops), default=0),
        max((len(loop.header) + 2 * loop.depth for loop in loops), default=0),
        min(40, max((len(loop.what) for loop in loops), default=0)),
    )


def _loop_table(widths: tuple[int, int, int, int]) -> Table:
    name, line, header, what = widths
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True, min_width=name)
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=line)
    table.add_column(no_wrap=True, min_width=header)
    table.add_column(min_width=what)
    table.add_column(no_wrap=True, min_width=len("guarded"))
    table.add_column()
    return table


def _explain_function(table: Table, function: Explained) -> None:
    name = function.name
    for reason in function.reasons:
        table.add_row(name, str(reason.line), "", Text("not understood", "yellow"), "", reason_text(reason))
        name = ""
    for loop in function.loops:
        status = Text("parallel", "green") if loop.parallel else Text("sequential", "yellow")
        if loop.detail:
            status.append(f" ({loop.detail})", "dim")
        for reason in loop.reasons:
            status.append("\n")
            status.append(f"{_position(reason)}  ", "dim")
            status.append_text(reason_text(reason))
        table.add_row(name, str(loop.line), "  " * loop.depth + loop.header, loop.what, claim(loop.claim), status)
        name = ""
    if name:
        table.add_row(name, str(function.line), Text("no loops", "dim"), "", "", "")


def _position(reason: Reason) -> str:
    return f"{reason.line}:{reason.column}" if reason.column else str(reason.line)
