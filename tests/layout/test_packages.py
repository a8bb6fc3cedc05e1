"""The list of packages and of package data in pyproject.toml is what lies on the disk.

An unlisted package works in an editable install and is missing from the wheel, so nobody sees it before a user does.
"""

import subprocess
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

from checkout import ROOT

ROOMS = ("frontend", "backends", "agents", "evaluate", "corpus")


def setuptools_table() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["tool"]["setuptools"]
    return table


def tracked() -> list[PurePosixPath]:
    """Files of the rooms that git tracks or would track; a plain folder listing where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *ROOMS]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        names = [name for name in listing.stdout.splitlines() if (ROOT / name).exists()]
    else:
        names = [
            path.relative_to(ROOT).as_posix()
            for room in ROOMS
            for path in (ROOT / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ]
    return [PurePosixPath(name) for name in names]


def test_every_folder_with_python_is_a_listed_package() -> None:
    on_disk = {f"unseq.{'.'.join(path.parent.parts)}" for path in tracked() if path.suffix == ".py"}
    assert sorted({"unseq", *on_disk}) == sorted(setuptools_table()["packages"])


def test_every_package_but_the_root_has_an_init() -> None:
    for package in setuptools_table()["packages"]:
        folder = ROOT.joinpath(*package.split(".")[1:])
        assert (folder / "__init__.py").exists() == (package != "unseq")


def covered(path: PurePosixPath, data: dict[str, list[str]]) -> bool:
    for package, patterns in data.items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        if any((ROOT / path) in folder.glob(pattern) for pattern in patterns):
            return True
    return False


def test_every_other_file_is_package_data() -> None:
    data = setuptools_table().get("package-data", {})
    assert [str(path) for path in tracked() if path.suffix != ".py" and not covered(path, data)] == []


def test_the_root_has_no_init_and_no_folder_of_its_own_name() -> None:
    assert not (ROOT / "__init__.py").exists()
    assert not Path(ROOT / "unseq").exists()


def test_a_plain_install_has_nothing_of_cuda() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert not [name for name in project["dependencies"] if name.startswith(("nvidia", "pycuda"))]
    assert all(name.startswith("nvidia-") for name in project["optional-dependencies"]["cuda"])
    assert [name.split(">")[0] for name in project["optional-dependencies"]["gpu"]] == ["pycuda"]
