"""Dedupe at the edge: what is compared of every document in each shard, clusters over all shards in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
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
from mbtool.tables import CLUSTER_ROWS, COMPARISON_TEXTS, DOCUMENTS, DUPLICATES, TEXT_KEYS
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
    authors = documents["author_id"]
    hashes, guards, author_keys = (
        pa.array(hash_texts(*_bytes(strings)), pa.uint64())
        for strings in (comparison, pa.array(signatures, pa.string()), authors)
    )
    lengths = pc.utf8_length(comparison)
    columns = {
        "doc_id": documents["doc_id"],
        "author_key": pc.if_else(pc.is_valid(authors), author_keys, None),
        "text_key": pc.if_else(pc.greater(lengths, 0), hashes, None),
        "length": lengths,
        "guard": guards,
    }
    texts = {"doc_id": documents["doc_id"], "comparison": comparison}
    return {
        "text_keys": pa.table(columns, schema=TEXT_KEYS.schema),
        "comparison_texts": pa.table(texts, schema=COMPARISON_TEXTS.schema),
    }


def merge(config: DedupeSettings, shards: Sequence[Tables], corpus: Tables) -> Tables:
    """The cluster and weight of every document; what the last merge decided is carried on from, not redone.

    A superseded revision is not among ``shards``, and the clusters are those of a corpus in which it never stood: where
    it was a representative, the next of its cluster takes its place (or joins another representative it is near).
    """
    rows = corpus["cluster_rows"]
    before = Stars(rows["owner_row"].to_numpy().astype(np.int64), rows["similarity"].to_numpy())
    parts = [shard["text_keys"] for shard in shards]
    old = int(np.searchsorted(np.cumsum([0, *map(len, parts)]), len(before.owner)))
    seen = (_texts(part, shard["comparison_texts"]) for part, shard in zip(parts[:old], shards, strict=False))
    stars = cluster(seen, _new(parts, shards, old), config.similarity, config.min_length, before, config.threads)
    keys = pa.concat_tables([TEXT_KEYS.empty(), *parts])
    copies = np.flatnonzero(cluster_sizes(stars.owner) > 1)
    weight = weigh(stars.owner, copies, _authors(keys["author_key"], copies), config.weight)
    equal = is_equal(_hashes(keys["text_key"]), keys["length"].to_numpy(), stars)
    carried = [pa.array(stars.owner, pa.int32()), pa.array(stars.similarity, pa.float64())]
    return {
        "duplicates": _duplicates(keys["doc_id"].combine_chunks(), stars, equal, weight),
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


def _new(parts: Sequence[pa.Table], shards: Sequence[Tables], old: int) -> Texts:
    """The texts of all shards from number ``old`` on."""
    texts = [shards[i]["comparison_texts"] for i in range(old, len(shards))]
    return _texts(
        pa.concat_tables([TEXT_KEYS.empty(), *parts[old:]]), pa.concat_tables([COMPARISON_TEXTS.empty(), *texts])
    )


def _texts(keys: pa.Table, texts: pa.Table) -> Texts:
    data, starts, ends = _bytes(texts["comparison"])
    lengths, guards = keys["length"].to_numpy(), keys["guard"].to_numpy()
    return Texts(data, starts, ends, lengths=lengths, guards=guards, hashes=_hashes(keys["text_key"]))


def _hashes(column: pa.Array | pa.ChunkedArray) -> NDArray[np.uint64]:
    return np.array(pc.fill_null(column, 0).to_numpy(), np.uint64)  # a copy: what Arrow gives may not be written to


def _bytes(column: pa.Array | pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The strings of ``column`` end to end as UTF-8, and where each starts and ends; those of one array not copied."""
    array = column.cast(pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    borders = np.zeros(1, np.int64)
    if len(array):
        borders = np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    data.setflags(write=False)  # one type for the compiler, whoever made the array
    return data, borders[:-1].copy(), borders[1:].copy()


def _authors(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each author in ``rows`` of ``column``; -1 for null."""
    keys = column.take(pa.array(rows))
    numbers = np.unique(_hashes(keys), return_inverse=True)[1]
    return np.where(pc.is_valid(keys).to_numpy(), numbers, -1)


STAGE = Stage(
    name="dedupe",
    version=4,
    config=DedupeSettings,
    reads=(DOCUMENTS.part("doc_id", "clean_text", "author_id"),),
    writes=(TEXT_KEYS, COMPARISON_TEXTS, DUPLICATES, CLUSTER_ROWS),
    work=work,
    merge=merge,
    carries=(CLUSTER_ROWS.whole(),),
    free=frozenset({"threads"}),
)
