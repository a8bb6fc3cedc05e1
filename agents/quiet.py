"""Who may use the machine when: measurements alone, everything else together.

Two locks. One between processes, a file, for which nobody waits long: another program may hang. One between the threads
of this process, in which a measurement waits for the others' stages to end, and new stages wait for it; builds in the
background, which a stage may be waiting for, only wait while something is being measured. Knows nothing of what is
measured.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from unseq.backends.parlay.toolchain import cache_folder

_LONGEST_WAIT_S = 4.0

P = ParamSpec("P")
T = TypeVar("T")


class Turns:
    """Many at once, or one alone; who wants to be alone comes before those who begin later."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._alone = False
        self._waiting = 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else is in."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._alone and self._together == 0)
                self._alone = True
            finally:
                self._waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()

    @contextmanager
    def together(self, *, polite: bool) -> Iterator[None]:
        """Nobody is in alone; ``polite``: nor wants to be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone and not (polite and self._waiting))
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()


_HERE = Turns()


@contextmanager
def quiet_machine(measuring: bool) -> Iterator[bool]:
    """Holds the machine: alone to measure, together with others for all else. Yields False if another process did not
    let go in time, and the measurement may be disturbed. The same thread never holds it twice."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _HERE.alone() if measuring else _HERE.together(polite=True):
        descriptor = os.open(folder / "machine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield _lock(descriptor, fcntl.LOCK_EX if measuring else fcntl.LOCK_SH)
        finally:
            os.close(descriptor)


def unless_measuring(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls ``function``, which works in the background, while nothing is measured in this process."""
    with _HERE.together(polite=False):
        return function(*args, **kwargs)


def _lock(descriptor: int, how: int) -> bool:
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
