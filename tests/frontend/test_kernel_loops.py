"""CUDA kernels as loops: what they become, and what is refused."""

import pytest

from unseq.backends.cuda.launches import declarations_text
from unseq.frontend.kernel_loops import as_loops
from unseq.frontend.source import Unsupported


def loops(text: str, name: str = "k") -> str:
    """What a kernel becomes, as one line without the file's head."""
    made = as_loops(declarations_text(text).encode(), text.encode(), name)
    return " ".join(made.partition("\n\n")[2].split())


def kernel(body: str, parameters: str = "const int *x, int *y, int n") -> str:
    return f"__global__ void k({parameters}) {{\n{body}\n}}\n"


X, Y = "int i = blockIdx.x * blockDim.x + threadIdx.x;", "int j = threadIdx.y + (int)(blockDim.y * blockIdx.y);"


@pytest.mark.parametrize(("body", "made"), [
    (f"{X}\nif (i < n) y[i] = x[i];", "for (int i = 0; i < n; i++) { y[i] = x[i]; }"),
    (f"{X}\nif (n > i && x[i] > 0) y[i] = 1;", "for (int i = 0; i < n; i++) { if (x[i] > 0) y[i] = 1; }"),
    (f"{X}\nif (i >= n / 2) {{ return; }}\ny[i] = 1;", "for (int i = 0; i < n / 2; i++) { y[i] = 1; }"),
    (f"{X}\nif (i >= n || !x[i]) return;\ny[i] = 1;", "for (int i = 0; i < n; i++) { if (!x[i]) continue; y[i] = 1; }"),
    (f"{X}\n{Y}\nif (i < n && j < n) y[j * n + i] = 1;",
     "for (int j = 0; j < n; j++) { for (int i = 0; i < n; i++) { y[j * n + i] = 1; } }"),
    ("for (long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x)\n"
     "y[i]++;",
     "for (long i = 0; i < n; i++) y[i]++;"),
    (f"{X}\nint stride = gridDim.x * blockDim.x;\nfor (int k = i; k < n; k += stride) y[k]++;",
     "for (int k = 0; k < n; k++) y[k]++;"),
    (f"{X}\nif (i < n) atomicAdd(&y[x[i]], 1);", "for (int i = 0; i < n; i++) { y[x[i]] += 1; }"),
    (f"{X}\nif (i < n) atomicOr(y + x[i], 4);", "for (int i = 0; i < n; i++) { *(y + x[i]) |= 4; }"),
])  # fmt: skip
def test_threads_become_iterations(body: str, made: str) -> None:
    assert loops(kernel(body)) == f"void k(const int *x, int *y, int n) {{ {made} }}"


@pytest.mark.parametrize(("body", "line", "told"), [
    ("__shared__ int s[32];\ny[threadIdx.x] = 0;", 1, "threads work together"),
    (f"{X}\nif (i < n) y[i] = __shfl_down_sync(~0u, x[i], 1);", 1, "threads work together"),
    (f"{X}\ny[i] = x[i];", 1, "nothing bounds the index i along x"),
    (f"{X}\nn--;\nif (i < n) y[i] = x[i];", 1, "nothing bounds the index i along x"),
    (f"{X}\nif (i < n) y[i] = threadIdx.x;", 3, "threadIdx in an expression"),
    ("int i = threadIdx.x;\nif (i < n) y[i] = x[i];", 2, "threadIdx in an expression"),
    (f"{X}\nif (i < n) x[atomicAdd(&y[0], 1)];", 3, "the old value of atomicAdd is used"),
    (f"{X}\nif (i < n) atomicCAS(&y[i], 1, 2);", 3, "atomicCAS"),
    (f"{X}\nif (i < n) {{ if (x[i]) return; y[i] = 1; }}", 3, "a thread that ends early"),
    ("for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += 2) y[i]++;", 2, "no grid-stride loop"),
    (f"{X}\nint a = 1, b = blockIdx.y * blockDim.y + threadIdx.y;\nif (i < n) y[i] = b;", 3,
     "an index declared together"),
])  # fmt: skip
def test_what_is_more_than_loops_is_refused_with_its_line(body: str, line: int, told: str) -> None:
    with pytest.raises(Unsupported, match=told) as refusal:
        loops(kernel(body))
    assert refusal.value.span.line == line


def test_what_the_kernel_needs_comes_along_and_host_code_does_not() -> None:
    text = (
        "#include <cuda_runtime.h>\n#include <cstdint>\n__constant__ int two = 2;\n"
        "__device__ int twice(int v) { return max(v, two * v); }\n"
        + kernel(f"{X}\nif (i < n) y[i] = twice(x[i]);")
        + "__global__ void other() {}\nvoid host(int *y) { int n = 1; k<<<1, 1>>>(y, y, n); }\nint main() {}\n"
    )
    made = loops(text)
    assert "using std::max;" in as_loops(declarations_text(text).encode(), text.encode(), "k")
    assert made.startswith("#include <cstdint> int two = 2; int twice(int v) { return max(v, two * v); } void k(")
    assert "host" not in made and "other" not in made and "main" not in made
