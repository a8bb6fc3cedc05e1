"""Files arrive whole or not at all, and a folder that was made for nothing goes away again."""

import os
from pathlib import Path

import pytest

from unseq.evaluate.report import delivery
from unseq.evaluate.report.delivery import output_folder, write_all
from unseq.frontend.source import InputError


def test_a_folder_that_stays_empty_is_removed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), output_folder(tmp_path / "a" / "b"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(tmp_path: Path) -> None:
    with output_folder(tmp_path):
        pass
    assert tmp_path.is_dir()


def test_what_was_written_stays(tmp_path: Path) -> None:
    with output_folder(tmp_path / "a") as folder:
        write_all({folder / "x.txt": "x", folder / "sub" / "y.txt": "ü\n"})
    assert (tmp_path / "a" / "sub" / "y.txt").read_text(encoding="utf-8") == "ü\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "sub", "x.txt", "y.txt"]
    assert os.stat(tmp_path / "a" / "x.txt").st_mode & 0o444 == 0o444 & ~delivery._umask()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    with pytest.raises(InputError, match="cannot be written to"), output_folder(tmp_path / "a"):
        pass
    assert (tmp_path / "a").read_text() == "kept"


def test_an_older_result_survives_a_failed_delivery(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("old")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_all({tmp_path / "x.txt": "new", tmp_path / "file" / "y.txt": "y"})
    assert (tmp_path / "x.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "x.txt"]
