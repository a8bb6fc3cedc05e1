"""Forks: recursive calls of a function that may run side by side.

Two calls may run in parallel when neither uses the other's result and they touch no common memory that one of them
writes.  A function without writes to memory proves that.  One that writes through its pointers or references proves
nothing by its calls alone; where the calls pass different ranges (``sort(a, lo, m); sort(a, m, hi)``) the fork is
proposed as *tested*: the judge's race detection decides on every input of its suite.  The same holds for elements of
file-scope arrays; a single file-scope variable that the function writes is common to all calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from unseq.frontend.analysis.library import CONST_METHODS
from unseq.frontend.facts import Claim, ForkFact
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Declare,
    Evaluate,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Method,
    Place,
    Ref,
    Return,
    Select,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.ir.types import Pointer, Reference, is_arithmetic, strip
from unseq.frontend.ir.walk import expressions, own_root, root, used_symbols, walk

_PLAIN = (Declare, Assign, Evaluate, Return)
_SWAPS = frozenset({"std::swap", "swap"})


def _calls(function: Function, statement: Stmt) -> tuple[Call, ...]:
    """The calls of ``function`` to itself in one statement that always evaluates all of them; empty if some other
    call or a conditional operand is in the way."""
    if not isinstance(statement, _PLAIN):
        return ()
    own = tuple(e for e in expressions(statement) if isinstance(e, Call) and e.name == function.name)
    for e in expressions(statement):
        short = isinstance(e, Select) or (isinstance(e, Binary) and e.op in {"&&", "||"})
        if short and any(inner in own for inner in expressions(e)):
            return ()
    if any(inner is not call and inner in own for call in own for inner in expressions(call)):
        return ()
    return own


def _defines(statement: Stmt) -> frozenset[Symbol] | None:
    """The local variable that a statement sets; None if it writes anything else."""
    if isinstance(statement, Declare):
        return frozenset({statement.symbol})
    if isinstance(statement, Assign) and isinstance(statement.place, Ref):
        symbol = statement.place.symbol
        if not isinstance(symbol.type, Reference):
            return frozenset({symbol})
    if isinstance(statement, Evaluate) and isinstance(statement.value, Call):
        return frozenset()
    return None


def _independent(first: Stmt, second: Stmt) -> bool:
    """Whether neither statement uses or sets what the other sets."""
    a, b = _defines(first), _defines(second)
    if a is None or b is None:
        return False
    return not (a & used_symbols(second)) and not (b & used_symbols(first)) and not (a & b)


def _ranges_differ(first: Call, second: Call) -> bool:
    """Whether the calls pass the same data with different bounds, or different data: their arguments may not all be
    equal, and at least one differing argument is an integer bound, a pointer into the data, or a different object."""
    return any(a != b for a, b in zip(first.arguments, second.arguments, strict=True))


def _writes_memory(function: Function) -> bool:
    """Whether the function or its helpers can write anything but their own variables."""
    for part in (function, *function.callees):
        for node in walk(part):
            if isinstance(node, Assign):
                if not isinstance(node.place, Ref) or isinstance(node.place.symbol.type, Reference):
                    return True
                if node.place.symbol.storage.value == "global":
                    return True
            elif isinstance(node, AddressOf) or (isinstance(node, Call) and node.name in _SWAPS):
                return True
            elif isinstance(node, Method) and node.name not in CONST_METHODS:
                owner = own_root(node.object)
                if owner is None or owner.storage is not Storage.LOCAL or isinstance(owner.type, Reference):
                    return True
    return False


def _pure_calls(function: Function, pure: frozenset[str]) -> bool:
    known = pure | {function.name} | {helper.name for helper in function.callees}
    for part in (function, *function.callees):
        for e in expressions(part):
            if isinstance(e, Call) and (e.target is not None or e.name not in known):
                return False
    return True


def _size(function: Function) -> Expr | None:
    """What the base case compares with a constant: ``if (hi - lo < 2) return ...``."""
    for statement in function.body.statements:
        if isinstance(statement, If) and any(isinstance(s, Return) for s in statement.then.statements):
            for e in expressions(statement.condition):
                if isinstance(e, Binary) and e.op in {"<", "<=", "==", ">", ">="}:
                    found = _compared(e)
                    if found is not None:
                        return found
    return None


def _compared(e: Binary) -> Expr | None:
    left, right = _uncast(e.left), _uncast(e.right)
    if isinstance(right, Literal) and is_arithmetic(left.type) and used_symbols(left):
        return left
    if isinstance(left, Literal) and is_arithmetic(right.type) and used_symbols(right):
        return right
    if e.op in {">=", ">"} and is_arithmetic(left.type) and used_symbols(left) and used_symbols(right):
        return Binary("-", e.right, e.left, e.right.type)  # `if (lo >= hi) return;`
    if e.op in {"<", "<="} and is_arithmetic(left.type) and used_symbols(left) and used_symbols(right):
        return Binary("-", e.left, e.right, e.left.type)
    return None


def _uncast(e: Expr) -> Expr:
    while isinstance(e, Cast):
        e = e.operand
    return e


def _exponential(function: Function, calls: tuple[Call, ...]) -> bool:
    """Whether a parameter is passed on less a constant and nothing is halved."""
    for call in calls:
        for parameter, argument in zip(function.parameters, call.arguments, strict=False):
            plain = _uncast(argument)
            if (
                isinstance(plain, Binary)
                and plain.op == "-"
                and _uncast(plain.left) == Ref(parameter, strip(parameter.type))
                and isinstance(_uncast(plain.right), Literal)
                and is_arithmetic(plain.type)
            ):
                return True
    return False


def _blocks(function: Function) -> Iterator[Block]:
    for node in walk(function):
        if isinstance(node, Block):
            yield node


def _groups(function: Function, block: Block) -> Iterator[tuple[tuple[Stmt, ...], tuple[Call, ...]]]:
    """Runs of adjacent independent statements with one recursive call each, and single statements with two."""
    group: list[Stmt] = []
    calls: list[Call] = []
    for statement in (*block.statements, None):
        own = () if statement is None else _calls(function, statement)
        if (
            statement is not None
            and len(own) == 1
            and not isinstance(statement, Return)
            and all(_independent(earlier, statement) for earlier in group)
            and _defines(statement) is not None
        ):
            group.append(statement)
            calls.append(own[0])
            continue
        if len(group) >= 2:
            yield tuple(group), tuple(calls)
        group, calls = [], []
        if (
            statement is not None
            and len(own) == 1
            and not isinstance(statement, Return)
            and _defines(statement) is not None
        ):
            group, calls = [statement], [own[0]]
        elif statement is not None and len(own) == 2:
            yield (statement,), own


def find(function: Function, pure: frozenset[str]) -> tuple[ForkFact, ...]:
    """The forks of a function; ``pure`` names library functions that only compute a value."""
    found: list[ForkFact] = []
    if not _pure_calls(function, pure | _SWAPS):
        return ()
    writes = _writes_memory(function)
    places = tuple(_global_places(function))
    if any(not isinstance(place, Index) for place in places):
        return ()  # a single variable of all calls
    for block in _blocks(function):
        for statements, calls in _groups(function, block):
            if writes and not all(_ranges_differ(a, b) for a, b in pairwise(calls)):
                continue
            reaches = any(isinstance(p.type, Pointer | Reference) for p in function.parameters)
            if writes and not places and not reaches:
                continue
            found.append(
                ForkFact(
                    statements,
                    calls,
                    Claim.TESTED if writes else Claim.PROVED,
                    size=_size(function),
                    exponential=_exponential(function, calls),
                    assumption="the recursive calls write disjoint parts" if writes else "",
                    span=statements[0].span,
                )
            )
    return tuple(found)


def _global_places(function: Function) -> Iterator[Place]:
    """What a function and its helpers assign that belongs to a file-scope variable."""
    for part in (function, *function.callees):
        for node in walk(part):
            if isinstance(node, Assign):
                owner = root(node.place)
                if owner is not None and owner.storage is Storage.GLOBAL:
                    yield node.place
