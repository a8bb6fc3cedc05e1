"""Traversal and rewriting of the IR.

Knows the shape of every node; knows nothing of what a node means, of effects or of aliasing.  Types are not walked:
the extents of variable-length arrays are expressions inside types, see ``extents``.  Callees are functions of their
own and are not entered from a call.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter, is_not
from typing import Any, TypeVar, Union, cast

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Case,
    Cast,
    Construct,
    Continue,
    Declare,
    Deref,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Index,
    Lambda,
    Literal,
    Loop,
    Member,
    Method,
    Place,
    Ref,
    Return,
    Select,
    Stmt,
    Switch,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.ir.remembering import remembered

Node = Union[Expr, Stmt, Case]
N = TypeVar("N", bound=Node)

EXPRESSIONS = (
    Literal, Ref, Index, Member, Deref, AddressOf, Unary, Binary, Cast, Select, Call, Method, Construct, Lambda
)  # fmt: skip
LOOPS = (For, While, ForEach)

# Node fields that hold other nodes, in source order; "*" marks a tuple of nodes, "?" a node or None.
_FIELDS: dict[type, tuple[tuple[str, str], ...]] = {
    Literal: (),
    Ref: (),
    Index: (("base", ""), ("index", "")),
    Member: (("base", ""),),
    Deref: (("pointer", ""),),
    AddressOf: (("place", ""),),
    Unary: (("operand", ""),),
    Binary: (("left", ""), ("right", "")),
    Cast: (("operand", ""),),
    Select: (("condition", ""), ("then", ""), ("other", "")),
    Call: (("target", "?"), ("arguments", "*")),
    Method: (("object", ""), ("arguments", "*")),
    Construct: (("arguments", "*"),),
    Lambda: (("body", ""),),
    Declare: (("value", "?"),),
    Assign: (("place", ""), ("value", "")),
    Evaluate: (("value", ""),),
    Block: (("statements", "*"),),
    If: (("condition", ""), ("then", ""), ("other", "?")),
    For: (("init", "*"), ("condition", ""), ("step", "*"), ("body", "")),
    While: (("condition", ""), ("body", "")),
    ForEach: (("sequence", ""), ("body", "")),
    Case: (("body", ""),),
    Switch: (("value", ""), ("cases", "*")),
    Break: (),
    Continue: (),
    Return: (("value", "?"),),
}


def _getter(fields: tuple[tuple[str, str], ...]) -> Callable[[Any], tuple[Node, ...]]:
    """What reads the nodes in ``fields``."""
    if not fields:
        return lambda node: ()
    if all(kind == "" for _, kind in fields):
        get: Callable[[Any], Any] = attrgetter(*(name for name, _ in fields))
        return get if len(fields) > 1 else lambda node: (get(node),)

    def general(node: Any) -> tuple[Node, ...]:
        found: list[Node] = []
        for name, kind in fields:
            value = getattr(node, name)
            if kind == "*":
                found += value
            elif value is not None:
                found.append(value)
        return tuple(found)

    return general


_CHILDREN = {kind: _getter(fields) for kind, fields in _FIELDS.items()}


def children(node: Node) -> tuple[Node, ...]:
    """The expressions and statements directly below ``node``, in source order (a ``for``: its step before its
    body)."""
    return _CHILDREN[type(node)](node)


def walk(node: Node | Function) -> Iterator[Node]:
    """Every node at and below ``node`` in pre-order, the bodies of lambdas included; of a function, its body."""
    return iter(remembered(node.body if isinstance(node, Function) else node, "walk", _below))


def _below(node: Node) -> tuple[Node, ...]:
    found: list[Node] = []
    pending: list[Node] = [node]
    getters = _CHILDREN
    while pending:
        current = pending.pop()
        found.append(current)
        pending.extend(getters[type(current)](current)[::-1])
    return tuple(found)


def expressions(node: Node | Function) -> Iterator[Expr]:
    """Every expression at and below ``node``, in pre-order."""
    for found in walk(node):
        if isinstance(found, EXPRESSIONS):
            yield found


def statements(node: Node | Function) -> Iterator[Stmt]:
    """Every statement at and below ``node``, in pre-order; those inside lambdas included."""
    for found in walk(node):
        if not isinstance(found, EXPRESSIONS) and not isinstance(found, Case):
            yield found


def own_expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that ``stmt`` itself holds, those of nested statements left out."""
    return tuple(child for child in children(stmt) if isinstance(child, EXPRESSIONS))


