"""The standard library's parallel algorithms over our fork and join: right under real threads, and where each element
is a strand of its own."""

from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.agents.builds import OBSERVED_ALGORITHMS
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

PROGRAM = Path(__file__).with_name("execution_program.cpp")


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        (RuntimeKind.PLAIN, ("0", "1", "2", "3", "17", "1000", "1025", "20011")),
        (RuntimeKind.RACE, ("0", "1", "2", "19")),
    ],
)
def test_algorithms_with_a_policy_give_what_they_give_without(
    tmp_path: Path, kind: RuntimeKind, sizes: tuple[str, ...]
) -> None:
    toolchain = find_toolchain()
    flags = (*toolchain.cflags(kind), "-w", *OBSERVED_ALGORITHMS)
    program = compile_program(toolchain, kind, PROGRAM, tmp_path / "program", compile_flags=flags)
    result = run_program(program, *sizes, threads=3)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
