"""What runs on a GPU, as far as it can be tried without one: the probe on a driver of the tests' own, the trace over a
runtime library of the tests' own, the device's kernels on the CPU, and arithmetic."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gpu_stand_ins import DEVICE, FakeDriver
from signatures import function
from unseq.backends.cuda import probe, run
from unseq.backends.cuda.build import cuda_source
from unseq.backends.cuda.nvcc import find_nvcc
from unseq.backends.cuda.roofline import Demand, achieved, demand
from unseq.backends.host.blob import Returned, Schedule, Threw
from unseq.backends.host.build import build
from unseq.backends.host.run import Setting, run_cases, session
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.inventory import inventory
from unseq.backends.parlay.toolchain import RuntimeKind, ToolMissing, find_toolchain
from unseq.backends.plan import Map, Plan, Reduce, Search
from unseq.backends.results import Built, Rejected, Timing
from unseq.backends.sandbox import BUBBLEWRAP, Limits, Sandbox, wrapped
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Claim
from unseq.frontend.ir.types import DOUBLE, FLOAT, INT, Pointer
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

nvcc = pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc on the PATH")
SECONDS = {"copy_words": 1e-3, "multiply_add_float": 2e-3, "multiply_add_double": 4e-3}


# ---- the probe ---------------------------------------------------------------------------------------


def probed(driver: FakeDriver, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (tmp_path / "peaks.cubin").write_bytes(b"cubin")
    assert probe.main([str(tmp_path / "peaks.cubin")], lambda: driver) == 0
    return capsys.readouterr().out


def test_peaks_are_amounts_over_median_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    driver = FakeDriver(SECONDS)
    device = run.read_device(probed(driver, tmp_path, capsys))
    assert (device.name, device.arch, device.driver, device.multiprocessors) == ("a device", "sm_90", "13.0", 132)
    # a copy reads and writes 2^30 bytes; the first launch, ten times as long, does not count
    assert device.copy.per_s == pytest.approx(2 * 2**30 / 1e-3)
    assert device.copy.timing.high_s == pytest.approx(1e-3) and device.copy.timing.repetitions == probe.REPETITIONS
    # 132 * 16 blocks of 256 threads, 8 chains of 4096 steps of two operations
    operations = 132 * 16 * 256 * 8 * 4096 * 2
    assert device.float_peak.per_s == pytest.approx(operations / 2e-3)
    assert device.double_peak.per_s == pytest.approx(operations / 4e-3)


def test_the_probe_leaves_nothing_on_the_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    driver = FakeDriver(SECONDS)
    probed(driver, tmp_path, capsys)
    assert (driver.held, driver.depth) == (0, 0)
    name, arguments, shape = driver.launches[0]
    assert name == "copy_words" and arguments[2] == np.uint64(2**26) and shape["block"] == (256, 1, 1)


def test_without_pycuda_or_device_the_probe_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def absent() -> object:
        raise ImportError("No module named 'pycuda'")

    (tmp_path / "peaks.cubin").write_bytes(b"cubin")
    assert probe.main([str(tmp_path / "peaks.cubin")], absent) == 3
    assert probe.main([str(tmp_path / "peaks.cubin")], lambda: FakeDriver(SECONDS, devices=0)) == 3
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("no pycuda") and second.startswith("no usable GPU: cuInit failed")


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"device": {}, "peaks": {}})])
def test_a_probe_that_prints_something_else_is_no_gpu(text: str) -> None:
    with pytest.raises(ToolMissing, match="no usable GPU"):
        run.read_device(text)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "find_nvcc", lambda: Path("/usr/bin/nvcc"))
    monkeypatch.setattr(run, "device_nodes", tuple)
    with pytest.raises(ToolMissing, match="/dev/nvidia"):
        run.find_gpu()
    monkeypatch.setattr(run, "device_nodes", lambda: (Path("/dev/nvidia0"),))
    monkeypatch.setattr(run, "driver_library", lambda: False)
    with pytest.raises(ToolMissing, match=r"libcuda\.so\.1"):
        run.find_gpu()
    monkeypatch.setattr(run, "driver_library", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ToolMissing, match="pycuda"):
        run.find_gpu()


def test_device_nodes(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-modeset", "null"):
        (tmp_path / name).touch()
    assert [path.name for path in run.device_nodes(tmp_path)] == ["nvidia-uvm", "nvidia0", "nvidiactl"]


def test_only_a_run_with_devices_sees_them() -> None:
    def command(*devices: Path) -> str:
        return " ".join(wrapped(["true"], Limits(), Sandbox(devices=devices), BUBBLEWRAP, {}))

    assert "--dev-bind /dev/nvidia0 /dev/nvidia0" in command(Path("/dev/nvidia0"))
    assert "nvidia" not in command() and "/sys" not in command()


# ---- the trace ---------------------------------------------------------------------------------------


def test_a_trace_is_read_whole_or_not_at_all() -> None:
    text = "0 to_device 800 1500\n0 kernel 0 250\nend 1\n"
    assert run.read_steps(text) == (run.Step(0, "to_device", 800, 1.5e-6), run.Step(0, "kernel", 0, 2.5e-7))
    assert run.read_steps(text[:-6]) == run.read_steps("0 kernel\nend 1\n") == run.read_steps("") == ()


@pytest.mark.parametrize(
    ("log", "count"),
    [
        ("========= COMPUTE-SANITIZER\n========= ERROR SUMMARY: 0 errors\n", 0),
        ("========= ERROR SUMMARY: 2 errors\n", 2),
        ("========= RACECHECK SUMMARY: 3 hazards displayed (3 errors, 0 warnings)\n", 3),
        ("========= COMPUTE-SANITIZER\n", None),
    ],
)
def test_what_a_checker_counts(log: str, count: int | None) -> None:
    assert run.checker_errors(log) == count


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that makes two calls under the trace."""
    shown = subprocess.run(["nvcc", "--dryrun", "x.cu"], capture_output=True, text=True, check=False).stderr
    headers = Path(next(w.split("=")[1] for w in shown.splitlines() if "_HERE_=" in w)).parent / "include"
    own = Path(__file__).parent
    program = tmp_path_factory.mktemp("traced") / "program"
    command = ["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{headers}", "-o", str(program), "-x", "c++"]
    command += map(str, (run.GPU_NATIVE / "trace.cu", own / "fake_runtime.cpp", own / "traced_calls.cpp"))
    subprocess.run([*command, "-x", "none", *(f"-Wl,--wrap={name}" for name in run.WRAPPED)], check=True)
    return program


