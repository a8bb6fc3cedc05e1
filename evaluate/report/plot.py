"""The plots, as inline SVG: speedup over size, one line a number of threads; speedup over processors, as predicted.

Knows profile points and geometry. Colours are left to the page (classes ``t1``, ``t2`` ...), so that both themes fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from unseq.evaluate.report.figures import count, plural, ratio, seconds, short_count
from unseq.evaluate.report.record import ProfilePoint

WIDTH, HEIGHT = 420, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 92, 14, 34


@dataclass(frozen=True, slots=True)
class Mark:
    """One measured point; ``title`` is what the pointer reads."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """The points of one number of threads; ``label`` stands at ``label_y`` beside the last of them."""

    css: str
    label: str
    label_y: float
    marks: tuple[Mark, ...]

    @property
    def points(self) -> str:
        """The SVG ``points`` attribute."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that the template draws; ``one_y`` is where speedup 1 lies."""

    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    one_y: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def speedup_plot(profile: tuple[ProfilePoint, ...]) -> Plot | None:
    """The plot of a profile, or None where nothing was measured."""
    points = sorted((point for point in profile if point.parallel_s), key=lambda point: point.n)
    if not points:
        return None
    threads = sorted({number for point in points for number, _ in point.parallel_s})
    speedups = [point.sequential_s / time for point in points for _, time in point.parallel_s if time > 0]
    top = max(_nice_top(max(speedups, default=1.0)), 1.5)
    low, high = math.log10(max(points[0].n, 1)), math.log10(max(points[-1].n, 1))

    def x(n: int) -> float:
        share = 0.5 if high == low else (math.log10(max(n, 1)) - low) / (high - low)
        return _LEFT + 12 + share * (WIDTH - _LEFT - _RIGHT - 24)

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)

    lines = []
    for index, number in enumerate(threads):
        marks = tuple(
            Mark(
                x(point.n),
                y(point.sequential_s / time),
                f"n = {count(point.n)}, {plural(number, 'thread')}: {ratio(point.sequential_s / time)} "
                f"({seconds(point.sequential_s)} → {seconds(time)})",
            )
            for point in points
            for used, time in point.parallel_s
            if used == number and time > 0
        )
        if marks:
            lines.append(Line(f"t{index % 4 + 1}", plural(number, "thread"), marks[-1].y, marks))
    return Plot(
        lines=_labels_apart(lines),
        x_ticks=tuple((x(point.n), short_count(point.n)) for point in points),
        y_ticks=tuple((y(value), f"{value:g}x") for value in _ticks(top)),
        one_y=y(1.0),
    )


def scaling_plot(predicted: tuple[tuple[int, float], ...]) -> Plot | None:
    """Predicted speedup over processors, both on a scale of doublings, beside the line of perfect scaling; None where
    there is nothing to show."""
    points = [(p, speedup) for p, speedup in predicted if speedup > 0]
    if len(points) < 2:
        return None
    most = max(p for p, _ in points)
    doublings = math.log2(most)
    lowest = min(0.0, math.floor(math.log2(min(speedup for _, speedup in points))))

    def x(p: float) -> float:
        return _LEFT + 12 + math.log2(p) / doublings * (WIDTH - _LEFT - _RIGHT - 24)

    def y(speedup: float) -> float:
        share = (math.log2(speedup) - lowest) / (doublings + 0.5 - lowest)
        return HEIGHT - _BOTTOM - min(share, 1.0) * (HEIGHT - _TOP - _BOTTOM)

    marks = tuple(Mark(x(p), y(s), f"{plural(p, 'processor')}: {ratio(s)}, predicted") for p, s in points)
    perfect = (Mark(x(1), y(1), ""), Mark(x(most), y(most), f"{most} processors: {most}x would be perfect"))
    lines = [Line("t2", "predicted", marks[-1].y, marks), Line("t1", "perfect", perfect[-1].y, perfect)]
    return Plot(
        lines=_labels_apart(lines),
        x_ticks=tuple((x(p), str(p)) for p, _ in points),
        y_ticks=tuple((y(2.0**k), f"{2.0**k:g}x") for k in range(int(lowest), int(doublings) + 1, 2)),
        one_y=y(1.0),
    )


def _nice_top(value: float) -> float:
    """The end of the axis: a little over ``value``, at a round number."""
    step = math.pow(10, math.floor(math.log10(value))) / 2
    return math.ceil(value * 1.08 / step) * step


def _ticks(top: float) -> tuple[float, ...]:
    for step in (0.5, 1, 2, 4, 8, 16, 32, 64, 128):
        if top / step <= 5:
            return tuple(step * index for index in range(int(top / step) + 1))
    return (0.0, top)


def _labels_apart(lines: list[Line], gap: float = 13.0) -> tuple[Line, ...]:
    """The lines with their labels moved so that none covers another."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda line: line.label_y):
        y = max(line.label_y, placed[-1].label_y + gap) if placed else line.label_y
        placed.append(Line(line.css, line.label, y, line.marks))
    return tuple(placed)
