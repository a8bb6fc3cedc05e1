"""Inputs of functions whose loops do not stand in the function itself, or in odd forms."""

from pathlib import Path

from unseq.agents.task import Effort
from unseq.agents.tester.suite import Validity, make_suite
from unseq.backends.host.values import Buffer
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

TEXT = """#include <vector>
static size_t count_of(const std::vector<int> &x) { return x.size(); }
static void one(const std::vector<int> &x, std::vector<char> &positive, size_t k) { positive[k] = x[k] > 0; }
void signs(const std::vector<int> &x, std::vector<char> &positive) {
    size_t k = 0;
    if (k < x.size()) do { one(x, positive, k); k = 1 + k; } while (k < count_of(x));
}
"""


def test_arrays_that_helpers_fill_are_as_long_as_what_they_read() -> None:
    function = lower(SourceUnit(Path("signs.cpp"), Language.CPP, TEXT.encode()), "signs")
    suite = make_suite(
        function, seed=0, effort=Effort.QUICK, validate=lambda cases: tuple(Validity(True) for _ in cases)
    )
    lengths = [tuple(value.array.size for value in case.values if isinstance(value, Buffer)) for case in suite.cases]
    assert max(lengths) > (1000, 1000)
    assert all(one == other for one, other in lengths)
