"""Trip counts and cut-offs: when a loop has work for several threads, and how long a sequential block is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unseq.backends.parlay.cxx_literals import ADDITIVE, RELATIONAL
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.polynomials import (
    constant,
    is_unsigned,
    lower_bounds,
    monomial_text,
    plain,
    polynomial_text,
)
from unseq.frontend.analysis.affine import Polynomial, number, polynomial
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Expr, Ref, Select
from unseq.frontend.ir.walk import LOOPS, Node, walk

CUTOFF = "UNSEQ_CUTOFF"
BLOCK = "UNSEQ_BLOCK"
OPERATIONS = 4  # of the IR in one unit of work: processors run several at once
HEAVY = 4  # units an iteration from which on the cut-off is divided by them
UNKNOWN_LOOP = 100  # operations that a loop of unknown length is taken for


@dataclass(frozen=True, slots=True)
class Trip:
    """The number of iterations.

    ``text`` (at least as tight as a sum) is right where ``positive`` holds, or where ``enough`` does: there are at
    least ``UNSEQ_CUTOFF`` of them. ``polynomial``: the same, where it is one."""

    text: str
    positive: tuple[str, ...]
    enough: str
    polynomial: Polynomial | None = None

    def at_least(self, share: str) -> str:
        """The condition that there are at least ``share`` iterations."""
        return self.enough.replace(CUTOFF, share, 1)


def trip_of(context: Context, iteration: Iteration) -> Trip:
    """The trip count of a counted loop."""
    first, last = (iteration.lower, iteration.upper) if iteration.step > 0 else (iteration.upper, iteration.lower)
    if iteration.sequence is not None or abs(iteration.step) != 1 or not isinstance(first.type, t.Int):
        return _given(context, iteration.trip)
    low, high = polynomial(first), polynomial(last)
    if low is None or high is None:
        return _given(context, iteration.trip)
    trip = high.minus(low).bare()
    atoms = trip.atoms()
    if len(atoms) == 1 and all(len(m) <= 1 for m in trip.terms) and trip.terms.get(tuple(atoms), 0) == 1:
        return _simple(context, next(iter(atoms)), trip)
    text = f"{context.expr(plain(last), ADDITIVE)} - {context.expr(plain(first), ADDITIVE + 1)}"
    if constant(first) == 0:
        text = context.expr(plain(last), ADDITIVE)
    above = f"{context.expr(plain(last), RELATIONAL + 1)} > {context.expr(plain(first), RELATIONAL + 1)}"
    wraps = is_unsigned(first) or is_unsigned(last)
    enough = f"{text} >= {CUTOFF}"
    return Trip(text, (above,), f"{above} && {enough}" if wraps and constant(first) != 0 else enough, trip)


def _given(context: Context, trip: Expr) -> Trip:
    """A trip count that analysis found as an expression."""
    count = plain(trip)
    at = context.expr(count, RELATIONAL + 1)
    found = polynomial(trip) if isinstance(trip.type, t.Int) else None
    positive = () if is_unsigned(count) else (f"{at} > 0",)
    return Trip(context.expr(count, ADDITIVE), positive, f"{at} >= {CUTOFF}", found.bare() if found else None)


def _simple(context: Context, atom: Expr, trip: Polynomial) -> Trip:
    """``atom`` plus or minus a constant."""
    missing = -trip.terms.get((), 0)
    at = context.expr(plain(atom), RELATIONAL + 1)
    positive = () if is_unsigned(atom) and missing <= 0 else (f"{at} > {missing}",)
    if missing == 0:
        enough = f"{at} >= {CUTOFF}"
    elif missing == 1:
        enough = f"{at} > {CUTOFF}"
    elif missing > 1:
        enough = f"{at} >= {CUTOFF} + {missing}"
    elif is_unsigned(atom):
        enough = f"{at} + {-missing} >= {CUTOFF}"
    else:
        enough = f"{at} >= {CUTOFF} - {-missing}"
    return Trip(polynomial_text(context, trip), positive, enough, trip)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The conditions under which a loop has work for several threads (they imply a trip count of at least 0), and the
    least values of variables where they hold."""

    conditions: tuple[str, ...]
    bounds: dict[Expr, int]


