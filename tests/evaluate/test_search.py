"""From a search to what is delivered: the plan that was kept, and a record that names the others. The judge is
scripted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from unseq.agents import translate as module
from unseq.agents.search.best import Best, Tried, Variant
from unseq.agents.tester.suite import Suite
from unseq.agents.translate import Options
from unseq.agents.verdict import Evidence, Judgement, NotParallel, Pass
from unseq.api import Unwatched
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.backends.plan import Map
from unseq.evaluate.batch import Translated
from unseq.evaluate.report.record import Variant as Shown
from unseq.evaluate.translation import translated
from unseq.frontend.lower import functions
from unseq.frontend.source import Language, SourceUnit

Run = Callable[..., Translated]
SOURCE = b"void twice(double *x, int n)\n{\n    for (int i = 0; i < n; i++)\n        x[i] *= 2.0;\n}\n"


def _nothing(*_: object) -> None:
    pass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Translates with a search of so many variants, of which the last one is kept and the second is not parallel."""

    @contextmanager
    def judging(*_: object, timed: bool) -> Iterator[SimpleNamespace]:
        passed = Judgement(Pass("right"), Evidence())
        yield SimpleNamespace(prepare=_nothing, validate=None, counted=_nothing, judge=lambda *_: passed)

    def best(_: object, variants: Sequence[Variant], *__: object) -> Best:
        tried = [Tried(v.choices, Pass("right"), ((100, 1.5 + k),)) for k, v in enumerate(variants)]
        tried[1] = Tried(variants[1].choices, NotParallel("no fork\nat all"))
        tried[-1] = Tried(variants[-1].choices, Pass("right"), ((100, 1.5),), chosen=True)
        return Best(variants[-1].candidate, Judgement(Pass("right"), Evidence()), tuple(tried))

    monkeypatch.setattr(module, "judging", judging)
    monkeypatch.setattr(module, "best", best)
    monkeypatch.setattr(module, "make_suite", lambda *_, **__: Suite((Case((), "n = 1"),), ("n = 1",), ()))
    unit = SourceUnit(Path("a.c"), Language.C, SOURCE)

    def one(search: int, timed: bool = True) -> Translated:
        options = Options(search=search, timed=timed)
        return translated(unit, functions(unit)[0], options, find_toolchain(), Unwatched())

    yield one


def granularity(found: Translated) -> int:
    assert found.plan is not None
    (strategy,) = found.plan.strategies
    assert isinstance(strategy, Map)
    return strategy.granularity


def test_what_was_kept_is_delivered_and_the_record_names_all(run: Run) -> None:
    found = run(2)
    assert granularity(found) == 32768
    assert found.record.search == (
        Shown((), "Pass", "", ((100, 1.5),)),
        Shown(("at least 4096 iterations a task",), "NotParallel", "no fork"),
        Shown(("at least 32768 iterations a task",), "Pass", "", ((100, 1.5),), True),
    )
    assert found.record.choices == ("at least 32768 iterations a task",)


def test_more_variants_than_there_are_is_all_of_them(run: Run) -> None:
    assert len(run(50).record.search) == 3


def test_without_a_search_or_times_the_plan_is_the_rules_own(run: Run) -> None:
    for found in (run(0), run(2, False)):
        assert (granularity(found), found.record.search) == (0, ())
