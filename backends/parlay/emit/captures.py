"""What the lambdas of an emitted function capture.

Numbers and pointers are captured by copy, everything else by reference: a variable whose address goes to the scheduler
would have to be reloaded after every store, also in the sequential path of the same function.  Emitters write
``CLOSURE`` where a capture list belongs; here it is filled in from the names that the lambda's text uses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass

from unseq.backends.plan import Algorithm, Fork, Strategy
from unseq.frontend.facts import Accumulator, Append, ArgBest, Prefix, Private, Recurrence
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Declare, Method, Ref, Storage, Symbol
from unseq.frontend.ir.walk import EXPRESSIONS, Node, free_symbols, used_symbols, walk

CLOSURE = "[\x03]"

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_SKIPPED = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?\*/", re.DOTALL)
_CLOSERS = {"(": ")", "{": "}"}


def variables(strategy: Strategy) -> tuple[frozenset[str], frozenset[str]]:
    """Names of variables outside of what a strategy replaces: those that may be captured by copy, and the others."""
    region: tuple[Node, ...]
    carried: set[Symbol] = set()
    own: set[Symbol] = set()
    set_by_fork: set[Symbol] = set()
    guarded: set[Symbol] = set()  # what a lambda that the loop calls uses is asked for all the same
    if isinstance(strategy, Algorithm):
        region = (strategy.call.statement,)
    elif isinstance(strategy, Fork):
        region = strategy.fork.statements
        set_by_fork = {s.symbol for s in region if isinstance(s, Declare)}  # declared in front of the fork
    else:
        region = (strategy.loop.loop,)
        for role in strategy.loop.roles:
            if isinstance(role, Accumulator) and isinstance(role.place, Ref):
                carried.add(role.place.symbol)
            elif isinstance(role, ArgBest):
                carried |= {s for s in (role.best, *role.companions) if s is not None}
            elif isinstance(role, Prefix):
                carried.add(role.symbol)
            elif isinstance(role, Recurrence):
                carried |= set(role.symbols)
            elif isinstance(role, Private) and role.extent is not None:
                own.add(role.symbol)
            elif isinstance(role, Append) and role.counter is not None:
                carried.add(role.counter)
        guarded = {s for guard in strategy.loop.guards for s in mentioned(guard)}
    free = frozenset().union(*(free_symbols(node) for node in region), guarded) - own
    assigned = {
        node.place.symbol
        for part in region
        for node in walk(part)
        if isinstance(node, Assign) and isinstance(node.place, Ref)
    }
    assigned |= {
        node.object.symbol  # z.real(x)
        for part in region
        for node in walk(part)
        if isinstance(node, Method) and node.arguments and isinstance(node.object, Ref)
    }
    local = {s for s in free if s.storage in (Storage.LOCAL, Storage.PARAMETER)}
    copied = {s for s in local if is_cheap(s) and (s not in assigned or s in carried)}
    return frozenset(s.name for s in copied), frozenset(s.name for s in (local - copied) | set_by_fork)


def mentioned(part: object) -> Iterator[Symbol]:
    """The variables of a guard, a role or an iteration."""
    if isinstance(part, EXPRESSIONS):
        yield from used_symbols(part)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from mentioned(getattr(part, field.name))
    elif isinstance(part, tuple):
        for inner in part:
            yield from mentioned(inner)


def is_cheap(symbol: Symbol) -> bool:
    """Numbers, complex ones too, and pointers; a parameter of array type is a pointer."""
    if isinstance(symbol.type, t.Array):
        return symbol.storage is Storage.PARAMETER
    if isinstance(symbol.type, t.Library):
        return symbol.type.name == "complex"
    return isinstance(symbol.type, t.Bool | t.Int | t.Float | t.Pointer)


def filled(text: str, copied: Collection[str], others: Collection[str]) -> str:
    """``text`` with the capture list of every lambda. ``others``: names of the emitter's own objects and of variables
    that are captured by reference."""
    while True:
        at = text.rfind(CLOSURE)  # inner lambdas stand behind the head of outer ones
        if at < 0:
            return text
        rest = text[at + len(CLOSURE) :]
        parameters, body = _parts(rest)
        own = set(_IDENTIFIER.findall(parameters))
        used = identifiers(body) - own
        names = sorted(used & set(copied))
        by_reference = bool(used & set(others))
        capture = f"[{', '.join(['&', *names])}]" if by_reference else "[=]" if names else "[]"
        text = text[:at] + capture + rest


def identifiers(text: str) -> set[str]:
    """The identifiers of a text, those in strings and comments left out."""
    return set(_IDENTIFIER.findall(_SKIPPED.sub(" ", text)))


def _parts(rest: str) -> tuple[str, str]:
    """Parameters and body of the lambda whose text begins behind its capture list."""
    parameters = ""
    at = 0
    if rest.startswith("("):
        at = _end(rest, 0)
        parameters = rest[:at]
    begin = rest.find("{", at)
    return parameters, rest[begin : _end(rest, begin)] if begin >= 0 else rest


def _end(text: str, begin: int) -> int:
    """Behind the bracket that closes the one at ``begin``."""
    opener = text[begin]
    closer = _CLOSERS[opener]
    depth = 0
    at = begin
    while at < len(text):
        skipped = _SKIPPED.match(text, at)
        if skipped is not None:
            at = skipped.end()
            continue
        depth += (text[at] == opener) - (text[at] == closer)
        at += 1
        if depth == 0:
            return at
    return len(text)
