"""Subscripts as pointer arithmetic, pointers that walk along, and pointers to rows."""

from __future__ import annotations

import random
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.code import Code, in_block, own
from unseq.frontend.variation.edits import Edit, Site


def _subscript(node: Node) -> tuple[Node, Node] | None:
    """Base and index of ``a[i]``."""
    base = node.child_by_field_name("argument")
    index = node.child_by_field_name("index")
    if index is None:
        written = node.child_by_field_name("indices")
        index = written.named_children[0] if written is not None and len(written.named_children) == 1 else None
    return (base, index) if base is not None and index is not None else None


def subscript_to_pointer(code: Code, rng: random.Random) -> Iterator[Site]:
    """``a[i]`` as ``*(a + i)`` for pointers and arrays."""
    for node in code.nodes("subscript_expression"):
        parts = _subscript(node)
        if parts is None or not isinstance(code.type(parts[0]), t.Pointer | t.Array) or not code.plain(*parts):
            continue
        base, index = parts
        text = f"*({code.text(base)} + {_atom(code, index)})"
        parent = node.parent
        plain = parent is not None and parent.type in ("assignment_expression", "init_declarator", "argument_list",
                                                       "parenthesized_expression", "return_statement")  # fmt: skip
        yield (code.edit(node, text if plain else f"({text})"),)


def pointer_to_subscript(code: Code, rng: random.Random) -> Iterator[Site]:
    """``*(a + i)`` as ``a[i]`` and ``*p`` as ``p[0]``."""
    for node in code.nodes("pointer_expression"):
        argument = node.child_by_field_name("argument")
        if argument is None or code.text(node)[:1] != "*" or not code.plain(node, argument):
            continue
        inner = argument
        while inner.type == "parenthesized_expression" and len(inner.named_children) == 1:
            inner = inner.named_children[0]
        operator = inner.child_by_field_name("operator") if inner.type == "binary_expression" else None
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if operator is not None and operator.type == "+" and left is not None and right is not None:
            if left.type == "identifier" and isinstance(code.type(left), t.Pointer):
                yield (code.edit(node, f"{code.text(left)}[{code.text(right)}]"),)
        elif argument.type == "identifier" and isinstance(code.type(argument), t.Pointer):
            yield (code.edit(node, f"{code.text(argument)}[0]"),)


def _atom(code: Code, node: Node) -> str:
    text = code.text(node)
    return text if node.type in ("identifier", "number_literal", "subscript_expression") else f"({text})"


# --- pointers that walk --------------------------------------------------------------------------------------------


def _counted(code: Code, loop: Node) -> tuple[str, str, Node, Node, Node] | None:
    """Counter, start, test, step and body of ``for (int i = e; ...; i++)`` whose body leaves the counter alone."""
    init, test, step, body = (loop.child_by_field_name(n) for n in ("initializer", "condition", "update", "body"))
    if init is None or test is None or step is None or body is None or not code.plain(init, test, step, body):
        return None
    declarators = init.children_by_field_name("declarator") if init.type == "declaration" else []
    if len(declarators) != 1 or declarators[0].type != "init_declarator":
        return None
    name, value = declarators[0].child_by_field_name("declarator"), declarators[0].child_by_field_name("value")
    if name is None or value is None or name.type != "identifier" or not code.pure(value):
        return None
    counter = code.text(name)
    by_one = (f"{counter}++", f"++{counter}", f"{counter}+=1", f"{counter}={counter}+1")
    if code.text(step).replace(" ", "") not in by_one:
        return None
    return (counter, code.text(value), test, step, body) if not code.assigned(body, counter) else None


def _walked(code: Code, loop: Node, counter: str, body: Node) -> dict[str, list[Node]]:
    """Pointer variables that the body uses only as ``a[i]``, and where."""
    found: dict[str, list[Node]] = {}
    uses: dict[str, int] = {}
    for node in below(body):
        if node.type == "identifier":
            uses[code.text(node)] = uses.get(code.text(node), 0) + 1
        parts = _subscript(node) if node.type == "subscript_expression" else None
        if parts is None or parts[0].type != "identifier" or code.text(parts[1]) != counter:
            continue
        symbol = code.symbol(parts[0])
        if symbol is not None and isinstance(symbol.type, t.Pointer) and code.plain(node):
            found.setdefault(code.text(parts[0]), []).append(node)
    return {a: nodes for a, nodes in found.items() if uses[a] == len(nodes) and not code.assigned(loop, a)}


def walking(code: Code, rng: random.Random) -> Iterator[Site]:
    """``a[i]`` as ``*p`` with a pointer that goes along with the counter."""
    for loop in code.nodes("for_statement"):
        parts = _counted(code, loop)
        if parts is None or not in_block(loop):
            continue
        counter, first, _, step, body = parts
        declares, moves, edits = "", "", []
        for base, nodes in _walked(code, loop, counter, body).items():
            spelled = code.spelling(code.type(_subscript(nodes[0])[0]))  # type: ignore[index]  # it is a subscript
            if spelled is None or rng.random() < 0.3:
                continue
            name = code.name(rng, f"{base}_at", f"p{base}", "cursor", "walk")
            start = base if first == "0" else f"{base} + ({first})"
            declares += f"{spelled}{' ' if spelled[-1] != '*' else ''}{name} = {start}; "
            moves += f", {rng.choice([f'{name}++', f'++{name}', f'{name} += 1'])}"
            edits += [code.edit(node, f"(*{name})") for node in nodes]
        if edits:
            begin, end = code.place(loop)
            yield (Edit(begin, begin, "{ " + declares), code.after(step, moves), *edits, Edit(end, end, " }"))


