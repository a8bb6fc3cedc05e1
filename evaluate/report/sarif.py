"""What the analyses found as SARIF 2.1.0 (OASIS), for editors and code scanning.

One result for each loop and call: those that stay sequential under the id of their first reason (``frontend/reasons``),
those that are parallel as informational ones. Knows facts and the format; finds nothing out itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from unseq.evaluate.report.explanation import Analysed
from unseq.evaluate.report.notes import loop_note
from unseq.evaluate.report.record import LoopNote
from unseq.frontend.facts import CallFact, ForkFact, LoopFact
from unseq.frontend.ir.nodes import For, ForEach, While
from unseq.frontend.reasons import CATALOGUE, Why
from unseq.frontend.source import NOWHERE, Diagnostic, SourceUnit, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PARALLEL = "parallel"
ROOT = "SRCROOT"
Json = dict[str, Any]


def sarif(functions: Sequence[Analysed], root: Path, version: str) -> Json:
    """The log of one run. ``root``: the folder that paths are relative to; ``version`` is ours."""
    results: list[Json] = []
    problems: list[Json] = []
    for function in functions:
        if function.unit is None:
            where = {"physicalLocation": {"artifactLocation": artifact(function.path, root)}}
            problems.append({"level": "error", "message": {"text": function.error}, "locations": [where]})
        else:
            results += _results(function, function.unit, root)
    return log(results, _rule, problems, root, version)


def log(results: list[Json], rule: Callable[[str], Json], problems: Sequence[Json], root: Path, version: str) -> Json:
    """The log of one run with these results, which get their ``ruleIndex``; ``rule`` describes a rule by its id."""
    used = list(dict.fromkeys(result["ruleId"] for result in results))
    for result in results:
        result["ruleIndex"] = used.index(result["ruleId"])
    run: Json = {
        "tool": {"driver": {"name": "unseq", "version": version, "rules": [rule(name) for name in used]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": root.resolve().as_uri().rstrip("/") + "/"}},
        "invocations": [{"executionSuccessful": not problems, "toolExecutionNotifications": problems}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> Json:
    if name == PARALLEL:
        title = "may run in parallel"
        text = "No iteration needs what another one computes, by proof or under a check that is made at run time."
        return {
            "id": name,
            "name": "Parallel",
            "shortDescription": {"text": title},
            "fullDescription": {"text": text},
            "help": {"text": f"{text} `unseq translate` makes it parallel and judges the result."},
            "defaultConfiguration": {"level": "none"},
        }
    entry = CATALOGUE[Why(name)]
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.meaning},
        "help": {
            "text": f"{entry.meaning}\n\nWhat unlocks it: {entry.unlock}",
            "markdown": f"{entry.meaning}\n\n**What unlocks it:** {entry.unlock}",
        },
        "defaultConfiguration": {"level": "warning"},
    }


# --- results -------------------------------------------------------------------------------------------------------


def _results(function: Analysed, unit: SourceUnit, root: Path) -> Iterator[Json]:
    where = _Places(unit, root)
    if function.refused is not None:
        span = function.refused.span if function.refused.span != NOWHERE else function.span
        yield _sequential(function, where, span, "the function", (function.refused,), "warning")
    if function.facts is None:
        return
    facts = function.facts
    own = [loop for loop in facts.loops if loop.function in ("", function.name)]
    running = {loop.loop.id for loop in own if loop.parallel}
    parents = {loop.loop.id: loop.parent for loop in own}
    items: list[LoopFact | CallFact | ForkFact] = [*own, *facts.calls, *facts.forks, *facts.searches]
    for fact in sorted(items, key=lambda item: (item.span.start, -item.span.end)):
        note = loop_note(fact, facts)
        span = _header(fact)
        if isinstance(fact, ForkFact) or fact.parallel:
            yield _parallel(function, where, span, note)
        else:
            # nothing is lost where a loop around it is parallel
            level = "note" if _inside(fact.parent, running, parents) else "warning"
            yield _sequential(function, where, span, note.header, fact.reasons, level)


def _inside(parent: int, running: set[int], parents: dict[int, int]) -> bool:
    while parent in parents:
        if parent in running:
            return True
        parent = parents[parent]
    return False


def _header(fact: LoopFact | CallFact | ForkFact) -> Span:
    """The part of a loop before its body; all of anything else."""
    loop = fact.loop if isinstance(fact, LoopFact) else None
    if isinstance(loop, For | ForEach | While) and fact.span.start < loop.body.span.start <= fact.span.end:
        span = fact.span
        return Span(span.start, loop.body.span.start, span.line, span.column, loop.body.span.line, span.file)
    return fact.span


def _sequential(
    function: Analysed, where: _Places, span: Span, header: str, reasons: Sequence[Diagnostic], level: str
) -> Json:
    first = reasons[0]
    lines = [f"{header} stays sequential: {first.what}."]
    lines += [f"Also (line {reason.span.line}): {reason.what}." for reason in reasons[1:]]
    lines += [f"Help: {remedy}." for remedy in dict.fromkeys(reason.remedy for reason in reasons if reason.remedy)]
    related = [part for reason in reasons for part in _related(reason)]
    result = _common(function, where, span, first.code.value, "\n".join(lines))
    result |= {"kind": "fail", "level": level}
    if related:
        result["relatedLocations"] = [
            {"id": number, **where.location(place), "message": {"text": text}}
            for number, (place, text) in enumerate(related, 1)
        ]
    distances = [reason.distance for reason in reasons if reason.distance is not None]
    result["properties"] |= {"reasons": list(dict.fromkeys(reason.code.value for reason in reasons))}
    if distances:
        result["properties"] |= {"distance": distances[0]}
    return result


def _related(reason: Diagnostic) -> Iterator[tuple[Span, str]]:
    if reason.span != NOWHERE:
        yield reason.span, reason.what
    if reason.other is not None and reason.other != NOWHERE and reason.other.start != reason.span.start:
        yield reason.other, "the second place that takes part"


def _parallel(function: Analysed, where: _Places, span: Span, note: LoopNote) -> Json:
    detail = f" ({note.detail})" if note.detail else ""
    result = _common(function, where, span, PARALLEL, f"{note.header} may run in parallel: {note.what}{detail}.")
    result |= {"kind": "informational", "level": "none"}
    result["properties"] |= {"pattern": note.what, "claim": note.claim}
    return result


def _common(function: Analysed, where: _Places, span: Span, rule: str, text: str) -> Json:
    place = where.location(span)
    place["logicalLocations"] = [{"name": function.name, "kind": "function"}]
    return {
        "ruleId": rule,
        "message": {"text": text},
        "locations": [place],
        "partialFingerprints": {"unseqLoop/v1": where.fingerprint(function.name, span)},
        "properties": {"function": function.name},
    }


# --- places --------------------------------------------------------------------------------------------------------


class _Places:
    """Spans of one file as locations; columns count code points from 1, ends are exclusive."""

    def __init__(self, unit: SourceUnit, root: Path) -> None:
        self.unit = unit
        self.root = root
        self._seen: dict[str, int] = {}

    def location(self, span: Span) -> Json:
        path = span.file or str(self.unit.path)
        return {"physicalLocation": {"artifactLocation": artifact(path, self.root), "region": self._region(span)}}

    def _region(self, span: Span) -> Json:
        if span.file not in ("", str(self.unit.path)):  # a header's: its text is not here
            return {"startLine": max(span.line, 1)}
        text = self.unit.text
        end = span.start + len(text[span.start : span.end].rstrip())
        (line, column), (end_line, end_column) = self._position(span.start), self._position(max(end, span.start))
        return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}

    def _position(self, offset: int) -> tuple[int, int]:
        text = self.unit.text
        start = text.rfind(b"\n", 0, offset) + 1
        return text.count(b"\n", 0, start) + 1, len(text[start:offset].decode("utf-8", "replace")) + 1

    def fingerprint(self, function: str, span: Span) -> str:
        """What stays the same while lines move: the file, the function, the text, and which of equal ones it is."""
        words = " ".join(self.unit.slice(span).split())
        key = "\0".join((artifact(str(self.unit.path), self.root)["uri"], function, words))
        self._seen[key] = number = self._seen.get(key, 0) + 1
        return hashlib.sha256(f"{key}\0{number}".encode()).hexdigest()[:32]


def artifact(path: str, root: Path) -> Json:
    """A file's place, relative to ``root`` where it lies in it."""
    try:
        relative = Path(path).resolve().relative_to(root.resolve())
    except ValueError:
        return {"uri": Path(path).resolve().as_uri()}
    # as_uri quotes, but only absolute paths
    return {"uri": PurePosixPath("/", relative).as_uri().removeprefix("file:///"), "uriBaseId": ROOT}

