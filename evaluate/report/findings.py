"""What the judge says of a file as SARIF 2.1.0: each race with both of its places, else the verdict at the function.

Knows records and the format; how a log is laid out is shared with ``sarif``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from unseq.evaluate.report.checked import about, side_words
from unseq.evaluate.report.record import RacePair, RaceSide, Record
from unseq.evaluate.report.sarif import Json, artifact, log

_RULES = {
    "Pass": "right on every input that was tried, no race found, and parallel",
    "Race": "two accesses to the same memory run in parallel, and at least one writes",
    "CompileError": "it does not compile",
    "WrongOutput": "its result differs from the original's",
    "OutOfBounds": "it reads or writes outside an object",
    "Uninitialised": "its result depends on memory that nobody wrote",
    "MemoryFault": "it misuses memory or has undefined behaviour",
    "BarrierDivergence": "threads of a block or warp wait at different barriers",
    "LaunchFailure": "a kernel cannot be launched as it is",
    "Crash": "it ends abnormally",
    "Timeout": "it takes far longer than the original",
    "NotParallel": "it runs nothing in parallel, or not all that could",
    "Nondeterministic": "equal inputs give different results",
    "Tampered": "it influences its own judgement",
    "Unparsable": "it is empty",
    "Inconclusive": "nothing can be said",
}


def findings(record: Record, root: Path, version: str) -> Json:
    """The log of one check. ``root``: the folder that paths are relative to; ``version`` is ours."""
    pairs = record.races.pairs if record.verdict == "Race" else ()
    results = [_race(record, pair, root) for pair in pairs] or [_whole(record, root)]
    return log(results, _rule, (), root, version)


def _rule(name: str) -> Json:
    verdict = next(verdict for verdict in _RULES if _slug(verdict) == name)
    text = _RULES[verdict]
    return {
        "id": name,
        "name": verdict,
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"The judge says {verdict}: {text}."},
        "defaultConfiguration": {"level": "none" if verdict == "Pass" else "error"},
    }


def _slug(verdict: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in verdict).lstrip("-")


def _whole(record: Record, root: Path) -> Json:
    text = record.reasons[0].what if record.reasons else f"{record.name}: {_RULES['Pass']}."
    line = record.reasons[0].line if record.reasons else record.line
    passed = record.verdict == "Pass"
    result = _common(record, text, record.verdict or "Inconclusive", (record.file, line), root)
    return {**result, "kind": "pass" if passed else "fail", "level": "none" if passed else "error"}


def _race(record: Record, pair: RacePair, root: Path) -> Json:
    sides = (pair.later, pair.earlier)
    text = f"Race: {side_words(pair.later)}, and {side_words(pair.earlier)} (line {pair.earlier.line}): {about(pair)}."
    result = _common(record, text, "Race", (pair.later.file, pair.later.line), root)
    result["kind"], result["level"] = "fail", "error"
    result["relatedLocations"] = [
        {"id": k, **_location(side, root), "message": {"text": side_words(side)}} for k, side in enumerate(sides, 1)
    ]
    # Two strands at once: each is a thread flow of its own.
    flows = []
    for side in sides:
        where = {**_location(side, root), "message": {"text": side.access}}
        flows.append({"id": side_words(side), "locations": [{"location": where}]})
    result["codeFlows"] = [{"message": {"text": about(pair)}, "threadFlows": flows}]
    return result


def _common(record: Record, text: str, verdict: str, where: tuple[str, int], root: Path) -> Json:
    place = _place(*where, root)
    place["logicalLocations"] = [{"name": record.name, "kind": "function"}]
    key = "\0".join((artifact(record.file, root)["uri"], record.name, verdict, str(where[1] - record.line)))
    return {
        "ruleId": _slug(verdict),
        "message": {"text": text},
        "locations": [place],
        "partialFingerprints": {"unseqCheck/v1": hashlib.sha256(key.encode()).hexdigest()[:32]},
        "properties": {"function": record.name, "verdict": verdict},
    }


def _location(side: RaceSide, root: Path) -> Json:
    place = _place(side.file, side.line, root)
    if side.code:
        place["physicalLocation"]["region"]["snippet"] = {"text": side.code}
    return place


def _place(file: str, line: int, root: Path) -> Json:
    return {"physicalLocation": {"artifactLocation": artifact(file, root), "region": {"startLine": max(line, 1)}}}
