"""Files into the lake: what is new is stored, what changed is a revision, what is known is left alone."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Event, Reporter
from mbtool.engine.writer import FunnelLike, Writer
from mbtool.errors import InputError
from mbtool.store.lake import Lake
from mbtool.store.parquet import read_columns, write_atomically
from mbtool.store.parts import drop_part, ingested_at
from mbtool.tables import REJECTS


class BatchLike(Protocol):
    """Rows by table, and how far the file has been read when they come (0: unknown)."""

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """Rows by table."""
        ...

    @property
    def bytes_read(self) -> int:
        """How far the file has been read."""
        ...


@dataclass(frozen=True)
class Unit:
    """One file to ingest."""

    name: str
    digest: Callable[[], str]
    """Of the bytes and of every setting that shapes what is read from them; worked out at the first call."""
    size: int
    read: Callable[[], tuple[Any, Iterator[BatchLike]]]
    """Gives (funnel, batches); the funnel is complete when the batches are taken."""
    stamp: Callable[[], Any] = lambda: None
    """Changes when the file does: one that was written to while it was read is read again next time."""
    known_as: str = ""
    """The name in the ledger, where it may not name people; else ``name``."""

    @property
    def ledger_name(self) -> str:
        """The name under which the ledger keeps the file."""
        return self.known_as or self.name


@dataclass
class FileRun:
    """What became of one file: counted in its funnel, left alone because it was read before, or failed."""

    name: str
    funnel: Any
    is_unchanged: bool = False
    error: InputError | None = None
    """Why the file could not be read to its end; what was read before is stored."""
    rejected_rows: dict[str, list[int]] = field(default_factory=dict)
    """Reason → the first rows that were rejected for it."""

    def note_rejects(self, rejects: pa.Table) -> None:
        """Keep the first rows of each reason, to be named in what is said of the file."""
        for reason, row in zip(rejects["reason"].to_pylist(), rejects["source_row"].to_pylist(), strict=True):
            rows = self.rejected_rows.setdefault(reason, [])
            if len(rows) < ROWS_NAMED:
                rows.append(row)


ROWS_NAMED = 3
"""Rejected rows that are named for a reason; all of them are in the table ``rejects``."""


class Ledger:
    """Which files have been read to the end, by digest: a file that has not changed is not read again."""

    def __init__(self, lake: Lake) -> None:
        self._path = lake.path / "ledger.json"
        self._files: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}

    def holds(self, unit: Unit) -> bool:
        """Whether exactly this content was read under this name with these settings."""
        digests = self._files.get(unit.ledger_name, {}).get("digests", ())
        return bool(digests) and unit.digest() in digests

    def note(self, unit: Unit, funnel: FunnelLike, source_file: str | None) -> None:
        """Remember that this file is in the lake, and under which name its rows are."""
        entry = self._files.setdefault(unit.ledger_name, {"digests": []})
        if unit.digest() not in entry["digests"]:
            entry["digests"].append(unit.digest())
        entry.setdefault("rejects", {})[unit.digest()] = funnel.rejected.total()  # files of two sources share a name
        entry["source_file"] = source_file
        self._write()

    def rejected(self, unit: Unit) -> str | None:
        """The name under which rejects of files with this name are kept; None if there are none."""
        entry = self._files.get(unit.ledger_name, {})
        return entry.get("source_file") if any(entry.get("rejects", {}).values()) else None

    def forget(self, units: Sequence[Unit]) -> None:
        """Let these files be read again."""
        for unit in units:
            self._files.pop(unit.ledger_name, None)
        self._write()

    def _write(self) -> None:
        data = json.dumps(self._files, indent=1, sort_keys=True, ensure_ascii=False).encode()
        if not (self._path.exists() and self._path.read_bytes() == data):
            write_atomically(self._path, data)


def author_key(lake: Lake) -> bytes:
    """The lake's secret for pseudonyms, made at its first use."""
    path = lake.path / ".author_key"
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode())
    return bytes.fromhex(path.read_text("ascii"))


def read_author_key(lake: Lake) -> bytes:
    """The lake's secret for pseudonyms, or, where there is no lake yet, one that is not kept."""
    path = lake.path / ".author_key"
    return bytes.fromhex(path.read_text("ascii")) if path.exists() else secrets.token_bytes(32)


def unread(lake: Lake, units: Sequence[Unit]) -> list[Unit]:
    """The units that the ledger does not hold."""
    ledger = Ledger(lake)
    return [unit for unit in units if not ledger.holds(unit)]


