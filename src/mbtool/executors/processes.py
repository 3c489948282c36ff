"""Worker processes that never outlive the run: they end with their parent, and at once when it is stopped."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, TypeVar

R = TypeVar("R")


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """``count`` processes; each calls ``prepare(*given)`` when it starts.

    They are spawned, never forked: Arrow and numba hold threads that a fork would break.
    """

    def __init__(self, count: int, prepare: Callable[..., None] | None = None, given: tuple[Any, ...] = ()) -> None:
        self.count = count
        context = get_context("spawn")
        # only the parent holds the writing end: the workers read its end when it is closed, or when the parent is killed
        self._reading, self._writing = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=_start, initargs=(self._reading, prepare, given)
        )
        self._futures: set[Future[Any]] = set()

    def submit(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """Have a worker call ``function(*arguments)``."""
        with _without_main():
            future = self._pool.submit(function, *arguments)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def close(self) -> None:
        """End the processes; what they have not finished is dropped, for what is stored is stored whole."""
        if any(not future.cancel() for future in list(self._futures)):
            self._writing.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._writing.close()
        self._reading.close()


def _start(parent: Connection, prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if prepare is not None:
        prepare(*given)


def _end_with(parent: Connection) -> None:
    parent.poll(None)  # nothing is ever sent: it returns when the other end is gone
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
