"""Judges parallel code that somebody wrote against the sequential original.

Knows how the judge's findings become lines of the file that was checked. How code is judged is the judge's; nothing is
proposed here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from unseq.agents.builds import uses_parlaylib, uses_policies
from unseq.agents.failures import access_words
from unseq.agents.search.best import Variant
from unseq.agents.task import Candidate, Task
from unseq.agents.translate import Options, judged
from unseq.agents.verdict import Judgement, Raced, Verdict
from unseq.backends.cuda.build import SUFFIX
from unseq.backends.parlay.toolchain import Toolchain
from unseq.backends.results import Access, Place, Race
from unseq.evaluate.batch import whole_lines
from unseq.evaluate.jobs import Watcher
from unseq.evaluate.kernel_files import declarations, launched
from unseq.evaluate.matching import original_of, twin_of
from unseq.evaluate.report.record import Code, RacePair, RaceSide, Reason, Record
from unseq.evaluate.translation import with_evidence
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import FunctionHead
from unseq.frontend.reasons import Why
from unseq.frontend.source import InputError, Language, SourceUnit, Span, read

AUTHOR = "given"
_CALLED = re.compile(r"\b(?:std|parlay)::(\w+)<")
# the file's name in messages of the compilers and the detectors
_SEEN_AS = ("candidate.cpp", "candidate.cu", "candidate.c")


def check(
    source: Path, against: Path, name: str, options: Options, toolchain: Toolchain, watcher: Watcher,
    kernel: str | None = None,
) -> Record:
    """What the judge says of the function ``name`` of ``source``, whose original is in ``against``.

    ``kernel``: in its place ``source`` has a CUDA kernel of that name, which gets a host function around it.
    Raises ``InputError`` where a file cannot be read, the original is not understood, the two functions are not called
    in the same way, or upstream's headers cannot be used."""
    started = time.monotonic()
    watcher.expect(1)
    watcher.begin(name)
    watcher.stage("lower")
    cuda = source.suffix == SUFFIX
    unit, original = read(source, Language.CPP if cuda else None), read(against)
    function = original_of(original, name)
    text = unit.text.decode("utf-8")
    if kernel is None:
        own = twin_of(function, declarations(unit) if cuda else unit)
        texts = {text: ""}
    else:
        own, texts = launched(function, unit, kernel)
        options = replace(options, separate=True)
    if not uses_parlaylib(text):
        toolchain = replace(toolchain, parlaylib=None)
    elif toolchain.parlaylib is not None and uses_policies(text):
        told = "<execution> and ParlayLib are judged with the embedded headers; leave out --parlaylib"
        raise InputError(f"{source}: {told}")
    suffix = SUFFIX if cuda else ".c" if unit.language is Language.C else ".cpp"
    task = Task(function, Facts(function), options.contract)
    candidate, found = _first_passed(task, [
        Candidate(one, suffix, AUTHOR, Claim.TESTED, path=source) for one in texts
    ], options, toolchain, watcher)
    verdict, pairs = found.verdict, _pairs(found.verdict, unit, own.span)
    told = _told(verdict, unit)
    line = pairs[0].later.line if pairs else _line_in(told, unit) or own.span.line
    why = Reason(line, told, code=Why.VERDICT.value)
    theirs = whole_lines(original, FunctionHead(function.name, function.span))
    record = Record(
        file=str(source),
        name=own.name,
        line=own.span.line,
        target="cuda" if cuda else "parlay",
        outcome="translated" if verdict.passed else "failed",
        reasons=() if verdict.passed else (why,),
        code=Code(*theirs, *whole_lines(unit, FunctionHead(own.name, own.span))),
    )
    record = with_evidence(record, candidate, found)
    how = texts[candidate.text]
    if how:
        record = replace(record, notes=(*record.notes, how))
    watcher.end()
    races = replace(record.races, pairs=pairs)
    return replace(record, races=races, seconds=round(time.monotonic() - started, 3))


def _first_passed(
    task: Task, candidates: Sequence[Candidate], options: Options, toolchain: Toolchain, watcher: Watcher
) -> tuple[Candidate, Judgement]:
    """The first candidate that passes, else the first; candidates that are launched otherwise follow the usual one."""
    first: tuple[Candidate, Judgement] | None = None
    for candidate in candidates:
        found = judged(task, (Variant(candidate),), options, toolchain, watcher.stage).judgement
        assert found is not None
        first = first or (candidate, found)
        if found.verdict.passed:
            return candidate, found
    assert first is not None
    return first


def _line_in(told: str, unit: SourceUnit) -> int | None:
    """The first line of a file that a text names."""
    found = re.search(rf"{re.escape(str(unit.path))}:(\d+)", told)
    return int(found[1]) if found else None


def _told(verdict: Verdict, unit: SourceUnit) -> str:
    """A verdict in words, with the file's own name in them."""
    if isinstance(verdict, Raced) and verdict.races:
        count = len(verdict.races)
        pairs = "two places race" if count == 1 else f"{count} pairs of places race"
        return f"{verdict.name}: {pairs}; input {verdict.example}"
    return f"{verdict.name}: {_by_its_name(verdict.text, unit)}"


def _by_its_name(text: str, unit: SourceUnit) -> str:
    for name in _SEEN_AS:
        text = text.replace(f"{name}:", f"{unit.path}:")
    last = unit.text.count(b"\n") + 1  # what stands behind it is a host function around a kernel
    place = rf"(?: allocated at | \(see ){re.escape(str(unit.path))}:(\d+)\)?"
    return re.sub(place, lambda found: "" if int(found[1]) > last else found[0], text)


def _pairs(verdict: Verdict, unit: SourceUnit, function: Span) -> tuple[RacePair, ...]:
    """The races of a verdict, with the text of their lines."""
    text = unit.text.decode("utf-8", "replace").splitlines()

    def side(access: Access) -> RaceSide:
        file, lines, line = unit.path, text, access.place.line
        header = unit.path.parent / access.place.file
        if access.place.file and header.is_file():  # one that the user's file includes
            file, lines = header, header.read_text("utf-8", "replace").splitlines()
        elif access.place.file not in _SEEN_AS:
            line = _calling(access.place, lines, function)
        code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return RaceSide(str(file), line, access_words(access), code, access.child, access.block)

    def pair(race: Race) -> RacePair:
        touched = _by_its_name(race.object, unit)
        return RacePair(side(race.earlier), side(race.later), touched, race.same_value, race.count)

    return tuple(pair(race) for race in verdict.races) if isinstance(verdict, Raced) else ()


def _calling(place: Place, lines: Sequence[str], function: Span) -> int:
    """The line of a function from which the code of a header is reached, where only one line can be meant; else its
    first line."""
    named = _CALLED.findall(place.function)
    for pattern in (rf"\b(?:{'|'.join(dict.fromkeys(named)) or '$.'})\s*[(<]", r"\bexecution::"):
        found = [k for k in range(function.line, function.end_line + 1) if re.search(pattern, lines[k - 1])]
        if len(found) == 1:
            return found[0]
    return function.line
