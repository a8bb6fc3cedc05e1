"""Work hidden from the clock inside is seen from outside; a busy machine is not taken for a cheat."""

from unseq.agents.timing import Measured, clocks_disagree
from unseq.backends.host.blob import Schedule
from unseq.backends.results import Called, Run

ORDER = (0,) * 100


def measured(call_s: float, wall_s: float, cpu_s: float) -> Measured:
    calls = tuple(Called(k, call_s, call_s, call_s, None) for k in range(len(ORDER)))
    return Measured(Schedule(ORDER), (Run(calls, None, wall_s=wall_s, cpu_s=cpu_s),))


ORIGINAL = measured(0.01, 1.1, 1.1)  # 0.1 s of harness


def test_an_honest_candidate_agrees() -> None:
    assert clocks_disagree(ORIGINAL, measured(0.005, 0.6, 1.1), 2) == 0.0


def test_waiting_on_a_busy_machine_is_no_cheat() -> None:
    assert clocks_disagree(ORIGINAL, measured(0.005, 3.0, 1.1), 2) == 0.0


def test_a_clock_that_runs_slow_is_seen() -> None:
    assert clocks_disagree(ORIGINAL, measured(0.0001, 1.1, 1.1), 1) > 0.8


def test_work_left_to_the_background_is_seen() -> None:
    assert clocks_disagree(ORIGINAL, measured(0.0001, 0.8, 1.2), 2) > 0.5


def test_calls_that_cannot_be_compared_say_nothing() -> None:
    shorter = Measured(Schedule((0,)), (Run(ORIGINAL.runs[0].calls[:1], None, wall_s=9.0, cpu_s=9.0),))
    assert clocks_disagree(ORIGINAL, shorter, 1) == 0.0
