"""What a caller promises with ``restrict`` is kept by the inputs, whichever way a pointer is written."""

from pathlib import Path

import pytest

from unseq.agents.tester.overlap import pointer_pairs
from unseq.agents.tester.roles import find_roles
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit


@pytest.mark.parametrize(
    ("parameters", "pairs"),
    [
        ("double *out, const double *in", 1),
        ("double out[], const double in[]", 1),
        ("double *restrict out, const double *in", 0),
        ("double out[restrict n], const double in[restrict n]", 0),
    ],
)
def test_restricted_arguments_do_not_overlap(parameters: str, pairs: int) -> None:
    text = f"void f(int n, {parameters}) {{ for (int i = 0; i < n; i++) out[i] = 2 * in[i]; }}"
    roles = find_roles(lower(SourceUnit(Path("f.c"), Language.C, text.encode()), "f"))
    assert len(list(pointer_pairs(roles))) == pairs
