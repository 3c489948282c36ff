"""Segment at the edge: token ids local to each shard; the global vocabulary in the merge."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.settings import located
from mbtool.stages.segment.config import SegmentSettings
from mbtool.stages.segment.core import BUCKETS, UNKNOWN, Vocabulary, VocabularyBuilder, kept_terms
from mbtool.tables import (
    DOCUMENTS,
    PARTS_OF_SPEECH,
    PHRASES,
    SHARD_TERMS,
    TOKEN_REMAP,
    TOKENS,
    VOCABULARY,
    TableSpec,
)
from mbtool.text.terms import read_stop_words

if TYPE_CHECKING:
    from mbtool.stages.segment.phrases import PhraseCounter


def work(config: SegmentSettings, tables: Tables, tick: Tick) -> Tables:
    """The tokens of every document of a shard, as ids into the shard's own terms."""
    from mbtool.stages.segment.segmenter import Segmenter

    documents = tables["documents"]
    dictionaries = [located(path) for path in config.user_dictionary]
    segmenter = Segmenter(dictionaries, config.deleted, config.forced, config.protect, config.hmm)
    if config.tokens_column:
        from mbtool.stages.segment.given_tokens import encode_given, extra_values, given_tokens

        is_text = config.tokens_column == "clean_text"
        column = documents["clean_text" if is_text else "extra"].to_pylist()
        values = column if is_text else extra_values(column, config.tokens_column)
        encoded = encode_given(given_tokens(values, config.tokens_separator), documents["clean_text"], segmenter)
    else:
        encoded = segmenter.encode(documents["clean_text"], threads=config.threads)
    lists = pa.ListArray.from_arrays(pa.array(encoded.offsets, pa.int32()), pa.array(encoded.ids, pa.int32()))
    tick(documents.num_rows)
    return {
        "tokens": pa.table([documents["doc_id"], lists, _author_keys(documents["author_id"])], schema=TOKENS.schema),
        "shard_terms": pa.table([encoded.terms.cast(pa.string())], schema=SHARD_TERMS.schema),
        "parts_of_speech": _parts_of_speech(config, documents) if config.part_of_speech else PARTS_OF_SPEECH.empty(),
    }


def _parts_of_speech(config: SegmentSettings, documents: pa.Table) -> pa.Table:
    from mbtool.stages.segment.part_of_speech import PartOfSpeechTagger

    dictionaries = [located(path) for path in config.user_dictionary]
    tagger = PartOfSpeechTagger(dictionaries, config.deleted, config.forced, config.protect, config.hmm)
    words, tags = tagger.tag_all(documents["clean_text"].to_pylist())
    types = PARTS_OF_SPEECH.schema.types
    columns = [documents["doc_id"], pa.array(words, types[1]), pa.array(tags, types[2])]
    return pa.table(columns, schema=PARTS_OF_SPEECH.schema)


def merge(config: SegmentSettings, shards: Sequence[Tables], corpus: Tables) -> Tables:
    """The vocabulary over all shards, the remap of each shard's ids and, if asked for, the phrases."""
    stop_words = read_stop_words(located(config.stop_words).read_text(encoding="utf-8-sig"))
    stop_words |= {word.casefold() for word in config.also_stop}
    phrases = None
    if config.phrases:
        from mbtool.stages.segment.phrases import PhraseCounter

        phrases = PhraseCounter(stop_words)
    with tempfile.TemporaryDirectory(prefix="mbtool-") as folder:
        builder = VocabularyBuilder([_Spool(Path(folder, str(i))) for i in range(BUCKETS)])
        _add_shards(builder, phrases, shards)
        found = builder.finish()
    kept = kept_terms(found, stop_words, config.min_documents, config.max_share)
    columns = [np.arange(len(found.terms)), found.terms, found.counts, found.documents, found.authors, kept]
    tables = {"vocabulary": _table(VOCABULARY, columns), "token_remap": _remap_table(found), "phrases": PHRASES.empty()}
    if phrases is not None:
        counts = np.zeros(len(builder.numbers), np.int64)
        counts[[builder.numbers[term] for term in found.terms]] = found.counts
        pairs = phrases.finish(builder.numbers, counts, config.phrase_min_count, config.phrase_npmi)
        tables["phrases"] = PHRASES.build(vars(pair) for pair in pairs)
    return tables


def _add_shards(builder: VocabularyBuilder, phrases: PhraseCounter | None, shards: Sequence[Tables]) -> None:
    for shard in shards:
        tokens = shard["tokens"]
        lists = tokens["token_ids"].combine_chunks()
        lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
        ids = lists.flatten().to_numpy(zero_copy_only=False)
        terms = shard["shard_terms"]["term"].to_pylist()
        authors = pc.fill_null(tokens["author_key"].combine_chunks(), UNKNOWN)
        numbers = builder.add(terms, ids, lengths, authors.to_numpy(zero_copy_only=False))
        if phrases is not None:
            phrases.add(terms, numbers, ids, np.concatenate([[0], np.cumsum(lengths)]))


def _table(spec: TableSpec, columns: list[object]) -> pa.Table:
    return pa.table(
        [pa.array(c, t) for c, t in zip(columns, spec.schema.types, strict=True)],
        schema=spec.schema,
    )


def _remap_table(found: Vocabulary) -> pa.Table:
    offsets = np.cumsum([0, *map(len, found.remaps)], dtype=np.int32)
    values = np.concatenate([np.zeros(0, np.int32), *found.remaps])
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, pa.int32()))
    return pa.table([pa.array(range(len(found.remaps)), pa.int32()), lists], schema=TOKEN_REMAP.schema)


class _Spool:
    """Numbers in a file, so that memory does not grow with the corpus."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, pairs: NDArray[np.int64]) -> None:
        with self._path.open("ab") as stream:
            stream.write(pairs.tobytes())

    def all(self) -> NDArray[np.int64]:
        return np.fromfile(self._path, np.int64) if self._path.exists() else np.zeros(0, np.int64)


def _author_keys(authors: pa.ChunkedArray) -> pa.Array:
    """A number from 0 on for each author, the same in every shard: 63 bits of a hash; null where there is none."""
    coded = pa.chunked_array(authors.chunks, pa.string()).combine_chunks().dictionary_encode()
    digests = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in coded.dictionary.to_pylist()]
    keys = pa.array([int.from_bytes(digest, "big") >> 1 for digest in digests], pa.int64())
    return keys.take(coded.indices)


STAGE = Stage(
    name="segment",
    version=2,
    config=SegmentSettings,
    reads=(DOCUMENTS.part("doc_id", "author_id", "clean_text", "extra"),),
    writes=(TOKENS, SHARD_TERMS, PARTS_OF_SPEECH, VOCABULARY, TOKEN_REMAP, PHRASES),
    work=work,
    merge=merge,
    free=frozenset({"threads"}),
    libraries=("jieba",),
)
