"""Statements in another order, and declarations in other places."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.assignments import ARITHMETIC
from unseq.frontend.variation.code import LOOPS, Code, declared, in_block, statements_of
from unseq.frontend.variation.edits import Edit, Site


def _touched(code: Code, statement: Node) -> tuple[set[str], set[str], bool, bool] | None:
    """Variables read and set by a simple statement, and whether it reads and writes memory; None for others."""
    if statement.type == "declaration":
        read: set[str] = set()
        written: set[str] = set()
        for declarator in statement.children_by_field_name("declarator"):
            value = declarator.child_by_field_name("value")
            name = declarator.child_by_field_name("declarator")
            if name is None or value is None or name.type != "identifier" or not code.pure(value):
                return None
            read |= set(code.names(value))
            written.add(code.text(name))
        kind = statement.child_by_field_name("type")
        if kind is None or not ARITHMETIC.fullmatch(code.text(kind)):
            return None
        return read, written, _memory(statement), False
    if statement.type != "expression_statement" or not statement.named_children:
        return None
    node = statement.named_children[0]
    place = node.child_by_field_name("left" if node.type == "assignment_expression" else "argument")
    value = node.child_by_field_name("right")
    if place is None or node.type not in ("assignment_expression", "update_expression") or not code.pure(place):
        return None
    if value is not None and not code.pure(value):
        return None
    read = set(code.names(node))
    if code.local(place) and place.type == "identifier":
        return read, {code.text(place)}, _memory(node), False
    return read, set(), True, True


def _memory(node: Node) -> bool:
    kinds = ("subscript_expression", "pointer_expression", "field_expression", "call_expression")
    return any(n.type in kinds for n in below(node))


def _escapes(code: Code, node: Node, names: set[str]) -> bool:
    """Whether some variable may also be reached by a pointer, a reference or a lambda."""
    definition, _ = code.function_of(node)
    for n in below(definition):
        pointer = n.type == "pointer_expression" and code.text(n)[:1] == "&"
        reference = n.type in ("reference_declarator", "lambda_expression")
        if (pointer or reference) and names & set(code.names(n.parent if n.type == "reference_declarator" else n)):
            return True
    return False


def exchanged(code: Code, rng: random.Random) -> Iterator[Site]:
    """Two neighbouring statements that have nothing to do with each other change places."""
    for block in code.nodes("compound_statement"):
        inside = statements_of(block)
        for one, two in pairwise(inside):
            a, b = _touched(code, one), _touched(code, two)
            if a is None or b is None or not code.plain(one, two):
                continue
            if a[1] & (b[0] | b[1]) or b[1] & (a[0] | a[1]) or (a[3] and b[2]) or (b[3] and a[2]):
                continue
            if not _escapes(code, one, a[1] | b[1]):
                yield (code.edit(one, code.text(two)), code.edit(two, code.text(one)))


def hoisted(code: Code, rng: random.Random) -> Iterator[Site]:
    """A variable of a loop's body is declared before the loop."""
    for loop in code.nodes(*LOOPS):
        body = loop.child_by_field_name("body")
        if body is None or body.type != "compound_statement" or not in_block(loop):
            continue
        for node in statements_of(body):
            declarators, kind = node.children_by_field_name("declarator"), node.child_by_field_name("type")
            if node.type != "declaration" or len(declarators) != 1 or kind is None or not code.plain(node, kind):
                continue
            name, value = declarators[0].child_by_field_name("declarator"), declarators[0].child_by_field_name("value")
            if name is None or value is None or name.type != "identifier" or not ARITHMETIC.fullmatch(code.text(kind)):
                continue
            _, function = code.function_of(node)
            word = code.text(name)
            braces = value.type in ("initializer_list", "argument_list")
            if declared(function).get(word) != 1 or braces or _static(node) or _captured(code, body, word):
                continue
            begin, _ = code.place(loop)
            yield (Edit(begin, begin, f"{code.text(kind)} {word}; "), code.edit(node, f"{word} = {code.text(value)};"))


def _static(node: Node) -> bool:
    return any(c.type == "storage_class_specifier" for c in node.children)


def _captured(code: Code, body: Node, word: str) -> bool:
    return any(n.type == "lambda_expression" and word in code.names(n) for n in below(body))
