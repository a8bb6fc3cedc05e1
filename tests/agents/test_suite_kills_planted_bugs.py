"""What parallel versions get wrong is caught by the inputs: every planted bug changes the result on one of them.

Each mutant computes in blocks, as parallel code does, with one mistake; it is built for real and runs without threads,
so that only the inputs decide. Races themselves are the race runtime's business: here they are lost updates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from clean_runs import original
from unseq.agents.compare import Agreement, Reference, compare
from unseq.agents.task import Effort, FloatPolicy
from unseq.agents.tester.suite import Suite, make_suite
from unseq.backends.host.blob import Schedule
from unseq.backends.host.build import Source, build
from unseq.backends.host.run import Setting, run_cases
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import Built
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

BLOCK = 2048


@dataclass(frozen=True)
class Planted:
    """A sequential function, a blocked version of it with ``BUG(k, right, wrong)`` in ``bugs`` places."""

    name: str
    text: str
    blocked: str
    bugs: int
    language: Language = Language.C


MACROS = f"""
#define BLOCK {BLOCK}
#define BUG(k, right, wrong) (MUTANT == (k) ? (wrong) : (right))
#define BLOCKS(n) (((n) + BLOCK - 1) / BLOCK)
#define END(b, n) (((b) + 1) * BLOCK < (n) ? ((b) + 1) * BLOCK : (n))
"""

PLANTED = (
    Planted(
        "scale",
        "void scale(int n, const double *x, double *y) { for (int i = 0; i < n; i++) y[i] = 2 * x[i] + 1; }",
        # a block that ends too early, or the remainder dropped; an alias guard dropped: all reads first
        """void scale(int n, const double *x, double *y) {
    if (MUTANT == 3) { for (int i = n - 1; i >= 0; i--) y[i] = 2 * x[i] + 1; return; }
    if (MUTANT == 4 && n > 1) { y[0] = 2 * x[0] + 1; double first = y[1]; (void)first; }
    for (int b = 0; b < BUG(2, BLOCKS(n), n / BLOCK); b++)
        for (int i = b * BLOCK; i < END(b, n) - BUG(1, 0, b > 0); i++) y[i] = 2 * x[i] + 1; }""",
        3,
    ),
    Planted(
        "total",
        "long total(const int *v, int n) { long s = 0; for (int i = 0; i < n; i++) s += v[i]; return s; }",
        # identity 1; the last block's sum not combined; a sum in int
        """long total(const int *v, int n) {
    long all = BUG(1, 0, 1); int narrow = 0;
    for (int b = 0; b < BLOCKS(n); b++) {
        long s = BUG(2, 0, b > 1);
        for (int i = b * BLOCK; i < END(b, n); i++) { s += v[i]; narrow = (int)((unsigned)narrow + (unsigned)v[i]); }
        if (!BUG(3, 0, b > 0 && b == BLOCKS(n) - 1)) all += s;
    }
    return BUG(4, all, narrow); }""",
        4,
    ),
    Planted(
        "highest",
        """double highest(const double *v, int n) {
    double best = -1.0 / 0.0;
    for (int i = 0; i < n; i++) if (v[i] > best) best = v[i];
    return best; }""",
        # identities 0 and -1e30; NaN wins; NaN of a block's first element sticks
        """double highest(const double *v, int n) {
    double best = BUG(1, BUG(2, -1.0 / 0.0, -1e30), 0.0);
    for (int b = 0; b < BLOCKS(n); b++) {
        double mine = BUG(4, -1.0 / 0.0, v[b * BLOCK]);
        for (int i = b * BLOCK; i < END(b, n); i++) if (BUG(3, v[i] > mine, !(v[i] <= mine))) mine = v[i];
        if (BUG(3, mine > best, !(mine <= best)) || BUG(4, 0, mine != mine)) best = mine;
    }
    return best; }""",
        4,
    ),
    Planted(
        "nearest",
        """int nearest(const int *v, int n, int to) {
    int at = -1, distance = 2147483647;
    for (int i = 0; i < n; i++) {
        int d = v[i] > to ? v[i] - to : to - v[i];
        if (d < distance) { distance = d; at = i; }
    }
    return at; }""",
        # the last of equals, within a block and between blocks; 0 for nothing; a position within the block
        """int nearest(const int *v, int n, int to) {
    int at = BUG(3, -1, 0), distance = 2147483647;
    for (int b = 0; b < BLOCKS(n); b++) {
        int mine = -1, best = 2147483647;
        for (int i = b * BLOCK; i < END(b, n); i++) {
            int d = v[i] > to ? v[i] - to : to - v[i];
            if (BUG(1, d < best, d <= best)) { best = d; mine = BUG(4, i, i - b * BLOCK); }
        }
        if (BUG(2, best < distance, best <= distance)) { distance = best; at = mine; }
    }
    return at; }""",
        4,
    ),
    Planted(
        "running",
        """void running(const int *v, long *out, int n) {
    long s = 0;
    for (int i = 0; i < n; i++) { s += v[i]; out[i] = s; } }""",
        # exclusive; offset dropped in the last block; offset of the block before; first element of a block twice
        """void running(const int *v, long *out, int n) {
    long before = 0, last = 0;
    for (int b = 0; b < BLOCKS(n); b++) {
        long s = BUG(2, before, b == BLOCKS(n) - 1 ? 0 : before); s = BUG(3, s, last);
        if (BUG(4, 0, b > 0)) s += v[b * BLOCK];
        last = before;
        for (int i = b * BLOCK; i < END(b, n); i++) {
            long was = s;
            s += v[i]; before += v[i];
            out[i] = BUG(1, s, was);
        }
    } }""",
        4,
    ),
    Planted(
        "keep",
        """int keep(const int *v, int n, int limit, int *out) {
    int k = 0;
    for (int i = 0; i < n; i++) if (v[i] > limit) out[k++] = v[i];
    return k; }""",
        # >= ; blocks in reverse order; an offset short by one; nothing kept of a full block
        """int keep(const int *v, int n, int limit, int *out) {
    int k = 0;
    for (int c = 0; c < BLOCKS(n); c++) {
        int b = BUG(2, c, BLOCKS(n) - 1 - c);
        if (BUG(3, 0, b > 0 && k > 0)) k--;
        int start = k;
        for (int i = b * BLOCK; i < END(b, n); i++) if (BUG(1, v[i] > limit, v[i] >= limit)) out[k++] = v[i];
        if (BUG(4, 0, k - start == BLOCK)) k = start;
    }
    return k; }""",
        4,
    ),
    Planted(
        "position",
        """int position(const int *v, int n, int key) {
    for (int i = 0; i < n; i++) if (v[i] == key) return i;
    return -1; }""",
        # the last block's hit wins; n for absent; the last element not looked at; any hit of a block
        """int position(const int *v, int n, int key) {
    int found = -1;
    for (int b = 0; b < BLOCKS(n); b++)
        for (int i = b * BLOCK; i < END(b, n) - BUG(3, 0, END(b, n) == n); i++)
            if (v[i] == key) {
                if (found < 0 || BUG(1, 0, found < b * BLOCK) || BUG(4, 0, found >= b * BLOCK)) found = i;
            }
    return found < 0 ? BUG(2, -1, n) : found; }""",
        4,
    ),
    Planted(
        "tally",
        """void tally(const unsigned char *key, int n, int *bins) {
    for (int i = 0; i < n; i++) bins[key[i]]++; }""",
        # lost updates of equal neighbours; bins set, not added to; the last bin dropped; a copy not cleared
        """void tally(const unsigned char *key, int n, int *bins) {
    int mine[256] = {0};
    for (int i = 0; i < n; i++) {
        if (BUG(1, 0, i % 2 == 1 && key[i] == key[i - 1])) continue;
        mine[key[i]]++;
    }
    for (int k = 0; k < BUG(3, 256, 255); k++) bins[k] = BUG(2, bins[k], 0) + mine[k];
    if (MUTANT == 4 && n > BLOCK) bins[key[0]]++; }""",
        4,
    ),
    Planted(
        "place",
        "void place(const int *to, const int *v, int n, int *out) { for (int i = 0; i < n; i++) out[to[i]] = v[i]; }",
        # the first of colliding writes wins; order between blocks reversed
        """void place(const int *to, const int *v, int n, int *out) {
    if (MUTANT == 1) { for (int i = n - 1; i >= 0; i--) out[to[i]] = v[i]; return; }
    for (int c = 0; c < BLOCKS(n); c++) {
        int b = BUG(2, c, BLOCKS(n) - 1 - c);
        for (int i = b * BLOCK; i < END(b, n); i++) out[to[i]] = v[i];
    } }""",
        2,
    ),
    Planted(
        "multiply",
        """void multiply(int rows, const int *start, const int *column, const double *value, const double *x,
              double *y) {
    for (int r = 0; r < rows; r++) {
        double sum = 0.0;
        for (int e = start[r]; e < start[r + 1]; e++) sum += value[e] * x[column[e]];
        y[r] = sum;
    } }""",
        # empty rows left as they were; the last element of a long row dropped; a stale column; the last row dropped
        """void multiply(int rows, const int *start, const int *column, const double *value, const double *x,
              double *y) {
    for (int r = 0; r < rows - BUG(4, 0, 1); r++) {
        double sum = 0.0;
        if (BUG(1, 0, start[r] == start[r + 1])) continue;
        int end = start[r + 1] - BUG(2, 0, start[r + 1] - start[r] > 64);
        for (int e = start[r]; e < end; e++) sum += value[e] * x[BUG(3, column[e], e % 2 ? column[e - 1] : column[e])];
        y[r] = sum;
    } }""",
        4,
    ),
    Planted(
        "smooth",
        """void smooth(const double *in, double *out, int n) {
    for (int i = 1; i < n - 1; i++) out[i] = (in[i - 1] + in[i] + in[i + 1]) / 3; }""",
        # the halo of a block missing on either side; borders written; in place from a copy
        """void smooth(const double *in, double *out, int n) {
    for (int b = 0; b < BLOCKS(n); b++)
        for (int i = b * BLOCK; i < END(b, n); i++) {
            if ((i == 0 || i == n - 1) && !BUG(3, 0, n > 2)) continue;
            double left = i == 0 || BUG(1, 0, i == b * BLOCK) ? 0 : in[i - 1];
            double right = i == n - 1 || BUG(2, 0, i == END(b, n) - 1) ? 0 : in[i + 1];
            out[i] = (left + in[i] + right) / 3;
        } }""",
        3,
    ),
    Planted(
        "add_up",
        "void add_up(int n, const int *x, int *y) { for (int i = 0; i < n; i++) y[i] = x[i] ^ y[i]; }",
        # no alias check: backwards, and in halves
        """void add_up(int n, const int *x, int *y) {
    if (MUTANT == 1) { for (int i = n - 1; i >= 0; i--) y[i] = x[i] ^ y[i]; return; }
    if (MUTANT == 2) {
        for (int i = n / 2; i < n; i++) y[i] = x[i] ^ y[i];
        for (int i = 0; i < n / 2; i++) y[i] = x[i] ^ y[i];
        return;
    }
    for (int i = 0; i < n; i++) y[i] = x[i] ^ y[i]; }""",
        2,
    ),
    Planted(
        "runs",
        """int runs(const int *v, int n) {
    int k = n > 0;
    for (int i = 1; i < n; i++) if (v[i] != v[i - 1]) k++;
    return k; }""",
        # a new run at every block; a boundary not looked at; 1 for nothing
        """int runs(const int *v, int n) {
    int k = BUG(3, n > 0, 1);
    for (int i = 1; i < n; i++) if (BUG(1, 0, i % BLOCK == 0) || (v[i] != v[i - 1] && !BUG(2, 0, i % BLOCK == 0))) k++;
    return k; }""",
        3,
    ),
    Planted(
        "by_key",
        """#include <algorithm>
