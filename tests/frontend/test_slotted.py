"""The quick ``dataclass`` behaves as the standard one."""

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from unseq.frontend import slotted
from unseq.frontend.source import Span

KINDS: list[dict[str, bool]] = [
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "order": True},
    {"frozen": True, "slots": True, "eq": False},
    {"slots": True},
]


def made(dataclass: Any, kind: dict[str, bool]) -> Any:
    @dataclass(**kind)
    class Point:
        """A point."""

        x: int
        tags: tuple[str, ...] = ()
        note: str = dataclasses.field(default="", compare=False, repr=False)
        seen: list[int] = dataclasses.field(default_factory=list, compare=False)
        code: int = dataclasses.field(kw_only=True)

    return Point


def behaviour(point: Any) -> list[Any]:
    """What can be seen of a class and its objects."""
    a, b = point(1, ("t",), "n", code=2), point(1, code=2, tags=("t",))
    seen = [repr(a).split("Point", 1)[1], a == b, a == copy.deepcopy(a), a == 3, a.seen is b.seen, a.seen]
    seen += [dataclasses.astuple(dataclasses.replace(a, x=5)), point.__match_args__, hasattr(a, "__dict__")]
    for action in (lambda: hash(a) == hash(b), lambda: a < point(2, code=0), lambda: point(), lambda: point(1, 2)):
        try:
            seen.append(action())
        except TypeError:
            seen.append("TypeError")
    try:
        a.x = 7
    except dataclasses.FrozenInstanceError:
        seen.append("frozen")
    return [*seen, a.x]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_it_is_like_the_standard_one(kind: dict[str, bool]) -> None:
    assert behaviour(made(slotted.dataclass, kind)) == behaviour(made(dataclasses.dataclass, kind))


def test_own_methods_stay() -> None:
    @slotted.dataclass(frozen=True, slots=True)
    class Own:
        x: int

        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            return True

    assert hash(Own(1)) == 7
    assert Own(1) == Own(2)


def test_a_frozen_object_can_be_pickled() -> None:
    span = Span(1, 2, 3, 4, 5, "f")
    assert pickle.loads(pickle.dumps(span)) == span
