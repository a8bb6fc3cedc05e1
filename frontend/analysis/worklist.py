"""Worklists: loops that take an item, look at what it leads to, and put behind the others what is new.

The loop is cut in two.  What an iteration does besides marking and pushing must be an ordinary parallel loop over the
waiting items (the driver's own verdict on a counted loop); marking and pushing must have the form of ``Discovery``.
Then a batch of items in the order of the queue, where of those that reach a vertex the first one marks it, does what
the loop does.  For a stack the order differs, so nothing may depend on which item reaches a vertex.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from unseq.frontend.analysis import discovery, guarded, item_reads, marks, normal, terms
from unseq.frontend.analysis.build import FunctionAnalysis, context_of
from unseq.frontend.analysis.explain import Conflict
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.obstruction import diagnostics
from unseq.frontend.analysis.values import TooLarge
from unseq.frontend.analysis.waiting import is_ref, of_loop
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Accumulator, Claim, Guard, Induction, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Declare,
    Expr,
    For,
    Function,
    If,
    Index,
    Loop,
    Ref,
    Stmt,
    Storage,
    Symbol,
    While,
)
from unseq.frontend.irregular import Frontier, Keeping, Waiting
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE, Diagnostic

Judge = Callable[[Function, Loop], LoopFact]
_NUMBER = 900_000_000  # uids of the symbols made here lie above this


@dataclass(slots=True)
class _Search:
    """What is known of one worklist so far."""

    analysis: FunctionAnalysis
    loop: Loop
    waiting: Waiting
    body: Block
    found: discovery.Found
    reasons: list[Diagnostic] = field(default_factory=list)
    reads: tuple[Extent, ...] | None = None  # what must be checked not to overlap what is written
    checked: bool = False  # something is asked at run time

    @property
    def bases(self) -> tuple[Expr, ...]:
        """The arrays that discoveries write."""
        places = [w.place for d in self.found.discoveries for w in d.writes]
        return tuple(dict.fromkeys(p.base for p in places if isinstance(p, Index)))


def find(analysis: FunctionAnalysis, fact: LoopFact, judge: Judge, noalias: bool) -> LoopFact | None:
    """The fact of a loop that is a worklist, parallel or with the reasons why not; None if it is none."""
    loop = fact.loop
    waiting = of_loop(loop)
    if waiting is None or not isinstance(loop, While | For):
        return None
    found = _found(analysis, fact, waiting, guarded.body(loop.body), judge, noalias)
    if found is not None and found.parallel:
        return found
    effects = analysis.effects
    plain = normal.plain_loop(loop, analysis.function, effects.functions, effects.lambdas, analysis.pure)
    again = _found(analysis, fact, waiting, plain, judge, noalias) if plain is not loop.body else None
    return again if again is not None and again.parallel else found


def _found(
    analysis: FunctionAnalysis, fact: LoopFact, waiting: Waiting, whole: Block, judge: Judge, noalias: bool
) -> LoopFact | None:
    """As ``find``, with the loop's body in a form that means the same."""
    loop = fact.loop
    taken = {id(s) for s in (waiting.binding, *waiting.taking)}
    body = Block(tuple(s for s in whole.statements if id(s) not in taken))
    if len(whole.statements) - len(body.statements) != len(taken):
        return None
    found = discovery.collect(body, waiting)
    if isinstance(found, Diagnostic):
        return replace(fact, reasons=(found,))
    if not found.discoveries:
        return None
    search = _Search(analysis, loop, waiting, body, found)
    counted = judge(*_counted(search, discovery.without(body, found)))
    judged = [_sum(r, body) if isinstance(r, Induction) else r for r in counted.roles]
    roles = tuple(r for r in judged if isinstance(r, Accumulator | Private))
    search.reasons += counted.reasons
    if not counted.reasons and (len(roles) != len(counted.roles) or any(_keeps(r) for r in roles)):
        what = "an iteration leaves more behind than marks, new items and sums"
        search.reasons.append(discovery.reason(loop.span, what, "move it into a loop of its own"))
    early = _check(search, roles)
    found = search.found
    guards = (*counted.guards, *_memory(search, roles, noalias)) if not search.reasons else ()
    extent = marks.extent(analysis, loop, found.discoveries[0]) if not search.reasons else None
    if not search.reasons and extent is None:
        base = found.discoveries[0].writes[0].place
        what = "how many elements the marks have is not known"
        search.reasons.append(discovery.reason(base.span, what, "make them a vector, or declare their number"))
    elif extent is not None and waiting.keeping is Keeping.PILE and not marks.has_room(analysis, waiting, extent):
        what = "the stack may be too small for all that waits at one time"
        search.reasons.append(discovery.reason(loop.span, what, "give it as many elements as the marks have"))
    if search.reasons or extent is None:
        return replace(fact, reasons=tuple(dict.fromkeys(search.reasons)))
    writes: tuple[Extent, ...] = ()
    if search.reads is not None:
        writes = tuple(Extent(base, terms.ZERO, terms.long(extent.elements)) for base in search.bases)
    each = marks.each(analysis, loop, body)
    frontier = Frontier(
        waiting,
        body,
        found.discoveries,
        found.leaving,
        early,
        extent.elements,
        extent.within,
        each,
        writes,
        search.reads or (),
    )
    checked = search.checked or any(d.unsafe is not None for d in found.discoveries)
    return replace(
        fact,
        kind="frontier",
        parallel=True,
        claim=Claim.GUARDED if guards or checked or not extent.within else Claim.PROVED,
        iteration=None,
        roles=roles,
        guards=tuple(dict.fromkeys(guards)),
        reasons=(),
        floating=counted.floating,
        irregular=frontier,
    )


