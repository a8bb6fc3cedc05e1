"""Other types: wider counters, which change nothing, and data of other precision, which does.

``other_data`` is for comparing a changed original with its own translation: it is no variation of the original.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.source import SourceUnit
from unseq.frontend.syntax.tree import below
from unseq.frontend.variation.code import Code
from unseq.frontend.variation.edits import Edit, Site, apply

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|^[ \t]*#[ \t]*include[^\n]*'
    r"|(?P<type>\b(?:float|double)\b)|(?P<number>(?<![\w.])(?:\d+\.\d*(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+)f?\b)",
    re.S | re.M,
)


def wider_counter(code: Code, rng: random.Random) -> Iterator[Site]:
    """An ``int`` counter becomes a ``long``, where it only meets numbers that are no 32-bit unsigned ones."""
    for loop in code.nodes("for_statement"):
        init = loop.child_by_field_name("initializer")
        kind = init.child_by_field_name("type") if init is not None and init.type == "declaration" else None
        if init is None or kind is None or code.text(kind) != "int" or not code.plain(init, kind):
            continue
        declarators = init.children_by_field_name("declarator")
        if len(declarators) != 1 or (name := declarators[0].child_by_field_name("declarator")) is None:
            continue
        if name.type != "identifier":
            continue
        counter = code.text(name)
        safe = True
        for node in below(loop):
            if node.type in ("call_expression", "lambda_expression", "init_declarator", "return_statement"):
                # deduced types, references and results of other width
                inside = node.child_by_field_name("arguments") if node.type == "call_expression" else node
                safe &= node == declarators[0] or counter not in code.names(inside)
            if node.type in ("binary_expression", "assignment_expression") and counter in code.names(node):
                for side in ("left", "right"):
                    of = code.type(node.child_by_field_name(side))
                    safe &= not (isinstance(of, t.Int) and of.bits == 32 and not of.signed)
            if node.type in ("conditional_expression", "sizeof_expression"):
                safe &= counter not in code.names(node)
            if node.type == "pointer_expression" and code.text(node)[0] == "&":
                safe &= counter not in code.names(node)
        if safe:
            yield (code.edit(kind, "long"),)


def other_data(unit: SourceUnit, rng: random.Random) -> SourceUnit | None:
    """``float`` for ``double`` and the reverse, literals too; None if the file has neither."""
    text = unit.text.decode("utf-8")
    edits: list[Edit] = []
    to_float = re.search(r"\bdouble\b", text) is not None and (not re.search(r"\bfloat\b", text) or rng.random() < 0.5)
    for match in _TOKEN.finditer(text):
        start = len(text[: match.start()].encode())
        word = match[0]
        if match["type"] is not None:
            edits.append(Edit(start, start + len(word), "float" if to_float else "double"))
        elif match["number"] is not None:
            edits.append(Edit(start, start + len(word), word.rstrip("f") + ("f" if to_float else "")))
    return apply(unit, edits) if any(re.search("float|double", edit.text) for edit in edits) else None
