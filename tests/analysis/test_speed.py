"""Work of the analysis stays bounded: counted, not timed."""

import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT
from unseq.frontend.analysis import elimination, solver
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Facts
from unseq.frontend.ir import walk
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit

NEST = """
void attention(float *out, float *pre, float *att, const float *inp, int B, int T, int C, int NH)
{
    int C3 = C * 3, hs = C / NH;
    for (int b = 0; b < B; b++)
        for (int t = 0; t < T; t++)
            for (int h = 0; h < NH; h++) {
                const float *query = inp + b * T * C3 + t * C3 + h * hs;
                float *pre_row = pre + b * NH * T * T + h * T * T + t * T;
                float *att_row = att + b * NH * T * T + h * T * T + t * T;
                float largest = -10000.0f;
                for (int u = 0; u <= t; u++) {
                    const float *key = inp + b * T * C3 + u * C3 + h * hs + C;
                    float value = 0.0f;
                    for (int i = 0; i < hs; i++)
                        value += query[i] * key[i];
                    if (value > largest)
                        largest = value;
                    pre_row[u] = value;
                }
                float sum = 0.0f;
                for (int u = 0; u <= t; u++) {
                    att_row[u] = pre_row[u] - largest;
                    sum += att_row[u];
                }
                float *row = out + b * T * C + t * C + h * hs;
                for (int i = 0; i < hs; i++)
                    row[i] = sum;
            }
}
"""


def facts_of(text: str) -> list[Facts]:
    unit = SourceUnit(Path("speed.c"), Language.C, text.encode())
    return [analyze(lower(unit, head.name)) for head in functions(unit)]


def repeated(count: int) -> str:
    """A loop that touches ``count`` elements of one array in ways that are hard to tell apart."""
    lines = [f"a[{3 + k % 5}*i + {2 + k % 7}*j - {1 + k % 3}*k + {k}] += a[{1 + k % 4}*i + {5 + k % 3}*j + k + {k}];"
             for k in range(count)]  # fmt: skip
    return (
        "void f(double *a, int n, int m)\n{\n  for (int i = 0; i < n; i++) for (int j = i; j < m; j++)"
        " for (int k = j - i; k < n + m; k++) {\n" + "\n".join(lines) + "\n  }\n}\n"
    )


def test_isl_is_hardly_ever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(solver, "is_empty", lambda points: asked.append(points))
    facts = facts_of(NEST)
    assert len(facts[0].loops) == 7
    assert not asked


def test_eliminations_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    feasible = elimination.feasible

    def counting(constraints):  # type: ignore[no-untyped-def]  # the signature is that of what it stands for
        nonlocal count
        count += 1
        return feasible(constraints)

    monkeypatch.setattr(elimination, "feasible", counting)
    facts_of(NEST)
    assert count < 150


def test_loops_of_callees_are_left_out_where_nobody_asks() -> None:
    text = "void g(int *a, int n) { for (int i = 0; i < n; i++) a[i] = i; }\nvoid f(int *a, int n) { g(a, n); }\n"
    unit = SourceUnit(Path("speed.c"), Language.C, text.encode())
    function = lower(unit, "f")
    assert len(analyze(function).loops) == 1
    assert not analyze(function, callees=False).loops


def test_a_tree_is_walked_once() -> None:
    unit = SourceUnit(Path("speed.c"), Language.C, NEST.encode())
    body = lower(unit, "attention").body
    assert list(walk.walk(body)) == list(walk.walk(body))
    assert walk.used_symbols(body) is walk.used_symbols(body)


def test_a_loop_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    is_empty = solver.is_empty

    def counting(points: str) -> bool | None:
        nonlocal asked
        asked += 1
        return is_empty(points)

    monkeypatch.setattr(solver, "is_empty", counting)
    (facts,) = facts_of(repeated(30))
    assert all(not fact.parallel and fact.reasons for fact in facts.loops)
    assert any("too complex to analyse" in reason.what for fact in facts.loops for reason in fact.reasons)
    assert asked < 200 * len(facts.loops)


def test_analysis_loads_no_solver() -> None:
    code = (
        "import checkout, sys; checkout.bind(); import unseq.evaluate.explain;"
        "print([m for m in ('islpy', 'z3', 'numpy', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "tests" / "lib", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
