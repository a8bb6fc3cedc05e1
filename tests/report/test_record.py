"""The record: its schema is committed, complete and strict, and evidence survives being written and read."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import records
from unseq.evaluate.report.record import SCHEMA, Record, envelope, read_records
from unseq.frontend.source import InputError

# The names that the architecture promises to readers of the JSON, whatever else a record holds.
PROMISED = {
    "file", "name", "line", "target", "outcome", "verdict", "wins", "claim", "reasons", "tests",
    "suite_strength", "races", "profile", "work_span", "static", "output",
}  # fmt: skip


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


@pytest.mark.parametrize("record", (*records.ALL, records.NEAREST), ids=lambda record: record.name)
def test_a_record_keeps_to_the_schema(record: Record) -> None:
    written = json.loads(json.dumps(envelope((record,))))
    jsonschema.Draft202012Validator(schema()).validate(written)
    assert set(written["functions"][0]) >= PROMISED


def test_the_profile_has_the_promised_shape() -> None:
    written = json.loads(json.dumps(envelope((records.SMOOTH,))))["functions"][0]["profile"][1]
    assert written == {
        "n": 100_000,
        "sequential_s": 92e-6,
        "parallel_s": {"1": 104e-6, "2": 55e-6},
        "speedup": 1.67,
        "spread": 0.02,
    }


def test_the_schema_names_every_field_and_no_other() -> None:
    fields = {item.name for item in dataclasses.fields(Record)}
    described = schema()["$defs"]["record"]
    assert set(described["properties"]) == fields
    assert set(described["required"]) == fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "maybe"),
        ("verdict", "Fine"),
        ("claim", "hoped"),
        ("profile", [{"n": 1}]),
        ("surprise", 1),
        ("line", -1),
    ],
)
def test_the_schema_rejects_other_shapes(field: str, value: object) -> None:
    written = json.loads(json.dumps(envelope((records.SMOOTH,))))
    written["functions"][0][field] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(written)


def test_evidence_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    every = (*records.ALL, records.NEAREST)
    path.write_text(json.dumps(envelope(every)), encoding="utf-8")
    assert read_records(path) == every


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"version": 2, "functions": []}',
        '{"version": 1}',
        '{"version": 1, "functions": [{"file": "a"}]}',
    ],
)
def test_what_is_not_evidence_is_bad_input(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"evidence\.json"):
        read_records(path)


def test_missing_evidence_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_records(tmp_path / "evidence.json")
