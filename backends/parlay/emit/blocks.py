"""A loop cut into blocks of consecutive iterations, each run sequentially by the loop's own text.

The central piece is a lambda that is the loop over ``[first, last)``: what the loop carries from one iteration to the
next are its parameters, which hide the variables of the same names, so that the body's text stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unseq.backends.parlay.cxx_literals import ADDITIVE
from unseq.backends.parlay.emit import body as bodies
from unseq.backends.parlay.emit.bounds import BLOCK, iterations_a_block
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import LINE, Context
from unseq.backends.parlay.emit.iteration import Space, advanced, header, keeps_last
from unseq.backends.parlay.emit.polynomials import constant, plain
from unseq.frontend.facts import Accumulator, Induction, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Block, Expr, Ref, Storage, Symbol


@dataclass(frozen=True, slots=True)
class Carried:
    """A variable that a loop carries: ``symbol`` is the lambda's parameter, ``outer`` the text of the variable (or
    place) outside, ``start`` the value that a block starts from, as text."""

    symbol: Symbol
    outer: str
    start: str


@dataclass(frozen=True, slots=True)
class Split:
    """Blocks of a loop: ``lines`` declare ``count`` (a number of blocks), ``first`` and ``last`` bound block ``b``."""

    lines: tuple[str, ...]
    count: str
    number: str
    first: str
    last: str
    offset: str  # iterations before block b
    size: str  # iterations of a block that is not the last


def split(context: Context, space: Space, length: int = 0) -> Split:
    """Blocks of ``length`` iterations (0: about equal in work), independent of the number of threads."""
    size = iterations_a_block(space.trip, space.fact.work, space.fact.loop.body)
    if length:
        size = f"UNSEQ_CUTOFF > 0 ? {length} : 1"
    number = context.scoped("b")
    if size == "1":
        first, last = shifted(context, space, number), shifted(context, space, f"{number} + 1")
        return Split((), space.count, number, first, last, number, "1")
    context.definitions |= {"UNSEQ_CUTOFF"} if length else {"UNSEQ_CUTOFF", BLOCK}
    context.includes.add("<algorithm>")
    blocks = context.scoped("blocks")
    lines: tuple[str, ...] = ()
    if size != BLOCK:
        name = context.scoped("block_size")
        lines = (f"const size_t {name} = {size};",)
        size = name
    lines = (*lines, _count(space, blocks, size))
    first = shifted(context, space, f"{number} * {size}")
    last = shifted(context, space, f"({number} + 1) * {size}")
    return Split(lines, blocks, number, first, f"std::min<size_t>({space.end}, {last})", f"{number} * {size}", size)


def by_worker(context: Context, space: Space, shares: str) -> Split:
    """``shares`` blocks of equal length (an expression); a few where cut-offs are 0, each with its own copies."""
    context.definitions.add("UNSEQ_CUTOFF")
    context.includes.add("<algorithm>")
    number, size, blocks = context.scoped("b"), context.scoped("size"), context.scoped("blocks")
    lines = (
        f"const size_t {size} = {_factor(space.count)} / (UNSEQ_CUTOFF > 0 ? {shares} : 16) + 1;",
        _count(space, blocks, size),
    )
    first = shifted(context, space, f"{number} * {size}")
    last = shifted(context, space, f"({number} + 1) * {size}")
    return Split(lines, blocks, number, first, f"std::min<size_t>({space.end}, {last})", f"{number} * {size}", size)


def _count(space: Space, name: str, size: str) -> str:
    """The line that declares the number of blocks; none is empty where the last iteration's values are needed."""
    if keeps_last(space.fact):
        return f"const size_t {name} = ({space.count} - 1) / {size} + 1;"
    return f"const size_t {name} = {_factor(space.count)} / {size} + 1;  // the last one may be empty"


def shifted(context: Context, space: Space, offset: str) -> str:
    """The iteration ``offset`` behind the first one."""
    if not space.direct:
        return offset
    lower = plain(space.iteration.lower)
    if constant(lower) == 0:
        return offset
    start = context.expr(lower, ADDITIVE)
    return start if offset == "0" else f"{start} + {offset}"


def _factor(text: str) -> str:
    return text if " " not in text else f"({text})"


