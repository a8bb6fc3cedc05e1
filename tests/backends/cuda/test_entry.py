"""The second function, for arrays on the device: it is there where it only launches, it does what the first does, and
nvcc compiles it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from signatures import function
from unseq.agents.rules.device.plan import for_device
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Contract, Task
from unseq.backends.cuda.build import cuda_source
from unseq.backends.cuda.emit import emit
from unseq.backends.cuda.nvcc import static_facts
from unseq.backends.host.blob import Returned, Schedule, Threw
from unseq.backends.host.build import build
from unseq.backends.host.run import Setting, run_cases, session
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import Built, Rejected
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.ir.types import FLOAT, INT, Pointer
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit

SHIFTED = (
    "void f(const float *a, float *b, int n)\n{\n"
    "    for (int i = 1; i < n; i++)\n        b[i] = a[i] + a[i - 1];\n}\n"
)


def emitted(text: str, language: Language = Language.CPP) -> str:
    """The .cu file of the last function of a file."""
    unit = SourceUnit(Path("file.c" if language is Language.C else "file.cpp"), language, text.encode())
    lowered = lower(unit, functions(unit)[-1].name)
    task = Task(lowered, analyze(lowered, frozenset()), Contract(), "cuda")
    plan = propose(task)
    assert not isinstance(plan, Refusal), plan
    device = for_device(task, plan)
    return emit(device.unit, [device.plan]).text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SHIFTED, id="map"),
        pytest.param(
            "void f(double *m, int n)\n{\n    for (int i = 0; i < n; i++)\n        for (int j = 0; j < n; j++)\n"
            "            m[i * n + j] *= 2.0;\n}\n", id="plane"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", [Language.C, Language.CPP])
def test_a_function_that_only_launches_has_one(text: str, language: Language) -> None:
    made = emitted(text, language)
    assert made.count("f_on_device(") == 2  # defined, and called with the copies
    assert ('extern "C" void f_on_device(' in made) is (language is Language.C)
    assert ", block_threads, 0, stream>>>" in made and "cudaStream_t stream)" in made


FILLED = "(int n)\n{\n    for (int i = 0; i < n; i++)\n        b[i] = 1;\n}\n"
MORE = {
    "the host folds": "double f(const double *a, int n)\n{\n    double s = 0;\n    for (int i = 0; i < n; i++)\n"
    "        s += a[i];\n    return s;\n}\n",
    "the host writes an element": SHIFTED.replace("}\n", "    b[0] = 0;\n}\n"),
    "two loops": SHIFTED.replace("}\n", "    for (int i = 0; i < n; i++)\n        b[i] *= 2;\n}\n"),
    "a bound is an element": SHIFTED.replace("i < n", "i < n[0]").replace("int n)", "const int *n)"),
    "subscripts": SHIFTED.replace("a[i] + a[i - 1]", "a[at[i]]").replace("int n)", "const int *at, int n)"),
    "the stream's name": SHIFTED.replace("int n)", "int stream)").replace("< n", "< stream"),
    "static": "static " + SHIFTED,
    "the name is taken": "int f_on_device = 0;\n" + SHIFTED,
    "old values": "void f(float *b, int n)\n{\n    for (int i = 0; i < n; i++)\n        b[i] = b[i + 1];\n}\n",
    "a last value": "int last;\n" + SHIFTED.replace("        b[i] = ", "    {\n        last = i;\n        b[i] = ")
    .replace("1];\n}", "1];\n    }\n}"),
    "a container": "#include <vector>\nvoid f" + FILLED.replace("(", "(std::vector<float> &b, ", 1),
    "an array of the file": "float b[1000];\nvoid f" + FILLED,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in MORE.items()])
def test_a_function_that_does_more_has_none(text: str) -> None:
    assert "only launches" not in emitted(text)


CALLER = """
#include <vector>
// b: what the device's function leaves, `apart` elements behind where a begins.
void on_device(const float *a, float *b, int n, int apart) {
    float *memory; cudaStream_t stream;
    cudaMalloc(&memory, (2 * n + 1) * sizeof(float)); cudaStreamCreate(&stream);
    cudaMemset(memory, 0, (2 * n + 1) * sizeof(float));
    cudaMemcpy(memory, a, n * sizeof(float), cudaMemcpyHostToDevice);
    f_on_device(memory, memory + apart, n, stream);
    cudaStreamSynchronize(stream);
    cudaMemcpy(b, memory + apart, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(memory); cudaStreamDestroy(stream);
}
"""


def test_it_works_on_pointers_of_the_device_and_refuses_overlap() -> None:
    text = emitted(SHIFTED) + CALLER
    called = function(text, "on_device", {"a": Pointer(FLOAT, True), "b": Pointer(FLOAT), "n": INT, "apart": INT})
    n = 500
    given = np.arange(n, dtype=np.float32)
    cases = [Case((Buffer(given), Buffer(given * 0), Scalar(n), Scalar(apart)), "") for apart in (n, n + 1, 3)]
    cases.append(Case((Buffer(given[:1]), Buffer(given[:1] * 0), Scalar(1), Scalar(1)), ""))
    with session(find_toolchain()) as place:
        built = build(place.toolchain, called, cuda_source(text), RuntimeKind.CUDA_RACE, place.folder)
        assert isinstance(built, Built), built
        schedule = Schedule((0, 1, 2, 3), call_s=20.0, races=True, statistics=True)
        done = run_cases(place, called, built.library, cases, schedule, Setting(RuntimeKind.CUDA_RACE, True))
    assert (done.failure, done.races, [f for f in done.findings if not f.note]) == (None, (), [])
    first, second, third, last = (called.outcome for called in done.calls)
    wanted = np.concatenate([[0], given[1:] + given[:-1]])
    for outcome in (first, second):
        assert isinstance(outcome, Returned)
        after = outcome.parameters[1]
        assert isinstance(after, Buffer)
        np.testing.assert_array_equal(after.array, wanted)
    assert isinstance(third, Threw) and "invalid_argument" in third.type
    assert isinstance(last, Returned)
    assert done.statistics is not None and done.statistics.forks > 0


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
def test_nvcc_compiles_it() -> None:
    facts = static_facts(emitted(SHIFTED))
    assert not isinstance(facts, Rejected), facts.message
    assert [fact.name.partition("(")[0] for fact in facts] == ["f_kernel"]
