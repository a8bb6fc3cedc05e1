"""What the host forbids what it loads, and what it notices of it: system calls, files, static memory, rounding."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from signatures import function
from unseq.backends.host.blob import Returned, Schedule
from unseq.backends.host.build import build, original_source
from unseq.backends.host.run import Session, Setting, run_cases, session
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.process import sandbox_description
from unseq.backends.results import Built, Fault, Run
from unseq.frontend.ir.types import INT, Pointer

filtered = pytest.mark.skipif(
    "system calls filtered" not in sandbox_description(), reason="the kernel has no filter for system calls"
)
INCLUDES = """#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fenv.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Session]:
    with session(find_toolchain()) as folder:
        yield folder


def run(
    place: Session, body: str, schedule: Schedule | None = None, kind: RuntimeKind = RuntimeKind.PLAIN, before: str = ""
) -> Run:
    f = function(f"{INCLUDES}{before}\nint f(int *p, int n) {{ {body} }}", "f", {"p": Pointer(INT), "n": INT}, INT)
    built = build(place.toolchain, f, original_source(f.unit), kind, place.folder)
    assert isinstance(built, Built), built
    cases = [Case((Buffer(np.arange(1, 5, dtype=np.int32)), Scalar(4)), "")]
    return run_cases(place, f, built.library, cases, schedule or Schedule((0,)), Setting(kind, False))


FORBIDDEN = {
    "socket": "return socket(AF_INET, SOCK_STREAM, 0);",
    "execve": 'char *none[] = {nullptr}; return execve("/usr/bin/true", none, none);',
    "clone": "return fork();",
    "openat": 'return open("/tmp/x", O_CREAT | O_WRONLY, 0600);',
    "setpriority": "return setpriority(PRIO_PROCESS, 0, -5);",
    "sched_setaffinity": "cpu_set_t one; CPU_ZERO(&one); return sched_setaffinity(0, sizeof one, &one);",
    "prlimit64": "rlimit none{1, 1}; return setrlimit(RLIMIT_CPU, &none);",
    "memfd_create": 'return (int)syscall(SYS_memfd_create, "x", 0);',
    "rt_sigaction": "signal(SIGSYS, SIG_IGN); return 0;",
    "kill": "return kill(getppid(), SIGKILL);",
    "io_uring_setup": "return (int)syscall(SYS_io_uring_setup, 1, nullptr);",
}


@filtered
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_system_call_that_no_computation_needs_ends_the_run_and_is_named(place: Session, name: str) -> None:
    failure = run(place, FORBIDDEN[name]).failure
    assert failure is not None and failure.fault is Fault.FORBIDDEN, failure
    assert failure.detail == name and failure.index == 0


@filtered
def test_a_program_started_with_signals_blocked_is_stopped_too(place: Session) -> None:
    failure = run(place, 'return std::system("true");').failure
    assert failure is not None and failure.fault is Fault.FORBIDDEN


@pytest.mark.parametrize("kind", [RuntimeKind.PLAIN, RuntimeKind.ASAN, RuntimeKind.TSAN])
def test_threads_memory_and_reading_the_system_stay_possible(place: Session, kind: RuntimeKind) -> None:
    body = """int sum = 0;
    std::thread t([&] { for (int i = 0; i < n; i++) sum += p[i]; });
    t.join();
    char *large = (char *)std::malloc(64 << 20);
    large[5 << 20] = 1;
    std::free(large);
    int file = open("/proc/self/maps", O_RDONLY);
    if (file < 0) return -1;
    close(file);
    return sum;"""
    done = run(place, body, kind=kind)
    assert done.failure is None, done.failure
    outcome = done.calls[0].outcome
    assert isinstance(outcome, Returned) and outcome.result == Scalar(10)


def test_files_of_others_cannot_be_read(place: Session, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    body = f'return open("{secret}", O_RDONLY) < 0 && open("/etc/passwd", O_RDONLY) < 0;'
    outcome = run(place, body).calls[0].outcome
    assert isinstance(outcome, Returned) and outcome.result == Scalar(1)


def test_a_floating_point_mode_that_is_left_changed_is_seen(place: Session) -> None:
    changed = run(place, "fesetround(FE_UPWARD); return 1;", Schedule((0, 0))).calls[0].outcome
    kept = run(place, "int was = fegetround(); fesetround(FE_UPWARD); fesetround(was); return 1;").calls[0].outcome
    assert isinstance(changed, Returned) and changed.mode is not None
    assert isinstance(kept, Returned) and kept.mode is None


COUNTER = "static int calls; static int once = 7; thread_local int own;"


def test_static_memory_is_watched(place: Session) -> None:
    twice = Schedule((0, 0, 0), statics=True)
    assert run(place, "return ++calls;", twice, before=COUNTER).changes == 3
    assert run(place, "int was = once; once = 8; return was;", twice, before=COUNTER).changes == 1
    assert run(place, "return p[0] + once;", twice, before=COUNTER).changes == 0


@pytest.mark.parametrize("reuse", [False, True])
def test_static_memory_is_put_back_before_measured_calls(place: Session, reuse: bool) -> None:
    schedule = Schedule((0, 0, 0), statics=True, reuse=reuse)
    done = run(place, "++own; once--; return ++calls + own + once;", schedule, before=COUNTER)
    assert done.failure is None
    results = [c.outcome.result for c in done.calls if isinstance(c.outcome, Returned)]
    assert results == ([Scalar(8)] if reuse else [Scalar(8), Scalar(9), Scalar(10)])
    assert len(done.calls) == 3

