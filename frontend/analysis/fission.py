"""Loops of which only some statements stand in the way: the others get a loop of their own (loop fission with typed
fusion; Kennedy and McKinley 1994).

Statements of the body are the nodes of a dependence graph.  Its strongly connected components, in an order that keeps
all dependences, are the parts, neighbours of one kind together.  A scalar that flows from part to part is expanded to
an array.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace

from unseq.frontend.analysis import terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.context import Access, LoopContext
from unseq.frontend.analysis.copies import Copies
from unseq.frontend.analysis.cost import GUESS, operations
from unseq.frontend.analysis.coverage import symbols_of
from unseq.frontend.analysis.effects import Effects
from unseq.frontend.analysis.memory import Memory
from unseq.frontend.analysis.paths import may_meet
from unseq.frontend.analysis.splitting import Parts, runs
from unseq.frontend.analysis.wavefront import Study
from unseq.frontend.facts import Induction, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Construct,
    Continue,
    Declare,
    Expr,
    For,
    ForEach,
    Function,
    Index,
    Lambda,
    Loop,
    Method,
    Overflow,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import NOWHERE

MAX_STATEMENTS = 24
LEAST_WORK = 12  # operations of an iteration that are worth a loop of their own
CHEAP = 4  # operations that are done again rather than kept

Edge = tuple[int, int]


@dataclass(slots=True)
class _Graph:
    """Statements by their number in the body. ``edges``: what must stay in order; ``carried``: those of them that lead
    from iteration to iteration."""

    size: int
    edges: set[Edge] = field(default_factory=set)
    carried: set[Edge] = field(default_factory=set)

    def together(self, numbers: Iterable[int]) -> None:
        """Keeps statements in one part."""
        first, *rest = sorted(numbers)
        for number in rest:
            self.edges |= {(first, number), (number, first)}

    def components(self) -> list[tuple[int, ...]]:
        """The strongly connected components, by their first statement."""
        reached = [{b for a, b in self.edges if a == k} | {k} for k in range(self.size)]
        for middle in range(self.size):
            for k in range(self.size):
                if middle in reached[k]:
                    reached[k] |= reached[middle]
        return sorted({tuple(m for m in sorted(reached[k]) if k in reached[m]) for k in range(self.size)})


def pays(parallel: Iterable[LoopFact], parts: Iterable[object], effects: Effects) -> bool:
    """Whether the parts that are parallel are worth a pass over memory of their own."""
    rest = [part for part in parts if isinstance(part, For)]
    if any(isinstance(node, walk.LOOPS) for loop in rest for node in walk.walk(loop.body)):
        return False
    gained = sum(_work(fact.loop.body.statements, effects) for fact in parallel)
    return gained >= max(LEAST_WORK, sum(_work(loop.body.statements, effects) for loop in rest) // 2)


def _work(statements: Sequence[Stmt], effects: Effects) -> int:
    """Operations of one iteration."""
    inner = [nested.body for s in statements for nested in walk.loops(s)]
    return sum(operations(s, effects) for s in statements) + (GUESS - 1) * sum(operations(b, effects) for b in inner)


def counted(loop: Loop, function: Function) -> For | None:
    """A range-for over a vector as a loop over subscripts."""
    if not isinstance(loop, ForEach) or not isinstance(loop.sequence, Ref):
        return None
    type_ = t.strip(loop.sequence.type)
    element = t.element_type(type_)
    if not isinstance(type_, t.Library) or type_.name != "vector" or element is None or isinstance(element, t.Bool):
        return None
    copies = Copies(function)
    name, number = "k", 2
    while name in copies.names:
        name, number = f"k{number}", number + 1
    counter = copies.symbol(Symbol(name, t.SIZE, 0))
    place = terms.ref(counter)
    size = Method(loop.sequence, "size", (), t.SIZE)
    body = (Declare(loop.symbol, Index(loop.sequence, place, element)), *loop.body.statements)
    return For(
        (Declare(counter, terms.literal(0, t.SIZE)),),
        Binary("<", place, size, t.BOOL),
        (Assign(place, terms.literal(1, t.SIZE), "+", t.SIZE, Overflow.WRAP),),
        replace(loop.body, statements=body),
        loop.id,
        loop.span,
    )


def candidate(study: Study, effects: Effects, noalias: bool) -> Parts | None:
    """The loop in parts that keep all dependences, if there is more than one."""
    context = study.context
    loop, iteration = context.loop, context.iteration
    if not isinstance(loop, For) or iteration is None or iteration.symbol is None or study.memory is None:
        return None
    if abs(iteration.step) != 1 or not iteration.declared_in_header or context.exits or len(loop.init) != 1:
        return None
    if context.nest.position != iteration.symbol or context.obstacles or study.throws:
        return None
    if any(isinstance(role, Induction) for role in study.roles):
        return None
    if any(isinstance(node, Continue | Break | Return | Lambda) for node in walk.walk(loop.body)):
        return None
    if any(isinstance(node, Call) and node.target is not None for node in walk.walk(loop.body)):
        return None  # what a closure changes is not seen in the statement
    repeated, statements = _statements(context, effects)
    if not 2 <= len(statements) <= MAX_STATEMENTS:
        return None
    carried = frozenset(s for s in context.carried if not isinstance(s.type, t.Reference))
    skip = frozenset(s for s in carried - effects.points_to.address_taken if s.storage is not Storage.GLOBAL)
    memory = Memory(context, effects, {}, {}, skip, noalias, study.memory.found)
    memory.check()
    if memory.copies or memory.packed or any(conflict.kind != "meet" for conflict in memory.conflicts):
        return None
    graph = _Graph(len(statements))
    if not _memory_edges(graph, memory, statements):
        return None
    flows = _scalar_edges(graph, context, statements, repeated, skip)
    explained = {s for role in study.roles for s in symbols_of(role)}
    groups = _fused(graph, statements, carried - explained, effects)
    if len(groups) < 2:
        return None
    statements_of = [[s for k, s in enumerate(statements) if k in group] for group in groups]
    parts = _Writer(context, loop, repeated, flows).parts(statements_of)
    return parts and replace(parts, guards=tuple(dict.fromkeys([*study.guards, *memory.guards])), optional=True)


# --- dependences -----------------------------------------------------------------------------------------------------


def _statements(context: LoopContext, effects: Effects) -> tuple[list[Declare], list[Stmt]]:
    """Declarations that every part may repeat, and the other statements of the body."""
    repeated: list[Declare] = []
    known = {s for s in context.declared if s not in walk.declared_symbols(context.body)}
    rest: list[Stmt] = []
    assigned = {node.place.symbol for node in walk.walk(context.body)
                if isinstance(node, Assign) and isinstance(node.place, Ref)}  # fmt: skip
    own = walk.declared_symbols(context.body) - known
    for statement in context.body.statements:
        if isinstance(statement, Declare) and statement.value is not None and statement.symbol not in assigned:
            used = walk.used_symbols(statement.value)
            free = (used & own) <= {d.symbol for d in repeated} and not used & context.carried
            reads = [a for a in context.accesses if a.statement is statement]
            still = all(not a.is_write and a.root is not None and a.root not in context.written_roots for a in reads)
            cheap = operations(statement.value, effects) <= CHEAP
            hidden = statement.symbol in effects.points_to.address_taken
            if free and cheap and still and not hidden and not context.unknown_writes:
                repeated.append(statement)
                continue
        rest.append(statement)
    return repeated, rest


def _memory_edges(graph: _Graph, memory: Memory, statements: list[Stmt]) -> bool:
    """Adds the dependences through memory; False if an access stands in no statement."""
    owner = {id(inner): k for k, s in enumerate(statements) for inner in (s, *walk.statements(s))}
    alike: dict[tuple[object, ...], set[int]] = {}
    for access in memory.context.accesses:
        number = owner.get(id(access.statement))
        if number is not None:
            alike.setdefault(_mark(access), set()).add(number)
        elif access.is_write:
            return False
    for conflict in memory.conflicts:
        first, second = alike.get(_mark(conflict.write)), alike.get(_mark(conflict.other))
        if first is None or second is None:
            return False
        forward = conflict.forward if not conflict.why else None
        for a in first:
            for b in second:
                found = {(a, b)} if forward else {(b, a)} if forward is False else {(a, b), (b, a)}
                graph.carried |= found
    graph.edges |= graph.carried
    for group in memory.groups:
        for access, where in group.members:
            for other, there in group.members:
                if (access.is_write or other.is_write) and may_meet(where, there):
                    pairs = ((a, b) for a in alike.get(_mark(access), ()) for b in alike.get(_mark(other), ()))
                    graph.edges |= {(a, b) for a, b in pairs if a < b}
    return True


def _mark(access: Access) -> tuple[object, ...]:
    """What accesses have in common that are looked at once."""
    return access.resolved, access.is_write, access.whole, access.nests, access.tests


def _scalar_edges(
    graph: _Graph, context: LoopContext, statements: list[Stmt], repeated: list[Declare], carried: frozenset[Symbol]
) -> frozenset[Symbol]:
    """Adds the dependences through variables; returns those of which an iteration's value may be kept in an array."""
    again = {d.symbol for d in repeated}
    declared = {s.symbol for s in statements if isinstance(s, Declare)}
    flows: set[Symbol] = set()
    for symbol in (declared | context.carried) - again:
        using = [k for k, s in enumerate(statements) if symbol in walk.used_symbols(s) | walk.declared_symbols(s)]
        writing = [k for k, s in enumerate(statements) if symbol in _written(s)]
        if not using:
            continue
        plain = isinstance(symbol.type, t.Int | t.Float) and (symbol in declared or symbol in carried)
        if plain and writing and not _is_shown(symbol, context):
            behind = [k for k in using if k > writing[-1]]
            graph.together(k for k in using if k not in behind)
            graph.edges |= {(writing[-1], k) for k in behind}
            flows.add(symbol)
        else:
            graph.together(using)
    return frozenset(flows)


