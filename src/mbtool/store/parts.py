"""Append-only tables: immutable parts, each with a manifest that is renamed into place last.

A part without a manifest does not exist for readers. Parts are named by their content and ordered by ``sequence``.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mbtool.store.parquet import column_digests, encode_table, read_columns, write_atomically
from mbtool.tables import TableSpec


@dataclass(frozen=True)
class Part:
    """One stored part of an append-only table."""

    path: Path
    sequence: int
    rows: int
    digests: dict[str, str]

    @property
    def name(self) -> str:
        """``part-<hash>``: the name by which manifests and messages know the part."""
        return self.path.stem

    def digest(self, columns: tuple[str, ...] = ()) -> str:
        """A digest of the given columns, or of all."""
        chosen = columns or tuple(sorted(self.digests))
        return _digest([f"{c}={self.digests[c]}" for c in chosen])


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def list_parts(folder: Path) -> list[Part]:
    """The parts that have a manifest, in ingest order."""
    parts = []
    for manifest in folder.glob("part-*.json"):
        entry = json.loads(manifest.read_text(encoding="utf-8"))
        path = manifest.with_suffix(".parquet")
        parts.append(Part(path, entry["sequence"], entry["rows"], entry["columns"]))
    return sorted(parts, key=lambda part: (part.sequence, part.path.name))


def append_part(folder: Path, spec: TableSpec, table: pa.Table) -> Part | None:
    """Store ``table`` as the next part; returns None for a table without rows."""
    if table.num_rows == 0:
        return None
    encoded = encode_table(table.cast(spec.schema))
    digests = column_digests(encoded)
    present = list_parts(folder)
    sequence = present[-1].sequence + 1 if present else 1
    name = "part-" + _digest([*(f"{c}={d}" for c, d in sorted(digests.items())), str(sequence)])[:16]
    path = folder / f"{name}.parquet"
    write_atomically(path, encoded)
    manifest = {"sequence": sequence, "rows": table.num_rows, "ingested_at": int(time.time()), "columns": digests}
    write_atomically(path.with_suffix(".json"), json.dumps(manifest, indent=1, sort_keys=True).encode())
    return Part(path, sequence, table.num_rows, digests)


def drop_part(part: Part) -> None:
    """Remove a part: its manifest first, so that no reader ever sees a part without its data."""
    part.path.with_suffix(".json").unlink()
    part.path.unlink()


def ingested_at(part: Part) -> int:
    """When a part was stored, in seconds since 1970."""
    return int(json.loads(part.path.with_suffix(".json").read_text(encoding="utf-8"))["ingested_at"])


def read_parts(parts: list[Part], schema: pa.Schema) -> pa.Table:
    """All rows of ``parts``, in ingest order."""
    tables = read_columns([p.path for p in parts], schema)
    return pa.concat_tables(tables) if tables else schema.empty_table()
