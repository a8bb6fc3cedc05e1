"""Bounds, trip counts and cut-offs as text.

Analyses compute bounds in 64 bits; here they are written as a person writes them, in the source's own types, where
that cannot change the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unseq.backends.parlay.cxx_literals import ADDITIVE, MULTIPLICATIVE, RELATIONAL
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.facts import Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Select
from unseq.frontend.ir.walk import LOOPS, Node, transform, walk

CUTOFF = "UNSEQ_CUTOFF"
BLOCK = "UNSEQ_BLOCK"
HEAVY = 16  # operations an iteration from which on the cut-off is divided by them
UNKNOWN_LOOP = 100  # operations that a loop of unknown length is taken for


def plain(e: Expr) -> Expr:
    """``e`` without the conversions of signed numbers to a wider type that analyses insert."""

    def one(node: Node) -> Node:
        if not (isinstance(node, Cast) and isinstance(node.type, t.Int)):
            return node
        inner = node.operand.type
        widens = isinstance(inner, t.Int) and inner.signed and node.type.signed and node.type.bits >= inner.bits
        return node.operand if widens else node

    return _folded(transform(e, one))


def _folded(e: Expr) -> Expr:
    """``x + 1 - 1`` and ``x + 0`` without the constants that cancel."""
    if isinstance(e, Binary) and e.op in "+-":
        amount, inner = constant(e.right), _folded(e.left)
        if amount is not None and isinstance(inner, Binary) and inner.op in "+-":
            other = constant(inner.right)
            if other is not None:
                total = (other if inner.op == "+" else -other) + (amount if e.op == "+" else -amount)
                if total == 0:
                    return inner.left
                return Binary("+" if total > 0 else "-", inner.left, Literal(abs(total), e.right.type), e.type)
    return e


def constant(e: Expr) -> int | None:
    """The value of an integer constant, or None."""
    while isinstance(e, Cast):
        e = e.operand
    if isinstance(e, Literal) and isinstance(e.value, int):
        return int(e.value)
    if isinstance(e, Binary) and e.op in "+-*":
        left, right = constant(e.left), constant(e.right)
        if left is not None and right is not None:
            return left + right if e.op == "+" else left - right if e.op == "-" else left * right
    return None


def is_unsigned(e: Expr) -> bool:
    """Whether arithmetic on ``e`` wraps around at 0."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and e.type.bits >= 64 and not _is_signed(e.operand.type):
        e = e.operand
    return not _is_signed(e.type)


def _is_signed(type_: t.Type) -> bool:
    return not (isinstance(type_, t.Int) and not type_.signed)


# --- how much work -----------------------------------------------------------------------------------------------

Monomial = tuple[Expr, ...]


