"""Lines and indentation.

Knows how source text is indented and how a piece of it moves to another depth.  A piece is a string whose lines are
indented relative to column 0.  Knows nothing of C++ except what makes white space at the start of a line
significant (raw strings, continued lines).
"""

from __future__ import annotations

import re


def indentation_at(source: bytes, offset: int) -> str:
    """The white space that begins the line of ``offset``."""
    begin = source.rfind(b"\n", 0, offset) + 1
    end = begin
    while end < len(source) and source[end : end + 1] in (b" ", b"\t"):
        end += 1
    return source[begin:end].decode()


def unit_of(source: bytes) -> str:
    """What the file indents by: a tab, or the smallest common step of spaces (4 where nothing is indented)."""
    if re.search(rb"^\t+\S", source, re.MULTILINE):
        return "\t"
    widths = [len(m[1]) for m in re.finditer(rb"^( +)[^\s*/]", source, re.MULTILINE)]
    steps = [w for w in widths if w in (2, 3, 4, 8)]
    return " " * min(steps) if steps else "    "


def movable(text: str) -> bool:
    """Whether the white space that begins the lines of ``text`` may change."""
    return 'R"' not in text and "\\\n" not in text


def shift(text: str, old: str, new: str) -> str:
    """``text`` with ``new`` in place of the indentation ``old`` of every line but the first."""
    if "\n" not in text or not movable(text):
        return text
    first, *rest = text.split("\n")
    return "\n".join([first, *(new + _without(line, old) if line.strip() else "" for line in rest)])


def _without(line: str, prefix: str) -> str:
    if line.startswith(prefix):
        return line[len(prefix) :]
    return line.lstrip(" \t")


def indent(text: str, by: str) -> str:
    """Every line of a piece, moved right by ``by``."""
    if not movable(text):
        first, *rest = text.split("\n")
        return "\n".join([by + first, *rest])
    return "\n".join(by + line if line.strip() else "" for line in text.split("\n"))


def respace(text: str, unit: str) -> str:
    """Printed text (4 spaces a level) in steps of ``unit``."""
    if unit == "    " or not movable(text):
        return text
    return "\n".join(_respaced(line, unit) for line in text.split("\n"))


def _respaced(line: str, unit: str) -> str:
    body = line.lstrip(" ")
    levels, rest = divmod(len(line) - len(body), 4)
    return unit * levels + " " * rest + body


def line_count(text: str) -> int:
    """How many lines a piece has."""
    return text.count("\n") + 1
