"""Arrays that a kernel uses, as the host moves them: a copy on the device before, and back after.

Knows how elements are told (all of a container, a range, what subscripts reach); knows nothing of kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unseq.backends.parlay import cxx_rows
from unseq.backends.parlay.emit.context import LINE, Context
from unseq.backends.parlay.emit.guards import elements, in_scalars, pointer
from unseq.backends.parlay.emit.polynomials import Bounds, text_of
from unseq.frontend.analysis import terms
from unseq.frontend.extent import Section
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Literal, Ref, Symbol
from unseq.frontend.ir.walk import used_symbols
from unseq.frontend.source import Unsupported


@dataclass(frozen=True, slots=True)
class Moved:
    """An array on its way: ``symbol`` is the kernel's parameter, ``argument`` what it gets; ``before`` are the lines
    that make the copy, ``after`` those that bring it back; ``size``: a name for the number of its elements in a kernel,
    and the host's text for it."""

    section: Section
    symbol: Symbol
    argument: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    size: tuple[Symbol, str] | None


def moved(
    context: Context, section: Section, bounds: Bounds, want: set[str], changing: frozenset[Symbol] = frozenset()
) -> Moved:
    """How the elements of a section come to the device and back; ``want`` collects definitions that this takes,
    ``changing`` are variables that have other values afterwards."""
    base = section.base
    span = base.span
    only_read = isinstance(section.element, t.Record) and section.members and not section.writes
    if not is_plain(section.element) and not only_read:
        raise Unsupported(span, "elements that own memory cannot be on a GPU",
                          "keep what the loop needs in plain arrays")  # fmt: skip
    want.add("array")
    name = base.symbol.name if isinstance(base, Ref) else context.fresh(getattr(base, "name", "array"))
    held = context.fresh(f"{name}_on_device")
    flat = cxx_rows.points_to_rows(base.type) or cxx_rows.is_variable(t.strip(base.type))
    element = cxx_rows.scalar(section.element) if flat else section.element
    symbol = Symbol(name, t.Pointer(element, const=not section.writes), -700 - len(name), span=span)
    first, size, shift, before = _range(context, section, bounds, want, changing)
    length = None
    type_ = t.strip(base.type)
    if isinstance(type_, t.Library):
        length = (Symbol(context.fresh(f"{name}_size"), t.SIZE, -690), f"{context.expr(base, 16)}.size()")
    if element == t.BOOL and isinstance(type_, t.Library) and type_.name == "vector":
        return _bits(context, section, symbol, held, length)
    text = spelled_there(context, element)
    if holds_complex(element):
        first = f"reinterpret_cast<{'' if section.writes else 'const '}{text} *>({first})"
    made = f"DeviceArray<{text}> {held}({size});" if section.fills else f"DeviceArray<{text}> {held}({first}, {size});"
    after: tuple[str, ...] = (f"{held}.copy_to({first});",) if section.writes else ()
    if section.counter is not None:
        after = (f"{held}.copy_to({first}, {context.expr(section.counter)} - {shift});",)
    argument = f"{held}.data(){_minus(shift)}"
    return Moved(section, symbol, argument, (*before, made), after, length)


def _minus(shift: str) -> str:
    if shift == "0":
        return ""
    return f" - {shift}" if " " not in shift or bare(shift) != shift else f" - ({shift})"


