"""Macro expansion, as C defines it: arguments first, `#` and `##`, no macro inside its own expansion.

Knows tokens and replacement lists; knows nothing of directives, files or positions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from unseq.frontend.slotted import dataclass

MOST_BYTES = 200_000  # of one expansion
MOST_WORK = 1_000_000  # bytes looked at for one invocation
DEEPEST = 40

_C_TOKEN = rb"""//(?:[^\n\\]|\\.)*|/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
_WORDS = rb"""|(?P<number>(?<!\w)\.?\d(?:[eEpP][+-]|'?[\w.])*)|(?P<word>[A-Za-z_]\w*)"""
_RAW = rb"""(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"|"""
# Comments and literals match without a name, so that what stands in them is never taken for a word.
WORDS_C = re.compile(_C_TOKEN + _WORDS, re.S)
WORDS_CPP = re.compile(_RAW + _C_TOKEN + _WORDS, re.S)

def words_among(names: tuple[bytes, ...], words: re.Pattern[bytes]) -> re.Pattern[bytes]:
    """A pattern like ``words`` that finds only these names."""
    one_of = b"|".join(re.escape(name) for name in sorted(names, reverse=True))
    return re.compile(words.pattern.replace(rb"(?P<word>[A-Za-z_]\w*)", rb"\b(?P<word>" + one_of + rb")\b"), re.S)


_BODY = re.compile(
    rb"""\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#\#?|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|.""", re.S
)
_SPACE = re.compile(rb"(?:\s+|//(?:[^\n\\]|\\.)*|/\*.*?\*/)*", re.S)


@dataclass(frozen=True, slots=True)
class Macro:
    """``parameters`` None: object-like. ``body`` has no comments and one line."""

    name: bytes
    parameters: tuple[bytes, ...] | None
    body: bytes
    variadic: bool = False


class Refused(Exception):
    """An invocation that is not expanded, with the reason."""


class Exhausted(Refused):
    """An invocation that costs so much that no other should be tried."""


