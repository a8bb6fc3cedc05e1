"""``unseq explain`` in a terminal: what each loop is, parallel or why not, and what would unlock it.

Knows notes and rich; finds nothing out itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unseq.evaluate.report.figures import plural
from unseq.evaluate.report.record import LoopNote, Reason
from unseq.evaluate.report.terminal import claim, reason_text
from unseq.frontend.facts import Facts
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE, Diagnostic, SourceUnit, Span


@dataclass(frozen=True, slots=True)
class Analysed:
    """One function and what was found; ``refused``: why it could not be read; ``error``: why its file could not be
    (then there is no ``unit``)."""

    path: str
    name: str
    span: Span = NOWHERE
    unit: SourceUnit | None = None
    facts: Facts | None = None
    refused: Diagnostic | None = None
    error: str = ""


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
    widths = _widths(functions)
    for function in functions:
        if function.file != file:
            file = function.file
            parts.append(Text(file, "bold"))
        parts += _function(function, widths)
    return Group(*parts, closing(functions, elapsed))


def closing(functions: Sequence[Explained], elapsed: float) -> Text:
    """The line that counts everything."""
    loops = [loop for function in functions for loop in function.loops]
    parallel = sum(loop.parallel for loop in loops)
    line = Text(f"{plural(len(loops), 'loop')}: {parallel} parallel, {len(loops) - parallel} sequential", "bold")
    unread = sum(bool(function.reasons) for function in functions)
    if unread:
        line.append(f"; {plural(unread, 'function')} not understood")
    line.append(f"   {elapsed:.2f} s", "dim not bold")
    return line


@dataclass(frozen=True, slots=True)
class _Widths:
    """Of the columns, the same for all functions, so that they stand under each other."""

    name: int
    line: int
    header: int
    what: int


def _widths(functions: Sequence[Explained]) -> _Widths:
    loops = [loop for function in functions for loop in function.loops]
    lines = [loop.line for loop in loops] + [function.line for function in functions]
    return _Widths(
        min(32, max((len(function.name) for function in functions), default=0)),
        max((len(str(line)) for line in lines), default=0),
        min(32, max((len(loop.header) + 2 * loop.depth for loop in loops), default=0)),
        min(36, max((len(loop.what) for loop in loops), default=0)),
    )


def _function(function: Explained, widths: _Widths) -> Iterator[RenderableType]:
    name = Text(function.name, "bold")
    if function.reasons:
        yield _row(widths, name, function.line, "", "", Text(""), Text("not understood", "yellow"))
        yield _because(function.reasons, widths)
    for loop in function.loops:
        status = Text("parallel", "green") if loop.parallel else Text("sequential", "yellow")
        if loop.detail:
            status.append(f" ({loop.detail})", "dim")
        yield _row(widths, name, loop.line, "  " * loop.depth + loop.header, loop.what, claim(loop.claim), status)
        yield from [_because(loop.reasons, widths)] if loop.reasons else []
        name = Text("")
    if not function.loops and not function.reasons:
        yield _row(widths, name, function.line, "", "", Text(""), Text("no loops", "dim"))


def _row(widths: _Widths, name: Text, line: int, header: str, what: str, by: Text, status: Text) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=widths.name, overflow="fold")
    table.add_column(justify="right", style="dim", width=widths.line)
    table.add_column(width=widths.header, overflow="fold")
    table.add_column(width=widths.what)
    table.add_column(width=len("guarded"))
    table.add_column()
    table.add_row(name, str(line), header, what, by, status)
    return Padding(table, (0, 0, 0, 2))


def _because(reasons: Sequence[Reason], widths: _Widths) -> RenderableType:
    """The reasons, each beside its place, under the loop's header."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for reason in reasons:
        table.add_row(_position(reason), reason_text(reason))
    return Padding(table, (0, 0, 0, widths.name + widths.line + 6))


def _position(reason: Reason) -> str:
    return f"{reason.line}:{reason.column}" if reason.column else str(reason.line)