def _range(
    context: Context, section: Section, bounds: Bounds, want: set[str], changing: frozenset[Symbol]
) -> tuple[str, str, str, list[str]]:
    """Where the elements begin, how many they are, how far that is from the array's beginning, and lines in front."""
    base = section.base
    start = pointer(context, base)
    type_ = t.strip(base.type)
    if section.low is not None and section.high is not None:
        low, high = in_scalars(base, section.low), in_scalars(base, section.high)
        shift = text_of(context, low, bounds)
        size = text_of(context, terms.subtract(high, low), bounds)
        if changing & (used_symbols(low) | used_symbols(high)):
            kept = context.fresh("offset")
            line = f"const long {kept} = {shift};"
            return f"{start} + {kept}", size, kept, [line]
        return start if shift == "0" else f"{start} + {_factor(shift)}", bare(size), shift, []
    if section.through:
        want.add("reach")
        reaches = []
        for part in section.through:
            array, lower, upper = elements(context, part.array, part.low, part.high)
            reaches.append(f"reach_of({array}{lower}, {array}{upper})")
        text = reaches[0]
        for other in reaches[1:]:
            want.add("joined")
            text = f"joined({text}, {other})"
        reach = context.fresh("reach")
        line = f"const Reach {reach} = {text};"
        return f"{start} + {reach}.first", f"{reach}.end - {reach}.first", f"{reach}.first", [line]
    if isinstance(type_, t.Array):
        extent = type_.extent
        assert isinstance(extent, int)
        return start, context.expr(Literal(extent, t.INT)), "0", []
    return start, f"{context.expr(base, 16)}.size()", "0", []


def _factor(text: str) -> str:
    return f"({text})" if (" - " in text or " + " in text) and bare(text) == text else text


def bare(text: str) -> str:
    """A text without the parentheses around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for c in text[:-1]:
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return text
    return text[1:-1]


def _bits(context: Context, section: Section, symbol: Symbol, held: str, size: tuple[Symbol, str] | None) -> Moved:
    """A ``std::vector<bool>``, whose elements share words: one byte each on the device."""
    context.includes |= {"<algorithm>", "<memory>"}
    name = symbol.name
    bytes_ = context.fresh(f"{name}_bytes")
    before = [
        f"const std::unique_ptr<bool[]> {bytes_}(new bool[{name}.size()]);",
        f"std::copy({name}.begin(), {name}.end(), {bytes_}.get());",
        f"DeviceArray<bool> {held}({bytes_}.get(), {name}.size());",
    ]
    after: tuple[str, ...] = ()
    if section.writes:
        after = (
            f"{held}.copy_to({bytes_}.get());",
            f"std::copy_n({bytes_}.get(), {name}.size(), {name}.begin());",
        )
    return Moved(section, symbol, f"{held}.data()", tuple(before), after, size)


def is_plain(type_: t.Type) -> bool:
    """Whether values of a type mean the same on the device: numbers, and records, pairs and arrays of such."""
    match type_:
        case t.Float(bits):
            return bits <= 64
        case t.Bool() | t.Int():
            return True
        case t.Array(element, extent):
            return (isinstance(extent, int) or extent is not None) and is_plain(element)
        case t.Record(_, fields):
            return all(is_plain(field.type) for field in fields)
        case t.Library(name, args) if name in ("complex", "pair", "tuple", "array"):
            return all(isinstance(arg, int) or is_plain(arg) for arg in args)
    return False


def spelled_there(context: Context, type_: t.Type) -> str:
    """A type's spelling on the device, whose library has complex numbers of its own."""
    if not holds_complex(type_):
        return context.type(type_)
    context.includes.add("<cuda/std/complex>")
    return context.type(type_).replace("std::complex", "cuda::std::complex")


def holds_complex(type_: t.Type) -> bool:
    """Whether values of a type are complex numbers, or made of such."""
    if isinstance(type_, t.Array):
        return holds_complex(type_.element)
    return isinstance(type_, t.Library) and (
        t.is_complex(type_) or any(not isinstance(arg, int) and holds_complex(arg) for arg in type_.args)
    )


def wrapped(head: str, items: Sequence[str]) -> str:
    """``head`` and its arguments, on as many lines as that takes."""
    line = f"{head}{', '.join(items)})"
    if len(line) <= LINE + 20:
        return line
    lines, current = [], head
    for k, item in enumerate(items):
        piece = item + ("," if k + 1 < len(items) else ")")
        if len(current) + len(piece) + 1 > LINE + 12 and current != head:
            lines.append(current)
            current = " " * 8 + piece
        else:
            current += (" " if current != head and not current.endswith("(") else "") + piece
    return "\n".join([*lines, current])