def _sum(role: Induction, body: Block) -> Accumulator | Induction:
    """What every item adds the same to is a sum, as long as nobody asks for it on the way."""
    place = Ref(role.symbol, t.strip(role.symbol.type))
    added = [n for n in walk.walk(body) if isinstance(n, Assign) and n.place == place and n.op == "+"]
    uses = sum(isinstance(n, Ref) and n.symbol == role.symbol for n in walk.walk(body))
    if uses != len(added) or not t.is_arithmetic(place.type):
        return role
    return Accumulator(place, "+", place.type, tuple(n.span for n in added))


def _keeps(role: Accumulator | Private) -> bool:
    if isinstance(role, Private):
        return role.last
    return not isinstance(role.place, Ref)


# --- the two halves ------------------------------------------------------------------------------------------------


def _counted(search: _Search, statements: Block) -> tuple[Function, For]:
    """The function with a counted loop over the waiting items in place of the worklist, and that loop."""
    waiting, function = search.waiting, search.analysis.function
    k = Symbol("item", t.LONG, _NUMBER, Storage.LOCAL)
    count = Symbol("items", t.LONG, _NUMBER + 1, Storage.PARAMETER, const=True)
    here = terms.ref(k)
    binding: Stmt = waiting.binding
    if waiting.keeping in (Keeping.SPAN, Keeping.GROWN, Keeping.PILE):
        taken = Index(waiting.place, here, waiting.element, span=waiting.read.span)
        binding = walk.transform(binding, lambda node: taken if node is waiting.read else node)
    loop = For(
        (Declare(k, terms.literal(0)),),
        terms.compare("<", here, terms.ref(count)),
        (Assign(here, terms.literal(1), "+", t.LONG),),
        Block((binding, *statements.statements)),
        search.loop.id,
        search.loop.span,
    )
    body = walk.splice(function.body, lambda s: (loop,) if s is search.loop else (s,))
    return replace(function, body=body, parameters=(*function.parameters, count)), loop


