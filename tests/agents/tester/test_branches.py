"""The inputs of a quick suite take every branch: each function returns the branches that it took as bits."""

from pathlib import Path

import pytest

from clean_runs import original
from unseq.agents.task import Effort
from unseq.agents.tester.suite import make_suite
from unseq.backends.host.values import Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

# name -> language, number of branches, text
FUNCTIONS = {
    "thresholds": (Language.C, 5, """int thresholds(const int *v, int n) {
        int hit = n == 0 ? 1 : 0;
        for (int i = 0; i < n; i++) {
            if (v[i] == 255) hit |= 2;
            else if (v[i] > 255) hit |= 4;
            else if (v[i] < -17) hit |= 8;
            else hit |= 16;
        }
        return hit; }"""),
    "exact": (Language.C, 3, """int exact(const double *v, int n, double limit) {
        int hit = 0;
        for (int i = 0; i < n; i++) { if (v[i] == limit) hit |= 1; else if (v[i] < limit) hit |= 2; else hit |= 4; }
        return hit; }"""),
    "not_numbers": (Language.C, 4, """int not_numbers(const float *v, int n) {
        int hit = 0;
        for (int i = 0; i < n; i++) {
            if (v[i] != v[i]) hit |= 1;
            else if (v[i] > 3e38f) hit |= 2;
            else if (v[i] == 0.0f && 1.0f / v[i] < 0.0f) hit |= 4;
            else hit |= 8;
        }
        return hit; }"""),
    "characters": (Language.C, 6, """int characters(const char *s) {
        int hit = *s ? 0 : 1;
        for (; *s; s++) {
            if (*s >= 'a' && *s <= 'z') hit |= 2;
            else if (*s >= 'A' && *s <= 'Z') hit |= 4;
            else if (*s >= '0' && *s <= '9') hit |= 8;
            else if (*s == ' ') hit |= 16;
            else hit |= 32;
        }
        return hit; }"""),
    "kinds": (Language.C, 4, """int kinds(const unsigned char *kind, int n) {
        int hit = 0;
        for (int i = 0; i < n; i++) switch (kind[i]) {
            case 3: hit |= 1; break;
            case 77: hit |= 2; break;
            case 200: hit |= 4; break;
            default: hit |= 8;
        }
        return hit; }"""),
    "rows": (Language.C, 4, """int rows(int n, const int *start, const int *col) {
        int hit = 0;
        for (int i = 0; i < n; i++) {
            if (start[i] == start[i + 1]) hit |= 1;
            if (start[i + 1] - start[i] > 20) hit |= 2;
            for (int e = start[i]; e < start[i + 1]; e++) { if (col[e] == i) hit |= 4; else hit |= 8; }
        }
        return hit; }"""),
    "pairs": (Language.C, 3, """int pairs(const int *a, const int *b, int n) {
        int hit = 0;
        for (int i = 0; i < n; i++) { if (a[i] == b[i]) hit |= 1; else if (a[i] < b[i]) hit |= 2; else hit |= 4; }
        return hit; }"""),
    "sought": (Language.C, 4, """int sought(const int *a, int n, int key) {
        for (int i = 0; i < n; i++) if (a[i] == key) return i == 0 ? 1 : i == n - 1 ? 2 : 4;
        return 8; }"""),
    "best": (Language.C, 4, """int best(const double *v, int n) {
        if (n == 0) return 1;
        int at = 0, again = 0;
        for (int i = 1; i < n; i++) { if (v[i] < v[at]) { at = i; again = 0; } else if (v[i] == v[at]) again = 1; }
        return again ? 2 : at == 0 ? 4 : 8; }"""),
    "order": (Language.C, 4, """int order(const int *v, int n) {
        int up = 0, down = 0;
        for (int i = 1; i < n; i++) { if (v[i] > v[i - 1]) up = 1; if (v[i] < v[i - 1]) down = 1; }
        return up ? (down ? 1 : 2) : (down ? 4 : 8); }"""),
    "divisible": (Language.C, 3, """int divisible(const int *v, int n, int k) {
        int hit = 0;
        for (int i = 0; i < n; i++) { if (v[i] % k == 0) hit |= 1; else if (v[i] < 0) hit |= 2; else hit |= 4; }
        return hit; }"""),
    "reached": (Language.C, 2, """int reached(const int *next, int n, int from) {
        if (from < 0 || from >= n) return 2;
        for (int i = 0; i < n; i++) from = next[from];
        return 1; }"""),
    "null": (Language.C, 2, "int null(const int *a, int n) { if (!a) return 1; return n > 0 && a[0] ? 2 : 0; }"),
    "words": (Language.CPP, 4, """#include <string>
#include <vector>
int words(const std::vector<std::string> &words) {
    int hit = words.empty() ? 1 : 0;
    for (const auto &w : words) {
        if (w.empty()) { hit |= 2; continue; }
        if (w[0] >= 'A' && w[0] <= 'Z') hit |= 4; else hit |= 8;
    }
    return hit; }"""),
    "members": (Language.CPP, 4, """#include <vector>
struct reading { int station; double value; bool valid; };
int members(const std::vector<reading> &r, int station, double limit) {
    int hit = 0;
    for (const reading &x : r) {
        if (!x.valid) hit |= 1;
        else if (x.station != station) hit |= 2;
        else if (x.value > limit) hit |= 4;
        else hit |= 8;
    }
    return hit; }"""),
    "lengths": (Language.CPP, 3, """#include <vector>
int lengths(const std::vector<int> &a, std::vector<int> &b) {
    if (b.empty()) return 1;
    return a.size() == b.size() ? 2 : 4; }"""),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_branch_is_taken(name: str) -> None:
    language, branches, text = FUNCTIONS[name]
    suffix = "c" if language is Language.C else "cpp"
    function = lower(SourceUnit(Path(f"{name}.{suffix}"), language, text.encode()), name)
    with original(function, find_toolchain()) as runs:
        suite = make_suite(function, seed=11, effort=Effort.QUICK, validate=runs.validate)
    taken = 0
    for case in suite.cases:
        result = runs.results[id(case)]
        assert isinstance(result, Scalar) and isinstance(result.value, int)
        taken |= result.value
    assert bin(taken) == bin(2**branches - 1)
