"""The family "finite state": carried variables that take few values, so that an iteration is a table from old to new.

The states are enumerated from the values at loop entry: what a step can make of a state, whatever the inputs are, is a
state too.  The set is closed by construction, or the loop is not in the family.  A block of iterations is run from
every state at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from unseq.frontend.analysis.ranges import Range, of_type, range_of, truth
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Cast, Expr, Select, Symbol
from unseq.frontend.ir.types import Bool

MOST_STATES = 16

State = tuple[int, ...]


def finite(
    group: tuple[Symbol, ...], state: Mapping[Symbol, Expr], starts: Mapping[Symbol, Range | None]
) -> Recurrence | None:
    """The group's new values ``state`` as a table over few states, if they are that; ``starts``: values at entry."""
    domain = _closed(group, state, starts)
    if domain is None or len(domain) < 2:
        return None
    hulls = [range(min(values), max(values) + 1) for values in zip(*domain, strict=True)]
    states = tuple(product(*hulls))
    if len(states) > MOST_STATES:
        return None
    return Recurrence(
        group, "finite state", (), (), (), (), (), tuple(state[x] for x in group), states=states, proof="construction"
    )


def _closed(
    group: tuple[Symbol, ...], state: Mapping[Symbol, Expr], starts: Mapping[Symbol, Range | None]
) -> set[State] | None:
    """All states that can occur; None if there are too many."""
    first = []
    for x in group:
        start = starts.get(x)
        if start is None or start[1] - start[0] >= MOST_STATES:
            return None
        first.append(range(start[0], start[1] + 1))
    pending = list(product(*first))
    found: set[State] = set(pending)
    while pending:
        if len(found) > MOST_STATES:
            return None
        now = pending.pop()
        known = {x: (value, value) for x, value in zip(group, now, strict=True)}
        options = [_values(state[x], known) for x in group]
        if any(option is None for option in options):
            return None
        for new in product(*(sorted(option) for option in options if option is not None)):
            if new not in found:
                found.add(new)
                pending.append(new)
                if len(found) > MOST_STATES:
                    return None
    return found


def _values(e: Expr, known: Mapping[Symbol, Range]) -> set[int] | None:
    """The values that ``e`` can have; None: too many."""
    if isinstance(e, Select):
        decided = truth(e.condition, known)
        if decided is not None:
            return _values(e.then if decided else e.other, known)
        then, other = _values(e.then, known), _values(e.other, known)
        return None if then is None or other is None else then | other
    if isinstance(e, Cast):
        whole = of_type(e.type)
        inner = _values(e.operand, known)
        if inner is not None and whole is not None:
            if isinstance(e.type, Bool):
                return {int(v != 0) for v in inner}
            if all(whole[0] <= v <= whole[1] for v in inner):
                return inner
    found = range_of(e, known)
    if found is None or found[1] - found[0] >= MOST_STATES:
        return None
    return set(range(found[0], found[1] + 1))
