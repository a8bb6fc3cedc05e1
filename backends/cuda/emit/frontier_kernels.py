"""The three kernels of a batch of a worklist: notes, counts, and what is left of each new vertex.

Knows what one thread does; what the host does between the launches is ``frontier``'s.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from unseq.backends.cuda.emit import item_arrays
from unseq.backends.cuda.emit.arrays import Moved
from unseq.backends.cuda.emit.device import THREAD, Device, Parameter, Region, each_iteration, kernel
from unseq.backends.cuda.emit.item_arrays import Arrays
from unseq.backends.cuda.emit.reduce import consecutive
from unseq.backends.parlay.emit import reduce, worklists
from unseq.backends.parlay.emit.bounds import Trip
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.frontier import no_vertex, outside
from unseq.backends.parlay.emit.iteration import Space
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.discovery import Found, rewritten
from unseq.frontend.extent import Section
from unseq.frontend.facts import Accumulator, Iteration, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Declare,
    Evaluate,
    Expr,
    If,
    Index,
    Literal,
    Ref,
    Stmt,
    Symbol,
)
from unseq.frontend.irregular import Discovery
from unseq.frontend.irregular import Frontier as Facts
from unseq.frontend.source import NOWHERE

WORD = "unsigned long long"
KEY = t.Int(64, False, WORD)
_COUNT = t.Int(32, False, "unsigned")


@dataclass(frozen=True, slots=True)
class Names:
    """Variables of the host (arrays have ``_on_device`` objects of their own) and of the kernels."""

    vertices: str
    items: str  # how many there are; in a kernel: they themselves
    finder: str
    stopped: str
    done: str  # how many items earlier batches took
    offsets: str
    found: str
    total: str
    on_device: str
    waiting: str
    share: str
    blocks: str
    k: str
    number: str
    reached: str
    at: str


@dataclass(frozen=True, slots=True)
class Search:
    """A worklist on its way: ``sums`` are its accumulators, each with its variable."""

    device: Device
    fact: LoopFact
    facts: Facts
    names: Names
    item: Symbol
    arrays: Arrays
    here: Region
    sums: tuple[tuple[Accumulator, Symbol], ...]

    @property
    def context(self) -> Context:
        """The function that is being changed."""
        return self.device.context


def search_of(device: Device, fact: LoopFact, facts: Facts) -> Search:
    """What the kernels of a worklist's batches share.

    Raises ``Unsupported`` for arrays that cannot be moved to the device."""
    context, waiting = device.context, facts.waiting
    binding = waiting.binding
    item = binding.symbol if isinstance(binding, Declare) else walk.root(binding.place)
    assert item is not None
    kept = ("vertices", "items", "finder", "stopped", "done", "offsets", "found", "total", "on_device", "waiting",
            "share", "blocks")  # fmt: skip
    names = Names(*(context.fresh(n) for n in kept), *(context.scoped(n) for n in ("k", "number", "reached", "at")))
    found = item_arrays.arrays(device, fact, facts, item)
    moved = [*found.moved]
    for w in found.windows:
        symbol = Symbol(w.base.symbol.name, t.Pointer(w.element, const=True), -700)
        section = Section(w.base, w.element, reads=True)
        moved.append(Moved(section, symbol, f"{w.name}.data()", (), (), None))
    counted = Iteration(None, worklists.ZERO, worklists.ZERO, 1, worklists.ZERO)
    taken = context.printed(Declare(item, spelled(f"{names.items}[{names.k}]", waiting.element)))
    privates = tuple(
        f"{context.declare(r.symbol.type, r.symbol.name)};"
        for r in fact.roles if isinstance(r, Private) and r.symbol != item
    )  # fmt: skip
    space = Space(fact, counted, Trip(names.items, (), ""), False, t.SIZE, names.k, "0", names.items, (), (taken,),
                  privates, (), ())  # fmt: skip
    here = Region(device, fact, space, tuple(moved), (), found.bases, {})
    sums = tuple((r, r.place.symbol) for r in fact.roles if isinstance(r, Accumulator) and isinstance(r.place, Ref))
    return Search(device, fact, facts, names, item, found, here, sums)


def _disjunction(parts: Sequence[Expr]) -> Expr:
    """That one of some conditions holds."""
    return functools.reduce(lambda a, b: Binary("||", a, b, t.BOOL), parts)


def spelled(text: str, type_: t.Type) -> Ref:
    """An expression of the emitter's own."""
    return Ref(Symbol(text, type_, -5), type_)


