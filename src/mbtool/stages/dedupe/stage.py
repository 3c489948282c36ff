"""Dedupe at the edge: what is compared of every document in each shard, clusters over all shards in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.dedupe.config import DedupeSettings
from mbtool.stages.dedupe.core import Stars, Texts, cluster
from mbtool.stages.dedupe.guard import Guard, read_guard, signature
from mbtool.stages.dedupe.weights import cluster_sizes, weigh
from mbtool.tables import CLUSTER_ROWS, DOCUMENTS, DUPLICATES, TEXT_KEYS
from mbtool.text.posts import comparison_key

_TICK = 2_000


def work(config: DedupeSettings, tables: Tables, tick: Tick) -> Tables:
    """The comparison text of every document of a shard, its hash and its guard."""
    from mbtool.kernels.near_duplicates import hash_texts

    guard = _guard(config)
    documents = tables["documents"]
    keys, signatures = [], []
    for number, text in enumerate(documents["clean_text"].to_pylist(), start=1):
        key = comparison_key(text or "")
        keys.append(key)
        signatures.append(signature(key, guard))
        if number % _TICK == 0:
            tick(_TICK)
    comparison = pa.array(keys, pa.string())
    hashes = pa.array(hash_texts(*_bytes(pa.chunked_array([comparison]))), pa.uint64())
    lengths = pc.utf8_length(comparison)
    columns = {
        "doc_id": documents["doc_id"],
        "author_id": documents["author_id"],
        "comparison": comparison,
        "text_key": pc.if_else(pc.greater(lengths, 0), hashes, None),
        "length": lengths,
        "guard": pa.array(signatures, pa.string()),
    }
    return {"text_keys": pa.table(columns, schema=TEXT_KEYS.schema)}


def merge(config: DedupeSettings, shards: Iterable[Tables], corpus: Tables) -> Tables:
    """The cluster and weight of every document; what the last merge decided is carried on from, not redone."""
    keys = pa.concat_tables([TEXT_KEYS.empty(), *(shard["text_keys"] for shard in shards)])
    stars = cluster(_texts(keys), config.similarity, config.min_length, _stars(corpus["cluster_rows"]))
    weight = weigh(stars.owner, _numbers(keys["author_id"]), config.weight)
    return {"duplicates": _duplicates(keys["doc_id"], stars, weight), "cluster_rows": _rows(stars)}


def _guard(config: DedupeSettings) -> Guard:
    try:
        return read_guard(tomllib.loads(located(config.guard).read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(
            f"dedupe.guard: cannot read {config.guard}: {error}", "copy mbtool:stance_guard.toml and edit the copy"
        ) from None


def _duplicates(doc_ids: pa.ChunkedArray, stars: Stars, weight: NDArray[np.float64]) -> pa.Table:
    size = cluster_sizes(stars.owner)
    kind = np.where(stars.first == stars.owner, 0, 1)
    kinds = pa.DictionaryArray.from_arrays(
        pa.array(kind, pa.int8(), mask=size == 1), pa.array(["exact", "near"], pa.string())
    )
    ids = doc_ids.combine_chunks()
    columns = {
        "doc_id": ids,
        "cluster_id": ids.take(pa.array(stars.owner)),
        "cluster_size": pa.array(size, pa.int32()),
        "is_representative": pa.array(stars.owner == np.arange(len(size)), pa.bool_()),
        "similarity": pa.array(stars.similarity, pa.float64()),
        "kind": kinds.cast(pa.string()),
        "weight": pa.array(weight, pa.float64()),
    }
    return pa.table(columns, schema=DUPLICATES.schema)


def _rows(stars: Stars) -> pa.Table:
    columns = (stars.first, stars.owner, stars.similarity)
    return pa.table(
        [pa.array(c, t) for c, t in zip(columns, CLUSTER_ROWS.schema.types, strict=True)], schema=CLUSTER_ROWS.schema
    )


def _stars(rows: pa.Table) -> Stars:
    first, owner, similarity = (rows[name].to_numpy() for name in CLUSTER_ROWS.schema.names)
    return Stars(first.astype(np.int64), owner.astype(np.int64), similarity)


def _texts(keys: pa.Table) -> Texts:
    data, starts, ends = _bytes(keys["comparison"])
    return Texts(
        data,
        starts,
        ends,
        lengths=keys["length"].to_numpy(),
        guards=_numbers(keys["guard"]).astype(np.int32),
        hashes=pc.fill_null(keys["text_key"], 0).to_numpy(),
    )


def _bytes(column: pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The strings of ``column`` end to end as UTF-8, and where each starts and ends."""
    array = column.cast(pa.large_string()).combine_chunks()
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array) + 1] if len(array) else np.zeros(1, np.int64)
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    data.setflags(write=False)  # one type for the compiler, whoever made the array
    return data, offsets[:-1].copy(), offsets[1:].copy()


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each distinct string of ``column``, by first appearance; -1 for null."""
    indices = column.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), np.int64)


STAGE = Stage(
    name="dedupe",
    version=2,
    config=DedupeSettings,
    reads=(DOCUMENTS.part("doc_id", "clean_text", "author_id"),),
    writes=(TEXT_KEYS, DUPLICATES, CLUSTER_ROWS),
    work=work,
    merge=merge,
    carries=(CLUSTER_ROWS.whole(),),
)
