"""The lake as a reader sees it: the latest documents, the tables ingest wrote, and each stage's current result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mbtool.errors import UsageError
from mbtool.store.lock import writer_lock
from mbtool.store.parquet import encode_table, read_columns, write_atomically
from mbtool.store.parts import Part, append_part, list_parts, read_parts
from mbtool.store.results import Entry, read_results
from mbtool.tables import DOCUMENTS, INGESTED, TableSpec

SUPERSEDED_SCHEMA = pa.schema([("doc_id", pa.string()), ("revision", pa.int32()), ("part", pa.string())])


@dataclass(frozen=True)
class Pieces:
    """A table as files in ingest order, with the superseded documents to leave out of each."""

    spec: TableSpec
    paths: tuple[Path, ...]
    superseded: tuple[pa.Array | None, ...]
    remap: Path | None = None

    def read(self) -> pa.Table:
        """All rows of the latest documents, ids made global."""
        column = self.spec.local_ids[0] if self.spec.local_ids else ""
        translate = self.remap is not None and column in self.spec.read_schema().names
        remaps = pq.read_table(self.remap)["token_ids"] if translate else None
        tables = []
        for index in range(len(self.paths)):
            kept = self.read_one(index)
            tables.append(_translate(kept, column, remaps[index].values) if remaps is not None else kept)
        return pa.concat_tables(tables) if tables else self.spec.empty()

    def read_one(self, index: int) -> pa.Table:
        """The rows of one piece as a merge sees them: superseded documents left out, ids local."""
        table = read_columns([self.paths[index]], self.spec.read_schema())[0]
        return _without(table, self.superseded[index])


def _without(table: pa.Table, gone: pa.Array | None) -> pa.Table:
    if gone is None or not len(gone) or "doc_id" not in table.column_names:
        return table
    return table.filter(pc.invert(pc.is_in(table["doc_id"], value_set=gone)))


def _translate(table: pa.Table, column: str, remap: pa.Array) -> pa.Table:
    lists = table[column].combine_chunks()
    values = remap.to_numpy(zero_copy_only=False)[lists.flatten().to_numpy(zero_copy_only=False)]
    offsets = pa.array(np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False))]))
    translated = pa.ListArray.from_arrays(offsets.cast(pa.int32()), pa.array(values, pa.int32()))
    return table.set_column(table.column_names.index(column), table.schema.field(column), translated)


class Lake:
    """A folder of tables. Reading never waits for a writer; writing needs ``writing()``."""

    def __init__(self, path: str | Path, known: Sequence[TableSpec] = ()) -> None:
        self.path = Path(path)
        self._specs = {spec.name: spec for spec in (*INGESTED, *known)}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock. Raises LockedError when a live process has it."""
        with writer_lock(self.path):
            yield

    # --- what ingest wrote ---

    def parts(self, spec: TableSpec) -> list[Part]:
        """The stored parts of an ingested table, in ingest order."""
        return list_parts(self.path / spec.name)

    def append(self, spec: TableSpec, table: pa.Table) -> Part | None:
        """Store ``table`` as the next part of an ingested table."""
        return append_part(self.path / spec.name, spec, table)

    def superseded(self) -> pa.Table:
        """(doc_id, revision, part) of every revision that is no longer the latest."""
        path = self.path / "superseded.parquet"
        return pq.read_table(path, schema=SUPERSEDED_SCHEMA) if path.exists() else SUPERSEDED_SCHEMA.empty_table()

    def refresh_superseded(self) -> None:
        """Work out anew which revisions are the latest: greatest ``crawled_at``, then ingest order."""
        table = find_superseded(self.parts(DOCUMENTS))
        path = self.path / "superseded.parquet"
        data = encode_table(table).to_pybytes()
        if (table.num_rows or path.exists()) and not (path.exists() and path.read_bytes() == data):
            write_atomically(path, data)

    def superseded_by_part(self) -> dict[str, pa.Array]:
        """The superseded doc_ids of each part that has any. A part holds a document once at most."""
        table = self.superseded()
        names = pc.unique(table["part"]).to_pylist()
        return {n: table.filter(pc.equal(table["part"], n))["doc_id"].combine_chunks() for n in names}

    def ingested(self, spec: TableSpec) -> Pieces:
        """An ingested table as pieces; of documents only the latest revisions."""
        parts = self.parts(spec)
        gone = self.superseded_by_part() if spec.name == DOCUMENTS.name else {}
        return Pieces(spec, tuple(p.path for p in parts), tuple(gone.get(p.name) for p in parts))

    # --- what stages wrote ---

    @property
    def results_path(self) -> Path:
        """``results.toml``: which results are current."""
        return self.path / "results.toml"

    def results(self) -> dict[str, Entry]:
        """The current entry of each stage."""
        return read_results(self.results_path)

    def result_folder(self, stage: str, fingerprint: str) -> Path:
        """Where the unit with this fingerprint stands, or would stand."""
        return self.path / "stages" / stage / fingerprint

    # --- the public face ---

    def table_names(self) -> list[str]:
        """The names that ``table`` answers to."""
        return sorted([*self._specs, "documents_all"])

    def table(self, name: str, columns: Sequence[str] = ()) -> pa.Table:
        """A table as of now: of documents the latest revisions, of a stage its current result.

        Raises:
            UsageError: there is no such table, or its stage has not run yet.
        """
        if name == "documents_all":
            return read_parts(self.parts(DOCUMENTS), DOCUMENTS.whole(*columns).read_schema())
        if name not in self._specs:
            raise UsageError(f"no table named {name!r}", "tables: " + ", ".join(self.table_names()))
        spec = self._specs[name].whole(*columns)
        if name in {s.name for s in INGESTED}:
            return self.ingested(spec).read()
        return self._stage_pieces(spec).read()

    def _stage_pieces(self, spec: TableSpec) -> Pieces:
        for stage, entry in self.results().items():
            if spec.name in entry.rows:
                return pieces_of(self, spec, stage, entry)
        raise UsageError(f"table {spec.name!r} is not there yet in {self.path}", "run: mbtool analyze")


