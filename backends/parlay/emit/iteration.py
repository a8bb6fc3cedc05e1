"""Counted loops as ranges of a parallel construct.

Knows how iteration k of a loop gets its variables: the loop's own, the elements of a range-for and the secondary
induction variables.  Knows nothing of reductions.
"""

from __future__ import annotations

from dataclasses import dataclass

from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.cxx_literals import ADDITIVE, MULTIPLICATIVE
from unseq.backends.parlay.emit.bounds import Trip, trip_of
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.polynomials import constant, is_unsigned, plain
from unseq.frontend.analysis.affine import never_negative
from unseq.frontend.facts import Induction, Iteration, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Cast, Declare, Expr, For, ForEach, Index, Ref, Symbol
from unseq.frontend.source import Unsupported


@dataclass(frozen=True, slots=True)
class Space:
    """The iterations of a counted loop.

    ``direct``: an iteration is its loop variable's value, which runs up by 1 from ``lower``; otherwise it is a number
    from 0 and ``prologue`` computes the variables from it; ``privates`` declares the others that it has for
    itself. ``parameter`` declares the iteration (``int i``), ``name``
    is its name, ``begin`` and ``end`` the range. ``conditions`` must hold for the range to be right. ``before`` are
    lines in front of the parallel construct.
    """

    fact: LoopFact
    iteration: Iteration
    trip: Trip
    direct: bool
    type: t.Type
    name: str
    begin: str
    end: str
    conditions: tuple[str, ...]
    prologue: tuple[str, ...]
    privates: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def count(self) -> str:
        """The number of iterations, at least as tight as a sum."""
        return self.trip.text

    def parameter(self, context: Context) -> str:
        """The declaration of the iteration."""
        return context.declare(self.type, self.name)


def space_of(context: Context, fact: LoopFact) -> Space:
    """The iteration space of a parallel loop, each iteration by itself."""
    iteration = _iteration(fact)
    trip = trip_of(context, iteration)
    symbol = iteration.symbol
    prologue: list[str] = []
    privates: list[str] = []
    before: list[str] = []
    after: list[str] = []
    conditions: tuple[str, ...] = ()
    direct = symbol is not None and iteration.step == 1 and isinstance(symbol.type, t.Int)
    if direct:
        assert symbol is not None
        type_, name = symbol.type, symbol.name
        lower = plain(iteration.lower)
        low = constant(lower)
        begin, end = context.expr(lower) if low is None else str(low), context.expr(plain(iteration.upper))
        if low is None and not is_unsigned(lower):
            conditions = (f"{context.expr(lower, ADDITIVE)} >= 0",)
        elif low is not None and low < 0:
            raise Unsupported(fact.span, "a loop that starts below 0", "start the loop at 0 and shift the subscripts")
    else:
        name, begin, end = context.scoped("k"), "0", trip.text
        type_ = _counter_type(iteration)
        if symbol is not None:
            prologue.append(_variable(context, iteration, symbol, name, before))
        if isinstance(fact.loop, ForEach) and iteration.sequence is not None:
            prologue.append(_element(context, fact.loop, iteration.sequence, name, type_))
    for role in fact.roles:
        if isinstance(role, Induction) and role.symbol != symbol:
            step = _steps_since(context, iteration, name, direct)
            prologue.append(_induction(context, role, step, before))
        elif isinstance(role, Private):
            privates.append(private(context, role, before))
    after.extend(final_values(context, fact, iteration, trip))
    return Space(fact, iteration, trip, direct, type_, name, begin, end, conditions, tuple(prologue), tuple(privates),
                 tuple(before), tuple(after))  # fmt: skip


def keeps_last(fact: LoopFact) -> bool:
    """Whether a variable that the iterations have for themselves has the last one's value behind the loop."""
    return any(isinstance(role, Private) and role.last for role in fact.roles)


