"""The wheel is whole: in an empty environment, far from the checkout, it does its work.

The dependencies are borrowed from the environment that runs the tests; everything of ours comes from the wheel.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from checkout import ROOT


def run(*words: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env={**{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing that an earlier build left in the checkout can slip in."""
    copy = tmp_path_factory.mktemp("source") / "unseq-checkout"
    junk = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "unseq-out")
    shutil.copytree(ROOT, copy, ignore=junk)
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", out, copy, folder=out)
    (made,) = out.glob("unseq-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``unseq`` command of an environment that holds nothing else of ours."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder)
    python = folder / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "-q",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        wheel,
        folder=folder,
    )
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip())
    # a plain path: the .pth files in it, editable installs among them, are not followed
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "unseq"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "unseq/cli.py" in names
    assert "unseq/evaluate/report/templates/report.html" in names
    assert "unseq/backends/parlay/native/include/unseq/runtime.h" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"unseq"}
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_the_command_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    where = run(python, "-c", "import unseq.api; print(unseq.api.__file__)", folder=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parents[1])
    assert run(installed, "--version", folder=tmp_path).startswith("unseq ")


PROGRAM = """\
#include <parlay/primitives.h>
int main() {
    auto squares = parlay::tabulate(1000, [](size_t i) { return long(i) * long(i); });
    return parlay::reduce(squares) == 332833500 ? 0 : 1;
}
"""


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++: emitted code is not compiled by hand")
def test_the_flags_of_the_wheel_compile_and_link(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "squares.cpp").write_text(PROGRAM)
    cflags = shlex.split(run(installed, "config", "--cflags", folder=tmp_path))
    libs = shlex.split(run(installed, "config", "--libs", folder=tmp_path))
    run("g++", *cflags, "squares.cpp", *libs, "-o", "squares", folder=tmp_path)
    run(tmp_path / "squares", folder=tmp_path)


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++: nothing is translated from the wheel")
def test_the_wheel_translates_a_file_of_another_folder(installed: Path, tmp_path: Path) -> None:
    source = tmp_path / "there" / "scale.c"
    source.parent.mkdir()
    source.write_text("void scale(double *x, int n)\n{\n    for (int i = 0; i < n; i++)\n        x[i] *= 2.0;\n}\n")
    words = ("translate", source, "-o", tmp_path / "out", "--effort", "quick", "--json")
    done = json.loads(run(installed, *words, folder=tmp_path))
    assert [function["verdict"] for function in done["functions"]] == ["Pass"]
    assert "parallel_for" in (tmp_path / "out" / "scale.parlay.cpp").read_text()
