"""Statements: blocks, branches, switches, returns. Loops stand in a file of their own."""

from __future__ import annotations

from collections.abc import Callable as Function

from unseq.frontend.ir.nodes import (
    Block,
    Break,
    Call,
    Case,
    Continue,
    Evaluate,
    Expr,
    If,
    Return,
    Stmt,
    Switch,
)
from unseq.frontend.ir.types import Bool, Int, Reference, Void
from unseq.frontend.source import Span
from unseq.frontend.syntax.assignments import discard
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import convert, decay, promote
from unseq.frontend.syntax.expressions import condition_value, field, value_of
from unseq.frontend.syntax.operators import is_place
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import type_name

_NEVER_RETURN = {"exit", "abort", "_Exit", "quick_exit", "std::exit", "std::abort", "__builtin_unreachable"}

REFUSED = {
    "goto_statement": ("goto", "use a loop, break or return"),
    "labeled_statement": ("a label", "use a loop, break or return"),
    "gnu_asm_expression": ("inline assembly", "write it in C"),
    "seh_try_statement": ("structured exception handling", "check for errors explicitly"),
    "try_statement": ("try and catch", "check for errors explicitly"),
    "throw_statement": ("throw", "return an error code"),
    "co_return_statement": ("a coroutine", "use a plain function"),
    "co_yield_statement": ("a coroutine", "use a plain function"),
    "function_definition": ("a function inside a function", "define it at file scope"),
    "case_statement": ("a case outside its switch's own braces", "write a plain switch"),
}


def statement(ctx: Context, node: Node) -> list[Stmt]:
    """One statement of the source."""
    handler = ctx.dialect.statements.get(node.type)
    if handler is None:
        what, remedy = REFUSED.get(node.type, (node.type.replace("_", " "), "write it with plainer statements"))
        raise ctx.refuse(node, what, remedy)
    outer = ctx.statement
    ctx.statement = ctx.span(node)
    try:
        with ctx.nested(node):
            return handler(ctx, node)
    finally:
        ctx.statement = outer


def statements(ctx: Context, nodes: list[Node]) -> list[Stmt]:
    out: list[Stmt] = []
    for node in nodes:
        out += statement(ctx, node)
    return out


def nothing(ctx: Context, node: Node) -> list[Stmt]:
    return []


def local_type(ctx: Context, node: Node) -> list[Stmt]:
    """A struct or enum defined in a function."""
    type_name(ctx, node)
    return []


def compound(ctx: Context, node: Node) -> list[Stmt]:
    with ctx.scope():
        return [Block(tuple(statements(ctx, node.named_children)), ctx.span(node))]


def body(ctx: Context, node: Node) -> Block:
    """The statement that a loop or branch governs, as a block."""
    if node.type == "else_clause":
        inner = [child for child in node.named_children if child.type != "comment"]
        node = inner[0] if inner else node
    with ctx.scope():
        if node.type == "compound_statement":
            return Block(tuple(statements(ctx, node.named_children)), ctx.span(node))
        return Block(tuple(statement(ctx, node)), ctx.span(node))


def expression_statement(ctx: Context, node: Node) -> list[Stmt]:
    inner = [child for child in node.named_children if child.type != "comment"]
    if not inner:
        return []
    return effects(ctx, inner[0])


def effects(ctx: Context, node: Node) -> list[Stmt]:
    """An expression for its effects."""
    before, _, after = ctx.captured(ctx.span(node), lambda: discard(ctx, node))
    return [*before, *after]


def settled(ctx: Context, span: Span, lower: Function[[], Expr]) -> tuple[list[Stmt], Expr]:
    """A full expression all of whose effects happen before what uses its value."""
    before, value, after = ctx.captured(span, lower)
    if not after:
        return before, value
    outer, ctx.before = ctx.before, before
    try:
        value = ctx.kept(value, after, ctx.statement)
    finally:
        ctx.before = outer
    return [*before, *after], value


# --- branches ------------------------------------------------------------------------------------------------


def condition_of(ctx: Context, node: Node) -> tuple[list[Stmt], Node | None]:
    """What an ``if (init; test)`` or ``while (type x = ...)`` declares first, and its test (None: what it declares)."""
    if node.type != "condition_clause":
        return [], node
    first = node.child_by_field_name("initializer")
    declared: list[Stmt] = []
    if first is not None:
        for child in first.named_children if first.type == "init_statement" else [first]:
            declared += statement(ctx, child) if child.type in ctx.dialect.statements else effects(ctx, child)
    value = field(ctx, node, "value")
    if value.type == "declaration":
        return [*declared, *ctx.dialect.statements["declaration"](ctx, value)], None
    return declared, value


def if_statement(ctx: Context, node: Node) -> list[Stmt]:
    if any(child.type == "constexpr" for child in node.children):
        raise ctx.refuse(node, "if constexpr", "use a plain if, or separate functions")
    clause = field(ctx, node, "condition")
    span = ctx.span(node)
    with ctx.scope():
        first, test_node = condition_of(ctx, clause)
        test_from = test_node if test_node is not None else clause
        before, test = settled(ctx, ctx.span(test_from), lambda: ctx.dialect.test(ctx, clause, test_node))
        then = body(ctx, field(ctx, node, "consequence"))
        alternative = node.child_by_field_name("alternative")
        other = body(ctx, alternative) if alternative is not None else None
    found = If(test, then, other, span)
    if first:
        return [Block((*first, *before, found), span)]
    return [*before, found]


def plain_test(ctx: Context, clause: Node, node: Node | None) -> Expr:
    if node is None:
        raise ctx.refuse(clause, "a declaration as a condition", "declare the variable before")
    return condition_value(ctx, node)


