"""The embedded primitives against the standard library, at several sizes and thread counts, under sanitizers,
and the same program against upstream ParlayLib."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

PROGRAM = Path(__file__).with_name("primitives_program.cpp")
SIZES = ("0", "1", "2", "3", "17", "1000", "3001")


def _assert_clean(program: Path, *sizes: str, threads: int) -> None:
    result = run_program(program, *sizes, threads=threads)
    assert result.returncode == 0, f"{threads} threads:\n{result.stdout}{result.stderr[:4000]}"
    assert result.stdout == ""


def test_the_standard_library_agrees_for_any_number_of_threads(tmp_path: Path) -> None:
    toolchain = find_toolchain()
    program = compile_program(
        toolchain, RuntimeKind.PLAIN, PROGRAM, tmp_path / "plain", ("-O1", "-Wall", "-Wextra", "-Werror")
    )
    for threads in (1, 2, 5):
        _assert_clean(program, *SIZES, "100003", threads=threads)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [RuntimeKind.ASAN, RuntimeKind.TSAN])
def test_sanitizers_find_nothing(tmp_path: Path, kind: RuntimeKind) -> None:
    program = compile_program(find_toolchain(), kind, PROGRAM, tmp_path / kind.value)
    _assert_clean(program, *SIZES, "20011", threads=2)


@pytest.mark.upstream
@pytest.mark.slow
def test_upstream_parlaylib_gives_the_same_results(tmp_path: Path) -> None:
    root = os.environ.get("PARLAYLIB_ROOT")
    if not root:
        pytest.skip("PARLAYLIB_ROOT names no checkout of ParlayLib")
    program = compile_program(find_toolchain(Path(root)), RuntimeKind.PLAIN, PROGRAM, tmp_path / "upstream", ("-O1",))
    _assert_clean(program, *SIZES[1:], "100003", threads=2)  # upstream crashes at size 0
