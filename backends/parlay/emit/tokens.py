"""Words of C source text, comments and literals left out.

Knows the lexical level only: where an identifier stands as a word of the program, and how deep in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"(?P<skip>//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    rb"|(?P<directive>^[ \t]*#[^\n]*(?:\\\n[^\n]*)*)"
    rb"|(?P<word>[A-Za-z_]\w*)|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<mark>[^\sA-Za-z_\d])",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of punctuation, at a byte offset, inside ``depth`` pairs of braces."""

    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        """Behind its last byte."""
        return self.start + len(self.text.encode())

    @property
    def is_word(self) -> bool:
        """Whether it is an identifier or keyword."""
        return self.text[0].isalpha() or self.text[0] == "_"


def tokens(source: bytes, *, directives: bool = False) -> Iterator[Token]:
    """The tokens of ``source``; preprocessor lines are one token each, left out unless ``directives``."""
    depth = 0
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind in ("skip", "number"):
            continue
        text = match[0].decode("utf-8", "replace")
        if kind == "directive":
            if directives:
                yield Token(text, match.start(), depth)
            continue
        if text == "}":
            depth -= 1
        yield Token(text, match.start(), depth)
        if text == "{":
            depth += 1
