"""From token ids to counts of terms, by group: sparse matrices, no loop over tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
NO_GROUP = -1


@dataclass(frozen=True)
class Corpus:
    """Documents as token ids.

    Document d is ``ids[offsets[d]:offsets[d + 1]]``; weights and authors have shape (documents,).
    """

    ids: NDArray[np.int32]
    offsets: Ids
    weights: NDArray[np.float64]
    authors: Ids
    """A number for each author; every document without one has a number of its own."""


def term_counts(corpus: Corpus, terms: int) -> Any:
    """How often each term stands in each document: a sparse matrix (documents, terms) of int64."""
    from scipy.sparse import csr_array

    shape = (len(corpus.offsets) - 1, terms)
    ones = np.ones(len(corpus.ids), np.int64)
    # a copy: summing duplicates moves the offsets in place
    matrix = csr_array((ones, corpus.ids, corpus.offsets), shape=shape, copy=True)
    matrix.sum_duplicates()
    return matrix


def membership(groups: Ids, size: int) -> Any:
    """Which document is in which group: a sparse matrix (size, documents); ``NO_GROUP`` is in none."""
    from scipy.sparse import csr_array

    members = np.flatnonzero(groups != NO_GROUP)
    return csr_array((np.ones(len(members), np.int64), (groups[members], members)), shape=(size, len(groups)))


def group_counts(matrix: Any, groups: Ids, size: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weighted count of each term in each group, shape (size, terms)."""
    weighted = membership(groups, size).multiply(weights[None, :]).tocsr()
    return np.asarray((weighted @ matrix).toarray(), np.float64)


def group_documents(matrix: Any, groups: Ids, size: int) -> Ids:
    """In how many documents of each group each term stands, shape (size, terms)."""
    return np.asarray((membership(groups, size) @ _presence(matrix)).toarray(), np.int64)


def group_authors(matrix: Any, groups: Ids, size: int, authors: Ids) -> Ids:
    """How many authors in each group use each term, shape (size, terms)."""
    known = groups != NO_GROUP
    codes = groups[known] * (authors.max(initial=0) + 1) + authors[known]
    pairs, pair_of_document = np.unique(codes, return_inverse=True)
    rows = np.full(len(groups), NO_GROUP, np.int64)
    rows[known] = pair_of_document
    used = _presence(membership(rows, len(pairs)) @ matrix)
    group_of_pair = pairs // (authors.max(initial=0) + 1)
    return np.asarray((membership(group_of_pair, size) @ used).toarray(), np.int64)


def _presence(matrix: Any) -> Any:
    present = matrix.copy()
    present.data = np.ones_like(present.data)
    return present
