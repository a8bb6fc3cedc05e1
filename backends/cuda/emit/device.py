"""Kernels: their parameters, their text, the call that launches them.

A kernel is the loop's own body in a function of its own: what the body uses are parameters of the same names, arrays
are pointers to their copies on the device.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from unseq.backends.cuda.emit.arrays import Moved, is_plain, moved, wrapped
from unseq.backends.cuda.emit.code import on_device
from unseq.backends.cuda.emit.names import translated
from unseq.backends.parlay.emit.captures import identifiers, mentioned
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.iteration import Space
from unseq.backends.parlay.emit.polynomials import Bounds
from unseq.frontend.analysis.footprint import sections
from unseq.frontend.facts import Guard, Induction, LoopFact, Private
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Expr,
    Function,
    Ref,
    Symbol,
)
from unseq.frontend.ir.walk import (
    Node,
    declared_symbols,
    extents,
    free_symbols,
    rebound_symbols,
    used_symbols,
)
from unseq.frontend.source import Span, Unsupported

_MEMBER = re.compile(r"(?:\.|->|::)\s*[A-Za-z_]\w*")
THREAD = "size_t(blockIdx.x) * blockDim.x + threadIdx.x"  # its number in the grid
_KEPT = re.compile(r"const auto (\w+) = ")


N = TypeVar("N", bound=Node)


@dataclass(slots=True)
class Device:
    """What the kernels of one function share: ``kernels`` collects their texts, ``want`` the definitions that they
    take, ``callees`` the functions of the file that they call; ``unsure``: places of ranges that may be too wide.
    ``planned``: functions that launch kernels themselves, of which kernels call ``copies``."""

    context: Context
    kernels: list[str] = field(default_factory=list)
    want: set[str] = field(default_factory=set)
    callees: set[str] = field(default_factory=set)
    unsure: list[Span] = field(default_factory=list)
    planned: frozenset[str] = frozenset()
    copies: dict[str, str] = field(default_factory=dict)

    def name(self, what: str) -> str:
        """A name for a kernel or a type of its own."""
        return self.context.fresh(f"{self.context.function.name.rsplit('::', 1)[-1]}_{what}")


@dataclass(slots=True)
class Region:
    """A loop whose body goes to the device: its arrays, what else it uses, its body with device names."""

    device: Device
    fact: LoopFact
    space: Space
    moved: tuple[Moved, ...]
    guards: tuple[Guard, ...]  # that what is moved is there
    bases: dict[Expr, Symbol]
    bounds: Bounds
    runs: list[str] = field(default_factory=list)  # what must hold for it to run, and be worth it

    def node(self, node: N) -> N:
        """A part of the loop as it is in a kernel."""
        return on_device(self.device, node, self.moved, self.bases, declared_symbols(self.fact.loop))

    def keep_used(self, kernels: Iterable[str]) -> None:
        """Leaves out the arrays that no kernel uses: the host folds into them."""
        names = set().union(*map(_names, kernels))
        self.moved = tuple(m for m in self.moved if m.symbol.name in names)

    @property
    def before(self) -> list[str]:
        """The lines that bring the arrays to the device."""
        return [line for m in self.moved for line in m.before]

    @property
    def after(self) -> list[str]:
        """The lines that bring them back."""
        return [line for m in self.moved for line in m.after]


def region(device: Device, fact: LoopFact, space: Space, bounds: Bounds) -> Region:
    """What a loop needs on the device.

    Raises ``Unsupported`` where its memory cannot be moved there."""
    context = device.context
    if any(isinstance(role, Private) and role.extent is not None for role in fact.roles):
        what = "scratch memory of which only a run tells the length"
        raise Unsupported(fact.span, what, "use an array of fixed length in the loop")
    found, guards = sections(context.function, fact)
    changing = rebound_symbols(fact.loop)
    arrays = []
    bases: dict[Expr, Symbol] = {}
    names: set[str] = set()
    for section in found:
        one = moved(context, section, bounds, device.want, changing)
        if one.symbol.name in names:
            raise Unsupported(section.base.span, "two arrays of one name", "rename one of them")
        names.add(one.symbol.name)
        arrays.append(one)
        if not isinstance(section.base, Ref):
            bases[section.base] = one.symbol
        if not section.sure:
            device.unsure.append(section.base.span)
    return Region(device, fact, space, tuple(arrays), guards, bases, bounds)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a kernel: its declaration and what it is given."""

    name: str
    declaration: str
    argument: str


def kernel(
    here: Region, name: str, text: str, given: Sequence[Parameter], *, blocks: str, own: Iterable[str] = (),
    stream: str = "",
) -> str:
    """Adds the kernel ``name`` with the body ``text`` and returns the lines that launch it.

    ``given`` are parameters of the emitter's own, which come last; what else the text names become parameters of the
    same names; ``own`` are names that it declares."""
    context, device = here.device.context, here.device
    taken = {p.name for p in given}
    names = _names(text) - set(own) - taken
    parameters = [*_scalars(here, names), *_arrays(here, names), *given]
    head = translated(context, wrapped(f"__global__ void {name}(", [p.declaration for p in parameters]))
    device.kernels.append(f"{head}\n{context.braces('', translated(context, text))}")
    device.want |= {"blocks", "check"}
    shape = f"{blocks}, block_threads" + (f", 0, {stream}" if stream else "")
    launch = wrapped(f"{name}<<<{shape}>>>(", [p.argument for p in parameters]) + ";"
    return f"{context.site('kernel', here.fact.span)}{launch}\ncuda_check(cudaGetLastError());"


