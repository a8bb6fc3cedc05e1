"""Arrays that are overwritten get no infinities: whether inputs are finite decides what overflow may do to results."""

from pathlib import Path

import numpy as np

from unseq.agents.task import Effort
from unseq.agents.tester.suite import Validity, make_suite
from unseq.backends.host.values import Buffer
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

TEXT = """void f(int n, const double *x, double *y, double *z) {
    for (int i = 0; i < n; i++) { y[i] = x[i] + 1; z[i] += x[i]; } }
"""


def test_only_what_is_read_holds_infinities() -> None:
    function = lower(SourceUnit(Path("f.c"), Language.C, TEXT.encode()), "f")
    suite = make_suite(function, seed=3, effort=Effort.NORMAL, validate=lambda cases: (Validity(True),) * len(cases))
    arrays = [[v.array for v in case.values if isinstance(v, Buffer)] for case in suite.cases]
    x, y, z = zip(*(three for three in arrays if len(three) == 3), strict=True)
    assert not all(np.isfinite(array).all() for array in x) and not all(np.isfinite(array).all() for array in z)
    assert all(np.isfinite(array).all() for array in y)
