"""Standard algorithms: which parallel primitive a call is, and whether its function objects allow it.

A function object allows it when it is a lambda (or a function of the library) that writes nothing outside itself and
calls only pure functions.  Sums in the algorithms that promise an order (``accumulate``, ``inner_product``,
``partial_sum``) are legal in another order for integers, and for floating point where the policy says so; ``reduce``,
``transform_reduce``, ``inclusive_scan`` and ``exclusive_scan`` promise none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.analysis.updates import same_kind, uncast, update_of
from unseq.frontend.facts import CallFact, Claim
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Construct,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Lambda,
    Method,
    Ref,
    Return,
    Stmt,
    Symbol,
    While,
)
from unseq.frontend.ir.types import SIZE, Bool, Float, Int, Library, Reference, Type, element_type, is_arithmetic, strip
from unseq.frontend.ir.walk import declared_symbols, expressions, own_expressions, own_root, walk
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic

_PRIMITIVES: dict[str, str] = {
    "sort": "sort",
    "stable_sort": "stable_sort",
    "accumulate": "reduce",
    "reduce": "reduce",
    "transform_reduce": "transform_reduce",
    "inner_product": "transform_reduce",
    "transform": "map",
    "partial_sum": "inclusive_scan",
    "inclusive_scan": "inclusive_scan",
    "exclusive_scan": "exclusive_scan",
    "find": "find",
    "find_if": "find_if",
    "find_if_not": "find_if_not",
    "count": "count",
    "count_if": "count_if",
    "all_of": "all_of",
    "any_of": "any_of",
    "none_of": "none_of",
    "min_element": "min_element",
    "max_element": "max_element",
    "minmax_element": "minmax_element",
    "fill": "fill",
    "iota": "iota",
    "copy": "copy",
    "copy_if": "copy_if",
    "replace": "replace",
    "replace_if": "replace_if",
    "for_each": "for_each",
}
_OPERATORS = {
    "plus": "+",
    "multiplies": "*",
    "bit_and": "&",
    "bit_or": "|",
    "bit_xor": "^",
    "logical_and": "&&",
    "logical_or": "||",
    "minus": "-",
}
_COMPARISONS = frozenset({"less", "greater", "less_equal", "greater_equal", "equal_to", "not_equal_to"})
_USUAL = {
    Why.ALGORITHM_FORM: "write it as a plain loop",
    Why.ALGORITHM_FUNCTION: "pass a lambda that only computes its result from its arguments",
    Why.ALGORITHM_OPERATION: "write it as a plain loop, or use an associative operator",
    Why.ALGORITHM_RANGE: "use a vector or an array, and size the output before the call",
}
_UNORDERED = frozenset({"reduce", "transform_reduce", "inclusive_scan", "exclusive_scan"})


@dataclass(frozen=True, slots=True)
class _Found:
    op: str = ""
    parameters: tuple[Symbol, ...] = ()
    element: Expr | None = None
    floating: bool = False
    reason: str = ""
    remedy: str = ""
    code: Why = Why.ALGORITHM_FORM


def _refused(reason: str, remedy: str = "", code: Why = Why.ALGORITHM_FORM) -> _Found:
    return _Found(reason=reason, remedy=remedy or _USUAL[code], code=code)


def name_of(call: Call) -> str:
    """The algorithm's name without its namespace or template arguments; empty for anything else."""
    if call.target is not None or not call.name.startswith("std::"):
        return ""
    return call.name.removeprefix("std::").split("<", 1)[0]


def _impure(function: Lambda, pure: frozenset[str], own: frozenset[Symbol]) -> str:
    """Why a lambda may not run in parallel with itself; empty if it may. ``own``: parameters it may write through."""
    values = frozenset(p for p in function.parameters if not isinstance(p.type, Reference))
    inside = declared_symbols(function.body) | own | values
    for node in walk(function.body):
        if isinstance(node, Assign) and own_root(node.place) not in inside:
            return "its function object writes a variable outside of itself"
        if isinstance(node, Call) and (node.target is not None or node.name not in pure):
            return f"its function object calls {node.name}, whose effects are not known"
        if isinstance(node, Method) and node.name not in CONST_METHODS:
            return f"its function object calls {node.name} on an object"
    return ""


def _result(function: Lambda) -> Expr | None:
    """The value of a lambda that is a single return."""
    statements = function.body.statements
    if len(statements) == 1 and isinstance(statements[0], Return):
        return statements[0].value
    return None


def _operator(e: Expr) -> str:
    """The operator of a library function object such as ``std::plus<>()``."""
    spelling = ""
    if isinstance(e, Construct):
        spelling = e.type.name if isinstance(e.type, Library) else getattr(e.type, "spelling", "")
    elif isinstance(e, Call):
        spelling = e.name
    return _OPERATORS.get(spelling.removeprefix("std::").split("<", 1)[0], "")


def _is_comparison(e: Expr) -> bool:
    spelling = ""
    if isinstance(e, Construct):
        spelling = e.type.name if isinstance(e.type, Library) else getattr(e.type, "spelling", "")
    elif isinstance(e, Call):
        spelling = e.name
    return spelling.removeprefix("std::").split("<", 1)[0] in _COMPARISONS


