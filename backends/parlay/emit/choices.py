"""Backtracking: the choices at one depth are tried in parallel, each on a state of its own.

Elements of a state that no choice wrote hold -1, so that the last value written at each depth can be left behind, as
the sequential search leaves it.  A state in a global variable becomes a parameter of the same name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from unseq.backends.parlay.cxx_literals import ADDITIVE, RELATIONAL
from unseq.backends.parlay.emit import blocks, reduce
from unseq.backends.parlay.emit.body import own_continues
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.backends.parlay.emit.fork import least_depth
from unseq.backends.parlay.emit.loops import either
from unseq.backends.plan import Choices
from unseq.frontend.facts import Accumulator, LoopFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Block, Call, Function, Ref, Return, Storage, Symbol
from unseq.frontend.irregular import Choices as Facts


def emit_choices(context: Context, plan: Choices) -> str:
    """The text in place of a loop over choices."""
    fact = plan.loop
    facts = fact.irregular
    assert isinstance(facts, Facts)
    context.includes |= {"<parlay/primitives.h>", "<parlay/sequence.h>", "<parlay/utilities.h>"}
    context.definitions.add("UNSEQ_CUTOFF")
    levels, depth = context.expr(facts.levels, ADDITIVE), facts.depth.name
    enough = f"{levels} - {depth} >= {least_depth(plan.doublings)} / 2"
    if facts.bound != facts.levels:
        enough = f"{context.expr(facts.bound, RELATIONAL + 1)} > 0 && {enough}"
    signed = isinstance(t.strip(facts.depth.type), t.Int) and t.strip(facts.depth.type) != t.SIZE
    enough = f"{levels} > {depth} && {enough}"
    if signed:
        enough = f"{depth} >= 0 && {enough}"
    return either(context, enough, "\n".join(_parallel(context, fact, facts)), context.statement(fact.loop))


def _parallel(context: Context, fact: LoopFact, facts: Facts) -> list[str]:
    sums = [r for r in fact.roles if isinstance(r, Accumulator) and isinstance(r.place, Ref)]
    names = [r.place.symbol.name for r in sums if isinstance(r.place, Ref)]
    own, tried = context.scoped("own"), context.fresh("tried")
    k = context.scoped("k")
    lines: list[str] = []
    before: list[str] = []
    results = list(names)
    if facts.state is not None:
        context.includes |= {"<tuple>", "<utility>", "<vector>"}
        assert isinstance(facts.state, Ref)
        state = facts.state.symbol.name
        element = t.element_type(facts.state.type)
        assert element is not None
        text = context.type(element)
        lines += [
            f"std::vector<{text}> {own}({state}, {state} + {facts.depth.name});",
            f"{own}.resize({context.expr(facts.levels)}, -1);  // not written yet",
            f"{text} *{state} = {own}.data();",
        ]
        results.append(f"std::move({own})")
    lines.append(f"const {context.declare(facts.counter.type, facts.counter.name)} = {k};")
    for role, name in zip(sums, names, strict=True):
        start = reduce.identity(context, role.op, role.type) if role.op in ("+", "*", "^", "|") else ""
        if not start:
            start = context.fresh(f"{name}_before")
            before.append(f"const {context.type(role.type)} {start} = {name};")
        type_ = blocks.wrapping(role.type) if role.op in ("+", "*") else role.type
        lines.append(f"{context.declare(type_, name)} = {start};")
    value = results[0] if len(results) == 1 else f"std::tuple({', '.join(results)})"
    lines.append(context.block(fact.loop.body, _returning(fact.loop.body, value)))
    lines.append(f"return {value};")
    site = context.site("tabulate", fact.span)
    head = f"{site}const auto {tried} = parlay::tabulate({context.expr(facts.bound)}, {CLOSURE}(size_t {k})"
    out = [*before, context.braces(head, "\n".join(lines), ", 1);")]
    parts = [context.scoped(f"{name}_of_choice") for name in names]
    folds = [reduce.combined(context, n, r.op, part) for r, n, part in zip(sums, names, parts, strict=True)]
    if facts.state is None and len(parts) == 1:
        if sums[0].op == "+":
            return [*out, f"{names[0]} += parlay::reduce({tried});"]
        return [*out, context.controlled(f"for (const auto {parts[0]} : {tried})", "\n".join(folds))]
    shown = [*parts, own] if facts.state is not None else parts
    if facts.state is not None:
        d = context.scoped("d")
        limit = context.expr(facts.levels, RELATIONAL + 1)
        again = f"{own}[{d}] != -1"
        body = context.controlled(f"if ({again})", f"{state}[{d}] = {own}[{d}];")
        counter = context.declare(t.strip(facts.depth.type), d)
        loop = f"for ({counter} = {facts.depth.name}; {d} < {limit}; {d}++)"
        folds.append(f"{loop}  // what it wrote last stays\n{context.indent(body)}")
    return [*out, context.braces(f"for (const auto &[{', '.join(shown)}] : {tried})", "\n".join(folds))]


def _returning(body: Block, value: str) -> Block:
    """A loop's body as a function's that returns ``value``."""
    targets = {id(node) for node in own_continues(body)}
    result = Return(Ref(Symbol(value, t.LONG, -5), t.LONG))
    return walk.transform(body, lambda node: result if id(node) in targets else node) if targets else body


# --- a state in a global variable ----------------------------------------------------------------------------------


def is_global(fact: LoopFact) -> bool:
    """Whether the state of a recursion is a global variable."""
    facts = fact.irregular
    state = facts.state if isinstance(facts, Facts) else None
    return isinstance(state, Ref) and state.symbol.storage is Storage.GLOBAL


@dataclass(frozen=True, slots=True)
class Passed:
    """The functions of a recursion with the state as their first parameter, the recursive one last and with its fact;
    ``call`` calls that one on the variable."""

    functions: tuple[tuple[Function, LoopFact | None], ...]
    call: str


def with_state(function: Function, fact: LoopFact) -> Passed:
    """The recursion with its state as a parameter."""
    facts = fact.irregular
    assert isinstance(facts, Facts) and isinstance(facts.state, Ref)
    old = facts.state.symbol
    element = t.element_type(old.type)
    assert element is not None
    type_ = t.Pointer(element)
    new = Symbol(old.name, type_, old.uid + 940_000_000, Storage.PARAMETER)
    state = Ref(new, type_)
    using = _using(function, old)

    def one(node: walk.Node) -> walk.Node:
        if isinstance(node, Ref) and node.symbol == old:
            return state
        if isinstance(node, Call) and node.name in using and node.target is None:
            return replace(node, arguments=(state, *node.arguments))
        return node

    def changed(f: Function) -> Function:
        made = walk.transform_function(f, one)
        return replace(made, parameters=(new, *f.parameters), static=True)

    helpers = [changed(f) for f in function.callees if f.name in using and f.name != function.name]
    own = replace(changed(function), callees=tuple(helpers))
    loop = next(n for n in walk.loops(own.body) if n.id == fact.loop.id)
    inner = replace(fact, loop=loop, irregular=replace(facts, state=state))
    arguments = ", ".join([old.name, *(p.name for p in function.parameters)])
    ordered: list[tuple[Function, LoopFact | None]] = [(h, None) for h in helpers]
    return Passed((*ordered, (own, inner)), f"{function.name}({arguments})")


def _using(function: Function, state: Symbol) -> frozenset[str]:
    """The functions that use a variable, or call one that does."""
    found = {function.name}
    found |= {f.name for f in function.callees if state in walk.used_symbols(f)}
    while True:
        calls = ((f.name, e) for f in function.callees for e in walk.expressions(f))
        more = {name for name, e in calls if isinstance(e, Call) and e.name in found}
        if more <= found:
            return frozenset(found)
        found |= more


