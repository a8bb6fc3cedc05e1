"""A file's syntax tree, and where a syntax error stands.

Knows tree-sitter and how its nodes relate to the file; knows nothing of what nodes mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import tree_sitter
import tree_sitter_c
import tree_sitter_cpp

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import InputError, Language, SourceUnit, Span, Unsupported
from unseq.frontend.syntax.macros import WORDS_CPP
from unseq.frontend.syntax.preprocessor import Hole, Preprocessed, preprocess

Node = tree_sitter.Node
_WEAK = re.compile(
    rb"\b(?:va_arg|new|operator|_Generic|typeof|__attribute__|unsigned\s*\(|long\s*\(|case\b[^:]*\.\.\.)"
)

MOST_ROUNDS = 5
_AMBIGUOUS = re.compile(rb"&&|\|\||\(\s*[A-Za-z_]\w*\s*\)\s*[-+*&(]")

_LANGUAGES = {
    Language.C: tree_sitter.Language(tree_sitter_c.language()),
    Language.CPP: tree_sitter.Language(tree_sitter_cpp.language()),
}


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The syntax tree of ``pre.text.parsed``."""

    unit: SourceUnit
    pre: Preprocessed
    root: Node

    def text(self, node: Node) -> str:
        """The text of a node, macros expanded."""
        return self.pre.text.parsed[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: Node) -> Span:
        """Where a node stands in the file."""
        return self.pre.text.span(node.start_byte, node.end_byte)

    def between(self, first: Node, last: Node) -> Span:
        """From the start of one node to the end of another."""
        return self.pre.text.span(first.start_byte, last.end_byte)

    def expression_at(self, start: int, end: int) -> Node | None:
        """``parsed[start:end]`` read once more, as an expression: what the grammar took for a declaration."""
        prefix = b"int y="
        if start < len(prefix):
            return None
        text = b" " * (start - len(prefix)) + prefix + self.pre.text.parsed[start:end] + b";"
        root = tree_sitter.Parser(_LANGUAGES[self.unit.language]).parse(text).root_node
        declarator = root.named_children[0].child_by_field_name("declarator") if root.named_children else None
        return declarator.child_by_field_name("value") if declarator is not None and not root.has_error else None

    def macro(self, node: Node) -> str:
        """The macro that a node is the expansion of, if its name means the same wherever it is used; or ''."""
        name = self.pre.text.macro(node.start_byte, node.end_byte)
        return name if name in self.pre.macros else ""

    def refuse_holes(self, span: Span) -> None:
        """Raises ``Unsupported`` if preprocessing left something open within ``span``."""
        for hole in self.pre.holes:
            at = span.start == span.end and hole.start <= span.start <= hole.end  # from a header or a macro
            if at or (hole.start < span.end and hole.end > span.start):
                raise Unsupported(self.pre.text.source(hole.start, hole.end), hole.what, hole.remedy)


def bare_tree(text: bytes, language: Language) -> Node:
    """The root of a text's syntax tree as it stands, nothing expanded and no mistake refused."""
    return tree_sitter.Parser(_LANGUAGES[language]).parse(text).root_node


