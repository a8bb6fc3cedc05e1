"""A file to be changed: its syntax tree, the types that lowering found, and simple questions about pieces of it.

What lies inside the expansion of a macro has no text of its own and is never touched.  Functions that are not
understood are left as they are.  Knows nothing of any particular change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import field

from unseq.frontend.analysis.library import PURE, bare
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Call, Cast, Construct, Declare, Expr, ForEach, Function, Loop, Method, Ref, Symbol
from unseq.frontend.lower import lower, own_definitions, parse
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Language, SourceUnit, Unsupported
from unseq.frontend.syntax.tree import Node, Tree, below
from unseq.frontend.variation.edits import Edit

LOOPS = frozenset({"for_statement", "while_statement", "do_statement", "for_range_loop"})
_SIDE_EFFECTS = frozenset({"assignment_expression", "update_expression", "lambda_expression", "comma_expression"})
_READS = frozenset({"size", "empty", "begin", "end", "front", "back", "real", "imag", "data", "length", "top"})
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """``functions``: definitions that were understood, with their IR; ``values``: expressions of the IR by the byte
    range that they stand at; so ``loops``."""

    unit: SourceUnit
    tree: Tree
    functions: tuple[tuple[Node, Function], ...]
    values: dict[tuple[int, int], Expr]
    loops: dict[tuple[int, int], Loop]
    words: frozenset[str]
    own: frozenset[str]  # the functions that the file defines
    fresh: set[str] = field(default_factory=set)

    @property
    def cpp(self) -> bool:
        return self.unit.language is Language.CPP

    # --- text ---

    def place(self, node: Node) -> tuple[int, int]:
        """The byte range of a node in the file; empty inside a macro's expansion."""
        span = self.tree.span(node)
        return span.start, span.end

    def text(self, node: Node) -> str:
        """What the file says there."""
        start, end = self.place(node)
        return self.unit.text[start:end].decode("utf-8", "replace")

    def plain(self, *nodes: Node | None) -> bool:
        """Whether all nodes are there and have text of their own."""
        return all(node is not None and self.text(node) for node in nodes)

    def edit(self, node: Node, text: str) -> Edit:
        return Edit(*self.place(node), text)

    def before(self, node: Node, text: str) -> Edit:
        start, _ = self.place(node)
        return Edit(start, start, text)

    def after(self, node: Node, text: str) -> Edit:
        _, end = self.place(node)
        return Edit(end, end, text)

    def name(self, rng: random.Random, *stems: str) -> str:
        """A name that the file does not have."""
        for suffix in ("", *map(str, range(2, 1000))):
            for stem in rng.sample(stems, len(stems)):
                name = f"{stem}{suffix}"
                if name not in self.words and name not in self.fresh:
                    self.fresh.add(name)
                    return name
        raise AssertionError("no name left")

    # --- nodes ---

    def nodes(self, *kinds: str) -> Iterator[Node]:
        """The nodes of these kinds in understood functions that have text of their own, outer before inner."""
        for definition, _ in self.functions:
            for node in below(definition):
                if node.type in kinds and self.text(node):
                    yield node

    def function_of(self, node: Node) -> tuple[Node, Function]:
        for definition, function in self.functions:
            if definition.start_byte <= node.start_byte and node.end_byte <= definition.end_byte:
                return definition, function
        raise AssertionError("outside of every function")

    def names(self, node: Node | None) -> list[str]:
        """The variables, functions and fields that are named at or below ``node``, each as often as it stands there."""
        if node is None:
            return []
        return [self.text(n) for n in below(node) if n.type in ("identifier", "field_identifier")]

    def assigned(self, node: Node, name: str) -> bool:
        """Whether a variable may change at or below ``node``: assigned, counted, its address or a reference taken."""
        for n in below(node):
            target = None
            if n.type == "assignment_expression":
                target = n.child_by_field_name("left")
            elif n.type in ("update_expression", "pointer_expression"):
                target = n.child_by_field_name("argument")
                if n.type == "pointer_expression" and self.text(n)[:1] == "*":
                    target = None
            elif n.type == "init_declarator" and "&" in self.text(n).split("=")[0]:
                target = n.child_by_field_name("value")
            elif n.type == "call_expression":
                function = n.child_by_field_name("function")
                if function is not None and function.type == "field_expression":
                    method = function.child_by_field_name("field")
                    if method is not None and self.text(method) not in _READS:
                        target = function.child_by_field_name("argument")
                if function is not None and bare(self.text(function)) not in PURE and not self.pure(n):
                    arguments = n.child_by_field_name("arguments")
                    if arguments is not None and name in self.names(arguments):
                        return True
            while target is not None and target.type in ("field_expression", "parenthesized_expression"):
                target = target.child_by_field_name("argument") or next(iter(target.named_children), None)
            if target is not None and target.type == "identifier" and self.text(target) == name:
                return True
        return False

    # --- values ---

    def value(self, node: Node | None) -> Expr | None:
        """The IR of an expression, without the conversion of its value to what uses it."""
        return self.values.get(self.place(bare_node(node))) if node is not None else None

    def type(self, node: Node | None) -> t.Type | None:
        value = self.value(node)
        return value.type if value is not None else None

    def symbol(self, node: Node | None) -> Symbol | None:
        value = self.value(node)
        return value.symbol if isinstance(value, Ref) else None

    def pure(self, node: Node | None) -> bool:
        """Whether evaluating an expression changes nothing and depends on nothing but its variables and memory."""
        if node is None:
            return False
        for n in below(node):
            if n.type in _SIDE_EFFECTS:
                return False
            if n.type == "call_expression":
                function = n.child_by_field_name("function")
                if function is None:
                    return False
                if function.type == "field_expression":
                    method = function.child_by_field_name("field")
                    if method is None or self.text(method) not in _READS:
                        return False
                    continue
                value, name = self.value(n), bare(self.text(function))
                known = isinstance(value, Cast) or (name in PURE and isinstance(value, Call | Method | Construct))
                if not known or name in self.own:
                    return False
        return True

    def local(self, node: Node | None) -> bool:
        """Whether an expression names a scalar variable of the function itself."""
        symbol = self.symbol(node)
        return (
            symbol is not None and node is not None and bare_node(node).type == "identifier"
            and t.is_arithmetic(symbol.type) and symbol.storage.value in ("local", "parameter")
        )  # fmt: skip

    def spelling(self, type_: t.Type | None) -> str | None:
        """How to write a type here; None for one that has no plain name."""
        match type_:
            case t.Bool():
                return "bool" if self.cpp else "int"
            case t.Int(bits, signed, spelling):
                if spelling in ("size_t", "") and (bits, signed) == (64, False):
                    return "size_t" if "size_t" in self.words else "unsigned long"
                return spelling or {32: "int", 64: "long", 16: "short", 8: "signed char"}.get(bits, "")
            case t.Float(bits):
                return {32: "float", 64: "double"}.get(bits)
            case t.Pointer(to, const):
                inner = self.spelling(to)
                return f"{'const ' if const else ''}{inner} *" if inner and not inner.endswith("*") else None
            case t.Record(name, _, spelling):
                return spelling or name
            case t.Library("vector" | "array" | "complex" | "pair" as name, args):
                parts = [str(a) if isinstance(a, int) else self.spelling(a) for a in args]
                return f"std::{name}<{', '.join(p for p in parts if p)}>" if all(parts) else None
            case t.Library("string"):
                return "std::string"
        return None


