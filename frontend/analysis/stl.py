"""Standard algorithms: which parallel primitive a call is, and whether its function objects allow it.

What a call writes must be apart from what it reads elsewhere; where that is not known, a guard asks at run time.
Knows the forms of the calls; sums are looked at in `stl_sums.py`, function objects in `function_objects.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.analysis import overlap
from unseq.frontend.analysis.function_objects import Found, impure, mapping, optional, refused
from unseq.frontend.analysis.stl_sums import SCANS, accumulating, scanning
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import CallFact, Claim, Guard
from unseq.frontend.ir.nodes import (
    Binary,
    Block,
    Call,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Lambda,
    Method,
    Overflow,
    Ref,
    Stmt,
    While,
)
from unseq.frontend.ir.types import PTRDIFF, SIZE, Bool, Library, element_type, is_arithmetic, strip
from unseq.frontend.ir.walk import expressions, own_expressions, root
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic

_SAME_NAME = """sort stable_sort nth_element reduce transform_reduce inclusive_scan exclusive_scan find find_if
find_if_not count count_if all_of any_of none_of min_element max_element minmax_element adjacent_find is_sorted
equal fill iota generate copy copy_if replace replace_if for_each reverse reverse_copy rotate adjacent_difference
merge partition"""
_PRIMITIVES: dict[str, str] = {
    **{name: name for name in _SAME_NAME.split()},
    "accumulate": "reduce",
    "inner_product": "transform_reduce",
    "transform": "map",
    "partial_sum": "inclusive_scan",
    "transform_inclusive_scan": "inclusive_scan",
    "transform_exclusive_scan": "exclusive_scan",
    "fill_n": "fill",
    "remove_copy": "copy_if",
    "remove_copy_if": "copy_if",
    "remove": "erase",
    "remove_if": "erase",
    "unique": "erase",
    "stable_partition": "partition",
    "partial_sort": "sort_whole",
}
_IN_PLACE = """sort stable_sort partial_sort nth_element fill fill_n iota generate replace replace_if for_each reverse
rotate partition stable_partition"""
# Of each algorithm that writes elements: the arguments where it reads ranges while it writes, and those where it
# writes. Others read all that they need before they write.
_TOUCHES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    **dict.fromkeys(_IN_PLACE.split(), ((), (0,))),
    "copy": ((0,), (2,)),
    "reverse_copy": ((0,), (2,)),
    "adjacent_difference": ((0,), (2,)),
}
_VALUES = """reduce transform_reduce find find_if find_if_not count count_if all_of any_of none_of min_element
max_element minmax_element adjacent_find is_sorted equal copy_if_end partition"""
_VALUE_PRIMITIVES = frozenset(_VALUES.split())
# Read-only algorithms whose result is no place: they may run over the bits of a vector<bool>.
_OVER_BITS = frozenset(["accumulate", "reduce", "transform_reduce", "inner_product", "count", "count_if", "all_of",
                        "any_of", "none_of"])  # fmt: skip


def name_of(call: Call) -> str:
    """The algorithm's name without its namespace or template arguments; empty for anything else."""
    if call.target is not None or not call.name.startswith("std::"):
        return ""
    return call.name.removeprefix("std::").split("<", 1)[0]


def _examine(call: Call, name: str, pure: frozenset[str]) -> Found:
    """Whether the call's function objects allow it, by the kind of algorithm."""
    if name in {"sort", "stable_sort", "min_element", "max_element", "minmax_element", "is_sorted",
                "adjacent_find", "unique"}:
        if name == "sort" and _is_reversed(call.arguments[0]):
            numbers = is_arithmetic(element_type(call.arguments[0].type) or call.type)
            return Found("reversed") if numbers and len(call.arguments) == 2 else refused("it runs backwards")
        return optional(call, 2, 2, pure)
    if name in {"partial_sort", "nth_element", "equal"}:
        return optional(call, 3, 2, pure)
    if name in {"accumulate", "reduce", "inner_product", "transform_reduce"}:
        return accumulating(call, name, pure)
    if name in SCANS:
        return scanning(call, name, pure)
    if name in {"find_if", "find_if_not", "count_if", "all_of", "any_of", "none_of", "remove_if", "replace_if",
                "partition", "stable_partition"}:  # fmt: skip
        return mapping(call, 2, 1, pure)
    if name == "transform":
        return mapping(call, 4, 2, pure) if len(call.arguments) == 5 else mapping(call, 3, 1, pure)
    if name in {"copy_if", "remove_copy_if"}:
        return mapping(call, 3, 1, pure)
    if name == "generate":
        return mapping(call, 2, 0, pure)
    if name == "adjacent_difference":
        return optional(call, 3, 2, pure)
    if name == "merge":
        return optional(call, 5, 2, pure)
    if name == "for_each":
        return _for_each(call, pure)
    return Found()


