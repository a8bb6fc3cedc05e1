"""Whether a function orders floating-point values by an algorithm of the library that wants a strict weak order.

With a value that is not a number there is none, and the function's behaviour is undefined; no sanitizer sees it, so
such inputs are not generated.  Functions and lambdas of the file are looked at, wherever they are called.
"""

from __future__ import annotations

from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Binary, Call, Function
from unseq.frontend.ir.walk import walk

# Patterns of `values.py` that put values in that are not numbers.
NOT_NUMBERS = frozenset({"first NaN", "some NaN", "special"})

_WORDS = """sort stable_sort partial_sort nth_element is_sorted is_sorted_until min_element max_element minmax_element
lower_bound upper_bound binary_search equal_range merge inplace_merge includes set_union set_intersection set_difference
make_heap push_heap pop_heap sort_heap next_permutation prev_permutation"""
_ORDERING = frozenset(_WORDS.split())


def orders_floats(function: Function) -> bool:
    """Whether it, or a function of its file that it reaches, has the library order floating-point values."""
    scopes = (function, *function.callees)
    calls = [n for scope in scopes for n in walk(scope) if isinstance(n, Call) and _bare(n.name) in _ORDERING]
    if any(_has_floats(a.type) for call in calls for a in call.arguments[:1]):
        return True
    compares = any(isinstance(n, Binary) and _compares_floats(n) for scope in scopes for n in walk(scope))
    return bool(calls) and compares


def _bare(name: str) -> str:
    return name.rsplit("::", 1)[-1].split("<", 1)[0]


def _compares_floats(e: Binary) -> bool:
    return e.op in ("<", ">", "<=", ">=") and _has_floats(e.left.type)


def _has_floats(type_: ir.Type) -> bool:
    """Whether a value, or an element of a range, is or holds a floating-point number; pointers inside are not
    followed."""
    type_ = ir.strip(type_)
    if isinstance(type_, ir.Pointer | ir.Array):
        type_ = ir.element_type(type_) or type_
    if isinstance(type_, ir.Record):
        return any(_has_floats(f.type) for f in type_.fields if not isinstance(f.type, ir.Pointer))
    if isinstance(type_, ir.Library):
        return any(_has_floats(a) for a in type_.args if not isinstance(a, int))
    return isinstance(type_, ir.Float)
