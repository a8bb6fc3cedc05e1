"""From an incomplete run or a disagreement to a verdict that its author can act on.

Knows the words of the sanitizers and how an input is shown in a line; runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

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
from unseq.backends.results import Access, Failure, Fault, Place, Race
from unseq.frontend.ir.nodes import Function

_SHOWN = 8
_OUTSIDE = ("overflow", "underflow", "out of bounds", "container-overflow", "index", "negative-size", "use-after-scope")
_FRAME = re.compile(r"((candidate\.c(?:pp)?):(\d+))(?::\d+)?")
_SIDE = re.compile(r"\s*(?:Previous )?(atomic )?(write|read) of size (\d+)", re.IGNORECASE)
_LOCATION = re.compile(r"Location is (.*?)(?: at 0x\w+)?(?: allocated by .*| \(.*)?$", re.MULTILINE)
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
        race = _sampled(failure.report)
        if race is None:
            return Raced(f"data race{place}, {how}", shown)
        return Raced(f"data race: {side(race.later)} and {side(race.earlier)}, {how}", shown, (race,))
    text = f"{words}{place}, {how}"
    if "uninitialized" in words:
        return Uninitialised(text, shown)
    if words.startswith(("SEGV", "stack-overflow", "FPE", "BUS", "ABRT", "ILL")):
        # A wild address is an access out of bounds, whatever page it falls on.
        return OutOfBounds(text, shown) if words.startswith(("SEGV", "BUS")) else Crash(text, shown)
    if any(word in words for word in _OUTSIDE) and "signed integer overflow" not in words:
        return OutOfBounds(text, shown)
    return MemoryFault(text, shown)


def _sampled(report: str) -> Race | None:
    """The race in a report of ThreadSanitizer; None unless both sides have a place in the candidate."""
    found: list[Access] = []
    head: re.Match[str] | None = None
    for line in report.splitlines():
        head = _SIDE.match(line) or head
        place = _FRAME.search(line)
        if head is not None and place is not None:
            write, size = head.group(2).lower() == "write", int(head.group(3))
            where = Place(place.group(2), int(place.group(3)))
            found.append(Access(where, write, head.group(1) is not None, size, None))
            head = None
    if len(found) < 2:
        return None
    location = _LOCATION.search(report)
    return Race(found[1], found[0], location.group(1) if location else "unknown memory", 0, None, 1, 0)


def side(access: Access) -> str:
    """One access of a race in words."""
    return f"{access_words(access)} at {access.place}"


def access_words(access: Access) -> str:
    """``atomic write``, ``read``, ..."""
    return ("atomic " if access.atomic else "") + ("write" if access.write else "read")


def _last_words(failure: Failure) -> str:
    lines = [line for line in failure.report.strip().splitlines() if line.strip()]
    return f"; it said: {lines[-1][:200]}" if lines else ""


_BLOCK = re.compile(r"heap block of (\d+) bytes")


def _object(function: Function, case: Case, race: Race) -> str:
    """What a race touches: the element of the only argument of that size, where the caller allocated it."""
    block = _BLOCK.fullmatch(race.object)
    if block is None:
        return race.object
    size = int(block.group(1))
    named = [
        f"{parameter.name}[{race.offset // value.array.itemsize}]"
        for parameter, value in zip(function.parameters, case.values, strict=True)
        if isinstance(value, Buffer) and value.array.ndim == 1 and value.array.nbytes == size
    ]
    return f"{named[0]}, {race.object}" if len(named) == 1 else f"{race.object}, byte {race.offset}"


def raced(function: Function, case: Case, races: Sequence[Race]) -> Raced:
    """The exact detector's first race, in words."""
    shown = example(function, case)
    races = [replace(race, object=_object(function, case, race)) for race in races]
    race = races[0]
    sides = []
    for access in (race.later, race.earlier):
        where = f"in iteration {access.child}" if access.child is not None else "in a parallel strand"
        if access.block is not None:
            where = f"by thread {access.child} of block {access.block}"
        sides.append(f"{side(access)} {where}")
    same = " (both write the same value)" if race.same_value else ""
    text = f"race: {' and '.join(sides)}, {race.object}{same}; input {shown}"
    return Raced(text, shown, tuple(races))
