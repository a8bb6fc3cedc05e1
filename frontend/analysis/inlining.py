"""Calls of functions and lambdas of the file, replaced by their bodies: for loops that hide what they do in a helper.

A call alone in its statement may have any body that does not return in its middle; a call in an expression only one
that is a single value of its parameters.  Knows shapes and binding of parameters; draws no conclusions.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from unseq.frontend.analysis.library import CONST_METHODS, PURE, bare
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Construct,
    Declare,
    Deref,
    Evaluate,
    Expr,
    ForEach,
    Function,
    If,
    Index,
    Lambda,
    Literal,
    Loop,
    Member,
    Method,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
    Unary,
)

DEEPEST = 4
MOST = 40  # statements of a body that is put in place of a call
LONGEST = 200  # nodes of a value
_Body = tuple[tuple[Symbol, ...], Block]


def inlined(function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda]) -> Block:
    """The body of ``function``, its loops and conditions with the bodies of what they call, as far as they have a place
    there."""
    maker = _Maker(function, functions, lambdas)

    def outermost(node: walk.Node) -> walk.Node:
        if isinstance(node, walk.LOOPS):
            return maker.loop(node)
        if isinstance(node, walk.EXPRESSIONS):
            return node
        if isinstance(node, If):
            condition = walk.transform(node.condition, maker.expression)
            node = node if condition is node.condition else replace(node, condition=condition)
        parts = [(child, new) for child in walk.children(node) if (new := outermost(child)) is not child]
        return walk.exchange(node, parts) if parts else node

    body = outermost(function.body)
    assert isinstance(body, Block)
    return body


def loop_inlined(
    loop: Loop, function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda]
) -> Loop:
    """A loop of ``function`` with the bodies of what it calls."""
    return _Maker(function, functions, lambdas).loop(loop)


class _Maker:
    """Puts bodies in place of calls; every variable of a body is new each time, with a name that nothing else has."""

    def __init__(
        self, function: Function, functions: Mapping[str, Function], lambdas: Mapping[Symbol, Lambda]
    ) -> None:
        self._functions = functions
        self._lambdas = lambdas
        self._own = function.name
        scopes = list(functions.values())
        known = [s for scope in scopes for s in (*walk.used_symbols(scope), *walk.declared_symbols(scope))]
        known += [s for scope in scopes for s in scope.parameters]
        self._names = {s.name for s in known}
        self._uids = itertools.count(-30_000, -1)
        self._ids = itertools.count(1 + max((n.id for scope in scopes for n in walk.loops(scope)), default=0))

    def loop(self, loop: Loop) -> Loop:
        """A loop without the calls that give way to what they do."""
        for _ in range(DEEPEST):
            changed = walk.transform(walk.splice(loop, self.statement), self.expression)
            if changed is loop:
                break
            loop = changed
        return loop

    def statement(self, statement: Stmt) -> tuple[Stmt, ...]:
        """A statement, or the body of the function that it calls."""
        if not isinstance(statement, Evaluate) or not isinstance(statement.value, Call):
            return (statement,)
        found = self._body(statement.value)
        if found is None:
            return (statement,)
        parameters, body = found
        inside = body.statements
        if inside and isinstance(inside[-1], Return) and inside[-1].value is None:
            inside = inside[:-1]
        declared = walk.declared_symbols(body)
        if any(isinstance(n, Return) for s in inside for n in walk.walk(s)) or not _small(body):
            return (statement,)
        if any(symbol.storage is Storage.GLOBAL for symbol in declared):
            return (statement,)
        bound = self._bound(parameters, statement.value.arguments, body)
        if bound is None:
            return (statement,)
        first, values = bound
        fresh: dict[Symbol, Symbol] = {s: self._new(s) for s in declared}
        new = [self._simplified(_renamed(walk.substitute(s, values), fresh)) for s in inside]
        return (*first, *new)

    def expression(self, node: walk.Node) -> walk.Node:
        """An expression, or the value of the function that it calls."""
        if not isinstance(node, Call):
            return node
        found = self._body(node)
        if found is None:
            return node
        parameters, body = found
        value = _value(body)
        if value is None or len(parameters) != len(node.arguments) or not all(map(_pure, node.arguments)):
            return node
        if not _pure(value) or sum(1 for _ in walk.walk(value)) > LONGEST:
            return node
        values = dict(zip(parameters, node.arguments, strict=True))
        result = walk.transform(walk.substitute(value, values), _simplify)
        return result if result.type == node.type else Cast(result, node.type, implicit=True, span=node.span)

    def _body(self, call: Call) -> _Body | None:
        if call.target is not None:
            closure = self._lambdas.get(call.target.symbol) if isinstance(call.target, Ref) else None
            return (closure.parameters, closure.body) if closure is not None and not closure.copies else None
        callee = self._functions.get(call.name)
        if callee is None or callee.name == self._own or callee.template or _recursive(callee):
            return None
        return callee.parameters, callee.body

    def _bound(
        self, parameters: tuple[Symbol, ...], arguments: tuple[Expr, ...], body: Block
    ) -> tuple[list[Stmt], dict[Symbol, Expr]] | None:
        """Variables to declare for the parameters, and the values of those that need none."""
        if len(parameters) != len(arguments):
            return None
        changed = set(walk.rebound_symbols(body))
        for parameter, argument in zip(parameters, arguments, strict=True):
            owner = walk.root(argument)
            if parameter in changed and isinstance(parameter.type, t.Reference) and owner is not None:
                changed.add(owner)
        first: list[Stmt] = []
        values: dict[Symbol, Expr] = {}
        for parameter, argument in zip(parameters, arguments, strict=True):
            by_reference = isinstance(parameter.type, t.Reference)
            if by_reference and walk.is_place(argument) and argument.type == t.strip(parameter.type):
                if not _fixed(argument, changed - {walk.own_root(argument)}):
                    return None
                values[parameter] = argument
            elif by_reference and not getattr(parameter.type, "const", False):
                return None
            elif parameter not in changed and _unchanging(argument, changed):
                values[parameter] = argument
            elif t.is_arithmetic(t.strip(parameter.type)) or isinstance(parameter.type, t.Pointer):
                new = replace(self._new(parameter), type=t.strip(parameter.type), storage=Storage.LOCAL)
                first.append(Declare(new, argument, argument.span))
                values[parameter] = Ref(new, new.type)
            else:
                return None
        return first, values

    def _new(self, symbol: Symbol) -> Symbol:
        name = symbol.name
        if name in self._names:
            name = next(n for k in itertools.count(2) if (n := f"{symbol.name}{k}") not in self._names)
        self._names.add(name)
        return replace(symbol, name=name, uid=next(self._uids))

    def _simplified(self, statement: Stmt) -> Stmt:
        def one(node: walk.Node) -> walk.Node:
            return replace(node, id=next(self._ids)) if isinstance(node, walk.LOOPS) else _simplify(node)

        return walk.transform(statement, one)


def _recursive(callee: Function) -> bool:
    return any(isinstance(n, Call) and n.name == callee.name for n in walk.walk(callee))


def _small(body: Block) -> bool:
    return sum(1 for _ in walk.statements(body)) <= MOST


def _unchanging(e: Expr, changed: set[Symbol]) -> bool:
    """Whether an argument has the same value wherever the body may evaluate it: literals and variables that only the
    caller changes, no memory."""
    if isinstance(e, AddressOf):
        return _fixed(e.place, changed)
    for node in walk.walk(e):
        if isinstance(node, Ref):
            outside = isinstance(node.symbol.type, t.Reference) or node.symbol.storage is Storage.GLOBAL
            if outside or node.symbol in changed:
                return False
        elif not isinstance(node, Literal | Cast | Binary | Unary):
            return False
    return True


def _fixed(place: Expr, changed: set[Symbol]) -> bool:
    """Whether a place is the same one wherever the body may name it."""
    if isinstance(place, Ref):
        container = not isinstance(t.strip(place.symbol.type), t.Pointer)
        return container or (place.symbol not in changed and place.symbol.storage is not Storage.GLOBAL)
    if isinstance(place, Index):
        return _fixed(place.base, changed) and _unchanging(place.index, changed)
    if isinstance(place, Member):
        return _fixed(place.base, changed)
    return isinstance(place, Deref) and _unchanging(place.pointer, changed)


def _pure(e: Expr) -> bool:
    """Whether evaluating an argument never, once or twice is all the same."""
    for node in walk.walk(e):
        if isinstance(node, Call) and (node.target is not None or bare(node.name) not in PURE):
            return False
        if isinstance(node, Lambda | Construct) or (isinstance(node, Method) and node.name not in CONST_METHODS):
            return False
    return True


def _value(body: Block) -> Expr | None:
    """The value of a function that is nothing else: variables of its own that get values in turn, and a return."""
    *first, last = body.statements or (None,)
    if not isinstance(last, Return) or last.value is None:
        return None
    value: Expr = last.value
    own = {s.symbol for s in first if isinstance(s, Declare)}
    for statement in reversed(first):
        if isinstance(statement, Assign) and isinstance(statement.place, Ref) and not statement.op:
            symbol, given = statement.place.symbol, statement.value
        elif isinstance(statement, Declare) and statement.value is not None:
            symbol, given = statement.symbol, statement.value
        elif isinstance(statement, Declare) and statement.symbol not in walk.used_symbols(value):
            continue
        else:
            return None
        if symbol not in own or symbol.storage is not Storage.LOCAL:
            return None
        if isinstance(symbol.type, t.Reference) or not t.is_arithmetic(symbol.type):
            return None
        value = walk.substitute(value, {symbol: given})
    return value


def _renamed(statement: Stmt, fresh: Mapping[Symbol, Symbol]) -> Stmt:
    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, Ref) and node.symbol in fresh:
            return replace(node, symbol=fresh[node.symbol])
        if isinstance(node, Declare | ForEach) and node.symbol in fresh:
            return replace(node, symbol=fresh[node.symbol])
        if isinstance(node, Lambda):
            return replace(node, parameters=tuple(fresh.get(p, p) for p in node.parameters))
        return node

    return walk.transform(statement, one)


def _simplify(node: walk.Node) -> walk.Node:
    """``*&x`` and ``(&x)[0]`` as ``x``."""
    if isinstance(node, Deref) and isinstance(node.pointer, AddressOf):
        return node.pointer.place
    if isinstance(node, Index) and isinstance(node.base, AddressOf) and isinstance(node.index, Literal):
        return node.base.place if node.index.value == 0 else node
    return node
