"""Integer sets for questions about iterations: polynomials become linear constraints over named integers.

Positions of loops are the dimensions, products of fixed atoms the parameters; division and remainder by a constant
get a dimension of their own, with C's rounding toward zero.  What is not affine is left out by the caller.  Elimination
answers nearly all questions; isl gets the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unseq.frontend.analysis import elimination, solver, terms
from unseq.frontend.analysis.affine import Monomial, Polynomial, never_negative, polynomial
from unseq.frontend.analysis.elimination import Constraint, Linear
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Expr, Ref, Symbol

Positions = dict[Symbol, str]


class Sets:
    """One question: the names in use and the constraints that go with them."""

    def __init__(self, is_fixed: Callable[[Expr], bool]) -> None:
        self.is_fixed = is_fixed
        self.parameters: dict[Monomial, str] = {}
        self.extra: dict[tuple[Expr, tuple[str, ...]], str] = {}
        self.limits: list[Constraint] = []  # what is known of the parameters
        self.divisions: list[str] = []  # what ties quotients and remainders to what is divided, in isl's syntax

    def affine(self, p: Polynomial, positions: Positions) -> Linear | None:
        """``p`` over the names of this question; None if it is not affine in the positions."""
        found: Linear = {}
        for monomial, coefficient in p.terms.items():
            name = self._name(monomial, positions)
            if name is None:
                return None
            found[name] = found.get(name, 0) + coefficient
        return found

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
            self.limits.append(({name: 1}, False))
        if len(monomial) == 1:
            atom = monomial[0]
            if isinstance(atom.type, t.Int) and atom.type.bits <= 32:
                low, high = terms.limits(atom.type)
                self.limits += [({name: 1, "": -low}, False), ({name: -1, "": high}, False)]
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
        linear = self.affine(dividend, positions)
        if linear is None:
            return False
        x = solver.text(linear)
        if op == "/":
            self.divisions.append(
                f"(({x} >= 0 and {c}*{name} <= {x} and {x} <= {c}*{name} + {c - 1}) or "
                f"({x} < 0 and {c}*{name} >= {x} and {c}*{name} - {c - 1} <= {x}))"
            )
        else:
            self.divisions.append(
                f"(exists q : {x} = {c}*q + {name} and (({x} >= 0 and 0 <= {name} <= {c - 1}) or "
                f"({x} < 0 and {1 - c} <= {name} <= 0)))"
            )
        return True

    def is_empty(self, names: Sequence[str], constraints: Sequence[Constraint]) -> bool | None:
        """Whether no integer point satisfies ``constraints``; None: too hard."""
        if not solver.spend(solver.ELIMINATION_COSTS):
            return None
        known = elimination.feasible([*constraints, *self.limits])
        if known is False or (known and not self.divisions):
            return not known
        return solver.is_empty(self._text(names, constraints))

    def distance(self, names: Sequence[str], constraints: Sequence[Constraint], first: str, second: str) -> int | None:
        """The one value that ``second - first`` has where ``constraints`` hold, which they do somewhere."""
        if not self.divisions:
            ends = elimination.values([*constraints, *self.limits], {second: 1, first: -1})
            if ends is not None:
                return ends[0] if ends[0] == ends[1] else None
        return solver.distance(self._text(names, constraints), first, second)

    def _text(self, names: Sequence[str], constraints: Sequence[Constraint]) -> str:
        """The set of integer points in isl's syntax."""
        whole = [solver.constraint(c) for c in (*constraints, *self.limits)]
        condition = " and ".join(dict.fromkeys([*whole, *self.divisions])) or "1 = 1"
        dimensions = ", ".join([*names, *self.extra.values()])
        return f"[{', '.join(self.parameters.values())}] -> {{ [{dimensions}] : {condition} }}"


def division(atom: Expr) -> tuple[str, Polynomial, int] | None:
    """``/`` or ``%`` of a polynomial by a positive constant."""
    if not isinstance(atom, Binary) or atom.op not in ("/", "%") or not isinstance(atom.type, t.Int):
        return None
    divisor = terms.constant(atom.right)
    dividend = polynomial(atom.left)
    if divisor is None or divisor <= 0 or divisor >= 1 << 31 or dividend is None or dividend.obligations:
        return None
    return atom.op, dividend, divisor
