"""Translations on a GPU, with the CPU in the device's place: rows, what they come to, and refusals."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from command import unseq
from gpu_stand_ins import DEVICE, OnCpu
from unseq import api, cli
from unseq.agents.translate import Options, Outcome, Translation
from unseq.backends.cuda.run import device_nodes
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.backends.results import Timing
from unseq.evaluate.bench import gpu
from unseq.evaluate.bench.gpu import SCHEMA, GpuPoint, GpuRow, envelope, metrics
from unseq.evaluate.bench.problems import Problem
from unseq.evaluate.report.gpu import gpu_table
from unseq.evaluate.report.terminal import console

TIME = Timing(1e-3, 9e-4, 1.1e-3, 5)
POINT = GpuPoint(1000, 1, TIME, TIME, 1200, TIME, 2e-3, 900, 100, 9e5, 1e5, 0.9, "memory")
GOOD = GpuRow("a", "plain", "Pass", points=(replace(POINT, share=0.1), POINT), errors=(("memcheck", 0),))


def test_what_passed_is_run_checked_and_timed(tmp_path: Path) -> None:
    there = OnCpu(kernel_s=1e-3)
    out = tmp_path / "gpu.json"
    (row,), found = api.bench_gpu("kernels", only="saxpy/plain", output=out, there=there)
    assert there.asked == ["whole", "memcheck", "whole", "parts"]
    assert (row.verdict, row.errors, row.cases > 10) == ("Pass", (("memcheck", 0),), True)
    last = row.points[-1]
    assert last.kernel == Timing(1e-3, 1e-3, 1e-3, 5)
    assert last.transfer is not None and last.transfer.median_s == pytest.approx(4e-3)
    assert (last.launches, last.transferred) == (1, 1200)
    # x is read, y is read and written, 4 bytes each; against the 1e12 bytes a second of the device
    assert last.bytes == 12 * last.n and last.bytes_per_s == pytest.approx(12 * last.n / 1e-3)
    assert last.bound == "memory" and last.share == pytest.approx(12 * last.n / 1e12 / 1e-3)
    assert last.whole is not None and last.whole.repetitions == 5 and last.original_s is not None
    assert json.loads(out.read_text()) == json.loads(json.dumps(found))
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))


def test_wrong_results_on_the_device_are_no_pass() -> None:
    there = OnCpu(kernel_s=1e-3, changed=lambda text: text.replace("a * x[i] + y[i]", "a * x[i] - y[i]"))
    (row,), found = api.bench_gpu("kernels", only="saxpy/plain", there=there)
    assert row.verdict == "WrongOutput" and row.points == () and there.asked == ["whole"]
    assert found["metrics"]["passed"] == 0


def test_what_a_checker_counts_is_no_pass() -> None:
    there = OnCpu(kernel_s=1e-3, errors=3)
    (row,), _ = api.bench_gpu("kernels", only="saxpy/plain", there=there)
    assert (row.verdict, row.points) == ("Checker", ()) and "memcheck: 3" in row.reason


def test_what_is_refused_does_not_run() -> None:
    there = OnCpu(kernel_s=1e-3)
    refused = Problem("first", "", "made", Path(__file__).parents[1] / "nowhere.c")
    rows = list(gpu.run([refused], Options(target="cuda"), find_toolchain(), there, api.Unwatched()))
    assert [row.verdict for row in rows] == ["Inconclusive"] and not there.asked


def test_a_broken_problem_never_stops_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "first.c"
    source.write_text("int first(void) { return 1; }\n")
    problems = [Problem("first", "", "made", source, "first"), Problem("second", "", "made", source, "first")]
    answers = iter([ZeroDivisionError("by us"), Translation(Outcome.REFUSED)])

    def broken(*_: object) -> Translation:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(gpu, "translate", broken)
    there = OnCpu(kernel_s=1e-3)
    rows = list(gpu.run(problems, Options(target="cuda"), find_toolchain(), there, api.Unwatched()))
    assert [(row.verdict, row.reason) for row in rows] == [
        ("Inconclusive", "internal error (ZeroDivisionError: by us)"), ("Refused", "")
    ]


def test_metrics_count_what_memory_bounds() -> None:
    slow = replace(GOOD, points=(POINT, replace(POINT, share=0.79)))
    busy = replace(GOOD, points=(replace(POINT, bound="double"),))
    unknown = replace(GOOD, points=(replace(POINT, share=None, bound=None),))
    found = metrics([GOOD, slow, busy, unknown, GpuRow("b", "", "Refused")])
    assert found == {"problems": 5, "passed": 4, "memory_bound": 2, "target": 0.8, "at_target": 1}


def test_the_table_shows_the_largest_size() -> None:
    rows = (GOOD, GpuRow("b", "", "Refused", "it depends"))
    found = envelope(rows, DEVICE, {"description": "a machine", "processors": 2})
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    screen = console()
    with screen.capture() as shown:
        screen.print(gpu_table(rows, found, 1.0))
    text = " ".join(shown.get().split())
    assert "a device, driver 13.0: copies 1,000 GB/s" in text and "90% memory" in text and "it depends" in text
    assert "2 problems, 1 right on the device; of 1 bound by memory 1 reach 80% of its copies" in text


@pytest.mark.skipif(bool(device_nodes()), reason="there is a GPU")
def test_without_a_gpu_nothing_is_pretended(tmp_path: Path) -> None:
    out = tmp_path / "gpu.json"
    done = unseq("bench", "kernels", "--target", "cuda", "--gpu", "--out", out, "--only", "saxpy*")
    assert (done.code, done.out, out.exists()) == (3, "", False)
    assert len(done.err.strip().splitlines()) == 1 and done.err.startswith("unseq: no ")


def test_gpu_belongs_to_cuda() -> None:
    for words in (["--gpu"], ["--target", "cuda", "--out", "x"], ["--target", "cuda", "--gpu", "--vary", "1"]):
        done = CliRunner().invoke(cli.unseq, ["bench", "kernels", *words])
        assert done.exit_code == 2 and "--gpu goes with" in done.output
