"""Mutants of scans: mistakes in what a prefix holds, where it starts and how blocks of it hang together.

Inclusive for exclusive and the other way round, a block that does not start from the one before, a wrong identity, an
operator with its operands in the other order, and blocks that begin or end one element too late. Knows syntax only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unseq.frontend.mutation.mutant import Mutant, arguments_of, callee_of, replaced, shortened, text_of
from unseq.frontend.syntax.tree import Node

KIND = "scan"
_LIMIT = re.compile(r"std::numeric_limits<[^()]*>::(?:min|max|lowest|infinity)\(\)")
_KNOWN = frozenset({"min", "max", "plus", "multiplies", "maximum", "minimum", "hypot", "gcd", "lcm", "swap", "move"})


def scan_mutants(node: Node) -> Iterator[Mutant]:
    """The mutants of one node of the syntax tree."""
    match node.type:
        case "expression_statement" if node.named_children and node.named_children[0].type == "call_expression":
            yield from _in_place(node, node.named_children[0])
        case "field_expression":
            yield from _prefixes(node)
        case "call_expression":
            yield from _call(node)
        case "assignment_expression":
            yield from _reordered(node)
        case "binary_expression":
            yield from _edge(node)


def _in_place(statement: Node, call: Node) -> Iterator[Mutant]:
    """A scan whose total nobody wants, and the standard library's."""
    name, given = callee_of(call), [text_of(argument) for argument in arguments_of(call)]
    if name in ("scan_inplace", "scan_inclusive_inplace"):
        other = "scan_inclusive_inplace" if name == "scan_inplace" else "scan_inplace"
        new = f"parlay::{other}({', '.join(given)});"
        yield from replaced(statement, new, f"`{other}` for `{name}`", KIND, statement=True)
    elif name == "inclusive_scan" and len(given) == 5:
        first, last, out, operation, start = given
        exclusive = f"std::exclusive_scan({first}, {last}, {out}, {start}, {operation});"
        alone = f"std::inclusive_scan({first}, {last}, {out}, {operation});"
        told = f"starts without `{shortened(arguments_of(call)[4])}`"
        yield from replaced(statement, exclusive, "`exclusive_scan` for `inclusive_scan`", KIND, statement=True)
        yield from replaced(statement, alone, told, KIND, statement=True)
    elif name == "exclusive_scan" and len(given) == 5:
        first, last, out, start, operation = given
        inclusive = f"std::inclusive_scan({first}, {last}, {out}, {operation}, {start});"
        yield from replaced(statement, inclusive, "`inclusive_scan` for `exclusive_scan`", KIND, statement=True)


def _prefixes(node: Node) -> Iterator[Mutant]:
    """``scan(...).first``: what was before each element."""
    call = node.child_by_field_name("argument")
    if call is None or call.type != "call_expression" or callee_of(call) != "scan":
        return
    if text_of(node.child_by_field_name("field")) == "first":
        given = text_of(call.child_by_field_name("arguments"))
        yield from replaced(node, f"parlay::scan_inclusive{given}", "`scan_inclusive` for `scan`", KIND)


def _call(node: Node) -> Iterator[Mutant]:
    given = text_of(node.child_by_field_name("arguments"))
    if callee_of(node) == "scan_inclusive":
        yield from replaced(node, f"parlay::scan{given}.first", "`scan` for `scan_inclusive`", KIND)
    elif _LIMIT.fullmatch("".join(text_of(node).split())):
        yield from replaced(node, f"decltype({text_of(node)})(0)", f"`0` for `{shortened(node)}`", KIND)


def _reordered(node: Node) -> Iterator[Mutant]:
    """``s[b] = f(s[b - 1], s[b])`` of a function that may not commute."""
    left, call = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or call is None or left.type != "subscript_expression" or call.type != "call_expression":
        return
    given = arguments_of(call)
    owner = text_of(left.child_by_field_name("argument"))
    if len(given) != 2 or any(text_of(one.child_by_field_name("argument")) != owner for one in given):
        return
    if callee_of(call) not in _KNOWN:
        new = f"{text_of(call.child_by_field_name('function'))}({text_of(given[1])}, {text_of(given[0])})"
        yield from replaced(call, new, f"`{new}` for `{shortened(call)}`", KIND)


def _edge(node: Node) -> Iterator[Mutant]:
    """The bound of block ``b``: ``b * size`` or ``(b + 1) * size``, where ``b`` is the parameter of a lambda."""
    block = node.child_by_field_name("left")
    if text_of(node.child_by_field_name("operator")) != "*" or block is None:
        return
    words = re.fullmatch(r"\(?\s*(\w+)\s*(?:\+\s*1\s*\))?", text_of(block))
    if words is None:
        return
    parent, inside = node.parent, node
    while parent is not None and parent.type != "lambda_expression":
        if parent.type in ("subscript_argument_list", "subscript_expression"):
            return
        inside, parent = parent, parent.parent
    parameters = parent.child_by_field_name("declarator") if parent is not None else None
    if parameters is None or inside == parameters:
        return
    if re.fullmatch(rf"\(\s*(?:std::)?size_t\s+{words.group(1)}\s*\)", text_of(parameters)):
        text = text_of(node)
        yield from replaced(node, f"({text}) + 1", f"block's edge `{shortened(node)}` off by one", KIND)
