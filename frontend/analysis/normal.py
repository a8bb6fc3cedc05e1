"""Loops in a plainer form that means the same, for loops that are not understood as they stand.

Counters of ``while`` loops move into the header, a test that begins an endless body becomes the condition, ``continue``
becomes a branch, a value that is named only to be used once by the next statement goes where it is used, and calls of
functions and lambdas of the file give way to their bodies (``inlining``).  Knows forms, no facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from unseq.frontend.analysis.induction import stepped
from unseq.frontend.analysis.inlining import inlined, loop_inlined
from unseq.frontend.analysis.naming import folded, is_pure, sunk
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Cast,
    Continue,
    Declare,
    Expr,
    For,
    Function,
    If,
    Lambda,
    Literal,
    Loop,
    Overflow,
    Ref,
    Select,
    Stmt,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.source import NOWHERE

ROUNDS = 3
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def normal(
    function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda], pure: frozenset[str]
) -> Function | None:
    """The function with its loops in plainer form, each with the id that it had; None if nothing changes."""
    body = _plainer(inlined(function, functions, lambdas), pure)
    plain = tuple(_plainer(callee.body, pure) for callee in function.callees)
    callees = tuple(c if new is c.body else replace(c, body=_unlike(new, c.body))
                    for c, new in zip(function.callees, plain, strict=True))  # fmt: skip
    if all(new is c for new, c in zip(callees, function.callees, strict=True)):
        callees = function.callees
    if body is function.body and callees is function.callees:
        return None
    return replace(function, body=_unlike(body, function.body), callees=callees)


def plain_loop(
    loop: While | For, function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda],
    pure: frozenset[str],
) -> Block:  # fmt: skip
    """The body of one loop in plainer form; the loop itself stays what it is."""
    body = loop_inlined(loop, function, functions, lambdas).body
    statements = _branched(body.statements)
    return _unlike(_plainer(body if statements is None else replace(body, statements=statements), pure), loop.body)


def _unlike(body: Block, before: Block) -> Block:
    """``body``, with everything that ``before`` does not hold, but for loops, standing nowhere: the text there is not
    its own."""
    known = {id(node) for node in walk.walk(before)}

    def nowhere(node: walk.Node) -> walk.Node:
        return node if id(node) in known or node.span == NOWHERE else replace(node, span=NOWHERE)

    def one(node: walk.Node) -> walk.Node:
        if not isinstance(node, walk.LOOPS):
            return nowhere(node)
        inner = nowhere(node.body)
        assert isinstance(inner, Block)
        return node if inner is node.body else replace(node, body=inner)

    return walk.transform(body, one)


def _plainer(body: Block, pure: frozenset[str]) -> Block:
    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, Block):
            return _started(folded(sunk(node), pure), pure)
        if isinstance(node, Unary) and node.op == "!":
            return negated(node.operand) if _simpler(node.operand) else node
        if isinstance(node, If):
            return _entered(_without_nothing(node), pure)
        if isinstance(node, walk.LOOPS):
            return _structured(_compared(_counted(_tested(_unstepped(node)))))
        return node

    for _ in range(ROUNDS):  # one form may uncover another
        changed = walk.transform(body, one)
        if changed is body:
            break
        body = changed
    return body


# --- headers -------------------------------------------------------------------------------------------------------


def _endless(condition: Expr) -> bool:
    while isinstance(condition, Cast):
        condition = condition.operand
    return isinstance(condition, Literal) and bool(condition.value)


def _tested(loop: Loop) -> Loop:
    """``for (;;) { if (c) break; ... }`` with the condition where it belongs."""
    if not isinstance(loop, For | While) or not _endless(loop.condition) or getattr(loop, "test_last", False):
        return loop
    if not loop.body.statements:
        return loop
    first, *rest = loop.body.statements
    if not isinstance(first, If) or first.other is not None or len(first.then.statements) != 1:
        return loop
    if not isinstance(first.then.statements[0], Break):
        return loop
    body = replace(loop.body, statements=tuple(rest))
    if isinstance(loop, For) and not loop.init and not loop.step:
        return While(negated(first.condition), body, loop.id, span=loop.span)
    return replace(loop, condition=negated(first.condition), body=body)


def _unstepped(loop: Loop) -> Loop:
    """``for (; c; s) { ... }`` as ``while (c) { ...; s; }`` where ``s`` steps nothing."""
    if not isinstance(loop, For) or loop.init or not loop.step or any(map(stepped, loop.step)):
        return loop
    if any(isinstance(n, Continue) for n in walk.walk(loop.body)) or not any(map(stepped, loop.body.statements)):
        return loop
    body = replace(loop.body, statements=(*loop.body.statements, *loop.step))
    return While(loop.condition, body, loop.id, span=loop.span)


def _counted(loop: Loop) -> Loop:
    """``while (c) { ...; i++; }`` as ``for (; c; i++) { ... }``; a ``continue`` must step too."""
    if not isinstance(loop, While) or loop.test_last or len(loop.body.statements) < 2:
        return loop
    at = len(loop.body.statements) - 1
    while at > 0 and _moved(loop.body.statements[at], loop) is None:
        at -= 1
    last, behind = loop.body.statements[at], loop.body.statements[at + 1 :]
    counter = _moved(last, loop)
    if counter is None or counter in walk.declared_symbols(loop.body):
        return loop
    if any(counter in walk.used_symbols(s) or not _only_variables(s) for s in behind):
        return loop
    rest = (*loop.body.statements[:at], *behind)
    body = _without_steps(Block(rest, loop.body.span), last)
    if body is None or any(counter in walk.rebound_symbols(s) for s in body.statements):
        return loop
    return For((), loop.condition, (last,), body, loop.id, loop.span)


def _moved(step: Stmt, loop: Loop) -> Symbol | None:
    """The variable of the condition that a statement steps, by a constant or by what the loop does not change."""
    found = stepped(step)
    if found is not None:
        return found[0]
    if not isinstance(step, Assign) or step.op not in ("+", "-", "*", "<<", ">>") or not _only_variables(step):
        return None
    if not isinstance(loop, For | While):
        return None
    assert isinstance(step.place, Ref)
    symbol, used = step.place.symbol, walk.used_symbols(step.value)
    counts = isinstance(symbol.type, t.Int) and symbol in walk.used_symbols(loop.condition)
    return symbol if counts and not used & walk.rebound_symbols(loop) else None


def _compared(loop: Loop) -> Loop:
    """``n > i`` and ``i <= n - 1`` in the header of a loop that counts ``i`` as ``i < n``."""
    if not isinstance(loop, For) or not isinstance(loop.condition, Binary) or loop.condition.op not in _MIRRORED:
        return loop
    counters = {found[0] for found in map(stepped, loop.step) if found is not None}
    test = loop.condition
    right = test.right
    if isinstance(right, Ref) and right.symbol in counters and not walk.used_symbols(test.left) & counters:
        test = replace(test, op=_MIRRORED[test.op], left=right, right=test.left)
    if test.op == "<=" and _is_one_less(test.right):
        assert isinstance(test.right, Binary)
        test = replace(test, op="<", right=test.right.left)
    return loop if test is loop.condition else replace(loop, condition=test)


def _is_one_less(e: Expr) -> bool:
    """``n - 1`` that does not wrap."""
    less = isinstance(e, Binary) and e.op == "-" and e.overflow is Overflow.UNDEFINED and isinstance(e.type, t.Int)
    return less and isinstance(e, Binary) and isinstance(e.right, Literal) and e.right.value == 1


def _only_variables(statement: Stmt) -> bool:
    """Whether a statement computes a variable from others and reads and writes no memory."""
    if not isinstance(statement, Assign) or not isinstance(statement.place, Ref):
        return False
    nodes = (n for n in walk.walk(statement) if n is not statement)
    return all(isinstance(n, Ref | Literal | Binary | Unary | Cast | Select) for n in nodes) and not any(
        isinstance(n, Ref) and isinstance(n.symbol.type, t.Reference) for n in walk.walk(statement)
    )


def _without_steps(block: Block, step: Stmt) -> Block | None:
    """``block`` without the steps before each ``continue``; None if one has none."""
    out: list[Stmt] = []
    for statement in block.statements:
        if isinstance(statement, Continue):
            if not out or out[-1] != step:
                return None
            out[-1] = statement
            continue
        if isinstance(statement, Block):
            inner = _without_steps(statement, step)
            if inner is None:
                return None
            statement = inner
        elif isinstance(statement, If):
            then = _without_steps(statement.then, step)
            other = _without_steps(statement.other, step) if statement.other is not None else None
            if then is None or (other is None) != (statement.other is None):
                return None
            statement = replace(statement, then=then, other=other)
        elif not isinstance(statement, walk.LOOPS) and any(isinstance(n, Continue) for n in walk.walk(statement)):
            return None
        out.append(statement)
    return replace(block, statements=tuple(out))


def _entered(branch: If, pure: frozenset[str]) -> Stmt:
    """``if (c) do { ... } while (c);`` as ``while (c) { ... }``."""
    inside = branch.then.statements
    if branch.other is not None or len(inside) != 1 or not isinstance(inside[0], While) or not inside[0].test_last:
        return branch
    loop = inside[0]
    if _truth(loop.condition) != _truth(branch.condition) or not is_pure(loop.condition, pure):
        return branch
    return _counted(replace(loop, test_last=False))


def _truth(e: Expr) -> Expr:
    """A condition without conversions of what is a truth value already."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int | t.Bool):
        inner = e.operand
        logical = isinstance(inner, Binary) and (inner.op in _OPPOSITE or inner.op in ("&&", "||"))
        if not (logical or isinstance(inner, Cast | Unary) or isinstance(inner.type, t.Bool)):
            break
        if isinstance(inner, Unary) and inner.op != "!":
            break
        if isinstance(inner, Cast) and not isinstance(inner.type, t.Bool) and not isinstance(e.type, t.Bool):
            break
        e = inner
    return e