def below(node: Node) -> Iterator[Node]:
    """A node and all named nodes in it, in the order of the text."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending += reversed(current.named_children)


def parse_tree(unit: SourceUnit) -> Tree:
    """Parses a file; ``InputError`` with line and column for what is not C or C++."""
    tree = _parsed(unit, True)
    if tree.root.has_error and any(piece.macro == "" and piece.end > piece.start for piece in tree.pre.text.pieces):
        tree = _parsed(unit, False)  # the mistake may stand in a header
    if tree.root.has_error:
        holes = _weak_spots(tree)
        if holes is None:
            raise InputError(_first_error(tree))
        tree = Tree(unit, replace(tree.pre, holes=(*tree.pre.holes, *holes)), tree.root)
    return tree


def _parsed(unit: SourceUnit, read_headers: bool) -> Tree:
    pre = preprocess(unit, read_headers)
    parser = tree_sitter.Parser(_LANGUAGES[unit.language])
    root = parser.parse(pre.text.parsed).root_node
    if _AMBIGUOUS.search(pre.text.parsed):
        text = pre.text.parsed
        for _ in range(MOST_ROUNDS):  # one mistake may hide another
            better = _told_apart(root, text)
            again = parser.parse(better).root_node if better is not None else root
            if better is None or again.has_error:
                break
            text, root = better, again
    return Tree(unit, pre, root)


def _told_apart(root: Node, parsed: bytes) -> bytes | None:
    """The text, as long as it was, with other signs where the grammar took a variable for a type or a template; None
    if it took none.  What nodes say still comes from the file's own text.

    In ``x < 0 || y > 0`` the `<` becomes `>`, as good a comparison, which opens no template arguments; in ``(n) * (m)``
    the variable becomes a number, which is no type to cast to."""
    opened: list[tuple[bytes, int]] = []
    casts: list[Node] = []
    variables: set[bytes] = set()
    others: set[bytes] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "template_function":
            name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
            if name is not None and arguments is not None and name.type == "identifier":
                opened.append((name.text or b"", arguments.start_byte))
        elif node.type == "cast_expression":
            target = node.child_by_field_name("type")
            if target is not None and [c.type for c in target.named_children] == ["type_identifier"]:
                casts.append(target)
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type in ("reference_declarator", "pointer_declarator"):
            declarator = next(iter(declarator.named_children), None)
        if declarator is not None and declarator.type in ("identifier", "type_identifier"):
            function = node.type in ("function_declarator", "type_definition")
            (others if function else variables).add(declarator.text or b"")
        pending += node.named_children
    variables -= others
    text = bytearray(parsed)
    for name_, at in opened:
        if name_ in variables:
            text[at : at + 1] = b">"
    for target in casts:
        if (target.text or b"").strip() in variables:
            word = target.named_children[0]
            text[word.start_byte : word.end_byte] = b"1" * (word.end_byte - word.start_byte)
    return bytes(text) if text != parsed else None


def _weak_spots(tree: Tree) -> list[Hole] | None:
    """The functions in which the grammar fails at a construct that it is known not to know; None for other errors."""
    holes: list[Hole] = []
    pending = [tree.root]
    while pending:
        node = pending.pop()
        if not (node.is_error or node.is_missing):
            pending += [child for child in node.children if child.has_error or child.is_missing]
            continue
        statement: Node | None = node
        while statement is not None and not statement.type.endswith(("_statement", "declaration")):
            statement = statement.parent
        function = statement
        while function is not None and function.type != "function_definition":
            function = function.parent
        if statement is None or function is None or not function.parent or function.parent.type == "ERROR":
            return None
        if not _WEAK.search(tree.pre.text.parsed, statement.start_byte, statement.end_byte) or len(holes) > 100:
            return None
        span = tree.span(function)
        what = "a construct that the grammar does not know"
        holes.append(Hole(span.start, span.end, what, "write it with plainer statements"))
    return holes


def _first_error(tree: Tree) -> str:
    node = tree.root
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            break
        node = inner
    while node.is_error:
        # The error's first token that is not part of anything is closer to the mistake than the error's start.
        inner = next((child for child in node.children if child.has_error), None)
        if inner is None:
            break
        node = inner
    unbalanced = _unbalanced(tree)
    if unbalanced:
        return unbalanced
    span = tree.span(node)
    if node.is_missing:
        return f"{span}: syntax error: '{node.type}' is missing"
    near = " ".join(tree.text(node).split()[:6])
    near = near if len(near) <= 40 else near[:40] + "…"
    hole = next((hole for hole in tree.pre.holes if hole.start <= span.start <= hole.end), None)
    reason = f" ({hole.what}; {hole.remedy})" if hole is not None else ""
    return f"{span}: syntax error near '{near}'{reason}" if near else f"{span}: syntax error{reason}"


_BRACKETS = re.compile(WORDS_CPP.pattern + rb"|(?P<bracket>[][(){}])", re.S)
_CLOSES = {b")": b"(", b"]": b"[", b"}": b"{"}


def _unbalanced(tree: Tree) -> str:
    """What is wrong with the brackets of a file, or ''."""
    text = tree.pre.text
    opened: list[re.Match[bytes]] = []
    for match in _BRACKETS.finditer(text.parsed):
        bracket = match["bracket"]
        if bracket is None:
            continue
        if bracket not in _CLOSES:
            opened.append(match)
        elif opened and opened[-1]["bracket"] == _CLOSES[bracket]:
            opened.pop()
        else:
            at = text.span(match.start(), match.end())
            if not opened:
                return f"{at}: syntax error: '{bracket.decode()}' closes nothing"
            first = text.span(opened[-1].start(), opened[-1].end())
            return (f"{at}: syntax error: '{bracket.decode()}' closes nothing; "
                    f"the '{opened[-1]['bracket'].decode()}' of line {first.line} is open")  # fmt: skip
    if not opened:
        return ""
    at = text.span(opened[-1].start(), opened[-1].end())
    return f"{at}: syntax error: '{opened[-1]['bracket'].decode()}' is never closed"
