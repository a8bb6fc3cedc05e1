"""Sequential loops that become parallel together with the loop inside them.

Asked after every loop was looked at by itself: a loop whose inner loop is independent stays as it is, for its inner
loop is the better one to run in parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from unseq.frontend.analysis import solver, wavefront
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import Claim, LoopFact, Prefix, Recurrence
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, For, Loop

# What the driver says of a loop: the loop, the one around it, what is known in the loops around, what the loops carry.
Look = Callable[[FunctionAnalysis, Loop, int, dict[int, tuple[Expr, ...]], dict[int, Study]], LoopFact]


def with_wavefronts(
    loops: list[LoopFact], studies: Mapping[int, Study], effects: Effects, noalias: bool
) -> list[LoopFact]:
    """The facts, with the nests that can run along anti-diagonals; of three loops the inner two."""
    by_id = {fact.loop.id: fact for fact in loops}
    for fact in reversed(loops):
        found = _wavefront(fact, by_id, studies, effects, noalias)
        if found is not None:
            by_id[fact.loop.id] = found
    return [by_id[fact.loop.id] for fact in loops]


def in_plainer_form(
    loops: list[LoopFact], plain: FunctionAnalysis, look: Look, noalias: bool
) -> list[LoopFact]:
    """The facts, with the nests that can run along anti-diagonals once their loops have plainer form."""
    sequential = {fact.loop.id for fact in loops if not fact.parallel}
    outer = {fact.loop.id: fact for fact in loops if not fact.parallel and _holds(fact.loop, sequential)}
    forms = {loop.id: loop for loop in walk.loops(plain.function)}
    wanted = {id_ for id_, fact in outer.items() if id_ in forms and forms[id_] is not fact.loop}
    if not wanted:
        return loops
    studies: dict[int, Study] = {}
    inside: dict[int, tuple[Expr, ...]] = {-2: ()}
    found: list[LoopFact] = []
    for loop in forms.values():
        parent = next((o.loop.id for o in reversed(found) if any(n is loop for n in walk.walk(o.loop))), -1)
        found.append(look(plain, loop, parent, inside, studies))
    better = {f.loop.id: f for f in with_wavefronts(found, studies, plain.effects, noalias) if f.kind == "wavefront"}
    return [replace(better[f.loop.id], parent=f.parent, original=f.loop) if f.loop.id in wanted & set(better) else f
            for f in loops]  # fmt: skip


def _holds(loop: Loop, ids: Collection[int]) -> bool:
    return any(inner.id in ids for inner in walk.loops(loop.body))


def _wavefront(
    fact: LoopFact, others: Mapping[int, LoopFact], studies: Mapping[int, Study], effects: Effects, noalias: bool
) -> LoopFact | None:
    if fact.parallel or not isinstance(fact.loop, For):
        return None
    inner = wavefront.inner_loop(fact.loop)
    inside = others.get(inner.id) if inner is not None else None
    if inner is None or inside is None or fact.loop.id not in studies or inner.id not in studies:
        return None
    if inside.parallel and not any(isinstance(role, Prefix | Recurrence) for role in inside.roles):
        return None
    solver.begin()
    found = wavefront.find(studies[fact.loop.id], studies[inner.id], effects, noalias)
    if found is None or solver.is_exhausted():
        return None
    return replace(
        fact,
        kind="wavefront",
        parallel=True,
        claim=Claim.GUARDED if found.guards else Claim.PROVED,
        roles=(*found.privates, found.role),
        guards=found.guards,
        reasons=(),
        floating=False,
    )
