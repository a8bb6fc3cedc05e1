"""Pieces of C++ text: how tightly they bind, and how constants are written.

Knows values and types; deliberately knows nothing of expressions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from unseq.backends.parlay import cxx_types as cxx
from unseq.frontend.ir import types as t

PRIMARY, POSTFIX, UNARY, MULTIPLICATIVE, ADDITIVE, SHIFT = 17, 16, 15, 13, 12, 11
RELATIONAL, EQUALITY, BIT_AND, BIT_XOR, BIT_OR, AND, OR, CONDITIONAL = 9, 8, 7, 6, 5, 4, 3, 2
PRECEDENCE = {
    "*": MULTIPLICATIVE, "/": MULTIPLICATIVE, "%": MULTIPLICATIVE, "+": ADDITIVE, "-": ADDITIVE, "<<": SHIFT,
    ">>": SHIFT, "<": RELATIONAL, "<=": RELATIONAL, ">": RELATIONAL, ">=": RELATIONAL, "==": EQUALITY,
    "!=": EQUALITY, "&": BIT_AND, "^": BIT_XOR, "|": BIT_OR, "&&": AND, "||": OR,
}  # fmt: skip

COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}


@dataclass(frozen=True, slots=True)
class Text:
    """C++ text, how tightly its outermost operator binds, and the type that C++ gives it."""

    text: str
    precedence: int
    type: t.Type

    def at(self, precedence: int) -> str:
        """The text where at least ``precedence`` is needed."""
        return self.text if self.precedence >= precedence else f"({self.text})"


def integer_literal(value: int, type_: t.Int) -> Text:
    """An integer constant of exactly ``type_`` (of ``int`` where the type is narrower)."""
    real = cxx.promote(type_)
    assert isinstance(real, t.Int)
    suffix = ("" if real.signed else "u") + ("l" if real.bits > 32 else "")
    suffix = "ull" if suffix == "ul" else suffix
    suffix = "ll" if suffix == "l" else suffix
    if value < 0:
        lowest = -(1 << (real.bits - 1))
        if value == lowest:
            return Text(f"-{-value - 1}{suffix} - 1", ADDITIVE, real)
        return Text(f"-{-value}{suffix}", UNARY, real)
    return Text(f"{value}{suffix}", PRIMARY, real)


def float_literal(value: float, type_: t.Float) -> Text:
    """A floating-point constant of ``type_``."""
    suffix = {32: "f", 64: "", 80: "L"}[type_.bits]
    if math.isnan(value):
        return Text(f'__builtin_nan{suffix.lower()}("")', POSTFIX, type_)
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    body = f"__builtin_inf{suffix.lower()}()" if math.isinf(value) else f"{abs(value)!r}{suffix}"
    return Text(sign + body, UNARY if sign else PRIMARY, type_)


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def string_literal(value: str) -> str:
    """A narrow string constant; other bytes become octal escapes."""
    def one(c: str) -> str:
        if c in _ESCAPES:
            return _ESCAPES[c]
        return c if " " <= c <= "~" else "".join(f"\\{b:03o}" for b in c.encode())

    return '"' + "".join(map(one, value)) + '"'


def operand(text: Text, level: int, op: str) -> str:
    """``text`` next to ``op``; with parentheses also where compilers and readers stumble without."""
    inner = text.precedence
    unclear = (
        (op == "||" and inner == AND)
        or (op in {"<<", ">>"} and inner in {ADDITIVE, MULTIPLICATIVE})
        or (op in {"&", "^", "|"} and inner < UNARY and inner != PRECEDENCE[op])
        or (op in COMPARISONS and inner in {RELATIONAL, EQUALITY})
    )
    return f"({text.text})" if unclear or inner < level else text.text
