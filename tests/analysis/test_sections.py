"""Adjacent sequential loops run side by side where nothing leads from one to the other, and only there."""

from pathlib import Path

import pytest

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

HEAD = "#include <cstddef>\n#include <cstdio>\n#include <utility>\n#include <vector>\nint total; int mixed(int a);\n"
STACK = "for (int i = 0; i < n; i++) { while (!P.empty() && P.back() > x[i]) P.pop_back(); P.push_back(x[i]); }"
HASH = "for (int i = 0; i < n; i++) P = (P ^ x[i]) * 31 / 7 + 3;"


def side_by_side(body: str) -> list[int]:
    text = HEAD + f"void f(const int *x, int n, std::vector<int> &out, int *p) {{ {body} }}"
    facts = analyze(lower(SourceUnit(Path("f.cpp"), Language.CPP, text.encode()), "f"))
    assert all(fork.claim is Claim.PROVED and fork.size is not None for fork in facts.forks)
    return [len(fork.statements) for fork in facts.forks]


def stack(name: str) -> str:
    return STACK.replace("P", name)


def state(name: str) -> str:
    return HASH.replace("P", name)


TWO = "int a = 1, b = 1;" + state("a")
RETURNS = "for (int i = 0; i < n; i++) { if (b == 5) return; b = (b ^ x[i]) * 31 / 7; }"
BEHIND = "for (int i = 1; i < n; i++) p[i] = (p[i - 1] ^ x[i]) * 31 / 7;"
PARALLEL = "for (int i = 0; i < n; i++) a += x[i]; for (int i = 0; i < n; i++) b ^= x[i]; out[0] = a + b;"


TOGETHER = {
    "two stacks": ("std::vector<int> a, b;" + stack("a") + stack("b"), [2]),
    "three states": (
        "int a = 1, b = 2, c = 3;" + "".join(map(state, "abc")) + "out[0] = a + b + c;",
        [3],
    ),
    "a stack and a state": ("std::vector<int> a; int b = 1;" + stack("a") + state("b") + "out[0] = b;", [2]),
    "a lambda that computes": (
        "auto less = [](int s, int t) { return s < t; }; std::vector<int> a, b;"
        + "".join(stack(s).replace(f"{s}.back() > x[i]", f"less(x[i], {s}.back())") for s in "ab"),
        [2],
    ),
    "both read a third": (
        "std::vector<int> a, b; std::vector<int> c(x, x + n);"
        + (stack("a") + stack("b")).replace("x[i]", "c[i]"),
        [2],
    ),
}
APART = {
    "one stack": "std::vector<int> a;" + stack("a") + stack("a"),
    "the second reads the first": "std::vector<int> a, b;" + stack("a") + stack("b").replace("x[i]", "a[i]"),
    "a statement between": "std::vector<int> a, b;" + stack("a") + "n = n / 2;" + stack("b"),
    "the caller's vector": "std::vector<int> a;" + stack("a") + stack("out"),
    "a reference to it": "std::vector<int> a, b; std::vector<int> &r = a;" + stack("a") + stack("r"),
    "a reference was made": "std::vector<int> a, b; auto &r = a; r.clear();" + stack("a") + stack("b"),
    "a pointer was kept": "std::vector<int> a, b; a.resize(n); int *q = a.data(); q[0] = 1;" + stack("a") + stack("b"),
    "a lambda reads it": (
        "std::vector<int> a, b; auto last = [&] { return a.back(); };"
        + stack("a") + stack("b").replace("b.back()", "last()")
    ),
    "a shared counter": "int i; std::vector<int> a, b;" + (stack("a") + stack("b")).replace("int i", "i"),
    "a global": "int b = 1;" + state("total") + state("b"),
    "output": "std::vector<int> a, b;" + stack("a") + stack("b").replace("b.pop_back();", 'b.pop_back(), puts("x");'),
    "an unknown function": TWO + state("b").replace("+ 3", "+ mixed(b)"),
    "it may return": TWO + RETURNS,
    "memory behind a pointer": TWO + BEHIND,
    "both are parallel": "int a = 0, b = 0;" + PARALLEL,
    "nobody knows how long": "std::vector<int> a, b; while (a.size() < b.size() / 2 + 3) a.push_back(a.back() * 3 % 7);"
    "while (b.size() < 9) b.push_back(b.back() * 3 % 5);",
}  # fmt: skip


@pytest.mark.parametrize(("body", "groups"), TOGETHER.values(), ids=list(TOGETHER))
def test_what_is_independent_runs_side_by_side(body: str, groups: list[int]) -> None:
    assert side_by_side(body) == groups


@pytest.mark.parametrize("body", APART.values(), ids=list(APART))
def test_what_may_depend_stays_in_order(body: str) -> None:
    assert side_by_side(body) == []
