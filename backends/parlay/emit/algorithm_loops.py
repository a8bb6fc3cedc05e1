"""Standard algorithms that do one thing to each element: a ``parlay::parallel_for`` over their positions."""

from __future__ import annotations

from collections.abc import Callable

from unseq.backends.parlay.cxx_literals import ADDITIVE, POSTFIX, RELATIONAL
from unseq.backends.parlay.emit import ranges
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Call, Expr, Literal, Method
from unseq.frontend.ir.walk import root

Body = Callable[[Context, CallFact, str, list[str]], str]


def _each(body: Body) -> Callable[[Context, CallFact], str]:
    """One statement for every index of the range; ``body`` may put declarations in front."""

    def emit(context: Context, fact: CallFact) -> str:
        k = context.scoped("k")
        lines: list[str] = []
        text = body(context, fact, k, lines)
        return "\n".join([*lines, ranges.parallel_for(context, fact, ranges.length(context, fact), k, text)])

    return emit


def function(context: Context, given: Expr, lines: list[str]) -> str:
    """A variable that holds a function object, declared in ``lines``."""
    name = context.scoped("function")
    lines.append(f"const auto {name} = {context.source(given)};")
    return name


def mapped(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    """The value that ``std::transform`` writes at position k."""
    arguments = ranges.arguments(fact)
    apply = function(context, arguments[-1], lines)
    inputs = [arguments[0]] if len(arguments) == 4 else [arguments[0], arguments[2]]
    return f"{apply}({', '.join(ranges.element(context, e, k) for e in inputs)})"


def _map(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    arguments = ranges.arguments(fact)
    return f"{ranges.element(context, arguments[-2], k)} = {mapped(context, fact, k, lines)};"


def _for_each(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    first, _, given = ranges.arguments(fact)[:3]
    return f"{function(context, given, lines)}({ranges.element(context, first, k)});"


def _generate(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    first, _, given = ranges.arguments(fact)[:3]
    return f"{ranges.element(context, first, k)} = {function(context, given, lines)}();"


def _fill(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    first, _, value = ranges.arguments(fact)[:3]
    return f"{ranges.element(context, first, k)} = {ranges.fixed(context, value, 'value', lines)};"


def _iota(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    """The numbers from a start, in its type where that shows."""
    first, _, value = ranges.arguments(fact)[:3]
    target = ranges.element_type(first)
    if isinstance(value, Literal) and value.value == 0 and isinstance(value.type, t.Int):
        return f"{ranges.element(context, first, k)} = {k};"
    start = ranges.fixed(context, value, "start", lines)
    shows = isinstance(value.type, t.Int) and not (isinstance(target, t.Int) and target.bits <= value.type.bits)
    number = f"{context.type(value.type)}({k})" if shows and context.type(value.type).isidentifier() else k
    return f"{ranges.element(context, first, k)} = {start} + {number};"


def _copy(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    first, _, out = ranges.arguments(fact)[:3]
    return f"{ranges.element(context, out, k)} = {ranges.element(context, first, k)};"


def _replace(context: Context, fact: CallFact, k: str, lines: list[str]) -> str:
    first, _, old, new = ranges.arguments(fact)[:4]
    element = ranges.element(context, first, k)
    if fact.primitive == "replace_if":
        test = f"{function(context, old, lines)}({element})"
    else:
        kept = ranges.fixed(context, old, "old_value", lines)
        test = f"{element} == {kept if kept.isidentifier() else context.expr(old, RELATIONAL + 1)}"
    value = ranges.fixed(context, new, "new_value", lines)
    return f"if ({test})\n{context.indent(f'{element} = {value};')}"


def _reverse(context: Context, fact: CallFact) -> str:
    """Each pair of elements that change places."""
    first = ranges.arguments(fact)[0]
    context.includes.add("<utility>")
    lines: list[str] = []
    k = context.scoped("k")
    n = _count(context, fact, lines)
    body = f"std::swap({ranges.element(context, first, k)}, {ranges.element(context, first, f'{n} - 1 - {k}')});"
    return "\n".join([*lines, ranges.parallel_for(context, fact, f"{n} / 2", k, body)])


def _reverse_copy(context: Context, fact: CallFact) -> str:
    first, _, out = ranges.arguments(fact)[:3]
    lines: list[str] = []
    k = context.scoped("k")
    n = _count(context, fact, lines)
    body = f"{ranges.element(context, out, k)} = {ranges.element(context, first, f'{n} - 1 - {k}')};"
    return "\n".join([*lines, ranges.parallel_for(context, fact, n, k, body)])


def _count(context: Context, fact: CallFact, lines: list[str]) -> str:
    """The length of the range, as a name or the size of a container."""
    text = ranges.length(context, fact, POSTFIX)
    if text.isidentifier() or (text.endswith(".size()") and " " not in text):
        return text
    n = context.scoped("n")
    lines.append(f"const size_t {n} = {ranges.length(context, fact)};")
    return n


def _rotate(context: Context, fact: CallFact) -> str:
    """From a copy of the range."""
    first, middle, last = ranges.arguments(fact)[:3]
    k, old, shift = (context.scoped(name) for name in ("k", "old", "shift"))
    lines = [
        f"const auto {old} = parlay::to_sequence({ranges.slice_of(context, first, last)});",
        f"const size_t {shift} = {context.expr(middle, ADDITIVE)} - {context.expr(first, ADDITIVE + 1)};",
    ]
    n = f"{old}.size()"
    body = f"{ranges.element(context, first, k)} = {old}[{k} < {n} - {shift} ? {k} + {shift} : {k} + {shift} - {n}];"
    return "\n".join([*lines, ranges.parallel_for(context, fact, n, k, body)])


def _adjacent_difference(context: Context, fact: CallFact) -> str:
    """Each element and the one before; from a copy where the differences go where the elements are."""
    first, last, out, *rest = ranges.arguments(fact)
    lines: list[str] = []
    k = context.scoped("k")
    here, before = ranges.element(context, first, k), ranges.element(context, first, f"{k} - 1")
    if root(first) == root(out) or not isinstance(out, Method | Call):
        old = context.scoped("old")
        lines.append(f"const auto {old} = parlay::to_sequence({ranges.slice_of(context, first, last)});")
        here, before = f"{old}[{k}]", f"{old}[{k} - 1]"
    difference = f"{function(context, rest[0], lines)}({here}, {before})" if rest else f"{here} - {before}"
    body = f"{ranges.element(context, out, k)} = {k} == 0 ? {here} : {_as_element(context, first, difference)};"
    return "\n".join([*lines, ranges.parallel_for(context, fact, ranges.length(context, fact), k, body)])


def _as_element(context: Context, first: Expr, difference: str) -> str:
    """The difference in the elements' type, in which ``std::adjacent_difference`` takes it."""
    type_ = ranges.element_type(first)
    narrow = isinstance(type_, t.Int) and type_.bits < 32
    return f"{context.type(type_)}({difference})" if narrow else difference


EFFECTS: dict[str, Callable[[Context, CallFact], str]] = {
    "map": _each(_map),
    "for_each": _each(_for_each),
    "generate": _each(_generate),
    "fill": _each(_fill),
    "iota": _each(_iota),
    "copy": _each(_copy),
    "replace": _each(_replace),
    "replace_if": _each(_replace),
    "reverse": _reverse,
    "reverse_copy": _reverse_copy,
    "rotate": _rotate,
    "adjacent_difference": _adjacent_difference,
}