@nvcc
@pytest.mark.parametrize("parts", [False, True])
def test_each_step_of_each_call_is_in_the_trace(traced: Path, tmp_path: Path, parts: bool) -> None:
    trace = tmp_path / "trace"
    environment = {"UNSEQ_GPU_TRACE": str(trace), **({"UNSEQ_GPU_PARTS": "1"} if parts else {})}
    subprocess.run([str(traced)], env=environment, check=True)
    steps = run.read_steps(trace.read_text())
    tried = 3 - parts  # a launch that fails took no time
    kinds = ["to_device", *["kernel"] * tried, "to_host"]
    assert [(step.call, step.kind) for step in steps] == [(call, kind) for call in (0, 1) for kind in kinds]
    assert [step.bytes for step in steps if step.kind != "kernel"] == [100, 40, 100, 40]
    assert {step.seconds for step in steps if step.kind == "kernel"} == {5e-4 if parts else 0.0}
    assert all((step.seconds > 0) is parts for step in steps if step.kind != "kernel")


SAXPY = """
#include <cuda_runtime.h>
#include <stdexcept>
__global__ void kernel(float a, const float *x, float *y, int n) {
    for (int i = threadIdx.x; i < n; i += blockDim.x) y[i] = a * x[i] + y[i];
}
void saxpy(float a, const float *x, float *y, int n) {
    if (n < 100) {
        for (int i = 0; i < n; i++) y[i] = a * x[i] + y[i];
        return;
    }
    float *there;
    if (cudaMalloc(&there, 2 * n * sizeof(float)) != cudaSuccess) throw std::runtime_error("no memory on the device");
    cudaMemcpy(there, x, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(there + n, y, n * sizeof(float), cudaMemcpyHostToDevice);
    kernel<<<1, 128>>>(a, there, there + n, n);
    cudaMemcpy(y, there + n, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(there);
}
"""


