"""``unseq check`` of CUDA files: host functions with their kernels, and kernels by themselves."""

import json
from pathlib import Path
from typing import Any

import pytest

from command import Done, envelope_of, only_record, unseq

ORIGINAL = """\
#include <complex>
#include <vector>
void scale(const double *__restrict x, double *__restrict y, int n) {
    for (int i = 0; i < n; i++)
        y[i] = 2 * x[i];
}
long total(const std::vector<int> &v) {
    long s = 0;
    for (int x : v) s += x;
    return s;
}
using complex = std::complex<double>;
void transpose(const std::vector<complex> &a, std::vector<complex> &b, int rows, int columns) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            b[j * rows + i] = a[i * columns + j];
}
"""

HOST = """\
#include <cstdio>
#include <cstdlib>
#include <cuda_runtime.h>
#define CHECK(call) if ((call) != cudaSuccess) { fprintf(stderr, "it fails\\n"); exit(1); }

__global__ void twice(const double *x, double *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = 2 * x[i];
}
__global__ void nothing(double *y) {
    y[0] = 0;
}
void other(double *y) { nothing<<<1, 1>>>(y); }

void scale(const double *x, double *y, int n) {
    if (n <= 0) return;
    double *dx, *dy;
    CHECK(cudaMalloc(&dx, n * sizeof(double)));
    CHECK(cudaMalloc(&dy, n * sizeof(double)));
    CHECK(cudaMemcpy(dx, x, n * sizeof(double), cudaMemcpyHostToDevice));
    twice<<<(n + 255) / 256, 256>>>(dx, dy, n);
    CHECK(cudaMemcpy(y, dy, n * sizeof(double), cudaMemcpyDeviceToHost));
    cudaFree(dx);
    cudaFree(dy);
}
"""
BODY, LAUNCH = "if (i < n) y[i] = 2 * x[i];", "twice<<<(n + 255) / 256, 256>>>(dx, dy, n);"

KERNELS = """\
#include <cuComplex.h>
__global__ void total(const int *v, unsigned long long *out, size_t N) {
    size_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < N) atomicAdd(out, (unsigned long long)(long long)v[i]);
}
__global__ void turned(int rows, int columns, const cuDoubleComplex *in, cuDoubleComplex *out) {
    __shared__ cuDoubleComplex tile[16][17];
    int j = blockIdx.x * 16 + threadIdx.x, i = blockIdx.y * 16 + threadIdx.y;
    if (i < rows && j < columns) tile[threadIdx.y][threadIdx.x] = in[i * columns + j];
    __syncthreads();
    int k = blockIdx.x * 16 + threadIdx.y, l = blockIdx.y * 16 + threadIdx.x;
    if (l < rows && k < columns) out[k * rows + l] = tile[threadIdx.x][threadIdx.y];
}
__global__ void doubled(const double *in, double *out, unsigned n) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) out[i] = 2 * in[i];
}
__global__ void weighted(const double *in, const float *weights, double *out, int n) {
}
__global__ void forgets(const double *in, int n) {
}
"""


@pytest.fixture
def check(tmp_path: Path) -> Any:
    """Runs a check of a CUDA file against the original."""

    def run(text: str, *words: str) -> Done:
        (tmp_path / "original.cpp").write_text(ORIGINAL)
        (tmp_path / "mine.cu").write_text(text)
        return unseq("check", "mine.cu", "--against", "original.cpp", "--effort", "quick", *words, folder=tmp_path)

    return run


def test_a_right_file_passes_whatever_else_is_in_it(check: Any) -> None:
    done = check(HOST, "--function", "scale", "--json")
    record = only_record(done)
    assert (done.code, record["verdict"], record["target"], record["line"]) == (0, "Pass", "cuda", 15)
    assert record["races"]["detector"].startswith("determinacy races, exact")


def test_a_missing_guard_is_told_with_its_line(check: Any) -> None:
    done = check(HOST.replace("if (i < n) ", ""), "--function", "scale", "--sarif")
    assert (done.code, done.err) == (1, "")
    ((result,),) = [run["results"] for run in json.loads(done.out)["runs"]]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["region"]["startLine"]) == ("out-of-bounds", 8)
    assert "kernel twice" in result["message"]["text"] and "mine.cu:8" in result["message"]["text"]


def test_a_race_shows_both_lines_and_who_made_the_accesses(check: Any) -> None:
    text = HOST.replace(BODY, "if (i < n) {\n        y[0] = x[i];\n        y[i] = 2 * x[i];\n    }")
    done = check(text, "--function", "scale")
    assert done.code == 1 and "✗ Race" in done.out
    assert "mine.cu:9" in done.out and "thread 1 of block 0" in done.out