def block_loop(
    context: Context,
    space: Space,
    name: str,
    carried: Sequence[Carried],
    *,
    body: Block | None = None,
    places: Mapping[Expr, Expr] | None = None,
    result: str = "",
    declared: str = "",
) -> str:
    """The lambda ``name(first, last, carried...)``; ``result`` is what it returns, ``declared`` stands before the
    loop."""
    first, last = context.scoped("first"), context.scoped("last")
    parameters = [f"{context.declare(space.type, first)}", f"{context.declare(space.type, last)}"]
    parameters += [context.declare(t.strip(r.symbol.type), r.symbol.name) for r in inductions(space)]
    parameters += [context.declare(c.symbol.type, c.symbol.name) for c in carried]
    changed = bodies.with_places(space.fact.loop.body if body is None else body, places or {})
    text = context.block(space.fact.loop.body, changed)
    own = [line for line in space.prologue if line not in _induction_lines(space)]
    loop = context.controlled(header(context, space, first, last), "\n".join([*own, text]))
    given = {c.symbol.name for c in carried}
    roles = [role for role in space.fact.roles if isinstance(role, Private)]
    privates = [line for line, role in zip(space.privates, roles, strict=True) if role.symbol.name not in given]
    lines = [*privates, *([declared] if declared else []), loop, *([f"return {result};"] if result else [])]
    return context.braces(f"auto {name} = {CLOSURE}({', '.join(parameters)})", "\n".join(lines), ";")


def inductions(space: Space) -> tuple[Induction, ...]:
    """The secondary induction variables of a loop."""
    own = space.iteration.symbol
    return tuple(r for r in space.fact.roles if isinstance(r, Induction) and r.symbol != own)


def _induction_lines(space: Space) -> frozenset[str]:
    names = {role.symbol.name for role in inductions(space)}
    return frozenset(line for line in space.prologue if line.split(" =")[0].split()[-1].lstrip("*&") in names)


def arguments(context: Context, space: Space, first: str, last: str, offset: str, carried: Sequence[str]) -> str:
    """The arguments of a block's lambda."""
    starts = []
    for role in inductions(space):
        start = context.expr(role.start, ADDITIVE)
        starts.append(advanced(context, role, start, offset) if offset != "0" else start)
    return ", ".join([first, last, *starts, *carried])


def call(context: Context, space: Space, cut: Split, name: str, starts: Sequence[str]) -> str:
    """The lines that return what the lambda ``name`` makes of block b."""
    line = f"return {name}({arguments(context, space, cut.first, cut.last, cut.offset, starts)});"
    if len(line) <= LINE:
        return line
    first, last = context.scoped("first"), context.scoped("last")
    return "\n".join(
        [
            f"{context.declare(space.type, first, const=True)} = {cut.first};",
            f"{context.declare(space.type, last, const=True)} = {cut.last};",
            f"return {name}({arguments(context, space, first, last, cut.offset, starts)});",
        ]
    )


def can_replace_loop(space: Space, carried: Sequence[Carried]) -> bool:
    """Whether the lambda, run over all iterations from the variables' own values, is the loop: its variables are the
    function's own, which nothing else refers to."""
    own = all(c.outer == c.symbol.name and c.symbol.storage in (Storage.LOCAL, Storage.PARAMETER) for c in carried)
    return own and not inductions(space) and not keeps_last(space.fact)


def whole(context: Context, space: Space, name: str, carried: Sequence[Carried]) -> str:
    """The loop as a call of its lambda."""
    names = [c.outer for c in carried]
    target = names[0] if len(names) == 1 else f"std::tie({', '.join(names)})"
    return f"{target} = {name}({arguments(context, space, space.begin, space.end, '0', names)});"


# --- the variables -------------------------------------------------------------------------------------------------


def wrapping(type_: t.Type) -> t.Type:
    """The type in which sums of ``type_`` may be taken in another order: partial sums of signed numbers may leave the
    range that the sequential sums stay in."""
    if isinstance(type_, t.Int) and type_.signed and type_.bits >= 32:
        return t.Int(type_.bits, False)
    return type_


def is_variable(place: Expr) -> bool:
    """Whether ``place`` can be hidden by a parameter of the same name."""
    return isinstance(place, Ref) and place.symbol.name.isidentifier()


def local_name(context: Context, place: Expr) -> str:
    """A name for a block's own copy of ``place``."""
    if isinstance(place, Ref) and place.symbol.name.isidentifier():
        return place.symbol.name
    wanted = getattr(place, "name", "") or "partial"
    return context.scoped(f"block_{wanted}" if wanted != "partial" else wanted)


def own_copy_of(symbol: Symbol, type_: t.Type | None = None) -> Symbol:
    """The parameter that stands for a variable inside a block and hides it."""
    storage = Storage.GLOBAL if isinstance(symbol.type, t.Reference) else symbol.storage
    return Symbol(symbol.name, t.strip(symbol.type if type_ is None else type_), symbol.uid, storage)


def own_copy(context: Context, place: Expr, type_: t.Type) -> Symbol:
    """The parameter that stands for ``place`` inside a block."""
    if isinstance(place, Ref) and place.symbol.name.isidentifier():
        return own_copy_of(place.symbol, type_)
    return Symbol(local_name(context, place), t.strip(type_), -2)


def substituted(role: Accumulator, copy: Symbol) -> dict[Expr, Expr]:
    """What the body must write instead of the accumulator's place."""
    return {} if is_variable(role.place) else {role.place: Ref(copy, copy.type)}