def ingest_units(
    lake: Lake, units: Sequence[Unit], part_rows: int, report: Reporter, *, is_dry: bool = False
) -> list[FileRun]:
    """Read every unit that the ledger does not hold and store what is new. The caller holds the writer's lock.

    A file that cannot be read does not keep the others from being stored: its run carries the error. With ``is_dry``
    everything is compared with the lake, and nothing is written; no lock is needed.
    """
    ledger, runs = Ledger(lake), list[FileRun]()
    held = [ledger.holds(unit) for unit in units]  # by place: files of two sources may share a name
    todo = [unit for unit, is_held in zip(units, held, strict=True) if not is_held]
    writer = Writer(lake, part_rows, is_dry=is_dry) if todo else None
    progress = _Progress(report, sum(unit.size for unit in todo))
    if todo:
        message = f"{len(todo)} new of {len(units)} files"
        report(Event(kind="start", step="ingest", message=message, total=progress.total, unit="bytes"))
    read: list[tuple[Unit, FileRun, str | None]] = []
    with ThreadPoolExecutor(1) as digests:
        for unit, is_held in zip(units, held, strict=True):
            if writer is None or is_held:
                runs.append(FileRun(unit.name, None, is_unchanged=True))
                continue
            stamp = unit.stamp()
            digest = digests.submit(unit.digest)  # beside the reading: both take a while for a large file
            run, source_file = _read_unit(unit, writer, progress)
            runs.append(run)
            if run.error is None and digest.exception() is None and unit.stamp() == stamp:
                read.append((unit, run, source_file))
    if writer is not None:
        writer.flush()
        if not is_dry:
            lake.refresh_superseded()
            for unit, run, source_file in read:
                ledger.note(unit, run.funnel, source_file)
        report(Event(kind="done", step="ingest", message=_outcome(runs), seconds=progress.seconds))
    return runs


def _read_unit(unit: Unit, writer: Writer, progress: _Progress) -> tuple[FileRun, str | None]:
    """Take all batches of a file; (what became of it, the name under which its rows are kept)."""
    run = FileRun(unit.name, None)
    source_file: str | None = None
    try:
        run.funnel, batches = unit.read()
        for batch in batches:
            writer.take(batch.tables, run.funnel)
            if REJECTS.name in batch.tables:
                run.note_rejects(batch.tables[REJECTS.name])
            for table in batch.tables.values():
                source_file = source_file or table["source_file"][0].as_py()
            progress.at(unit.name, batch.bytes_read)
    except InputError as failure:
        run.error = failure
    except OSError as failure:
        run.error = InputError(f"{unit.name}: {failure.strerror or failure}", "is the file there, and may it be read?")
    funnel = run.funnel
    if run.error is not None and funnel is not None:
        ends = funnel.stored + funnel.revised + funnel.duplicate + funnel.other
        lost = funnel.records - ends - funnel.rejected.total() - funnel.skipped.total()
        if lost > 0:
            funnel.skipped["read before the file failed"] += lost
    if funnel is not None and not funnel.is_balanced():
        raise AssertionError(f"{unit.name}: records are not accounted for: {asdict(funnel)}")
    progress.done(unit.name, unit.size)
    return run, source_file


def _outcome(runs: Sequence[FileRun]) -> str:
    funnels = [run.funnel for run in runs if run.funnel is not None]
    stored, revised = sum(f.stored for f in funnels), sum(f.revised for f in funnels)
    failed = sum(run.error is not None for run in runs)
    return f"{stored:,} stored, {revised:,} revised" + (f", {failed} files failed" if failed else "")


class _Progress:
    """Reports bytes read: at the end of each file, and ten times a second inside a large one."""

    def __init__(self, report: Reporter, total: int) -> None:
        self.total = total
        self._report, self._before, self._begun, self._last = report, 0, time.monotonic(), 0.0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begun

    def at(self, name: str, bytes_read: int) -> None:
        """So far in the file at work."""
        if bytes_read and time.monotonic() - self._last > 0.1:
            self._show(name, self._before + bytes_read)

    def done(self, name: str, size: int) -> None:
        """The file is done."""
        self._before += size
        self._show(name, self._before)

    def _show(self, name: str, done: int) -> None:
        self._last = time.monotonic()
        rate = done / self.seconds if self.seconds else 0.0
        left = f", {(self.total - done) / rate:.0f} s left" if rate else ""
        message = f"{name}: {rate / 1e6:.1f} MB/s{left}"
        self._report(
            Event(
                kind="progress",
                step="ingest",
                message=message,
                done=done,
                total=self.total,
                unit="bytes",
                seconds=self.seconds,
            )
        )


def forget_rejects(lake: Lake, units: Sequence[Unit]) -> list[Unit]:
    """The units that had rejects when they were last read; they are to be read again, and their rejects are gone."""
    ledger = Ledger(lake)
    names = {unit.name: ledger.rejected(unit) for unit in units}
    again = [unit for unit in units if names[unit.name] is not None]
    if not again:
        return []
    ledger.forget(again)  # first: whatever happens from here on, the files are read again
    gone = pa.array(sorted({str(names[unit.name]) for unit in again}))
    for part in lake.parts(REJECTS):
        (table,) = read_columns([part.path], REJECTS.schema)
        kept = table.filter(pc.invert(pc.is_in(table["source_file"], value_set=gone)))
        if kept.num_rows < table.num_rows:
            lake.append(REJECTS, kept)
            drop_part(part)
    return again


def expire_rejects(lake: Lake, days: int | None) -> int:
    """Drop the parts of ``rejects`` that were stored more than ``days`` days ago; returns how many.

    This is the one place where ingest asks the clock: how long raw lines are kept is a promise to people, who live by
    it, and nothing that is counted or measured reads them.
    """
    if days is None:
        return 0
    old = [part for part in lake.parts(REJECTS) if ingested_at(part) < time.time() - days * 86_400]
    for part in old:
        drop_part(part)
    return len(old)
