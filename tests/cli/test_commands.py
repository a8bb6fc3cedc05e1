"""Every command says how it is used; usage errors are a line and exit code 2; the light commands do what they say."""

import json
from pathlib import Path

import pytest

import records
from command import unseq
from unseq.cli import unseq as group
from unseq.evaluate.report.record import envelope


def test_help_lists_only_commands_that_exist() -> None:
    done = unseq("--help")
    assert done.code == 0
    for name in group.commands:
        assert f"\n  {name} " in done.out


@pytest.mark.parametrize("name", sorted(group.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = unseq(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"unseq {name}" in done.out.split("Example", 1)[1]


def test_help_loads_no_solver_and_no_reports() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import checkout; checkout.bind(); import unseq.cli; "
        "print(*sorted(set(sys.modules) & {'z3', 'islpy', 'numpy', 'rich', 'jinja2', 'pygments', 'tree_sitter'}))"
    )
    import subprocess
    import sys

    lib = str(Path(__file__).resolve().parents[1] / "lib")
    done = subprocess.run([sys.executable, "-c", code, lib], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_version() -> None:
    done = unseq("--version")
    assert done.code == 0
    assert done.out.startswith("unseq 0.")


@pytest.mark.parametrize("words", [["bogus"], ["config"], ["report"], ["doctor", "--bogus"]])
def test_bad_usage_is_exit_code_2(words: list[str]) -> None:
    done = unseq(*words)
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err


def test_a_report_without_evidence_is_bad_input(tmp_path: Path) -> None:
    done = unseq("report", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "evidence.json: no such file" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_report_of_evidence(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").write_text(json.dumps(envelope(records.ALL)), encoding="utf-8")
    done = unseq("report", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() == str(tmp_path / "report.html")
    assert "copy_scaled" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"evidence.json", "report.html"}


def test_doctor_names_each_thing_and_how_to_get_it(tmp_path: Path) -> None:
    done = unseq("doctor", "--json", PARLAYLIB_ROOT="")
    items = {item["name"]: item for item in json.loads(done.out)["items"]}
    assert {"Python", "sandbox", "upstream ParlayLib", "cache"} <= set(items)
    assert all(item["remedy"] for item in items.values() if item["state"] == "missing")
    assert done.code == (3 if any(item["state"] == "missing" for item in items.values()) else 0)
    assert "sandbox" in unseq("doctor", PARLAYLIB_ROOT="").out


def test_without_a_compiler_one_line_and_exit_code_3(tmp_path: Path) -> None:
    for words in (["config", "--cflags"], ["doctor"]):
        done = unseq(*words, PATH=str(tmp_path), CXX="", PARLAYLIB_ROOT="")
        assert done.code == 3
        assert "apt-get install g++" in done.out + done.err
    assert unseq("config", "--cflags", PATH=str(tmp_path), CXX="", PARLAYLIB_ROOT="").err.count("\n") == 1


def test_a_folder_that_is_no_parlaylib(tmp_path: Path) -> None:
    done = unseq("config", "--cflags", "--parlaylib", tmp_path)
    assert done.code == 3
    assert str(tmp_path) in done.err
