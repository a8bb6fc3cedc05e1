"""Whether an operation on integers or truth values is associative and commutative, decided by z3 over bit vectors.

Only expressions that are defined for all operands are decided: signed arithmetic that may overflow, shifts and
divisions by what is no constant are left alone, as is floating point.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Overflow, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import Bool, Int, Type
from unseq.frontend.slotted import dataclass

_MILLISECONDS = 1500
_EXTREMA = {"std::min", "std::max"}


@dataclass(frozen=True, slots=True)
class Laws:
    """What was decided; None: not known."""

    associative: bool | None
    commutative: bool | None


UNKNOWN = Laws(None, None)


@functools.lru_cache(maxsize=64)
def laws(left: Symbol, right: Symbol, value: Expr, type_: Type) -> Laws:
    """The laws of ``(left, right) -> value`` on values of ``type_``; all else in ``value`` is any constant."""
    if not isinstance(type_, Int | Bool) or value.type != type_:
        return UNKNOWN
    import z3  # heavy, and rarely wanted

    x, y, z = (_constant(z3, name, type_) for name in ("x", "y", "z"))
    try:
        def op(a: Any, b: Any) -> Any:
            return _Translation(z3, {left: a, right: b}).of(value)

        return Laws(_valid(z3, op(op(x, y), z) == op(x, op(y, z))), _valid(z3, op(x, y) == op(y, x)))
    except _Untranslated:
        return UNKNOWN


def _constant(z3: Any, name: str, type_: Type) -> Any:
    return z3.Bool(name) if isinstance(type_, Bool) else z3.BitVec(name, type_.bits)  # type: ignore[union-attr]  # Int


def _valid(z3: Any, claim: Any) -> bool | None:
    solver = z3.Solver()
    solver.set("timeout", _MILLISECONDS)
    solver.set("ctrl_c", False)  # else an interrupt makes it say "unknown" and is lost
    solver.add(z3.Not(claim))
    answer = solver.check()
    return True if answer == z3.unsat else False if answer == z3.sat else None


class _Untranslated(Exception):
    """An expression with no meaning in bit vectors, or not one that is defined for all operands."""


@dataclass(frozen=True, slots=True)
class _Translation:
    z3: Any
    values: Mapping[Symbol, Any]

    def of(self, e: Expr) -> Any:
        """``e`` as a term."""
        match e:
            case Ref(symbol):
                return self.values[symbol] if symbol in self.values else self._free(f"free{symbol.uid}", e.type)
            case Literal(value) if isinstance(value, bool | int):
                return self.z3.BoolVal(bool(value)) if isinstance(e.type, Bool) else self._number(value, e.type)
            case Unary("!", operand):
                return self.z3.Not(self.truth(operand))
            case Unary("~", operand):
                return ~self.of(operand)
            case Unary("-", operand) if e.overflow is Overflow.WRAP:
                return -self.of(operand)
            case Select(condition, then, other):
                return self.z3.If(self.truth(condition), self.of(then), self.of(other))
            case Cast(operand):
                return self._cast(operand, e.type)
            case Call(name, (a, b)) if name.split("<")[0] in _EXTREMA and a.type == b.type and isinstance(a.type, Int):
                one, two = self.of(a), self.of(b)
                less = self._less(a.type, two, one) if name.startswith("std::min") else self._less(a.type, one, two)
                return self.z3.If(less, two, one)
            case Binary():
                return self._binary(e)
        raise _Untranslated

    def truth(self, e: Expr) -> Any:
        """Whether ``e`` is not zero."""
        term = self.of(e)
        return term if self.z3.is_bool(term) else term != 0

    def _free(self, name: str, type_: Type) -> Any:
        if not isinstance(type_, Int | Bool):
            raise _Untranslated
        return _constant(self.z3, name, type_)

    def _number(self, value: int, type_: Type) -> Any:
        if not isinstance(type_, Int):
            raise _Untranslated
        return self.z3.BitVecVal(value, type_.bits)

    def _less(self, type_: Int, a: Any, b: Any) -> Any:
        return a < b if type_.signed else self.z3.ULT(a, b)

    def _cast(self, operand: Expr, type_: Type) -> Any:
        term = self.of(operand)
        if isinstance(type_, Bool):
            return term if self.z3.is_bool(term) else term != 0
        if not isinstance(type_, Int):
            raise _Untranslated
        if self.z3.is_bool(term):
            return self.z3.If(term, self.z3.BitVecVal(1, type_.bits), self.z3.BitVecVal(0, type_.bits))
        given = term.size()
        if given >= type_.bits:
            return self.z3.Extract(type_.bits - 1, 0, term) if given > type_.bits else term
        signed = isinstance(operand.type, Int) and operand.type.signed
        extend = self.z3.SignExt if signed else self.z3.ZeroExt
        return extend(type_.bits - given, term)

    def _binary(self, e: Binary) -> Any:
        z3, op = self.z3, e.op
        if op in ("&&", "||"):
            return (z3.And if op == "&&" else z3.Or)(self.truth(e.left), self.truth(e.right))
        a, b = self.of(e.left), self.of(e.right)
        if z3.is_bool(a) != z3.is_bool(b):
            raise _Untranslated
        if op in ("==", "!="):
            return a == b if op == "==" else a != b
        if z3.is_bool(a) or not isinstance(e.left.type, Int):
            raise _Untranslated
        if op in ("<", "<=", ">", ">="):
            first, second = (b, a) if op in (">", "<=") else (a, b)
            less = self._less(e.left.type, first, second)
            return z3.Not(less) if op in ("<=", ">=") else less
        if op in ("&", "|", "^"):
            return {"&": a & b, "|": a | b, "^": a ^ b}[op]
        if op in ("+", "-", "*") and e.overflow is Overflow.WRAP:
            return {"+": a + b, "-": a - b, "*": a * b}[op]
        if op in ("<<", ">>") and isinstance(e.right, Literal | Cast) and not e.left.type.signed:
            return self._shift(op, a, e)
        divisor = e.right.operand if isinstance(e.right, Cast) else e.right
        if op in ("/", "%") and isinstance(divisor, Literal) and divisor.value not in (0, -1):
            signed = e.left.type.signed
            if op == "/":
                return a / b if signed else z3.UDiv(a, b)
            return z3.SRem(a, b) if signed else z3.URem(a, b)
        raise _Untranslated

    def _shift(self, op: str, term: Any, e: Binary) -> Any:
        """An unsigned number shifted by a constant."""
        amount = e.right.operand if isinstance(e.right, Cast) else e.right
        if not isinstance(amount, Literal) or not isinstance(amount.value, int) or not 0 <= amount.value < term.size():
            raise _Untranslated
        by = self.z3.BitVecVal(amount.value, term.size())
        return term << by if op == "<<" else self.z3.LShR(term, by)
