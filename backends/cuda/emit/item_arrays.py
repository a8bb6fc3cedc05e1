"""Arrays that the items of a worklist read, as the host moves them to the device.

Containers and arrays of known length go as a whole. Of a pointer's elements only those are sure to exist that some item
reads: before every batch the host goes through the items and extends a window of the array to all that they read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unseq.backends.cuda.emit.arrays import Moved, is_plain, moved
from unseq.backends.cuda.emit.device import Device
from unseq.backends.parlay.emit import worklists
from unseq.backends.parlay.emit.polynomials import text_of
from unseq.frontend.analysis import item_reads, terms
from unseq.frontend.analysis import marks as marks_of
from unseq.frontend.extent import Extent, Section
from unseq.frontend.facts import LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Declare,
    Expr,
    For,
    If,
    Index,
    Member,
    Method,
    Ref,
    Return,
    Select,
    Stmt,
    Symbol,
)
from unseq.frontend.irregular import Frontier
from unseq.frontend.source import Unsupported


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a pointer's elements that items read: ``name`` is the host's object, ``reach`` how far it reaches;
    ``extents`` say in terms of an item what it reads, after ``needed``."""

    base: Ref
    element: t.Type
    name: str
    reach: str
    extents: tuple[Extent, ...]
    needed: tuple[Declare, ...]


@dataclass(frozen=True, slots=True)
class Arrays:
    """All arrays of a worklist: those that are moved as a whole, and windows, one after what it depends on."""

    moved: tuple[Moved, ...]
    bases: dict[Expr, Symbol]
    windows: tuple[Window, ...]


def arrays(device: Device, fact: LoopFact, facts: Frontier, item: Symbol) -> Arrays:
    """What the batches of a worklist need on the device."""
    marks = {w.place.base: None for d in facts.discoveries for w in d.writes if isinstance(w.place, Index)}
    own = walk.declared_symbols(facts.body)
    whole: list[Moved] = []
    bases: dict[Expr, Symbol] = {}
    windows: list[Window] = []
    for base in _bases(facts.body, own):
        if base == facts.waiting.place:
            continue
        is_mark = base in marks
        element = t.element_type(base.type)
        if element is None or not is_plain(element):
            raise Unsupported(base.span, "elements that own memory cannot be on a GPU",
                              "keep the graph in arrays of plain numbers, with the rows' offsets")  # fmt: skip
        type_ = t.strip(base.type)
        known = isinstance(type_, t.Library) or (isinstance(type_, t.Array) and isinstance(type_.extent, int))
        if known or is_mark:
            section = Section(base, element, reads=True, writes=is_mark)
            if not known:
                _check_marks(device, fact, facts, base)
                section = Section(base, element, terms.ZERO, terms.long(facts.extent), reads=True, writes=True)
            one = moved(device.context, section, {}, device.want)
            whole.append(one)
            if not isinstance(base, Ref):
                bases[base] = one.symbol
        else:
            windows.append(_window(device, fact, facts, base, element, item))
    return Arrays(tuple(whole), bases, tuple(_ordered(windows)))


def _bases(body: Block, own: frozenset[Symbol]) -> list[Expr]:
    """The arrays whose elements a body uses; a row of an array of arrays is a part of it."""
    found: dict[Expr, None] = {}
    for node in walk.walk(body):
        if not isinstance(node, Index):
            continue
        base = node.base
        while isinstance(base, Index) and isinstance(t.strip(base.type), t.Array):
            base = base.base
        root = walk.root(base)
        local = root in own and not isinstance(root.type, t.Pointer)
        if isinstance(base, Ref | Member) and not local:
            found[base] = None
        elif not local:
            raise Unsupported(node.span, "rows that are containers of their own",
                              "keep the graph in arrays of plain numbers, with the rows' offsets")  # fmt: skip
    return list(found)


def _check_marks(device: Device, fact: LoopFact, facts: Frontier, base: Expr) -> None:
    """Marks behind a pointer: allocated here with as many elements, or written all before the search."""
    if facts.within:
        return
    for block in (n for n in walk.walk(device.context.function.body) if isinstance(n, Block)):
        at = next((k for k, s in enumerate(block.statements) if any(n is fact.loop for n in walk.walk(s))), 0)
        if any(_fills(s, base, facts.extent) for s in block.statements[:at]):
            return
    raise Unsupported(base.span, "it is not known how many elements the marks have",
                      "set them all in a loop before the search, or use a std::vector")  # fmt: skip


def _fills(statement: Stmt, base: Expr, count: Expr) -> bool:
    """Whether a loop writes elements 0 .. count - 1 of an array, whatever happens."""
    if not isinstance(statement, For) or any(isinstance(n, Break | Return) for n in walk.walk(statement)):
        return False
    found = marks_of.counter_and_bound(statement)
    return found is not None and found[1] == count and any(
        isinstance(s, Assign) and isinstance(s.place, Index) and s.place.base == base
        and s.place.index == terms.ref(found[0]) for s in statement.body.statements
    )  # fmt: skip


