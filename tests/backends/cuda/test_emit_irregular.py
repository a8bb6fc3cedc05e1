"""CUDA forms of loops that are no plain counted ones: cut into parts, along links, along diagonals, worklists."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cuda_cases import failures, told
from emit_cases import FOLDER, Case, plans, read
from unseq.backends.cuda.emit import emit
from unseq.backends.parlay.emit.file import Emitted
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.backends.plan import Plan
from unseq.frontend.source import Language, SourceUnit, Unsupported

CASES = ["in_parts.c", "links.c", "edit_distance.c", "skewed.c", "searches.c", "rows.cpp", "choices.c"]
LATER = {
    "half_of_it": "statements around the inner loop",
}  # what a case holds that is refused, and why


def emitted(case: Case, reuse_spans: bool = True) -> Emitted:
    """The file with all functions of a case that have a CUDA form."""
    found = [plan for plan in plans(case) if plan.function.name not in LATER]
    return emit(case.unit, found, reuse_spans=reuse_spans)


def case_of(name: str) -> Case:
    return read(FOLDER / f"{name}.case")


def source(text: str, language: Language = Language.C) -> tuple[SourceUnit, list[Plan]]:
    unit = SourceUnit(Path("given.c" if language is Language.C else "given.cpp"), language, text.encode())
    return unit, plans(Case(unit.path, unit, {}))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
@pytest.mark.parametrize("name", CASES)
def test_nvcc_compiles_it_without_a_word(name: str, tmp_path: Path) -> None:
    file = tmp_path / "emitted.cu"
    file.write_text(emitted(case_of(name)).text)
    out = str(tmp_path / "emitted.cubin")
    assert told(["nvcc", "-std=c++20", "-arch=sm_90", "-cubin", str(file), "-o", out]).strip() == ""


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "reuse_spans", [pytest.param(True, id="source-text"), pytest.param(False, id="ir-alone", marks=pytest.mark.slow)]
)
def test_kernels_compute_what_the_loops_do(name: str, reuse_spans: bool, tmp_path: Path) -> None:
    case = case_of(name)
    said = failures(case, emitted(case, reuse_spans).text, find_toolchain(), tmp_path)
    assert said.endswith("0 failed\n"), said[-2000:]


@pytest.mark.parametrize("name", ["skewed.c"])
def test_what_has_no_form_says_why(name: str) -> None:
    case = case_of(name)
    (plan,) = [plan for plan in plans(case) if plan.function.name in LATER]
    with pytest.raises(Unsupported, match=LATER[plan.function.name]):
        emit(case.unit, [plan])


def test_a_diagonal_is_a_launch() -> None:
    result = emitted(case_of("edit_distance.c"))
    line = result.text.splitlines()[result.sites[-1].line - 1]
    assert re.search(r"edit_distance_diagonal<<<", line)
    assert "for (size_t diagonal = 0; diagonal < columns + rows - 1; diagonal++)" in result.text


def test_fields_of_a_list_are_arrays_and_only_changed_ones_go_back() -> None:
    unit, found = source(
        "struct item { int key; double a; double b; struct item *next; };\n"
        "void scale(struct item *p) { for (; p; p = p->next) if (p->key > 0) p->a = p->a * p->b; }\n"
    )
    text = emit(unit, found).text
    assert "nodes[k]->a = as[k];" in text
    assert "bs[k] = nodes[k]->b;" in text and "nodes[k]->b =" not in text


SEARCH = """
int reach(int n, const int *start, const int *edge, int s, int *dist, int *queue) {{
    {init}
    int head = 0, tail = 0;
    queue[tail++] = s;
    dist[s] = 0;
    while (head < tail) {{
        int u = queue[head++];
        for (int e = start[u]; e < start[u + 1]; e++) {{
            int v = edge[e];
            if ({test}dist[v] < 0) {{
                dist[v] = dist[u] + 1;
                queue[tail++] = v;
            }}
        }}
    }}
    return tail;
}}
"""
FILLED = "for (int i = 0; i < n; i++) dist[i] = -1;"


def test_a_search_asks_what_its_items_read_before_it_moves_arrays() -> None:
    unit, found = source(SEARCH.format(init=FILLED, test=""))
    text = emit(unit, found).text
    assert "start_reach = joined(start_reach, reach_between(u, u + 2));" in text
    assert "edge_reach = joined(edge_reach, reach_between(start[u], start[u + 1]));" in text
    assert "DeviceArray<int> dist_on_device2(dist, n);" in text


@pytest.mark.parametrize(
    ("init", "test", "why"),
    [
        ("for (int i = 0; i < n; i++) if (i != s) dist[i] = -1;", "", "how many elements the marks have"),
        (FILLED, "u != s && edge[e + 1] != s && ", "how many elements of the array the search reads"),
    ],
    ids=["marks-not-all-set", "reads-that-may-not-happen"],
)
def test_elements_that_may_not_be_there_are_not_moved(init: str, test: str, why: str) -> None:
    unit, found = source(SEARCH.format(init=init, test=test))
    assert any("frontier" in plan.label for plan in found)
    with pytest.raises(Unsupported, match=why):
        emit(unit, found)


COUNTING = """
static int below(const int *s, int d) {{ int sum = 0; for (int i = 0; i < d; i++) sum += s[i]; return sum; }}
{result} count(int n, int d, int *s) {{
    if (d == n) return 1;
    {first}
    {result} total = 0;
    for (int c = 0; c < 3; c++)
        if (below(s, d) < 9) {{
            s[d] = c;
            total += {call};
        }}
    return total;
}}
"""


def counting(result: str = "long", call: str = "count(n, d + 1, s)", first: str = "") -> tuple[SourceUnit, list[Plan]]:
    unit, found = source(COUNTING.format(result=result, call=call, first=first))
    return unit, [plan for plan in found if plan.function.name == "count"]


def test_a_search_calls_functions_of_its_own_on_the_device() -> None:
    text = emit(*counting()).text
    assert "__device__ int count_below(const int *s, int d)" in text
    assert "total += count_on_device(n, d + 1, s);" in text
    assert "total += count_down_to(limit, at_limit, n, d + 1, s);" in text


@pytest.mark.parametrize(
    ("result", "call", "why"),
    [
        ("long", "2 * count(n, d + 1, s)", "other uses of what the recursion returns"),
        ("long double", "count(n, d + 1, s)", "what this recursion returns"),
    ],
    ids=["used-otherwise", "long-double"],
)
def test_searches_that_the_device_cannot_do(result: str, call: str, why: str) -> None:
    unit, found = counting(result, call)
    assert any("backtracking" in plan.label for plan in found)
    with pytest.raises(Unsupported, match=why):
        emit(unit, found)


def test_a_search_that_prints_stays() -> None:
    with pytest.raises(Unsupported, match="puts in a search that goes to the GPU"):
        emit(*counting(first='puts("deeper");'))


def test_elements_between_those_that_are_written_stay() -> None:
    unit, found = source(
        "void column(int n, int m, int *d) { for (int i = 0; i < n; i++) d[i * (m + 1)] = i; }\n"
        "void all(int n, int *d) { for (int i = 0; i < n; i++) d[i] = i; }\n"
    )
    column, every = emit(unit, found[:1]).text, emit(unit, found[1:]).text
    assert re.search(r"DeviceArray<int> d_on_device\(d, ", column)
    assert "DeviceArray<int> d_on_device(n);" in every
