"""A test suite for one function: inputs on which the original runs clean, and inputs for timing.

Knows how generated inputs are put through the validation that the judge supplies, and what is reported when none
survive.  Knows nothing of how a candidate is run or compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unseq.agents.task import Effort
from unseq.backends.host.values import Case
from unseq.frontend.ir.nodes import Function


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the sequential original runs clean on one case (ASan, UBSan, within the time limit).

    ``reason`` says what went wrong (empty when ``ok``); ``seconds`` is what the run took, 0 if unknown."""

    ok: bool
    reason: str = ""
    seconds: float = 0.0


Validate = Callable[[Sequence[Case]], Sequence[Validity]]


@dataclass(frozen=True, slots=True)
class TimingCase:
    """An input for timing: ``n`` is the total number of elements in it."""

    n: int
    case: Case


@dataclass(frozen=True, slots=True)
class Suite:
    """Valid inputs. ``how[i]`` says in words how ``cases[i]`` was made; ``timing`` is in order of size.

    ``invalid`` counts generated inputs that the original does not run clean on, by reason; ``notes`` is what a
    report should say of the inputs. ``cases`` may be empty: then ``no_valid_input`` is a line for the user."""

    cases: tuple[Case, ...]
    how: tuple[str, ...]
    timing: tuple[TimingCase, ...]
    invalid: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    no_valid_input: str = ""


def make_suite(
    function: Function,
    *,
    seed: int,
    effort: Effort,
    validate: Validate,
    user_cases: Sequence[Case] = (),
) -> Suite:
    """Inputs for ``function`` that its original runs clean on, all chosen by ``seed``; ``user_cases`` come first and
    are validated too."""
    cases = list(user_cases)
    verdicts = validate(cases) if cases else ()
    kept = [case for case, verdict in zip(cases, verdicts, strict=True) if verdict.ok]
    return Suite(tuple(kept), tuple("given by the user" for _ in kept), ())
