"""The one record that every report is made from: what was done to a function, and the evidence.

An entry of ``translate --json``, of ``evidence.json`` and of ``check --json`` is this record, version 1; its JSON
Schema is ``record.schema.json`` beside this file. Knows names and shapes of the fields, and how they are written and
read. Does not know how any of them is found, nor how they are shown.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from unseq.frontend.slotted import dataclass
from unseq.frontend.source import InputError

VERSION = 1
SCHEMA = Path(__file__).with_name("record.schema.json")

Outcome = Literal["translated", "refused", "failed"]
Wins = Literal["yes", "no", "unmeasured"]
Claim = Literal["proved", "guarded", "tested"]
Strength = Literal["strong", "weak"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was refused or failed. ``other``: a second place that takes part, as ``file:line:column``;
    ``distance``: iterations between the two places; ``code``: the kind of reason (docs/reasons.md), empty for what went
    wrong before the analysis."""

    line: int
    what: str
    remedy: str = ""
    column: int | None = None
    other: str | None = None
    code: str = ""
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class LoopNote:
    """What one loop (or one call of a standard algorithm, or one recursion) is, and what became of it.

    ``header``: ``for i``; ``what``: ``map``, ``reduction + (sum)``; ``detail``: why it is legal or how it is done;
    ``parallel``: whether it may run in parallel (for a translation: whether it does); ``depth``: nesting, from 0.
    """

    line: int
    header: str
    what: str
    parallel: bool
    claim: Claim | None = None
    detail: str = ""
    reasons: tuple[Reason, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Tests:
    """Inputs run, how many gave a wrong result, and how they were made in a few words."""

    cases: int = 0
    failed: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A wrong version of the parallel code that no input told from it: the line that was changed, and how."""

    line: int
    mutation: str


@dataclass(frozen=True, slots=True)
class SuiteStrength:
    """How much the inputs would have noticed. ``killed`` of ``mutants`` wrong versions were caught, ``score`` is their
    share (None: none were made); ``lines`` and ``branches``: shares of the original's that the inputs ran (None:
    unknown)."""

    score: float | None = None
    mutants: int = 0
    killed: int = 0
    survivors: tuple[Survivor, ...] = ()
    lines: float | None = None
    branches: float | None = None
    strength: Strength = "weak"


@dataclass(frozen=True, slots=True)
class RaceSide:
    """One of the two accesses of a race. ``access``: ``write``, ``atomic read``, ...; ``code``: the text of the line;
    ``iteration``: which iteration (or side of a fork) it was in, None unknown; of a kernel the thread of ``block``."""

    file: str
    line: int
    access: str
    code: str = ""
    iteration: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class RacePair:
    """Two accesses that run in parallel and touch the same bytes of ``object``; ``same_value``: both wrote the same
    (None: unknown); ``count``: how often the pair was seen."""

    earlier: RaceSide
    later: RaceSide
    object: str = ""
    same_value: bool | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Races:
    """Runs under race detection; ``detector`` names it, ``detail`` says how far its silence reaches; ``pairs`` are the
    races that were found."""

    runs: int = 0
    found: int = 0
    detector: str | None = None
    detail: str = ""
    pairs: tuple[RacePair, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfilePoint:
    """Times at one size, in seconds (medians); ``parallel_s`` by number of threads; ``speedup`` with the most threads.

    ``spread``: half the width of the 95 % confidence interval of the sequential median, relative to it; None unknown.
    """

    n: int
    sequential_s: float
    parallel_s: tuple[tuple[int, float], ...]
    speedup: float
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of the plan that ``--search`` tried, the default first. ``choices``: what was chosen otherwise than by
    default; ``detail``: why it did not pass; ``speedups`` by size, over the original, with the most threads and all
    variants in the same rounds (empty: not timed)."""

    choices: tuple[str, ...]
    verdict: str
    detail: str = ""
    speedups: tuple[tuple[int, float], ...] = ()
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Better:
    """A second candidate, which does the same by cheaper algorithms and is judged like the first.

    ``algorithms``: what it does in place of the source's loops; ``before`` and ``after``: the cost of the first one. At
    the largest size, ``by_algorithm`` is the original's time over the candidate's with 1 thread, ``by_cores`` that
    over its time with the most threads; None where nothing was measured. ``output``: the emitted file, which stands
    beside the main one, of a candidate that passed."""

    algorithms: tuple[str, ...]
    before: str
    after: str
    verdict: str
    detail: str = ""
    claim: Claim | None = None
    wins: Wins = "unmeasured"
    profile: tuple[ProfilePoint, ...] = ()
    by_algorithm: float | None = None
    by_cores: float | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class LoopSpan:
    """Work and span of the forks at one line of the emitted file, over all ``executions``."""

    line: int
    executions: int
    work: float
    span: float


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """Work and span of one run at size ``n`` in ``unit``, and the predicted speedup by number of processors.

    ``burdened``: the span with what forks cost; ``memory``: the share of the work that waits for memory; ``loops``: the
    places of the emitted file that fork."""

    n: int
    work: float
    span: float
    unit: str
    predicted: tuple[tuple[int, float], ...] = ()
    burdened: float = 0.0
    memory: float = 0.0
    loops: tuple[LoopSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """The function's text before and after, and the line of each one's first line in its file."""

    original: str
    original_line: int
    parallel: str | None = None
    parallel_line: int | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """Where and with what the evidence was made."""

    machine: str = ""
    processors: int = 0
    compiler: str = ""
    library: str = ""
    sandbox: str = ""
    unseq: str = ""


@dataclass(frozen=True, slots=True)
class KernelStatic:
    """A CUDA kernel as it is compiled: registers and bytes of spills a thread, bytes of shared memory a block, and the
    share of a multiprocessor's warps that blocks of ``threads`` threads keep busy, with what limits it."""

    name: str
    registers: int
    spill_stores: int
    spill_loads: int
    shared: int
    occupancy: float
    limit: str


@dataclass(frozen=True, slots=True)
class Static:
    """What is known of kernels without a GPU."""

    architecture: str
    threads: int
    kernels: tuple[KernelStatic, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One function, what became of it, and why that is to be believed."""

    file: str
    name: str
    line: int
    target: str
    outcome: Outcome
    verdict: str | None = None
    wins: Wins = "unmeasured"
    claim: Claim | None = None
    reasons: tuple[Reason, ...] = ()
    tests: Tests = field(default_factory=Tests)
    suite_strength: SuiteStrength | None = None
    races: Races = field(default_factory=Races)
    profile: tuple[ProfilePoint, ...] = ()
    work_span: WorkSpan | None = None
    static: Static | None = None
    output: str | None = None
    pattern: str = ""
    author: str | None = None
    loops: tuple[LoopNote, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    code: Code | None = None
    environment: Environment = field(default_factory=Environment)
    search: tuple[Variant, ...] = ()
    better: Better | None = None
    version: int = VERSION

    @property
    def choices(self) -> tuple[str, ...]:
        """What the search chose otherwise than by default."""
        return next((variant.choices for variant in self.search if variant.chosen), ())


def to_json(value: object) -> Any:
    """Dataclasses as objects, tuples as lists, ``((threads, x), ...)`` tables as objects with the threads as keys."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Any] = {}
        for item in dataclasses.fields(value):
            inner = getattr(value, item.name)
            table = item.name in _TABLES
            out[item.name] = {str(key): number for key, number in inner} if table else to_json(inner)
        return out
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    return value


_TABLES = ("parallel_s", "predicted", "speedups")


def envelope(records: tuple[Record, ...]) -> dict[str, Any]:
    """What ``translate --json`` prints and ``evidence.json`` holds."""
    return {"version": VERSION, "functions": [to_json(record) for record in records]}


def read_records(path: Path) -> tuple[Record, ...]:
    """The records of an ``evidence.json``. Raises ``InputError`` when the file is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; unseq translate SRC -o {path.parent} makes it") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("functions"), list):
        raise InputError(f"{path}: not evidence of version {VERSION}; translate again")
    try:
        return tuple(_record(entry) for entry in data["functions"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: a record does not have the expected shape ({error})") from error


def _table(data: dict[str, float]) -> tuple[tuple[int, float], ...]:
    return tuple((int(key), float(number)) for key, number in data.items())


def profile_of(data: list[dict[str, Any]]) -> tuple[ProfilePoint, ...]:
    """Times as ``to_json`` wrote them. Raises KeyError, TypeError or ValueError for anything else."""
    return tuple(ProfilePoint(**{**point, "parallel_s": _table(point["parallel_s"])}) for point in data)


def work_span_of(data: dict[str, Any] | None) -> WorkSpan | None:
    """Work and span as ``to_json`` wrote them, None where they were not measured; raises as ``profile_of``."""
    if data is None:
        return None
    loops = tuple(LoopSpan(**loop) for loop in data["loops"])
    return WorkSpan(**{**data, "predicted": _table(data["predicted"]), "loops": loops})


def better_of(data: dict[str, Any] | None) -> Better | None:
    """A second candidate as ``to_json`` wrote it, None for none; raises as ``profile_of``."""
    if data is None:
        return None
    return Better(**{**data, "algorithms": tuple(data["algorithms"]), "profile": profile_of(data["profile"])})


def _record(data: dict[str, Any]) -> Record:
    code = data["code"]
    return Record(
        **{
            **data,
            "reasons": _reasons(data["reasons"]),
            "tests": Tests(**data["tests"]),
            "suite_strength": data["suite_strength"] and _strength(data["suite_strength"]),
            "races": Races(**{**data["races"], "pairs": tuple(_pair(pair) for pair in data["races"].get("pairs", []))}),
            "profile": profile_of(data["profile"]),
            "work_span": work_span_of(data["work_span"]),
            "static": _static(data.get("static")),
            "loops": tuple(LoopNote(**{**loop, "reasons": _reasons(loop["reasons"])}) for loop in data["loops"]),
            "notes": tuple(data["notes"]),
            "code": code and Code(**code),
            "environment": Environment(**data["environment"]),
            "search": tuple(_variant(variant) for variant in data.get("search", [])),
            "better": better_of(data.get("better")),
        }
    )


def _static(data: dict[str, Any] | None) -> Static | None:
    if data is None:
        return None
    return Static(**{**data, "kernels": tuple(KernelStatic(**one) for one in data["kernels"])})


def _strength(data: dict[str, Any]) -> SuiteStrength:
    return SuiteStrength(**{**data, "survivors": tuple(Survivor(**one) for one in data["survivors"])})


def _pair(data: dict[str, Any]) -> RacePair:
    return RacePair(**{**data, "earlier": RaceSide(**data["earlier"]), "later": RaceSide(**data["later"])})


def _variant(data: dict[str, Any]) -> Variant:
    return Variant(**{**data, "choices": tuple(data["choices"]), "speedups": _table(data["speedups"])})


def _reasons(data: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(**reason) for reason in data)
