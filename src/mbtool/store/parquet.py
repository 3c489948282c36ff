"""Parquet files that have the same bytes for the same table, and digests of their columns."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 65_536
_HEAD_ROWS = 1_000


def write_atomically(path: Path, data: bytes | pa.Buffer) -> None:
    """Write ``data`` so that a reader sees the old file or the new one, never a part; mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(path)


def encode_table(table: pa.Table, read_often: Sequence[str] = ()) -> pa.Buffer:
    """The bytes of ``table`` as Parquet; equal tables give equal bytes, however they are chunked.

    Compressed by zstd, the columns ``read_often`` by LZ4; ``read_often`` only of a table without nested columns.
    """
    sink = pa.BufferOutputStream()
    mixed = {name: "lz4" if name in read_often else "zstd" for name in table.column_names}
    dictionary = [f.name for f in table.schema if pa.types.is_string(f.type) and _recurs(table[f.name])]
    pq.write_table(
        table.combine_chunks(),
        sink,
        row_group_size=ROW_GROUP_ROWS,
        compression=mixed if read_often else "zstd",
        use_dictionary=dictionary or False,
        write_statistics=True,
        store_schema=True,
    )
    return sink.getvalue()


def _recurs(texts: pa.ChunkedArray) -> bool:
    """Whether a column repeats its texts, to judge by its head: a dictionary of ids would only take time and room."""
    head = texts.slice(0, _HEAD_ROWS)
    return bool(2 * pc.count_distinct(head).as_py() <= len(head))


def column_digests(encoded: pa.Buffer) -> dict[str, str]:
    """sha256 of each top-level column, over the encoded pages of all its leaves."""
    footer = pq.read_metadata(pa.BufferReader(encoded))
    hashes = {name: hashlib.sha256() for name in footer.schema.to_arrow_schema().names}
    for group in range(footer.num_row_groups):
        for leaf in range(footer.num_columns):
            chunk = footer.row_group(group).column(leaf)
            first = chunk.data_page_offset
            if chunk.dictionary_page_offset:
                first = min(first, chunk.dictionary_page_offset)
            name = chunk.path_in_schema.split(".", 1)[0]
            hashes[name].update(chunk.path_in_schema.encode())
            hashes[name].update(memoryview(encoded[first : first + chunk.total_compressed_size]))
    return {name: h.hexdigest()[:32] for name, h in hashes.items()}


def read_columns(paths: Sequence[Path], schema: pa.Schema) -> list[pa.Table]:
    """The columns of ``schema`` of each file, one table a file."""
    return [pq.read_table(path, columns=schema.names, partitioning=None).cast(schema) for path in paths]
