"""Suites: the original runs clean on them, they reach its branches, and the same seed makes the same inputs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from catalogue import ALL, Example
from clean_runs import original
from unseq.agents.task import Effort
from unseq.agents.tester.suite import Suite, Validity, make_suite
from unseq.backends.host.values import Buffer, Case, Overlap, Scalar
from unseq.backends.parlay.toolchain import Toolchain, find_toolchain
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


def lowered(text: str, name: str, language: Language = Language.C) -> Function:
    suffix = "c" if language is Language.C else "cpp"
    return lower(SourceUnit(Path(f"{name}.{suffix}"), language, text.encode()), name)


def accept_all(cases: Sequence[Case]) -> list[Validity]:
    return [Validity(True)] * len(cases)


def suite_of(name: str, seed: int = 1, effort: Effort = Effort.QUICK) -> Suite:
    text = next(e.text for e in ALL if e.name == name)
    return make_suite(lowered(text, name), seed=seed, effort=effort, validate=accept_all)


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_the_original_runs_clean(example: Example, toolchain: Toolchain) -> None:
    function = lowered(example.text, example.name, example.language)
    with original(function, toolchain) as runs:
        suite = make_suite(function, seed=3, effort=Effort.QUICK, validate=runs.validate)
    # A negative size may be an error of the caller, and so may one object for input and output.
    bad = [(label, detail) for label, detail in runs.reports if label != "probe" and "=-1" not in label]
    assert [entry for entry in bad if "AddressSanitizer" in entry[1] and " is " not in entry[0]] == []
    # Overflow and conversions out of range cannot be foreseen, but must not take the suite over.
    assert len(bad) <= 0.4 * len(suite.cases), bad
    assert len(suite.cases) >= 12
    assert suite.timing
    assert [t.n for t in suite.timing] == sorted(t.n for t in suite.timing)


def test_the_same_seed_makes_the_same_suite() -> None:
    assert suite_of("spmv", seed=5).cases == suite_of("spmv", seed=5).cases
    assert suite_of("spmv", seed=5).cases != suite_of("spmv", seed=6).cases


@pytest.mark.parametrize("name", ["saxpy", "spmv", "compact", "find", "particles"])
def test_sizes_and_amounts(name: str) -> None:
    quick, normal = suite_of(name), suite_of(name, effort=Effort.NORMAL)
    assert 25 <= len(quick.cases) <= 64
    assert 100 <= len(normal.cases) <= 220
    longest = [max((len(v.array) for v in case.values if isinstance(v, Buffer)), default=0) for case in quick.cases]
    assert min(longest) <= 1
    assert max(longest) >= 2000


def test_targets_stand_first_last_and_nowhere() -> None:
    places = set()
    for case in suite_of("find", effort=Effort.NORMAL).cases:
        array, key = case.values[0], case.values[2]
        assert isinstance(array, Buffer) and isinstance(key, Scalar)
        found = np.flatnonzero(array.array == key.value)
        last = len(array.array) - 1
        if last > 3:
            places.add({0: "first", last: "last"}.get(int(found[0]), "inside") if len(found) else "absent")
    assert places == {"absent", "first", "last", "inside"}


def test_subscripts_collide_and_do_not() -> None:
    kinds = set()
    for case in suite_of("gather", effort=Effort.NORMAL).cases:
        where = case.values[0]
        if isinstance(where, Buffer) and len(where.array) > 8:
            distinct = len(np.unique(where.array))
            kinds.add("permutation" if distinct == len(where.array) else "one" if distinct == 1 else "some")
    assert kinds == {"permutation", "one", "some"}


def test_row_pointers_rise_with_empty_and_long_rows() -> None:
    empty = long = False
    for case in suite_of("spmv", effort=Effort.NORMAL).cases:
        start, values = case.values[1], case.values[3]
        if isinstance(start, Buffer) and isinstance(values, Buffer) and len(start.array) > 4:
            rows = np.diff(start.array)
            assert (rows >= 0).all() and start.array[0] == 0 and start.array[-1] <= len(values.array)
            empty = empty or bool((rows == 0).any())
            long = long or bool(rows.max() == len(values.array) > 4)
    assert empty and long


def test_pointers_overlap() -> None:
    suite = suite_of("saxpy", effort=Effort.NORMAL)
    made = [(v.parameter, v.offset) for case in suite.cases for v in case.values if isinstance(v, Overlap)]
    assert {0, 1} <= {offset for _, offset in made}
    assert {parameter for parameter, _ in made} == {2, 3}


def test_floating_point_inputs_hold_special_values() -> None:
    suite = suite_of("outputs", effort=Effort.NORMAL)
    arrays = [case.values[0].array for case in suite.cases if isinstance(case.values[0], Buffer)]
    assert any(np.isnan(a).any() for a in arrays)
    assert any(np.isinf(a).any() for a in arrays)
    assert any(((a == 0) & np.signbit(a)).any() for a in arrays)
    assert any(len(a) > 3 and (np.sort(a) == a).all() for a in arrays)


def test_given_cases_come_first_and_are_validated() -> None:
    text = next(e.text for e in ALL if e.name == "find")
    given = Case((Buffer(np.arange(3, dtype=np.int32)), Scalar(3), Scalar(1)), "mine")

    def only_given(cases: Sequence[Case]) -> list[Validity]:
        return [Validity(case.label == "mine", "crash") for case in cases]

    suite = make_suite(
        lowered(text, "find"), seed=1, effort=Effort.QUICK, validate=only_given, user_cases=[given]
    )
    assert suite.cases == (given,)
    assert suite.how == ("mine",)
    assert dict(suite.invalid)["crash"] > 20


def test_nothing_valid_asks_for_inputs() -> None:
    text = next(e.text for e in ALL if e.name == "find")

    def none(cases: Sequence[Case]) -> list[Validity]:
        return [Validity(False, "killed by signal 11") for _ in cases]

    suite = make_suite(lowered(text, "find"), seed=1, effort=Effort.QUICK, validate=none)
    assert suite.cases == () and suite.timing == ()
    assert "--inputs" in suite.no_valid_input and "signal 11" in suite.no_valid_input


def test_three_sizes_are_timed_also_where_few_can_be_afforded() -> None:
    text = """void closest(const double *x, int n, double *out) {
        for (int i = 0; i < n; i++) {
            double least = 1e300;
            for (int j = 0; j < n; j++) {
                double d = x[i] * x[i] / (1.0 + x[j] * x[j]);
                if (j != i && d < least) least = d;
            }
            out[i] = least;
        }
    }"""
    suite = make_suite(lowered(text, "closest"), seed=1, effort=Effort.QUICK, validate=accept_all)
    sizes = [one.n for one in suite.timing]
    assert len(sizes) == 3 and sizes == sorted(set(sizes)) and sizes[-1] < 100_000