def bare_node(node: Node) -> Node:
    """An expression without parentheses around it."""
    while node.type in ("parenthesized_expression", "condition_clause") and len(node.named_children) == 1:
        node = node.named_children[0]
    return node


def statements_of(body: Node) -> list[Node]:
    """The statements of a body, braces or not, comments left out."""
    inner = body.named_children if body.type == "compound_statement" else [body]
    return [n for n in inner if n.type != "comment"]


def own(loop: Node, *kinds: str) -> list[Node]:
    """The ``continue`` and ``break`` statements of a loop itself, and returns out of it, as the kinds ask."""
    found: list[Node] = []
    body = loop.child_by_field_name("body")
    pending = [body] if body is not None else []
    while pending:
        node = pending.pop()
        if node.type in kinds:
            found.append(node)
        for child in node.named_children:
            nested = child.type in LOOPS or child.type == "lambda_expression"
            if nested and "return_statement" not in kinds:
                continue
            if child.type == "switch_statement" and "break_statement" in kinds:
                continue
            pending.append(child)
    return found


def in_block(node: Node) -> bool:
    """Whether a statement stands directly between braces, so that others may stand beside it."""
    return node.parent is not None and node.parent.type == "compound_statement"


def read_code(unit: SourceUnit) -> Code:
    """The file with all functions that are understood.

    Raises ``InputError`` for a syntax error."""
    parsed = parse(unit)
    tree, index = parsed.scope.tree, parsed.scope.index
    functions: list[tuple[Node, Function]] = []
    values: dict[tuple[int, int], Expr] = {}
    loops: dict[tuple[int, int], Loop] = {}
    for site in own_definitions(tree, index):
        if site.template is not None:
            continue
        try:
            function = lower(unit, site.qualified)
        except Unsupported:
            continue
        functions.append((site.node, function))
        for node in walk.walk(function):
            if isinstance(node, walk.EXPRESSIONS) and not (isinstance(node, Cast) and node.implicit):
                values.setdefault((node.span.start, node.span.end), node)
            elif isinstance(node, walk.LOOPS):
                loops.setdefault((node.span.start, node.span.end), node)
    own = frozenset(site.name for site in own_definitions(tree, index))
    words = frozenset(_WORD.findall(unit.text.decode("utf-8", "replace")))
    return Code(unit, tree, tuple(functions), values, loops, words, own)


def declared(function: Function) -> dict[str, int]:
    """How many variables of each name a function has, parameters included."""
    found: dict[str, int] = {}
    symbols = [*function.parameters]
    symbols += [n.symbol for n in walk.walk(function) if isinstance(n, Declare | ForEach)]
    for symbol in symbols:
        found[symbol.name] = found.get(symbol.name, 0) + 1
    return found
