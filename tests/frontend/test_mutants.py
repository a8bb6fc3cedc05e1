"""Mutants of parallel code: the mistakes that they stand for, what is left alone, and that all fit into one program."""

import pytest

from unseq.frontend.mutation.combine import alone, combined, without_errors
from unseq.frontend.mutation.find import Mutant, mutants
from unseq.frontend.source import Language

REDUCTION = b"""\
#define BLOCK 64
static int helper(int v) { return v + 1; }
static double unchanged(const double *x, int n)
{
    double s = 0.0;
    for (int i = 0; i < n; i++) s += x[i];
    return s;
}
double f(const double *x, int n)
{
    if (n < 1000) return unchanged(x, n);
    const int size = n / BLOCK + 1;
    double best = x[0];
    for (int i = helper(0); i < n; i++) {
        if (x[i] < best)
            best = x[i];
        best = std::min(best, x[i]);
    }
    return best;
}
"""
ORIGINAL = b"""\
double f(const double *x, int n)
{
    double s = 0.0;
    for (int i = 0; i < n; i++) s += x[i];
    return s;
}
"""


def found(text: bytes, language: Language = Language.CPP, original: bytes = b"") -> set[tuple[int, str, str]]:
    return {(mutant.line, mutant.kind, mutant.what) for mutant in mutants(text, language, "f", original)}


def test_what_makes_a_mutant_and_what_does_not() -> None:
    # not: a guard that returns, what depends on a macro, a minimum's own comparison, a function of the original's
    assert found(REDUCTION, original=ORIGINAL) == {
        (2, "operator", "`-` for `+`"),
        (2, "edge", "`0` for `1`"),
        (13, "identity", "`1` for `0`"),
        (14, "identity", "`1` for `0`"),
        (14, "edge", "`<=` for `<`"),
        (15, "shift", "index `i` shifted by one"),
        (16, "shift", "index `i` shifted by one"),
        (17, "combine", "`best = std::min(best, x[i])` left out"),
        (17, "operator", "`std::max` for `std::min`"),
        (17, "shift", "index `i` shifted by one"),
    }


@pytest.mark.parametrize(
    ("statement", "kind", "text"),
    [
        ("std::atomic_ref<int>(h[k]).fetch_add(v, std::memory_order_relaxed);", "atomic", "(h[k]) += v;"),
        ("parlay::write_add(&h[k], v);", "atomic", "*(&h[k]) += v;"),
        ("__atomic_fetch_add(h + k, v, 0);", "atomic", "*(h + k) += v;"),
        ("s += v;", "combine", ";"),
        ("s += v;", "operator", "s -= v"),
        ("count++;", "combine", ";"),
    ],
)
def test_updates(statement: str, kind: str, text: str) -> None:
    made = mutants(f"void f(int *h, int k, int v) {{ {statement} }}".encode(), Language.CPP, "f", b"")
    assert (kind, text) in {(mutant.kind, mutant.text) for mutant in made}


def test_directives_of_openmp() -> None:
    text = b"""\
void f(int *h, const int *a, int n, int *sum) {
    int s = 0;
#pragma omp parallel for reduction(+:s)
    for (int i = 0; i < n; i++) {
        s += a[i];
#pragma omp atomic
        h[a[i]]++;
    }
    *sum = s;
}
"""
    told = found(text, Language.C)
    assert {(3, "combine", "without `reduction(+:s)`"), (6, "atomic", "without `#pragma omp atomic`")} <= told
    assert not any(line == 4 and kind == "edge" for line, kind, _ in told)  # the header has a fixed form
    assert not any(line == 7 for line, _, _ in told)  # so has what follows `atomic`


def test_all_mutants_fit_into_one_text_and_number_0_is_the_file() -> None:
    made = mutants(REDUCTION, Language.CPP, "f", ORIGINAL)
    whole = combined(REDUCTION, made)
    assert all(f"unseq_mutant == {number + 1} ?" in whole.text or f"if (unseq_mutant == {number + 1})" in whole.text
               for number in range(len(made)))
    assert [whole.at(first) for first, _ in whole.lines] and len(whole.lines) == len(made)
    lines = whole.text.splitlines()
    for number, (first, last) in enumerate(whole.lines):
        assert made[number].text.strip() in " ".join(lines[first - 1 : last])


def test_a_mutant_alone_and_those_that_do_not_compile() -> None:
    text = b"int f(int *p, int *q) { return p - q; }\n"
    (mutant,) = mutants(text, Language.CPP, "f", b"")
    assert mutant == Mutant(31, 36, "p + q", 1, "`+` for `-`", "operator")
    assert alone(text, mutant) == "int f(int *p, int *q) { return (p + q); }\n"
    whole = combined(text, (mutant,))
    line = whole.lines[0][0]
    assert without_errors((mutant,), whole, f"candidate.cpp:{line}:5: error: invalid operands") == ()
    assert without_errors((mutant,), whole, "candidate.cpp:1:5: error: something else") == (mutant,)
