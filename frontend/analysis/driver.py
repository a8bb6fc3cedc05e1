"""Facts about a function: every loop gets a verdict as it stands, and in other forms where it is sequential.

The forms: plainer ones, parts, blocks along diagonals, and what only looks like a loop (worklists, walks along links).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from unseq.frontend.analysis import (
    fission,
    irregular,
    neighbour,
    nests,
    recursion,
    sections,
    series,
    stl,
)
from unseq.frontend.analysis.build import FunctionAnalysis, facts_inside
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.values import TooLarge
from unseq.frontend.analysis.verdict import Verdict, judged, told
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import (
    Claim,
    Facts,
    LoopFact,
    Recurrence,
)
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, Declare, Expr, For, Function, Loop, Stmt
from unseq.frontend.reasons import Why
from unseq.frontend.source import NOWHERE, Diagnostic


def analyze(function: Function, assume: frozenset[str] = frozenset(), callees: bool = True) -> Facts:
    """Everything that is known about a function and the functions of its file that it calls.

    ``assume``: promises of the caller: ``noalias`` (different pointers don't overlap). ``callees``: whether the facts
    hold the loops of called functions too."""
    loops: list[LoopFact] = []
    own = FunctionAnalysis(function)
    for scope in (function, *function.callees) if callees else (function,):
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
    forks += sections.find(own, loops, (*calls, *forks, *searches))
    return Facts(function, tuple(loops), calls, forks, searches=searches)


def _judge(assume: frozenset[str]) -> Callable[[Function, Loop], LoopFact]:
    """What the driver says of a loop of a rewritten function."""
    return lambda function, loop: _fact(FunctionAnalysis(function), loop, -1, assume, {}, {}, as_it_stands=True)


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


def _fact(
    analysis: FunctionAnalysis,
    loop: Loop,
    parent: int,
    assume: frozenset[str],
    inside: dict[int, tuple[Expr, ...]],
    studies: dict[int, Study],
    as_it_stands: bool = False,
) -> LoopFact:
    """One loop; ``inside`` holds what is known in the loops around and gets what is known in this one, ``studies``
    what the loop carries. ``as_it_stands``: other forms are not tried."""
    name = analysis.function.name
    try:
        verdict = judged(analysis, loop, inside.get(parent, ()), assume)
    except TooLarge:
        return _refused(loop, "the loop is too large to analyse", parent, name)
    inside[loop.id] = facts_inside(verdict.context)
    if verdict.study is not None:
        studies[loop.id] = verdict.study
    if verdict.is_exhausted:
        return _refused(loop, "the loop is too complex to analyse", parent, name)
    other = None if as_it_stands else _rewritten(verdict, parent, assume, inside)
    return told(verdict, parent) if other is None else other


def _refused(loop: Loop, what: str, parent: int, name: str) -> LoopFact:
    reason = Diagnostic(loop.span, what, "split it into smaller functions", code=Why.TOO_LARGE)
    return LoopFact(loop, "sequential", False, Claim.PROVED, reasons=(reason,), parent=parent, function=name)


def _rewritten(
    verdict: Verdict, parent: int, assume: frozenset[str], inside: Mapping[int, tuple[Expr, ...]]
) -> LoopFact | None:
    """The loop in another form, if that makes it parallel, or makes a recurrence something simpler."""
    if not verdict.reasons and not any(isinstance(role, Recurrence) for role in verdict.roles):
        return None
    other = _plainer(verdict, parent, assume, inside.get(parent, ()))
    if other is not None and (verdict.reasons or not any(isinstance(role, Recurrence) for role in other.roles)):
        return other
    return None


def _plainer(verdict: Verdict, parent: int, assume: frozenset[str], known: tuple[Expr, ...]) -> LoopFact | None:
    analysis, loop = verdict.analysis, verdict.context.loop
    plain = analysis.plain
    found = [] if plain is None else [n for n in walk.loops(plain.function) if n.id == loop.id]
    same = plain is not None and plain.function.callees is analysis.function.callees
    if plain is None or len(found) != 1 or (found[0] is loop and same):
        return _promoted(analysis, verdict.context, parent, assume)
    try:
        other = judged(plain, found[0], known, assume, parallel_only=True)
    except TooLarge:
        return None
    fact = told(other, parent) if other.is_parallel else _promoted(plain, other.context, parent, assume)
    return replace(fact, original=loop) if fact is not None else None


def _in_parts(
    analysis: FunctionAnalysis,
    fact: LoopFact,
    studies: dict[int, Study],
    assume: frozenset[str],
    inside: dict[int, tuple[Expr, ...]],
) -> LoopFact | None:
    """A sequential loop as parts that are parallel, if there is such a way."""
    study, known = studies.get(fact.loop.id), inside.get(fact.parent, ())
    if fact.parallel or study is None or study.memory is None:
        return None
    counted = fission.counted(fact.loop, analysis.function)
    if counted is not None:
        body = walk.splice(analysis.function.body, lambda s: (counted,) if s is fact.loop else (s,))
        analysis = FunctionAnalysis(replace(analysis.function, body=body))
        fact = replace(fact, loop=counted, original=fact.loop)
        try:
            study = judged(analysis, counted, known, assume).study
        except TooLarge:
            return None
        if study is None:
            return None

    def look(loop: Loop, body: Block) -> LoopFact | None:
        rewritten = FunctionAnalysis(replace(analysis.function, body=body))
        try:
            verdict = judged(rewritten, loop, known, assume, parallel_only=True)
        except TooLarge:
            return None
        other = _rewritten(verdict, fact.parent, assume, inside)
        return told(verdict, fact.parent) if other is None and verdict.is_parallel else other

    return series.in_parts(fact, study, analysis.function, look, analysis.effects, "noalias" in assume)


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
    try:
        verdict = judged(rewritten, loop, (), assume, parallel_only=True)
    except TooLarge:
        return None
    fact = told(verdict, parent) if verdict.is_parallel else None
    return replace(fact, before=(before,), original=context.loop) if fact is not None else None
