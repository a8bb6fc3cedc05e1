"""Changes of a file's text: replacements of byte ranges, several at a time.

Knows text and nothing of what it means.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import SourceUnit


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """``text`` in place of the bytes ``[start, end)``."""

    start: int
    end: int
    text: str


Site = tuple[Edit, ...]  # what one change of one place takes, all or nothing


def apply(unit: SourceUnit, edits: Iterable[Edit]) -> SourceUnit:
    """The file with all of ``edits``, which do not overlap; insertions at one place keep their order."""
    done = 0
    out: list[bytes] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < done:
            raise ValueError(f"edits overlap at byte {edit.start}")
        out += [unit.text[done : edit.start], edit.text.encode()]
        done = edit.end
    out.append(unit.text[done:])
    return replace(unit, text=b"".join(out))


def _clash(site: Site, taken: Sequence[Edit]) -> bool:
    """Whether a site's changes would meet changes that were chosen before, or stand inside what they replace."""
    return any(
        (a.start < b.end and b.start < a.end) or (a.start == b.start and b.start == b.end) or a == b
        for a in site for b in taken
    ) or any(b.start < a.start < b.end or a.start < b.start < a.end for a in site for b in taken)  # fmt: skip


def chosen(unit: SourceUnit, sites: Sequence[Site], rng: random.Random) -> SourceUnit | None:
    """The file changed at one of the sites, some or all of them, as far as they do not meet; None without sites."""
    if not sites:
        return None
    order = list(sites)
    rng.shuffle(order)
    share = rng.choice([0.0, 0.5, 1.0])
    taken: list[Edit] = []
    for site in order:
        if (not taken or rng.random() < share) and not _clash(site, taken):
            taken += site
    return apply(unit, taken)


Variation = Callable[[SourceUnit, random.Random], SourceUnit | None]
