"""What the host hands back must be whole, and there must be room for it."""

import os
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from signatures import function
from unseq.backends.host import run as host_run
from unseq.backends.host.blob import FIRST_ENTRY, Schedule
from unseq.backends.host.build import build, original_source
from unseq.backends.host.run import Session, Setting, run_cases, session
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.process import Finished
from unseq.backends.results import Built, Fault, Run
from unseq.frontend.ir.types import DOUBLE, INT, Library

ROW = Library("vector", (DOUBLE,))
_DONE = 6


@pytest.fixture(scope="module")
def place() -> Iterator[Session]:
    with session(find_toolchain()) as folder:
        yield folder


def called(place: Session, n: int, count: int, space: int = 0) -> Run:
    text = """#include <vector>
    std::vector<double> f(int n) { return std::vector<double>(n, 1.5); }"""
    f = function(text, "f", {"n": INT}, ROW)
    built = build(place.toolchain, f, original_source(f.unit), RuntimeKind.PLAIN, place.folder)
    assert isinstance(built, Built), built
    setting = Setting(RuntimeKind.PLAIN, False, result_bytes=space)
    return run_cases(place, f, built.library, [Case((Scalar(n),), "")], Schedule((0,) * count), setting)


def test_a_host_that_ends_well_without_all_calls_is_not_believed(
    place: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = host_run.run

    def cut_short(*arguments: Any, stdin: bytes, descriptors: tuple[int, int], **rest: Any) -> Finished:
        done = whole(*arguments, stdin=stdin, descriptors=descriptors, **rest)
        os.pwrite(descriptors[1], struct.pack("<4Q16s", FIRST_ENTRY, 0, _DONE, 0, stdin), 0)
        return done

    assert called(place, 3, 2).failure is None
    monkeypatch.setattr(host_run, "run", cut_short)
    failure = called(place, 3, 2).failure
    assert failure is not None and (failure.fault, failure.detail) == (Fault.CORRUPT, "calls are missing")


def test_results_larger_than_usual_need_to_be_known_of(place: Session) -> None:
    n = (64 << 20) // 8 + 1000
    failure = called(place, n, 1).failure
    assert failure is not None and failure.fault is Fault.TOO_LARGE
    known = called(place, n, 1, space=8 * n)
    assert known.failure is None and known.calls[0].size > 8 * n
    outcome = known.calls[0].outcome
    assert isinstance(getattr(outcome, "result", None), Buffer)
    assert np.array_equal(outcome.result.array[:3], np.full(3, 1.5))  # type: ignore[union-attr]
