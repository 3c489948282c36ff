"""Jobs in a pool of processes, results in the order of the jobs, only so many on the way at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from mbtool.errors import StageError
from mbtool.executors.processes import Workers, available_cores

J = TypeVar("J")
R = TypeVar("R")


class OrderedPool:
    """Up to ``workers`` processes (default: one per core), started when the first job comes; end it with ``close``."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or available_cores()
        self._pool: Workers | None = None

    def map(self, function: Callable[[J], R], jobs: Iterable[J]) -> Iterator[R]:
        """Yield ``function(job)`` of every job in order; at most two jobs a worker wait or are done and not taken.

        Raises:
            StageError: a worker process died (killed, or out of memory).
        """
        if self._pool is None:
            self._pool = Workers(self.workers)
        waiting: deque[Future[Any]] = deque()
        try:
            for job in jobs:
                waiting.append(self._pool.submit(function, job))
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

    def close(self) -> None:
        """End the processes; jobs that are not done are dropped."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
