"""Compile kernels ahead, several at a time, and say so: half a minute of silence looks like a fault."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from mbtool.caches import write_whole
from mbtool.contract import Event, Reporter
from mbtool.errors import StageError
from mbtool.executors.processes import available_cores
from mbtool.kernels.machine_code import code_folder

COMPILING = ("stance", "segment", "ingest", "dedupe")
"""The stages that stand on kernels, the one that takes longest first; ingest does for large files."""
OTHERS = ("training", "dictionary")
"""What else does: training a model, the words proposed for a dictionary and the document-term matrix."""


def compile_for(stages: Collection[str], reporter: Reporter) -> None:
    """Compile the kernels of ``stages`` that are not on this machine yet, which the reporter is told beforehand.

    Where nothing can be kept, or it fails, nothing happens: every process then compiles what it needs by itself.
    """
    names = not_compiled(stages)
    if not names:
        return
    if not can_keep():
        message = f"every process compiles its kernels itself: {code_folder().parent} cannot be written"
        reporter(Event(kind="note", step=names[0], message=message))
        return
    message = f"compiling the kernels of {', '.join(names)}, once on this machine; mbtool doctor --warm does it ahead"
    reporter(Event(kind="note", step=names[0], message=message))
    for fault in compile_ahead([(name,) for name in names]):
        reporter(Event(kind="note", step=names[0], message=f"left to the run, since compiling failed: {fault}"))


def not_compiled(names: Collection[str]) -> list[str]:
    """Those of ``names`` that stand on kernels which were not compiled here, in this version, yet."""
    return [name for name in COMPILING if name in names and not (code_folder() / f"ready-{name}").exists()]


def can_keep() -> bool:
    """Whether compiled code can be kept for the next process."""
    return write_whole(code_folder() / "writable", ())


def compile_ahead(groups: Sequence[Sequence[str]]) -> list[str]:
    """Compile the kernels behind the names, each group in a process of its own; return what went wrong, if anything.

    Processes, since numba compiles on one thread at a time. What they do stands in ``mbtool.rehearsal``.
    """
    with ThreadPoolExecutor(min(available_cores(), len(groups))) as pool:
        return [fault for fault in pool.map(_rehearse, groups) if fault]


def _rehearse(names: Sequence[str]) -> str:
    command = [sys.executable, "-m", "mbtool.rehearsal", *names]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - ours
    if ended.returncode:
        return f"{', '.join(names)}: {(ended.stderr.strip().splitlines() or ['ended without a word'])[-1]}"
    for name in names:
        write_whole(code_folder() / f"ready-{name}", ())
    return ""


def warm_everything() -> list[str]:
    """Compile all kernels that are not on this machine yet; return the names of what stands on them.

    Raises:
        StageError: something could not be compiled.
    """
    faults = compile_ahead([("stance", "training"), ("segment", "dictionary"), ("ingest",), ("dedupe",)])
    if faults:
        raise StageError("; ".join(faults), "mbtool --debug run shows more")
    return [*COMPILING, *OTHERS]
