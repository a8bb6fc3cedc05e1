"""Two sorted arrays merged into a third by three loops: while both last, then what is left of each.

Where both are sorted, which is a guard, any stretch of the result can be found by itself.  Of integers only: equal ones
cannot be told apart, so it does not matter from which array they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.facts import Claim, Disjoint, Distinct, Extent, Guard, Holds, LoopFact, NonDecreasing
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Cast,
    Declare,
    Expr,
    For,
    If,
    Index,
    Literal,
    Method,
    Ref,
    Stmt,
    Storage,
    Symbol,
    While,
)
from unseq.frontend.irregular import Merge, Run
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class _Take:
    """``out[at] = array[cursor]``, and both one further."""

    out: Expr
    at: Symbol
    array: Expr
    cursor: Symbol


def find(analysis: FunctionAnalysis, fact: LoopFact) -> LoopFact | None:
    """The loop and the two behind it as one merge."""
    loop = fact.loop
    block = next((b for b in walk.walk(analysis.function.body) if isinstance(b, Block)
                  and any(s is loop for s in b.statements)), None)  # fmt: skip
    if not isinstance(loop, While) or loop.test_last or block is None:
        return None
    position = next(k for k, s in enumerate(block.statements) if s is loop)
    rest = block.statements[position + 1 : position + 3]
    takes = _both(loop)
    if takes is None or len(rest) != 2:
        return None
    left, right = takes
    ends = dict(_end(part) or (None, terms.ZERO) for part in terms.conjuncts(loop.condition))
    behind: dict[Symbol | None, Expr] = {}
    for statement in rest:
        one = _remaining(statement)
        if one is None or one[0] not in (left, right):
            return None
        behind[one[0].cursor] = one[1]
    if ends != behind or set(ends) != {left.cursor, right.cursor}:
        return None
    if not _is_sound(analysis, left, right, list(ends.values())):
        return None
    runs = tuple(Run(take.array, take.cursor, ends[take.cursor]) for take in (left, right))
    merge = Merge(runs[0], runs[1], left.out, left.at)
    return replace(
        fact,
        kind="merge",
        parallel=True,
        claim=Claim.GUARDED,
        roles=(),
        guards=_guards(merge),
        reasons=(),
        irregular=merge,
        with_next=tuple(rest),
    )


def _both(loop: While) -> tuple[_Take, _Take] | None:
    """What the two branches take, the one with the smaller element first."""
    branch, *tail = loop.body.statements or (loop,)
    if not isinstance(branch, If) or branch.other is None:
        return None
    then, other = (_take((*block.statements, *tail)) for block in (branch.then, branch.other))
    test = _bare(branch.condition)
    if then is None or other is None or not isinstance(test, Binary) or test.op not in ("<", "<=", ">", ">="):
        return None
    if then.cursor == other.cursor or (then.out, then.at) != (other.out, other.at):
        return None
    smaller, larger = (test.left, test.right) if test.op[0] == "<" else (test.right, test.left)
    if _element(smaller) != (then.array, then.cursor) or _element(larger) != (other.array, other.cursor):
        return None
    return then, other


def _take(statements: Sequence[Stmt]) -> _Take | None:
    """One element taken; the temporaries of lowering are looked through."""
    held: dict[Symbol, Symbol] = {}
    moved: set[Symbol] = set()
    place: tuple[Expr, Symbol] | None = None
    value: tuple[Expr, Symbol] | None = None
    for statement in statements:
        match statement:
            case Declare(symbol, Ref(of)) if of not in moved:
                held[symbol] = of
            case Assign(Ref(symbol), Literal(1), "+") if symbol not in moved:
                moved.add(symbol)
            case Assign(Index() as target, source, "") if place is None:
                place, value = _element(target, held, moved), _element(source, held, moved)
            case _:
                return None
    if place is None or value is None or moved != {place[1], value[1]} or place[1] == value[1]:
        return None
    return _Take(place[0], place[1], value[0], value[1])


def _element(
    e: Expr, held: dict[Symbol, Symbol] | None = None, moved: set[Symbol] | None = None
) -> tuple[Expr, Symbol] | None:
    """An array and the variable that is the subscript, with the value that it had in front of all statements."""
    if not isinstance(e, Index) or e.checked or not isinstance(e.base, Ref):
        return None
    subscript = _bare(e.index)
    if not isinstance(subscript, Ref):
        return None
    symbol = (held or {}).get(subscript.symbol, subscript.symbol)
    return None if symbol is subscript.symbol and symbol in (moved or ()) else (e.base, symbol)


def _bare(e: Expr) -> Expr:
    while isinstance(e, Cast) and isinstance(e.operand.type, t.Int | t.Bool) and isinstance(e.type, t.Int | t.Bool):
        e = e.operand
    return e


def _end(condition: Expr) -> tuple[Symbol, Expr] | None:
    """A cursor and where it ends, one past the last."""
    test = _bare(condition)
    if not isinstance(test, Binary) or test.op not in ("<", "<=", "!="):
        return None
    cursor, bound = _bare(test.left), _bare(test.right)
    if not isinstance(cursor, Ref):
        return None
    return cursor.symbol, terms.add(bound, terms.ONE) if test.op == "<=" else bound


def _remaining(statement: Stmt) -> tuple[_Take, Expr] | None:
    """A loop that takes what is left of one array."""
    if not isinstance(statement, While | For) or (isinstance(statement, While) and statement.test_last):
        return None
    steps = (*statement.body.statements, *(statement.step if isinstance(statement, For) else ()))
    take, end = _take(steps), _end(statement.condition)
    if take is None or end is None or end[0] != take.cursor or (isinstance(statement, For) and statement.init):
        return None
    return take, end[1]


def _is_sound(analysis: FunctionAnalysis, left: _Take, right: _Take, ends: list[Expr]) -> bool:
    """Whether types and variables are such that elements can be compared and counted."""
    cursors = {left.cursor, right.cursor, left.at}
    shared = analysis.effects.points_to.address_taken
    if len(cursors) != 3 or any(s in shared or s.storage is Storage.GLOBAL or not isinstance(s.type, t.Int)
                                for s in cursors):  # fmt: skip
        return False
    arrays = [e.symbol for e in (left.array, right.array, left.out) if isinstance(e, Ref)]
    elements = {t.element_type(t.strip(s.type)) for s in arrays}
    if len(elements) != 1 or not isinstance(next(iter(elements)), t.Int) or arrays[2] in arrays[:2]:
        return False
    if any(s in shared or s.storage is Storage.GLOBAL for s in arrays):
        return False
    for end in ends:
        for node in walk.walk(end):
            size = isinstance(node, Method) and node.name == "size"
            if not size and not isinstance(node, Literal | Ref | Cast | Binary):
                return False
            if isinstance(node, Ref) and (node.symbol in cursors or node.symbol in shared
                                          or (isinstance(node.symbol.type, t.Reference) and not size
                                              and t.is_arithmetic(node.type))):  # fmt: skip
                return False
    return all(isinstance(t.strip(s.type), t.Pointer | t.Array) or _is_vector(s) for s in arrays)


def _is_vector(symbol: Symbol) -> bool:
    type_ = t.strip(symbol.type)
    return isinstance(type_, t.Library) and type_.name == "vector"


def _guards(merge: Merge) -> tuple[Guard, ...]:
    runs = (merge.left, merge.right)
    found: list[Guard] = []
    start = terms.ref(merge.at)
    total = terms.add(*(terms.subtract(run.end, terms.ref(run.cursor)) for run in runs))
    found += [Holds(terms.compare(">=", terms.ref(s), terms.ZERO)) for s in (merge.at, *(r.cursor for r in runs))
              if isinstance(s.type, t.Int) and s.type.signed]  # fmt: skip
    for run in runs:
        found.append(Holds(terms.compare("<=", terms.ref(run.cursor), run.end)))
    for run in runs:
        both = [e.symbol for e in (merge.out, run.array) if isinstance(e, Ref)]
        if all(map(_is_vector, both)):
            if all(isinstance(s.type, t.Reference) for s in both):
                found.append(Distinct(merge.out, run.array))
        else:
            mine = Extent(merge.out, start, terms.add(start, total))
            found.append(Disjoint(mine, Extent(run.array, terms.ref(run.cursor), run.end)))
    found += [NonDecreasing(run.array, terms.ref(run.cursor), run.end) for run in runs]
    return tuple(found)