def _primitive(call: Call, name: str, statement: Stmt) -> str:
    """Which primitive a call is where it stands; empty where its result is used in a way that has none."""
    primitive = _PRIMITIVES[name]
    alone = isinstance(statement, Evaluate) and statement.value is call
    grows = any(_inserter(a) for a in call.arguments)
    if primitive == "erase":
        return primitive if isinstance(statement, Evaluate) and _erased(statement.value, call) else ""
    if grows and primitive in {"map", "copy"}:
        return "map_to_back" if alone else ""
    if primitive == "nth_element" and not overlap.owned(call.arguments[0]):
        primitive = "sort_whole"  # somebody may look at the others: one known order
    if primitive == "partition" and alone:
        return "partition_only"
    if primitive == "copy_if" and not alone and not grows:
        return "copy_if_end"
    return primitive if alone or primitive in _VALUE_PRIMITIVES else ""


def _inserter(e: Expr) -> bool:
    """Whether an argument is a ``back_inserter`` of a variable."""
    e = uncast(e)
    return isinstance(e, Call) and e.name == "std::back_inserter" and isinstance(e.arguments[0], Ref)


def _erased(e: Expr, call: Call) -> bool:
    """Whether ``e`` is ``v.erase(call, v.end())`` and the call runs over all of ``v``."""
    if not isinstance(e, Method) or e.name != "erase" or len(e.arguments) != 2 or not isinstance(e.object, Ref):
        return False
    first, last, end = uncast(call.arguments[0]), uncast(call.arguments[1]), uncast(e.arguments[1])
    ends = all(isinstance(x, Method) and x.object == e.object and x.name == "end" for x in (last, end))
    starts = isinstance(first, Method) and first.object == e.object and first.name == "begin"
    return uncast(e.arguments[0]) is call and ends and starts


def _is_reversed(iterator: Expr) -> bool:
    type_ = strip(iterator.type)
    return isinstance(type_, Library) and type_.name == "reverse_iterator"


def _for_each(call: Call, pure: frozenset[str]) -> Found:
    given = uncast(call.arguments[2]) if len(call.arguments) > 2 else None
    if not isinstance(given, Lambda) or len(given.parameters) != 1:
        return refused("its function object is not a lambda of one parameter", "pass a lambda", Why.ALGORITHM_FUNCTION)
    problem = impure(given, pure, frozenset(given.parameters))
    return refused(problem, code=Why.ALGORITHM_FUNCTION) if problem else Found("", given.parameters, None)


def _range_problem(call: Call, name: str) -> str:
    """Why the ranges cannot be run over by index; empty if they can."""
    if len(call.arguments) < 2:
        return "its range is not given by two iterators"
    if name == "fill_n":
        return "its range is not given by an iterator" if element_type(call.arguments[0].type) is None else ""
    for argument in call.arguments[:2]:
        if element_type(argument.type) is None:
            return "its range is not made of iterators or pointers"
    if _is_reversed(call.arguments[0]) and name in {"sort", "stable_sort"} and not all(
        isinstance(a, Method) and isinstance(a.object, Ref) for a in call.arguments[:2]
    ):
        return "it runs backwards over a part of a container"
    for argument in call.arguments:
        for e in expressions(argument):
            if isinstance(e, Call) and e.name.removeprefix("std::") in {"inserter", "front_inserter"}:
                return "its output grows while it runs"
            if isinstance(e, Call) and e.name == "std::back_inserter" and not _inserter(e):
                return "its output grows inside an object"
            type_ = strip(e.type)
            if isinstance(type_, Library) and type_.name in {"list", "forward_list", "set", "map"}:
                return "its container has no random access"
            if type_ == Library("vector", (Bool(),)) and name not in _OVER_BITS:
                return "neighbouring elements of vector<bool> share a word"
    return ""


