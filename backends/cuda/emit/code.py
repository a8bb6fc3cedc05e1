"""Code as it is on the device: what a kernel may do, arrays for containers, functions that kernels call.

Raises ``Unsupported`` for what a device cannot do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from unseq.backends.cuda.emit.arrays import Moved, is_plain
from unseq.backends.cuda.emit.names import MATHS, is_known, translated
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.analysis.library import SIZE_METHODS, bare
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Declare,
    Expr,
    For,
    ForEach,
    Function,
    Index,
    Lambda,
    Literal,
    Method,
    Ref,
    Symbol,
)
from unseq.frontend.ir.walk import EXPRESSIONS, Node, children, expressions, transform, walk
from unseq.frontend.source import NOWHERE, Unsupported

if TYPE_CHECKING:
    from unseq.backends.cuda.emit.device import Device

N = TypeVar("N", bound=Node)
_COMPLEX_METHODS = frozenset({"real", "imag"})


def on_device(
    device: Device, node: N, arrays: Sequence[Moved], bases: Mapping[Expr, Symbol] = MappingProxyType({}),
    own: frozenset[Symbol] = frozenset(),
) -> N:
    """Code as it is on the device: ``bases`` are arrays under names of their own there, ``own`` the variables that the
    code declares.

    Raises ``Unsupported`` for what a device cannot do."""
    sizes = {m.section.base: m.size[0] for m in arrays if m.size is not None}
    functions = {f.name: f for f in device.context.function.callees}

    def one(n: Node) -> Node:
        if isinstance(n, Method) and n.name in SIZE_METHODS and n.object in sizes and not n.arguments:
            return Ref(sizes[n.object], t.SIZE, n.span)
        if isinstance(n, EXPRESSIONS) and n in bases:
            return Ref(bases[n], bases[n].type, n.span)
        if isinstance(n, Call) and bare(n.name) in MATHS and n.target is None:  # C has one function, C++ three
            return replace(n, arguments=tuple(_exact(a) for a in n.arguments))
        if isinstance(n, Call) and n.name in device.planned and n.name in functions:
            return replace(n, name=_copy(device, functions[n.name]))
        if isinstance(n, ForEach) and n.sequence in sizes:
            return _counted(device, n, sizes[n.sequence])
        return n

    changed = transform(node, one)
    _check(device, changed, {m.symbol.name for m in arrays}, own)
    values = (n for n in walk(changed) if isinstance(n, EXPRESSIONS)) if isinstance(changed, Block) else ()
    if any(t.is_complex(n.type) for n in values):
        changed = replace(changed, span=NOWHERE)  # the source may call the type by a name of its own
    return changed


def _exact(e: Expr) -> Expr:
    """An argument with its conversion written out."""
    return replace(e, implicit=False) if isinstance(e, Cast) and e.implicit else e


def _counted(device: Device, loop: ForEach, size: Symbol) -> For:
    """A loop over the elements of an array, by their subscripts."""
    element = t.element_type(loop.sequence.type)
    assert element is not None
    k = Symbol(device.context.fresh("at"), t.SIZE, -620 - loop.id)
    counter = Ref(k, t.SIZE)
    own = Declare(loop.symbol, Index(loop.sequence, counter, element))
    return For(
        (Declare(k, Literal(0, t.SIZE, "0")),), Binary("<", counter, Ref(size, t.SIZE), t.BOOL),
        (Assign(counter, Literal(1, t.SIZE, "1"), "+"),), Block((own, *loop.body.statements), NOWHERE), loop.id,
    )  # fmt: skip


def _check(device: Device, node: Node, arrays: set[str], own: frozenset[Symbol]) -> None:
    functions = {f.name for f in device.context.function.callees}
    for n in walk(node):
        if isinstance(n, Lambda) or (isinstance(n, Call) and n.target is not None):
            raise Unsupported(n.span, "a function object in a loop that goes to the GPU", "write its code out")
        if isinstance(n, Call) and n.name in functions:
            device.callees.add(n.name)
        elif isinstance(n, Call) and n.name.startswith("std::") and not is_known(bare(n.name)):
            raise Unsupported(n.span, f"{n.name} in a loop that goes to the GPU", "write it as a loop")
        if isinstance(n, Method) and not (t.is_complex(n.object.type) and n.name in _COMPLEX_METHODS):
            raise Unsupported(n.span, f".{n.name}() in a loop that goes to the GPU", "keep its value in a variable")
        if isinstance(n, Index) and n.checked:
            raise Unsupported(n.span, ".at() throws, which a GPU cannot", "check the range before the loop")
        if isinstance(n, Declare) and not (is_plain(t.strip(n.symbol.type)) or _is_pointer(n.symbol.type)):
            raise Unsupported(n.span, "a local object that needs the heap", "use an array of fixed length")
        if isinstance(n, EXPRESSIONS) and n.type == t.Float(80):
            raise Unsupported(n.span, "long double, which a GPU does not have", "use double")
    for n in _containers_used_whole(node):
        if n.symbol.name in arrays or n.symbol not in own:
            raise Unsupported(n.span, f"{n.symbol.name} is used as a whole", "use its elements only")


def _is_pointer(type_: t.Type) -> bool:
    return isinstance(type_, t.Pointer | t.Reference)


def _containers_used_whole(node: Node) -> Iterable[Ref]:
    """Containers that are not just subscripted."""

    def visit(n: Node, subscripted: bool) -> Iterable[Ref]:
        if isinstance(n, Ref):
            type_ = t.strip(n.symbol.type)
            owner = isinstance(type_, t.Library) and type_.name not in ("complex", "pair", "tuple", "array")
            if owner and not subscripted:
                yield n
            return
        for child in children(n):
            yield from visit(child, isinstance(n, Index) and child is n.base)

    return visit(node, False)


# --- functions of the file -------------------------------------------------------------------------------------------


def parameters_of(context: Context, function: Function) -> str:
    """The parameters of a function, declared; arrays whose length is a parameter are pointers."""
    return ", ".join(context.declare(_as_pointer(p.type), p.name) for p in function.parameters)


def _as_pointer(type_: t.Type) -> t.Type:
    variable = isinstance(type_, t.Array) and not isinstance(type_.extent, int) and is_plain(type_.element)
    return t.Pointer(type_.element) if isinstance(type_, t.Array) and variable else type_


def _copy(device: Device, function: Function) -> str:
    """The name of the copy of a function that kernels call; made once."""
    name = device.copies.get(function.name)
    if name is None:
        whole = replace(function, callees=device.context.function.callees)
        name = device.copies[function.name] = device_function(device, whole, function.name.rsplit("::", 1)[-1])
    return name


def device_function(device: Device, function: Function, own: str, shared: Symbol | None = None) -> str:
    """Adds copies of a function and of all that it calls for the device; returns the name of its own, made of
    ``own``. ``shared``: an array of the file, which all of them get as their last parameter."""
    functions = _ordered(function)
    element = t.element_type(shared.type) if shared is not None else None
    last = f", {device.context.declare(t.Pointer(element), shared.name)}" if shared is not None and element else ""
    passed = (Ref(shared, shared.type),) if shared is not None else ()
    names = {f.name: device.name(own if f is function else f.name.rsplit("::", 1)[-1]) for f in functions}

    def one(node: Node) -> Node:
        if isinstance(node, Call) and node.target is None and node.name in names:
            return replace(node, name=names[node.name], arguments=(*node.arguments, *passed))
        return node

    for f in functions:
        context = replace(device.context, function=f)
        head = f"__device__ {context.type(f.result)} {names[f.name]}({parameters_of(context, f)}{last})"
        body = on_device(replace(device, context=context), transform(f.body, one), ())
        device.kernels.append(translated(device.context, f"{head}\n{context.braces('', context.block(f.body, body))}"))
    return names[function.name]


def _ordered(function: Function, calling: tuple[str, ...] = ()) -> list[Function]:
    """The functions that a function calls, those that are called first, and itself."""
    found: list[Function] = []
    for name in dict.fromkeys(e.name for e in expressions(function.body) if isinstance(e, Call)):
        callee = next((f for f in function.callees if f.name == name), None)
        if callee is None or name == function.name:
            continue
        if name in calling:
            raise Unsupported(callee.span, f"{name} is recursive too", "make it a loop")
        inner = _ordered(replace(callee, callees=function.callees), (*calling, function.name))
        found += [f for f in inner if f.name not in {g.name for g in found}]
    return [*found, function]
