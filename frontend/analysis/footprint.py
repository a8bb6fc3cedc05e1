"""What a loop touches in memory, array by array: which elements, and whether they are read, written or both.

For whoever moves data to where the loop runs. Elements are told as ranges at loop entry; a range that only may be
touched as a whole is told apart from one that surely is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unseq.frontend.analysis import coverage, terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.build import FunctionAnalysis, context_of
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.extents import Bounds
from unseq.frontend.analysis.library import SIZE_METHODS
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.paths import SIZE, Path, path
from unseq.frontend.analysis.sides import Side, outermost
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.analysis.values import TooLarge
from unseq.frontend.extent import Section, Subscripts
from unseq.frontend.facts import Append, ArgBest, Guard, Holds, LoopFact, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, Function, Index, Member, Method, Ref, Symbol
from unseq.frontend.source import Unsupported


def sections(function: Function, fact: LoopFact) -> tuple[tuple[Section, ...], tuple[Guard, ...]]:
    """The arrays that a loop touches, and the guards that the ranges rest on.

    Raises ``Unsupported`` for memory of which it is not known how much of it the loop touches."""
    analysis = FunctionAnalysis(function)
    loop = fact.loop if fact.original is None else fact.original
    try:
        context, _, _ = context_of(analysis, loop)
    except TooLarge as error:
        raise Unsupported(loop.span, "the loop is too large to analyse", "split it into smaller functions") from error
    roles = list(fact.roles)
    covered = coverage.covered(roles, context.accesses)
    spans = coverage.spans(roles, context, covered)
    spans |= _of_best(context, roles)
    counters = {k: r.counter for k, r in enumerate(roles) if isinstance(r, Append) and r.counter is not None}
    counted = {access: counters[role] for access, role in covered.items() if role in counters and access in spans}
    memory = Memory(context, analysis.effects, covered, spans, frozenset(), True)
    found: list[Section] = []
    guards: list[Guard] = []
    for group in memory.groups:
        base = group.object.base
        kept = [(a, p) for a, p in group.members if p.steps[:1] != (SIZE,)]
        if not kept or (isinstance(base, Ref) and not group.object.behind and not _holds_elements(base.type)):
            continue  # a variable is no array
        own = isinstance(base, Ref) and base.symbol in context.declared
        if own and not group.object.behind and not isinstance(base.symbol.type, t.Reference):  # type: ignore[union-attr]
            continue  # an array of the iteration's own
        found.append(_section(memory, context, base, kept, spans, counted, guards))
    return tuple(found), tuple(dict.fromkeys(guards))


def _of_best(context: LoopContext, roles: list[Role]) -> dict[int, tuple[Expr, Expr]]:
    """The elements that extrema are compared with by their position: that of loop entry, or one of the iterations."""
    positions = {s for role in roles if isinstance(role, ArgBest) and role.best is None for s in role.companions}
    found: dict[int, tuple[Expr, Expr]] = {}
    for access in context.accesses:
        index = uncast(access.place.index) if isinstance(access.place, Index) else None
        if isinstance(index, Ref) and index.symbol in positions:
            start = terms.ref(index.symbol)
            found[id(access)] = (start, terms.add(start, terms.ONE))
    return found


def _holds_elements(type_: t.Type) -> bool:
    type_ = t.strip(type_)
    return t.element_type(type_) is not None and not isinstance(type_, t.Pointer)


def _section(
    memory: Memory, context: LoopContext, base: Expr, members: list[tuple[Access, Path]],
    spans: dict[int, tuple[Expr, Expr]], counted: dict[int, Symbol], guards: list[Guard],
) -> Section:
    element = t.element_type(base.type)
    reads = any(a.is_read for a, _ in members)
    writes = any(a.is_write for a, _ in members)
    if element is None:
        raise Unsupported(members[0][0].place.span, "memory that is no array", "pass arrays by pointer or std::vector")
    type_ = t.strip(base.type)
    section = Section(base, element, reads=reads, writes=writes, members=all(map(_is_member, members)))
    if isinstance(type_, t.Array) and isinstance(type_.extent, int) and memory.is_fixed(base):
        own = _ends(memory, members, spans, guards)
        if own is not None and not context.exits and _is_touched(memory, members, own):
            return replace(section, low=own[0], high=own[1], fills=_fills(context, members))
        return section
    if isinstance(type_, t.Library):
        needed: list[Guard] = []
        own = _ends(memory, members, spans, needed)
        fills = own is not None and _fills_container(base, own) and _fills(context, members)
        guards += needed if fills else []
        return replace(section, fills=fills)
    if not memory.is_fixed(base):
        raise Unsupported(
            members[0][0].place.span, "a pointer that moves while the loop runs", "use subscripts of one pointer",
        )
    ends = _ends(memory, members, spans, guards)
    if ends is not None:
        counters = {counted.get(id(a)) for a, _ in members}
        counter = counters.pop() if len(counters) == 1 else None
        if counter is not None and not reads:
            return replace(section, low=ends[0], high=ends[1], fills=True, counter=terms.ref(counter))
        sure = not context.exits and _is_touched(memory, members, ends)
        return replace(section, low=ends[0], high=ends[1], sure=sure, fills=sure and _fills(context, members))
    through = _through(memory, members, guards)
    if through is None:
        raise Unsupported(
            members[0][0].place.span,
            "it is not known how many elements of the array are used",
            "pass the array as std::vector or std::span, which know their length",
        )
    return replace(section, through=through, sure=not context.exits and all(not a.tests for a, _ in members))


def _is_member(member: tuple[Access, Path]) -> bool:
    """Whether an access is of a number in an element."""
    access, where = member
    rest = where.steps[1:]
    return bool(rest) and all(isinstance(s, str) for s in rest) and t.is_arithmetic(access.resolved.type) and (
        not access.whole
    )


def _ends(
    memory: Memory, members: list[tuple[Access, Path]], spans: dict[int, tuple[Expr, Expr]], guards: list[Guard]
) -> tuple[Expr, Expr] | None:
    """The first element and the end of all that is touched."""
    assumed: list[Guard] = []
    lows: list[tuple[Expr, Side]] = []
    highs: list[tuple[Expr, Side]] = []
    for access, where in members:
        side = memory.side(access, where)
        ends = spans.get(id(access)) or memory.ends(where, side, assumed)
        if ends is None:
            return None
        lows.append((ends[0], side))
        highs.append((ends[1], side))
        assumed += _runs(memory, access)
    guards += assumed
    return outermost(lows, False), outermost(highs, True)


def _runs(memory: Memory, access: Access) -> Iterator[Guard]:
    """That the loops around an access run, as far as that is known before: what is never touched may be anywhere."""
    for nest in access.nests:
        first, last = nest.first, nest.last
        if first is not None and last is not None and memory.is_fixed(first) and memory.is_fixed(last):
            yield Holds(terms.compare("<=", first, last))


def _is_touched(memory: Memory, members: list[tuple[Access, Path]], ends: tuple[Expr, Expr]) -> bool:
    """Whether the accesses that no condition guards reach just as far."""
    certain = [(a, p) for a, p in members if not a.tests]
    own = _ends(memory, certain, {}, []) if certain else None
    return own is not None and all(_equal(x, y) for x, y in zip(own, ends, strict=True))


def _equal(a: Expr, b: Expr) -> bool:
    x, y = polynomial(a), polynomial(b)
    return a == b or (x is not None and y is not None and x.minus(y).constant == 0)


def _fills(context: LoopContext, members: list[tuple[Access, Path]]) -> bool:
    """Whether each iteration writes the element that its position names, and nothing is read: then all are written."""
    for access, where in members:
        if access.is_read or access.tests or access.nests or access.whole or len(where.steps) != 1:
            return False
        step = where.steps[0]
        p = polynomial(step) if not isinstance(step, str) else None
        symbol = context.nest.position
        moving = {key: factor for key, factor in p.bare().terms.items()
                  if any(symbol in walk.used_symbols(atom) for atom in key)} if p is not None else {}  # fmt: skip
        if list(moving) != [(Ref(symbol, symbol.type),)] or abs(*moving.values()) != 1 or context.exits:
            return False
    return len(members) == 1


def _fills_container(base: Expr, ends: tuple[Expr, Expr]) -> bool:
    """Whether a range is all of a container, as written."""
    low, high = terms.constant(ends[0]), uncast(ends[1])
    named = isinstance(high, Method) and high.name in SIZE_METHODS and high.object == base
    return low == 0 and (named or (isinstance(high, Member) and high.name == SIZE and high.base == base))


def _through(memory: Memory, members: list[tuple[Access, Path]], guards: list[Guard]) -> tuple[Subscripts, ...] | None:
    """The index arrays whose elements are the subscripts, each with the range of it that the loop looks at."""
    found: dict[Subscripts, None] = {}
    for access, where in members:
        step = where.steps[0] if where.steps else None
        load = uncast(step) if step is not None and not isinstance(step, str) else None
        side = memory.side(access, where)
        if isinstance(load, Index) and not isinstance(load.base.type, t.Library) and not memory.is_fixed(load.base):
            return None
        if not isinstance(load, Index) or any(path(w.resolved).base == path(load).base for w in memory.found.writes):
            return None
        bounds = Bounds(side.nests, memory.is_fixed)
        low, high = bounds.of(load.index, False), bounds.of(load.index, True)
        if low is None or high is None:
            return None
        guards += bounds.assumed
        found[Subscripts(load.base, low, terms.add(high, terms.ONE))] = None
    return tuple(found)
