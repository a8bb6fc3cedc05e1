"""Standard algorithms as the loops that they stand for, for targets that know loops better than algorithms.

A call becomes plain sequential C++ in front of its statement, which the front end reads again; what the loops are is
then the analyses' question, as for any other loop. Sorting stays: a library does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from unseq.agents.rules.better.rewrite import Rewrite, Writer, named
from unseq.agents.rules.device.tails import NoTail, assigning
from unseq.backends.parlay.cxx_literals import ADDITIVE, UNARY
from unseq.backends.parlay.cxx_types import print_declaration, print_type
from unseq.backends.parlay.emit import ranges
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.analysis.identity import identity
from unseq.frontend.analysis.stl import name_of
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Call,
    Declare,
    Evaluate,
    Expr,
    Function,
    Lambda,
    Literal,
    Method,
    Ref,
    Return,
    Select,
    Stmt,
    Symbol,
)
from unseq.frontend.ir.walk import Node, children, rebound_symbols, substitute, walk
from unseq.frontend.source import NOWHERE, Span, Unsupported

_ASSIGNED = {"+", "*", "&", "|", "^"}


@dataclass(frozen=True, slots=True)
class Loop:
    """Statements in front, and what stands in place of the call ("" where nothing is left of its statement)."""

    lines: tuple[str, ...]
    value: str = ""


@dataclass(slots=True)
class Calls:
    """The calls of one function."""

    function: Function
    writer: Writer
    context: Context

    def written(self, fact: CallFact) -> Loop | None:
        """The loop that a call stands for; None where it has no such form here."""
        form = _FORMS.get(fact.primitive)
        if form is None:
            return None
        try:
            return form(self, fact)
        except (Unsupported, _Other, NoTail):
            return None

    # --- pieces of text ------------------------------------------------------------------------------------------

    def each(self, fact: CallFact, body: str, k: str, first: str = "0") -> str:
        """``body`` for every position of the first range."""
        return f"for (size_t {k} = {first}; {k} < {ranges.length(self.context, fact)}; {k}++) {{\n{body}\n}}"

    def element(self, iterator: Expr, k: str) -> str:
        """Element ``k`` of the range that begins at an iterator."""
        return ranges.element(self.context, iterator, k)

    def position(self, first: Expr, offset: str) -> str:
        """The iterator ``offset`` behind ``first``."""
        return f"{self.writer.expr(first, ADDITIVE)} + {offset}"

    def applied(self, given: Expr, values: Sequence[str]) -> str:
        """The value of a function object for some elements, as an expression."""
        given = uncast(given)
        if isinstance(given, Lambda):
            statements = given.body.statements
            if len(statements) == 1 and isinstance(statements[0], Return) and statements[0].value is not None:
                value = substitute(statements[0].value, dict(zip(given.parameters, _refs(values, given), strict=True)))
                return self.writer.expr(value, UNARY)
            raise _Other
        if isinstance(given, Ref) and isinstance(given.symbol.type, t.Callable) and given.symbol.name.isidentifier():
            return f"{given.symbol.name}({', '.join(values)})"
        raise _Other

    def assigned(self, target: str, type_: t.Type, given: Expr, values: Sequence[str]) -> str:
        """The statements that give ``target`` the value of a function object for some elements."""
        given = uncast(given)
        if isinstance(given, Lambda) and len(given.body.statements) != 1:
            place = named(target, type_)
            names = [self.writer.name(p.name) for p in given.parameters]
            own = {p: Ref(Symbol(n, t.strip(p.type), -7 - k), t.strip(p.type))
                   for k, (p, n) in enumerate(zip(given.parameters, names, strict=True))}  # fmt: skip
            declared = [
                f"const {print_declaration(t.strip(p.type), n)} = {v};"
                for p, n, v in zip(given.parameters, names, values, strict=True)
            ]
            if rebound_symbols(given.body) & set(given.parameters):
                raise _Other
            return "\n".join([*declared, *(self.writer.stmt(s) for s in assigning(substitute(given.body, own), place))])
        return f"{target} = {self.applied(given, values)};"


class _Other(Exception):
    """A function object that has no form as statements here."""


def _refs(values: Sequence[str], given: Lambda) -> Iterator[Ref]:
    for value, parameter in zip(values, given.parameters, strict=True):
        yield named(value, t.strip(parameter.type))


def _name(fact: CallFact) -> str:
    """The algorithm's name."""
    assert isinstance(fact.call, Call)  # what is a method has no form here
    return name_of(fact.call)


