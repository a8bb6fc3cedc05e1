"""The exact detector on every set of programs, at sizes from small to large: all races, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

PROGRAMS = Path(__file__).parents[1] / "backends" / "parlay"
SIZES = (300, 3_000, 100_000)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["race_cases", "race_hard_cases", "race_order_cases"])
def programs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    return compile_program(find_toolchain(), RuntimeKind.RACE, PROGRAMS / f"{request.param}.cpp", folder / "cases")


@pytest.fixture(scope="module")
def openmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    toolchain = find_toolchain()
    if toolchain.family != "gcc":
        pytest.skip("missing: gcc, whose OpenMP the detector knows")
    flags = (*toolchain.cflags(RuntimeKind.RACE), "-fopenmp")
    folder = tmp_path_factory.mktemp("sets")
    source = PROGRAMS / "race_openmp_cases.cpp"
    return compile_program(toolchain, RuntimeKind.RACE, source, folder / "cases", compile_flags=flags)


def _assert_exact(program: Path, n: int, team: int = 2) -> None:
    result = run_program(program, str(n), environment={"OMP_NUM_THREADS": str(team)}, seconds=900)
    assert result.returncode == 0, result.stderr[-2000:]
    lines = [line.split()[:3] for line in result.stdout.splitlines()]
    wrong = [name for name, expected, found in lines if (int(found) > 0) != (int(expected) == 1)]
    racy = sum(expected == "1" for _, expected, _ in lines)
    print(f"\n{program.parent.name}, n = {n}, team {team}: {racy} racy, {len(lines) - racy} race-free; wrong: {wrong}")
    assert racy >= 12 and len(lines) - racy >= 11
    assert not wrong


@pytest.mark.parametrize("n", SIZES)
def test_fork_and_join(programs: Path, n: int) -> None:
    _assert_exact(programs, n)


@pytest.mark.parametrize("team", [2, 3, 256])
@pytest.mark.parametrize("n", [300, 3_000])
def test_openmp(openmp: Path, n: int, team: int) -> None:
    _assert_exact(openmp, n, team)


def test_no_primitive_is_accused(tmp_path: Path) -> None:
    toolchain = find_toolchain()
    program = compile_program(toolchain, RuntimeKind.RACE, PROGRAMS / "primitives_program.cpp", tmp_path / "primitives")
    result = run_program(program, "0", "1", "2", "3", "17", "300", "3001", "100003", seconds=900)
    assert (result.returncode, result.stdout) == (0, "")


def test_brute_force_agrees_on_ten_thousand_programs(tmp_path: Path) -> None:
    program = compile_program(find_toolchain(), RuntimeKind.RACE, PROGRAMS / "race_oracle.cpp", tmp_path / "oracle")
    result = run_program(program, "10000", "20001", seconds=900)
    assert result.returncode == 0, result.stdout[:2000]
    print(f"\n{result.stdout.splitlines()[-1]}")
    racy = int(result.stdout.split(" programs, ")[1].split()[0])
    assert 2_000 < racy < 8_000
