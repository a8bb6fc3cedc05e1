"""Progress on a terminal: which function is being worked on, how far it is, and how many are to come.

Knows names of stages as they are reported, and rich. Shows nothing when the output is not a terminal, and takes itself
away when the work is done.
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


class Progress:
    """A live display of one run over some functions; use it as a context manager.

    ``begin`` names the next function, ``stage`` what is being done to it; a later ``stage`` of the same name only
    changes the detail. All are safe to call when nothing is shown."""

    def __init__(self, console: Console, shown: bool) -> None:
        self._shown = shown and console.is_terminal
        self._live = Live(self, console=console, transient=True, refresh_per_second=8)
        self._spinner = Spinner("dots", style="green")
        self._total = self._done = 0
        self._name = ""
        self._stages: dict[str, str] = {}
        self._started = time.monotonic()

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
        """The next function; the one before is done."""
        self._done += bool(self._name)
        self._name, self._stages, self._started = name, {}, time.monotonic()

    def stage(self, name: str, detail: str = "") -> None:
        """What is being done now; the stages before it are done."""
        self._stages[name] = detail

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = Text()
        for index, (stage, detail) in enumerate(self._stages.items()):
            line.append(f"{stage} ", "" if index == len(self._stages) - 1 else "dim")
            line.append(f"{detail} " if detail else "", "dim")
            line.append("✓  " if index < len(self._stages) - 1 else "", "green")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(style="dim", justify="right", no_wrap=True)
        count = f"{self._done + 1}/{self._total}" if self._total > 1 else ""
        elapsed = f"{time.monotonic() - self._started:.0f} s"
        table.add_row(self._spinner, f"{count}  {self._name}".strip(), line, elapsed)
        yield table
