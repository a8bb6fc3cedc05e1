"""Loops over all pairs of elements that ask what a sorted copy shows at once: the least distance is one of neighbours,
equal elements stand side by side, and in a sum of minima each element counts once for every greater one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unseq.agents.rules.better.rewrite import COUNTER, Rewrite, Writer, at, conditional, keys, less, named
from unseq.agents.rules.better.scope import Counted, Scope, inside, narrows, own_loops, span_of
from unseq.backends.parlay.cxx_types import print_type
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.updates import uncast, update_of
from unseq.frontend.facts import Facts
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Break,
    Call,
    Declare,
    Expr,
    If,
    Ref,
    Return,
    Select,
    Stmt,
    Symbol,
)
from unseq.frontend.ir.walk import substitute, transform, used_symbols

_DISTANCES = frozenset({"abs", "fabs", "fabsf", "labs", "llabs"})
_BEFORE, _AFTER = "O(n^2)", "O(n log n)"


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Two loops over ``i < j``, the statement of one pair, and what is compared: ``key`` of either."""

    scope: Scope
    inner: Counted
    statement: Stmt


def find(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    """The rewrites of a function's loops over pairs."""
    for outer in own_loops(facts):
        pairs = _pairs(facts, analysis, outer)
        if pairs is not None:
            for form in (_closest, _equal, _extrema):
                rewrite = form(pairs, writer)
                if rewrite is not None:
                    yield rewrite
                    break


def _pairs(facts: Facts, analysis: FunctionAnalysis, outer: Counted) -> _Pairs | None:
    inners = inside(facts, outer)
    if len(outer.body) != 1 or len(inners) != 1:
        return None
    inner, scope = inners[0], Scope(facts.function, outer, analysis)
    own = polynomial(terms.ref(outer.symbol))
    if own is None or inner.lower.minus(own).constant != 1 or not span_of((inner.upper, outer.lower), scope):
        return None
    if inner.upper.minus(outer.upper).constant not in (0, 1):
        return None
    statement = _one_statement(inner.body)
    return _Pairs(scope, inner, statement) if statement is not None else None


def _one_statement(body: tuple[Stmt, ...]) -> Stmt | None:
    """The statements of a body as one, with the values of its variables put in."""
    known: dict[Symbol, Expr] = {}
    *before, last = body or (None,)
    for s in before:
        if not isinstance(s, Declare) or s.value is None or isinstance(s.symbol.type, t.Reference):
            return None
        if not isinstance(s.symbol.type, t.Int | t.Float) or s.value.type != s.symbol.type:
            return None
        known[s.symbol] = substitute(s.value, known)
    if isinstance(last, Assign) and isinstance(last.place, Ref) and last.place.symbol in known:
        return None
    return substitute(last, known) if last is not None else None


def _key(pairs: _Pairs, left: Expr, right: Expr) -> Expr | None:
    """The key of the first element of a pair, where ``left`` and ``right`` are one expression of either."""
    outer, inner = pairs.scope.outer.symbol, pairs.inner.symbol
    if outer not in used_symbols(left):
        left, right = right, left
    value: Expr = terms.ref(inner)
    if outer.type != inner.type or substitute(left, {outer: value}) != right:
        return None
    if inner in used_symbols(left) or not isinstance(left.type, t.Int | t.Float):
        return None
    return left if pairs.scope.is_key(left, outer) else None


def _sorted(pairs: _Pairs, writer: Writer, key: Expr) -> tuple[str, str, list[str], str]:
    """The name of the sorted copy, the number of its elements, the condition that there are pairs, the statements."""
    outer = pairs.scope.outer
    first = outer.lower.expression()
    count = writer.expr(pairs.inner.upper.minus(outer.lower).expression())
    vector, n = writer.name("sorted"), writer.name("elements")
    moved = at(key, outer.symbol, terms.add(named("k", t.LONG), first))
    made = f"const {COUNTER} {n} = {count};\n{keys(writer, vector, moved, n, less(key.type, False))}"
    condition = f"{writer.operand(terms.add(first, terms.ONE))} < {writer.operand(pairs.inner.upper.expression())}"
    return vector, n, [condition], made


def _rewrite(pairs: _Pairs, conditions: list[str], text: str, algorithm: str) -> Rewrite:
    return Rewrite(pairs.scope.outer.loop.span, conditional(conditions, text), algorithm, _BEFORE, _AFTER)


def _closest(pairs: _Pairs, writer: Writer) -> Rewrite | None:
    """``best = min(best, |a[i] - a[j]|)``."""
    place = _updated(pairs)
    update = update_of(pairs.statement, place) if place is not None else None
    if place is None or update is None or update.op != "min" or update.take_equal:
        return None
    inner = uncast(update.operand)
    if not isinstance(inner, Call) or not pairs.scope.is_library(inner, _DISTANCES):
        return None
    difference = inner.arguments[0]
    if not isinstance(difference, Binary) or difference.op != "-" or place.symbol in used_symbols(difference):
        return None
    if not isinstance(difference.type, t.Float) and not (isinstance(difference.type, t.Int) and difference.type.signed):
        return None
    if difference.left.type != difference.type or difference.right.type != difference.type:
        return None
    key = _key(pairs, difference.left, difference.right)
    if key is None or narrows(update.operand):
        return None
    vector, n, conditions, made = _sorted(pairs, writer, key)
    k = writer.name("k")
    gap = Binary("-", named(f"{vector}[{k}]", key.type), named(f"{vector}[{k} - 1]", key.type), key.type)
    one = transform(pairs.statement, lambda node: gap if node == difference else node)
    text = f"{made}\nfor ({COUNTER} {k} = 1; {k} < {n}; ++{k}) {{\n{writer.stmt(one)}\n}}"
    return _rewrite(pairs, conditions, text, "sort, then compare neighbours")


def _updated(pairs: _Pairs) -> Ref | None:
    """The variable that the statement of a pair assigns."""
    s = pairs.statement
    if isinstance(s, If) and s.other is None and len(s.then.statements) == 1:
        s = s.then.statements[0]
    if not isinstance(s, Assign) or not isinstance(s.place, Ref) or not pairs.scope.is_local(s.place):
        return None
    address_taken = pairs.scope.analysis.effects.points_to.address_taken
    return s.place if s.place.symbol not in address_taken else None


def _equal(pairs: _Pairs, writer: Writer) -> Rewrite | None:
    """``if (a[i] == a[j])`` counts, sets a flag or returns."""
    s = pairs.statement
    condition = uncast(s.condition) if isinstance(s, If) and s.other is None else None
    if not isinstance(s, If) or not isinstance(condition, Binary) or condition.op != "==":
        return None
    key = _key(pairs, condition.left, condition.right)
    if key is None:
        return None
    place = _updated(pairs)
    if place is not None and isinstance(place.type, t.Int) and _counts(s.then.statements[0]):
        vector, n, conditions, made = _sorted(pairs, writer, key)
        k, total = writer.name("k"), writer.name("equal")
        one = (f"{total} += {k} - (std::lower_bound({vector}.begin(), {vector}.end(), {vector}[{k}]) - "
               f"{vector}.begin());")  # fmt: skip
        if isinstance(key.type, t.Float):
            one = f"if ({vector}[{k}] == {vector}[{k}]) {{\n{one}\n}}"
        text = (f"{made}\n{COUNTER} {total} = 0;\nfor ({COUNTER} {k} = 0; {k} < {n}; ++{k}) {{\n{one}\n}}\n"
                f"{place.symbol.name} += ({print_type(place.type)}){total};")  # fmt: skip
        return _rewrite(pairs, conditions, text, "sort, then count equal runs")
    if not _same_whatever_pair(pairs, s.then.statements):
        return None
    vector, _, conditions, made = _sorted(pairs, writer, key)
    then = "\n".join(writer.stmt(x) for x in s.then.statements if not isinstance(x, Break))
    test = f"std::adjacent_find({vector}.begin(), {vector}.end()) != {vector}.end()"
    return _rewrite(pairs, conditions, f"{made}\nif ({test}) {{\n{then}\n}}", "sort, then look for equal neighbours")


def _counts(s: Stmt) -> bool:
    return isinstance(s, Assign) and s.op == "+" and terms.constant(s.value) == 1


def _same_whatever_pair(pairs: _Pairs, statements: tuple[Stmt, ...]) -> bool:
    """Whether it makes no difference for which pairs, and for how many, the statements run."""
    *before, last = statements or (Break(),)
    if not before and not isinstance(last, Assign | Return):
        return False
    for s in statements:
        if isinstance(s, Return):
            if s.value is not None and not pairs.scope.is_fixed(s.value):
                return False
        elif isinstance(s, Assign):
            if s.op or not pairs.scope.is_local(s.place) or not pairs.scope.is_fixed(s.value):
                return False
        elif not isinstance(s, Break) or s is not last:
            return False
    return isinstance(last, Return) or all(isinstance(s, Assign | Break) for s in statements)


def _extrema(pairs: _Pairs, writer: Writer) -> Rewrite | None:
    """``sum += min(a[i], a[j])`` of integers, and of maxima."""
    place = _updated(pairs)
    update = update_of(pairs.statement, place) if place is not None else None
    if place is None or update is None or update.op != "+" or not isinstance(place.type, t.Int):
        return None
    if isinstance(pairs.statement, If) or narrows(update.operand):
        return None
    found = _extremum(uncast(update.operand))
    key = _key(pairs, found[1], found[2]) if found is not None else None
    if found is None or key is None or not isinstance(key.type, t.Int) or key.type != uncast(update.operand).type:
        return None
    vector, n, conditions, made = _sorted(pairs, writer, key)
    k, total = writer.name("k"), writer.name("total")
    times = f"({n} - 1 - {k})" if found[0] == "min" else k
    text = (  # fmt: skip
            f"{made}\nunsigned long {total} = 0;\nfor ({COUNTER} {k} = 0; {k} < {n}; ++{k}) {{\n"
            f"{total} += (unsigned long){vector}[{k}] * (unsigned long){times};\n}}\n"
            f"{place.symbol.name} = ({print_type(place.type)})((unsigned long){place.symbol.name} + {total});")
    return _rewrite(pairs, conditions, text, f"sort, then weigh each element by its place in the sum of {found[0]}ima")


def _extremum(e: Expr) -> tuple[str, Expr, Expr] | None:
    if isinstance(e, Call) and e.name.split("<")[0] in ("std::min", "std::max") and len(e.arguments) == 2:
        return e.name.split("<")[0].removeprefix("std::"), e.arguments[0], e.arguments[1]
    if isinstance(e, Select):
        c, then, other = uncast(e.condition), uncast(e.then), uncast(e.other)
        if not isinstance(c, Binary) or c.op not in ("<", "<=", ">", ">=") or c.left.type != e.type:
            return None
        if {uncast(c.left), uncast(c.right)} == {then, other} and c.right.type == e.type:
            return "min" if (c.op[0] == "<") == (uncast(c.left) == then) else "max", e.then, e.other
    return None


