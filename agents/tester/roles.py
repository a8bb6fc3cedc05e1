"""What each input is for: found in one abstract run on inputs of which nothing is known.

A size bounds loops or moves subscripts; a threshold is compared with elements; index arrays hold subscripts, slices
(row pointers) hold both ends of loops.  Constants met in comparisons are kept: values around them take both branches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from unseq.agents.tester.footprint.calls import footprint
from unseq.agents.tester.footprint.code import Code
from unseq.agents.tester.footprint.interval import Tags
from unseq.agents.tester.footprint.memory import Footprint, Setting
from unseq.agents.tester.leaves import ArrayLeaf, ContentLeaf, Leaf, ScalarLeaf, leaves
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Assign, Binary, Call, Cast, Function, Index, Literal, Ref, Symbol
from unseq.frontend.ir.walk import expressions, loops, statements

MOST_ELEMENTS = 200_000_000  # beyond this a subscript counts as not bounded


@dataclass(frozen=True, slots=True)
class Roles:
    """The inputs of a function by what they are for; keys as in ``leaves``."""

    function: Function = field(repr=False)
    code: Code = field(repr=False, compare=False)
    leaves: tuple[Leaf, ...]
    sizes: tuple[str, ...]  # integers that bound loops or move subscripts
    starts: frozenset[str]  # of these, where loops start
    indices: frozenset[str]  # of these, subscripts that bound no loop
    single: frozenset[str]  # pointers to one object
    subscripts: frozenset[str]  # contents that subscripts are computed from
    limits: frozenset[str]  # contents that bound loops
    slices: frozenset[str]  # contents that give both ends of loops
    divisors: frozenset[str]
    shifts: frozenset[str]
    constants: dict[str, frozenset[float]] = field(default_factory=dict)  # compared with, by scalar or content
    partners: dict[str, frozenset[str]] = field(default_factory=dict)  # inputs compared with each other
    sizes_read: frozenset[str] = frozenset()  # containers whose size the function asks for
    resized: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    overwritten: frozenset[str] = frozenset()  # arrays whose old contents do not matter
    terminated: frozenset[str] = frozenset()
    null_tested: frozenset[str] = frozenset()
    bounded: frozenset[str] = frozenset()  # arrays with subscripts that depend on no content
    leads: dict[str, frozenset[str]] = field(default_factory=dict)  # content -> arrays it is a subscript of
    ends: dict[str, str] = field(default_factory=dict)  # pointer behind the last element -> pointer to the first
    calls_itself: bool = False
    deepening: frozenset[str] = frozenset()  # parameters that count the depth of a recursion that branches in a loop

    def arrays(self) -> tuple[ArrayLeaf, ...]:
        return tuple(leaf for leaf in self.leaves if isinstance(leaf, ArrayLeaf))

    def contents(self) -> tuple[ContentLeaf, ...]:
        return tuple(leaf for leaf in self.leaves if isinstance(leaf, ContentLeaf))

    def scalars(self) -> tuple[ScalarLeaf, ...]:
        """Scalar parameters and members, and the numbers in single objects."""
        plain = [leaf for leaf in self.leaves if isinstance(leaf, ScalarLeaf)]
        pointed = [ScalarLeaf(c.key, c.type) for c in self.contents() if c.array in self.single]
        return (*plain, *pointed)


def find_roles(function: Function) -> Roles:
    """The roles of all inputs of ``function``."""
    found = leaves(function)
    code = Code(function)
    log = footprint(code, Setting())
    ends = _ends(log, function)
    if ends:
        log = footprint(code, Setting(ends=ends))
    arrays = {leaf.key: leaf for leaf in found if isinstance(leaf, ArrayLeaf)}
    single = frozenset(
        key for key, leaf in arrays.items() if leaf.is_pointer and not leaf.is_linked and _is_single(log, key)
    )
    scalar_types = {leaf.key: leaf.type for leaf in found if isinstance(leaf, ScalarLeaf)}
    scalar_types |= {leaf.key: leaf.type for leaf in found if isinstance(leaf, ContentLeaf) and leaf.array in single}
    contents = {leaf.key for leaf in found if isinstance(leaf, ContentLeaf)} - scalar_types.keys()
    limit_tags = _union(log.loop_limits)
    start_tags = _union(log.loop_starts)
    index_tags = _union(tags for by_tags in log.touches.values() for tags in by_tags)
    integer = {key for key, t in scalar_types.items() if isinstance(t, ir.Int)}
    shifts = _union(log.shifts) - limit_tags
    sizes = [key for key in scalar_types if key in (integer - shifts) & (limit_tags | start_tags | index_tags)]
    if log.calls_itself and not sizes and not arrays:
        sizes = [key for key in scalar_types if key in integer]
    size_set = set(sizes)
    return Roles(
        function,
        code,
        found,
        tuple(sizes),
        frozenset(size_set & start_tags - limit_tags),
        frozenset(size_set & index_tags - limit_tags - start_tags),
        single,
        frozenset(contents & index_tags),
        frozenset(contents & limit_tags),
        frozenset(contents & log.slices),
        frozenset(scalar_types.keys() | contents) & _union(log.divisors),
        frozenset(scalar_types.keys() | contents) & _union(log.shifts),
        _constants(log, scalar_types.keys() | contents),
        _partners(log, scalar_types.keys() | contents),
        frozenset({*log.sizes_read, *ends.values(), *(tag[1:] for tag in limit_tags | index_tags if tag[0] == "#")}),
        frozenset(log.resized),
        frozenset(key for key, by_tags in log.touches.items() if any(t.write for t in by_tags.values())),
        overwritten(function),
        frozenset(log.terminated | _terminated(log, arrays)),
        frozenset(log.null_tested),
        frozenset(key for key in log.touches if log.bound(key, frozenset(contents))),
        _leads(log, contents),
        ends,
        log.calls_itself,
        deepening(function),
    )


def overwritten(function: Function) -> frozenset[str]:
    """Parameters of whose elements nothing is known to be used: all that is done with them is to assign elements."""
    targets: Counter[Symbol] = Counter()
    for stmt in statements(function):
        if isinstance(stmt, Assign) and not stmt.op and isinstance(stmt.place, Index):
            base = stmt.place.base
            while isinstance(base, Cast):
                base = base.operand
            if isinstance(base, Ref):
                targets[base.symbol] += 1
    uses = Counter(e.symbol for e in expressions(function) if isinstance(e, Ref))
    return frozenset(p.name for p in function.parameters if targets[p] == uses[p] > 0)


def deepening(function: Function) -> frozenset[str]:
    """Parameters that calls of the function to itself, made in a loop, pass on plus something: how deep it is."""
    found: set[str] = set()
    for loop in loops(function):
        for call in expressions(loop):
            if isinstance(call, Call) and call.name == function.name:
                for p, argument in zip(function.parameters, call.arguments, strict=False):
                    while isinstance(argument, Cast):
                        argument = argument.operand
                    adds = isinstance(argument, Binary) and argument.op == "+" and isinstance(argument.right, Literal)
                    if adds and isinstance(argument, Binary) and argument.left == Ref(p, p.type):
                        found.add(p.name)
    return frozenset(found)


def _union(groups: object) -> Tags:
    out: set[str] = set()
    for tags in groups:  # type: ignore[attr-defined]  # any iterable of tag sets
        out |= tags
    return frozenset(out)


def _is_single(log: Footprint, key: str) -> bool:
    reach = log.reach(key)
    return reach == (0, 0) and all(not tags for tags in log.touches[key])


def _leads(log: Footprint, contents: set[str]) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for target, by_tags in log.touches.items():
        for tags in by_tags:
            for key in tags & contents:
                out.setdefault(key, set()).add(target)
    return {key: frozenset(targets) for key, targets in out.items()}


def _ends(log: Footprint, function: Function) -> dict[str, str]:
    """Pairs of pointer parameters that are compared with each other: a range, its end second."""
    order = {p.name: position for position, p in enumerate(function.parameters)}
    out: dict[str, str] = {}
    for a, b in sorted(log.pointers_compared):
        if a in order and b in order:
            first, last = sorted((a, b), key=order.__getitem__)
            out.setdefault(last, first)
    return {last: first for last, first in out.items() if first not in out}


def _constants(log: Footprint, keys: set[str]) -> dict[str, frozenset[float]]:
    out: dict[str, set[float]] = {}
    for c in log.comparisons:
        if c.constant is not None:
            for key in c.left & keys:
                out.setdefault(key, set()).add(c.constant)
    return {key: frozenset(values) for key, values in out.items()}


def _partners(log: Footprint, keys: set[str]) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for c in log.comparisons:
        if c.constant is None:
            for one, other in ((c.left, c.right), (c.right, c.left)):
                if len(one) == 1:
                    for key in one & keys:
                        out.setdefault(key, set()).update(other & keys)
    return {key: frozenset(others - {key}) for key, others in out.items() if others - {key}}


def _terminated(log: Footprint, arrays: dict[str, ArrayLeaf]) -> set[str]:
    """Character pointers that are followed until an element is zero, with no other bound."""
    out: set[str] = set()
    for key, leaf in arrays.items():
        if leaf.is_pointer and isinstance(leaf.element, ir.Int) and leaf.element.bits == 8:
            reach = log.reach(key)
            ends = any(c.constant == 0 and f"{key}[]" in c.left for c in log.comparisons)
            bounded = any(tags for tags in log.touches.get(key, {}))
            if reach is not None and reach[1] > MOST_ELEMENTS and ends and not bounded:
                out.add(key)
    return out
