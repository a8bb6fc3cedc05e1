"""Upstream's own examples: they compile against the embedded headers, and run as they do upstream."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.parlay.toolchain import AS_UPSTREAM, RuntimeKind, find_toolchain

ROOT = os.environ.get("PARLAYLIB_ROOT")
# Those that print a result that depends on their argument alone.
EXAMPLES = ("primes", "mcss", "reduce", "quicksort", "minimum_edit_distance")
ARGUMENT = "20000"

pytestmark = [
    pytest.mark.upstream,
    pytest.mark.slow,
    pytest.mark.skipif(not ROOT, reason="PARLAYLIB_ROOT names no checkout of ParlayLib"),
]


def _result(text: str) -> str:
    """What was printed, without the lines that tell times."""
    return "\n".join(line for line in text.splitlines() if not re.search(r"(?i)time|\bsec", line))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_the_same(name: str, tmp_path: Path) -> None:
    assert ROOT is not None
    source = Path(ROOT) / "examples" / f"{name}.cpp"
    printed = []
    for which, toolchain in (("embedded", find_toolchain()), ("upstream", find_toolchain(Path(ROOT)))):
        flags = ("-O1", "-w", *(AS_UPSTREAM if which == "embedded" else ()))
        program = compile_program(toolchain, RuntimeKind.PLAIN, source, tmp_path / which, flags)
        result = run_program(program, ARGUMENT)
        assert result.returncode == 0, result.stderr
        printed.append(_result(result.stdout))
    assert printed[0] == printed[1]
