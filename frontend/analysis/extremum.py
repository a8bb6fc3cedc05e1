"""Extrema with a payload: ``if (e < best) { best = e; where = i; }`` in all its mirror images.

The tie rule is kept: a strict comparison keeps the first of equals, the other the last.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.updates import compare_with, mentions, same_kind, uncast
from unseq.frontend.facts import ArgBest, Role
from unseq.frontend.ir.nodes import Assign, Binary, Declare, Expr, If, Ref, Symbol
from unseq.frontend.ir.types import is_arithmetic, strip
from unseq.frontend.ir.walk import expressions, substitute, used_symbols, walk


def conjuncts(condition: Expr) -> Iterator[Expr]:
    """The parts of ``a && b && c``, in order."""
    inner = uncast(condition)
    if isinstance(inner, Binary) and inner.op == "&&":
        yield from conjuncts(inner.left)
        yield from conjuncts(inner.right)
    else:
        yield condition


def _count(context: LoopContext, symbol: Symbol) -> int:
    return sum(1 for e in expressions(context.body) if isinstance(e, Ref) and e.symbol == symbol)


def _assignments(statement: If, context: LoopContext) -> tuple[Assign, ...] | None:
    """The assignments to carried variables that make up the then-branch; None if it does anything else."""
    if statement.other is not None:
        return None
    found: list[Assign] = []
    for inner in statement.then.statements:
        if isinstance(inner, Declare):
            continue
        if not (isinstance(inner, Assign) and not inner.op and isinstance(inner.place, Ref)):
            return None
        if inner.place.symbol not in context.carried:
            return None
        found.append(inner)
    return tuple(found)


def _with_value(context: LoopContext, statement: If, assigns: tuple[Assign, ...]) -> ArgBest | None:
    """``best`` is a variable of its own."""
    for best in assigns:
        place = best.place
        companions = tuple(a.place.symbol for a in assigns if a is not best and isinstance(a.place, Ref))
        if not isinstance(place, Ref) or not companions or not is_arithmetic(place.type):
            continue
        compared = [c for part in conjuncts(statement.condition) if (c := compare_with(part, place))]
        if len(compared) != 1:
            continue
        op, e = compared[0]
        carried = {place.symbol, *companions}
        if not _same_value(best.value, e, statement) or not same_kind(e.type, place.type):
            continue
        if len(set(companions)) != len(companions) or _count(context, place.symbol) != 2:
            continue
        if any(_count(context, symbol) != 1 for symbol in companions):
            continue
        if any(used_symbols(a.value) & carried for a in assigns):
            continue
        direction = "min" if op in {"<", "<="} else "max"
        return ArgBest(place.symbol, companions, direction, op in {"<", ">"}, None, (statement.span,))
    return None


def _same_value(assigned: Expr, compared: Expr, statement: If) -> bool:
    """Whether what is stored is what was compared (a conversion between them would make them differ)."""
    return uncast(assigned) == uncast(compared) and same_kind(assigned.type, compared.type)


def _with_key(context: LoopContext, statement: If, assigns: tuple[Assign, ...]) -> ArgBest | None:
    """``if (a[i] < a[best]) best = i;``: the compared value is reached through the payload, unconditionally."""
    if len(assigns) != 1 or statement not in context.body.statements:
        return None
    place, value = assigns[0].place, assigns[0].value
    if not isinstance(place, Ref):
        return None
    condition = uncast(statement.condition)
    if not (isinstance(condition, Binary) and condition.op in {"<", "<=", ">", ">="}):
        return None
    symbol = place.symbol
    key, candidate, op = condition.right, condition.left, condition.op
    if symbol in used_symbols(candidate):
        key, candidate, op = candidate, key, {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
    if symbol in used_symbols(candidate) or symbol not in used_symbols(key):
        return None
    if _plain(substitute(key, {symbol: uncast(value)})) != _plain(candidate):
        return None
    if _count(context, symbol) != mentions(statement.condition, place) + 1 or not is_arithmetic(strip(symbol.type)):
        return None
    direction = "min" if op in {"<", "<="} else "max"
    return ArgBest(None, (symbol,), direction, op in {"<", ">"}, key, (statement.span,))


def _plain(e: Expr) -> str:
    """A form of ``e`` that leaves out casts between integers (of subscripts) for comparison."""
    parts: list[str] = []
    for node in walk(e):
        inner = node
        if hasattr(inner, "operand") and type(inner).__name__ == "Cast":
            continue
        parts.append(_head(inner))
    return " ".join(parts)


def _head(node: object) -> str:
    name = type(node).__name__
    for attribute in ("symbol", "value", "op", "name"):
        if hasattr(node, attribute):
            held = getattr(node, attribute)
            return f"{name}:{getattr(held, 'uid', held)}"
    return name


def find(context: LoopContext) -> tuple[Role, ...]:
    """The extrema with payload among the carried variables of a loop."""
    roles: list[Role] = []
    for node in walk(context.body):
        if not isinstance(node, If):
            continue
        assigns = _assignments(node, context)
        if not assigns:
            continue
        role = _with_value(context, node, assigns) or _with_key(context, node, assigns)
        if role is not None:
            roles.append(role)
    return tuple(roles)
