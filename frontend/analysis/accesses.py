"""What is found out about the accesses of one loop, whatever roles its variables have: what is fixed while the loop
runs, what holds at an access, and which pairs behind one base meet. Everything is found once.
"""

from __future__ import annotations

from dataclasses import replace

from unseq.frontend.analysis import dependence, sides
from unseq.frontend.analysis.aliasing import may_change
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.dependence import Dependence
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.paths import Path, loads
from unseq.frontend.facts import Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, Ref, Symbol

TRACKED = (t.Int, t.Bool, t.Pointer)


class Accesses:
    """The accesses of one loop; pairs and sides are known by the identity of accesses."""

    def __init__(self, context: LoopContext, effects: Effects) -> None:
        self.context = context
        self.effects = effects
        self.writes = [a for a in context.accesses if a.is_write]
        self._fixed: dict[Expr, bool] = {}
        self._sides: dict[tuple[int, bool], sides.Side] = {}
        self._places: dict[tuple[tuple[int, ...], tuple[int, ...], bool], sides.Side] = {}
        self._pairs: dict[tuple[int, int], tuple[Dependence | None, list[Guard]]] = {}
        positions = {context.nest.position, *(n.position for a in context.accesses for n in a.nests)}
        self._varying = positions | context.declared
        self._varying |= {s for s in context.assigned if not isinstance(s.type, TRACKED) or self._is_visible(s)}

    def _is_visible(self, symbol: Symbol) -> bool:
        from_outside = symbol in self.effects.points_to.address_taken
        return from_outside or symbol.storage.value == "global"

    def is_fixed(self, e: Expr) -> bool:
        """Whether a resolved expression has one value while the loop runs."""
        found = self._fixed.get(e)
        if found is None:
            found = self._fixed[e] = self._is_fixed(e)
        return found

    def _is_fixed(self, e: Expr) -> bool:
        for node in walk.walk(e):
            if isinstance(node, Ref) and (node.symbol in self._varying or node.symbol.uid < 0):
                return False
        return not any(may_change(write, load) for load in loads(e) for write in self.writes)

    def side(self, access: Access, where: Path, guarded: bool = False) -> sides.Side:
        """An access with what holds where it is executed; ``guarded``: also what is known only under a guard."""
        found = self._sides.get((id(access), guarded))
        if found is None:
            key = (tuple(map(id, access.nests)), tuple(map(id, access.tests)), guarded)
            same = self._places.get(key)
            if same is None and guarded and not (plain := self.side(access, where)).lacks:
                same = self._places[key] = plain
            if same is None:
                same = self._places[key] = sides.side(access, where, self.context, self.is_fixed, guarded)
            found = self._sides[(id(access), guarded)] = replace(same, access=access, path=where)
        return found

    def meet(self, access: Access, where: Path, other: Access, there: Path) -> tuple[Dependence | None, list[Guard]]:
        """Whether the two may meet in different iterations; if not, under which guards."""
        key = id(access), id(other)
        known = self._pairs.get(key)
        if known is None:
            known = self._pairs[key] = self._meet(access, where, other, there)
        return known

    def _meet(self, access: Access, where: Path, other: Access, there: Path) -> tuple[Dependence | None, list[Guard]]:
        found: Dependence | None = None
        for guarded in (False, True):
            left = self.side(access, where, guarded)
            right = self.side(other, there, guarded)
            if guarded and not left.needs and not right.needs:
                break
            assumed: list[Guard] = [*left.needs, *right.needs]
            result = dependence.test(left, right, assumed)
            if result is None:
                return None, assumed
            found = result if found is None else found
        return found, []
