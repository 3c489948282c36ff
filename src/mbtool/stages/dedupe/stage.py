"""Dedupe at the edge: a key per document in each shard, clusters over all shards in the merge."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pyarrow as pa

from mbtool.contract import Stage, Tables, Tick
from mbtool.stages.dedupe.config import DedupeSettings
from mbtool.stages.dedupe.core import cluster_equal, weigh
from mbtool.tables import DOCUMENTS, DUPLICATES, TEXT_KEYS
from mbtool.text.posts import comparison_key


def work(config: DedupeSettings, tables: Tables, tick: Tick) -> Tables:
    """The comparison key of every document of a shard; null where nothing is left to compare."""
    documents = tables["documents"]
    keys, lengths = [], []
    for text in documents["clean_text"].to_pylist():
        key = comparison_key(text or "")
        lengths.append(len(key))
        keys.append(hashlib.blake2b(key.encode("utf-8"), digest_size=16).hexdigest() if key else None)
    tick(documents.num_rows)
    columns = [documents["doc_id"], pa.array(keys, pa.string()), documents["author_id"], pa.array(lengths, pa.int32())]
    return {"text_keys": pa.table(columns, schema=TEXT_KEYS.schema)}


def merge(config: DedupeSettings, shards: Iterable[Tables], corpus: Tables) -> Tables:
    """Clusters of equal keys; the representative is the earliest in ingest order."""
    keys = pa.concat_tables([TEXT_KEYS.empty(), *(shard["text_keys"] for shard in shards)])
    doc_ids = keys["doc_id"].to_pylist()
    clusters = weigh(cluster_equal(keys["text_key"].to_pylist()), keys["author_id"].to_pylist(), config.weight)
    rows = range(len(doc_ids))
    columns = {
        "doc_id": doc_ids,
        "cluster_id": [doc_ids[i] for i in clusters.representative],
        "cluster_size": clusters.size,
        "is_representative": [int(clusters.representative[i]) == i for i in rows],
        "similarity": [1.0] * len(doc_ids),
        "kind": ["exact" if size > 1 else None for size in clusters.size],
        "weight": clusters.weight,
    }
    return {"duplicates": pa.table(columns, schema=DUPLICATES.schema)}


STAGE = Stage(
    name="dedupe",
    version=1,
    config=DedupeSettings,
    reads=(DOCUMENTS.part("doc_id", "clean_text", "author_id"),),
    writes=(TEXT_KEYS, DUPLICATES),
    work=work,
    merge=merge,
)
