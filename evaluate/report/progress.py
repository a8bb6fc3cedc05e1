"""Progress on a terminal: which function is being worked on, how far it is, and how many are to come.

Knows names of stages as they are reported, and rich. Shows nothing when the output is not a terminal, and takes itself
away when the work is done.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import get_ident
from types import TracebackType

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


@dataclass(slots=True)
class _Function:
    """A function that is being worked on, the how-many-eth it is, and its stages with details."""

    name: str
    number: int
    started: float = field(default_factory=time.monotonic)
    stages: dict[str, str] = field(default_factory=dict)


class Progress:
    """A live display of one run over some functions; use it as a context manager.

    ``begin`` names the function that the calling thread turns to, ``stage`` what is being done to it, ``end`` that it
    is done; a later ``stage`` of the same name only changes the detail. All are safe to call when nothing is shown."""

    def __init__(self, console: Console, shown: bool) -> None:
        self._shown = shown and console.is_terminal
        self._live = Live(self, console=console, transient=True, refresh_per_second=8)
        self._spinner = Spinner("dots", style="green")
        self._total = self._begun = 0
        self._current: dict[int, _Function] = {}  # by thread

    def __enter__(self) -> Progress:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._live.stop()

    def expect(self, total: int) -> None:
        """How many functions there will be."""
        self._total = total

    def begin(self, name: str) -> None:
        """The function that this thread turns to; the one before is done."""
        self._begun += 1
        self._current[get_ident()] = _Function(name, self._begun)

    def stage(self, name: str, detail: str = "") -> None:
        """What this thread does now; the stages before it are done."""
        current = self._current.get(get_ident())
        if current is not None:
            current.stages[name] = detail

    def end(self) -> None:
        """This thread is done with its function."""
        self._current.pop(get_ident(), None)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(style="dim", justify="right", no_wrap=True)
        for one in list(self._current.values()):
            count = f"{one.number}/{self._total}" if self._total > 1 else ""
            elapsed = f"{time.monotonic() - one.started:.0f} s"
            table.add_row(self._spinner, f"{count}  {one.name}".strip(), _line(dict(one.stages)), elapsed)
        yield table


def _line(stages: dict[str, str]) -> Text:
    """The stages of a function, those before the last one done."""
    line = Text()
    for index, (stage, detail) in enumerate(stages.items()):
        line.append(f"{stage} ", "" if index == len(stages) - 1 else "dim")
        line.append(f"{detail} " if detail else "", "dim")
        line.append("✓  " if index < len(stages) - 1 else "", "green")
    return line
