"""Jobs in a pool of processes, results in the order of the jobs, only so many on the way at a time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any, TypeVar

from mbtool.errors import StageError
from mbtool.executors.local import available_cores

J = TypeVar("J")
R = TypeVar("R")


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers: each watches for its end itself."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes start at ``submit``; without this each would first run the caller's script again.

    What they run is ours and is imported by name, so a script needs no ``if __name__ == "__main__"``.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class OrderedPool:
    """Up to ``workers`` processes (default: one per core), started when the first job comes; end it with ``close``."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or available_cores()
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[J], R], jobs: Iterable[J]) -> Iterator[R]:
        """Yield ``function(job)`` of every job in order; at most two jobs a worker wait or are done and not taken.

        Raises:
            StageError: a worker process died (killed, or out of memory).
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_start_worker)
        waiting: deque[Future[Any]] = deque()
        try:
            for job in jobs:
                with _without_main():
                    waiting.append(self._pool.submit(function, job))
                if len(waiting) >= 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as broken:
            self._pool = None
            raise StageError(
                "a worker process died while it read a file (killed, or out of memory)",
                "run it again: what was stored is kept; fewer processes: --workers 1",
            ) from broken
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the processes; jobs not yet begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
