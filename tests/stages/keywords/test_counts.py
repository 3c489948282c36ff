"""Counting terms gives the right matrix and leaves the corpus as it was."""

from __future__ import annotations

import numpy as np

from mbtool.stages.keywords.counts import Corpus, term_counts


def test_terms_are_counted_and_the_arrays_of_the_corpus_stay_as_they_are() -> None:
    ids, offsets = np.array([3, 1, 3, 2, 0, 2, 2], np.int32), np.array([0, 3, 3, 7], np.int64)
    corpus = Corpus(ids, offsets, np.ones(3), np.arange(3))
    matrix = term_counts(corpus, 4)
    assert matrix.toarray().tolist() == [[0, 1, 0, 2], [0, 0, 0, 0], [1, 0, 3, 0]]
    assert corpus.ids.tolist() == [3, 1, 3, 2, 0, 2, 2]
    assert corpus.offsets.tolist() == [0, 3, 3, 7]
