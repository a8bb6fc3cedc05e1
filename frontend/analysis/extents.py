"""How far subscripts reach: bounds of a resolved expression over all iterations, as expressions at loop entry.

Bounds over-approximate.  Positions are eliminated from the innermost loop outwards by the ends of their ranges;
a loop that runs no iteration accesses nothing, so that bounds computed from an empty range do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Polynomial, never_negative, polynomial
from unseq.frontend.analysis.context import Nest
from unseq.frontend.analysis.library import bare
from unseq.frontend.analysis.paths import is_unknown
from unseq.frontend.facts import Guard, Holds, NonDecreasing
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Index, Ref, Select
from unseq.frontend.slotted import dataclass

MAX_DEPTH = 6


@dataclass(slots=True)
class Bounds:
    """Bounds over the iterations of ``nests`` (outermost first). ``assumed`` collects the conditions that a bound
    rests on; ``is_fixed`` tells whether an atom has one value while the loop runs. A bound only matters where the
    access is executed: ``prove`` may use what holds there."""

    nests: tuple[Nest, ...]
    is_fixed: Callable[[Expr], bool]
    assumed: list[Guard] = field(default_factory=list)
    prove: Callable[[Polynomial], bool] | None = None  # whether a polynomial is never negative

    def of(self, e: Expr, upper: bool, depth: int = 0) -> Expr | None:
        """The largest (smallest) value of ``e``; None: not known."""
        found = polynomial(e)
        if found is None or depth > MAX_DEPTH:
            return None
        if any(not o.wide for o in found.obligations):
            return self._range_of_type(e, upper)
        bounded = self.of_polynomial(found, upper, depth)
        return bounded.expression() if bounded is not None else self._range_of_type(e, upper)

    def of_polynomial(self, p: Polynomial, upper: bool, depth: int = 0) -> Polynomial | None:
        """The same for a polynomial; the result has only fixed atoms."""
        p = p.bare()
        positions = {nest.position: nest for nest in self.nests}
        for atom in sorted(p.atoms(), key=lambda a: isinstance(a, Ref)):
            if isinstance(atom, Ref) or self.is_fixed(atom):
                continue
            replaced = self._replace(p, atom, upper, lambda up, a=atom: self._atom(a, up, depth))  # type: ignore[misc]
            if replaced is None:
                return None
            p = replaced
        for nest in reversed(self.nests):
            mine = next((a for a in p.atoms() if isinstance(a, Ref) and a.symbol == nest.position), None)
            if mine is None:
                continue
            replaced = self._replace(p, mine, upper, lambda up, n=nest: self._end(n, up))  # type: ignore[misc]
            if replaced is None:
                return None
            p = replaced
            for load in [a for a in p.atoms() if isinstance(a, Index) and not self.is_fixed(a)]:
                replaced = self._replace(p, load, upper, lambda up, a=load: self._offset(a, up, depth))  # type: ignore[misc]
                if replaced is None:
                    return None
                p = replaced
        for atom in p.atoms():
            if isinstance(atom, Ref) and (atom.symbol in positions or is_unknown(atom.symbol)):
                return None
            if not self.is_fixed(atom):
                return None
        return p

    def _replace(
        self, p: Polynomial, atom: Expr, upper: bool, bound: Callable[[bool], Polynomial | None]
    ) -> Polynomial | None:
        """``p`` with ``atom`` at the end of its range that makes ``p`` larger (smaller)."""
        rest: dict[tuple[Expr, ...], int] = {}
        factor: dict[tuple[Expr, ...], int] = {}
        for monomial, coefficient in p.terms.items():
            count = monomial.count(atom)
            if count > 1:
                return None
            if count:
                factor[tuple(a for a in monomial if a != atom)] = coefficient
            else:
                rest[monomial] = coefficient
        if not factor:
            return p
        if len(factor) == 1 and () in factor:
            number = factor[()]
            value = bound(upper if number > 0 else not upper)
            return Polynomial(rest).plus(value, number) if value is not None else None
        sign = self._sign(Polynomial(factor))
        if sign is None:
            return None
        value = bound(upper if sign > 0 else not upper)
        return Polynomial(rest).plus(Polynomial(factor).times(value)) if value is not None else None

    def _end(self, nest: Nest, upper: bool) -> Polynomial | None:
        """The last (first) position of a loop."""
        e = nest.last if upper else nest.first
        p = polynomial(e) if e is not None else None
        if p is None:
            return None
        for o in p.obligations:
            if not discharge_fixed(o.value, o.low, o.high, o.wide, self.is_fixed, self.assumed):
                return None
        return p.bare()

    def _offset(self, load: Index, upper: bool, depth: int) -> Polynomial | None:
        """The bound of an element that ends an inner loop: offsets of segments do not decrease, which is checked."""
        low, high = self.of(load.index, False, depth + 1), self.of(load.index, True, depth + 1)
        if low is None or high is None:
            return None
        end = replace(load, index=high if upper else low)
        if not self.is_fixed(end):
            return None  # the loop writes the offsets
        for nest in self.nests:  # where nothing runs, the offsets may not even be there
            if nest.first is not None and nest.last is not None and self._fixed(nest.first) and self._fixed(nest.last):
                assume(self.assumed, terms.compare("<=", nest.first, nest.last))
        guard = NonDecreasing(load.base, low, terms.add(high, terms.ONE))
        if guard not in self.assumed:
            self.assumed.append(guard)
        return polynomial(end)

    def _sign(self, factor: Polynomial) -> int | None:
        """Whether a factor is never negative (1) or never positive (-1); symbolic factors are assumed not negative,
        and that is checked at run time."""
        value = factor.constant
        if value is not None:
            return 1 if value >= 0 else -1
        if len(factor.terms) != 1:
            return self._sign_of_sum(factor)
        ((monomial, coefficient),) = factor.terms.items()
        for atom in monomial:
            if not self.is_fixed(atom):
                return None
            if not never_negative(atom) and not (self.prove is not None and self.prove(Polynomial({(atom,): 1}))):
                guard = Holds(terms.compare(">=", atom, terms.ZERO))
                if guard not in self.assumed:
                    self.assumed.append(guard)
        return 1 if coefficient > 0 else -1

    def _sign_of_sum(self, factor: Polynomial) -> int | None:
        if self.prove is not None and self.prove(factor):
            return 1
        if self.prove is not None and self.prove(Polynomial({m: -c for m, c in factor.terms.items()})):
            return -1
        if not all(self.is_fixed(a) for a in factor.atoms()):
            return None
        assume(self.assumed, terms.compare(">=", factor.expression(), terms.ZERO))
        return 1

    def _atom(self, e: Expr, upper: bool, depth: int) -> Polynomial | None:
        """The bound of something that is not a sum or product."""
        found = self._shape(e, upper, depth + 1) or self._range_of_type(e, upper)
        return polynomial(found) if found is not None else None

    def _shape(self, e: Expr, upper: bool, depth: int) -> Expr | None:
        match e:
            case Select(_, then, other):
                return self._either([then, other], upper, depth)
            case Call(name, arguments) if bare(name) in ("min", "max") and len(arguments) == 2:
                known = [b for a in arguments if (b := self.of(a, upper, depth)) is not None]
                if len(known) == 1 and (bare(name) == "min") == upper:
                    return known[0]
                if len(known) == 2:
                    return terms.smaller(*known) if bare(name) == "min" else terms.larger(*known)
            case Call(name, (_, low, high)) if bare(name) == "clamp":
                return self.of(high if upper else low, upper, depth)
            case Binary("%", left, right) if self._fixed(right):
                if self.is_never_negative(left, depth):
                    return terms.subtract(right, terms.ONE) if upper else terms.ZERO
                modulus = terms.constant(right)
                return terms.literal((abs(modulus) - 1) * (1 if upper else -1)) if modulus else None
            case Binary("&", left, right):
                for mask in (terms.constant(left), terms.constant(right)):
                    if mask is not None and mask >= 0:
                        return terms.literal(mask) if upper else terms.ZERO
            case Binary("/", left, right):
                divisor = terms.constant(right)
                if divisor is not None and divisor > 0:
                    end = self.of(left, upper, depth)
                    return terms.divide(end, divisor) if end is not None else None
            case Binary(">>", left, right):
                shift = terms.constant(right)
                if shift is not None and 0 <= shift < 32 and self.is_never_negative(left, depth):
                    end = self.of(left, upper, depth)
                    return terms.divide(end, 1 << shift) if end is not None else None
            case Cast(operand, t.Int() as type_) if isinstance(operand.type, t.Int):
                bottom, top = terms.limits(type_)
                ends = [self.of(operand, side, depth) for side in (False, True)]
                least, most = (terms.constant(end) if end is not None else None for end in ends)
                if least is not None and most is not None and bottom <= least and most <= top:
                    return ends[upper]
        return None

    def _either(self, choices: list[Expr], upper: bool, depth: int) -> Expr | None:
        ends = [self.of(choice, upper, depth) for choice in choices]
        first, second = ends
        if first is None or second is None:
            return None
        a, b = polynomial(first), polynomial(second)
        difference = a.minus(b).constant if a is not None and b is not None else None
        if difference is not None:
            return first if (difference >= 0) == upper else second
        return terms.larger(first, second) if upper else terms.smaller(first, second)

    def _fixed(self, e: Expr) -> bool:
        found = polynomial(e)
        return found is not None and all(self.is_fixed(a) for a in found.atoms())

    def is_never_negative(self, e: Expr, depth: int = 0) -> bool:
        """Whether ``e`` is known to be at least 0."""
        if never_negative(e):
            return True
        before = len(self.assumed)
        low = self.of(e, False, depth + 1)
        value = terms.constant(low) if low is not None else None
        if value is None or value < 0 or len(self.assumed) != before:
            del self.assumed[before:]
            return False
        return True

    def _range_of_type(self, e: Expr, upper: bool) -> Expr | None:
        """The range of a narrow integer type, for values of which nothing else is known."""
        while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand.type, t.Int | t.Bool):
            inner = terms.limits(e.operand.type) if isinstance(e.operand.type, t.Int) else (0, 1)
            if inner[0] < terms.limits(e.type)[0] or inner[1] > terms.limits(e.type)[1]:
                break
            e = e.operand
        if isinstance(e.type, t.Bool):
            return terms.literal(int(upper))
        if isinstance(e.type, t.Int) and e.type.bits <= 16:
            return terms.literal(terms.limits(e.type)[upper])
        return None


def discharge_fixed(
    value: Polynomial, low: int, high: int, wide: bool, is_fixed: Callable[[Expr], bool], assumed: list[Guard]
) -> bool:
    """Whether ``low <= value <= high`` for a value that is fixed at loop entry: known, or made a guard.

    64-bit values can only leave their range at the bottom: no index reaches 2^63."""
    known = value.constant
    if known is not None:
        return low <= known <= high
    sure = low == 0 and all(c > 0 and all(never_negative(a) for a in m) for m, c in value.terms.items())
    if wide and (sure or low <= -(1 << 63)):
        return True
    if not all(is_fixed(a) for a in value.atoms()):
        return False
    expression = value.expression()
    if not sure and low > -(1 << 63):
        assume(assumed, terms.compare(">=", expression, terms.literal(low)))
    if not wide and high < (1 << 62):
        assume(assumed, terms.compare("<=", expression, terms.literal(high)))
    return True


def assume(assumed: list[Guard], condition: Expr) -> None:
    """Adds a guard."""
    guard = Holds(condition)
    if guard not in assumed:
        assumed.append(guard)


def joined(a: NonDecreasing, b: NonDecreasing) -> NonDecreasing | None:
    """One check for two that look at nearly the same elements."""
    if a.array != b.array:
        return None
    ends = [(polynomial(x), polynomial(y)) for x, y in ((a.low, b.low), (b.high, a.high))]
    apart = [x.minus(y).constant if x is not None and y is not None else None for x, y in ends]
    if None in apart:
        return None
    return NonDecreasing(a.array, a.low if (apart[0] or 0) <= 0 else b.low, b.high if (apart[1] or 0) >= 0 else a.high)
