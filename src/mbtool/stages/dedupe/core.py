"""Star clusters of texts: equal ones, then near ones, in the order in which they came."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
    guards: NDArray[np.uint64]
    """Equal for equal signatures."""
    hashes: NDArray[np.uint64]
    """Those of ``near_duplicates.hash_texts``."""


@dataclass(frozen=True)
class Stars:
    """The clusters of n documents. Both arrays are (n,)."""

    owner: NDArray[np.int64]
    """Index of the representative of the cluster."""
    similarity: NDArray[np.float64]
    """To the representative: the Jaccard similarity of the sets of 3-grams; 1.0 for an equal text."""


NOTHING = Stars(np.zeros(0, np.int64), np.zeros(0))


def cluster(texts: Texts, threshold: float, min_length: int, before: Stars = NOTHING, threads: int = 1) -> Stars:
    """Cluster n documents of which the first ``len(before.owner)`` are clustered already.

    Documents are taken in order. One whose text has been seen goes where that text went. Any other joins the most
    similar representative so far (of equals the earliest) that reaches ``threshold`` and has the same guard; failing
    that, it represents a new cluster. So members are similar to their representative, not through one another, and
    nothing that comes later changes what was decided: clustering 100 documents and then 10 more is clustering 110.
    """
    from mbtool.kernels.near_duplicates import first_equals

    n, known = len(texts.starts), len(before.owner)
    owner, similarity = np.arange(n), np.ones(n)
    owner[:known], similarity[:known] = before.owner, before.similarity
    late = np.arange(known, n)
    first = first_equals(texts.data, texts.starts, texts.ends, texts.hashes, known)
    fresh = late[(first == late) & (texts.lengths[known:] >= min_length)]
    if len(fresh):
        old = np.flatnonzero((texts.lengths[:known] >= min_length) & (owner[:known] == np.arange(known)))
        owner[fresh], similarity[fresh] = _join(texts, old, fresh, threshold, threads)
    copies, of = late[first < late], first[first < late]
    owner[copies], similarity[copies] = owner[of], similarity[of]
    return Stars(owner, similarity)


def is_equal(texts: Texts, stars: Stars) -> NDArray[np.bool_]:
    """(n,) whether a document's text equals its representative's, rather than being near it."""
    hashes, lengths = texts.hashes, texts.lengths
    return np.asarray((hashes == hashes[stars.owner]) & (lengths == lengths[stars.owner]))


def _join(
    texts: Texts, old: NDArray[np.int64], fresh: NDArray[np.int64], threshold: float, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Owner and similarity of the ``fresh`` texts, among themselves and the representatives ``old``."""
    from mbtool.kernels.near_duplicates import count_grams, counters, join_stars

    starts, ends, guards = texts.starts[fresh], texts.ends[fresh], texts.guards[fresh]
    counts = counters(2 * int((ends - starts).sum()))  # more than there are 3-grams: most take three bytes each
    total = count_grams(texts.data, starts, ends, guards, 1, counts)
    outside, likeness = np.full(len(fresh), -1, np.int64), np.zeros(len(fresh))
    if len(old):
        count_grams(texts.data, texts.starts[old], texts.ends[old], texts.guards[old], SAMPLE, counts)
        outside, likeness = _nearest(texts, old, fresh, counts, total, threshold, threads)
    inside, similarity = join_stars(texts.data, starts, ends, guards, counts, total, threshold, likeness)
    return np.where(inside < 0, outside, fresh[inside]), similarity


def _nearest(
    texts: Texts,
    old: NDArray[np.int64],
    fresh: NDArray[np.int64],
    counts: NDArray[np.uint32],
    total: int,
    threshold: float,
    threads: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each of ``fresh`` the most similar of ``old`` (of equals the earliest) or -1, and the similarity or 0."""
    from mbtool.kernels.near_duplicates import index_texts, nearest_before

    index = index_texts(
        texts.data, texts.starts[fresh], texts.ends[fresh], texts.guards[fresh], counts, total, threshold
    )

    def search(some: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return nearest_before(texts.data, texts.starts[some], texts.ends[some], texts.guards[some], index, threshold)

    stretches = np.array_split(old, threads)
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(search, stretches))
    outside, likeness = np.full(len(fresh), -1, np.int64), np.zeros(len(fresh))
    for stretch, (place, alike) in zip(stretches, found, strict=True):
        better = alike > likeness
        outside[better], likeness[better] = stretch[place[better]], alike[better]
    return outside, likeness
