"""Megabytes a second of jieba, rjieba and mbtool, and how long it takes until the first token."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.aims import Aims
from benchmarks.segment_identity import plain_jieba
from benchmarks.segment_texts import megabytes_of
from mbtool import Segmenter
from mbtool.executors.processes import available_cores
from mbtool.kernels.segmentation import encode_pieces

try:
    import rjieba
except ImportError:
    rjieba = None  # type: ignore[assignment, unused-ignore]

Work = Callable[[], object]
TIMES_JIEBA = 30.0
TIMES_JIEBA_FROM_ARROW = 25.0
TIMES_RJIEBA = {"short": 2.0, "long": 1.5}
ARROW = "mbtool, Arrow to ids"


class Engine(NamedTuple):
    """Something that cuts the texts, on so many threads."""

    name: str
    threads: int
    work: Work
    rounds: int


def print_speeds(kind: str, texts: Sequence[str], rounds: int, aims: Aims) -> None:
    """Print MB/s of every engine on ``texts``, with the HMM.

    One thread is measured in its processor time, so that whatever else the machine does counts little; two threads are
    measured by the clock.
    """
    size = megabytes_of(texts)
    print(f"\n{kind} text: {len(texts):,} documents, {size:.1f} MB; one thread by its processor time, two by the clock")
    speeds: dict[tuple[str, int], float] = {}
    for engine in _engines(texts, rounds):
        clock = time.process_time if engine.threads == 1 else time.perf_counter
        speed = speeds[engine.name, engine.threads] = size / best_of(engine.work, engine.rounds, clock)
        ratios = "".join(
            f"  {speed / speeds[other, 1]:6.1f}x {other}" for other in ("jieba", "rjieba") if (other, 1) in speeds
        )
        threads = "2 threads" if engine.threads == 2 else "1 thread "
        print(f"  {engine.name:<24} {threads} {speed:8.2f} MB/s{ratios}", flush=True)
    kernel, arrow = speeds["mbtool, kernel alone", 1], speeds[ARROW, 1]
    aims.at_least(f"kernel against jieba, {kind} text", TIMES_JIEBA, kernel / speeds["jieba", 1], "x")
    aims.at_least(f"Arrow to ids against jieba, {kind} text", TIMES_JIEBA_FROM_ARROW, arrow / speeds["jieba", 1], "x")
    if rjieba is not None:
        ratio = arrow / speeds["rjieba", 1]
        aims.at_least(f"Arrow to ids against rjieba, {kind} text", TIMES_RJIEBA[kind], ratio, "x")


def _engines(texts: Sequence[str], rounds: int) -> list[Engine]:
    array = pa.array(texts, pa.string())
    ours, theirs = Segmenter(), plain_jieba()
    engines = [Engine("jieba", n, _on_threads(theirs.lcut, texts, n), 2) for n in (1, 2)]
    if rjieba is not None:
        engines += [Engine("rjieba", n, _on_threads(rjieba.cut, texts, n), min(rounds, 3)) for n in (1, 2)]
    engines.append(Engine("mbtool, kernel alone", 1, _kernel(ours, array), rounds))
    engines += [Engine(ARROW, n, partial(ours.encode, array, threads=n), rounds) for n in (1, 2)]
    engines.append(Engine("mbtool, back to strings", 1, lambda: ours.encode(array).decode(), min(rounds, 3)))
    engines.append(Engine("mbtool, cut by cut", 1, lambda: [ours.cut(text) for text in texts], 1))
    return engines


def _on_threads(cut: Callable[[str], list[str]], texts: Sequence[str], threads: int) -> Work:
    """Cut every text into a list of strings, the texts dealt out to so many threads."""
    if threads == 1:
        return lambda: [cut(text) for text in texts]

    def work() -> object:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda k: [cut(text) for text in texts[k::threads]], range(threads)))

    return work


def _kernel(segmenter: Segmenter, texts: pa.Array) -> Work:
    """The kernel's call by itself: no offsets to convert, no terms to copy."""
    model = segmenter._model
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    data.setflags(write=False)
    borders = np.frombuffer(texts.buffers()[1], np.int32)[: len(texts) + 1].astype(np.int64)
    starts, ends, whole = borders[:-1].copy(), borders[1:].copy(), np.zeros(len(texts), np.bool_)
    return lambda: encode_pieces(data, starts, ends, whole, model, True, np.zeros(len(model.links), np.int32))


def best_of(work: Work, rounds: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The least time that ``work`` took in ``rounds``."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


# --- until the first token --------------------------------------------------------------------------------------

FIRST_TOKEN = "from mbtool import Segmenter; Segmenter().cut('我来到北京清华大学')"
COMPILE = "from mbtool.warming import warm_everything; warm_everything()"


def print_starts(aims: Aims) -> None:
    """Print how long the cached build takes to open, a process to its first token, and all kernels to compile."""
    opening = best_of(Segmenter, 5)
    with tempfile.TemporaryDirectory(prefix="mbtool-bench-") as folder:
        before = _processor_of_children()
        cold = _wall(COMPILE, folder, 1)
        compiled = _processor_of_children()
        warm = _wall(FIRST_TOKEN, folder, 5)
        worked, first = compiled - before, (_processor_of_children() - compiled) / 5
    print(f"\nstart, by the clock; load average {os.getloadavg()[0]:.1f} on {available_cores()} cores")
    print(f"  the cached build is open after                  {1000 * opening:8.1f} ms")
    print(f"  from process start to the first token, warm     {warm:8.2f} s  ({first:.2f} s of processor)")
    print(f"  all kernels compiled, once on a machine         {cold:8.1f} s  ({worked:.1f} s of processor)", flush=True)
    aims.at_most("cached build opens", 0.1, opening, " s", 3)
    aims.at_most("process start to first token, warm", 1.5, warm, " s", 2)
    aims.at_most("all kernels compiled", 30, cold, " s")


def _processor_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wall(program: str, folder: str, rounds: int) -> float:
    environment = {**os.environ, "MBTOOL_CACHE_DIR": folder}
    command = [sys.executable, "-c", program]
    return best_of(lambda: subprocess.run(command, env=environment, check=True), rounds)
