"""Whether iterations of a loop conflict in memory: every pair of accesses, one of them a write, is looked at.

Pairs behind one base go to the dependence test; pairs behind different bases to aliasing, and where that cannot tell,
the extents of both are made a guard.  What is left is a reason why the loop stays sequential.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from unseq.frontend.analysis import bits, permutation, sides, solver, terms
from unseq.frontend.analysis.accesses import Accesses
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.aliasing import Object, name_of, relation
from unseq.frontend.analysis.buffering import buffered
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.extents import Bounds, joined
from unseq.frontend.analysis.paths import SIZE, Path, may_meet, path
from unseq.frontend.analysis.regions import Kind, is_pointer_like, leads
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Apart, Buffered, Disjoint, Distinct, Guard, Holds, NonDecreasing, Packed
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import AddressOf, Cast, Expr, Index, Member, Method, Ref, Symbol
from unseq.frontend.slotted import dataclass

MAX_PAIRS = 3000
PAIR_COSTS = 2  # of the effort for one loop

Span = tuple[Expr, Expr]  # first element, one past the last


@dataclass(slots=True)
class _Group:
    """Accesses whose paths start at one base."""

    object: Object
    members: list[tuple[Access, Path]] = field(default_factory=list)

    @property
    def written(self) -> bool:
        return any(a.is_write for a, _ in self.members)


class Memory:
    """The memory accesses of one loop. ``covered`` maps accesses (by identity) to the number of the role that makes
    their order immaterial; ``spans`` gives the elements that such a role touches, where the subscripts don't.
    ``skip``: variables that each iteration has for itself; ``owned``: pointers to memory that it has for itself.
    ``known``: what was found out about the same loop with other roles."""

    def __init__(
        self,
        context: LoopContext,
        effects: Effects,
        covered: Mapping[int, int],
        spans: Mapping[int, Span],
        skip: frozenset[Symbol],
        noalias: bool,
        known: Accesses | None = None,
        owned: frozenset[Symbol] = frozenset(),
    ) -> None:
        self.context = context
        self.effects = effects
        self.covered = covered
        self.spans = dict(spans)
        self.noalias = noalias
        self.guards: list[Guard] = []
        self.conflicts: list[Conflict] = []
        self.copies: list[Buffered] = []
        self.packed: list[Packed] = []
        self._known: set[Guard] = set()  # the guards again, to be found fast
        self._extents: dict[int, Extent | None] = {}
        self.found = known if known is not None else Accesses(context, effects)
        self.is_fixed = self.found.is_fixed
        self.side = self.found.side
        self.groups = self._groups(skip, owned)

    def _groups(self, skip: frozenset[Symbol], owned: frozenset[Symbol]) -> list[_Group]:
        found: dict[tuple[Expr, bool], _Group] = {}
        types: dict[tuple[Expr, bool], set[t.Type]] = {}
        seen: set[tuple[object, ...]] = set()
        for access in self.context.accesses:
            where = path(access.resolved)
            if self._is_private(where, access, owned if where.behind else skip):
                continue
            mark = (access.resolved, access.is_write, access.whole, access.nests, access.tests,
                    self.covered.get(id(access)))  # fmt: skip
            if mark in seen:
                continue
            seen.add(mark)
            key = (where.base, where.behind)
            types.setdefault(key, set()).add(_accessed(access))
            if key not in found:
                found[key] = _Group(Object(where.base, access.resolved, frozenset(), where.behind))
            found[key].members.append((access, where))
        for key, group in found.items():
            group.object = Object(group.object.base, group.object.place, frozenset(types[key]), group.object.behind)
        return list(found.values())

    def _is_private(self, where: Path, access: Access, skip: frozenset[Symbol]) -> bool:
        base = where.base
        own = isinstance(base, Ref) and not isinstance(base.symbol.type, t.Reference)
        if own and isinstance(base, Ref) and (
            base.symbol in skip or (not where.behind and base.symbol in self.context.declared)
        ):
            return True
        regions = self.effects.points_to.of_place(access.resolved)
        span = self.context.loop.span
        return bool(regions) and all(r.kind is Kind.FRESH and span.start < r.site <= span.end for r in regions)

    def check(self, first_only: bool = False) -> None:
        """Looks at every pair; fills ``guards`` and ``conflicts``. ``first_only``: what comes after the first base
        with a conflict is of no interest."""
        self.check_within((lambda _: True) if first_only else None)
        self.check_between(lambda: first_only)

    def check_within(self, stop: Callable[[Conflict], bool] | None = None) -> None:
        """The same for pairs behind one base only. ``stop``: what comes after a base with such a conflict is of no
        interest, nor is the order in which bases are looked at."""
        written = [group for group in self.groups if group.written]
        if stop is not None:
            written.sort(key=self._is_moving, reverse=True)
        for group in written:
            before = len(self.conflicts)
            self._within(group)
            if stop is not None and any(map(stop, self.conflicts[before:])):
                return

    def check_between(self, enough: Callable[[], bool]) -> None:
        """The same for pairs behind different bases. ``enough``: whether the conflicts so far will do."""
        if self.conflicts and enough():
            return
        pairs = 0
        for k, group in enumerate(self.groups):
            for other in self.groups[k + 1 :]:
                if not group.written and not other.written:
                    continue
                pairs += 1
                if pairs > MAX_PAIRS or solver.is_exhausted():
                    self.conflicts.append(Conflict("large", group.members[0][0], other.members[0][0]))
                    return
                before = len(self.conflicts)
                self._between(group, other)
                if len(self.conflicts) > before and enough():
                    return

    # --- one base ----------------------------------------------------------------------------------------------

    def _within(self, group: _Group) -> None:
        writes = [m for m in group.members if m[0].is_write]
        base = group.object.base
        if self._is_moving(group):
            first = writes[0][0]
            second = next((a for a, _ in group.members if a is not first), first)
            self.conflicts.append(Conflict("moving", first, second))
            return
        collide = bits.collide(self.context, [a for a, _ in group.members], self.is_fixed)
        if collide:
            write = next(a for a, _ in writes if bits.bit(a.resolved) is not None)
            self.conflicts.append(Conflict("packed", write, write))
            return
        if collide is None:
            self.packed.append(Packed(base))
        before = len(self.conflicts)
        self._pairs(group, writes)
        if len(self.conflicts) > before and all(c.kind == "meet" for c in self.conflicts[before:]):
            unique = permutation.guards(self.context, base, group.members, self.is_fixed)
            if unique is not None:
                del self.conflicts[before:]
                self.add(unique[0])
                for access, _ in group.members:
                    self.spans[id(access)] = (terms.ZERO, unique[1])
                return
            copied = buffered(self.context, base, group.members, self.conflicts[before:], self.is_fixed)
            if copied is not None:
                del self.conflicts[before:]
                self.copies.append(copied[0])
                self.add(copied[1])

    def _is_moving(self, group: _Group) -> bool:
        base = group.object.base
        return not self.is_fixed(base) and not (isinstance(base, Ref) and not group.object.behind)

    def _pairs(self, group: _Group, writes: list[tuple[Access, Path]]) -> None:
        count = 0
        for n, (access, where) in enumerate(writes):
            for other, there in group.members:
                if other.is_write and any(other is w for w, _ in writes[:n]):
                    continue
                mine, yours = self.covered.get(id(access)), self.covered.get(id(other))
                if (mine is not None and mine == yours) or not may_meet(where, there):
                    continue
                count += 1
                if count > MAX_PAIRS or not solver.spend(PAIR_COSTS):
                    self.conflicts.append(Conflict("large", access, other))
                    return
                self.pair(access, where, other, there)

    def pair(self, access: Access, where: Path, other: Access, there: Path) -> None:
        """Looks at one pair of accesses behind one base."""
        found, guards = self.found.meet(access, where, other, there)
        if found is None:
            self.add(guards)
        else:
            self.conflicts.append(Conflict("meet", access, other, found.distance, found.forward, found.why))

    def add(self, guards: list[Guard]) -> None:
        """Asks for more guards."""
        for guard in guards:
            if isinstance(guard, NonDecreasing):
                for k, known in enumerate(self.guards):
                    if isinstance(known, NonDecreasing) and (both := joined(known, guard)) is not None:
                        self.guards[k] = guard = both
                        self._known = set(self.guards)
            if guard not in self._known:
                self.guards.append(guard)
                self._known.add(guard)

    # --- two bases ---------------------------------------------------------------------------------------------

    def _between(self, left: _Group, right: _Group) -> None:
        found = relation(left.object, right.object, self.effects.points_to, self.noalias)
        if not found.possible:
            return
        writer, other = (left, right) if left.written else (right, left)
        if found.whole:
            self.add([Distinct(left.object.base, right.object.base)])
            return
        outside = self._outside(left.object.base, right.object.base) if found.element else None
        if outside is not None:
            self.add([outside])
            return
        if found.why:
            self._alias(writer, other, found.why)
            return
        if any(bits.bit(access.resolved) is not None for access, _ in (*left.members, *right.members)):
            self._alias(writer, other, "elements of std::vector<bool> have no addresses to compare")
            return
        extents = [self._extent(group) for group in (left, right)]
        if extents[0] is None or extents[1] is None:
            unknown, known = (left, extents[1]) if extents[0] is None else (right, extents[0])
            guards = self._apart(unknown, known) if known is not None else None
            if guards is not None:
                self.add(guards)
                return
            self._alias(
                writer, other, f"which elements of {name_of(unknown.object.base)} are used is only known in the loop"
            )
            return
        self.add([Disjoint(extents[0], extents[1])])

    def _outside(self, left: Expr, right: Expr) -> Disjoint | None:
        """The guard that one container is no element of the other."""
        for outer, inner in ((left, right), (right, left)):
            kind = t.strip(outer.type)
            direct = isinstance(kind, t.Library) and kind.name == "vector" and kind.args[:1] == (t.strip(inner.type),)
            if direct and self.is_fixed(Member(outer, SIZE, t.SIZE)):
                size = Method(outer, "size", (), t.SIZE)
                whole = AddressOf(inner, t.Pointer(t.strip(inner.type)))
                return Disjoint(Extent(whole, terms.ZERO, terms.ONE), Extent(outer, terms.ZERO, size))
        return None

    def _apart(self, group: _Group, extent: Extent) -> list[Guard] | None:
        """Guards for elements that are reached through index arrays, one each; None if some are reached otherwise."""
        base = group.object.base
        if not self.is_fixed(base) or not group.object.behind or not leads(base):
            return None
        guards: list[Guard] = []
        for access, where in group.members:
            side = self.side(access, where)
            ends = self.spans.get(id(access)) or self.ends(where, side, guards)
            if ends is not None:
                guards.append(Disjoint(extent, Extent(base, *ends)))
                continue
            load = where.steps[0] if where.steps else None
            while isinstance(load, Cast):
                load = load.operand
            if not isinstance(load, Index) or any(
                path(write.resolved).base == path(load).base for write in self.found.writes
            ):
                return None
            if access.tests or self.context.exits:
                return None  # the guard would read indices that the loop may never look at
            bounds = Bounds(side.nests, self.is_fixed)
            low, high = bounds.of(load.index, False), bounds.of(load.index, True)
            if low is None or high is None or not self.is_fixed(load.base):
                return None
            for nest in side.nests:
                ends_of = (nest.first, nest.last)
                if all(e is not None and self.is_fixed(e) for e in ends_of) and nest.first and nest.last:
                    guards.append(Holds(terms.compare("<=", nest.first, nest.last)))
            guards += [*bounds.assumed, Apart(extent, base, load.base, low, terms.add(high, terms.ONE))]
        return guards

    def _alias(self, writer: _Group, other: _Group, why: str) -> None:
        write = next(a for a, _ in writer.members if a.is_write)
        self.conflicts.append(Conflict("alias", write, other.members[0][0], why=why))

    def _extent(self, group: _Group) -> Extent | None:
        """All elements that the loop may access behind a base; adds the guards that they rest on."""
        if id(group) not in self._extents:
            assumed: list[Guard] = []
            self._extents[id(group)] = self._new_extent(group, assumed)
            self.add(assumed)
        return self._extents[id(group)]

    def extent_of(self, symbol: Symbol) -> Extent | None:
        """All elements that the loop may access behind a pointer, if that is known without guards."""
        assumed: list[Guard] = []
        groups = [g for g in self.groups if isinstance(g.object.base, Ref) and g.object.base.symbol == symbol]
        found = self._new_extent(groups[0], assumed) if len(groups) == 1 else None
        return found if not assumed else None

    def _new_extent(self, group: _Group, assumed: list[Guard]) -> Extent | None:
        base = group.object.base
        if not group.object.behind and isinstance(base, Ref) and not _has_elements(base.type):
            return Extent(AddressOf(base, t.Pointer(base.type)), terms.ZERO, terms.ONE)
        if not self.is_fixed(base):
            return None
        if not group.object.behind and not _has_elements(base.type):
            return Extent(AddressOf(base, t.Pointer(base.type)), terms.ZERO, terms.ONE)
        lows: list[tuple[Expr, sides.Side]] = []
        highs: list[tuple[Expr, sides.Side]] = []
        for access, where in group.members:
            side = self.side(access, where)
            ends = self.spans.get(id(access)) or self.ends(where, side, assumed)
            if ends is None:
                assumed.clear()
                return None
            lows.append((ends[0], side))
            highs.append((ends[1], side))
        return Extent(base, sides.outermost(lows, False), sides.outermost(highs, True))

    def ends(self, where: Path, side: sides.Side, assumed: list[Guard]) -> Span | None:
        """The first element that an access may touch and one past the last; adds the guards that they rest on."""
        if not where.steps or isinstance(where.steps[0], str):
            return None
        subscript = where.steps[0]
        return side.known.ask(("ends", subscript), assumed, lambda guards: self._new_ends(subscript, side, guards))

    def _new_ends(self, subscript: Expr, side: sides.Side, assumed: list[Guard]) -> Span | None:
        bounds = Bounds(side.nests, self.is_fixed, prove=side.bounds.prove)
        p = polynomial(subscript)
        for obligation in p.obligations if p is not None else ():
            if not obligation.wide and sides.in_range(obligation.value, obligation.low, obligation.high, side, assumed):
                subscript = p.bare().expression() if p is not None else subscript
        low, high = bounds.of(subscript, False), bounds.of(subscript, True)
        if low is None or high is None:
            return None
        if any(isinstance(g, NonDecreasing) for g in bounds.assumed) and (side.access.tests or self.context.exits):
            return None  # the guard would read offsets that the loop may never look at
        assumed.extend(g for g in bounds.assumed if g not in assumed)
        return low, terms.add(high, terms.ONE)


def _has_elements(type_: t.Type) -> bool:
    type_ = t.strip(type_)
    return (
        is_pointer_like(type_)
        or isinstance(type_, t.Array)
        or (isinstance(type_, t.Library) and t.element_type(type_) is not None)
    )


def _accessed(access: Access) -> t.Type:
    return t.VOID if access.whole else access.resolved.type
