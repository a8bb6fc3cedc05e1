"""Mutants of parallel code: the mistakes that they stand for, what is left alone, and that all fit into one program."""

import pytest

from unseq.frontend.mutation.combine import alone, combined, without_errors
from unseq.frontend.mutation.find import mutants
from unseq.frontend.mutation.mutant import Mutant
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


FORKS = b"""\
#define UNSEQ_CUTOFF 1000
static int divide(int *a, int lo, int hi)
{
    int i = lo, j = hi;
    while (a[i] < a[lo]) i++;
    return i;
}
static void f_sequential(int *a, int lo, int hi)
{
    if (hi - lo < 2) return;
    int middle = divide(a, lo, hi);
    f_sequential(a, lo, middle);
    f_sequential(a, middle, hi);
}
void f(int *a, int lo, int hi)
{
    if (hi - lo < UNSEQ_CUTOFF) return f_sequential(a, lo, hi);
    if (hi - lo < 2) return;
    int middle = divide(a, lo, hi);
    parlay::par_do([=] { f(a, lo, middle); }, [=] { f(a, middle, hi); });
    join(a, lo, middle, hi);
}
"""
SEQUENTIAL_FORKS = b"""\
static int divide(int *a, int lo, int hi)
{
    int i = lo, j = hi;
    while (a[i] < a[lo]) i++;
    return i;
}
void f(int *a, int lo, int hi)
{
    if (hi - lo < 2) return;
    int middle = divide(a, lo, hi);
    f(a, lo, middle);
    f(a, middle, hi);
}
"""


def test_forks() -> None:
    # not: the cut-off, the sequential twin, and of the function that divides only the tie
    assert found(FORKS, original=SEQUENTIAL_FORKS) == {
        (5, "tie", "`<=` for `<`"),
        (18, "fork", "base case: `<=` for `<`"),
        (20, "fork", "the first branch left out"),
        (20, "fork", "the second branch left out"),
        (20, "fork", "`middle` off by one"),
        (20, "fork", "`f(a, middle, lo)` for `f(a, lo, middle)`"),
        (20, "fork", "`f(a, hi, middle)` for `f(a, middle, hi)`"),
        (21, "fork", "`join(a, lo, middle, hi)` left out"),
    }


@pytest.mark.parametrize(
    ("joined", "texts"),
    [
        ("l + r", {"l", "r", "l - r"}),
        ("l - r", {"l", "r", "r - l", "l + r"}),
        ("join(l, r)", {"l", "r", "join(r, l)"}),
        ("std::max(l, r)", {"l", "r", "std::min(l, r)"}),
    ],
)
def test_results_of_branches(joined: str, texts: set[str]) -> None:
    text = f"""\
long f(int n) {{
    long l, r;
    parlay::par_do_if(n > 9, [&, n] {{ l = f(n / 2); }}, [&, n] {{ r = f(n - n / 2); }});
    return {joined};
}}
"""
    made = mutants(text.encode(), Language.CPP, "f", b"")
    assert {mutant.text for mutant in made if mutant.line == 4} == texts
    assert not any("9" in mutant.text for mutant in made)  # whether to fork is no matter of results
    assert {"(n / 2) + 1", "(n - n / 2) + 1"} <= {mutant.text for mutant in made}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("parlay::scan_inplace(s, plus);", "parlay::scan_inclusive_inplace(s, plus);"),
        ("auto s = parlay::scan(v, plus).first;", "parlay::scan_inclusive(v, plus)"),
        ("auto s = parlay::scan_inclusive(v);", "parlay::scan(v).first"),
        ("std::inclusive_scan(a, e, o, plus, c);", "std::exclusive_scan(a, e, o, c, plus);"),
        ("std::inclusive_scan(a, e, o, plus, c);", "std::inclusive_scan(a, e, o, plus);"),
        ("std::exclusive_scan(a, e, o, c, plus);", "std::inclusive_scan(a, e, o, plus, c);"),
        ("s[b] = after(s[b - 1], s[b]);", "after(s[b], s[b - 1])"),
        ("int least = std::numeric_limits<int>::max();", "decltype(std::numeric_limits<int>::max())(0)"),
        ("auto p = [=](size_t b) { return part((b + 1) * 64); };", "((b + 1) * 64) + 1"),
        ("auto p = [=](size_t b) { return part(b * 64); };", "(b * 64) + 1"),
    ],
)
def test_scans(line: str, text: str) -> None:
    made = mutants(f"void f(int *v) {{ {line} }}".encode(), Language.CPP, "f", b"")
    assert ("scan", text) in {(mutant.kind, mutant.text) for mutant in made}


@pytest.mark.parametrize("line", ["s[b] = std::max(s[b - 1], s[b]);", "auto p = [=](size_t b) { return v[b * 64]; };"])
def test_what_is_no_mistake_of_scans(line: str) -> None:
    made = mutants(f"void f(int *v) {{ {line} }}".encode(), Language.CPP, "f", b"")
    assert not any(mutant.kind == "scan" for mutant in made)


KERNEL = b"""\
__global__ void count(const int *x, int n, int *bins, int *least)
{
    __shared__ int sum;
    __syncthreads();
    atomicAdd(&sum, x[threadIdx.x]);
    atomicMin(least, x[n]);
    __syncthreads();
}
void f(const int *x, int n, int *bins, int *least)
{
    count(x, n, bins, least);
}
"""


def test_barriers_and_atomics_of_kernels() -> None:
    of_kernels = {one for one in mutants(KERNEL, Language.CPP, "f", b"") if one.kind in ("barrier", "atomic")}
    assert {(one.line, one.text) for one in of_kernels} == {
        (4, ";"),
        (5, "*(&sum) = *(&sum) + (x[threadIdx.x]);"),
        (6, "if ((x[n]) < *(least)) *(least) = (x[n]);"),
        (7, ";"),
    }