def pieces_of(lake: Lake, spec: TableSpec, stage: str, entry: Entry) -> Pieces:
    """The files of a stage's table, as the entry in ``results.toml`` names them."""
    merged = lake.result_folder(stage, entry.merge)
    whole = merged / f"part-{spec.name}.parquet"
    if whole.exists():
        return Pieces(spec, (whole,), (None,))
    gone = lake.superseded_by_part()
    paths = tuple(lake.result_folder(stage, f) / f"part-{spec.name}.parquet" for f in entry.shards.values())
    remap = merged / f"part-{spec.local_ids[1]}.parquet" if spec.local_ids else None
    return Pieces(spec, paths, tuple(gone.get(part) for part in entry.shards), remap)


def find_superseded(parts: Sequence[Part]) -> pa.Table:
    """(doc_id, revision, part) of all but the latest revision of each document that has several.

    Parts are read from the last to the first: what an earlier one holds of a document is an earlier revision.
    """
    wanted = pa.schema([DOCUMENTS.schema.field(c) for c in ("doc_id", "revision", "crawled_at")])
    revised, tables = pa.array([], pa.string()), list[pa.Table]()
    for part in reversed(parts):
        (table,) = read_columns([part.path], wanted)
        is_revision = pc.greater(table["revision"], 1)
        chosen = table.filter(pc.or_(is_revision, pc.is_in(table["doc_id"], value_set=revised)))
        tables.insert(0, chosen.append_column("part", pa.array([part.name] * chosen.num_rows, pa.string())))
        revised = pc.unique(pa.concat_arrays([revised, *table["doc_id"].filter(is_revision).chunks]))
    if not len(revised):
        return SUPERSEDED_SCHEMA.empty_table()
    several = pa.concat_tables(tables).to_pylist()
    latest: dict[str, int] = {}
    for index, row in enumerate(several):
        best = latest.get(row["doc_id"])
        if best is None or _crawled(row) >= _crawled(several[best]):
            latest[row["doc_id"]] = index
    keep = set(latest.values())
    return pa.Table.from_pylist([r for i, r in enumerate(several) if i not in keep], schema=SUPERSEDED_SCHEMA)


def _crawled(row: dict[str, object]) -> float:
    at = row["crawled_at"]
    return at.timestamp() if hasattr(at, "timestamp") else float("-inf")
