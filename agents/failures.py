"""From an incomplete run or a disagreement to a verdict that its author can act on.

Knows the words of the sanitizers and how an input is shown in a line; runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from unseq.agents.compare import Difference
from unseq.agents.original import element_count, sanitizer_words
from unseq.agents.verdict import (
    CompileError,
    Crash,
    Example,
    Inconclusive,
    MemoryFault,
    OutOfBounds,
    Raced,
    Tampered,
    Timeout,
    Uninitialised,
    Verdict,
    WrongOutput,
)
from unseq.backends.host.blob import mutable_globals
from unseq.backends.host.values import Buffer, Case, Null, Overlap, SameObject, Scalar, Struct, Text, Value
from unseq.backends.host.values import Sequence as Items
from unseq.backends.results import Failure, Fault, Race
from unseq.frontend.ir.nodes import Function

_SHOWN = 8
_OUTSIDE = ("overflow", "underflow", "out of bounds", "container-overflow", "index", "negative-size", "use-after-scope")
_FRAME = re.compile(r"(candidate\.cpp:\d+)(?::\d+)?")
_SIGNALS = {4: "illegal instruction", 6: "abort", 7: "bus error", 8: "arithmetic exception", 11: "segmentation fault"}


def example(function: Function, case: Case) -> Example:
    """A case in words."""
    names = [parameter.name for parameter in function.parameters]
    names += [name for name, _ in mutable_globals(function)]
    values = (*case.values, *case.globals)
    shown = tuple((name, show(value, names)) for name, value in zip(names, values, strict=False))
    return Example(case.label, shown, element_count(case))


def show(value: Value, names: Sequence[str] = ()) -> str:
    """A value, shortened to a line."""
    if isinstance(value, Scalar):
        return repr(value.value) if not isinstance(value.value, np.generic) else str(value.value)
    if isinstance(value, Buffer):
        items = ", ".join(str(item) for item in value.array[:_SHOWN].tolist())
        rest = f", ... ({value.array.size} elements)" if value.array.size > _SHOWN else ""
        return f"[{items}{rest}]"
    if isinstance(value, Text):
        return repr(value.data[:60].decode("utf-8", "replace")) + ("..." if len(value.data) > 60 else "")
    if isinstance(value, Overlap):
        return f"{_name(names, value.parameter)} + {value.offset}"
    if isinstance(value, SameObject):
        return f"the same object as {_name(names, value.parameter)}"
    if isinstance(value, Null):
        return "null"
    parts = value.fields if isinstance(value, Struct) else value.items if isinstance(value, Items) else ()
    text = ", ".join(show(part, names) for part in parts[:4])
    return "{" + text + (f", ... ({len(parts)})" if len(parts) > 4 else "") + "}"


def _name(names: Sequence[str], index: int) -> str:
    return names[index] if index < len(names) else f"parameter {index}"


def wrong(function: Function, case: Case, difference: Difference, how: str) -> WrongOutput:
    """A disagreement; ``how`` says under which conditions it showed."""
    shown = example(function, case)
    text = f"{difference}, {how}; input {shown}"
    return WrongOutput(text, shown, difference.where, difference.expected, difference.got)


def smallest(cases: Sequence[tuple[Case, Difference]]) -> tuple[Case, Difference]:
    """The failing case with the fewest elements."""
    return min(cases, key=lambda pair: element_count(pair[0]))


def from_failure(function: Function, case: Case | None, failure: Failure, how: str, limit_s: float) -> Verdict:
    """The verdict on a candidate whose run did not complete."""
    shown = example(function, case) if case is not None else None
    at = f"; input {shown}" if shown is not None else ""
    fault = failure.fault
    if fault is Fault.SANITIZER:
        return _from_sanitizer(failure, shown, f"{how}{at}")
    if fault is Fault.SIGNAL:
        name = _SIGNALS.get(failure.signal, "")
        words = f"signal {failure.signal}" + (f" ({name})" if name else "")
        return Crash(f"killed by {words}, {how}{at}{_last_words(failure)}", shown, failure.signal)
    if fault in {Fault.CALL_TIMEOUT, Fault.TIMEOUT}:
        return Timeout(f"not finished within {limit_s:.3g} s, {how}{at}", shown)
    if fault is Fault.MEMORY:
        return MemoryFault(f"more memory than allowed, {how}{at}", shown)
    if fault is Fault.TOO_LARGE:
        return MemoryFault(f"{failure.detail}, {how}{at}", shown)
    if fault is Fault.EXIT:
        if "symbol lookup error" in failure.report or "undefined symbol" in failure.report:
            return CompileError(failure.report.strip()[:500], shown)
        when = "before the first call" if failure.index is None else "in the middle of a call"
        return Tampered(f"{failure.detail} {when}, {how}{at}", shown)
    if fault is Fault.FORBIDDEN:
        return Tampered(f"it made a system call that no computation needs ({failure.detail}), {how}{at}", shown)
    if fault is Fault.CORRUPT:
        return Tampered(f"the results were overwritten ({failure.detail}), {how}{at}", shown)
    if fault is Fault.LOAD:
        return CompileError(f"cannot be loaded: {failure.detail}", shown)
    return Inconclusive(f"the harness failed: {failure.detail}{at}", shown)


def _from_sanitizer(failure: Failure, shown: Example | None, how: str) -> Verdict:
    words = sanitizer_words(failure)
    found = _FRAME.search(failure.report)
    place = f" at {found.group(1)}" if found else ""
    if "ThreadSanitizer" in failure.detail and "data race" in failure.report:
        frames = _access_lines(failure.report)
        return Raced(f"data race{': ' + ' and '.join(frames) if frames else place}, {how}", shown)
    text = f"{words}{place}, {how}"
    if "uninitialized" in words:
        return Uninitialised(text, shown)
    if words.startswith(("SEGV", "stack-overflow", "FPE", "BUS", "ABRT", "ILL")):
        # A wild address is an access out of bounds, whatever page it falls on.
        return OutOfBounds(text, shown) if words.startswith(("SEGV", "BUS")) else Crash(text, shown)
    if any(word in words for word in _OUTSIDE) and "signed integer overflow" not in words:
        return OutOfBounds(text, shown)
    return MemoryFault(text, shown)


def _access_lines(report: str) -> list[str]:
    """``write at candidate.cpp:7`` for the two sides of a race, from ThreadSanitizer's report."""
    found: list[str] = []
    what = ""
    for line in report.splitlines():
        head = re.match(r"\s*(?:Previous )?(atomic )?(write|read) of size", line, re.IGNORECASE)
        if head:
            what = head.group(2).lower()
        place = _FRAME.search(line)
        if what and place:
            found.append(f"{what} at {place.group(1)}")
            what = ""
    return found[:2]


def _last_words(failure: Failure) -> str:
    lines = [line for line in failure.report.strip().splitlines() if line.strip()]
    return f"; it said: {lines[-1][:200]}" if lines else ""


def raced(function: Function, case: Case, races: Sequence[Race]) -> Raced:
    """The exact detector's first race, in words."""
    shown = example(function, case)
    race = races[0]
    sides = []
    for access in (race.later, race.earlier):
        what = ("atomic " if access.atomic else "") + ("write" if access.write else "read")
        where = f"in iteration {access.child}" if access.child is not None else "in a parallel strand"
        sides.append(f"{what} at {access.place} {where}")
    same = " (both write the same value)" if race.same_value else ""
    text = f"race: {' and '.join(sides)}, {race.object}, byte {race.offset}{same}; input {shown}"
    return Raced(text, shown, tuple(races))
