"""Right candidates pass, and each way of being wrong, unsafe or dishonest gets the verdict that it must get."""

from collections.abc import Iterator

import numpy as np
import pytest

from signatures import function
from unseq.agents.judge import Judge, OriginalRejected, judging
from unseq.agents.measure import BUSY
from unseq.agents.task import Candidate, Contract, FloatPolicy, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.agents.verdict import Judgement, Raced, Wins, WrongOutput
from unseq.backends.host.values import Buffer, Case, Overlap, Scalar
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.ir.types import DOUBLE, INT, Pointer

SAXPY = """void saxpy(int n, double a, const double *x, double *y)
{
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}
"""
HEAD = '#include <parlay/primitives.h>\n#ifndef UNSEQ_CUTOFF\n#define UNSEQ_CUTOFF 20000\n#endif\n'
SIGNATURE = 'extern "C" void saxpy(int n, double a, const double *x, double *y)'
LOOP = "parlay::parallel_for(0, n < 0 ? 0 : n, [&](std::size_t i) { y[i] += a * x[i]; });"
SERIAL = "for (int i = 0; i < n; i++) y[i] += a * x[i];"
GUARD = f"if (n < UNSEQ_CUTOFF || (x + n > y && y + n > x)) {{ {SERIAL} return; }}"
RIGHT = f"{HEAD}{SIGNATURE} {{ {GUARD} {LOOP} }}\n"


def saxpy_suite() -> Suite:
    rng = np.random.default_rng(3)

    def case(n: int) -> Case:
        values = (Scalar(n), Scalar(2.5), Buffer(rng.normal(size=n)), Buffer(rng.normal(size=n)))
        return Case(values, f"n = {n}")

    cases = [case(n) for n in (0, 1, 2, 3, 31, 257)]
    for n, offset in ((5, 0), (5, 1), (3000, 1), (50, 3)):
        values = (Scalar(n), Scalar(0.5), Buffer(rng.normal(size=n + 4)), Overlap(2, offset))
        cases.append(Case(values, f"y = x + {offset}"))
    timing = tuple(TimingCase(n, case(n)) for n in (100, 50_000))
    return Suite(tuple(cases), tuple(c.label for c in cases), timing)


@pytest.fixture(scope="module")
def saxpy() -> Iterator[tuple[Judge, Suite]]:
    types = {"n": INT, "a": DOUBLE, "x": Pointer(DOUBLE, True), "y": Pointer(DOUBLE)}
    f = function(SAXPY, "saxpy", types, c=True)
    suite = saxpy_suite()
    with judging(Task(f, Facts(f)), find_toolchain()) as one:
        verdicts = one.validate([*suite.cases, *(t.case for t in suite.timing)])
        assert all(v.ok for v in verdicts), verdicts
        yield one, suite


def verdict_on(saxpy: tuple[Judge, Suite], text: str) -> Judgement:
    judge, suite = saxpy
    return judge.judge(Candidate(text, ".parlay.cpp", "test", Claim.TESTED), suite)


def test_a_right_candidate_passes_with_evidence(saxpy: tuple[Judge, Suite]) -> None:
    found = verdict_on(saxpy, RIGHT)
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.verdict.passed
    evidence = found.evidence
    assert evidence.cases == 10 and evidence.failed == 0 and evidence.races == 0
    assert (evidence.fork_sites, evidence.sites_forked) == (1, 1)
    assert evidence.race_runs >= 9 and evidence.detector
    assert [p.n for p in evidence.profile.points] == [100, 50_000]
    for point in evidence.profile.points:
        assert point.sequential.median_s > 0 and [threads for threads, _ in point.parallel] == [1, 2]
    assert "bubblewrap" in evidence.sandbox or "missing" in evidence.sandbox


