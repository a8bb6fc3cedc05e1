"""Other forms of loops and of the steps and tests of their counters."""

from __future__ import annotations

import random
from collections.abc import Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.code import Code, bare_node, declared, in_block, own, statements_of
from unseq.frontend.variation.edits import Edit, Site

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_JUMPS = ("break_statement", "continue_statement", "return_statement")


def _unique(code: Code, node: Node, names: list[str]) -> bool:
    """Whether each of these names is declared once in the whole function, so that its scope may grow."""
    _, function = code.function_of(node)
    counts = declared(function)
    return all(counts.get(name, 0) == 1 for name in names)


def _declared_in(code: Code, node: Node) -> list[str]:
    return [name for n in below(node) if n.type == "init_declarator"
            and (d := n.child_by_field_name("declarator")) is not None for name in code.names(d)]  # fmt: skip


def _parts(loop: Node) -> tuple[Node | None, Node | None, Node | None, Node]:
    body = loop.child_by_field_name("body")
    assert body is not None
    found = [loop.child_by_field_name(name) for name in ("initializer", "condition", "update")]
    return found[0], found[1], found[2], body


def _inside(code: Code, body: Node, first: str, last: str) -> Site:
    """What makes a body begin and end with these statements."""
    start, end = code.place(body)
    if body.type == "compound_statement":
        return Edit(start + 1, start + 1, f" {first}" if first else ""), Edit(end - 1, end - 1, f" {last} ")
    return Edit(start, start, "{ " + first + " "), Edit(end, end, f" {last} }}")


