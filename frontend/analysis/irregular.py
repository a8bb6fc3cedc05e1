"""Loops that are not counted, tried as what they may be all the same: a worklist, a walk along links, choices."""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis import backtracking, list_walk, reachability, worklist
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.facts import Claim, LoopFact
from unseq.frontend.ir import walk


def improved(analysis: FunctionAnalysis, fact: LoopFact, judge: worklist.Judge, assume: frozenset[str]) -> LoopFact:
    """``fact``, or what the loop, as it stands or in plainer form, is as a worklist, a walk along links, choices."""
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
    return backtracking.find(analysis, fact, judge) if found is None else found


def searches(analysis: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]) -> tuple[LoopFact, ...]:
    """What the calls of recursive searches in a function are as worklists."""
    found = []
    for search in reachability.find(analysis.function):
        start = LoopFact(search.loop, "sequential", False, Claim.PROVED, function=analysis.function.name)
        fact = worklist.find(FunctionAnalysis(search.function), start, judge, "noalias" in assume)
        if fact is not None:
            found.append(replace(fact, before=search.before, after=search.after))
    return tuple(found)
