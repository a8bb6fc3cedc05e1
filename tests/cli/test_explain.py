"""``unseq explain`` as a user meets it."""

import json
from pathlib import Path

import pytest

from command import unseq

SOURCE = """\
#include <stdio.h>

void scale(const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 2.0 * x[i];
}

double total(const double *x, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

void show(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        printf("%g\\n", x[i]);
}

int first(const int *x)
{
    return x[0];
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sensor.c"
    path.write_text(SOURCE)
    return path


def test_every_loop_is_named_with_what_became_of_it(source: Path) -> None:
    done = unseq("explain", source)
    assert (done.code, done.err) == (0, "")
    lines = {line.split()[0]: line for line in done.out.splitlines() if line.startswith("  ") and line[2] != " "}
    assert "for i  map" in lines["scale"]
    assert "guarded  parallel (checks that arrays do not overlap)" in lines["scale"]
    assert "reduction + (sum)" in lines["total"]
    assert "sequential" in lines["show"]
    assert "no loops" in lines["first"]
    assert "20:9  calls printf" in done.out
    assert "help: collect the values" in done.out
    assert "3 loops: 2 parallel, 1 sequential" in done.out


def test_a_better_algorithm_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.c"
    path.write_text(
        "int twice(const int *a, int n) {\n    for (int i = 0; i < n; i++)\n"
        "        for (int j = i + 1; j < n; j++)\n            if (a[i] == a[j]) return 1;\n    return 0;\n}\n"
    )
    words = "sort, then look for equal neighbours, O(n log n) instead of O(n^2)"
    assert f"better algorithm: {words}" in unseq("explain", path).out
    assert json.loads(unseq("explain", path, "--json").out)["functions"][0]["better"] == [words]


def test_a_promise_lifts_the_guard(source: Path) -> None:
    done = unseq("explain", source, "--assume", "noalias", "--function", "scale")
    assert "proved" in done.out
    assert "guarded" not in done.out
    assert "total" not in done.out


def test_json_holds_the_same(source: Path) -> None:
    done = unseq("explain", source, "--json")
    data = json.loads(done.out)
    assert data["version"] == 1
    by_name = {function["name"]: function for function in data["functions"]}
    assert [loop["parallel"] for loop in by_name["total"]["loops"]] == [True]
    assert by_name["show"]["loops"][0]["reasons"][0]["line"] == 20
    assert by_name["first"]["loops"] == []


def test_many_functions_come_as_an_overview(tmp_path: Path) -> None:
    loop = "(double *x, int n) { for (int i = 1; i < n; i++) x[i] = x[i %s 1] * 2.0; }\n"
    for number in range(30):
        scan = f"void scan{number}{loop.replace('%s', '-')}"
        show = f"void show{number}(int *x, int n) {{ for (int i = 0; i < n; i++) x[i] = rand(); }}\n"
        (tmp_path / f"part{number:02}.c").write_text(f"#include <stdlib.h>\n{scan}{show}")
    done = unseq("explain", tmp_path)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) < 55
    assert "and 5 more files" in done.out
    assert any(line.startswith("call-hidden-state") and " 30 " in line and "part00.c:3:" in line for line in lines)
    assert "60 loops: 30 parallel, 30 sequential" in done.out
    assert "--all" in done.out
    full = unseq("explain", tmp_path, "--all")
    assert len(full.out.splitlines()) > 60
    assert "show29" in full.out


def test_json_carries_the_ids_of_reasons(source: Path) -> None:
    data = json.loads(unseq("explain", source, "--json").out)
    (reason,) = next(f for f in data["functions"] if f["name"] == "show")["loops"][0]["reasons"]
    assert reason["code"] == "call-output"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.c", None, "no such file"),
        ("script.py", "print(1)\n", "Python"),
        ("empty.c", "", "empty"),
        ("binary.c", "\0\1\2", "binary"),
        ("broken.c", "int f(int x) {\n    return x +;\n}\n", "broken.c:2:"),
        ("huge.c", "int x;\n" * 1_500_000, "MB"),
        ("nothing.c", "int x;\n", "no function"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, name: str, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    done = unseq("explain", tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("unseq: ")
    assert done.err.count("\n") == 1
    assert words in done.err


def test_a_folder_without_sources(tmp_path: Path) -> None:
    done = unseq("explain", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "no C or C++ sources" in done.err


def test_an_unknown_function_is_answered_with_the_nearest(source: Path) -> None:
    done = unseq("explain", source, "--function", "totl")
    assert done.code == 2
    assert "did you mean total?" in done.err


def test_a_template_argument_needs_a_type(source: Path) -> None:
    done = unseq("explain", source, "--instantiate", "float")
    assert done.code == 2
    assert "T=float" in done.err


def test_what_is_not_understood_has_a_line_and_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "odd.c"
    path.write_text(
        "void f(int *x, int n)\n{\n    int i = 0;\nagain:\n    x[i] = i;\n    if (++i < n) goto again;\n}\n"
    )
    done = unseq("explain", path)
    assert done.code == 0
    assert "not understood" in done.out
    assert "help: use a loop" in done.out
