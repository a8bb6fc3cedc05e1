"""Mutants of one function of a file: small changes that its tests should notice.

Each stands for a mistake that people make in parallel code: an atomic update that is none, a barrier or a combination
that is left out, a wrong identity, an index shifted by one, a loop's end, a tie, an operator. Knows syntax only. What
only chooses between whole versions of a computation (a guard that returns) and what depends on a macro of the file
(granularity) may change without any effect on results and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unseq.frontend.mutation import forks, scans
from unseq.frontend.mutation.mutant import Mutant, callee_of, replaced, shortened, text_of
from unseq.frontend.source import Language
from unseq.frontend.syntax.index import declared_name
from unseq.frontend.syntax.tree import Node, bare_tree, below

KINDS = ("atomic", "barrier", forks.KIND, scans.KIND, "combine", "identity", "edge", "tie", "shift", "operator")
_OPERATORS = {
    "+": "-", "-": "+", "*": "+", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "&&": "||", "||": "&&", "&": "|", "|": "&", "^": "|",
}  # fmt: skip
_ASSIGNMENTS = {"+=": "-=", "-=": "+=", "*=": "+=", "|=": "&=", "&=": "|=", "^=": "|="}
_RELATIONS = frozenset({"<", "<=", ">", ">="})
_LITERAL = re.compile(r"([01])((?:\.0)?(?:[uUlLfF]*))")
_CLOSED = frozenset(
    {
        *("template_argument_list", "array_declarator", "static_assert_declaration", "enumerator", "parameter_list"),
        *("attribute_declaration", "preproc_def", "preproc_function_def", "type_descriptor", "decltype"),
        *("lambda_capture_specifier", "sizeof_expression", "string_literal", "char_literal", "initializer_list"),
    }
)
_EXTREMUM = re.compile(r"((?:std::|parlay::)?)(min|max)((?:<.*>)?)", re.DOTALL)
_FETCH = {"fetch_add": "+=", "fetch_sub": "-=", "fetch_or": "|=", "fetch_and": "&=", "fetch_xor": "^="}
_UPDATES = {"parlay::write_add": "+=", "__atomic_fetch_add": "+=", "__sync_fetch_and_add": "+="}
_DEVICE_UPDATES = {"atomicAdd": "+", "atomicSub": "-", "atomicOr": "|", "atomicAnd": "&", "atomicXor": "^"}
_DEVICE_EXTREMA = {"atomicMin": "<", "atomicMax": ">"}
_BARRIERS = frozenset({"__syncthreads", "__syncwarp"})
_REDUCTION = re.compile(r"\breduction\s*\([^()]*\)")


def mutants(text: bytes, language: Language, name: str, original: bytes) -> tuple[Mutant, ...]:
    """The mutants of the function ``name`` and of all that it calls in its file, in the order of the text.

    Functions that ``original`` has as well are not mutated: they are not what was written to be parallel. Of those
    that say where a fork divides its work only the ties are, on which it depends that the parts do not overlap."""
    root = bare_tree(text, language)
    known = {_words(name, body) for name, body in _definitions(bare_tree(original, language))}
    bodies: dict[str, list[Node]] = {}
    for defined, body in _definitions(root):
        bodies.setdefault(defined, []).append(body)
    macros = {text_of(node.child_by_field_name("name")) for node in below(root) if node.type == "preproc_def"}
    plain = name.rpartition("::")[2]
    found: list[Mutant] = []
    pending, seen = [plain], {plain}
    divide: set[str] = set()
    while pending:
        current = pending.pop()
        for body in bodies.get(current, []):
            own = current == plain or _words(current, body) not in known
            if not own and current not in divide:
                continue
            every = _Finder(text, macros).below(body)
            found += every if own else (mutant for mutant in every if mutant.kind == "tie")
            found += forks.fork_mutants(body, macros)
            divide |= forks.dividing(body)
            called = {text_of(node) for node in below(body) if node.type == "identifier"} & bodies.keys() - seen
            pending += sorted(called)
            seen |= called
    return tuple(sorted(found, key=lambda mutant: (mutant.start, -mutant.end, mutant.text)))


def _definitions(root: Node) -> Iterator[tuple[str, Node]]:
    for node in below(root):
        if node.type == "function_definition":
            declarator, body = node.child_by_field_name("declarator"), node.child_by_field_name("body")
            name = declared_name(declarator) if declarator is not None else None
            if name is not None and body is not None:
                yield text_of(name).rpartition("::")[2], body


def _words(name: str, body: Node) -> tuple[str, ...]:
    """What a function says, whatever it is called."""
    return tuple(re.sub(rf"\b{re.escape(name)}\b", "?", text_of(body)).split())


class _Finder:
    def __init__(self, text: bytes, macros: set[str]) -> None:
        self.text = text
        self.macros = macros

    def below(self, node: Node, header: bool = False) -> Iterator[Mutant]:
        """The mutants at and below a node; ``header``: in the condition or start of a loop."""
        kind = node.type
        if kind in _CLOSED:
            return
        if kind == "declaration" and (self._of_macros(node) or "constexpr" in text_of(node).split()[:3]):
            return
        yield from self._at(node, header)
        pragma: Node | None = None
        for child in node.named_children:
            if child.type == "preproc_call":
                pragma = child
                continue
            if child.type == "comment":
                continue
            if pragma is not None:
                yield from self._directive(pragma, child)
                fixed = "omp" in text_of(pragma)
                if not (fixed and re.search(r"\batomic\b", text_of(pragma))):
                    # the header of a parallel loop has a fixed form
                    inner = child.child_by_field_name("body") if fixed and child.type == "for_statement" else child
                    yield from self.below(inner) if inner is not None else ()
                pragma = None
            elif not self._chooses(node, child):
                within = kind == "for_statement" and child != node.child_by_field_name("body")
                yield from self.below(child, within or (header and kind not in ("lambda_expression", "argument_list")))

    def _chooses(self, node: Node, child: Node) -> bool:
        """Whether a part is the condition of a guard: an ``if`` that returns, one that depends on a macro, or whether
        to fork."""
        call = node.parent if node.type == "argument_list" else None
        if call is not None and callee_of(call) == "par_do_if":
            return child == node.named_children[0]
        if node.type != "if_statement" or child != node.child_by_field_name("condition"):
            return False
        last = node.child_by_field_name("consequence")
        while last is not None and last.type == "compound_statement" and last.named_children:
            last = last.named_children[-1]
        return self._of_macros(child) or (last is not None and last.type == "return_statement")

    def _of_macros(self, node: Node) -> bool:
        return any(n.type == "identifier" and text_of(n) in self.macros for n in below(node))

    def _at(self, node: Node, header: bool) -> Iterator[Mutant]:
        yield from scans.scan_mutants(node)
        match node.type:
            case "binary_expression":
                yield from self._binary(node, header)
            case "number_literal" | "true" | "false" if (new := _opposite(text_of(node))):
                inside = node.parent is not None and node.parent.type == "binary_expression"
                kind = "edge" if header or inside else "identity"
                yield from replaced(node, new, f"`{new}` for `{text_of(node)}`", kind)
            case "call_expression":
                callee = text_of(node.child_by_field_name("function"))
                extremum = _EXTREMUM.fullmatch(callee)
                if extremum is not None:
                    other = "max" if extremum.group(2) == "min" else "min"
                    arguments = text_of(node.child_by_field_name("arguments"))
                    new = f"{extremum.group(1)}{other}{extremum.group(3)}"
                    yield from replaced(node, f"{new}{arguments}", f"`{new}` for `{callee}`", "operator")
            case "subscript_expression":
                yield from self._shifted(node)
            case "expression_statement":
                yield from self._statement(node)

    def _binary(self, node: Node, header: bool) -> Iterator[Mutant]:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = text_of(node.child_by_field_name("operator"))
        other = _OPERATORS.get(sign)
        if other is None or left is None or right is None:
            return
        if sign in _RELATIONS and _takes_one(node, {text_of(left), text_of(right)}):
            return  # of two equal values it does not matter which is taken
        kind = "operator" if sign not in _RELATIONS else "edge" if header else "tie"
        yield from replaced(node, f"{text_of(left)} {other} {text_of(right)}", f"`{other}` for `{sign}`", kind)

    def _shifted(self, node: Node) -> Iterator[Mutant]:
        indices = next((c for c in node.named_children if c.type == "subscript_argument_list"), None)
        index = indices.named_children[0] if indices is not None and len(indices.named_children) == 1 else None
        index = index if indices is not None else node.child_by_field_name("index")
        fixed = ("update_expression", "assignment_expression", "call_expression", "number_literal", "lambda_expression")
        if index is None or index.type == "number_literal" or any(n.type in fixed[:3] for n in below(index)):
            return
        text = text_of(index)
        yield from replaced(index, f"({text}) - (({text}) > 0)", f"index `{text}` shifted by one", "shift")

    def _statement(self, node: Node) -> Iterator[Mutant]:
        inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return
        if inner.type == "assignment_expression":
            sign, left = text_of(inner.child_by_field_name("operator")), text_of(inner.child_by_field_name("left"))
            right = text_of(inner.child_by_field_name("right"))
            if sign in _ASSIGNMENTS:
                other = _ASSIGNMENTS[sign]
                yield from replaced(inner, f"{left} {other} {right}", f"`{other}` for `{sign}`", "operator")
            if sign != "=" or re.search(rf"(?<!\w){re.escape(left)}(?!\w)", right):
                yield from replaced(node, ";", f"`{shortened(inner)}` left out", "combine", statement=True)
        elif inner.type == "update_expression":
            yield from replaced(node, ";", f"`{shortened(inner)}` left out", "combine", statement=True)
        elif inner.type == "call_expression":
            yield from self._atomic(node, inner)
            if text_of(inner.child_by_field_name("function")) in _BARRIERS:
                yield from replaced(node, ";", f"`{shortened(inner)}` left out", "barrier", statement=True)

    def _atomic(self, statement: Node, call: Node) -> Iterator[Mutant]:
        function, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None or given is None:
            return
        arguments = [text_of(argument) for argument in given.named_children]
        if function.type == "field_expression":
            sign = _FETCH.get(text_of(function.child_by_field_name("field")))
            owner = function.child_by_field_name("argument")
            if sign is None or owner is None or owner.type != "call_expression" or not arguments:
                return
            reached = owner.child_by_field_name("arguments")
            if "atomic_ref" not in text_of(owner.child_by_field_name("function")) or reached is None:
                return
            plain = f"{text_of(reached)} {sign} {arguments[0]};"
        elif text_of(function) in _UPDATES and len(arguments) >= 2:
            plain = f"*({arguments[0]}) {_UPDATES[text_of(function)]} {arguments[1]};"
        elif text_of(function) in _DEVICE_UPDATES and len(arguments) == 2:
            place, value = arguments
            plain = f"*({place}) = *({place}) {_DEVICE_UPDATES[text_of(function)]} ({value});"
        elif text_of(function) in _DEVICE_EXTREMA and len(arguments) == 2:
            place, value = arguments
            plain = f"if (({value}) {_DEVICE_EXTREMA[text_of(function)]} *({place})) *({place}) = ({value});"
        else:
            return
        yield from replaced(statement, plain, "update that is not atomic", "atomic", statement=True)

    def _directive(self, pragma: Node, statement: Node) -> Iterator[Mutant]:
        words = text_of(pragma).strip()
        if not re.match(r"#\s*pragma\s+omp\b", words):
            return
        body = self.text[statement.start_byte : statement.end_byte].decode("utf-8", "replace")
        where = pragma.start_byte, statement.end_byte
        line = pragma.start_point[0] + 1
        if re.search(r"\bomp\s+(?:atomic|critical)\b", words):
            yield Mutant(*where, f"\n{body}\n", line, f"without `{words}`", "atomic", True)
        clause = _REDUCTION.search(words)
        if clause is not None:
            rest = words[: clause.start()] + words[clause.end() :]
            yield Mutant(*where, f"\n{rest}\n{body}\n", line, f"without `{clause.group()}`", "combine", True)


def _opposite(literal: str) -> str:
    """One for zero, false for true and the other way round; empty for what is neither."""
    if literal in ("true", "false"):
        return "false" if literal == "true" else "true"
    digits = _LITERAL.fullmatch(literal)
    return f"{1 - int(digits.group(1))}{digits.group(2)}" if digits else ""


def _takes_one(condition: Node, compared: set[str]) -> bool:
    """Whether a comparison only decides if one of the two values replaces the other: ``if (v < low) low = v;``."""
    node = condition.parent
    while node is not None and node.type in ("condition_clause", "parenthesized_expression"):
        node = node.parent
    if node is None or node.type != "if_statement" or node.child_by_field_name("alternative") is not None:
        return False
    inner = node.child_by_field_name("consequence")
    while inner is not None and inner.type in ("compound_statement", "expression_statement"):
        inner = inner.named_children[0] if len(inner.named_children) == 1 else None
    if inner is None or inner.type != "assignment_expression":
        return False
    return {text_of(inner.child_by_field_name(side)) for side in ("left", "right")} == compared
