"""``unseq doctor`` in a terminal. Knows the inventory's items; looks for nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unseq.backends.inventory import Item

_MARK = {"ok": ("✓", "green"), "optional": ("·", "yellow"), "missing": ("✗", "bold red")}


def inventory_table(items: Sequence[Item]) -> RenderableType:
    """One line an item, then what the whole means."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for item in items:
        found = Text(item.found)
        if item.remedy:
            found.append("  " if item.found else "")
            found.append(item.remedy, "cyan" if item.state != "missing" else "red")
        table.add_row(Text(*_MARK[item.state]), item.name, found)
    missing = [item.name for item in items if item.state == "missing"]
    return Group(table, _closing(missing))


def _closing(missing: Sequence[str]) -> Text:
    if missing:
        return Text(f"not ready: {', '.join(missing)}", "bold red")
    return Text("ready", "bold green")
