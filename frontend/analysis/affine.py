"""Integer expressions as polynomials over atoms, with the conditions under which that is what the machine computes.

An atom is a variable, a load, or any expression that is not a sum or product.  Machine arithmetic that may wrap
around leaves an ``Obligation``: the polynomial is right where the intermediate result is in range.  64-bit unsigned
subscripts need none: arithmetic modulo 2^64 agrees with the integers on every index that is a valid one.
"""

from __future__ import annotations

from dataclasses import field
from functools import lru_cache

from unseq.frontend.analysis import terms
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Overflow, Ref, Symbol, Unary
from unseq.frontend.ir.remembering import Remembering, remembered
from unseq.frontend.slotted import dataclass

MAX_TERMS = 40

Monomial = tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """``low <= value <= high`` must hold wherever the polynomial is used. ``wide``: 64-bit unsigned arithmetic, of no
    concern to subscripts."""

    value: Polynomial
    low: int
    high: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Polynomial(Remembering):
    """A sum of integer multiples of products of atoms; ``terms`` maps each product to its coefficient, not 0."""

    terms: dict[Monomial, int]
    obligations: tuple[Obligation, ...] = field(default=(), compare=False)

    @property
    def key(self) -> frozenset[tuple[Monomial, int]]:
        """The terms, to be found again by."""
        return remembered(self, "key", _key)

    def atoms(self) -> set[Expr]:
        """The atoms that occur."""
        return {atom for monomial in self.terms for atom in monomial}

    @property
    def constant(self) -> int | None:
        """The value, if it is one number."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and () in self.terms:
            return self.terms[()]
        return None

    def plus(self, other: Polynomial, factor: int = 1) -> Polynomial:
        """``self + factor * other``."""
        found = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            value = found.get(monomial, 0) + factor * coefficient
            if value:
                found[monomial] = value
            else:
                found.pop(monomial, None)
        return Polynomial(found, (*self.obligations, *other.obligations))

    def minus(self, other: Polynomial) -> Polynomial:
        """``self - other``."""
        return self.plus(other, -1)

    def times(self, other: Polynomial) -> Polynomial:
        """The product."""
        found: dict[Monomial, int] = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                monomial = product(a + b)
                value = found.get(monomial, 0) + x * y
                if value:
                    found[monomial] = value
                else:
                    found.pop(monomial, None)
        return Polynomial(found, (*self.obligations, *other.obligations))

    def with_obligation(self, obligation: Obligation) -> Polynomial:
        """The same with one more condition."""
        return Polynomial(self.terms, (*self.obligations, obligation))

    def bare(self) -> Polynomial:
        """The same without conditions."""
        return Polynomial(self.terms) if self.obligations else self

    def expression(self) -> Expr:
        """The polynomial as a 64-bit expression."""
        return remembered(self, "expression", _expression)


def _key(p: Polynomial) -> frozenset[tuple[Monomial, int]]:
    return frozenset(p.terms.items())


def _expression(p: Polynomial) -> Expr:
    whole: Expr = terms.ZERO
    for monomial, coefficient in sorted(p.terms.items(), key=lambda item: (not item[0], -item[1])):
        whole = _append(whole, monomial, coefficient)
    return whole


def _append(whole: Expr, monomial: Monomial, coefficient: int) -> Expr:
    part: Expr = terms.ONE
    for atom in monomial:
        part = terms.multiply(part, atom)
    part = terms.multiply(part, terms.literal(abs(coefficient)))
    if terms.constant(whole) == 0:
        return part if coefficient > 0 else terms.subtract(terms.ZERO, part)
    return terms.add(whole, part) if coefficient > 0 else terms.subtract(whole, part)


def product(atoms: Monomial) -> Monomial:
    """A canonical product."""
    return atoms if len(atoms) < 2 else tuple(sorted(atoms, key=_order))


def _order(atom: Expr) -> tuple[int, str]:
    return (atom.symbol.uid, "") if isinstance(atom, Ref) else (1 << 62, written(atom))


def written(e: Expr) -> str:
    """A text that orders expressions."""
    return remembered(e, "repr", repr)


@lru_cache(maxsize=1024)
def number(value: int) -> Polynomial:
    """A constant."""
    return Polynomial({(): value} if value else {})


def atom(e: Expr) -> Polynomial:
    """One atom; a variable is the same atom whatever type it is read as."""
    if isinstance(e, Ref):
        return remembered(e.symbol, "atom", _variable)
    return Polynomial({(e,): 1})


def _variable(symbol: Symbol) -> Polynomial:
    return Polynomial({(terms.ref(symbol),): 1})


def polynomial(e: Expr) -> Polynomial | None:
    """``e`` as a polynomial; None if it has too many terms. Pointers may be among the atoms."""
    found = _polynomial(e)
    return found if len(found.terms) <= MAX_TERMS and len(found.obligations) <= MAX_TERMS else None


def _polynomial(e: Expr) -> Polynomial:
    return remembered(e, "polynomial", _made)


def _made(e: Expr) -> Polynomial:
    match e:
        case Literal(value) if isinstance(value, int):
            return number(int(value))
        case Cast(operand, t.Int() as type_) if isinstance(operand.type, t.Int | t.Bool):
            return _cast(operand, type_)
        case Unary("-", operand) if isinstance(e.type, t.Int):
            return _checked(number(0).minus(_polynomial(operand)), e.type, e.overflow)
        case Binary("-", left, right) if not t.is_arithmetic(left.type) and isinstance(e.type, t.Int):
            difference = _polynomial(left).minus(_polynomial(right))
            return difference if all(t.is_arithmetic(a.type) for a in difference.atoms()) else atom(e)
        case Binary(op, left, right) if op in ("+", "-", "*"):
            if isinstance(e.type, t.Int):
                a, b = _polynomial(left), _polynomial(right)
                if len(a.terms) * len(b.terms) > MAX_TERMS:
                    return atom(e)
                result = a.times(b) if op == "*" else a.plus(b, 1 if op == "+" else -1)
                return _checked(result, e.type, e.overflow)
            if isinstance(e.type, t.Pointer | t.Library) and op in "+-":
                return _polynomial(left).plus(_polynomial(right), 1 if op == "+" else -1)
        case Binary("<<", left, Literal(value)) if isinstance(value, int) and 0 <= value < 31:
            if isinstance(e.type, t.Int):
                return _checked(_polynomial(left).times(number(1 << value)), e.type, e.overflow)
    return atom(e)


def _cast(operand: Expr, type_: t.Int) -> Polynomial:
    inner = _polynomial(operand)
    source = operand.type
    if isinstance(source, t.Bool):
        return inner
    assert isinstance(source, t.Int)
    low, high = terms.limits(type_)
    source_low, source_high = terms.limits(source)
    if low <= source_low and source_high <= high:
        return inner
    value = inner.constant
    if value is not None and low <= value <= high:
        return inner
    return inner.with_obligation(Obligation(inner.bare(), low, high, type_.bits >= 64))


def _checked(result: Polynomial, type_: t.Int, overflow: Overflow) -> Polynomial:
    if overflow in (Overflow.UNDEFINED, Overflow.UNBOUNDED) or (overflow is Overflow.NONE and type_.signed):
        return result
    low, high = terms.limits(type_)
    value = result.constant
    if value is not None and low <= value <= high:
        return result
    return result.with_obligation(Obligation(result.bare(), low, high, type_.bits >= 64))


def never_negative(e: Expr) -> bool:
    """Whether the type alone says that ``e`` is not negative (a 64-bit unsigned number counts as an index)."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int):
        if e.type.bits < e.operand.type.bits:
            break
        e = e.operand
    value = terms.constant(e)
    if value is not None:
        return value >= 0
    return isinstance(e.type, t.Bool) or (isinstance(e.type, t.Int) and not e.type.signed)