def cutoff(context: Context, trip: Trip, iteration: Iteration, work: Expr | None, body: Node) -> Cutoff:
    """When the loop is worth it."""
    conditions, strict = _conditions(context, trip, work, body)
    conditions = (*_necessary(context, iteration.trip, conditions), *conditions)
    known = [trip.polynomial.plus(number(-1 if strict else 0))] if trip.polynomial is not None else []
    return Cutoff(conditions, lower_bounds(known))


def _necessary(context: Context, trip: Expr, conditions: Sequence[str]) -> tuple[str, ...]:
    """A test that costs less than a number of iterations that takes a division: it is at most the upper bound where
    the lower one is not negative."""
    trip = uncast(trip)
    share = next((text.rpartition(" >= ")[2] for text in conditions if CUTOFF in text and " >= " in text), "")
    if not (share and isinstance(trip, Select) and isinstance(trip.condition, Binary) and trip.condition.op == ">"):
        return ()
    upper, lower = uncast(trip.condition.left), uncast(trip.condition.right)
    if not (isinstance(upper, Ref) and is_unsigned(upper) and is_unsigned(lower)):
        return ()
    return (f"{context.expr(upper, RELATIONAL + 1)} >= {share}",)


def _conditions(context: Context, trip: Trip, work: Expr | None, body: Node) -> tuple[tuple[str, ...], bool]:
    """The conditions, and whether they imply at least one iteration."""
    if work is None:
        has_loops = any(isinstance(node, LOOPS) for node in walk(body))
        return (trip.at_least(f"{CUTOFF} / {UNKNOWN_LOOP}") if has_loops else trip.enough,), False
    factor, others = units(work, trip)
    share = f"{CUTOFF} / {_round(factor)}" if factor >= HEAVY else CUTOFF
    if not others:
        return (trip.at_least(share),), False
    count: tuple[Expr, ...] = ()
    if trip.polynomial is not None and len(trip.polynomial.atoms()) == 1:
        count = tuple(trip.polynomial.atoms())
        product = monomial_text(context, (*count, *others), 1, "size_t")
    else:
        product = f"size_t({trip.text}) * {monomial_text(context, tuple(others), 1, 'size_t')}"
    return (*trip.positive, f"{product} >= {share}"), bool(trip.positive)


def units(work: Expr, trip: Trip) -> tuple[int, Sequence[Expr]]:
    """The leading term of the work of one iteration: a number of units and the factors that multiply it."""
    found = polynomial(work)
    terms = {key: factor for key, factor in found.terms.items() if factor > 0} if found is not None else {}
    degree = max((len(key) for key in terms), default=0)
    leading = [(key, factor) for key, factor in terms.items() if len(key) == degree]
    atoms = trip.polynomial.atoms() if trip.polynomial is not None else set()
    best: tuple[int, Sequence[Expr]] = (1, ())
    for key, factor in sorted(leading, key=lambda item: item[1]):
        position = next((k for k, atom in enumerate(key) if atom in atoms), -1)
        if position >= 0:
            best = (factor, (*key[:position], *key[position + 1 :]))
        elif degree == 0:
            best = (factor, ())
    return max(1, best[0] // OPERATIONS), best[1]


def iterations_a_block(trip: Trip, work: Expr | None, body: Node) -> str:
    """How many iterations one sequential block should have."""
    if work is None:
        return "1" if any(isinstance(node, LOOPS) for node in walk(body)) else BLOCK
    factor, others = units(work, trip)
    if others:
        return "1"
    return BLOCK if factor < HEAVY else f"{BLOCK} / {_round(factor)} + 1"


def _round(factor: int) -> int:
    """A number that a person would write."""
    digits: int = 10 ** (len(str(factor)) - 1)
    return factor // digits * digits
