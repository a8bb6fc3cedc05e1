"""The compiler as a translator: facts to plans.

Chooses which loops, calls and forks become parallel and by which strategy.  Legality was decided by the analyses;
here the caller's contract is applied (floating point, the weakest claim accepted).  Prints no target text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from unseq.agents.rules.worth import is_worth_it
from unseq.agents.task import Contract, FloatPolicy, Task, satisfies, weakest
from unseq.backends.plan import (
    Algorithm,
    Choices,
    Fork,
    Frontier,
    Map,
    Merge,
    Pack,
    Plan,
    Reduce,
    Scan,
    Scatter,
    Search,
    Sequential,
    Series,
    Strategy,
    Walk,
    Wavefront,
    fact_of,
)
from unseq.frontend import irregular
from unseq.frontend.facts import (
    Accumulator,
    Append,
    ArgBest,
    ArrayAccumulator,
    CallFact,
    Diagonal,
    Exit,
    LoopFact,
    Prefix,
    Recurrence,
)
from unseq.frontend.ir.nodes import Call, Declare, Lambda, Ref
from unseq.frontend.ir.walk import walk
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Refusal:
    """No plan: every loop or call stays sequential, each with its reason."""

    reasons: tuple[Diagnostic, ...]


def strategy_for(loop: LoopFact) -> Strategy:
    """The strategy that the roles of a parallel loop call for."""
    kinds = {type(role) for role in loop.roles}
    if not loop.parallel:
        return Sequential(loop)
    if loop.parts:
        return Series(loop, tuple(strategy_for(p) if isinstance(p, LoopFact) else p for p in loop.parts))
    if Diagonal in kinds:
        return Wavefront(loop)
    if isinstance(loop.irregular, irregular.Frontier):
        return Frontier(loop)
    if isinstance(loop.irregular, irregular.Choices):
        return Choices(loop)
    if isinstance(loop.irregular, irregular.Merge):
        return Merge(loop)
    if isinstance(loop.irregular, irregular.Walk):
        inner = strategy_for(replace(loop, irregular=None))
        assert isinstance(inner, Map | Reduce | Scan | Scatter | Pack)
        return Walk(loop, inner)
    if Exit in kinds:
        return Search(loop)
    if Append in kinds:
        return Pack(loop)
    if kinds & {Prefix, Recurrence}:
        return Scan(loop)
    if ArrayAccumulator in kinds:
        return Scatter(loop)
    if kinds & {Accumulator, ArgBest}:
        return Reduce(loop)
    return Map(loop)


def _forbidden(fact: LoopFact | CallFact, contract: Contract) -> Diagnostic | None:
    """Why the contract forbids what would be legal, or None."""
    if fact.floating and contract.floating is FloatPolicy.STRICT:
        return Diagnostic(
            fact.span,
            "a floating-point sum in another order rounds differently",
            "allow it with --fp reassoc",
            code=Why.FLOAT_ORDER,
        )
    if not satisfies(fact.claim, contract.require):
        return Diagnostic(
            fact.span,
            f"the claim is only {fact.claim.value}",
            f"accept it with --require {fact.claim.value}",
            code=Why.WEAK_CLAIM,
        )
    return None


def _inside(span: Span, taken: list[Span]) -> bool:
    return any(outer.contains(span) for outer in taken)


def _chosen(task: Task, reasons: list[Diagnostic]) -> Iterator[Strategy]:
    """Outermost first: nothing is parallel inside another strategy's range."""
    facts = task.facts
    own = task.function.name
    taken = _called_in_parallel(task)
    for loop in facts.loops:
        if (loop.function or own) != own or _inside(loop.span, taken):
            continue
        if not loop.parallel:
            reasons.extend(loop.reasons)
            continue
        forbidden = _forbidden(loop, task.contract)
        if forbidden is not None:
            reasons.append(forbidden)
            continue
        taken += [loop.span, *(statement.span for statement in loop.with_next)]
        yield strategy_for(loop)
    for search in facts.searches:
        if not _inside(search.span, taken):
            forbidden = _forbidden(search, task.contract)
            reasons.extend([forbidden] if forbidden is not None else search.reasons)
            if search.parallel and forbidden is None:
                taken.append(search.span)
                yield strategy_for(search)
    for call in facts.calls:
        if _inside(call.span, taken):
            continue
        if not call.parallel:
            reasons.extend(call.reasons)
            continue
        forbidden = _forbidden(call, task.contract)
        if forbidden is not None:
            reasons.append(forbidden)
            continue
        taken.append(call.span)
        yield Algorithm(call)
    for fork in facts.forks:
        if not _inside(fork.span, taken) and satisfies(fork.claim, task.contract.require):
            taken.append(fork.span)
            yield Fork(fork)


def _called_in_parallel(task: Task) -> list[Span]:
    """The lambdas that parallel loops call."""
    lambdas = {n.symbol: n.value for n in walk(task.function) if isinstance(n, Declare) and isinstance(n.value, Lambda)}
    found: list[Span] = []
    for fact in task.facts.loops if lambdas else ():
        if not fact.parallel or _forbidden(fact, task.contract) is not None:
            continue
        for node in walk(fact.loop if fact.original is None else fact.original):
            if isinstance(node, Call) and isinstance(node.target, Ref) and node.target.symbol in lambdas:
                found.append(lambdas[node.target.symbol].span)
    return found


_LABELS = {
    Map: "map",
    Reduce: "reduction",
    Scan: "scan",
    Scatter: "scatter",
    Pack: "compaction",
    Search: "search",
    Wavefront: "wavefront",
    Frontier: "frontier",
    Walk: "walk",
    Choices: "backtracking",
    Merge: "merge",
    Fork: "fork",
}


def label(strategies: tuple[Strategy, ...]) -> str:
    """A short description for people, each kind once, in order."""
    return "; ".join(dict.fromkeys(name for s in strategies for name in _names(s)))


def _names(strategy: Strategy) -> list[str]:
    if isinstance(strategy, Series):
        return [name for part in strategy.parts if isinstance(part, Strategy) for name in _names(part)]
    if isinstance(strategy, Algorithm):
        return [strategy.call.primitive]
    return [_LABELS.get(type(strategy), "sequential")]


def propose(task: Task) -> Plan | Refusal:
    """The plan for a task, or why there is none.

    Loops of callees are left alone: they run inside, or are translated under their own name."""
    reasons: list[Diagnostic] = list(task.facts.reasons)
    legal = tuple(_chosen(task, reasons))
    strategies = tuple(filter(is_worth_it, legal)) or legal
    if not strategies:
        if not reasons:
            reasons.append(
                Diagnostic(
                    task.function.span,
                    "nothing to parallelize: no loop, standard algorithm or divide-and-conquer recursion",
                    "translate a function that does repeated work",
                    code=Why.NOTHING_TO_DO,
                )
            )
        return Refusal(tuple(dict.fromkeys(reasons)))
    return Plan(task.function, strategies, weakest(*(fact_of(one).claim for one in strategies)), label(strategies))
