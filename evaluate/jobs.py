"""Works through many functions, one after another or several at once, until all are done or the user has had enough.

Knows threads and interrupts; knows nothing of what is done to a function.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Protocol, TypeVar

T = TypeVar("T")


class Watcher(Protocol):
    """Who wants to know how far the work is. Each thread tells of its own function."""

    def expect(self, total: int) -> None:
        """How many functions there will be."""

    def begin(self, name: str) -> None:
        """The function that this thread turns to."""

    def stage(self, name: str, detail: str = "") -> None:
        """What is being done to it."""

    def end(self) -> None:
        """This thread is done with it."""


class _Stopped(Exception):
    """The user ended the run while this function was being worked on."""


class _Stoppable:
    """A watcher that ends its function's work at the next stage once the run is to stop."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.stop = threading.Event()

    def expect(self, total: int) -> None:
        self._watcher.expect(total)

    def begin(self, name: str) -> None:
        self._watcher.begin(name)

    def stage(self, name: str, detail: str = "") -> None:
        if self.stop.is_set():
            raise _Stopped
        self._watcher.stage(name, detail)

    def end(self) -> None:
        self._watcher.end()


def work_through(
    names: Sequence[str], work: Callable[[int, Watcher], T], watcher: Watcher, jobs: int = 1
) -> dict[int, T]:
    """``work(k, watcher)`` for every k, ``jobs`` at once; the results by k. Fewer than ``names`` where the user
    interrupted: those that were finished by then. Raises what ``work`` raises."""
    watcher.expect(len(names))
    results: dict[int, T] = {}
    watching = _Stoppable(watcher)

    def one(k: int) -> None:
        watching.begin(names[k])
        try:
            results[k] = work(k, watching)
        finally:
            watching.end()

    if jobs == 1:
        with suppress(KeyboardInterrupt):
            for k in range(len(names)):
                one(k)
        return results
    with ThreadPoolExecutor(jobs, "unseq-function") as pool:
        futures = [pool.submit(one, k) for k in range(len(names))]
        with suppress(KeyboardInterrupt):
            wait(futures, return_when=FIRST_EXCEPTION)
        if not all(future.done() for future in futures):
            watching.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    for error in filter(None, map(_error, futures)):
        if not isinstance(error, _Stopped | KeyboardInterrupt):
            raise error
    return results


def _error(future: Future[None]) -> BaseException | None:
    return None if future.cancelled() else future.exception()
