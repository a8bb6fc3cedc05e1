"""CUDA's own syntax becomes C++ line by line, and what is none of it stays."""

import pytest

from unseq.backends.cuda.launches import NotRewritten, host_text

LAMBDA = "[&](const auto&... unseq_a) UNSEQ_CUDA_BARE"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "k<<<grid, block>>>(x, n);",
            f'::unseq_cuda::launch("k", {LAMBDA} {{ k(unseq_a...); }}, ::unseq_cuda::Config(grid, block), x, n);',
        ),
        (
            "k<<<1, 32>>>();",
            f'::unseq_cuda::launch("k", {LAMBDA} {{ k(unseq_a...); }}, ::unseq_cuda::Config(1, 32));',
        ),
        (
            "ns::k<T, 1 << 3><<<dim3(n >> 2, f<int, 4>(n)), 64, 0, s>>>(g(x, y));",
            f'::unseq_cuda::launch("ns::k<T, 1 << 3>", {LAMBDA} {{ ns::k<T, 1 << 3>(unseq_a...); }}, '
            "::unseq_cuda::Config(dim3(n >> 2, f<int, 4>(n)), 64, 0, s), g(x, y));",
        ),
        (
            "k<std::pair<int, A<B>>><<<1, 2>>>(x);",
            f'::unseq_cuda::launch("k<std::pair<int, A<B>>>", {LAMBDA} {{ k<std::pair<int, A<B>>>(unseq_a...); }}, '
            "::unseq_cuda::Config(1, 2), x);",
        ),
        (
            "if (n > 0) (*kernels[i])<<<1, 2>>>(x); else return k<<<1, 2>>>(x);",
            f'if (n > 0) ::unseq_cuda::launch("(*kernels[i])", {LAMBDA} {{ (*kernels[i])(unseq_a...); }}, '
            f'::unseq_cuda::Config(1, 2), x); else return ::unseq_cuda::launch("k", {LAMBDA} {{ k(unseq_a...); }}, '
            "::unseq_cuda::Config(1, 2), x);",
        ),
    ],
)
def test_launches(text: str, wanted: str) -> None:
    assert "".join(host_text(text).replace(" , ", ", ").split()) == "".join(wanted.split())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "__shared__ float tile[16][17], sum;",
            "typedef float unseq_shared_1[16][17], unseq_shared_2; "
            "unseq_shared_1& tile = ::unseq_cuda::shared<unseq_shared_1, 1>(); "
            "unseq_shared_2& sum = ::unseq_cuda::shared<unseq_shared_2, 2>();",
        ),
        (
            "extern __shared__ __align__(16) unsigned char raw[];",
            " typedef  unsigned char unseq_shared_1[]; "
            "unseq_shared_1& raw = ::unseq_cuda::dynamic_shared<unseq_shared_1>();",
        ),
        (
            "__shared__ float row[32] __attribute__((aligned(16)));",
            "typedef float unseq_shared_1[32] ; unseq_shared_1& row = ::unseq_cuda::shared<unseq_shared_1, 1>();",
        ),
        (
            "static __shared__ typename A<T, 2>::B storage;",
            " typedef typename A<T, 2>::B unseq_shared_1; "
            "unseq_shared_1& storage = ::unseq_cuda::shared<unseq_shared_1, 1>();",
        ),
        (
            "volatile __shared__ int *place;",
            "volatile typedef int *unseq_shared_1; unseq_shared_1& place = ::unseq_cuda::shared<unseq_shared_1, 1>();",
        ),
    ],
)
def test_shared_variables(text: str, wanted: str) -> None:
    assert host_text(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "x = a << b; std::cout << x << y; a <<= 2; b = c >> 3;",
        "// k<<<1, 2>>>(x); __shared__ int x;\n/* k<<<1,\n2>>>(x) */",
        'const char *s = "k<<<1, 2>>>(x)"; char c = \'<\'; auto r = R"(k<<<1, 2>>>(y) " )";',
        "A<B<C<int>>> x; auto y = f<g<h<1>>>(2);",
        "int big = 1'000'000; double d = 1e+5;",
    ],
)
def test_what_is_no_launch_stays(text: str) -> None:
    assert host_text(text) == text


def test_lines_keep_their_numbers() -> None:
    text = "a;\nk<int>\n  <<<1,\n     2>>>(\n x,\n y);\n__shared__ float\n  t[3];\nlast;\n"
    lines = host_text(text).splitlines()
    assert len(lines) == len(text.splitlines())
    assert [number for number, line in enumerate(lines, 1) if "last" in line] == [9]
    assert [number for number, line in enumerate(lines, 1) if "Config" in line] == [3]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("\nk<<<1, 2>>>;", 2, "without a list of arguments"),
        ("k<<<1>>>(x);", 1, "grid, block"),
        ("k<<<1, 2, 3, 4, 5>>>(x);", 1, "grid, block"),
        ("\n\nk<<<1, 2;", 3, "does not end with >>>"),
        ("= <<<1, 2>>>(x);", 1, "no name of a kernel"),
        ("k<<<1, 2>>>(x;", 1, "arguments do not end"),
        ("__shared__ int x", 1, "does not end"),
        ("__shared__ int x = 3;", 1, "not understood"),
    ],
)
def test_what_cannot_be_rewritten_is_named(text: str, line: int, what: str) -> None:
    with pytest.raises(NotRewritten, match=what) as refused:
        host_text(text)
    assert refused.value.line == line
