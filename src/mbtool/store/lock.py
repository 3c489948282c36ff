"""One writer at a time; a lock whose owner is dead is taken over."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mbtool.errors import LockedError


@contextmanager
def writer_lock(lake: Path) -> Iterator[None]:
    """Hold the lake's writer lock.

    The operating system's lock on the file decides, so that the lock of a process that was killed is free at once; the
    note beside it only tells people who holds it and since when.

    Raises:
        LockedError: a live process holds it.
    """
    lake.mkdir(parents=True, exist_ok=True)
    note = lake / ".writer.json"
    lock = FileLock(lake / ".writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"{lake}: another run is writing to this lake ({_owner(note)})",
            "wait for it to end, or give this run a lake of its own: --lake PATH",
        ) from None
    try:
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": int(time.time())}
        note.write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _owner(note: Path) -> str:
    try:
        owner = json.loads(note.read_text(encoding="utf-8"))
        minutes = (time.time() - owner["since"]) / 60
        return f"process {owner['pid']} on {owner['host']}, for {minutes:.0f} min"
    except (OSError, ValueError, KeyError):
        return "owner unknown"
