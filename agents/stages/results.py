"""Whether a candidate may be run at all, and whether its results are right, as it is used and under the sanitizers."""

from __future__ import annotations

from collections.abc import Sequence

from unseq.agents.builds import depends_on_the_build
from unseq.agents.screen import screen_library, screen_text
from unseq.agents.stages.races import races
from unseq.agents.trial import Trial
from unseq.agents.verdict import (
    CompileError,
    Inconclusive,
    Nondeterministic,
    Raced,
    Tampered,
    Unparsable,
    Verdict,
    WrongOutput,
)
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind
from unseq.backends.results import Rejected

_FIRST_USES = 3  # calls that may set up what stays the same from then on
_REPLAYS = 6
_TELLING_S = 2e-5
_REMEMBERS = 4.0  # times faster than memory that need not be asked for again explains


def built(trial: Trial, _: bool) -> Verdict | None:
    """What is wrong with the text and the library."""
    verdict = screened(trial, RuntimeKind.PLAIN, upstream=trial.toolchain.parlaylib is not None)
    if verdict is None and depends_on_the_build(trial.task, trial.candidate, trial.toolchain):
        return Tampered("other lines of it are compiled under the sanitizers than for use")
    return verdict


def screened(trial: Trial, kind: RuntimeKind, *, upstream: bool = False, exits: bool = False) -> Verdict | None:
    """What forbids to run the candidate as it is built for a kind; the rest is `screen_library`'s."""
    if not trial.candidate.text.strip():
        return Unparsable("the candidate is empty")
    reason = screen_text(trial.candidate.text, trial.task.function.unit.text.decode("utf-8", "replace"))
    if reason:
        return Tampered(reason)
    made = trial.library(kind)
    if isinstance(made, Rejected):
        return CompileError(made.message)
    known = trial.original.library(RuntimeKind.PLAIN).library
    reason = screen_library(made.library, known, upstream, exits)
    return Tampered(reason) if reason else None


def tested(trial: Trial, _: bool) -> Verdict | None:
    """What is wrong with the results on the inputs of the suite."""
    trial.cases = tuple(trial.valid(trial.suite.cases))
    cases = trial.cases
    if not cases:
        return Inconclusive(trial.suite.no_valid_input or "there are no valid inputs")
    return _explained(trial, used(trial, cases))


def used(trial: Trial, cases: Sequence[Case]) -> Verdict | None:
    """What is wrong with the candidate on valid cases where it is built and run as it would be used."""
    if not cases:
        return None
    # Twice, so that what was right at first must stay right; fresh memory each time.
    order = tuple(range(len(cases)))
    schedule = Schedule(order + order, call_s=trial.limit(cases, 1.0, 20.0), statics=True)
    done = trial.run(RuntimeKind.PLAIN, cases, schedule, 2)
    verdict = trial.checked(cases, schedule, done, "as it is used, 2 threads")
    own = trial.toolchain.parlaylib is None  # upstream's headers put their scheduler into static memory
    if verdict is None and done.changes > _FIRST_USES and not trial.original.changes and own:
        text = f"{done.changes} of {len(done.calls)} calls changed its static variables; the original keeps nothing"
        text = f"it keeps something from one call to the next: {text}"
        times = _faster_by_memory(trial) if trial.candidate.path is not None else 0.0
        if trial.candidate.path is None or times >= _REMEMBERS:
            return Tampered(text + (f"; a call that finds it again is {times:.0f} times as fast" if times else ""))
        trial.notes.append(text)
    return verdict


def _faster_by_memory(trial: Trial) -> float:
    """How many times faster calls with one input are where static variables stay as the call before left them; 0 where
    calls are too short to tell."""
    cases = trial.valid([timed.case for timed in trial.suite.timing]) or trial.cases
    case = max(cases, key=trial.original.seconds)
    seconds = []
    for fresh in (False, True):
        limit = trial.limit([case], 1.0, 20.0)
        schedule = Schedule((0,) * _REPLAYS, call_s=limit, reuse=True, statics=fresh)
        calls = trial.run(RuntimeKind.PLAIN, [case], schedule, 2).calls
        seconds.append(min((called.wall_s for called in calls[1:]), default=0.0))
    kept, anew = seconds
    return anew / max(kept, 1e-9) if anew > _TELLING_S else 0.0


def _explained(trial: Trial, verdict: Verdict | None) -> Verdict | None:
    """A race on the input whose result is wrong, in place of what it leads to; shown on the smallest input."""
    case, failed = trial.outcomes.wrong_case, trial.outcomes.failed
    if case is None or not isinstance(verdict, WrongOutput | Nondeterministic):
        return verdict
    everything, trial.cases = trial.cases, (case,)
    found = races(trial, False)
    trial.cases = everything
    found = races(trial, False) if isinstance(found, Raced) else found
    trial.outcomes.failed = failed
    return found if isinstance(found, Raced) else verdict


def sanitizers(trial: Trial, _: bool) -> Verdict | None:
    """What ASan and UBSan find on them."""
    made = trial.library(RuntimeKind.ASAN)
    if isinstance(made, Rejected):
        return CompileError(made.message)
    return _explained(trial, sanitized(trial, trial.cases))


def sanitized(trial: Trial, cases: Sequence[Case]) -> Verdict | None:
    """What ASan and UBSan find on valid cases."""
    if not cases:
        return None
    order = tuple(range(len(cases)))
    schedule = Schedule(order, call_s=trial.limit(cases, 2.0, 50.0), statistics=True)
    done = trial.run(RuntimeKind.ASAN, cases, schedule, 2)
    return trial.checked(cases, schedule, done, "parallel path forced, under ASan and UBSan")
