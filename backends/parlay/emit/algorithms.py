"""Standard algorithms by ParlayLib's primitives.

A call whose value is used becomes ``worth it ? primitive : the call as it was``; a call for its effects becomes an
``if`` with the call as it was in the other branch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unseq.backends.parlay.cxx_literals import ADDITIVE, CONDITIONAL, POSTFIX, RELATIONAL
from unseq.backends.parlay.emit import blocks, guards, layout
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import LINE, Context, joined
from unseq.backends.parlay.emit.loops import either
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Algorithm
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Call, Cast, Evaluate, Expr, Method, Return
from unseq.frontend.source import Unsupported

_MONOIDS = {
    "+": "plus", "*": "multiplies", "&": "bit_and", "|": "bit_or", "^": "bit_xor", "&&": "logical_and",
    "||": "logical_or", "min": "minimum", "max": "maximum",
}  # fmt: skip
_SORT_COST = 16  # about log n comparisons an element


@dataclass(frozen=True, slots=True)
class Replacement:
    """``text`` in place of the whole statement, or of the call alone."""

    text: str
    whole_statement: bool


def emit_algorithm(context: Context, plan: Algorithm) -> Replacement:
    """The text in place of a call of a standard algorithm."""
    fact = plan.call
    context.includes |= {"<parlay/primitives.h>"}
    asked = joined(_conditions(context, fact))
    call = fact.call
    if fact.primitive in _EFFECTS:
        if not isinstance(fact.statement, Evaluate):
            raise Unsupported(fact.span, f"the result of {_name(fact)} is used", "use its range after the call")
        text = _EFFECTS[fact.primitive](context, fact)
        return Replacement(either(context, asked, text, context.statement(fact.statement)), True)
    if fact.primitive not in _VALUES or not isinstance(call, Call):
        raise Unsupported(fact.span, f"no parallel form for {_name(fact)}", "write it as a loop")
    value = context.site(fact.primitive, fact.span) + _VALUES[fact.primitive](context, fact)
    before = context.source(call)
    if isinstance(fact.statement, Return) and fact.statement.value is call:
        return Replacement(f"if ({asked})\n{context.indent(f'return {value};')}\nreturn {before};", True)
    value, before = (layout.shift(text, "", context.unit_indent) for text in (value, before))
    return Replacement(f"({asked}\n{context.indent(f'? {value}')}\n{context.indent(f': {before}')})", False)


def _name(fact: CallFact) -> str:
    return fact.call.name


def _conditions(context: Context, fact: CallFact) -> list[str]:
    context.definitions.add("UNSEQ_CUTOFF")
    length = _length(context, fact, RELATIONAL + 1)
    share = f"UNSEQ_CUTOFF / {_SORT_COST}" if "sort" in fact.primitive else "UNSEQ_CUTOFF"
    return [f"{length} >= {share}", *guards.conditions(context, fact.guards, {})]


# --- ranges --------------------------------------------------------------------------------------------------------


def _arguments(fact: CallFact) -> tuple[Expr, ...]:
    return fact.call.arguments


def _container(fact: CallFact) -> Expr | None:
    """The container that the range is all of."""
    first, last = _arguments(fact)[:2]
    if not isinstance(first, Method) or not isinstance(last, Method) or first.object != last.object:
        return None
    return first.object if (first.name, last.name) == ("begin", "end") else None


def _length(context: Context, fact: CallFact, precedence: int = ADDITIVE) -> str:
    container = _container(fact)
    if container is not None:
        return f"{context.expr(container, POSTFIX)}.size()"
    if fact.work is not None:
        return context.expr(plain(fact.work), precedence)
    first, last = _arguments(fact)[:2]
    text = f"{context.expr(last, ADDITIVE)} - {context.expr(first, ADDITIVE + 1)}"
    return text if precedence <= ADDITIVE else f"({text})"


def _range(context: Context, fact: CallFact) -> str:
    container = _container(fact)
    if container is not None:
        return context.expr(container)
    first, last = _arguments(fact)[:2]
    return f"parlay::make_slice({context.expr(first)}, {context.expr(last)})"


def _call(context: Context, name: str, *arguments: str) -> str:
    """A call, its arguments on lines of their own where they are long."""
    line = f"{name}({', '.join(arguments)})"
    if "\n" not in line and len(line) <= LINE:
        return line
    if len(arguments) == 1:
        return line
    return f"{name}(\n" + ",\n".join(context.indent(a) for a in arguments) + ")"


def _element(context: Context, iterator: Expr, index: str) -> str:
    """Element ``index`` of the range that begins at ``iterator``."""
    while isinstance(iterator, Cast) and iterator.implicit:
        iterator = iterator.operand
    if isinstance(iterator, Method) and iterator.name in ("begin", "cbegin"):
        return f"{context.expr(iterator.object, POSTFIX)}[{index}]"
    return f"{context.expr(iterator, POSTFIX)}[{index}]"


def _element_type(iterator: Expr) -> t.Type:
    found = t.element_type(iterator.type)
    assert found is not None  # analysis asked for iterators or pointers
    return found


# --- values --------------------------------------------------------------------------------------------------------


def _reduce(context: Context, fact: CallFact) -> str:
    """``init op e(x0) op e(x1) ...``; extrema start every element from ``init``, which settles NaN."""
    arguments = _arguments(fact)
    result = t.strip(fact.call.type)
    init = context.expr(arguments[2], CONDITIONAL + 1) if len(arguments) > 2 else f"{context.type(result)}()"
    type_ = blocks.wrapping(result) if fact.op in ("+", "*") else result
    spelled = context.type(type_)
    parameter = fact.parameters[0].name if fact.parameters else context.scoped("x")
    value = context.expr(fact.element) if fact.element is not None else parameter
    if fact.op in ("min", "max"):
        context.includes.add("<algorithm>")
        value = f"std::{fact.op}<{spelled}>({init}, {value})"
        monoid = f"parlay::{_MONOIDS[fact.op]}<{spelled}>({init})"
    elif fact.op in _MONOIDS:
        monoid = f"parlay::{_MONOIDS[fact.op]}<{spelled}>()"
    else:
        raise Unsupported(fact.span, f"a reduction by {fact.op}", "write it as a loop")
    elements = _range(context, fact)
    if value != parameter or _element_type(arguments[0]) != type_:
        reference = "const auto &" if fact.parameters == () else _by_reference(context, arguments[0])
        exact = fact.element is not None and fact.element.type == type_ and fact.op not in ("min", "max")
        body = f"{CLOSURE}({reference}{parameter}) {'' if exact else f'-> {spelled} '}{{ return {value}; }}"
        elements = f"parlay::delayed_map({elements}, {body})"
    reduced = f"parlay::reduce({elements})" if fact.op == "+" else _call(context, "parlay::reduce", elements, monoid)
    return _folded(context, fact.op, init, reduced, result, type_)


def _by_reference(context: Context, iterator: Expr) -> str:
    element = _element_type(iterator)
    plain_value = t.is_arithmetic(element) or isinstance(element, t.Pointer)
    return f"{context.type(element)} " if plain_value else f"const {context.type(element)} &"


def _folded(context: Context, op: str, init: str, reduced: str, result: t.Type, type_: t.Type) -> str:
    """``init`` and the reduced elements, in the result's type."""
    if op in ("min", "max"):
        return reduced
    if result != type_:
        return f"{context.type(result)}({context.type(type_)}({init}) {op} {reduced})"
    if op == "+" and init in ("0", "0.0", "0.0f"):
        return reduced
    return f"{init} {op} {reduced}"


