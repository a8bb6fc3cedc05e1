"""The programs that run on the CPU are CUDA to nvcc too, and what ptxas says of kernels is read."""

import shutil

import pytest

from cuda_programs import read
from unseq.backends.cuda.nvcc import KernelFacts, find_nvcc, occupancy, parse_facts, static_facts
from unseq.backends.parlay.toolchain import ToolMissing
from unseq.backends.results import Rejected

nvcc = pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")

REPORT = """ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function '_Z3addILi3EEvPKfPfi' for 'sm_90'
ptxas info    : Function properties for _Z3addILi3EEvPKfPfi
    16 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
ptxas info    : Used 12 registers, used 1 barriers, 1024 bytes smem
ptxas info    : Compile time = 3.889 ms
ptxas info    : Compiling entry function '_Z1kPf' for 'sm_90'
ptxas info    : Function properties for _Z1kPf
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 8 registers, used 0 barriers
"""


def test_what_ptxas_prints_is_read() -> None:
    first, second = parse_facts(REPORT)
    assert first == KernelFacts(first.name, "_Z3addILi3EEvPKfPfi", 12, 8, 4, 16, 1024)
    assert first.name in {"add<3>", first.symbol}
    assert (second.symbol, second.registers, second.shared, second.spill_stores) == ("_Z1kPf", 8, 0, 0)


# By hand from the limits of compute capability 9.0: 64 warps, 32 blocks, 65536 registers, 228 KB of shared memory.
@pytest.mark.parametrize(
    ("threads", "registers", "shared", "blocks", "share", "limit"),
    [
        (256, 32, 0, 8, 1.0, "threads"),
        (32, 32, 0, 32, 0.5, "blocks"),
        (256, 64, 0, 4, 0.5, "registers"),
        (1024, 255, 0, 0, 0.0, "registers"),
        (128, 16, 48 << 10, 4, 0.25, "shared memory"),
        (2048, 16, 0, 0, 0.0, "threads"),
        (32, 16, 228 << 10, 0, 0.0, "shared memory"),
    ],
)
def test_occupancy(threads: int, registers: int, shared: int, blocks: int, share: float, limit: str) -> None:
    found = occupancy(threads, registers, shared)
    assert (found.blocks, found.share, found.limit) == (blocks, share, limit)


def test_a_missing_compiler_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_HOME", raising=False)
    monkeypatch.setattr("site.getsitepackages", list)
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(ToolMissing, match="CUDA_HOME"):
        find_nvcc()


@nvcc
@pytest.mark.parametrize("folder", ["right", "broken"])
def test_nvcc_compiles_the_programs(folder: str) -> None:
    facts = static_facts(read(folder).text)
    assert not isinstance(facts, Rejected), facts.message
    shared = {fact.name: fact.shared for fact in facts}
    kernel, wanted = ("transpose_kernel", 32 * 33 * 4) if folder == "right" else ("warp_tree", 128)
    assert shared[kernel] == wanted
    assert all(fact.registers > 0 for fact in facts)


@nvcc
def test_nvcc_says_what_is_wrong() -> None:
    refused = static_facts("__global__ void k(float *x) { x[0] = y; }\n")
    assert isinstance(refused, Rejected) and '"y" is undefined' in refused.message
