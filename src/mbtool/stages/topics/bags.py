"""From token ids to bags of terms: which documents and terms a model can learn from. Arrays, no loop over tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.text.terms import candidates_among

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Bags:
    """What the model sees."""

    matrix: Any
    """Sparse counts (documents, terms) of float64; every document is there, the short ones too."""
    terms: Ids
    """The token id of each column."""
    is_long_enough: Mask
    """Which documents have topics, shape (documents,)."""
    is_fitted: Mask
    """Which of them the model learns from: one of each cluster of copies."""

    def presence(self) -> Any:
        """Which term is in which fitted document: sparse (fitted, terms) of int64, 0 or 1."""
        present = self.matrix[self.is_fitted].astype(np.int64)
        present.data = np.ones_like(present.data)
        return present


def one_of_each(clusters: Ids, is_preferred: Mask, among: Mask) -> Mask:
    """One document of each cluster: the preferred one, or else the first that is ``among`` those to choose from.

    All of shape (documents,); what is not ``among`` is never chosen.
    """
    order = np.lexsort((np.arange(len(clusters)), ~is_preferred, clusters))
    order = order[among[order]]
    chosen = np.zeros(len(clusters), np.bool_)
    chosen[order[np.flatnonzero(np.diff(clusters[order], prepend=-1))]] = True
    return chosen


def build_bags(
    ids: NDArray[np.int32],
    offsets: Ids,
    clusters: Ids,
    is_representative: Mask,
    terms: Sequence[str],
    stop_words: Collection[str],
    min_documents: int,
    max_share: float,
    min_tokens: int,
) -> Bags:
    """Count the terms of every document; document d is ``ids[offsets[d]:offsets[d + 1]]``.

    A term is a candidate (``terms.is_candidate``) that stands in ``min_documents`` documents at least and in
    ``max_share`` of them at most, copies counted once.
    """
    from scipy.sparse import csr_array

    size = len(offsets) - 1
    # a copy: summing duplicates moves the offsets in place
    matrix = csr_array((np.ones(len(ids)), ids, offsets), shape=(size, len(terms)), copy=True)
    matrix.sum_duplicates()
    originals = one_of_each(clusters, is_representative, np.ones(size, np.bool_))
    documents = np.bincount(matrix[originals].indices, minlength=len(terms))
    frequent = (documents >= min_documents) & (documents <= max_share * np.count_nonzero(originals))
    kept = candidates_among(terms, np.flatnonzero(frequent), stop_words)
    matrix = matrix[:, kept]
    is_long_enough = np.asarray(matrix.sum(axis=1)).reshape(-1) >= min_tokens
    return Bags(matrix, kept, is_long_enough, one_of_each(clusters, is_representative, is_long_enough))