# --- sums ------------------------------------------------------------------------------------------------------------


def _joined(fact: CallFact, total: str, value: str, type_: t.Type) -> str:
    """The statement that adds a value to a total."""
    op = fact.op
    if op == "^" and isinstance(type_, t.Bool):
        return f"{total} = {total} != {value};"
    if op in _ASSIGNED:
        return f"{total} {op}= {value};"
    if op in ("min", "max"):
        return f"if ({value} {'<' if op == 'min' else '>'} {total}) {{\n{total} = {value};\n}}"
    if op in ("&&", "||"):
        return f"{total} = {total} {op} {value};"
    raise _Other


def _value(calls: Calls, fact: CallFact, starts: Sequence[Expr], k: str) -> str:
    """What is summed at position k."""
    values = [calls.element(start, k) for start in starts]
    if fact.element is None:
        name = _name(fact)
        products = len(starts) == 2 and len(ranges.arguments(fact)) == 4
        if ("transform" in name or name == "inner_product") and not products:
            raise _Other  # a function object that is not known as an expression
        return " * ".join(values)
    given = {p: named(v, t.strip(p.type)) for v, p in zip(values, fact.parameters, strict=True)}
    return calls.writer.expr(substitute(fact.element, given), UNARY)


def _reduce(calls: Calls, fact: CallFact) -> Loop:
    arguments = ranges.arguments(fact)
    name = _name(fact)
    two = name in ("inner_product", "transform_reduce") and t.element_type(arguments[2].type) is not None
    starts = [arguments[0], arguments[2]] if two else [arguments[0]]
    position = 3 if two else 2
    init = arguments[position] if len(arguments) > position else None
    if fact.op in ("", "call"):
        raise _Other
    type_ = t.strip(fact.call.type)
    total, k = calls.writer.name("total"), calls.writer.name("k")
    start = calls.writer.value(init, type_) if init is not None else f"{print_type(type_)}()"
    body = _joined(fact, total, _value(calls, fact, starts, k), type_)
    return Loop((f"{print_declaration(type_, total)} = {start};", calls.each(fact, body, k)), total)


def _scan(inclusive: bool) -> Callable[[Calls, CallFact], Loop]:
    def form(calls: Calls, fact: CallFact) -> Loop:
        arguments = ranges.arguments(fact)
        name = _name(fact)
        position = {"inclusive_scan": 4, "transform_inclusive_scan": 5}.get(name, 3)
        init = arguments[position] if len(arguments) > position and name != "partial_sum" else None
        if not isinstance(fact.statement, Evaluate) or fact.op in ("", "call"):
            raise _Other
        own = fact.element.type if fact.element is not None else ranges.element_type(arguments[0])
        type_ = t.strip(init.type) if init is not None else t.strip(own)
        running, k = calls.writer.name("running"), calls.writer.name("k")
        if init is not None:
            start = calls.writer.value(init, type_)
        elif fact.op in ("min", "max"):
            raise _Other
        else:
            start = calls.writer.expr(identity(fact.op, type_))
        out = calls.element(arguments[2], k)
        value = _value(calls, fact, [arguments[0]], k)
        if inclusive:
            body = f"{_joined(fact, running, value, type_)}\n{out} = {running};"
        else:
            kept = calls.writer.name("value")
            body = (
                f"const {print_type(type_)} {kept} = {value};\n{out} = {running};\n"
                f"{_joined(fact, running, kept, type_)}"
            )
        return Loop((f"{print_declaration(type_, running)} = {start};", calls.each(fact, body, k)))

    return form