def _memory(search: _Search, roles: tuple[Accumulator | Private, ...], noalias: bool) -> tuple[Guard, ...]:
    """Whether what is written may overlap anything else that the loop uses; adds reasons."""
    kept = discovery.with_writes(search.body, search.found)
    function, loop = _counted(search, kept)
    analysis = FunctionAnalysis(function)
    try:
        context, _, _ = context_of(analysis, loop)
    except TooLarge:
        search.reasons.append(discovery.reason(search.loop.span, "the loop is too large to analyse", "split it"))
        return ()
    allowed = {w.place for d in search.found.discoveries for w in d.writes}
    root = walk.root(search.waiting.place)
    own = {r.place for r in roles if isinstance(r, Accumulator)}
    covered: dict[int, int] = {}
    for access in context.accesses:
        place = access.place
        marked = isinstance(place, Index) and place.base in search.bases
        of_waiting = access.root == root and walk.root(place) == root
        if (marked and (place in allowed or not access.is_write)) or place in own or of_waiting:
            covered[id(access)] = 0
    skip = {search.waiting.head, search.waiting.tail, *(p.symbol for p in own if isinstance(p, Ref))}
    skip |= {r.symbol for r in roles if isinstance(r, Private)}
    kept_back = analysis.effects.points_to.address_taken
    plain = frozenset(
        s for s in skip if s is not None and s not in kept_back and s.storage is not Storage.GLOBAL
        and not isinstance(s.type, t.Reference)
    )  # fmt: skip
    memory = Memory(context, analysis.effects, covered, {}, plain, noalias)
    memory.check()
    conflicts = [c for c in memory.conflicts if not (c.kind == "packed" and c.write.place in allowed)]
    overlaps = [c for c in conflicts if c.kind == "alias"]
    search.reads = _reads(search, overlaps) if overlaps and len(overlaps) == len(conflicts) else None
    if search.reads is not None:
        search.checked = True
    else:
        search.reasons += diagnostics(conflicts, context)
    made = [g for g in memory.guards if any(s.uid >= _NUMBER for e in _parts(g) for s in walk.used_symbols(e))]
    if made and not conflicts:
        what = "what it writes may overlap what it reads"
        search.reasons.append(discovery.reason(search.loop.span, what, "declare the pointers restrict"))
    return tuple(memory.guards)


def _reads(search: _Search, overlaps: list[Conflict]) -> tuple[Extent, ...] | None:
    """What an item reads through pointers that may lead to what is written."""
    waiting = search.waiting
    if waiting.keeping is not Keeping.SPAN:
        return None
    written = (*search.bases, waiting.place)
    found: list[Extent] = []
    item = waiting.binding.symbol if isinstance(waiting.binding, Declare) else _assigned(waiting.binding)
    fixed = walk.used_symbols(search.loop) - walk.declared_symbols(search.loop) - walk.rebound_symbols(search.loop)
    for conflict in overlaps:
        for access in (conflict.write, conflict.other):
            place = access.place
            if not isinstance(place, Index) or not isinstance(place.base, Ref):
                return None
            if place.base in written:
                continue
            extents = item_reads.extents(search.body, place.base, fixed | {item})
            if extents is None:
                return None
            found += extents
    return tuple(dict.fromkeys(found))


def _parts(guard: Guard) -> list[Expr]:
    found: list[Expr] = []
    for name in guard.__slots__:
        value = getattr(guard, name)
        found += _parts(value) if hasattr(value, "base") and hasattr(value, "low") else [value]
    return found


# --- what may not depend on the order ------------------------------------------------------------------------------


def _check(search: _Search, roles: tuple[Accumulator | Private, ...]) -> tuple[Expr, ...]:
    """Adds reasons; returns the conditions under which an item ends the batch before it."""
    waiting, found = search.waiting, search.found
    _unused(search)
    item = waiting.binding.symbol if isinstance(waiting.binding, Declare) else _assigned(waiting.binding)
    reads = _reads_of_marks(search, item)
    early = _early(search, item)
    marked = marks.are_marked(search.analysis.function, search.loop, waiting, found.discoveries)
    if marked:
        search.found = replace(found, discoveries=tuple(replace(d, unsafe=None) for d in found.discoveries))
    if not waiting.first_come:
        _any_order(search, roles, reads)
    elif reads and not marked:
        first = found.discoveries[0]
        place = first.writes[0].place
        assert isinstance(place, Index)
        here = Index(place.base, Ref(item, t.strip(item.type)), place.type)
        search.checked = True
        early.append(walk.transform(first.test, lambda node: here if node == place else node))
    return tuple(early)


def _early(search: _Search, item: Symbol) -> list[Expr]:
    """The conditions of those ends of the search that depend on the item alone."""
    parts = {s.symbol for s in search.body.statements
             if isinstance(s, Declare) and s.span == search.waiting.binding.span != NOWHERE}  # fmt: skip
    own = walk.declared_symbols(search.loop.body) | walk.rebound_symbols(search.loop)
    top = [s for s in search.body.statements if s in search.found.leaving]
    return [s.condition for s in top if isinstance(s, If) and not walk.used_symbols(s.condition) & own - parts - {item}]


