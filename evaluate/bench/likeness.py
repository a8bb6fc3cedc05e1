"""Whether a variation of a program computes what its original computes, compiled and run on the inputs of the tests.

Knows what renaming does to inputs and results: members of records are called otherwise, variables of file scope may
stand in another order. Judges no candidate and knows nothing of how variations are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import numpy as np

from unseq.agents.compare import Difference, Reference, compare
from unseq.agents.original import Original, OriginalRejected
from unseq.agents.task import FloatPolicy
from unseq.backends.host.blob import Elsewhere, Outcome, Returned, mutable_globals
from unseq.backends.host.run import session
from unseq.backends.host.values import Buffer, Case, Struct, Value, members
from unseq.backends.host.values import Sequence as Items
from unseq.backends.parlay.toolchain import Toolchain
from unseq.frontend.ir.nodes import Function

_One = TypeVar("_One", Value, "Value | Elsewhere")


def likeness(
    plain: Function, varied: Function, names: Mapping[str, str], cases: Sequence[Case], toolchain: Toolchain
) -> str:
    """The first difference between two sequential functions on ``cases``, which are inputs of ``varied``; empty where
    there is none. ``names``: what became of the names of ``plain``."""
    with session(toolchain) as place, ThreadPoolExecutor(2, "unseq-build") as executor:
        sides = [Original(function, place, executor) for function in (plain, varied)]
        told = {new: old for old, new in names.items()}
        order = _order(varied, plain, told)
        if order is None:
            return "it has other variables of file scope"
        own = [_plain_case(case, told, order) for case in cases]
        try:
            fine = [side.validate(inputs) for side, inputs in zip(sides, (own, cases), strict=True)]
        except OriginalRejected as error:
            return f"one of the two cannot be built: {error}"
        for given, case, one, other in zip(own, cases, *fine, strict=True):
            if one.ok and other.ok:
                outcome = _plain_outcome(sides[1].expected(case), told, order)
                found = compare(plain, Reference(given, sides[0].expected(given)), outcome, FloatPolicy.STRICT)
                if isinstance(found, Difference):
                    return f"{case.label}: {found}"
            elif other.ok:
                return f"{case.label}: it runs clean, its original does not ({one.reason})"
    return ""


def _order(varied: Function, plain: Function, told: Mapping[str, str]) -> list[int] | None:
    """Where each of ``plain``'s variables of file scope is among those of ``varied``."""
    there = [told.get(name, name) for name, _ in mutable_globals(varied)]
    here = [name for name, _ in mutable_globals(plain)]
    return [there.index(name) for name in here] if sorted(there) == sorted(here) else None


def _plain_case(case: Case, told: Mapping[str, str], order: Sequence[int]) -> Case:
    values = tuple(_named(value, told) for value in case.values)
    known = tuple(_named(case.globals[k], told) for k in order) if case.globals else ()
    return replace(case, values=values, globals=known)


def _plain_outcome(outcome: Outcome, told: Mapping[str, str], order: Sequence[int]) -> Outcome:
    if not isinstance(outcome, Returned):
        return outcome
    return replace(
        outcome,
        result=None if outcome.result is None else _named(outcome.result, told),
        parameters=tuple(None if value is None else _named(value, told) for value in outcome.parameters),
        globals=tuple(_named(outcome.globals[k], told) for k in order),
    )


def _named(value: _One, told: Mapping[str, str]) -> _One:
    """A value with the names that its members had in the original."""
    if isinstance(value, Buffer) and value.array.dtype.names is not None:
        return Buffer(value.array.view(_named_dtype(value.array.dtype, told)))
    if isinstance(value, Struct):
        return Struct(tuple(_named(field, told) for field in value.fields))
    if isinstance(value, Items):
        return Items(tuple(_named(item, told) for item in value.items))
    return value


def _named_dtype(dtype: np.dtype[np.generic], told: Mapping[str, str]) -> np.dtype[np.generic]:
    if dtype.subdtype is not None:
        return np.dtype((_named_dtype(dtype.base, told), dtype.shape))
    if not (inner := members(dtype)):
        return dtype
    parts = [(told.get(name, name), _named_dtype(member, told)) for name, member in inner.items()]
    return np.dtype(parts, align=dtype.isalignedstruct)
