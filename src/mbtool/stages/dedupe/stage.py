"""Dedupe at the edge: what is compared of every document in each shard, clusters over all shards in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.dedupe.config import DedupeSettings
from mbtool.stages.dedupe.core import Stars, Texts, cluster, is_equal
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
    hashes, guards = (
        pa.array(hash_texts(*_bytes(pa.chunked_array([strings]))), pa.uint64())
        for strings in (comparison, pa.array(signatures, pa.string()))
    )
    lengths = pc.utf8_length(comparison)
    columns = {
        "doc_id": documents["doc_id"],
        "author_id": documents["author_id"],
        "comparison": comparison,
        "text_key": pc.if_else(pc.greater(lengths, 0), hashes, None),
        "length": lengths,
        "guard": guards,
    }
    return {"text_keys": pa.table(columns, schema=TEXT_KEYS.schema)}


def merge(config: DedupeSettings, shards: Iterable[Tables], corpus: Tables) -> Tables:
    """The cluster and weight of every document; what the last merge decided is carried on from, not redone.

    A superseded revision is not among ``shards``, and the clusters are those of a corpus in which it never stood: where
    it was a representative, the next of its cluster takes its place (or joins another representative it is near).
    """
    keys = pa.concat_tables([TEXT_KEYS.empty(), *(shard["text_keys"] for shard in shards)])
    rows = corpus["cluster_rows"]
    before = Stars(rows["owner_row"].to_numpy().astype(np.int64), rows["similarity"].to_numpy())
    texts = _texts(keys)
    stars = cluster(texts, config.similarity, config.min_length, before, config.threads)
    copies = np.flatnonzero(cluster_sizes(stars.owner) > 1)
    weight = weigh(stars.owner, copies, _numbers(keys["author_id"], copies), config.weight)
    carried = [pa.array(stars.owner, pa.int32()), pa.array(stars.similarity, pa.float64())]
    return {
        "duplicates": _duplicates(keys["doc_id"].combine_chunks(), stars, is_equal(texts, stars), weight),
        "cluster_rows": pa.table(carried, schema=CLUSTER_ROWS.schema),
    }


def _duplicates(ids: pa.Array, stars: Stars, equal: NDArray[np.bool_], weight: NDArray[np.float64]) -> pa.Table:
    size = cluster_sizes(stars.owner)
    kinds = pa.DictionaryArray.from_arrays(
        pa.array(np.where(equal, 0, 1), pa.int8(), mask=size == 1), pa.array(["exact", "near"], pa.string())
    )
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


def _guard(config: DedupeSettings) -> Guard:
    try:
        return _read_guard(located(config.guard).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(
            f"dedupe.guard: cannot read {config.guard}: {error}", "copy mbtool:stance_guard.toml and edit the copy"
        ) from None


@lru_cache(maxsize=2)
def _read_guard(text: str) -> Guard:
    """Compiled once a process, not once a shard."""
    return read_guard(tomllib.loads(text))


def _texts(keys: pa.Table) -> Texts:
    data, starts, ends = _bytes(keys["comparison"])
    return Texts(
        data,
        starts,
        ends,
        lengths=keys["length"].to_numpy(),
        guards=keys["guard"].to_numpy(),
        hashes=pc.fill_null(keys["text_key"], 0).to_numpy(),
    )


def _bytes(column: pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The strings of ``column`` end to end as UTF-8, and where each starts and ends."""
    array = column.cast(pa.large_string()).combine_chunks()
    borders = np.zeros(1, np.int64)
    if len(array):
        borders = np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    data.setflags(write=False)  # one type for the compiler, whoever made the array
    return data, borders[:-1].copy(), borders[1:].copy()


def _numbers(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each distinct string in ``rows`` of ``column``, by first appearance; -1 for null."""
    indices = column.take(pa.array(rows)).combine_chunks().dictionary_encode().indices
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
    free=frozenset({"threads"}),
)
