"""Functions are found by name over a file or a folder, and unknown names are answered with the nearest ones."""

import re
from pathlib import Path

import pytest

from unseq.frontend import selection
from unseq.frontend.lower import FunctionHead
from unseq.frontend.selection import select
from unseq.frontend.source import NOWHERE, InputError, SourceUnit


@pytest.fixture(autouse=True)
def heads_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A front end for files that hold one name a line, so that only the selection is tested."""

    def functions(unit: SourceUnit) -> tuple[FunctionHead, ...]:
        names = unit.text.decode().split()
        if "error" in names:
            raise InputError(f"{unit.path}:1:1: syntax error")
        return tuple(FunctionHead(name, NOWHERE) for name in names if name != "-")

    monkeypatch.setattr(selection, "functions", functions)


def names(source: Path, *wanted: str) -> list[str]:
    return [head.name for item in select(source, wanted) for head in item.heads]


def test_all_functions_of_a_file_and_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("f g")
    (tmp_path / "b.cpp").write_text("geo::area")
    assert names(tmp_path / "a.c") == ["f", "g"]
    assert names(tmp_path) == ["f", "g", "geo::area"]


def test_names_may_leave_the_namespace_out(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("f g")
    (tmp_path / "b.cpp").write_text("geo::area sub::f")
    assert names(tmp_path, "area") == ["geo::area"]
    assert names(tmp_path, "f") == ["f", "sub::f"]
    assert names(tmp_path, "sub::f", "g") == ["g", "sub::f"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("smoth", "did you mean smooth, smooth2"), ("zzz", "it defines smooth, smooth2"), ("rea", "no function 'rea'")],
)
def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path, wanted: str, words: str) -> None:
    (tmp_path / "a.c").write_text("smooth smooth2 area")
    with pytest.raises(InputError, match=words):
        select(tmp_path / "a.c", (wanted,))


def test_long_lists_of_names_are_cut(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(" ".join(f"f{index}" for index in range(100)))
    with pytest.raises(InputError, match=r"f7 and 92 more$"):
        select(tmp_path / "a.c", ("zzz",))


def test_one_bad_file_does_not_stop_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("error")
    (tmp_path / "b.c").write_text("f")
    bad, good = select(tmp_path)
    assert (bad.error, bad.heads) == ("1:1: syntax error", ())
    assert [head.name for head in good.heads] == ["f"]
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / 'a.c'}:1:1: syntax error")):
        select(tmp_path / "a.c")


@pytest.mark.parametrize(("text", "words"), [("error", "none of its 2 sources"), ("-", "no function is defined")])
def test_folders_without_anything_to_do(tmp_path: Path, text: str, words: str) -> None:
    for name in ("a.c", "b.c"):
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=words):
        select(tmp_path)
