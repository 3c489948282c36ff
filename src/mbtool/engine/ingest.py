"""Files into the lake: what is new is stored, what changed is a revision, what is known is left alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from mbtool.contract import Event, Reporter
from mbtool.engine.known import KnownDocuments, KnownRows
from mbtool.store.lake import Lake
from mbtool.store.parquet import write_atomically
from mbtool.tables import DOCUMENTS, INGESTED, REJECTS


class FunnelLike(Protocol):
    """What the engine counts in a file's funnel."""

    stored: int
    revised: int
    duplicate: int
    other: int
    rejected: Any

    def is_balanced(self) -> bool:
        """Whether every record is accounted for."""
        ...


@dataclass(frozen=True)
class Unit:
    """One file to ingest."""

    name: str
    digest: str
    """Of the bytes and of every setting that shapes what is read from them."""
    size: int
    read: Callable[[], tuple[Any, Iterator[Mapping[str, pa.Table]]]]
    """Gives (funnel, batches); the funnel is complete when the batches are taken."""


@dataclass
class FileRun:
    """What became of one file."""

    name: str
    funnel: Any
    is_unchanged: bool = False


@dataclass
class _Buffers:
    """Rows waiting to become parts. A part never holds a document twice: a second revision waits for the next part."""

    documents: list[pa.Table] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    later: list[pa.Table] = field(default_factory=list)
    others: dict[str, list[pa.Table]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(t.num_rows for t in self.documents)


class Ledger:
    """Which files have been read to the end, by digest: a file that has not changed is not read again."""

    def __init__(self, lake: Lake) -> None:
        self._path = lake.path / "ledger.json"
        self._files: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}

    def holds(self, unit: Unit) -> bool:
        """Whether exactly this content was read under this name with these settings."""
        return unit.digest in self._files.get(unit.name, {}).get("digests", ())

    def note(self, units: Sequence[Unit]) -> None:
        """Remember that these files are in the lake."""
        for unit in units:
            digests = self._files.setdefault(unit.name, {"digests": []})["digests"]
            if unit.digest not in digests:
                digests.append(unit.digest)
        data = json.dumps(self._files, indent=1, sort_keys=True, ensure_ascii=False).encode()
        if units and not (self._path.exists() and self._path.read_bytes() == data):
            write_atomically(self._path, data)


def author_key(lake: Lake) -> bytes:
    """The lake's secret for pseudonyms, made at its first use."""
    path = lake.path / ".author_key"
    if not path.exists():
        write_atomically(path, secrets.token_hex(32).encode())
    return bytes.fromhex(path.read_text("ascii"))


def ingest_units(lake: Lake, units: Sequence[Unit], part_rows: int, report: Reporter) -> list[FileRun]:
    """Read every unit that the ledger does not hold and store what is new. The caller holds the writer's lock."""
    ledger, runs = Ledger(lake), list[FileRun]()
    todo = [u for u in units if not ledger.holds(u)]
    writer = _Writer(lake, part_rows) if todo else None
    total = sum(u.size for u in todo)
    if todo:
        report(
            Event(
                kind="start", step="ingest", message=f"{len(todo)} new of {len(units)} files", total=total, unit="bytes"
            )
        )
    done = 0
    for unit in units:
        if writer is None or ledger.holds(unit):
            runs.append(FileRun(unit.name, None, is_unchanged=True))
            continue
        funnel, batches = unit.read()
        for batch in batches:
            writer.take(batch, funnel)
        if not funnel.is_balanced():
            raise AssertionError(f"{unit.name}: records are not accounted for: {asdict(funnel)}")
        runs.append(FileRun(unit.name, funnel))
        done += unit.size
        report(Event(kind="progress", step="ingest", message=unit.name, done=done, total=total, unit="bytes"))
    if writer is not None:
        writer.flush()
        lake.refresh_superseded()
        ledger.note(todo)
    return runs


class _Writer:
    def __init__(self, lake: Lake, part_rows: int) -> None:
        self._lake, self._part_rows = lake, part_rows
        lake.refresh_superseded()  # a run that was killed may have stored a revision and no more
        self._documents = KnownDocuments(lake)
        self._rows = {spec.name: KnownRows(lake, spec) for spec in INGESTED if spec.name != DOCUMENTS.name}
        self._buffers = _Buffers()

    def take(self, batch: Mapping[str, pa.Table], funnel: FunnelLike) -> None:
        """Keep what is new in ``batch``, and count what became of every row."""
        for name, table in batch.items():
            if name == DOCUMENTS.name:
                self._take_documents(table, funnel)
            else:
                kept, known = self._rows[name].new(table)
                self._buffers.others.setdefault(name, []).append(kept)
                if name != REJECTS.name:
                    funnel.duplicate += known
                    funnel.other += kept.num_rows
        if self._buffers.rows >= self._part_rows:
            self._flush_documents()

    def flush(self) -> None:
        """Store everything that waits."""
        self._flush_documents()
        for spec in INGESTED:
            waiting = self._buffers.others.pop(spec.name, [])
            if waiting:
                self._lake.append(spec, pa.concat_tables(waiting))

    def _take_documents(self, table: pa.Table, funnel: FunnelLike) -> None:
        revisions: list[int | None] = []
        now: list[bool] = []
        for doc_id, digest in zip(table["doc_id"].to_pylist(), table["content_digest"].to_pylist(), strict=True):
            revision = self._documents.revision_of(doc_id, digest)
            revisions.append(revision)
            now.append(revision is not None and doc_id not in self._buffers.ids)
            if revision is not None:
                self._buffers.ids.add(doc_id)
        later = [r is not None and not n for r, n in zip(revisions, now, strict=True)]
        index = table.column_names.index("revision")
        numbered = table.set_column(index, "revision", pa.array(revisions, pa.int32()))
        self._buffers.documents.append(numbered.filter(pa.array(now)))
        if any(later):
            self._buffers.later.append(numbered.filter(pa.array(later)))
        funnel.duplicate += sum(r is None for r in revisions)
        funnel.stored += sum(r == 1 for r in revisions)
        funnel.revised += sum(r is not None and r > 1 for r in revisions)

    def _flush_documents(self) -> None:
        buffers = self._buffers
        if buffers.documents:
            self._lake.append(DOCUMENTS, pa.concat_tables(buffers.documents))
        waiting = pa.concat_tables(buffers.later) if buffers.later else None
        self._buffers = _Buffers(others=buffers.others)
        while waiting is not None and waiting.num_rows:
            ids, first = set[str](), list[bool]()
            for doc_id in waiting["doc_id"].to_pylist():
                first.append(doc_id not in ids)
                ids.add(doc_id)
            mask = pa.array(first)
            self._lake.append(DOCUMENTS, waiting.filter(mask))
            waiting = waiting.filter(pa.compute.invert(mask))
