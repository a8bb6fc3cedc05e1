"""Where the items of a worklist wait, and which statements of its loop take one.

Known are arrays with a head and a tail or a top, vectors that are read from an index, and the containers of the
standard library used as queues and stacks.  Whether the items may be taken together is ``worklist``'s question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from unseq.frontend.analysis import terms
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Cast,
    Construct,
    Declare,
    Evaluate,
    Expr,
    For,
    Index,
    Loop,
    Method,
    Ref,
    Stmt,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.irregular import Keeping, Waiting

_FRONT = {"queue": ("front", "pop"), "deque": ("front", "pop_front"), "list": ("front", "pop_front")}
_BACK = {"stack": ("top", "pop"), "vector": ("back", "pop_back"), "deque": ("back", "pop_back"),
         "list": ("back", "pop_back")}  # fmt: skip
_PUSH = {"push", "push_back", "emplace", "emplace_back"}


def bare(e: Expr) -> Expr:
    """``e`` without the conversions around it."""
    while isinstance(e, Cast):
        e = e.operand
    return e


def is_ref(e: Expr, symbol: Symbol | None) -> bool:
    """Whether ``e`` is a variable, converted or not."""
    e = bare(e)
    return isinstance(e, Ref) and e.symbol == symbol


def of_loop(loop: Loop) -> Waiting | None:
    """The worklist that a loop empties; None if it empties none."""
    if isinstance(loop, While) and not loop.test_last:
        condition = bare(loop.condition)
        place = _not_empty(condition)
        if place is not None:
            return _library(loop, place)
        return _array(loop, condition)
    if isinstance(loop, For) and len(loop.step) == 1 and _moves(loop.step[0]) == 1:
        return _array(loop, bare(loop.condition))
    return None


def pushed(waiting: Waiting, statements: tuple[Stmt, ...], at: int) -> tuple[Expr, int] | None:
    """The item that is put behind the others by the statement at ``at``, and how many statements that takes."""
    first = statements[at]
    after = statements[at + 1] if at + 1 < len(statements) else None
    if waiting.keeping in (Keeping.SPAN, Keeping.PILE):
        return _stored(waiting, first, after)
    if not isinstance(first, Evaluate) or not isinstance(first.value, Method):
        return None
    call = first.value
    if call.object != waiting.place or call.name not in _PUSH:
        return None
    if len(call.arguments) == 1:
        return call.arguments[0], 1
    if call.name.startswith("emplace") and call.arguments:
        return Construct(waiting.element, call.arguments, True, span=call.span), 1
    return None


def _stored(waiting: Waiting, first: Stmt, after: Stmt | None) -> tuple[Expr, int] | None:
    """``place[tail] = item; tail++``, or ``tail++; place[tail] = item`` for a top that points to the last item."""
    stores, moves = (first, after) if waiting.lowest == 0 else (after, first)
    if not isinstance(stores, Assign) or stores.op or not isinstance(stores.place, Index):
        return None
    if stores.place.base != waiting.place or not is_ref(stores.place.index, waiting.tail):
        return None
    if moves is None or _moves(moves) != 1 or _moved(moves) != waiting.tail:
        return None
    return stores.value, 2


def _moves(statement: Stmt) -> int:
    """By how much a statement moves a variable; 0 if it does something else."""
    if isinstance(statement, Assign) and isinstance(statement.place, Ref):
        by = terms.constant(bare(statement.value))
        if statement.op in ("+", "-") and by is not None:
            return by if statement.op == "+" else -by
        value = bare(statement.value)
        if not statement.op and isinstance(value, Binary) and value.op in "+-":
            by = terms.constant(bare(value.right))
            if is_ref(value.left, statement.place.symbol) and by is not None:
                return by if value.op == "+" else -by
    return 0


def _moved(statement: Stmt) -> Symbol | None:
    return statement.place.symbol if isinstance(statement, Assign) and isinstance(statement.place, Ref) else None


# --- containers of the library -------------------------------------------------------------------------------------


def _not_empty(condition: Expr) -> Expr | None:
    """The container that a condition says is not empty."""
    if isinstance(condition, Unary) and condition.op == "!":
        asked = bare(condition.operand)
        return asked.object if isinstance(asked, Method) and asked.name == "empty" else None
    if isinstance(condition, Method) and condition.name == "size":
        return condition.object
    if isinstance(condition, Binary) and condition.op in (">", "!=") and terms.constant(bare(condition.right)) == 0:
        asked = bare(condition.left)
        return asked.object if isinstance(asked, Method) and asked.name == "size" else None
    return None


def _library(loop: While, place: Expr) -> Waiting | None:
    type_ = t.strip(place.type)
    if not isinstance(type_, t.Library) or not isinstance(place, Ref) or not type_.args:
        return None
    element = type_.args[0]
    if isinstance(element, int):
        return None
    for keeping, table in ((Keeping.QUEUE, _FRONT), (Keeping.STACK, _BACK)):
        look, drop = table.get(type_.name, ("", ""))
        first = keeping is Keeping.QUEUE
        bound = next(_bindings(loop, partial(_looks, place, look, first)), None)
        dropped = [s for s in loop.body.statements if isinstance(s, Evaluate) and isinstance(s.value, Method)
                   and s.value.object == place and s.value.name == drop]  # fmt: skip
        if bound is not None and len(dropped) == 1:
            return Waiting(keeping, place, element, (dropped[0],), *bound)
    return None


def _looks(place: Expr, look: str, first: bool, e: Expr) -> bool:
    """Whether an expression is the first or the last element of a container."""
    if isinstance(e, Method):
        return e.object == place and e.name == look
    if not isinstance(e, Index) or e.base != place:
        return False
    at = bare(e.index)
    if first:
        return terms.constant(at) == 0
    last = isinstance(at, Binary) and at.op == "-" and terms.constant(bare(at.right)) == 1
    return isinstance(at, Binary) and last and bare(at.left) == Method(place, "size", (), t.SIZE)


def _bindings(loop: Loop, wanted: Callable[[Expr], bool]) -> Iterator[tuple[Declare | Assign, Expr]]:
    for statement in loop.body.statements:
        value = statement.value if isinstance(statement, Declare | Assign) else None
        if isinstance(statement, Assign) and (statement.op or not isinstance(statement.place, Ref)):
            continue
        if value is not None:
            read = next((e for e in walk.expressions(value) if wanted(e)), None)
            if read is not None and isinstance(statement, Declare | Assign):
                yield statement, read


# --- arrays --------------------------------------------------------------------------------------------------------


def _array(loop: While | For, condition: Expr) -> Waiting | None:
    if isinstance(condition, Ref):
        return _pile(loop, condition.symbol, 0)
    if not isinstance(condition, Binary):
        return None
    left, right, op = bare(condition.left), bare(condition.right), condition.op
    if op == ">" and isinstance(left, Ref) and isinstance(right, Ref):
        left, right, op = right, left, "<"
    bound = terms.constant(right)
    if isinstance(left, Ref) and bound is not None:
        lowest = {(">", 0): 0, ("!=", 0): 0, (">=", 1): 0, (">=", 0): -1, (">", -1): -1, ("!=", -1): -1}
        found = lowest.get((op, bound))
        return _pile(loop, left.symbol, found) if found is not None else None
    if op not in ("<", "!=") or not isinstance(left, Ref):
        return None
    head = left.symbol
    steps = loop.step if isinstance(loop, For) else tuple(s for s in loop.body.statements if _moved(s) == head)
    if len(steps) != 1 or _moves(steps[0]) != 1 or _moved(steps[0]) != head:
        return None
    bound_here = next(_bindings(loop, lambda e: isinstance(e, Index) and is_ref(e.index, head)), None)
    if bound_here is None or not isinstance(bound_here[1], Index):
        return None
    place = bound_here[1].base
    taking = () if isinstance(loop, For) else steps
    if isinstance(loop, While) and not _in_order(loop, bound_here[0], steps[0]):
        return None
    element = t.element_type(place.type)
    if element is None:
        return None
    stepped = isinstance(loop, For)
    if isinstance(right, Ref) and right.symbol != head:
        return Waiting(Keeping.SPAN, place, element, taking, *bound_here, head, right.symbol, stepped=stepped)
    grows = isinstance(right, Method) and right.name == "size" and right.object == place
    of = t.strip(place.type)
    if grows and isinstance(of, t.Library) and of.name in ("vector", "deque"):
        return Waiting(Keeping.GROWN, place, element, taking, *bound_here, head, stepped=stepped)
    return None


def _in_order(loop: Loop, first: Stmt, second: Stmt) -> bool:
    at = [k for s in (first, second) for k, other in enumerate(loop.body.statements) if other is s]
    return len(at) == 2 and at[0] < at[1]


def _pile(loop: While | For, top: Symbol, lowest: int) -> Waiting | None:
    """``item = place[--top]`` (``lowest`` 0) or ``item = place[top--]`` (``lowest`` -1)."""
    if isinstance(loop, For):
        return None
    moves = [s for s in loop.body.statements if _moved(s) == top]
    if len(moves) != 1 or _moves(moves[0]) != -1:
        return None

    def is_top(e: Expr) -> bool:
        if not isinstance(e, Index):
            return False
        index = bare(e.index)
        if is_ref(index, top):
            return True
        return isinstance(index, Binary) and index.op == "-" and is_ref(index.left, top) and terms.constant(
            bare(index.right)) == 1  # fmt: skip

    found = next(_bindings(loop, is_top), None)
    if found is None or not isinstance(found[1], Index):
        return None
    binding, read = found
    assert isinstance(read, Index)
    plain = is_ref(read.index, top)
    moved_first = _in_order(loop, moves[0], binding)
    # place[top] after the move, or place[top - 1] before it, is the last item of a pile of `top`.
    counts = (plain and moved_first) or (not plain and not moved_first)
    points = plain and not moved_first
    if not ((lowest == 0 and counts) or (lowest == -1 and points)):
        return None
    element = t.element_type(read.base.type)
    if element is None:
        return None
    return Waiting(Keeping.PILE, read.base, element, (moves[0],), binding, read, None, top, lowest)