def polynomial(e: Expr) -> Mapping[Monomial, int]:
    """``e`` as a sum of products; what is neither a sum, a product nor a constant is an atom."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int):
        e = e.operand
    value = constant(e)
    if value is not None:
        return {(): value}
    if isinstance(e, Binary) and e.op in "+-":
        sum_ = dict(polynomial(e.left))
        for key, factor in polynomial(e.right).items():
            sum_[key] = sum_.get(key, 0) + (factor if e.op == "+" else -factor)
        return sum_
    if isinstance(e, Binary) and e.op == "*":
        product: dict[Monomial, int] = {}
        for a, x in polynomial(e.left).items():
            for b, y in polynomial(e.right).items():
                product[a + b] = product.get(a + b, 0) + x * y
        return product
    if isinstance(e, Select):  # a clamped bound: the branch that is not a constant
        return polynomial(e.other if constant(e.then) is not None else e.then)
    return {(e,): 1}


@dataclass(frozen=True, slots=True)
class Trip:
    """The number of iterations: ``text`` (at least additive precedence) is right where ``positive`` holds; ``enough``
    is the condition that there are at least ``UNSEQ_CUTOFF`` of them."""

    text: str
    positive: tuple[str, ...]
    enough: str

    def at_least(self, share: str) -> str:
        """The condition that there are at least ``share`` iterations."""
        return self.enough.replace(CUTOFF, share, 1)


def trip_of(context: Context, iteration: Iteration) -> Trip:
    """The trip count of a counted loop."""
    first, last = (iteration.lower, iteration.upper) if iteration.step > 0 else (iteration.upper, iteration.lower)
    if iteration.sequence is not None or abs(iteration.step) != 1 or not isinstance(first.type, t.Int):
        count = plain(iteration.trip)
        text = context.expr(count, ADDITIVE)
        signed = _is_signed(count.type)
        at = context.expr(count, RELATIONAL + 1)
        return Trip(text, (f"{at} > 0",) if signed else (), f"{at} >= {CUTOFF}")
    first, last = plain(first), plain(last)
    low = constant(first)
    high_text = context.expr(last, RELATIONAL + 1)
    if low is not None:
        if low == 0:
            return Trip(context.expr(last, ADDITIVE), _above(last, high_text, "0"), f"{high_text} >= {CUTOFF}")
        enough = f"{high_text} >= {CUTOFF} {'+' if low > 0 else '-'} {abs(low)}"
        if low == 1:
            enough = f"{high_text} > {CUTOFF}"
        count = Binary("-" if low > 0 else "+", last, Literal(abs(low), t.INT), last.type)
        return Trip(context.expr(_folded(count), ADDITIVE), (f"{high_text} > {low}",), enough)
    text = f"{context.expr(last, ADDITIVE)} - {context.expr(first, ADDITIVE + 1)}"
    positive = f"{high_text} > {context.expr(first, RELATIONAL + 1)}"
    if is_unsigned(first) or is_unsigned(last):
        return Trip(text, (positive,), f"{positive} && {text} >= {CUTOFF}")
    return Trip(text, (positive,), f"{text} >= {CUTOFF}")


def _above(e: Expr, text: str, low: str) -> tuple[str, ...]:
    return (f"{text} > {low}",) if _is_signed(e.type) else ()


def cutoff(context: Context, trip: Trip, iteration: Iteration, work: Expr | None, body: Node) -> tuple[str, ...]:
    """The conditions under which a loop has work for several threads; they imply a trip count of at least 0."""
    if work is None:
        has_loops = any(isinstance(node, LOOPS) for node in walk(body))
        return (trip.at_least(f"{CUTOFF} / {UNKNOWN_LOOP}") if has_loops else trip.enough,)
    terms = {key: factor for key, factor in polynomial(work).items() if factor > 0}
    if not terms:
        return (trip.enough,)
    degree = max(len(key) for key in terms)
    key, factor = max(((k, f) for k, f in terms.items() if len(k) == degree), key=lambda item: item[1])
    others = _without_trip(key, iteration)
    if others is None or not others:
        return (trip.at_least(f"{CUTOFF} / {_round(factor)}") if factor >= HEAVY else trip.enough,)
    product = " * ".join([f"size_t({trip.text})", *(context.expr(plain(e), MULTIPLICATIVE + 1) for e in others)])
    if factor >= HEAVY:
        product = f"{_round(factor)} * {product}"
    return (*trip.positive, f"{product} >= {CUTOFF}")


def iterations_a_block(iteration: Iteration, work: Expr | None, body: Node) -> str:
    """How many iterations one sequential block should have; at least as tight as a product."""
    symbolic = any(isinstance(node, LOOPS) for node in walk(body))
    if work is None:
        return "1" if symbolic else BLOCK
    terms = {key: factor for key, factor in polynomial(work).items() if factor > 0}
    degree = max((len(key) for key in terms), default=0)
    for key, factor in terms.items():
        if len(key) == degree:
            others = _without_trip(key, iteration)
            if others:
                return "1"
            return BLOCK if factor < HEAVY else f"({BLOCK} / {_round(factor)} + 1)"
    return BLOCK


def _without_trip(key: Monomial, iteration: Iteration) -> Monomial | None:
    """The factors besides the trip count; None: it is not among them."""
    atoms = {atom for part in polynomial(iteration.trip) for atom in part}
    for position, factor in enumerate(key):
        if factor in atoms:
            return key[:position] + key[position + 1 :]
    return None


def _round(factor: int) -> int:
    """A number that a person would write."""
    digits: int = 10 ** (len(str(factor)) - 1)
    return factor // digits * digits
