"""The examples of reasons: ``tests/analysis/reasons/CODE.c`` or ``.cpp`` holds one function for each kind of reason.

A first line ``/* fp: strict */`` or ``/* require: proved */`` states the contract that the reason needs.
"""

import re
from pathlib import Path

from checkout import ROOT
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Contract, FloatPolicy, Task
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim
from unseq.frontend.lower import functions, lower
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic, Unsupported, read

FOLDER = ROOT / "tests" / "analysis" / "reasons"
CONTRACT = re.compile(r"/\* (fp|require): (\w+) \*/\n")
# What no source shows by itself, and why.
WITHOUT_EXAMPLE = {
    Why.TOO_LARGE: "An example would have thousands of lines.",
    Why.VERDICT: "An example would be a defect of unseq.",
    Why.NOT_FASTER: "It depends on the machine.",
}


def example(code: Why) -> Path | None:
    """The file that shows a kind of reason."""
    return next((path for path in sorted(FOLDER.glob(f"{code}.c*")) if path.stem == code), None)


def source_of(path: Path) -> str:
    """An example without the line that states its contract."""
    return CONTRACT.sub("", path.read_text())


def contract_of(path: Path) -> Contract:
    """What the example's first line asks for."""
    stated = dict(CONTRACT.findall(path.read_text()))
    return Contract(FloatPolicy(stated.get("fp", "reassoc")), frozenset(), Claim(stated.get("require", "tested")))


def refused(path: Path) -> tuple[Diagnostic, ...]:
    """Why the last function of an example is not translated; nothing if it is."""
    unit = read(path)
    head = functions(unit)[-1]
    try:
        function = lower(unit, head.name)
    except Unsupported as unsupported:
        return (unsupported.diagnostic,)
    found = propose(Task(function, analyze(function), contract_of(path)))
    return found.reasons if isinstance(found, Refusal) else ()
