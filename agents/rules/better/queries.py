"""Inner loops that ask the same array again in each iteration of an outer loop: how many elements are smaller, how many
are equal, whether one is. The array is sorted (or counted) once, ahead of the outer loop, and then asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from unseq.agents.rules.better.rewrite import COUNTER, Rewrite, Writer, at, conditional, keys, less, named
from unseq.agents.rules.better.scope import Counted, Scope, inside, narrows, own_loops, span_of
from unseq.backends.parlay.cxx_types import print_type
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Facts
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Binary, Break, Deref, Expr, If, Index, Member, Place, Ref, Stmt
from unseq.frontend.ir.walk import used_symbols, walk

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_AFTER = "O((n + m) log m)"
_BEFORE = "O(n m)"


@dataclass(frozen=True, slots=True)
class _Test:
    """``key op value``, or the same element with an index ``tie`` what is asked (an operator for the two indices)."""

    key: Expr
    op: str
    value: Expr
    tie: tuple[str, Expr] | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """What stands ahead of the outer loop and what takes the place of the inner one."""

    ahead: str
    query: str
    algorithm: str
    after: str = _AFTER


@dataclass(frozen=True, slots=True)
class _Query:
    """An inner loop and the statement under its test."""

    scope: Scope
    inner: Counted
    test: _Test
    then: tuple[Stmt, ...]


def find(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    """The rewrites of a function's nested searches and counts."""
    for outer in own_loops(facts):
        scope = Scope(facts.function, outer, analysis)
        for inner in inside(facts, outer) if scope.plain and scope.independent else ():
            query = _query(scope, inner)
            text = _text(query, writer) if query is not None else None
            if text is not None:
                yield _rewrite(scope, inner, text, writer)
                break


def _rewrite(scope: Scope, inner: Counted, text: _Text, writer: Writer) -> Rewrite:
    outer = scope.outer
    span, part = outer.loop.span, inner.loop.span
    original = writer.source(span)
    whole = original.encode()
    changed = (whole[: part.start - span.start] + text.query.encode() + whole[part.end - span.start :]).decode()
    conditions = [f"{writer.operand(c.lower.expression())} < {writer.operand(c.upper.expression())}"
                  for c in (outer, inner)]  # fmt: skip
    better = f"{text.ahead}\n{changed}"
    whole_text = conditional([*dict.fromkeys(conditions), *scope.guards], better, original)
    return Rewrite(span, whole_text, text.algorithm, _BEFORE, text.after, guarded=bool(scope.guards))


def _query(scope: Scope, inner: Counted) -> _Query | None:
    if not span_of((inner.lower, inner.upper, scope.outer.lower, scope.outer.upper), scope) or len(inner.body) != 1:
        return None
    (s,) = inner.body
    if isinstance(s, Assign) and s.op == "+" and _is_condition(s.value):  # count += a[j] < x
        condition = s.value
        then: tuple[Stmt, ...] = (replace(s, value=terms.literal(1, s.value.type)),)
    elif isinstance(s, If) and s.other is None:
        condition, then = s.condition, s.then.statements
    else:
        return None
    test = _test(scope, inner, condition)
    return _Query(scope, inner, test, then) if test is not None else None


def _is_condition(e: Expr) -> bool:
    bare = uncast(e)
    return isinstance(bare, Binary) and bare.op in (*_MIRROR, "||")


def _test(scope: Scope, inner: Counted, condition: Expr) -> _Test | None:
    bare = uncast(condition)
    if isinstance(bare, Binary) and bare.op == "||":
        return _with_tie(scope, inner, bare)
    return _comparison(scope, inner, condition)


