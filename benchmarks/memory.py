"""Peak memory, measured so that it is the process's own.

``ru_maxrss`` is not: on Linux a process that is started takes over the peak of the one that started it (the kernel's
``setmax_mm_hiwater_rss`` at exec), so that the child of a test run of 1 GB "uses" 1 GB before its first line. ``VmHWM``
of /proc/self/status belongs to the address space, which is new after exec. Where there is no /proc (macOS), the peak is
``ru_maxrss``, which is a task's own there.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_EVERY = 0.1


def peak_mb() -> float:
    """The peak memory of this process since it began, in MiB."""
    kilobytes = _status("self", "VmHWM:")
    if kilobytes is not None:
        return kilobytes / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@dataclass(frozen=True)
class Measured:
    """What a program took: seconds by the clock and of processors; MiB of its largest process, and of all at one time."""

    seconds: float
    processor_seconds: float
    largest_mb: float
    family_mb: float
    output: str


def run_measured(command: Sequence[str]) -> Measured:
    """Run a program to its end and follow the memory of it and of the processes that it starts.

    Looked at ten times a second. The largest process is right to its last tenth of a second, since the kernel keeps the
    peak of each; for all together, pages that several share are divided among them (without /proc: counted for each).

    Raises:
        CalledProcessError: the program failed.
    """
    begun, before = time.monotonic(), _processor_seconds()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watcher = _Watcher(child.pid)
    watcher.start()
    output, _ = child.communicate()
    seconds = time.monotonic() - begun
    watcher.is_done.set()
    watcher.join()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Measured(seconds, _processor_seconds() - before, watcher.largest, watcher.family, output)


def _processor_seconds() -> float:
    """Of all children that have ended, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watcher(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.largest = self.family = 0.0
        self.is_done = threading.Event()
        self._pid = pid

    def run(self) -> None:
        look = _look if PROC.exists() else _look_by_ps
        while not self.is_done.wait(_EVERY):
            largest, family = look(self._pid)
            self.largest, self.family = max(self.largest, largest), max(self.family, family)


def _look(pid: int) -> tuple[float, float]:
    """(peak of the largest process so far, memory of all now) of a process and its children, in MiB."""
    pids = _family(pid)
    peaks = [_status(p, "VmHWM:") or 0 for p in pids]
    return max(peaks, default=0) / 1024, sum(_proportional(p) for p in pids) / 1024


def _family(pid: int) -> list[int]:
    try:
        children = [int(c) for t in (PROC / f"{pid}/task").iterdir() for c in (t / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(p for c in children for p in _family(c))]


def _status(pid: int | str, name: str) -> int | None:
    return _kilobytes(PROC / f"{pid}/status", name)


def _proportional(pid: int) -> int:
    return _kilobytes(PROC / f"{pid}/smaps_rollup", "Pss:") or 0


def _kilobytes(path: Path, name: str) -> int | None:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), None)


def _look_by_ps(pid: int) -> tuple[float, float]:
    shown = subprocess.run(["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in shown.splitlines()]
    family = {pid}
    while more := {p for p, parent, _ in rows if parent in family} - family:
        family |= more
    sizes = [size / 1024 for p, _, size in rows if p in family]
    return max(sizes, default=0.0), sum(sizes)
