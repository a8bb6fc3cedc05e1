"""Range-for, index and iterator loops over containers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.code import Code, bare_node
from unseq.frontend.variation.edits import Edit, Site

_ROWS = ("vector", "array", "string", "span", "deque")


def _row(code: Code, node: Node | None) -> str:
    """The kind of container that a variable is, or ''."""
    symbol = code.symbol(node)
    kind = t.strip(symbol.type) if symbol is not None else None
    bits = isinstance(kind, t.Library) and kind.name == "vector" and kind.args == (t.BOOL,)
    return kind.name if isinstance(kind, t.Library) and kind.name in _ROWS and not bits else ""


def range_to_index(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (auto &x : v) S`` as ``for (size_t i = 0; i < v.size(); i++) { auto &x = v[i]; S }``."""
    for loop in code.nodes("for_range_loop"):
        right, body = loop.child_by_field_name("right"), loop.child_by_field_name("body")
        kind, name = loop.child_by_field_name("type"), loop.child_by_field_name("declarator")
        if right is None or body is None or kind is None or name is None or not code.plain(right, body, kind, name):
            continue
        if not _row(code, right) or right.type != "identifier" or code.assigned(body, code.text(right)):
            continue
        head = code.unit.text[code.place(loop)[0] : code.place(right)[0]].decode()
        declared = head.split("(", 1)[1].rsplit(":", 1)[0].strip()
        counter = code.name(rng, "i", "k", "at", "position")
        row = code.text(right)
        size = "std::size_t" if "std::size_t" in code.unit.text.decode() else "size_t"
        start, _ = code.place(loop)
        loop_head = f"for ({size} {counter} = 0; {counter} < {row}.size(); {counter}++) "
        bind = f"{declared} = {row}[{counter}];"
        begin, end = code.place(body)
        if body.type == "compound_statement":
            yield (Edit(start, begin + 1, f"{loop_head}{{ {bind} "),)
        else:
            yield (Edit(start, begin, f"{loop_head}{{ {bind} "), Edit(end, end, " }"))


def _counted_over(code: Code, loop: Node) -> tuple[Node, str, str, list[Node]] | None:
    """Body, counter and container of ``for (size_t i = 0; i < v.size(); i++)`` whose counter serves only in ``v[i]``;
    and these subscripts."""
    init, test, step, body = (loop.child_by_field_name(n) for n in ("initializer", "condition", "update", "body"))
    if init is None or test is None or step is None or body is None or not code.plain(init, test, step, body):
        return None
    left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
    if left is None or right is None or left.type != "identifier" or not code.text(right).endswith(".size()"):
        return None
    counter, row = code.text(left), code.text(right).removesuffix(".size()")
    if code.text(init).replace(" ", "").split(counter)[-1] != "=0;" or init.type != "declaration":
        return None
    if code.text(step).replace(" ", "") not in (f"{counter}++", f"++{counter}", f"{counter}+=1"):
        return None
    function = right.child_by_field_name("function")
    of = function.child_by_field_name("argument") if function is not None else None
    operator = test.child_by_field_name("operator")
    if of is None or of.type != "identifier" or not _row(code, of) or operator is None or operator.type != "<":
        return None
    subscripts, uses = [], 0
    for node in below(body):
        if node.type == "identifier" and code.text(node) in (counter, row):
            uses += 1
        if node.type == "lambda_expression":
            return None
        if node.type == "subscript_expression" and code.text(node).replace(" ", "") == f"{row}[{counter}]":
            subscripts.append(node)
    return (body, counter, row, subscripts) if subscripts and uses == 2 * len(subscripts) else None


def index_to_range(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (size_t i = 0; i < v.size(); i++)`` with nothing but ``v[i]`` as ``for (auto &x : v)``."""
    for loop in code.nodes("for_statement"):
        found = _counted_over(code, loop)
        if found is None:
            continue
        body, _, row, subscripts = found
        name = code.name(rng, "each", "entry", "element", "current")
        start, _ = code.place(loop)
        head = Edit(start, code.place(body)[0], f"for (auto &{name} : {row}) ")
        yield (head, *(code.edit(node, name) for node in subscripts))


def index_to_iterator(code: Code, rng: random.Random) -> Iterator[Site]:
    """The same loop with an iterator."""
    for loop in code.nodes("for_statement"):
        found = _counted_over(code, loop)
        if found is None:
            continue
        body, _, row, subscripts = found
        name = code.name(rng, "it", "cursor")
        start, _ = code.place(loop)
        head = Edit(start, code.place(body)[0], f"for (auto {name} = {row}.begin(); {name} != {row}.end(); ++{name}) ")
        yield (head, *(code.edit(node, f"(*{name})") for node in subscripts))


def size_in_variable(code: Code, rng: random.Random) -> Iterator[Site]:
    """``v.size()`` in a loop's header is read once, before the loop."""
    for loop in code.nodes("for_statement", "while_statement"):
        test = loop.child_by_field_name("condition")
        parent = loop.parent
        if test is None or parent is None or parent.type != "compound_statement":
            continue
        for node in below(bare_node(test)):
            function = node.child_by_field_name("function") if node.type == "call_expression" else None
            if function is None or function.type != "field_expression" or not code.text(node).endswith(".size()"):
                continue
            of = function.child_by_field_name("argument")
            if of is None or of.type != "identifier" or not _row(code, of) or code.assigned(loop, code.text(of)):
                continue
            name = code.name(rng, "count", "length", "total_size", "how_many")
            size = "std::size_t" if "std::size_t" in code.unit.text.decode() else "size_t"
            start, _ = code.place(loop)
            yield (Edit(start, start, f"const {size} {name} = {code.text(of)}.size(); "), code.edit(node, name))
