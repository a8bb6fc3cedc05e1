"""What one loop is as it stands: the roles of what it carries, its memory conflicts, its guards.

The order: iteration space, roles of carried variables, early exits, effects of calls, memory.  A loop is parallel iff
nothing is left over; otherwise each thing that is left over is a reason.  Other forms of the loop are ``driver``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from functools import cache

from unseq.frontend.analysis import (
    carried,
    checked,
    compaction,
    coverage,
    extremum,
    privatization,
    recurrence,
    reduction,
    scan,
    scatter,
    scratch,
    search,
    solver,
    terms,
    uncounted,
)
from unseq.frontend.analysis.accesses import Accesses
from unseq.frontend.analysis.build import FunctionAnalysis, context_of
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.cost import work
from unseq.frontend.analysis.explain import Conflict, kind_of
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.obstruction import COPY, MAX_SHOWN, diagnostics
from unseq.frontend.analysis.places import span_of
from unseq.frontend.analysis.spaces import Space
from unseq.frontend.analysis.values import Values
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import (
    Accumulator,
    ArrayAccumulator,
    Claim,
    Exit,
    Guard,
    Holds,
    Induction,
    LoopFact,
    Prefix,
    Private,
    Recurrence,
    Role,
)
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, Loop, Storage, Symbol
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Diagnostic

# Finders in order of preference: a variable keeps the first role that it is given.
FINDERS: tuple[Callable[[LoopContext], tuple[Role, ...]], ...] = (
    privatization.find,
    reduction.find,
    extremum.find,
    compaction.find,
    scan.find,
    recurrence.find,
)


@dataclass(slots=True)
class Verdict:
    """What has been found out about a loop so far."""

    analysis: FunctionAnalysis
    context: LoopContext
    run: Values
    parallel_only: bool  # why a loop is sequential is of no interest
    roles: list[Role] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    reasons: list[Diagnostic] = field(default_factory=list)
    study: Study | None = None
    is_exhausted: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing more needs to be found out."""
        return self.parallel_only and bool(self.reasons)

    @property
    def is_parallel(self) -> bool:
        """Whether nothing is in the way."""
        return not self.reasons and not self.is_exhausted


def judged(
    analysis: FunctionAnalysis, loop: Loop, known: tuple[Expr, ...], assume: frozenset[str], parallel_only: bool = False
) -> Verdict:
    """What a loop is as it stands; ``known`` holds at its entry. Raises ``TooLarge``."""
    solver.begin()
    context, run, space = context_of(analysis, loop, known)
    verdict = Verdict(analysis, context, run, parallel_only)
    verdict.guards += [Holds(e) for e in dict.fromkeys(run.assumed)]
    if space.counted is not None:
        verdict.guards += space.counted.guards
    else:
        verdict.reasons.append(uncounted.uncounted(context))
    if not verdict.is_settled:
        _roles(verdict, space)
        _exits(verdict)
    for obstacle in context.obstacles:
        verdict.reasons.append(Diagnostic(obstacle.call.span, obstacle.what, obstacle.remedy, code=obstacle.code))
    if not verdict.is_settled:
        study = Study(context, tuple(verdict.roles), tuple(verdict.guards), bool(run.checks))
        memory = _memory(verdict, assume)
        verdict.study = replace(study, memory=memory)
        verdict.is_exhausted = solver.is_exhausted()
        _checks(verdict, memory)
    return verdict


def told(verdict: Verdict, parent: int) -> LoopFact:
    """The fact that a verdict comes to."""
    context, roles = verdict.context, tuple(verdict.roles)
    reasons = tuple(dict.fromkeys(verdict.reasons))
    guards = tuple(dict.fromkeys(verdict.guards)) if not reasons else ()
    assert verdict.study is not None and verdict.study.memory is not None
    return LoopFact(
        context.loop,
        kind_of(roles, context) if not reasons else "sequential",
        not reasons,
        Claim.GUARDED if guards else Claim.PROVED,
        context.iteration,
        roles,
        guards,
        reasons,
        work(context, verdict.analysis.effects, verdict.study.memory.is_fixed),
        any(_reassociates(role) for role in roles),
        parent,
        verdict.analysis.function.name,
    )


# --- carried variables ---------------------------------------------------------------------------------------------


def _roles(verdict: Verdict, space: Space) -> None:
    context = verdict.context
    main = context.main
    if main is not None and (context.iteration is None or context.iteration.symbol is None):
        step = context.iteration.step if context.iteration is not None else 1
        live = main in context.live_after
        verdict.roles.append(Induction(main, space.starts[main], terms.literal(step), live))
    for symbol, stride in sorted(space.strides.items(), key=lambda item: item[0].uid):
        if symbol in context.carried:
            verdict.roles.append(Induction(symbol, space.starts[symbol], stride, symbol in context.live_after))
    if context.exits:
        verdict.roles += search.find(context)
    explained = {s for role in verdict.roles for s in coverage.symbols_of(role)}
    for find in FINDERS:
        for role in find(context):
            mine = coverage.symbols_of(role)
            if mine & explained or (not mine and role in verdict.roles):
                continue
            if isinstance(role, Recurrence) and not _has_upstream(role, verdict.roles):
                continue
            verdict.roles.append(role)
            explained |= mine
    static = [s for s in context.carried if s.storage is Storage.GLOBAL and context.function.span.contains(s.span)]
    for symbol in sorted(static, key=lambda s: s.uid):
        verdict.reasons.append(carried.static(context, symbol))
    for symbol in sorted(context.carried - explained, key=lambda s: s.uid):
        reason = carried.carried(context, symbol)
        if not any(told.other == reason.span for told in verdict.reasons):  # the header's reason names it already
            verdict.reasons.append(reason)


