"""Counting kernels give what scikit-learn, scipy and Counter give."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer

from mbtool.kernels.counting import add_neighbours, document_term_counts, new_tally, tallied

documents_of_ids = st.lists(st.lists(st.integers(0, 30), max_size=120), max_size=12)


def arrays(documents: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([i for document in documents for i in document], np.int32)
    return ids, np.cumsum([0, *map(len, documents)]).astype(np.int64)


@settings(deadline=None)  # the first call compiles
@given(documents_of_ids)
def test_a_document_term_matrix_is_that_of_count_vectorizer(documents: list[list[int]]) -> None:
    ids, offsets = arrays(documents)
    columns = np.array([i // 2 if i % 3 else -1 for i in range(31)], np.int32)
    indptr, indices, data = document_term_counts(ids, offsets, columns, 16)
    ours = csr_array((data, indices, indptr), shape=(len(documents), 16))
    assert all(np.all(np.diff(indices[a:b]) > 0) for a, b in pairwise(indptr))
    texts = [[str(columns[i]) for i in document if columns[i] >= 0] for document in documents]
    if any(texts):
        names = [str(i) for i in range(16)]
        theirs = CountVectorizer(analyzer=lambda tokens: tokens, vocabulary=names).transform(texts)
        assert np.array_equal(ours.toarray(), theirs.toarray())
    else:
        assert ours.nnz == 0


def test_rows_are_sorted_when_columns_are_far_apart() -> None:
    columns = np.array([1_200_000, 0, 63, 64, 4095, 4096, 262_143, 262_144, 999_999], np.int32)
    ids = np.array([0, 8, 1, 7, 2, 6, 3, 5, 4, 0, 0], np.int32)
    _, indices, data = document_term_counts(ids, np.array([0, 11]), columns, 1_200_001)
    assert indices.tolist() == sorted(columns.tolist())
    assert data.tolist() == [1] * 8 + [3]


def test_the_ids_stay_as_they_were_when_the_matrix_is_worked_on() -> None:
    ids, offsets = arrays([[3, 1, 3], [2]])
    before = ids.copy()
    indptr, indices, data = document_term_counts(ids, offsets, np.arange(4, dtype=np.int32), 4)
    matrix = csr_array((data, indices, indptr), shape=(2, 4))
    matrix.sum_duplicates()
    matrix.data[:] = 0
    assert np.array_equal(ids, before)


@settings(deadline=None)  # the first call compiles
@given(documents_of_ids)
def test_neighbours_are_those_of_a_counter(documents: list[list[int]]) -> None:
    ids, offsets = arrays(documents)
    numbers = np.array([i + 100 if i % 5 else -1 for i in range(31)], np.int64)
    tally, n = add_neighbours(new_tally(), ids, offsets, numbers)
    expected = Counter((a + 100, b + 100) for d in documents for a, b in pairwise(d) if a % 5 and b % 5)
    keys, counts = tallied(tally)
    pairs = zip((keys >> np.uint64(32)).tolist(), (keys & np.uint64(0xFFFFFFFF)).tolist(), strict=True)
    assert (n, dict(zip(pairs, counts.tolist(), strict=True))) == (expected.total(), dict(expected))


def test_a_tally_keeps_every_key_when_it_grows() -> None:
    ids, offsets = arrays([[key, 5000 + key % 7] for key in range(5000)] * 2)
    tally, _ = add_neighbours(new_tally(), ids, offsets, np.arange(5007))
    keys, counts = tallied(tally, at_least=2)
    assert len(keys) == tally.used == 5000
    assert set(counts.tolist()) == {2}


@pytest.mark.parametrize("documents", [[], [[]], [[], [0], []]])
def test_documents_without_tokens_are_rows_without_entries(documents: list[list[int]]) -> None:
    ids, offsets = arrays(documents)
    indptr, indices, _ = document_term_counts(ids, offsets, np.zeros(31, np.int32), 1)
    assert (len(indptr) - 1, len(indices)) == (len(documents), sum(map(len, documents)))
