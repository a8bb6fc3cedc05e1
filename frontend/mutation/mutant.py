"""A mutant, and how the finders of mutants read a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.slotted import dataclass
from unseq.frontend.syntax.tree import Node


@dataclass(frozen=True, slots=True)
class Mutant:
    """``text`` in place of the bytes ``[start, end)``, which are one expression or, for a ``statement``, one or more
    statements; ``line`` counts from 1."""

    start: int
    end: int
    text: str
    line: int
    what: str
    kind: str
    statement: bool = False


def replaced(node: Node, text: str, what: str, kind: str, *, statement: bool = False) -> Iterator[Mutant]:
    """The mutant that has ``text`` in place of a node; none where it cannot stand on one line."""
    if "\n" in text and ("//" in text or "#" in text):
        return
    line = node.start_point[0] + 1
    yield Mutant(node.start_byte, node.end_byte, " ".join(text.split("\n")), line, what, kind, statement)


def text_of(node: Node | None) -> str:
    """The text of a node; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def arguments_of(call: Node) -> list[Node]:
    """The arguments of a call."""
    given = call.child_by_field_name("arguments")
    return [node for node in given.named_children if node.type != "comment"] if given is not None else []


def callee_of(call: Node) -> str:
    """What a call calls, without its namespaces and template arguments."""
    return text_of(call.child_by_field_name("function")).partition("<")[0].rpartition("::")[2]


def shortened(node: Node) -> str:
    """The text of a node for people."""
    words = " ".join(text_of(node).split())
    return words if len(words) <= 40 else f"{words[:39]}…"
