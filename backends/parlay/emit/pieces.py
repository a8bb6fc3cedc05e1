"""Changed pieces of a function, back in its text.

Knows where a piece stands and how it is indented there; knows nothing of what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.emit import edits, layout
from unseq.backends.parlay.emit.context import Context
from unseq.backends.plan import Plan
from unseq.frontend.ir.nodes import Block, Call, Case, Evaluate, Function
from unseq.frontend.ir.types import VOID
from unseq.frontend.ir.walk import EXPRESSIONS, Node, splice, transform, walk
from unseq.frontend.source import NOWHERE, Span, Unsupported


@dataclass(frozen=True, slots=True)
class Piece:
    """``text`` in place of a statement or expression at ``span``; the statements at ``gone`` go with it."""

    span: Span
    text: str
    is_expression: bool = False
    gone: tuple[Span, ...] = ()


def in_place(context: Context, plan: Plan, pieces: Sequence[Piece]) -> list[edits.Edit]:
    """The edits that put the pieces into the function: into its text where that is possible, else all of it is printed
    from the IR."""
    whole = any(piece.span == context.function.body.span for piece in pieces)
    if whole or (context.reuse and all(piece.span != NOWHERE for piece in pieces)):
        return [edit for piece in pieces for edit in _placed(context, piece)]
    return [printed(context, plan, pieces)]


def _placed(context: Context, piece: Piece) -> list[edits.Edit]:
    """A piece in the source text, indented as the source is there, in braces where the grammar wants one
    statement."""
    source, span, text = context.unit.text, piece.span, piece.text
    if not piece.is_expression and not _in_braces(context.function, span, source):
        text = "{\n" + context.indent(text) + "\n}"
    begin = span.start if piece.is_expression else edits.directive_before(source, span.start)
    removed = [edits.Edit(edits.line_before(source, gone.start), gone.end, "") for gone in piece.gone]
    moved = layout.shift(text, "", layout.indentation_at(source, span.start))
    return [edits.Edit(begin, span.end, moved), *removed]


def _in_braces(function: Function, span: Span, source: bytes) -> bool:
    """Whether several statements may stand in the place of the one at ``span``."""
    parent: Block | None = None
    for node in walk(function):
        if isinstance(node, Block) and any(s.span == span for s in node.statements):
            parent = node
    return parent is not None and source[parent.span.start : parent.span.start + 1] == b"{"


def printed(context: Context, plan: Plan, pieces: Sequence[Piece]) -> edits.Edit:
    """The whole function from the IR, with the pieces where their statements were."""
    if plan.function.template:
        raise Unsupported(plan.function.span, "a template cannot be printed from its instance")
    statements = {piece.span: index for index, piece in enumerate(pieces) if not piece.is_expression}
    expressions = {piece.span: index for index, piece in enumerate(pieces) if piece.is_expression}

    def one(node: Node) -> Node:
        if isinstance(node, Call) and node.span in expressions:
            return Call(_hole(expressions[node.span]), (), node.type, None, node.span)
        if not isinstance(node, (*EXPRESSIONS, Block, Case)) and node.span in statements:
            return Evaluate(Call(_hole(statements[node.span]), (), VOID), node.span)
        return node

    gone = {span for piece in pieces for span in piece.gone}
    body = splice(plan.function.body, lambda s: () if s.span in gone and not isinstance(s, Block) else (s,))
    function = replace(plan.function, body=transform(body, one))
    text = layout.respace(Printer(context.own).function(function), context.unit_indent)
    for index, piece in enumerate(pieces):
        hole = f"{_hole(index)}()" + ("" if piece.is_expression else ";")
        at = text.index(hole)
        line = text[text.rfind("\n", 0, at) + 1 : at]
        depth = line[: len(line) - len(line.lstrip())]
        text = text[:at] + layout.shift(piece.text, "", depth) + text[at + len(hole) :]
    indentation = layout.indentation_at(context.unit.text, plan.function.span.start)
    return edits.replace(plan.function.span, layout.shift(text, "", indentation))


def _hole(index: int) -> str:
    return f"unseq_hole_{index}"
