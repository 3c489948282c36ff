"""The tables that a run can read, as they stand at one moment, and their digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from mbtool.contract import Stage
from mbtool.engine.fingerprint import fingerprint
from mbtool.store.lake import Lake, Pieces
from mbtool.store.parts import Part
from mbtool.store.results import Result
from mbtool.tables import DOCUMENTS, INGESTED, TableSpec

ABSENT = "absent"


@dataclass(frozen=True)
class Known:
    """A table whose content is known: its files and, for each, the digest of every column."""

    pieces: Pieces
    digests: tuple[Mapping[str, str], ...]
    aside: str = ""
    """Digest of what else changes a reading of the whole: superseded documents, the remap of ids."""

    def shard_digest(self, index: int, spec: TableSpec) -> str:
        """The digest of one piece, as far as ``spec`` reads it."""
        columns = spec.read_schema().names
        return fingerprint({c: self.digests[index][c] for c in columns})

    def digest(self, spec: TableSpec) -> str:
        """The digest of the whole table, as far as ``spec`` reads it."""
        return fingerprint([[self.shard_digest(i, spec) for i in range(len(self.digests))], self.aside])

    def reading(self, spec: TableSpec) -> Pieces:
        """The files, to be read as ``spec`` says."""
        return replace(self.pieces, spec=spec)


class World:
    """Documents, what ingest wrote beside them, and the results of the stages that have run so far."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.parts: list[Part] = lake.parts(DOCUMENTS)
        self._gone = lake.superseded_by_part()
        self.superseded_digest = self.superseded_digest_of(len(self.parts))
        self._known: dict[str, Known] = {}
        self._pending: dict[str, str] = {}
        for spec in INGESTED:
            parts = lake.parts(spec)
            aside = self.superseded_digest if spec.name == DOCUMENTS.name else ""
            self._known[spec.name] = Known(lake.ingested(spec), tuple(p.digests for p in parts), aside)

    def find(self, spec: TableSpec) -> Known | None:
        """The table, or None if its stage is disabled."""
        return self._known.get(spec.name)

    def waits_for(self, spec: TableSpec) -> str | None:
        """The stage that will rewrite the table in this run, if its content is not known yet."""
        return self._pending.get(spec.name)

    def superseded_digest_of(self, parts: int) -> str:
        """Digest of the superseded documents of the first ``parts`` parts."""
        names = [part.name for part in self.parts[:parts]]
        return fingerprint({name: self._gone[name].to_pylist() for name in names if name in self._gone})

    def superseded_in(self, index: int) -> pa.Array | None:
        """The superseded doc_ids of one part."""
        return self._gone.get(self.parts[index].name)

    def mark_pending(self, stage: Stage[object]) -> None:
        """Say that the stage will run: what it writes is not known until then."""
        for spec in stage.writes:
            self._pending[spec.name] = stage.name

    def add(self, stage: Stage[object], shards: Sequence[Result], merged: Result | None) -> None:
        """Take in the finished result of a stage."""
        gone = tuple(self._gone.get(p.name) for p in self.parts)
        for spec in stage.writes:
            self._pending.pop(spec.name, None)
            if merged is not None and spec.name in merged.tables:
                pieces = Pieces(spec, (merged.path(spec.name),), (None,))
                self._known[spec.name] = Known(pieces, (merged.tables[spec.name].digests,))
                continue
            remap: Path | None = None
            aside = self.superseded_digest
            if spec.local_ids and merged is not None:
                remap = merged.path(spec.local_ids[1])
                aside += fingerprint(dict(merged.tables[spec.local_ids[1]].digests))
            pieces = Pieces(spec, tuple(r.path(spec.name) for r in shards), gone, remap)
            self._known[spec.name] = Known(pieces, tuple(r.tables[spec.name].digests for r in shards), aside)
