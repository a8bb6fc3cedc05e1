"""The race runtime: planted races are found, race-free programs are not accused, and reports are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("races")
    return compile_program(find_toolchain(), RuntimeKind.RACE, HERE / "race_cases.cpp", folder / "cases")


@pytest.fixture(scope="module")
def hard_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("races")
    return compile_program(find_toolchain(), RuntimeKind.RACE, HERE / "race_hard_cases.cpp", folder / "cases")


@pytest.fixture(scope="module")
def order_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("races")
    return compile_program(find_toolchain(), RuntimeKind.RACE, HERE / "race_order_cases.cpp", folder / "cases")


@pytest.fixture(scope="module")
def openmp_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    toolchain = find_toolchain()
    if toolchain.family != "gcc":
        pytest.skip("the detector knows OpenMP as gcc compiles it")
    source = HERE / "race_openmp_cases.cpp"
    flags = (*toolchain.cflags(RuntimeKind.RACE), "-fopenmp")
    folder = tmp_path_factory.mktemp("races")
    return compile_program(toolchain, RuntimeKind.RACE, source, folder / "cases", compile_flags=flags)


def _run(cases: Path, n: int, team: int = 2, descending: bool = False) -> dict[str, list[int]]:
    """Each case's numbers: expected, found, earlier child, later child, object, same value, ordered by atomics."""
    environment = {"OMP_NUM_THREADS": str(team), **({"DESCENDING": "1"} if descending else {})}
    result = run_program(cases, str(n), environment=environment)
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    return {name: [int(number) for number in numbers] for name, *numbers in lines}


@pytest.mark.parametrize("n", [10, 300, 3000])
def test_every_planted_race_is_found_and_nothing_else(cases: Path, n: int) -> None:
    found = _run(cases, n)
    assert len(found) >= 65
    assert not [name for name, (expected, races, *_) in found.items() if (races > 0) != (expected == 1)]


@pytest.mark.parametrize("n", [10, 300, 3000])
def test_hard_cases_too(hard_cases: Path, n: int) -> None:
    found = _run(hard_cases, n)
    assert len(found) >= 65
    assert not [name for name, (expected, races, *_) in found.items() if (races > 0) != (expected == 1)]


@pytest.mark.parametrize("n", [10, 300, 3000])
def test_values_handed_over_by_atomics(order_cases: Path, n: int) -> None:
    found = _run(order_cases, n)
    assert len(found) >= 44
    assert not [name for name, (expected, races, *_) in found.items() if (races > 0) != (expected == 1)]
    ordered = {name for name, (*_, pairs) in found.items() if pairs > 0}
    assert ordered >= {"flag", "fences", "passed_on", "published_once", "table", "last_one_adds", "last_owner_deletes"}
    assert not ordered & {"flag_never_set", "claimed_and_read_after_the_join", "places_by_counting"}


@pytest.mark.parametrize("descending", [False, True])
def test_what_only_the_other_order_shows(order_cases: Path, descending: bool) -> None:
    found = _run(order_cases, 10, descending=descending)
    assert found["flag_ignored"][1] == 1
    assert (found["flag_ignored"][6] > 0) != descending
    assert (found["flag"][6] > 0) != descending


def test_the_sets_hold_with_later_siblings_first(cases: Path, hard_cases: Path, order_cases: Path) -> None:
    for program in (cases, hard_cases, order_cases):
        found = _run(program, 300, descending=True)
        assert not [name for name, (expected, races, *_) in found.items() if (races > 0) != (expected == 1)]
    assert _run(cases, 10, descending=True)["one_collision"][2:4] == [9, 3]


@pytest.mark.parametrize(("team", "n"), [(2, 300), (3, 300), (64, 64), (256, 256)])
def test_openmp(openmp_cases: Path, team: int, n: int) -> None:
    found = _run(openmp_cases, n, team)
    assert len(found) >= 59
    assert not [name for name, (expected, races, *_) in found.items() if (races > 0) != (expected == 1)]


def test_a_race_names_its_iterations_and_its_object(cases: Path) -> None:
    found = _run(cases, 10)
    heap, global_variable, stack = 1, 2, 3
    assert found["shift"][2:5] == [0, 1, heap]
    assert found["one_collision"][2:5] == [3, 9, heap]
    assert found["sum"][2:5] == [0, 1, global_variable]
    assert found["private_missing"][4] == stack
    assert found["after_exception"][2:4] == [0, 1]
    assert found["after_inner_forks"][2:4] == [3, 8]


def test_writes_of_the_same_value_are_told_apart(cases: Path) -> None:
    found = _run(cases, 10)
    assert found["same_value_write"][5] == 1
    assert found["par_do"][5] == 0


def test_brute_force_agrees_on_random_programs(tmp_path: Path) -> None:
    program = compile_program(find_toolchain(), RuntimeKind.RACE, HERE / "race_oracle.cpp", tmp_path / "oracle")
    result = run_program(program, "2000", "1")
    assert result.returncode == 0, result.stdout[:2000]
    racy = int(result.stdout.split(" programs, ")[1].split()[0])
    assert 400 < racy < 1_600  # neither kind is rare
