"""Standard reductions and scans: which monoid combines which function of the elements.

Sums in the algorithms that promise an order (``accumulate``, ``inner_product``, ``partial_sum``) are legal in another
order for integers, and for floating point where the policy says so; ``reduce``, ``transform_reduce`` and the scans
promise none.
"""

from __future__ import annotations

from unseq.frontend.analysis.function_objects import AS_IT_IS, Found, combining, mapping, refused
from unseq.frontend.analysis.updates import same_kind, uncast
from unseq.frontend.ir.nodes import Call, Lambda
from unseq.frontend.ir.types import (
    Bool,
    Float,
    Int,
    Type,
    element_type,
    is_arithmetic,
    is_complex,
    is_inexact,
    strip,
)
from unseq.frontend.reasons import Why

SCANS = frozenset(
    {"partial_sum", "inclusive_scan", "exclusive_scan", "transform_inclusive_scan", "transform_exclusive_scan"}
)


def accumulating(call: Call, name: str, pure: frozenset[str]) -> Found:
    if len(call.arguments) < 2:
        return refused("its range is missing")
    if name in {"inner_product", "transform_reduce"}:
        return _products(call, name, pure)
    value = element_type(call.arguments[0].type)
    result = strip(call.type)
    found = combining(call, 3, pure, any_order=name == "reduce")
    if found.reason:
        return found
    summed = value if found.element is None else found.element.type
    if found.op == AS_IT_IS:
        alike = result == value and (len(call.arguments) < 3 or strip(call.arguments[2].type) == value)
        return found if alike else refused(
            "its operation and its elements are of different types", code=Why.ALGORITHM_OPERATION
        )
    if name == "accumulate" and summed is not None and not _exact(result, summed, found.op):
        return refused(
            "every step converts the sum to a narrower type",
            "start from a value of the elements' type (0.0 for 0)",
            Why.ALGORITHM_OPERATION,
        )
    floating = name == "accumulate" and is_inexact(result) and found.op in {"+", "*"}
    if not is_arithmetic(result) and not (is_complex(result) and summed == result):
        return refused("it accumulates a value that is not a number", code=Why.ALGORITHM_OPERATION)
    return Found(found.op, found.parameters, found.element, floating)


def _products(call: Call, name: str, pure: frozenset[str]) -> Found:
    """A reduction of what a function makes of the elements of one or two ranges; it returns the initial value's
    type."""
    arguments = call.arguments
    one = name == "transform_reduce" and len(arguments) == 5
    init = 2 if one else 3
    if len(arguments) not in (init + 1, init + 3):
        return refused("this form of the call is not understood")
    result = strip(arguments[init].type)
    if not is_arithmetic(result):
        return refused("it accumulates a value that is not a number", code=Why.ALGORITHM_OPERATION)
    in_order = name == "inner_product"
    outer = combining(call, init + 1, pure, any_order=not in_order)
    inner = mapping(call, init + 2, 1 if one else 2, pure) if len(arguments) > init + 1 else Found()
    if outer.reason or inner.reason:
        return outer if outer.reason else inner
    if outer.element is not None or outer.op == AS_IT_IS:
        return refused("its reduction is not a plain operator", code=Why.ALGORITHM_OPERATION)
    given = uncast(arguments[init + 2]) if len(arguments) > init + 1 else None
    if isinstance(given, Lambda) and inner.element is None:
        return refused("its function object has no value that is one expression", code=Why.ALGORITHM_FUNCTION)
    made = inner.element.type if inner.element is not None else element_type(arguments[0].type)
    if in_order and made is not None and isinstance(given, Lambda | None) and not _exact(result, made, outer.op):
        remedy = "start from a value of the products' type"
        return refused("every step converts the sum to a narrower type", remedy, Why.ALGORITHM_OPERATION)
    return Found(outer.op, inner.parameters, inner.element, in_order and is_inexact(result) and outer.op in {"+", "*"})


def _exact(result: Type, value: Type, op: str) -> bool:
    """Whether accumulating ``value`` into ``result`` loses nothing between steps."""
    if op in {"&&", "||"} or isinstance(result, Bool):
        return isinstance(value, Bool)
    return (
        same_kind(result, value)
        or (isinstance(result, Float) and isinstance(value, Int | Bool))
        or (isinstance(result, Int) and isinstance(value, Bool))
    )


def scanning(call: Call, name: str, pure: frozenset[str]) -> Found:
    """A prefix sum, of what a function makes of the elements for ``transform_..._scan``."""
    arguments = call.arguments
    first = element_type(arguments[0].type) if arguments else None
    if first is None or not is_arithmetic(first):
        return refused("its elements are not numbers")
    position = {"exclusive_scan": 4, "transform_exclusive_scan": 4}.get(name, 3)
    found = combining(call, position, pure, any_order=name != "partial_sum")
    if found.reason:
        return found
    if found.element is not None or found.op == AS_IT_IS:
        return refused("its operation is not a plain operator", code=Why.ALGORITHM_OPERATION)
    inner = mapping(call, position + 1, 1, pure) if name.startswith("transform") else Found()
    if inner.reason:
        return inner
    if inner.element is None and inner.parameters:
        return refused("its function object has no value that is one expression", code=Why.ALGORITHM_FUNCTION)
    floating = name == "partial_sum" and is_inexact(first) and found.op in {"+", "*"}
    return Found(found.op, inner.parameters, inner.element, floating)