# --- searches, counts, extrema ---------------------------------------------------------------------------------------


def _test(calls: Calls, fact: CallFact, k: str) -> str:
    """Whether the element at k is what is looked for."""
    arguments = ranges.arguments(fact)
    name = _name(fact)
    value = calls.element(arguments[0], k)
    if name in ("find", "count"):
        return f"{value} == {calls.writer.expr(arguments[2], UNARY)}"
    test = calls.applied(arguments[2], [value])
    return f"!({test})" if name in ("find_if_not", "all_of") else test


def _find(calls: Calls, fact: CallFact) -> Loop:
    found, k = calls.writer.name("found"), calls.writer.name("k")
    body = f"if ({_test(calls, fact, k)}) {{\n{found} = {k};\nbreak;\n}}"
    first = ranges.arguments(fact)[0]
    lines = (f"size_t {found} = {ranges.length(calls.context, fact)};", calls.each(fact, body, k))
    return Loop(lines, f"({calls.position(first, found)})")


def _whether(calls: Calls, fact: CallFact) -> Loop:
    name = _name(fact)
    answer, k = calls.writer.name("any" if name == "any_of" else "all"), calls.writer.name("k")
    start, otherwise = ("false", "true") if name == "any_of" else ("true", "false")
    body = f"if ({_test(calls, fact, k)}) {{\n{answer} = {otherwise};\nbreak;\n}}"
    return Loop((f"bool {answer} = {start};", calls.each(fact, body, k)), answer)


def _count(calls: Calls, fact: CallFact) -> Loop:
    count, k = calls.writer.name("count"), calls.writer.name("k")
    body = f"if ({_test(calls, fact, k)}) {{\n{count}++;\n}}"
    return Loop((f"{print_type(t.strip(fact.call.type))} {count} = 0;", calls.each(fact, body, k)), count)


def _extremum(calls: Calls, fact: CallFact) -> Loop:
    arguments = ranges.arguments(fact)
    best, k = calls.writer.name("best"), calls.writer.name("k")
    here, there = calls.element(arguments[0], k), calls.element(arguments[0], best)
    least = fact.primitive == "min_element"
    if len(arguments) > 2:
        pair = [here, there] if least else [there, here]
        test = calls.applied(arguments[2], pair)
    else:
        test = f"{here} < {there}" if least else f"{here} > {there}"
    lines = (f"size_t {best} = 0;", calls.each(fact, f"if ({test}) {{\n{best} = {k};\n}}", k, "1"))
    return Loop(lines, f"({calls.position(arguments[0], best)})")


# --- one thing for each element --------------------------------------------------------------------------------------


def _effect(body: Callable[[Calls, CallFact, str], str]) -> Callable[[Calls, CallFact], Loop]:
    def form(calls: Calls, fact: CallFact) -> Loop:
        if not isinstance(fact.statement, Evaluate):
            raise _Other
        k = calls.writer.name("k")
        return Loop((calls.each(fact, body(calls, fact, k), k),))

    return form


def _map(calls: Calls, fact: CallFact, k: str) -> str:
    arguments = ranges.arguments(fact)
    inputs = [arguments[0]] if len(arguments) == 4 else [arguments[0], arguments[2]]
    out = arguments[-2]
    values = [calls.element(e, k) for e in inputs]
    return calls.assigned(calls.element(out, k), ranges.element_type(out), arguments[-1], values)


def _for_each(calls: Calls, fact: CallFact, k: str) -> str:
    first, _, given = ranges.arguments(fact)[:3]
    given = uncast(given)
    if not isinstance(given, Lambda) or any(isinstance(node, Return) for node in walk(given.body)):
        raise _Other
    (parameter,) = given.parameters
    element = named(calls.element(first, k), t.strip(parameter.type))
    if not isinstance(parameter.type, t.Reference):
        raise _Other
    return "\n".join(calls.writer.stmt(s) for s in substitute(given.body, {parameter: element}).statements)


