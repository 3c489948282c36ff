"""Star clusters of texts: equal ones, then near ones, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mbtool.kernels.near_duplicates import Equals, Index


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
    old: Iterable[Texts], new: Texts, threshold: float, min_length: int, before: Stars = NOTHING, threads: int = 1
) -> Stars:
    """Cluster documents of which the ``old`` ones, in blocks, are clustered already, as ``before`` has it.

    Documents are taken in order. One whose text has been seen goes where that text went. Any other joins the most
    similar representative so far (of equals the earliest) that reaches ``threshold`` and has the same guard; failing
    that, it represents a new cluster. So members are similar to their representative, not through one another, and
    nothing that comes later changes what was decided: clustering 100 documents and then 10 more is clustering 110. The
    old ones stream past an index of the new ones, a block at a time: of them nothing is sorted, indexed or kept.
    """
    from mbtool.kernels.near_duplicates import count_grams, counters, first_equals, index_texts, join_stars

    n, known = len(new.starts), len(before.owner)
    first, equals = first_equals(new.data, new.starts, new.ends, new.hashes)
    distinct = np.flatnonzero((first == np.arange(n)) & (new.lengths >= min_length))
    texts = (new.data, new.starts[distinct], new.ends[distinct], new.guards[distinct])
    counts = counters(2 * int((texts[2] - texts[1]).sum()))  # more than there are 3-grams: most take three bytes each
    total = count_grams(*texts, counts)
    seen, outside, likeness = np.full(n, -1, np.int64), np.full(n, -1, np.int64), np.zeros(n)
    if known:
        index = index_texts(*texts, counts, total, threshold)
        seen, outside[distinct], likeness[distinct] = _look_back(
            old, equals, index, threshold, min_length, before, threads
        )
    seen = seen[first]
    owner, similarity = known + np.arange(n), np.ones(n)
    fresh = distinct[seen[distinct] < 0]
    some = (new.data, new.starts[fresh], new.ends[fresh], new.guards[fresh])
    inside, similarity[fresh] = join_stars(*some, counts, total, threshold, likeness[fresh])
    owner[fresh] = np.where(inside < 0, outside[fresh], known + fresh[inside])
    copies = np.flatnonzero((seen < 0) & (first < np.arange(n)))
    owner[copies], similarity[copies] = owner[first[copies]], similarity[first[copies]]
    late = np.flatnonzero(seen >= 0)
    owner[late], similarity[late] = before.owner[seen[late]], before.similarity[seen[late]]
    return Stars(np.concatenate([before.owner, owner]), np.concatenate([before.similarity, similarity]))


def _look_back(
    old: Iterable[Texts],
    equals: Equals,
    index: Index,
    threshold: float,
    min_length: int,
    before: Stars,
    threads: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """What of the old texts the new ones are like.

    For each text of ``equals`` the first old text with the same bytes, or -1; for each text of ``index`` the most
    similar old representative (of equals the earliest) that reaches ``threshold``, or -1, and the similarity, or 0.
    """
    from mbtool.kernels.near_duplicates import equals_before

    seen = np.full(len(equals.starts), -1, np.int64)
    outside, likeness = np.full(len(index.guards), -1, np.int64), np.zeros(len(index.guards))
    at = 0
    with ThreadPoolExecutor(threads) as pool:
        for block in old:
            rows = np.arange(len(block.starts))
            equals_before(block.data, block.starts, block.ends, block.hashes, equals, at, seen)
            stars = rows[(block.lengths >= min_length) & (before.owner[at : at + len(rows)] == at + rows)]
            search = partial(_nearest, block, index=index, threshold=threshold)
            for place, alike in pool.map(search, np.array_split(stars, threads)):
                better = alike > likeness
                outside[better], likeness[better] = at + place[better], alike[better]
            at += len(rows)
    return seen, outside, likeness


def _nearest(
    block: Texts, stars: NDArray[np.int64], index: Index, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each text of ``index`` the most similar of ``stars``, which are rows of ``block``, or any, and the similarity, or 0."""
    from mbtool.kernels.near_duplicates import nearest_before

    given = (block.starts[stars], block.ends[stars], block.lengths[stars], block.guards[stars])
    place, alike = nearest_before(block.data, *given, index, threshold)
    return (stars[place] if len(stars) else place), alike


def is_equal(hashes: NDArray[np.uint64], lengths: NDArray[np.int32], stars: Stars) -> NDArray[np.bool_]:
    """(n,) whether a document's text equals its representative's, rather than being near it."""
    return np.asarray((hashes == hashes[stars.owner]) & (lengths == lengths[stars.owner]))
