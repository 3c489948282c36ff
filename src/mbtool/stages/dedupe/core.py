"""Star clusters of texts: equal ones, then near ones, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE = 16
"""Of the texts clustered before, one in so many is counted to learn which 3-grams are rare."""


@dataclass(frozen=True)
class Texts:
    """n comparison texts in ingest order: UTF-8 bytes ``data[starts[i]:ends[i]]``. All other arrays are (n,)."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lengths: NDArray[np.int32]
    """In characters; a text of length 0 is like no other."""
    guards: NDArray[np.int32]
    """Equal numbers for equal signatures."""
    hashes: NDArray[np.uint64]
    """Those of ``near_duplicates.hash_texts``."""


@dataclass(frozen=True)
class Stars:
    """The clusters of n documents. All arrays are (n,)."""

    first: NDArray[np.int64]
    """Index of the first document with an equal text."""
    owner: NDArray[np.int64]
    """Index of the representative of the cluster."""
    similarity: NDArray[np.float64]
    """To the representative: the Jaccard similarity of the sets of 3-grams; 1.0 for an equal text."""


NOTHING = Stars(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def cluster(texts: Texts, threshold: float, min_length: int, before: Stars = NOTHING) -> Stars:
    """Cluster n documents of which the first ``len(before.owner)`` are clustered already.

    Documents are taken in order. One whose text has been seen goes where that text went. Any other joins the most
    similar representative so far (of equals the earliest) that reaches ``threshold`` and has the same guard; failing
    that, it represents a new cluster. So members are similar to their representative, not through one another, and
    nothing that comes later changes what was decided: clustering 100 documents and then 10 more is clustering 110.
    """
    n, known = len(texts.starts), len(before.owner)
    first = _first(texts, before)
    owner = np.arange(n)
    similarity = np.ones(n)
    owner[:known], similarity[:known] = before.owner, before.similarity
    may_be_near = texts.lengths >= min_length
    fresh = np.flatnonzero(may_be_near[known:] & (first[known:] == np.arange(known, n))) + known
    if len(fresh):
        old = np.flatnonzero(may_be_near[:known] & (owner[:known] == np.arange(known)))
        owner[fresh], similarity[fresh] = _join(texts, old, fresh, threshold)
    copies = np.flatnonzero(first[known:] < np.arange(known, n)) + known
    owner[copies], similarity[copies] = owner[first[copies]], similarity[first[copies]]
    return Stars(first, owner, similarity)


def _first(texts: Texts, before: Stars) -> NDArray[np.int64]:
    from mbtool.kernels.near_duplicates import first_equals

    return first_equals(texts.data, texts.starts, texts.ends, texts.hashes, before.first)


def _join(
    texts: Texts, old: NDArray[np.int64], fresh: NDArray[np.int64], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    from mbtool.kernels.near_duplicates import count_grams, counters, join_stars, nearest_before

    starts, ends, guards = texts.starts[fresh], texts.ends[fresh], texts.guards[fresh]
    counts = counters(2 * int((ends - starts).sum()))  # two to three bytes make a Chinese 3-gram
    total = count_grams(texts.data, starts, ends, 1, counts)
    outside, likeness = np.full(len(fresh), -1, np.int64), np.zeros(len(fresh))
    if len(old):
        count_grams(texts.data, texts.starts[old], texts.ends[old], SAMPLE, counts)
        outside, likeness = nearest_before(
            texts.data,
            texts.starts[old],
            texts.ends[old],
            texts.guards[old],
            texts.data,
            starts,
            ends,
            guards,
            counts,
            total,
            threshold,
        )
    inside, similarity = join_stars(texts.data, starts, ends, guards, counts, total, threshold, likeness)
    return np.where(inside < 0, old[outside] if len(old) else 0, fresh[inside]), similarity
