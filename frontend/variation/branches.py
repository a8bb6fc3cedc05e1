"""Other ways to write conditions and branches."""

from __future__ import annotations

import random
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.syntax.tree import Node
from unseq.frontend.variation.code import LOOPS, Code, bare_node, in_block, statements_of
from unseq.frontend.variation.edits import Edit, Site

_NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def _if_parts(node: Node) -> tuple[Node, Node, Node | None] | None:
    """Condition, consequence and alternative of a plain ``if``."""
    condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if condition is None or then is None or any(c.type == "constexpr" for c in node.children):
        return None
    test = bare_node(condition)
    if test.type in ("condition_clause", "declaration"):
        return None
    clause = node.child_by_field_name("alternative")
    inner = [c for c in clause.named_children if c.type != "comment"] if clause is not None else []
    return test, then, inner[0] if inner else None


def _negated(code: Code, test: Node) -> str:
    """The opposite of a condition; comparisons of numbers that are ordered turn round."""
    text = code.text(test)
    if test.type == "unary_expression" and text.startswith("!"):
        argument = test.child_by_field_name("argument")
        if argument is not None:
            return code.text(argument)
    if test.type == "binary_expression":
        operator = test.child_by_field_name("operator")
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        if operator is not None and left is not None and right is not None and operator.type in _NEGATED:
            whole = isinstance(code.type(left), t.Int) and isinstance(code.type(right), t.Int)
            if whole or operator.type in ("==", "!="):
                return f"{code.text(left)} {_NEGATED[operator.type]} {code.text(right)}"
    return f"!({text})"


def _braced(code: Code, node: Node) -> str:
    text = code.text(node)
    return text if node.type == "compound_statement" else f"{{ {text} }}"