# --- kernels ---------------------------------------------------------------------------------------------------------


def _looks(search: Search, body: Block, head: Sequence[str] = ()) -> str:
    """One item's work, with the number that its keys begin with."""
    names = search.names
    lines = [f"const {WORD} {names.number} = ({WORD})({names.done} + {names.k}) << 32;",
             f"{WORD} {names.reached} = 0;", *head]  # fmt: skip
    return "\n".join([*lines, *(search.context.printed(s) for s in search.here.node(_flat(body)).statements)])


def _flat(body: Block) -> Block:
    """The body without blocks that only hold statements together."""
    return walk.splice(body, lambda s: s.statements if isinstance(s, Block) and s.span == NOWHERE else (s,))


def _look(search: Search, then: Stmt) -> Block:
    """One more look at a vertex, then the statement."""
    counted = Assign(spelled(search.names.reached, KEY), Literal(1, KEY, "1"), "+", KEY)
    return Block((counted, then))


def _key(search: Search) -> Expr:
    return spelled(f"({search.names.number} | {search.names.reached})", KEY)


def _finder(search: Search, d: Discovery) -> Index:
    return Index(spelled(search.names.finder, t.Pointer(KEY)), d.index, KEY)


def _found(search: Search) -> Found:
    return Found(search.facts.discoveries, search.facts.leaving, search.facts.early)


def _pruned(search: Search, body: Block) -> Block:
    return worklists.pruned(body, {role.place for role, _ in search.sums})


def _given(search: Search, *more: Parameter) -> list[Parameter]:
    names, element = search.names, search.context.type(search.facts.waiting.element)
    return [
        Parameter(names.items, f"const {element} *__restrict__ {names.items}", f"{names.items}_on_device.data()"),
        Parameter(names.done, f"size_t {names.done}", names.done),
        Parameter(names.finder, f"{WORD} *__restrict__ {names.finder}", f"{names.finder}_on_device.data()"),
        *more,
    ]


def noting(search: Search) -> str:
    """The launch of the first kernel."""
    facts, names, context = search.facts, search.names, search.context
    counted = replace(facts, extent=spelled(names.vertices, t.SIZE))
    stop = Evaluate(Call("atomicExch", (spelled(names.stopped, t.Pointer(t.INT)), Literal(1, t.INT, "1")), t.VOID))

    def at(d: Discovery) -> Stmt:
        place = AddressOf(_finder(search, d), t.Pointer(KEY))
        note: Stmt = Evaluate(Call("atomicMin", (place, spelled(f"{names.number} | {names.reached}", KEY)), t.VOID))
        ends = [s.condition for s in d.rest if isinstance(s, If) and s in facts.leaving]
        for check in [*reversed(ends), *([d.unsafe] if d.unsafe is not None else [])]:
            note = If(check, Block((stop,)), Block((note,)))
        beyond = outside(counted, d)
        if beyond is None:
            return _look(search, If(d.statement.condition, Block((note,)), None))
        parts = terms.conjuncts(d.statement.condition)  # the mark may only be read where it is one of those moved
        mark = next(k for k, p in enumerate(parts) if p is d.test)
        first, new = terms.conjunction(parts[:mark]), terms.conjunction(parts[mark:])
        assert new is not None
        found = If(beyond, Block((stop,)), Block((If(new, Block((note,)), None),)))
        return _look(search, found if first is None else If(first, Block((found,)), None))

    late = [s for s in facts.leaving if s.condition not in facts.early]
    body = rewritten(facts.body, _found(search), at,
                     lambda s: replace(s, then=Block((stop,))) if any(s is one for one in late) else None)  # fmt: skip
    early = list(facts.early)
    if not facts.within:
        early.append(no_vertex(counted, terms.ref(search.item)))
    head = []
    if early:
        any_ = context.condition(search.here.node(_disjunction(early)))
        head = [context.braces(f"if ({any_})", f"{context.printed(stop)}\ncontinue;")]
    text = _looks(search, _pruned(search, body), head)
    text += f"\nif ({names.reached} >> 32)\n{context.indent(context.printed(stop))}"
    loop, given, own = each_iteration(search.here, text)
    vertices = Parameter(names.vertices, f"size_t {names.vertices}", names.vertices)
    stopped = Parameter(names.stopped, f"int *__restrict__ {names.stopped}", f"{names.stopped}_on_device.data()")
    given = [*_given(search, vertices, stopped), *given]
    return _launch(search, "note", loop, given, own, f"blocks_for({names.items})")


