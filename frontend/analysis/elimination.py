"""Whether linear constraints over the integers have a solution: by elimination, exact or silent.

A variable goes by an equation in which its factor is 1 or -1, or by combining its lower with its upper bounds
(Fourier-Motzkin), which loses no integer point where one factor of each pair is 1 (Pugh, "The Omega test", 1991).
Where every step is exact, the answer is; where one is not, only "no solution" is known for sure.  Knows neither
quantifiers nor alternatives, and gives up early: isl answers what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import gcd

MAX_ROWS = 120
REMEMBERED = 4096  # loops resemble each other, and so do the questions about them

Linear = dict[str, int]  # a sum of multiples of variables; the constant stands under ""
Constraint = tuple[Linear, bool]  # a sum that is 0 (True) or at least 0 (False)
_Factors = tuple[tuple[str, int], ...]
_Row = tuple[int, _Factors]  # the factor of one variable, and all


def at_least_zero(left: Linear, constant: int = 0) -> Constraint:
    """``left + constant >= 0``."""
    return {**left, "": left.get("", 0) + constant}, False


def equal(left: Linear, right: Linear) -> Constraint:
    """``left = right``."""
    return combined(left, 1, right, -1), True


def combined(left: Linear, p: int, right: Linear, q: int) -> Linear:
    """``p * left + q * right``."""
    found = {name: p * factor for name, factor in left.items()}
    for name, factor in right.items():
        value = found.get(name, 0) + q * factor
        if value or not name:
            found[name] = value
        else:
            found.pop(name, None)
    return found


class _Contradiction(Exception):
    """The constraints have no solution."""


def feasible(constraints: Iterable[Constraint]) -> bool | None:
    """Whether some integers satisfy all ``constraints``; None: not decided here."""
    return _feasible(tuple((tuple(linear.items()), is_equation) for linear, is_equation in constraints))


@lru_cache(maxsize=REMEMBERED)
def _feasible(rows_of: tuple[tuple[_Factors, bool], ...]) -> bool | None:
    constraints = [(dict(factors), is_equation) for factors, is_equation in rows_of]
    try:
        rows, exact = _without_equations(constraints)
        exact = _eliminate(rows, frozenset()) and exact
    except _Contradiction:
        return False
    return True if exact else None


def values(constraints: Iterable[Constraint], of: Linear) -> tuple[int | None, int | None] | None:
    """The smallest and the largest value of ``of`` (None in the pair: there is none) among the solutions, of which
    there must be some; None: not decided here."""
    name = "\0"
    try:
        rows, exact = _without_equations([*constraints, ({**of, name: -1}, True)], frozenset({name}))
        if not _eliminate(rows, frozenset({name})) or not exact:
            return None
    except _Contradiction:
        return None
    low = high = None
    for factors, constant in rows.items():
        ((_, factor),) = factors
        if factor > 0:
            low = -constant
        else:
            high = constant
    return low, high


def _without_equations(
    constraints: Iterable[Constraint], keep: frozenset[str] = frozenset()
) -> tuple[dict[_Factors, int], bool]:
    """The same without equations, as rows ``factors + constant >= 0``; whether nothing was lost."""
    equations: list[Linear] = []
    rows: list[Linear] = []
    for linear, is_equation in constraints:
        (equations if is_equation else rows).append(linear)
    exact = True
    while equations:
        equation = equations.pop()
        divisor = gcd(*(factor for name, factor in equation.items() if name))
        constant = equation.get("", 0)
        if divisor == 0:
            if constant:
                raise _Contradiction
            continue
        if constant % divisor:
            raise _Contradiction
        if divisor > 1:
            equation = {name: factor // divisor for name, factor in equation.items()}
        unit = next((n for n, f in equation.items() if n and f in (1, -1) and n not in keep), None)
        if unit is None:
            exact = exact and keep.issuperset(n for n in equation if n)
            rows += [equation, {name: -factor for name, factor in equation.items()}]
            continue
        factor = equation[unit]
        equations = [_put(row, unit, equation, factor) for row in equations]
        rows = [_put(row, unit, equation, factor) for row in rows]
    found: dict[_Factors, int] = {}
    for row in rows:
        _add(found, row)
    return found, exact


def _put(row: Linear, unit: str, equation: Linear, factor: int) -> Linear:
    mine = row.get(unit)
    return combined(row, 1, equation, -mine * factor) if mine else row


def _add(rows: dict[_Factors, int], row: Linear) -> None:
    """Adds ``row >= 0`` in lowest terms; of parallel rows the strictest stays."""
    constant = row.get("", 0)
    factors = tuple(sorted((name, factor) for name, factor in row.items() if name))
    if not factors:
        if constant < 0:
            raise _Contradiction
        return
    divisor = gcd(*(factor for _, factor in factors))
    if divisor > 1:
        factors = tuple((name, factor // divisor) for name, factor in factors)
        constant //= divisor
    known = rows.get(factors)
    if known is None or constant < known:
        rows[factors] = constant
        opposite = rows.get(tuple((name, -factor) for name, factor in factors))
        if opposite is not None and opposite + constant < 0:
            raise _Contradiction


def _eliminate(rows: dict[_Factors, int], keep: frozenset[str]) -> bool:
    """Removes every variable that is not kept; whether each step was exact."""
    exact = True
    while True:
        lower: dict[str, list[_Row]] = {}
        upper: dict[str, list[_Row]] = {}
        for factors in rows:
            for name, factor in factors:
                (lower if factor > 0 else upper).setdefault(name, []).append((factor, factors))
        free = (lower.keys() ^ upper.keys()) - keep
        if free:  # bounded from one side only: large or small enough, it satisfies all its rows
            for name in free:
                for _, factors in lower.get(name) or upper[name]:
                    rows.pop(factors, None)
            continue
        names = lower.keys() - keep
        if not names:
            return exact
        inexact, _, name = min(_cost(name, lower[name], upper[name]) for name in names)
        exact = exact and not inexact
        below = [(factor, dict(factors), rows.pop(factors)) for factor, factors in lower[name]]
        above = [(factor, dict(factors), rows.pop(factors)) for factor, factors in upper[name]]
        if len(rows) + len(below) * len(above) > MAX_ROWS:
            return False
        for p, low, low_constant in below:
            for q, high, high_constant in above:
                row = combined(low, -q, high, p)
                row[""] = p * high_constant - q * low_constant
                _add(rows, row)


def _cost(name: str, lower: list[_Row], upper: list[_Row]) -> tuple[bool, int, str]:
    """Whether combining these rows may lose something, how many rows it adds, and the variable that goes."""
    inexact = any(factor != 1 for factor, _ in lower) and any(factor != -1 for factor, _ in upper)
    return inexact, len(lower) * len(upper) - len(lower) - len(upper), name
