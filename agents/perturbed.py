"""Inputs moved by one unit in the last place, which show the condition of results. Knows nothing of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from unseq.backends.host.values import Buffer, Case, Scalar, Struct, Value, dtype_of
from unseq.backends.host.values import Sequence as Items
from unseq.frontend.ir.types import Type, strip

Numbers = npt.NDArray[Any]
_SMALL_INTEGER = float(1 << 20)


def perturbed_case(case: Case, sign: int, types: Sequence[Type]) -> Case | None:
    """The case with every floating-point parameter and element moved by one unit in the last place, up or down by a
    fixed pattern of signs; None where there is none to move. Small integers, which arithmetic keeps exact, stay as
    they are. ``types``: of the parameters."""
    signs = [sign if k % 2 == 0 else -sign for k in range(len(case.values))]
    moved = [_number(v, t, s) if isinstance(v, Scalar) else _perturbed(v, sign)
             for v, t, s in zip(case.values, types, signs, strict=True)]  # fmt: skip
    variables = [_perturbed(value, sign) for value in case.globals]
    if all(new is old for new, old in zip((*moved, *variables), (*case.values, *case.globals), strict=True)):
        return None
    return Case(tuple(moved), f"{case.label}, perturbed", tuple(variables))


def _number(value: Scalar, type_: Type, sign: int) -> Value:
    dtype = dtype_of(strip(type_))
    if dtype is None or dtype.kind != "f" or dtype.itemsize > 8:
        return value
    array = np.array([value.value], dtype=dtype)
    moved = _perturbed_array(array, sign)
    return value if moved is array else Scalar(float(moved[0]))


def _perturbed(value: Value, sign: int) -> Value:
    if isinstance(value, Buffer) and value.array.dtype.kind in "fc" and value.array.size:
        array = _perturbed_array(value.array, sign)
        return value if array is value.array else Buffer(array)
    if isinstance(value, Struct):
        fields = tuple(_perturbed(member, sign) for member in value.fields)
        same = all(new is old for new, old in zip(fields, value.fields, strict=True))
        return value if same else Struct(fields)
    if isinstance(value, Items):
        items = tuple(_perturbed(item, sign) for item in value.items)
        same = all(new is old for new, old in zip(items, value.items, strict=True))
        return value if same else Items(items)
    return value


def _perturbed_array(array: Numbers, sign: int) -> Numbers:
    if array.dtype.kind == "c":
        parts = array.view(array.real.dtype)
        return _perturbed_array(parts, sign).view(array.dtype)
    epsilon = float(np.finfo(array.dtype).eps)
    signs = np.where(np.arange(array.size) * 2654435761 % 7919 % 2 == 0, sign, -sign)
    with np.errstate(all="ignore"):
        exact = (np.rint(array) == array) & (np.abs(array) <= _SMALL_INTEGER)
        moved = np.where(exact, array, array * (1.0 + epsilon * signs)).astype(array.dtype)
    return array if np.array_equal(moved, array, equal_nan=True) else moved
