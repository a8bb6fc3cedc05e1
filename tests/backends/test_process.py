"""Runs end, whatever the program does, and an untrusted program reaches nothing outside its sandbox."""

import os
import socket
import time
from pathlib import Path

import pytest

from unseq.backends.process import (
    Finished,
    Limits,
    Sandbox,
    confinement,
    job_folder,
    run,
    sandbox_description,
    with_fixed_layout,
)

bubblewrapped = pytest.mark.skipif(confinement().name != "bubblewrap", reason="needs bubblewrap")


def shell(script: str, limits: Limits | None = None, sandbox: Sandbox | None = None) -> Finished:
    return run(["sh", "-c", script], limits=limits or Limits(), sandbox=sandbox or Sandbox())


def alive(word: str) -> bool:
    """Whether a process with this word in its command line exists."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if word.encode() in (entry / "cmdline").read_bytes():
                    return True
            except OSError:
                continue
    return False


def gone(word: str) -> bool:
    """Whether it disappears soon: the kernel ends a namespace a moment after its first process."""
    for _ in range(100):
        if not alive(word):
            return True
        time.sleep(0.02)
    return False


def test_status_output_and_errors_come_back() -> None:
    done = shell("echo out; echo err >&2; exit 7")
    assert (done.status, done.signal, done.stdout, done.stderr) == (7, None, b"out\n", b"err\n")
    assert not done.timed_out and not done.truncated


def test_standard_input_is_fed() -> None:
    data = os.urandom(300_000)
    done = run(["cat"], limits=Limits(), sandbox=Sandbox(), stdin=data)
    assert done.stdout == data


def test_a_program_that_reads_nothing_does_not_block_the_feeding() -> None:
    assert run(["true"], limits=Limits(), stdin=b"x" * 1_000_000).ok


def test_a_missing_program_is_an_error_of_the_caller() -> None:
    done = run(["/no/such/program"], limits=Limits())
    assert done.status not in {0, None}


@pytest.mark.parametrize("trusted", [True, False])
def test_a_time_out_kills_the_whole_tree(trusted: bool) -> None:
    word = f"7{os.getpid()}{int(trusted)}"
    script = f"(setsid sleep {word} &); sleep {word} & sleep {word}"
    done = run(["sh", "-c", script], limits=Limits(wall_s=0.3), sandbox=None if trusted else Sandbox())
    assert done.timed_out and done.signal == 9
    if not trusted:
        assert gone(word)


def test_processes_that_outlive_the_run_are_killed_and_do_not_hold_it_up() -> None:
    word = f"8{os.getpid()}"
    done = shell(f"setsid sleep {word} & echo done")
    assert done.stdout == b"done\n" and done.wall_s < 5
    assert gone(word)


def test_output_is_capped() -> None:
    done = shell("yes", Limits(wall_s=0.5, output_bytes=1000))
    assert len(done.stdout) == 1000 and done.truncated


def test_memory_of_the_tree_is_limited() -> None:
    grab = "import time\nx = bytearray(400 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\ntime.sleep(5)"
    done = run(["python3", "-c", grab], limits=Limits(memory=100 << 20), sandbox=None)
    assert done.over_memory and done.signal == 9


@bubblewrapped
def test_a_fork_bomb_is_contained() -> None:
    done = shell("bomb() { bomb | bomb & }; bomb; sleep 5", Limits(wall_s=1.0, processes=50))
    assert done.wall_s < 5


@bubblewrapped
def test_the_system_is_read_only_and_private_files_are_invisible(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    with job_folder() as job:
        (job / "given").write_text("given")
        script = f"cat {job}/given; cat {secret}; cat /etc/passwd; echo a > {job}/new; echo a > /usr/new; ls -A /tmp"
        done = shell(script, sandbox=Sandbox(readable=(job,)))
        assert done.stdout == b"given" + job.name.encode() + b"\n"
        assert not (job / "new").exists()
    assert not job.exists()


@bubblewrapped
def test_only_the_given_folder_is_writable() -> None:
    with job_folder() as job:
        job.chmod(0o777)
        assert shell("echo a > new", sandbox=Sandbox(writable=(job,))).ok
        assert (job / "new").read_text() == "a\n"


@bubblewrapped
def test_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        dial = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2); print('reached')"
        assert run(["python3", "-c", dial], limits=Limits()).stdout == b"reached\n"
        assert run(["/usr/bin/python3", "-c", dial], limits=Limits(), sandbox=Sandbox()).stdout == b""


@bubblewrapped
def test_the_user_owns_nothing() -> None:
    done = shell("id -u; cat /proc/self/status")
    assert done.stdout.split(b"\n")[0] != b"0"
    assert b"CapEff:\t0000000000000000" in done.stdout


def test_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSEQ_SECRET", "hidden")
    assert b"hidden" not in run(["env"], limits=Limits(), sandbox=Sandbox(), environment={"GIVEN": "1"}).stdout
    assert b"GIVEN=1" in run(["env"], limits=Limits(), sandbox=Sandbox(), environment={"GIVEN": "1"}).stdout


def test_inherited_descriptors_are_only_those_given() -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)
    line = ["/usr/bin/python3", "-c", f"import os; os.write({write}, b'x')"]
    try:
        assert not run(line, limits=Limits(), sandbox=Sandbox()).ok
        done = run(line, limits=Limits(), sandbox=Sandbox(), descriptors=(write,))
        assert done.ok and os.read(read, 10) == b"x"
    finally:
        os.close(read)
        os.close(write)


def test_the_layout_can_be_fixed() -> None:
    line = with_fixed_layout(["sh", "-c", "grep -m1 stack /proc/self/maps"])
    outputs = {run(line, limits=Limits(), sandbox=Sandbox()).stdout for _ in range(3)}
    assert len(outputs) == 1


def test_the_description_names_the_sandbox() -> None:
    assert confinement().name in sandbox_description()
