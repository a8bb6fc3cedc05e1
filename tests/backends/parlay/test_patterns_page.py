"""The page of patterns is made from the code, and says so loudly where something is missing."""

from dataclasses import dataclass

import pytest

import patterns_page
from checkout import ROOT
from unseq.frontend import facts

PAGE = ROOT / "docs" / "patterns.md"


def test_the_page_is_up_to_date(update_golden: bool) -> None:
    made = patterns_page.page()
    if update_golden:
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "run: make docs"


@dataclass(frozen=True)
class Unheard:
    """A role that nobody has seen."""


def test_a_role_without_a_case_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "Role", facts.Private | Unheard)
    with pytest.raises(LookupError, match="role Unheard has no entry: add a case"):
        patterns_page.page()
