"""Results of stages: one folder for each unit of work, and ``results.toml``, which says what is current.

A unit is the work on one shard, or a merge. Its folder is named by its fingerprint and holds ``part-<table>.parquet``
files and a manifest, renamed into place last: no manifest, no result.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import tomli_w

from mbtool.store.parquet import column_digests, encode_table, write_atomically
from mbtool.tables import TableSpec


@dataclass(frozen=True)
class StoredTable:
    """One table of one unit: rows and the digest of each column."""

    rows: int
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """A finished unit of work."""

    folder: Path
    tables: Mapping[str, StoredTable]

    def path(self, table: str) -> Path:
        """The file that holds ``table``."""
        return self.folder / f"part-{table}.parquet"


def load_result(folder: Path) -> Result | None:
    """The result in ``folder``, or None if it was never finished."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    tables = {name: StoredTable(t["rows"], t["columns"]) for name, t in manifest["tables"].items()}
    return Result(folder, tables)


def store_result(folder: Path, specs: Sequence[TableSpec], tables: Mapping[str, pa.Table]) -> Result:
    """Write the tables of a unit, then its manifest."""
    stored = {}
    for spec in specs:
        encoded = encode_table(tables[spec.name], spec.read_often)
        write_atomically(folder / f"part-{spec.name}.parquet", encoded.to_pybytes())
        stored[spec.name] = StoredTable(tables[spec.name].num_rows, column_digests(encoded))
    manifest = {"tables": {name: {"rows": t.rows, "columns": t.digests} for name, t in stored.items()}}
    write_atomically(folder / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    return Result(folder, stored)


@dataclass(frozen=True)
class Entry:
    """What ``results.toml`` says of one stage: what it ran with, and which units are its current result."""

    version: int
    settings: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    shards: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of the unit of each part of ``documents``, in ingest order."""
    merge: str = ""
    """Fingerprint of the merge, or of the one unit of a stage that is not sharded."""
    rows: Mapping[str, int] = field(default_factory=dict)


def read_results(path: Path) -> dict[str, Entry]:
    """The current entry of each stage that has run."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: Entry(**entry) for name, entry in document.items()}


def write_results(path: Path, entries: Mapping[str, Entry]) -> None:
    """Write ``results.toml``: sorted, no clock times; untouched when nothing changed."""
    document = {name: _plain(entries[name]) for name in sorted(entries)}
    data = tomli_w.dumps(document).encode()
    if not path.exists() or path.read_bytes() != data:
        write_atomically(path, data)


def _plain(entry: Entry) -> dict[str, Any]:
    values = {name: _sorted(getattr(entry, name)) for name in sorted(entry.__dataclass_fields__)}
    return values | {"shards": dict(entry.shards)}  # their order is the order of ingest, and it matters


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _sorted(value[k]) for k in sorted(value) if value[k] is not None}
    if isinstance(value, list | tuple):
        return [_sorted(v) for v in value]
    return value
