"""What a plan leaves open: which choices, in which order, and where there are none."""

from itertools import islice
from pathlib import Path

import pytest

from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.search.variations import Variation, variations
from unseq.agents.task import Task
from unseq.backends.plan import Map, Plan, Scatter, ScatterMethod
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit


def plan_of(source: str) -> Plan:
    unit = SourceUnit(Path("f.c"), Language.C, source.encode())
    function = lower(unit, functions(unit)[-1].name)
    plan = propose(Task(function, analyze(function)))
    assert not isinstance(plan, Refusal), plan
    return plan


def words(source: str, most: int = 40) -> list[str]:
    """The choices of all variations but the first, one line each."""
    plan = plan_of(source)
    first, *others = islice(variations(plan), most)
    assert first == Variation(plan)
    return ["; ".join(variation.choices) for variation in others]


def test_the_plan_itself_comes_first_then_others_always_in_the_same_order() -> None:
    source = "void f(float *x, int n) { for (int i = 0; i < n; i++) x[i] *= 2.0f; }\n"
    assert words(source) == ["at least 4096 iterations a task", "at least 32768 iterations a task"]
    plan = plan_of(source)
    found = list(variations(plan))
    assert found == list(variations(plan))
    assert [s.granularity for v in found for s in v.plan.strategies if isinstance(s, Map)] == [0, 4096, 32768]
    assert all(v.plan.claim is found[0].plan.claim and v.plan.label == found[0].plan.label for v in found)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("for (long i = 0; i < n; i++) bins[key[i]]++;",
         ["one private copy a worker", "atomic updates", "sums by index", "16 private copies a worker"]),
        ("for (long i = 0; i < n; i++) bins[key[i]] ^= key[i];",  # no sum
         ["one private copy a worker", "atomic updates", "16 private copies a worker"]),
        ("for (long i = 0; i < n; i++) if (key[i] > 3) bins[key[i]] += 2;",  # not one sum an iteration
         ["one private copy a worker", "atomic updates", "16 private copies a worker"]),
        ("long all = 0; for (long i = 0; i < n; i++) { bins[key[i]]++; all += key[i]; } bins[0] = all;",
         ["one private copy a worker", "16 private copies a worker"]),  # something else is carried as well
        ("for (long i = 0; i < n; i++) bins[key[i]] *= 3;",  # no atomic product
         ["one private copy a worker", "16 private copies a worker"]),
    ],
)  # fmt: skip
def test_a_scatter_offers_what_its_updates_allow(body: str, expected: list[str]) -> None:
    assert words(f"void f(const unsigned char *key, unsigned *bins, long n) {{ {body} }}\n") == expected


def test_a_value_that_would_be_rounded_first_is_not_added_alone() -> None:
    source = "void f(const unsigned char *key, const double *w, float *bins, long n)" \
             " { for (long i = 0; i < n; i++) bins[key[i]] += w[i]; }\n"  # fmt: skip
    assert words(source) == ["one private copy a worker", "16 private copies a worker"]
    assert words(source.replace("const double", "const float"))[1:3] == ["atomic updates", "sums by index"]


def test_where_the_length_of_the_array_is_unknown_only_atomics_are_left() -> None:
    source = "void f(const int *key, const float *w, float *bins, int n)" \
             " { for (int i = 0; i < n; i++) bins[key[i]] += w[i]; }\n"  # fmt: skip
    assert words(source) == []


def test_reductions_tiles_and_recursions() -> None:
    assert words("double f(const double *x, int n)"
                 " { double s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }\n") == [
        "blocks of 16384 iterations", "the sum of a delayed sequence", "blocks of 512 iterations",
    ]  # fmt: skip
    assert words("double f(const double *x, int n)"
                 " { double s = 0; for (int i = 0; i < n; i++) if (x[i] > 0) s += x[i]; return s; }\n") == [
        "blocks of 16384 iterations", "blocks of 512 iterations",
    ]  # fmt: skip
    assert words("long f(int n) { if (n < 2) return n; return f(n - 1) + f(n - 2); }\n") == [
        "forks from 8 times the work on", "forks from 1/8 of the work on", "forks from 64 times the work on",
    ]  # fmt: skip
    assert words("void f(int n, int *d) { for (int i = 1; i < n; i++) for (int j = 1; j < n; j++)"
                 " d[i * n + j] += d[(i - 1) * n + j] + d[i * n + j - 1]; }\n")[:2] == [
        "tiles of 64 x 512", "tiles of 16 x 128",
    ]  # fmt: skip


def test_several_strategies_change_one_by_one_first_and_say_where() -> None:
    source = (
        "void f(float *x, double *y, int n) {\n"
        "    for (int i = 0; i < n; i++)\n        x[i] *= 2.0f;\n"
        "    for (int i = 0; i < n; i++)\n        y[i] *= 2.0;\n"
        "}\n"
    )
    found = words(source)
    assert found[:2] == ["line 2: at least 4096 iterations a task", "line 4: at least 4096 iterations a task"]
    assert len(found) == len(set(found)) == 3 * 3 - 1
    assert found[-1] == "line 2: at least 32768 iterations a task; line 4: at least 32768 iterations a task"


def test_many_strategies_are_enumerated_as_far_as_asked() -> None:
    loops = "".join(f"    for (int i = 0; i < n; i++)\n        x{k}[i] *= 2.0f;\n" for k in range(12))
    parameters = ", ".join(f"float *x{k}" for k in range(12))
    assert len(words(f"void f({parameters}, int n) {{\n{loops}}}\n", most=30)) == 29


def test_a_method_is_a_choice_of_the_plan() -> None:
    plan = plan_of("void f(const unsigned char *k, int *b, int n) { for (int i = 0; i < n; i++) b[k[i]]++; }\n")
    methods = [s.method for v in variations(plan) for s in v.plan.strategies if isinstance(s, Scatter)]
    assert methods[:4] == [
        ScatterMethod.PRIVATE, ScatterMethod.PRIVATE, ScatterMethod.ATOMIC, ScatterMethod.INDEX,
    ]  # fmt: skip
