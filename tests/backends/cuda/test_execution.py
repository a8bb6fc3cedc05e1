"""Kernels on the CPU: what is broken is found where it is broken, what is right gives its result and no finding."""

from collections.abc import Iterator

import numpy as np
import pytest

from cuda_programs import Program, read, result
from unseq.backends.host.run import Session, session
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import FindingKind, Run

RIGHT, BROKEN = read("right"), read("broken")
N = 1000


@pytest.fixture(scope="module")
def place() -> Iterator[Session]:
    with session(find_toolchain()) as folder:
        yield folder


def named(programs: tuple[Program, ...]) -> list[object]:
    return [pytest.param(program, id=program.name) for program in programs]


def seen(program: Program, done: Run) -> set[tuple[str, int]]:
    """Kinds and lines of all that was found, notes left out; of barriers both lines, of other findings the first."""
    found = {("Race", program.line(side.place)) for race in done.races for side in (race.earlier, race.later)}
    for one in done.findings:
        both = one.kind is FindingKind.BARRIER_DIVERGENCE and one.other is not None
        places = [one.place, one.other] if both else [one.place]
        found |= {(one.kind.value, program.line(place)) for place in places if place is not None and not one.note}
    return found


@pytest.mark.parametrize("kind", [RuntimeKind.CUDA, RuntimeKind.CUDA_RACE])
@pytest.mark.parametrize("program", named(RIGHT.programs))
def test_right_programs_are_right_and_nothing_is_found(place: Session, program: Program, kind: RuntimeKind) -> None:
    assert program.reference is not None
    wanted = result(RIGHT.run(place, RuntimeKind.CUDA, program.reference, N))
    for which in ("forward", "reverse", 5):
        done = RIGHT.run(place, kind, program.number, N, which, calls=2)
        np.testing.assert_allclose(result(done), wanted, rtol=1e-4)
        assert (done.races, done.findings) == ((), ())
        assert done.statistics is not None and max(site.max_children for site in done.statistics.sites) > 1


@pytest.mark.parametrize("program", named(BROKEN.programs))
def test_broken_programs_are_found_out_at_their_lines(place: Session, program: Program) -> None:
    done = BROKEN.run(place, RuntimeKind.CUDA_RACE, program.number, N)
    others = {mark for mark in program.marks if mark[0] in {"NotParallel", "WrongOutput"}}
    assert done.failure is None, done.failure
    found = seen(program, done)
    assert program.marks - others <= found
    assert {kind for kind, _ in found} == {kind for kind, _ in program.marks - others}
    for kind, _ in others:
        if kind == "NotParallel":
            assert done.statistics is not None and [site.max_children for site in done.statistics.sites] == [1]
        else:
            assert program.reference is not None
            wanted = result(BROKEN.run(place, RuntimeKind.CUDA, program.reference, N))
            assert not np.array_equal(result(done), wanted)
