"""Directives in front of a loop go with the loop that they belong to."""

from pathlib import Path

from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Task
from unseq.backends.parlay.emit.file import emit
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

SOURCE = b"""void scale(float *x, int n)
{
    int rounds = 2;
    #pragma omp parallel for
    #pragma GCC ivdep
    for (int i = 0; i < n; i++)
        x[i] *= rounds;
}

void other(float *x, int n)
{
    #pragma omp simd
    for (int i = 0; i < n; i++)
        x[i] += 1;
}
"""


def test_a_directive_does_not_stay_in_front_of_what_replaces_its_loop() -> None:
    unit = SourceUnit(Path("scale.c"), Language.C, SOURCE)
    function = lower(unit, "scale")
    plan = propose(Task(function, analyze(function)))
    assert not isinstance(plan, Refusal)
    text = emit(unit, [plan]).text
    assert "int rounds = 2;\n    if (" in text
    assert text.count("#pragma") == 1
    assert "#pragma omp simd" in text
