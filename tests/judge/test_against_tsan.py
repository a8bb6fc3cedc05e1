"""The exact detector and ThreadSanitizer side by side: who finds which race, in five runs each."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.process import with_fixed_layout

PROGRAM = Path(__file__).parents[1] / "backends" / "parlay" / "race_cases.cpp"
RUNS = 5
SIZES = (300, 3_000, 100_000)
RACY = (
    *("shift", "stencil_in_place", "sum", "private_missing", "same_value_write", "bytes_shift", "one_collision"),
    *("two_iterations", "reader_then_writer", "histogram_collides", "nested_inner", "par_do", "uncle", "two_mutexes"),
    *("mutex_forgotten_once", "atomic_and_plain"),
)
CLEAN = (
    *("map", "in_place", "private", "bytes", "after_join", "nested", "fib", "stack_reuse", "heap_reuse", "strings"),
    *("atomic", "write_min", "mutex", "shared_mutex", "worker_slots"),
)

pytestmark = pytest.mark.slow


def _sampled(program: Path, name: str, n: int) -> bool:
    """Whether ThreadSanitizer reports a race in one run with four threads."""
    command = with_fixed_layout([str(program), str(n), name])
    environment = {"PARLAY_NUM_THREADS": "4", "TSAN_OPTIONS": "report_signal_unsafe=0 exitcode=0 halt_on_error=0"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    return "ThreadSanitizer: data race" in done.stderr


def _exact(program: Path, name: str, n: int) -> bool:
    result = run_program(program, str(n), name, seconds=300)
    assert result.returncode == 0, result.stderr
    return int(result.stdout.split()[2]) > 0


def test_side_by_side(tmp_path: Path) -> None:
    toolchain = find_toolchain()
    exact = compile_program(toolchain, RuntimeKind.RACE, PROGRAM, tmp_path / "exact")
    sampled = compile_program(toolchain, RuntimeKind.TSAN, PROGRAM, tmp_path / "sampled", ("-DUNSEQ_SAMPLED",))
    print(f"\n{toolchain.compiler_version}, {platform.machine()}")
    print(f"runs of {RUNS} with a report: exact / ThreadSanitizer")
    print(f"{'':24}" + "".join(f"{f'n = {n}':>16}" for n in SIZES))
    wrong = []
    for name in (*RACY, *CLEAN):
        cells = []
        for n in SIZES:
            ours = sum(_exact(exact, name, n) for _ in range(RUNS))
            theirs = sum(_sampled(sampled, name, n) for _ in range(RUNS))
            cells.append(f"{ours} / {theirs}")
            if ours != (RUNS if name in RACY else 0):
                wrong.append((name, n))
        print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
    assert not wrong