def _written(s: Stmt) -> frozenset[Symbol]:
    own = {s.symbol} if isinstance(s, Declare) else set()
    return walk.rebound_symbols(s) | own


def _is_shown(symbol: Symbol, context: LoopContext) -> bool:
    """Whether an access to memory may be one to the variable."""
    return any(a.root == symbol for a in context.accesses)


# --- parts -----------------------------------------------------------------------------------------------------------


def _fused(
    graph: _Graph, statements: list[Stmt], unexplained: frozenset[Symbol], effects: Effects
) -> list[list[int]]:
    """The components in an order that keeps all edges, neighbours of one kind together; what is too little for a loop
    of its own goes with its neighbour."""
    components = graph.components()
    of = {k: n for n, component in enumerate(components) for k in component}
    before = [{of[a] for a, b in graph.edges if of[b] == n and of[a] != n} for n in range(len(components))]

    def is_open(n: int) -> bool:
        own = set(components[n])
        scalar = any(_written(statements[k]) & unexplained for k in own)
        return not scalar and not any(a in own and b in own for a, b in graph.carried)

    kinds = [is_open(n) for n in range(len(components))]
    groups: list[list[int]] = []
    parallel: list[bool] = []
    kind: bool | None = None
    done: set[int] = set()

    def fits(n: int) -> bool:
        mixed = any((a in components[n] and b in groups[-1]) or (b in components[n] and a in groups[-1])
                    for a, b in graph.carried)  # fmt: skip
        return kinds[n] == kind and not (kind and mixed)

    while len(done) < len(components):
        ready = [n for n in range(len(components)) if n not in done and before[n] <= done]
        chosen = next((n for n in ready if groups and fits(n)), None)
        if chosen is None:
            chosen = ready[0]
            groups.append([])
            kind = kinds[chosen]
            parallel.append(kind)
        groups[-1] += components[chosen]
        done.add(chosen)
    found: list[list[int]] = []
    open_ = False
    for group, kind in zip(groups, parallel, strict=True):
        kind = kind and _work([statements[k] for k in group], effects) >= LEAST_WORK
        if found and not kind and not open_:
            found[-1] += group
        else:
            found.append(group)
        open_ = kind
    return found


