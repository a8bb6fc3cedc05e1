"""Every kind of reason is explained, shown by an example, and documented; every refusal names its second place."""

import re
from pathlib import Path

import pytest

from checkout import ROOT
from reason_cases import FOLDER, WITHOUT_EXAMPLE, example, refused
from reasons_page import page
from unseq.frontend.reasons import CATALOGUE, Why

PAGE = ROOT / "docs" / "reasons.md"
SHOWN = [code for code in Why if code not in WITHOUT_EXAMPLE]
# the recursion writes what the loop reads; what a loop converges to is carried
WITH_OTHERS = {Why.CALL_RECURSIVE, Why.FIXED_POINT}


def test_every_kind_is_in_the_catalogue() -> None:
    missing = [code.name for code in Why if code not in CATALOGUE]
    assert not missing, f"no entry in frontend/reasons.py CATALOGUE for {missing}"
    assert list(CATALOGUE) == list(Why), "the catalogue goes in the order of Why"
    for entry in CATALOGUE.values():
        assert entry.title and entry.meaning.endswith(".") and entry.unlock.endswith(".")


def test_every_example_is_of_a_kind() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(SHOWN)


@pytest.mark.parametrize("code", SHOWN, ids=str)
def test_the_example_stays_sequential_for_that_reason_alone(code: Why) -> None:
    path = example(code)
    assert path is not None, f"add tests/analysis/reasons/{code}.c or .cpp"
    reasons = refused(path)
    assert reasons, f"{path.name} is parallel by now: choose another example"
    found = [reason.code for reason in reasons]
    assert found[0] is code, reasons
    assert code in WITH_OTHERS or set(found) == {code}, reasons
    for reason in reasons:
        assert reason.what and reason.remedy, reason
        assert not re.search(r"\?\d", reason.what + reason.remedy), "an unknown value shows through"


TWO = ("flow", "overwritten", "bound", "irregular", "early")
NEEDS_TWO = [code for code in Why if code.value.startswith(TWO)]


@pytest.mark.parametrize("code", NEEDS_TWO, ids=str)
def test_what_meets_has_both_places(code: Why) -> None:
    path = example(code)
    assert path is not None
    for reason in refused(path):
        assert reason.other is not None and reason.other != reason.span


def test_the_page_is_up_to_date(update_golden: bool) -> None:
    made = page()
    if update_golden:
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "run: make docs"


def test_examples_are_short() -> None:
    for path in FOLDER.iterdir():
        assert isinstance(path, Path) and len(path.read_text().splitlines()) <= 20, path.name