def _mine(search: Search, d: Discovery) -> Expr:
    """The condition of a discovery whose note stayed; an index that the first kernel let pass is one of a vertex."""
    mine = Binary("==", _finder(search, d), _key(search), t.BOOL)
    return worklists.claimed(d, mine, replace(search.facts, within=True))


def counting(search: Search) -> str:
    """The launch of the second kernel."""
    names = search.names

    def at(d: Discovery) -> Stmt:
        one = Assign(spelled(names.at, _COUNT), Literal(1, t.INT, "1"), "+", _COUNT)
        return _look(search, If(_mine(search, d), Block((one,)), None))

    body = rewritten(search.facts.body, _found(search), at, lambda s: None)
    loop, given, own = consecutive(search.here, _looks(search, _pruned(search, body)), names.share)
    place = f"{names.offsets}[{THREAD}]"
    text = f"unsigned {names.at} = 0;\n{loop}\n{place} = {names.at};"
    offsets = Parameter(names.offsets, f"unsigned *__restrict__ {names.offsets}", f"{names.offsets}_on_device.data()")
    return _launch(search, "count", text, [*_given(search, offsets), *given, _share(search)], {*own, names.at},
                   names.blocks)  # fmt: skip


def _share(search: Search) -> Parameter:
    share = search.names.share
    return Parameter(share, f"size_t {share}", share)


def storing(search: Search) -> str:
    """The launch of the third kernel."""
    names, context = search.names, search.context
    element = context.type(search.facts.waiting.element)

    def at(d: Discovery) -> Stmt:
        rest = tuple(s for s in d.rest if not (isinstance(s, If) and s in search.facts.leaving))
        put = Assign(spelled(f"{names.found}[{names.at}++]", search.facts.waiting.element), d.pushed)
        return _look(search, If(_mine(search, d), Block((*d.writes, *rest, put)), None))

    body = rewritten(search.facts.body, _found(search), at, lambda s: None)
    loop, given, own = consecutive(search.here, _looks(search, body), names.share)
    first, last = [f"unsigned {names.at} = {names.offsets}[{THREAD}];"], []
    for role, symbol in search.sums:
        type_ = context.type(worklists.summed_type(role))
        start = f"{symbol.name}_start"
        if role.op in reduce.IDENTITY:
            start = reduce.identity(context, role.op, worklists.summed_type(role))
        first.append(f"{type_} {symbol.name} = {start};")
        last.append(f"{symbol.name}_of_thread[{THREAD}] = {symbol.name};")
        if role.op not in reduce.IDENTITY:
            given.append(Parameter(start, f"{type_} {start}", symbol.name))
        part = f"{symbol.name}_of_thread"
        given.append(Parameter(part, f"{type_} *__restrict__ {part}", f"{part}_on_device.data()"))
    offsets = Parameter(
        names.offsets, f"const unsigned *__restrict__ {names.offsets}", f"{names.offsets}_on_device.data()"
    )
    put = Parameter(names.found, f"{element} *__restrict__ {names.found}", f"{names.found}_on_device.data()")
    mine = {*own, names.at, *(symbol.name for _, symbol in search.sums)}
    text = "\n".join([*first, loop, *last])
    return _launch(search, "store", text, [*_given(search, offsets, put), *given, _share(search)], mine,
                   names.blocks)  # fmt: skip


def _launch(
    search: Search, what: str, text: str, given: Sequence[Parameter], own: set[str], blocks: str
) -> str:
    names = search.names
    privates = {r.symbol.name for r in search.fact.roles if isinstance(r, Private)}
    mine = {*own, *privates, search.item.name, names.number, names.reached, names.k}
    return kernel(search.here, search.device.name(what), text, given, blocks=blocks, own=mine)


