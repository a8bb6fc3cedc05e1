"""A second function for callers whose data are on the device already: ``NAME_on_device``, which only launches.

Only where that is all that the function does: its body is the one loop, its arrays are pointer parameters, and neither
bounds nor checks look at an element. Overlap, which the host answers with the loop as it was, is an exception there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.arrays import bare, is_plain, wrapped
from unseq.backends.cuda.emit.device import Region
from unseq.backends.parlay.emit.context import joined
from unseq.backends.parlay.emit.iteration import keeps_last
from unseq.frontend.analysis import terms
from unseq.frontend.extent import Extent, Section
from unseq.frontend.facts import Buffered, Disjoint
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Deref, Expr, Index, Member, Method, Ref
from unseq.frontend.ir.walk import walk
from unseq.frontend.source import Language

STREAM = "stream"
_LOCAL = re.compile(rb"\b(static|inline|constexpr|template)\b")


def with_pointers(here: Region) -> Region | None:
    """The region with the function's own pointers in place of copies; None where a function that only launches would
    not do what the original does."""
    context = here.device.context
    function, space, fact = context.function, here.space, here.fact
    whole = len(function.body.statements) == 1 and function.body.statements[0].span == fact.span
    if not whole or function.result != t.VOID or fact.before or space.before or space.after or context.outlined:
        return None
    source = context.unit.text[function.span.start : function.span.end]
    words = [p.name for p in function.parameters]
    if function.template or "::" in function.name or _LOCAL.search(source.partition(b"(")[0]) or STREAM in words:
        return None
    if f"{function.name}_on_device".encode() in context.unit.text:
        return None
    pointers = [p for p in function.parameters if isinstance(p.type, t.Pointer)]
    if not all(p in pointers or is_plain(p.type) for p in function.parameters):
        return None
    if not all(_is_range(m.section) and isinstance(m.section.base, Ref) and m.section.base.symbol in pointers
               for m in here.moved):  # fmt: skip
        return None
    if keeps_last(fact) or any(isinstance(role, Buffered) for role in fact.roles):  # the host does more than launch
        return None
    if not all(isinstance(g, Disjoint) for g in fact.guards):
        return None
    # What is checked are exactly the elements that the caller's copies have: those of two arrays are never the same.
    checked = [extent for g in fact.guards if isinstance(g, Disjoint) for extent in (g.left, g.right)]
    if not all(any(_same(extent, m.section) for m in here.moved) for extent in checked):
        return None
    if not _of_scalars(space.iteration.trip):
        return None
    return replace(here, moved=tuple(replace(m, argument=m.symbol.name) for m in here.moved))


def _is_range(section: Section) -> bool:
    return (
        section.low is not None and section.high is not None and section.counter is None
        and _of_scalars(section.low) and _of_scalars(section.high)
    )  # fmt: skip


def _same(extent: Extent, section: Section) -> bool:
    ends = ((extent.low, section.low), (extent.high, section.high))
    return extent.base == section.base and all(
        b is not None and (a == b or terms.constant(terms.subtract(a, b)) == 0) for a, b in ends
    )


def _of_scalars(e: Expr) -> bool:
    """Whether a value is made of variables alone, without a look at an array."""
    return not any(isinstance(n, Index | Deref | Member | Method) for n in walk(e))


def on_device(here: Region, launch: str, checks: Sequence[str]) -> str:
    """Adds the function with the ``launch``, which is on its stream, and returns the call of it with the copies of
    ``here`` in place of pointers. ``checks``: what must hold for the launch to be right."""
    device = here.device
    context = device.context
    function = context.function
    name = f"{function.name}_on_device"
    parameters = [context.declare(p.type, p.name) for p in function.parameters]
    runs = [condition for condition in dict.fromkeys(here.runs) if "UNSEQ_CUTOFF" not in condition]
    lines = [f"if ({joined(runs)}) {{"] if runs else []
    if checks:
        context.includes.add("<stdexcept>")
        overlap = f'throw std::invalid_argument("{name}: arrays overlap");'
        apart = joined(list(checks))
        condition = f"!{apart}" if bare(apart) != apart else f"!({apart})"
        lines.append(context.indent(context.controlled(f"if ({condition})", overlap)))
    lines += [context.indent(launch), "}"] if runs else [launch]
    external = 'extern "C" ' if context.unit.language is Language.C else ""
    head = wrapped(f"{external}void {name}(", [*parameters, f"cudaStream_t {STREAM}"])
    about = f"// {function.name} for arrays on the device: only launches.\n"
    body = context.braces("", "\n".join(lines))
    device.kernels.append(f"{about}{head}\n{body}")
    copies = {m.symbol.name: m.argument for m in here.moved}
    given = [copies.get(p.name, p.name) for p in function.parameters]
    return wrapped(f"{name}(", [*given, "nullptr"]) + ";"
