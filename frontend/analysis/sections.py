"""Sections: loops that stand one after the other, are sequential each, and have nothing to do with each other.

Two chains of a hull, two scans of a state that no algebra covers: each stays as it is, and they run side by side. What
a loop writes must be variables and containers of the function's own that nothing else leads to, and the other loop must
not mention them. Asks nothing of elements: one container is one thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.library import CONST_METHODS, GROWING_METHODS
from unseq.frontend.facts import CallFact, Claim, ForkFact, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Block,
    Call,
    Declare,
    Expr,
    Function,
    Lambda,
    Loop,
    Method,
    Ref,
    Return,
    Storage,
    Symbol,
)
from unseq.frontend.ir.walk import declared_symbols, root, used_symbols, walk
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE


@dataclass(frozen=True, slots=True)
class _Section:
    """A loop, the variables that it changes, and all that it mentions."""

    fact: LoopFact
    changed: frozenset[Symbol]
    mentioned: frozenset[Symbol]


def find(
    analysis: FunctionAnalysis, loops: Sequence[LoopFact], others: Sequence[LoopFact | CallFact | ForkFact]
) -> tuple[ForkFact, ...]:
    """The groups of loops of a function that may run side by side. ``others``: what else may be parallel in it, which
    no group holds."""
    own = [f for f in loops if f.function == analysis.function.name]
    parallel = [f.span for f in (*own, *others) if isinstance(f, ForkFact) or f.parallel]
    alone = {
        id(f.loop): f
        for f in own
        if not f.parallel and f.loop.span != NOWHERE and not any(f.span.contains(span) for span in parallel)
    }
    if len(alone) < 2:
        return ()
    kept = _kept_elsewhere(analysis.function)
    found: list[ForkFact] = []
    for block in (n for n in walk(analysis.function) if isinstance(n, Block)):
        for group in _groups(analysis, block, alone, kept):
            trips = [s.fact.iteration.trip for s in group if s.fact.iteration is not None]
            if trips:  # else nobody knows whether they are worth a thread
                statements = tuple(s.fact.loop for s in group)
                found.append(ForkFact(statements, (), Claim.PROVED, size=trips[0], span=statements[0].span))
    return tuple(found)


def _groups(
    analysis: FunctionAnalysis, block: Block, alone: dict[int, LoopFact], kept: frozenset[Symbol]
) -> Iterator[list[_Section]]:
    """Runs of adjacent loops that are independent of each other."""
    group: list[_Section] = []
    for statement in (*block.statements, None):
        fact = alone.get(id(statement))
        section = _section(analysis, fact, kept) if fact is not None else None
        if section is not None and all(_independent(other, section) for other in group):
            group.append(section)
            continue
        if len(group) > 1:
            yield group
        group = [section] if section is not None else []


def _independent(a: _Section, b: _Section) -> bool:
    return not a.changed & b.mentioned and not b.changed & a.mentioned


def _section(analysis: FunctionAnalysis, fact: LoopFact, kept: frozenset[Symbol]) -> _Section | None:
    """A loop all of whose effects are known; None for any other."""
    loop: Loop = fact.loop
    inside = declared_symbols(loop)
    places: list[Expr] = []
    mentioned = set(used_symbols(loop))
    for node in walk(loop):
        match node:
            case Return() | AddressOf() | Lambda():
                return None
            case Assign():
                places.append(node.place)
            case Method(of, name) if name in GROWING_METHODS:
                places.append(of)
            case Method(_, name) if name not in CONST_METHODS:
                return None
            case Call(name, _, _, target):
                closure = analysis.effects.lambdas.get(target.symbol) if isinstance(target, Ref) else None
                if target is None and name in analysis.pure:
                    continue
                if closure is None or not _computes(closure, analysis):
                    return None
                mentioned |= used_symbols(closure.body)
    changed: set[Symbol] = set()
    for place in places:
        symbol = root(place)
        if symbol is None or not _is_owned(symbol) or symbol in kept:
            return None
        if symbol not in inside:
            changed.add(symbol)
    return _Section(fact, frozenset(changed), frozenset(mentioned - inside))


def _computes(closure: Lambda, analysis: FunctionAnalysis) -> bool:
    """Whether a lambda does nothing but compute a value."""
    for node in walk(closure.body):
        if isinstance(node, Assign | AddressOf | Lambda):
            return False
        if isinstance(node, Method) and node.name not in CONST_METHODS:
            return False
        if isinstance(node, Call) and (node.target is not None or node.name not in analysis.pure):
            return False
    return True


def _is_owned(symbol: Symbol) -> bool:
    """Whether a variable is the function's own, with all that can be reached from it."""
    if symbol.storage is Storage.GLOBAL:
        return False
    if isinstance(symbol.type, t.Library):
        return symbol.type.name == "vector" and all(not isinstance(a, t.Pointer | t.Library) for a in symbol.type.args)
    return t.is_arithmetic(symbol.type)


def _kept_elsewhere(function: Function) -> frozenset[Symbol]:
    """Variables to which something else may lead: their address is taken, a reference or an iterator was made, a
    lambda holds them, or a function of the file was given them."""
    found: set[Symbol] = set()
    for node in walk(function):
        if isinstance(node, AddressOf | Lambda):
            found |= used_symbols(node)
        elif isinstance(node, Declare) and node.value is not None and not _is_owned(node.symbol):
            found |= used_symbols(node.value)
        elif isinstance(node, Call) and not node.name.startswith("std::"):
            found |= {a.symbol for a in node.arguments if isinstance(a, Ref) and not t.is_arithmetic(a.symbol.type)}
    return frozenset(found)
