"""A second candidate: the function with cheaper algorithms in place of loops, taken through the rules again.

What makes it legal is split: that the rewritten text computes the same is shown by the rewrites, that its loops are
parallel by the analyses, which know nothing of where the text came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from unseq.agents.rules.better import pairs, powers, queries, selection, sums
from unseq.agents.rules.better.rewrite import FALLBACK, INCLUDES, Rewrite, Writer, laid_out
from unseq.agents.rules.propose import Refusal, label, propose
from unseq.agents.task import FloatPolicy, Task, satisfies, weakest
from unseq.backends.parlay.emit import c_source, edits, layout
from unseq.backends.parlay.emit.preamble import insertion
from unseq.backends.plan import Plan, fact_of
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import NOWHERE, InputError, Language, SourceUnit, Span, Unsupported


@dataclass(frozen=True, slots=True)
class Better:
    """What a cheaper algorithm does, and its cost before and after."""

    algorithm: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Second:
    """A rewritten file and the plan for its function; ``rewrites`` of ``task``'s function made it."""

    task: Task
    rewrites: tuple[Rewrite, ...]
    unit: SourceUnit
    plan: Plan

    @property
    def better(self) -> tuple[Better, ...]:
        """What was rewritten."""
        return described(self.rewrites)


def rewrites(facts: Facts) -> tuple[Rewrite, ...]:
    """The rewrites that a function allows, none inside another."""
    function = facts.function
    if function.template or function.span == NOWHERE or not (facts.loops or facts.calls):
        return ()
    analysis, writer = FunctionAnalysis(function), Writer(function)
    found: list[Rewrite] = []
    try:
        for one in _all(facts, analysis, writer):
            if not any(one.span.contains(o.span) or o.span.contains(one.span) for o in found):
                found.append(one)
    except Unsupported:  # a part of it has no form in C++
        return ()
    return tuple(found)


def _all(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    yield from pairs.find(facts, analysis, writer)
    yield from queries.find(facts, analysis, writer)
    yield from sums.find(facts, analysis, writer)
    yield from selection.find(facts, analysis, writer)
    yield from powers.find(facts, analysis, writer)


def described(found: tuple[Rewrite, ...]) -> tuple[Better, ...]:
    """What rewrites do, in words."""
    return tuple(dict.fromkeys(Better(one.algorithm, one.before, one.after) for one in found))


def second(task: Task) -> Second | None:
    """The second candidate for a task, where there is one that its contract allows."""
    strict = task.contract.floating is FloatPolicy.STRICT
    found = tuple(one for one in rewrites(task.facts) if not (one.floating and strict))
    claim = Claim.GUARDED if any(one.guarded for one in found) else Claim.PROVED
    if not found or not satisfies(claim, task.contract.require):
        return None
    try:
        unit, kept = rewritten(task.function.unit, found)
        plan = _plan(task, unit, kept, claim)
    except (Unsupported, InputError):
        return None
    return Second(task, found, unit, plan) if plan is not None else None


def combined(seconds: Sequence[Second]) -> tuple[SourceUnit, list[Plan]]:
    """One file for the second candidates of several functions of one file.

    Raises ``Unsupported`` where one of them cannot be read beside the others."""
    first = seconds[0]
    if len(seconds) == 1:
        return first.unit, [first.plan]
    unit, kept = rewritten(first.task.function.unit, [one for s in seconds for one in s.rewrites])
    plans = (_plan(s.task, unit, kept, s.plan.claim) for s in seconds)
    return unit, [plan for plan in plans if plan is not None]


def _plan(task: Task, unit: SourceUnit, kept: Sequence[Span], claim: Claim) -> Plan | None:
    """The plan for a function of a rewritten file, in which what is at ``kept`` stays sequential."""
    function = lower(unit, task.function.name)
    plan = propose(replace(task, function=function, facts=analyze(function, task.contract.assume)))
    if isinstance(plan, Refusal):
        return None
    strategies = tuple(s for s in plan.strategies if not any(span.contains(fact_of(s).span) for span in kept))
    whole = replace(plan, strategies=strategies, claim=weakest(plan.claim, claim), label=label(strategies))
    return whole if strategies else None


def rewritten(unit: SourceUnit, found: Sequence[Rewrite]) -> tuple[SourceUnit, list[Span]]:
    """The file with the rewrites made, as C++, and where the fallbacks stand in it.

    Raises ``Unsupported`` for C that C++ cannot take over."""
    is_c = unit.language is Language.C
    changes = [edit for one in found for edit in _edits(unit, one)]
    converted = edits.outside(c_source.conversions(unit), changes) if is_c else []
    head = insertion(unit.text, INCLUDES, (), min(change.start for change in changes))
    added = ([head] if head is not None else []) + (c_source.linkage(unit) if is_c else [])
    marked = edits.apply(unit.text, [*added, *changes, *converted]).encode()
    kept = []
    begin, end = (mark.encode() for mark in FALLBACK)
    while (start := marked.find(begin)) >= 0:
        stop = marked.index(end)
        kept.append(Span(start, stop - 1, 0, 0, 0, str(unit.path)))
        marked = marked[:start] + marked[start + 1 : stop] + marked[stop + 1 :]
    return SourceUnit(unit.path, Language.CPP, marked), kept


def _edits(unit: SourceUnit, one: Rewrite) -> list[edits.Edit]:
    indent = layout.indentation_at(unit.text, one.span.start)
    start = edits.directive_before(unit.text, one.span.start)
    return [edits.Edit(start, one.span.end, laid_out(one.text, layout.unit_of(unit.text), indent))]
