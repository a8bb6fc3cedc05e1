"""Loops in a plainer form that means the same, for loops that are not understood as they stand.

Counters of ``while`` loops move into the header, a test that begins an endless body becomes the condition, ``continue``
becomes a branch, a value that is named only to be used once by the next statement goes where it is used, and calls of
functions and lambdas of the file give way to their bodies (``inlining``).  Knows forms, no facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from unseq.frontend.analysis.induction import stepped
from unseq.frontend.analysis.inlining import inlined
from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    Function,
    If,
    Lambda,
    Literal,
    Loop,
    Method,
    Ref,
    Return,
    Stmt,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.source import NOWHERE

ROUNDS = 3
_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def normal(
    function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda], pure: frozenset[str]
) -> Function | None:
    """The function with its loops in plainer form, each with the id that it had; None if nothing changes."""
    body = inlined(function, functions, lambdas)

    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, Block):
            return _started(_folded(node, pure), pure)
        if isinstance(node, Unary) and node.op == "!":
            return negated(node.operand) if _simpler(node.operand) else node
        if isinstance(node, If):
            return _entered(_without_nothing(node), pure)
        if isinstance(node, walk.LOOPS):
            return _structured(_counted(_tested(node)))
        return node

    for _ in range(ROUNDS):  # one form may uncover another
        changed = walk.transform(body, one)
        if changed is body:
            break
        body = changed
    before = {id(loop.body) for loop in walk.loops(function)}

    def unlike(node: walk.Node) -> walk.Node:
        if not isinstance(node, walk.LOOPS) or id(node.body) in before:
            return node
        return replace(node, body=replace(node.body, span=NOWHERE))

    return None if body is function.body else replace(function, body=walk.transform(body, unlike))


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
    return replace(loop, condition=negated(first.condition), body=replace(loop.body, statements=tuple(rest)))


def _counted(loop: Loop) -> Loop:
    """``while (c) { ...; i++; }`` as ``for (; c; i++) { ... }``; a ``continue`` must step too."""
    if not isinstance(loop, While) or loop.test_last or len(loop.body.statements) < 2:
        return loop
    *rest, last = loop.body.statements
    found = stepped(last)
    if found is None or found[0] in walk.declared_symbols(loop.body):
        return loop
    body = _without_steps(Block(tuple(rest), loop.body.span), last)
    if body is None or any(found[0] in walk.rebound_symbols(s) for s in body.statements):
        return loop
    return For((), loop.condition, (last,), body, loop.id, loop.span)


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


def _entered(branch: If, pure: frozenset[str]) -> If:
    """``if (c) do { ...; i++; } while (c);`` as ``if (c) for (; c; i++) { ... }``."""
    inside = branch.then.statements
    if branch.other is not None or len(inside) != 1 or not isinstance(inside[0], While) or not inside[0].test_last:
        return branch
    loop = inside[0]
    if loop.condition != branch.condition or not is_pure(loop.condition, pure):
        return branch
    counted = _counted(replace(loop, test_last=False))
    return replace(branch, then=replace(branch.then, statements=(counted,))) if isinstance(counted, For) else branch


def _started(block: Block, pure: frozenset[str]) -> Block:
    """Loops whose counter gets its value in the statements before them: that value is in the header too."""
    statements = list(block.statements)
    changed = False
    for k, statement in enumerate(statements):
        branch = statement if isinstance(statement, If) and statement.other is None else None
        loop = branch.then.statements[0] if branch is not None and len(branch.then.statements) == 1 else statement
        if not isinstance(loop, For) or loop.init:
            continue
        found = [pair for pair in map(stepped, loop.step) if pair is not None]
        start = _value_before(statements[:k], found[0][0], pure) if found else None
        if start is None or (branch is not None and not is_pure(branch.condition, pure)):
            continue
        assign = Assign(Ref(found[0][0], found[0][0].type), start)
        loop = replace(loop, init=(assign,))
        statements[k] = loop if branch is None else replace(branch, then=replace(branch.then, statements=(loop,)))
        changed = True
    return replace(block, statements=tuple(statements)) if changed else block


def _value_before(statements: Sequence[Stmt], symbol: Symbol, pure: frozenset[str]) -> Expr | None:
    """What a variable holds behind ``statements``, as an expression that still has this value there."""
    changed: set[Symbol] = set()
    for statement in reversed(statements):
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
            return value if not used & (changed | {symbol}) else None
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


# --- values that are named once --------------------------------------------------------------------------------------


def _folded(block: Block, pure: frozenset[str]) -> Block:
    """Blocks that only group are opened where no names meet; values used once by the next statement go there."""
    statements: list[Stmt] = []
    for statement in block.statements:
        alone = isinstance(statement, Block) and not any(isinstance(s, Declare) for s in statement.statements)
        same = isinstance(statement, Assign) and not statement.op and statement.value == statement.place
        if same and isinstance(statement, Assign) and isinstance(statement.place, Ref):
            continue  # `x = x`
        statements += statement.statements if alone and isinstance(statement, Block) else (statement,)
    k = 0
    while k < len(statements):
        replaced = _placed(statements, k, pure)
        if replaced is None:
            k += 1
        else:
            statements = replaced
            k = max(0, k - 1)
    new = tuple(statements)
    same = len(new) == len(block.statements) and all(a is b for a, b in zip(new, block.statements, strict=True))
    return block if same else replace(block, statements=new)


def _placed(statements: list[Stmt], k: int, pure: frozenset[str]) -> list[Stmt] | None:
    """The statements with the declaration number ``k`` joined to the assignment or the use behind it."""
    declared = statements[k]
    if not isinstance(declared, Declare) or k + 1 == len(statements):
        return None
    after = statements[k + 1]
    symbol = declared.symbol
    if declared.value is None:
        if not (isinstance(after, Assign) and after.place == Ref(symbol, after.place.type) and not after.op):
            return None
        if symbol in walk.used_symbols(after.value):
            return None
        joined = replace(declared, value=after.value, span=after.span)
        return [*statements[:k], joined, *statements[k + 2 :]]
    if isinstance(symbol.type, t.Reference) or not t.is_arithmetic(symbol.type) or not is_pure(declared.value, pure):
        return None
    target = k + 1
    while target + 1 < len(statements) and isinstance(statements[target], Declare):
        between = statements[target]
        assert isinstance(between, Declare)
        if symbol in walk.used_symbols(between) or between.value is None or not is_pure(between.value, pure):
            break
        target += 1
    if any(_uses(s, symbol) for n, s in enumerate(statements) if n > k and n != target):
        return None
    if sum(1 for node in walk.walk(statements[target]) if isinstance(node, Ref) and node.symbol == symbol) != 1:
        return None
    used = _substituted(statements[target], symbol, declared.value, pure)
    if used is None:
        return None
    return [*statements[:k], *statements[k + 1 : target], used, *statements[target + 1 :]]


def _substituted(statement: Stmt, symbol: Symbol, value: Expr, pure: frozenset[str]) -> Stmt | None:
    """``statement`` with ``value`` for ``symbol`` where that is evaluated before any effect; None elsewhere."""
    values = {symbol: value}
    if not _uses(statement, symbol):
        return None
    match statement:
        case If(condition=condition) if _uses(condition, symbol) and is_pure(condition, pure):
            return replace(statement, condition=walk.substitute(condition, values))
        case Assign(place, assigned) if is_pure(assigned, pure) and is_pure(place, pure):
            return walk.substitute(statement, values)
        case Declare(_, initial) if initial is not None and _uses(initial, symbol) and is_pure(initial, pure):
            return replace(statement, value=walk.substitute(initial, values))
        case Return(result) if result is not None and is_pure(result, pure):
            return walk.substitute(statement, values)
        case Evaluate(Method(arguments=arguments)) if all(is_pure(a, pure) for a in arguments):
            return walk.substitute(statement, values)
    return None


def _uses(node: Expr | Stmt, symbol: Symbol) -> bool:
    return symbol in walk.used_symbols(node)


def is_pure(e: Expr, pure: frozenset[str]) -> bool:
    for node in walk.walk(e):
        if isinstance(node, Call) and (node.target is not None or node.name not in pure):
            return False
        if isinstance(node, Lambda) or (isinstance(node, Method) and node.name not in CONST_METHODS):
            return False
    return True
