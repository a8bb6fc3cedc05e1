"""The HTML report: whole, safe, self-contained, and drawn without complaint by a real browser."""

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

import records
from unseq.evaluate.report.html import page
from unseq.evaluate.report.plot import speedup_plot
from unseq.evaluate.report.record import Record

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
]

MEASURE = """<script>
const line = document.querySelector("svg.speedup .t2 polyline").getBoundingClientRect();
const left = document.querySelectorAll("figure.code")[0].getBoundingClientRect();
const right = document.querySelectorAll("figure.code")[1].getBoundingClientRect();
document.title = JSON.stringify([Math.round(line.width), Math.round(line.height), left.top == right.top,
    document.documentElement.scrollWidth <= window.innerWidth]);
</script>"""


def browse(html: str, folder: Path, width: int) -> tuple[str, str]:
    """The document's text after the browser has drawn it, and what the browser complained about."""
    if CHROMIUM is None:
        pytest.skip("no chromium: the report is not opened in a browser")
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    size = f"--window-size={width},900"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", size, "--dump-dom", path.as_uri()]
    environment = {**os.environ, "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.parametrize(("width", "beside"), [(1400, "true"), (500, "false")])
def test_a_browser_draws_it(tmp_path: Path, width: int, beside: str) -> None:
    html = page(records.ALL).replace("</body>", MEASURE + "</body>")
    dom, complaints = browse(html, tmp_path, width)
    assert complaints == ""
    title = re.search(r"<title>\[(\d+),(\d+),(\w+),(\w+)\]</title>", dom)
    assert title is not None
    assert int(title[1]) > 100
    assert int(title[2]) > 5
    assert title[3] == beside, "code stands side by side on a wide screen, one below the other on a phone"
    assert title[4] == "true", "the page itself never scrolls sideways"


def test_the_browser_test_sees_an_error(tmp_path: Path) -> None:
    _, complaints = browse("<script>nowhere.nothing()</script>", tmp_path, 800)
    assert "nowhere is not defined" in complaints


class Outside(HTMLParser):
    """Collects what a page would load, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for key, value in attrs if key in ("src", "href", "data", "action", "srcset")]
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li", "td", "tr") and self.open[-1:] != [tag]:
            self.unbalanced.append(tag)
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def test_it_is_one_file_without_scripts() -> None:
    html = page(records.ALL)
    parser = Outside()
    parser.feed(html)
    assert [load for load in parser.loads if not load.startswith(("#", "data:"))] == []
    assert parser.unbalanced == []
    assert parser.open == []
    assert "<script" not in html
    assert "@import" not in html
    assert not re.search(r"url\((?!data:)", html)


@pytest.mark.parametrize("record", records.ALL, ids=lambda record: record.name)
def test_every_function_has_its_section(record: Record) -> None:
    text = re.sub(r"<[^>]+>", "", page((record,)))
    for words in (record.outcome, record.pattern, *(reason.remedy for reason in record.reasons)):
        assert words in text.replace("&#39;", "'")
    assert f"{record.file}:{record.line}" in text


def test_a_better_algorithm_has_a_card_of_its_own() -> None:
    text = " ".join(re.sub(r"<[^>]+>", "", page((records.NEAREST,))).split())
    assert "sort, then compare neighbours: O(n log n) instead of O(n^2)" in text
    assert "20x by the algorithm (with 1 thread), 1.60x by the cores" in text
    assert "better algorithm" not in page((records.COPY,))


def test_source_text_is_never_markup() -> None:
    html = page(records.ALL)
    assert "<b>not</b>" not in html
    assert "&lt;b&gt;not&lt;/b&gt;" in html
    assert "ns::torn&lt;int&gt;" in html


def test_changed_lines_and_loops_are_marked() -> None:
    html = page((records.SMOOTH,))
    assert html.count('class="changed"') == 4 + 4
    assert 'class="mark par" title="scan, affine x = a*x + b: parallel"' in html


def test_the_plot_follows_the_measurements() -> None:
    plot = speedup_plot(records.SMOOTH.profile)
    assert plot is not None
    two = next(line for line in plot.lines if line.label == "2 threads")
    assert [mark.x for mark in two.marks] == sorted(mark.x for mark in two.marks)
    assert two.marks[0].y > two.marks[1].y > two.marks[2].y
    assert all(plot.top <= mark.y <= plot.bottom for line in plot.lines for mark in line.marks)
    assert "n = 100\u00a0000, 2 threads: 1.67x (92 us → 55 us)" in two.marks[1].title


def test_without_measurements_there_is_no_plot() -> None:
    assert speedup_plot(()) is None
    assert "<svg class" not in page((records.LOGISTIC,)).replace('svg class="logo"', "")


def test_a_single_size_and_great_speedups_can_be_drawn() -> None:
    for time in (1e-9, 1e-3, 1e3):
        point = records.ProfilePoint(0, 1.0, ((1, time),), 1 / time)
        plot = speedup_plot((point,))
        assert plot is not None
        assert len(plot.y_ticks) <= 7
