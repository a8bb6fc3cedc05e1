"""Which functions of which files are meant: a file or a folder, and names that the user gives.

Knows heads of functions and nothing of their bodies.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from unseq.frontend.lower import FunctionHead, functions
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import InputError, SourceUnit, find_sources, read


@dataclass(frozen=True, slots=True)
class Selected:
    """One file and the functions of it that are meant; ``error`` says why a file of a folder cannot be read."""

    path: Path
    unit: SourceUnit | None = None
    heads: tuple[FunctionHead, ...] = ()
    error: str = ""


def select(source: Path, names: Sequence[str] = ()) -> tuple[Selected, ...]:
    """Every file of ``source`` that has a function that is meant; no names mean all functions.

    Raises ``InputError`` for a single file that cannot be read, a folder of which none can, and for a name that no file
    defines (with the nearest names)."""
    paths = find_sources(source)
    found: list[Selected] = []
    for path in paths:
        try:
            unit = read(path)
            found.append(Selected(path, unit, functions(unit)))
        except InputError as error:
            if len(paths) == 1:
                raise
            found.append(Selected(path, error=str(error).removeprefix(f"{path}: ").removeprefix(f"{path}:")))
    if all(item.unit is None for item in found):
        raise InputError(f"{source}: none of its {len(found)} sources can be read; the first: {found[0].error}")
    heads = [head for item in found for head in item.heads]
    for name in names:
        if not any(_is(head, name) for head in heads):
            raise InputError(f"{source}: no function {name!r}{_nearest(name, heads)}")
    if not heads:
        raise InputError(f"{source}: no function is defined here")
    chosen = [
        Selected(item.path, item.unit, tuple(head for head in item.heads if _meant(head, names)), item.error)
        for item in found
    ]
    return tuple(item for item in chosen if item.heads or (item.error and not names))


def _is(head: FunctionHead, name: str) -> bool:
    return head.name == name or head.name.endswith(f"::{name}")


def _meant(head: FunctionHead, names: Sequence[str]) -> bool:
    return not names or any(_is(head, name) for name in names)


def _nearest(name: str, heads: Sequence[FunctionHead]) -> str:
    known = list(dict.fromkeys(head.name for head in heads))
    if not known:
        return "; it defines no functions"
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {', '.join(near)}?"
    rest = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return f"; it defines {', '.join(known[:8])}{rest}"
