"""Recursive searches as worklists: ``void visit(v) { mark v; for each w of v: if (not marked) visit(w); }``.

A call of such a function is a loop over a stack of vertices, where a vertex is marked when it is pushed instead of
when it is entered.  The order of the visits is another; ``worklist`` decides whether anything depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.guarded import negated
from unseq.frontend.analysis.waiting import bare
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Declare,
    Deref,
    Evaluate,
    Expr,
    Function,
    If,
    Literal,
    Method,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE

_NUMBER = 920_000_000  # uids of the symbols made here lie above this


@dataclass(frozen=True, slots=True)
class Search:
    """A statement that holds a call of a recursive search, as statements with a worklist: ``before``, ``loop``,
    ``after``. ``function`` is the whole function with them in place."""

    statement: Stmt
    before: tuple[Stmt, ...]
    loop: While
    after: tuple[Stmt, ...]
    function: Function


@dataclass(frozen=True, slots=True)
class _Form:
    """A recursive search: ``entry`` is done for each vertex, then ``rest`` looks at where it leads. ``closed``: the
    condition under which a call returns at once. ``total``: what it counts and returns."""

    function: Function
    item: Symbol
    entry: tuple[Stmt, ...]
    rest: tuple[Stmt, ...]
    closed: Expr | None
    total: Declare | None


def find(function: Function) -> Iterator[Search]:
    """The calls of recursive searches in a function."""
    forms = {f.name: form for f in function.callees if f is not function and (form := _form(f)) is not None}
    number = 0
    for statement in list(walk.statements(function.body)):
        own = [e for e in _expressions(statement) if isinstance(e, Call) and e.name in forms]
        if len(own) == 1 and isinstance(statement, Evaluate | Assign | Declare | Return):
            made = _searched(function, statement, own[0], forms[own[0].name], number)
            number += 100
            if made is not None:
                yield made


def _expressions(statement: Stmt) -> Iterator[Expr]:
    for e in walk.own_expressions(statement):
        yield from walk.expressions(e)


# --- the form of the recursive function ----------------------------------------------------------------------------


def _form(function: Function) -> _Form | None:
    calls = [e for e in walk.expressions(function) if isinstance(e, Call) and e.name == function.name]
    if not calls or any(len(c.arguments) != len(function.parameters) for c in calls):
        return None
    varying = {
        k for call in calls for k, (p, a) in enumerate(zip(function.parameters, call.arguments, strict=True))
        if bare(a) != Ref(p, t.strip(p.type)) and not _same_reference(p, a)
    }  # fmt: skip
    if len(varying) != 1:
        return None
    item = function.parameters[varying.pop()]
    if not isinstance(item.type, t.Int) or _assigns(function, item):
        return None
    statements = list(function.body.statements)
    total: Declare | None = None
    if not isinstance(function.result, t.Void):
        final = statements.pop() if statements else None
        if not isinstance(final, Return) or final.value is None:
            return None
        result = bare(final.value)
        if not isinstance(result, Ref) or result.symbol.storage is not Storage.LOCAL:
            return None
        declared = [s for s in statements if isinstance(s, Declare) and s.symbol == result.symbol]
        if (
            len(declared) != 1
            or not isinstance(declared[0].value, Literal | Cast)
            or walk.used_symbols(declared[0].value)
        ):
            return None
        total = declared[0]
        statements.remove(total)
    closed: Expr | None = None
    first = statements[0] if statements else None
    if (
        isinstance(first, If)
        and first.other is None
        and len(first.then.statements) == 1
        and isinstance(first.then.statements[0], Return)
    ):
        returned = first.then.statements[0].value
        if returned is not None and terms.constant(bare(returned)) != 0:
            return None
        closed = first.condition
        statements = statements[1:]
    at = next((k for k, s in enumerate(statements) if _calls(s, function)), None)
    if at is None:
        return None
    entry = tuple(s for s in statements[:at] if isinstance(s, Assign))
    rest = (*(s for s in statements[:at] if not isinstance(s, Assign)), *statements[at:])
    if any(isinstance(s, Return) for part in rest for s in walk.statements(part)):
        return None
    if len(statements) != at + 1 and any(not _calls(s, function) for s in statements[at:]):
        return None
    return _Form(function, item, entry, rest, closed, total)


def _same_reference(parameter: Symbol, argument: Expr) -> bool:
    e = bare(argument)
    return isinstance(e, Ref) and e.symbol == parameter


def _assigns(function: Function, symbol: Symbol) -> bool:
    return any(
        isinstance(n, Assign) and isinstance(n.place, Ref) and n.place.symbol == symbol for n in walk.walk(function)
    )


def _calls(statement: Stmt, function: Function) -> bool:
    return any(isinstance(e, Call) and e.name == function.name for e in walk.expressions(statement))


# --- the worklist in place of a call -------------------------------------------------------------------------------


def _searched(function: Function, statement: Stmt, call: Call, form: _Form, number: int) -> Search | None:
    searched = form.function
    uid = _NUMBER + number
    values: dict[Symbol, Expr] = {}
    start: Expr | None = None
    for p, argument in zip(searched.parameters, call.arguments, strict=True):
        if p == form.item:
            start = argument
            continue
        plain = bare(argument)
        simple = isinstance(plain, Ref | Literal) or (isinstance(plain, Deref) and isinstance(plain.pointer, Ref))
        if not simple or (_assigns(searched, p) and not isinstance(p.type, t.Reference)):
            return None
        values[p] = argument
    assert start is not None
    taken = {s.name for s in walk.used_symbols(function.body) | walk.declared_symbols(function.body)}
    taken |= {p.name for p in function.parameters}
    locals_ = {s for part in form.rest for s in walk.declared_symbols(part)}
    for local in locals_:
        values[local] = _renamed(local, taken)
    item = _renamed(form.item, taken).symbol
    stack_type = t.Library("vector", (form.item.type,))
    stack = Ref(Symbol(_fresh("pending", taken), stack_type, uid, Storage.LOCAL), stack_type)
    total: Symbol | None = None
    before: list[Stmt] = []
    if form.total is not None:
        total = _renamed(form.total.symbol, taken).symbol
        values[form.total.symbol] = Ref(total, total.type)
        before.append(Declare(total, Literal(0, total.type, "0")))
    counted = (
        (Assign(Ref(total, total.type), form.total.value, "+", total.type),)
        if total and form.total and form.total.value
        else ()
    )

    def entered(at: Expr) -> tuple[Stmt, ...]:
        known = {**values, form.item: at}
        done = tuple(walk.substitute(s, known) for s in (*form.entry,))
        return (*done, *counted)

    def pushed(at: Expr) -> Stmt:
        return Evaluate(Method(stack, "push_back", (at,), t.VOID))

    def closed(at: Expr) -> Expr | None:
        return negated(walk.substitute(form.closed, {**values, form.item: at})) if form.closed is not None else None

    failed = False

    def one(s: Stmt) -> tuple[Stmt, ...]:
        nonlocal failed
        inner = [e for e in _expressions(s) if isinstance(e, Call) and e.name == searched.name]
        if not inner:
            return (s,)
        plain = isinstance(s, Evaluate) and s.value is inner[0]
        adds = (
            isinstance(s, Assign)
            and s.op == "+"
            and bare(s.value) is inner[0]
            and total is not None
            and s.place == Ref(total, total.type)
        )
        if len(inner) != 1 or not (plain or adds):
            failed = True
            return (s,)
        at = bare(next(a for p, a in zip(searched.parameters, inner[0].arguments, strict=True) if p == form.item))
        if not isinstance(at, Ref):
            at = next(a for p, a in zip(searched.parameters, inner[0].arguments, strict=True) if p == form.item)
        what = (*entered(at), pushed(at))
        condition = closed(at)
        return (If(condition, Block(what), None),) if condition is not None else what

    here = Ref(item, t.strip(item.type))
    body = Block(tuple(_declared(walk.substitute(s, {**values, form.item: here}), values) for s in form.rest))
    body = _merged(walk.splice(body, one))
    if failed:
        return None
    take = (
        Declare(item, Method(stack, "back", (), form.item.type)),
        Evaluate(Method(stack, "pop_back", (), t.VOID)),
    )
    condition = Unary("!", Method(stack, "empty", (), t.BOOL), t.BOOL)
    loop = replace(_unplaced(While(condition, Block((*take, *body.statements)), uid + 1)), span=statement.span)
    first: tuple[Stmt, ...] = (*entered(start), pushed(start))
    open_ = closed(start)
    before.append(Declare(stack.symbol, None))
    before += [If(open_, Block(first), None)] if open_ is not None else first
    result = Ref(total, total.type) if total is not None else None
    after: tuple[Stmt, ...] = ()
    if not isinstance(statement, Evaluate):
        if result is None:
            return None
        after = (
            walk.transform(
                statement,
                lambda node: (
                    Cast(result, node.type)
                    if node is call and result.type != call.type
                    else result
                    if node is call
                    else node
                ),
            ),
        )
        after = tuple(_unplaced(s) for s in after)
    before = [_unplaced(s) for s in before]
    new = (*before, loop, *after)
    whole = walk.splice(function.body, lambda s: new if s is statement else (s,))
    return Search(statement, tuple(before), loop, after, replace(function, body=whole))


def _declared(statement: Stmt, values: dict[Symbol, Expr]) -> Stmt:
    """Declarations of renamed variables."""

    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, Declare) and isinstance(found := values.get(node.symbol), Ref):
            return replace(node, symbol=found.symbol)
        return node

    return walk.transform(statement, one)


def _renamed(symbol: Symbol, taken: set[str]) -> Ref:
    name = _fresh(symbol.name, taken)
    made = (
        replace(symbol, name=name, storage=Storage.LOCAL)
        if name != symbol.name or symbol.storage is Storage.PARAMETER
        else symbol
    )
    return Ref(made, t.strip(symbol.type))


def _fresh(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{number}", number + 1
    taken.add(name)
    return name


def _merged(block: Block) -> Block:
    """``if (a) { if (b) { ... } }`` as ``if (a && b) { ... }``."""

    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, If) and node.other is None and len(node.then.statements) == 1:
            inner = node.then.statements[0]
            if (
                isinstance(inner, If)
                and inner.other is None
                and any(isinstance(s, Evaluate) for s in inner.then.statements)
            ):
                from_both = _both(node.condition, inner.condition)
                return replace(node, condition=from_both, then=inner.then)
        return node

    return walk.transform(block, one)


def _both(left: Expr, right: Expr) -> Expr:
    return Binary("&&", left, right, t.BOOL if isinstance(left.type, t.Bool) else t.INT)


def _unplaced(node: walk.N) -> walk.N:
    """The node as made here: it stands nowhere in the source as it is."""
    return walk.transform(node, lambda n: replace(n, span=NOWHERE))
