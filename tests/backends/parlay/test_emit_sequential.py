"""Where the sequential version is a function of its own, where its test stands, and where both paths stay together."""

from __future__ import annotations

from pathlib import Path

import pytest

from emit_cases import Case, emitted
from unseq.backends.parlay.emit.sequential import refuted
from unseq.frontend.source import Language, SourceUnit


def _text(source: str, language: Language = Language.CPP) -> str:
    name = "case.c" if language is Language.C else "case.cpp"
    return emitted(Case(Path(name), SourceUnit(Path(name), language, source.encode()), {})).text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_the_original_keeps_its_text_and_comment() -> None:
    source = """\
// Sum of the weights.
double total(const double *w, int n)
{
    double s = 0; // so far
    for (int i = 0; i < n; i++)
        s += w[i];
    return s;
}
"""
    text = _text(source)
    body = source[source.index("{") :].rstrip()
    head = "double total(const double *w, int n)\n{\n"
    copied = "[[gnu::noinline]] static double total_sequential(const double *w, int n)\n"
    assert f"// Sum of the weights.\n{copied}{body}" in text
    assert f"{head}    if (n < UNSEQ_CUTOFF)\n        return total_sequential(w, n);" in text
    assert "else" not in text


def test_the_test_stands_in_front_of_what_must_not_run_twice() -> None:
    lines = _lines(_text("""\
#include <vector>
std::vector<double> doubled(const std::vector<double> &v)
{
    const int n = v.size();
    std::vector<double> out(n);
    for (int i = 0; i < n; i++)
        out[i] = 2 * v[i];
    return out;
}
"""))
    test = lines.index("if (n < UNSEQ_CUTOFF)")
    assert lines[test - 1] == "const int n = v.size();"
    assert lines[test + 2] == "std::vector<double> out(n);"


@pytest.mark.parametrize(
    "between",
    [
        "n = trimmed(v, n);",
        "shorten(&n);",
        "halve(n);",
        "for (int k = 0; k < 3; k++) { v[k] = 0; n--; }",
    ],
)
def test_a_size_that_changes_on_the_way_keeps_both_paths_together(between: str) -> None:
    text = _text(f"""\
static int trimmed(double *v, int n) {{ v[0] = 1; return n / 2; }}
static void shorten(int *n) {{ *n /= 2; }}
static void halve(int &n) {{ n /= 2; }}
void scale(double *v, int n)
{{
    {between}
    for (int i = 0; i < n; i++)
        v[i] *= 2;
}}
""")
    assert "scale_sequential" not in text
    assert "} else {" in text


LOOP = "    for (int i = 0; i < n; i++)\n        v[i] *= 2;\n"


@pytest.mark.parametrize(
    "body",
    [
        "{ for (int i = 0; i < n; i++) v[i] *= 2; }",
        f"{{\n    static int calls;\n    calls++;\n{LOOP}}}",
        "{\n    for (int t = 0; t < 9; t++)\n        for (int i = 0; i < n; i++)\n            v[i] *= v[i];\n}",
        f"{{\n{LOOP}    v[0] = 1;\n{LOOP}}}",
        f"{{\n    #pragma omp parallel for\n{LOOP}}}",
    ],
    ids=["one line", "static local", "inside a loop", "two loops", "directive"],
)
def test_what_is_not_written_twice(body: str) -> None:
    assert "_sequential" not in _text(f"void f(double *v, int n)\n{body}\n")


def test_names() -> None:
    text = _text(f"void scaleAll(double *v, int n)\n{{\n{LOOP}}}\n")
    assert "return scaleAllSequential(v, n);" in text
    text = _text(f"int twice_sequential;\nvoid twice(double *v, int n)\n{{\n{LOOP}}}\n")
    assert "return twice_sequential2(v, n);" in text


def test_linkage_and_storage() -> None:
    loop = f"{{\n{LOOP}}}\n"
    text = _text(f"static inline void twice(double *restrict v, int n)\n{loop}", Language.C)
    assert "[[gnu::noinline]] static void twice_sequential(double *__restrict__ v, int n)" in text
    assert "\nstatic inline void twice(double *__restrict__ v, int n)" in text
    text = _text(f'extern "C" void twice(double *v, int n)\n{loop}')
    assert "[[gnu::noinline]] static void twice_sequential(double *v, int n)" in text
    text = _text(f"namespace a {{\nvoid twice(double *v, int n)\n{loop}}}\n")
    assert "return twice_sequential(v, n);" in text


def test_a_container_is_handed_on() -> None:
    lines = _lines(_text("""\
#include <vector>
std::vector<double> doubled(std::vector<double> v)
{
    for (std::size_t i = 0; i < v.size(); i++)
        v[i] *= 2;
    return v;
}
"""))
    assert "return doubled_sequential(std::move(v));" in lines
    assert "#include <utility>" in lines


def test_a_recursion_stays_sequential_below_the_cut_off() -> None:
    text = _text("""\
static int part(int *a, int lo, int hi)
{
    int p = a[lo], i = lo;
    for (int k = lo + 1; k < hi; k++)
        if (a[k] < p) {
            i++;
            int t = a[i];
            a[i] = a[k];
            a[k] = t;
        }
    a[lo] = a[i];
    a[i] = p;
    return i;
}
void order(int *a, int lo, int hi)
{
    if (hi - lo < 2)
        return;
    int m = part(a, lo, hi);
    order(a, lo, m);
    order(a, m + 1, hi);
}
""")
    assert "static void order_sequential(int *a, int lo, int hi)" in text
    assert "noinline" not in text
    assert "    order_sequential(a, lo, m);\n    order_sequential(a, m + 1, hi);" in text
    assert "parlay::par_do([=] { order(a, lo, m); }" in text


def test_opposites() -> None:
    whole = {"n > 0"}
    assert refuted("n >= UNSEQ_CUTOFF / 20", whole) == "n < UNSEQ_CUTOFF / 20"
    assert refuted("n > 0", whole) == "n <= 0"
    assert refuted("x > 0", whole) == "!(x > 0)"  # not the same for a NaN
    assert refuted("&a != &b", whole) == "&a == &b"
    assert refuted("(a + n <= b || b + n <= a)", whole) == "!(a + n <= b || b + n <= a)"
    assert refuted("(a) <= (b)", whole) == "!((a) <= (b))"
    assert refuted("hi > lo && hi - lo >= UNSEQ_CUTOFF", whole) == "!(hi > lo && hi - lo >= UNSEQ_CUTOFF)"
    assert refuted("parlay::is_sorted(f(a, b))", whole) == "!parlay::is_sorted(f(a, b))"
