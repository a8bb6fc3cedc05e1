"""Loop nests whose iterations depend on earlier rows and columns only: blocks of them can run along anti-diagonals.

Looks at a loop that is sequential because of memory, with one loop directly inside that is not independent either.
What stands in front of the inner loop belongs to the first column, what stands behind it to the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.accesses import Accesses
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.diagonal import Grain, Part, never
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.paths import Path, loads, path
from unseq.frontend.facts import ArrayAccumulator, Buffered, Diagonal, Guard, Holds, Induction, Private, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import AddressOf, Assign, Call, Declare, Expr, For, Lambda, Method, Ref, Stmt, Symbol
from unseq.frontend.slotted import dataclass

MAX_SKEW = 2


@dataclass(frozen=True, slots=True)
class Study:
    """What is known of one loop: its context, the roles of what it carries, the guards of its iteration space,
    whether a subscript may throw, and its accesses with their conflicts."""

    context: LoopContext
    roles: tuple[Role, ...]
    guards: tuple[Guard, ...] = ()
    throws: bool = False
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The role of a nest, and the guards that it takes."""

    role: Diagonal
    privates: tuple[Private, ...]
    guards: tuple[Guard, ...]


@dataclass(slots=True)
class _Rows:
    """A row of the nest: statements in front of the inner loop and behind it."""

    before: tuple[Stmt, ...]
    inner: For
    after: tuple[Stmt, ...]
    owners: dict[int, Part] = field(default_factory=dict)

    def part(self, access: Access) -> Part:
        """Where an access stands."""
        if any(nest.loop is self.inner for nest in access.nests[:1]):
            return Part.INSIDE
        return self.owners.get(id(access.statement), Part.ANYWHERE)


def inner_loop(loop: For) -> For | None:
    """The one loop directly inside."""
    found = [s for s in loop.body.statements if isinstance(s, walk.LOOPS)]
    return found[0] if len(found) == 1 and isinstance(found[0], For) else None


def find(outer: Study, inner: Study, effects: Effects, noalias: bool) -> Found | None:
    """The nest as blocks along diagonals, or None."""
    loop, inside = outer.context.loop, inner.context.loop
    if not (isinstance(loop, For) and isinstance(inside, For) and _is_counted(outer) and _is_counted(inner)):
        return None
    rows = _rows(loop, inside)
    if rows is None or outer.context.obstacles or outer.throws or not _closed(outer, inner, rows):
        return None
    repeated = _repeated(outer.context, rows)
    if repeated is None:
        return None
    privates = tuple(role for role in outer.roles if isinstance(role, Private))
    skip = frozenset(p.symbol for p in privates) - effects.points_to.address_taken
    if outer.memory is None or any(conflict.kind != "meet" for conflict in outer.memory.conflicts):
        return None
    for skew in range(MAX_SKEW + 1):
        grain = Grain(inside, skew, rows.part)
        memory = _Diagonals(outer.context, effects, skip, noalias, grain, outer.memory.found)
        memory.check_known(outer.memory.conflicts)
        if not memory.conflicts:
            memory.check(first_only=True)
        if memory.conflicts or memory.copies:
            if not memory.against:
                return None  # skewing will not help
            continue
        ends = _ends(outer.context, inner.context, memory)
        if ends is None:
            return None
        iteration = inner.context.iteration
        assert iteration is not None
        role = Diagonal(inside, iteration, *ends[0], skew, repeated)
        return Found(role, privates, tuple(dict.fromkeys([*outer.guards, *memory.guards, *ends[1]])))
    return None


class _Diagonals(Memory):
    """The memory accesses of a nest: pairs that meet with the grain are no conflict."""

    def __init__(
        self,
        context: LoopContext,
        effects: Effects,
        skip: frozenset[Symbol],
        noalias: bool,
        grain: Grain,
        known: Accesses,
    ) -> None:
        super().__init__(context, effects, {}, {}, skip, noalias, known)
        self.grain = grain
        self.against = False

    def check_known(self, conflicts: Sequence[Conflict]) -> None:
        """Looks at the pairs first that are known to meet: up to the one that meets against the grain."""
        for conflict in conflicts:
            self.pair(conflict.write, path(conflict.write.resolved), conflict.other, path(conflict.other.resolved))
            if self.conflicts:
                return

    def pair(self, access: Access, where: Path, other: Access, there: Path) -> None:
        known = len(self.conflicts)
        super().pair(access, where, other, there)
        if len(self.conflicts) == known:
            return
        for guarded in (False, True):
            left, right = self.side(access, where, guarded), self.side(other, there, guarded)
            assumed: list[Guard] = [*left.needs, *right.needs]
            if never(left, right, self.grain, assumed):
                self.conflicts.pop()
                self.add(assumed)
                return
        self.against = True


