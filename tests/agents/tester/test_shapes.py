"""Extents and ranges of index contents are what the code needs, no less and no more."""

from pathlib import Path

import pytest

from catalogue import ALL, Example
from unseq.agents.tester.roles import find_roles
from unseq.agents.tester.shapes import Shapes
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit


def lowered(text: str, name: str, language: Language = Language.C) -> Function:
    suffix = "c" if language is Language.C else "cpp"
    return lower(SourceUnit(Path(f"{name}.{suffix}"), language, text.encode()), name)


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_shapes(example: Example) -> None:
    roles = find_roles(lowered(example.text, example.name, example.language))
    solution = Shapes(roles).solve(example.sizes, example.free)
    assert {key: solution.extents[key] for key in example.extents} == example.extents
    assert {key: solution.ranges[key] for key in example.ranges} == example.ranges
    assert set(roles.sizes) == set(example.sizes)


@pytest.mark.parametrize(("n", "extent"), [(0, 0), (1, 1), (2, 2), (1000, 1000), (10_000_000, 10_000_000)])
def test_an_extent_follows_its_size(n: int, extent: int) -> None:
    roles = find_roles(lowered("void f(int n, int *a) { for (int i = 0; i < n; i++) a[i] = i; }", "f"))
    assert Shapes(roles).solve({"n": n}, 10).extents["a"] == extent


def test_a_subscript_that_nothing_bounds_is_unknown() -> None:
    text = "void f(int n, int *a) { int k = 1; for (int i = 0; i < n; i++) { a[k] = i; k = k * 3 + 1; } }"
    roles = find_roles(lowered(text, "f"))
    assert Shapes(roles).solve({"n": 8}, 10).unknown == {"a"}


def test_constants_and_targets_are_found() -> None:
    text = """int f(const double *v, int n, double limit) {
        int k = 0;
        for (int i = 0; i < n; i++) if (v[i] > limit || v[i] < -2.5) k++;
        return k; }"""
    roles = find_roles(lowered(text, "f"))
    assert roles.constants["v[]"] == {-2.5}
    assert roles.partners["limit"] == {"v[]"}


def test_row_pointers_are_told_from_subscripts() -> None:
    text = """void f(int n, const int *start, const int *col, double *x) {
        for (int i = 0; i < n; i++) for (int e = start[i]; e < start[i + 1]; e++) x[col[e]] += 1.0; }"""
    roles = find_roles(lowered(text, "f"))
    assert roles.slices == {"start[]"}
    assert roles.subscripts >= {"col[]"}


def test_a_pointer_compared_with_another_is_the_end_of_it() -> None:
    text = "int f(const int *first, const int *last) { int s = 0; while (first < last) s += *first++; return s; }"
    roles = find_roles(lowered(text, "f"))
    assert roles.ends == {"last": "first"}


def test_what_is_only_overwritten_is_told_from_what_is_read() -> None:
    text = """void f(int n, const double *x, double *only, double *added, double *later, double *handed) {
        for (int i = 0; i < n; i++) {
            only[i] = x[i];
            added[i] += x[i];
            later[i] = i > 0 ? later[i - 1] : 0.0;
            handed[i] = 1.0;
        }
        if (n > 0) *handed = 2.0; }"""
    assert find_roles(lowered(text, "f")).overwritten == {"only"}


def test_the_size_of_a_row_that_a_loop_sets_is_found() -> None:
    text = """#include <algorithm>
#include <vector>
void f(const std::vector<double> &x, std::vector<std::vector<double>> &rows, int n) {
    for (std::size_t i = 0; i < rows.size(); i++) {
        rows[i].resize(n);
        std::copy(x.begin(), x.begin() + n, rows[i].begin());
    } }"""
    roles = find_roles(lowered(text, "f", Language.CPP))
    assert Shapes(roles).solve({"n": 9}, 4).extents["x"] == 9
