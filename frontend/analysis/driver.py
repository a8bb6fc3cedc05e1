"""Facts about a function: every loop gets its roles, its memory conflicts, its guards, and a verdict.

The order: iteration space, roles of carried variables, early exits, effects of calls, memory.  A loop is parallel iff
nothing is left over; otherwise each thing that is left over is a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from unseq.frontend.analysis import (
    carried,
    checked,
    compaction,
    coverage,
    extremum,
    irregular,
    neighbour,
    nests,
    privatization,
    recurrence,
    recursion,
    reduction,
    scan,
    scatter,
    search,
    series,
    solver,
    stl,
    terms,
    uncounted,
)
from unseq.frontend.analysis.build import FunctionAnalysis, context_of, facts_inside
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.cost import work
from unseq.frontend.analysis.explain import kind_of
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.obstruction import COPY, diagnostics
from unseq.frontend.analysis.places import span_of
from unseq.frontend.analysis.spaces import Space
from unseq.frontend.analysis.values import TooLarge, Values
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import (
    Accumulator,
    ArrayAccumulator,
    Claim,
    Exit,
    Facts,
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
from unseq.frontend.ir.nodes import Block, Declare, Expr, For, Function, Loop, Stmt, Storage, Symbol
from unseq.frontend.reasons import Why
from unseq.frontend.source import NOWHERE, Diagnostic

# Finders in order of preference: a variable keeps the first role that it is given.
FINDERS: tuple[Callable[[LoopContext], tuple[Role, ...]], ...] = (
    privatization.find,
    reduction.find,
    extremum.find,
    compaction.find,
    scan.find,
    recurrence.find,
)


def analyze(function: Function, assume: frozenset[str] = frozenset()) -> Facts:
    """Everything that is known about a function and the functions of its file that it calls.

    ``assume``: promises of the caller: ``noalias`` (different pointers don't overlap)."""
    loops: list[LoopFact] = []
    own = FunctionAnalysis(function)
    for scope in (function, *function.callees):
        analysis = own if scope is function else FunctionAnalysis(_with_callees(scope, function))
        inside: dict[int, tuple[Expr, ...]] = {}
        studies: dict[int, Study] = {}
        found = [_fact(analysis, loop, parent, assume, inside, studies) for loop, parent in _loops(scope)]
        found = nests.with_wavefronts(found, studies, analysis.effects, "noalias" in assume)
        if any(not f.parallel for f in found) and (plain := analysis.plain) is not None:
            found = nests.in_plainer_form(found, plain, _look(assume), "noalias" in assume)
        found = [_in_parts(analysis, f, studies, assume, inside) or f for f in found]
        loops += [f if f.parallel else irregular.improved(analysis, f, _judge(assume), assume) for f in found]
    loops.sort(key=lambda fact: (fact.span.start, fact.span.end))
    searches = irregular.searches(own, _judge(assume), assume)
    calls, forks = stl.find(function, own.pure), recursion.find(function, own.pure)
    return Facts(function, tuple(loops), calls, forks, searches=searches)


def _judge(assume: frozenset[str]) -> Callable[[Function, Loop], LoopFact]:
    """What the driver says of a loop of a rewritten function."""
    return lambda function, loop: _fact(FunctionAnalysis(function), loop, -1, assume, {-2: ()}, {})


def _look(assume: frozenset[str]) -> nests.Look:
    return lambda analysis, loop, parent, inside, studies: _fact(analysis, loop, parent, assume, inside, studies)


def _with_callees(inner: Function, outer: Function) -> Function:
    if inner is outer:
        return outer
    others = tuple(f for f in (outer, *outer.callees) if f.name != inner.name)
    return replace(inner, callees=others, globals=outer.globals)


def _loops(function: Function) -> list[tuple[Loop, int]]:
    """The loops of a function with the id of the loop around each (-1: none)."""
    found: list[tuple[Loop, int]] = []

    def visit(node: walk.Node, parent: int) -> None:
        if isinstance(node, walk.LOOPS):
            found.append((node, parent))
            parent = node.id
        for child in walk.children(node):
            visit(child, parent)

    visit(function.body, -1)
    return found


@dataclass(slots=True)
class _Verdict:
    """What has been found out about a loop so far."""

    context: LoopContext
    run: Values
    roles: list[Role] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    reasons: list[Diagnostic] = field(default_factory=list)


def _fact(
    analysis: FunctionAnalysis,
    loop: Loop,
    parent: int,
    assume: frozenset[str],
    inside: dict[int, tuple[Expr, ...]],
    studies: dict[int, Study],
) -> LoopFact:
    """One loop; ``inside`` holds what is known in the loops around and gets what is known in this one, ``studies``
    what the loop carries."""
    name = analysis.function.name
    solver.begin()
    try:
        context, run, space = context_of(analysis, loop, inside.get(parent, ()))
    except TooLarge:
        return _refused(loop, "the loop is too large to analyse", parent, name)
    inside[loop.id] = facts_inside(context)
    verdict = _Verdict(context, run)
    verdict.guards += [Holds(e) for e in dict.fromkeys(run.assumed)]
    if space.counted is not None:
        verdict.guards += space.counted.guards
    else:
        verdict.reasons.append(uncounted.uncounted(context))
    _roles(verdict, space)
    _exits(verdict)
    for obstacle in context.obstacles:
        verdict.reasons.append(Diagnostic(obstacle.call.span, obstacle.what, obstacle.remedy, code=obstacle.code))
    study = Study(context, tuple(verdict.roles), tuple(verdict.guards), bool(run.checks))
    memory = _memory(verdict, analysis, assume)
    studies[loop.id] = replace(study, memory=memory)
    if solver.is_exhausted():
        return _refused(loop, "the loop is too complex to analyse", parent, name)
    _checks(verdict, memory)
    reasons = tuple(dict.fromkeys(verdict.reasons))
    if -2 not in inside and (reasons or any(isinstance(role, Recurrence) for role in verdict.roles)):
        other = _rewritten(analysis, context, parent, assume, inside)
        if other is not None and (reasons or not any(isinstance(role, Recurrence) for role in other.roles)):
            return other
    guards = tuple(dict.fromkeys(verdict.guards)) if not reasons else ()
    roles = tuple(verdict.roles)
    return LoopFact(
        loop,
        kind_of(roles, context) if not reasons else "sequential",
        not reasons,
        Claim.GUARDED if guards else Claim.PROVED,
        context.iteration,
        roles,
        guards,
        reasons,
        work(context, analysis.effects, memory.is_fixed),
        any(_reassociates(role) for role in roles),
        parent,
        name,
    )


def _refused(loop: Loop, what: str, parent: int, name: str) -> LoopFact:
    reason = Diagnostic(loop.span, what, "split it into smaller functions", code=Why.TOO_LARGE)
    return LoopFact(loop, "sequential", False, Claim.PROVED, reasons=(reason,), parent=parent, function=name)


def _rewritten(
    analysis: FunctionAnalysis, context: LoopContext, parent: int, assume: frozenset[str],
    inside: dict[int, tuple[Expr, ...]],
) -> LoopFact | None:  # fmt: skip
    """The loop in another form, if that makes it parallel."""
    plain = analysis.plain
    found = [] if plain is None else [n for n in walk.loops(plain.function) if n.id == context.loop.id]
    others = plain is not None and plain.function.callees is not analysis.function.callees
    if plain is not None and len(found) == 1 and (found[0] is not context.loop or others):
        known = {parent: inside.get(parent, ()), -2: ()}
        fact = _fact(plain, found[0], parent, assume, known, {})
        if fact.parallel:
            return replace(fact, original=context.loop)
        try:
            other, _, _ = context_of(plain, found[0], inside.get(parent, ()))
        except TooLarge:
            return None
        promoted = _promoted(plain, other, parent, assume)
        return replace(promoted, original=context.loop) if promoted is not None else None
    return _promoted(analysis, context, parent, assume)


def _in_parts(
    analysis: FunctionAnalysis,
    fact: LoopFact,
    studies: dict[int, Study],
    assume: frozenset[str],
    inside: dict[int, tuple[Expr, ...]],
) -> LoopFact | None:
    """A sequential loop as parts that are parallel, if there is such a way."""
    study = studies.get(fact.loop.id)
    if fact.parallel or study is None or study.memory is None:
        return None

    def look(loop: Loop, body: Block) -> LoopFact:
        rewritten = FunctionAnalysis(replace(analysis.function, body=body))
        return _fact(rewritten, loop, fact.parent, assume, dict(inside), {})

    return series.in_parts(fact, study, analysis.function, look)


def _promoted(analysis: FunctionAnalysis, context: LoopContext, parent: int, assume: frozenset[str]) -> LoopFact | None:
    """The loop with the element of the iteration before in a variable, if that makes it parallel."""
    found = neighbour.find(context)
    if found is None or not isinstance(context.loop, For):
        return None
    before = Declare(found.symbol, found.start)
    loop = replace(context.loop, body=replace(found.body, span=NOWHERE))

    def one(statement: Stmt) -> tuple[Stmt, ...]:
        return (before, loop) if statement is context.loop else (statement,)

    body = walk.splice(analysis.function.body, one)
    rewritten = FunctionAnalysis(replace(analysis.function, body=body))
    fact = _fact(rewritten, loop, parent, assume, {-2: (found.start,)}, {})
    return replace(fact, before=(before,), original=context.loop) if fact.parallel else None


# --- carried variables ---------------------------------------------------------------------------------------------


def _roles(verdict: _Verdict, space: Space) -> None:
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


def _exits(verdict: _Verdict) -> None:
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


def _memory(verdict: _Verdict, analysis: FunctionAnalysis, assume: frozenset[str]) -> Memory:
    context = verdict.context
    accesses = context.accesses
    skip = (
        frozenset(s for role in verdict.roles for s in coverage.symbols_of(role) if not isinstance(s.type, t.Reference))
        - analysis.effects.points_to.address_taken
    )
    skip = frozenset(s for s in skip if s.storage.value != "global")

    def look(roles: list[Role]) -> Memory:
        covered = coverage.covered(roles, accesses)
        spans = coverage.spans(roles, context, covered)
        memory = Memory(context, analysis.effects, covered, spans, skip, "noalias" in assume)
        memory.check()
        return memory

    memory = look(verdict.roles)
    if any(conflict.kind == "meet" for conflict in memory.conflicts):
        clashing = {c.write.root for c in memory.conflicts if c.kind == "meet"}
        extra = [role for role in scatter.find(context) if _array(role) in clashing]
        if extra:
            again = look([*verdict.roles, *extra])
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
    verdict.guards += memory.guards
    explained = {s for role in verdict.roles for s in coverage.symbols_of(role)}
    verdict.reasons += diagnostics(memory.conflicts, context, verdict.reasons, context.carried - explained)
    return memory


def _checks(verdict: _Verdict, memory: Memory) -> None:
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
