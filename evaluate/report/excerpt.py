"""One function's lines out of a file, by the text of its head: for emitted code that no front end can read.

Knows tokens and braces only.
"""

from __future__ import annotations

from pygments.lexers import CppLexer
from pygments.token import Comment, Literal


def excerpt(text: str, head: str) -> tuple[str, int] | None:
    """The whole lines from the one with ``head`` to the closing brace, and the number of the first; None if ``head``
    is not there or its braces do not close."""
    found = text.find(head)
    if found < 0:
        return None
    depth = 0
    for at, kind, token in CppLexer().get_tokens_unprocessed(text[found:]):
        if kind in Comment or kind in Literal.String:
            continue
        depth += token.count("{") - token.count("}")
        if depth == 0 and "}" in token:
            start = text.rfind("\n", 0, found) + 1
            end = text.find("\n", found + at)
            return text[start : len(text) if end < 0 else end], text.count("\n", 0, start) + 1
    return None
