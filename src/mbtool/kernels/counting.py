"""Count ids: document-term matrices, and pairs of numbers of which nobody knows beforehand how many there are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled, part

EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""No key: both halves of it would be -1."""
ONE = np.uint64(1)
DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
"""Its 64 runs of six bits are all different, so that a shifted one tells by how much."""
LOWEST_BIT = np.zeros(64, np.uint8)
for _position in range(64):
    LOWEST_BIT[(int(DE_BRUIJN) << _position & 0xFFFFFFFFFFFFFFFF) >> 58] = _position


class Tally(NamedTuple):
    """Counts by a 64-bit key, as an open-addressing table; its length is a power of two."""

    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]
    used: int


def new_tally() -> Tally:
    """An empty table."""
    return Tally(np.full(1024, EMPTY, np.uint64), np.zeros(1024, np.int64), 0)


def tallied(tally: Tally, at_least: int = 1) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The keys counted ``at_least`` so often, ascending, and their counts."""
    places = np.flatnonzero((tally.keys != EMPTY) & (tally.counts >= at_least))
    places = places[np.argsort(tally.keys[places], kind="stable")]
    return tally.keys[places], tally.counts[places]


@compiled
def document_term_counts(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], columns: NDArray[np.int32], n_columns: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return ``(indptr, indices, data)`` of the sparse matrix (documents, n_columns), rows sorted, in one pass.

    Document ``d`` is ``ids[offsets[d]:offsets[d + 1]]``; ``columns[i]`` is the column of id ``i``, or -1 for none. The
    arrays are the matrix's own: nothing is shared with ``ids``. A row comes out sorted because its columns are bits of
    a set in three storeys, whose words say where below them a bit is: no comparison, hardly a branch to mispredict.
    """
    n_documents = len(offsets) - 1
    indptr = np.zeros(n_documents + 1, np.int64)
    indices = np.empty(len(ids), np.int32)
    data = np.empty(len(ids), np.int32)
    counts = np.zeros(n_columns, np.int32)
    ground = np.zeros((n_columns >> 6) + 1, np.uint64)
    middle = np.zeros((n_columns >> 12) + 1, np.uint64)
    top = np.zeros((n_columns >> 18) + 1, np.uint64)
    n = 0
    for d in range(n_documents):
        for i in range(offsets[d], offsets[d + 1]):
            column = columns[ids[i]]
            if column >= 0:
                counts[column] += 1
                ground[column >> 6] |= ONE << np.uint64(column & 63)
                middle[column >> 12] |= ONE << np.uint64(column >> 6 & 63)
                top[column >> 18] |= ONE << np.uint64(column >> 12 & 63)
        for t in range(len(top)):
            while top[t]:
                m = t << 6 | _lowest(top[t])
                top[t] &= top[t] - ONE
                while middle[m]:
                    g = m << 6 | _lowest(middle[m])
                    middle[m] &= middle[m] - ONE
                    while ground[g]:
                        column = g << 6 | _lowest(ground[g])
                        ground[g] &= ground[g] - ONE
                        indices[n] = column
                        data[n] = counts[column]
                        counts[column] = 0
                        n += 1
        indptr[d + 1] = n
    return indptr, indices[:n].copy(), data[:n].copy()


@compiled
def _lowest(word: np.uint64) -> np.int64:
    """The position of the lowest bit of a word that has one (Leiserson, Prokop & Randall 1998)."""
    return np.int64(LOWEST_BIT[(word & (~word + ONE)) * DE_BRUIJN >> np.uint64(58)])


@compiled
def terms_of_owners(
    ids: NDArray[np.int32],
    offsets: NDArray[np.int64],
    owners: NDArray[np.int64],
    order: NDArray[np.int64],
    n_terms: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return ``(terms, owners)``: every id that stands in any document of an owner, once for each owner.

    Document ``d`` is ``ids[offsets[d]:offsets[d + 1]]`` and belongs to ``owners[d]``, which is no negative number;
    ``order`` are the documents to read, those of one owner side by side.
    """
    last = np.full(n_terms, -1, np.int64)
    terms, owners_of_terms = np.empty(len(ids), np.int32), np.empty(len(ids), np.int64)
    n = 0
    for d in order:
        for i in range(offsets[d], offsets[d + 1]):
            if last[ids[i]] != owners[d]:
                last[ids[i]] = owners[d]
                terms[n] = ids[i]
                owners_of_terms[n] = owners[d]
                n += 1
    return terms[:n].copy(), owners_of_terms[:n].copy()


@part
def find_key(keys: NDArray[np.uint64], key: np.uint64) -> np.uint64:
    """Return the place that holds ``key``, or the empty one where it belongs."""
    mask = np.uint64(len(keys) - 1)
    value = (key ^ (key >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    place = (value ^ (value >> np.uint64(29))) & mask
    while keys[place] != EMPTY and keys[place] != key:
        place = (place + np.uint64(1)) & mask
    return place


@compiled
def _grown(tally: Tally) -> Tally:
    keys = np.full(2 * len(tally.keys), EMPTY, np.uint64)
    counts = np.zeros(2 * len(tally.keys), np.int64)
    for i in range(len(tally.keys)):
        if tally.keys[i] != EMPTY:
            place = find_key(keys, tally.keys[i])
            keys[place] = tally.keys[i]
            counts[place] = tally.counts[i]
    return Tally(keys, counts, tally.used)


@part
def add_key(tally: Tally, key: np.uint64) -> Tally:
    """Count ``key`` once more. The table given must not be used again."""
    place = find_key(tally.keys, key)
    tally.counts[place] += 1
    if tally.keys[place] == key:
        return tally
    tally.keys[place] = key
    tally = Tally(tally.keys, tally.counts, tally.used + 1)
    return _grown(tally) if 2 * tally.used > len(tally.keys) else tally


@compiled
def add_neighbours(
    tally: Tally, ids: NDArray[np.int32], offsets: NDArray[np.int64], numbers: NDArray[np.int64]
) -> tuple[Tally, int]:
    """Count the pairs of tokens that stand side by side in a document, and return how many there were.

    The key of a pair is ``numbers[first] << 32 | numbers[second]``; an id with the number -1 is in no pair.
    """
    n = 0
    for d in range(len(offsets) - 1):
        for i in range(offsets[d], offsets[d + 1] - 1):
            first, second = numbers[ids[i]], numbers[ids[i + 1]]
            if first >= 0 and second >= 0:
                tally = add_key(tally, np.uint64(first) << np.uint64(32) | np.uint64(second))
                n += 1
    return tally, n
