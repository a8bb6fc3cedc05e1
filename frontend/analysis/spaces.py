"""The iteration space of a loop during the abstract run: its counter, its bounds and the variables it steps.

A variable is stepped if one abstract iteration turns an unknown start value ``s`` into ``s + stride`` on every path,
with a stride that the loop does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from unseq.frontend.analysis import induction, strided, terms
from unseq.frontend.analysis.affine import Polynomial, polynomial
from unseq.frontend.analysis.aliasing import may_change
from unseq.frontend.analysis.context import Nest
from unseq.frontend.analysis.library import CONST_METHODS, PURE, bare
from unseq.frontend.analysis.paths import POSITIONS, SIZE, is_unknown, loads
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Call,
    Cast,
    Declare,
    Expr,
    For,
    ForEach,
    Lambda,
    Literal,
    Loop,
    Member,
    Method,
    Ref,
    Storage,
    Symbol,
)
from unseq.frontend.ir.remembering import remembered
from unseq.frontend.slotted import dataclass

if TYPE_CHECKING:
    from unseq.frontend.analysis.reading import Env
    from unseq.frontend.analysis.values import Values


@dataclass(frozen=True, slots=True)
class Space:
    """What induction recognition found out about one loop: its space, and its stepped variables, each with its value
    at loop entry and its stride."""

    counted: induction.Counted | None
    nest: Nest
    starts: Mapping[Symbol, Expr]
    strides: Mapping[Symbol, Expr]
    trip: Expr | None = None  # resolved, if it is the same in all iterations of the loops around


def space(run: Values, loop: Loop, before: Env, changing: frozenset[Symbol]) -> Space:
    """The space of ``loop``, whose init has been run; ``before`` are the values at its entry."""
    position = Symbol(f"position{loop.id}", t.LONG, POSITIONS - loop.id, Storage.TEMPORARY)
    nothing = Space(None, Nest(loop, None, position), {}, {})
    if run.is_coarse:
        return nothing
    is_invariant = _invariance(run, loop, changing)
    entry = run.env
    strides = _strides(run, loop, changing, before)
    constants = {s: value for s, stride in strides.items() if (value := terms.constant(stride)) is not None}
    body_changes = run.effects.modified(loop.body)
    hidden = run.effects.points_to.address_taken
    found = induction.counted(
        loop, is_invariant, body_changes | hidden, {s: k for s, k in constants.items() if s not in hidden}
    )
    if found is None:
        found = strided.counted(loop, is_invariant, body_changes | hidden, strides)
    run.env = entry
    starts = {s: before.get(s, terms.ref(s)) for s in changing}
    if found is None:
        return Space(None, nothing.nest, starts, strides)
    run.env = dict(before)  # bounds are evaluated at loop entry
    strides = {s: stride for s, stride in strides.items() if s != found.main}
    trip = run.read(found.iteration.trip)
    constant = all(
        isinstance(n, Literal | Binary | Cast) or (isinstance(n, Ref) and _is_constant(run, n.symbol))
        for n in walk.walk(trip)
    )
    nest = _nest(run, loop, found, starts, position)
    return Space(found, nest, starts, strides, terms.long(trip) if constant else None)


def _is_constant(run: Values, symbol: Symbol) -> bool:
    """Whether a variable of integer type never changes in the function."""
    fixed = isinstance(symbol.type, t.Int) and symbol.uid >= 0 and symbol.storage is not Storage.GLOBAL
    return fixed and symbol not in run.effects.changing


def _nest(run: Values, loop: Loop, found: induction.Counted, starts: Mapping[Symbol, Expr], position: Symbol) -> Nest:
    iteration = found.iteration
    trip = run.read(iteration.trip)
    made_up = Nest(
        loop,
        iteration,
        position,
        terms.ZERO,
        terms.subtract(trip, terms.ONE),
        (_at_least(position, terms.ZERO), terms.compare("<", terms.ref(position), trip)),
    )
    main = found.main
    if main is None or not isinstance(main.type, t.Int):
        return made_up
    lower, upper = starts[main], run.read(iteration.upper)
    own = any(isinstance(node, Ref) and node.symbol == main for node in walk.walk(lower))
    if abs(iteration.step) != 1:
        value = terms.add(lower, terms.multiply(terms.literal(iteration.step), terms.ref(position)))
        end = terms.compare("<" if iteration.step > 0 else ">", value, upper)
        return Nest(loop, iteration, position, made_up.first, made_up.last, (made_up.domain[0], end))
    if own or not isinstance(loop, For) or iteration.symbol is None:
        return made_up
    counter = Ref(main, main.type)
    if iteration.step > 0:
        domain = (terms.compare(">=", counter, lower), terms.compare("<", counter, upper))
        return Nest(loop, iteration, main, lower, terms.subtract(upper, terms.ONE), domain)
    domain = (terms.compare("<=", counter, lower), terms.compare(">", counter, upper))
    return Nest(loop, iteration, main, terms.add(upper, terms.ONE), lower, domain)


def _at_least(position: Symbol, low: Expr) -> Expr:
    return terms.compare(">=", terms.ref(position), low)


def _invariance(run: Values, loop: Loop, changing: frozenset[Symbol]) -> Callable[[Expr], bool]:
    """Whether an expression of the source keeps its value while ``loop`` runs.

    A load keeps it if nothing is written through its base; other bases are compared (or guarded) pair by pair."""
    varying = changing | walk.declared_symbols(loop.body)
    if isinstance(loop, ForEach):
        varying |= {loop.symbol}
    def is_invariant(e: Expr) -> bool:
        for node in walk.walk(e):
            if isinstance(node, Ref) and node.symbol in varying and not _is_container(node):
                return False
            if isinstance(node, Lambda):
                return False
            if isinstance(node, Call) and (node.target is not None or bare(node.name) not in PURE):
                return False
            if isinstance(node, Method) and node.name not in CONST_METHODS:
                return False
        recording, run.recording = run.recording, False
        try:
            return all(_unwritten(run, loop, load) for load in loads(e))
        finally:
            run.recording = recording

    return is_invariant


def _is_container(e: Ref) -> bool:
    type_ = t.strip(e.symbol.type)
    is_iterator = isinstance(type_, t.Library) and type_.name.endswith("iterator")
    return isinstance(type_, t.Array | t.Record | t.Library) and not is_iterator


def _unwritten(run: Values, loop: Loop, load: Expr) -> bool:
    if isinstance(load, Method):
        of = run.place(load.object) if walk.is_place(load.object) else run.read(load.object)
        load = Member(of, SIZE, t.SIZE)
    place = run.place(load)
    if not walk.is_place(place):
        return False
    inside = (w for w in run.writes if loop is run.loop or any(nest.loop is loop for nest in w.nests))
    return not any(may_change(write, place) for write in inside)


def _candidates(loop: Loop, changing: frozenset[Symbol]) -> tuple[Symbol, ...]:
    """Variables of ``changing`` that the loop only ever increases or decreases."""
    found = (s for s in remembered(loop, "stepped", _stepped) & changing if induction.can_count(s))
    return tuple(sorted(found, key=lambda s: s.uid))


def _stepped(loop: Loop) -> frozenset[Symbol]:
    stepped: set[Symbol] = set()
    spoilt: set[Symbol] = set()
    for node in walk.walk(loop):
        if isinstance(node, Declare):
            spoilt.add(node.symbol)
        if not isinstance(node, Assign) or not isinstance(node.place, Ref):
            continue
        symbol, value = node.place.symbol, node.value
        while isinstance(value, Cast):
            value = value.operand
        adds = isinstance(value, Binary) and value.op in "+-"
        if node.op in ("+", "-") or (not node.op and adds and symbol in walk.used_symbols(value)):
            stepped.add(symbol)
        else:
            spoilt.add(symbol)
    if isinstance(loop, For):
        for statement in loop.init:  # run once, before the loop
            for symbol in walk.assigned_symbols(statement) | walk.declared_symbols(statement):
                spoilt.discard(symbol)
    return frozenset(stepped - spoilt)


def _strides(run: Values, loop: Loop, changing: frozenset[Symbol], before: Env) -> dict[Symbol, Expr]:
    candidates = _candidates(loop, changing)
    hidden = run.effects.points_to.address_taken
    candidates = tuple(s for s in candidates if s not in hidden)
    if isinstance(loop, For) and len(candidates) == 1 and len(loop.step) == 1:
        found = induction.stepped(loop.step[0])
        if found is not None and found[0] == candidates[0] and candidates[0] not in run.effects.modified(loop.body):
            return {found[0]: terms.literal(found[1])}
    if not candidates or run.env is None:
        return {}
    entry = run.env
    run.env = dict(entry)
    starts = {s: run.unknown(s.type) for s in candidates}
    run.env.update(starts)
    recording, run.recording = run.recording, False
    run.iteration(loop)
    run.recording = recording
    end = run.env
    run.env = entry
    strides: dict[Symbol, Expr] = {}
    if end is None:
        return strides
    for symbol, start in starts.items():
        stride = _difference(end.get(symbol), start, symbol)
        if stride is None:
            continue
        if all(isinstance(a, Ref) and a.symbol.uid >= 0 and a.symbol not in changing for a in stride.atoms()) and not (
            {a.symbol for a in stride.atoms() if isinstance(a, Ref)} & walk.declared_symbols(loop)
        ):
            strides[symbol] = stride.expression()
    return strides


def _difference(end: Expr | None, start: Expr, symbol: Symbol) -> Polynomial | None:
    if end is None:
        return None
    after, begin = polynomial(end), polynomial(start)
    if after is None or begin is None:
        return None
    if isinstance(symbol.type, t.Int):
        allowed = terms.limits(symbol.type)
        if any((o.low, o.high) != allowed for o in after.obligations):
            return None
    stride = after.minus(begin)
    return stride if not any(isinstance(a, Ref) and is_unknown(a.symbol) for a in stride.atoms()) else None
