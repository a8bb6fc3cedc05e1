"""How much a suite would have noticed: the share of mutants of the accepted parallel code that it catches.

All mutants are built into one program and chosen by a variable of the environment. Each must fail a test, the race
detector or a sanitizer; one that fails none is a survivor, unless it compiles to the code of the candidate itself.
Knows trials; the mutants are the front end's, what their number is good for is for reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import zip_longest

from unseq.agents.builds import Builds, start_build
from unseq.agents.original import element_count
from unseq.agents.task import Effort
from unseq.agents.trial import Trial
from unseq.agents.verdict import Inconclusive, SuiteStrength, Verdict
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Built, Rejected
from unseq.frontend.mutation.combine import VARIABLE, alone, combined, without_errors
from unseq.frontend.mutation.find import KINDS, mutants
from unseq.frontend.mutation.mutant import Mutant
from unseq.frontend.source import Language

MOST = {Effort.QUICK: 0, Effort.NORMAL: 12, Effort.THOROUGH: 400}
SMALL = 300  # elements of the inputs that are tried first
LARGE = 300_000  # elements of the largest inputs that are tried
_ROUNDS = 5  # builds, each without the mutants that the compiler rejected before


def suite_strength(trial: Trial, known: SuiteStrength) -> SuiteStrength:
    """What is ``known`` of the suite of a trial that passed, with its mutants; none where none can be made."""
    candidate = trial.candidate
    text = candidate.text.encode()
    language = Language.C if candidate.suffix == ".c" else Language.CPP
    found = mutants(text, language, trial.task.function.name, trial.task.function.unit.text)
    tried, builds = _built(trial, _chosen(found, MOST[trial.effort]))
    survivors = []
    killed = 0
    cases = sorted(trial.cases, key=element_count)
    few = [case for case in cases if element_count(case) <= SMALL]
    rest = [case for case in cases if element_count(case) > SMALL]
    large = [timed.case for timed in trial.timed_inputs() if element_count(timed.case) <= LARGE]
    for number, mutant in enumerate(tried, 1):
        one = _any_of(trial, builds, number)
        caught = any(_caught(one.attacked(_detector(trial), part)) for part in (few, rest) if part)
        if caught or _caught(one.used([*cases, *large])):  # with its real cut-offs and blocks
            killed += 1
        elif not _same_code(trial, mutant):
            survivors.append((mutant.line, mutant.what))
    return replace(known, mutants=killed + len(survivors), killed=killed, survivors=tuple(survivors))


def _chosen(found: Sequence[Mutant], most: int) -> tuple[Mutant, ...]:
    """At most ``most``, of every kind in turn and from all over the text."""
    kinds = [[mutant for mutant in found if mutant.kind == kind] for kind in KINDS]
    turns = zip_longest(*(_spread(kind, most) for kind in kinds))
    chosen = [mutant for turn in turns for mutant in turn if mutant is not None][:most]
    return tuple(mutant for mutant in found if any(mutant is one for one in chosen))


def _spread(found: Sequence[Mutant], most: int) -> list[Mutant]:
    """``found`` in an order in which any number of the first ones come from all over."""
    order = sorted(range(len(found)), key=lambda k: (k * 0.6180339887) % 1.0)
    return [found[k] for k in order[:most]]


def _built(trial: Trial, chosen: tuple[Mutant, ...]) -> tuple[tuple[Mutant, ...], Builds]:
    """The mutants that compile, and the program that is any of them."""
    kinds = (_detector(trial), RuntimeKind.ASAN, RuntimeKind.PLAIN)
    for _ in range(_ROUNDS):
        if not chosen:
            break
        made = combined(trial.candidate.text.encode(), chosen)
        builds = {kind: _build(trial, made.text, kind) for kind in kinds}
        results = [builds[kind].result() for kind in kinds]
        failed = [result for result in results if isinstance(result, Rejected)]
        if not failed:
            return chosen, builds
        fewer = without_errors(chosen, made, failed[0].message)
        if len(fewer) == len(chosen):
            break
        chosen = fewer
    return (), {}


def _build(trial: Trial, text: str, kind: RuntimeKind) -> Future[Built | Rejected]:
    candidate = replace(trial.candidate, text=text)
    return start_build(trial.task, candidate, trial.toolchain, trial.executor, trial.original.place.folder, kind)


def _detector(trial: Trial) -> RuntimeKind:
    """The runtime that races were sought with."""
    return RuntimeKind.TSAN if trial.detector == "ThreadSanitizer" else RuntimeKind.RACE


def _any_of(trial: Trial, builds: Builds, number: int) -> Trial:
    """The trial of one mutant."""
    return Trial(
        trial.task, trial.candidate, trial.suite, trial.original, trial.toolchain, trial.executor, trial.effort, builds,
        environment=((VARIABLE, str(number)),),
    )  # fmt: skip


def _caught(verdict: Verdict | None) -> bool:
    """Whether a mutant was seen to be wrong."""
    return verdict is not None and not isinstance(verdict, Inconclusive)


def _same_code(trial: Trial, mutant: Mutant) -> bool:
    """Whether a mutant alone compiles to the very code of the candidate."""
    plain = trial.builds[RuntimeKind.PLAIN].result()
    other = _build(trial, alone(trial.candidate.text.encode(), mutant), RuntimeKind.PLAIN).result()
    if isinstance(plain, Rejected) or isinstance(other, Rejected):
        return False
    return plain.library.read_bytes() == other.library.read_bytes()
