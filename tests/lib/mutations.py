"""Random changes of source text: of bytes, of tokens, and of subtrees of the syntax tree."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

import tree_sitter
import tree_sitter_c
import tree_sitter_cpp

TOKEN = re.compile(
    rb'[A-Za-z_]\w*|\d[\w.]*|"(?:[^"\\\n]|\\.)*"|<<=|>>=|->|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|>>|::|\S'
)
_PARSERS = {
    "c": tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language())),
    "cpp": tree_sitter.Parser(tree_sitter.Language(tree_sitter_cpp.language())),
}
OPERATORS = [b"+", b"-", b"*", b"/", b"%", b"<", b"<=", b">", b">=", b"==", b"!=", b"&&", b"||", b"&", b"|", b"^"]
CONSTANTS = [b"0", b"1", b"2", b"-1", b"n", b"i", b"0.5", b"2.0f", b"7u", b"100L", b"'a'"]
TYPES = [b"int", b"unsigned", b"long", b"char", b"short", b"float", b"double", b"size_t", b"unsigned char", b"_Bool"]


def change_bytes(text: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Some bytes are replaced, removed, inserted or repeated."""
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(text) + 1)
        length = rng.choice([0, 1, 1, 3, 20])
        new = rng.choice([b"", bytes([rng.randrange(256)]), bytes(rng.choices(b"(){}[];,*&=+-<>\"'#\\/ \n", k=2)),
                          text[at : at + 12]])  # fmt: skip
        text = text[:at] + new + text[at + length :]
    return text


def change_tokens(text: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Some tokens are replaced by others, removed, repeated or exchanged."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        found = list(TOKEN.finditer(text))
        if not found:
            return text
        one, two = rng.choice(found), rng.choice(found)
        kind = rng.randrange(6)
        if kind == 0:
            new = b""
        elif kind == 1:
            new = one[0] + b" " + one[0]
        elif kind == 2 and one[0] in OPERATORS:
            new = rng.choice(OPERATORS)
        elif kind == 3 and one[0][:1].isdigit():
            new = rng.choice(CONSTANTS)
        elif kind == 4 and one[0] in TYPES:
            new = rng.choice(TYPES)
        else:
            new = two[0]
        text = text[: one.start()] + new + text[one.end() :]
    return text


def _nodes(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    found, pending = [], [node]
    while pending:
        current = pending.pop()
        found.append(current)
        pending.extend(current.named_children)
    return found


def change_trees(text: bytes, rng: random.Random, others: Sequence[bytes], language: str = "c") -> bytes:
    """A subtree is removed, or replaced by one of the same kind or by another expression of this or another text."""
    parser = _PARSERS[language]
    for _ in range(rng.choice([1, 1, 2])):
        nodes = _nodes(parser.parse(text).root_node)[1:]
        if not nodes:
            return text
        one = rng.choice(nodes)
        source = rng.choice([text, text, rng.choice(others)])
        donors = _nodes(parser.parse(source).root_node)[1:]
        same = [n for n in donors if n.type == one.type] or [n for n in donors if n.type.endswith("expression")]
        if rng.random() < 0.1 or not same:
            new = b""
        else:
            donor = rng.choice(same)
            new = source[donor.start_byte : donor.end_byte]
        text = text[: one.start_byte] + new + text[one.end_byte :]
    return text


def change_meaning(text: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """An operator, constant or type becomes another: what results mostly compiles and means something else."""
    for _ in range(rng.choice([1, 2, 3])):
        found = [m for m in TOKEN.finditer(text) if m[0] in OPERATORS or m[0] in TYPES or m[0][:1].isdigit()]
        if not found:
            return text
        one = rng.choice(found)
        new = rng.choice(OPERATORS if one[0] in OPERATORS else TYPES if one[0] in TYPES else CONSTANTS)
        text = text[: one.start()] + new + text[one.end() :]
    return text


Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutant(text: bytes, language: str, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """``text`` with one kind of random change."""
    kind = rng.randrange(4)
    if kind == 2:
        return change_trees(text, rng, others, language)
    changes: tuple[Change, ...] = (change_bytes, change_tokens, change_tokens, change_meaning)
    return changes[kind](text, rng, others)
