"""``report.html``: every function's code side by side with the evidence, in one file without scripts or outside parts.

Knows records, pygments and the template. Everything that comes from a record is escaped; only pygments' own markup and
the style sheets pass as they are.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CLexer, CppLexer

from unseq.evaluate.report.figures import count, plural, ratio, seconds, short_count
from unseq.evaluate.report.plot import Plot, scaling_plot, speedup_plot
from unseq.evaluate.report.record import LoopNote, Record

LIGHT, DARK = "friendly", "github-dark"


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of code: its number, its highlighted text, whether the other side lacks it, and the loop on it."""

    number: int
    html: Markup
    changed: bool = False
    loop: LoopNote | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One function of the page; ``sizes``: those at which variants were timed."""

    anchor: str
    record: Record
    plot: Plot | None
    scaling: Plot | None
    original: tuple[CodeLine, ...]
    parallel: tuple[CodeLine, ...]
    sizes: tuple[int, ...] = ()


def page(records: Sequence[Record]) -> str:
    """The whole report as HTML text."""
    environment = Environment(
        loader=PackageLoader("unseq.evaluate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(seconds=seconds, count=count, short=short_count, ratio=ratio)
    environment.globals["plural"] = plural
    sections = tuple(_section(index, record) for index, record in enumerate(records))
    environments = tuple(dict.fromkeys(record.environment for record in records))
    return environment.get_template("report.html").render(
        sections=sections,
        outcomes=[(name, sum(record.outcome == name for record in records)) for name in _OUTCOMES],
        faster=sum(record.wins == "yes" for record in records),
        environments=environments,
        light=Markup(_style(LIGHT)),
        dark=Markup(_style(DARK)),
    )


_OUTCOMES = ("translated", "refused", "failed")


def _style(name: str) -> str:
    formatter: HtmlFormatter[str] = HtmlFormatter(style=name)
    return str(formatter.get_style_defs(".code"))


def _section(index: int, record: Record) -> Section:
    code = record.code
    loops = {note.line: note for note in record.loops}
    original: tuple[CodeLine, ...] = ()
    parallel: tuple[CodeLine, ...] = ()
    if code is not None:
        removed, added = _changes(code.original, code.parallel or code.original)
        lexer = "c" if record.file.endswith(".c") else "cpp"
        original = _lines(code.original, code.original_line, removed, loops, lexer)
        if code.parallel is not None:
            parallel = _lines(code.parallel, code.parallel_line or 1, added, {}, "cpp")
    sizes = tuple(dict.fromkeys(n for variant in record.search for n, _ in variant.speedups))
    return Section(f"f{index + 1}", record, speedup_plot(record.profile), _scaling(record), original, parallel, sizes)


def _changes(before: str, after: str) -> tuple[frozenset[int], frozenset[int]]:
    """Indices of the lines that only one side has."""
    left, right = before.splitlines(), after.splitlines()
    removed: set[int] = set()
    added: set[int] = set()
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for tag, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        if tag != "equal":
            removed.update(range(left_from, left_to))
            added.update(range(right_from, right_to))
    return frozenset(removed), frozenset(added)


def _lines(
    text: str, first: int, changed: frozenset[int], loops: dict[int, LoopNote], lexer: str
) -> tuple[CodeLine, ...]:
    return tuple(
        CodeLine(first + index, line, index in changed, loops.get(first + index))
        for index, line in enumerate(_highlighted(text, lexer))
    )


@functools.lru_cache(maxsize=256)
def _highlighted(text: str, lexer: str) -> tuple[Markup, ...]:
    # pygments closes its spans at each line's end, so a page may take the lines apart
    options = {"stripnl": False, "ensurenl": False}
    made = highlight(
        text.rstrip("\n"), CLexer(**options) if lexer == "c" else CppLexer(**options), HtmlFormatter(nowrap=True)
    )
    return tuple(Markup(line) for line in made.rstrip("\n").split("\n"))


def _scaling(record: Record) -> Plot | None:
    return scaling_plot(record.work_span.predicted) if record.work_span is not None else None
