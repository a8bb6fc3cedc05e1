"""Which elements of an array one item of a worklist reads, in terms of the item: for checks that a batch makes.

A subscript is bounded where it is an expression over the item, or over the counter of an inner loop whose bounds are.
"""

from __future__ import annotations

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.waiting import bare, is_ref
from unseq.frontend.extent import Extent
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Binary, Block, Declare, Expr, For, Index, Ref, Symbol


def extents(body: Block, base: Expr, fixed: frozenset[Symbol]) -> tuple[Extent, ...] | None:
    """The elements of ``base`` that the body of a worklist reads for one item; None if they are not known.

    ``fixed``: variables that have their values when the item is taken."""
    known = set(fixed)
    for statement in body.statements:
        if (
            isinstance(statement, Declare)
            and statement.value is not None
            and not isinstance(statement.symbol.type, t.Reference)
        ):
            known.add(statement.symbol)
    known -= {n.place.symbol for n in walk.walk(body) if isinstance(n, Assign) and isinstance(n.place, Ref)}
    counters = _counters(body)
    found: list[Extent] = []
    for node in walk.walk(body):
        if not isinstance(node, Index) or node.base != base:
            continue
        used = walk.used_symbols(node.index)
        low = high = node.index
        for symbol in used - known:
            if symbol not in counters or not _rises(node.index, symbol):
                return None
            first, end = counters[symbol]
            if (walk.used_symbols(first) | walk.used_symbols(end)) - known:
                return None
            last = terms.subtract(end, terms.ONE)
            low, high = (walk.substitute(e, {symbol: value}) for e, value in ((low, first), (high, last)))
        _add(found, Extent(base, terms.long(low), terms.add(high, terms.ONE)))
    return tuple(found)


def _add(found: list[Extent], new: Extent) -> None:
    """Adds an extent; two that begin at a fixed distance from each other become one."""
    for at, old in enumerate(found):
        ends = [_distance(a, b) for a, b in ((new.low, old.low), (new.high, old.high))]
        if ends[0] is not None and ends[1] is not None:
            low = new.low if ends[0] < 0 else old.low
            high = new.high if ends[1] > 0 else old.high
            found[at] = Extent(old.base, low, high)
            return
    found.append(new)


def _distance(left: Expr, right: Expr) -> int | None:
    a, b = polynomial(left), polynomial(right)
    difference = a.minus(b).bare() if a is not None and b is not None else None
    if difference is None or difference.atoms():
        return None
    return int(difference.terms.get((), 0))


def _counters(body: Block) -> dict[Symbol, tuple[Expr, Expr]]:
    """The counters of inner loops, each with its first value and its bound."""
    found: dict[Symbol, tuple[Expr, Expr]] = {}
    for loop in walk.loops(body):
        symbol = _counter(loop) if isinstance(loop, For) else None
        if symbol is not None and isinstance(loop, For):
            first, bound = _start(loop), _bound(loop, symbol)
            if first is not None and bound is not None:
                found[symbol] = (first, bound)
    return found


def _counter(loop: For) -> Symbol | None:
    start = loop.init[0] if len(loop.init) == 1 else None
    if isinstance(start, Declare):
        symbol = start.symbol
    elif isinstance(start, Assign) and isinstance(start.place, Ref) and not start.op:
        symbol = start.place.symbol
    else:
        return None
    step = loop.step[0] if len(loop.step) == 1 else None
    rises = (
        isinstance(step, Assign)
        and step.op == "+"
        and is_ref(step.place, symbol)
        and terms.constant(bare(step.value)) == 1
    )
    changed = any(isinstance(n, Assign) and is_ref(n.place, symbol) for n in walk.walk(loop.body))
    return symbol if rises and not changed else None


def _start(loop: For) -> Expr | None:
    start = loop.init[0]
    return start.value if isinstance(start, Declare | Assign) else None


def _bound(loop: For, symbol: Symbol) -> Expr | None:
    condition = bare(loop.condition)
    less = isinstance(condition, Binary) and condition.op in ("<", "!=") and is_ref(condition.left, symbol)
    return condition.right if less and isinstance(condition, Binary) else None


def _rises(index: Expr, symbol: Symbol) -> bool:
    """Whether a subscript grows with a counter."""
    found = polynomial(index)
    if found is None:
        return False
    of = [(key, factor) for key, factor in found.terms.items() if any(symbol in walk.used_symbols(a) for a in key)]
    return len(of) == 1 and len(of[0][0]) == 1 and is_ref(of[0][0][0], symbol) and of[0][1] > 0
