"""Source files, positions in them, and what is said about them.

Knows text and byte offsets; knows nothing of any language's grammar.  Offsets are bytes into the UTF-8 text;
lines and columns count from 1, columns in bytes.
"""

from __future__ import annotations

import os
from dataclasses import field
from enum import Enum
from pathlib import Path

from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass

MAX_SOURCE_BYTES = 4_000_000


class Language(Enum):
    """The languages that a front end exists for."""

    C = "c"
    CPP = "c++"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open byte range ``[start, end)`` of one file, with the line and column of its start."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    file: str = ""

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies inside this range (or is equal to it)."""
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SourceUnit:
    """One source file, read once.

    ``text`` holds the file's bytes (UTF-8); ``path`` is as the user gave it.
    """

    path: Path
    language: Language
    text: bytes = field(repr=False)

    def slice(self, span: Span) -> str:
        """The text that ``span`` covers."""
        return self.text[span.start : span.end].decode("utf-8", "replace")


class InputError(Exception):
    """Bad input by the user: one line that says what, where and what to do (exit code 2)."""


class Unsupported(Exception):
    """A construct that the front end or an analysis does not understand: refused, never guessed."""

    def __init__(self, span: Span, what: str, remedy: str = "") -> None:
        super().__init__(f"{span}: {what}")
        self.span = span
        self.what = what
        self.remedy = remedy

    @property
    def diagnostic(self) -> Diagnostic:
        """The refusal as a finding to show."""
        return Diagnostic(self.span, self.what, self.remedy, code=Why.NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding to show: where, what, and what would help; ``other`` is a second place that takes part, ``distance``
    the number of iterations between the two where it is one number. ``code`` names the kind of reason."""

    span: Span
    what: str
    remedy: str = ""
    other: Span | None = None
    distance: int | None = None
    code: Why = field(kw_only=True)


SUFFIXES = {
    ".c": Language.C,
    ".cc": Language.CPP,
    ".cpp": Language.CPP,
    ".cxx": Language.CPP,
    ".c++": Language.CPP,
    ".hpp": Language.CPP,
    ".hh": Language.CPP,
    ".h": Language.C,
}


def read(path: Path, language: Language | None = None) -> SourceUnit:
    """Read one C or C++ file; ``language``: what is in it, whatever it is called.

    Raises ``InputError`` for a file that is missing, unreadable, empty, binary, too large or of another language.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file; give the path of a C or C++ source file")
    if path.is_dir():
        raise InputError(f"{path}: is a directory; give a source file in it")
    if path.suffix == ".py":
        raise InputError(f"{path}: Python sources are not supported yet; give a C or C++ file")
    language = language or SUFFIXES.get(path.suffix.lower())
    if language is None:
        known = " ".join(sorted(SUFFIXES))
        raise InputError(f"{path}: unknown file type {path.suffix or '(none)'!r}; known: {known}")
    try:
        size = path.stat().st_size
        if size > MAX_SOURCE_BYTES:
            raise InputError(f"{path}: {size / 1e6:.1f} MB; files over {MAX_SOURCE_BYTES / 1e6:.0f} MB are refused; "
                             "split it")
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    if b"\0" in text:
        raise InputError(f"{path}: a binary file, not source text")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); convert it to UTF-8") from error
    return SourceUnit(path, language, text)


_NOT_SOURCES = {"build", "dist", "node_modules", "CMakeFiles"}


def find_sources(path: Path) -> tuple[Path, ...]:
    """``path`` itself, or the C and C++ sources below it in order: no headers, nothing hidden, emitted or built.

    Raises ``InputError`` for a directory without sources."""
    if not path.is_dir():
        return (path,)
    found: list[Path] = []
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_SOURCES)
        found += [Path(folder, name) for name in sorted(files) if _is_source(name)]
    if not found:
        raise InputError(f"{path}: no C or C++ sources in this directory")
    return tuple(found)


def _is_source(name: str) -> bool:
    suffix = Path(name).suffix.lower()
    return suffix in SUFFIXES and not suffix.startswith(".h") and not name.startswith(".") and ".parlay." not in name
