"""What a person reads in a terminal of a benchmark on a GPU. Knows its rows and rich; not how a row comes about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unseq.backends.results import Timing
from unseq.evaluate.bench.gpu import GpuRow
from unseq.evaluate.bench.row import PASS
from unseq.evaluate.report.figures import seconds

_REASON = 90


def gpu_table(rows: Sequence[GpuRow], found: dict[str, Any], elapsed: float) -> RenderableType:
    """The device, a line for each problem at its largest size, and what they come to."""
    device, totals = found["device"], found["metrics"]
    peaks = ", ".join((
        f"copies {device['copy']['per_s'] / 1e9:,.0f} GB/s",
        f"FP32 {device['float_peak']['per_s'] / 1e12:,.1f} Tflop/s",
        f"FP64 {device['double_peak']['per_s'] / 1e12:,.1f} Tflop/s",
    ))  # fmt: skip
    head = Text(f"{device['name']}, driver {device['driver']}: {peaks} (measured)")
    closing = Text(
        f"{totals['problems']} problems, {totals['passed']} right on the device; of {totals['memory_bound']} "
        f"bound by memory {totals['at_target']} reach {totals['target']:.0%} of its copies   {elapsed:.1f} s"
    )
    return Group(head, _rows(rows), closing)


def _rows(rows: Sequence[GpuRow]) -> RenderableType:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("problem", style="bold", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("what", overflow="fold")
    for name in ("n", "kernels", "copies", "whole", "original", "GB/s", "of peak"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        passed = row.verdict == PASS
        what = row.pattern if passed else row.reason.partition("\n")[0][:_REASON]
        cells: tuple[str, ...] = ()
        if row.points:
            last = row.points[-1]
            cells = (
                str(last.n), _time(last.kernel), _time(last.transfer), _time(last.whole),
                "" if last.original_s is None else seconds(last.original_s),
                "" if last.bytes_per_s is None else f"{last.bytes_per_s / 1e9:,.0f}",
                "" if last.share is None else f"{last.share:.0%} {last.bound}",
            )  # fmt: skip
        label = f"{row.name}/{row.form}" if row.form else row.name
        table.add_row(label, Text(row.verdict, "green" if passed else "red"), Text(what), *cells)
    return table


def _time(timing: Timing | None) -> str:
    return "" if timing is None else seconds(timing.median_s)
