"""Recursions in place as lists of calls on the device: which ones, what is copied, and what they compute."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cuda_cases import failures, told
from emit_cases import FOLDER, Case, plans, read
from unseq.backends.cuda.emit import emit
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.source import Language, SourceUnit, Unsupported

CASE = FOLDER / "in_place.cpp.case"


def text_of(text: str, language: Language = Language.C) -> str:
    unit = SourceUnit(Path("given.c" if language is Language.C else "given.cpp"), language, text.encode())
    found = plans(Case(unit.path, unit, {}))
    assert found, "no plan"
    return emit(unit, found).text


@pytest.mark.parametrize("reuse_spans", [True, False], ids=["source-text", "ir-alone"])
def test_they_compute_what_the_recursion_does(reuse_spans: bool, tmp_path: Path) -> None:
    case = read(CASE)
    text = emit(case.unit, plans(case), reuse_spans=reuse_spans).text
    assert text.count("__global__") == 4 and text.count("<<<") == 4
    said = failures(case, text, find_toolchain(), tmp_path)
    assert said.endswith("0 failed\n"), said[-2000:]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
def test_nvcc_compiles_them_without_a_word(tmp_path: Path) -> None:
    case = read(CASE)
    file = tmp_path / "emitted.cu"
    file.write_text(emit(case.unit, plans(case)).text)
    out = str(tmp_path / "emitted.cubin")
    assert told(["nvcc", "-std=c++20", "-arch=sm_90", "-cubin", str(file), "-o", out]).strip() == ""


SORT = """
void split({array}int {lo}, int {hi})
{{
    if ({base}) {then}
    int pivot = v[{lo}], i = {lo}, j = {last};
    while (i <= j) {{
        while (v[i] < pivot) i++;
        while (pivot < v[j]) j--;
        if (i <= j) {{ int t = v[i]; v[i] = v[j]; v[j] = t; i++; j--; }}
    }}
    {calls}
}}
"""
INCLUSIVE = {
    "array": "int *v, ", "lo": "a", "hi": "b", "base": "a >= b", "then": "return;", "last": "b",
    "calls": "split(v, a, j); split(v, i, b);",
}  # fmt: skip


@pytest.mark.parametrize("base", ["a >= b", "b <= a", "b - a < 1", "b - a <= 0", "b < a + 1", "!(a < b)"])
def test_a_last_element_is_copied(base: str) -> None:
    assert "v_on_device(v + a, b + 1 - a);" in text_of(SORT.format(**(INCLUSIVE | {"base": base})))


@pytest.mark.parametrize("base", ["b - a < 2", "b - a <= 1", "a + 1 >= b", "b <= a + 1", "1 >= b - a"])
def test_an_end_is_not(base: str) -> None:
    case = INCLUSIVE | {"base": base, "last": "b - 1", "calls": "split(v, a, i); split(v, i, b);"}
    assert "v_on_device(v + a, b - a);" in text_of(SORT.format(**case))


def test_an_array_of_the_file_is_copied_whole() -> None:
    case = INCLUSIVE | {"array": "", "base": "b - a < 40", "calls": "split(a, j); split(i, b);"}
    assert "v_on_device(v, 5000);" in text_of("int v[5000];" + SORT.format(**case))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"base": "b - a < 40"}, "which part of the array a call works on"),
        ({"calls": "split(v, a, j); split(v, i, b); v[a] = v[b];"}, "goes on after its calls"),
        ({"calls": "split(v, a, v[0]); split(v, i, b);"}, "a call with a value from memory"),
        ({"calls": "split(v, a, j); split(v + 1, i, b);"}, "v is not passed on as it is"),
        ({"calls": "if (a & 1) { split(v, a, j); split(v, i, b); } v[a] = 1;"}, "goes on after its calls"),
    ],
    ids=["range", "more-to-do", "value-from-memory", "moved-pointer", "more-to-do-behind-a-branch"],
)
def test_what_has_no_form_says_why(change: dict[str, str], why: str) -> None:
    with pytest.raises(Unsupported, match=why):
        text_of(SORT.format(**(INCLUSIVE | change)))


def test_arrays_that_may_overlap_are_compared() -> None:
    text = text_of("""
void halves(const double *x, double *out, int lo, int hi)
{
    if (hi - lo <= 1)
        return;
    int mid = lo + (hi - lo) / 2;
    out[mid] = (x[lo] + x[hi - 1]) / 2;
    halves(x, out, lo, mid);
    halves(x, out, mid + 1, hi);
}
""")
    assert "out + hi <= x + lo || x + hi <= out + lo" in text
    assert "x_on_device.copy_to" not in text and "out_on_device.copy_to(out + lo);" in text