def from_zero(context: Context, space: Space) -> tuple[str, tuple[str, ...]]:
    """The parameter of a function of iterations that are counted from 0, and the lines that make the loop's own
    variables of it."""
    if space.begin == "0":
        return space.parameter(context), (*space.prologue, *space.privates)
    number = context.scoped("k")
    own = f"{space.parameter(context)} = {space.begin} + {number};"
    return f"size_t {number}", (own, *space.prologue, *space.privates)


def _iteration(fact: LoopFact) -> Iteration:
    if fact.iteration is None:
        raise Unsupported(fact.span, "a loop whose number of iterations is not known at its entry",
                          "write it as a counted loop")
    return fact.iteration


def _counter_type(iteration: Iteration) -> t.Type:
    """The type of a number from 0: the loop variable's where it surely fits (then compilers vectorize)."""
    symbol = iteration.symbol
    if symbol is not None and isinstance(symbol.type, t.Int) and symbol.type.bits == 32:
        first = iteration.lower if iteration.step > 0 else iteration.upper
        low = constant(first)
        if abs(iteration.step) > 1 or (low is not None and low >= -1):
            return symbol.type
    return t.SIZE


def _variable(context: Context, iteration: Iteration, symbol: Symbol, name: str, before: list[str]) -> str:
    """The loop's variable in iteration ``name``; where it starts from its own value, that is kept."""
    start = context.expr(plain(iteration.lower), ADDITIVE)
    if symbol in walk.used_symbols(iteration.lower):
        kept = context.fresh(f"{symbol.name}_start")
        before.append(f"const auto {kept} = {start};")
        start = kept
    step = abs(iteration.step)
    distance = name if step == 1 else f"{step} * {name}"
    value = f"{start} {'+' if iteration.step > 0 else '-'} {distance}"
    if start == "0" and iteration.step > 0:
        value = distance
    return f"{context.declare(symbol.type, symbol.name)} = {value};"


def _element(context: Context, loop: ForEach, sequence: Expr, name: str, type_: t.Type) -> str:
    """The element that iteration ``name`` of a range-for binds."""
    element = t.element_type(sequence.type) or t.strip(loop.symbol.type)
    counter = Symbol(name, type_, -1)
    value = Index(sequence, Ref(counter, type_), element)
    return Printer(context.own).declaration(loop.symbol, value) + ";"


def _steps_since(context: Context, iteration: Iteration, name: str, direct: bool) -> str:
    """How many iterations ran before iteration ``name``; at least as tight as a sum."""
    if not direct:
        return name
    lower = context.expr(plain(iteration.lower), ADDITIVE + 1)
    return name if lower == "0" else f"{name} - {lower}"


def advanced(context: Context, role: Induction, start: str, steps: str) -> str:
    """The value of an induction variable ``steps`` iterations after ``start`` (both at least as tight as sums)."""
    stride = _unwidened(role)
    value = constant(stride)
    if value is not None:
        size = steps if abs(value) == 1 else f"{abs(value)} * {_factor(steps)}"
        if start == "0" and value > 0:
            return size
        if value < 0 and " " in size and abs(value) == 1:
            size = f"({size})"
        return f"{start} {'+' if value > 0 else '-'} {size}"
    product = f"{_factor(steps)} * {context.expr(stride, MULTIPLICATIVE + 1)}"
    return product if start == "0" else f"{start} + {product}"


def _unwidened(role: Induction) -> Expr:
    """The stride, without a conversion that the sum does not need."""
    stride = plain(role.stride)
    own = t.strip(role.symbol.type)
    inner = stride.operand if isinstance(stride, Cast) else stride
    return inner if inner.type == own else stride


def _factor(text: str) -> str:
    return text if text.replace("_", "").isalnum() else f"({text})"


def _induction(context: Context, role: Induction, steps: str, before: list[str]) -> str:
    """The declaration of an iteration's own copy; it hides the original, whose value is kept where it is needed."""
    start = context.expr(plain(role.start), ADDITIVE)
    if role.symbol in walk.used_symbols(role.start):
        kept = context.fresh(f"{role.symbol.name}_start")
        before.append(f"const auto {kept} = {start};")
        start = kept
    return f"{context.declare(t.strip(role.symbol.type), role.symbol.name)} = {advanced(context, role, start, steps)};"


