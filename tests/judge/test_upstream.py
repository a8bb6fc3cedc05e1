"""Upstream ParlayLib under the exact detector: its primitives as they are, its examples over the embedded headers."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from native_programs import compile_program, run_program
from unseq.backends.host.races import locate
from unseq.backends.parlay.toolchain import AS_UPSTREAM, RuntimeKind, find_toolchain

HERE = Path(__file__).parent
ROOT = os.environ.get("PARLAYLIB_ROOT")
EXAMPLES = Path(ROOT) / "examples" if ROOT else None

pytestmark = [
    pytest.mark.slow,
    pytest.mark.upstream,
    pytest.mark.skipif(not ROOT, reason="missing: PARLAYLIB_ROOT, a checkout of ParlayLib"),
]

# Races that the examples have: lines of both sides, and why nothing orders them.
RACES = {
    # `check` lets every set write the same value into the elements that it covers.
    "set_cover": {("set_cover.cpp:25", "set_cover.cpp:25"), ("set_cover.cpp:29", "set_cover.cpp:29")},
    # The other end of an edge changes its flow (77) while this one compares it with the capacity, to push (73) or to
    # relabel (91).
    "push_relabel_max_flow": {
        ("push_relabel_max_flow.h:73", "push_relabel_max_flow.h:77"),
        ("push_relabel_max_flow.h:77", "push_relabel_max_flow.h:91"),
    },
    # One neighbour of a link looks whether it is alone before it counts itself off (49), and again after it was not the
    # last (50), while the other neighbour unlinks itself (46) before it counts itself off.
    "cycle_count": {("cycle_count.h:46", "cycle_count.h:49"), ("cycle_count.h:46", "cycle_count.h:50")},
}
# Where values are handed over by atomics.
ORDERED = {"cycle_count", "delaunay", "hash_map"}
# Makes a graph of 2^8 vertices of the 300 that it is asked for, and writes behind its end.
SIZES = {"le_list": 256}
NOT_BUILT = {"samplesort": "uses upstream's internals"}
OF_TEXT = "needs a file of text"
NOT_RUN = {
    **dict.fromkeys(
        (
            *("decision_tree_c45", "lasso_regression", "longest_common_prefix", "longest_repeated_substring"),
            *("radix_tree", "suffix_array", "suffix_tree", "tokens"),
        ),
        OF_TEXT,
    ),
}


def test_no_primitive_of_upstream_is_accused(tmp_path: Path) -> None:
    toolchain = find_toolchain()
    flags = (f"-I{ROOT}/include", *toolchain.cflags(RuntimeKind.RACE), "-include")
    flags = (*flags, str(HERE / "upstream_hook.h"), "-include", str(HERE / "report_at_exit.h"))
    source = HERE.parent / "backends" / "parlay" / "primitives_program.cpp"
    program = compile_program(toolchain, RuntimeKind.RACE, source, tmp_path / "primitives", compile_flags=flags)
    result = run_program(program, "1", "2", "3", "17", "300", "3001", seconds=900)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1].startswith("races 0,")


@pytest.mark.parametrize("name", sorted(p.stem for p in EXAMPLES.glob("*.cpp")) if EXAMPLES else ["none"])
def test_examples(name: str, tmp_path: Path) -> None:
    assert EXAMPLES is not None
    if name in NOT_BUILT or name in NOT_RUN:
        pytest.skip(f"{name}: {NOT_BUILT.get(name) or NOT_RUN[name]}")
    toolchain = find_toolchain()
    flags = (*toolchain.cflags(RuntimeKind.RACE), *AS_UPSTREAM, "-include", str(HERE / "report_at_exit.h"), "-w")
    source = EXAMPLES / f"{name}.cpp"
    program = compile_program(toolchain, RuntimeKind.RACE, source, tmp_path / name, compile_flags=flags)
    for environment in ({}, {"DESCENDING": "1"}):
        result = run_program(program, str(SIZES.get(name, 300)), environment=environment, seconds=600)
        assert result.returncode == 0, result.stderr[-1000:]
        assert _races(program, result.stderr) == RACES.get(name, set())
        ordered = int(result.stderr.rsplit("ordered by atomics ", 1)[1])
        print(f"{name}, {environment}: {ordered} pairs ordered by atomics")
        assert ordered > 0 or name not in ORDERED


def _races(program: Path, report: str) -> set[tuple[str, str]]:
    """Both lines of each race, the smaller first."""
    pairs = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"^race (\S+) (\S+)$", report, re.MULTILINE)]
    places = locate(program, (offset for pair in pairs for offset in pair))
    lines = [sorted(f"{places[offset].file}:{places[offset].line}" for offset in pair) for pair in pairs]
    return {(first, second) for first, second in lines}
