"""The sets of problems that can be benchmarked, as files and names of functions.

Knows where the sources lie and how each set names its forms and kinds. Does not read the sources' meaning: the function
of a problem is the last one that its file defines, unless it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from unseq.evaluate import kernels, pareval
from unseq.evaluate.recurrences import recurrences
from unseq.frontend.source import InputError

KINDS = (
    *("dense_la", "fft", "geometry", "graph", "histogram", "reduce"),
    *("scan", "search", "sort", "sparse_la", "stencil", "transform"),
)
FORMS = ("plain", "restrict", "globals")


@dataclass(frozen=True, slots=True)
class Problem:
    """One function to translate. ``form``: which of several ways of writing it; ``best``: a file with the best
    sequential algorithm for the same function, None where the reference already is one. ``function``: its name, where
    the file holds others behind it."""

    name: str
    form: str
    kind: str
    path: Path
    best: Path | None = None
    function: str = ""

    @property
    def label(self) -> str:
        """What tells it from the others of its set."""
        return f"{self.name}/{self.form}" if self.form else self.name


def kernel_problems() -> tuple[Problem, ...]:
    """18 kernels, each with plain pointers, with ``restrict`` and variable-length arrays, and with globals."""
    folder = Path(kernels.__file__).parent
    found = (Problem(path.stem, form, path.stem, path) for form in FORMS for path in (folder / form).glob("*.c"))
    return tuple(sorted(found, key=lambda p: (p.name, FORMS.index(p.form))))


def pareval_problems() -> tuple[Problem, ...]:
    """The 60 problems of ParEval, from sequential references of our own."""
    folder = Path(pareval.__file__).parent
    found = []
    for path in sorted((folder / "problems").glob("*.cpp")):
        best = folder / "best" / path.name
        kind = next(kind for kind in KINDS if path.stem.startswith(kind))
        found.append(Problem(path.stem, "", kind, path, best if best.exists() else None))
    return tuple(found)


def recurrence_problems() -> tuple[Problem, ...]:
    """Loops that carry values, a theme a file; those that must be refused are among them."""
    return tuple(Problem(r.name, "", r.path.stem, r.path, function=r.name) for r in recurrences())


SETS: dict[str, Callable[[], tuple[Problem, ...]]] = {
    "kernels": kernel_problems,
    "pareval": pareval_problems,
    "recurrences": recurrence_problems,
}


def problems(name: str, only: str | None = None) -> tuple[Problem, ...]:
    """The problems of a set whose name or ``name/form`` matches the pattern ``only``. Raises ``InputError``."""
    every = SETS[name]()
    chosen = tuple(p for p in every if only is None or fnmatchcase(p.name, only) or fnmatchcase(p.label, only))
    if not chosen:
        raise InputError(f"--only {only}: no problem of {name} matches, as in --only '{every[0].kind}*'")
    return chosen
