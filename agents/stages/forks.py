"""Whether a candidate forks, and whether every place where it does was run with at least two children."""

from __future__ import annotations

from unseq.agents.trial import Trial
from unseq.agents.verdict import NotParallel, Verdict
from unseq.backends.host.blob import Schedule
from unseq.backends.parlay.toolchain import RuntimeKind


def forks(trial: Trial, _: bool) -> Verdict | None:
    """What no input ran in parallel; larger inputs are tried first."""
    if trial.own_threads:
        if trial.detector == "ThreadSanitizer":
            trial.notes.append("it makes threads of its own, which are not counted")
        return None
    if trial.toolchain.parlaylib is not None and (not trial.all_sites or trial.unreached()):
        trial.notes.append("not every fork site could be counted: upstream ParlayLib counts none")
        return None
    if not trial.all_sites:
        return NotParallel("it contains no fork: nothing in it can run in parallel")
    if not trial.unreached():
        return None
    larger = trial.valid([t.case for t in trial.suite.timing])
    for case in larger:
        schedule = Schedule((0,), call_s=trial.limit([case], 4.0, 100.0), statistics=True)
        done = trial.run(RuntimeKind.ASAN, [case], schedule, 2)
        verdict = trial.checked([case], schedule, done, "parallel path forced, under ASan and UBSan")
        if verdict is not None:
            return verdict
        if not trial.unreached():
            return None
    missing = trial.unreached()
    if not trial.all_forked:
        return NotParallel("no input made it fork with at least two children", None, missing)
    words = f"{len(missing)} fork sites never ran with two children"
    return NotParallel(f"{words}, so they are not checked: {'; '.join(missing[:3])}", None, missing)
