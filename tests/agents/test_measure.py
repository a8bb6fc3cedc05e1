"""Figures out of rounds: ratios of what ran side by side."""

from unseq.agents.measure import ROUNDS, measure, side_by_side
from unseq.agents.task import Effort
from unseq.agents.timing import Measured, ratio, schedule, timing
from unseq.agents.verdict import Tampered, Wins, WrongOutput
from unseq.backends.host.blob import Schedule
from unseq.backends.host.values import Case
from unseq.backends.results import Called, Failure, Fault, Run


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


INPUT = Case((), "n = 7")


def test_several_candidates_take_turns_in_the_same_rounds_and_what_is_wrong_falls_out() -> None:
    seen: list[str] = []

    def side(name: str, each_s: float):  # type: ignore[no-untyped-def]  # three kinds of callable in one
        def run(cases: object, plan: Schedule, threads: int = 0) -> Run:
            seen.append(name)
            return _run(plan, each_s)

        return run

    right, wrong = (lambda *_: None), (lambda *_: WrongOutput("no"))
    candidates = [(side("a", 1e-3), right), (side("b", 1e-9), wrong), (side("c", 5e-4), right)]
    found = side_by_side([7], [INPUT], [1e-3], side("o", 2e-3), candidates, Effort.QUICK)
    assert found is not None and found.sizes == (7,)
    assert "".join(seen).startswith("oabc" + "cao" + "oac")
    rounds = seen.count("o")
    assert [side.seconds for side in (found.original, *found.candidates)] == [
        ((2e-3,) * rounds,), ((1e-3,) * rounds,), (), ((5e-4,) * rounds,),
    ]  # fmt: skip
    assert [side.verdict for side in found.candidates] == [None, WrongOutput("no"), None]


def test_nothing_is_compared_where_the_original_fails() -> None:
    failed = Run((), Failure(Fault.SIGNAL, 0, "crashed"))
    candidates = [(lambda cases, plan, threads: _run(plan, 1e-3), lambda *_: None)]
    assert side_by_side([7], [INPUT], [1e-3], lambda *_: failed, candidates, Effort.QUICK) is None
