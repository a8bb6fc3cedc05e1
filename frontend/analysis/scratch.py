"""Arrays and records that iterations use as scratch memory: an element is written before it is read in every iteration,
and nothing is read behind the loop, or what the last iteration left (array privatization; Tu and Padua 1993).

That elements are written first is ``definite``'s question; here it is who else may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from unseq.frontend.analysis import definite, terms
from unseq.frontend.analysis.aliasing import relation
from unseq.frontend.analysis.calls import elements_of
from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.library import RELEASE, bare
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.regions import Kind, is_array_parameter, is_pointer_like
from unseq.frontend.facts import Induction, Private, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Call,
    Cast,
    Declare,
    Expr,
    Ref,
    Storage,
    Symbol,
    Unary,
)

MOST = 1 << 16  # bytes that an iteration may have on its stack
CONTAINERS = frozenset({"vector", "array", "string"})


def find(
    context: LoopContext, memory: Memory, wanted: Iterable[Symbol | None], roles: Collection[Role]
) -> tuple[Role, ...]:
    """Those of ``wanted`` that each iteration can have for itself, beside variables with ``roles``."""
    if context.exits or context.unknown_writes:
        return ()
    found: list[Role] = []
    for symbol in sorted({s for s in wanted if s is not None and may_be_private(s, context)}, key=lambda s: s.uid):
        if symbol.storage is Storage.PARAMETER:
            role = _kept(symbol, context, memory) if all(map(_is_map, roles)) else None
        else:
            role = _forgotten(symbol, context, memory)
        found += [role] if role is not None else []
    return tuple(found)


def _is_map(role: Role) -> bool:
    return isinstance(role, Private | Induction)


def _forgotten(symbol: Symbol, context: LoopContext, memory: Memory) -> Private | None:
    """A variable whose elements nobody looks at behind the loop."""
    extent = None
    if isinstance(symbol.type, t.Pointer):
        extent = _allocated(symbol, context, memory)
        if extent is None:
            return None
    iteration = definite.Iteration(symbol, extent, context, memory)
    alone = _is_alone(symbol, context, memory)
    return Private(symbol, extent=extent) if alone and iteration.writes_first() else None


def _kept(symbol: Symbol, context: LoopContext, memory: Memory) -> Private | None:
    """An array of the caller, which sees what the last iteration leaves in it."""
    extent = memory.extent_of(symbol)
    if extent is None or symbol in context.assigned or terms.constant(extent.low) != 0:
        return None
    iteration = definite.Iteration(symbol, None, context, memory)
    if not iteration.writes_first() or not iteration.writes_the_same():
        return None
    return Private(symbol, last=True, extent=extent.high)


def may_be_private(symbol: Symbol, context: LoopContext) -> bool:
    """Whether the variable's type and its uses behind the loop allow it."""
    if symbol.storage is Storage.PARAMETER:
        element = t.element_type(symbol.type) if is_pointer_like(symbol.type) or is_array_parameter(symbol) else None
        return element is not None and t.is_arithmetic(element) and not isinstance(symbol.type, t.Library)
    if symbol.storage is not Storage.LOCAL or symbol in context.declared:
        return False
    match symbol.type:
        case t.Array() | t.Record():
            size = _size(symbol.type)
            return symbol not in context.live_after and size is not None and size <= MOST
        case t.Library(name):
            return name in CONTAINERS and symbol not in context.live_after
        case t.Pointer(to):
            return t.is_arithmetic(to)
    return False


def _size(type_: t.Type) -> int | None:
    """Bytes, about; None: not known."""
    match type_:
        case t.Array(element, int() as extent):
            inner = _size(element)
            return inner * extent if inner is not None else None
        case t.Record(fields=fields) if fields and not type_.spelling.startswith("union"):
            sizes = [_size(f.type) for f in fields]
            return sum(s for s in sizes if s is not None) if None not in sizes else None
        case t.Int(bits) | t.Float(bits):
            return bits // 8
        case t.Bool():
            return 1
        case t.Pointer():
            return 8
    return None


# --- other ways to the memory ----------------------------------------------------------------------------------------


def _allocated(symbol: Symbol, context: LoopContext, memory: Memory) -> Expr | None:
    """The number of elements of memory that is allocated in front of the loop, and behind it only released."""
    given = [node.value for node in walk.walk(context.function)
             if (isinstance(node, Declare) and node.symbol == symbol and node.value is not None)
             or (isinstance(node, Assign) and node.place == terms.ref(symbol))]  # fmt: skip
    if len(given) != 1 or symbol in memory.effects.points_to.address_taken:
        return None
    call = given[0]
    while isinstance(call, Cast):
        call = call.operand
    if not isinstance(call, Call) or bare(call.name) not in ("malloc", "calloc"):
        return None
    size = call.arguments[0]
    if bare(call.name) == "calloc":
        size = Binary("*", terms.long(size), terms.long(call.arguments[1]), t.LONG)
    count = elements_of(size, symbol.type)
    known = count is not None and definite.never_changes(count, memory.effects)
    return count if known and _is_only_released(symbol, context) else None


def _is_only_released(symbol: Symbol, context: LoopContext) -> bool:
    """Whether the memory is used in the loop only."""
    inside = {id(node) for node in walk.walk(context.loop)}
    allowed: set[int] = set()
    for node in walk.walk(context.function):
        if (isinstance(node, Call) and bare(node.name) in RELEASE) or _is_test(node):
            for child in walk.children(node):
                while isinstance(child, Cast):
                    child = child.operand
                allowed.add(id(child))
        elif isinstance(node, Assign) and node.place == terms.ref(symbol):
            allowed.add(id(node.place))
    uses = (n for n in walk.walk(context.function) if isinstance(n, Ref) and n.symbol == symbol)
    return all(id(n) in inside or id(n) in allowed for n in uses)


def _is_test(node: walk.Node) -> bool:
    return (isinstance(node, Binary) and node.op in ("==", "!=")) or (isinstance(node, Unary) and node.op == "!")


def _is_alone(symbol: Symbol, context: LoopContext, memory: Memory) -> bool:
    """Whether nothing else leads to the variable's elements."""
    points_to = memory.effects.points_to
    own = [g for g in memory.groups if isinstance(g.object.base, Ref) and g.object.base.symbol == symbol]
    for group in own:
        for other in memory.groups:
            if all(other is not g for g in own) and relation(group.object, other.object, points_to, False).possible:
                return False
    place = terms.ref(symbol)
    mine = points_to.of_value(place) if isinstance(symbol.type, t.Pointer) else points_to.of_place(place)
    if any(region.kind is Kind.UNKNOWN for region in mine):
        return False
    for scope in memory.effects.functions.values():
        for node in walk.walk(scope):
            if isinstance(node, Assign) and not isinstance(node.place, Ref) and is_pointer_like(node.place.type):
                return False
    others = walk.used_symbols(context.function) | walk.declared_symbols(context.function)
    return not any(
        is_pointer_like(other.type) and points_to.of_value(terms.ref(other)) & mine
        for other in others - {symbol} - context.declared
    ) and not _is_handed_on(symbol, context)


def _is_handed_on(symbol: Symbol, context: LoopContext) -> bool:
    """Whether a function that is called outside of the loop gets hold of the variable."""
    inside = {id(node) for node in walk.walk(context.loop)}
    return any(
        isinstance(node, Call) and id(node) not in inside and bare(node.name) not in RELEASE
        and any(isinstance(n, Ref) and n.symbol == symbol for a in node.arguments for n in walk.walk(a))
        for node in walk.walk(context.function)
    )  # fmt: skip
