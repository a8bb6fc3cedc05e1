"""Pieces of a batch of a worklist: how items are read, what is kept of a new vertex, how it is put behind the others.

Knows the containers of ``Waiting``; the order of the steps is ``frontier``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from unseq.backends.parlay.cxx_literals import ADDITIVE
from unseq.backends.parlay.emit import blocks, reduce
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.waiting import bare
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Accumulator
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Call,
    Construct,
    Declare,
    Evaluate,
    Expr,
    If,
    Index,
    Literal,
    Loop,
    Ref,
    Stmt,
    Symbol,
)
from unseq.frontend.irregular import Discovery, Frontier, Keeping, Waiting
from unseq.frontend.source import Unsupported

_HOLE = "unseq_body"
_IDEMPOTENT = {"min", "max", "fmin", "fmax", "&", "|", "&&", "||"}
ZERO = Literal(0, t.INT, "0")


# --- the loop ------------------------------------------------------------------------------------------------------


def with_batch(context: Context, loop: Loop, batch: str) -> str:
    """The loop as it is, with a batch in front of its body."""
    hole = Block((Evaluate(Call(_HOLE, (), t.VOID)),))
    text = context.statement(loop, replace(loop, body=hole))
    head = text[: text.index(f"{_HOLE}();")].rstrip().removesuffix("{").rstrip()
    return context.braces(head, f"{batch}\n{context.block(loop.body)}")


# --- items ---------------------------------------------------------------------------------------------------------


def waiting(context: Context, of: Waiting, precedence: int) -> str:
    """How many items wait."""
    place = context.expr(of.place, 15)
    head, tail = (s.name if s is not None else "" for s in (of.head, of.tail))
    sums = {
        Keeping.SPAN: f"{tail} - {head}",
        Keeping.GROWN: f"{place}.size() - {head}",
        Keeping.PILE: tail if of.lowest == 0 else f"{tail} + {-of.lowest}",
    }
    text = sums.get(of.keeping, f"{place}.size()")
    return f"({text})" if " " in text and precedence > ADDITIVE else text


@dataclass(frozen=True, slots=True)
class Taken:
    """The items of a batch: ``lines`` count (and where the container cannot be indexed, take) them, ``item`` is the
    k-th of them."""

    lines: tuple[str, ...]
    item: Expr
    of: Waiting
    items: str
    drained: str = ""

    def back(self, done: str) -> list[str]:
        """What puts items back that are not done, in front of the new ones."""
        if done == self.items:
            return []
        place = self.of.place
        name = place.symbol.name if isinstance(place, Ref) else ""
        if self.drained:
            push = "push" if _type(place).name in ("queue", "stack") else "push_back"
            return [f"for (size_t i = {done}; i < {self.items}; i++)", f"    {name}.{push}({self.drained}[i]);"]
        if self.of.keeping is Keeping.PILE:
            return [f"std::copy({name} + {done}, {name} + {self.items}, {name});"]
        return []

    def after(self, done: str, found: str) -> list[str]:
        """What counts the batch as done."""
        head, tail = (s.name if s is not None else "" for s in (self.of.head, self.of.tail))
        less = " - 1" if self.of.stepped else ""
        if self.of.keeping is Keeping.SPAN:
            return [f"{head} += {done}{less};", f"{tail} += {found}.size();"]
        if self.of.keeping is Keeping.GROWN:
            return [f"{head} += {done}{less};"]
        if self.of.keeping is Keeping.PILE:
            rest = f"{self.items} - {done} + " if done != self.items else ""
            lowest = f" - {-self.of.lowest}" if self.of.lowest else ""
            return [f"{tail} = {rest}{found}.size(){lowest};"]
        return []


def taken(context: Context, of: Waiting, items: str, k: str) -> Taken:
    """The items of a batch."""
    size = f"const size_t {items} = {waiting(context, of, 0)};"
    if of.keeping in (Keeping.SPAN, Keeping.GROWN):
        assert of.head is not None
        return Taken((size,), _item(context.expr(of.place, 15), f"{of.head.name} + {k}", of), of, items)
    if of.keeping is Keeping.PILE:
        return Taken((size,), _item(context.expr(of.place, 15), k, of), of, items)
    name = context.fresh("waiting")
    place = context.expr(of.place, 15)
    type_ = _type(of.place)
    item = _item(name, k, of)
    element = context.type(of.element)
    if type_.name == "vector":
        lines = (size, f"const auto {name} = parlay::to_sequence({place});", f"{place}.clear();")
        return Taken(lines, item, of, items, name)
    look, drop = {"queue": ("front", "pop"), "stack": ("top", "pop")}.get(
        type_.name, ("front", "pop_front") if of.first_come else ("back", "pop_back"))  # fmt: skip
    drain = context.braces(f"for (; !{place}.empty(); {place}.{drop}())", f"{name}.push_back({place}.{look}());")
    return Taken((size, f"parlay::sequence<{element}> {name};", drain), item, of, items, name)


def _item(array: str, at: str, of: Waiting) -> Expr:
    """An item, as text in place of what takes it in the source."""
    return Ref(Symbol(f"{array}[{at}]", of.element, -5), of.element)


def _type(place: Expr) -> t.Library:
    type_ = t.strip(place.type)
    assert isinstance(type_, t.Library)
    return type_


# --- the body ------------------------------------------------------------------------------------------------------


def pruned(body: Block, dropped: Collection[Expr]) -> Block:
    """The body without assignments to ``dropped`` places, and without what then has no effect."""

    def keep(s: Stmt) -> tuple[Stmt, ...]:
        if isinstance(s, Assign) and s.place in dropped:
            return ()
        if isinstance(s, If) and not s.then.statements and (s.other is None or not s.other.statements):
            return ()
        if isinstance(s, walk.LOOPS) and not s.body.statements:
            return ()
        return (s,)

    while True:
        smaller = _used(walk.splice(body, keep))
        if smaller is body:
            return body
        body = smaller


def _used(body: Block) -> Block:
    """The body without declarations of what it does not use."""
    used = walk.used_symbols(body)
    return walk.splice(body, lambda s: () if isinstance(s, Declare) and s.symbol not in used else (s,))


def needed(declared: Sequence[Declare], wanted: Sequence[Extent]) -> list[Declare]:
    """The declarations that the bounds of extents rest on."""
    used = {s for e in wanted for part in (e.low, e.high) for s in walk.used_symbols(part)}
    kept: list[Declare] = []
    for statement in reversed(declared):
        if statement.symbol in used:
            kept.insert(0, statement)
            used |= walk.used_symbols(statement)
    return kept


def block(context: Context, old: Block, new: Block) -> str:
    """The text of a changed body, with the source text of what it shares with the old one."""
    by_span = {s.span: s for s in old.statements}
    return "\n".join(context.statement(by_span.get(s.span, s), s) for s in new.statements)


def claimed(d: Discovery, mine: Expr, facts: Frontier) -> Expr:
    """The condition of a discovery with ``mine`` in place of the question whether the vertex is new; first where the
    index is known to be one of a vertex."""
    parts = [p for p in terms.conjuncts(d.statement.condition) if p is not d.test]
    counter = isinstance(bare(d.index), Ref) and facts.within and facts.each == facts.extent
    if counter:
        parts = [mine, *parts]
    else:  # an index that is none of a vertex may only be known by its mark
        instead = (mine,) if facts.within else (d.test, mine)
        parts = [part for p in terms.conjuncts(d.statement.condition) for part in (instead if p is d.test else (p,))]
    whole = terms.conjunction(tuple(parts))
    assert whole is not None
    return whole


# --- what is kept of a new vertex ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """``fields``: names and types of what is kept; the first is the index. ``values``: for each write, the name of its
    field or its constant. ``pushed``: the name of the item's field."""

    fields: tuple[tuple[str, t.Type], ...]
    values: tuple[tuple[Expr, str | Expr], ...]
    pushed: str


