"""Sequential loops as several loops, one after the other, of which some are parallel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from unseq.frontend.analysis import splitting
from unseq.frontend.analysis.splitting import Parts
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import Claim, LoopFact
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, Function, Loop, Stmt

Look = Callable[[Loop, Block], LoopFact | None]


def in_parts(fact: LoopFact, study: Study, function: Function, look: Look) -> LoopFact | None:
    """The first way to cut a loop into parts that pays; ``look`` finds out whether a loop is parallel in a changed
    body."""
    for parts in _ways(study):
        found = _judged(fact, parts, function, look)
        if found is not None:
            return found
    return None


def _ways(study: Study) -> Iterator[Parts]:
    if study.memory is not None:
        yield from splitting.candidates(study.context, study.memory)


def _judged(fact: LoopFact, parts: Parts, function: Function, look: Look) -> LoopFact | None:
    def one(statement: Stmt) -> tuple[Stmt, ...]:
        return parts.statements if statement is fact.loop else (statement,)

    body = walk.splice(function.body, one)
    facts: list[Stmt | LoopFact] = []
    for part in parts.statements:
        found = look(part, body) if isinstance(part, walk.LOOPS) else part
        if found is None:
            return None
        facts.append(found)
    loops = [part for part in facts if isinstance(part, LoopFact)]
    guarded = any(part.claim is not Claim.PROVED for part in loops)
    return replace(
        fact,
        kind="; ".join(dict.fromkeys(part.kind for part in loops)),
        parallel=True,
        claim=Claim.GUARDED if guarded else Claim.PROVED,
        roles=(),
        guards=(),
        reasons=(),
        floating=any(part.floating for part in loops),
        parts=tuple(facts),
        only_if=parts.only_if,
    )
