"""Loops: ``for``, ``while`` and ``do``; conditions with side effects become tests inside the body."""

from __future__ import annotations

from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Break,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    If,
    Literal,
    Ref,
    Stmt,
    Switch,
    While,
)
from unseq.frontend.ir.types import BOOL, INT
from unseq.frontend.source import Span
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import negate
from unseq.frontend.syntax.expressions import field
from unseq.frontend.syntax.statements import body, condition_of, effects
from unseq.frontend.syntax.tree import Node


def always(ctx: Context, span: Span) -> Literal:
    """The condition of an endless loop."""
    return Literal(True, BOOL, "true", span) if ctx.cpp else Literal(1, INT, "1", span)


def loop_body(ctx: Context, node: Node) -> Block:
    outer = ctx.breaks, ctx.continues
    ctx.breaks, ctx.continues = "loop", True
    try:
        return body(ctx, node)
    finally:
        ctx.breaks, ctx.continues = outer


def jumps(block: Block, kind: type[Break] | type[Continue]) -> bool:
    """Whether a statement of ``kind`` in ``block`` concerns the loop that it is the body of."""
    for inner in block.statements:
        match inner:
            case Break() | Continue():
                if isinstance(inner, kind):
                    return True
            case Block():
                if jumps(inner, kind):
                    return True
            case If():
                if jumps(inner.then, kind) or (inner.other is not None and jumps(inner.other, kind)):
                    return True
            case Switch():
                if any(jumps(case.body, kind) for case in inner.cases):
                    return True
    return False


def _tested(ctx: Context, before: list[Stmt], test: Expr, after: list[Stmt], span: Span) -> list[Stmt]:
    """Leaves the loop unless ``test`` holds, its effects done either way."""
    out = list(before)
    if after:
        outer, ctx.before = ctx.before, out
        try:
            test = ctx.kept(test, after, span)
        finally:
            ctx.before = outer
        out += after
    return [*out, If(negate(test, ctx.cpp), Block((Break(span),), span), None, span)]


def while_statement(ctx: Context, node: Node) -> list[Stmt]:
    span = ctx.span(node)
    loop = ctx.next_loop()
    clause = field(ctx, node, "condition")
    at = ctx.span(clause)
    with ctx.scope():
        first, test_node = condition_of(ctx, clause)
        if first:
            raise ctx.refuse(clause, "a declaration as a loop's condition", "declare the variable before")
        outer, ctx.statement = ctx.statement, at
        before, test, after = ctx.captured(at, lambda: ctx.dialect.test(ctx, clause, test_node))
        ctx.statement = outer
        inner = loop_body(ctx, field(ctx, node, "body"))
    if not before and not after:
        return [While(test, inner, loop, False, span)]
    if not before and not jumps(inner, Break):
        # `while (n-- > 0)`: the change comes after each test, also the last.
        return [While(test, Block((*after, *inner.statements), inner.span), loop, False, span), *after]
    tested = _tested(ctx, before, test, after, at)
    return [While(always(ctx, at), Block((*tested, *inner.statements), inner.span), loop, False, span)]


def do_statement(ctx: Context, node: Node) -> list[Stmt]:
    span = ctx.span(node)
    loop = ctx.next_loop()
    inner = loop_body(ctx, field(ctx, node, "body"))
    clause = field(ctx, node, "condition")
    at = ctx.span(clause)
    outer, ctx.statement = ctx.statement, at
    before, test, after = ctx.captured(at, lambda: ctx.dialect.test(ctx, clause, clause))
    ctx.statement = outer
    if not before and not after:
        return [While(test, inner, loop, True, span)]
    if jumps(inner, Continue):
        raise ctx.refuse(clause, "a do loop with continue and side effects in its condition",
                         "move the side effects into the body")  # fmt: skip
    if not after and not any(isinstance(s, Declare) for s in before):
        return [While(test, Block((inner, *before), inner.span), loop, True, span)]
    # The body's own variables end before the test, so it keeps a block of its own.
    tested = _tested(ctx, before, test, after, at)
    return [While(always(ctx, at), Block((inner, *tested), inner.span), loop, False, span)]


def for_statement(ctx: Context, node: Node) -> list[Stmt]:
    span = ctx.span(node)
    loop = ctx.next_loop()
    with ctx.scope():
        first = node.child_by_field_name("initializer")
        init: list[Stmt] = []
        if first is not None:
            outer, ctx.statement = ctx.statement, ctx.span(first)
            handler = ctx.dialect.statements.get(first.type)
            init = handler(ctx, first) if handler is not None else effects(ctx, first)
            ctx.statement = outer
        test_node = node.child_by_field_name("condition")
        before: list[Stmt] = []
        after: list[Stmt] = []
        at = ctx.span(test_node) if test_node is not None else span
        test: Expr = always(ctx, Span(at.start, at.start, at.line, at.column, at.line, at.file))
        if test_node is not None:
            chosen = test_node
            outer, ctx.statement = ctx.statement, at
            before, test, after = ctx.captured(at, lambda: ctx.dialect.test(ctx, chosen, chosen))
            ctx.statement = outer
        step_node = node.child_by_field_name("update")
        step: list[Stmt] = []
        if step_node is not None:
            outer, ctx.statement = ctx.statement, ctx.span(step_node)
            step = effects(ctx, step_node)
            ctx.statement = outer
        inner = loop_body(ctx, field(ctx, node, "body"))
    for part in (init, step):
        if any(not isinstance(s, Declare | Assign | Evaluate) for s in part):
            raise ctx.refuse(node, "branches in the head of a for loop", "move them into the body")
    own = {s.symbol for s in init if isinstance(s, Declare)}
    dead = all(isinstance(s, Assign) and isinstance(s.place, Ref) and s.place.symbol in own for s in after)
    if after and not before and (dead or not jumps(inner, Break)):
        inner = Block((*after, *inner.statements), inner.span)
        return [For(tuple(init), test, tuple(step), inner, loop, span), *(() if dead else after)]
    if before or after:
        tested = _tested(ctx, before, test, after, at)
        inner = Block((*tested, *inner.statements), inner.span)
        test = always(ctx, at)
    return [For(tuple(init), test, tuple(step), inner, loop, span)]

