"""The emitted file as a whole: what surrounds the changed functions."""

from pathlib import Path

import pytest

from unseq.agents.rules.propose import propose
from unseq.agents.task import Task
from unseq.backends.parlay.emit.file import emit
from unseq.backends.plan import Plan
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit

FILL = "void fill(double *x, int n) { for (int i = 0; i < n; i++) x[i] = i; }\n"


def emitted(text: str, language: Language = Language.C) -> str:
    unit = SourceUnit(Path("a.c"), language, text.encode())
    lowered = [lower(unit, head.name) for head in functions(unit)]
    plans = [propose(Task(function, analyze(function))) for function in lowered]
    return emit(unit, [plan for plan in plans if isinstance(plan, Plan)]).text


@pytest.mark.parametrize("before", ["", "\n", "/* Fills. */\n", "// Fills.\n\n", "#include <math.h>\n"])
def test_includes_stand_before_a_function_wherever_the_file_begins(before: str) -> None:
    text = emitted(before + FILL)
    lines = text.splitlines()
    include = next(number for number, line in enumerate(lines) if line.startswith("#include <parlay/"))
    function = next(number for number, line in enumerate(lines) if line.startswith('extern "C" void fill('))
    assert include < function
    assert text.count("#define UNSEQ_CUTOFF") == 1


def test_a_cpp_file_gets_no_linkage() -> None:
    assert 'extern "C"' not in emitted(FILL, Language.CPP)


def test_two_functions_share_one_preamble() -> None:
    text = emitted(FILL + FILL.replace("fill", "refill"))
    assert text.count("#include <parlay/parallel.h>") == 1
    assert text.count("#define UNSEQ_CUTOFF") == 1
    assert text.count("parlay::parallel_for") == 2


def test_what_the_first_changed_function_needs_stands_before_it_also_where_includes_follow() -> None:
    text = emitted(FILL + "#include <math.h>\n" + FILL.replace("fill", "refill"))
    assert text.index("#include <parlay/parallel.h>") < text.index("#define UNSEQ_CUTOFF") < text.index("void fill(")
    assert text.count("#include <parlay/parallel.h>") == 1