def _has_upstream(role: Recurrence, roles: list[Role]) -> bool:
    """Whether the running values that a role needs are known."""
    running = {s for r in roles if isinstance(r, Prefix | Recurrence) for s in coverage.symbols_of(r)}
    return running >= set(role.upstream)


def _exits(verdict: Verdict) -> None:
    context = verdict.context
    if not context.exits or any(isinstance(role, Exit) for role in verdict.roles):
        return
    verdict.reasons.append(uncounted.leaving(context))


def _reassociates(role: Role) -> bool:
    """Whether a role is legal only where floating-point operations may be done in another order."""
    match role:
        case Accumulator(_, op, type_) | Prefix(_, op, type_) | ArrayAccumulator(_, op, type_):
            return op in ("+", "*") and _inexact(type_)
        case Recurrence(symbols, family):
            return family == "affine" and any(_inexact(s.type) for s in symbols)
    return False


def _inexact(type_: t.Type) -> bool:
    type_ = t.strip(type_)
    return isinstance(type_, t.Float) or (isinstance(type_, t.Library) and type_.name == "complex")


# --- memory --------------------------------------------------------------------------------------------------------


def _memory(verdict: Verdict, assume: frozenset[str]) -> Memory:
    context = verdict.context
    effects = verdict.analysis.effects
    accesses = context.accesses

    def look(roles: list[Role], known: Accesses | None = None) -> Memory:
        covered = coverage.covered(roles, accesses)
        spans = coverage.spans(roles, context, covered)
        own = {s for role in roles for s in coverage.symbols_of(role) if not isinstance(s.type, t.Reference)}
        skip = frozenset(s for s in own - effects.points_to.address_taken if s.storage.value != "global")
        owned = frozenset(r.symbol for r in roles if isinstance(r, Private) and r.extent is not None and not r.last)
        memory = Memory(context, effects, covered, spans, skip, "noalias" in assume, known, owned)
        memory.check_within(is_final if verdict.parallel_only else None)
        return memory

    def is_final(conflict: Conflict) -> bool:
        root = conflict.write.root
        own = root is not None and scratch.may_be_private(root, context)
        return conflict.kind != "meet" or not (own or root in map(_array, candidates()))

    candidates = cache(lambda: scatter.find(context))
    memory = look(verdict.roles)
    if any(conflict.kind == "meet" for conflict in memory.conflicts):
        clashing = {c.write.root for c in memory.conflicts if c.kind == "meet"}
        extra = [role for role in candidates() if _array(role) in clashing]
        extra += scratch.find(context, memory, clashing - set(map(_array, extra)), verdict.roles)
        if extra:
            again = look([*verdict.roles, *extra], memory.found)
            if len(again.conflicts) < len(memory.conflicts):
                memory = again
                verdict.roles += extra
    plain = all(isinstance(role, Induction) or (isinstance(role, Private) and not role.last) for role in verdict.roles)
    if memory.copies and not plain:
        array = memory.copies[0]
        what = "reads elements that later iterations overwrite"
        writes = (a for a in accesses if a.is_write and a.root == walk.root(array.extent.base))
        other = next((span_of(write) for write in writes), None)
        verdict.reasons.append(Diagnostic(array.reads[0].span, what, COPY, other, code=Why.OVERWRITTEN_LATER))
    if memory.packed and (not plain or memory.copies):
        what = "writes bits that share a word, and carries a value from iteration to iteration"
        verdict.reasons.append(Diagnostic(context.loop.span, what, "make it a std::vector<char>", code=Why.PACKED_BITS))
    verdict.roles += [*memory.copies, *memory.packed]
    open_ = context.carried - {s for role in verdict.roles for s in coverage.symbols_of(role)}

    def shown() -> list[Diagnostic]:
        return diagnostics(memory.conflicts, context, verdict.reasons, open_)

    most = 1 if verdict.parallel_only else MAX_SHOWN
    memory.check_between(lambda: len(shown()) >= most)
    verdict.guards += memory.guards
    verdict.reasons += shown()
    return memory


def _checks(verdict: Verdict, memory: Memory) -> None:
    """Accesses that throw when they are out of range."""
    for access in verdict.run.checks:
        guards = checked.holds(access, verdict.context, memory.is_fixed)
        if guards is None:
            what = "may throw std::out_of_range in the middle of the loop"
            remedy = "check the range before the loop"
            verdict.reasons.append(Diagnostic(access.place.span, what, remedy, code=Why.MAY_THROW))
        else:
            verdict.guards += guards


def _array(role: Role) -> Symbol | None:
    return walk.root(role.array) if isinstance(role, ArrayAccumulator) else None
