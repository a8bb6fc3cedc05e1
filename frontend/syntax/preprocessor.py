"""Directives: what is left of a file once its `#if`s are decided and its macros expanded.

Knows directives, and keeps every byte's place in the file: directives and inactive text become blanks.  A condition
that cannot be told blanks all of its branches and leaves a `Hole`: what overlaps it is refused.  Headers in quotes are
read where they lie beside the file and stand for their `#include`; system headers are not read.  It knows nothing of
grammars.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import MAX_SOURCE_BYTES, Language, SourceUnit
from unseq.frontend.syntax.conditions import (
    NEVER_DEFINED,
    PREDEFINED,
    PREDEFINED_C,
    PREDEFINED_CPP,
    Undecided,
    evaluate,
)
from unseq.frontend.syntax.macros import (
    WORDS_C,
    WORDS_CPP,
    Exhausted,
    Expander,
    Macro,
    Refused,
    definition,
    words_among,
)
from unseq.frontend.syntax.positions import ParsedText, Piece

_BLANK = bytes(byte if byte == 10 else 32 for byte in range(256))
_SKIP = (
    rb"""//(?:[^\n\\]|\\.)*|/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
    rb"""|(?<!\w)\.?\d(?:[eEpP][+-]|'?[\w.])*|(?P<directive>^[ \t]*(?:\#|%:))"""
)
_SCAN_C = re.compile(_SKIP, re.S | re.M)
_SCAN_CPP = re.compile(rb"""R"(?P<d>[^()\\\s]{0,16})\(.*?\)(?P=d)"|""" + _SKIP, re.S | re.M)
_LINE = re.compile(rb"(?:[^\n\\/]|\\\r?\n|\\.|/\*.*?\*/|//[^\n]*|/)*", re.S)
_DEFINED = re.compile(rb"\bdefined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|([A-Za-z_]\w*))")
_INCLUDE = re.compile(rb"\s*(?:<([^>\n]*)>|\"([^\"\n]*)\")")
MOST_EXPANSION = 4_000_000
DEEPEST_INCLUDE = 20


@dataclass(frozen=True, slots=True)
class Hole:
    """A range of the file whose meaning is not known, why, and what would help."""

    start: int
    end: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """``headers``: those included, in order; ``local``: those of them in quotes that are not found.  ``macros``: the
    object-like macros that were defined once and never undefined, so that their names can stand for their values
    anywhere below.  ``doubtful``: names that an undecided region defines."""

    text: ParsedText
    headers: tuple[str, ...]
    local: tuple[str, ...]
    macros: frozenset[str]
    doubtful: frozenset[str]
    holes: tuple[Hole, ...]


@dataclass(slots=True)
class _Branch:
    """An open `#if`."""

    start: int
    outer: bool  # whether the text around it is active
    taken: bool
    active: bool
    condition: str
    undecided: bool = False


@dataclass(slots=True)
class _State:
    unit: SourceUnit
    table: dict[bytes, Macro]
    branches: list[_Branch] = field(default_factory=list)
    out: list[bytes] = field(default_factory=list)
    size: int = 0
    pieces: list[Piece] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    changed: set[bytes] = field(default_factory=set)
    doubtful: set[bytes] = field(default_factory=set)
    holes: list[Hole] = field(default_factory=list)
    exhausted: bool = False
    read_headers: bool = True
    depth: int = 0
    once: set[Path] = field(default_factory=set)

    @property
    def active(self) -> bool:
        return not self.branches or self.branches[-1].active

    @property
    def undecided(self) -> bool:
        return any(branch.undecided for branch in self.branches)

    def put(self, text: bytes) -> None:
        self.out.append(text)
        self.size += len(text)


def preprocess(unit: SourceUnit, read_headers: bool = True) -> Preprocessed:
    """Decides the conditionals of a file and expands its macros; local headers stand for their includes."""
    cpp = unit.language is Language.CPP
    predefined = {**PREDEFINED, **(PREDEFINED_CPP if cpp else PREDEFINED_C)}
    table = {name: Macro(name, None, body) for name, body in predefined.items()}
    state = _State(unit, table, read_headers=read_headers)
    _run(state, Expander(state.table, WORDS_CPP if cpp else WORDS_C))
    once = {
        name.decode() for name, macro in state.table.items()
        if macro.parameters is None and name not in state.changed and name not in predefined
    }  # fmt: skip
    return Preprocessed(
        ParsedText.of(unit, b"".join(state.out), tuple(state.pieces)),
        tuple(state.headers), tuple(state.local), frozenset(once),
        frozenset(name.decode() for name in state.doubtful), tuple(state.holes),
    )  # fmt: skip


