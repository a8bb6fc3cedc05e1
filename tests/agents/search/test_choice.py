"""Which candidate is kept, from figures: faster beyond doubt, or the simplest."""

from unseq.agents.measure import Side, Sides
from unseq.agents.search.choice import chosen, gain, speedups
from unseq.agents.verdict import WrongOutput

ROUNDS = (1.0, 1.3, 0.9)  # the machine's speed changes from round to round


def side(*seconds: float, noise: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Side:
    """A candidate that takes so long at each size."""
    return Side(tuple(tuple(s * speed * more for speed, more in zip(ROUNDS, noise, strict=True)) for s in seconds))


def kept(*candidates: Side) -> int:
    return chosen(Sides((10, 1000), side(1e-5, 1e-3), candidates))


DEFAULT = side(1e-5, 1e-3)


def test_the_fastest_is_kept() -> None:
    assert kept(DEFAULT, side(1e-5, 0.8e-3), side(1e-5, 0.6e-3), side(1e-5, 2e-3)) == 2


def test_of_equal_ones_the_default_is_kept() -> None:
    assert kept(DEFAULT) == 0
    assert kept(DEFAULT, DEFAULT, side(1e-5, 0.97e-3)) == 0


def test_what_is_faster_in_some_rounds_only_is_noise() -> None:
    assert kept(DEFAULT, side(1e-5, 0.9e-3, noise=(0.5, 0.5, 1.2))) == 0


def test_the_largest_size_weighs_most() -> None:
    assert 1 < gain(DEFAULT, side(1.1e-5, 0.8e-3)) < 1.25
    assert gain(DEFAULT, side(0.95e-5, 1.05e-3)) == 0.0


def test_no_size_may_lose() -> None:
    assert kept(DEFAULT, side(2e-5, 0.1e-3)) == 0


def test_what_was_wrong_is_not_kept_also_when_it_is_the_default() -> None:
    wrong = Side((), WrongOutput("wrong"))
    assert kept(DEFAULT, wrong, side(1e-5, 0.5e-3)) == 2
    assert kept(wrong, DEFAULT, side(1e-5, 0.5e-3)) == 2
    assert kept(wrong, DEFAULT) == 1
    assert kept(wrong) == 0


def test_speedups_are_over_the_original_at_each_size() -> None:
    sides = Sides((10, 1000), side(1e-5, 1e-3), (side(2e-5, 0.5e-3), Side((), WrongOutput("wrong"))))
    assert [(n, round(x, 6)) for n, x in speedups(sides, 0)] == [(10, 0.5), (1000, 2.0)]
    assert speedups(sides, 1) == ()