@nvcc
@pytest.mark.slow
@pytest.mark.skipif(bool(run.device_nodes()), reason="there is a GPU")
def test_the_host_calls_what_nvcc_made_and_no_device_is_an_exception() -> None:
    called = function(SAXPY, "saxpy", {"a": FLOAT, "x": Pointer(FLOAT, True), "y": Pointer(FLOAT), "n": INT})
    cases = []
    for n in (7, 1000):
        x = np.arange(n, dtype=np.float32)
        cases.append(Case((Scalar(2.0), Buffer(x), Buffer(x + 1), Scalar(n)), ""))
    there = run.Executor(run.Gpu(find_nvcc(), (), None), DEVICE)
    with session(find_toolchain()) as place:
        built = there.build(called, SAXPY, place.folder)
        assert isinstance(built, Built), built
        done = there.run(place, called, built.library, cases, Schedule((0, 1), call_s=20.0), parts=True)
    assert done.run.failure is None and done.errors is None and done.steps == ()
    small, large = (one.outcome for one in done.run.calls)
    assert isinstance(small, Returned) and isinstance(small.parameters[2], Buffer)
    np.testing.assert_array_equal(small.parameters[2].array, 3 * np.arange(7) + 1)
    assert isinstance(large, Threw) and "runtime_error" in large.type


@nvcc
@pytest.mark.slow
def test_what_nvcc_refuses_is_told() -> None:
    text = "void saxpy(int n) { kernel<<<1, n>>>(); }"
    there = run.Executor(run.Gpu(find_nvcc(), (), None), DEVICE)
    with session(find_toolchain()) as place:
        made = there.build(function(text, "saxpy", {"n": INT}), text, place.folder)
    assert isinstance(made, Rejected) and "kernel" in made.message


def test_the_inventory_says_what_a_gpu_takes() -> None:
    items = {item.name: item for item in inventory()}
    for name in ("nvcc", "GPU", "pycuda", "compute-sanitizer", "ncu"):
        assert items[name].state in ("ok", "optional")
        assert bool(items[name].remedy) is (items[name].state == "optional")


# ---- the device's own kernels ------------------------------------------------------------------------