def _combining(call: Call, position: int, pure: frozenset[str]) -> _Found:
    """A binary operation ``(accumulated, value)`` as monoid and element."""
    if position >= len(call.arguments):
        return _Found("+")
    given = uncast(call.arguments[position])
    op = _operator(given)
    if op:
        if op == "-":
            return _refused("subtraction is not associative", "add the negated values", Why.ALGORITHM_OPERATION)
        return _Found(op)
    if not isinstance(given, Lambda) or len(given.parameters) != 2:
        return _refused(
            "its operation is no lambda and no operator of the library", "write it as a lambda", Why.ALGORITHM_FUNCTION
        )
    problem = _impure(given, pure, frozenset())
    if problem:
        return _refused(problem, code=Why.ALGORITHM_FUNCTION)
    value = _result(given)
    if value is None:
        return _refused(
            "its operation is more than one return statement", "write it as one expression", Why.ALGORITHM_OPERATION
        )
    accumulated, element = given.parameters
    place = Ref(accumulated, strip(accumulated.type))
    update = update_of(Assign(place, value), place)
    if update is None:
        return _refused(
            "its operation does not have the form acc + f(x) with an associative operator",
            "use an associative operator on the accumulated value and any function of the element",
            Why.ALGORITHM_OPERATION,
        )
    plain = uncast(update.operand) == Ref(element, strip(element.type))
    return _Found(update.op, (element,), None if plain else update.operand)


def _mapping(call: Call, position: int, arity: int, pure: frozenset[str]) -> _Found:
    """A function object of ``arity`` values that only computes a result."""
    if position >= len(call.arguments):
        return _refused("its function object is missing")
    given = uncast(call.arguments[position])
    if isinstance(given, Lambda):
        problem = _impure(given, pure, frozenset())
        if problem:
            return _refused(problem, code=Why.ALGORITHM_FUNCTION)
        return _Found("", given.parameters, _result(given)) if len(given.parameters) == arity else _refused("arity")
    if _operator(given) or _is_comparison(given) or (isinstance(given, Call) and given.name in pure):
        return _Found()
    if isinstance(given, Ref) and not isinstance(strip(given.symbol.type), Library):
        return _refused("its function object is a variable", "pass a lambda", Why.ALGORITHM_FUNCTION)
    return _refused("its function object is not known", "pass a lambda", Why.ALGORITHM_FUNCTION)


def _optional(call: Call, position: int, arity: int, pure: frozenset[str]) -> _Found:
    return _mapping(call, position, arity, pure) if position < len(call.arguments) else _Found()


def _accumulating(call: Call, name: str, pure: frozenset[str]) -> _Found:
    if name in {"accumulate", "reduce"}:
        if len(call.arguments) < 2:
            return _refused("its range is missing")
        value = element_type(call.arguments[0].type)
        result = strip(call.type)
        found = _combining(call, 3, pure)
        if found.reason:
            return found
        summed = value if found.element is None else found.element.type
        if name == "accumulate" and summed is not None and not _exact(result, summed, found.op):
            return _refused(
                "every step converts the sum to a narrower type",
                "start from a value of the elements' type (0.0 for 0)",
                Why.ALGORITHM_OPERATION,
            )
        floating = name not in _UNORDERED and isinstance(result, Float) and found.op in {"+", "*"}
        if not is_arithmetic(result):
            return _refused("it accumulates a value that is not a number", code=Why.ALGORITHM_OPERATION)
        return _Found(found.op, found.parameters, found.element, floating)
    # inner_product, transform_reduce (first, last, first2, init)
    if len(call.arguments) == 4 and is_arithmetic(strip(call.arguments[3].type)):
        return _Found("+", floating=name == "inner_product" and isinstance(strip(call.type), Float))
    if len(call.arguments) == 5 and name == "transform_reduce":
        outer = _combining(call, 3, pure)
        inner = _mapping(call, 4, 1, pure)
        if outer.reason or inner.reason:
            return outer if outer.reason else inner
        if outer.element is not None:
            return _refused("its reduction is not a plain operator", code=Why.ALGORITHM_OPERATION)
        return _Found(outer.op, inner.parameters, inner.element)
    return _refused("this form of the call is not understood")


def _exact(result: Type, value: Type, op: str) -> bool:
    """Whether accumulating ``value`` into ``result`` loses nothing between steps."""
    if op in {"&&", "||"} or isinstance(result, Bool):
        return isinstance(value, Bool)
    return (
        same_kind(result, value)
        or (isinstance(result, Float) and isinstance(value, Int | Bool))
        or (isinstance(result, Int) and isinstance(value, Bool))
    )


def _scanning(call: Call, name: str, pure: frozenset[str]) -> _Found:
    first = element_type(call.arguments[0].type) if call.arguments else None
    if first is None or not is_arithmetic(first):
        return _refused("its elements are not numbers")
    position = 4 if name == "exclusive_scan" else 3
    if name == "inclusive_scan" and len(call.arguments) > 4:
        return _refused("an initial value of inclusive_scan is not understood", "add it to the first element")
    found = _combining(call, position, pure)
    if found.reason:
        return found
    if found.element is not None:
        return _refused("its operation is not a plain operator", code=Why.ALGORITHM_OPERATION)
    return _Found(found.op, floating=name == "partial_sum" and isinstance(first, Float))


