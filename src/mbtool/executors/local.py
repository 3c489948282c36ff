"""Jobs in a pool of processes on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

from mbtool.contract import Tick
from mbtool.errors import StageError
from mbtool.executors.processes import Workers, available_cores

J = TypeVar("J")
R = TypeVar("R")

_ticks: SimpleQueue[int] | None = None


def _keep(ticks: SimpleQueue[int]) -> None:
    global _ticks  # a worker process has exactly one queue home, set once when it starts
    _ticks = ticks


def _call(function: Callable[[J, Tick], R], job: J) -> R:
    queue = _ticks
    assert queue is not None
    return function(job, queue.put)


class LocalExecutor:
    """Runs jobs in up to ``workers`` processes (default: one per core); a single job runs in the calling process."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or available_cores()
        self._pool: Workers | None = None
        self._ticks: SimpleQueue[int] | None = None

    def run(self, function: Callable[[J, Tick], R], jobs: Sequence[J], tick: Tick) -> Iterator[R]:
        """Yield ``function(job, tick)`` of every job, in the order in which they end.

        Raises:
            StageError: a worker process died (killed, or out of memory).
        """
        if len(jobs) < 2 or self.workers == 1:
            for job in jobs:
                yield function(job, tick)
            return
        pool, ticks = self._open(min(self.workers, len(jobs)))
        listener = threading.Thread(target=_forward, args=(ticks, tick), daemon=True)
        listener.start()
        try:
            for future in as_completed([pool.submit(_call, function, job) for job in jobs]):
                yield future.result()
        except BrokenProcessPool as broken:
            self.close()
            raise StageError(
                "a worker process died before its shard was done (killed, or out of memory)",
                "try fewer workers: --workers 1; finished shards are kept",
            ) from broken
        except BaseException:  # one failed, or the run was stopped: the others need not end first
            self.close()
            raise
        ticks.put(-1)
        listener.join()

    def close(self) -> None:
        """End the processes; jobs that are not done are dropped."""
        if self._pool is not None:
            self._pool.close()
        self._pool = self._ticks = None  # a worker that was ended may have held the queue

    def _open(self, wanted: int) -> tuple[Workers, SimpleQueue[int]]:
        """At least ``wanted`` processes. No more than there are jobs: each holds its own libraries in memory."""
        if self._pool is not None and self._pool.count < wanted:
            self.close()
        if self._pool is None or self._ticks is None:
            self._ticks = get_context("spawn").SimpleQueue()
            self._pool = Workers(wanted, _keep, (self._ticks,))
        return self._pool, self._ticks


def _forward(queue: SimpleQueue[int], tick: Tick) -> None:
    while (count := queue.get()) >= 0:
        tick(count)