def _run(state: _State, expander: Expander) -> None:
    """One file from beginning to end."""
    text = state.unit.text
    position = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    state.put(b" " * position)
    if b"#" in text or b"%:" in text:
        scan = _SCAN_CPP if state.unit.language is Language.CPP else _SCAN_C
        for match in scan.finditer(text):
            if match["directive"] is None or match.start() < position:
                continue
            _emit(state, expander, position, match.start())
            line = _LINE.match(text, match.end())
            position = line.end() if line else len(text)
            state.put(text[match.start() : position].translate(_BLANK))
            _directive(state, expander, match.start(), position, text[match.end() : position])
    _emit(state, expander, position, len(text))
    for branch in state.branches:
        state.holes.append(Hole(branch.start, len(text), f"#{branch.condition} without #endif", "close it"))


def _include(state: _State, expander: Expander, header: str, start: int, end: int) -> bool:
    """Puts the text of a local header where its ``#include`` stands; False if it is not found."""
    if not state.read_headers or state.depth >= DEEPEST_INCLUDE:
        return False
    path = state.unit.path.parent / header
    try:
        path = path.resolve()
        if path in state.once:
            return True
        if not path.is_file() or path.stat().st_size > MAX_SOURCE_BYTES:
            return False
        text = path.read_bytes()
        text.decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        return False
    if b"\0" in text or state.size + len(text) > MOST_EXPANSION + len(state.unit.text):
        return False
    if re.search(rb"^\s*#\s*pragma\s+once", text, re.M):
        state.once.add(path)
    inner = _State(
        SourceUnit(path, state.unit.language, text), state.table, headers=state.headers, local=state.local,
        changed=state.changed, doubtful=state.doubtful, depth=state.depth + 1, once=state.once,
    )  # fmt: skip
    _run(inner, expander)
    # Newlines around it: nothing of the header is ever the whole of the include.
    content = b"\n" + b"".join(inner.out) + b"\n"
    state.holes += [Hole(start, end, f"in {header}: {hole.what}", hole.remedy) for hole in inner.holes]
    state.pieces.append(Piece(state.size, state.size + len(content), start, end, ""))
    state.put(content)
    state.pieces.append(Piece(state.size, state.size, end, end, ""))
    return True


@lru_cache(maxsize=64)
def _words(names: tuple[bytes, ...], language: Language) -> re.Pattern[bytes]:
    return words_among(names, WORDS_CPP if language is Language.CPP else WORDS_C)


def _emit(state: _State, expander: Expander, start: int, end: int) -> None:
    """Puts out the text between two directives."""
    text = state.unit.text[start:end]
    if not state.active:
        state.put(text.translate(_BLANK))
        return
    present = [name for name in state.table if name in text]
    if not present or state.exhausted:
        state.put(text)
        return
    words = _words(tuple(present), state.unit.language)
    done = at = 0
    while (match := words.search(text, at)) is not None:
        word = match["word"]
        if word is None:
            at = match.end()
            continue
        state.put(text[done : match.start()])
        done = match.start()
        try:
            found = expander.invocation(text, match)
            if found is not None and state.size + len(found[0]) > MOST_EXPANSION + len(state.unit.text):
                raise Exhausted("the file's macros expand to too much text")
        except (Refused, RecursionError) as error:
            what = str(error) if isinstance(error, Refused) else "macros expand into each other too deeply"
            remedy = "write the code without the macro"
            state.exhausted = not isinstance(error, Refused) or isinstance(error, Exhausted) or len(state.holes) > 200
            last = len(state.unit.text) if state.exhausted else start + match.end()
            state.holes.append(Hole(start + match.start(), last, what, remedy))
            if state.exhausted:
                break
            found = None
        if found is None:
            at = match.end()
            continue
        expansion, done = found
        at = done
        expansion = expansion.replace(b"\n", b" ")
        state.put(b" ")
        if expansion:
            piece = Piece(state.size, state.size + len(expansion), start + match.start(), start + done, word.decode())
            state.pieces.append(piece)
            state.put(expansion)
        state.put(b" ")
        # What follows starts at its own place again: an empty piece keeps the distance.
        state.pieces.append(Piece(state.size, state.size, start + done, start + done, ""))
    state.put(text[done:])


