"""Which files of a folder are translated, and how bad files are refused before any work."""

from pathlib import Path

import pytest

from unseq.frontend.source import InputError, Language, find_sources, read


def test_sources_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.c", "a.cpp", "sub/c.cc", "a.h", "a.parlay.cpp", "notes.txt", ".hidden.c", ".git/x.c", "build/y.c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("int x;\n")
    assert [path.relative_to(tmp_path).as_posix() for path in find_sources(tmp_path)] == ["a.cpp", "b.c", "sub/c.cc"]


def test_a_file_stands_for_itself(tmp_path: Path) -> None:
    assert find_sources(tmp_path / "nope.c") == (tmp_path / "nope.c",)


def test_a_folder_without_sources(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(InputError, match="no C or C\\+\\+ sources"):
        find_sources(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.py", b"x = 1\n", "Python"),
        ("a.c", b"", "empty"),
        ("a.c", b" \n\t\n", "empty"),
        ("a.c", b"\x7fELF\0\0", "binary"),
        ("a.c", b"int x = 1; // \xff\n", "UTF-8"),
        ("a.c", b"int x;\n" * 1_500_000, "MB"),
        ("a.rs", b"fn main() {}\n", "unknown file type"),
    ],
)
def test_bad_files_are_named_with_the_reason(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nope.c", tmp_path):
        with pytest.raises(InputError):
            read(path)


def test_the_language_follows_the_name(tmp_path: Path) -> None:
    for name, language in (("a.c", Language.C), ("a.cpp", Language.CPP), ("a.CC", Language.CPP)):
        (tmp_path / name).write_text("int x;\n")
        assert read(tmp_path / name).language is language