def for_to_while(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (init; test; step) body`` as ``init; while (test) { body step; }``."""
    for loop in code.nodes("for_statement"):
        init, test, step, body = _parts(loop)
        if test is None or step is None or not code.plain(test, step, body):
            continue
        shadowed = {name for s in statements_of(body) if s.type == "declaration" for name in _declared_in(code, s)}
        if shadowed & set(code.names(step)) or (init is not None and not code.text(init)):
            continue
        written = code.text(step)
        continues = own(loop, "continue_statement")
        jumps: Site = tuple(code.edit(c, f"{{ {written}; continue; }}") for c in continues)
        first = code.text(init).rstrip("; \n") + ";" if init is not None else ""
        free = in_block(loop) and (not first or init is None or init.type != "declaration"
                                   or _unique(code, loop, _declared_in(code, init)))  # fmt: skip
        start, _ = code.place(loop)
        head = Edit(start, code.place(body)[0], f"{'' if free else '{ '}{first} while ({code.text(test)}) ")
        inner = _inside(code, body, "", f"{written};")
        tail = () if free else (code.after(loop, " }"),)
        if body.type != "compound_statement" and tail:
            inner, tail = (inner[0], Edit(inner[1].start, inner[1].end, inner[1].text + " }")), ()
        if body.type != "compound_statement":  # head ends where the body begins
            head, inner = Edit(head.start, head.end, head.text + inner[0].text), inner[1:]
        else:
            inner = inner[1:]
        yield (head, *inner, *jumps, *tail)


def while_to_for(code: Code, rng: random.Random) -> Iterator[Site]:
    """``while (test) { body step; }`` as ``for (; test; step) { body }``."""
    for loop in code.nodes("while_statement"):
        test, body = loop.child_by_field_name("condition"), loop.child_by_field_name("body")
        if test is None or body is None or body.type != "compound_statement" or own(loop, "continue_statement"):
            continue
        inside = statements_of(body)
        if len(inside) < 2 or inside[-1].type != "expression_statement" or not code.plain(test, body, inside[-1]):
            continue
        step = inside[-1].named_children[0] if inside[-1].named_children else None
        if step is None or step.type not in ("update_expression", "assignment_expression"):
            continue
        shadowed = {name for s in inside if s.type == "declaration" for name in _declared_in(code, s)}
        if shadowed & set(code.names(step)):
            continue
        head = Edit(code.place(loop)[0], code.place(body)[0],
                    f"for (; {code.text(bare_node(test))}; {code.text(step)}) ")  # fmt: skip
        yield (head, code.edit(inside[-1], ""))


def endless(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (init; test; step)`` with the test as the first statement of the body."""
    for loop in code.nodes("for_statement"):
        _, test, step, body = _parts(loop)
        if test is None or step is None or not code.plain(test, step, body):
            continue
        inner = _inside(code, body, f"if (!({code.text(test)})) break;", "")
        if body.type == "compound_statement":
            inner = inner[:1]
        yield (code.edit(test, ""), *inner)


def counter_before(code: Code, rng: random.Random) -> Iterator[Site]:
    """``int i; for (i = 0; ...)``: the counter is declared before the loop."""
    for loop in code.nodes("for_statement"):
        init = loop.child_by_field_name("initializer")
        if init is None or init.type != "declaration" or not code.plain(init):
            continue
        declarators = init.children_by_field_name("declarator")
        kind = init.child_by_field_name("type")
        if len(declarators) != 1 or declarators[0].type != "init_declarator" or kind is None:
            continue
        name, value = declarators[0].child_by_field_name("declarator"), declarators[0].child_by_field_name("value")
        if name is None or value is None or name.type != "identifier" or code.text(kind) == "auto":
            continue
        if len(init.named_children) != 2 or not code.plain(kind, name, value):
            continue
        free = in_block(loop) and _unique(code, loop, [code.text(name)])
        start, _ = code.place(loop)
        declare = f"{code.text(kind)} {code.text(name)}; "
        assign = code.edit(init, f"{code.text(name)} = {code.text(value)};")
        if free:
            yield (Edit(start, start, declare), assign)
        else:
            yield (Edit(start, start, "{ " + declare), assign, code.after(loop, " }"))


def steps(code: Code, rng: random.Random) -> Iterator[Site]:
    """``i++``, ``++i``, ``i += 1`` and ``i = i + 1`` where the value is not used."""
    for node in code.nodes("update_expression", "assignment_expression"):
        parent = node.parent
        header = parent is not None and parent.type == "for_statement" and parent.child_by_field_name("update") == node
        if parent is None or not (parent.type == "expression_statement" or header):
            continue
        if node.type == "update_expression":
            place = node.child_by_field_name("argument")
            sign = "+" if "++" in code.text(node) else "-"
        else:
            place = node.child_by_field_name("left")
            operator, value = node.child_by_field_name("operator"), node.child_by_field_name("right")
            if operator is None or value is None or operator.type not in ("+=", "-=") or code.text(value) != "1":
                continue
            sign = operator.type[0]
        kind = code.type(place)
        if place is None or not code.plain(place) or not code.pure(place) or not isinstance(kind, t.Int | t.Pointer):
            continue
        name = code.text(place)
        forms = [f"{name}{sign}{sign}", f"{sign}{sign}{name}", f"{name} {sign}= 1", f"{name} = {name} {sign} 1"]
        if sign == "+" and isinstance(kind, t.Int):
            forms.append(f"{name} = 1 + {name}")
        yield (code.edit(node, rng.choice([form for form in forms if form != code.text(node)])),)


def mirrored(code: Code, rng: random.Random) -> Iterator[Site]:
    """``a < b`` as ``b > a``."""
    for node in code.nodes("binary_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type not in _MIRRORED:
            continue
        simple = code.pure(left) and code.pure(right) and code.plain(left, right)
        if simple and t.is_arithmetic(code.type(left) or t.VOID):
            yield (code.edit(node, f"{_wrapped(code, right)} {_MIRRORED[operator.type]} {_wrapped(code, left)}"),)


def _wrapped(code: Code, node: Node) -> str:
    text = code.text(node)
    loose = node.type in ("binary_expression", "conditional_expression", "assignment_expression")
    return f"({text})" if loose and any(op in text for op in ("<", ">", "=", "&", "|", "^", "?")) else text


def bounds(code: Code, rng: random.Random) -> Iterator[Site]:
    """``i < n`` as ``i <= n - 1`` where ``n`` is signed (and not the least number), as ``i != n`` where the counter
    is unsigned and starts at 0; ``i <= n - 1`` as ``i < n``; a literal bound either way."""
    for loop in code.nodes("for_statement"):
        init, test, step, body = _parts(loop)
        if test is None or step is None or test.type != "binary_expression":
            continue
        left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
        operator = test.child_by_field_name("operator")
        if left is None or right is None or operator is None or not code.local(left) or not code.pure(right):
            continue
        one, other, counter = code.type(left), code.type(right), code.text(left)
        if not isinstance(one, t.Int) or not isinstance(other, t.Int) or not code.plain(left, right):
            continue
        text = code.text(right)
        wrapped = f"({text})" if right.type == "conditional_expression" else text
        if operator.type == "<" and one.signed and other.signed and one.bits <= other.bits:
            bound = str(int(text) - 1) if text.isdigit() else f"{wrapped} - 1"
            yield (code.edit(test, f"{counter} <= {bound}"),)
        elif operator.type == "<=" and text.replace(" ", "").endswith("-1") and one.signed and other.signed:
            yield (code.edit(test, f"{counter} < {text.rstrip()[:-1].rstrip()[:-1].rstrip()}"),)
        elif operator.type == "<" and not one.signed and not other.signed and one.bits == other.bits:
            at_zero = init is not None and code.text(init).replace(" ", "").endswith(f"{counter}=0;")
            by_one = code.text(step).replace(" ", "") in (f"{counter}++", f"++{counter}", f"{counter}+=1")
            names = set(code.names(right)) | {counter}
            fixed = not any(code.assigned(body, name) for name in names)
            if at_zero and by_one and fixed and not any(n.type == "subscript_expression" for n in below(right)):
                yield (code.edit(test, f"{counter} != {wrapped}"),)


def rotated(code: Code, rng: random.Random) -> Iterator[Site]:
    """``for (init; test; step) body`` as ``init; if (test) do { body step; } while (test);``."""
    for loop in code.nodes("for_statement"):
        init, test, step, body = _parts(loop)
        if init is None or test is None or step is None or own(loop, "continue_statement") or not in_block(loop):
            continue
        if init.type != "declaration" or not code.plain(init, test, step, body):
            continue
        shadowed = {name for s in statements_of(body) if s.type == "declaration" for name in _declared_in(code, s)}
        if shadowed & set(code.names(step)) or shadowed & set(code.names(test)):
            continue
        condition, first = code.text(test), code.text(init).rstrip("; \n")
        head = Edit(code.place(loop)[0], code.place(body)[0], f"{{ {first}; if ({condition}) do ")
        last = f"{code.text(step)};"
        if body.type == "compound_statement":
            end = code.place(body)[1]
            yield (head, Edit(end - 1, end - 1, f" {last} "), code.after(loop, f" while ({condition}); }}"))
        else:
            tail = code.after(loop, f" {last} }} while ({condition}); }}")
            yield (Edit(head.start, head.end, head.text + "{ "), tail)
