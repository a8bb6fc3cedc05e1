"""Identities of integer expressions, proved by z3: the one place of the analyses that asks an SMT solver.

Expressions are mathematical integers with the range of their type: what overflow leaves undefined does not happen, and
what may wrap around gets a value of its own unless its range shows that it does not.  Parts without the variables in
question are taken as they are: any value of their type, the same for equal parts.  Questions are free of quantifiers
and bounded in effort; no answer is no proof.  z3 is imported at the first question.
"""

from __future__ import annotations

from typing import Any

from unseq.frontend.analysis.ranges import Known, Range, of_type, range_of
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Overflow, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import Bool, Int
from unseq.frontend.ir.walk import used_symbols

EFFORT = 400_000  # z3's own units: well below a tenth of a second
_ORDER = {"<", "<=", ">", ">="}


class NoForm(Exception):
    """An expression is outside of linear integer arithmetic."""


class Prover:
    """Questions about expressions over ``variables``, whose values are within ``known`` (their types' ranges)."""

    def __init__(self, variables: frozenset[Symbol], known: Known) -> None:
        import z3  # costs a tenth of a second, and most loops need no proof by it

        self.z3: Any = z3
        self.variables = variables
        self.known = known
        self.atoms: dict[Expr, Any] = {}
        self.limits: list[Any] = []

    def equal(self, left: Expr, right: Expr) -> bool:
        """Whether the two always have the same value."""
        try:
            different = self.number(left) != self.number(right)
        except NoForm:
            return False
        return self._impossible(different)

    def within(self, e: Expr, low: int, high: int) -> bool:
        """Whether ``low <= e <= high`` always."""
        try:
            value = self.number(e)
        except NoForm:
            return False
        return self._impossible(self.z3.Or(value < low, value > high))

    def _impossible(self, claim: Any) -> bool:
        solver = self.z3.SolverFor("QF_LIA")
        solver.set("rlimit", EFFORT)
        solver.set("ctrl_c", False)  # else an interrupt makes it say "unknown" and is lost
        solver.add(*self.limits, claim)
        return bool(solver.check() == self.z3.unsat)

    # --- terms -------------------------------------------------------------------------------------------------

    def _atom(self, e: Expr) -> Any:
        found = self.atoms.get(e)
        if found is None:
            whole = range_of(e, self.known)
            if whole is None:
                raise NoForm
            found = self.atoms[e] = self.z3.Int(f"v{len(self.atoms)}")
            self.limits += [found >= whole[0], found <= whole[1]]
        return found

    def number(self, e: Expr) -> Any:
        """``e`` as an integer term."""
        if of_type(e.type) is None:
            raise NoForm
        match e:
            case Literal(value) if isinstance(value, int):
                return self.z3.IntVal(int(value))
            case Cast(operand):
                return self._cast(operand, e)
            case Unary("-", operand, type_, overflow):
                return self._kept(-self.number(operand), e, type_, overflow)
            case Binary("+" | "-" | "*", left, right, type_, overflow):
                a, b = self.number(left), self.number(right)
                if e.op == "*" and not (self.z3.is_int_value(a) or self.z3.is_int_value(b)):
                    return self._atom_of_inputs(e)
                value = a + b if e.op == "+" else a - b if e.op == "-" else a * b
                return self._kept(value, e, type_, overflow)
            case Select(condition, then, other):
                return self.z3.If(self.truth(condition), self.number(then), self.number(other))
            case Call(name, (left, right)) if name in {"std::min", "std::max"} and e.target is None:
                a, b = self.number(left), self.number(right)
                return self.z3.If(a < b if name == "std::min" else a > b, a, b)
            case Unary("!") | Binary("==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||"):
                return self.z3.If(self.truth(e), 1, 0)
        return self._atom_of_inputs(e)

    def _atom_of_inputs(self, e: Expr) -> Any:
        """A term for an operation that is not linear, if only inputs go into it."""
        if used_symbols(e) & self.variables and not isinstance(e, Ref):
            raise NoForm
        return self._atom(e)

    def _cast(self, operand: Expr, e: Cast) -> Any:
        if of_type(operand.type) is None:
            return self._atom_of_inputs(e)
        if isinstance(e.type, Bool):
            return self.z3.If(self.truth(operand), 1, 0)
        inner = range_of(operand, self.known)
        target = of_type(e.type)
        assert inner is not None and target is not None
        if target[0] <= inner[0] and inner[1] <= target[1]:
            return self.number(operand)
        return self._wrapped(self.number(operand), target)

    def _kept(self, value: Any, e: Expr, type_: object, overflow: Overflow) -> Any:
        if overflow is not Overflow.WRAP or not isinstance(type_, Int):
            return value
        whole = of_type(type_)
        assert whole is not None
        return self._wrapped(value, whole)

    def _wrapped(self, value: Any, whole: Range) -> Any:
        """``value`` modulo the size of a type."""
        size = whole[1] - whole[0] + 1
        return (value - whole[0]) % size + whole[0]

    def truth(self, e: Expr) -> Any:
        """``e`` as a proposition."""
        match e:
            case Cast(operand) if isinstance(e.type, Bool):
                return self.truth(operand)
            case Unary("!", operand):
                return self.z3.Not(self.truth(operand))
            case Binary("&&", left, right):
                return self.z3.And(self.truth(left), self.truth(right))
            case Binary("||", left, right):
                return self.z3.Or(self.truth(left), self.truth(right))
            case Binary(op, left, right) if op in _ORDER or op in {"==", "!="}:
                if of_type(left.type) is None or of_type(right.type) is None:
                    if used_symbols(e) & self.variables:
                        raise NoForm
                    return self._atom(e) != 0
                a, b = self.number(left), self.number(right)
                return {
                    "<": lambda: a < b,
                    "<=": lambda: a <= b,
                    ">": lambda: a > b,
                    ">=": lambda: a >= b,
                    "==": lambda: a == b,
                    "!=": lambda: a != b,
                }[op]()
        if of_type(e.type) is None:
            if used_symbols(e) & self.variables:
                raise NoForm
            return self._atom(Binary("!=", e, Literal(0, e.type), Bool())) != 0
        return self.number(e) != 0