def swapped_arms(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (c) A else B`` as ``if (!c) B else A``."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        if parts is None or parts[2] is None or not code.plain(*parts):
            continue
        test, then, other = parts[0], parts[1], parts[2]
        yield (code.edit(node, f"if ({_negated(code, test)}) {_braced(code, other)} else {_braced(code, then)}"),)


def nested_conditions(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (a && b) S`` as ``if (a) { if (b) S }``."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        if parts is None or parts[2] is not None or not code.plain(*parts[:2]):
            continue
        test, then, _ = parts
        operator = test.child_by_field_name("operator") if test.type == "binary_expression" else None
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        if operator is not None and operator.type == "&&" and code.plain(left, right) and left and right:
            yield (code.edit(node, f"if ({code.text(left)}) {{ if ({code.text(right)}) {_braced(code, then)} }}"),)


def joined_conditions(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (a) { if (b) S }`` as ``if (a && b) S``."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        if parts is None or parts[2] is not None:
            continue
        inside = statements_of(parts[1])
        if len(inside) != 1 or inside[0].type != "if_statement":
            continue
        inner = _if_parts(inside[0])
        if inner is None or inner[2] is not None or not code.plain(node, parts[0], *inner[:2]):
            continue
        yield (code.edit(node, f"if (({code.text(parts[0])}) && ({code.text(inner[0])})) {_braced(code, inner[1])}"),)


def early_continue(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (c) S`` at the end of a loop's body as ``if (!c) continue; S``."""
    for loop in code.nodes(*LOOPS):
        body = loop.child_by_field_name("body")
        if body is None or loop.type == "do_statement":
            continue
        inside = statements_of(body)
        last = inside[-1] if inside else None
        parts = _if_parts(last) if last is not None and last.type == "if_statement" else None
        if last is None or parts is None or parts[2] is not None or not code.plain(last, *parts[:2]):
            continue
        text = f"if ({_negated(code, parts[0])}) continue; {_braced(code, parts[1])}"
        yield (code.edit(last, text if body.type == "compound_statement" else f"{{ {text} }}"),)


def no_continue(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (c) continue; rest`` as ``if (!c) { rest }``."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        body = node.parent
        if parts is None or parts[2] is not None or body is None or body.parent is None or not in_block(node):
            continue
        inside = statements_of(parts[1])
        rest = [n for n in statements_of(body) if n.start_byte > node.start_byte]
        if len(inside) != 1 or inside[0].type != "continue_statement" or body.parent.type not in LOOPS or not rest:
            continue
        if code.plain(node, parts[0], rest[-1]):
            head = code.edit(node, f"if ({_negated(code, parts[0])}) {{")
            yield (head, code.after(rest[-1], " }"))


def de_morgan(code: Code, rng: random.Random) -> Iterator[Site]:
    """``a && b`` as ``!(!a || !b)``, ``!(a || b)`` as ``!a && !b``."""
    for node in code.nodes("binary_expression"):
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or operator.type not in ("&&", "||") or left is None or right is None:
            continue
        if code.plain(node, left, right):
            other = "||" if operator.type == "&&" else "&&"
            yield (code.edit(node, f"!({_tight(code, left)} {other} {_tight(code, right)})"),)


def _tight(code: Code, node: Node) -> str:
    negated = _negated(code, node)
    return f"({negated})" if any(op in negated for op in ("&&", "||", "?")) and negated[0] != "!" else negated


# --- branches that only choose a value -----------------------------------------------------------------------------


def _assignment(code: Code, branch: Node | None) -> tuple[Node, Node] | None:
    """Place and value of a branch that is one plain assignment."""
    inside = statements_of(branch) if branch is not None else []
    if len(inside) != 1 or inside[0].type != "expression_statement" or not inside[0].named_children:
        return None
    node = inside[0].named_children[0]
    operator = node.child_by_field_name("operator") if node.type == "assignment_expression" else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None or operator.type != "=" or left is None or right is None or not code.plain(left, right):
        return None
    return left, right


def _alike(code: Code, *nodes: Node) -> bool:
    """Whether all are numbers of one type, so that no value is converted on its way."""
    kinds = [code.type(node) for node in nodes]
    return all(kind is not None and t.is_arithmetic(kind) and kind == kinds[0] for kind in kinds)


def to_ternary(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (c) x = a; else x = b;`` as ``x = c ? a : b;``; without an else, ``x`` is a variable and keeps its value."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        if parts is None or not code.pure(parts[0]) or not code.plain(node, parts[0]):
            continue
        test, then, other = parts
        one = _assignment(code, then)
        if one is None or not code.pure(one[0]) or not code.pure(one[1]):
            continue
        place, value = one
        if other is None and code.local(place) and _alike(code, place, value):
            text = f"{code.text(place)} = {code.text(test)} ? {code.text(value)} : {code.text(place)};"
            yield (code.edit(node, text),)
        two = _assignment(code, other) if other is not None else None
        if two is None or code.text(two[0]) != code.text(place) or not _alike(code, place, value, two[1]):
            continue
        if code.pure(two[1]):
            chosen = f"({code.text(test)}) ? {code.text(value)} : {code.text(two[1])}"
            yield (code.edit(node, f"{code.text(place)} = {chosen};"),)


def from_ternary(code: Code, rng: random.Random) -> Iterator[Site]:
    """``x = c ? a : b;`` and ``return c ? a : b;`` as an ``if``; also where a variable is declared with it."""
    for node in code.nodes("conditional_expression"):
        test, then, other = (node.child_by_field_name(n) for n in ("condition", "consequence", "alternative"))
        parent = node.parent
        if parent is None or test is None or then is None or other is None or not code.plain(node, test, then, other):
            continue
        statement = parent.parent
        while parent is not None and parent.type == "parenthesized_expression":
            parent, statement = parent.parent, statement.parent if statement is not None else None
        if parent is None:
            continue
        condition, one, two = code.text(bare_node(test)), code.text(then), code.text(other)
        if parent.type == "return_statement":
            text = f"if ({condition}) return {one}; return {two};"
            yield (code.edit(parent, text if in_block(parent) else f"{{ {text} }}"),)
            continue
        if statement is None or not code.plain(statement):
            continue
        if parent.type == "assignment_expression" and statement.type == "expression_statement":
            place, operator = parent.child_by_field_name("left"), parent.child_by_field_name("operator")
            if place is not None and operator is not None and code.pure(place) and code.plain(place):
                head = f"{code.text(place)} {operator.type}"
                yield (code.edit(statement, f"if ({condition}) {head} {one}; else {head} {two};")
                       if in_block(statement) else
                       code.edit(statement, f"{{ if ({condition}) {head} {one}; else {head} {two}; }}"),)  # fmt: skip
        elif parent.type == "init_declarator" and statement.type == "declaration" and in_block(statement):
            name, kind = parent.child_by_field_name("declarator"), statement.child_by_field_name("type")
            alone = len(statement.children_by_field_name("declarator")) == 1
            if name is None or kind is None or name.type != "identifier" or not alone or code.text(kind) == "auto":
                continue
            if t.is_arithmetic(code.type(node) or t.VOID):
                declare = f"{code.text(kind)} {code.text(name)}; "
                assign = f"if ({condition}) {code.text(name)} = {one}; else {code.text(name)} = {two};"
                yield (code.edit(statement, declare + assign),)


def extrema(code: Code, rng: random.Random) -> Iterator[Site]:
    """``if (e < x) x = e;`` as ``x = std::min(x, e);`` and back (C++; C: as a conditional expression)."""
    for node in code.nodes("if_statement"):
        parts = _if_parts(node)
        if parts is None or parts[2] is not None or parts[0].type != "binary_expression" or not code.plain(node):
            continue
        one = _assignment(code, parts[1])
        test = parts[0]
        operator = test.child_by_field_name("operator")
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        if one is None or operator is None or operator.type not in "<>" or left is None or right is None:
            continue
        x, e = code.text(one[0]), code.text(one[1])
        if not (code.local(one[0]) and code.pure(one[1]) and _alike(code, *one)):
            continue
        sides = (code.text(left), code.text(right))
        if sides == (e, x):
            least = operator.type == "<"
        elif sides == (x, e):
            least = operator.type == ">"
        else:
            continue
        sign = "<" if least else ">"
        forms = [f"{x} = {e} {sign} {x} ? {e} : {x};", f"if ({x} {'>' if least else '<'} {e}) {{ {x} = {e}; }}"]
        included = b"<algorithm>" in code.unit.text
        if code.cpp and included:
            forms.append(f"{x} = std::{'min' if least else 'max'}({x}, {e});")
        yield (code.edit(node, rng.choice(forms)),)
    for node in code.nodes("assignment_expression"):
        place, call = node.child_by_field_name("left"), node.child_by_field_name("right")
        function = call.child_by_field_name("function") if call is not None and call.type == "call_expression" else None
        if place is None or call is None or function is None or not code.local(place) or not node.parent:
            continue
        arguments = call.child_by_field_name("arguments")
        values = arguments.named_children if arguments is not None else []
        name = code.text(function)
        statement = node.parent
        if name not in ("std::min", "std::max") or len(values) != 2 or statement.type != "expression_statement":
            continue
        if code.text(values[0]) == code.text(place) and code.pure(values[1]) and _alike(code, place, values[1]):
            x, e = code.text(place), code.text(values[1])
            sign = "<" if name == "std::min" else ">"
            forms = [f"if ({e} {sign} {x}) {{ {x} = {e}; }}", f"{x} = {e} {sign} {x} ? {e} : {x};"]
            start, end = code.place(statement)
            yield (Edit(start, end, rng.choice(forms)),)