def to_the_end(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (int i = 0; i < n; i++)`` with nothing but ``a[i]`` as a loop over pointers up to ``a + n``."""
    for loop in code.nodes("for_statement"):
        parts = _counted(code, loop)
        if parts is None:
            continue
        counter, first, test, _, body = parts
        walked = _walked(code, loop, counter, body)
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        operator = test.child_by_field_name("operator")
        if len(walked) != 1 or left is None or right is None or operator is None or operator.type != "<":
            continue
        (base, nodes), = walked.items()
        if code.names(body).count(counter) != len(nodes) or code.text(left) != counter or not code.pure(right):
            continue
        names = set(code.names(right))
        spelled = code.spelling(code.type(_subscript(nodes[0])[0]))  # type: ignore[index]  # it is a subscript
        if spelled is None or first != "0" or any(code.assigned(body, name) for name in names):
            continue
        if any(n.type in ("subscript_expression", "call_expression") for n in below(right)):
            continue
        name = code.name(rng, f"{base}_at", f"p{base}", "cursor", "walk")
        start, _ = code.place(loop)
        bound = f"{base} + {_atom(code, right)}"
        head = f"for ({spelled}{name} = {base}; {name} < {bound}; {name}++) "
        yield (Edit(start, code.place(body)[0], head), *(code.edit(node, f"(*{name})") for node in nodes))


# --- pointers to rows ----------------------------------------------------------------------------------------------


def rows(code: Code, rng: random.Random) -> Iterator[Site]:
    """``a[i * n + j]`` in the loop over ``j`` as ``row[j]``, where ``row`` is set before the loop."""
    for loop in code.nodes("for_statement"):
        parts = _counted(code, loop)
        if parts is None or not in_block(loop):
            continue
        counter, _, _, _, body = parts
        groups: dict[tuple[str, str], list[Node]] = {}
        local = {code.text(d) for n in below(loop) if n.type == "init_declarator"
                 and (d := n.child_by_field_name("declarator")) is not None}  # fmt: skip
        for node in below(body):
            pair = _subscript(node) if node.type == "subscript_expression" else None
            if pair is None or pair[0].type != "identifier" or pair[1].type != "binary_expression":
                continue
            left, right = pair[1].child_by_field_name("left"), pair[1].child_by_field_name("right")
            operator = pair[1].child_by_field_name("operator")
            if left is None or right is None or operator is None or operator.type != "+" or not code.plain(node, left):
                continue
            if _sometimes(node, loop):  # a row of which nothing is used may lie outside
                continue
            names = set(code.names(left))
            if code.text(right) != counter or counter in names or names & local or "-" in code.text(left):
                continue
            if not code.pure(left) or any(code.assigned(loop, name) for name in names):
                continue
            if not any(n.type in ("subscript_expression", "call_expression") for n in below(left)):
                groups.setdefault((code.text(pair[0]), code.text(left)), []).append(node)
        for (base, offset), nodes in groups.items():
            first = _subscript(nodes[0])
            if first is None or code.assigned(body, base) or _exits(loop):
                continue
            kind = code.type(first[0])
            declared, start = _row_pointer(code, first[0], kind, base, offset)
            if declared:
                name = code.name(rng, "row", f"{base}_row", "line")
                begin, _ = code.place(loop)
                edits = [code.edit(node, f"{name}[{counter}]") for node in nodes]
                yield (Edit(begin, begin, f"{declared}{name} = {start}; "), *edits)


def _sometimes(node: Node, loop: Node) -> bool:
    """Whether an expression is evaluated in some iterations only."""
    current = node.parent
    while current is not None and current != loop:
        if current.type in ("if_statement", "conditional_expression", "binary_expression", "switch_statement"):
            operator = current.child_by_field_name("operator")
            if operator is None or operator.type in ("&&", "||"):
                return True
        current = current.parent
    return False


def _exits(loop: Node) -> bool:
    return bool(own(loop, "break_statement", "return_statement"))


def _row_pointer(code: Code, base_node: Node, kind: t.Type | None, base: str, offset: str) -> tuple[str, str]:
    """How to declare a pointer into a row, and its value; '' where there is none."""
    if isinstance(kind, t.Pointer):
        return code.spelling(kind) or "", f"{base} + {offset}"
    symbol = code.symbol(base_node)
    if isinstance(kind, t.Library) and kind.name == "vector" and kind.args != (t.BOOL,) and symbol is not None:
        constant = symbol.const or (isinstance(symbol.type, t.Reference) and symbol.type.const)
        element = code.spelling(t.element_type(kind))
        return (f"{'const ' if constant else ''}{element} *", f"{base}.data() + {offset}") if element else ("", "")
    return "", ""
