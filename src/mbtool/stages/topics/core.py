"""Topics in their order, with their terms, shares and coherence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mbtool.stages.topics.bags import Bags, Ids, Mask
from mbtool.stages.topics.coherence import mean_npmi
from mbtool.stages.topics.model import Fitting, Floats, fit_topics, topic_shares

COHERENCE_TERMS = 10


@dataclass(frozen=True)
class Topics:
    """k topics, the greatest first. k may be 0."""

    terms: Ids
    """Token ids of the first terms of each topic, the likeliest first, shape (k, n)."""
    probabilities: Floats
    """p(term | topic) of those, shape (k, n)."""
    documents: Ids
    """The documents that have topics, shape (d,)."""
    shares: Floats
    """Share of each topic in each of those documents, shape (d, k); rows sum to 1."""
    share: Floats
    """Share of each topic in the corpus: the weighted mean over those documents, shape (k,)."""
    npmi: Floats
    """Mean NPMI of the first ten terms, shape (k,); nan where there is but one term."""

    @property
    def leading(self) -> Ids:
        """The greatest topic of each document that has topics, the first of equals, shape (d,)."""
        return self.shares.argmax(axis=1) if len(self.share) else np.zeros(0, np.int64)


def possible_k(bags: Bags, k: int) -> int:
    """As many topics as asked for, but no more than there are terms, or documents to learn from."""
    return min(k, len(bags.terms), int(np.count_nonzero(bags.is_fitted)))


def find_topics(bags: Bags, weights: Floats, names: Sequence[str], k: int, top_terms: int, fitting: Fitting) -> Topics:
    """Fit ``possible_k`` topics and apply them to every document that is long enough.

    Ordered by share, ties by the first term. ``weights`` has shape (documents,); ``names`` are the terms by token id.
    """
    size = possible_k(bags, k)
    if not size:
        nothing = np.zeros((0, 0))
        return Topics(nothing.astype(np.int64), nothing, np.zeros(0, np.int64), nothing, np.zeros(0), np.zeros(0))
    documents = np.flatnonzero(bags.is_long_enough)
    pseudocounts = fit_topics(bags.matrix[bags.is_fitted], size, fitting)
    shares = topic_shares(bags.matrix[documents], pseudocounts, fitting)
    share = np.average(shares, axis=0, weights=weights[documents])
    # stable, and terms stand in the order of the vocabulary: ties fall to the more frequent term
    ranked = np.argsort(-pseudocounts, axis=1, kind="stable")
    order = np.array(sorted(range(size), key=lambda t: (-share[t], names[bags.terms[ranked[t, 0]]])))
    ranked = ranked[order]
    probabilities = pseudocounts[order] / pseudocounts[order].sum(axis=1, keepdims=True)
    return Topics(
        terms=bags.terms[ranked[:, :top_terms]],
        probabilities=np.take_along_axis(probabilities, ranked[:, :top_terms], axis=1),
        documents=documents,
        shares=shares[:, order],
        share=share[order],
        npmi=mean_npmi(bags.presence(), ranked[:, :COHERENCE_TERMS]),
    )


def find_examples(topics: Topics, topic: int, may_stand: Mask, count: int) -> Ids:
    """The documents in which ``topic`` leads and has the greatest share, of those that ``may_stand`` for it.

    ``may_stand`` has shape (documents,). In order of share, ties by the order of the documents.
    """
    led = np.flatnonzero((topics.leading == topic) & may_stand[topics.documents])
    best = led[np.argsort(-topics.shares[led, topic], kind="stable")]
    return topics.documents[best[:count]]


def written_shares(topics: Topics, least: float) -> tuple[Ids, Ids, Floats]:
    """Document, topic and share, where the share is at least ``least`` or the greatest of its document."""
    is_written = topics.shares >= least
    if is_written.size:
        is_written[np.arange(len(is_written)), topics.leading] = True
    rows, columns = np.nonzero(is_written)
    return topics.documents[rows], columns, topics.shares[rows, columns]
