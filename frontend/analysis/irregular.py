"""Loops that are not counted, tried as what they may be all the same: a worklist, a walk along links, a merge, choices.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis import backtracking, list_walk, merging, reachability, worklist
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.facts import HERE, Claim, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, Call, Evaluate, Stmt
from unseq.frontend.source import NOWHERE


def improved(analysis: FunctionAnalysis, fact: LoopFact, judge: worklist.Judge, assume: frozenset[str]) -> LoopFact:
    """``fact``, or what the loop, as it stands or in plainer form, is as a worklist, a walk along links, a merge,
    choices."""
    found = _looked(analysis, fact, judge, assume)
    if (found is None or not found.parallel) and analysis.plain is not None:
        plain = next((n for n in walk.loops(analysis.plain.function) if n.id == fact.loop.id), fact.loop)
        if plain is not fact.loop or analysis.plain.function.callees is not analysis.function.callees:
            other = _looked(analysis.plain, replace(fact, loop=plain), judge, assume)
            if other is not None and other.parallel:
                return other
    return fact if found is None else found


def _looked(
    analysis: FunctionAnalysis, fact: LoopFact, judge: worklist.Judge, assume: frozenset[str]
) -> LoopFact | None:
    found = worklist.find(analysis, fact, judge, "noalias" in assume)
    if found is None:
        found = list_walk.find(analysis, fact, judge)
    if found is None:
        found = merging.find(analysis, fact)
    return backtracking.find(analysis, fact, judge) if found is None else found


def searches(analysis: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]) -> tuple[LoopFact, ...]:
    """What the calls of recursive searches in a function are as worklists."""
    found = _searches(analysis, judge, assume)
    if not any(fact.parallel for fact in found) and analysis.plain is not None:
        found += _hidden(analysis, analysis.plain, judge, assume)
    return tuple(found)


def _hidden(
    analysis: FunctionAnalysis, plain: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]
) -> list[LoopFact]:
    """The searches that loops of the function make where their helpers are put in place of the calls."""
    known = {loop.id: loop for loop in walk.loops(analysis.function)}
    found = []
    for loop in (n for n in plain.function.body.statements if isinstance(n, walk.LOOPS) and n.id in known):
        for search in reachability.find(plain.function):
            inside = any(s is search.statement for s in walk.statements(loop.body))
            if not inside or any(s is search.statement for s in walk.statements(analysis.function.body)):
                continue
            fact = _searched(search, analysis, judge, assume)
            if fact is None or not fact.parallel:
                continue
            here = Evaluate(Call(HERE, (), t.VOID))
            around = replace(loop, body=replace(_with(loop.body, search.statement, here), span=NOWHERE))
            place = replace(fact.loop, span=known[loop.id].span)
            found.append(replace(fact, loop=place, around=replace(around, span=NOWHERE)))
    return found


def _with(body: Block, old: Stmt, new: Stmt) -> Block:
    return walk.splice(body, lambda s: (new,) if s is old else (s,))


def _searches(analysis: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]) -> list[LoopFact]:
    made = (_searched(s, analysis, judge, assume) for s in reachability.find(analysis.function))
    return [fact for fact in made if fact is not None]


def _searched(
    search: reachability.Search, analysis: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]
) -> LoopFact | None:
    start = LoopFact(search.loop, "sequential", False, Claim.PROVED, function=analysis.function.name)
    fact = worklist.find(FunctionAnalysis(search.function), start, judge, "noalias" in assume)
    return None if fact is None else replace(fact, before=search.before, after=search.after)

