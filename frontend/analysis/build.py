"""Makes the ``LoopContext`` of each loop: an abstract run of its body, what it carries, what is alive behind it."""

from __future__ import annotations

from functools import cached_property

from unseq.frontend.analysis.context import ExitKind, ExitPoint, LoopContext
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.library import PURE, bare
from unseq.frontend.analysis.liveness import Liveness, liveness
from unseq.frontend.analysis.normal import normal
from unseq.frontend.analysis.paths import has_unknown
from unseq.frontend.analysis.spaces import Space
from unseq.frontend.analysis.values import Values
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Call,
    Cast,
    Expr,
    ForEach,
    Function,
    Index,
    Literal,
    Loop,
    Method,
    Ref,
    Storage,
    Symbol,
    Unary,
)


class FunctionAnalysis:
    """What all loops of one function share."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.effects = Effects(function)

    @cached_property
    def liveness(self) -> Liveness:
        """Live variables."""
        return liveness(self.function, self.effects)

    @cached_property
    def plain(self) -> FunctionAnalysis | None:
        """The function with its loops in plainer form; None if they have none."""
        effects = self.effects
        function = normal(self.function, effects.functions, effects.lambdas, self.pure)
        return FunctionAnalysis(function) if function is not None else None

    @cached_property
    def pure(self) -> frozenset[str]:
        """Names of called functions, as written, that only compute a value from their arguments."""
        found: set[str] = set()
        for scope in self.effects.functions.values():
            for node in walk.walk(scope):
                if (
                    isinstance(node, Call)
                    and node.target is None
                    and node.name not in found
                    and self._is_pure(node.name)
                ):
                    found.add(node.name)
        return frozenset(found)

    def _is_pure(self, name: str) -> bool:
        callee = self.effects.functions.get(name)
        if callee is None:
            return bare(name) in PURE
        return self._computes(callee, ())

    def _computes(self, callee: Function, entered: tuple[str, ...]) -> bool:
        """Whether a function writes only its own locals and calls only such functions."""
        if callee.name in entered:
            return False
        own = walk.declared_symbols(callee) | set(callee.parameters)
        for node in walk.walk(callee):
            if isinstance(node, Assign):
                root = walk.own_root(node.place)
                if root is None or root not in own or root.storage is Storage.GLOBAL:
                    return False
                if isinstance(root.type, t.Reference):
                    return False
            elif isinstance(node, Call):
                inner = self.effects.functions.get(node.name)
                if node.target is not None:
                    return False
                if inner is None and bare(node.name) not in PURE:
                    return False
                if inner is not None and not self._computes(inner, (*entered, callee.name)):
                    return False
            elif isinstance(node, Method):
                root = walk.root(node.object)
                if root is None or root not in own or isinstance(root.type, t.Reference | t.Pointer):
                    from_const = root is not None and isinstance(root.type, t.Reference) and root.type.const
                    if not from_const:
                        return False
        return True


def context_of(
    analysis: FunctionAnalysis, loop: Loop, facts: tuple[Expr, ...] = ()
) -> tuple[LoopContext, Values, Space]:
    """The context of one loop, the abstract run behind it and the loop's space; ``facts`` hold at its entry.

    Raises ``TooLarge``."""
    effects = analysis.effects
    run = Values(effects, loop)
    space = run.space
    counted = space.counted
    iteration = counted.iteration if counted is not None else None
    main = counted.main if counted is not None else None
    declared = {s for s in walk.declared_symbols(loop.body) if s.storage is not Storage.GLOBAL}
    if isinstance(loop, ForEach):
        declared.add(loop.symbol)
    for name in run.entered:
        callee = effects.functions.get(name)
        if callee is not None:
            declared |= {s for s in walk.declared_symbols(callee) if s.storage is not Storage.GLOBAL}
            declared |= {s for s in callee.parameters if not isinstance(s.type, t.Reference)}
    for symbol, closure in effects.lambdas.items():
        if symbol.name in run.entered:
            declared |= walk.declared_symbols(closure.body) | set(closure.parameters)
    changed = _changed(analysis, loop)
    whole = {n.place.symbol for n in walk.walk(loop) if isinstance(n, Assign) and isinstance(n.place, Ref)}
    whole |= {a.root for a in run.accesses if a.is_write and a.call is not None and a.root is not None}
    assigned = frozenset(s for s in effects.modified(loop) if s in whole or not _has_members(s))
    carried = frozenset(s for s in changed - declared if s != main and _is_carried(s, whole))
    exits = list(run.exits)
    if counted is not None:
        exits += [ExitPoint(ExitKind.CONDITION, loop, (), part) for part in counted.rest]
    roots = frozenset(a.root for a in run.accesses if a.is_write and a.root is not None)
    context = LoopContext(
        analysis.function,
        loop,
        loop.body,
        iteration,
        space.nest,
        carried,
        analysis.liveness.live_after(loop),
        tuple(run.accesses),
        tuple(run.calls),
        tuple(run.obstacles),
        tuple(exits),
        analysis.pure,
        assigned,
        frozenset(declared),
        roots,
        any(a.is_write and (a.root is None or has_unknown(_bare_base(a.resolved))) for a in run.accesses),
        facts,
        frozenset(space.strides) & carried,
        frozenset(space.strides) - effects.modified(loop.body),
        main,
    )
    return context, run, space


def facts_inside(context: LoopContext) -> tuple[Expr, ...]:
    """What holds in every iteration of a loop, in terms of variables that the loop does not change."""
    own = context.nest.position if context.nest.position == context.main else None
    kept = []
    for fact in (*context.facts, *context.nest.domain):
        used = walk.used_symbols(fact) - {own}
        loads = any(not isinstance(n, Ref | Literal | Binary | Cast | Unary) for n in walk.walk(fact))
        if not loads and not used & context.assigned and all(s.uid >= 0 for s in used):
            kept.append(fact)
    return tuple(kept)


def _bare_base(e: Expr) -> Expr:
    while isinstance(e, Index):
        e = e.base
    return e


def _changed(analysis: FunctionAnalysis, loop: Loop) -> frozenset[Symbol]:
    """Variables that an iteration changes; what the header's init does once is left out."""
    effects = analysis.effects
    changed = effects.modified(loop.body)
    if isinstance(loop, ForEach):
        return changed | effects.modified(loop.sequence)
    changed |= effects.modified(loop.condition)
    for statement in getattr(loop, "step", ()):
        changed |= effects.modified(statement)
    return changed


def _has_members(symbol: Symbol) -> bool:
    type_ = t.strip(symbol.type)
    return isinstance(type_, t.Record) or (isinstance(type_, t.Library) and type_.name in {"pair", "tuple", "complex"})


def _is_carried(symbol: Symbol, whole: set[Symbol]) -> bool:
    """Whether the variable is a scalar, or a small object that is assigned as a whole (not member by member)."""
    type_ = t.strip(symbol.type)
    if isinstance(type_, t.Record):
        return symbol in whole
    if isinstance(type_, t.Library):
        small = type_.name in {"complex", "pair", "tuple", "optional"}
        return type_.name in {"iterator", "reverse_iterator"} or (small and symbol in whole)
    return isinstance(type_, t.Bool | t.Int | t.Float | t.Pointer)
