"""Integer sets for questions about iterations: polynomials become constraints in isl's syntax.

Positions of loops are the dimensions, products of fixed atoms the parameters; division and remainder by a constant
get a dimension of their own, with C's rounding toward zero.  What is not affine is left out by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import islpy as isl

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import Monomial, Polynomial, never_negative, polynomial
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Expr, Ref, Symbol

MAX_OPERATIONS = 300_000

Positions = dict[Symbol, str]


class Sets:
    """One question: the names in use and the constraints that go with them."""

    def __init__(self, is_fixed: Callable[[Expr], bool]) -> None:
        self.is_fixed = is_fixed
        self.parameters: dict[Monomial, str] = {}
        self.extra: dict[tuple[Expr, tuple[str, ...]], str] = {}
        self.side_constraints: list[str] = []

    def affine(self, p: Polynomial, positions: Positions) -> str | None:
        """``p`` in isl's syntax; None if it is not affine in the positions."""
        parts: list[str] = []
        for monomial, coefficient in p.terms.items():
            name = self._name(monomial, positions)
            if name is None:
                return None
            parts.append(f"{coefficient}*{name}" if monomial else str(coefficient))
        return " + ".join(parts) if parts else "0"

    def _name(self, monomial: Monomial, positions: Positions) -> str | None:
        if not monomial:
            return ""
        if len(monomial) == 1:
            atom = monomial[0]
            if isinstance(atom, Ref) and atom.symbol in positions:
                return positions[atom.symbol]
            if not self.is_fixed(atom):
                return self._division(atom, positions)
        if any(isinstance(a, Ref) and a.symbol in positions for a in monomial):
            return None
        if not all(self.is_fixed(a) for a in monomial):
            return None
        return self._parameter(monomial)

    def _parameter(self, monomial: Monomial) -> str:
        known = self.parameters.get(monomial)
        if known is not None:
            return known
        name = self.parameters[monomial] = f"p{len(self.parameters)}"
        if all(never_negative(a) for a in monomial):
            self.side_constraints.append(f"{name} >= 0")
        if len(monomial) == 1:
            atom = monomial[0]
            if isinstance(atom.type, t.Int) and atom.type.bits <= 32:
                low, high = terms.limits(atom.type)
                self.side_constraints.append(f"{low} <= {name} <= {high}")
            self._divide(atom, name, {})
        return name

    def _division(self, atom: Expr, positions: Positions) -> str | None:
        key = (atom, tuple(positions.values()))
        known = self.extra.get(key)
        if known is not None:
            return known
        name = f"e{len(self.extra)}"
        if not self._divide(atom, name, positions):
            return None
        self.extra[key] = name
        return name

    def _divide(self, atom: Expr, name: str, positions: Positions) -> bool:
        """Ties ``name`` to the quotient or remainder that ``atom`` is."""
        found = division(atom)
        if found is None:
            return False
        op, dividend, c = found
        x = self.affine(dividend, positions)
        if x is None:
            return False
        if op == "/":
            self.side_constraints.append(
                f"(({x} >= 0 and {c}*{name} <= {x} and {x} <= {c}*{name} + {c - 1}) or "
                f"({x} < 0 and {c}*{name} >= {x} and {c}*{name} - {c - 1} <= {x}))"
            )
        else:
            self.side_constraints.append(
                f"(exists q : {x} = {c}*q + {name} and (({x} >= 0 and 0 <= {name} <= {c - 1}) or "
                f"({x} < 0 and {1 - c} <= {name} <= 0)))"
            )
        return True

    def is_empty(self, names: list[str], constraints: list[str]) -> bool | None:
        """Whether no integer point satisfies ``constraints``; None: too hard."""
        found = self.build(names, constraints)
        return None if found is None else answer(found.is_empty)

    def build(self, names: list[str], constraints: list[str]) -> Any:
        """The set of integer points; None: too hard."""
        condition = " and ".join([*constraints, *self.side_constraints]) or "1 = 1"
        dimensions = ", ".join([*names, *self.extra.values()])
        text = f"[{', '.join(self.parameters.values())}] -> {{ [{dimensions}] : {condition} }}"
        return answer(lambda: isl.Set(text))


def division(atom: Expr) -> tuple[str, Polynomial, int] | None:
    """``/`` or ``%`` of a polynomial by a positive constant."""
    if not isinstance(atom, Binary) or atom.op not in ("/", "%") or not isinstance(atom.type, t.Int):
        return None
    divisor = terms.constant(atom.right)
    dividend = polynomial(atom.left)
    if divisor is None or divisor <= 0 or divisor >= 1 << 31 or dividend is None or dividend.obligations:
        return None
    return atom.op, dividend, divisor


def answer(question: Any) -> Any:
    """The answer of isl, or None where it would take too long."""
    context = isl.DEFAULT_CONTEXT
    context.reset_operations()
    context.set_max_operations(MAX_OPERATIONS)
    try:
        return question()
    except isl.Error:
        return None
    finally:
        context.set_max_operations(0)
        context.reset_operations()


def distance(found: Any, first: str, second: str) -> int | None:
    """The one value that ``second - first`` has in a set, if it has one."""

    def ask() -> int | None:
        names = [found.get_dim_name(isl.dim_type.set, k) for k in range(found.dim(isl.dim_type.set))]
        parameters = [found.get_dim_name(isl.dim_type.param, k) for k in range(found.dim(isl.dim_type.param))]
        difference = isl.Map(f"[{', '.join(parameters)}] -> {{ [{', '.join(names)}] -> [{second} - {first}] }}")
        deltas = found.apply(difference).project_out(isl.dim_type.param, 0, len(parameters))
        low, high = deltas.dim_min_val(0), deltas.dim_max_val(0)
        if low.is_int() and high.is_int() and low == high:
            return int(low.to_python())
        return None

    return answer(ask)  # type: ignore[no-any-return]
