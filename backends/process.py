"""The only door to child processes: trusted tools under limits, untrusted programs in the strongest sandbox at hand.

Knows how to start, feed, watch, time and end a tree of processes. A run always ends: at the wall-clock limit, at the
memory limit, or when the first process ends; then the whole tree is killed, also when we are interrupted. Output is
capped and read without waiting for strangers that inherited the pipe. Knows nothing of what it runs, and reads no
meaning into a status: that a program says 0 proves nothing.
"""

from __future__ import annotations

import contextlib
import functools
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.sandbox import (
    BUBBLEWRAP,
    Confinement,
    Limits,
    Sandbox,
    filters_of_the_host,
    job_folder,
    staging_root,
    strongest,
    wrapped,
)

__all__ = [
    "Confinement",
    "Finished",
    "Limits",
    "Sandbox",
    "confinement",
    "job_folder",
    "run",
    "sandbox_description",
    "staging_root",
    "with_fixed_layout",
]

_WATCH_S = 0.02
_CHUNK = 1 << 16
_MARK = "UNSEQ_JOB"  # environment variable by which strays are found where there is no process namespace


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. ``status`` is None when a signal ended it; ``signal`` is None when it exited by itself.

    ``timed_out`` and ``over_memory`` say that we killed it. ``stdout`` and ``stderr`` hold at most the limit's bytes;
    ``truncated`` tells that there was more. ``cpu_s`` and ``peak_rss`` (bytes) are of the whole tree as far as the
    kernel accounts for it, both the least that was used."""

    argv: tuple[str, ...]
    status: int | None
    signal: int | None
    timed_out: bool
    over_memory: bool
    stdout: bytes
    stderr: bytes
    truncated: bool
    cpu_s: float
    wall_s: float
    peak_rss: int

    @property
    def ok(self) -> bool:
        """Exit status 0. For an untrusted program this means nothing."""
        return self.status == 0

    @property
    def errors(self) -> str:
        """Standard error as text."""
        return self.stderr.decode("utf-8", "replace")


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    limits: Limits,
    sandbox: Sandbox | None = None,
    stdin: bytes = b"",
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Finished:
    """Runs a program to its end, and never longer than ``limits`` allow.

    Without ``sandbox`` the program is trusted and sees our environment; in one it sees ``PATH`` and ``environment``
    only. ``descriptors`` stay open under their own numbers. ``folder``: where a trusted tool runs.
    Raises FileNotFoundError when the program is not there.
    """
    words = [os.fspath(word) for word in argv]
    own = dict(environment or {})
    if sandbox is None:
        own = {**os.environ, "LC_ALL": "C", **own}
        command = wrapped(words, limits, None, BUBBLEWRAP, {})
    else:
        own = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **own}
        command = wrapped(words, limits, sandbox, confinement(), own)
    mark = os.urandom(12).hex()
    if sandbox is not None and folder is None and confinement() is not BUBBLEWRAP and sandbox.writable:
        folder = sandbox.writable[0]
    started = time.monotonic()
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**own, _MARK: mark},
        cwd=folder,
        pass_fds=tuple(descriptors),
        start_new_session=True,
    )
    watch = _Watch(child, limits, stdin, started)
    try:
        watch.until_it_ends()
    finally:
        usage = _end(child, mark, confined=sandbox is not None)
        watch.drain()
    wall = time.monotonic() - started
    code = child.returncode
    return Finished(
        tuple(words),
        None if code < 0 else code,
        -code if code < 0 else None,
        watch.timed_out,
        watch.over_memory,
        bytes(watch.out),
        bytes(watch.err),
        watch.truncated,
        max(usage[0], watch.cpu_s),
        wall,
        max(usage[1], watch.peak_rss),
    )


class _Watch:
    """Feeds and reads one child until it ends or breaks a limit."""

    def __init__(self, child: subprocess.Popen[bytes], limits: Limits, stdin: bytes, started: float) -> None:
        self.child = child
        self.limits = limits
        self.deadline = started + limits.wall_s
        self.pending = memoryview(stdin)
        assert child.stdout is not None and child.stderr is not None
        self.out, self.err = bytearray(), bytearray()
        self.kept = {child.stdout.fileno(): self.out, child.stderr.fileno(): self.err}
        self.truncated = self.timed_out = self.over_memory = False
        self.peak_rss, self.cpu_s = 0, 0.0

    def until_it_ends(self) -> None:
        with selectors.DefaultSelector() as selector:
            ended = os.pidfd_open(self.child.pid)
            try:
                selector.register(ended, selectors.EVENT_READ, "end")
                for descriptor in self.kept:
                    os.set_blocking(descriptor, False)
                    selector.register(descriptor, selectors.EVENT_READ, "read")
                if self.child.stdin is not None:
                    os.set_blocking(self.child.stdin.fileno(), False)
                    selector.register(self.child.stdin, selectors.EVENT_WRITE, "write")
                self._serve(selector)
            finally:
                os.close(ended)

    def _serve(self, selector: selectors.BaseSelector) -> None:
        next_look = time.monotonic() + _WATCH_S
        while True:
            for key, _ in selector.select(_WATCH_S):
                if key.data == "end":
                    return
                if key.data == "write":
                    if not self._feed():
                        selector.unregister(key.fileobj)
                elif not self._read(key.fd):
                    selector.unregister(key.fileobj)
            now = time.monotonic()
            if now >= self.deadline:
                self.timed_out = True
                return
            if now >= next_look:
                next_look = now + _WATCH_S
                if self._look():
                    self.over_memory = True
                    return

    def _feed(self) -> bool:
        """Writes what the pipe takes; False when there is no more to write or nobody to read it."""
        stream = self.child.stdin
        assert stream is not None
        try:
            self.pending = self.pending[os.write(stream.fileno(), self.pending[:_CHUNK]) :]
        except BlockingIOError:
            return True
        except OSError:
            self.pending = self.pending[:0]
        if not self.pending:
            stream.close()
            return False
        return True

    def _read(self, descriptor: int) -> bool:
        """Reads what is there; False at the end. What exceeds the cap is thrown away, so the writer never blocks."""
        kept = self.kept[descriptor]
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return True
        room = self.limits.output_bytes - len(kept)
        kept += data[: max(room, 0)]
        self.truncated |= len(data) > room
        return bool(data)

    def drain(self) -> None:
        """After the end: what is still in the pipes, without waiting for anyone who keeps them open."""
        for descriptor, kept in self.kept.items():
            before = -1
            while len(kept) != before and len(kept) < self.limits.output_bytes:
                before = len(kept)
                self._read(descriptor)
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _look(self) -> bool:
        """Notes what the tree uses; True when that is too much memory."""
        resident, cpu = 0, 0.0
        for pid in _tree(self.child.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            cpu += (int(fields[11]) + int(fields[12])) / _TICKS
            resident += int(fields[21]) * _PAGE
        self.peak_rss = max(self.peak_rss, resident)
        self.cpu_s = max(self.cpu_s, cpu)
        return self.limits.memory is not None and resident > self.limits.memory


_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _tree(root: int) -> list[int]:
    """A process and all that descend from it, as far as they have not been orphaned."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                waiting += [int(word) for word in Path(f"/proc/{pid}/task/{task}/children").read_bytes().split()]
        except OSError:
            continue  # ended meanwhile
    return found