def _transform_reduce(context: Context, fact: CallFact) -> str:
    arguments = _arguments(fact)
    result = t.strip(fact.call.type)
    if len(arguments) == 5:  # first, last, init, reduce, transform
        if fact.element is None:
            raise Unsupported(fact.span, "a transform_reduce whose function is no single expression",
                              "write it as a loop")  # fmt: skip
        return _reduce(context, fact)
    k = context.scoped("k")
    type_ = blocks.wrapping(result)
    product = f"{_element(context, arguments[0], k)} * {_element(context, arguments[2], k)}"
    spelled = context.type(type_)
    function = f"{CLOSURE}(size_t {k}) -> {spelled} {{ return {product}; }}"
    elements = f"parlay::delayed_tabulate({_length(context, fact)}, {function})"
    init = context.expr(arguments[3], CONDITIONAL + 1)
    return _folded(context, "+", init, f"parlay::reduce({elements})", result, type_)


def _plain_search(name: str) -> Callable[[Context, CallFact], str]:
    """A search that takes a range and a value or predicate, with the standard's meaning."""

    def emit(context: Context, fact: CallFact) -> str:
        rest = [context.source(a) for a in _arguments(fact)[2:]]
        text = _call(context, f"parlay::{name}", _range(context, fact), *rest)
        return f"{context.type(fact.call.type)}({text})" if name.startswith("count") else text

    return emit


# --- effects -------------------------------------------------------------------------------------------------------


def _sort(stable: bool) -> Callable[[Context, CallFact], str]:
    """In place. A sort by part of an element is made stable, so that its result does not depend on the threads."""

    def emit(context: Context, fact: CallFact) -> str:
        arguments = _arguments(fact)
        keeps = stable or len(arguments) > 2 or not t.is_arithmetic(_element_type(arguments[0]))
        name = "stable_sort_inplace" if keeps else "sort_inplace"
        rest = [context.source(a) for a in arguments[2:]]
        site = context.site("sort", fact.span)
        return f"{site}{_call(context, f'parlay::{name}', _range(context, fact), *rest)};"

    return emit