def record(facts: Frontier) -> Record:
    """What the last step of a batch must know of each new vertex."""
    first, *others = facts.discoveries
    for other in others:
        if [_base(w) for w in other.writes] != [_base(w) for w in first.writes]:
            raise Unsupported(other.statement.span, "a search that stores different things for a new vertex",
                              "store the same things wherever a vertex is reached")  # fmt: skip
    index = bare(first.index)
    name = index.symbol.name if isinstance(index, Ref) else "vertex"
    plain = all(bare(d.pushed) == bare(d.index) for d in facts.discoveries)
    fields: list[tuple[str, t.Type]] = [(name, facts.waiting.element if plain else first.index.type)]
    values: list[tuple[Expr, str | Expr]] = []
    for k, write in enumerate(first.writes):
        constant = isinstance(bare(write.value), Literal) or _is_minus_one(write.value)
        if constant and all(d.writes[k].value == write.value for d in facts.discoveries):
            values.append((_base(write), write.value))
            continue
        root = walk.root(write.place)
        fields.append((f"new_{root.name}" if root is not None else f"value{k}", write.place.type))
        values.append((_base(write), fields[-1][0]))
    if not plain:
        fields.append(("item", facts.waiting.element))
    return Record(tuple(fields), tuple(values), name if plain else "item")


def _is_minus_one(e: Expr) -> bool:
    return all(
        isinstance(n, Literal) or n is e or not walk.children(n) for n in walk.walk(e)
    ) and not walk.used_symbols(e)


def _base(write: Assign) -> Expr:
    assert isinstance(write.place, Index)
    return write.place.base


