"""Segment at the edge: token ids local to each shard; the global vocabulary in the merge."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Stage, Tables, Tick
from mbtool.settings import located
from mbtool.stages.segment.config import SegmentSettings
from mbtool.stages.segment.core import VocabularyBuilder
from mbtool.tables import DOCUMENTS, SHARD_TERMS, TOKEN_REMAP, TOKENS, VOCABULARY


def work(config: SegmentSettings, tables: Tables, tick: Tick) -> Tables:
    """The tokens of every document of a shard, as ids into the shard's own terms."""
    from mbtool.stages.segment.segmenter import Segmenter

    documents = tables["documents"]
    dictionaries = [located(path) for path in config.user_dictionary]
    segmenter = Segmenter(dictionaries, config.deleted, config.forced, config.protect, config.hmm)
    encoded = segmenter.encode(documents["clean_text"], threads=config.threads)
    lists = pa.ListArray.from_arrays(pa.array(encoded.offsets, pa.int32()), pa.array(encoded.ids, pa.int32()))
    tick(documents.num_rows)
    return {
        "tokens": pa.table([documents["doc_id"], lists], schema=TOKENS.schema),
        "shard_terms": pa.table([encoded.terms.cast(pa.string())], schema=SHARD_TERMS.schema),
    }


def merge(config: SegmentSettings, shards: Iterable[Tables], corpus: Tables) -> Tables:
    """The vocabulary over all shards, and the remap of each shard's ids."""
    author_of = _author_numbers(corpus["documents"])
    builder = VocabularyBuilder()
    for shard in shards:
        tokens = shard["tokens"]
        lists = tokens["token_ids"].combine_chunks()
        lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
        authors = np.array([author_of[d] for d in tokens["doc_id"].to_pylist()], np.int64)
        ids = lists.flatten().to_numpy(zero_copy_only=False)
        builder.add(shard["shard_terms"]["term"].to_pylist(), ids, lengths, authors)
    found = builder.finish()
    ranks = np.arange(len(found.terms), dtype=np.int32)
    columns = [ranks, found.terms, found.counts, found.documents, found.authors]
    remaps = [range(len(found.remaps)), [r.tolist() for r in found.remaps]]
    return {
        "vocabulary": pa.table(
            [pa.array(c, t) for c, t in zip(columns, VOCABULARY.schema.types, strict=True)], schema=VOCABULARY.schema
        ),
        "token_remap": pa.table(
            [pa.array(c, t) for c, t in zip(remaps, TOKEN_REMAP.schema.types, strict=True)], schema=TOKEN_REMAP.schema
        ),
    }


def _author_numbers(documents: pa.Table) -> dict[str, int]:
    """A number for the author of each document, by first appearance; an unknown author is one of their own."""
    numbers: dict[str, int] = {}
    pairs = zip(documents["doc_id"].to_pylist(), documents["author_id"].to_pylist(), strict=True)
    return {doc: numbers.setdefault(author or f"\x00{doc}", len(numbers)) for doc, author in pairs}


STAGE = Stage(
    name="segment",
    version=1,
    config=SegmentSettings,
    reads=(DOCUMENTS.part("doc_id", "clean_text"),),
    writes=(TOKENS, SHARD_TERMS, VOCABULARY, TOKEN_REMAP),
    work=work,
    merge=merge,
    merge_reads=(DOCUMENTS.whole("doc_id", "author_id"),),
    free=frozenset({"threads"}),
    libraries=("jieba",),
)