def test_one_thread_that_does_all_the_work_is_not_parallel(check: Any) -> None:
    text = HOST.replace(BODY, "if (i == 0) for (int k = 0; k < n; k++) y[k] = 2 * x[k];")
    done = check(text, "--function", "scale", "--json")
    assert (done.code, only_record(done)["verdict"]) == (1, "NotParallel")


def test_a_kernel_of_one_thread_beside_a_parallel_one_is_noted(check: Any) -> None:
    text = HOST.replace(LAUNCH, f"nothing<<<1, 1>>>(dy);\n    {LAUNCH}")
    record = only_record(check(text, "--function", "scale", "--json"))
    assert record["verdict"] == "Pass"
    assert "in 1 of its 2 launches one thread does all the work" in record["notes"]


@pytest.mark.parametrize(("function", "kernel", "launch"), [
    ("total", "total", "256"),  # the result through a pointer, the length of the vector, and the kernel has its name
    ("transpose", "turned", "16 x 16"),  # blocks of the tile's side, since 32 x 32 is wrong
    ("scale", "doubled", "256"),
])  # fmt: skip
def test_a_kernel_gets_a_host_function_around_it(check: Any, function: str, kernel: str, launch: str) -> None:
    record = only_record(check(KERNELS, "--function", function, "--kernel", kernel, "--json"))
    assert (record["verdict"], record["name"]) == ("Pass", kernel)
    assert f"launched in blocks of {launch} threads" in record["notes"]


@pytest.mark.parametrize(("text", "words", "told"), [
    (HOST, ["--function", "total"], "mine.cu: no function 'total'"),
    (HOST.replace("double *y, int n) {\n    if", "double *y, long n) {\n    if"), ["--function", "scale"],
     "mine.cu:15: parameter 3 (n) of 'scale' is long, in the original int"),
    (HOST.replace("256>>>", "256>>"), ["--function", "scale"],
     "mine.cu:21: a launch whose configuration does not end with >>>"),
    (KERNELS, ["--function", "scale", "--kernel", "doubl"], "no function 'doubl'; did you mean 'doubled'"),
    (HOST, ["--function", "scale", "--kernel", "other"],
     "mine.cu:13: 'other' is no __global__ function; it has nothing, twice"),
    (KERNELS, ["--function", "scale", "--kernel", "weighted"],
     "parameter 2 (weights) of kernel 'weighted' is const float *, and the original has no array of that type left"),
    (KERNELS, ["--function", "scale", "--kernel", "forgets"],
     "mine.cu:19: kernel 'forgets' gets nothing for 'y', which the original may write"),
], ids=["function", "signature", "launch", "kernel", "host_function", "parameter", "output"])  # fmt: skip
def test_bad_input_is_told_in_a_line(check: Any, text: str, words: list[str], told: str) -> None:
    done = check(text, *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err and done.err.count("\n") == 1


KERNELS_TO_LOOPS = """\
__device__ double half(double v) { return v / 2; }
__global__ void halve(const double *x, double *y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = half(x[i]);
}
__global__ void shift(double *x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n - 1) x[i] = x[i + 1];
}
__global__ void reversed(double *x) {
    __shared__ double part[64];
    part[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = part[63 - threadIdx.x];
}
"""


def test_kernels_become_sequential_functions_where_both_agree(tmp_path: Path) -> None:
    (tmp_path / "mine.cu").write_text(KERNELS_TO_LOOPS)
    done = unseq("translate", "mine.cu", "--target", "c", "--effort", "quick", "--json", folder=tmp_path)
    assert (done.code, done.err) == (1, "")
    data = envelope_of(done)
    found = {record["name"]: (record["outcome"], record["verdict"]) for record in data["functions"]}
    assert found == {"halve": ("translated", "Pass"), "shift": ("failed", "Race"), "reversed": ("refused", None)}
    (reason,) = data["functions"][2]["reasons"]
    assert (reason["line"], reason["code"]) == (10, "not-understood")
    assert sorted(path.name for path in (tmp_path / "unseq-out").iterdir()) == ["evidence.json", "mine.halve.cpp"]
    made = (tmp_path / "unseq-out" / "mine.halve.cpp").read_text()
    assert "for (int i = 0; i < n; i++)" in made and "half(double v)" in made and "__" not in made


def test_a_kernel_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "mine.cu").write_text(KERNELS_TO_LOOPS)
    done = unseq("translate", "mine.cu", "--target", "c", "--function", "half", folder=tmp_path)
    assert (done.code, done.err) == (2, "unseq: mine.cu: no kernel 'half'; it has halve, shift, reversed\n")
    assert not (tmp_path / "unseq-out").exists()
