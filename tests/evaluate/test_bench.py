"""A benchmark's rows: each problem once, kept as soon as it is known, and added up as the metrics say."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import jsonschema
import pytest

from unseq.api import Unwatched
from unseq.evaluate.bench.metrics import geometric_mean, metrics
from unseq.evaluate.bench.problems import FORMS, KINDS, Problem, kernel_problems, pareval_problems, problems
from unseq.evaluate.bench.row import SCHEMA, Row, envelope, from_json
from unseq.evaluate.bench.runner import ROWS, run
from unseq.evaluate.report.bench import bench
from unseq.evaluate.report.record import ProfilePoint, to_json
from unseq.evaluate.report.terminal import console
from unseq.frontend.lower import functions
from unseq.frontend.source import InputError, read

TIMES = (ProfilePoint(1000, 2e-6, ((1, 2e-6), (2, 1e-6)), 2.0, 0.01),)
PASSED = Row("a", "", "scan", "parlay", "rules", "Pass", "", "proved", "yes", 2.0, 1.0, TIMES, None, "scan", 50, 1.0)
SLOWER = Row("b", "plain", "scan", "parlay", "rules", "Pass", "", "guarded", "no", 0.5, 0.5, TIMES)
RACY = Row("c", "", "fft", "parlay", "rules", "Race", "two accesses")
REFUSED = Row("d", "", "fft", "parlay", "rules", "Refused", "it depends")


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
    for rows in ([PASSED, SLOWER, RACY, REFUSED], []):
        jsonschema.validate(json.loads(json.dumps(all_of(rows))), schema)
    for row in (PASSED, SLOWER, RACY, REFUSED):
        assert from_json(json.loads(json.dumps(to_json(row)))) == row
    broken = {**to_json(PASSED), "verdict": "Fine"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**all_of([]), "problems": [broken]}, schema)


def test_a_run_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    made: list[str] = []
    rows = run(todo(4), solving(made), Unwatched(), tmp_path)
    assert [next(rows).name, next(rows).name] == ["p0", "p1"]
    with open(tmp_path / ROWS, "ab") as file:  # killed while it wrote the third
        file.write(b'{"name": "p2", "fo')
    assert [row.name for row in run(todo(4), solving(made), Unwatched(), tmp_path)] == ["p0", "p1", "p2", "p3"]
    assert made == ["p0", "p1", "p2", "p3"]
    assert len((tmp_path / ROWS).read_text().splitlines()) == 4


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
