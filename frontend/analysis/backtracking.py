"""Counting by backtracking: every choice at one depth is tried, and recursion goes on one deeper.

    long f(n, d, s) {
        if (d == n) return 1;
        for (c = 0; c < n; c++) if (ok(s, d, c)) { s[d] = c; count += f(n, d + 1, s); }
        return count;
    }

The choices at one depth are independent if each has its own copy of the state ``s``: what lies behind ``s[d]`` is
written before it is read (a depth reads only what lies in front of it), so a copy of the front is enough.  Without a
state the recursion only computes a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.build import FunctionAnalysis, context_of
from unseq.frontend.analysis.context import Access
from unseq.frontend.analysis.marks import counter_and_bound
from unseq.frontend.analysis.paths import path
from unseq.frontend.analysis.values import TooLarge
from unseq.frontend.analysis.waiting import bare, is_ref
from unseq.frontend.facts import Accumulator, Claim, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Expr,
    For,
    Function,
    If,
    Index,
    Loop,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.irregular import Choices
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic, Span

Judge = Callable[[Function, Loop], LoopFact]
_NUMBER = 930_000_000  # uids of the symbols made here lie above this


def find(analysis: FunctionAnalysis, fact: LoopFact, judge: Judge) -> LoopFact | None:
    """The fact of a loop over choices, parallel or with the reasons why not; None if it is none."""
    function, loop = analysis.function, fact.loop
    calls = [e for e in walk.expressions(loop.body) if isinstance(e, Call) and e.name == function.name]
    if not calls or not isinstance(loop, For) or _inside_another(function, loop):
        return None
    depth = _depth(function, calls)
    levels = _levels(function, depth) if depth is not None else None
    counted = counter_and_bound(loop)
    if depth is None or levels is None or counted is None:
        return None
    counter, bound = counted
    writes = [n for n in walk.walk(loop.body) if isinstance(n, Assign) and not isinstance(n.place, Ref)]
    states = {n.place.base for n in writes if isinstance(n.place, Index)}
    if len(states) > 1 or any(not isinstance(n.place, Index) for n in writes):
        return None
    state = states.pop() if states else None
    reason = _state(function, loop, state, depth, counter, writes, calls) if state is not None else _no_state(function)
    if reason is not None:
        return replace(fact, reasons=(reason,))
    made, counted_loop = _without(function, loop, writes)
    judged = judge(made, counted_loop)
    reasons = list(judged.reasons)
    if not reasons and any(not isinstance(r, Accumulator) or not isinstance(r.place, Ref) for r in judged.roles):
        reasons.append(_reason(loop.span, "a choice leaves more behind than what it adds to a sum"))
    if not reasons and judged.guards:
        reasons.append(_reason(loop.span, "a choice may write what another one reads"))
    if not reasons and state is not None:
        other = _reads(made, counted_loop, state, depth)
        reasons += [other] if other is not None else []
    if reasons:
        return replace(fact, reasons=tuple(reasons))
    return replace(
        judged,
        loop=loop,
        kind="backtracking",
        claim=Claim.PROVED,
        parent=fact.parent,
        function=fact.function,
        before=(),
        original=None,
        irregular=Choices(counter, bound, depth, levels, state),
    )


def _reason(span: Span, what: str) -> Diagnostic:
    remedy = "write one element a depth before going deeper, and read only those of smaller depths"
    return Diagnostic(span, what, remedy, code=Why.CALL_RECURSIVE)


def _inside_another(function: Function, loop: Loop) -> bool:
    return any(other is not loop and any(n is loop for n in walk.walk(other)) for other in walk.loops(function))


# --- the recursion -------------------------------------------------------------------------------------------------


def _depth(function: Function, calls: list[Call]) -> Symbol | None:
    """The parameter that every recursive call passes on plus one, if all arrays are passed on as they are."""
    found: set[Symbol] = set()
    for call in calls:
        if len(call.arguments) != len(function.parameters):
            return None
        for p, argument in zip(function.parameters, call.arguments, strict=True):
            value = bare(argument)
            adds = isinstance(value, Binary) and value.op == "+"
            if isinstance(value, Binary) and adds and is_ref(value.left, p) and terms.constant(bare(value.right)) == 1:
                found.add(p)
            elif not is_ref(value, p) and not t.is_arithmetic(t.strip(p.type)):
                return None
    assigned = walk.rebound_symbols(function)
    depths = [s for s in found if isinstance(s.type, t.Int) and s not in assigned]
    return depths[0] if len(depths) == 1 else None


def _levels(function: Function, depth: Symbol) -> Expr | None:
    """At which depth the recursion ends: ``if (d == n) return ...`` in front of everything, for a fixed ``n``."""
    first = function.body.statements[0] if function.body.statements else None
    if not isinstance(first, If) or first.other is not None or not isinstance(first.then.statements[-1], Return):
        return None
    test = bare(first.condition)
    if not isinstance(test, Binary) or test.op not in ("==", ">="):
        return None
    left, right = bare(test.left), bare(test.right)
    if is_ref(right, depth) and test.op == "==":
        left, right = right, left
    if not is_ref(left, depth) or not isinstance(right, Ref) or right.symbol not in function.parameters:
        return None
    if right.symbol in walk.rebound_symbols(function) or not isinstance(right.symbol.type, t.Int):
        return None
    for call in walk.expressions(function):
        if isinstance(call, Call) and call.name == function.name:
            passed = dict(zip(function.parameters, call.arguments, strict=False))
            if not is_ref(passed[right.symbol], right.symbol):
                return None
    return right


def _no_state(function: Function) -> Diagnostic | None:
    """Without a state, nothing is written at all."""
    for part in (function, *function.callees):
        for node in walk.walk(part):
            if isinstance(node, Assign):
                root = walk.own_root(node.place)
                if root is None or root.storage is Storage.GLOBAL or isinstance(root.type, t.Reference):
                    return _reason(node.span, "the recursion writes what other choices may read")
    return None


# --- the state -----------------------------------------------------------------------------------------------------


def _state(
    function: Function, loop: For, state: Expr, depth: Symbol, counter: Symbol, writes: list[Assign], calls: list[Call]
) -> Diagnostic | None:
    """Whether each depth writes its own element, and no other, before it goes deeper."""
    if not isinstance(state, Ref) or state.symbol.storage is Storage.LOCAL:
        return _reason(writes[0].span, "the state is not an array that the recursion passes on")
    for write in writes:
        assert isinstance(write.place, Index)
        if write.op or not is_ref(write.place.index, depth):
            return _reason(write.span, "writes another element of the state than that of its depth")
        if not is_ref(write.value, counter) or bare(write.value).type != write.place.type:
            return _reason(write.span, "what is written is not the choice")
    if not (isinstance(counter.type, t.Int) and counter.type.signed):
        return _reason(loop.span, "the choices are not signed numbers from 0 on")
    for call in calls:
        if not _written_before(loop.body, call, writes):
            return _reason(call.span, "goes deeper without having written the element of its depth")
    outside = {id(n) for n in walk.walk(loop)}
    for node in walk.walk(function):
        if isinstance(node, Ref) and node.symbol == state.symbol and id(node) not in outside:
            return _reason(node.span, "uses the state outside of the loop over the choices")
    for part in function.callees:
        for node in walk.walk(part):
            if isinstance(node, Assign) and not isinstance(node.place, Ref):
                return _reason(node.span, "a function that the choices call writes memory")
    others = [p for p in function.parameters if p != state.symbol and not t.is_arithmetic(t.strip(p.type))]
    if others:
        return _reason(loop.span, f"{others[0].name} may lead to the state")
    return None


def _written_before(block: Block, call: Call, writes: list[Assign]) -> bool:
    """Whether a block on the way to a call writes the element first."""
    for at, statement in enumerate(block.statements):
        if any(e is call for e in walk.expressions(statement)):
            if any(any(s is w for w in writes) for s in block.statements[:at]):
                return True
            inner = [n for n in walk.children(statement) if isinstance(n, Block)]
            return any(_written_before(b, call, writes) for b in inner if any(e is call for e in walk.expressions(b)))
    return False


def _without(function: Function, loop: For, writes: list[Assign]) -> tuple[Function, For]:
    """The function without writes to the state, some number in place of what the recursion returns; and its loop."""
    value = Symbol("deeper", function.result, _NUMBER, Storage.PARAMETER, const=True)

    def one(node: walk.Node) -> walk.Node:
        return Ref(value, value.type) if isinstance(node, Call) and node.name == function.name else node

    def keep(s: Stmt) -> tuple[Stmt, ...]:
        return () if any(s is w for w in writes) else (s,)

    body = walk.transform(walk.splice(loop.body, keep), one)
    made = replace(loop, body=body)
    whole = walk.splice(function.body, lambda s: (made,) if s is loop else (s,))
    return replace(function, body=whole, parameters=(*function.parameters, value)), made


def _reads(function: Function, loop: For, state: Expr, depth: Symbol) -> Diagnostic | None:
    """Whether only elements of smaller depths are read, and nothing else that may be the state."""
    assert isinstance(state, Ref)
    try:
        context, _, _ = context_of(FunctionAnalysis(function), loop)
    except TooLarge:
        return _reason(loop.span, "too much to look at")
    for access in context.accesses:
        where = path(access.resolved)
        if access.root != state.symbol:
            if where.behind or (access.root is not None and access.root.storage is Storage.GLOBAL):
                return _reason(access.place.span, "reads memory that may be a part of the state")
            continue
        if access.is_write or access.whole or len(where.steps) != 1 or not _below(access, where.steps[0], depth):
            return _reason(access.place.span, "may read the state at its own depth or deeper")
    return None


def _below(access: Access, subscript: Expr | str, depth: Symbol) -> bool:
    """Whether a subscript runs from 0 or more to less than the depth."""
    if isinstance(subscript, str):
        return False
    for nest in access.nests:
        if is_ref(subscript, nest.position) and nest.first is not None and nest.last is not None:
            low = terms.constant(bare(nest.first))
            last, limit = polynomial(nest.last), polynomial(Ref(depth, t.strip(depth.type)))
            over = last.minus(limit).bare() if last is not None and limit is not None else None
            if low is not None and low >= 0 and over is not None and not over.atoms():
                return over.terms.get((), 0) < 0
    return False
