"""The emitter's cases as CUDA: what nvcc says of them, and whether kernels compute what the loops do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cuda_cases import device_plans, emitted, failures, told
from emit_cases import FOLDER, Case, cases, read
from unseq.agents.rules.device.plan import combined
from unseq.backends.cuda.emit import emit
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.source import Language, SourceUnit

# Of each form one; the others are slow tests.
QUICK = ("keep_positive.c", "deposit.c", "algorithms.cpp", "bits.cpp", "vectors.cpp")
_NAMES = [case.path.name.removesuffix(".case") for case in cases()]
_ONE = [pytest.param(n, marks=() if n == "vectors.cpp" else pytest.mark.slow) for n in _NAMES]
_ALL = [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in _NAMES]


@pytest.mark.parametrize("name", _ALL)
def test_kernels_compute_what_the_loops_do(name: str, tmp_path: Path) -> None:
    case = read(FOLDER / f"{name}.case")
    if not device_plans(case)[0]:
        pytest.skip("nothing of it has a CUDA form")
    said = failures(case, emitted(case).text, find_toolchain(), tmp_path)
    assert said.endswith("0 failed\n"), said[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("name", _NAMES)
def test_kernels_from_the_ir_alone(name: str, tmp_path: Path) -> None:
    case = read(FOLDER / f"{name}.case")
    if not device_plans(case)[0]:
        pytest.skip("nothing of it has a CUDA form")
    said = failures(case, emitted(case, reuse_spans=False).text, find_toolchain(), tmp_path)
    assert said.endswith("0 failed\n"), said[-2000:]


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
@pytest.mark.parametrize("name", _ONE)
def test_nvcc_compiles_it_without_a_word(name: str, tmp_path: Path) -> None:
    case = read(FOLDER / f"{name}.case")
    if not device_plans(case)[0]:
        pytest.skip("nothing of it has a CUDA form")
    file = tmp_path / "emitted.cu"
    file.write_text(emitted(case).text)
    out = str(tmp_path / "emitted.cubin")
    # Some functions of the cases are called by nobody any more.
    quiet = ["-diag-suppress", "177"]
    assert told(["nvcc", *quiet, "-std=c++20", "-arch=sm_90", "-cubin", str(file), "-o", out]).strip() == ""


def _emitted(text: str, language: Language = Language.C) -> str:
    unit = SourceUnit(Path("given.c" if language is Language.C else "given.cpp"), language, text.encode())
    (device,), refused = device_plans(Case(unit.path, unit, {}))
    assert not refused
    return emit(device.unit, [device.plan]).text


def test_only_what_is_read_and_written_moves() -> None:
    text = _emitted("void f(int n, float *x, float *y) { for (int i = 2; i < n; i++) y[i] = x[i - 2]; }")
    assert "DeviceArray<float> x_on_device(x, n - 2);" in text
    assert "DeviceArray<float> y_on_device(n - 2);" in text  # written only: nothing is copied there
    assert "y_on_device.copy_to(y + 2);" in text


def test_a_compaction_brings_back_as_many_as_it_kept() -> None:
    text = _emitted("int f(int n, int *a, int *b) { int k = 0; for (int i = 0; i < n; i++) if (a[i] > 0) b[k++] = a[i];"
                    " return k; }")  # fmt: skip
    assert "copy_to(b + offset, k - offset)" in text


def test_two_independent_loops_are_a_plane_of_threads() -> None:
    text = _emitted("void f(int n, int m, float *a) { for (int i = 0; i < n; i++) for (int j = 0; j < m; j++)"
                    " a[i * m + j] = i + j; }")  # fmt: skip
    assert "blockIdx.y" in text and "<<<plane_of(n, m), block_threads" in text


def test_subscripts_tell_how_much_of_an_array_is_moved() -> None:
    text = _emitted("double f(int n, int *at, double *x) { double s = 0; for (int i = 0; i < n; i++) s += x[at[i]];"
                    " return s; }")  # fmt: skip
    assert "const Reach reach = reach_of(at, at + n);" in text
    assert "x_on_device.data() - reach.first" in text


def test_an_array_of_unknown_length_is_refused() -> None:
    source = ("void f(int n, int *restrict a, int *restrict b, int *restrict c) {"
              " for (int i = 0; i < n; i++) a[i] = b[c[c[i]]]; }")  # fmt: skip
    unit = SourceUnit(Path("given.c"), Language.C, source.encode())
    found, refused = device_plans(Case(unit.path, unit, {}))
    assert not found and refused == {"f": "it is not known how many elements of the array are used"}


HELPERS = """
#include <cmath>
static double shape(double x) { return std::sqrt(x < 0 ? -x : x); }
static double total(const double *x, int n) { double s = 0; for (int k = 0; k < n; k++) s += shape(x[k]); return s; }
void rows(int n, int m, const double *a, double *out) { for (int i = 0; i < n; i++) out[i] = total(a + i * m, m); }
void shapes(int n, const double *x, double *y) { for (int i = 0; i < n; i++) y[i] = shape(x[i]); }
"""


def _whole(text: str) -> str:
    unit = SourceUnit(Path("given.cpp"), Language.CPP, text.encode())
    found, refused = device_plans(Case(unit.path, unit, {}))
    assert not refused
    return emit(*combined(found)).text


def test_functions_that_several_kernels_call_are_made_for_both_once() -> None:
    text = _whole(HELPERS)
    assert text.count("__host__ __device__ static double shape(double x) { return cuda::std::sqrt(") == 1


def test_a_function_with_kernels_of_its_own_has_a_copy_for_those_of_others() -> None:
    text = _whole(HELPERS)
    assert "__device__ double rows_total(const double *x, int n)" in text
    assert "out[i] = rows_total(a + i * m, m);" in text
    assert "__host__ __device__ static double total" not in text


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
def test_nvcc_compiles_functions_that_call_each_other(tmp_path: Path) -> None:
    file = tmp_path / "emitted.cu"
    file.write_text(_whole(HELPERS))
    out = str(tmp_path / "emitted.cubin")
    assert told(["nvcc", "-std=c++20", "-arch=sm_90", "-cubin", str(file), "-o", out]).strip() == ""


def test_ranges_of_inner_loops_that_do_not_run_are_not_moved() -> None:
    text = _emitted("void f(int n, int m, double *restrict a, double *restrict s) { for (int i = 0; i < n; i++) {"
                    " s[i] = 0; for (int j = 0; j < m; j++) s[i] += a[i * m + j]; } }")  # fmt: skip
    assert "m > 0" in text.partition("DeviceArray<double> ")[0].rpartition("if (")[2]
