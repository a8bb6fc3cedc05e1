"""Every family's algebra, proved by z3 for the very expressions that the analyses make.

Composition: a step after the parameters (``combine``, and ``gather`` where given) is a step after the function.
Identity: it changes nothing. Affine and bitwise families on bit-vectors of 8 bits (the identities are those of a
ring, in any width); max-plus, min-plus and clamps on integers as large as 64-bit arithmetic has to bear; remainders
for one modulus.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
import z3

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.analysis.semiring import FAR
from unseq.frontend.facts import Recurrence
from unseq.frontend.ir.nodes import Binary, Call, Cast, Expr, Literal, Ref, Select, Symbol, Unary
from unseq.frontend.ir.types import Bool
from unseq.frontend.ir.walk import substitute
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

SOURCES = {
    "affine": "unsigned f(const unsigned *a, int n) { unsigned x = 1;"
    " for (int i = 0; i < n; i++) x = x * a[i] + a[i]; return x; }",
    "affine, two": "unsigned f(const unsigned *a, int n) { unsigned x = 1, y = 0;"
    " for (int i = 0; i < n; i++) { unsigned t = x * a[i] + y; y = x + a[i]; x = t; } return x + y; }",
    "bitwise": "unsigned f(const unsigned *a, int n) { unsigned x = 1;"
    " for (int i = 0; i < n; i++) x = ((x & a[i]) | 5u) ^ (a[i] >> 1); return x; }",
    "last write": "int f(const int *a, int n) { int x = 1;"
    " for (int i = 0; i < n; i++) if (a[i] > 3) x = a[i]; return x; }",
    "max-plus": "int f(const int *a, int n) { int x = 0;"
    " for (int i = 0; i < n; i++) { x += a[i]; if (x < 0) x = 0; } return x; }",
    "min-plus": "int f(const int *a, int n) { int x = 0;"
    " for (int i = 0; i < n; i++) { x += a[i]; if (x > 9) x = 9; } return x; }",
    "max-plus, two": "int f(const int *a, int n) { int x = 0, y = 0; for (int i = 0; i < n; i++) {"
    " int s = x + a[i], t = y - a[i]; x = s > t ? s : t; y = s - 1 > t ? s - 1 : t; } return x + y; }",
    "clamp": "int f(const int *a, int n) { int x = 0;"
    " for (int i = 0; i < n; i++) { x += a[i]; if (x < 0) x = 0; if (x > 9) x = 9; } return x; }",
    "affine modulo": "unsigned f(const unsigned char *a, int n) { unsigned x = 0;"
    " for (int i = 0; i < n; i++) x = (x * a[i] + a[i]) % 5u; return x; }",
}
WIDTH = 8


def role_of(source: str) -> Recurrence:
    unit = SourceUnit(Path("f.c"), Language.C, source.encode())
    return next(role for role in analyze(lower(unit, "f")).loops[0].roles if isinstance(role, Recurrence))


class Terms:
    """Expressions as z3 terms: bit-vectors of ``WIDTH`` bits, or integers."""

    def __init__(self, bits: bool) -> None:
        self.bits = bits

    def variable(self, symbol: Symbol) -> z3.ExprRef:
        if isinstance(symbol.type, Bool):
            return z3.Bool(f"v{symbol.uid}")
        return z3.BitVec(f"v{symbol.uid}", WIDTH) if self.bits else z3.Int(f"v{symbol.uid}")

    def of(self, e: Expr, values: Mapping[Symbol, z3.ExprRef]) -> z3.ExprRef:
        match e:
            case Literal(bool(value)):
                return z3.BoolVal(value)
            case Literal(int(value)):
                return z3.BitVecVal(value, WIDTH) if self.bits else z3.IntVal(value)
            case Ref(symbol):
                return values[symbol]
            case Cast(operand):
                return self.of(operand, values)
            case Unary("~", operand):
                return ~self.of(operand, values)
            case Select(condition, then, other):
                return z3.If(self.of(condition, values), self.of(then, values), self.of(other, values))
            case Call("std::max" | "std::min" as name, (left, right)):
                a, b = self.of(left, values), self.of(right, values)
                return z3.If(a > b if name == "std::max" else a < b, a, b)
            case Binary(op, left, right):
                a, b = self.of(left, values), self.of(right, values)
                return {
                    "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "&": lambda: a & b,
                    "|": lambda: a | b, "^": lambda: a ^ b, "%": lambda: z3.URem(a, b), "||": lambda: z3.Or(a, b),
                }[op]()  # fmt: skip
        raise AssertionError(e)


def proved(claim: z3.BoolRef, *given: z3.BoolRef) -> bool:
    solver = z3.Solver()
    solver.add(*given, z3.Not(claim))
    return bool(solver.check() == z3.unsat)


def bounds(role: Recurrence, values: Mapping[Symbol, z3.ExprRef], bits: bool) -> list[z3.BoolRef]:
    """What parameters can be: infinities, or sums of inputs; for remainders, numbers below the modulus."""
    if "modulo" in role.family:
        return [z3.ULT(value, 5) for value in values.values()]
    if bits or role.family == "last write":
        return []
    found = []
    for symbol, value in values.items():
        if symbol in role.symbols:
            found.append(z3.And(value >= -(2**31), value < 2**31))
        else:
            most = 2**60
            found.append(z3.And(value > -most, value < most))
    if role.family == "clamp":
        for group in (role.parameters, role.later):
            _, low, high = (values[s] for s in group)
            found.append(low <= high)
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_composition_and_identity(name: str) -> None:
    role = role_of(SOURCES[name])
    assert role.family.startswith(name.split(",")[0])
    bits = role.family not in {"last write", "max-plus", "min-plus", "clamp"}
    terms = Terms(bits)
    values = {s: terms.variable(s) for s in (*role.symbols, *role.parameters, *role.later)}
    given = bounds(role, values, bits)

    def applied(parameters: Mapping[Symbol, z3.ExprRef], state: Mapping[Symbol, z3.ExprRef]) -> list[z3.ExprRef]:
        return [terms.of(e, {**parameters, **state}) for e in role.apply]

    state = {s: values[s] for s in role.symbols}
    first = {s: values[s] for s in role.parameters}
    later = {s: values[t] for s, t in zip(role.parameters, role.later, strict=True)}
    both = dict(zip(role.parameters, (terms.of(e, values) for e in role.combine), strict=True))
    between = dict(zip(role.symbols, applied(first, state), strict=True))
    for whole, parts in zip(applied(both, state), applied(later, between), strict=True):
        assert proved(whole == parts, *given)
    nothing = dict(zip(role.parameters, (terms.of(e, {}) for e in role.identity), strict=True))
    for same, before in zip(applied(nothing, state), state.values(), strict=True):
        assert proved(same == before, *given)


@pytest.mark.parametrize("name", ["affine, two", "max-plus, two"])
def test_an_iteration_gathered_is_an_iteration_combined(name: str) -> None:
    role = role_of(SOURCES[name])
    later = dict(zip(role.later, role.element, strict=True))
    inputs: dict[Expr, Symbol] = {}
    bits = role.family == "affine"
    terms = Terms(bits)

    class WithInputs(Terms):
        def of(self, e: Expr, values: Mapping[Symbol, z3.ExprRef]) -> z3.ExprRef:
            if type(e).__name__ == "Index":
                symbol = inputs.setdefault(e, Symbol(f"in{len(inputs)}", e.type, 90_000 + len(inputs)))
                return self.variable(symbol)
            return super().of(e, values)

    terms = WithInputs(bits)
    values = {s: terms.variable(s) for s in role.parameters}
    for gathered, combined in zip(role.gather, role.combine, strict=True):
        a, b = terms.of(gathered, values), terms.of(substitute(combined, later), values)
        sizes = [] if bits else [z3.And(v >= -FAR, v < 2**60) for v in values.values()]
        sizes += [] if bits else [z3.And(terms.variable(s) >= -(2**31), terms.variable(s) < 2**31)
                                  for s in inputs.values()]  # fmt: skip
        assert proved(a == b, *sizes)