def _examine(call: Call, name: str, pure: frozenset[str]) -> _Found:
    """Whether the call's function objects allow it, by the kind of algorithm."""
    if name in {"sort", "stable_sort", "min_element", "max_element", "minmax_element"}:
        return _optional(call, 2, 2, pure)
    if name in {"accumulate", "reduce", "inner_product", "transform_reduce"}:
        return _accumulating(call, name, pure)
    if name in {"partial_sum", "inclusive_scan", "exclusive_scan"}:
        return _scanning(call, name, pure)
    if name in {"find_if", "find_if_not", "count_if", "all_of", "any_of", "none_of"}:
        return _mapping(call, 2, 1, pure)
    if name == "transform":
        return _mapping(call, 4, 2, pure) if len(call.arguments) == 5 else _mapping(call, 3, 1, pure)
    if name == "copy_if":
        return _mapping(call, 3, 1, pure)
    if name == "replace_if":
        return _mapping(call, 2, 1, pure)
    if name == "for_each":
        return _for_each(call, pure)
    return _Found()


def _for_each(call: Call, pure: frozenset[str]) -> _Found:
    given = uncast(call.arguments[2]) if len(call.arguments) > 2 else None
    if not isinstance(given, Lambda) or len(given.parameters) != 1:
        return _refused("its function object is not a lambda of one parameter", "pass a lambda", Why.ALGORITHM_FUNCTION)
    problem = _impure(given, pure, frozenset(given.parameters))
    if problem:
        return _refused(problem, code=Why.ALGORITHM_FUNCTION)
    return _Found("", given.parameters, None)


def _range_problem(call: Call) -> str:
    """Why the ranges cannot be run over by index; empty if they can."""
    if len(call.arguments) < 2:
        return "its range is not given by two iterators"
    for argument in call.arguments[:2]:
        if element_type(argument.type) is None:
            return "its range is not made of iterators or pointers"
    for argument in call.arguments:
        for e in expressions(argument):
            if isinstance(e, Call) and e.name.removeprefix("std::") in {"back_inserter", "inserter", "front_inserter"}:
                return "its output grows while it runs"
            if isinstance(e, Method) and e.name in {"rbegin", "rend", "crbegin", "crend"}:
                return "it runs over reverse iterators"
            type_ = strip(e.type)
            if isinstance(type_, Library) and type_.name in {"list", "forward_list", "set", "map"}:
                return "its container has no random access"
            if type_ == Library("vector", (Bool(),)):
                return "neighbouring elements of vector<bool> share a word"
    return ""


def _statements(block: Block, parent: int) -> Iterator[tuple[Stmt, int]]:
    """Every statement with the id of the loop around it (-1: none)."""
    for statement in block.statements:
        yield statement, parent
        if isinstance(statement, Block):
            yield from _statements(statement, parent)
        elif isinstance(statement, If):
            yield from _statements(statement.then, parent)
            if statement.other is not None:
                yield from _statements(statement.other, parent)
        elif isinstance(statement, For | While | ForEach):
            yield from _statements(statement.body, statement.id)


def find(function: Function, pure: frozenset[str]) -> tuple[CallFact, ...]:
    """The standard algorithms that a function calls, each with its primitive or the reason why it stays."""
    found: list[CallFact] = []
    for statement, parent in _statements(function.body, -1):
        for top in own_expressions(statement):
            for e in expressions(top):
                if isinstance(e, Call) and name_of(e) in _PRIMITIVES:
                    found.append(_fact(e, statement, parent, pure))
    return tuple(found)


def _fact(call: Call, statement: Stmt, parent: int, pure: frozenset[str]) -> CallFact:
    name = name_of(call)
    problem = _range_problem(call)
    outcome = _refused(problem, code=Why.ALGORITHM_RANGE) if problem else _examine(call, name, pure)
    reasons: tuple[Diagnostic, ...] = ()
    if outcome.reason:
        reasons = (Diagnostic(call.span, f"std::{name}: {outcome.reason}", outcome.remedy, code=outcome.code),)
    return CallFact(
        call,
        statement,
        _PRIMITIVES[name],
        not reasons,
        Claim.PROVED,
        reasons=reasons,
        work=_work(call),
        floating=outcome.floating,
        parent=parent,
        op=outcome.op,
        parameters=outcome.parameters,
        element=outcome.element,
        span=call.span,
    )


def _work(call: Call) -> Expr | None:
    """The length of the first range, where both ends are those of one container."""
    first, last = uncast(call.arguments[0]), uncast(call.arguments[1]) if len(call.arguments) > 1 else None
    if isinstance(first, Method) and isinstance(last, Method) and first.object == last.object:
        return Method(first.object, "size", (), SIZE)
    if isinstance(last, Binary) and last.op == "+" and uncast(last.left) == first:
        return last.right
    return None
