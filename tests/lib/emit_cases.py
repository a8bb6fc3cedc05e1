"""One-file cases of the emitter: a source, a drive, and what must come of it.

A case is a file ``NAME.c.case`` or ``NAME.cpp.case``: the source text, then sections that begin with a line
``--- title``.  ``drive`` is the body of a C++ function ``(Input &in, int n)`` that calls the source's functions;
``facts`` and ``parlay`` are golden.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Task
from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.emit.file import Emitted, emit
from unseq.backends.plan import Plan
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit

FOLDER = Path(__file__).resolve().parents[1] / "backends" / "parlay" / "emit_cases"


@dataclass(frozen=True)
class Case:
    """A case file, read."""

    path: Path
    unit: SourceUnit
    sections: dict[str, str]

    @property
    def name(self) -> str:
        """Its name, fit for an identifier."""
        return self.path.name.removesuffix(".case").replace(".", "_")


def read(path: Path) -> Case:
    """Reads one case."""
    source, *rest = ("\n" + path.read_text(encoding="utf-8")).split("\n--- ")
    sections = {title: body.rstrip("\n") + "\n" for title, _, body in (part.partition("\n") for part in rest)}
    name = path.name.removesuffix(".case")
    language = Language.C if name.endswith(".c") else Language.CPP
    return Case(path, SourceUnit(Path(name), language, (source[1:] + "\n").encode()), sections)


def cases() -> list[Case]:
    """Every case, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.case"))]


def plans(case: Case) -> list[Plan]:
    """The plans that the rules propose for the functions of a case."""
    found = []
    for head in functions(case.unit):
        function = lower(case.unit, head.name)
        plan = propose(Task(function, analyze(function)))
        if not isinstance(plan, Refusal):
            found.append(plan)
    return found


def facts(found: list[Plan]) -> str:
    """What the plans rest on, one line each."""
    lines = []
    for plan in found:
        lines.append(f"{plan.function.name}: {plan.claim.value}: {plan.label}")
        for strategy in plan.strategies:
            loop = getattr(strategy, "loop", None)
            if loop is not None:
                roles = [type(role).__name__ for role in loop.roles]
                guards = [type(guard).__name__ for guard in loop.guards]
                lines.append(f"  {loop.kind} {', '.join(roles) or '-'} | {', '.join(guards) or '-'}")
    return "\n".join(lines)


def emitted(case: Case, *, reuse_spans: bool = True) -> Emitted:
    """The file that the emitter makes of a case."""
    return emit(case.unit, plans(case), reuse_spans=reuse_spans)


def prototypes(case: Case) -> list[tuple[str, str]]:
    """Name and declaration, as ``NAME_original``, of each function with a plan."""
    found = []
    for plan in plans(case):
        name = plan.function.name
        head = Printer((plan.function,)).signature(plan.function)
        prefix = 'extern "C" ' if case.unit.language is Language.C else ""
        found.append((name, prefix + head.replace(f"{name}(", f"{name}_original(", 1) + ";"))
    return found
