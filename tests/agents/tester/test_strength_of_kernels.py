"""Mutants of kernels: barriers, atomics, guards and what runs below the cut-off, on the CPU."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from unseq.agents.judge import Judge, judging
from unseq.agents.task import Candidate, Effort, Task
from unseq.agents.tester.suite import Suite
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

ORIGINAL = """void sum(const int *x, int n, int *out)
{
    for (int i = 0; i < n; i++)
        out[0] += x[i];
}
"""
KERNELS = """#include <cuda_runtime.h>
#ifndef UNSEQ_CUTOFF
#define UNSEQ_CUTOFF 100000
#endif
__global__ void sum_kernel(const int *x, int n, int *out)
{
    __shared__ int part[64];
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    part[threadIdx.x] = i < n ? x[i] : 0;
    __syncthreads();
    if (threadIdx.x == 0) {
        int s = 0;
        for (int k = 0; k < 64; k++)
            s += part[k];
        atomicAdd(out, s);
    }
}
extern "C" void sum(const int *x, int n, int *out)
{
    if (n > 0 && n >= UNSEQ_CUTOFF) {
        int *x_there, *out_there;
        cudaMalloc(&x_there, sizeof(int) * n);
        cudaMalloc(&out_there, sizeof(int));
        cudaMemcpy(x_there, x, sizeof(int) * n, cudaMemcpyHostToDevice);
        cudaMemcpy(out_there, out, sizeof(int), cudaMemcpyHostToDevice);
        sum_kernel<<<(n + 63) / 64, 64>>>(x_there, n, out_there);
        cudaMemcpy(out, out_there, sizeof(int), cudaMemcpyDeviceToHost);
        cudaFree(x_there);
        cudaFree(out_there);
    } else {
        for (int i = 0; i < n; i++)
            out[0] += x[i];
    }
}
"""


def case(values: list[int]) -> Case:
    x, out = Buffer(np.array(values, np.int32)), Buffer(np.array([7], np.int32))
    return Case((x, Scalar(len(values)), out), "given")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    f = lower(SourceUnit(Path("sum.c"), Language.C, ORIGINAL.encode()), "sum")
    with judging(Task(f, Facts(f), target="cuda"), find_toolchain(), Effort.THOROUGH, timed=False) as one:
        yield one


def lived(judge: Judge, *cases: Case) -> set[str]:
    suite = Suite(cases, tuple(one.label for one in cases), ())
    assert all(verdict.ok for verdict in judge.validate(cases))
    found = judge.judge(Candidate(KERNELS, ".cu", "test", Claim.TESTED), suite)
    assert found.verdict.name == "Pass", found.verdict.text
    strength = found.evidence.strength
    assert strength.killed > 0 and strength.killed + len(strength.survivors) == strength.mutants
    return {f"line {line}: {what}" for line, what in strength.survivors}


def test_inputs_of_many_blocks_kill_what_matters(judge: Judge) -> None:
    left = lived(judge, case([]), case([5]), case(list(range(1, 65))), case(list(range(3, 200))))
    assert not any(one.startswith(("line 9", "line 10", "line 13", "line 14", "line 15")) for one in left), left
    # below the cut-off, where the host runs the loop
    assert not any(one.startswith(("line 31", "line 32")) for one in left), left


def test_one_block_of_nothing_lets_an_update_live_that_is_not_atomic(judge: Judge) -> None:
    left = lived(judge, case([0, 0]))
    assert "line 15: update that is not atomic" in left
    assert "line 10: `__syncthreads()` left out" not in left  # the detector sees it on any input
