"""Count ids: document-term matrices, and pairs of numbers of which nobody knows beforehand how many there are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled

EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""No key: both halves of it would be -1."""
SHORT_ROW = 48
"""Up to so many entries a row is sorted by insertion."""


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
    arrays are the matrix's own: nothing is shared with ``ids``.
    """
    n_documents = len(offsets) - 1
    indptr = np.zeros(n_documents + 1, np.int64)
    indices = np.empty(len(ids), np.int32)
    data = np.empty(len(ids), np.int32)
    place = np.full(n_columns, -1, np.int64)  # where the column's entry stands, if not before this row
    n = 0
    for d in range(n_documents):
        start = n
        for i in range(offsets[d], offsets[d + 1]):
            column = columns[ids[i]]
            if column < 0:
                continue
            if place[column] >= start:
                data[place[column]] += 1
            else:
                place[column] = n
                indices[n] = column
                data[n] = 1
                n += 1
        _sort_row(indices, data, start, n)
        indptr[d + 1] = n
    return indptr, indices[:n].copy(), data[:n].copy()


@compiled
def _sort_row(indices: NDArray[np.int32], data: NDArray[np.int32], start: int, end: int) -> None:
    """Sort the row by column; a column stands in a row once."""
    if end - start > SHORT_ROW:
        order = np.argsort(indices[start:end])
        indices[start:end] = indices[start:end][order]
        data[start:end] = data[start:end][order]
        return
    for i in range(start + 1, end):
        column, count = indices[i], data[i]
        k = i - 1
        while k >= start and indices[k] > column:
            indices[k + 1] = indices[k]
            data[k + 1] = data[k]
            k -= 1
        indices[k + 1] = column
        data[k + 1] = count


@compiled
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


@compiled
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
