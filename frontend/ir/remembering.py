"""Nodes that remember what has been computed from them: their hash, the nodes below them, what an analysis derives.

Nodes never change, so that nothing remembered grows old.  What is remembered belongs to one object: equal nodes may
have different spans.  It takes no part in equality, copies, printing or pickling.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

C = TypeVar("C", bound=type)
T = TypeVar("T")


class Remembering:
    """The base of all nodes."""

    __slots__ = ("_hash", "_memo")

    _hash: int
    _memo: dict[Hashable, Any]


def remembered(node: Remembering, what: Hashable, make: Callable[[Any], T]) -> T:
    """``make(node)``, computed once for each node and each ``what``."""
    try:
        return node._memo[what]  # type: ignore[no-any-return]
    except AttributeError:
        object.__setattr__(node, "_memo", {})
    except KeyError:
        pass
    found = node._memo[what] = make(node)
    return found


def quick(cls: C) -> C:
    """A class of nodes whose hash is computed once, and whose comparison looks at the hashes first."""
    compute: Callable[[Any], int] = vars(cls)["__hash__"]
    compare: Callable[[Any, Any], Any] = vars(cls)["__eq__"]

    def hash_of(self: Remembering) -> int:
        try:
            return self._hash
        except AttributeError:
            found = compute(self)
            object.__setattr__(self, "_hash", found)
            return found

    def equals(self: Remembering, other: object) -> Any:
        if self is other:
            return True
        if self.__class__ is not other.__class__:
            return NotImplemented
        return hash(self) == hash(other) and compare(self, other)

    type.__setattr__(cls, "__hash__", hash_of)
    type.__setattr__(cls, "__eq__", equals)
    return cls
