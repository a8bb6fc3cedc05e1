"""Parallel constructs of an emitted file, for reports.

Knows the marks that ``Context.site`` leaves in a text; knows nothing of what a construct does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from unseq.frontend.source import Span

_MARK = re.compile("\x01(\\d+)\x02")


@dataclass(frozen=True, slots=True)
class ForkSite:
    """A parallel construct: what it is, its line in the emitted text, and where the original stands."""

    what: str
    line: int
    origin: Span


def extract(text: str, marked: Sequence[tuple[str, Span]]) -> tuple[str, tuple[ForkSite, ...]]:
    """``text`` without marks, and the sites in the order of lines."""
    found: list[ForkSite] = []
    for match in _MARK.finditer(text):
        what, origin = marked[int(match[1])]
        found.append(ForkSite(what, text.count("\n", 0, match.start()) + 1, origin))
    return _MARK.sub("", text), tuple(found)
