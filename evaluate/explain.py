"""What each loop of a file or folder is: reading and analysis only, nothing is built or run.

Knows the way from a source to its facts. Does not import what makes reports or runs code, so that it answers at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unseq.agents.rules.better.second import described, rewrites
from unseq.evaluate.report.explanation import Analysed, Explained
from unseq.evaluate.report.notes import loop_notes, reasons
from unseq.evaluate.report.record import VERSION, LoopNote, Reason, to_json
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import FunctionHead, lower
from unseq.frontend.selection import select
from unseq.frontend.source import Diagnostic, InputError, SourceUnit, Unsupported


def explain(
    source: Path,
    names: Sequence[str] = (),
    arguments: Mapping[str, str] | None = None,
    assume: frozenset[str] = frozenset(),
) -> tuple[Explained, ...]:
    """What each loop of each function of a file or folder is, in words; the arguments are those of ``analysed``."""
    return tuple(explained(function) for function in analysed(source, names, arguments, assume))


def analysed(
    source: Path,
    names: Sequence[str] = (),
    arguments: Mapping[str, str] | None = None,
    assume: frozenset[str] = frozenset(),
) -> tuple[Analysed, ...]:
    """The facts of each function of a file or folder. ``arguments`` give templates their types; ``assume`` holds the
    caller's promises.

    Raises ``InputError`` for what cannot be read and for names that no file defines."""
    found: list[Analysed] = []
    for item in select(source, names):
        if item.unit is None:
            found.append(Analysed(str(item.path), "(file)", error=item.error))
        else:
            found += [_analysed(item.unit, head, arguments or {}, assume) for head in item.heads]
    return tuple(found)


def _analysed(unit: SourceUnit, head: FunctionHead, arguments: Mapping[str, str], assume: frozenset[str]) -> Analysed:
    try:
        facts = analyze(lower(unit, head.name, arguments if head.is_template else None), assume, callees=False)
    except Unsupported as unsupported:
        return Analysed(str(unit.path), head.name, head.span, unit, refused=unsupported.diagnostic)
    return Analysed(str(unit.path), head.name, head.span, unit, facts)


def explained(function: Analysed) -> Explained:
    """What was found about a function, in words."""
    if function.unit is None:
        return Explained(function.path, function.name, 1, reasons=(Reason(1, function.error),))
    told: tuple[Diagnostic, ...] = (function.refused,) if function.refused is not None else ()
    loops: tuple[LoopNote, ...] = ()
    better: tuple[str, ...] = ()
    if function.facts is not None:
        told, loops = function.facts.reasons, loop_notes(function.facts)
        found = described(rewrites(function.facts))
        better = tuple(f"{one.algorithm}, {one.after} instead of {one.before}" for one in found)
    return Explained(function.path, function.name, function.span.line, loops, reasons(told), better)


def envelope(functions: Sequence[Explained]) -> dict[str, Any]:
    """What ``explain --json`` prints."""
    return {"version": VERSION, "functions": [to_json(function) for function in functions]}


def template_arguments(words: Sequence[str]) -> dict[str, str]:
    """``("T=float", "N=4")`` as a mapping. Raises ``InputError`` for what has no equals sign."""
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name.strip() and equals and value.strip()):
            raise InputError(f"--instantiate {name}{equals}{value}: write PARAMETER=TYPE, as in T=float")
    return {name.strip(): value.strip() for name, _, value in pairs}
