"""Which elements of a variable an iteration of a loop has surely written before it reads them.

The elements that an earlier write of the same iteration wrote are boxes: intervals, one a subscript, over the positions
of the loops around both accesses.  A read must lie in one of them, or in several that follow without gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from unseq.frontend.analysis import dependence, terms
from unseq.frontend.analysis.affine import Polynomial, number, polynomial
from unseq.frontend.analysis.context import Access, LoopContext, Nest
from unseq.frontend.analysis.dependence import runs_down
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.library import GROWING_METHODS, bare
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.paths import SIZE, Path, path
from unseq.frontend.analysis.sides import Side, always
from unseq.frontend.facts import Guard
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Break,
    Call,
    Cast,
    Construct,
    Declare,
    Expr,
    ForEach,
    Literal,
    Member,
    Method,
    Ref,
    Return,
    Storage,
    Symbol,
)
from unseq.frontend.slotted import dataclass

MAX_BOXES = 40  # of one read
RESETS = frozenset({"clear", "assign"})
FILLS = frozenset({"fill", "fill_n", "iota", "memset", "memcpy", "memmove", "copy", "copy_n"})

Interval = tuple[Polynomial, Polynomial]  # both ends inclusive


@dataclass(frozen=True, slots=True)
class _Box:
    """Elements that have been written: names of members, and an interval for each subscript."""

    steps: tuple[str | Interval, ...]

    def mentions(self, symbol: Symbol) -> bool:
        """Whether an end depends on a variable."""
        return any(_mentions(end, symbol) for step in self.steps if not isinstance(step, str) for end in step)


class Iteration:
    """The accesses of one iteration to one variable, in order."""

    def __init__(self, symbol: Symbol, extent: Expr | None, context: LoopContext, memory: Memory) -> None:
        self.symbol = symbol
        self.context = context
        self.memory = memory
        self.accesses = [
            (access, where) for access in context.accesses
            if isinstance((where := path(access.resolved)).base, Ref) and where.base.symbol == symbol
        ]  # fmt: skip
        self.lengths = self._lengths(extent)

    def writes_first(self) -> bool:
        """Whether elements are read, and every one of them is written before."""
        if not any(self._reads(access) for access, _ in self.accesses):
            return False
        if self._begins_anew():
            return True
        if any(a.whole and a.is_write and not isinstance(a.call, Call) for a, _ in self.accesses):
            return False
        return all(
            self._is_written(place, access, where)
            for place, (access, where) in enumerate(self.accesses)
            if self._reads(access) and SIZE not in where.steps
        )

    def writes_the_same(self) -> bool:
        """Whether every iteration surely writes all elements that any iteration may write."""
        own = self.context.nest.position
        for write, where in self.accesses:
            if not write.is_write:
                continue
            if write.whole:
                return False
            side = self.memory.side(write, where)
            ended = [self._ended(other, there, side) for other, there in self.accesses]
            boxes = _grown((box for box in ended if box is not None and not box.mentions(own)), side)
            steps = [_subscript(s, side) if not isinstance(s, str) else s for s in where.steps]
            if not any(_contains(box, steps, side) for box in boxes):
                return False
        return True

    def _ended(self, write: Access, where: Path, reader: Side) -> _Box | None:
        """What a write has written when the iteration has ended."""
        is_sure = write.is_write and not write.tests and not write.whole
        return self._box(write, where, 0, None, reader) if is_sure else None

    def _begins_anew(self) -> bool:
        """Whether the first thing that happens to the variable gives it another value as a whole."""
        first = self.accesses[0][0]
        if not first.is_write or first.nests or first.tests or not isinstance(first.resolved, Ref):
            return False
        if first.call is None:
            return not first.update and not isinstance(self.symbol.type, t.Pointer)
        arguments = first.call.arguments
        mentioned = any(self.symbol in walk.used_symbols(a) for a in arguments)
        return isinstance(first.call, Method) and first.call.name in RESETS and not mentioned

    def _reads(self, access: Access) -> bool:
        return access.is_read and not self._is_filled(access)

    def _is_filled(self, access: Access) -> bool:
        """Whether the access is that of a call that gives all elements of a range a value."""
        call = access.call
        if not isinstance(call, Call) or access.whole:
            return False
        name = bare(call.name)
        others = call.arguments[1:]
        if name in ("copy", "copy_n"):
            others = call.arguments[:2]
        elif name in ("fill", "iota"):
            others = call.arguments[2:]
        return name in FILLS and not any(self.symbol in walk.used_symbols(a) for a in others)

    def _is_written(self, place: int, access: Access, where: Path) -> bool:
        side = self.memory.side(access, where)
        boxes = _grown(self._boxes(place, access, side), side)
        if any(self._is_all(box, side) for box in boxes):
            return True
        if access.whole:
            return False
        for steps in _parts(where.steps, self.symbol.type):
            read = [_subscript(s, side) if not isinstance(s, str) else s for s in steps]
            if not any(_contains(box, read, side) for box in boxes):
                return False
        return True

    def _is_all(self, box: _Box, side: Side) -> bool:
        """Whether a box holds every element that there is."""
        lengths = self.lengths
        return len(box.steps) == len(lengths) and all(
            not isinstance(step, str)
            and always(step[0].times(number(-1)), side)
            and any(always(step[1].plus(number(1)).minus(length), side) for length in ways)
            for step, ways in zip(box.steps, lengths, strict=True)
        )

    def _lengths(self, extent: Expr | None) -> list[list[Polynomial]]:
        """For each subscript, the number of elements in several ways."""
        type_ = self.symbol.type
        if extent is not None:
            return [[p for p in (polynomial(extent),) if p is not None]]
        if isinstance(type_, t.Library):
            size: Expr = Member(terms.ref(self.symbol), SIZE, t.SIZE)
            if type_.name == "array":
                size = terms.literal(int(str(type_.args[1])))
            ways = [size, *self._constructed()]
            return [[p.bare() for p in map(polynomial, ways) if p is not None]]
        found: list[list[Polynomial]] = []
        while isinstance(type_, t.Array):
            found.append([number(type_.extent)] if isinstance(type_.extent, int) else [])
            type_ = type_.element
        return found

    def _constructed(self) -> list[Expr]:
        """The length that a container was made with and keeps."""
        found: list[Expr] = []
        for node in walk.walk(self.context.function):
            grows = isinstance(node, Method) and node.name in GROWING_METHODS
            if grows and self.symbol in walk.used_symbols(node):
                return []
            if isinstance(node, Assign) and node.place == terms.ref(self.symbol):
                return []
            if isinstance(node, Declare) and node.symbol == self.symbol and isinstance(node.value, Construct):
                sizes = node.value.arguments[:1]
                found += [e for e in sizes if not node.value.braced and never_changes(e, self.memory.effects)]
        return found

    def _boxes(self, place: int, read: Access, side: Side) -> Iterator[_Box]:
        """What the writes of the same iteration have surely written before a read."""
        for n, (write, where) in enumerate(self.accesses):
            if not write.is_write or write.whole or (write.update and not self._is_filled(write)):
                continue
            shared = 0
            while shared < min(len(write.nests), len(read.nests)) and (
                write.nests[shared].position == read.nests[shared].position
            ):
                shared += 1
            if n < place and _stands_under(write, read):
                box = self._box(write, where, shared, None, side)
                if box is not None:
                    yield box
            for depth in range(shared if not write.tests else 0):
                box = self._box(write, where, depth, read.nests[depth], side)
                if box is not None:
                    yield box

    def _box(self, write: Access, where: Path, shared: int, earlier: Nest | None, reader: Side) -> _Box | None:
        """The elements that a write reaches in the loops below depth ``shared``, as they are known where ``reader``
        stands; ``earlier``: in iterations of the first of them before the current one."""
        inner = write.nests[shared:]
        names = {nest.position for nest in inner}
        ends: dict[Symbol, Interval] = {}
        for nest in inner:
            first, last = (polynomial(e) if e is not None else None for e in (nest.first, nest.last))
            if first is None or last is None or any(_mentions(e, s) for e in (first, last) for s in names):
                return None
            if nest is inner[0] and earlier is not None:
                own = _position(nest)
                first, last = (own.plus(number(1)), last) if runs_down(nest) else (first, own.minus(number(1)))
            elif not _runs_through(nest):
                return None
            ends[nest.position] = first.bare(), last.bare()
        steps: list[str | Interval] = []
        for step in where.steps:
            if isinstance(step, str):
                if step == "?":
                    return None
                steps.append(step)
                continue
            p = _subscript(step, self.memory.side(write, where))
            interval = _interval(p, ends, reader) if p is not None else None
            if p is None or interval is None:
                return None
            for symbol in [s for s in ends if _mentions(p, s)]:
                del ends[symbol]
            steps.append(interval)
        return _Box(tuple(steps)) if not ends else None  # a loop that no subscript knows may not run


def never_changes(e: Expr, effects: Effects) -> bool:
    """Whether an expression has one value wherever it is evaluated."""
    changing = effects.changing
    return all(
        isinstance(n, Literal | Binary | Cast)
        or (isinstance(n, Ref) and n.symbol not in changing and n.symbol.storage is not Storage.GLOBAL)
        for n in walk.walk(e)
    )


def _position(nest: Nest) -> Polynomial:
    return Polynomial({(terms.ref(nest.position),): 1})


def _mentions(p: Polynomial, symbol: Symbol) -> bool:
    return any(symbol in walk.used_symbols(atom) for atom in p.atoms())


def _subscript(e: Expr, side: Side) -> Polynomial | None:
    assumed: list[Guard] = []
    p = dependence.subscript(e, side, assumed)
    return p if not assumed else None


def _stands_under(write: Access, read: Access) -> bool:
    """Whether the write happens wherever the read does, as far as conditions go: they stand in the same branches."""
    return len(write.tests) <= len(read.tests) and all(
        a is b for a, b in zip(write.tests, read.tests, strict=False)
    )


def _runs_through(nest: Nest) -> bool:
    """Whether all iterations of a loop are run, each to its end."""
    if nest.iteration is None:  # the elements of a range
        return True
    if any(isinstance(node, Break | Return) for node in walk.walk(nest.loop.body)):
        return False
    return isinstance(nest.loop, ForEach) or len(terms.conjuncts(nest.loop.condition)) == 1


def _interval(p: Polynomial, ends: Mapping[Symbol, Interval], reader: Side) -> Interval | None:
    """The values of ``p`` where its positions run between their ends; None if there are gaps."""
    factors: dict[Symbol, Polynomial] = {}
    rest = number(0)
    for monomial, factor in p.terms.items():
        own = [a for a in monomial if isinstance(a, Ref) and a.symbol in ends]
        if len(own) > 1:
            return None
        others = tuple(a for a in monomial if a not in own)
        part = Polynomial({others: factor})
        if own:
            symbol = own[0].symbol
            factors[symbol] = factors.get(symbol, number(0)).plus(part)
        else:
            rest = rest.plus(part)
    low, high, length = rest, rest, number(1)
    done = 0
    while factors:
        fits = [s for s, f in factors.items() if f.key in (length.key, length.times(number(-1)).key)]
        if not fits:
            return None
        scale, (first, last) = factors.pop(fits[0]), ends[fits[0]]
        size = last.minus(first).plus(number(1))
        if done and not always(size, reader):
            return None  # a negative length times another one
        forward = scale.key == length.key
        low = low.plus(scale.times(first if forward else last))
        high = high.plus(scale.times(last if forward else first))
        length = length.times(size)
        done += 1
    return low.bare(), high.bare()


def _parts(steps: tuple[Expr | str, ...], type_: t.Type) -> Iterator[tuple[Expr | str, ...]]:
    """The scalars that a place is made of, where it is a record."""
    for step in steps:
        if isinstance(step, str):
            fields = type_.fields if isinstance(type_, t.Record) else ()
            type_ = next((f.type for f in fields if f.name == step), t.VOID)
        else:
            type_ = t.element_type(type_) or t.VOID
    if isinstance(type_, t.Record) and type_.fields:
        for field in type_.fields:
            yield from ((*steps, *below) for below in _parts((field.name,), type_))
    else:
        yield steps


def _contains(box: _Box, read: list[Polynomial | str | None], side: Side) -> bool:
    if len(box.steps) > len(read):
        return False
    for mine, yours in zip(box.steps, read, strict=False):
        if isinstance(mine, str) or isinstance(yours, str) or yours is None:
            if mine != yours:
                return False
        elif not (always(yours.minus(mine[0]), side) and always(mine[1].minus(yours), side)):
            return False
    return True


def _grown(boxes: Iterable[_Box], side: Side) -> list[_Box]:
    """The boxes, and what those of them make together that follow one another without a gap."""
    found = list(boxes)
    for left in found:  # grows
        for right in tuple(found):
            both = _joined(left, right, side) if len(found) < MAX_BOXES else None
            if both is not None and both not in found:
                found.append(both)
    return found


def _joined(left: _Box, right: _Box, side: Side) -> _Box | None:
    """Two boxes that are next to one another in one subscript, and the same in the others."""
    apart = [k for k, (a, b) in enumerate(zip(left.steps, right.steps, strict=False)) if a != b]
    if len(apart) != 1 or len(left.steps) != len(right.steps):
        return None
    first, second = left.steps[apart[0]], right.steps[apart[0]]
    if isinstance(first, str) or isinstance(second, str):
        return None
    if not always(first[1].plus(number(1)).minus(second[0]), side):
        return None
    both = (first[0], second[1])
    return _Box((*left.steps[: apart[0]], both, *left.steps[apart[0] + 1 :]))