def _started(block: Block, pure: frozenset[str]) -> Block:
    """Loops whose counter gets its value in the statements before them: it gets that value in the header."""
    statements = list(block.statements)
    changed = False
    for held in block.statements:
        branch = held if isinstance(held, If) and held.other is None and is_pure(held.condition, pure) else None
        loop = branch.then.statements[0] if branch is not None and len(branch.then.statements) == 1 else held
        if not isinstance(loop, For) or loop.init:
            continue
        k = next(n for n, s in enumerate(statements) if s is held)
        found = [symbol for step in loop.step if (symbol := _moved(step, loop)) is not None]
        at = _value_before(statements[:k], found[0], pure) if found else None
        if at is None:
            continue
        made, counter = statements[at], found[0]
        assert isinstance(made, Declare | Assign) and made.value is not None
        others = [s for n, s in enumerate(statements) if n not in (at, k)]
        between = [s for s in statements[at + 1 : k] if counter in walk.used_symbols(s)]
        alone = isinstance(made, Declare) and not any(counter in walk.used_symbols(s) for s in others)
        first: Stmt = made if alone else Assign(Ref(counter, counter.type), made.value)
        if branch is not None:
            first = Assign(Ref(counter, counter.type), made.value)
        loop = replace(loop, init=(first,))
        statements[k] = loop if branch is None else replace(branch, then=replace(branch.then, statements=(loop,)))
        if branch is None and (alone or (isinstance(made, Assign) and not between)):
            del statements[at]
        changed = True
    return replace(block, statements=tuple(statements)) if changed else block


