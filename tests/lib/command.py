"""Runs the command line of this checkout as a user would: a process of its own, its output in pipes."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from unseq.evaluate.report.record import SCHEMA

RUN_CLI = Path(__file__).with_name("run_cli.py")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def unseq(*words: str | Path, folder: Path | None = None, seconds: float = 300, **environment: str) -> Done:
    """Runs ``unseq words`` in ``folder``; ``environment`` is added to ours."""
    done = subprocess.run(
        [sys.executable, str(RUN_CLI), *map(str, words)],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def envelope_of(done: Done) -> dict[str, Any]:
    """What a command printed with ``--json``; it fits the schema."""
    data = json.loads(done.out)
    jsonschema.validate(data, json.loads(SCHEMA.read_text()))
    assert isinstance(data, dict)
    return data


def only_record(done: Done) -> dict[str, Any]:
    """The one record that a command printed with ``--json``, and nothing else."""
    assert done.err == ""
    (record,) = envelope_of(done)["functions"]
    assert isinstance(record, dict)
    return record
