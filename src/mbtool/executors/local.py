"""Jobs in a pool of processes on this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

from mbtool.contract import Tick
from mbtool.errors import StageError

J = TypeVar("J")
R = TypeVar("R")

_ticks: SimpleQueue[int] | None = None


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker(ticks: SimpleQueue[int]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    global _ticks  # a worker process has exactly one queue home, set once when it starts
    _ticks = ticks


def _call(function: Callable[[J, Tick], R], job: J) -> R:
    queue = _ticks
    assert queue is not None
    return function(job, queue.put)


class LocalExecutor:
    """Runs jobs in ``workers`` processes (default: one per core); a single job runs in the calling process.

    Processes are spawned, never forked: Arrow and numba hold threads that a fork would break.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or available_cores()
        self._pool: ProcessPoolExecutor | None = None
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
        pool, queue = self._open()
        listener = threading.Thread(target=_forward, args=(queue, tick), daemon=True)
        listener.start()
        try:
            for future in as_completed([pool.submit(_call, function, job) for job in jobs]):
                yield future.result()
        except BrokenProcessPool as broken:
            self._pool = None
            raise StageError(
                "a worker process died before its shard was done (killed, or out of memory)",
                "try fewer workers: --workers 1; finished shards are kept",
            ) from broken
        finally:
            if self._pool is not None:
                queue.put(-1)
                listener.join()

    def close(self) -> None:
        """End the pool; jobs not yet begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _open(self) -> tuple[ProcessPoolExecutor, SimpleQueue[int]]:
        if self._pool is None or self._ticks is None:
            context = get_context("spawn")
            self._ticks = context.SimpleQueue()
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_start_worker, initargs=(self._ticks,)
            )
        return self._pool, self._ticks


def _forward(queue: SimpleQueue[int], tick: Tick) -> None:
    while (count := queue.get()) >= 0:
        tick(count)
