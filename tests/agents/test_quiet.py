"""A measurement has the machine for itself; all else shares it, and nobody waits for ever."""

import threading

from unseq.agents.quiet import Turns, quiet_machine, unless_measuring


def test_who_is_alone_is_alone() -> None:
    turns = Turns()
    inside: list[str] = []
    wrong: list[str] = []

    def work(k: int) -> None:
        for _ in range(50):
            if k % 3 == 0:
                with turns.alone():
                    wrong.extend(inside)
                    inside.append("alone")
                    wrong.extend(inside[:-1])
                    inside.remove("alone")
            else:
                with turns.together(polite=k % 3 == 1):
                    wrong.extend(name for name in list(inside) if name == "alone")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_a_measurement_comes_before_those_who_begin_later_but_not_before_builds_that_others_wait_for() -> None:
    turns = Turns()
    order: list[str] = []
    waiting = threading.Event()

    def measure() -> None:
        waiting.set()
        with turns.alone():
            order.append("measured")

    def later() -> None:
        with turns.together(polite=True):
            order.append("later")

    with turns.together(polite=True):
        measuring = threading.Thread(target=measure)
        measuring.start()
        waiting.wait(60)
        while not turns._waiting:
            pass
        polite = threading.Thread(target=later)
        polite.start()
        with turns.together(polite=False):  # a build; if it waited for the measurement, nothing would go on
            order.append("built")
    measuring.join(60)
    polite.join(60)
    assert order == ["built", "measured", "later"]


def test_the_machine_is_had_alone_or_shared() -> None:
    with quiet_machine(measuring=True) as quiet:
        assert quiet in (True, False)  # another program may hold it
    with quiet_machine(measuring=False):
        assert unless_measuring(lambda a, b: a + b, 1, b=2) == 3
