"""Processes: the results of serial work, and none that outlives its run, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mbtool.contract import Tick
from mbtool.errors import StageError
from mbtool.executors import LocalExecutor, SerialExecutor


def square(job: int, tick: Tick) -> int:
    tick(1)
    return job * job


def my_process(job: int, tick: Tick) -> int:
    time.sleep(0.2)
    return os.getpid()


def fail_first(job: int, tick: Tick) -> int:
    if job == 0:
        raise StageError("the first one failed")
    time.sleep(60)
    return job


def die(job: int, tick: Tick) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return job


@pytest.fixture
def local() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.close()


def test_local_gives_what_serial_gives_and_counts_as_much(local: LocalExecutor) -> None:
    ticks: list[int] = []
    assert sorted(local.run(square, range(7), ticks.append)) == list(SerialExecutor().run(square, range(7), print))
    assert sum(ticks) == 7


def test_no_more_processes_start_than_there_are_jobs() -> None:
    executor = LocalExecutor(64)
    found = set(executor.run(my_process, range(2), print))
    started = executor._pool.count if executor._pool else 0
    executor.close()
    assert (len(found), started) == (2, 2)


def test_more_jobs_than_last_time_get_more_processes() -> None:
    executor = LocalExecutor(3)
    list(executor.run(square, range(2), print))
    assert sorted(executor.run(square, range(3), print)) == [0, 1, 4]
    assert executor._pool is not None
    assert executor._pool.count == 3
    executor.close()


def test_a_failure_does_not_wait_for_the_other_jobs(local: LocalExecutor) -> None:
    begun = time.monotonic()
    with pytest.raises(StageError, match="the first one failed"):
        list(local.run(fail_first, range(4), print))
    assert time.monotonic() - begun < 30
    assert sorted(local.run(square, range(3), print)) == [0, 1, 4], "the executor can be used again"


def test_a_worker_that_is_killed_is_a_stage_error_with_a_way_out(local: LocalExecutor) -> None:
    with pytest.raises(StageError, match="--workers 1"):
        list(local.run(die, range(2), print))


PROGRAM = """
import os, time
from mbtool.executors import LocalExecutor
from tests.executors.test_workers import tell_and_wait

list(LocalExecutor(2).run(tell_and_wait, [FOLDER, FOLDER], print))
"""


def tell_and_wait(folder: str, tick: Tick) -> None:
    (Path(folder) / f"{os.getpid()}").touch()
    time.sleep(120)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(holds: object, seconds: float = 30.0) -> bool:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(holds())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_workers_end_with_a_run_that_is_ended(how: signal.Signals, tmp_path: Path) -> None:
    # the program has no __main__ guard either: workers must not run it again
    program = tmp_path / "program.py"
    (tmp_path / "told").mkdir()
    program.write_text(PROGRAM.replace("FOLDER", repr(str(tmp_path / "told"))), encoding="utf-8")
    root = Path(__file__).parents[2]
    victim = subprocess.Popen(
        [sys.executable, str(program)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    )
    assert until(lambda: len(list((tmp_path / "told").iterdir())) == 2)
    workers = [int(p.name) for p in (tmp_path / "told").iterdir()]
    victim.send_signal(how)
    victim.wait(timeout=30)
    assert until(lambda: not any(is_alive(w) for w in workers))
