"""Terminal output: complete, in lines that fit, with figures that a person can read."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

import records
from unseq.evaluate.report.explanation import Explained, explanation
from unseq.evaluate.report.figures import count, plural, ratio, seconds, short_count
from unseq.evaluate.report.record import Better
from unseq.evaluate.report.terminal import closing, detail, show, summary


def text(*parts: RenderableType, width: int = 132) -> str:
    target = Console(file=io.StringIO(), width=width, highlight=False)
    show(target, *parts)
    assert isinstance(target.file, io.StringIO)
    return target.file.getvalue()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (9.4e-3, "9.4 ms"),
        (92e-6, "92 us"),
        (0.9e-6, "0.9 us"),
        (104e-6, "104 us"),
        (12e-9, "12 ns"),
        (3.0, "3.0 s"),
        (0, "0 s"),
        (float("nan"), "?"),
    ],
)
def test_times_have_units(value: float, words: str) -> None:
    assert seconds(value) == words


def test_counts_and_ratios() -> None:
    assert count(10_000_000) == "10\u00a0000\u00a0000"
    assert [short_count(n) for n in (0, 97, 1000, 1500, 4096, 999_999, 2_559_999)] == [
        "0", "97", "1k", "1.5k", "4.1k", "1M", "2.56M",
    ]  # fmt: skip
    assert (ratio(1.714), ratio(34.2)) == ("1.71x", "34x")
    assert (plural(1, "loop"), plural(0, "loop")) == ("1 loop", "0 loops")


def test_a_search_shows_its_variants_the_one_kept_and_those_that_failed() -> None:
    lines = [line.strip() for line in text(detail(records.SMOOTH)).splitlines()]
    assert any(line.startswith("variant, timed side by side") and "n = 10M" in line for line in lines)
    assert any(line.startswith("→") and "blocks of 16384" in line and line.endswith("1.71x") for line in lines)
    assert any(line.startswith("default") and line.endswith("1.42x") for line in lines)
    assert any("one iteration a task".partition(" ")[2] in line and "Timeout: dropped" in line for line in lines)
    assert "blocks of 16384" not in text(detail(replace(records.SMOOTH, search=())))
    assert "(line 33: blocks" in " ".join(text(summary(records.ALL)).split())


def test_the_summary_names_every_function_and_every_reason() -> None:
    shown = text(summary(records.ALL), closing(records.ALL, 42.13))
    for words in (
        "smooth",
        "guarded",
        "214/214",
        "1.67x",
        "9.4 ms → 5.5 ms",
        "chaos.c:5:9",
        "help: collect the values",
    ):
        assert words in shown
    assert "4 functions: 2 translated (1 faster here), 1 refused, 1 failed   42.1 s" in shown
    assert not any(line != line.rstrip() for line in shown.splitlines())


@pytest.mark.parametrize("width", [60, 80, 132, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    shown = text(summary(records.ALL, width), *map(detail, records.ALL), width=width)
    assert max(map(len, shown.splitlines())) <= width


def test_the_detail_of_one_function() -> None:
    shown = text(detail(records.SMOOTH))
    assert "smooth  guarded · scan over affine maps; map  examples/sensor.c:31" in shown
    assert "predicted 8 / 64 threads" in shown
    assert "6.30x / 34x" in shown
    assert re.search(r"races +0 in 40 runs", shown)
    assert "no gain on this machine" in text(detail(records.COPY))
    assert "failed · Inconclusive" in text(detail(records.TORN))


def test_a_better_algorithm_is_told_apart_from_the_cores() -> None:
    shown = " ".join(text(detail(records.NEAREST)).split())
    assert "sort, then compare neighbours, O(n log n) instead of O(n^2)" in shown
    assert "32x = 20x algorithm · 1.60x cores /tmp/out/sensor.better.parlay.cpp" in shown
    assert "reduction + better" in " ".join(text(summary([records.NEAREST, records.COPY])).split())
    assert "better algorithm" not in text(detail(records.COPY))
    better = replace(records.NEAREST.better or Better((), "", "", ""), verdict="Race", detail="two accesses")
    failed = replace(records.NEAREST, better=better)
    assert "Race: two accesses" in text(detail(failed))
    assert "better algorithm" not in text(summary([failed, records.COPY]))


def test_explain_says_of_every_loop_what_it_is_and_why() -> None:
    functions = [Explained(r.file, r.name, r.line, r.loops) for r in records.ALL[:3]]
    unread = Explained("a.c", "odd", 3, (), (records.Reason(4, "goto", "use a loop", 5),))
    shown = text(explanation([*functions, unread], 0.04))
    assert "smooth       33  for i  scan, affine x = a*x + b  guarded  parallel" in shown
    assert "5:9  reads x, written by iteration i-1  examples/chaos.c:5:5" in shown
    assert "not understood" in shown
    assert "help: use a loop" in shown
    assert "4 loops: 3 parallel, 1 sequential; 1 function not understood   0.04 s" in shown


def test_a_table_shows_the_first_reasons_and_says_how_many_more() -> None:
    reasons = tuple(records.Reason(line, f"reason {line}") for line in range(1, 10))
    shown = text(summary((records.SMOOTH, replace(records.LOGISTIC, reasons=reasons))))
    assert "reason 3" in shown
    assert "reason 4" not in shown
    assert "6 more reasons; unseq explain shows all" in shown
