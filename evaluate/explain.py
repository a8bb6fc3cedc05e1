"""What each loop of a file or folder is: reading and analysis only, nothing is built or run.

Knows the way from a source to its facts. Does not import what makes reports or runs code, so that it answers at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unseq.evaluate.report.explanation import Explained
from unseq.evaluate.report.notes import loop_notes, reasons, refusal
from unseq.evaluate.report.record import VERSION, Reason, to_json
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import FunctionHead, lower
from unseq.frontend.selection import select
from unseq.frontend.source import InputError, SourceUnit, Unsupported


def explain(
    source: Path,
    names: Sequence[str] = (),
    arguments: Mapping[str, str] | None = None,
    assume: frozenset[str] = frozenset(),
) -> tuple[Explained, ...]:
    """What each loop of each function of a file or folder is. ``arguments`` give templates their types;
    ``assume`` holds the caller's promises.

    Raises ``InputError`` for what cannot be read and for names that no file defines."""
    found: list[Explained] = []
    for item in select(source, names):
        if item.unit is None:
            found.append(Explained(str(item.path), "(file)", 1, reasons=(Reason(1, item.error),)))
        else:
            found += [_explained(item.unit, head, arguments or {}, assume) for head in item.heads]
    return tuple(found)


def _explained(unit: SourceUnit, head: FunctionHead, arguments: Mapping[str, str], assume: frozenset[str]) -> Explained:
    try:
        facts = analyze(lower(unit, head.name, arguments if head.is_template else None), assume)
    except Unsupported as unsupported:
        return Explained(str(unit.path), head.name, head.span.line, reasons=(refusal(unsupported),))
    return Explained(str(unit.path), head.name, head.span.line, loop_notes(facts), reasons(facts.reasons))


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
