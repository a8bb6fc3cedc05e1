"""Cases whose arguments overlap: what plain pointers and references allow and parallel code must survive.

Knows which pairs of parameters can share memory; the judge's validation decides which of the cases are legal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from unseq.agents.tester.footprint.places import is_container
from unseq.agents.tester.roles import Roles
from unseq.backends.host.values import Buffer, Case, Overlap, SameObject
from unseq.frontend.ir import types as ir


def overlaps(case: Case, roles: Roles) -> Iterator[tuple[Case, str]]:
    """Variants of one case in which two pointers point into one buffer: the same start, one element apart either
    way, half-way, and side by side without a common element."""
    for i, j in pointer_pairs(roles):
        inner, outer = case.values[i], case.values[j]
        if not isinstance(inner, Buffer) or not isinstance(outer, Buffer):
            continue
        a, b = roles.function.parameters[i].name, roles.function.parameters[j].name
        for first, second, n_in, n_out, name in (
            (i, j, len(inner.array), len(outer.array), f"{a} in {b}"),
            (j, i, len(outer.array), len(inner.array), f"{b} in {a}"),
        ):
            offsets = {1: "one behind its start", n_out: "just behind its end"}
            if first == i:
                offsets |= {0: "at its start", n_out // 2: "half-way"}
            for offset, where in offsets.items():
                made = overlapping(case, first, second, offset, n_in)
                if made is not None and not (n_out == 0 and where != "at its start"):
                    yield made, f"{name}, {where}"


def shares_memory(case: Case) -> bool:
    """Whether two arguments of a case overlap or are one object."""
    return any(isinstance(value, Overlap | SameObject) for value in case.values)


def overlapping(case: Case, inner: int, outer: int, offset: int, length: int) -> Case | None:
    """Parameter ``inner`` points ``offset`` elements into the buffer of ``outer``, which is made long enough."""
    base = case.values[outer]
    assert isinstance(base, Buffer)
    other = case.values[inner]
    assert isinstance(other, Buffer)
    missing = offset + length - len(base.array)
    array = base.array
    if missing > 0:
        array = np.concatenate([array, other.array[len(other.array) - missing :]]) if missing <= length else array
        if len(array) < offset + length:
            return None
    values = list(case.values)
    values[outer] = Buffer(array)
    values[inner] = Overlap(outer, offset)
    return replace(case, values=tuple(values))


def pointer_pairs(roles: Roles) -> Iterator[tuple[int, int]]:
    """Pairs of pointer parameters to the same type, of which at least one is written."""
    parameters = roles.function.parameters
    pointers = [
        (k, p.name, p.type)
        for k, p in enumerate(parameters)
        if isinstance(p.type, ir.Pointer | ir.Array)
        and p.name not in roles.single
        and not p.type.restrict
    ]
    led = {leaf.array for leaf in roles.contents() if leaf.key in roles.subscripts | roles.limits | roles.slices}
    for x, (i, a, t) in enumerate(pointers):
        for j, b, u in pointers[x + 1 :]:
            same = ir.element_type(t) == ir.element_type(u)
            if same and (a in roles.written or b in roles.written) and not {a, b} & led:
                yield i, j


def same_objects(case: Case, roles: Roles) -> Iterator[tuple[Case, str]]:
    """Variants in which two reference parameters are one object."""
    parameters = roles.function.parameters
    for i, p in enumerate(parameters):
        for j in range(i):
            q = parameters[j]
            if not isinstance(p.type, ir.Reference) or not isinstance(q.type, ir.Reference):
                continue
            if p.type.to != q.type.to or (p.type.const and q.type.const):
                continue
            if not is_container(p.type.to) and not isinstance(p.type.to, ir.Record):
                continue
            values = list(case.values)
            values[i] = SameObject(j)
            yield replace(case, values=tuple(values)), f"{p.name} is {q.name}"
