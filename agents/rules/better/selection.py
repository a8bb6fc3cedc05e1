"""A sort of a vector of which one element is read afterwards: to find that element is enough (Hoare 1961)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unseq.agents.rules.better.rewrite import COUNTER, Rewrite, Writer, conditional
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.overlap import owned
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import CallFact, Facts
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Binary,
    Block,
    Call,
    Cast,
    Declare,
    Evaluate,
    Expr,
    Function,
    Index,
    Literal,
    Method,
    Ref,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.ir.walk import Node, children, used_symbols, walk

_FILLED_BY = frozenset({"push_back", "reserve", "resize", "size", "empty", "assign", "insert", "emplace_back"})


def find(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    """The rewrites of a function's sorts."""
    for call in facts.calls:
        vector = _sorted_vector(call)
        if vector is None:
            continue
        index = _only_read(facts.function, analysis, vector, call.statement)
        if index is not None and call.span.line:
            yield _rewrite(call, vector.name, index, writer)


def _rewrite(call: CallFact, name: str, index: Expr, writer: Writer) -> Rewrite:
    position = f"({COUNTER})({writer.expr(index)})"
    original = writer.source(call.statement.span)
    better = f"std::nth_element({name}.begin(), {name}.begin() + {position}, {name}.end());"
    conditions = [f"{position} >= 0", f"{position} < ({COUNTER}){name}.size()"]
    return Rewrite(call.statement.span, conditional(conditions, better, original), "select instead of sort",
                   "O(n log n)", "O(n)")  # fmt: skip


def _sorted_vector(call: CallFact) -> Symbol | None:
    """The vector of numbers that ``std::sort(v.begin(), v.end())`` sorts, if it is the function's own."""
    if call.primitive != "sort" or not isinstance(call.call, Call) or len(call.call.arguments) != 2:
        return None
    first, last = map(uncast, call.call.arguments)
    if not (isinstance(first, Method) and isinstance(last, Method) and (first.name, last.name) == ("begin", "end")):
        return None
    vector = first.object
    if vector != last.object or not isinstance(vector, Ref) or not owned(first):
        return None
    symbol = vector.symbol
    fits = isinstance(symbol.type, t.Library) and symbol.type.name == "vector" and symbol.storage is not Storage.GLOBAL
    element = t.element_type(first.type)
    return symbol if fits and isinstance(element, t.Int | t.Float) else None


def _only_read(function: Function, analysis: FunctionAnalysis, vector: Symbol, sort: Stmt) -> Expr | None:
    """The one index at which the vector is read after the sort, if it is used in no other way."""
    block = next((n for n in walk(function) if isinstance(n, Block) and any(s is sort for s in n.statements)), None)
    if block is None or not isinstance(sort, Evaluate):
        return None
    here = next(k for k, s in enumerate(block.statements) if s is sort)
    declared = any(isinstance(s, Declare) and s.symbol == vector for s in block.statements[:here])
    is_parameter = vector in function.parameters and block is function.body
    if not (declared or is_parameter) or not _tame(block.statements[:here], vector):
        return None
    indices: set[Expr] = set()
    if not all(_reads_only(s, vector, indices) for s in block.statements[here + 1 :]) or len(indices) != 1:
        return None
    (index,) = indices
    changing = set().union(*(analysis.effects.modified(s) for s in block.statements[here:]))
    fixed = all(isinstance(n, Ref | Literal | Cast | Binary | Method) for n in walk(index))
    declared_later = {n.symbol for s in block.statements[here:] for n in walk(s) if isinstance(n, Declare)}
    taken = analysis.effects.points_to.address_taken
    others = used_symbols(index) - {vector}
    sizes = all(n.name == "size" for n in walk(index) if isinstance(n, Method))
    return index if fixed and sizes and not others & (changing | declared_later | taken) else None


def _tame(statements: Sequence[Stmt], vector: Symbol) -> bool:
    """Whether nothing keeps a way to the vector's elements."""
    for s in statements:
        if isinstance(s, Declare) and s.symbol == vector:
            continue
        for node in walk(s):
            if isinstance(node, AddressOf) and vector in used_symbols(node):
                return False
            keeps = isinstance(node, Declare) and not t.is_arithmetic(node.symbol.type)
            if keeps and vector in used_symbols(node):
                return False
            for child in children(node):
                if child == Ref(vector, vector.type) and not _harmless(node, s):
                    return False
    return True


def _harmless(parent: Node, statement: Stmt) -> bool:
    if isinstance(parent, Index):
        return True
    if isinstance(parent, Method):
        in_call = isinstance(statement, Evaluate) and isinstance(statement.value, Call)
        return parent.name in _FILLED_BY or (parent.name in ("begin", "end") and in_call)
    return False


def _reads_only(node: Node, vector: Symbol, indices: set[Expr]) -> bool:
    """Whether all uses of the vector below ``node`` are reads of elements, whose indices are added, or of its size."""
    own = Ref(vector, vector.type)
    if isinstance(node, Index) and node.base == own and not node.checked:
        indices.add(node.index)
        return _reads_only(node.index, vector, set())
    if isinstance(node, Method) and node.object == own:
        return node.name in ("size", "empty") and not node.arguments
    if node == own:
        return False
    place = getattr(node, "place", None)
    if place is not None and isinstance(place, Index) and place.base == own:
        return False
    return all(_reads_only(child, vector, indices) for child in children(node))