def private(context: Context, role: Private, before: list[str]) -> str:
    """The declaration of an iteration's own copy of a variable that it writes before it reads it."""
    type_ = t.strip(role.symbol.type)
    if role.extent is not None:
        context.includes.add("<vector>")
        own, element = context.scoped(f"own_{role.symbol.name}"), context.type(t.element_type(type_) or t.CHAR)
        length = context.expr(plain(role.extent))
        if not never_negative(role.extent):
            context.includes.add("<algorithm>")
            length = f"std::max<long>({length}, 0)"
        pointer = context.declare(_pointer(type_), role.symbol.name)
        return f"std::vector<{element}> {own}({length});\n{pointer} = {own}.data();"
    if isinstance(type_, t.Library):  # its size may matter
        kept = context.fresh(f"{role.symbol.name}_outside")
        before.append(f"const auto &{kept} = {role.symbol.name};")
        return f"{context.declare(type_, role.symbol.name)} = {kept};"
    return f"{context.declare(type_, role.symbol.name)};"


def _pointer(type_: t.Type) -> t.Type:
    """What a parameter of array type is."""
    return t.Pointer(type_.element) if isinstance(type_, t.Array) else type_


def final_values(context: Context, fact: LoopFact, iteration: Iteration, trip: Trip) -> list[str]:
    """Assignments that give the variables of the loop the values that they have after it."""
    lines: list[str] = []
    symbol = iteration.symbol
    if symbol is not None and not iteration.declared_in_header and used_outside(context, fact, symbol):
        lines.append(f"{symbol.name} = {_last_value(context, iteration, symbol, trip)};")
    for role in fact.roles:
        if isinstance(role, Induction) and role.live_out and role.symbol != symbol:
            start = context.expr(role.start, ADDITIVE)
            steps = trip.text if " " not in trip.text else f"({trip.text})"
            lines.append(f"{role.symbol.name} = {advanced(context, role, start, steps)};")
    return lines


def _last_value(context: Context, iteration: Iteration, symbol: Symbol, trip: Trip) -> str:
    if abs(iteration.step) == 1:
        return context.expr(plain(iteration.upper))
    start = context.expr(plain(iteration.lower), ADDITIVE)
    sign = "+" if iteration.step > 0 else "-"
    product = f"{abs(iteration.step)} * ({trip.text})"
    return product if start == "0" and sign == "+" else f"{start} {sign} {product}"


def used_outside(context: Context, fact: LoopFact, symbol: Symbol) -> bool:
    """Whether a variable of the function is read anywhere but in this loop and in loops that set it at their start."""
    own = {id(node) for node in walk.walk(fact.loop)}
    for node in walk.walk(context.function.body):
        if isinstance(node, For) and any(
            isinstance(s, Assign) and not s.op and s.place == Ref(symbol, t.strip(symbol.type)) for s in node.init
        ):
            own.update(id(below) for below in walk.walk(node))
    for node in walk.walk(context.function.body):
        if id(node) not in own and isinstance(node, Ref) and node.symbol == symbol:
            return True
    return False


def header(context: Context, space: Space, first: str, last: str) -> str:
    """``for (...)`` over the iterations ``[first, last)``, on the loop's own variable where it has one."""
    loop = space.fact.loop
    name = space.name
    steps = [f"{name}++"] if not space.direct else []
    if isinstance(loop, For):
        own = space.iteration.symbol
        others = [s for s in loop.step if space.direct or not (isinstance(s, Assign) and walk.root(s.place) == own)]
        steps += [Printer(context.own).simple(s) for s in others if isinstance(s, Assign | Declare)]
    return f"for ({context.declare(space.type, name)} = {first}; {name} < {last}; {', '.join(steps)})"
