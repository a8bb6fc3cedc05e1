"""What the exact detector costs: each program against itself, run by one thread over the embedded headers at -O2.

Prints the ratios of processor time; no time is asserted.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain

pytestmark = pytest.mark.slow

N = 1_000_000


def _times(kind: RuntimeKind, folder: Path) -> dict[str, float]:
    program = compile_program(find_toolchain(), kind, Path(__file__).parent / "slowdown.cpp", folder / kind.value)
    result = run_program(program, str(N), threads=1, seconds=900)
    assert result.returncode == 0, result.stderr[-2000:]
    return {name: float(seconds) for name, seconds in (line.split() for line in result.stdout.splitlines())}


def test_slowdown(tmp_path: Path) -> None:
    alone, watched = _times(RuntimeKind.PLAIN, tmp_path), _times(RuntimeKind.RACE, tmp_path)
    assert alone.keys() == watched.keys()
    assert len(alone) >= 18
    ratios = {name: watched[name] / alone[name] for name in alone}
    for name, ratio in ratios.items():
        print(f"\n{name}: {1e3 * alone[name]:.2f} ms, watched {1e3 * watched[name]:.1f} ms: {ratio:.1f} times", end="")
    worst = max(ratios, key=ratios.__getitem__)
    print(
        f"\nn = {N}: geometric mean {statistics.geometric_mean(ratios.values()):.1f}, median "
        f"{statistics.median(ratios.values()):.1f}, worst {ratios[worst]:.1f} ({worst})"
    )