def loops(node: Node | Function) -> Iterator[Loop]:
    """Every loop at and below ``node``, outer before inner."""
    for found in walk(node):
        if isinstance(found, LOOPS):
            yield found


def transform(node: N, f: Callable[[Node], Node]) -> N:
    """``node`` rewritten bottom-up: ``f`` sees each node after its children and returns it or another.

    What does not change is shared with the original (``is``); a rebuilt node keeps its span and loop id.
    """
    changes: dict[str, object] = {}
    for name, kind in _FIELDS[type(node)]:
        value = getattr(node, name)
        if kind == "*":
            new = tuple([transform(item, f) for item in value])
            if any(map(is_not, new, value)):
                changes[name] = new
        elif value is not None:
            single = transform(value, f)
            if single is not value:
                changes[name] = single
    rebuilt = replace(node, **changes) if changes else node  # type: ignore[arg-type]  # names are from _FIELDS
    return cast(N, f(rebuilt))


def exchange(node: N, parts: Sequence[tuple[Node, Node]]) -> N:
    """``node`` with others in place of some of its children; spans and ids stay."""
    new = {id(old): other for old, other in parts}
    changes: dict[str, object] = {}
    for name, kind in _FIELDS[type(node)]:
        value = getattr(node, name)
        if kind == "*":
            changes[name] = tuple(new.get(id(item), item) for item in value)
        elif value is not None:
            changes[name] = new.get(id(value), value)
    return replace(node, **changes)  # type: ignore[arg-type]  # names are from _FIELDS


def transform_function(function: Function, f: Callable[[Node], Node]) -> Function:
    """``function`` with its body transformed (its callees are left alone)."""
    body = transform(function.body, f)
    return function if body is function.body else replace(function, body=body)


def splice(node: N, f: Callable[[Stmt], tuple[Stmt, ...]]) -> N:
    """``node`` with every statement of every block replaced by the statements that ``f`` makes of it, bottom-up.

    Return ``(statement,)`` to keep one, ``()`` to remove it.
    """

    def one(current: Node) -> Node:
        if not isinstance(current, Block):
            return current
        new: list[Stmt] = []
        for statement in current.statements:
            new.extend(f(statement))
        same = len(new) == len(current.statements) and all(
            a is b for a, b in zip(new, current.statements, strict=True)
        )
        return current if same else replace(current, statements=tuple(new))

    return transform(node, one)


def substitute(node: N, values: Mapping[Symbol, Expr]) -> N:
    """``node`` with each use of a symbol in ``values`` replaced.

    Symbols are unique, so nothing can be captured.  Declarations and types are left alone.
    """
    by_uid = {symbol.uid: value for symbol, value in values.items()}

    def one(current: Node) -> Node:
        if isinstance(current, Ref):
            return by_uid.get(current.symbol.uid, current)
        return current

    return transform(node, one)


def extents(type_: t.Type) -> Iterator[Expr]:
    """The expressions inside a type: the extents of variable-length arrays, outermost first."""
    if isinstance(type_, t.Array):
        if type_.extent is not None and not isinstance(type_.extent, int):
            yield type_.extent
        yield from extents(type_.element)
    elif isinstance(type_, t.Pointer | t.Reference):
        yield from extents(type_.to)


def declared_symbols(node: Node | Function) -> frozenset[Symbol]:
    """Symbols that come into being at or below ``node``: locals, range-for variables, parameters of lambdas."""
    return remembered(node.body if isinstance(node, Function) else node, "declared", _declared)


def _declared(node: Node) -> frozenset[Symbol]:
    found: set[Symbol] = set()
    for current in walk(node):
        if isinstance(current, Declare | ForEach):
            found.add(current.symbol)
        elif isinstance(current, Lambda):
            found.update(current.parameters)
    return frozenset(found)


def used_symbols(node: Node | Function) -> frozenset[Symbol]:
    """Symbols that are read, written or passed on at or below ``node``, extents of declared arrays included."""
    return remembered(node.body if isinstance(node, Function) else node, "used", _used)


