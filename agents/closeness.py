"""How far two floating-point results of the same computation may be apart, and how far they are.

Knows arrays of numbers and nothing of values, runs or policies; the reasons for the bounds are told in `compare`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
SAFETY = 8.0
_SAMPLE = 4096  # elements of an array that show how much rounding matters in it


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a case is: elements in all, the largest magnitude of a floating-point input, whether all are finite,
    and the coarsest unit in the last place among them."""

    elements: int
    magnitude: float
    finite: bool
    epsilon: float


def bound_of(expected: Numbers, rounded: list[Numbers], perturbed: list[Numbers], size: Scale) -> Numbers:
    """How far each element may be off: by the spread under directed rounding and by its condition."""
    epsilon = max(float(np.finfo(expected.dtype).eps), size.epsilon)
    spread = _spread(expected, rounded)
    condition = _spread(expected, perturbed)
    root = math.sqrt(size.elements)
    largest = np.maximum(np.abs(expected), size.magnitude)
    condition = np.where(condition <= 256 * root * epsilon * largest, condition, 0.0)
    return np.asarray(SAFETY * spread + SAFETY * (root + math.log2(size.elements) + 1) * condition)


def usual_spread(expected: Numbers, rounded: list[Numbers]) -> float:
    """The relative spread that a quarter of the elements reach, at most a few units in the last place: where rounding
    shows in many, it is by chance that some come out the same."""
    step = max(1, expected.size // _SAMPLE)
    some = expected[::step]
    with np.errstate(all="ignore"):
        relative = _spread(some, [a[::step] for a in rounded]) / np.abs(some)
    relative = relative[np.isfinite(relative)]
    most = 16 * float(np.finfo(expected.dtype).eps)
    return min(float(np.quantile(relative, 0.75)), most) if relative.size else 0.0


def _spread(expected: Numbers, variants: list[Numbers]) -> Numbers:
    spread = np.zeros(expected.shape, dtype=np.longdouble)
    for variant in variants:
        difference = np.abs(variant.astype(np.longdouble) - expected.astype(np.longdouble))
        spread = np.maximum(spread, np.where(np.isfinite(difference), difference, 0.0))
    return spread


def close(
    expected: Numbers, got: Numbers, rounded: list[Numbers], within: Numbers, size: Scale
) -> npt.NDArray[np.bool_]:
    """Which elements agree: the same, near enough, or not determined by the original itself."""
    wide, other = expected.astype(np.longdouble), got.astype(np.longdouble)
    finite, other_finite = np.isfinite(wide), np.isfinite(other)
    near = np.abs(wide - other) <= within
    same = (wide == other) | (np.isnan(wide) & np.isnan(other))
    undetermined = np.zeros(expected.shape, dtype=np.bool_)
    for variant in rounded:
        undetermined |= np.isfinite(variant) != finite
    if size.finite:
        # Overflow: where it happens depends on the order.
        undetermined |= ~finite
        limit = float(np.finfo(expected.dtype).max) / (16.0 * size.elements)
        if size.magnitude > limit:
            undetermined |= ~other_finite
    result: npt.NDArray[np.bool_] = same | (finite & other_finite & near) | undetermined
    return result


def own_error(expected: Numbers, exact: Numbers, size: Scale) -> Numbers:
    """How far the original's own results are off; 0 where that is more than rounding explains."""
    epsilon = max(float(np.finfo(expected.dtype).eps), size.epsilon)
    off = np.abs(expected.astype(np.longdouble) - exact)
    largest = np.maximum(np.abs(expected), size.magnitude)
    return np.where(off <= 16 * math.sqrt(size.elements) * epsilon * largest, off, 0.0)


def ulps(expected: Numbers, one: Numbers, other: Numbers) -> float:
    """The largest distance of two arrays in units of the last place of ``expected``."""
    if not expected.size:
        return 0.0
    unit = np.spacing(np.abs(expected))
    apart = np.abs(one.astype(np.longdouble) - other.astype(np.longdouble)) / unit
    return float(np.max(apart, where=np.isfinite(apart), initial=0.0))