def _each(body: Callable[[Context, CallFact, str], str]) -> Callable[[Context, CallFact], str]:
    """One statement for every index of the range."""

    def emit(context: Context, fact: CallFact) -> str:
        k = context.scoped("k")
        lines = [line for line in [_function(context, fact)] if line]
        site = context.site("parallel_for", fact.span)
        head = f"{site}parlay::parallel_for(0, {_length(context, fact)}, {CLOSURE}(size_t {k})"
        return "\n".join([*lines, context.braces(head, body(context, fact, k), ");")])

    return emit


def _function(context: Context, fact: CallFact) -> str:
    """The declaration of the function object that the statements call by the name ``function``."""
    positions = {"map": -1, "for_each": -1, "replace_if": 2}
    if fact.primitive not in positions:
        return ""
    given = _arguments(fact)[positions[fact.primitive]]
    return f"const auto {context.scoped('function')} = {context.source(given)};"


def _map(context: Context, fact: CallFact, k: str) -> str:
    arguments = _arguments(fact)
    function = context.scoped("function")
    inputs = [arguments[0]] if len(arguments) == 4 else [arguments[0], arguments[2]]
    out = arguments[-2]
    values = ", ".join(_element(context, e, k) for e in inputs)
    return f"{_element(context, out, k)} = {function}({values});"


def _for_each(context: Context, fact: CallFact, k: str) -> str:
    return f"{context.scoped('function')}({_element(context, _arguments(fact)[0], k)});"


def _fill(context: Context, fact: CallFact, k: str) -> str:
    first, _, value = _arguments(fact)[:3]
    return f"{_element(context, first, k)} = {context.expr(value)};"


def _iota(context: Context, fact: CallFact, k: str) -> str:
    first, _, value = _arguments(fact)[:3]
    start = context.expr(value, ADDITIVE)
    return f"{_element(context, first, k)} = {k if start == '0' else f'{start} + {k}'};"


def _copy(context: Context, fact: CallFact, k: str) -> str:
    first, _, out = _arguments(fact)[:3]
    return f"{_element(context, out, k)} = {_element(context, first, k)};"


def _replace(context: Context, fact: CallFact, k: str) -> str:
    first, _, old, new = _arguments(fact)[:4]
    element = _element(context, first, k)
    if fact.primitive == "replace_if":
        test = f"{context.scoped('function')}({element})"
    else:
        test = f"{element} == {context.expr(old, RELATIONAL + 1)}"
    return f"if ({test})\n{context.indent(f'{element} = {context.expr(new)};')}"


def _scan(inclusive: bool) -> Callable[[Context, CallFact], str]:
    """Prefix sums into a sequence, then to where they belong: input and output may be the same range."""

    def emit(context: Context, fact: CallFact) -> str:
        arguments = _arguments(fact)
        if fact.op not in _MONOIDS:
            raise Unsupported(fact.span, f"a scan by {fact.op}", "write it as a loop")
        element = t.strip(arguments[3].type) if not inclusive and len(arguments) > 3 else _element_type(arguments[0])
        type_ = context.type(element)
        k, sums = context.scoped("k"), context.scoped("sums")
        given = _range(context, fact)
        if element != _element_type(arguments[0]):
            given = f"parlay::delayed_map({given}, [](const auto &x) -> {type_} {{ return x; }})"
        monoid = f"parlay::{_MONOIDS[fact.op]}<{type_}>()"
        site = context.site("scan", fact.span)
        if inclusive:
            line = f"{site}const auto {sums} = parlay::scan_inclusive({given}, {monoid});"
            value = f"{sums}[{k}]"
        else:
            line = f"{site}const auto {sums} = parlay::scan({given}, {monoid}).first;"
            value = _folded(context, fact.op, context.expr(arguments[3], ADDITIVE), f"{sums}[{k}]", element, element)
        site = context.site("parallel_for", fact.span)
        head = f"{site}parlay::parallel_for(0, {sums}.size(), {CLOSURE}(size_t {k})"
        return f"{line}\n{context.braces(head, f'{_element(context, arguments[2], k)} = {value};', ');')}"

    return emit


_VALUES: dict[str, Callable[[Context, CallFact], str]] = {
    "reduce": _reduce,
    "transform_reduce": _transform_reduce,
    **{name: _plain_search(name) for name in (
        "find", "find_if", "find_if_not", "count", "count_if", "all_of", "any_of", "none_of", "min_element",
        "max_element")},
}  # fmt: skip
_EFFECTS: dict[str, Callable[[Context, CallFact], str]] = {
    "sort": _sort(stable=False),
    "stable_sort": _sort(stable=True),
    "map": _each(_map),
    "for_each": _each(_for_each),
    "fill": _each(_fill),
    "iota": _each(_iota),
    "copy": _each(_copy),
    "replace": _each(_replace),
    "replace_if": _each(_replace),
    "inclusive_scan": _scan(inclusive=True),
    "exclusive_scan": _scan(inclusive=False),
}