def _guards(call: Call, name: str) -> tuple[Guard, ...]:
    """What must hold at run time. Raises ``overlap.Overlapping``."""
    arguments = call.arguments
    grown = next((a.arguments[0] for a in map(uncast, arguments) if isinstance(a, Call) and _inserter(a)), None)
    if grown is not None:
        target = root(grown)
        if target is None or any(root(a) == target for a in arguments[:1]):
            raise overlap.Overlapping("it appends to what it reads")
        return overlap.guards(call, (), (), _length(call), grown=grown)
    if name == "transform":
        reads = (0, 2) if len(arguments) == 5 else (0,)
        return overlap.guards(call, reads, (len(arguments) - 2,), _length(call))
    if name == "adjacent_difference" and root(arguments[0]) == root(arguments[2]):
        return overlap.guards(call, (), (2,), _length(call))  # from a copy
    if name not in _TOUCHES:
        return ()
    steps = name not in {"reverse_copy", "adjacent_difference"}
    return overlap.guards(call, *_TOUCHES[name], _length(call), steps=steps)


def _length(call: Call) -> Expr:
    """The number of elements of the first range."""
    known = _work(call)
    if known is not None:
        return known
    return Binary("-", call.arguments[1], call.arguments[0], PTRDIFF, Overflow.UNDEFINED)


def _statements(block: Block, parent: int) -> Iterator[tuple[Stmt, int]]:
    """Every statement with the id of the loop around it (-1: none)."""
    for statement in block.statements:
        yield statement, parent
        if isinstance(statement, Block):
            yield from _statements(statement, parent)
        elif isinstance(statement, If):
            yield from _statements(statement.then, parent)
            if statement.other is not None:
                yield from _statements(statement.other, parent)
        elif isinstance(statement, For | While | ForEach):
            yield from _statements(statement.body, statement.id)


def find(function: Function, pure: frozenset[str]) -> tuple[CallFact, ...]:
    """The standard algorithms that a function calls, each with its primitive or the reason why it stays."""
    found: list[CallFact] = []
    for statement, parent in _statements(function.body, -1):
        for top in own_expressions(statement):
            for e in expressions(top):
                if isinstance(e, Call) and name_of(e) in _PRIMITIVES:
                    found.append(_fact(e, statement, parent, pure))
    return tuple(found)


def _fact(call: Call, statement: Stmt, parent: int, pure: frozenset[str]) -> CallFact:
    name = name_of(call)
    primitive = _primitive(call, name, statement)
    problem = _range_problem(call, name)
    guards: tuple[Guard, ...] = ()
    if problem:
        outcome = refused(problem, code=Why.ALGORITHM_RANGE)
    elif not primitive:
        outcome = refused("its result is used in a way that has no parallel form", "use its range after the call")
    else:
        outcome = _examine(call, name, pure)
        try:
            guards = _guards(call, name)
        except overlap.Overlapping as found:
            outcome = refused(str(found), "write to a container of its own", Why.MAY_OVERLAP)
    reasons: tuple[Diagnostic, ...] = ()
    if outcome.reason:
        reasons = (Diagnostic(call.span, f"std::{name}: {outcome.reason}", outcome.remedy, code=outcome.code),)
    return CallFact(
        call,
        statement,
        primitive or _PRIMITIVES[name],
        not reasons,
        Claim.GUARDED if guards else Claim.PROVED,
        guards if not reasons else (),
        reasons=reasons,
        work=_work(call),
        floating=outcome.floating,
        parent=parent,
        op=outcome.op,
        parameters=outcome.parameters,
        element=outcome.element,
        span=call.span,
    )


def _work(call: Call) -> Expr | None:
    """The length of the first range, where both ends are those of one container."""
    first, last = uncast(call.arguments[0]), uncast(call.arguments[1]) if len(call.arguments) > 1 else None
    if name_of(call) == "fill_n":
        return last
    if name_of(call) in {"rotate", "nth_element", "partial_sort"} and len(call.arguments) > 2:
        last = uncast(call.arguments[2])
    if isinstance(first, Method) and isinstance(last, Method) and first.object == last.object:
        return Method(first.object, "size", (), SIZE)
    if isinstance(last, Binary) and last.op == "+" and uncast(last.left) == first:
        return last.right
    return None
