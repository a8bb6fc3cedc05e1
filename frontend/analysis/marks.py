"""What is known of the marks of a search before it starts: how many there are, and that what waits is marked.

Looks at declarations, allocations, initialising loops, and the statements just before the loop.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.library import ALLOCATE
from unseq.frontend.analysis.library import bare as bare_name
from unseq.frontend.analysis.waiting import bare, is_ref, pushed
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Declare,
    Expr,
    For,
    Function,
    If,
    Index,
    Literal,
    Loop,
    Method,
    Overflow,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.irregular import Discovery, Keeping, Waiting
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """A number of elements; ``within``: no index of a discovery can lie beyond it."""

    elements: Expr
    within: bool


def extent(analysis: FunctionAnalysis, loop: Loop, found: Discovery) -> Extent | None:
    """How many vertices there are."""
    counted = _counted_by(loop, found.index)
    if counted is not None:
        return Extent(counted, True)
    place = found.writes[0].place
    assert isinstance(place, Index)
    base = place.base
    type_ = t.strip(base.type)
    if isinstance(type_, t.Library) and type_.name in ("vector", "array", "deque", "string"):
        return Extent(Method(base, "size", (), t.SIZE), True)
    if not isinstance(base, Ref):
        return None
    symbol = base.symbol
    if isinstance(symbol.type, t.Array):
        known = symbol.type.extent
        sure = symbol.storage is not Storage.PARAMETER
        if isinstance(known, int):
            return Extent(Call("std::size", (base,), t.SIZE) if sure else terms.literal(known), sure)
        if known is not None and (not sure or _is_fixed(analysis.function, known)):
            return Extent(known, sure)
    if isinstance(symbol.type, t.Pointer) and symbol.storage is Storage.LOCAL:
        values = [*_values(analysis.function, symbol)]
        counts = [allocated(value) for value in values]
        if len(counts) == 1 and counts[0] is not None and _is_fixed(analysis.function, counts[0]):
            return Extent(counts[0], True)
    likely = _initialised(analysis.function, loop, base)
    return Extent(likely, False) if likely is not None else None


def has_room(analysis: FunctionAnalysis, waiting: Waiting, marks: Extent) -> bool:
    """Whether an array that items wait in has room for all vertices."""
    base = waiting.place
    if not isinstance(base, Ref):
        return False
    room = _declared(analysis, base.symbol)
    if room is None:
        return False
    wanted = marks.elements
    if isinstance(wanted, Call) and wanted.name == "std::size":
        wanted = terms.literal(_count(wanted.arguments[0].type) or 0)
    a, b = polynomial(room), polynomial(wanted)
    less = a.minus(b).bare() if a is not None and b is not None else None
    return less is not None and not less.atoms() and less.terms.get((), 0) >= 0


def _count(type_: t.Type) -> int | None:
    return type_.extent if isinstance(type_, t.Array) and isinstance(type_.extent, int) else None


def _declared(analysis: FunctionAnalysis, symbol: Symbol) -> Expr | None:
    """How many elements a local array has."""
    if isinstance(symbol.type, t.Array) and symbol.storage is not Storage.PARAMETER:
        known = symbol.type.extent
        return terms.literal(known) if isinstance(known, int) else known
    counts = [allocated(value) for value in _values(analysis.function, symbol)]
    return counts[0] if len(counts) == 1 and counts[0] is not None and _is_fixed(analysis.function, counts[0]) else None


def each(analysis: FunctionAnalysis, loop: Loop, body: Block) -> Expr | None:
    """How many iterations the loop over what an item leads to has, if that is the same for every item."""
    changed = walk.declared_symbols(loop) | walk.rebound_symbols(loop)
    for statement in body.statements:
        if isinstance(statement, For):
            bound = _bound(statement)
            if bound is not None and not walk.used_symbols(bound) & changed and _is_plain(bound):
                return bound
    return None


def _is_plain(e: Expr) -> bool:
    return all(isinstance(n, Ref | Literal | Cast | Binary | Method) for n in walk.walk(e))


def _bound(loop: For) -> Expr | None:
    """``N`` of a loop over 0, 1, ... N - 1."""
    condition = bare(loop.condition)
    if (
        len(loop.init) != 1
        or len(loop.step) != 1
        or not isinstance(condition, Binary)
        or condition.op not in ("<", "!=")
    ):
        return None
    start, step = loop.init[0], loop.step[0]
    symbol = _counter(start)
    if symbol is None or not is_ref(condition.left, symbol):
        return None
    if not isinstance(step, Assign) or step.place != Ref(symbol, t.strip(symbol.type)) or step.op != "+":
        return None
    if terms.constant(bare(step.value)) != 1 or any(
        isinstance(n, Assign) and isinstance(n.place, Ref) and n.place.symbol == symbol for n in walk.walk(loop.body)
    ):
        return None
    return condition.right


def counter_and_bound(loop: For) -> tuple[Symbol, Expr] | None:
    """Counter and bound of a loop over 0, 1, ... N - 1, if its body changes neither."""
    bound = _bound(loop)
    symbol = _counter(loop.init[0]) if bound is not None else None
    if bound is None or symbol is None or not _is_plain(bound):
        return None
    return None if walk.used_symbols(bound) & walk.rebound_symbols(loop) else (symbol, bound)


def _counter(start: Stmt) -> Symbol | None:
    if isinstance(start, Declare) and start.value is not None and terms.constant(bare(start.value)) == 0:
        return start.symbol
    if isinstance(start, Assign) and isinstance(start.place, Ref) and not start.op:
        return start.place.symbol if terms.constant(bare(start.value)) == 0 else None
    return None


def _counted_by(loop: Loop, index: Expr) -> Expr | None:
    """The bound of the inner loop whose counter is the index."""
    index = bare(index)
    if not isinstance(index, Ref):
        return None
    changed = walk.declared_symbols(loop) | walk.rebound_symbols(loop)
    for inner in walk.loops(loop.body):
        if isinstance(inner, For) and _counter(inner.init[0] if inner.init else inner) == index.symbol:
            bound = _bound(inner)
            if bound is not None and not walk.used_symbols(bound) & changed and _is_plain(bound):
                return bound
    return None


def allocated(value: Expr) -> Expr | None:
    """How many elements ``malloc`` or ``calloc`` gives; None for anything else."""
    to = t.element_type(value.type)
    call = bare(value)
    if not isinstance(call, Call) or bare_name(call.name) not in ALLOCATE or to is None:
        return None
    name = bare_name(call.name)
    if name == "calloc" and len(call.arguments) == 2:
        return call.arguments[0]
    if name in ("new[]", "malloc") and len(call.arguments) == 1:
        size = bare(call.arguments[0])
        if isinstance(size, Binary) and size.op == "*":
            for count, width in ((size.left, size.right), (size.right, size.left)):
                if terms.constant(bare(width)) == _width(to):
                    return count
    return None


def _width(type_: t.Type) -> int | None:
    if isinstance(type_, t.Bool):
        return 1
    return type_.bits // 8 if isinstance(type_, t.Int) else None


def _values(function: Function, symbol: Symbol) -> Iterator[Expr]:
    place = Ref(symbol, t.strip(symbol.type))
    for node in walk.walk(function):
        declares = isinstance(node, Declare) and node.symbol == symbol
        assigns = isinstance(node, Assign) and node.place == place
        if isinstance(node, Declare | Assign) and (declares or assigns) and node.value is not None:
            yield node.value


def _is_fixed(function: Function, e: Expr) -> bool:
    """Whether an expression has the same value wherever it is evaluated in the function."""
    if not _is_plain(e) or any(isinstance(n, Method) for n in walk.walk(e)):
        return False
    changed = walk.rebound_symbols(function)
    used = walk.used_symbols(e)
    return not used & changed and all(s.storage in (Storage.PARAMETER, Storage.LOCAL) for s in used)


def _initialised(function: Function, loop: Loop, base: Expr) -> Expr | None:
    """The bound of a loop before the search that writes ``base[i]`` for every i."""
    for other in walk.loops(function):
        if not isinstance(other, For) or other.span.start >= loop.span.start:
            continue
        counter = _counter(other.init[0]) if other.init else None
        bound = _bound(other)
        if bound is None or counter is None or not _is_fixed(function, bound):
            continue
        for node in walk.statements(other.body):
            stored = node.place if isinstance(node, Assign) else None
            if isinstance(stored, Index) and stored.base == base and is_ref(stored.index, counter):
                return bound
    return None


# --- what waits when the search starts -----------------------------------------------------------------------------


def are_marked(function: Function, loop: Loop, waiting: Waiting, discoveries: tuple[Discovery, ...]) -> bool:
    """Whether every item that waits is marked at all times: one item is marked and pushed just before the loop, with
    a constant that is no less than what the test asks for, and marks only grow from item to item."""
    mark = discoveries[0].writes[0].place
    assert isinstance(mark, Index)
    first = _first_mark(function, loop, waiting, mark.base)
    if first is None:
        return False
    return all(_grows(d, mark.base, first, waiting) for d in discoveries)


def _first_mark(function: Function, loop: Loop, waiting: Waiting, base: Expr) -> int | None:
    """The constant with which the only item in front of the loop is marked."""
    before = _before(function, loop)
    if before is None:
        return None
    fresh = False
    item: Expr | None = None
    marks: dict[Expr, int] = {}
    at = 0
    root = walk.root(waiting.place)
    while at < len(before):
        statement = before[at]
        push = pushed(waiting, before, at)
        if push is not None:
            if item is not None or not fresh:
                return None
            item = bare(push[0])
            at += push[1]
            continue
        if _empties(statement, waiting):
            fresh, item = True, None
        elif isinstance(statement, Assign) and isinstance(statement.place, Index) and statement.place.base == base:
            value = terms.constant(bare(statement.value))
            if value is None:
                return None
            marks[bare(statement.place.index)] = value
        else:
            used = walk.used_symbols(statement)
            moved = item is not None and walk.assigned_symbols(statement) & (walk.used_symbols(item) | {root})
            if moved or (_branches(statement) and used & {root, waiting.tail}):
                return None
        at += 1
    return marks.get(item) if item is not None and fresh else None


def _branches(statement: Stmt) -> bool:
    return any(isinstance(n, (If, Return, *walk.LOOPS)) for n in walk.walk(statement))


def _empties(statement: Stmt, waiting: Waiting) -> bool:
    """Whether a statement starts with nothing waiting."""
    if waiting.keeping in (Keeping.SPAN, Keeping.PILE):
        if isinstance(statement, Declare):
            symbol, value = statement.symbol, statement.value
        elif isinstance(statement, Assign) and isinstance(statement.place, Ref) and not statement.op:
            symbol, value = statement.place.symbol, statement.value
        else:
            return False
        return symbol == waiting.tail and value is not None and terms.constant(bare(value)) == waiting.lowest
    return isinstance(statement, Declare) and statement.symbol == walk.root(waiting.place) and statement.value is None


def _before(function: Function, loop: Loop) -> tuple[Stmt, ...] | None:
    """The statements in front of the loop in its block."""
    for node in walk.walk(function):
        if isinstance(node, Block):
            for at, statement in enumerate(node.statements):
                if statement is loop:
                    return node.statements[:at] + (tuple(loop.init) if isinstance(loop, For) else ())
    return None


def _grows(found: Discovery, base: Expr, first: int, waiting: Waiting) -> bool:
    """Whether marks are constants that pass no test, or grow from ``first`` on and the test asks for less."""
    if found.unsafe is None:
        return True
    value, test = bare(found.writes[0].value), bare(found.test)
    if not (isinstance(value, Binary) and value.op == "+" and value.overflow is Overflow.UNDEFINED):
        return False
    step = terms.constant(bare(value.right))
    from_own = isinstance(bare(value.left), Index) and bare(value.left).base == base  # type: ignore[union-attr]
    if step is None or step < 0 or not from_own or value.type != found.writes[0].place.type:
        return False
    if not (isinstance(test, Binary) and isinstance(bare(test.left), Index)):
        return False
    limit = terms.constant(bare(test.right))
    if limit is None:
        return False
    return (test.op == "<" and first >= limit) or (test.op == "==" and first > limit) or (
        test.op == "<=" and first > limit)  # fmt: skip
