"""Fork and join: ``parlay::par_do_if`` over statements or calls that do not depend on each other.

Where the problem is small, both run one after the other; so one text serves both paths.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.parlay.cxx_literals import RELATIONAL
from unseq.backends.parlay.emit import guards
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context, joined, local_symbol
from unseq.backends.parlay.emit.polynomials import plain
from unseq.backends.plan import Fork
from unseq.frontend.facts import ForkFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Assign, Call, Declare, Ref, Stmt
from unseq.frontend.ir.walk import transform
from unseq.frontend.source import Unsupported

SHARE = 100  # a problem of this part of the cut-off is worth a fork: each element is looked at many times


def emit_fork(context: Context, plan: Fork) -> str:
    """The text in place of the statements of a fork."""
    context.includes.add("<parlay/parallel.h>")
    fact = plan.fork
    asked = _conditions(context, plan)
    if context.outlined:
        context.asked += asked
        asked = []
    condition = joined(asked)
    if len(fact.statements) == 1:
        return _calls(context, fact, condition)
    declared: list[str] = []
    sides = [_side(context, statement, declared) for statement in fact.statements]
    return "\n".join([*declared, _forked(context, fact, condition, sides)])


def _side(context: Context, statement: Stmt, declared: list[str]) -> str:
    """One statement of the fork; the variable that it declares is declared in front."""
    if isinstance(statement, Declare):
        symbol = statement.symbol
        if statement.value is None or isinstance(symbol.type, t.Reference):
            raise Unsupported(statement.span, "a fork that declares a reference", "declare a value")
        declared.append(f"{context.declare(symbol.type, symbol.name)};")
        place = Ref(symbol, symbol.type)
        return context.printed(Assign(place, statement.value))
    return context.statement(statement)


def _calls(context: Context, fact: ForkFact, condition: str) -> str:
    """A single statement: its calls come first, in parallel, then the statement with their results."""
    wanted = ("left", "right") if len(fact.calls) == 2 else tuple(f"part{k}" for k in range(1, len(fact.calls) + 1))
    names = [context.fresh(name) for name in wanted]
    results = {id(call): name for call, name in zip(fact.calls, names, strict=True)}
    if any(isinstance(call.type, t.Void) for call in fact.calls):
        raise Unsupported(fact.span, "a fork of calls without results in one expression", "write them as statements")
    declared = [f"{context.declare(call.type, name)};" for call, name in zip(fact.calls, names, strict=True)]
    sides = [f"{name} = {context.expr(call)};" for call, name in zip(fact.calls, names, strict=True)]
    statement = fact.statements[0]
    rest = transform(statement, lambda node: _result(results[id(node)], node) if isinstance(node, Call)
                     and id(node) in results else node)  # fmt: skip
    return "\n".join([*declared, _forked(context, fact, condition, sides), context.statement(statement, rest)])


def _result(name: str, call: Call) -> Ref:
    type_ = t.strip(call.type)
    return Ref(local_symbol(name, type_), type_, call.span)


def _forked(context: Context, fact: ForkFact, condition: str, sides: Sequence[str]) -> str:
    """The fork of two or more sides."""
    site = context.site("par_do", fact.span)
    first, *rest = sides
    second = rest[0] if len(rest) == 1 else _forked(context, fact, condition, rest)
    name, leading = ("par_do_if", f"{condition}, ") if condition else ("par_do", "")
    head = f"{site}parlay::{name}({leading}"
    both = (first, second)
    lambdas = [f"{CLOSURE} {{ {side} }}" if "\n" not in side else context.braces(CLOSURE, side) for side in both]
    line = f"{head}{lambdas[0]}, {lambdas[1]});"
    if len(line) <= 90 and "\n" not in line:
        return line
    return f"{head.rstrip()}\n{context.indent(f'{lambdas[0]},')}\n{context.indent(f'{lambdas[1]});')}"


def least_depth(doublings: int) -> str:
    """The depth of a recursion that is worth a fork: its work is that of the cut-off, doubled so many times."""
    scale = f" {'*' if doublings > 0 else '/'} {2 ** abs(doublings)}" if doublings else ""
    return f"long(parlay::log2_up(UNSEQ_CUTOFF{scale} + 1))"


def _conditions(context: Context, plan: Fork) -> list[str]:
    """When both sides are worth a thread; none: always."""
    fact = plan.fork
    asked: list[str] = []
    if fact.size is not None:
        context.definitions.add("UNSEQ_CUTOFF")
        size = context.expr(plain(fact.size), RELATIONAL + 1)
        share = f"UNSEQ_CUTOFF / {max(1, round(SHARE / 2**plan.doublings))}"
        if fact.exponential:
            context.includes.add("<parlay/utilities.h>")
            share = least_depth(plan.doublings)
        asked.append(f"{size} >= {share}")
    asked += guards.conditions(context, fact.guards, {})
    return asked
