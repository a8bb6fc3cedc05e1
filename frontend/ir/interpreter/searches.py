"""The searching, counting, comparing and rearranging algorithms of ``<algorithm>``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.algorithms import ALGORITHMS, Argument, Range, algorithm, invoke, less, sorted_values
from unseq.frontend.ir.interpreter.memory import Value

Test = Callable[[int], bool]


def _test(r: Range, a: Argument, predicate: bool) -> Test:
    """Whether an element passes a predicate or is equal to a value."""
    if predicate:
        return lambda i: bool(invoke(a.value, r.place(i)))
    if t.is_arithmetic(r.element) and t.is_arithmetic(a.type):
        equal, _ = arithmetic.mixed("==", r.element, a.type)
        return lambda i: bool(equal(r.get(i), a.value))
    return lambda i: bool(r.get(i) == a.value)


@algorithm("count")
def _count(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return sum(map(_test(r, a[2], False), range(r.n)))


@algorithm("count_if")
def _count_if(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return sum(map(_test(r, a[2], True), range(r.n)))


def _first(r: Range, test: Test) -> int:
    return next((i for i in range(r.n) if test(i)), r.n)


@algorithm("find")
def _find(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return r.at(_first(r, _test(r, a[2], False)))


@algorithm("find_if")
def _find_if(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return r.at(_first(r, _test(r, a[2], True)))


@algorithm("find_if_not", "partition_point")
def _find_if_not(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    test = _test(r, a[2], True)
    return r.at(_first(r, lambda i: not test(i)))


@algorithm("any_of")
def _any_of(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return any(map(_test(r, a[2], True), range(r.n)))


@algorithm("all_of")
def _all_of(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    return all(map(_test(r, a[2], True), range(r.n)))


@algorithm("none_of")
def _none_of(a: Sequence[Argument], result: t.Type) -> Value:
    return not _any_of(a, result)


@algorithm("min_element")
def _min_element(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before, best = less(a, 2, r.element), 0
    for i in range(1, r.n):
        if before(r.get(i), r.get(best)):
            best = i
    return r.at(best)


@algorithm("max_element")
def _max_element(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before, best = less(a, 2, r.element), 0
    for i in range(1, r.n):
        if before(r.get(best), r.get(i)):
            best = i
    return r.at(best)


@algorithm("lower_bound")
def _lower_bound(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before = less(a, 3, r.element)
    return r.at(_first(r, lambda i: not before(r.get(i), a[2].value)))


@algorithm("upper_bound")
def _upper_bound(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before = less(a, 3, r.element)
    return r.at(_first(r, lambda i: before(a[2].value, r.get(i))))


@algorithm("binary_search")
def _binary_search(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before = less(a, 3, r.element)
    i = _first(r, lambda i: not before(r.get(i), a[2].value))
    return i < r.n and not before(a[2].value, r.get(i))


@algorithm("is_sorted")
def _is_sorted(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    before = less(a, 2, r.element)
    return not any(before(r.get(i), r.get(i - 1)) for i in range(1, r.n))


@algorithm("equal")
def _equal(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    other = Range(a[2], None, r.n)
    compare, _ = arithmetic.mixed("==", r.element, other.element)
    return all(compare(r.get(i), other.get(i)) for i in range(r.n))


@algorithm("unique")
def _unique(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    kept = 0
    for i in range(r.n):
        value = r.get(i)
        same = kept > 0 and (invoke(a[2].value, (r.get(kept - 1), r.element), (value, r.element)) if len(a) > 2
                             else r.get(kept - 1) == value)  # fmt: skip
        if not same:
            r.set(kept, value)
            kept += 1
    return r.at(kept)


@algorithm("remove_if")
def _remove_if(a: Sequence[Argument], result: t.Type) -> Value:
    return _removed(a, True)


@algorithm("remove")
def _remove(a: Sequence[Argument], result: t.Type) -> Value:
    return _removed(a, False)


def _removed(a: Sequence[Argument], predicate: bool) -> Value:
    r = Range(a[0], a[1])
    test, kept = _test(r, a[2], predicate), 0
    for i in range(r.n):
        if not test(i):
            r.set(kept, r.get(i))
            kept += 1
    return r.at(kept)


@algorithm("stable_partition")
def _partition(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    test = _test(r, a[2], True)
    flags = [test(i) for i in range(r.n)]
    values = r.values()
    ordered = [v for v, f in zip(values, flags, strict=True) if f] + [
        v for v, f in zip(values, flags, strict=True) if not f]
    for i, value in enumerate(ordered):
        r.set(i, value)
    return r.at(sum(flags))


@algorithm("replace")
def _replace(a: Sequence[Argument], result: t.Type) -> Value:
    r = Range(a[0], a[1])
    test = _test(r, a[2], False)
    for i in range(r.n):
        if test(i):
            r.set(i, a[3].value)


@algorithm("merge")
def _merge(a: Sequence[Argument], result: t.Type) -> Value:
    r, s = Range(a[0], a[1]), Range(a[2], a[3])
    out = Range(a[4], None, r.n + s.n)
    merged = sorted_values(r.values() + s.values(), less(a, 5, r.element))
    for i, value in enumerate(merged):
        out.set(i, value)
    return out.at(out.n)


__all__ = ["ALGORITHMS"]
