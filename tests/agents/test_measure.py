"""Figures out of rounds: ratios of what ran side by side."""

from unseq.agents.measure import ROUNDS, measure
from unseq.agents.task import Effort
from unseq.agents.timing import Measured, ratio, schedule, timing
from unseq.agents.verdict import Tampered, Wins
from unseq.backends.host.blob import Schedule
from unseq.backends.results import Called, Run


def _run(plan: Schedule, each_s: float, more_s: float = 0.0) -> Run:
    calls = tuple(Called(k, each_s, each_s, each_s, None) for k in range(len(plan.order)))
    return Run(calls, None, wall_s=len(calls) * each_s + more_s, cpu_s=len(calls) * each_s + more_s)


def test_a_machine_that_slows_down_does_not_change_the_ratio() -> None:
    plan = schedule([1e-3], 0.1, 3)
    speed = (1.0, 4.0, 2.0)
    original = Measured(plan, tuple(_run(plan, 2e-3 * s) for s in speed))
    candidate = Measured(plan, tuple(_run(plan, 1e-3 * s) for s in speed))
    assert ratio(original, candidate, 0) == 2.0
    found = timing(candidate, 0)
    assert found is not None and found.median_s == 2e-3


def test_repetitions_are_shared_out_over_the_rounds() -> None:
    assert schedule([0.1], 0.1, 3).order == (0,)
    assert len(schedule([1e-3], 0.09, 3).order) == 31
    assert len(schedule([0.1], 0.1).order) == 3


def test_sides_take_turns() -> None:
    seen: list[int] = []

    def original(cases: object, plan: Schedule) -> Run:
        seen.append(0)
        return _run(plan, 2e-3)

    def candidate(cases: object, plan: Schedule, threads: int) -> Run:
        seen.append(threads)
        return _run(plan, 1e-3)

    found = measure([7], [], [1e-3], original, candidate, lambda *_: None, Effort.QUICK, True)
    assert seen == [0, 1, 2, 2, 1, 0, 0, 1, 2]
    assert len(seen) == 3 * ROUNDS[Effort.QUICK]
    assert found.wins is Wins.YES and found.profile.points[0].speedup == 2.0


def test_work_that_is_hidden_in_every_round_is_no_pass() -> None:
    found = measure(
        [7], [], [1e-3], lambda cases, p: _run(p, 1e-3, 0.05), lambda cases, p, threads: _run(p, 1e-5, 0.9),
        lambda *_: None, Effort.QUICK, True,
    )  # fmt: skip
    assert isinstance(found.verdict, Tampered)
