"""The text that is parsed, and where each byte of it stands in the file.

The parser sees the file with directives blanked and macros expanded; this module maps its byte offsets back.
It knows nothing of macros or grammars, only of pieces of text that replaced others.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import SourceUnit, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """``parsed[start:end]`` stands for ``file[source_start:source_end]``, the invocation of ``macro``."""

    start: int
    end: int
    source_start: int
    source_end: int
    macro: str


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A file's text as the parser sees it."""

    unit: SourceUnit
    parsed: bytes
    pieces: tuple[Piece, ...] = ()
    _starts: tuple[int, ...] = field(default=(), repr=False)
    _lines: tuple[int, ...] = field(default=(), repr=False)
    _path: str = field(default="", repr=False)
    _spans: dict[tuple[int, int], Span] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(unit: SourceUnit, parsed: bytes, pieces: tuple[Piece, ...] = ()) -> ParsedText:
        """``parsed`` in place of the text of ``unit``; ``pieces`` in ascending order."""
        lines = [0]
        position = unit.text.find(b"\n")
        while position >= 0:
            lines.append(position + 1)
            position = unit.text.find(b"\n", position + 1)
        return ParsedText(unit, parsed, pieces, tuple(piece.start for piece in pieces), tuple(lines), str(unit.path))

    def source(self, start: int, end: int) -> Span:
        """The span of bytes of the file itself."""
        row = bisect_right(self._lines, start) - 1
        end_row = bisect_right(self._lines, end - 1) - 1 if end > start else row
        return Span(start, end, row + 1, start - self._lines[row] + 1, end_row + 1, self._path)

    def span(self, start: int, end: int) -> Span:
        """The span in the file of ``parsed[start:end]``.

        What begins or ends inside the expansion of a macro has no text of its own in the file: its span is empty and
        stands where the macro's invocation starts."""
        known = self._spans.get((start, end))
        if known is None:
            known = self._spans[start, end] = self._span(start, end)
        return known

    def _span(self, start: int, end: int) -> Span:
        if not self.pieces:
            return self.source(start, end)
        first = self._piece(start)
        if first is not None and (start != first.start or end < first.end):
            return self.source(first.source_start, first.source_start)
        source_start = first.source_start if first is not None else self._plain(start)
        last = self._piece(end - 1) if end > start else first
        if last is not None and end != last.end:
            return self.source(source_start, source_start)
        source_end = last.source_end if last is not None else self._plain(end)
        return self.source(source_start, max(source_start, source_end))

    def macro(self, start: int, end: int) -> str:
        """The macro of which ``parsed[start:end]`` is the whole expansion, or ''."""
        piece = self._piece(start) if self.pieces else None
        return piece.macro if piece is not None and (piece.start, piece.end) == (start, end) else ""

    def _piece(self, position: int) -> Piece | None:
        at = bisect_right(self._starts, position) - 1
        return self.pieces[at] if at >= 0 and position < self.pieces[at].end else None

    def _plain(self, position: int) -> int:
        at = bisect_right(self._starts, position) - 1
        if at < 0:
            return position
        piece = self.pieces[at]
        return piece.source_end + (position - piece.end) if position >= piece.end else piece.source_start