def _used(node: Node) -> frozenset[Symbol]:
    found: set[Symbol] = set()
    for current in walk(node):
        if isinstance(current, Ref):
            found.add(current.symbol)
        elif isinstance(current, Declare):
            for extent in extents(current.symbol.type):
                found.update(used_symbols(extent))
    return frozenset(found)


def free_symbols(node: Node | Function) -> frozenset[Symbol]:
    """Symbols used at or below ``node`` but not declared there."""
    return used_symbols(node) - declared_symbols(node)


def root(place: Expr) -> Symbol | None:
    """The variable that a place is reached from, through indices, members, pointers, iterators and casts
    (``p`` of ``p->a[i]`` and of ``*(p + i)``, ``v`` of ``v.back()``); None when there is no single one."""
    while True:
        if isinstance(place, Ref):
            return place.symbol
        if isinstance(place, Index | Member):
            place = place.base
        elif isinstance(place, Deref):
            place = place.pointer
        elif isinstance(place, AddressOf):
            place = place.place
        elif isinstance(place, Cast):
            place = place.operand
        elif isinstance(place, Method):
            place = place.object
        elif isinstance(place, Binary) and place.op in "+-" and not t.is_arithmetic(place.type):
            place = place.right if t.is_arithmetic(place.left.type) else place.left
        else:
            return None


def own_root(place: Expr) -> Symbol | None:
    """The variable whose own storage holds ``place``: ``x`` of ``x``, ``x.f`` and ``x[i]`` for an array or container
    ``x``; None for what lies behind a pointer, iterator, span or call."""
    while True:
        if isinstance(place, Ref):
            return place.symbol
        if isinstance(place, Member):
            place = place.base
        elif isinstance(place, Index):
            of = place.base.type
            views = {"span", "iterator", "reverse_iterator"}
            if not (isinstance(of, t.Array) or (isinstance(of, t.Library) and of.name not in views)):
                return None
            place = place.base
        else:
            return None


def assigned_symbols(node: Node | Function) -> frozenset[Symbol]:
    """Roots of the assigned places at and below ``node``, also where the assignment goes through a pointer.

    Only ``Assign`` counts: what calls and methods write is a question of effects, not of shape.
    """
    found = (root(current.place) for current in walk(node) if isinstance(current, Assign))
    return frozenset(symbol for symbol in found if symbol is not None)


def rebound_symbols(node: Node | Function) -> frozenset[Symbol]:
    """Variables whose own storage is assigned at or below ``node`` (``p = q`` and ``x.f = 1``, not ``*p = 1``)."""
    found = (own_root(current.place) for current in walk(node) if isinstance(current, Assign))
    return frozenset(symbol for symbol in found if symbol is not None)


def is_within(place: Expr, own: Container[Symbol]) -> bool:
    """Whether a place is part of one of the variables ``own``, not of what a pointer or reference of them leads to."""
    owner = own_root(place)
    return owner is not None and owner in own and not isinstance(owner.type, t.Reference)


def acts(loop: Loop) -> bool:
    """Whether iterations do anything but change variables: write into memory that is not their own, also through a
    reference that they made, or evaluate something for its effects."""
    own = declared_symbols(loop)
    for node in walk(loop.body):
        if isinstance(node, Evaluate):
            return True
        if isinstance(node, Assign) and not is_within(node.place, own):
            if isinstance(node.place, Ref) and node.place.symbol not in own:
                continue  # a variable that the loop carries
            return True
    return False


def is_place(e: Expr) -> bool:
    """Whether ``e`` has the shape of a place (something that can be assigned or have its address taken)."""
    if isinstance(e, Member):
        return is_place(e.base)
    return isinstance(e, Ref | Index | Deref)


__all__ = [
    "EXPRESSIONS",
    "LOOPS",
    "Node",
    "Place",
    "acts",
    "assigned_symbols",
    "children",
    "declared_symbols",
    "exchange",
    "expressions",
    "extents",
    "free_symbols",
    "is_place",
    "is_within",
    "loops",
    "own_expressions",
    "own_root",
    "rebound_symbols",
    "root",
    "splice",
    "statements",
    "substitute",
    "transform",
    "transform_function",
    "used_symbols",
    "walk",
]
