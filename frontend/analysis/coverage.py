"""What a role takes care of: the carried variables that it explains, and the accesses whose order it makes immaterial.

Draws no conclusion about the loop; that is the driver's.
"""

from __future__ import annotations

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.memory import Span
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    ArrayAccumulator,
    Buffered,
    Diagonal,
    Exit,
    Induction,
    Packed,
    Prefix,
    Private,
    Recurrence,
    Role,
)
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Ref, Symbol


def symbols_of(role: Role) -> frozenset[Symbol]:
    """The carried variables that a role explains."""
    match role:
        case Private(symbol) | Induction(symbol) | Prefix(symbol):
            return frozenset({symbol})
        case Accumulator(place):
            return frozenset({place.symbol}) if isinstance(place, Ref) else frozenset()
        case ArgBest(best, companions):
            return frozenset(companions) | (frozenset({best}) if best is not None else frozenset())
        case Recurrence(symbols):
            return frozenset(symbols)
        case Append(counter):
            return frozenset({counter}) if counter is not None else frozenset()
        case Exit(assigned=assigned):
            return frozenset(assigned)
        case ArrayAccumulator() | Buffered() | Packed() | Diagonal():
            return frozenset()


def covered(roles: list[Role], accesses: tuple[Access, ...]) -> dict[int, int]:
    """Which role makes the order of an access immaterial."""
    found: dict[int, int] = {}
    for number, role in enumerate(roles):
        if isinstance(role, Private) and role.last and role.extent is not None:
            found |= {id(access): number for access in accesses if access.root == role.symbol}
        if isinstance(role, Private | Induction | Buffered | Packed | Exit | Diagonal):
            continue
        mine = symbols_of(role)
        for access in accesses:
            place = access.place
            if isinstance(place, Ref) and place.symbol in mine:
                found[id(access)] = number
                continue
            if not any(span.contains(access.statement.span) for span in role.updates):
                continue
            if (
                (isinstance(role, Accumulator) and place == role.place)
                or (isinstance(role, ArrayAccumulator) and access.root == walk.root(role.array))
                or (isinstance(role, Append) and access.root in {walk.root(out) for out in role.outputs})
            ):
                found[id(access)] = number
    return found


def spans(roles: list[Role], context: LoopContext, covered: dict[int, int]) -> dict[int, Span]:
    """The elements that appends and scatters touch."""
    found: dict[int, Span] = {}
    for access in context.accesses:
        number = covered.get(id(access))
        role = roles[number] if number is not None else None
        if isinstance(role, Append) and role.counter is not None and context.nest.first and context.nest.last:
            trip = terms.add(terms.subtract(context.nest.last, context.nest.first), terms.ONE)
            start = terms.ref(role.counter)
            found[id(access)] = (start, terms.add(start, trip))
        elif isinstance(role, ArrayAccumulator) and role.extent is not None:
            found[id(access)] = (terms.ZERO, role.extent)
    return found