class _Writer:
    """Writes the loops of the parts."""

    def __init__(self, context: LoopContext, loop: For, repeated: list[Declare], flows: frozenset[Symbol]) -> None:
        self.copies = Copies(context.function)
        self.context = context
        self.loop = loop
        self.repeated = repeated
        self.flows = flows

    def parts(self, groups: list[list[Stmt]]) -> Parts | None:
        """The loops, and in front of them the arrays of what flows between them."""
        iteration = self.context.iteration
        assert iteration is not None
        used = [frozenset().union(*(walk.used_symbols(s) for s in group)) for group in groups]
        written = [frozenset().union(*(_written(s) for s in group)) for group in groups]
        kept: dict[Symbol, Symbol] = {}
        for k, symbols in enumerate(written):
            for symbol in sorted(symbols & self.flows, key=lambda s: s.uid):
                if any(symbol in later for n, later in enumerate(used) if n != k):
                    array = self.copies.symbol(symbol, self._name(symbol))
                    vector = t.Library("vector", (t.strip(symbol.type),))
                    kept[symbol] = replace(array, type=vector, const=False, storage=Storage.LOCAL)
        place, length = self._subscript()
        loops: list[Stmt] = []
        for k, group in enumerate(groups):
            body: list[Stmt] = []
            values: dict[Symbol, Expr] = {}
            for symbol, array in kept.items():
                if symbol in used[k] and symbol not in written[k]:
                    own = self.copies.symbol(replace(symbol, storage=Storage.LOCAL))
                    body.append(Declare(own, Index(terms.ref(array), place, symbol.type)))
                    values[symbol] = terms.ref(own)
            needed = used[k]
            again: list[Stmt] = []
            for statement in reversed(self.repeated):
                if statement.symbol in needed:
                    again.insert(0, statement)
                    needed |= walk.used_symbols(statement)
            keeps = [Assign(Index(terms.ref(array), place, symbol.type), terms.ref(symbol))
                     for symbol, array in kept.items() if symbol in written[k]]  # fmt: skip
            own_text = (*again, *group, *keeps)
            body += self._copied(own_text, values) if values else own_text
            loop = replace(self.loop, body=Block(tuple(body)), span=NOWHERE)
            loops.append(self.copies.of(loop, {}) if k else loop)
        arrays = [Declare(array, Construct(array.type, (length,))) for array in kept.values()]
        return Parts((*arrays, *loops), runs(iteration))

    def _copied(self, statements: tuple[Stmt, ...], values: dict[Symbol, Expr]) -> tuple[Stmt, ...]:
        copied = self.copies.of(Block(statements), values)
        assert isinstance(copied, Block)
        return copied.statements

    def _name(self, symbol: Symbol) -> str:
        name, number = f"{symbol.name}_values", 2
        while name in self.copies.names:
            name, number = f"{symbol.name}_values{number}", number + 1
        return name

    def _subscript(self) -> tuple[Expr, Expr]:
        """Where an iteration's value is kept, and how many are."""
        iteration = self.context.iteration
        assert iteration is not None and iteration.symbol is not None
        position = terms.ref(iteration.symbol)
        up = iteration.step > 0
        first, end = iteration.lower, iteration.upper
        if not up:
            first, end = terms.add(iteration.upper, terms.ONE), terms.add(iteration.lower, terms.ONE)
        base = terms.constant(first)
        if base is not None and 0 <= base <= CHEAP:
            return position, end if up else _simple(end)
        return _simple(terms.subtract(position, first)), _simple(terms.subtract(end, first))


def _simple(e: Expr) -> Expr:
    """A sum with as few terms as it can have."""
    p = polynomial(e)
    if p is None:
        return e
    alone = [m[0] for m, factor in p.terms.items() if len(m) == factor == 1]
    return alone[0] if len(p.terms) == len(alone) == 1 else p.bare().expression()
