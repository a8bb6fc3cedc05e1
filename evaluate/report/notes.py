"""What the analyses found, in words: facts about loops, calls and forks as the notes of a report.

Knows facts and how people name them. Decides nothing: what is parallel was decided by the analyses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from unseq.evaluate.report.record import Claim, LoopNote, Reason
from unseq.frontend import facts
from unseq.frontend.facts import (
    Accumulator,
    Apart,
    Append,
    ArgBest,
    ArrayAccumulator,
    CallFact,
    Disjoint,
    Distinct,
    Exit,
    Facts,
    ForkFact,
    Guard,
    Holds,
    LoopFact,
    NonDecreasing,
    Prefix,
    Recurrence,
    Role,
    Unique,
)
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, For, ForEach, Ref, While
from unseq.frontend.source import Diagnostic, SourceUnit


def loop_notes(found: Facts) -> tuple[LoopNote, ...]:
    """One note for each loop, standard algorithm and fork of the function itself, in source order."""
    items: list[LoopFact | CallFact | ForkFact] = [*_own_loops(found), *found.calls, *found.forks, *found.searches]
    return tuple(loop_note(item, found) for item in sorted(items, key=lambda item: (item.span.start, -item.span.end)))


def loop_note(fact: LoopFact | CallFact | ForkFact, found: Facts) -> LoopNote:
    """The note of one loop, algorithm or fork of the function itself."""
    if isinstance(fact, ForkFact):
        return _fork(fact)
    if any(fact is search for search in found.searches):
        assert isinstance(fact, LoopFact)
        return replace(_loop(fact, 0, found.function.unit), header="recursive search")
    depth = _depth(fact.parent, {loop.loop.id: loop.parent for loop in _own_loops(found)})
    return _call(fact, depth) if isinstance(fact, CallFact) else _loop(fact, depth, found.function.unit)


def _own_loops(found: Facts) -> list[LoopFact]:
    return [loop for loop in found.loops if loop.function in ("", found.function.name)]


def reasons(diagnostics: Iterable[Diagnostic]) -> tuple[Reason, ...]:
    """Diagnostics as the reasons of a record, each once."""
    return tuple(dict.fromkeys(_reason(diagnostic) for diagnostic in diagnostics))


def _reason(diagnostic: Diagnostic) -> Reason:
    span = diagnostic.span
    other = diagnostic.other if diagnostic.other and diagnostic.other.start != span.start else None
    return Reason(
        span.line,
        diagnostic.what,
        diagnostic.remedy,
        span.column or None,
        str(other) if other else None,
        diagnostic.code.value,
        diagnostic.distance,
    )


def _depth(parent: int, parents: dict[int, int]) -> int:
    depth = 0
    while parent in parents:
        depth += 1
        parent = parents[parent]
    return depth


def _loop(fact: LoopFact, depth: int, unit: SourceUnit) -> LoopNote:
    return LoopNote(
        line=fact.span.line,
        header=_header(fact, unit),
        what=_what(fact, unit),
        parallel=fact.parallel,
        claim=claim_of(fact.claim) if fact.parallel else None,
        detail=_detail(fact.guards, fact.floating) if fact.parallel else "",
        reasons=reasons(fact.reasons) if not fact.parallel else (),
        depth=depth,
    )


_CLAIMS: dict[facts.Claim, Claim] = {
    facts.Claim.PROVED: "proved",
    facts.Claim.GUARDED: "guarded",
    facts.Claim.TESTED: "tested",
}


def claim_of(claim: facts.Claim) -> Claim:
    """A claim as records spell it."""
    return _CLAIMS[claim]


def _header(fact: LoopFact, unit: SourceUnit) -> str:
    loop = fact.original or fact.loop
    match loop:
        case ForEach():
            return f"for {loop.symbol.name} : {_named(loop.sequence, unit)}"
        case While():
            return "do while" if loop.test_last else "while"
        case For():
            symbol = fact.iteration.symbol if fact.iteration else None
            return f"for {symbol.name}" if symbol else "for"


def _what(fact: LoopFact, unit: SourceUnit) -> str:
    if not fact.parallel:
        return "" if fact.kind == "sequential" else fact.kind
    named: dict[str, list[str]] = {}
    for role in fact.roles:
        word, names = _role(role, unit)
        named.setdefault(word, []).extend(names)
    parts = [f"{word} ({', '.join(names)})".strip() for word, names in named.items() if names]
    return " ".join((fact.kind, ", ".join(parts))).strip()


def _role(role: Role, unit: SourceUnit) -> tuple[str, list[str]]:
    """The operator of a role, or what its names are; and the names of what it carries."""
    match role:
        case Accumulator(place, op):
            return op, [_named(place, unit)]
        case ArgBest(best, companions, op):
            return f"{op} with its place", [symbol.name for symbol in (best, *companions) if symbol is not None]
        case Prefix(symbol, op):
            return op, [symbol.name]
        case ArrayAccumulator(array, op):
            return op, [_named(array, unit)]
        case Append(_, outputs):
            return "", [_named(output, unit) for output in outputs]
        case Exit(condition):
            return "", [_named(condition, unit)]
        case Recurrence(symbols, family):
            return f"{family} {_FORMS.get(family.split(' modulo')[0], '')}".strip(), [s.name for s in symbols]
        case _:
            return "", []


_FORMS = {
    "affine": "x = a*x + b",
    "max-plus": "x = max(x + a, b)",
    "min-plus": "x = min(x + a, b)",
    "clamp": "x = min(h, max(l, x + a))",
    "bitwise": "x = x & a ^ b",
}


def _named(e: Expr, unit: SourceUnit) -> str:
    """An expression as the source has it; what has no place there goes by the variable that it hangs on."""
    text = _short(unit.slice(e.span))
    if text and not isinstance(e, Ref):
        return text
    return next((node.symbol.name for node in walk.walk(e) if isinstance(node, Ref)), "…")


def _short(text: str, most: int = 28) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _detail(guards: tuple[Guard, ...], floating: bool) -> str:
    parts = list(dict.fromkeys(_guard(guard) for guard in guards))
    if floating:
        parts.append("reassociates floating point")
    return "; ".join(parts)


def _guard(guard: Guard) -> str:
    match guard:
        case Disjoint():
            return "checks that arrays do not overlap"
        case Distinct():
            return "checks that references differ"
        case Apart():
            return "checks that gathered elements are not written"
        case NonDecreasing():
            return "checks that offsets do not decrease"
        case Unique():
            return "checks that no index occurs twice"
        case Holds():
            return "checks subscripts"


def _call(fact: CallFact, depth: int) -> LoopNote:
    return LoopNote(
        line=fact.span.line,
        header=fact.call.name,
        what=fact.primitive,
        parallel=fact.parallel,
        claim=claim_of(fact.claim) if fact.parallel else None,
        detail=_detail(fact.guards, fact.floating) if fact.parallel else "",
        reasons=reasons(fact.reasons) if not fact.parallel else (),
        depth=depth,
    )


def _fork(fact: ForkFact) -> LoopNote:
    return LoopNote(
        line=fact.span.line,
        header="recursion" if fact.calls else "loops",
        what=f"fork of {len(fact.statements)}",
        parallel=True,
        claim=claim_of(fact.claim),
        detail=_detail(fact.guards, False),
    )