def switch_statement(ctx: Context, node: Node) -> list[Stmt]:
    clause = field(ctx, node, "condition")
    span = ctx.span(node)
    with ctx.scope():
        first, value_node = condition_of(ctx, clause)
        if value_node is None:
            raise ctx.refuse(clause, "a declaration as a switch's value", "declare the variable before")
        chosen = value_node
        before, value = settled(ctx, ctx.span(value_node), lambda: decay(value_of(ctx, chosen)))
        if not isinstance(value.type, Int | Bool):
            raise ctx.refuse(value_node, "a switch on something that is no integer", "use if")
        value = convert(value, promote(value.type))
        block = field(ctx, node, "body")
        if block.type != "compound_statement":
            raise ctx.refuse(block, "a switch without braces", "add them")
        cases = _cases(ctx, block)
    found = Switch(value, tuple(cases), span)
    return [Block((*first, *before, found), span)] if first else [*before, found]


def _cases(ctx: Context, block: Node) -> list[Case]:
    arms = [child for child in block.named_children if child.type != "comment"]
    cases: list[Case] = []
    labels: list[int] = []
    taken: set[int | None] = set()  # all labels so far; None is the default
    default = False
    start: Node | None = None
    for position, arm in enumerate(arms):
        if arm.type != "case_statement":
            raise ctx.refuse(arm, "a statement of a switch before its first case", "move it out of the switch")
        start = start if start is not None else arm
        label = arm.child_by_field_name("value")
        inside = [c for c in arm.named_children if c != label and c.type != "comment"]
        number = None if label is None else constant_value(ctx, value_of(ctx, label))
        if number in taken:
            raise ctx.refuse(arm, "two arms of a switch for one value", "remove one of them")
        taken.add(number)
        if label is None:
            default = True
        elif number is None:
            raise ctx.refuse(label, "a case label whose value is not known", "write a constant")
        else:
            labels.append(number)
        if not inside and position + 1 < len(arms):
            continue
        span = ctx.tree.between(start, arm)
        with ctx.scope():
            lowered = _arm(ctx, arm, inside, last=position + 1 == len(arms))
        content = ctx.tree.between(inside[0], inside[-1]) if inside else span
        cases.append(Case(() if default else tuple(labels), Block(tuple(lowered), content), span))
        labels, default, start = [], False, None
    return cases


def _arm(ctx: Context, arm: Node, inside: list[Node], last: bool) -> list[Stmt]:
    """The statements of an arm without the ``break`` that ends it."""
    nodes = list(inside)
    while len(nodes) == 1 and nodes[0].type == "compound_statement":
        nodes = [child for child in nodes[0].named_children if child.type != "comment"]
    ended = False
    if nodes and nodes[-1].type == "break_statement":
        nodes.pop()
        ended = True
    elif nodes and nodes[-1].type == "compound_statement":
        inner = [child for child in nodes[-1].named_children if child.type != "comment"]
        if inner and inner[-1].type == "break_statement" and all(c.type != "declaration" for c in inner):
            nodes[-1:] = inner[:-1]
            ended = True
    outer = ctx.breaks
    ctx.breaks = "switch"
    try:
        lowered = statements(ctx, nodes)
    finally:
        ctx.breaks = outer
    if not (ended or last or ends(lowered)):
        raise ctx.refuse(arm, "a case that falls through to the next", "end it with break")
    return lowered


def ends(block: list[Stmt] | tuple[Stmt, ...]) -> bool:
    """Whether control never runs past the last of these statements."""
    if not block:
        return False
    match block[-1]:
        case Return() | Continue() | Break():
            return True
        case Block() as inner:
            return ends(inner.statements)
        case If() as branch:
            return branch.other is not None and ends(branch.then.statements) and ends(branch.other.statements)
        case Evaluate(value=Call() as call):
            return call.name in _NEVER_RETURN
    return False


# --- jumps ---------------------------------------------------------------------------------------------------


def break_statement(ctx: Context, node: Node) -> list[Stmt]:
    if ctx.breaks != "loop":
        what = "a break in the middle of a switch's case" if ctx.breaks else "a break outside a loop"
        raise ctx.refuse(node, what, "put it at the end of the case, or use if and else")
    return [Break(ctx.span(node))]


def continue_statement(ctx: Context, node: Node) -> list[Stmt]:
    if not ctx.continues:
        raise ctx.refuse(node, "a continue outside a loop", "remove it")
    return [Continue(ctx.span(node))]


def return_statement(ctx: Context, node: Node) -> list[Stmt]:
    inner = [child for child in node.named_children if child.type != "comment"]
    span = ctx.span(node)
    if not inner:
        if not isinstance(ctx.result, Void) and ctx.result is not None:
            raise ctx.refuse(node, "a return without a value", "return one")
        ctx.returned.append((Void(), span))
        return [Return(None, span)]
    written = inner[0]
    result = ctx.result
    if isinstance(result, Void):
        return [*effects(ctx, written), Return(None, span)]

    def lower() -> Expr:
        if result is None:
            return decay(value_of(ctx, written))
        return ctx.dialect.initializer(ctx, written, result)

    before, value, after = ctx.captured(span, lower)
    # What only waits to change this call's own variables has no effect any more.
    if any(not _dies(ctx, s) for s in after):
        outer, ctx.before = ctx.before, before
        value = ctx.temporary(value, span)
        ctx.before = outer
        before = [*before, *after]
    if isinstance(result, Reference) and not result.const and not is_place(value):
        raise ctx.refuse(written, "a returned reference to a value", "return a value")
    ctx.returned.append((value.type, span))
    return [*before, Return(value, span)]


def _dies(ctx: Context, change: Stmt) -> bool:
    place = getattr(change, "place", None)
    symbol = getattr(place, "symbol", None)
    return symbol is not None and ctx.private(symbol)
