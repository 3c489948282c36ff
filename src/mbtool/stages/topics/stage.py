"""Topics at the edge: the corpus as arrays, the model's findings as four tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Stage, Tables, Tick
from mbtool.settings import located
from mbtool.stages.topics.bags import Bags, Ids, Mask, build_bags
from mbtool.stages.topics.config import TopicsSettings
from mbtool.stages.topics.core import COHERENCE_TERMS, Topics, find_examples, find_topics, possible_k, written_shares
from mbtool.stages.topics.model import Fitting
from mbtool.tables import DOCUMENT_TOPICS, DUPLICATES, TOKENS, TOPIC_QUALITY, TOPIC_TERMS, TOPICS, VOCABULARY, VOICES
from mbtool.text.terms import read_stop_words

LABEL_TERMS = 3


def work(config: TopicsSettings, tables: Tables, tick: Tick) -> Tables:
    """Topics, their terms, the shares of documents, and how good it all is."""
    tokens = tables["tokens"].sort_by("doc_id")
    doc_ids = tokens["doc_id"].combine_chunks()
    names = tables["vocabulary"].sort_by("token_id")["term"].to_pylist()
    bags = _bags(config, tokens, doc_ids, tables["duplicates"], names)
    tick(len(doc_ids) // 4)
    weights = pc.fill_null(_aligned(tables["duplicates"], "weight", doc_ids), 1.0).to_numpy(zero_copy_only=False)
    fitting = Fitting(config.passes, config.iterations, config.alpha, config.eta, config.chunk_documents, config.seed)
    topics = find_topics(bags, weights, names, config.k, config.top_terms, fitting)
    tick(len(doc_ids) // 2)
    may_stand = _organic(tables["voices"], doc_ids) & bags.is_fitted
    return {
        "topics": _topics(config, topics, names, doc_ids, may_stand),
        "topic_terms": _terms(topics, names),
        "document_topics": _shares(config, topics, doc_ids),
        "topic_quality": TOPIC_QUALITY.build(_quality(config, bags, topics)),
    }


def _bags(config: TopicsSettings, tokens: pa.Table, doc_ids: pa.Array, duplicates: pa.Table, names: list[str]) -> Bags:
    lengths = pc.fill_null(pc.list_value_length(tokens["token_ids"]), 0).to_numpy()
    stop_words = read_stop_words(located(config.stop_words).read_text(encoding="utf-8-sig"))
    preferred = pc.fill_null(_aligned(duplicates, "is_representative", doc_ids), True)
    return build_bags(
        ids=pc.list_flatten(tokens["token_ids"]).to_numpy(),
        offsets=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        clusters=_clusters(_aligned(duplicates, "cluster_id", doc_ids)),
        is_representative=preferred.to_numpy(zero_copy_only=False),
        terms=names,
        stop_words=stop_words | {word.casefold() for word in config.also_stop},
        min_documents=config.min_documents,
        max_share=config.max_share,
        min_tokens=config.min_tokens,
    )


def _aligned(table: pa.Table, column: str, doc_ids: pa.Array) -> pa.Array:
    """``column`` in the order of ``doc_ids``; null for a document that ``table`` has not."""
    rows = pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks())
    return table[column].combine_chunks().take(rows)


def _clusters(names: pa.Array) -> Ids:
    """A number for each cluster; a document without one is a cluster of its own."""
    known = names.dictionary_encode()
    numbers = np.asarray(pc.fill_null(known.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    alone = numbers < 0
    numbers[alone] = len(known.dictionary) + np.arange(np.count_nonzero(alone))
    return numbers


def _organic(voices: pa.Table, doc_ids: pa.Array) -> Mask:
    """Which documents are organic; all of them where the voices are not known."""
    if not voices.num_rows:
        return np.ones(len(doc_ids), np.bool_)
    organic = pc.fill_null(pc.equal(_aligned(voices, "voice", doc_ids), "organic"), False)
    return np.asarray(organic.to_numpy(zero_copy_only=False), np.bool_)


def _topics(config: TopicsSettings, topics: Topics, names: list[str], doc_ids: pa.Array, may_stand: Mask) -> pa.Table:
    numbers = range(len(topics.share))
    columns = {
        "topic_id": numbers,
        "label": [" · ".join(names[i] for i in row[:LABEL_TERMS]) for row in topics.terms.tolist()],
        "share": topics.share,
        "documents": np.bincount(topics.leading, minlength=len(topics.share)),
        "npmi": pa.array(topics.npmi, pa.float64(), from_pandas=True),
        "examples": [doc_ids.take(find_examples(topics, t, may_stand, config.examples)).to_pylist() for t in numbers],
    }
    return pa.table(columns, schema=TOPICS.schema)


def _terms(topics: Topics, names: list[str]) -> pa.Table:
    k, shown = topics.terms.shape
    columns = {
        "topic_id": np.repeat(np.arange(k), shown),
        "rank": np.tile(np.arange(1, shown + 1), k),
        "term": [names[i] for i in topics.terms.reshape(-1).tolist()],
        "probability": topics.probabilities.reshape(-1),
    }
    return pa.table(columns, schema=TOPIC_TERMS.schema)


def _shares(config: TopicsSettings, topics: Topics, doc_ids: pa.Array) -> pa.Table:
    documents, numbers, shares = written_shares(topics, config.min_share)
    return pa.table(
        {"doc_id": doc_ids.take(documents), "topic_id": numbers, "share": shares}, schema=DOCUMENT_TOPICS.schema
    )


def _quality(config: TopicsSettings, bags: Bags, topics: Topics) -> Iterator[dict[str, object]]:
    """One row a measure; ``detail`` says what the value is of."""
    fitted, long_enough = int(np.count_nonzero(bags.is_fitted)), int(np.count_nonzero(bags.is_long_enough))
    known = topics.npmi[~np.isnan(topics.npmi)]
    k = possible_k(bags, config.k)
    lowered = f"; lowered from {config.k}: {fitted} documents with {len(bags.terms)} terms allow no more"
    rows = {
        "npmi_mean": (
            float(known.mean()) if len(known) else None,
            f"mean over {len(known)} topics of the NPMI of their first {COHERENCE_TERMS} terms, a document as window",
        ),
        "k": (k, "topics" + (lowered if k < config.k else "")),
        "terms": (len(bags.terms), "terms that the model knows"),
        "documents_fitted": (fitted, "documents the model learned from, copies once"),
        "documents_copies": (long_enough - fitted, "copies of those: they have shares, and taught the model nothing"),
        "documents_left_out": (
            bags.matrix.shape[0] - long_enough,
            f"documents with fewer than {config.min_tokens} terms: they have no topics",
        ),
    }
    yield from ({"measure": m, "value": value, "detail": detail} for m, (value, detail) in rows.items())


STAGE = Stage(
    name="topics",
    version=1,
    config=TopicsSettings,
    reads=(
        TOKENS.whole("doc_id", "token_ids"),
        VOCABULARY.whole("token_id", "term"),
        VOICES.whole("doc_id", "voice", optional=True),
        DUPLICATES.whole("doc_id", "cluster_id", "is_representative", "weight", optional=True),
    ),
    writes=(TOPICS, TOPIC_TERMS, DOCUMENT_TOPICS, TOPIC_QUALITY),
    work=work,
    sharded=False,
    libraries=("gensim", "scipy"),
)
