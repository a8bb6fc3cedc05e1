"""The emitted text of every case, word for word, and what its plan rests on.

``--update-golden`` writes what comes out now into the case files; look at the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from emit_cases import FOLDER, cases, emitted, facts, plans, read

CASES = sorted(FOLDER.glob("*.case"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".case"))
def test_golden(path: Path, update_golden: bool) -> None:
    case = read(path)
    found = facts(plans(case)) + "\n"
    text = emitted(case).text.rstrip("\n") + "\n"
    if update_golden:
        head = path.read_text(encoding="utf-8").split("\n--- facts\n")[0].rstrip("\n")
        path.write_text(f"{head}\n--- facts\n{found}--- parlay\n{text}", encoding="utf-8")
    else:
        assert found == case.sections["facts"]
        assert text == case.sections["parlay"]


def test_every_function_of_a_case_has_a_plan() -> None:
    without = [case.path.name for case in cases() if not plans(case)]
    assert without == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".case"))
def test_sites_are_lines_of_parallel_constructs(path: Path) -> None:
    for reuse_spans in (True, False):
        result = emitted(read(path), reuse_spans=reuse_spans)
        lines = result.text.splitlines()
        assert "\x01" not in result.text
        assert all("parlay::" in lines[site.line - 1] for site in result.sites)
