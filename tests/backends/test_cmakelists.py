"""The generated CMakeLists.txt really builds, with a checkout of ParlayLib and with what unseq brings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import RUN_CLI
from unseq.backends.parlay.cmakelists import Source, cmakelists

FAKE_PARLAY = "inline int fake_parlay() { return 7; }\n"
LIBRARY = '#include "own.h"\n#include <parlay/primitives.h>\nextern "C" int smooth() { return OWN + fake_parlay(); }\n'
PROGRAM = "#include <parlay/primitives.h>\nint main() { return fake_parlay() - 7; }\n"


def project(folder: Path) -> None:
    (folder / "src dir").mkdir()
    (folder / "src dir" / "own.h").write_text("#define OWN 1\n")
    (folder / "smooth it.parlay.cpp").write_text(LIBRARY)
    (folder / "all.parlay.cpp").write_text(PROGRAM)
    sources = [
        Source(Path("smooth it.parlay.cpp"), folder / "src dir", False),
        Source(Path("all.parlay.cpp"), folder / "src dir", True),
    ]
    (folder / "CMakeLists.txt").write_text(cmakelists(sources, Path(sys.executable).parent))


@pytest.mark.skipif(shutil.which("cmake") is None, reason="no cmake: the generated project is not built")
def test_it_builds_against_a_checkout(tmp_path: Path) -> None:
    project(tmp_path)
    headers = tmp_path / "parlaylib" / "include" / "parlay"
    headers.mkdir(parents=True)
    (headers / "primitives.h").write_text(FAKE_PARLAY)
    build = tmp_path / "build"
    root = f"-DPARLAYLIB_ROOT={tmp_path / 'parlaylib'}"
    subprocess.run(["cmake", "-S", tmp_path, "-B", build, root], check=True, capture_output=True, timeout=120)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True, timeout=120)
    assert (build / "libsmooth_it.a").exists()
    assert subprocess.run([build / "all_2"], check=False).returncode == 0


EMBEDDED = """\
#include <parlay/primitives.h>
int main() { return parlay::reduce(parlay::tabulate(10, [](int i) { return i; })) - 45; }
"""


@pytest.mark.skipif(shutil.which("cmake") is None, reason="no cmake: the generated project is not built")
def test_it_builds_against_what_unseq_brings(tmp_path: Path) -> None:
    (tmp_path / "sum.parlay.cpp").write_text(EMBEDDED)
    command = tmp_path / "bin" / "unseq"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{RUN_CLI}" "$@"\n')
    command.chmod(0o755)
    text = cmakelists([Source(Path("sum.parlay.cpp"), tmp_path, True)], command.parent)
    (tmp_path / "CMakeLists.txt").write_text(text)
    build = tmp_path / "build"
    alone = {**os.environ, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    alone.pop("PARLAYLIB_ROOT", None)
    subprocess.run(["cmake", "-S", tmp_path, "-B", build], check=True, capture_output=True, timeout=120, env=alone)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True, timeout=120, env=alone)
    assert subprocess.run([build / "sum"], check=False).returncode == 0


def test_names_are_made_unique_and_legal() -> None:
    sources = [
        Source(Path(name), Path("/src"), False) for name in ("a b.parlay.cpp", "a_b.parlay.cpp", "sub/a b.parlay.cpp")
    ]
    text = cmakelists(sources, Path("/bin"))
    assert [line.split("(")[1].split()[0] for line in text.splitlines() if line.startswith("add_library(")] == [
        "parlaylib",
        "a_b",
        "a_b_2",
        "a_b_3",
    ]


def test_a_path_cannot_run_cmake_code() -> None:
    text = cmakelists([Source(Path('x$ENV{HOME}";.parlay.cpp'), Path("/s"), False)], Path("/bin"))
    assert '"x\\$ENV{HOME}\\"\\;.parlay.cpp"' in text
