"""What a call's kernels must move and compute at least, and what share of a device's best their time is.

Bytes are counted from the sections of the loops: what is read once, and what is written once, whatever the kernels do.
Operations are the IR's estimate of a loop's work, as far as its body computes with floating point. Values are those of
the call's inputs at its beginning: where a bound or an array is none of these, nothing is counted (None).

Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model for multicore
architectures", CACM 52(4), 2009.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as Word

import numpy as np

from unseq.backends.cuda.run import Device
from unseq.backends.host.values import Buffer, Case, Scalar, Value, dtype_of
from unseq.backends.plan import Map, Pack, Plan, Reduce, Scan, Scatter, Sequential
from unseq.frontend.analysis.footprint import sections
from unseq.frontend.analysis.library import SIZE_METHODS
from unseq.frontend.analysis.paths import SIZE
from unseq.frontend.extent import Section
from unseq.frontend.facts import LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Cast,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Method,
    Ref,
    Symbol,
    Unary,
)
from unseq.frontend.ir.walk import EXPRESSIONS, walk

Bound = Word["memory", "float", "double"]
_COUNTED = Map | Reduce | Scan | Scatter | Pack
_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.floordiv, "%": operator.mod
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """What one call must do on the device: ``bytes`` to and from its memory, floating-point ``operations``; ``double``:
    whether these are of 64 bits. ``operations`` is None where their number is not known."""

    bytes: int
    operations: int | None
    double: bool


@dataclass(frozen=True, slots=True)
class Achieved:
    """``bytes_per_s`` and ``operations_per_s`` of the demand; ``share``: the least time that the device could take, by
    its measured peaks, over the time that it took; ``bound``: which peak that least time is of."""

    bytes_per_s: float
    operations_per_s: float | None
    share: float
    bound: Bound


def demand(plan: Plan, case: Case) -> Demand | None:
    """What the loops of a plan must move and compute on an input; None where that is not known."""
    values = _values(plan.function, case)
    moved, operations, double = 0, 0, False
    known = True
    for strategy in plan.strategies:
        if isinstance(strategy, Sequential):
            continue
        if not isinstance(strategy, _COUNTED):  # a search ends early; the others run loops as often as data ask for
            return None
        fact = strategy.loop
        sizes = [_bytes(section, values) for section in sections(plan.function, fact)[0]]
        if any(size is None for size in sizes):
            return None
        moved += sum(size for size in sizes if size is not None)
        done = _operations(fact, values)
        known &= done is not None
        operations += done or 0
        double |= any(n.type == t.Float(64) for n in _floating(fact))
    return Demand(moved, operations if known else None, double)


def achieved(needed: Demand, seconds: float, device: Device) -> Achieved:
    """What a kernel time of ``seconds`` comes to on a device."""
    peak = device.double_peak if needed.double else device.float_peak
    least: list[tuple[float, Bound]] = [(needed.bytes / device.copy.per_s, "memory")]
    if needed.operations:
        least.append((needed.operations / peak.per_s, "double" if needed.double else "float"))
    time, bound = max(least)
    rate = None if needed.operations is None else needed.operations / seconds
    return Achieved(needed.bytes / seconds, rate, time / seconds, bound)


# ---- counting ----------------------------------------------------------------------------------------


def _values(function: Function, case: Case) -> dict[Symbol, Value]:
    """The input's values of parameters and variables of file scope."""
    found = dict(zip(function.parameters, case.values, strict=True))
    outside = [g.symbol for g in function.globals if not g.symbol.const]
    return {**found, **dict(zip(outside, case.globals, strict=False))}


def _bytes(section: Section, values: Mapping[Symbol, Value]) -> int | None:
    """Bytes of a section that are read, plus those that are written."""
    element = dtype_of(section.element)
    count = _count(section, values)
    if element is None or count is None or section.counter is not None:
        return None
    times = (section.reads and not section.fills) + section.writes
    return element.itemsize * count * times


def _count(section: Section, values: Mapping[Symbol, Value]) -> int | None:
    """How many elements a section has."""
    if section.low is not None and section.high is not None:
        low, high = integer(section.low, values), integer(section.high, values)
        return None if low is None or high is None else max(0, high - low)
    if section.through:
        parts = [_named(part.array, part.low, part.high, values) for part in section.through]
        known = [part for part in parts if part is not None]
        return int(np.unique(np.concatenate(known)).size) if len(known) == len(parts) else None
    return _length(section.base, values)


def _named(
    array: Expr, low: Expr, high: Expr, values: Mapping[Symbol, Value]
) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None:
    """The subscripts in a range of an index array."""
    held = values.get(array.symbol) if isinstance(array, Ref) else None
    first, last = integer(low, values), integer(high, values)
    if not isinstance(held, Buffer) or first is None or last is None or not 0 <= first <= last <= held.array.size:
        return None
    return held.array[first:last]


def _length(base: Expr, values: Mapping[Symbol, Value]) -> int | None:
    held = values.get(base.symbol) if isinstance(base, Ref) else None
    return held.array.size if isinstance(held, Buffer) else None


def integer(e: Expr, values: Mapping[Symbol, Value]) -> int | None:
    """The value of an integer expression, exact; None where it is of something else than the input."""
    match e:
        case Literal(value) if isinstance(value, int):
            return int(value)
        case Ref(symbol):
            held = values.get(symbol)
            return held.value if isinstance(held, Scalar) and isinstance(held.value, int) else None
        case Cast(operand):
            return integer(operand, values) if isinstance(e.type, t.Int) else None
        case Unary("-", operand):
            inner = integer(operand, values)
            return None if inner is None else -inner
        case Member(base, name) if name == SIZE:
            return _length(base, values)
        case Method(base, name) if name in SIZE_METHODS:
            return _length(base, values)
        case Binary(op, left, right) if op in _OPERATORS:
            a, b = integer(left, values), integer(right, values)
            if a is None or b is None or (op in "/%" and (a < 0 or b <= 0)):
                return None
            return _OPERATORS[op](a, b)
    return None


def _operations(fact: LoopFact, values: Mapping[Symbol, Value]) -> int | None:
    """The floating-point part of a loop's work."""
    work = None if fact.work is None else integer(fact.work, values)
    if work is None:
        return None
    counted = sum(
        isinstance(n, Binary | Index | Method) or not isinstance(n, EXPRESSIONS) for n in walk(fact.loop.body)
    )
    return work * len(_floating(fact)) // max(counted, 1)


def _floating(fact: LoopFact) -> Sequence[Expr]:
    """The operations of a loop's body that give floating-point numbers."""
    found: list[Expr] = []
    for n in walk(fact.loop.body):
        if isinstance(n, Binary) and isinstance(n.type, t.Float):
            found.append(n)
        elif isinstance(n, Assign) and n.op and isinstance(n.place.type, t.Float):
            found.append(n.place)
    return found