def _names(text: str) -> set[str]:
    """The identifiers of a text, members of other things left out."""
    return identifiers(_MEMBER.sub(" ", text))


def _scalars(here: Region, names: set[str]) -> list[Parameter]:
    """Variables that the text uses: passed by value."""
    context = here.device.context
    others = {m.symbol.name for m in here.moved}
    found: dict[str, Parameter] = {}
    for symbol in _visible(context.function, here.fact):
        if symbol.name not in names or symbol.name in others or symbol.name in found:
            continue
        type_ = t.strip(symbol.type)
        if not is_plain(type_) or isinstance(type_, t.Array):
            raise Unsupported(here.fact.span, f"{symbol.name} cannot go to the GPU", "use plain variables and arrays")
        found[symbol.name] = Parameter(symbol.name, context.declare(type_, symbol.name), symbol.name)
    return [*found.values(), *_starts(here, names)]


def _starts(here: Region, names: set[str]) -> list[Parameter]:
    """The values that variables have at loop entry, where the host keeps them under other names."""
    context, roles = here.device.context, here.fact.roles
    moving = [role.symbol for role in roles if isinstance(role, Induction)]
    if here.space.iteration.symbol is not None:
        moving.append(here.space.iteration.symbol)
    kept = [match[1] for line in here.space.before if (match := _KEPT.match(line)) and match[1] in names]
    found = []
    for name in kept:
        symbol = next((s for s in moving if name.startswith(f"{s.name}_start")), None)
        if symbol is None or not is_plain(t.strip(symbol.type)):
            raise Unsupported(here.fact.span, "a variable that moves along with the loop", "use subscripts")
        found.append(Parameter(name, context.declare(t.strip(symbol.type), name), name))
    return found


def _visible(function: Function, fact: LoopFact) -> Iterable[Symbol]:
    """The variables around a loop that it, or what is known of it, refers to: parameters first."""
    used = set(free_symbols(fact.loop)) | set(mentioned((fact.iteration, fact.roles)))
    for extra in fact.before:
        used |= declared_symbols(extra)
    used |= {inner for s in used for extent in extents(s.type) for inner in used_symbols(extent)}  # of variable length
    used -= declared_symbols(fact.loop) - {r.symbol for r in fact.roles if isinstance(r, Induction)}
    yield from (p for p in function.parameters if p in used)
    yield from sorted(used - set(function.parameters), key=lambda s: s.uid)


def _arrays(here: Region, names: set[str]) -> list[Parameter]:
    """Arrays that the text uses, and their lengths."""
    context = here.device.context
    found = []
    for m in here.moved:
        if m.symbol.name in names:
            declaration = context.declare(m.symbol.type, f"__restrict__ {m.symbol.name}")
            found.append(Parameter(m.symbol.name, declaration, m.argument))
        if m.size is not None and m.size[0].name in names:
            symbol, text = m.size
            found.append(Parameter(symbol.name, f"size_t {symbol.name}", text))
    return found


# --- the iterations of a kernel ------------------------------------------------------------------------------------


def each_iteration(here: Region, body: str) -> tuple[str, list[Parameter], set[str]]:
    """The loop over a thread's iterations, as many threads apart as there are; what it is given; what it declares."""
    context, space = here.device.context, here.space
    count = context.scoped("count")
    k, lines = numbered(here, "k")
    given = [Parameter(count, f"size_t {count}", f"size_t({space.count})")]
    return strided(context, k, "", count, [*lines, body]), given, {k, space.name}


def strided(context: Context, k: str, first: str, end: str, lines: Sequence[str]) -> str:
    """The loop over the numbers from ``first`` ("": from 0) that are a thread's, as many apart as there are threads."""
    start = f"{first} + {THREAD}" if first else THREAD
    head = f"for (size_t {k} = {start}; {k} < {end}; {k} += size_t(gridDim.x) * blockDim.x)"
    return context.braces(head, "\n".join(lines))


def numbered(here: Region, wanted: str) -> tuple[str, list[str]]:
    """The name of the number of an iteration, from 0, and the lines that make the loop's variables from it; the name is
    the loop variable's own where it is that number."""
    context, space = here.device.context, here.space
    same = space.direct and space.begin == "0" and context.type(space.type) == "size_t"
    number = space.name if same else context.scoped(wanted)
    return number, own_iteration(here, number)


def own_iteration(here: Region, number: str) -> list[str]:
    """The lines that make the loop's variables from the number of an iteration."""
    context, space = here.device.context, here.space
    type_ = context.type(space.type)
    value = f"{type_}({number})" if type_ != "size_t" else number
    if space.direct and space.begin != "0":
        value = f"{space.begin} + {value}"
    own = [f"const {type_} {space.name} = {value};"] if space.name != number else []
    return [*own, *(_on_pointers(here, line) for line in space.prologue), *space.privates]


def _on_pointers(here: Region, line: str) -> str:
    """A line with pointers in place of iterators of containers."""
    for m in here.moved:
        name = m.symbol.name
        line = re.sub(rf"\b{name}\.c?begin\(\)", name, line)
        if m.size is not None:
            line = re.sub(rf"\b{name}\.(?:size|length)\(\)", m.size[0].name, line)
            reverse = f"std::make_reverse_iterator({name} + {m.size[0].name})"
            line = re.sub(rf"\b{name}\.c?rbegin\(\)", reverse, line)
    return line
