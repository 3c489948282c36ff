"""Star clusters of texts: equal ones, then near ones, in the order in which they came."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mbtool.kernels.near_duplicates import Index

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


def cluster(
    old: Sequence[Texts], new: Texts, threshold: float, min_length: int, before: Stars = NOTHING, threads: int = 1
) -> Stars:
    """Cluster documents of which the ``old`` ones, in blocks, are clustered already, as ``before`` has it.

    Documents are taken in order. One whose text has been seen goes where that text went. Any other joins the most
    similar representative so far (of equals the earliest) that reaches ``threshold`` and has the same guard; failing
    that, it represents a new cluster. So members are similar to their representative, not through one another, and
    nothing that comes later changes what was decided: clustering 100 documents and then 10 more is clustering 110. The
    old ones stream past an index of the new ones: of them nothing is sorted, indexed or copied.
    """
    from mbtool.kernels.near_duplicates import equals_before, first_equals

    n, known, borders = len(new.starts), len(before.owner), _borders(old)
    first, equals = first_equals(new.data, new.starts, new.ends, new.hashes)
    seen = np.full(n, -1, np.int64)
    for block, at in zip(old, borders[:-1], strict=True):
        equals_before(block.data, block.starts, block.ends, block.hashes, equals, int(at), seen)
    seen = seen[first]
    owner, similarity = known + np.arange(n), np.ones(n)
    fresh = np.flatnonzero((first == np.arange(n)) & (seen < 0) & (new.lengths >= min_length))
    if len(fresh):
        stars = [
            np.flatnonzero((block.lengths >= min_length) & (before.owner[a:b] == np.arange(a, b)))
            for block, a, b in zip(old, borders[:-1], borders[1:], strict=True)
        ]
        owner[fresh], similarity[fresh] = _join(old, stars, new, fresh, threshold, threads)
    copies = np.flatnonzero((seen < 0) & (first < np.arange(n)))
    owner[copies], similarity[copies] = owner[first[copies]], similarity[first[copies]]
    late = np.flatnonzero(seen >= 0)
    owner[late], similarity[late] = before.owner[seen[late]], before.similarity[seen[late]]
    return Stars(np.concatenate([before.owner, owner]), np.concatenate([before.similarity, similarity]))


def _borders(blocks: Sequence[Texts]) -> NDArray[np.int64]:
    """(blocks + 1,) the index of the first document of each block, and of the one after the last."""
    return np.cumsum([0, *(len(block.starts) for block in blocks)], dtype=np.int64)


def _join(
    old: Sequence[Texts],
    stars: Sequence[NDArray[np.int64]],
    new: Texts,
    fresh: NDArray[np.int64],
    threshold: float,
    threads: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Owner and similarity of the ``fresh`` texts, among themselves and the representatives ``stars`` of each block."""
    from mbtool.kernels.near_duplicates import count_grams, counters, index_texts, join_stars

    texts = (new.data, new.starts[fresh], new.ends[fresh], new.guards[fresh])
    counts = counters(2 * int((texts[2] - texts[1]).sum()))  # more than there are 3-grams: most take three bytes each
    total = count_grams(*texts, 1, counts)
    outside, likeness = np.full(len(fresh), -1, np.int64), np.zeros(len(fresh))
    if any(map(len, stars)):
        for block, rows in zip(old, stars, strict=True):
            count_grams(block.data, block.starts[rows], block.ends[rows], block.guards[rows], SAMPLE, counts)
        index = index_texts(*texts, counts, total, threshold)
        outside, likeness = _nearest(old, stars, index, threshold, threads)
    inside, similarity = join_stars(*texts, counts, total, threshold, likeness)
    return np.where(inside < 0, outside, int(_borders(old)[-1]) + fresh[inside]), similarity


def _nearest(
    old: Sequence[Texts], stars: Sequence[NDArray[np.int64]], index: Index, threshold: float, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each text of ``index`` the most similar of ``stars`` (of equals the earliest) or -1, and the similarity or 0."""
    from mbtool.kernels.near_duplicates import nearest_before

    def search(block: Texts, at: int, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        some = (block.starts[rows], block.ends[rows], block.lengths[rows], block.guards[rows])
        place, alike = nearest_before(block.data, *some, index, threshold)
        return at + rows[place], alike

    stretches = [
        (block, int(at), some)
        for block, at, rows in zip(old, _borders(old)[:-1], stars, strict=True)
        for some in np.array_split(rows, threads)
        if len(some)
    ]
    outside, likeness = np.full(len(index.guards), -1, np.int64), np.zeros(len(index.guards))
    with ThreadPoolExecutor(threads) as pool:
        for place, alike in pool.map(search, *zip(*stretches, strict=True)):
            better = alike > likeness
            outside[better], likeness[better] = place[better], alike[better]
    return outside, likeness


def is_equal(hashes: NDArray[np.uint64], lengths: NDArray[np.int32], stars: Stars) -> NDArray[np.bool_]:
    """(n,) whether a document's text equals its representative's, rather than being near it."""
    return np.asarray((hashes == hashes[stars.owner]) & (lengths == lengths[stars.owner]))
