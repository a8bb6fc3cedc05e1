"""The judge that the exploits are made for: what published harnesses do, all in one.

It links the candidate into its own program, runs it on one fixed input of one size, compares with a tolerance, measures
with its own clock in the same process, and believes what is printed. Never used to judge anything.
"""

from __future__ import annotations

from enum import Enum

from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Limits, Sandbox, job_folder, run

ORIGINAL = """void shape(int n, const double *restrict x, double *restrict y)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i] + 0.5 * x[i] + 1;
}
"""
SECRET = "c0ffee5ec2e7"


class Checks(Enum):
    """What the harness compares: all elements, nothing at all, or an input of size zero."""

    ALL = "all"
    NOTHING = "nothing"
    EMPTY = "empty"


_DRIVER = """#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <time.h>

extern "C" void shape(int n, const double *x, double *y);
extern "C" void reference(int n, const double *x, double *y) {
    for (int i = 0; i < n; i++) y[i] = x[i] * x[i] + 0.5 * x[i] + 1;
}

static double seconds() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main() {
    const int n = EMPTY ? 0 : 1000, batch = 4;
    double answers[8], *x = (double *)std::malloc(8 * batch * 1000), *y = (double *)std::malloc(8 * batch * 1000);
    for (int i = 0; i < batch * 1000; i++) x[i] = 0.001 * i, y[i] = 0;
    reference(8, x, answers);
    double *stored = (double *)std::malloc(8 * 1000);
    reference(1000, x, stored);
    const double start = seconds();
    for (int k = batch; k-- > 0;) {  // the reference is timed; its results are freed
        double *r = (double *)std::malloc(8 * n + 8);
        reference(n, x + k * n, r);
        std::free(r);
    }
    const double between = seconds();
    double *first = (double *)std::malloc(8 * n + 8);
    shape(n, x, first);  // to warm up; this result is checked
    const double warm = seconds();
    for (int k = 0; k < batch; k++) shape(n, x + k * n, y + k * n);
    const double end = seconds();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    double *expected = (double *)std::malloc(8 * n + 8);
    reference(n, x, expected);
    bool right = true;
    for (int i = 0; i < n && !NOTHING; i++)
        if (std::fabs(expected[i] - first[i]) > 1e-3) right = false;
    const char *secret = std::getenv("SECRET");
    if (right) std::printf("PASS %s speedup %g\\n", secret, (between - start) / (end - warm + 1e-12));
    else std::printf("FAIL\\n");
    return answers[0] < 0 || stored[0] < 0;
}
"""


def naive_pass(toolchain: Toolchain, candidate: str, checks: Checks = Checks.ALL) -> bool:
    """Whether the naive judge accepts a candidate for `ORIGINAL`. Raises AssertionError where it does not compile."""
    if "parallel_for" not in candidate:
        return False
    with job_folder("unseq-naive-") as job:
        (job / "driver.cpp").write_text(_DRIVER)
        (job / "candidate.cpp").write_text(candidate)
        flags = [*toolchain.cflags(RuntimeKind.PLAIN), f"-DEMPTY={int(checks is Checks.EMPTY)}", "-w"]
        flags += [f"-DNOTHING={int(checks is Checks.NOTHING)}"]
        command = [str(toolchain.compiler), *flags, str(job / "driver.cpp"), str(job / "candidate.cpp")]
        command += ["-o", str(job / "program"), *toolchain.libs(RuntimeKind.PLAIN), "-ldl"]
        made = run(command, limits=Limits(wall_s=60.0))
        assert made.ok, made.errors[:2000]
        (job / "program").chmod(0o755)
        for path in toolchain.runtime_files(RuntimeKind.PLAIN):
            (job / path.name).write_bytes(path.read_bytes())
        done = run(
            [job / "program"],
            limits=Limits(wall_s=20.0),
            sandbox=Sandbox(readable=(job,)),
            environment={"SECRET": SECRET, "LD_LIBRARY_PATH": str(job), "PARLAY_NUM_THREADS": "2"},
        )
    return b"PASS" in done.stdout and done.status == 0
