"""Linear forms over chosen variables, with coefficients that are expressions without them.

Ring algebra only: sums, differences, products with at most one factor that holds a variable, shifts by constants, and
choices by a condition without variables.  On integers the identities hold modulo 2^n, so also where intermediate values
wrap.
"""

from __future__ import annotations

from unseq.frontend.analysis.proof import Prover
from unseq.frontend.analysis.ranges import range_of
from unseq.frontend.analysis.updates import same_kind
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Overflow, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import Float, Int, Type
from unseq.frontend.ir.walk import used_symbols
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Linear:
    """``sum of coefficients[x] * x, plus constant``; a missing coefficient is zero."""

    coefficients: tuple[tuple[Symbol, Expr], ...]
    constant: Expr

    def coefficient(self, symbol: Symbol) -> Expr | None:
        """The factor of a variable; None for zero."""
        return next((factor for held, factor in self.coefficients if held == symbol), None)


def number(value: int, type_: Type) -> Literal:
    """A constant of a number type."""
    return Literal(float(value) if isinstance(type_, Float) else value, type_)


def is_number(e: Expr, value: int) -> bool:
    """Whether ``e`` is the constant ``value``."""
    return isinstance(e, Literal) and not isinstance(e.value, str | None) and e.value == value


def _binary(op: str, left: Expr, right: Expr, type_: Type) -> Expr:
    overflow = Overflow.NONE
    if isinstance(type_, Int):
        overflow = Overflow.UNDEFINED if type_.signed else Overflow.WRAP
    return Binary(op, left, right, type_, overflow)


def plus(left: Expr, right: Expr, type_: Type) -> Expr:
    """``left + right``, zeros left out."""
    if is_number(left, 0):
        return right
    return left if is_number(right, 0) else _binary("+", left, right, type_)


def times(left: Expr, right: Expr, type_: Type) -> Expr:
    """``left * right``, with zeros and ones."""
    if is_number(left, 0) or is_number(right, 0):
        return number(0, type_)
    if is_number(left, 1):
        return right
    return left if is_number(right, 1) else _binary("*", left, right, type_)


def negative(e: Expr, type_: Type) -> Expr:
    """``-e``."""
    if isinstance(e, Literal) and isinstance(e.value, int | float):
        return Literal(-e.value, type_)
    overflow = Overflow.UNDEFINED if isinstance(type_, Int) and type_.signed else Overflow.NONE
    return Unary("-", e, type_, overflow)


def linear(e: Expr, variables: frozenset[Symbol], type_: Type) -> Linear | None:
    """``e`` as a linear form over ``variables`` with coefficients of ``type_``; None if it is not one."""
    if not used_symbols(e) & variables:
        return Linear((), _converted(e, type_))
    if isinstance(e, Ref):
        return Linear(((e.symbol, number(1, type_)),), number(0, type_))
    if isinstance(e, Cast):
        return linear(e.operand, variables, type_) if _harmless(e, type_) else None
    if isinstance(e, Unary) and e.op == "-":
        inner = linear(e.operand, variables, type_)
        return None if inner is None else _scaled(inner, number(-1, type_), type_)
    if isinstance(e, Binary) and e.op in {"+", "-"}:
        left, right = linear(e.left, variables, type_), linear(e.right, variables, type_)
        if left is None or right is None:
            return None
        return _sum(left, right if e.op == "+" else _scaled(right, number(-1, type_), type_), type_)
    if isinstance(e, Binary) and e.op == "*":
        for factor, other in ((e.left, e.right), (e.right, e.left)):
            if not used_symbols(factor) & variables:
                form = linear(other, variables, type_)
                return None if form is None else _scaled(form, _converted(factor, type_), type_)
    if isinstance(e, Binary) and e.op == "<<" and isinstance(e.type, Int) and isinstance(type_, Int):
        shifted = linear(e.left, variables, type_)
        by = e.right.value if isinstance(e.right, Literal) else None
        if shifted is None or not isinstance(by, int) or not 0 <= by < type_.bits:
            return None
        return _scaled(shifted, number(1 << by, type_), type_)
    if isinstance(e, Binary) and e.op in {"|", "^"} and isinstance(e.type, Int) and _apart(e, variables):
        return linear(Binary("+", e.left, e.right, e.type), variables, type_)
    if isinstance(e, Select) and not used_symbols(e.condition) & variables:
        then, other_form = linear(e.then, variables, type_), linear(e.other, variables, type_)
        if then is not None and other_form is not None:
            return _chosen(e.condition, then, other_form, type_)
    return None


def _apart(e: Binary, variables: frozenset[Symbol]) -> bool:
    """Whether the operands of a bitwise "or" have no bit in common, so that it is a sum: ``x << k | small``."""
    high, low = (e.left, e.right) if used_symbols(e.left) & variables else (e.right, e.left)
    if used_symbols(low) & variables:
        return False
    while isinstance(high, Cast) and isinstance(high.operand.type, Int):
        high = high.operand
    by = high.right.value if isinstance(high, Binary) and high.op == "<<" and isinstance(high.right, Literal) else None
    if not isinstance(by, int) or not 0 <= by < 32:
        return False
    found = range_of(low, {})
    if found is None or (found[0] >= 0 and found[1] < 1 << by):
        return found is not None
    return Prover(frozenset(), {}).within(low, 0, (1 << by) - 1)


def _harmless(e: Cast, type_: Type) -> bool:
    """Whether a conversion inside the form keeps ring identities: between integers of at least the result's width,
    between equal types, or from a narrower to a wider floating-point type."""
    source = e.operand.type
    if isinstance(e.type, Int) and isinstance(source, Int) and isinstance(type_, Int):
        return source.bits >= type_.bits and e.type.bits >= type_.bits
    return e.type == source or (isinstance(source, Float) and isinstance(e.type, Float) and source.bits <= e.type.bits)


def _converted(e: Expr, type_: Type) -> Expr:
    if e.type == type_:
        return e
    while isinstance(e, Cast) and same_kind(e.type, e.operand.type) and e.operand.type == type_:
        e = e.operand
    return e if e.type == type_ else Cast(e, type_, implicit=True)


def _sum(left: Linear, right: Linear, type_: Type) -> Linear:
    factors: dict[Symbol, Expr] = dict(left.coefficients)
    for symbol, factor in right.coefficients:
        factors[symbol] = plus(factors[symbol], factor, type_) if symbol in factors else factor
    return Linear(tuple(factors.items()), plus(left.constant, right.constant, type_))


def _scaled(form: Linear, factor: Expr, type_: Type) -> Linear:
    def by(e: Expr) -> Expr:
        return negative(e, type_) if is_number(factor, -1) else times(factor, e, type_)

    return Linear(tuple((symbol, by(e)) for symbol, e in form.coefficients), by(form.constant))


def _chosen(condition: Expr, then: Linear, other: Linear, type_: Type) -> Linear:
    def pick(a: Expr | None, b: Expr | None) -> Expr:
        a = number(0, type_) if a is None else a
        b = number(0, type_) if b is None else b
        return a if a == b else Select(condition, a, b, type_)

    symbols = dict.fromkeys([s for s, _ in then.coefficients] + [s for s, _ in other.coefficients])
    factors = tuple((s, pick(then.coefficient(s), other.coefficient(s))) for s in symbols)
    return Linear(factors, pick(then.constant, other.constant))
