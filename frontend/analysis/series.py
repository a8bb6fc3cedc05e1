"""Sequential loops as several loops, one after the other, of which some are parallel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from unseq.frontend.analysis import fission, solver, splitting
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.splitting import Parts
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import Claim, LoopFact
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, For, Function, Loop, Stmt

Look = Callable[[Loop, Block], LoopFact | None]


def in_parts(
    fact: LoopFact, study: Study, function: Function, look: Look, effects: Effects, noalias: bool
) -> LoopFact | None:
    """The first way to cut a loop into parts that pays; ``look`` finds out whether a loop is parallel in a changed
    body."""
    for parts in _ways(study, effects, noalias):
        found = _judged(fact, parts, function, look, effects)
        if found is not None:
            return found
    return None


def _ways(study: Study, effects: Effects, noalias: bool) -> Iterator[Parts]:
    if study.memory is not None:
        yield from splitting.candidates(study.context, study.memory)
        solver.begin()
        parts = fission.candidate(study, effects, noalias)
        if parts is not None and not solver.is_exhausted():
            yield parts


def _judged(fact: LoopFact, parts: Parts, function: Function, look: Look, effects: Effects) -> LoopFact | None:
    def one(statement: Stmt) -> tuple[Stmt, ...]:
        return parts.statements if statement is fact.loop else (statement,)

    body = walk.splice(function.body, one)
    facts: list[Stmt | LoopFact] = []
    for part in parts.statements:
        found = look(part, body) if isinstance(part, walk.LOOPS) else part
        if found is None and not parts.optional:
            return None
        facts.append(found or part)
    loops = [part for part in facts if isinstance(part, LoopFact)]
    if parts.optional and not fission.pays(loops, facts, effects):
        return None
    guarded = parts.guards or any(part.claim is not Claim.PROVED for part in loops)
    kinds = [part.kind if isinstance(part, LoopFact) else "sequential" for part in facts
             if isinstance(part, LoopFact | For)]  # fmt: skip
    return replace(
        fact,
        kind="; ".join(dict.fromkeys(kinds)),
        parallel=True,
        claim=Claim.GUARDED if guarded else Claim.PROVED,
        roles=(),
        guards=parts.guards,
        reasons=(),
        floating=any(part.floating for part in loops),
        parts=tuple(facts),
        only_if=parts.only_if,
    )