def _value_before(statements: Sequence[Stmt], symbol: Symbol, pure: frozenset[str]) -> int | None:
    """The statement that gives a variable the value that it has behind ``statements``, if what it says still has that
    value there."""
    changed: set[Symbol] = set()
    for at in reversed(range(len(statements))):
        statement = statements[at]
        value: Expr | None = None
        if isinstance(statement, Declare):
            made, value = statement.symbol, statement.value
        elif isinstance(statement, Assign) and isinstance(statement.place, Ref) and not statement.op:
            made, value = statement.place.symbol, statement.value
        else:
            return None
        if isinstance(made.type, t.Reference) or (value is not None and not is_pure(value, pure)):
            return None
        if made == symbol:
            used = walk.used_symbols(value) if value is not None else frozenset({symbol})
            return at if not used & (changed | {symbol}) else None
        changed.add(made)
    return None


# --- branches ------------------------------------------------------------------------------------------------------


def _structured(loop: Loop) -> Loop:
    """Branches in place of ``continue`` at the top level of a body."""
    statements = _branched(loop.body.statements)
    return loop if statements is None else replace(loop, body=replace(loop.body, statements=statements))


def _branched(statements: Sequence[Stmt]) -> tuple[Stmt, ...] | None:
    for k, statement in enumerate(statements):
        if isinstance(statement, Continue) and k + 1 == len(statements):
            return tuple(statements[:k])
        if not isinstance(statement, If) or statement.other is not None:
            continue
        then = _plain_statements(statement.then)
        if len(then) == 1 and isinstance(then[0], Continue):
            rest = statements[k + 1 :]
            inner = _branched(rest)
            block = Block(tuple(rest) if inner is None else inner)
            if any(isinstance(s, Declare) for s in statements[:k]) and not block.statements:
                return tuple(statements[:k])
            return (*statements[:k], If(negated(statement.condition), block, None, statement.span))
    return None


def _without_nothing(branch: If) -> If:
    """An ``if`` without an arm that does nothing."""
    if branch.other is not None and not branch.other.statements:
        return replace(branch, other=None)
    if branch.other is not None and not branch.then.statements:
        return replace(branch, condition=negated(branch.condition), then=branch.other, other=None)
    return branch


def _plain_statements(block: Block) -> tuple[Stmt, ...]:
    statements = block.statements
    while len(statements) == 1 and isinstance(statements[0], Block):
        statements = statements[0].statements
    return statements


def _simpler(e: Expr) -> bool:
    """Whether ``!e`` has a form without the negation."""
    if isinstance(e, Unary):
        return e.op == "!"
    if isinstance(e, Binary):
        ordered = isinstance(e.left.type, t.Int | t.Bool) and isinstance(e.right.type, t.Int | t.Bool)
        return e.op in ("&&", "||", "==", "!=") or (e.op in _OPPOSITE and ordered)
    return isinstance(e, Cast) and isinstance(e.type, t.Bool) and _simpler(e.operand)


def negated(e: Expr) -> Expr:
    """``!e``; the negation stays only where numbers may be unordered, and before plain values."""
    if isinstance(e, Cast) and isinstance(e.type, t.Bool) and _simpler(e.operand):
        return negated(e.operand)
    if isinstance(e, Unary) and e.op == "!":
        return e.operand
    if isinstance(e, Binary) and _simpler(e):
        if e.op in ("&&", "||"):
            return replace(e, op="||" if e.op == "&&" else "&&", left=negated(e.left), right=negated(e.right))
        return replace(e, op=_OPPOSITE[e.op])
    return Unary("!", e, t.BOOL, span=e.span)
