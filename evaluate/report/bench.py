"""What a person reads in a terminal of a benchmark: one line a problem, then each kind, then all.

Knows rows, metrics and rich; does not know how a row comes about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unseq.evaluate.bench.row import PASS, Row
from unseq.evaluate.report.figures import plural, ratio, seconds
from unseq.evaluate.report.record import Better
from unseq.evaluate.report.terminal import claim, speedup

_REASON = 90


def bench(rows: Sequence[Row], totals: dict[str, Any], elapsed: float) -> RenderableType:
    """All of a benchmark's result."""
    return Group(_rows(rows), _kinds(totals), closing(totals, elapsed))


def _rows(rows: Sequence[Row]) -> RenderableType:
    threads = max((number for row in rows for point in row.times for number, _ in point.parallel_s), default=0)
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("problem", style="bold", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("original", justify="right", no_wrap=True)
    table.add_column("1 thread", justify="right", no_wrap=True)
    table.add_column(plural(threads, "thread") if threads > 1 else "", justify="right", no_wrap=True)
    table.add_column("speedup", justify="right", no_wrap=True)
    table.add_column("to best", justify="right", no_wrap=True)
    for row in rows:
        passed = row.verdict == PASS
        what: str | Text = row.pattern if passed else Text(row.reason.splitlines()[0][:_REASON] if row.reason else "")
        last = row.times[-1] if row.times else None
        times = dict(last.parallel_s) if last else {}
        table.add_row(
            row.label,
            Text(row.verdict, "green" if passed else "red"),
            claim(row.claim) if passed else "",
            what,
            seconds(last.sequential_s) if last else "",
            seconds(times[1]) if 1 in times else "",
            seconds(times[threads]) if threads > 1 and threads in times else "",
            speedup(row.speedup_baseline) if row.speedup_baseline is not None else "",
            speedup(row.speedup_best) if row.speedup_best is not None else "",
        )
        if row.better is not None:
            table.add_row(*_better(row.better, threads))
    return table


def _better(better: Better, threads: int) -> list[str | Text]:
    """The cells of a second candidate, apart from the row that counts."""
    passed = better.verdict == PASS
    last = better.profile[-1] if better.profile else None
    times = dict(last.parallel_s) if last else {}
    return [
        Text("  better algorithm", "dim not bold"),
        Text(better.verdict, "green" if passed else "red"),
        claim(better.claim) if passed else "",
        Text("; ".join(better.algorithms), "dim"),
        seconds(last.sequential_s) if last else "",
        seconds(times[1]) if 1 in times else "",
        seconds(times[threads]) if threads > 1 and threads in times else "",
        speedup(last.speedup) if last else "",
        "",
    ]


def _kinds(totals: dict[str, Any]) -> RenderableType:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("kind", style="bold", no_wrap=True)
    for words in ("passed", "faster here", "speedup (geometric mean)", "median", "to best (geometric mean)"):
        table.add_column(words, justify="right", no_wrap=True)
    for kind, one in totals["by_kind"].items():
        table.add_row(kind, f"{one['passed']}/{one['problems']}", str(one["wins"]), *_figures(one))
    return table


def _figures(one: dict[str, Any]) -> list[str]:
    base, best = one["speedup_baseline"], one["speedup_best"]
    values = (base["geometric_mean"], base["median"], best["geometric_mean"])
    return ["" if value is None else ratio(value) for value in values]


def closing(totals: dict[str, Any], elapsed: float) -> Text:
    """The one summary line."""
    passed = f"{totals['passed']} of {plural(totals['problems'], 'problem')} passed"
    line = Text(f"{passed}, {totals['wins']} faster here", "bold")
    base, best = totals["speedup_baseline"], totals["speedup_best"]
    if base["geometric_mean"] is not None:
        line.append(
            f"; speedup {ratio(base['geometric_mean'])} [{ratio(base['low'])}, {ratio(base['high'])}] to the baseline",
            "not bold",
        )
    if best["geometric_mean"] is not None:
        line.append(f", {ratio(best['geometric_mean'])} to the best sequential algorithm", "not bold")
    line.append(f"   {elapsed:.0f} s", "dim not bold")
    return line
