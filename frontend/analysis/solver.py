"""The door to isl: questions about integer sets, in isl's syntax, each with a limit on its operations.

isl is loaded at the first question: few sources need it.  What may be spent on one loop is limited, too; once that is
used up, every question is too hard.  Knows nothing of loops or polynomials.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from unseq.frontend.analysis.elimination import Constraint, Linear

MAX_OPERATIONS = 300_000
FEW_OPERATIONS = 30_000  # for what only makes a reason clearer
MAX_EFFORT = 12_000  # for one loop; large real loops need less than 4,000
ELIMINATION_COSTS = 10
ISL_COSTS = 200
REMEMBERED = 4096

T = TypeVar("T")

_spent: ContextVar[int] = ContextVar("spent", default=0)


def begin() -> None:
    """A loop is looked at anew: nothing has been spent on it."""
    _spent.set(0)


def spend(cost: int) -> bool:
    """Whether one more question may be asked."""
    spent = _spent.get() + cost
    _spent.set(spent)
    return spent <= MAX_EFFORT


def is_exhausted() -> bool:
    """Whether a question went unanswered for lack of effort."""
    return _spent.get() > MAX_EFFORT


def text(linear: Linear) -> str:
    """A sum in isl's syntax."""
    return " + ".join(f"{factor}*{name}" if name else str(factor) for name, factor in linear.items()) or "0"


def constraint(of: Constraint) -> str:
    """A constraint in isl's syntax."""
    linear, is_equation = of
    return f"{text(linear)} {'=' if is_equation else '>='} 0"


def is_empty(points: str) -> bool | None:
    """Whether a set has no points; None: too hard."""
    return _is_empty(points) if spend(ISL_COSTS) else None


@lru_cache(maxsize=REMEMBERED)
def _is_empty(points: str) -> bool | None:
    return _within_limits(lambda isl: bool(isl.Set(points).is_empty()))


def distance(points: str, first: str, second: str) -> int | None:
    """The one value that ``second - first`` has in a set, if it has one and that is not too hard to find."""
    return _distance(points, first, second) if spend(ISL_COSTS) else None


@lru_cache(maxsize=REMEMBERED)
def _distance(points: str, first: str, second: str) -> int | None:

    def ask(isl: Any) -> int | None:
        found = isl.Set(points)
        names = [found.get_dim_name(isl.dim_type.set, k) for k in range(found.dim(isl.dim_type.set))]
        parameters = [found.get_dim_name(isl.dim_type.param, k) for k in range(found.dim(isl.dim_type.param))]
        difference = isl.Map(f"[{', '.join(parameters)}] -> {{ [{', '.join(names)}] -> [{second} - {first}] }}")
        deltas = found.apply(difference).project_out(isl.dim_type.param, 0, len(parameters))
        low, high = deltas.dim_min_val(0), deltas.dim_max_val(0)
        if low.is_int() and high.is_int() and low == high:
            return int(low.to_python())
        return None

    return _within_limits(ask, FEW_OPERATIONS)


def _within_limits(question: Callable[[Any], T], most: int = MAX_OPERATIONS) -> T | None:
    """The answer of isl, or None where it would take too long."""
    import islpy as isl  # here, not above: loading it takes longer than analysing a file

    context = isl.DEFAULT_CONTEXT
    context.reset_operations()
    context.set_max_operations(most)
    try:
        return question(isl)
    except isl.Error:
        return None
    finally:
        context.set_max_operations(0)
        context.reset_operations()
