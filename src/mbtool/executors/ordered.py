"""Jobs in a pool of threads or processes, results in the order of the jobs, only so many on the way at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from mbtool.errors import StageError
from mbtool.executors.processes import Workers, available_cores

J = TypeVar("J")
R = TypeVar("R")

MOST_THREADS = 4
"""More wait for the interpreter's lock, and each takes memory."""


class OrderedPool:
    """Up to ``workers`` threads or processes (default: one per core), started at the first job; end with ``close``."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or available_cores()
        self._processes: Workers | None = None
        self._threads: ThreadPoolExecutor | None = None

    def map(self, function: Callable[[J], R], jobs: Iterable[J], *, in_threads: bool = False) -> Iterator[R]:
        """Yield ``function(job)`` of every job in order; at most two jobs a worker wait or are done and not taken.

        ``in_threads`` is for compiled work, which leaves the interpreter's lock to others: no process has to start, and
        no result to be copied.

        Raises:
            StageError: a worker process died (killed, or out of memory).
        """
        waiting: deque[Future[Any]] = deque()
        try:
            for job in jobs:
                waiting.append(self._submit(function, job, in_threads))
                if len(waiting) >= 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as broken:
            self.close()
            raise StageError(
                "a worker process died while it read a file (killed, or out of memory)",
                "run it again: what was stored is kept; fewer processes: --workers 1",
            ) from broken
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, function: Callable[[J], R], job: J, in_threads: bool) -> Future[R]:
        if in_threads:
            self._threads = self._threads or ThreadPoolExecutor(min(self.workers, MOST_THREADS), "mbtool-ingest")
            return self._threads.submit(function, job)
        self._processes = self._processes or Workers(self.workers)
        return self._processes.submit(function, job)

    def close(self) -> None:
        """End the workers; jobs not yet begun are dropped."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
        if self._processes is not None:
            self._processes.close()
            self._processes = None