# --- windows ---------------------------------------------------------------------------------------------------------


def _window(device: Device, fact: LoopFact, facts: Frontier, base: Expr, element: t.Type, item: Symbol) -> Window:
    fixed = walk.used_symbols(fact.loop) - walk.declared_symbols(fact.loop) - walk.rebound_symbols(fact.loop)
    fixed |= {item}
    extents = item_reads.extents(facts.body, base, fixed) if isinstance(base, Ref) else None
    sure = {n for n in _sure(facts.body.statements) if isinstance(n, Index)}
    reads = [n for n in walk.walk(facts.body) if isinstance(n, Index) and n.base == base]
    told = all(_is_told(facts, s, fixed) for s in facts.leaving)
    if extents is None or not told or not sure.issuperset(reads):
        raise Unsupported(base.span, "it is not known how many elements of the array the search reads",
                          "pass the array as std::vector or std::span, which know their length")  # fmt: skip
    assert isinstance(base, Ref)
    declared = [s for s in facts.body.statements if isinstance(s, Declare)]
    needed = worklists.needed(declared, extents)
    name, reach = (device.context.fresh(f"{base.symbol.name}_{what}") for what in ("on_device", "reach"))
    device.want.add("window")
    return Window(base, element, name, reach, extents, tuple(needed))


def _is_told(facts: Frontier, leaving: If, fixed: frozenset[Symbol]) -> bool:
    """Whether the host can tell from an item alone that the search ends with it."""
    fields = (Index, Member, Method, Call)
    simple = not any(isinstance(n, fields) for n in walk.walk(leaving.condition))
    return leaving.condition in facts.early and simple and walk.used_symbols(leaving.condition) <= fixed


def _sure(statements: Sequence[Stmt]) -> Iterator[walk.Node]:
    """What is evaluated for every item, with the bodies of loops that run."""
    for s in statements:
        if isinstance(s, For):
            yield from _sure(s.init)
            yield from _evaluated(s.condition)
            if not any(isinstance(n, Break) for n in walk.walk(s.body)):
                yield from _sure(s.body.statements)
        elif isinstance(s, If):
            yield from _evaluated(s.condition)
        elif isinstance(s, Declare | Assign):
            for part in walk.children(s):
                yield from _evaluated(part)


def _evaluated(e: walk.Node) -> Iterator[walk.Node]:
    yield e
    if isinstance(e, Select):
        yield from _evaluated(e.condition)
    elif isinstance(e, Binary) and e.op in ("&&", "||"):
        yield from _evaluated(e.left)
    else:
        for child in walk.children(e):
            yield from _evaluated(child)


def _ordered(windows: Sequence[Window]) -> Iterator[Window]:
    """Windows whose extents depend on elements of others, behind these."""
    pending = list(windows)
    while pending:
        bases = {w.base for w in pending}
        ready = [w for w in pending if not (_loaded(w) & bases)]
        if not ready:
            raise Unsupported(pending[0].base.span, "arrays whose subscripts need each other", "use std::vector")
        yield from ready
        pending = [w for w in pending if w not in ready]


def _loaded(window: Window) -> set[Expr]:
    """The arrays that the bounds of a window read."""
    parts: list[walk.Node] = [e for extent in window.extents for e in (extent.low, extent.high)]
    return {n.base for part in (*parts, *window.needed) for n in walk.walk(part) if isinstance(n, Index)}


def ends(device: Device, facts: Frontier, begin: str, items: str, item: Symbol) -> str:
    """Whether the search ends with one of the items, as the host can tell; "" if it does not."""
    context = device.context
    if not facts.leaving:
        return ""
    context.includes.add("<algorithm>")
    any_ = " || ".join(context.condition(s.condition, 4) for s in facts.leaving)
    test = f"[&]({context.declare(facts.waiting.element, item.name)}) {{ return {any_}; }}"
    return f"std::any_of({begin}, {begin} + {items}, {test})"


def extended(device: Device, window: Window, items: str, k: str, binding: str) -> list[str]:
    """The lines that extend a window to what all of ``items`` items read; ``binding`` is the line that takes one."""
    context = device.context
    lines = [binding, *(context.printed(s) for s in window.needed)]
    for extent in window.extents:
        low, high = (text_of(context, e, {}) for e in (extent.low, extent.high))
        lines.append(f"{window.reach} = joined({window.reach}, reach_between({low}, {high}));")
    return [
        f"Reach {window.reach} = {window.name}.reach();",
        context.braces(f"for (size_t {k} = 0; {k} < {items}; {k}++)", "\n".join(lines)),
        f"{window.name}.cover({window.reach});",
    ]
