"""Whether what a candidate returned agrees with what the sequential original returned on the same input.

Integers, truth values, strings, sizes, places and exceptions must be equal. Floating point follows the policy:
`strict` wants the same bits (any NaN equals any NaN); `reassoc` allows another order of operations and bounds the
difference by what another order can cause. The bound comes from runs of the original itself, never from the size of
the result:

- under directed rounding (up, down, toward zero) every operation errs in one direction, so the spread of the results
  shows how errors accumulate along the original's order (Vignes' stochastic arithmetic, with the three fixed modes);
- with inputs perturbed by one unit in the last place the spread shows the condition of the result, which bounds what
  another order can do even where the original's own order happens to be exact. Discontinuities, where a perturbed input
  takes another branch, are recognised by their size and left out.

Knows nothing of how the runs were made, nor what a disagreement means for a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
import numpy.typing as npt

from unseq.agents.closeness import SAFETY, Numbers, Scale, bound_of, close, own_error, ulps, usual_spread
from unseq.agents.task import FloatPolicy
from unseq.backends.host.blob import Elsewhere, Outcome, Returned, Threw, mutable_globals
from unseq.backends.host.values import Buffer, Case, Null, Overlap, SameObject, Scalar, Struct, Text, Value
from unseq.backends.host.values import Sequence as Items
from unseq.frontend.ir.nodes import Function

_STRETCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Reference:
    """The original's results on one case: ``expected`` under round to nearest, ``rounded`` under the directed modes,
    ``perturbed`` with inputs moved by one unit in the last place; the last two empty under the strict policy.
    ``other``: what it returns where the standard leaves the result open and its library chooses; as good. ``exact``: in
    wider arithmetic."""

    case: Case
    expected: Outcome
    rounded: tuple[Outcome, ...] = ()
    perturbed: tuple[Outcome, ...] = ()
    other: Outcome | None = None
    exact: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first disagreement: ``where`` (``y[17]``, ``result``), both values, how many elements disagree there, and
    the bound that was exceeded (None where the values must be equal)."""

    where: str
    expected: str
    got: str
    count: int = 1
    bound: float | None = None

    def __str__(self) -> str:
        text = f"{self.where}: expected {self.expected}, got {self.got}"
        if self.bound is not None:
            text += f" (bound {self.bound:.3g})"
        return text + (f"; {self.count} elements differ" if self.count > 1 else "")