def _assigned(statement: Assign) -> Symbol:
    assert isinstance(statement.place, Ref)
    return statement.place.symbol


def _unused(search: _Search) -> None:
    """The worklist itself may only be used to take and to push."""
    waiting = search.waiting
    root = walk.root(waiting.place)
    for node in walk.walk(discovery.without(search.body, search.found)):
        if isinstance(node, Ref) and node.symbol in (root, waiting.head, waiting.tail):
            what = f"uses {node.symbol.name} besides taking and pushing items"
            search.reasons.append(discovery.reason(node.span, what, "keep the worklist apart from the rest"))
            return


def _reads_of_marks(search: _Search, item: Symbol) -> bool:
    """Whether an iteration reads what discoveries write, at its own item; anything else is a reason."""
    tests = {id(e) for d in search.found.discoveries for e in walk.walk(d.test)}
    reads = False
    nodes = [*walk.walk(discovery.without(search.body, search.found))]
    nodes += [n for d in search.found.discoveries for w in d.writes for n in walk.walk(w.value)]
    nodes += [n for d in search.found.discoveries for n in walk.walk(d.pushed)]
    nodes += [n for s in search.found.leaving for n in walk.walk(s.condition)]
    for node in nodes:
        if not isinstance(node, Index) or node.base not in search.bases or id(node) in tests:
            continue
        if is_ref(node.index, item):
            reads = True
            continue
        name = root.name if (root := walk.root(node.base)) is not None else "an array"
        what = f"uses {name} at another place than the item's own, while the search changes it"
        search.reasons.append(discovery.reason(node.span, what, "let the search depend on its marks only"))
        break
    return reads


def _any_order(search: _Search, roles: tuple[Accumulator | Private, ...], reads: bool) -> None:
    """For a stack: what happens to a vertex may depend on the vertex only."""
    found, loop = search.found, search.loop
    if found.leaving:
        span = found.leaving[0].span
        what = "may leave the search, and which items come before depends on the order"
        search.reasons.append(discovery.reason(span, what, "use a queue, or search to the end"))
    changed = set(walk.declared_symbols(loop.body)) | walk.assigned_symbols(loop)
    for one in found.discoveries:
        own = walk.used_symbols(one.index)
        values = [w.value for w in one.writes] + [one.pushed] + [s.value for s in one.rest if isinstance(s, Assign)]
        for value in values:
            others = (walk.used_symbols(value) & changed) - own - _places(roles)
            if others or (reads and any(isinstance(n, Index) and n.base in search.bases for n in walk.walk(value))):
                what = "what is stored for a new vertex depends on which item reaches it first"
                remedy = "use a queue, or store what depends on the vertex only"
                search.reasons.append(discovery.reason(value.span, what, remedy))
                return
    if reads:
        what = "reads what was stored for the item: on a stack that depends on the order"
        search.reasons.append(discovery.reason(loop.span, what, "use a queue"))
    root = walk.root(search.waiting.place)
    if root is not None and not _dies(search.analysis.function, loop, root, search.waiting):
        what = f"the order of the visits is left in {root.name}"
        search.reasons.append(discovery.reason(loop.span, what, f"make {root.name} a local variable"))


def _places(roles: tuple[Accumulator | Private, ...]) -> frozenset[Symbol]:
    return frozenset(r.place.symbol for r in roles if isinstance(r, Accumulator) and isinstance(r.place, Ref))


def _dies(function: Function, loop: Loop, root: Symbol, waiting: Waiting) -> bool:
    """Whether nobody sees what the worklist's memory holds when the loop is done."""
    if waiting.keeping is Keeping.STACK:
        return True  # it is empty
    if root.storage is not Storage.LOCAL or isinstance(root.type, t.Reference):
        return False
    for node in walk.walk(function):
        inside = loop.span.contains(node.span)
        if isinstance(node, Index) and walk.root(node.base) == root and not inside:
            stored = any(isinstance(s, Assign) and s.place is node and not s.op for s in walk.walk(function))
            if not stored:
                return False
    if isinstance(root.type, t.Pointer):
        sources = [n.value for n in walk.walk(function) if isinstance(n, Declare) and n.symbol == root]
        sources += [n.value for n in walk.walk(function) if isinstance(n, Assign) and n.place == Ref(root, root.type)]
        return all(marks.allocated(value) is not None for value in sources if value is not None)
    return True
