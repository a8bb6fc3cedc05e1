"""The inputs of a function, leaf by leaf: the scalars and the arrays that its parameters, and the file-scope variables
that it uses, are made of.

Knows the keys by which abstract runs name inputs (``footprint.memory``); knows nothing of extents or values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unseq.agents.tester.footprint.places import is_container, members
from unseq.agents.tester.variables import variables
from unseq.backends.host.values import links
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Function

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class ScalarLeaf:
    """A number that is given as such: a parameter or variable, a member of one, or what a pointer to one object points
    to."""

    key: str
    type: ir.Type


@dataclass(frozen=True, slots=True)
class ArrayLeaf:
    """A pointer, array or container: ``key`` names its elements' region, ``fixed`` its length where the type says it.

    ``depth`` counts the arrays around it (rows of a ``vector<vector<T>>`` have depth 1)."""

    key: str
    type: ir.Type
    element: ir.Type
    fixed: int | None = None
    depth: int = 0

    @property
    def is_pointer(self) -> bool:
        return isinstance(self.type, ir.Pointer | ir.Array)

    @property
    def is_linked(self) -> bool:
        """Whether the elements point to each other: a list or a tree, of any size."""
        return isinstance(self.element, ir.Record) and bool(links(self.element))


@dataclass(frozen=True, slots=True)
class ContentLeaf:
    """The numbers that an array holds, or one member of its elements."""

    key: str
    type: ir.Type
    array: str  # key of the array they are in


Leaf = ScalarLeaf | ArrayLeaf | ContentLeaf


def leaves(function: Function) -> tuple[Leaf, ...]:
    """All leaves of all parameters, then of all variables, in order."""
    found: list[Leaf] = []
    for p in function.parameters:
        found.extend(_of(p.name, ir.strip(p.type), None, 0))
    for v in variables(function):
        found.extend(_of(v.key, ir.strip(v.symbol.type), None, 0))
    return tuple(found)


def _of(key: str, t: ir.Type, array: str | None, depth: int) -> Iterator[Leaf]:
    if depth > DEEPEST:
        return
    if isinstance(t, ir.Pointer | ir.Array) or is_container(t):
        element = ir.element_type(t) or ir.VOID
        yield ArrayLeaf(key, t, element, fixed_length(t) if array is not None or not is_c_array(t) else None, depth)
        yield from _of(f"{key}[]", element, key, depth + 1)
    elif members(t):
        own = links(t) if isinstance(t, ir.Record) and array is not None else ()
        for member in members(t):
            if member.name not in own:
                yield from _of(f"{key}.{member.name}", member.type, array, depth)
    elif ir.is_arithmetic(t) or is_complex(t):
        yield ScalarLeaf(key, t) if array is None else ContentLeaf(key, t, array)


def is_c_array(t: ir.Type) -> bool:
    """An array parameter is a pointer: its written length binds nobody."""
    return isinstance(t, ir.Array)


def is_complex(t: ir.Type) -> bool:
    return isinstance(t, ir.Library) and t.name == "complex"


def fixed_length(t: ir.Type) -> int | None:
    """The number of elements that a type fixes."""
    if isinstance(t, ir.Array):
        return t.extent if isinstance(t.extent, int) else None
    if isinstance(t, ir.Library) and t.name == "array" and len(t.args) == 2 and isinstance(t.args[1], int):
        return t.args[1]
    return None