def _is_counted(study: Study) -> bool:
    """Whether a loop runs over the values of its own variable, one by one."""
    iteration = study.context.iteration
    if iteration is None or iteration.symbol is None or abs(iteration.step) != 1 or study.context.exits:
        return False
    return isinstance(iteration.symbol.type, t.Int) and study.context.nest.position == iteration.symbol


def _rows(loop: For, inner: For) -> _Rows | None:
    statements = loop.body.statements
    at = next((k for k, s in enumerate(statements) if s is inner), None)
    if at is None or any(isinstance(node, walk.LOOPS) for s in (*statements[:at], *statements[at + 1 :])
                         for node in walk.walk(s)):  # fmt: skip
        return None
    rows = _Rows(statements[:at], inner, statements[at + 1 :])
    for part, group in ((Part.BEFORE, rows.before), (Part.AFTER, rows.after)):
        for statement in group:
            rows.owners |= {id(s): part for s in walk.statements(statement)}
            rows.owners[id(statement)] = part
    return rows


def _closed(outer: Study, inner: Study, rows: _Rows) -> bool:
    """Whether no variable carries a value from row to row or from column to column."""
    for study in (outer, inner):
        private = {role.symbol for role in study.roles if isinstance(role, Private) and not role.last}
        if study.context.carried - private or inner.guards:
            return False
        others = [r for r in study.roles if not isinstance(r, Private | ArrayAccumulator | Buffered)]
        if any(not (isinstance(r, Induction) and r.symbol == study.context.main) for r in others):
            return False
    private = {role.symbol for role in outer.roles if isinstance(role, Private)}
    regions = [_used(rows.before), walk.used_symbols(rows.inner), _used(rows.after)]
    return not any(sum(symbol in region for region in regions) > 1 for symbol in private)


def _used(statements: tuple[Stmt, ...]) -> frozenset[Symbol]:
    return frozenset().union(*(walk.used_symbols(s) for s in statements))


def _repeated(context: LoopContext, rows: _Rows) -> tuple[Stmt, ...] | None:
    """The declarations in front of the inner loop that it needs, which every block can make again; None if one of
    them depends on when it is made."""
    needed = walk.used_symbols(rows.inner) | _used(rows.after)
    changed = {n.place.symbol for n in walk.walk(context.loop) if isinstance(n, Assign) and isinstance(n.place, Ref)}
    found: list[Stmt] = []
    for statement in reversed(rows.before):
        declared = walk.declared_symbols(statement) & needed
        if not declared:
            continue
        if not isinstance(statement, Declare) or statement.value is None or not _is_stable(context, statement):
            return None
        if statement.symbol in changed and not isinstance(statement.symbol.type, t.Reference):
            return None
        found.append(statement)
        needed |= walk.used_symbols(statement)
    return tuple(reversed(found))


def _is_stable(context: LoopContext, statement: Declare) -> bool:
    """Whether a declaration gives the same value whenever it is made in a row."""
    value = statement.value
    assert value is not None
    type_ = statement.symbol.type
    bound = isinstance(type_, t.Reference)
    if not bound and not isinstance(type_, t.Int | t.Bool | t.Float | t.Pointer):
        return False
    for node in walk.walk(value):
        if isinstance(node, Lambda) or (isinstance(node, Call) and node.name not in context.pure):
            return False
        if isinstance(node, Method):
            return False
        if isinstance(node, Ref) and node.symbol in context.carried:
            return False
    read = loads(AddressOf(value, t.Pointer(value.type)) if bound and walk.is_place(value) else value)
    roots = [walk.root(load) for load in read]
    return not context.unknown_writes and all(root is not None and root not in context.written_roots for root in roots)


def _ends(
    outer: LoopContext, inner: LoopContext, memory: Memory
) -> tuple[tuple[Expr, Expr], list[Guard]] | None:
    """The columns of all rows, ``[low, high)``, as expressions at loop entry."""
    nest = next((n for a in outer.accesses for n in a.nests[:1] if n.loop is inner.loop), None)
    if nest is None or nest.first is None or nest.last is None:
        return None
    bounds = Bounds((outer.nest,), memory.is_fixed)
    low, high = bounds.of(nest.first, False), bounds.of(nest.last, True)
    if low is None or high is None or not all(isinstance(g, Holds) for g in bounds.assumed):
        return None
    return (low, terms.add(high, terms.ONE)), bounds.assumed