class Expander:
    """Expands the macros of ``table``, which the caller may change between calls."""

    def __init__(self, table: Mapping[bytes, Macro], words: re.Pattern[bytes]) -> None:
        self._table = table
        self._words = words
        self._work = 0

    def invocation(self, text: bytes, match: re.Match[bytes]) -> tuple[bytes, int] | None:
        """The expansion of the macro that ``match`` found in ``text``, and where its invocation ends."""
        self._work = 0
        return self._invocation(text, match, frozenset())

    def _invocation(self, text: bytes, match: re.Match[bytes], hidden: frozenset[bytes]) -> tuple[bytes, int] | None:
        """The expansion of the macro whose name ``match`` found, and where its invocation ends in ``text``.
        None for a function-like macro without arguments, which stays as it is."""
        macro = self._table[match["word"]]
        if macro.parameters is None:
            return self._rescan(macro.body, hidden | {macro.name}), match.end()
        space = _SPACE.match(text, match.end())
        start = space.end() if space else match.end()
        if text[start : start + 1] != b"(":
            return None
        arguments, end = self._arguments(text, start, macro)
        return self._rescan(self._substitute(macro, arguments, hidden), hidden | {macro.name}), end

    def expand(self, text: bytes, hidden: frozenset[bytes] = frozenset()) -> bytes:
        """``text`` with all its macros expanded."""
        if len(hidden) > DEEPEST:
            raise Exhausted("macros expand into each other too deeply")
        self._work += len(text) + 20
        if self._work > MOST_WORK:
            raise Exhausted("a macro expands to too much text")
        pieces: list[bytes] = []
        position = size = 0
        while (match := self._words.search(text, position)) is not None:
            word = match["word"]
            if word is None or word in hidden or word not in self._table:
                pieces.append(text[position : match.end()])
                position = match.end()
            else:
                found = self._invocation(text, match, hidden)
                if found is None:
                    pieces.append(text[position : match.end()])
                    position = match.end()
                else:
                    pieces += (text[position : match.start()], b" ", found[0], b" ")
                    position = found[1]
            size += len(pieces[-1]) + (len(pieces[-2]) if len(pieces) > 1 else 0)
            if size > MOST_BYTES:
                raise Exhausted("a macro expands to too much text")
        pieces.append(text[position:])
        return b"".join(pieces)

    def _rescan(self, text: bytes, hidden: frozenset[bytes]) -> bytes:
        if len(text) > MOST_BYTES:
            raise Exhausted("a macro expands to too much text")
        return self.expand(text, hidden).strip()

    def _arguments(self, text: bytes, start: int, macro: Macro) -> tuple[list[bytes], int]:
        depth = 0
        arguments: list[bytes] = []
        begin = start + 1
        pattern = re.compile(self._words.pattern + rb"|(?P<mark>[(),\[\]{}])", re.S)
        name = macro.name.decode("ascii", "replace")
        for match in pattern.finditer(text, start):
            mark = match["mark"]
            if mark in (b"(", b"[", b"{"):
                depth += 1
            elif mark in (b")", b"]", b"}"):
                depth -= 1
                if depth == 0:
                    arguments.append(text[begin : match.start()])
                    return self._matched(macro, arguments), match.end()
            elif mark == b"," and depth == 1:
                arguments.append(text[begin : match.start()])
                begin = match.end()
        raise Refused(f"the arguments of macro {name} do not end")

    def _matched(self, macro: Macro, arguments: list[bytes]) -> list[bytes]:
        wanted = macro.parameters or ()
        cleaned = [_without_comments(argument) for argument in arguments]
        if not wanted and not macro.variadic and cleaned == [b""]:
            return []
        if macro.variadic:
            fixed = len(wanted) - 1
            cleaned = [*cleaned[:fixed], b", ".join(cleaned[fixed:])]
        if len(cleaned) != len(wanted):
            raise Refused(f"macro {macro.name.decode()} takes {len(wanted)} arguments, {len(arguments)} are given")
        return cleaned

    def _substitute(self, macro: Macro, arguments: list[bytes], hidden: frozenset[bytes]) -> bytes:
        raw = dict(zip(macro.parameters or (), arguments, strict=True))
        tokens = [match.group() for match in _BODY.finditer(macro.body)]
        out: list[bytes] = []
        ready: dict[bytes, bytes] = {}
        at = 0
        while at < len(tokens):
            token = tokens[at]
            following = next((i for i in range(at + 1, len(tokens)) if not tokens[i].isspace()), len(tokens))
            if token == b"#" and following < len(tokens) and tokens[following] in raw:
                text = raw[tokens[following]].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
                out.append(b'"' + b" ".join(text.split()) + b'"')
                at = following + 1
            elif token == b"##":
                while out and out[-1].isspace():
                    out.pop()
                if following < len(tokens):
                    out.append(raw.get(tokens[following], tokens[following]))
                at = following + 1
            elif token in raw:
                pasted = following < len(tokens) and tokens[following] == b"##"
                if not pasted and token not in ready:
                    ready[token] = self.expand(raw[token], hidden)
                out.append(raw[token] if pasted else ready[token])
                at += 1
            else:
                out.append(token)
                at += 1
        return b"".join(out)


def _without_comments(text: bytes) -> bytes:
    kept = re.sub(rb"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|//[^\n]*|/\*.*?\*/|\s+""", lambda m: m[1] or b" ", text,
                  flags=re.S)
    return kept.strip()


def definition(text: bytes) -> Macro | None:
    """The macro that ``#define text`` defines; None if it is malformed."""
    text = _without_comments(re.sub(rb"\\\r?\n", b"", text))
    match = re.match(rb"([A-Za-z_]\w*)(\(([^)]*)\))?", text)
    if match is None:
        return None
    body = text[match.end() :].strip()
    if match[2] is None:
        return Macro(match[1], None, body)
    names = [name.strip() for name in match[3].split(b",")] if match[3].strip() else []
    variadic = bool(names) and names[-1].endswith(b"...")
    if variadic:
        names[-1] = names[-1][:-3].strip() or b"__VA_ARGS__"
    if not all(re.fullmatch(rb"[A-Za-z_]\w*", name) for name in names):
        return None
    return Macro(match[1], tuple(names), body, variadic)