WRONG = {
    "a syntax error": (f"{HEAD}{SIGNATURE} {{ {LOOP} ", "CompileError"),
    "no such function": (HEAD + "void other() {}", "CompileError"),
    "empty": ("  \n", "Unparsable"),
    "another formula": (RIGHT.replace("y[i] += a * x[i]; });", "y[i] += a + x[i]; });"), "WrongOutput"),
    "single precision": (RIGHT.replace("y[i] += a * x[i]", "y[i] = (float)(y[i] + a * x[i])"), "WrongOutput"),
    "the last element is left out": (RIGHT.replace("n < 0 ? 0 : n", "n < 1 ? 0 : n - 1"), "WrongOutput"),
    "no guard": (f"{HEAD}{SIGNATURE} {{ {LOOP} }}", "WrongOutput Race Nondeterministic"),
    "a shared temporary": (
        f"{HEAD}{SIGNATURE} {{ double t; {GUARD} {LOOP.replace('y[i] += a * x[i]', 't = a * x[i]; y[i] += t')} }}",
        "Race WrongOutput Nondeterministic",
    ),
    "out of bounds": (RIGHT.replace("n < 0 ? 0 : n", "n + 1"), "OutOfBounds"),
    "a wild pointer": (RIGHT.replace("y[i] += a * x[i]; });", "((double *)8)[i] = 1; });"), "OutOfBounds Crash"),
    "use after free": (
        f"{HEAD}#include <cstdlib>\n{SIGNATURE} {{ double *t = (double *)std::malloc(8 * (n + 1)); std::free(t); "
        f"if (n) t[0] = 1; {GUARD} {LOOP} }}",
        "MemoryFault",
    ),
    "signed overflow": (
        f"{HEAD}{SIGNATURE} {{ int big = 2147483647 - (n == 31); volatile int w = big + n; (void)w; {GUARD} {LOOP} }}",
        "MemoryFault",
    ),
    "an endless loop": (
        f"{HEAD}{SIGNATURE} {{ volatile int more = n > 2; while (more) {{ }} {GUARD} {LOOP} }}",
        "Timeout",
    ),
    "abort": (f"{HEAD}#include <cstdlib>\n{SIGNATURE} {{ if (n == 3) std::abort(); {GUARD} {LOOP} }}", "Crash"),
    "an exception": (f"{HEAD}{SIGNATURE} {{ if (n == 3) throw 1; {GUARD} {LOOP} }}", "WrongOutput"),
    "sequential": (f"{SIGNATURE} {{ {SERIAL} /* parallel_for */ }}", "NotParallel"),
    "a parallel path that no input takes": (
        f"{HEAD}{SIGNATURE} {{ if (n < 2000000000) {{ {SERIAL} return; }} {LOOP} }}",
        "NotParallel",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_gets_its_verdict(saxpy: tuple[Judge, Suite], what: str) -> None:
    text, expected = WRONG[what]
    found = verdict_on(saxpy, text)
    assert found.verdict.name in expected.split(), found.verdict.text
    assert not found.verdict.passed


def test_a_wrong_output_shows_the_smallest_input_and_the_values(saxpy: tuple[Judge, Suite]) -> None:
    verdict = verdict_on(saxpy, WRONG["another formula"][0]).verdict
    assert isinstance(verdict, WrongOutput) and verdict.example is not None
    assert verdict.where == "y[0]" and verdict.expected != verdict.got
    assert dict(verdict.example.arguments)["n"] == "1" and verdict.example.elements == 2


@pytest.mark.skipif(not find_toolchain().has(RuntimeKind.RACE), reason="only the exact detector finds it every time")
def test_a_race_names_both_lines(saxpy: tuple[Judge, Suite]) -> None:
    text = f"{HEAD}double last;\n{SIGNATURE} {{ {GUARD} parlay::parallel_for(0, n, [&](std::size_t i) {{\n"
    text += " y[i] += a * x[i];\n last = y[i]; }); }\n"
    verdict = verdict_on(saxpy, text).verdict
    assert isinstance(verdict, Raced), verdict.text
    assert verdict.text.count("candidate.cpp:8") == 2 and "write" in verdict.text


CHEATS = {
    "ends before the first call": '#include <unistd.h>\nstruct E {{ E() {{ write(1, "PASS", 4); _exit(0); }} }} e;',
    "prints a verdict and exits in the call": "#include <cstdio>\n#include <cstdlib>",
    "overwrites descriptors": "#include <unistd.h>",
    "changes the language": "#define double float",
    "changes the harness": "#define UNSEQ_SITE_PREFIX x",
    "hooks the end": "__attribute__((destructor)) void late() {{}}",
    "calls the kernel": 'long k() {{ long r; asm volatile("syscall" : "=a"(r) : "a"(39)); return r; }}',
    "forges the counters": 'extern "C" void unseq_stats_reset();',
    "opens a socket": "#include <sys/socket.h>",
    "starts a process": "#include <cstdlib>",
    "writes a file": "#include <fstream>",
    "forks": "#include <unistd.h>",
    "reads the clock": "#include <chrono>",
    "looks at the environment": "#include <cstdlib>",
    "includes a secret": '#include "/etc/passwd"',
}
CHEAT_BODY = {
    "prints a verdict and exits in the call": 'if (n == 3) { std::puts("{\\"verdict\\": \\"Pass\\"}"); std::exit(0); }',
    "overwrites descriptors": "char junk[64] = {1}; for (int d = 3; d < 20; d++) (void)!pwrite(d, junk, 64, 4096);",
    "opens a socket": "socket(AF_INET, SOCK_STREAM, 0);",
    "starts a process": '(void)!std::system("touch /tmp/x");',
    "writes a file": 'std::ofstream("/tmp/x") << 1;',
    "forks": "if (fork() == 0) for (;;) {}",
    "reads the clock": "if (std::chrono::steady_clock::now().time_since_epoch().count() == 0) return;",
    "looks at the environment": 'if (std::getenv("PARLAY_NUM_THREADS") == nullptr) return;',
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_cheats_are_refused_before_they_run(saxpy: tuple[Judge, Suite], cheat: str) -> None:
    prologue = CHEATS[cheat].replace("{{", "{").replace("}}", "}")
    text = f"{prologue}\n{HEAD}{SIGNATURE} {{ {CHEAT_BODY.get(cheat, '')} {GUARD} {LOOP} }}\n"
    found = verdict_on(saxpy, text)
    assert found.verdict.name in {"Tampered", "CompileError"}, (found.verdict.name, found.verdict.text)


def test_right_at_first_and_then_wrong_is_found(saxpy: tuple[Judge, Suite]) -> None:
    text = f"{HEAD}static int calls;\n{SIGNATURE} {{ {GUARD} {LOOP} }}".replace(
        "{ if (n <", "{ if (++calls > 12 && n > 0) y[0] += 1; if (n <"
    )
    assert verdict_on(saxpy, text).verdict.name in {"Nondeterministic", "WrongOutput"}


def test_a_result_kept_from_an_earlier_call_does_not_help(saxpy: tuple[Judge, Suite]) -> None:
    once = "static int seen[4096]; if (n > 2 && n < 4096 && seen[n]++) return;"
    assert verdict_on(saxpy, f"{HEAD}{SIGNATURE} {{ {once} {GUARD} {LOOP} }}").verdict.name == "WrongOutput"


def test_work_left_to_a_thread_of_its_own_is_not_done_in_time(saxpy: tuple[Judge, Suite]) -> None:
    late = "std::thread([=] { for (int i = 0; i < n; i++) y[i] += a * x[i]; }).detach();"
    found = verdict_on(saxpy, f"{HEAD}#include <thread>\n{SIGNATURE} {{ {late} }}")
    assert found.verdict.name in {"WrongOutput", "OutOfBounds", "MemoryFault", "Race", "Crash"}, found.verdict.text


def test_threads_of_its_own_are_left_to_the_weaker_detector_and_said(saxpy: tuple[Judge, Suite]) -> None:
    half = "for (int i = lo; i < hi; i++) y[i] += a * x[i];"
    body = f"auto part = [=](int lo, int hi) {{ {half} }}; std::thread t(part, 0, n / 2); part(n / 2, n); t.join();"
    guard = GUARD.replace("n < UNSEQ_CUTOFF", "n < 2")
    found = verdict_on(saxpy, f"{HEAD}#include <thread>\n{SIGNATURE} {{ {guard} {body} }}")
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.evidence.detector == "ThreadSanitizer"
    assert any("threads of its own" in note for note in found.evidence.notes)


def handed_over(reader: str, writer: str = "scale = a; ready.store(1);") -> str:
    """The first half sets the factor again and tells the second one."""
    half = "parlay::parallel_for({}, {}, [&](std::size_t i) {{ y[i] += {} * x[i]; }});"
    left = f"{writer} {half.format(0, 'n / 2', 'a')}"
    right = f"double b = a; {reader} {half.format('n / 2', 'n', 'b')}"
    shared = "std::atomic<int> ready{0}; double scale = a;"
    body = f"{shared} parlay::par_do([&] {{ {left} }}, [&] {{ {right} }});"
    guard = GUARD.replace("n < UNSEQ_CUTOFF", "n < 2")
    return f"{HEAD}#include <atomic>\n{SIGNATURE} {{ {guard} {body} }}\n"


def test_a_value_handed_over_by_an_atomic_is_no_race_and_said(saxpy: tuple[Judge, Suite]) -> None:
    found = verdict_on(saxpy, handed_over("if (ready.load() == 1) b = scale;"))
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.evidence.detector == "exact up to order by atomics"
    assert "ordered by atomics" in found.evidence.race_detail
    assert set(found.evidence.notes) <= {BUSY}  # what else runs here is not its doing


def test_a_flag_that_is_read_and_ignored_is_a_race(saxpy: tuple[Judge, Suite]) -> None:
    found = verdict_on(saxpy, handed_over("(void)ready.load(); b = scale;"))
    assert found.verdict.name == "Race", found.verdict.text


def test_who_waits_for_an_earlier_strand_is_judged_in_one_order(saxpy: tuple[Judge, Suite]) -> None:
    found = verdict_on(saxpy, handed_over("while (ready.load() != 1) {} b = scale;"))
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.evidence.detector == "exact up to order by atomics"
    assert any("later siblings first" in note for note in found.evidence.notes)


GUARDED_OPENMP = "if (x + n > y && y + n > x) { for (int i = 0; i < n; i++) y[i] += a * x[i]; return; }"


def openmp(pragma: str, body: str = "y[i] += a * x[i];", guard: str = GUARDED_OPENMP) -> str:
    return f"{SIGNATURE} {{ {guard}\n{pragma}\nfor (int i = 0; i < n; i++) {{ {body} }} }}\n"


def test_an_openmp_candidate_passes_with_the_teams_that_were_raced(saxpy: tuple[Judge, Suite]) -> None:
    found = verdict_on(saxpy, openmp("#pragma omp parallel for"))
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.evidence.detector == "exact for teams of 2, 3, 256"
    assert found.evidence.races == 0 and found.evidence.race_runs >= 30


OPENMP_VERDICTS = {
    "no guard against overlap": (
        openmp("#pragma omp parallel for schedule(dynamic)", guard=""),
        {"Race", "WrongOutput", "Nondeterministic"},
    ),
    "a shared variable that does no harm": (
        openmp("volatile int last = 0;\n#pragma omp parallel for", "y[i] += a * x[i]; last = i;"),
        {"Race"},
    ),
    "tasks that depend on each other": (
        openmp(
            "#pragma omp parallel\n#pragma omp single",
            "\n#pragma omp task depend(inout: y[i])\ny[i] += a * x[i];",
        ),
        {"Inconclusive"},
    ),
    "a team of one": (openmp("#pragma omp parallel for num_threads(1)"), {"NotParallel"}),
}


@pytest.mark.parametrize("what", OPENMP_VERDICTS)
def test_openmp_candidates_get_their_verdict(saxpy: tuple[Judge, Suite], what: str) -> None:
    text, expected = OPENMP_VERDICTS[what]
    found = verdict_on(saxpy, text)
    assert found.verdict.name in expected, found.verdict.text


def test_threads_without_end_are_stopped(saxpy: tuple[Judge, Suite]) -> None:
    bomb = "for (;;) std::thread([] { for (;;) {} }).detach();"
    found = verdict_on(saxpy, f"{HEAD}#include <thread>\n{SIGNATURE} {{ if (n == 3) {bomb} {GUARD} {LOOP} }}")
    assert found.verdict.name in {"Crash", "Timeout", "WrongOutput"}, found.verdict.text
    assert found.verdict.name != "WrongOutput" or "exception" in found.verdict.text


def test_memory_without_end_is_stopped(saxpy: tuple[Judge, Suite]) -> None:
    hoard = "for (;;) { char *p = new char[64 << 20]; for (int k = 0; k < 64 << 20; k += 4096) p[k] = 1; }"
    found = verdict_on(saxpy, f"{HEAD}{SIGNATURE} {{ if (n == 3) {hoard} {GUARD} {LOOP} }}")
    assert found.verdict.name in {"MemoryFault", "Crash", "Timeout"}, found.verdict.text


def test_a_compiler_bomb_is_stopped(saxpy: tuple[Judge, Suite]) -> None:
    bomb = "template <int N> struct B { static constexpr int v = B<N - 1>::v + B<N - 2>::v; };\n"
    bomb += "int q = B<2000000>::v;\n"
    assert verdict_on(saxpy, HEAD + bomb + f"{SIGNATURE} {{ {GUARD} {LOOP} }}").verdict.name == "CompileError"


def test_memory_that_nobody_wrote_is_noticed(saxpy: tuple[Judge, Suite]) -> None:
    body = "double *t = (double *)std::malloc(8 * (n + 1)); y[0] += t[0] != t[0] ? 1 : t[0]; std::free(t);"
    found = verdict_on(saxpy, f"{HEAD}#include <cstdlib>\n{SIGNATURE} {{ if (n > 2) {{ {body} }} {GUARD} {LOOP} }}")
    assert found.verdict.name in {"WrongOutput", "Uninitialised", "Nondeterministic"}


# ---- sums: the floating-point policies ----------------------------------------------------------------

SUM = "double total(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }\n"
PARALLEL_SUM = """#include <parlay/primitives.h>
double total(const double *x, int n) { return parlay::reduce(parlay::make_slice(x, x + (n < 0 ? 0 : n))); }
"""


def sum_suite() -> Suite:
    rng = np.random.default_rng(5)
    arrays = [rng.normal(size=n) for n in (0, 1, 2, 1000, 5000)]
    arrays += [np.array([1e16, 1.0, -1e16, 1.0] * 500), rng.normal(size=3000) * 10.0 ** rng.integers(-9, 9, 3000)]
    arrays += [np.array([1.0, np.inf, 2.0]), np.array([np.nan] + [1.0] * 2000), np.array([np.inf, -np.inf, 1.0])]
    cases = [Case((Buffer(a), Scalar(a.size)), f"n = {a.size}") for a in arrays]
    large = rng.normal(size=200_000)
    timing = (TimingCase(large.size, Case((Buffer(large), Scalar(large.size)), "timing")),)
    return Suite(tuple(cases), tuple(c.label for c in cases), timing)


def sum_verdict(text: str, policy: FloatPolicy) -> Judgement:
    f = function(SUM, "total", {"x": Pointer(DOUBLE, True), "n": INT}, DOUBLE)
    suite = sum_suite()
    with judging(Task(f, Facts(f), Contract(policy)), find_toolchain()) as one:
        assert all(v.ok for v in one.validate(suite.cases))
        return one.judge(Candidate(text, ".parlay.cpp", "test", Claim.TESTED), suite)


def test_another_order_of_a_sum_passes_where_it_is_allowed() -> None:
    found = sum_verdict(PARALLEL_SUM, FloatPolicy.REASSOC)
    assert found.verdict.name == "Pass", found.verdict.text
    assert found.verdict.passed and found.evidence.profile.points


def test_another_order_of_a_sum_is_wrong_where_the_order_is_kept() -> None:
    assert sum_verdict(PARALLEL_SUM, FloatPolicy.STRICT).verdict.name == "WrongOutput"


@pytest.mark.parametrize(
    "cheat",
    [
        "float s = 0; for (int i = 0; i < n; i++) s += (float)x[i]; return s;",
        "double s = 0; for (int i = 1; i < n; i++) s += x[i]; return s;",
        "double s = 0; for (int i = 0; i < n; i++) s += x[i]; return s * (1 + 1e-9);",
        "double s = 0; for (int i = 0; i < n; i++) s += x[i] == x[i] ? x[i] : 0; return s;",
        "return 0.0 / 0.0;",
    ],
)
def test_what_no_order_explains_is_wrong(cheat: str) -> None:
    text = f"#include <parlay/primitives.h>\ndouble total(const double *x, int n) {{ {cheat} }}\n"
    assert sum_verdict(text, FloatPolicy.REASSOC).verdict.name == "WrongOutput"


# ---- originals -----------------------------------------------------------------------------------------


def validity(text: str, *cases: Case) -> list[str]:
    f = function(text, "f", {"p": Pointer(INT), "n": INT}, INT)
    with judging(Task(f, Facts(f)), find_toolchain()) as one:
        return [v.reason if not v.ok else "" for v in one.validate(cases)]


def numbers(n: int, count: int) -> Case:
    return Case((Buffer(np.arange(1, count + 1, dtype=np.int32)), Scalar(n)), f"{n} of {count}")


def test_inputs_on_which_the_original_is_not_clean_are_invalid_and_the_others_are_kept() -> None:
    text = """int f(int *p, int n)
    {
        int s = 0;
        if (n == 7) while (*(volatile int *)p) {}
        for (int i = 0; i < n; i++) s += p[i];
        return s + (1 << n);
    }"""
    given = (numbers(2, 2), numbers(3, 2), numbers(2, 2), numbers(40, 40), numbers(7, 7), numbers(1, 1))
    reasons = validity(text, *given)
    assert [bool(r) for r in reasons] == [False, True, False, True, True, False]
    assert "heap-buffer-overflow" in reasons[1] and "shift" in reasons[3] and "does not end" in reasons[4]


def test_a_result_that_depends_on_uninitialised_memory_is_invalid() -> None:
    text = """#include <cstdlib>
    int f(int *p, int n) { int *t = (int *)std::malloc(4096); int r = t[n]; std::free(t); return r + p[0]; }"""
    assert validity(text, numbers(1, 2)) != [""]


def test_an_original_that_does_not_compile_is_said() -> None:
    with pytest.raises(OriginalRejected, match="nowhere"):
        validity("#include <nowhere.h>\nint f(int *p, int n) { return 0; }", numbers(1, 1))


def test_wins_have_three_values() -> None:
    assert {w.value for w in Wins} == {"yes", "no", "unmeasured"}
