"""A benchmark's rows: each problem once, kept as soon as it is known, and added up as the metrics say."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from unseq.agents.task import Effort
from unseq.agents.translate import Options
from unseq.api import Unwatched
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.evaluate.bench import runner
from unseq.evaluate.bench.metrics import geometric_mean, metrics
from unseq.evaluate.bench.problems import FORMS, KINDS, Problem, kernel_problems, pareval_problems, problems
from unseq.evaluate.bench.row import SCHEMA, Row, envelope, from_json
from unseq.evaluate.bench.runner import ROWS, run, solver
from unseq.evaluate.report.bench import bench
from unseq.evaluate.report.record import Better, ProfilePoint, to_json
from unseq.evaluate.report.terminal import console
from unseq.frontend.lower import functions
from unseq.frontend.source import InputError, SourceUnit, read
from unseq.frontend.variation.mix import Varied, mixed

TIMES = (ProfilePoint(1000, 2e-6, ((1, 2e-6), (2, 1e-6)), 2.0, 0.01),)
PASSED = Row("a", "", "scan", "parlay", "rules", "Pass", "", "proved", "yes", 2.0, 1.0, TIMES, None, "scan", 50, 1.0)
SLOWER = Row("b", "plain", "scan", "parlay", "rules", "Pass", "", "guarded", "no", 0.5, 0.5, TIMES)
RACY = Row("c", "", "fft", "parlay", "rules", "Race", "two accesses")
REFUSED = Row("d", "", "fft", "parlay", "rules", "Refused", "it depends", vary=3, variations=("hoisted", "renamed"))
BETTER = replace(PASSED, name="e", better=Better(("a table",), "O(n^2)", "O(n)", "Pass", profile=TIMES, by_cores=2.0))


def todo(count: int) -> list[Problem]:
    return [Problem(f"p{k}", "", "scan", Path("none")) for k in range(count)]


def solving(made: list[str]) -> Callable[[Problem], Row]:
    def solve(problem: Problem) -> Row:
        made.append(problem.name)
        return Row(problem.name, "", "scan", "parlay", "rules", "Pass")

    return solve


def all_of(rows: Sequence[Row]) -> dict[str, object]:
    return envelope(rows, {"description": "a machine", "processors": 2}, metrics(rows))


def test_the_sets_are_complete() -> None:
    kernels = kernel_problems()
    assert len(kernels) == 54 and {p.form for p in kernels} == set(FORMS) and len({p.label for p in kernels}) == 54
    pareval = pareval_problems()
    assert len(pareval) == 60 and all(sum(p.kind == kind for p in pareval) == 5 for kind in KINDS)


def test_a_better_algorithm_has_the_name_of_what_it_replaces() -> None:
    for problem in pareval_problems():
        if problem.best is not None:
            heads = functions(read(problem.path)), functions(read(problem.best))
            assert heads[0][-1].name == heads[1][-1].name, problem.name
    folder = pareval_problems()[0].path.parent.parent / "best"
    assert {path.name for path in folder.glob("*.cpp")} <= {p.path.name for p in pareval_problems()}


def test_problems_are_chosen_by_pattern() -> None:
    assert [p.label for p in problems("kernels", "scan/plain")] == ["scan/plain"]
    assert len(problems("pareval", "fft_*")) == 5
    with pytest.raises(InputError, match="no problem of kernels matches"):
        problems("kernels", "nothing")


def test_metrics_add_up() -> None:
    found = metrics([PASSED, SLOWER, RACY, REFUSED])
    assert (found["problems"], found["passed"], found["wins"]) == (4, 2, 1)
    assert (found["build@1"], found["pass@1"]) == (0.75, 0.5)
    assert found["speedup_baseline"]["geometric_mean"] == 1.0 and found["speedup_baseline"]["median"] == 1.25
    assert found["speedup_best"]["geometric_mean"] == pytest.approx(math.sqrt(0.5), abs=1e-4)
    assert found["by_kind"]["fft"]["passed"] == 0 and found["by_kind"]["fft"]["speedup_best"]["median"] is None
    low, high = found["speedup_baseline"]["low"], found["speedup_baseline"]["high"]
    assert low <= found["speedup_baseline"]["geometric_mean"] <= high


def test_a_time_of_zero_does_not_ruin_the_mean() -> None:
    cheat = Row("z", "", "scan", "parlay", "rules", "Pass", speedup_baseline=0.0)
    assert metrics([PASSED, cheat])["speedup_baseline"] == metrics([PASSED])["speedup_baseline"]
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)


def test_the_envelope_holds_to_its_schema_and_rows_survive_json() -> None:
    schema = json.loads(SCHEMA.read_text())
    for rows in ([PASSED, SLOWER, RACY, REFUSED, BETTER], []):
        jsonschema.validate(json.loads(json.dumps(all_of(rows))), schema)
    for row in (PASSED, SLOWER, RACY, REFUSED, BETTER):
        assert from_json(json.loads(json.dumps(to_json(row)))) == row
    broken = {**to_json(PASSED), "verdict": "Fine"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**all_of([]), "problems": [broken]}, schema)


def test_a_better_algorithm_counts_in_no_other_figure() -> None:
    target = console()
    with target.capture() as captured:
        target.print(bench([BETTER], metrics([BETTER]), 12.0))
    assert "better algorithm" in captured.get() and "a table" in captured.get()
    assert metrics([BETTER]) == metrics([replace(BETTER, better=None)])


def test_a_run_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    made: list[str] = []
    rows = run(todo(4), solving(made), Unwatched(), tmp_path)
    assert [next(rows).name, next(rows).name] == ["p0", "p1"]
    with open(tmp_path / ROWS, "ab") as file:  # killed while it wrote the third
        file.write(b'{"name": "p2", "fo')
    assert [row.name for row in run(todo(4), solving(made), Unwatched(), tmp_path)] == ["p0", "p1", "p2", "p3"]
    assert made == ["p0", "p1", "p2", "p3"]
    assert len((tmp_path / ROWS).read_text().splitlines()) == 4


def test_rows_of_other_variations_are_no_results_of_this_run(tmp_path: Path) -> None:
    made: list[str] = []
    list(run(todo(1), solving(made), Unwatched(), tmp_path))
    assert list(run(todo(1), solving(made), Unwatched(), tmp_path, 7)) and made == ["p0", "p0"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ROWS).write_text('{"version": 1}\n')
    with pytest.raises(InputError, match="give another folder"):
        list(run(todo(1), solving([]), Unwatched(), tmp_path))
    assert (tmp_path / ROWS).read_text() == '{"version": 1}\n'


def test_the_table_shows_every_problem_and_the_sum() -> None:
    target = console()
    rows = [PASSED, SLOWER, RACY, REFUSED]
    with target.capture() as captured:
        target.print(bench(rows, metrics(rows), 12.0))
    text = captured.get()
    for words in ("b/plain", "two accesses", "it depends", "2 of 4 problems passed, 1 faster here", "2.00x"):
        assert words in text, words


RECORDS = """struct Sample { int weight; double value; };
double scale = 2, shift = 1;
double total(const struct Sample *samples, double *out, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        out[i] = samples[i].weight * scale + shift;
        sum += samples[i].value;
    }
    scale = sum;
    return sum;
}
"""


def varied_row(folder: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]) -> Row:
    """The row of a problem whose variation is changed once more."""

    def vary(unit: SourceUnit, seed: int) -> Varied:
        found = mixed(unit, seed)
        text = found.unit.text
        return replace(found, unit=replace(found.unit, text=change(text)))

    monkeypatch.setattr(runner, "mixed", vary)
    path = folder / "records.c"
    path.write_text(RECORDS)
    solve = solver(Options(effort=Effort.QUICK, timed=False), find_toolchain(None), Unwatched(), 1)
    return solve(Problem("records", "", "reduce", path))


def test_a_variation_is_judged_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = varied_row(tmp_path, monkeypatch, lambda text: text)
    assert (row.verdict, row.wins, row.times, row.vary) == ("Pass", "unmeasured", (), 1), row.reason
    assert row.variations[-1] == "renamed" and row.tests > 10


def test_a_variation_that_means_something_else_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = varied_row(tmp_path, monkeypatch, lambda text: text.replace(b" = 2", b" = 3").replace(b"+=", b"-="))
    assert row.verdict == "Inconclusive" and "no variation" in row.reason
