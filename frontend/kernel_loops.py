"""A CUDA kernel as the loops that its threads are: sequential C++, one iteration for each thread.

Works on the syntax tree and keeps the programmer's text around what it changes. Knows kernels in which every thread
does the same to an element of its own: an index for each dimension, a guard or a grid-stride loop that bounds it,
updates by atomics. What threads do together (barriers, shared memory, shuffles) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from unseq.frontend.source import Language, Span, Unsupported
from unseq.frontend.syntax.tree import Node, bare_tree, below

_BUILTIN = re.compile(r"\b(?:threadIdx|blockIdx|blockDim|gridDim|warpSize)\b")
_TOGETHER = re.compile(r"\b(?:__shared__|__(?:sync|shfl|ballot|any|all|reduce|match)\w*|cooperative_groups)\b")
_UPDATES = {"Add": "+", "Sub": "-", "And": "&", "Or": "|", "Xor": "^"}
_DEVICE_ONLY = re.compile(
    r"<<<|\bcuda[A-Z]\w*|__global__|\bmain\s*\(|#\s*include\s*[<\"](?:cu|cooperative|thrust|device)"
)
_REMEDY = "write the loops by hand"
_HEAD = "#include <algorithm>\n#include <cmath>\n#include <cstddef>\n"


@dataclass(slots=True)
class _Kernel:
    """A kernel on its way: what is to be written in place of which bytes, and the loop of each axis."""

    text: bytes  # of the file, without CUDA's qualifiers, every byte at its place
    body: str
    parameters: frozenset[str]
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    indices: dict[str, tuple[str, str]] = field(default_factory=dict)  # variable: axis, type
    strides: dict[str, str] = field(default_factory=dict)  # variable: axis
    bounds: dict[str, str] = field(default_factory=dict)  # variable: text

    def remove(self, node: Node) -> None:
        """Takes a statement away, with its line's beginning."""
        start = node.start_byte
        while self.text[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        self.edits.append((start - (self.text[start - 1 : start] == b"\n"), node.end_byte, ""))

    def say(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def refuse(self, node: Node, what: str, remedy: str = _REMEDY) -> Unsupported:
        line, last = node.start_point.row + 1, node.end_point.row + 1
        return Unsupported(Span(node.start_byte, node.end_byte, line, node.start_point.column + 1, last), what, remedy)


def as_loops(plain: bytes, written: bytes, name: str) -> str:
    """A C++ file with the function ``name`` in place of the kernel, and what stands beside it but host code.

    ``written`` is the CUDA file, ``plain`` the same without launches and CUDA's qualifiers, every byte at its place.
    Raises ``Unsupported``."""
    root = bare_tree(plain, Language.CPP)
    kernel = next((node for node in root.named_children if _function_name(node) == name), None)
    if kernel is None:
        nowhere = Span(0, 0, 1, 1, 1)
        raise Unsupported(nowhere, f"no plain function '{name}' at the top of the file", "write the kernel there")
    made = _loops(kernel, plain, written)
    kept = []
    before = 0
    for node in root.named_children:
        around = written[before : node.end_byte].decode("utf-8", "replace")
        before = node.end_byte
        if node.id == kernel.id:
            kept.append(made)
        elif node.type != "comment" and not _DEVICE_ONLY.search(around):
            kept.append(plain[node.start_byte : node.end_byte].decode("utf-8", "replace").strip())
    code = "\n\n".join(kept)
    head = _HEAD + ("using std::max;\nusing std::min;\n" if re.search(r"\b(?:min|max)\s*\(", code) else "")
    return f"{head}\n{code}\n"


def _function_name(node: Node) -> str:
    if node.type != "function_definition":
        return ""
    declarator = node.child_by_field_name("declarator")
    named = declarator.child_by_field_name("declarator") if declarator is not None else None
    return (named.text or b"").decode() if named is not None else ""


def _loops(node: Node, plain: bytes, written: bytes) -> str:
    """The kernel's text as a function."""
    declarator, body = node.child_by_field_name("declarator"), node.child_by_field_name("body")
    listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    assert body is not None and listed is not None
    names = {child.text.decode() for parameter in listed.named_children for child in below(parameter)
             if child.type == "identifier" and child.text}  # fmt: skip
    kernel = _Kernel(plain, plain[body.start_byte : body.end_byte].decode("utf-8", "replace"), frozenset(names))
    together = _TOGETHER.search(written[body.start_byte : body.end_byte].decode("utf-8", "replace"))
    if together is not None:
        raise kernel.refuse(body, f"threads work together ({together[0]})")
    statements = [child for child in body.named_children if child.type != "comment"]
    for statement in statements:
        _take(kernel, statement, statement.id == statements[-1].id)
    for child in below(body):
        _update(kernel, child)
    left = _edited(kernel, body)
    for child in below(body):
        if child.type == "identifier" and _BUILTIN.fullmatch(kernel.say(child)) and not _is_edited(kernel, child):
            raise kernel.refuse(child, f"{kernel.say(child)} in an expression that is no index of the thread")
    head = plain[node.start_byte : body.start_byte].decode("utf-8", "replace").strip()
    return f"{head} {_nest(kernel, node, left)}"


def _nest(kernel: _Kernel, node: Node, body: str) -> str:
    """The loops over the threads, ``x`` innermost, around what each does."""
    for variable, (axis, type_) in sorted(kernel.indices.items(), key=lambda item: item[1][0]):
        if re.search(rf"\b{variable}\b", body) is None:
            continue
        if variable not in kernel.bounds:
            raise kernel.refuse(node, f"nothing bounds the index {variable} along {axis}", "guard it: if (i < n)")
        head = f"for ({type_} {variable} = 0; {variable} < {kernel.bounds[variable]}; {variable}++)"
        body = "{\n" + f"    {head} " + body.replace("\n", "\n    ") + "\n}"
    return body


def _edited(kernel: _Kernel, node: Node) -> str:
    text = kernel.text[: node.end_byte]
    for start, end, new in sorted(kernel.edits, reverse=True):
        text = text[:start] + new.encode() + text[end:]
    return text[node.start_byte :].decode("utf-8", "replace")


def _is_edited(kernel: _Kernel, node: Node) -> bool:
    return any(start <= node.start_byte < end for start, end, _ in kernel.edits)


# ---- statements at the top of a kernel ----------------------------------------------------------------


def _take(kernel: _Kernel, node: Node, last: bool) -> None:
    if node.type == "declaration":
        _declaration(kernel, node)
    elif node.type == "if_statement" and node.child_by_field_name("alternative") is None:
        _guard(kernel, node, last)
    elif node.type == "for_statement":
        _strided(kernel, node, last)
    elif not last and not kernel.bounds and node.type != "expression_statement":
        raise kernel.refuse(node, "a statement before the guard")


def _declaration(kernel: _Kernel, node: Node) -> None:
    """Takes away the declarations of indices and strides."""
    type_ = node.child_by_field_name("type")
    found: list[tuple[str, str | None, str | None]] = []
    for child in node.named_children:
        if child.type != "init_declarator":
            continue
        name, value = child.child_by_field_name("declarator"), child.child_by_field_name("value")
        if name is None or value is None:
            continue
        found.append((kernel.say(name), _index_axis(kernel, value), _stride_axis(kernel, value)))
    taken = [one for one in found if one[1] or one[2]]
    if not taken:
        return
    if len(taken) != len(found) or type_ is None:
        raise kernel.refuse(node, "an index declared together with something else", "declare it alone")
    spelled = kernel.say(type_)
    for variable, index, stride in taken:
        if index is not None:
            kernel.indices[variable] = (index, "unsigned" if spelled == "auto" else spelled)
        elif stride is not None:
            kernel.strides[variable] = stride
    kernel.remove(node)


def _guard(kernel: _Kernel, node: Node, last: bool) -> None:
    """``if (i < n) ...`` as the last statement, or ``if (i >= n) return;``: the bounds of loops, what else it asks
    stays."""
    condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    assert condition is not None and then is not None
    leaves = _is_return(then)
    if not leaves and not last:
        return
    parts = list(_parts(_bare(condition), "||" if leaves else "&&"))
    rest = [kernel.say(part) for part in parts if not _bounds(kernel, part, (">=", "<=") if leaves else ("<", ">"))]
    if len(rest) == len(parts) and not leaves:
        return
    kept = f" {'||' if leaves else '&&'} ".join(f"({part})" for part in rest) if len(rest) > 1 else "".join(rest)
    if leaves and not kept:
        kernel.remove(node)
    elif leaves:
        kernel.edits.append((node.start_byte, node.end_byte, f"if ({kept}) continue;"))
    else:
        kernel.edits.append((node.start_byte, then.start_byte, f"if ({kept}) " if kept else ""))


def _is_return(node: Node) -> bool:
    inner = node.named_children if node.type == "compound_statement" else [node]
    return len(inner) == 1 and inner[0].type == "return_statement" and not inner[0].named_children


def _bounds(kernel: _Kernel, node: Node, signs: tuple[str, str]) -> bool:
    """Whether a comparison bounds an index by something that does not change; takes note of it."""
    node = _bare(node)
    if node.type != "binary_expression":
        return False
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None:
        return False
    operator = kernel.say(sign)
    if operator == signs[1]:
        left, right = right, left
    elif operator != signs[0]:
        return False
    variable = kernel.say(_bare(left))
    if variable not in kernel.indices or variable in kernel.bounds or not _is_fixed(kernel, right):
        return False
    kernel.bounds[variable] = kernel.say(right)
    return True


def _is_fixed(kernel: _Kernel, node: Node) -> bool:
    """Whether an expression is made of numbers and parameters that the kernel does not change."""
    words = {kernel.say(child) for child in below(node) if child.type == "identifier"}
    plain = {"identifier", "number_literal", "binary_expression", "parenthesized_expression"}
    names = "|".join(words & kernel.parameters) or "$."
    assigns = r"(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--"
    changed = re.search(rf"\b(?:{names})\s*(?:{assigns})|(?:\+\+|--)\s*(?:{names})\b", kernel.body)
    return words <= kernel.parameters and not changed and all(child.type in plain for child in below(node))


def _strided(kernel: _Kernel, node: Node, last: bool) -> None:
    """A grid-stride loop: its iterations are those of all threads."""
    start, update = node.child_by_field_name("initializer"), node.child_by_field_name("update")
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
    made = [c for c in start.named_children if c.type == "init_declarator"] if start is not None else []
    if start is None or update is None or condition is None or body is None or len(made) != 1:
        return
    name, value, type_ = (part.child_by_field_name(word) for part, word in (
        (made[0], "declarator"), (made[0], "value"), (start, "type")))  # fmt: skip
    if name is None or value is None or type_ is None:
        return
    from_index = kernel.indices.pop(kernel.say(_bare(value)), None)
    axis = from_index[0] if from_index is not None else _index_axis(kernel, value)
    if axis is None:
        return
    right = update.child_by_field_name("right")
    adds = update.type == "assignment_expression" and "+=" in kernel.say(update) and right is not None
    stride = _stride_axis(kernel, right) or kernel.strides.get(kernel.say(_bare(right))) if right is not None else None
    if not adds or stride != axis or not last:
        raise kernel.refuse(node, "a loop over elements that is no grid-stride loop")
    variable = kernel.say(name)
    head = f"for ({kernel.say(type_)} {variable} = 0; {kernel.say(condition)}; {variable}++) "
    kernel.edits.append((node.start_byte, body.start_byte, head))
    outer = [child for child in below(body) if child.type == "return_statement"]
    if outer:
        raise kernel.refuse(outer[0], "a thread that ends inside of a loop")


# ---- expressions --------------------------------------------------------------------------------------


def _bare(node: Node) -> Node:
    """An expression without parentheses and casts."""
    while True:
        inner: Node | None = None
        if node.type in ("parenthesized_expression", "condition_clause"):
            inner = node.child_by_field_name("value") or next(iter(node.named_children), None)
        elif node.type == "cast_expression":
            inner = node.child_by_field_name("value")
        elif node.type == "call_expression":
            function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if function is not None and arguments is not None and (function.text or b"").startswith(b"static_cast"):
                inner = next(iter(arguments.named_children), None)
        if inner is None:
            return node
        node = inner


def _parts(node: Node, operator: str) -> Iterator[Node]:
    """The operands of a chain of one operator."""
    node = _bare(node)
    sign = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type == "binary_expression" and sign is not None and (sign.text or b"").decode() == operator:
        assert left is not None and right is not None
        yield from _parts(left, operator)
        yield from _parts(right, operator)
    else:
        yield node


def _product(kernel: _Kernel, node: Node) -> list[str]:
    return sorted(re.sub(r"\s", "", kernel.say(part)) for part in _parts(node, "*"))


def _index_axis(kernel: _Kernel, node: Node) -> str | None:
    """``x`` for ``blockIdx.x * blockDim.x + threadIdx.x``, in any order and with casts."""
    terms = sorted((_product(kernel, part) for part in _parts(node, "+")), key=len)
    for axis in "xyz":
        if terms == [[f"threadIdx.{axis}"], [f"blockDim.{axis}", f"blockIdx.{axis}"]]:
            return axis
    return None


def _stride_axis(kernel: _Kernel, node: Node) -> str | None:
    factors = _product(kernel, node)
    return next((axis for axis in "xyz" if factors == [f"blockDim.{axis}", f"gridDim.{axis}"]), None)


def _update(kernel: _Kernel, node: Node) -> None:
    """An atomic operation whose old value nobody uses, as a plain update."""
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    found = re.fullmatch(r"atomic([A-Z]\w*)", kernel.say(function)) if function is not None else None
    if found is None:
        if node.type == "return_statement" and not _is_edited(kernel, node):
            raise kernel.refuse(node, "a thread that ends early", "put what follows under the opposite condition")
        return
    arguments = node.child_by_field_name("arguments")
    given = [child for child in arguments.named_children if child.type != "comment"] if arguments is not None else []
    if found[1] not in _UPDATES or len(given) != 2:
        raise kernel.refuse(node, f"atomic{found[1]}", "write the update as a plain statement")
    if node.parent is None or node.parent.type != "expression_statement":
        raise kernel.refuse(node, f"the old value of atomic{found[1]} is used")
    place = kernel.say(given[0]).strip()
    target = place[1:].strip() if place.startswith("&") else f"*({place})"
    kernel.edits.append((node.start_byte, node.end_byte, f"{target} {_UPDATES[found[1]]}= {kernel.say(given[1])}"))
