"""How an untrusted program is confined: the command line that a run is wrapped in, and what that guarantees.

Knows bubblewrap, unshare, setpriv and prlimit, and which of them this machine lets us use. Runs nothing itself
(`backends/process.py` does, and hands in the function that probes) and knows nothing of compilers or hosts.
Every confinement drops what it can; what it cannot is listed in `missing`, for the evidence and `doctor`.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The range that systemd gives to short-lived services: nobody's files, and small enough for most containers.
_FIRST_UID, _LAST_UID = 61184, 65519
_TMP_BYTES = 64 << 20
_LANDLOCK_CREATE_RULESET = 444  # asked for the version with flag 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. ``memory`` bounds the resident bytes of the whole process tree (watched from outside);
    ``address_space`` bounds each process and must be None for sanitizers, which reserve terabytes.
    ``processes`` counts threads too."""

    wall_s: float = 10.0
    cpu_s: float | None = None
    memory: int | None = 2 << 30
    address_space: int | None = None
    file_bytes: int = 64 << 20
    output_bytes: int = 1 << 20
    processes: int = 128
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What an untrusted run may see besides ``/usr`` (read-only) and a private, small ``/tmp``.

    Each path is visible under its own name. There is no network. ``drop_user``: run as a user that owns nothing (when
    we are root); every path must then be reachable for others, see `job_folder`. Compilers keep the user, for headers
    may lie in a private home. ``devices``: device nodes that it may use; then it sees ``/sys`` too."""

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    drop_user: bool = True
    devices: tuple[Path, ...] = ()


def filters_of_the_host() -> tuple[str, ...]:
    """What the host program forbids itself before it loads what is under test (``confine.hpp``), as far as the kernel
    knows it."""
    found = []
    if Path("/proc/sys/kernel/seccomp/actions_avail").exists():
        found.append("system calls filtered")
    try:
        landlock = ctypes.CDLL(None).syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1)) > 0
    except (OSError, AttributeError):
        landlock = False
    return (*found, "files only read (Landlock)") if landlock else tuple(found)


@dataclass(frozen=True, slots=True)
class Confinement:
    """The strongest sandbox that this machine offers: ``bubblewrap``, ``unshare`` or ``limits``."""

    name: str
    guarantees: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        text = f"{self.name} ({', '.join(self.guarantees)})"
        return text + (f"; missing: {', '.join(self.missing)}" if self.missing else "")


_LIMITED = "limits on time, memory, files and output"
BUBBLEWRAP = Confinement(
    "bubblewrap",
    ("no network", "read-only system", "private /tmp", "own process tree", "unprivileged user", _LIMITED),
    (),
)
UNSHARE = Confinement(
    "unshare",
    ("no network", "own process tree", _LIMITED),
    ("the file system is not read-only: install bubblewrap",),
)
PLAIN_LIMITS = Confinement(
    "limits",
    (_LIMITED,),
    ("network, file system and process tree are shared: install bubblewrap, or allow user namespaces",),
)


def strongest(works: Callable[[list[str]], bool]) -> Confinement:
    """The first confinement under which ``true`` runs; ``works`` runs a command line and says whether it succeeded."""
    for confinement in (BUBBLEWRAP, UNSHARE):
        needed = ("bwrap",) if confinement is BUBBLEWRAP else ("unshare",)
        if all(shutil.which(tool) for tool in needed) and works(
            wrapped(["true"], Limits(), Sandbox(), confinement, {})
        ):
            return confinement
    return PLAIN_LIMITS


def wrapped(
    argv: list[str], limits: Limits, sandbox: Sandbox | None, confinement: Confinement, environment: dict[str, str]
) -> list[str]:
    """``argv`` behind the programs that confine it; without a sandbox only the limits."""
    command = list(argv)
    if sandbox is not None and confinement is BUBBLEWRAP:
        command = _bubblewrap(sandbox, environment) + command
    elif sandbox is not None and confinement is UNSHARE:
        command = ["unshare", "-rnpfm", "--kill-child", "--mount-proc", "--", *command]
    drops = sandbox is not None and sandbox.drop_user and os.geteuid() == 0
    uid = random.SystemRandom().randint(_FIRST_UID, _LAST_UID)
    command = _prlimit(limits, None if sandbox is None else (uid if drops else os.getuid())) + command
    if drops and shutil.which("setpriv"):
        user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs", "--"]
        command = user + command
    return command


def _bubblewrap(sandbox: Sandbox, environment: dict[str, str]) -> list[str]:
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib64", "bin", "sbin"):
        place = Path("/") / name
        if place.is_symlink():
            command += ["--symlink", os.readlink(place), str(place)]
        elif place.exists():
            command += ["--ro-bind", str(place), str(place)]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):  # other compilers than the default one need them
        if Path(name).exists():
            command += ["--ro-bind", name, name]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp"]
    for path in sandbox.devices:
        command += ["--dev-bind", str(path), str(path)]
    for path in (*sandbox.readable, *((Path("/sys"),) if sandbox.devices else ())):
        command += ["--ro-bind", str(path), str(path)]
    for path in sandbox.writable:
        command += ["--bind", str(path), str(path)]
    command += ["--chdir", str(sandbox.writable[0]) if sandbox.writable else "/tmp", "--clearenv"]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    return [*command, "--"]


def _prlimit(limits: Limits, uid: int | None) -> list[str]:
    """The prefix that sets resource limits; ``uid`` is the user that processes are counted for, None for no count."""
    if shutil.which("prlimit") is None:
        return []
    cpu = limits.cpu_s if limits.cpu_s is not None else limits.wall_s * (os.cpu_count() or 1)
    command = ["prlimit", "--core=0", f"--cpu={max(1, round(cpu + 0.5))}", f"--fsize={limits.file_bytes}"]
    command.append(f"--nofile={limits.open_files}")
    if limits.address_space is not None:
        command.append(f"--as={limits.address_space}")
    if uid is not None:
        command.append(f"--nproc={limits.processes + _threads_of(uid)}")
    return [*command, "--"]


def _threads_of(uid: int) -> int:
    """How many threads a user has now: the process limit counts them all, not only ours."""
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if entry.stat().st_uid == uid:
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
            except OSError:
                continue  # ended meanwhile
    return count


def staging_root() -> Path:
    """A folder for temporary files that every user can reach, so that a sandbox without privileges can."""
    for candidate in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
        path = Path(candidate).resolve()
        try:
            reachable = all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
        except OSError:
            continue
        if reachable and os.access(path, os.W_OK):
            return path
    return Path(tempfile.gettempdir()).resolve()


@contextmanager
def job_folder(prefix: str = "unseq-") -> Iterator[Path]:
    """A fresh folder that every user can read, removed at the end."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=staging_root()))
    try:
        path.chmod(0o755)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
