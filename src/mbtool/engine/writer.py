"""What is new in the rows that are read, into parts of the lake; every row is counted in its file's funnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from mbtool.engine.known import KnownDocuments, KnownRows, leading_words
from mbtool.store.lake import Lake
from mbtool.tables import DOCUMENTS, INGESTED, REJECTS, TableSpec

_PART_BYTES = 48 << 20
"""Of documents that wait for their part, in memory: long texts make parts of fewer rows."""


class FunnelLike(Protocol):
    """What the engine counts in a file's funnel."""

    records: int
    stored: int
    revised: int
    duplicate: int
    other: int
    rejected: Any
    skipped: Any

    def is_balanced(self) -> bool:
        """Whether every record is accounted for."""
        ...


class Writer:
    """Takes rows as they are read, and stores those that the lake does not hold; with ``is_dry`` nothing is stored."""

    def __init__(self, lake: Lake, part_rows: int, *, is_dry: bool) -> None:
        self._lake, self._part_rows, self._is_dry = lake, part_rows, is_dry
        if not is_dry:
            lake.refresh_superseded()  # a run that was killed may have stored a revision and no more
        self._known = KnownDocuments(lake)
        self._rows = {spec.name: KnownRows(lake, spec) for spec in INGESTED if spec.name != DOCUMENTS.name}
        self._documents: list[pa.Table] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._others: dict[str, list[pa.Table]] = {}

    def take(self, batch: Mapping[str, pa.Table], funnel: FunnelLike) -> None:
        """Keep what is new in ``batch``, and count what became of every row."""
        for name, table in batch.items():
            if name == DOCUMENTS.name:
                self._take_documents(table, funnel)
            else:
                kept, known = self._rows[name].new(table)
                self._others.setdefault(name, []).append(kept)
                if name != REJECTS.name:
                    funnel.duplicate += known
                    funnel.other += kept.num_rows
        if self._waiting_rows >= self._part_rows or self._waiting_bytes >= _PART_BYTES:
            self._store_documents()

    def flush(self) -> None:
        """Store everything that waits."""
        while self._documents:
            self._store_documents()
        for spec in INGESTED:
            waiting = self._others.pop(spec.name, [])
            if waiting:
                self._append(spec, pa.concat_tables(waiting))

    def _take_documents(self, table: pa.Table, funnel: FunnelLike) -> None:
        revisions = self._known.revisions_of(table["doc_id"], table["content_digest"])
        fresh = revisions > 0
        if not fresh.all():
            table, revisions = table.filter(pa.array(fresh)), revisions[fresh]
        numbers = pa.array(revisions, pa.int32())
        self._wait(table.set_column(table.column_names.index("revision"), "revision", numbers))
        funnel.duplicate += int((~fresh).sum())
        funnel.stored += int((revisions == 1).sum())
        funnel.revised += int((revisions > 1).sum())

    def _wait(self, documents: pa.Table) -> None:
        self._documents.append(documents)
        self._waiting_rows += documents.num_rows
        self._waiting_bytes += documents.nbytes

    def _store_documents(self) -> None:
        """Store a part. It never holds a document twice: second revisions are the first rows of the next part."""
        table = pa.concat_tables(self._documents)
        self._documents, self._waiting_rows, self._waiting_bytes = [], 0, 0
        first = np.unique(leading_words(table["doc_id"]), return_index=True)[1]
        if len(first) < table.num_rows:
            is_first = np.zeros(table.num_rows, np.bool_)
            is_first[first] = True
            self._wait(table.filter(pa.array(~is_first)))
            table = table.filter(pa.array(is_first))
        self._append(DOCUMENTS, table)

    def _append(self, spec: TableSpec, table: pa.Table) -> None:
        if not self._is_dry:
            self._lake.append(spec, table)
