"""Integer expressions as a person writes them: sums of products without what cancels or cannot matter.

Analyses compute bounds in 64 bits and by cases; here they become text in the source's own types. What is known to be
at least some number (trip counts where the check stands behind them, unsigned variables) settles most cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from unseq.backends.parlay.cxx_literals import ADDITIVE, MULTIPLICATIVE, POSTFIX
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.analysis.affine import Monomial, Polynomial, number, polynomial
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Select
from unseq.frontend.ir.walk import Node, transform

Bounds = Mapping[Expr, int]


def plain(e: Expr) -> Expr:
    """``e`` without the conversions of signed numbers to a wider type that analyses insert, constants as written."""

    def one(node: Node) -> Node:
        if isinstance(node, Literal) and isinstance(node.type, t.Int) and not node.text and isinstance(node.value, int):
            return Literal(node.value, node.type, str(int(node.value)) if node.value >= 0 else "")
        if not (isinstance(node, Cast) and isinstance(node.type, t.Int)):
            return node
        inner = node.operand.type
        if isinstance(node.operand, Literal) and isinstance(inner, t.Int) and isinstance(node.operand.value, int):
            return node.operand if node.operand.value >= 0 else node
        widens = isinstance(inner, t.Int) and inner.signed and node.type.signed and node.type.bits >= inner.bits
        return node.operand if widens else node

    return transform(e, one)


def constant(e: Expr) -> int | None:
    """The value of an integer constant, or None."""
    found = polynomial(e) if isinstance(e.type, t.Int) else None
    return found.constant if found is not None else None


def is_unsigned(e: Expr) -> bool:
    """Whether ``e`` cannot be negative by its type (conversions to 64 bits looked through)."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and e.type.bits >= 64 and isinstance(e.operand.type, t.Int):
        e = e.operand
    return isinstance(e.type, t.Int) and not e.type.signed


# --- what is known ---------------------------------------------------------------------------------------------------


def lower_bounds(nonnegative: Iterable[Polynomial]) -> dict[Expr, int]:
    """Least values of single atoms, where some polynomials are known not to be negative."""
    found: dict[Expr, int] = {}
    for p in nonnegative:
        atoms = p.atoms()
        if len(atoms) != 1:
            continue
        (atom,) = atoms
        factor = p.terms.get((atom,), 0)
        if factor > 0 and set(p.terms) <= {(), (atom,)}:
            least = -(p.terms.get((), 0) // factor)
            found[atom] = max(least, found.get(atom, least))
    return found


def surely_nonnegative(p: Polynomial, bounds: Bounds) -> bool:
    """Whether ``p >= 0`` for all values of its atoms within ``bounds``."""
    whole = number(0)
    for monomial, factor in p.terms.items():
        part = number(factor)
        for atom in monomial:
            least = bounds.get(atom, 0 if is_unsigned(atom) else None)
            if least is None:
                return False
            part = part.times(Polynomial({(atom,): 1, **({(): least} if least else {})}))
        whole = whole.plus(part)
    return all(factor >= 0 for factor in whole.terms.values())


# --- extrema ---------------------------------------------------------------------------------------------------------


def alternatives(e: Expr) -> tuple[str, tuple[Expr, ...]]:
    """``("max" | "min", the operands)`` of nested two-way choices by size; ``("", (e,))`` for anything else."""
    while isinstance(e, Cast) and isinstance(e.type, t.Int) and isinstance(e.operand, Select):
        e = e.operand
    kind = _kind(e)
    if not kind:
        return "", (e,)
    assert isinstance(e, Select)
    found: list[Expr] = []
    for side in (e.then, e.other):
        inner, operands = alternatives(side)
        found += operands if inner in ("", kind) else (side,)
    return kind, tuple(dict.fromkeys(found))


def _kind(e: Expr) -> str:
    if not isinstance(e, Select) or not isinstance(e.condition, Binary) or e.condition.op not in ("<", "<=", ">", ">="):
        return ""
    small, large = e.condition.left, e.condition.right
    if e.condition.op[0] == ">":
        small, large = large, small
    if (small, large) == (e.then, e.other):
        return "min"
    return "max" if (large, small) == (e.then, e.other) else ""


def _extreme(kind: str, operands: Sequence[Polynomial], bounds: Bounds) -> list[Polynomial]:
    """``operands`` without those that another one surely outdoes."""
    kept = list(dict.fromkeys(range(len(operands))))
    for a, b in combinations(range(len(operands)), 2):
        if a not in kept or b not in kept:
            continue
        difference = operands[a].minus(operands[b])
        if surely_nonnegative(difference, bounds):
            kept.remove(b if kind == "max" else a)
        elif surely_nonnegative(operands[b].minus(operands[a]), bounds):
            kept.remove(a if kind == "max" else b)
    return [operands[k] for k in kept]


# --- text ------------------------------------------------------------------------------------------------------------


def text_of(context: Context, e: Expr, bounds: Bounds, precedence: int = ADDITIVE) -> str:
    """``e`` in its shortest form, given ``bounds``; in parentheses where it binds less tightly than ``precedence``."""
    kind, operands = alternatives(e)
    found = [polynomial(operand) for operand in operands]
    if any(p is None for p in found):
        return context.expr(plain(e), precedence)
    kept = _extreme(kind or "max", [p.bare() for p in found if p is not None], bounds)
    texts = [polynomial_text(context, p) for p in kept]
    if len(texts) > 1:
        context.includes.add("<algorithm>")
        return f"std::{kind}<long>({{{', '.join(texts)}}})"
    return texts[0] if binds(texts[0]) >= precedence else f"({texts[0]})"


def binds(text: str) -> int:
    """How tightly a sum of products binds, by its text (``polynomial_text``'s, which has no nested spaces)."""
    depth, found = 0, POSTFIX
    for position, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c == " " and position + 2 < len(text) and text[position + 2] == " ":
            op = text[position + 1]
            found = min(found, ADDITIVE if op in "+-" else MULTIPLICATIVE if op in "*/%" else 0)
    return min(found, 15) if text.startswith("-") else found


def polynomial_text(context: Context, p: Polynomial) -> str:
    """A sum of products, positive terms and high degrees first."""
    ordered = sorted(p.terms.items(), key=lambda item: (item[1] < 0, -len(item[0])))
    whole = ""
    for monomial, factor in ordered:
        part = monomial_text(context, monomial, abs(factor), "long")
        if not whole:
            whole = part if factor > 0 else f"-{part}"
        else:
            whole += f" {'+' if factor > 0 else '-'} {part}"
    return whole or "0"


def monomial_text(context: Context, monomial: Monomial, factor: int, wide: str) -> str:
    """A product; more than one variable is multiplied in the 64-bit type ``wide``."""
    atoms = [context.expr(plain(atom), MULTIPLICATIVE + 1) for atom in monomial]
    if not atoms:
        return str(factor)
    if len(monomial) > 1 and not any(isinstance(a.type, t.Int) and a.type.bits >= 64 for a in monomial[:2]):
        atoms[0] = f"{wide}({context.expr(plain(monomial[0]))})"
    return " * ".join(([str(factor)] if factor != 1 else []) + atoms)
