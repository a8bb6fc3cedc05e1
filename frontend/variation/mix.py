"""The table of variations, and random mixes of them.

``varied`` is the way in: the same file, meaning the same, written by somebody else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import SourceUnit
from unseq.frontend.variation import assignments, branches, extraction, loops, order, pointers, ranges, types
from unseq.frontend.variation.code import Code, read_code
from unseq.frontend.variation.edits import Site, Variation, chosen
from unseq.frontend.variation.names import rename, renamed

Finder = Callable[[Code, random.Random], Iterator[Site]]

FINDERS: tuple[Finder, ...] = (
    loops.for_to_while,
    loops.while_to_for,
    loops.endless,
    loops.counter_before,
    loops.steps,
    loops.mirrored,
    loops.bounds,
    loops.rotated,
    branches.swapped_arms,
    branches.nested_conditions,
    branches.joined_conditions,
    branches.early_continue,
    branches.no_continue,
    branches.de_morgan,
    branches.to_ternary,
    branches.from_ternary,
    branches.extrema,
    assignments.plain_assignment,
    assignments.compound_assignment,
    assignments.named_part,
    assignments.inlined,
    assignments.split_declaration,
    order.exchanged,
    order.hoisted,
    ranges.range_to_index,
    ranges.index_to_range,
    ranges.index_to_iterator,
    ranges.size_in_variable,
    pointers.subscript_to_pointer,
    pointers.pointer_to_subscript,
    pointers.walking,
    pointers.to_the_end,
    pointers.rows,
    extraction.value_helper,
    extraction.body_helper,
    extraction.body_lambda,
    types.wider_counter,
)


def of(find: Finder) -> Variation:
    """The variation that changes some of the places that ``find`` finds."""

    def vary(unit: SourceUnit, rng: random.Random) -> SourceUnit | None:
        return chosen(unit, list(find(read_code(unit), rng)), rng)

    return vary


VARIATIONS: Mapping[str, Variation] = {
    **{find.__name__: of(find) for find in FINDERS},
    "renamed": renamed,
}


@dataclass(frozen=True, slots=True)
class Varied:
    """A file, the new names of its functions and other things, and which variations made it."""

    unit: SourceUnit
    names: Mapping[str, str]
    steps: tuple[str, ...]


def mixed(unit: SourceUnit, seed: int, keep: frozenset[str] = frozenset(), most: int = 8) -> Varied:
    """A random mix of up to ``most`` variations and new names for everything but ``keep``."""
    rng = random.Random(seed)
    steps: list[str] = []
    wanted = rng.randint(1, most)
    for find in rng.sample(FINDERS, len(FINDERS)):
        if len(steps) == wanted:
            break
        changed = of(find)(unit, rng)
        if changed is not None:
            unit = changed
            steps.append(find.__name__)
    found = rename(unit, rng, keep)
    if found is None:
        return Varied(unit, {}, tuple(steps))
    return Varied(found.unit, found.names, (*steps, "renamed"))


def varied(unit: SourceUnit, seed: int, keep: frozenset[str] = frozenset()) -> SourceUnit:
    """The same program, written otherwise: another mix for each seed."""
    return mixed(unit, seed, keep).unit