#include <vector>
struct Item { int key; int payload; };
void by_key(std::vector<Item> &v) {
    std::stable_sort(v.begin(), v.end(), [](const Item &a, const Item &b) { return a.key < b.key; }); }""",
        # not stable; only the blocks sorted; the payload compared as well
        """#include <algorithm>
#include <vector>
struct Item { int key; int payload; };
void by_key(std::vector<Item> &v) {
    auto less = [](const Item &a, const Item &b) {
        return a.key < b.key || BUG(3, false, a.key == b.key && a.payload < b.payload); };
    if (MUTANT == 1) std::reverse(v.begin(), v.end());
    if (MUTANT == 2 && v.size() > BLOCK) { std::stable_sort(v.begin(), v.begin() + BLOCK, less);
        std::stable_sort(v.begin() + BLOCK, v.end(), less); return; }
    std::stable_sort(v.begin(), v.end(), less); }""",
        3,
        Language.CPP,
    ),
    Planted(
        "negatives",
        """#include <vector>
void negatives(const std::vector<int> &v, std::vector<int> &out) {
    for (int x : v) if (x < 0) out.push_back(x); }""",
        # the output cleared first; in reverse; nothing for the last block
        """#include <vector>
void negatives(const std::vector<int> &v, std::vector<int> &out) {
    const std::vector<int> copy = v;
    if (MUTANT == 1) out.clear();
    const int n = (int)copy.size();
    for (int i = 0; i < n; i++) {
        const int x = copy[BUG(2, i, n - 1 - i)];
        if (x < 0 && !BUG(3, false, i >= BLOCK && i >= n - n % BLOCK)) out.push_back(x);
    } }""",
        3,
        Language.CPP,
    ),
)


def function_of(planted: Planted) -> Function:
    suffix = "c" if planted.language is Language.C else "cpp"
    return lower(SourceUnit(Path(f"{planted.name}.{suffix}"), planted.language, planted.text.encode()), planted.name)


def killed(planted: Planted, function: Function, suite: Suite, mutant: int, outcomes: dict[int, object]) -> bool:
    """Whether a mutant's results differ somewhere; mutant 0 has no bug."""
    toolchain = find_toolchain()
    text = f"#define MUTANT {mutant}\n{MACROS}\n{planted.blocked}"
    with original(function, toolchain) as place:
        source = Source(text.encode(), planted.language is Language.C, False, ("-O0",))
        made = build(toolchain, function, source, RuntimeKind.PLAIN, place.place.folder)
        assert isinstance(made, Built), made.message
        order = tuple(range(len(suite.cases)))
        setting = Setting(RuntimeKind.PLAIN, False)
        run = run_cases(place.place, function, made.library, suite.cases, Schedule(order, call_s=5.0), setting)
    if run.failure is not None:
        return True
    for call in run.calls:
        case = suite.cases[call.index]
        assert call.outcome is not None
        reference = Reference(case, outcomes[id(case)])  # type: ignore[arg-type]  # kept by the run under sanitizers
        if not isinstance(compare(function, reference, call.outcome, FloatPolicy.REASSOC), Agreement):
            return True
    return False


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_planted_bugs_are_killed(planted: Planted) -> None:
    function = function_of(planted)
    with original(function, find_toolchain()) as runs:
        suite = make_suite(function, seed=0, effort=Effort.QUICK, validate=runs.validate)
    assert not killed(planted, function, suite, 0, runs.outcomes), "the version without a bug must agree"
    survivors = [k for k in range(1, planted.bugs + 1) if not killed(planted, function, suite, k, runs.outcomes)]
    assert survivors == []
