"""Which records the lake already holds."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from mbtool.store.lake import Lake
from mbtool.store.parquet import read_columns
from mbtool.tables import DOCUMENTS, TableSpec


class KnownDocuments:
    """The content digests of every stored revision of every document."""

    def __init__(self, lake: Lake) -> None:
        self._digests: dict[str, tuple[str, ...]] = {}
        wanted = pa.schema([DOCUMENTS.schema.field(c) for c in ("doc_id", "content_digest")])
        for table in read_columns([p.path for p in lake.parts(DOCUMENTS)], wanted):
            for doc_id, digest in zip(table["doc_id"].to_pylist(), table["content_digest"].to_pylist(), strict=True):
                self._digests[doc_id] = (*self._digests.get(doc_id, ()), digest)

    def revision_of(self, doc_id: str, digest: str) -> int | None:
        """The revision number that this record gets, or None if exactly this record is known."""
        stored = self._digests.get(doc_id, ())
        if digest in stored:
            return None
        self._digests[doc_id] = (*stored, digest)
        return len(stored) + 1


class KnownRows:
    """The rows of an ingested table that has no ids: the same row is never stored twice."""

    def __init__(self, lake: Lake, spec: TableSpec) -> None:
        self._rows = {_key(row) for row in lake.ingested(spec).read().to_pylist()}

    def new(self, table: pa.Table) -> tuple[pa.Table, int]:
        """(the rows that are not known yet, the number of those that are)."""
        fresh: list[bool] = []
        for row in table.to_pylist():
            key = _key(row)
            fresh.append(key not in self._rows)
            self._rows.add(key)
        kept = table.filter(pa.array(fresh, pa.bool_()))
        return kept, table.num_rows - kept.num_rows


def _key(row: dict[str, object]) -> Sequence[object]:
    return tuple(str(v) for v in row.values())
