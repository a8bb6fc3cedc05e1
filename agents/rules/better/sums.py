"""Sums over a prefix, a suffix or a window that are made anew in each iteration of an outer loop: from the sums of all
prefixes, made once ahead of it, each is one element, or the difference of two.

Integer sums are taken modulo 2^64 and cut to the width of the variable, as the original's are. A floating-point sum is
only taken over a prefix, in the original's order but for the value that it starts from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unseq.agents.rules.better.rewrite import COUNTER, Rewrite, Writer, at, conditional, named
from unseq.agents.rules.better.scope import Counted, Scope, inside, own_loops, span_of
from unseq.backends.parlay.cxx_types import print_type
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Polynomial, number, polynomial
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.updates import update_of
from unseq.frontend.facts import Facts
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Expr, Index, Ref
from unseq.frontend.ir.walk import Node, transform, used_symbols, walk


def find(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    """The rewrites of a function's sums over ranges that move."""
    for outer in own_loops(facts):
        scope = Scope(facts.function, outer, analysis)
        if not (scope.plain and scope.independent and span_of((outer.lower, outer.upper), scope)):
            continue
        for inner in inside(facts, outer):
            found = _rewrite(scope, inner, writer)
            if found is not None:
                yield found
                break


def _rewrite(scope: Scope, inner: Counted, writer: Writer) -> Rewrite | None:
    outer = scope.outer
    if len(inner.body) != 1:
        return None
    (s,) = inner.body
    if not isinstance(s, Assign) or not isinstance(s.place, Ref) or not scope.is_local(s.place):
        return None
    update = update_of(s, s.place)
    if update is None or update.op != "+" or s.place.symbol in (inner.symbol, outer.symbol):
        return None
    place = s.place
    term, inner = _straight(update.operand, inner, outer)
    low, high = _at(scope, inner.lower), _at(scope, inner.upper)
    if low is None or high is None or not (low[0] or high[0]):
        return None
    is_prefix = not low[0]
    if not isinstance(place.type, t.Int) and not (isinstance(place.type, t.Float) and is_prefix):
        return None
    if not isinstance(term.type, type(place.type)) or not _is_term(scope, inner, term, place):
        return None
    last = outer.upper.plus(number(-1))
    begin, end = _value(low, outer.lower), _value(high, last)
    kind = "unsigned long" if isinstance(place.type, t.Int) else print_type(place.type)
    sums, running, count = writer.name("prefix"), writer.name("running"), writer.name("elements")
    from_, to = writer.name("from"), writer.name("to")
    moved = at(term, inner.symbol, terms.add(named("k", t.LONG), begin.expression()))
    ahead = (
        f"const {COUNTER} {count} = {writer.expr(end.minus(begin).expression())};\n"
        f"std::vector<{kind}> {sums}({count} + 1);\n{kind} {running} = 0;\n"
        f"for ({COUNTER} k = 0; k < {count}; ++k) {{\n{running} += ({kind})({writer.expr(moved)});\n"
        f"{sums}[k + 1] = {running};\n}}"
    )
    lower, upper = (p.minus(begin).expression() for p in (inner.lower, inner.upper))
    difference = f"{sums}[{to}]" if is_prefix else f"{sums}[{to}] - {sums}[{from_}]"
    declared = "" if is_prefix else f"const {COUNTER} {from_} = {writer.expr(lower)};\n"
    query = (
        f"{{\n{declared}const {COUNTER} {to} = {writer.expr(upper)};\n"
        f"if ({to} > {'0' if is_prefix else from_}) {{\n{_added(place, kind, difference)}\n}}\n}}"
    )
    span, part = outer.loop.span, inner.loop.span
    original = writer.source(span)
    whole = original.encode()
    changed = (whole[: part.start - span.start] + query.encode() + whole[part.end - span.start :]).decode()
    conditions = [_less(outer.lower, outer.upper, writer), _less(begin, end, writer)]
    if low[0] and high[0]:
        conditions[1] = _less(begin, _value(high, outer.lower), writer)
    words = "one running sum" if is_prefix else "differences of one running sum"
    costs = ("O(n w)" if low[0] and high[0] else "O(n^2)", "O(n)")
    text = conditional([*dict.fromkeys(conditions), *scope.guards], f"{ahead}\n{changed}", original)
    is_floating = isinstance(place.type, t.Float)
    return Rewrite(span, text, words, *costs, guarded=bool(scope.guards), floating=is_floating)


def _added(place: Ref, kind: str, difference: str) -> str:
    name = place.symbol.name
    if isinstance(place.type, t.Float):
        return f"{name} += {difference};"
    return f"{name} = ({print_type(place.type)})(({kind}){name} + ({difference}));"


def _less(a: Polynomial, b: Polynomial, writer: Writer) -> str:
    return f"{writer.operand(a.expression())} < {writer.operand(b.expression())}"


def _at(scope: Scope, bound: Polynomial) -> tuple[int, Polynomial] | None:
    """A bound as ``c * i + rest``, with ``c`` 0 or 1 and a fixed rest."""
    own = terms.ref(scope.outer.symbol)
    slope = next((c for m, c in bound.terms.items() if len(m) == 1 and m[0] == own), 0)
    variable = polynomial(own)
    if slope not in (0, 1) or variable is None:
        return None
    rest = bound.plus(variable, -slope)
    return (slope, rest) if span_of((rest,), scope) else None


def _value(bound: tuple[int, Polynomial], position: Polynomial) -> Polynomial:
    return bound[1].plus(position, bound[0])


def _straight(term: Expr, inner: Counted, outer: Counted) -> tuple[Expr, Counted]:
    """A term whose subscripts speak of ``i + j`` as one over ``j`` alone, which runs from ``i`` on."""
    i, j = terms.ref(outer.symbol), terms.ref(inner.symbol)
    own = polynomial(i)
    subscripts = [polynomial(n.index) for n in walk(term) if isinstance(n, Index)]
    if own is None or outer.symbol not in used_symbols(term) or outer.symbol.type != inner.symbol.type:
        return term, inner
    outside = transform(term, lambda n: n.base if isinstance(n, Index) else n)
    if used_symbols(outside) & {outer.symbol, inner.symbol}:
        return term, inner
    if any(p is None or p.obligations or p.terms.get((i,)) != p.terms.get((j,)) for p in subscripts):
        return term, inner

    def one(node: Node) -> Node:
        index = polynomial(node.index) if isinstance(node, Index) else None
        if not isinstance(node, Index) or index is None:
            return node
        return replace(node, index=index.plus(own, -index.terms.get((i,), 0)).expression())

    return transform(term, one), replace(inner, lower=inner.lower.plus(own), upper=inner.upper.plus(own))


def _is_term(scope: Scope, inner: Counted, term: Expr, place: Ref) -> bool:
    """Whether a term depends on the inner loop's variable, and on nothing that changes in the outer loop."""
    return scope.is_key(term, inner.symbol) and not used_symbols(term) & {place.symbol, scope.outer.symbol}
