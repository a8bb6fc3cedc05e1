"""Run-time checks that stand in front of a parallel construct.

Knows how each guard of a fact is asked in C++; what falls back when one fails is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.parlay import cxx_rows
from unseq.backends.parlay.cxx_literals import ADDITIVE, AND, EQUALITY, UNARY
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.polynomials import Bounds, lower_bounds, plain, surely_nonnegative, text_of
from unseq.frontend.analysis.affine import Polynomial, number, polynomial
from unseq.frontend.extent import Extent
from unseq.frontend.facts import Apart, Disjoint, Distinct, Guard, Holds, NonDecreasing, Unique
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Binary, Expr


def conditions(context: Context, guards: Sequence[Guard], known: Bounds) -> list[str]:
    """The guards as conditions, cheap ones first; each binds at least as tightly as ``&&``.

    ``known``: least values of variables where the conditions are asked; a guard that follows from them is left out."""
    holds = [guard for guard in guards if isinstance(guard, Holds)]
    asked = [guard for guard in holds if not _implied(guard, known)]
    bounds = {**lower_bounds(p for guard in holds if (p := _nonnegative(guard)) is not None), **known}
    order = {Distinct: 1, Disjoint: 2, NonDecreasing: 3, Apart: 4, Unique: 5}
    others = sorted((g for g in guards if not isinstance(g, Holds)), key=lambda guard: order[type(guard)])
    texts = [_holds(context, guard) for guard in asked]
    texts += [_condition(context, guard, bounds) for guard in others]
    return list(dict.fromkeys(texts))


def _nonnegative(guard: Holds) -> Polynomial | None:
    """What the guard says is not negative, where it compares integers."""
    e = guard.condition
    if not isinstance(e, Binary) or e.op not in ("<", "<=", ">", ">=") or not isinstance(e.left.type, t.Int):
        return None
    left, right = polynomial(e.left), polynomial(e.right)
    if left is None or right is None:
        return None
    difference = left.minus(right) if e.op[0] == ">" else right.minus(left)
    return difference.plus(number(-1 if e.op in ("<", ">") else 0)).bare()


def _holds(context: Context, guard: Holds) -> str:
    p = _nonnegative(guard)
    least = lower_bounds([p]) if p is not None and len(p.terms) <= 2 else {}
    if p is not None and least and p.terms.get((next(iter(least)),)) == 1:
        ((atom, value),) = least.items()
        return f"{context.expr(plain(atom), 10)} {f'>= {value}' if value != 1 else '> 0'}"
    return context.condition(plain(guard.condition), AND)


def _implied(guard: Holds, known: Bounds) -> bool:
    p = _nonnegative(guard)
    return p is not None and surely_nonnegative(p, known)


def _condition(context: Context, guard: Guard, bounds: Bounds) -> str:
    if isinstance(guard, Distinct):
        return f"&{context.expr(guard.left, UNARY)} != &{context.expr(guard.right, UNARY)}"
    if isinstance(guard, Disjoint):
        return _disjoint(context, guard.left, guard.right, bounds)
    if isinstance(guard, NonDecreasing):
        return _non_decreasing(context, guard)
    if isinstance(guard, Apart):
        return _apart(context, guard, bounds)
    assert isinstance(guard, Unique)
    return _unique(context, guard)


def _disjoint(context: Context, left: Extent, right: Extent, bounds: Bounds) -> str:
    same = _pointee(left.base) == _pointee(right.base)
    a_low, a_high = (_address(context, left, e, same, bounds) for e in (left.low, left.high))
    b_low, b_high = (_address(context, right, e, same, bounds) for e in (right.low, right.high))
    return f"({a_high} <= {b_low} || {b_high} <= {a_low})"


def _pointee(base: Expr) -> t.Type | None:
    return t.element_type(base.type)


def _address(context: Context, extent: Extent, offset: Expr, same: bool, bounds: Bounds) -> str:
    """The address of element ``offset``, tight enough for a comparison."""
    base = pointer(context, extent.base)
    steps = text_of(context, in_scalars(extent.base, offset), bounds)
    address = base if steps == "0" else f"{base} {steps[:1]} {steps[1:]}" if steps[0] == "-" else f"{base} + {steps}"
    if same:
        return address
    return f"(const char *){base if steps == '0' else f'({address})'}"


def pointer(context: Context, base: Expr) -> str:
    """A pointer to the first element of a pointer, array or container."""
    type_ = t.strip(base.type)
    if isinstance(type_, t.Library) and type_.name != "iterator":
        return f"{context.expr(base, UNARY + 1)}.data()"
    if isinstance(type_, t.Library):
        return f"&*{context.expr(base, UNARY)}"
    return context.expr(base, ADDITIVE)


def in_scalars(base: Expr, offset: Expr) -> Expr:
    """An offset from ``base`` in the units of its C++ type: rows of variable length are written out as scalars."""
    return cxx_rows.offset([offset], base.type) if cxx_rows.points_to_rows(base.type) else offset


def _non_decreasing(context: Context, guard: NonDecreasing) -> str:
    base, low, high = elements(context, guard.array, guard.low, guard.high)
    if context.library == "std":
        context.includes.add("<algorithm>")
        return f"std::is_sorted({base}{low}, {base}{high})"
    context.includes |= {"<parlay/primitives.h>", "<functional>"}
    return f"parlay::is_sorted(parlay::make_slice({base}{low}, {base}{high}), std::less<>())"


def elements(context: Context, array: Expr, low: Expr, high: Expr) -> tuple[str, str, str]:
    """A pointer to an array, and what to add to it for the first element and the end of a range."""
    lower, upper = (context.expr(plain(in_scalars(array, e)), ADDITIVE + 1) for e in (low, high))
    return pointer(context, array), "" if lower == "0" else f" + {lower}", f" + {upper}"


def _apart(context: Context, guard: Apart, bounds: Bounds) -> str:
    serial = context.library == "std"
    context.includes.add("<algorithm>" if serial else "<parlay/primitives.h>")
    array, low, high = elements(context, guard.array, guard.low, guard.high)
    base = pointer(context, guard.base)
    same = _pointee(guard.extent.base) == _pointee(guard.base)
    first, end = (_address(context, guard.extent, e, same, bounds) for e in (guard.extent.low, guard.extent.high))
    index = context.scoped("k")
    element, after = f"{base} + {index}", f"{base} + {index} + 1"
    if not same:
        element, after = f"(const char *)({element})", f"(const char *)({after})"
    elements_of = f"{array}{low}, {array}{high}"
    return (
        f"{f'std::all_of({elements_of}' if serial else f'parlay::all_of(parlay::make_slice({elements_of})'}, "
        f"{CLOSURE}(auto {index}) {{ return {after} <= {first} || {end} <= {element}; }})"
    )


def _unique(context: Context, guard: Unique) -> str:
    """Each subscript claims its slot; it is unique iff every claim stands."""
    if context.library == "std":
        return _unique_serially(context, guard)
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>", "<atomic>"}
    base, low, high = elements(context, guard.array, guard.low, guard.high)
    bound = context.expr(plain(guard.bound), EQUALITY)
    subscripts, taken = context.scoped("subscripts"), context.scoped("taken")
    inside = f"{CLOSURE}(auto s) {{ return s >= 0 && size_t(s) < size_t({bound}); }}"
    return (
        f"{CLOSURE} {{  // no subscript occurs twice\n"
        f"    auto {subscripts} = parlay::make_slice({base}{low}, {base}{high});\n"
        f"    if (!parlay::all_of({subscripts}, {inside}))\n"
        f"        return false;\n"
        f"    parlay::sequence<std::atomic<bool>> {taken}({bound});\n"
        f"    return parlay::all_of({subscripts}, {CLOSURE}(auto s) {{ return !{taken}[s].exchange(true); }});\n"
        f"}}()"
    )


def _unique_serially(context: Context, guard: Unique) -> str:
    context.includes |= {"<algorithm>", "<vector>"}
    base, low, high = elements(context, guard.array, guard.low, guard.high)
    bound = context.expr(plain(guard.bound), EQUALITY)
    taken = context.scoped("taken")
    return (
        f"{CLOSURE} {{  // no subscript occurs twice\n"
        f"    std::vector<bool> {taken}({bound});\n"
        f"    return std::all_of({base}{low}, {base}{high}, {CLOSURE}(auto s) {{\n"
        f"        if (size_t(s) >= {taken}.size() || {taken}[s])\n"
        f"            return false;\n"
        f"        {taken}[s] = true;\n"
        f"        return true;\n"
        f"    }});\n"
        f"}}()"
    )
