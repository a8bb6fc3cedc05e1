"""How much a suite would have noticed: the share of mutants of the accepted parallel code that it catches.

All mutants are built into one program and chosen by a variable of the environment. Each must fail a test, the race
detector or a sanitizer; one that fails none is a survivor, unless it compiles to the code of the candidate itself.
Knows trials; the mutants are the front end's, what their number is good for is for reports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import zip_longest

from unseq.agents.builds import adds_openmp, is_cuda, start_build
from unseq.agents.openmp import team_sizes
from unseq.agents.original import element_count
from unseq.agents.stages import kernels
from unseq.agents.stages.races import race_check
from unseq.agents.stages.results import sanitized, used
from unseq.agents.task import Effort
from unseq.agents.trial import Trial
from unseq.agents.verdict import Inconclusive, SuiteStrength, Verdict
from unseq.backends.cuda.launches import declarations_text
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Built, Rejected
from unseq.frontend.mutation.combine import VARIABLE, alone, combined, without_errors
from unseq.frontend.mutation.find import KINDS, mutants
from unseq.frontend.mutation.mutant import Mutant
from unseq.frontend.source import Language

MOST = {Effort.QUICK: 0, Effort.NORMAL: 12, Effort.THOROUGH: 400}
SMALL = 300  # elements of the inputs that are tried first
SOME = 8  # inputs on which the kernels of mutants are run first
LARGE = 300_000  # elements of the largest inputs that are tried
_ROUNDS = 5  # builds, each without the mutants that the compiler rejected before
_LEAST_PATIENCE_S, _PATIENCE = 0.5, 20.0  # for a call of a mutant: seconds, and times the longest of the candidate's

Look = Callable[[Trial], Verdict | None]


def suite_strength(trial: Trial, known: SuiteStrength) -> SuiteStrength:
    """What is ``known`` of the suite of a trial that passed, with its mutants; none where none can be made."""
    text = trial.candidate.text.encode()
    language = Language.C if trial.candidate.suffix == ".c" else Language.CPP
    read = declarations_text(trial.candidate.text).encode() if is_cuda(trial.candidate) else text
    found = mutants(read, language, trial.task.function.name, trial.task.function.unit.text)
    tried, program = _built(trial, _chosen(found, MOST[trial.effort]))
    living = dict(enumerate(tried, 1))
    for look in _looks(trial):
        for number in list(living):
            if _caught(look(replace(program, environment=((VARIABLE, str(number)),)))):
                del living[number]
    survivors = [mutant for mutant in living.values() if not _same_code(trial, mutant)]
    killed = len(tried) - len(living)
    told = tuple((mutant.line, mutant.what) for mutant in survivors)
    return replace(known, mutants=killed + len(survivors), killed=killed, survivors=told)


def _looks(trial: Trial) -> tuple[Look, ...]:
    """Ways to see that a mutant is wrong, the cheapest first."""
    kind = _detector(trial)
    cases = sorted(trial.cases, key=element_count)
    few = [case for case in cases if element_count(case) <= SMALL]
    rest = [case for case in cases if element_count(case) > SMALL]
    if is_cuda(trial.candidate):
        some = few[:: 1 + len(few) // SOME]  # most mutants are caught by any input
        return (
            lambda one: kernels.race_check(one, kind, some),
            lambda one: kernels.race_check(one, kind, few),
            lambda one: kernels.used(one, cases),
            lambda one: kernels.race_check(one, kind, rest),
        )
    large = [timed.case for timed in trial.timed_inputs() if element_count(timed.case) <= LARGE]
    return (
        lambda one: _raced(one, kind, few),
        lambda one: used(one, cases),  # with its real cut-offs and blocks
        lambda one: _raced(one, kind, rest),
        lambda one: _sanitized(one, few),
        lambda one: _sanitized(one, rest),
        lambda one: used(one, large),
    )


def _raced(one: Trial, kind: RuntimeKind, cases: Sequence[Case]) -> Verdict | None:
    """Under the race detector, with all cut-offs at 0."""
    teams = team_sizes(cases) if adds_openmp(one.task, one.candidate) else (1,)
    return race_check(one, kind, cases, teams)


def _sanitized(one: Trial, cases: Sequence[Case]) -> Verdict | None:
    """Under the sanitizers, for which nothing is built before a mutant has come so far."""
    if RuntimeKind.ASAN not in one.builds:
        one.builds[RuntimeKind.ASAN] = _build(one, one.candidate.text, RuntimeKind.ASAN)
    return None if isinstance(one.library(RuntimeKind.ASAN), Rejected) else sanitized(one, cases)


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


def _built(trial: Trial, chosen: tuple[Mutant, ...]) -> tuple[tuple[Mutant, ...], Trial]:
    """The mutants that compile, and the trial of a program that is any of them."""
    for _ in range(_ROUNDS):
        if not chosen:
            break
        made = combined(trial.candidate.text.encode(), chosen)
        builds = {kind: _build(trial, made.text, kind) for kind in (_plain(trial), _detector(trial))}
        failed = [result for build in builds.values() if isinstance(result := build.result(), Rejected)]
        if not failed:
            candidate = replace(trial.candidate, text=made.text)
            patience_s = _LEAST_PATIENCE_S + _PATIENCE * trial.slowest_s
            return chosen, replace(
                trial, candidate=candidate, builds=builds, number=None, patience_s=patience_s
            )
        fewer = without_errors(chosen, made, failed[0].message)
        if len(fewer) == len(chosen):
            break
        chosen = fewer
    return (), trial


def _build(trial: Trial, text: str, kind: RuntimeKind) -> Future[Built | Rejected]:
    candidate = replace(trial.candidate, text=text)
    return start_build(trial.task, candidate, trial.toolchain, trial.executor, trial.original.place.folder, kind)


def _detector(trial: Trial) -> RuntimeKind:
    """The runtime that races were sought with."""
    if is_cuda(trial.candidate):
        return RuntimeKind.CUDA_RACE
    return RuntimeKind.TSAN if trial.detector == "ThreadSanitizer" else RuntimeKind.RACE


def _plain(trial: Trial) -> RuntimeKind:
    """The runtime without a detector."""
    return RuntimeKind.CUDA if is_cuda(trial.candidate) else RuntimeKind.PLAIN


def _caught(verdict: Verdict | None) -> bool:
    """Whether a mutant was seen to be wrong."""
    return verdict is not None and not isinstance(verdict, Inconclusive)


def _same_code(trial: Trial, mutant: Mutant) -> bool:
    """Whether a mutant alone compiles to the very code of the candidate."""
    kind = _plain(trial)
    plain = trial.builds[kind].result()
    other = _build(trial, alone(trial.candidate.text.encode(), mutant), kind).result()
    if isinstance(plain, Rejected) or isinstance(other, Rejected):
        return False
    return plain.library.read_bytes() == other.library.read_bytes()
