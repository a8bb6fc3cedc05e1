"""Recurrences that compose: loops that look sequential but whose steps belong to a family closed under composition.

Families, tried in this order, for groups of variables that depend on each other:
  last write   x = c ? e : x
  affine       x = A x + b (also for several variables: matrices)
  max-plus, min-plus   x = max(x + p, q)
The parameters are read off normal forms, so membership is proved by construction.  Integers: affine arithmetic modulo
2^n is exact in unsigned arithmetic; max-plus works in 64 bits on variables of at most 32, where it cannot overflow for
fewer than 2^29 iterations.  Floating point is reassociated: the caller's policy decides.
(Background: Fisher and Ghuloum, "Parallelizing complex scans and reductions", PLDI 1994.)
"""

from __future__ import annotations

from itertools import count

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.linear import Linear, difference, is_number, linear, number, plus, times
from unseq.frontend.analysis.slices import slice_before, stable
from unseq.frontend.analysis.symbolic import MAX_NODES, one_iteration
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Recurrence, Role
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Call,
    Cast,
    Deref,
    Expr,
    Index,
    Literal,
    Member,
    Method,
    Ref,
    Select,
    Storage,
    Symbol,
)
from unseq.frontend.ir.types import BOOL, LONG, Bool, Float, Int, Type, is_arithmetic, strip
from unseq.frontend.ir.walk import used_symbols, walk

_NOTHING = -(1 << 62)  # "minus infinity" of the 64-bit max-plus family


def _parameter(name: str, type_: Type, uids: count[int]) -> Symbol:
    return Symbol(name, type_, -next(uids), Storage.TEMPORARY)


def _unsigned(type_: Type) -> Type:
    return Int(type_.bits, False, f"std::uint{type_.bits}_t") if isinstance(type_, Int) else type_


def _ref(symbol: Symbol) -> Ref:
    return Ref(symbol, strip(symbol.type))


def _groups(state: dict[Symbol, Expr]) -> list[tuple[Symbol, ...]]:
    """Variables that depend on each other, each group once; groups in order of their first variable."""
    needs = {x: used_symbols(e) & state.keys() for x, e in state.items()}
    reach = {x: set(ys) for x, ys in needs.items()}
    for middle in state:
        for x in state:
            if middle in reach[x]:
                reach[x] |= reach[middle]
    groups: dict[tuple[Symbol, ...], None] = {}
    for x in state:
        together = [y for y in state if y == x or (y in reach[x] and x in reach[y])]
        groups[tuple(sorted(together, key=lambda s: s.uid))] = None
    return list(groups)


# --- last write --------------------------------------------------------------------------------------------------