def _directive(state: _State, expander: Expander, start: int, end: int, text: bytes) -> None:
    match = re.match(rb"\s*([a-z_]+)", text)
    if match is None:
        return
    name, rest = match[1], text[match.end() :]
    if name in (b"if", b"ifdef", b"ifndef"):
        _open(state, expander, start, name, rest)
    elif name in (b"elif", b"else", b"elifdef", b"elifndef"):
        _switch(state, expander, start, name, rest)
    elif name == b"endif":
        if not state.branches:
            state.holes.append(Hole(start, end, "#endif without #if", "remove it"))
            return
        branch = state.branches.pop()
        if branch.undecided and not state.undecided:
            what = f"whether #{branch.condition} holds is not known"
            state.holes.append(Hole(branch.start, end, what, "define the macro in this file, or keep one branch"))
    elif name in (b"define", b"undef"):
        _define(state, start, end, name, rest)
    elif name == b"include" and state.active:
        found = _INCLUDE.match(rest)
        if found is not None:
            header = (found[1] or found[2] or b"").decode("utf-8", "replace").strip()
            state.headers.append(header)
            if header == "complex.h" and state.unit.language is Language.C:
                state.table[b"complex"] = Macro(b"complex", None, b"_Atomic")
            if found[2] is not None and not _include(state, expander, header, start, end):
                state.local.append(header)
    elif name == b"error" and state.active:
        state.holes.append(Hole(0, len(state.unit.text), "an #error directive is reached", "define what it asks for"))


def _define(state: _State, start: int, end: int, kind: bytes, rest: bytes) -> None:
    macro = definition(rest)
    if macro is None:
        if state.active:
            state.holes.append(Hole(start, end, "a malformed #define", "correct it"))
        return
    if not state.active:
        if state.undecided:
            state.doubtful.add(macro.name)
        return
    known = state.table.get(macro.name)
    if known is not None and (kind == b"undef" or known != macro):
        state.changed.add(macro.name)
    if kind == b"undef":
        state.table.pop(macro.name, None)
        state.doubtful.discard(macro.name)
    else:
        state.table[macro.name] = macro


def _open(state: _State, expander: Expander, start: int, name: bytes, rest: bytes) -> None:
    condition = " ".join((name + b" " + rest.strip()).decode("utf-8", "replace").split())[:60]
    branch = _Branch(start, state.active, False, False, condition)
    if branch.outer:
        try:
            branch.active = branch.taken = _holds(state, expander, name, rest)
        except Undecided:
            branch.undecided = True
    state.branches.append(branch)


def _switch(state: _State, expander: Expander, start: int, name: bytes, rest: bytes) -> None:
    if not state.branches:
        state.holes.append(Hole(start, start + 1, f"#{name.decode()} without #if", "remove it"))
        return
    branch = state.branches[-1]
    if not branch.outer or branch.undecided:
        return
    branch.active = False
    if branch.taken:
        return
    try:
        branch.active = branch.taken = name == b"else" or _holds(state, expander, name.removeprefix(b"el"), rest)
    except Undecided:
        branch.undecided = True


def _holds(state: _State, expander: Expander, name: bytes, rest: bytes) -> bool:
    if name in (b"ifdef", b"ifndef"):
        match = re.match(rb"\s*([A-Za-z_]\w*)", rest)
        if match is None:
            raise Undecided
        return _defined(state, match[1]) == (name == b"ifdef")
    joined = re.sub(rb"\\\r?\n", b" ", rest)
    decided = _DEFINED.sub(lambda m: b"1" if _defined(state, m[1] or m[2]) else b"0", joined)
    try:
        expanded = expander.expand(re.sub(rb"/\*.*?\*/|//[^\n]*", b" ", decided, flags=re.S))
    except (Refused, RecursionError) as error:
        raise Undecided from error

    def value_of(word: bytes) -> int:
        if word == b"true":
            return 1
        if word == b"false" or not _defined(state, word):
            return 0
        raise Undecided

    return bool(evaluate(expanded, value_of))


def _defined(state: _State, name: bytes) -> bool:
    """Whether a name is a macro here; ``Undecided`` where a header or the compiler may define it."""
    if name in state.table:
        return True
    if name in state.doubtful or b"__has_" in name:
        raise Undecided
    if name in NEVER_DEFINED or name in state.changed:
        return False
    if name.startswith(b"_") and (state.headers or name.startswith(b"__")):
        raise Undecided
    if state.local:
        raise Undecided  # a header that was not read may define it
    return False
