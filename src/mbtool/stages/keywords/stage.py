"""Keywords at the edge: the corpus as arrays, one contrast for each value of each grouping, one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Stage, Tables, Tick
from mbtool.settings import located
from mbtool.stages.keywords.config import KeywordsSettings
from mbtool.stages.keywords.core import Choice, Floors, Keyness, build_vocabulary, contrasts
from mbtool.stages.keywords.counts import NO_GROUP, Corpus, Ids
from mbtool.tables import DOCUMENTS, DUPLICATES, KEYWORDS, TOKENS, VOCABULARY, VOICES
from mbtool.text.terms import read_stop_words

GROUPS: Mapping[str, Callable[[Tables, pa.Array], pa.Array]] = {
    "voice": lambda tables, doc_ids: _aligned(tables["voices"], "voice", doc_ids),
    "platform": lambda tables, doc_ids: _aligned(tables["documents"], "platform", doc_ids),
    "year": lambda tables, doc_ids: pc.year(_aligned(tables["documents"], "day", doc_ids)).cast(pa.string()),
}
"""How a document gets its group, by the name of the grouping: one string per doc_id, null where it is not known."""


def work(config: KeywordsSettings, tables: Tables, tick: Tick) -> Tables:
    """The keywords of every group, in the order of ``by``, group value and rank."""
    tokens = tables["tokens"].sort_by("doc_id")
    doc_ids = tokens["doc_id"].combine_chunks()
    corpus = _corpus(tokens, tables, doc_ids)
    terms = tables["vocabulary"].sort_by("token_id")["term"].to_pylist()
    stop_words = read_stop_words(located(config.stop_words).read_text(encoding="utf-8-sig"))
    stop_words |= {word.casefold() for word in config.also_stop}
    floors = Floors(config.min_count, config.min_documents, config.min_authors)
    choice = Choice(floors, config.alpha0, config.top_n, config.max_q)
    pieces = [KEYWORDS.empty()]
    if len(doc_ids) and terms:
        vocabulary = build_vocabulary(corpus, terms, stop_words, floors)
        tick(len(doc_ids) // 2)
        for by in dict.fromkeys(config.by):
            values, groups = _coded(GROUPS[by](tables, doc_ids))
            found = contrasts(vocabulary, corpus, groups, len(values), choice)
            pieces += (_table(by, values[number], keyness, terms) for number, keyness in found)
    return {"keywords": pa.concat_tables(pieces).combine_chunks()}


def _corpus(tokens: pa.Table, tables: Tables, doc_ids: pa.Array) -> Corpus:
    lengths = pc.fill_null(pc.list_value_length(tokens["token_ids"]), 0).to_numpy()
    weights = _aligned(tables["duplicates"], "weight", doc_ids)
    return Corpus(
        ids=pc.list_flatten(tokens["token_ids"]).to_numpy(),
        offsets=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        weights=pc.fill_null(weights, 1.0).to_numpy(zero_copy_only=False),
        authors=_authors(_aligned(tables["documents"], "author_id", doc_ids)),
    )


def _aligned(table: pa.Table, column: str, doc_ids: pa.Array) -> pa.Array:
    """``column`` in the order of ``doc_ids``; null for a document that ``table`` has not."""
    rows = pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks())
    return table[column].combine_chunks().take(rows)


def _authors(names: pa.Array) -> Ids:
    """A number for each author; a document without one counts as an author of its own, as in dedupe."""
    known = names.dictionary_encode()
    numbers = np.asarray(pc.fill_null(known.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    alone = numbers < 0
    numbers[alone] = len(known.dictionary) + np.arange(np.count_nonzero(alone))
    return numbers


def _coded(values: pa.Array) -> tuple[list[str], Ids]:
    """The distinct values, sorted, and for each document the number of its own."""
    distinct = values.drop_null().unique().sort()
    numbers = pc.fill_null(pc.index_in(values, value_set=distinct), NO_GROUP)
    return distinct.to_pylist(), np.asarray(numbers.to_numpy(zero_copy_only=False), np.int64)


def _table(group: str, value: str, keyness: Keyness, terms: list[str]) -> pa.Table:
    size = len(keyness.terms)
    columns: dict[str, Any] = {
        "group": [group] * size,
        "group_value": [value] * size,
        "rank": range(1, size + 1),
        "term": [terms[i] for i in keyness.terms.tolist()],
        "count_target": keyness.count_target,
        "count_reference": keyness.count_reference,
        "tokens_target": [keyness.tokens_target] * size,
        "tokens_reference": [keyness.tokens_reference] * size,
        "documents": keyness.documents,
        "authors": keyness.authors,
        "log_odds_z": keyness.log_odds_z,
        "log_ratio": keyness.log_ratio,
        "g2": keyness.g2,
        "q_value": keyness.q_value,
        "tf_idf": keyness.tf_idf,
        "tested": [keyness.tested] * size,
    }
    return pa.table(columns, schema=KEYWORDS.schema)


STAGE = Stage(
    name="keywords",
    version=1,
    config=KeywordsSettings,
    reads=(
        TOKENS.whole("doc_id", "token_ids"),
        VOCABULARY.whole("token_id", "term"),
        DOCUMENTS.whole("doc_id", "author_id", "platform", "day"),
        VOICES.whole("doc_id", "voice", optional=True),
        DUPLICATES.whole("doc_id", "weight", optional=True),
    ),
    writes=(KEYWORDS,),
    work=work,
    sharded=False,
    libraries=("scipy",),
)