def _written(e: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """``(condition, value)`` if ``e`` is ``condition ? value : x`` with neither holding ``x``."""
    inner = uncast(e) if uncast(e) == _ref(x) else e
    if inner == _ref(x):
        return Literal(False, BOOL), number(0, strip(x.type))
    if x not in used_symbols(e):
        return Literal(True, BOOL), e
    if not isinstance(e, Select) or x in used_symbols(e.condition):
        return None
    then, other = _written(e.then, x), _written(e.other, x)
    if then is None or other is None:
        return None
    if is_false(then[0]) and not is_false(other[0]):
        flipped: Expr = Select(e.condition, Literal(False, BOOL), other[0], BOOL)
        return flipped, other[1]
    if is_false(other[0]):
        condition = e.condition if is_true(then[0]) else Binary("&&", e.condition, then[0], BOOL)
        return condition, then[1]
    type_ = strip(x.type)
    return Select(e.condition, then[0], other[0], BOOL), Select(e.condition, then[1], other[1], type_)


def is_true(e: Expr) -> bool:
    """The literal true."""
    return isinstance(e, Literal) and e.value is True


def is_false(e: Expr) -> bool:
    """The literal false."""
    return isinstance(e, Literal) and e.value is False


def _last_write(x: Symbol, e: Expr, uids: count[int]) -> Recurrence | None:
    found = _written(e, x)
    if found is None or is_false(found[0]):
        return None
    type_ = strip(x.type)
    names = ("written", x.name)
    first = (_parameter(names[0], BOOL, uids), _parameter(names[1], type_, uids))
    later = (_parameter(names[0], BOOL, uids), _parameter(names[1], type_, uids))
    wrote, value = (_ref(s) for s in first)
    wrote_later, value_later = (_ref(s) for s in later)
    return Recurrence(
        (x,),
        "last write",
        first,
        later,
        found,
        (Binary("||", wrote, wrote_later, BOOL), Select(wrote_later, value_later, value, type_)),
        (Literal(False, BOOL), number(0, type_)),
        (Select(wrote, value, _ref(x), type_),),
    )


# --- affine ------------------------------------------------------------------------------------------------------


def _affine(group: tuple[Symbol, ...], state: dict[Symbol, Expr], uids: count[int]) -> Recurrence | None:
    types = {strip(x.type) for x in group}
    if len(types) != 1 or len(group) > 3:
        return None
    own = types.pop()
    if not isinstance(own, Int | Float):
        return None
    ring = _unsigned(own)
    variables = frozenset(group)
    rows: list[Linear] = []
    for x in group:
        form = linear(_through_unsigned(state[x], own), variables, own)
        if form is None:
            return None
        rows.append(form)
    size = range(len(group))
    zero = number(0, own)
    matrix = [[rows[i].coefficient(group[j]) or zero for j in size] for i in size]
    # entries that are zero in every step and stay zero under products are left out
    live = _closure([[not is_number(matrix[i][j], 0) for j in size] for i in size])
    names = [f"{group[i].name}_from_{group[j].name}" if len(group) > 1 else "factor" for i in size for j in size]
    cells = [(i, j) for i in size for j in size if live[i][j]]
    one = [(i, j) for i, j in cells if i == j and _always_one(matrix, live, i)]
    kept = [cell for cell in cells if cell not in one]

    def make() -> tuple[dict[tuple[int, int], Symbol], list[Symbol]]:
        factors = {(i, j): _parameter(names[i * len(group) + j], ring, uids) for i, j in kept}
        return factors, [_parameter(f"{x.name}_added" if len(group) > 1 else "added", ring, uids) for x in group]

    (a, b), (c, d) = make(), make()

    def entry(table: dict[tuple[int, int], Symbol], i: int, j: int) -> Expr:
        if (i, j) in one:
            return number(1, ring)
        return _ref(table[i, j]) if (i, j) in table else number(0, ring)

    combine: list[Expr] = []
    for i, j in kept:
        total: Expr = number(0, ring)
        for k in size:
            total = plus(total, times(entry(c, i, k), entry(a, k, j), ring), ring)
        combine.append(total)
    for i in size:
        total = number(0, ring)
        for k in size:
            total = plus(total, times(entry(c, i, k), _ref(b[k]), ring), ring)
        combine.append(plus(total, _ref(d[i]), ring))
    apply: list[Expr] = []
    for i in size:
        total = number(0, ring)
        for k in size:
            total = plus(total, times(entry(a, i, k), _as(_ref(group[k]), ring), ring), ring)
        apply.append(_as(plus(total, _ref(b[i]), ring), own))
    element = [_as(matrix[i][j], ring) for i, j in kept] + [_as(row.constant, ring) for row in rows]
    identity = [number(int(i == j), ring) for i, j in kept] + [number(0, ring) for _ in group]
    parameters = tuple([a[cell] for cell in kept] + b)
    later = tuple([c[cell] for cell in kept] + d)
    return Recurrence(
        group, "affine", parameters, later, tuple(element), tuple(combine), tuple(identity), tuple(apply)
    )


def _through_unsigned(e: Expr, own: Type) -> Expr:
    """Small integers are promoted and converted back: the ring is that of the variable's own width."""
    while isinstance(e, Cast) and isinstance(e.type, Int) and e.type == own and isinstance(e.operand.type, Int):
        e = e.operand
    return e


def _as(e: Expr, type_: Type) -> Expr:
    if isinstance(e, Literal) and not isinstance(e.value, str | None) and not isinstance(type_, Bool):
        value = e.value
        if isinstance(type_, Int) and not type_.signed and isinstance(value, int) and value < 0:
            value %= 1 << type_.bits
        return Literal(value, type_, e.text if e.type == type_ else "")
    return e if e.type == type_ else Cast(e, type_)


def _closure(live: list[list[bool]]) -> list[list[bool]]:
    size = range(len(live))
    result = [[live[i][j] or i == j for j in size] for i in size]
    for k in size:
        for i in size:
            for j in size:
                result[i][j] = result[i][j] or (result[i][k] and result[k][j])
    return result


def _always_one(matrix: list[list[Expr]], live: list[list[bool]], i: int) -> bool:
    """Whether diagonal entry ``i`` is one in every product: one in each step, and fed by nothing else."""
    size = range(len(matrix))
    cyclic = any(k != i and live[i][k] and live[k][i] for k in size)
    return is_number(matrix[i][i], 1) and not cyclic


# --- max-plus ----------------------------------------------------------------------------------------------------


def _tropical(e: Expr, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    """``(p, q)`` if ``e`` is the ``op`` (max or min) of ``x + p`` and ``q``; None stands for an absent part."""
    if x not in used_symbols(e):
        return None, _as(e, type_)
    if e == _ref(x):
        return number(0, type_), None
    if isinstance(e, Cast) and _widening(e):
        return _tropical(e.operand, x, op, type_)
    if isinstance(e, Binary) and e.op in {"+", "-"}:
        return _shifted(e, x, op, type_)
    if isinstance(e, Call) and e.name.removeprefix("std::") == op and len(e.arguments) == 2 and e.target is None:
        return _joined(e.arguments[0], e.arguments[1], x, op, type_)
    if isinstance(e, Select):
        if x not in used_symbols(e.condition):
            return _picked(e, x, op, type_)
        if _is_extremum(e, x, op, type_):
            return _joined(e.then, e.other, x, op, type_)
    return None


def _widening(e: Cast) -> bool:
    source, target = e.operand.type, e.type
    if isinstance(source, Int) and isinstance(target, Int):
        return target.bits >= source.bits and target.signed and source.signed
    return isinstance(source, Float) and isinstance(target, Float) and target.bits >= source.bits


def _shifted(e: Binary, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    inner, offset = (e.left, e.right) if x in used_symbols(e.left) else (e.right, e.left)
    if x in used_symbols(offset) or (e.op == "-" and inner is e.right):
        return None
    parts = _tropical(inner, x, op, type_)
    if parts is None:
        return None
    by = _as(offset, type_)
    if e.op == "-":
        by = Binary("-", number(0, type_), by, type_)
    p, q = parts
    return (None if p is None else plus(p, by, type_), None if q is None else plus(q, by, type_))


def _joined(a: Expr, b: Expr, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    left, right = _tropical(a, x, op, type_), _tropical(b, x, op, type_)
    if left is None or right is None:
        return None
    return _extremum(left[0], right[0], op, type_), _extremum(left[1], right[1], op, type_)


def _extremum(a: Expr | None, b: Expr | None, op: str, type_: Type) -> Expr | None:
    if a is None or b is None:
        return b if a is None else a
    return a if a == b else Call(f"std::{op}", (a, b), type_)


def _picked(e: Select, x: Symbol, op: str, type_: Type) -> tuple[Expr | None, Expr | None] | None:
    then, other = _tropical(e.then, x, op, type_), _tropical(e.other, x, op, type_)
    if then is None or other is None:
        return None
    none = _absent(op, type_)

    def pick(a: Expr | None, b: Expr | None) -> Expr | None:
        if a is None and b is None:
            return None
        a = none if a is None else a
        b = none if b is None else b
        return a if a == b else Select(e.condition, a, b, type_)

    return pick(then[0], other[0]), pick(then[1], other[1])


def _is_extremum(e: Select, x: Symbol, op: str, type_: Type) -> bool:
    """Whether the choice takes the larger (smaller) of its two operands: ``l > r ? A : B`` with A - B = l - r."""
    condition = e.condition
    if not (isinstance(condition, Binary) and condition.op in {"<", "<=", ">", ">="}):
        return False
    larger_first = (condition.op in {">", ">="}) == (op == "max")
    left, right = (condition.left, condition.right) if larger_first else (condition.right, condition.left)
    seen = frozenset(used_symbols(e))
    chosen = difference(e.then, e.other, seen, type_)
    compared = difference(left, right, seen, type_)
    return chosen is not None and compared is not None and _same(chosen, compared) and x in seen


def _same(a: Linear, b: Linear) -> bool:
    def table(form: Linear) -> dict[Symbol, Expr]:
        return {s: e for s, e in form.coefficients if not is_number(e, 0) and not _cancels(e)}

    left, right = table(a), table(b)
    return left.keys() == right.keys() and all(left[s] == right[s] for s in left) and _constant(a) == _constant(b)


def _cancels(e: Expr) -> bool:
    return isinstance(e, Binary) and e.op == "+" and _folded(e) == 0


def _folded(e: Expr) -> float | None:
    if isinstance(e, Literal) and isinstance(e.value, int | float):
        return e.value
    if isinstance(e, Binary) and e.op == "+":
        left, right = _folded(e.left), _folded(e.right)
        return None if left is None or right is None else left + right
    return None


def _constant(form: Linear) -> Expr | float:
    folded = _folded(form.constant)
    return form.constant if folded is None else folded


def _absent(op: str, type_: Type) -> Expr:
    if isinstance(type_, Float):
        return Literal(float("-inf") if op == "max" else float("inf"), type_)
    return Literal(_NOTHING if op == "max" else -_NOTHING, type_)


def _max_plus(x: Symbol, e: Expr, op: str, uids: count[int]) -> Recurrence | None:
    own = strip(x.type)
    if isinstance(own, Int) and own.bits <= 32 and own.signed:
        type_: Type = LONG
    elif isinstance(own, Int) and own.bits == 64 and own.signed and _narrow_inputs(e, x):
        type_ = LONG
    else:
        return None
    parts = _tropical(e, x, op, type_)
    if parts is None or parts[0] is None or parts[1] is None:
        return None
    first = (_parameter("shift", type_, uids), _parameter("bound", type_, uids))
    later = (_parameter("shift", type_, uids), _parameter("bound", type_, uids))
    (p, q), (r, s) = ([_ref(symbol) for symbol in pair] for pair in (first, later))
    none = _absent(op, type_)

    def clamped(value: Expr) -> Expr:
        return Call(f"std::{op}", (none, value), type_)

    return Recurrence(
        (x,),
        f"{op}-plus",
        first,
        later,
        (parts[0], parts[1]),
        (clamped(plus(p, r, type_)), clamped(Call(f"std::{op}", (plus(q, r, type_), s), type_))),
        (number(0, type_), none),
        (_as(Call(f"std::{op}", (plus(_as(_ref(x), type_), p, type_), q), type_), own),),
    )


def _narrow_inputs(e: Expr, x: Symbol) -> bool:
    """Whether everything but ``x`` itself comes from integers of at most 32 bits."""
    wide = (
        node
        for node in walk(e)
        if isinstance(node, Ref | Index | Member | Deref | Call | Method)
        and isinstance(node.type, Int)
        and node.type.bits > 32
    )
    return all(node == _ref(x) or (isinstance(node, Call) and node.name in {"std::max", "std::min"}) for node in wide)


# --- the finder --------------------------------------------------------------------------------------------------


def find(context: LoopContext) -> tuple[Role, ...]:
    """The groups of carried variables whose steps compose, one role a group."""
    state = one_iteration(context)
    if state is None:
        return ()
    state = {x: e for x, e in state.items() if is_arithmetic(strip(x.type)) and not isinstance(strip(x.type), Bool)}
    uids = count(10_000)
    roles: list[Role] = []
    for group in _groups(state):
        if any(_size(state[x]) > MAX_NODES for x in group):
            continue
        outside = frozenset().union(*(used_symbols(state[x]) for x in group)) & context.carried
        if outside - frozenset(group):
            continue  # needs another variable's running value
        role = _family(group, state, uids)
        if role is not None:
            placed = _placed(context, role)
            if placed is not None:
                roles.append(placed)
    return tuple(roles)


def _size(e: Expr) -> int:
    return sum(1 for _ in walk(e))


def _family(group: tuple[Symbol, ...], state: dict[Symbol, Expr], uids: count[int]) -> Recurrence | None:
    if len(group) == 1:
        x = group[0]
        found = _last_write(x, state[x], uids) or _affine(group, state, uids)
        return found or _max_plus(x, state[x], "max", uids) or _max_plus(x, state[x], "min", uids)
    return _affine(group, state, uids)


def _placed(context: LoopContext, role: Recurrence) -> Recurrence | None:
    """The role with the statements that its parameters need, and what the rest of the body uses of it."""
    last = len(context.body.statements)
    statements = slice_before(context, last, role.element)
    if statements is None or not stable(context, _last_assignment(context, role), *role.element):
        return None
    own = frozenset(role.symbols)
    spans = []
    running = False
    for node in walk(context.body):
        if isinstance(node, Assign):
            if isinstance(node.place, Ref) and node.place.symbol in own:
                spans.append(node.span)
            elif used_symbols(node.value) & own or used_symbols(node.place) & own:
                running = True
    live = bool(own & context.live_after)
    return Recurrence(
        role.symbols,
        role.family,
        role.parameters,
        role.later,
        role.element,
        role.combine,
        role.identity,
        role.apply,
        statements,
        running,
        live,
        tuple(spans),
    )


def _last_assignment(context: LoopContext, role: Recurrence) -> int:
    """The index of the last top-level statement that assigns one of the variables."""
    own = frozenset(role.symbols)
    found = 0
    for index, statement in enumerate(context.body.statements):
        if any(isinstance(n, Assign) and isinstance(n.place, Ref) and n.place.symbol in own for n in walk(statement)):
            found = index
    return found
