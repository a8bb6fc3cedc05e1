"""How long the analysis of sources takes: `make bench`."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from checkout import ROOT
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import read

SOURCES = [
    *sorted((ROOT / "tests" / "analysis" / "cases").glob("*.c*")),
    ROOT / "examples" / "waves.c",
    ROOT / "evaluate" / "kernels" / "plain" / "gemm.c",
]


def everything(path: Path) -> int:
    unit = read(path)
    heads = [head for head in functions(unit) if not head.is_template]
    return sum(len(analyze(lower(unit, head.name)).loops) for head in heads)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_analysis(benchmark: BenchmarkFixture, path: Path) -> None:
    assert benchmark(everything, path) > 0
