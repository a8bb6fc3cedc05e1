"""Function objects of standard algorithms: what they compute, and whether they may run in parallel with themselves.

A function object may when it is a lambda (or a function of the library) that writes nothing outside itself and calls
only pure functions.  An operation ``(accumulated, value)`` is a monoid with a function of the value where it reads so;
else it is taken as it is, if it is known to be associative (`algebra.py`), or if the algorithm demands that.
"""

from __future__ import annotations

from unseq.frontend.analysis import algebra, closures
from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.analysis.updates import uncast, update_of
from unseq.frontend.ir.nodes import Assign, Call, Construct, Expr, Lambda, Method, Ref, Symbol
from unseq.frontend.ir.types import BOOL, Callable, Library, Reference, element_type, strip
from unseq.frontend.ir.walk import declared_symbols, is_within, own_root, walk
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass

_OPERATORS = {
    "plus": "+",
    "multiplies": "*",
    "bit_and": "&",
    "bit_or": "|",
    "bit_xor": "^",
    "logical_and": "&&",
    "logical_or": "||",
}
_OTHERS = "minus divides modulus negate less greater less_equal greater_equal equal_to not_equal_to logical_not"
_FUNCTIONS = frozenset(_OPERATORS) | frozenset(_OTHERS.split())
AS_IT_IS = "call"  # the operation is the function object itself


_USUAL = {
    Why.ALGORITHM_FORM: "write it as a plain loop",
    Why.ALGORITHM_FUNCTION: "pass a lambda that only computes its result from its arguments",
    Why.ALGORITHM_OPERATION: "write it as a plain loop, or use an associative operator",
    Why.ALGORITHM_RANGE: "use a vector or an array, and size the output before the call",
}


@dataclass(frozen=True, slots=True)
class Found:
    op: str = ""
    parameters: tuple[Symbol, ...] = ()
    element: Expr | None = None
    floating: bool = False
    reason: str = ""
    remedy: str = ""
    code: Why = Why.ALGORITHM_FORM


def refused(reason: str, remedy: str = "", code: Why = Why.ALGORITHM_FORM) -> Found:
    return Found(reason=reason, remedy=remedy or _USUAL.get(code, ""), code=code)


def impure(function: Lambda, pure: frozenset[str], own: frozenset[Symbol]) -> str:
    """Why a lambda may not run in parallel with itself; empty if it may. ``own``: parameters it may write through."""
    values = frozenset(p for p in function.parameters if not isinstance(p.type, Reference))
    inside = declared_symbols(function.body) | values
    for node in walk(function.body):
        if isinstance(node, Assign) and not is_within(node.place, inside) and own_root(node.place) not in own:
            return "its function object writes a variable outside of itself"
        if isinstance(node, Call) and (node.target is not None or node.name not in pure):
            return f"its function object calls {node.name}, whose effects are not known"
        if isinstance(node, Method) and node.name not in CONST_METHODS:
            return f"its function object calls {node.name} on an object"
    return ""


def _spelling(e: Expr) -> str:
    """The name of a library function object such as ``std::plus<>()``."""
    spelling = ""
    if isinstance(e, Construct):
        spelling = e.type.name if isinstance(e.type, Library) else getattr(e.type, "spelling", "")
    elif isinstance(e, Call):
        spelling = e.name
    return spelling.removeprefix("std::").split("<", 1)[0]


def combining(call: Call, position: int, pure: frozenset[str], *, any_order: bool) -> Found:
    """A binary operation ``(accumulated, value)`` as monoid and element. ``any_order``: the algorithm demands an
    associative and commutative operation on its elements."""
    if position >= len(call.arguments):
        return Found("+")
    given = uncast(call.arguments[position])
    name = _spelling(given)
    if name == "minus":
        return refused("subtraction is not associative", "add the negated values", Why.ALGORITHM_OPERATION)
    if name in _OPERATORS:
        return Found(_OPERATORS[name])
    if name == "not_equal_to" and element_type(call.arguments[0].type) == BOOL:
        return Found("^")
    if not isinstance(given, Lambda) or len(given.parameters) != 2:
        what = "its operation is no lambda and no operator of the library"
        return refused(what, "write it as a lambda", Why.ALGORITHM_FUNCTION)
    problem = impure(given, pure, frozenset())
    return refused(problem, code=Why.ALGORITHM_FUNCTION) if problem else _operation(given, any_order)


def _operation(given: Lambda, any_order: bool) -> Found:
    value = closures.value_of(given)
    accumulated, element = given.parameters
    type_ = strip(accumulated.type)
    update = None
    if value is not None:
        place = Ref(accumulated, type_)
        update = update_of(Assign(place, value), place)
        plain = update is not None and uncast(update.operand) == Ref(element, strip(element.type))
        if update is not None and (plain or not any_order):
            return Found(update.op, (element,), None if plain else update.operand)
    alike = strip(element.type) == type_ and isinstance(given.type, Callable) and strip(given.type.result) == type_
    laws = algebra.laws(accumulated, element, value, type_) if value is not None and alike else algebra.UNKNOWN
    if laws.associative is False or (any_order and laws.commutative is False):
        law = "associative" if laws.associative is False else "commutative"
        remedy = "use an operation that may be applied in any order"
        return refused(f"its operation is not {law}", remedy, Why.ALGORITHM_OPERATION)
    if alike and (laws.associative or (any_order and update is None)):
        return Found(AS_IT_IS)
    return refused(
        "its operation does not have the form acc + f(x) with an associative operator",
        "use an associative operator on the accumulated value and any function of the element",
        Why.ALGORITHM_OPERATION,
    )


def mapping(call: Call, position: int, arity: int, pure: frozenset[str]) -> Found:
    """A function object of ``arity`` values that only computes a result."""
    if position >= len(call.arguments):
        return refused("its function object is missing")
    given = uncast(call.arguments[position])
    if isinstance(given, Lambda):
        problem = impure(given, pure, frozenset())
        if problem:
            return refused(problem, code=Why.ALGORITHM_FUNCTION)
        if len(given.parameters) != arity:
            return refused("its function object takes another number of arguments")
        return Found("", given.parameters, closures.value_of(given))
    if _spelling(given) in _FUNCTIONS or (isinstance(given, Call) and given.name in pure):
        return Found()
    if isinstance(given, Ref) and not isinstance(strip(given.symbol.type), Library):
        return refused("its function object is a variable", "pass a lambda", Why.ALGORITHM_FUNCTION)
    return refused("its function object is not known", "pass a lambda", Why.ALGORITHM_FUNCTION)


def optional(call: Call, position: int, arity: int, pure: frozenset[str]) -> Found:
    return mapping(call, position, arity, pure) if position < len(call.arguments) else Found()


