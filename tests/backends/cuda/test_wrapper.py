"""Which parameter of a kernel gets which of the original's."""

from pathlib import Path

import pytest

from unseq.backends.cuda.launches import declarations_text
from unseq.backends.cuda.wrapper import Kernel, NotMatched, block_shapes, wrapper
from unseq.frontend.lower import declared, lower
from unseq.frontend.source import Language, SourceUnit

ORIGINAL = """\
#include <vector>
struct point { double x, y; };
void axpy(float a, const float *x, float *y, int n) { for (int i = 0; i < n; i++) y[i] += a * x[i]; }
double dot(const std::vector<double> &u, const std::vector<double> &v) {
    double s = 0;
    for (size_t i = 0; i < u.size(); i++) s += u[i] * v[i];
    return s;
}
int count(const point *p, int n, double limit) { int k = 0; for (int i = 0; i < n; i++) k += p[i].x < limit; return k; }
void rows(std::vector<std::vector<int>> &m) { m.clear(); }
"""


def kernel(head: str, body: str = "int i = threadIdx.x;") -> Kernel:
    text = declarations_text(f"struct point {{ double x, y; }};\n__global__ void k({head}) {{ {body} }}")
    unit = SourceUnit(Path("k.cu"), Language.CPP, text.encode())
    own = declared(unit, "k")
    return Kernel("k", tuple(zip(own.names, own.parameters, strict=True)), unit.slice(own.span))


def called(name: str, head: str, body: str = "int i = threadIdx.x;") -> str:
    """The launch that the wrapper makes, up to its end."""
    unit = SourceUnit(Path("original.cpp"), Language.CPP, ORIGINAL.encode())
    one = kernel(head, body)
    text = wrapper(lower(unit, name), one, next(block_shapes(one, body)))
    return text[text.index(">>>(") + 3 : text.index(");\n", text.index(">>>(")) + 1]


@pytest.mark.parametrize(("name", "head", "arguments"), [
    ("axpy", "float *y, const float *x, int n, float a",
     "((float *)unseq_of_y.device, (const float *)unseq_of_x.device, n, a)"),
    ("axpy", "float *out, const float *in, long size, float factor",
     "((float *)unseq_of_y.device, (const float *)unseq_of_x.device, n, a)"),
    ("dot", "double *sum, const double *u, const double *v, size_t N",
     "((double *)unseq_result.device, (const double *)unseq_of_u.device, (const double *)unseq_of_v.device, "
     "unseq_of_u.count)"),
    ("dot", "const double *u, const double *v, double *sum, int n_v",
     "((const double *)unseq_of_u.device, (const double *)unseq_of_v.device, (double *)unseq_result.device, "
     "unseq_of_v.count)"),
    ("count", "point *points, unsigned *hits, double limit, unsigned n",
     "((point *)unseq_of_p.device, (unsigned *)unseq_result.device, limit, (unsigned)std::max(0L, (long)n))"),
])  # fmt: skip
def test_parameters_are_matched_by_name_then_type_then_position(name: str, head: str, arguments: str) -> None:
    assert called(name, head) == arguments


@pytest.mark.parametrize(("name", "head", "told"), [
    ("axpy", "float *y, const double *x, int n, float a", r"parameter 2 \(x\) of kernel 'k' is const double \*"),
    ("axpy", "const float *x, float a, int n", "gets nothing for 'y', which the original may write"),
    ("axpy", "const float *x, float *y, float a, int n, int stride", r"parameter 5 \(stride\) of kernel 'k' is int"),
    ("dot", "const double *u, const double *v, size_t N", "gets nothing for the original's result"),
    ("rows", "int *m, int n", "the original's parameter 'm' is no plain array"),
])  # fmt: skip
def test_what_cannot_be_matched_is_told(name: str, head: str, told: str) -> None:
    with pytest.raises(NotMatched, match=told):
        called(name, head)


@pytest.mark.parametrize(("body", "shapes"), [
    ("int i = threadIdx.x;", [(256,)]),
    ("__shared__ int s[1024]; // 64\nint i = threadIdx.x;", [(256,), (1024,)]),
    ("const int side = 16; int i = threadIdx.y, j = threadIdx.x;", [(32, 32), (16, 16)]),
    ("int k = threadIdx.z;", [(8, 8, 8)]),
])  # fmt: skip
def test_other_blocks_are_tried_only_where_the_text_names_their_side(body: str, shapes: list[tuple[int, ...]]) -> None:
    assert list(block_shapes(kernel("int n", body), body)) == shapes


def test_an_index_is_bounded_by_the_parameter_that_it_is_compared_with() -> None:
    body = "int j = blockIdx.x * blockDim.x + threadIdx.x, i = threadIdx.y; if (j >= m || i < n - 1) return;"
    assert kernel("int n, int m", body).bound("x") == "m"
    assert kernel("int n, int m", body).bound("y") is None


def test_declarations_keep_their_places() -> None:
    text = 'void f() {\n  k<<<dim3(1,\n    2), 3>>>(x); // "<<<"\n}\n'
    text += "__global__ void __launch_bounds__(256, 2) k(int *x) {}\n"
    plain = declarations_text(text)
    assert len(plain) == len(text) and [len(line) for line in plain.splitlines()] == [len(t) for t in text.splitlines()]
    assert plain.split() == ["void", "f()", "{", "k", "(x);", "//", '"<<<"', "}", "void", "k(int", "*x)", "{}"]