def degree(p: Polynomial) -> int:
    """The largest number of atoms in a product."""
    return max((len(m) for m in p.terms), default=0)


def leading(p: Polynomial) -> tuple[Monomial, int]:
    """The product of the highest degree and its coefficient (of several, the first in a fixed order)."""
    monomial = max(p.terms, key=lambda m: (len(m), [_order(a) for a in m]))
    return monomial, p.terms[monomial]


def divided(p: Polynomial, by: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Quotient and remainder of multivariate division: ``p = quotient * by + remainder``."""
    return remembered(p, ("divided", by.key), lambda p: _divided(p, by))


def _divided(p: Polynomial, by: Polynomial) -> tuple[Polynomial, Polynomial]:
    lead, factor = leading(by)
    quotient: dict[Monomial, int] = {}
    rest = p.bare()
    for _ in range(MAX_TERMS):
        found = next(
            ((m, c, left) for m, c in rest.terms.items() if c % factor == 0 and (left := without(m, lead)) is not None),
            None,
        )
        if found is None:
            break
        _, coefficient, left = found
        part = Polynomial({left: coefficient // factor})
        quotient[left] = quotient.get(left, 0) + coefficient // factor
        rest = rest.minus(part.times(by))
    return Polynomial({m: c for m, c in quotient.items() if c}), rest.bare()


def without(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    """``monomial / divisor``; None if it does not divide."""
    rest = list(monomial)
    for atom_ in divisor:
        if atom_ not in rest:
            return None
        rest.remove(atom_)
    return tuple(rest)