def _fill(calls: Calls, fact: CallFact, k: str) -> str:
    first, _, value = ranges.arguments(fact)[:3]
    if not isinstance(uncast(value), Literal | Ref):
        raise _Other
    return f"{calls.element(first, k)} = {calls.writer.expr(value)};"


def _iota(calls: Calls, fact: CallFact, k: str) -> str:
    first, _, value = ranges.arguments(fact)[:3]
    if not (isinstance(uncast(value), Literal) and uncast(value).value == 0):  # type: ignore[union-attr]  # a literal
        raise _Other
    return f"{calls.element(first, k)} = {k};"


def _copy(calls: Calls, fact: CallFact, k: str) -> str:
    first, _, out = ranges.arguments(fact)[:3]
    return f"{calls.element(out, k)} = {calls.element(first, k)};"


_FORMS: dict[str, Callable[[Calls, CallFact], Loop]] = {
    "reduce": _reduce,
    "transform_reduce": _reduce,
    "inclusive_scan": _scan(True),
    "exclusive_scan": _scan(False),
    "find": _find,
    "find_if": _find,
    "find_if_not": _find,
    "any_of": _whether,
    "all_of": _whether,
    "none_of": _whether,
    "count": _count,
    "count_if": _count,
    "min_element": _extremum,
    "max_element": _extremum,
    "map": _effect(_map),
    "for_each": _effect(_for_each),
    "fill": _effect(_fill),
    "iota": _effect(_iota),
    "copy": _effect(_copy),
}


# --- statements ------------------------------------------------------------------------------------------------------


def rewrites(function: Function, calls: Sequence[CallFact]) -> tuple[Rewrite, ...]:
    """The calls of a function that have a form as loops, written so: one rewrite a statement."""
    by_statement: dict[Span, list[CallFact]] = {}
    for fact in calls:
        by_statement.setdefault(fact.statement.span, []).append(fact)
    made = Calls(function, Writer(function), Context(function.unit, function, True))
    found = []
    for span, facts in by_statement.items():
        loops = [(fact, made.written(fact)) for fact in facts]
        known = [(fact, loop) for fact, loop in loops if loop is not None]
        if known and span != NOWHERE and all(_is_always_evaluated(fact) for fact, _ in known):
            found.append(_rewrite(function, span, facts[0].statement, known))
    return tuple(found)


def _rewrite(function: Function, span: Span, statement: Stmt, known: Sequence[tuple[CallFact, Loop]]) -> Rewrite:
    source = function.unit.text
    text, at = "", span.start
    for fact, loop in sorted(known, key=lambda pair: pair[0].call.span.start):
        text += source[at : fact.call.span.start].decode("utf-8", "replace") + loop.value
        at = fact.call.span.end
    text += source[at : span.end].decode("utf-8", "replace")
    lines = [line for _, loop in known for line in loop.lines]
    alone = isinstance(statement, Evaluate) and not known[0][1].value
    whole = "\n".join(lines if alone else [*lines, text])
    if not isinstance(statement, Declare) and not (alone and len(lines) == 1):
        whole = f"{{\n{whole}\n}}"
    return Rewrite(span, whole, "the algorithm as a loop", "", "")


def _is_always_evaluated(fact: CallFact) -> bool:
    """Whether a call's statement evaluates it whenever it runs, once and before anything that changes what it reads."""
    statement = fact.statement
    value = statement.value if isinstance(statement, Evaluate | Return | Declare | Assign) else None
    return value is not None and _leads_to(value, fact.call)


def _leads_to(e: Node, call: Call | Method) -> bool:
    if e is call:
        return True
    if isinstance(e, Binary) and e.op in ("&&", "||"):
        return _leads_to(e.left, call)
    if isinstance(e, Select | Lambda):
        return False
    return any(_leads_to(child, call) for child in children(e))
