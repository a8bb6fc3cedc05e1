"""The Python entry points: what the commands do, without a command line. They only wire the rooms together."""

from __future__ import annotations

import shlex
from pathlib import Path

from unseq.backends.inventory import Item, inventory
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.evaluate.batch import EVIDENCE, REPORT
from unseq.evaluate.explain import explain
from unseq.evaluate.report.delivery import write_all
from unseq.evaluate.report.html import page
from unseq.evaluate.report.record import read_records

__all__ = ["config", "doctor", "explain", "report"]


def report(folder: Path, output: Path | None = None) -> Path:
    """Makes the HTML report of what ``translate`` wrote into ``folder``; returns its path.

    Raises ``InputError`` when the folder holds no evidence."""
    target = output or folder / REPORT
    write_all({target: page(read_records(folder / EVIDENCE))})
    return target


def config(*, cflags: bool = False, libs: bool = False, parlaylib: Path | None = None) -> str:
    """The flags that compile and link emitted code, as one line for a shell. Raises ``ToolMissing``."""
    toolchain = find_toolchain(parlaylib)
    flags = (toolchain.cflags(RuntimeKind.PLAIN) if cflags else ()) + (
        toolchain.libs(RuntimeKind.PLAIN) if libs else ()
    )
    return shlex.join(flags)


def doctor(parlaylib: Path | None = None) -> tuple[Item, ...]:
    """What is installed, what is missing, and how to get it."""
    return inventory(parlaylib)
