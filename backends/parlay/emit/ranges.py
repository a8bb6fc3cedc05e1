"""The iterator ranges of standard algorithms as ParlayLib sees them, and their elements by number.

Knows spelling only: how a range, its length and its k-th element are written.
"""

from __future__ import annotations

from unseq.backends.parlay.cxx_literals import ADDITIVE, POSTFIX
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import LINE, Context
from unseq.backends.parlay.emit.polynomials import plain
from unseq.frontend.analysis.overlap import bound
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Call, Cast, Expr, Method


def arguments(fact: CallFact) -> tuple[Expr, ...]:
    """The arguments of the call, conversions of iterators left out."""
    return tuple(_bare(a) if t.element_type(a.type) is not None else a for a in fact.call.arguments)


def _bare(e: Expr) -> Expr:
    while isinstance(e, Cast) and e.implicit:
        e = e.operand
    return e


def container(first: Expr, last: Expr) -> Expr | None:
    """The container that a range is all of."""
    start, end = _whole(first, "begin"), _whole(last, "end")
    return start if start is not None and start == end else None


def _whole(iterator: Expr, name: str) -> Expr | None:
    """``v`` of ``v.begin()`` and ``std::begin(v)``."""
    if isinstance(iterator, Method) and iterator.name in (name, f"c{name}"):
        return iterator.object
    if isinstance(iterator, Call) and iterator.name in (f"std::{name}", f"std::c{name}"):
        return iterator.arguments[0]
    return None


def length(context: Context, fact: CallFact, precedence: int = ADDITIVE) -> str:
    """The number of elements of the first range."""
    first, last = arguments(fact)[:2]
    whole = container(first, last)
    if whole is not None and not isinstance(whole.type, t.Array):
        return f"{context.expr(whole, POSTFIX)}.size()"
    if fact.work is not None:
        return context.expr(plain(fact.work), precedence)
    text = f"{context.expr(last, ADDITIVE)} - {context.expr(first, ADDITIVE + 1)}"
    return text if precedence <= ADDITIVE else f"({text})"


def whole_range(context: Context, fact: CallFact) -> str:
    """The first range, as an argument."""
    first, last = arguments(fact)[:2]
    whole = container(first, last)
    if element_type(first) == t.BOOL and not isinstance(t.strip(first.type), t.Pointer):
        k = context.scoped("k")  # the elements of vector<bool> are no objects
        value = element(context, first, k)
        return f"parlay::delayed_tabulate({length(context, fact)}, {CLOSURE}(size_t {k}) -> bool {{ return {value}; }})"
    return context.expr(whole) if whole is not None else slice_of(context, first, last)


def slice_of(context: Context, first: Expr, last: Expr) -> str:
    """Any range, as an argument."""
    whole = container(first, last)
    if whole is not None and not isinstance(whole.type, t.Array):
        return context.expr(whole)
    return f"parlay::make_slice({context.expr(first)}, {context.expr(last)})"


def element(context: Context, iterator: Expr, index: str) -> str:
    """Element ``index`` of the range that begins at ``iterator``."""
    iterator = _bare(iterator)
    start = _whole(iterator, "begin")
    return f"{context.expr(iterator if start is None else start, POSTFIX)}[{index}]"


def element_type(iterator: Expr) -> t.Type:
    """What the elements of the range that begins at ``iterator`` are."""
    found = t.element_type(iterator.type)
    assert found is not None  # analysis asked for iterators or pointers
    return found


def call(context: Context, name: str, *given: str) -> str:
    """A call, its arguments on lines of their own where they are long."""
    line = f"{name}({', '.join(given)})"
    if "\n" not in line and len(line) <= LINE:
        return line
    if len(given) == 1:
        return line
    return f"{name}(\n" + ",\n".join(context.indent(a) for a in given) + ")"


def parallel_for(context: Context, fact: CallFact, count: str, k: str, body: str) -> str:
    """``body`` for every k below ``count``."""
    site = context.site("parallel_for", fact.span)
    return context.braces(f"{site}parlay::parallel_for(0, {count}, {CLOSURE}(size_t {k})", body, ");")


def fixed(context: Context, e: Expr, name: str, lines: list[str]) -> str:
    """A value that the elements written may not change: itself, or a variable that ``lines`` declares."""
    if bound(e):
        return context.expr(e)
    kept = context.scoped(name)
    lines.append(f"const auto {kept} = {context.expr(e)};")
    return kept


def base_of(iterator: Expr) -> Expr:
    """What ``[k]`` is applied to for element k of the range that begins at ``iterator``."""
    iterator = _bare(iterator)
    start = _whole(iterator, "begin")
    return iterator if start is None else start
