"""Loops that are not counted, tried as what they may be all the same: a worklist, a walk along links, choices."""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis import backtracking, list_walk, reachability, worklist
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.facts import Claim, LoopFact


def improved(analysis: FunctionAnalysis, fact: LoopFact, judge: worklist.Judge, assume: frozenset[str]) -> LoopFact:
    """``fact``, or what the loop is as a worklist, a walk along links."""
    found = worklist.find(analysis, fact, judge, "noalias" in assume)
    if found is None:
        found = list_walk.find(analysis, fact, judge)
    if found is None:
        found = backtracking.find(analysis, fact, judge)
    return fact if found is None else found


def searches(analysis: FunctionAnalysis, judge: worklist.Judge, assume: frozenset[str]) -> tuple[LoopFact, ...]:
    """What the calls of recursive searches in a function are as worklists."""
    found = []
    for search in reachability.find(analysis.function):
        start = LoopFact(search.loop, "sequential", False, Claim.PROVED, function=analysis.function.name)
        fact = worklist.find(FunctionAnalysis(search.function), start, judge, "noalias" in assume)
        if fact is not None:
            found.append(replace(fact, before=search.before, after=search.after))
    return tuple(found)
