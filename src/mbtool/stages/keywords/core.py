"""Contrasts: every group of a grouping against the documents of all its other groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.keywords.counts import NO_GROUP, Corpus, group_authors, group_counts, group_documents, term_counts
from mbtool.stages.keywords.keyness import g_squared, log_odds_z, log_ratio, q_values, tf_idf
from mbtool.text.terms import candidates_among, words_of

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Floors:
    """What a term must reach to be tested (in target and reference together), and to be a keyword (in the target)."""

    count: float
    documents: int
    authors: int

    def reached(self, counts: Floats, documents: Ids, authors: Ids) -> NDArray[np.bool_]:
        """Where all three are reached."""
        # sums of weights: 5 copies of weight 1/5 must count as 1
        enough = counts >= self.count - 1e-9
        return np.asarray(enough & (documents >= self.documents) & (authors >= self.authors), np.bool_)


@dataclass(frozen=True)
class Choice:
    """What is tested, how strong the prior is, and which of the tested terms are shown."""

    floors: Floors
    alpha0: float
    """Weight of the prior, in words."""
    top_n: int
    max_q: float


@dataclass(frozen=True)
class Vocabulary:
    """The terms that can be keywords, counted in every document, and what they are measured against."""

    ids: Ids
    """The candidates, shape (candidates,)."""
    matrix: Any
    """Sparse counts (documents, candidates)."""
    words: Floats
    """Words of each document that are no punctuation, stop words included, shape (documents,)."""
    background: Floats
    """Share of each candidate among all words of the corpus, weighted, shape (candidates,)."""


@dataclass(frozen=True)
class Keyness:
    """The keywords of one group, the strongest first. Arrays have shape (keywords,)."""

    terms: Ids
    count_target: Floats
    count_reference: Floats
    tokens_target: float
    tokens_reference: float
    documents: Ids
    authors: Ids
    log_odds_z: Floats
    log_ratio: Floats
    g2: Floats
    q_value: Floats
    tf_idf: Floats
    tested: int
    """Terms tested in this contrast: the q values are over these."""


def build_vocabulary(corpus: Corpus, terms: Sequence[str], stop_words: Collection[str], floors: Floors) -> Vocabulary:
    """Count the terms that may be keywords; those below the floors in the whole corpus cannot reach them in a part."""
    matrix = term_counts(corpus, len(terms))
    totals = corpus.weights @ matrix
    words = words_of(terms)
    enough = np.flatnonzero(totals >= floors.count - 1e-9)
    ids = candidates_among(terms, enough, stop_words)
    total = float(totals[words].sum())
    background = totals[ids] / total if total else np.zeros(len(ids))
    return Vocabulary(ids, matrix[:, ids], np.asarray(matrix @ words.astype(np.float64)), background)


def contrasts(
    vocabulary: Vocabulary, corpus: Corpus, groups: Ids, size: int, choice: Choice
) -> Iterator[tuple[int, Keyness]]:
    """Set each of the ``size`` groups against the rest; documents of ``NO_GROUP`` are on neither side.

    Tested are the terms that reach the floors in target and reference together, which says nothing about the side they
    lean to; keywords are those of them that lean to the target and reach the floors there too, so that no single author
    makes one. Yields the number of a group and its keywords; nothing for a group with nothing to be set against.
    """
    tally = _tally(vocabulary, corpus, groups, size, choice.floors)
    for target in range(size):
        if 0 < tally.tokens[target] < tally.tokens.sum():
            yield target, _keyness(tally, target, choice)


@dataclass(frozen=True)
class _Tally:
    """Counts of the tested terms in each group: (groups, tested) for the first three, (tested,) for the last two."""

    counts: Floats
    documents: Ids
    authors: Ids
    tokens: Floats
    """Words of each group, weighted, shape (groups,)."""
    size: int
    """Documents in all groups together."""
    ids: Ids
    background: Floats


def _tally(vocabulary: Vocabulary, corpus: Corpus, groups: Ids, size: int, floors: Floors) -> _Tally:
    inside = groups != NO_GROUP
    counts = group_counts(vocabulary.matrix, groups, size, corpus.weights)
    documents = group_documents(vocabulary.matrix, groups, size)
    authors = group_authors(vocabulary.matrix, groups, size, corpus.authors)
    # an author who is in two groups is one author
    of_all = group_authors(vocabulary.matrix, np.where(inside, 0, NO_GROUP), 1, corpus.authors)[0]
    tested = np.flatnonzero(floors.reached(counts.sum(axis=0), documents.sum(axis=0), of_all))
    return _Tally(
        counts=counts[:, tested],
        documents=documents[:, tested],
        authors=authors[:, tested],
        tokens=np.bincount(groups[inside], (vocabulary.words * corpus.weights)[inside], size).astype(np.float64),
        size=int(np.count_nonzero(inside)),
        ids=vocabulary.ids[tested],
        background=vocabulary.background[tested],
    )


def _keyness(tally: _Tally, target: int, choice: Choice) -> Keyness:
    a = tally.counts[target]
    b = np.delete(tally.counts, target, axis=0).sum(axis=0)
    n, m = float(tally.tokens[target]), float(np.delete(tally.tokens, target).sum())
    z = log_odds_z(a, b, n, m, tally.background, choice.alpha0)
    g2 = g_squared(a, b, n, m)
    q = q_values(g2)
    leans = a * m > b * n
    reached = choice.floors.reached(a, tally.documents[target], tally.authors[target])
    found = np.flatnonzero(leans & reached & (q <= choice.max_q))
    best = found[np.lexsort((tally.ids[found], -z[found]))][: choice.top_n]
    return Keyness(
        terms=tally.ids[best],
        count_target=a[best],
        count_reference=b[best],
        tokens_target=n,
        tokens_reference=m,
        documents=tally.documents[target, best],
        authors=tally.authors[target, best],
        log_odds_z=z[best],
        log_ratio=log_ratio(a[best], b[best], n, m),
        g2=g2[best],
        q_value=q[best],
        tf_idf=tf_idf(a[best], n, tally.documents.sum(axis=0)[best], tally.size),
        tested=len(tally.ids),
    )