def _comparison(scope: Scope, inner: Counted, condition: Expr) -> _Test | None:
    """``key(j) op value`` in either order; ``value`` is the same in all iterations of the inner loop."""
    e = uncast(condition)
    if not isinstance(e, Binary) or e.op not in _MIRROR or e.left.type != e.right.type:
        return None
    key, value, op = e.left, e.right, e.op
    if inner.symbol not in used_symbols(key):
        key, value, op = value, key, _MIRROR[op]
    if inner.symbol in used_symbols(value) or not isinstance(key.type, t.Int | t.Float):
        return None
    return _Test(key, op, value) if scope.is_key(key, inner.symbol) else None


def _with_tie(scope: Scope, inner: Counted, e: Binary) -> _Test | None:
    """``key < value || (key == value && j < i)``."""
    strict, both = _comparison(scope, inner, e.left), uncast(e.right)
    if strict is None or strict.op not in "<>" or not isinstance(both, Binary) or both.op != "&&":
        return None
    sides = (both.left, both.right)
    equal = next((found for e in sides if (found := _comparison(scope, inner, e)) and found.op == "=="), None)
    order = next((o for e in sides if isinstance(o := uncast(e), Binary) and o.op != "=="), None)
    if equal is None or replace(equal, op=strict.op) != strict or order is None:
        return None
    left, right = uncast(order.left), uncast(order.right)
    own, other = terms.ref(inner.symbol), terms.ref(scope.outer.symbol)
    if order.op not in ("<", "<=", ">", ">=") or narrows(order.left) or narrows(order.right):
        return None
    if (left, right) == (other, own):
        left, right, order = right, left, replace(order, op=_MIRROR[order.op])
    if (left, right) != (own, other) or order.op[0] != "<" or inner.symbol.type != scope.outer.symbol.type:
        return None
    return replace(strict, tie=(order.op, right))


def _text(query: _Query, writer: Writer) -> _Text | None:
    place = _counted_place(query)
    if place is not None:
        if query.test.op == "==" and (bins := _bins(query, place, writer)) is not None:
            return bins
        return _counting(query, place, writer)
    return _existence(query, writer) if query.test.op == "==" and query.test.tie is None else None


def _counted_place(query: _Query) -> Place | None:
    """The integer that each hit raises by 1."""
    if len(query.then) != 1 or not isinstance(query.then[0], Assign):
        return None
    s = query.then[0]
    if s.op != "+" or terms.constant(s.value) != 1 or not isinstance(s.place.type, t.Int):
        return None
    if query.inner.symbol in used_symbols(s.place) or _depends(query.test.value, s.place):
        return None
    return s.place


def _depends(value: Expr, place: Place) -> bool:
    """Whether what is asked for may change as the hits are written."""
    if Scope.is_local(place):
        return place.symbol in used_symbols(value)
    return any(isinstance(node, Index | Deref | Member) for node in walk(value))


def _position(query: _Query, writer: Writer) -> tuple[str, Expr, str]:
    """The number of elements, the key of element ``k``, and the first index."""
    first = query.inner.lower.expression()
    count = writer.expr(query.inner.upper.minus(query.inner.lower).expression())
    return count, at(query.test.key, query.inner.symbol, terms.add(named("k", t.LONG), first)), writer.operand(first)


def _hits(place: Place, hits: str, writer: Writer) -> str:
    added = f"{writer.expr(place)} += ({print_type(place.type)})({hits});"
    return added if Scope.is_local(place) else f"if (({hits}) != 0) {{\n{added}\n}}"