def record_type(context: Context, of: Record) -> str:
    """The C++ type of what is kept."""
    types = [context.type(type_) for _, type_ in of.fields]
    if len(types) == 1:
        return types[0]
    if len(types) == 2:
        context.includes.add("<utility>")
        return f"std::pair<{', '.join(types)}>"
    context.includes.add("<tuple>")
    return f"std::tuple<{', '.join(types)}>"


def recorded(context: Context, d: Discovery, of: Record) -> Expr:
    """What is kept of one new vertex."""
    plain = of.pushed == of.fields[0][0]
    values: list[Expr] = [d.pushed if plain else d.index]
    values += [w.value for w, (_, value) in zip(d.writes, of.values, strict=True) if isinstance(value, str)]
    if not plain:
        values.append(d.pushed)
    if len(values) == 1:
        return values[0]
    types = tuple(type_ for _, type_ in of.fields)
    return Construct(t.Library("pair" if len(values) == 2 else "tuple", types), tuple(values))


def stored(context: Context, facts: Frontier, of: Record, found: str, taken: Taken, done: str) -> list[str]:
    """The lines that mark the new vertices and put the items behind the others."""
    waiting = facts.waiting
    j = context.scoped("j")
    names = {name: context.scoped(name) if k else name for k, (name, _) in enumerate(of.fields)}
    shown = list(names.values())
    element = f"const auto {shown[0]} = " if len(shown) == 1 else f"const auto [{', '.join(shown)}] = "
    index = Ref(Symbol(shown[0], of.fields[0][1], -8), of.fields[0][1])
    lines = []
    for base, value in of.values:
        text = names[value] if isinstance(value, str) else context.expr(value)
        lines.append(f"{context.expr(Index(base, index, t.VOID))} = {text};")
    item = names[of.pushed]
    push = _push(waiting, item)
    in_array = {Keeping.SPAN: f"{_name(waiting.tail)} + {j}", Keeping.PILE: j}
    if waiting.keeping in in_array:
        at = in_array[waiting.keeping]
        if waiting.keeping is Keeping.PILE and done != taken.items:
            at = f"{taken.items} - {done} + {j}"
        place = context.expr(waiting.place, 15)
        lines.append(f"{place}[{at}] = {item};")
        push = ""
    packed = any(base.type == t.Library("vector", (t.BOOL,)) for base, _ in of.values)
    if packed or (not lines and push):
        body = "\n".join([*lines, *([push] if push else [])])
        if waiting.keeping in in_array:
            head = f"for (size_t {j} = 0; {j} < {found}.size(); {j}++)"
            return [context.braces(head, f"{element}{found}[{j}];\n{body}")]
        return [context.controlled(f"for ({element.removesuffix(' = ')} : {found})", body)]
    inner = f"{element}{found}[{j}];\n" + "\n".join(lines)
    head = f"parlay::parallel_for(0, {found}.size(), {CLOSURE}(size_t {j})"
    out = [context.braces(head, inner, ");")]
    if push:
        if len(shown) == 1 and _type(waiting.place).name in ("vector", "deque"):
            name = context.expr(waiting.place, 15)
            out.append(f"{name}.insert({name}.end(), {found}.begin(), {found}.end());")
        else:
            quiet = element.removesuffix(" = ")
            out.append(context.controlled(f"for ({quiet} : {found})", push))
    return out


def _push(waiting: Waiting, item: str) -> str:
    if not isinstance(waiting.place, Ref) or waiting.keeping in (Keeping.SPAN, Keeping.PILE):
        return ""
    name = "push" if _type(waiting.place).name in ("queue", "stack") else "push_back"
    return f"{waiting.place.symbol.name}.{name}({item});"


def _name(symbol: Symbol | None) -> str:
    return symbol.name if symbol is not None else ""


# --- sums ----------------------------------------------------------------------------------------------------------


def start(context: Context, role: Accumulator) -> tuple[str, list[str]]:
    """The value from which a block sums, and lines in front of the batch that it needs."""
    assert isinstance(role.place, Ref)
    name = role.place.symbol.name
    if role.op in _IDEMPOTENT:
        before = context.fresh(f"{name}_before")
        return before, [f"const {context.type(role.type)} {before} = {name};"]
    return reduce.identity(context, role.op, role.type), []


def folded(context: Context, role: Accumulator, parts: str) -> str:
    """The line that folds the blocks' sums into the variable."""
    assert isinstance(role.place, Ref)
    name = role.place.symbol.name
    if role.op == "+":
        return f"{name} += parlay::reduce({parts});"
    one = context.scoped("part")
    return context.controlled(f"for (const auto {one} : {parts})", reduce.combined(context, name, role.op, one))


def summed_type(role: Accumulator) -> t.Type:
    """The type in which a block sums."""
    return blocks.wrapping(role.type) if role.op in ("+", "*") else role.type