def _end(child: subprocess.Popen[bytes], mark: str, confined: bool) -> tuple[float, int]:
    """Kills what is left of the tree, collects the child, and returns its CPU seconds and peak resident bytes.

    Under bubblewrap and unshare the kernel ends the process namespace with its first process; elsewhere strays that
    left our process group are found by the mark in their environment.
    """
    left = _tree(child.pid)
    with contextlib.suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    for pid in left[1:]:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if confined and confinement() is not BUBBLEWRAP:
        _kill_marked(mark)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def _kill_marked(mark: str) -> None:
    wanted = f"{_MARK}={mark}".encode()
    for _ in range(20):  # a fork bomb may be faster than one pass
        again = False
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    if wanted in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                        os.kill(int(entry), signal.SIGKILL)
                        again = True
                except OSError:
                    continue
        if not again:
            return


@functools.cache
def confinement() -> Confinement:
    """The sandbox that untrusted programs get on this machine; probed once."""

    def works(command: list[str]) -> bool:
        try:
            done = subprocess.run(command, capture_output=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    return strongest(works)


def sandbox_description() -> str:
    """What untrusted programs are confined by, and what that leaves open; for evidence and ``doctor``."""
    filters = filters_of_the_host()
    return str(confinement()) + (f"; beside it: {', '.join(filters)}" if filters else "")


@functools.cache
def _setarch_works() -> bool:
    done = run(["setarch", "-R", "true"], limits=Limits(), sandbox=Sandbox())
    return done.ok


def with_fixed_layout(argv: Sequence[str]) -> list[str]:
    """``argv`` without address randomisation, which gcc's ThreadSanitizer needs on kernels with much of it."""
    return ["setarch", "-R", *argv] if _setarch_works() else list(argv)
