"""Replacements over a source text.

Knows byte ranges and text; knows nothing of what either means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unseq.frontend.source import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """``text`` in place of the bytes ``[start, end)``; an insertion where they are equal."""

    start: int
    end: int
    text: str


_DIRECTIVE = re.compile(rb"#\s*pragma\s+(?:omp|GCC\s+(?:ivdep|unroll)|ivdep|unroll|clang\s+loop)\b")


class OverlappingEdits(Exception):
    """Two replacements touch the same bytes: the caller must replace something larger instead."""


def replace(span: Span, text: str) -> Edit:
    """``text`` in place of ``span``."""
    return Edit(span.start, span.end, text)


def line_before(source: bytes, offset: int) -> int:
    """Where the white space before ``offset`` begins, its line's end included."""
    while offset > 0 and source[offset - 1 : offset] in (b" ", b"\t"):
        offset -= 1
    return offset - 1 if source[offset - 1 : offset] == b"\n" else offset


def directive_before(source: bytes, offset: int) -> int:
    """Where the OpenMP or other loop directives on the lines before ``offset`` begin; ``offset`` itself for none.

    They belong to the loop behind them and go with it."""
    begin = offset
    line_start = source.rfind(b"\n", 0, offset) + 1
    while line_start > 0 and not source[line_start:begin].strip():
        previous = source.rfind(b"\n", 0, line_start - 1) + 1
        line = source[previous : line_start - 1].lstrip()
        if not _DIRECTIVE.match(line):
            break
        begin = line_start - 1 - len(line)
        line_start = previous
    return begin


def outside(candidates: Iterable[Edit], changes: Iterable[Edit]) -> list[Edit]:
    """Those of ``candidates`` that touch none of ``changes``."""
    taken = [(change.start, change.end) for change in changes]
    return [c for c in candidates if not any(start <= c.start and c.end <= end for start, end in taken)]


def apply(source: bytes, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """The text of ``source[start:end]`` with ``edits`` made in it.

    Insertions at one place keep their order.  Raises ``OverlappingEdits``, also for an edit out of range."""
    end = len(source) if end is None else end
    pieces: list[str] = []
    at = start
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at or edit.end > end or edit.end < edit.start:
            raise OverlappingEdits(f"[{edit.start}, {edit.end}) overlaps bytes up to {at} or leaves [{start}, {end})")
        pieces.append(source[at : edit.start].decode("utf-8", "replace"))
        pieces.append(edit.text)
        at = edit.end
    pieces.append(source[at:end].decode("utf-8", "replace"))
    return "".join(pieces)
