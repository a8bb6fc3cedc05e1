"""Results that the standard leaves open: ties of unstable sorts, what lies behind a selection, values without order."""

from __future__ import annotations

from pathlib import Path

import pytest

from unseq.agents.determined import determined
from unseq.agents.tester.ordering import orders_floats
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit

HEAD = "#include <algorithm>\n#include <numeric>\n#include <vector>\nstruct P { int key; float w; };\n"


def function(body: str, parameters: str) -> Function:
    text = f"{HEAD}void f({parameters}) {{ {body} }}\n"
    unit = SourceUnit(Path("f.cpp"), Language.CPP, text.encode())
    return lower(unit, functions(unit)[0].name)


POINTS = "std::vector<P> &v"
BY_KEY = "[](const P &a, const P &b) { return a.key < b.key; }"
INTS = "std::vector<int> &v, int k"
FLOATS = "std::vector<double> &v, std::vector<int> &order"


@pytest.mark.parametrize(
    ("body", "parameters", "becomes"),
    [
        (f"std::sort(v.begin(), v.end(), {BY_KEY});", POINTS, "std::stable_sort(v.begin()"),
        ("std::partition(v.begin(), v.end(), [](int x) { return x < 0; });", INTS, "std::stable_partition(v"),
        ("std::nth_element(v.begin(), v.begin() + k, v.end());", INTS, "unseq_determined::nth_element(v"),
        ("std::partial_sort(v.begin(), v.begin() + k, v.end());", INTS, "unseq_determined::partial_sort(v"),
    ],
)
def test_an_open_result_is_decided(body: str, parameters: str, becomes: str) -> None:
    given = function(body, parameters)
    assert becomes in determined(given).text.decode()


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ("std::sort(v.begin(), v.end());", INTS),
        ("std::sort(v.begin(), v.end(), std::greater<int>());", INTS),
        (f"std::stable_sort(v.begin(), v.end(), {BY_KEY});", POINTS),
    ],
)
def test_what_is_not_open_stays(body: str, parameters: str) -> None:
    given = function(body, parameters)
    assert determined(given) is given.unit


@pytest.mark.parametrize(
    ("body", "parameters", "expected"),
    [
        ("std::sort(v.begin(), v.end());", FLOATS, True),
        ("std::sort(order.begin(), order.end(), [&](int a, int b) { return v[a] < v[b]; });", FLOATS, True),
        ("order[0] = std::max_element(v.begin(), v.end()) - v.begin();", FLOATS, True),
        ("std::sort(v.begin(), v.end(), [](const P &a, const P &b) { return a.w < b.w; });", POINTS, True),
        ("std::sort(order.begin(), order.end());", FLOATS, False),
        ("v[0] = std::accumulate(v.begin(), v.end(), 0.0);", FLOATS, False),
    ],
)
def test_values_without_an_order_are_kept_from_sorts(body: str, parameters: str, expected: bool) -> None:
    assert orders_floats(function(body, parameters)) is expected