def _counting(query: _Query, place: Place, writer: Writer) -> _Text:
    """Elements below, or equal to, a value: found by halving in the sorted array."""
    test = query.test
    count, key, first = _position(query, writer)
    vector, value = writer.name("sorted"), writer.name("value")
    spelled = print_type(key.type)
    wanted = f"const {spelled} {value} = {writer.expr(test.value)};\n"
    if test.tie is not None:
        pair, op = f"std::pair<{spelled}, {COUNTER}>", test.op
        order = f"p.first {op} q.first || (p.first == q.first && p.second < q.second)"
        if isinstance(key.type, t.Float):
            order += " || (q.first != q.first && p.first == p.first)"
        ahead = (
            f"std::vector<{pair}> {vector}({count});\nfor ({COUNTER} k = 0; k < {count}; ++k) {{\n"
            f"{vector}[k].first = {writer.expr(key)};\n{vector}[k].second = k;\n}}\n"
            f"std::sort({vector}.begin(), {vector}.end(), [](const {pair} &p, const {pair} &q) {{ return {order}; }});"
        )
        tie = f"({COUNTER}){writer.operand(test.tie[1])} - {first}"
        inside = f"v.first {op} {value} || (v.first == {value} && v.second {test.tie[0]} {tie})"
        hits = _below(vector, f"const {pair} &", inside)
        return _Text(ahead, f"{{\n{wanted}{_hits(place, hits, writer)}\n}}", "sort with indices, then halve")
    ahead = keys(writer, vector, key, count, less(key.type, test.op[0] == ">"))
    if test.op == "==":
        hits = f"{_below(vector, spelled + ' ', f'v <= {value}')} - {_below(vector, spelled + ' ', f'v < {value}')}"
    else:
        hits = _below(vector, spelled + " ", f"v {test.op} {value}")
    return _Text(ahead, f"{{\n{wanted}{_hits(place, hits, writer)}\n}}", "sort once, then halve")


def _below(vector: str, parameter: str, inside: str) -> str:
    lambda_ = f"[&]({parameter}v) {{ return {inside}; }}"
    return f"(std::partition_point({vector}.begin(), {vector}.end(), {lambda_}) - {vector}.begin())"


def _bins(query: _Query, place: Place, writer: Writer) -> _Text | None:
    """Elements equal to the outer loop's own variable: counted once for all its values."""
    outer, test = query.scope.outer, query.test
    value = uncast(test.value)
    if not isinstance(value, Ref) or value.symbol != outer.symbol or not isinstance(test.key.type, t.Int):
        return None
    if narrows(test.value):
        return None
    first = outer.lower.constant
    if not test.key.type.signed and (first is None or first < 0):
        return None
    count, key, _ = _position(query, writer)
    bins, one = writer.name("bins"), writer.name("bin")
    low = writer.operand(outer.lower.expression())
    size = writer.operand(outer.upper.minus(outer.lower).expression())
    ahead = (
        f"std::vector<{COUNTER}> {bins}({size});\nfor ({COUNTER} k = 0; k < {count}; ++k) {{\n"
        f"const {COUNTER} {one} = ({COUNTER})({writer.expr(key)}) - {low};\n"
        f"if ({one} >= 0 && {one} < {size}) {{\n{bins}[{one}] += 1;\n}}\n}}"
    )
    hits = f"{bins}[({COUNTER}){outer.symbol.name} - {low}]"
    return _Text(ahead, _hits(place, hits, writer), "one pass that counts for all bins", "O(n + m)")


def _existence(query: _Query, writer: Writer) -> _Text | None:
    """Whether an element equals a value: found by halving in the sorted array."""
    *others, last = query.then or (Break(),)
    statements = others if isinstance(last, Break) else list(query.then)
    if len(statements) != 1 or not isinstance(statements[0], Assign):
        return None
    s = statements[0]
    if s.op or not Scope.is_local(s.place) or used_symbols(s.value):
        return None
    if s.place.symbol in used_symbols(query.test.value) | {query.scope.outer.symbol}:
        return None
    count, key, _ = _position(query, writer)
    vector, value, found = writer.name("sorted"), writer.name("value"), writer.name("found_at")
    ahead = keys(writer, vector, key, count, less(key.type, False))
    query_text = (
        f"{{\nconst {print_type(key.type)} {value} = {writer.expr(query.test.value)};\n"
        f"const auto {found} = std::lower_bound({vector}.begin(), {vector}.end(), {value});\n"
        f"if ({found} != {vector}.end() && *{found} == {value}) {{\n{writer.stmt(s)}\n}}\n}}"
    )
    return _Text(ahead, query_text, "sort once, then search by halving")
