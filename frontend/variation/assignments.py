"""Compound and plain assignments, and variables for parts of expressions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.code import Code, bare_node, declared, in_block
from unseq.frontend.variation.edits import Edit, Site

_OPERATORS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
ARITHMETIC = re.compile(
    r"(?:std::)?(?:size_t|bool|(?:unsigned |long |short )*(?:int|long|char|short|unsigned|float|double))"
)
_COMMUTES = ("+", "*", "&", "|", "^")


def _numeric(type_: t.Type | None) -> bool:
    return isinstance(type_, t.Int | t.Float) or (isinstance(type_, t.Library) and type_.name == "complex")


def plain_assignment(code: Code, rng: random.Random) -> Iterator[Site]:
    """``x += e`` as ``x = x + e``, or as ``x = e + x`` where that is the same."""
    for node in code.nodes("assignment_expression"):
        place, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if place is None or value is None or operator is None or operator.type[:-1] not in _OPERATORS:
            continue
        kind, other = code.type(place), code.type(value)
        if not code.pure(place) or not code.plain(place, value) or not _numeric(kind) or not _numeric(other):
            continue
        x, e, op = code.text(place), code.text(value), operator.type[:-1]
        atom = value.type in ("identifier", "number_literal", "subscript_expression", "field_expression",
                              "call_expression", "parenthesized_expression")  # fmt: skip
        e = e if atom else f"({e})"
        forms = [f"{x} = {x} {op} {e}"]
        if op in _COMMUTES and kind == other and code.pure(value):
            forms.append(f"{x} = {e} {op} {x}")
        yield (code.edit(node, rng.choice(forms)),)


def compound_assignment(code: Code, rng: random.Random) -> Iterator[Site]:
    """``x = x + e`` as ``x += e``."""
    for node in code.nodes("assignment_expression"):
        place, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if place is None or value is None or operator is None or operator.type != "=" or not code.pure(place):
            continue
        value = bare_node(value)
        inner = value.child_by_field_name("operator") if value.type == "binary_expression" else None
        left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
        if inner is None or left is None or right is None or inner.type not in _OPERATORS:
            continue
        if code.text(left) == code.text(place) and code.plain(place, right) and _numeric(code.type(place)):
            yield (code.edit(node, f"{code.text(place)} {inner.type}= {code.text(right)}"),)


# --- variables for parts -------------------------------------------------------------------------------------------


def _statement(code: Code, node: Node) -> Node | None:
    """The simple statement between braces of which ``node`` is always evaluated, before any effect of it."""
    current, parent = node, node.parent
    while parent is not None:
        if parent.type in ("lambda_expression", "conditional_expression", "update_expression", "comma_expression"):
            return None
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            if operator is not None and operator.type in ("&&", "||") and parent.child_by_field_name("left") != current:
                return None
        if parent.type in ("expression_statement", "return_statement"):
            return parent if in_block(parent) else None
        if parent.type == "declaration":
            several = len(parent.children_by_field_name("declarator")) > 1
            static = any(c.type == "storage_class_specifier" for c in parent.children)
            return parent if in_block(parent) and not several and not static else None
        if parent.type == "if_statement" and parent.child_by_field_name("condition") == current:
            return parent if in_block(parent) else None
        if parent.type not in ("binary_expression", "assignment_expression", "init_declarator", "condition_clause",
                               "parenthesized_expression", "subscript_expression", "argument_list", "call_expression",
                               "unary_expression", "cast_expression", "subscript_argument_list"):  # fmt: skip
            return None
        current, parent = parent, parent.parent
    return None


def _effects(code: Code, statement: Node) -> list[Node]:
    """The parts of a statement that may change something."""
    kinds = ("assignment_expression", "update_expression", "call_expression", "lambda_expression")
    found = [n for n in below(statement) if n.type in kinds and not code.pure(n)]
    return [n for n in found if not (n.type == "assignment_expression" and n.parent == statement)]


def named_part(code: Code, rng: random.Random) -> Iterator[Site]:
    """A part of an expression gets a variable of its own before the statement."""
    for node in code.nodes("binary_expression", "call_expression", "subscript_expression"):
        parent = node.parent
        if not code.pure(node) or parent is None or parent.type == "expression_statement":
            continue
        target = parent.child_by_field_name("left") if parent.type == "assignment_expression" else None
        if target == node or parent.type in ("pointer_expression", "update_expression", "field_expression"):
            continue
        kind = code.type(node)
        spelled = code.spelling(kind) if kind is not None and t.is_arithmetic(kind) else None
        statement = _statement(code, node)
        if spelled is None or statement is None:
            continue
        condition = statement.child_by_field_name("condition") if statement.type == "if_statement" else statement
        if condition is None or _effects(code, condition) or _bound(node):
            continue
        name = code.name(rng, "part", "term", "piece", "amount", "given")
        constant = rng.choice(["const ", ""])
        start, _ = code.place(statement)
        yield (Edit(start, start, f"{constant}{spelled} {name} = {code.text(node)}; "), code.edit(node, name))


def _bound(node: Node) -> bool:
    """Whether something may refer to the place that ``node`` is: an argument of a call, or what a reference names."""
    current: Node | None = node
    while current is not None and current.parent is not None and not current.type.endswith("statement"):
        parent = current.parent
        if parent.type == "argument_list" and node.type == "subscript_expression":
            return True
        if parent.type == "init_declarator":
            name = parent.child_by_field_name("declarator")
            return name is not None and name.type != "identifier"
        current = parent
    return False


def inlined(code: Code, rng: random.Random) -> Iterator[Site]:
    """A variable that only the next statement uses, once, gives way to its value."""
    for node in code.nodes("declaration"):
        declarators, kind = node.children_by_field_name("declarator"), node.child_by_field_name("type")
        after = node.next_named_sibling
        if len(declarators) != 1 or not in_block(node) or after is None or kind is None:
            continue
        name, value = declarators[0].child_by_field_name("declarator"), declarators[0].child_by_field_name("value")
        if name is None or value is None or name.type != "identifier" or not code.pure(value):
            continue
        definition, function = code.function_of(node)
        word = code.text(name)
        uses = [n for n in below(definition) if n.type == "identifier" and code.text(n) == word]
        if len(uses) != 2 or declared(function).get(word) != 1 or not code.plain(node, value, after):
            continue
        use = next(n for n in uses if n != name)
        statement = _statement(code, use)
        if statement != after or use.parent is None or use.parent.type in ("update_expression", "pointer_expression"):
            continue
        target = use.parent.child_by_field_name("left") if use.parent.type == "assignment_expression" else None
        condition = after.child_by_field_name("condition") if after.type == "if_statement" else after
        if target == use or condition is None or _effects(code, condition) or _bound(use):
            continue
        type_ = code.type(use)
        spelled = code.spelling(type_) if type_ is not None and t.is_arithmetic(type_) else None
        if spelled is None:
            continue
        converted = code.type(value) != type_
        text = f"({spelled})({code.text(value)})" if converted else f"({code.text(value)})"
        yield (code.edit(node, ""), code.edit(use, text))


def split_declaration(code: Code, rng: random.Random) -> Iterator[Site]:
    """``double x = e;`` as ``double x; x = e;``, and ``double x = a, y = b;`` as two declarations."""
    for node in code.nodes("declaration"):
        declarators, kind = node.children_by_field_name("declarator"), node.child_by_field_name("type")
        if kind is None or not in_block(node) or code.text(kind) == "auto" or not code.plain(node):
            continue
        if any(c.type == "storage_class_specifier" for c in node.children):
            continue
        start, _ = code.place(declarators[0]) if declarators else (0, 0)
        head = code.unit.text[code.place(node)[0] : start].decode("utf-8", "replace")
        if len(declarators) > 1:
            yield (code.edit(node, " ".join(f"{head}{code.text(d)};" for d in declarators)),)
            continue
        if len(declarators) != 1 or declarators[0].type != "init_declarator":
            continue
        name, value = declarators[0].child_by_field_name("declarator"), declarators[0].child_by_field_name("value")
        if name is None or value is None or name.type != "identifier" or not code.plain(name, value):
            continue
        braces = value.type in ("initializer_list", "argument_list")
        if ARITHMETIC.fullmatch(code.text(kind)) and not braces:
            word = code.text(name)
            yield (code.edit(node, f"{head.replace('const ', '')}{word}; {word} = {code.text(value)};"),)
