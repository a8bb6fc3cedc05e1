"""Many small CUDA programs of one signature: all of a folder are compiled as one file, each runs by itself.

A program NAME.cu has a host function ``void NAME(const float *a, float *b, int n)``, and perhaps a plain
``NAME_reference`` that says what is right. A comment ``// !Kind`` marks a line that a finding of that kind must name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from checkout import ROOT
from signatures import function
from unseq.backends.cuda.build import cuda_source, order
from unseq.backends.host.blob import Returned, Schedule
from unseq.backends.host.build import build
from unseq.backends.host.run import Session, Setting, run_cases
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Built, Place, Run
from unseq.frontend.ir.types import FLOAT, INT, Pointer

FOLDER = ROOT / "tests" / "backends" / "cuda"
_MARK = re.compile(r"// ((?:!\w+ ?)+)$")


@dataclass(frozen=True, slots=True)
class Program:
    """One program, its number and reference's (None: it has none), and where it begins in the file of them all."""

    name: str
    text: str
    number: int
    reference: int | None
    first_line: int

    @property
    def marks(self) -> set[tuple[str, int]]:
        """Kinds of findings and the lines that they must name."""
        lines = enumerate(self.text.splitlines(), 1)
        marked = ((number, found[1].split()) for number, line in lines if (found := _MARK.search(line)))
        return {(kind.lstrip("!"), number) for number, kinds in marked for kind in kinds}

    def line(self, place: Place) -> int:
        """The line of this program at a place; 0 where it is not in it."""
        line = place.line - self.first_line + 1
        return line if 0 < line <= self.text.count("\n") else 0


@dataclass(frozen=True, slots=True)
class Programs:
    """All programs of a folder; ``text`` holds them all, and a function that calls one of them by its number."""

    text: str
    programs: tuple[Program, ...]

    def library(self, place: Session, kind: RuntimeKind) -> Path:
        """What `run` needs."""
        source = cuda_source(self.text)
        built = build(place.toolchain, self._function, source, kind, place.folder)
        assert isinstance(built, Built), built
        return built.library

    @property
    def _function(self):  # type: ignore[no-untyped-def]
        signature = {"which": INT, "a": Pointer(FLOAT, True), "b": Pointer(FLOAT), "n": INT}
        return function(self.text, "run_program", signature)

    def run(
        self, place: Session, kind: RuntimeKind, number: int, n: int, which: str | int = "forward", calls: int = 1
    ) -> Run:
        """One process that calls a program, or a reference, with the same input ``calls`` times."""
        numbers = np.random.default_rng(7).integers(0, 256, 2 * n).astype(np.float32)
        case = Case((Scalar(number), Buffer(numbers[:n]), Buffer(numbers[n:]), Scalar(n)), "")
        schedule = Schedule((0,) * calls, call_s=20.0, statistics=True, races=kind is RuntimeKind.CUDA_RACE)
        setting = Setting(kind, True, environment=order(which))
        return run_cases(place, self._function, self.library(place, kind), [case], schedule, setting)


def result(done: Run) -> np.ndarray:  # type: ignore[type-arg]
    """What a run left in ``b``."""
    assert done.failure is None, done.failure
    outcome = done.calls[0].outcome
    assert isinstance(outcome, Returned)
    after = outcome.parameters[2]
    assert isinstance(after, Buffer)
    return after.array


def read(folder: str) -> Programs:
    """The programs of ``right`` or ``broken``."""
    text, names, programs = "#include <cuda_runtime.h>\n", [], []
    for path in sorted((FOLDER / folder).glob("*.cu")):
        own = path.read_text()
        names.append(path.stem)
        if f" {path.stem}_reference(" in own:
            names.append(f"{path.stem}_reference")
        numbers = len(names) - 1
        has = names[-1] != path.stem
        programs.append(Program(path.stem, own, numbers - has, numbers if has else None, text.count("\n") + 1))
        text += own
    calls = "".join(f"    case {k}: {name}(a, b, n); break;\n" for k, name in enumerate(names))
    head = "void run_program(int which, const float *a, float *b, int n)"
    return Programs(f"{text}\n{head} {{\n    switch (which) {{\n{calls}    }}\n}}\n", tuple(programs))