@nvcc
@pytest.mark.parametrize("name", sorted(path.name for path in run.GPU_NATIVE.glob("*.cu")))
def test_nvcc_compiles_our_own_without_warnings(tmp_path: Path, name: str) -> None:
    archs = [f"-gencode=arch=compute_{number},code=sm_{number}" for number in (80, 90)]
    flags = ["-std=c++20", *archs, "-Werror", "all-warnings", "-c", "-o", str(tmp_path / "out.o")]
    done = subprocess.run(["nvcc", *flags, str(run.GPU_NATIVE / name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


LAUNCHES = """
void run_peaks(const float *a, float *b, double *c, int n) {
    copy_words<<<2, 32>>>(reinterpret_cast<const uint4 *>(a), reinterpret_cast<uint4 *>(b), n / 4);
    multiply_add_float<<<1, 32>>>(b + n, 0.5f, 3);
    multiply_add_double<<<1, 32>>>(c, 0.5, 3);
}
void peaks(const float *a, float *b, double *c, int n) {
    float *from, *to; double *out;
    cudaMalloc(&from, n * sizeof(float)); cudaMalloc(&to, (n + 32) * sizeof(float));
    cudaMalloc(&out, 32 * sizeof(double));
    cudaMemcpy(from, a, n * sizeof(float), cudaMemcpyHostToDevice);
    run_peaks(from, to, out, n);
    cudaMemcpy(b, to, (n + 32) * sizeof(float), cudaMemcpyDeviceToHost);
    cudaMemcpy(c, out, 32 * sizeof(double), cudaMemcpyDeviceToHost);
    cudaFree(from); cudaFree(to); cudaFree(out);
}
"""


def test_the_kernels_of_the_probe_do_what_is_counted() -> None:
    n = 1000
    text = (run.GPU_NATIVE / "peaks.cu").read_text() + LAUNCHES
    signature = {"a": Pointer(FLOAT, True), "b": Pointer(FLOAT), "c": Pointer(DOUBLE), "n": INT}
    called = function(text, "peaks", signature)
    given = np.arange(n, dtype=np.float32)
    case = Case((Buffer(given), Buffer(np.zeros(n + 32, np.float32)), Buffer(np.zeros(32)), Scalar(n)), "")
    with session(find_toolchain()) as place:
        built = build(place.toolchain, called, cuda_source(text), RuntimeKind.CUDA_RACE, place.folder)
        assert isinstance(built, Built), built
        schedule = Schedule((0,), call_s=20.0, races=True)
        done = run_cases(place, called, built.library, [case], schedule, Setting(RuntimeKind.CUDA_RACE, True))
    assert (done.failure, done.races, done.findings) == (None, (), ())
    outcome = done.calls[0].outcome
    assert isinstance(outcome, Returned)
    b, c = outcome.parameters[1], outcome.parameters[2]
    assert isinstance(b, Buffer) and isinstance(c, Buffer)
    np.testing.assert_array_equal(b.array[:n], given)
    start = np.arange(32)[:, None] + np.arange(8)[None, :]
    wanted = (((start * 0.5 + 1) * 0.5 + 1) * 0.5 + 1).sum(axis=1)
    np.testing.assert_allclose(b.array[n:], wanted)
    np.testing.assert_allclose(c.array, wanted)


# ---- what a loop must do -----------------------------------------------------------------------------

TEXT = """\
void triad(int n, double s, const double *a, const double *b, double *c)
{
    for (int i = 0; i < n; i++)
        c[i] = a[i] + s * b[i];
}
float gather(int n, const int *at, const float *x)
{
    float sum = 0.0f;
    for (int i = 0; i < n; i++)
        sum += x[at[i]];
    return sum;
}
"""


def planned(name: str, strategy: type[Map] | type[Reduce] | type[Search]) -> Plan:
    unit = SourceUnit(Path("file.cpp"), Language.CPP, TEXT.encode())
    lowered = lower(unit, name)
    (fact,) = analyze(lowered, frozenset()).loops
    return Plan(lowered, (strategy(fact),), Claim.PROVED)


def doubles(n: int) -> Buffer:
    return Buffer(np.zeros(n))


def test_bytes_are_those_of_the_sections() -> None:
    case = Case((Scalar(100), Scalar(2.0), doubles(150), doubles(100), doubles(100)), "")
    needed = demand(planned("triad", Map), case)
    assert needed is not None and needed.bytes == 3 * 8 * 100 and needed.double
    assert needed.operations is not None and 100 <= needed.operations <= 400


def test_elements_behind_subscripts_count_once() -> None:
    at = np.array([3, 3, 0, 3], dtype=np.int32)
    case = Case((Scalar(4), Buffer(at), Buffer(np.zeros(50, dtype=np.float32))), "")
    needed = demand(planned("gather", Reduce), case)
    assert needed is not None and needed.bytes == 4 * 4 + 2 * 4 and not needed.double


def test_what_is_not_known_is_not_counted() -> None:
    case = Case((Scalar(4), Buffer(np.zeros(4, dtype=np.int32)), Buffer(np.zeros(50, dtype=np.float32))), "")
    assert demand(planned("gather", Search), case) is None


def test_the_roofline_is_the_slower_of_both() -> None:
    # 1e12 bytes/s, 2e13 double and 4e13 float operations a second
    memory = achieved(Demand(10**9, 10**9, True), 2e-3, DEVICE)
    assert (memory.bound, memory.share, memory.bytes_per_s) == ("memory", pytest.approx(0.5), pytest.approx(5e11))
    busy = achieved(Demand(10**6, 2 * 10**10, True), 2e-3, DEVICE)
    assert (busy.bound, busy.share, busy.operations_per_s) == ("double", pytest.approx(0.5), pytest.approx(1e13))
    single = achieved(Demand(10**6, 2 * 10**10, False), 2e-3, DEVICE)
    assert (single.bound, single.share) == ("float", pytest.approx(0.25))
    unknown = achieved(Demand(10**9, None, True), 2e-3, DEVICE)
    assert (unknown.operations_per_s, unknown.share) == (None, pytest.approx(0.5))


def test_a_median_needs_two_repetitions() -> None:
    assert Timing.of([1.0]) is None
    assert Timing.of([3.0, 1.0, 2.0, 100.0, 0.5]) == Timing(2.0, 0.5, 100.0, 5)
