"""``unseq explain`` in a terminal: what each loop is, parallel or why not, and what would unlock it.

Knows notes and rich; finds nothing out itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.text import Text

from unseq.evaluate.report.figures import plural
from unseq.evaluate.report.record import LoopNote, Reason
from unseq.evaluate.report.terminal import claim, reason_text
from unseq.frontend.facts import Facts
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE, Diagnostic, SourceUnit, Span

GAP = 2  # blanks between columns
NARROWEST = 12  # characters of a column, where the line is short


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
    """One function as ``unseq explain`` shows it; ``reasons``: why the function as a whole could not be read;
    ``better``: which cheaper algorithms would do what its loops do."""

    file: str
    name: str
    line: int
    loops: tuple[LoopNote, ...] = ()
    reasons: tuple[Reason, ...] = ()
    better: tuple[str, ...] = ()


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
        yield from _because(function.reasons, widths)
    for loop in function.loops:
        status = Text("parallel", "green") if loop.parallel else Text("sequential", "yellow")
        if loop.detail:
            status.append(f" ({loop.detail})", "dim")
        yield _row(widths, name, loop.line, "  " * loop.depth + loop.header, loop.what, claim(loop.claim), status)
        if loop.reasons:
            yield from _because(loop.reasons, widths)
        name = Text("")
    for better in function.better:
        words = Text("better algorithm: ", "cyan").append(better, "not cyan")
        yield _Columns((Text(""), words), (0,), widths.name + widths.line + 2)
    if not function.loops and not function.reasons:
        yield _row(widths, name, function.line, "", "", Text(""), Text("no loops", "dim"))


def _row(widths: _Widths, name: Text, line: int, header: str, what: str, by: Text, status: Text) -> _Columns:
    number = Text(str(line).rjust(widths.line), "dim")
    columns = (widths.name, widths.line, widths.header, widths.what, len("guarded"))
    return _Columns((name, number, Text(header), Text(what), by, status), columns, 2)


def _because(reasons: Sequence[Reason], widths: _Widths) -> Iterator[_Columns]:
    """The reasons, each beside its place, under the loop's header."""
    places = [_position(reason) for reason in reasons]
    width = max(map(len, places))
    for where, reason in zip(places, reasons, strict=True):
        yield _Columns((Text(where, "dim"), reason_text(reason)), (width,), widths.name + widths.line + 6)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Cells side by side: what ``rich.table`` makes of one row, without the measuring, which would take longer than
    the analysis of a loop. The last cell has the rest of the line."""

    cells: tuple[Text, ...]
    widths: tuple[int, ...]  # of the other cells
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        widths = [*self.widths, 0]
        room = options.max_width - self.indent - GAP * len(self.widths)
        while room - sum(widths) < NARROWEST and max(widths) > NARROWEST:
            widths[widths.index(max(widths))] -= 1
        widths[-1] = max(room - sum(widths), NARROWEST)
        cells = [_wrapped(cell, width, console) for cell, width in zip(self.cells, widths, strict=True)]
        for k in range(max(map(len, cells))):
            line, column = Text(" " * self.indent), self.indent
            for lines, width in zip(cells, widths, strict=True):
                if k < len(lines):
                    line.pad_right(column - line.cell_len)
                    line.append_text(lines[k])
                column += width + GAP
            yield from line.render(console, "\n")


def _wrapped(cell: Text, width: int, console: Console) -> list[Text]:
    if cell.cell_len <= width and "\n" not in cell.plain:
        return [cell] if cell.plain else []
    return list(cell.wrap(console, width, overflow="fold"))


def _position(reason: Reason) -> str:
    return f"{reason.line}:{reason.column}" if reason.column else str(reason.line)
