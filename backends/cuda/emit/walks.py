"""Walks along links: the host collects the elements, the device works on what they hold, the host puts it back.

What is used of the elements of a list becomes one array a field, so that neighbouring threads read neighbouring values;
where the links are subscripts, the elements are a subscript array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from unseq.backends.cuda.emit.device import Device
from unseq.backends.parlay.emit.context import Context, joined, local_symbol
from unseq.backends.parlay.emit.loops import either
from unseq.backends.parlay.emit.walks import Collected, collected
from unseq.backends.plan import Strategy, Walk
from unseq.frontend.analysis import terms
from unseq.frontend.analysis.list_walk import mapped
from unseq.frontend.facts import Iteration, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Declare,
    Deref,
    For,
    Index,
    Literal,
    Member,
    Method,
    Ref,
    Stmt,
    Symbol,
)
from unseq.frontend.ir.walk import Node, root, splice, transform, used_symbols
from unseq.frontend.source import Unsupported


def emit_walk(device: Device, plan: Walk, emit_part: Callable[[Strategy], str]) -> str:
    """The text in place of a walk; ``emit_part`` gives that of the loop over its elements."""
    context, fact = device.context, plan.loop
    context.includes.add("<vector>")
    found = collected(context, fact, "std::vector")
    cursor = found.facts.cursor
    element = t.strip(cursor.type)
    nodes = Symbol(found.elements, t.Library("vector", (element,)), found.facts.elements.uid)
    k = local_symbol(context.scoped("k"), t.SIZE)
    fields = _Fields(context, cursor, k)
    body = transform(found.facts.loop.body, fields.of)
    if cursor in used_symbols(body):
        if isinstance(element, t.Pointer):
            raise Unsupported(fact.span, f"{cursor.name} is used besides the fields of what it points to",
                              "use fields of the element only")  # fmt: skip
        body = Block((Declare(cursor, Index(terms.ref(nodes), terms.ref(k), element)), *body.statements))
    count = Method(terms.ref(nodes), "size", (), t.SIZE)
    loop = For(
        (Declare(k, Literal(0, t.SIZE, "0")),),
        terms.compare("<", terms.ref(k), count),
        (Assign(terms.ref(k), Literal(1, t.SIZE, "1"), "+", t.SIZE),),
        Block(body.statements),
        fact.loop.id,
    )
    iteration = Iteration(k, Literal(0, t.SIZE, "0"), count, 1, count)
    roles = mapped(fact.roles, fields.of)
    inner = replace(fact, loop=loop, iteration=iteration, roles=roles, original=None, irregular=None)
    declared = [Declare(symbol, None) for symbol in (nodes, *fields.arrays.values())]
    text, asked = _parallel(context, plan, inner, [*declared, loop], emit_part)
    text = "\n".join([*fields.collected(found), text, *fields.put_back(found)])
    return "\n".join([*found.lines, either(context, joined(asked), text, context.statement(fact.loop)), *found.after])


def _parallel(
    context: Context, plan: Walk, inner: LoopFact, statements: Sequence[Stmt], emit_part: Callable[[Strategy], str]
) -> tuple[str, list[str]]:
    """The text of the loop over the elements, and what it asks for."""
    whole, asked, outlined = context.function, context.asked, context.outlined
    body = splice(whole.body, lambda s: tuple(statements) if s is plan.loop.loop else (s,))
    context.function, context.asked, context.outlined = replace(whole, body=body), [], True
    try:
        text = emit_part(replace(plan.inner, loop=inner))
        return text, list(dict.fromkeys(context.asked))
    finally:
        context.function, context.asked, context.outlined = whole, asked, outlined


class _Fields:
    """The fields of a list's elements that its loop uses, each as an array over the elements."""

    def __init__(self, context: Context, cursor: Symbol, k: Symbol) -> None:
        self.context = context
        self.cursor = cursor
        self.k = k
        self.arrays: dict[str, Symbol] = {}
        self.written: set[str] = set()

    def of(self, node: Node) -> Node:
        """A node with an array's element in place of a field of the cursor's element."""
        if isinstance(node, Assign):
            place = root(node.place)
            self.written |= {name for name, symbol in self.arrays.items() if symbol == place}
        if not (isinstance(node, Member) and isinstance(node.base, Deref)):
            return node
        pointer = node.base.pointer
        if not (isinstance(pointer, Ref) and pointer.symbol == self.cursor):
            return node
        if isinstance(node.type, t.Array):
            raise Unsupported(node.span, "an array inside of a list's elements", "use a field for each value")
        if node.name not in self.arrays:
            name = self.context.fresh(f"{node.name}s")
            self.arrays[node.name] = local_symbol(name, t.Library("vector", (node.type,)))
        return Index(terms.ref(self.arrays[node.name]), terms.ref(self.k), node.type, span=node.span)

    def collected(self, found: Collected) -> list[str]:
        """The lines that collect the fields."""
        context, k, nodes = self.context, self.k.name, found.elements
        lines = []
        for symbol in self.arrays.values():
            element = t.element_type(symbol.type)
            assert element is not None
            lines.append(f"std::vector<{context.type(element)}> {symbol.name}({nodes}.size());")
        copies = [f"{symbol.name}[{k}] = {nodes}[{k}]->{field};" for field, symbol in self.arrays.items()]
        return [*lines, *self._each(copies, nodes)]

    def put_back(self, found: Collected) -> list[str]:
        """The lines that put back what may have changed."""
        k, nodes = self.k.name, found.elements
        changed = [(field, symbol) for field, symbol in self.arrays.items() if field in self.written]
        return self._each([f"{nodes}[{k}]->{field} = {symbol.name}[{k}];" for field, symbol in changed], nodes)

    def _each(self, lines: Sequence[str], nodes: str) -> list[str]:
        if not lines:
            return []
        head = f"for (size_t {self.k.name} = 0; {self.k.name} < {nodes}.size(); {self.k.name}++)"
        return [self.context.controlled(head, "\n".join(lines))]
