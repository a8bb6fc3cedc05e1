"""File-scope variables are inputs: generated as parameters are, in part where only the beginning is used."""

from pathlib import Path

import numpy as np

from unseq.agents.tester.assemble import Assembler, Choice
from unseq.agents.tester.roles import find_roles
from unseq.agents.tester.shapes import Shapes
from unseq.agents.tester.sizes import Sizes
from unseq.agents.tester.suite import Validity, survey
from unseq.backends.host.values import Buffer, Case, Null, Scalar
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

TEXT = """#define N 1000
int index[N], hits[64];
double grid[N][8], weight;
int table[4] = {1, 2, 4, 8};
const int bound = 64;

void count(int n)
{
    for (int b = 0; b < bound; b++)
        hits[b] = 0;
    for (int i = 0; i < n; i++) {
        hits[index[i]] += table[i % 4];
        grid[i][0] *= weight;
    }
}
"""


def lowered(text: str, name: str) -> Function:
    return lower(SourceUnit(Path(f"{name}.c"), Language.C, text.encode()), name)


def case(text: str, name: str, **sizes: float) -> Case:
    roles = find_roles(lowered(text, name))
    solution = Shapes(roles).solve(sizes, 10)
    assert solution.feasible
    return Assembler(roles, solution, Choice(), np.random.default_rng(0)).case("")


def test_variables_get_values_and_tables_keep_theirs() -> None:
    names = [g.symbol.name for g in lowered(TEXT, "count").globals if not g.symbol.const]
    given = dict(zip(names, case(TEXT, "count", n=20).globals, strict=True))
    index, hits, grid = given["index"], given["hits"], given["grid"]
    assert isinstance(index, Buffer) and index.array.shape == (20,)
    assert index.array.min() >= 0 and index.array.max() < 64 and len(set(index.array)) > 3
    assert isinstance(hits, Buffer) and len(hits.array) == 64
    assert isinstance(grid, Buffer) and grid.array.shape == (160,)
    assert isinstance(given["weight"], Scalar) and isinstance(given["table"], Null)


def test_no_input_is_larger_than_its_array() -> None:
    roles = find_roles(lowered(TEXT, "count"))
    shapes = Shapes(roles)
    assert not shapes.solve({"n": 1001}, 10).feasible
    assert shapes.solve({"n": 1000}, 10).feasible
    assert shapes.solve({"n": 2000}, 10).crowding == 2.0


def test_a_variable_may_be_the_size() -> None:
    text = "int n; double a[100]; void f(void) { for (int i = 0; i < n; i++) a[i] = i; }"
    roles = find_roles(lowered(text, "f"))
    assert roles.sizes == ("n",)
    assert Shapes(roles).solve({"n": 7}, 10).extents["a"] == 7


def test_a_parameter_hides_a_variable_of_its_name() -> None:
    text = """int a[10];
    static int first(void) { return a[0]; }
    void f(int *a, int n) { for (int i = 0; i < n; i++) a[i] = first(); }"""
    made = case(text, "f", n=5)
    assert isinstance(made.values[0], Buffer) and len(made.values[0].array) == 5
    assert isinstance(made.globals[0], Buffer) and len(made.globals[0].array) == 1


def test_arrays_that_are_too_short_are_made_longer() -> None:
    roles = find_roles(lowered("void f(int *a, int n) { for (int i = 0; i < n; i++) a[i] = i; }", "f"))
    sizes = Sizes(roles, Shapes(roles))

    def validate(cases: list[Case]) -> list[Validity]:
        """As if the function needed one element more than its loop shows."""
        fine = [len(c.values[0].array) > c.values[1].value for c in cases]  # type: ignore[union-attr] # as f takes
        return [Validity(ok, "" if ok else "heap-buffer-overflow") for ok in fine]

    kept = survey(roles, sizes, 0, validate)  # type: ignore[arg-type] # a list is what it is given
    assert kept and sizes.solve(sizes.uniform(8)).extents["a"] == 9
