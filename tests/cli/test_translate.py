"""``unseq translate`` as a user meets it: real runs where they show something, and every way to go wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command import RUN_CLI, envelope_of, unseq

SOURCE = """\
#include <stdio.h>

void scale(const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = 2.0 * x[i];
}

void show(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        printf("%g\\n", x[i]);
}

int main(void)
{
    return 0;
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sensor.c"
    path.write_text(SOURCE)
    return path


def test_a_file_with_one_translated_and_one_refused_function(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = unseq("translate", source, "-o", out, "--effort", "quick", "--json")
    assert (done.code, done.err) == (0, "")
    data = envelope_of(done)
    assert data == json.loads((out / "evidence.json").read_text())
    scale, show = data["functions"]
    assert (scale["outcome"], scale["verdict"], scale["claim"]) == ("translated", "Pass", "guarded")
    assert scale["output"] == str(out / "sensor.parlay.cpp")
    assert scale["tests"]["cases"] > 10
    assert (scale["tests"]["failed"], scale["races"]["found"]) == (0, 0)
    assert scale["races"]["runs"] > 0
    assert [point["n"] for point in scale["profile"]] == sorted(point["n"] for point in scale["profile"])
    assert "parallel_for" in scale["code"]["parallel"]
    assert (show["outcome"], show["output"], show["reasons"][0]["line"]) == ("refused", None, 12)
    assert "printf" in show["reasons"][0]["what"]
    assert "parallel_for" in (out / "sensor.parlay.cpp").read_text()
    assert {path.name for path in out.iterdir()} == {
        "sensor.parlay.cpp",
        "CMakeLists.txt",
        "evidence.json",
        "report.html",
    }


def test_all_refused_is_exit_code_1(source: Path, tmp_path: Path) -> None:
    done = unseq("translate", source, "--function", "show", "-o", tmp_path / "out")
    assert done.code == 1
    assert "refused" in done.out
    assert "12:9  calls printf" in done.out
    assert "help:" in done.out
    assert not (tmp_path / "out" / "CMakeLists.txt").exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("absent.c", None, "no such file"),
        ("script.py", "print(1)\n", "Python"),
        ("empty.c", "", "empty"),
        ("binary.c", "\0\1", "binary"),
        ("broken.c", "void f(int *x {\n}\n", "broken.c:1:"),
        ("huge.c", "int x;\n" * 1_500_000, "MB"),
        (
            "header.c",
            '#include "not_here.h"\nvoid f(int *x, int n) { for (int i = 0; i < n; i++) x[i] = i; }\n',
            "not_here.h",
        ),
        ("endless.c", "void f(int *x, int n) { for (;;) x[0] = n; for (int i = 0; i < n; i++) x[i] = i; }\n", "f"),
        (
            "crash.c",
            "void f(int *x, int n) { int q = 1 / (n - n); for (int i = 0; i < n; i++) x[i] = q; }\n",
            "--inputs",
        ),
    ],
)
def test_bad_sources_are_one_line_exit_code_2_and_nothing_written(
    tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    done = unseq("translate", tmp_path / name, "-o", tmp_path / "out", "--effort", "quick")
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("unseq: ")
    assert done.err.count("\n") == 1
    assert words in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_without_sources(tmp_path: Path) -> None:
    done = unseq("translate", tmp_path, "-o", tmp_path / "out")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "out").exists()


def test_an_unknown_function_is_answered_with_the_nearest(source: Path, tmp_path: Path) -> None:
    done = unseq("translate", source, "--function", "scal", "-o", tmp_path / "out")
    assert done.code == 2
    assert "did you mean scale?" in done.err
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out", Path("/proc/out")):
        done = unseq("translate", source, "-o", out)
        assert (done.code, done.out) == (2, "")
        assert "cannot be written" in done.err
        assert done.err.count("\n") == 1


def test_inputs_that_do_not_fit(source: Path, tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("def scale():\n    yield 1, 2\n")
    for words in ("given.py", "absent.py"):
        done = unseq("translate", source, "--function", "scale", "--inputs", tmp_path / words, "-o", tmp_path / "out")
        assert (done.code, done.out) == (2, "")
        assert words in done.err


def test_without_a_compiler_one_line_and_exit_code_3(source: Path, tmp_path: Path) -> None:
    done = unseq("translate", source, "-o", tmp_path / "out", PATH=str(tmp_path), CXX="")
    assert (done.code, done.out) == (3, "")
    assert "apt-get install g++" in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_interrupt_ends_at_once_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(RUN_CLI), "translate", str(source), "-o", str(tmp_path / "out")]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a test run in the background has interrupts ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (tmp_path / "out").exists() and running.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert (out, err.strip()) == ("", "unseq: interrupted")
    assert not (tmp_path / "out").exists()


HISTOGRAM = """\
void count_bytes(const unsigned char *text, long n, unsigned *counts)
{
    for (long i = 0; i < n; i++)
        counts[text[i]]++;
}
"""


@pytest.mark.slow
def test_a_search_names_every_variant_and_what_was_kept(tmp_path: Path) -> None:
    (tmp_path / "bytes.c").write_text(HISTOGRAM)
    done = unseq("translate", "bytes.c", "-o", "out", "--effort", "quick", "--search", "1", "--json", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    data = envelope_of(done)
    (record,) = data["functions"]
    assert [variant["choices"] for variant in record["search"]] == [[], ["one private copy a worker"]]
    assert {variant["verdict"] for variant in record["search"]} == {"Pass"}
    sizes = {str(point["n"]) for point in record["profile"]}
    assert all(set(variant["speedups"]) == sizes for variant in record["search"])
    kept = [variant["choices"] for variant in record["search"] if variant["chosen"]]
    emitted = (tmp_path / "out" / "bytes.parlay.cpp").read_text()
    assert len(kept) == 1
    assert ("4 * parlay::num_workers()" in emitted) == (kept == [[]])
    assert "default" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(("option", "value"), [("--search", "-1"), ("--search", "many"), ("--jobs", "0")])
def test_numbers_out_of_range_are_one_clear_line(source: Path, tmp_path: Path, option: str, value: str) -> None:
    done = unseq("translate", source, option, value, "-o", tmp_path / "out")
    assert (done.code, done.out) == (2, "")
    assert option in done.err.splitlines()[-1]
    assert value in done.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_several_functions_at_once_are_what_they_are_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "two.c").write_text(HISTOGRAM + SOURCE)
    records = []
    for jobs in ("1", "3"):
        command = ("translate", "two.c", "-o", jobs, "--effort", "quick", "--jobs", jobs, "--json")
        done = unseq(*command, folder=tmp_path)
        assert done.code == 0
        found = json.loads(done.out)["functions"]
        records.append([(r["name"], r["outcome"], r["verdict"], r["tests"]["cases"], r["claim"]) for r in found])
    assert records[0] == records[1]
    assert (tmp_path / "1" / "two.parlay.cpp").read_text() == (tmp_path / "3" / "two.parlay.cpp").read_text()