@dataclass(frozen=True, slots=True)
class Agreement:
    """No disagreement; ``worst`` is the largest difference in units of the last place of the expected value. Where the
    exact values are known: the largest error of the original (``original_ulp``) and of the candidate, in the same unit,
    over the elements in which they differ."""

    worst_ulp: float = 0.0
    original_ulp: float = 0.0
    candidate_ulp: float = 0.0

    def __or__(self, other: Agreement) -> Agreement:
        """The worse of both."""
        return Agreement(*map(max, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class _Leaf:
    where: str
    data: Numbers | Value | Elsewhere | str


def compare(function: Function, reference: Reference, got: Outcome, policy: FloatPolicy) -> Difference | Agreement:
    """The first disagreement of a candidate's outcome with the reference, or how close they are."""
    found = _compared(function, reference, got, policy)
    if isinstance(found, Difference) and reference.other is not None:
        again = _compared(function, replace(reference, expected=reference.other, other=None), got, policy)
        return again if isinstance(again, Agreement) else found
    return found


def _compared(function: Function, reference: Reference, got: Outcome, policy: FloatPolicy) -> Difference | Agreement:
    if isinstance(reference.expected, Threw) != isinstance(got, Threw):
        expected, actual = (o.type if isinstance(o, Threw) else "none" for o in (reference.expected, got))
        return Difference("exception", expected, actual)
    if isinstance(got, Returned) and isinstance(reference.expected, Returned) and got.mode != reference.expected.mode:
        expected, actual = ("as it was" if o.mode is None else f"{o.mode:#x}" for o in (reference.expected, got))
        return Difference("the floating-point mode after the call", expected, actual)
    names = ("result", *(parameter.name for parameter in function.parameters))
    names += tuple(name for name, _ in mutable_globals(function))
    judge = _Judgement(reference, policy)
    worst = Agreement()
    for k, (one, other) in enumerate(zip(_slots(reference.expected), _slots(got), strict=False)):
        if one is other:  # nothing there, or neither touched the input
            continue
        if k > len(function.parameters):
            one, other = _as_long(one, other), _as_long(other, one)
        found = judge.slot(names[k], k, one, other)
        if isinstance(found, Difference):
            return found
        worst |= found
    return worst


_Slot = Value | Elsewhere | str | None


def _as_long(one: _Slot, other: _Slot) -> _Slot:
    """An array variable filled up to the length of another: it ends where it is as it was at first, mostly zero."""
    if not (isinstance(one, Buffer) and isinstance(other, Buffer) and len(one.array) < len(other.array)):
        return one
    filled = np.zeros(other.array.shape, dtype=one.array.dtype)
    filled[: len(one.array)] = one.array
    return Buffer(filled)


def _slots(outcome: Outcome) -> tuple[_Slot, ...]:
    """The result, the parameters and the variables; or the exception in place of a result."""
    if isinstance(outcome, Threw):
        return (outcome.type,)
    return (outcome.result, *outcome.parameters, *outcome.globals)


class _Judgement:
    """What decides about the places of one outcome; what is expensive is worked out when it is first needed."""

    def __init__(self, reference: Reference, policy: FloatPolicy) -> None:
        self.reference, self.policy = reference, policy
        self._scale: Scale | None = None

    def scale(self) -> Scale:
        """How large the case is."""
        if self._scale is None:
            self._scale = _scale(self.reference.case)
        return self._scale

    def slot(self, name: str, k: int, one: _Slot, other: _Slot) -> Difference | Agreement:
        """Whether the values in one place agree."""
        expected, actual = list(_value_leaves(name, one)), list(_value_leaves(name, other))
        rounded = [_by_place(name, _slots(o)[k]) for o in self.reference.rounded if isinstance(o, Returned)]
        perturbed = [_by_place(name, _slots(o)[k]) for o in self.reference.perturbed if isinstance(o, Returned)]
        exact = self.reference.exact
        exactly = _by_place(name, _slots(exact)[k]) if isinstance(exact, Returned) else {}
        worst = Agreement()
        for first, second in zip(expected, actual, strict=False):
            if first.where != second.where:
                return Difference(first.where, _show(first.data), "nothing")
            if not isinstance(first.data, np.ndarray) or not isinstance(second.data, np.ndarray):
                mixed = isinstance(first.data, np.ndarray) != isinstance(second.data, np.ndarray)
                if mixed or first.data != second.data:
                    return Difference(first.where, _show(first.data), _show(second.data))
                continue
            modes, moved = _same_shape(first, rounded), _same_shape(first, perturbed)
            wide = exactly.get(first.where)
            found = self.arrays(first.where, first.data, second.data, modes, moved, wide)
            if isinstance(found, Difference):
                return found
            worst |= found
        if len(expected) != len(actual):
            longer, shorter = (expected, actual) if len(expected) > len(actual) else (actual, expected)
            extra = longer[len(shorter)]
            shown = (_show(extra.data), "nothing") if longer is expected else ("nothing", _show(extra.data))
            return Difference(extra.where, *shown)
        return worst

    def arrays(
        self, where: str, expected: Numbers, got: Numbers, rounded: list[Numbers], perturbed: list[Numbers],
        exact: Numbers | None = None,
    ) -> Difference | Agreement:
        """Whether arrays of numbers agree, element by element."""
        if expected.shape != got.shape or expected.dtype != got.dtype:
            return Difference(where, f"{expected.shape} of {expected.dtype}", f"{got.shape} of {got.dtype}")
        kind = expected.dtype.kind
        if kind == "c":
            for part in ("real", "imag"):
                ours, theirs = getattr(expected, part), getattr(got, part)
                modes, moved = ([getattr(a, part) for a in arrays] for arrays in (rounded, perturbed))
                wide = None if exact is None or exact.dtype.kind != "c" else getattr(exact, part)
                found = self.arrays(f"{where}.{part}", ours, theirs, modes, moved, wide)
                if isinstance(found, Difference):
                    return found
            return Agreement()
        if kind != "f":
            wrong = expected != got
            if self.policy is FloatPolicy.REASSOC:
                for variant in rounded:  # a discrete result that the original's own rounding does not determine
                    wrong &= got != variant
            return _first(where, expected, got, wrong, None) or Agreement()
        with np.errstate(all="ignore"):
            if self.policy is FloatPolicy.STRICT:
                same = (expected == got) & (np.signbit(expected) == np.signbit(got))
                same |= np.isnan(expected) & np.isnan(got)
                return _first(where, expected, got, ~same, None) or Agreement()
            return self._reassociated(where, expected, got, rounded, perturbed, exact)

    def _reassociated(
        self, where: str, expected: Numbers, got: Numbers, rounded: list[Numbers], perturbed: list[Numbers],
        exact: Numbers | None,
    ) -> Difference | Agreement:
        # Only what differs is worth a bound, and a stretch at a time keeps the wide intermediates small.
        one, other = expected.reshape(-1), got.reshape(-1)
        modes, moved = ([a.reshape(-1) for a in arrays] for arrays in (rounded, perturbed))
        wrong = np.zeros(one.shape, dtype=np.bool_)
        limit: float | None = None
        worst = Agreement()
        usable = exact is not None and exact.shape == expected.shape and exact.dtype.kind == "f"
        wide = exact.reshape(-1) if exact is not None and usable else None
        usual = usual_spread(one, modes) if one.size and not np.array_equal(one, other, equal_nan=True) else 0.0
        for start in range(0, one.size, _STRETCH):
            part = slice(start, start + _STRETCH)
            apart = (one[part] != other[part]) & ~(np.isnan(one[part]) & np.isnan(other[part]))
            if not apart.any():
                continue
            ours, theirs = one[part][apart], other[part][apart]
            near = [a[part][apart] for a in modes]
            bound = bound_of(ours, near, [a[part][apart] for a in moved], self.scale())
            bound = np.maximum(bound, SAFETY * usual * np.where(np.isfinite(ours), np.abs(ours), 0))
            if wide is not None:
                bound = np.maximum(bound, SAFETY * own_error(ours, wide[part][apart], self.scale()))
            bad = ~close(ours, theirs, near, bound, self.scale())
            wrong[part][apart] = bad
            if bad.any() and limit is None:
                limit = float(bound[np.argmax(bad)])
            worst |= Agreement(ulps(ours, theirs, ours))
            if wide is not None:
                worst |= Agreement(0.0, *(ulps(ours, one_side, wide[part][apart]) for one_side in (ours, theirs)))
        return _first(where, expected, got, wrong.reshape(expected.shape), limit) or worst


def _by_place(name: str, slot: _Slot) -> dict[str, Numbers]:
    return {leaf.where: leaf.data for leaf in _value_leaves(name, slot) if isinstance(leaf.data, np.ndarray)}


def _same_shape(leaf: _Leaf, variants: Sequence[dict[str, Numbers]]) -> list[Numbers]:
    """The variants' values of one leaf; those whose size differs say nothing element by element."""
    assert isinstance(leaf.data, np.ndarray)
    found = [variant[leaf.where] for variant in variants if leaf.where in variant]
    return [array for array in found if array.shape == leaf.data.shape and array.dtype == leaf.data.dtype]


# ---- from values to flat arrays ----------------------------------------------------------------------


def _value_leaves(where: str, value: _Slot) -> Iterator[_Leaf]:
    if isinstance(value, str):
        yield _Leaf(where, value)
    elif isinstance(value, Scalar):
        number = value.value
        if isinstance(number, int) and not isinstance(number, bool) and not -(2**63) <= number < 2**64:
            yield _Leaf(where, str(number))
        else:
            yield _Leaf(where, np.asarray(number).reshape(()))
    elif isinstance(value, Buffer):
        yield from _array_leaves(where, value.array)
    elif isinstance(value, Struct):
        for k, member in enumerate(value.fields):
            yield from _value_leaves(f"{where}.{k}", member)
    elif isinstance(value, Items):
        yield _Leaf(f"size of {where}", str(len(value.items)))
        for k, item in enumerate(value.items):
            yield from _value_leaves(f"{where}[{k}]", item)
    elif isinstance(value, Text | Null | Overlap | SameObject | Elsewhere):
        yield _Leaf(where, value)


def _array_leaves(where: str, array: Numbers) -> Iterator[_Leaf]:
    yield _Leaf(f"size of {where}", str(array.shape[0]))
    yield from _columns(where, array)


def _columns(where: str, array: Numbers) -> Iterator[_Leaf]:
    names = array.dtype.names
    if names is None:
        yield _Leaf(where, array)
        return
    for name in names:
        yield from _columns(f"{where}.{name}", array[name])


def _scale(case: Case) -> Scale:
    elements, magnitude, finite, epsilon = 1, 0.0, True, 0.0
    for leaf in (leaf for value in (*case.values, *case.globals) for leaf in _value_leaves("", value)):
        if isinstance(leaf.data, np.ndarray):
            elements += leaf.data.size
            if leaf.data.dtype.kind in "fc" and leaf.data.size:
                epsilon = max(epsilon, float(np.finfo(leaf.data.dtype).eps))
                with np.errstate(all="ignore"):
                    sizes = np.abs(leaf.data)
                good = np.isfinite(sizes)
                finite &= bool(good.all())
                magnitude = max(magnitude, float(sizes.max(where=good, initial=0.0)))
    return Scale(elements, magnitude, finite, epsilon)


def _first(
    where: str, expected: Numbers, got: Numbers, wrong: npt.NDArray[np.bool_], bound: float | None
) -> Difference | None:
    if not np.any(wrong):
        return None
    index = tuple(int(k[0]) for k in np.nonzero(np.atleast_1d(wrong)))
    one, other = np.atleast_1d(expected)[index], np.atleast_1d(got)[index]
    place = where if expected.ndim == 0 else where + "".join(f"[{k}]" for k in index)
    return Difference(place, _show(one), _show(other), int(np.count_nonzero(wrong)), bound)


def _show(data: object) -> str:
    if isinstance(data, np.ndarray):
        return _show(data[()]) if data.ndim == 0 else f"{data.size} elements"
    if isinstance(data, np.generic):
        return repr(data.item()) if not isinstance(data, np.longdouble) else str(data)
    if isinstance(data, Text):
        return repr(data.data[:60])
    return str(data)
