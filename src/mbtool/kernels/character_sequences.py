"""Count frequent runs of characters level by level, and what stands beside them.

A run of n characters is frequent only if its first and its last n - 1 are (Agrawal & Srikant 1994), so that a run is
counted as a pair of numbers of runs one character shorter: exact, and no table grows with what is rare.
"""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.counting import EMPTY, Tally, add_key, find_key
from mbtool.kernels.jit import compiled


@compiled
def number_places(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return a table in which ``find_key`` finds each of the distinct ``keys``, and the number of each by place."""
    size = 16
    while size < 2 * len(keys) + 1:
        size *= 2
    table, numbers = np.full(size, EMPTY, np.uint64), np.full(size, -1, np.int32)
    for i in range(len(keys)):
        place = find_key(table, keys[i])
        table[place] = keys[i]
        numbers[place] = i
    return table, numbers


@compiled
def lengthen(shorter: NDArray[np.int32], table: NDArray[np.uint64], numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return for each place the number of the run that begins there, one longer than those in ``shorter``, or -1.

    ``table`` and ``numbers`` come from ``number_places``.
    """
    longer = np.full(len(shorter), -1, np.int32)
    for i in range(len(shorter) - 1):
        if shorter[i] >= 0 and shorter[i + 1] >= 0:
            key = np.uint64(shorter[i]) << np.uint64(32) | np.uint64(shorter[i + 1])
            longer[i] = numbers[find_key(table, key)]
    return longer


@compiled
def add_pairs(tally: Tally, shorter: NDArray[np.int32]) -> Tally:
    """Count every pair of runs that begin one after the other: every run of one character more."""
    for i in range(len(shorter) - 1):
        if shorter[i] >= 0 and shorter[i + 1] >= 0:
            tally = add_key(tally, np.uint64(shorter[i]) << np.uint64(32) | np.uint64(shorter[i + 1]))
    return tally


@compiled
def add_surroundings(
    left: Tally,
    right: Tally,
    authors: Tally,
    documents: NDArray[np.int64],
    last_document: NDArray[np.int64],
    candidates: NDArray[np.int32],
    length: int,
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    author_of: NDArray[np.int64],
    first_document: int,
) -> tuple[Tally, Tally, Tally]:
    """Count for each candidate the characters on both sides, its authors and its documents.

    ``candidates[i]`` is the number of the candidate of ``length`` characters that begins at place ``i``, or -1.
    Document ``d`` is ``points[offsets[d]:offsets[d + 1]]``, its last place a border, whose point is 0; it is the
    document ``first_document + d`` of the corpus. ``documents`` and ``last_document`` are changed in place.
    """
    for d in range(len(offsets) - 1):
        start, border = offsets[d], offsets[d + 1] - 1
        for i in range(start, border - length + 1):
            candidate = candidates[i]
            if candidate < 0:
                continue
            high = np.uint64(candidate) << np.uint64(32)
            before = points[i - 1] if i > start else np.uint32(0)
            left = add_key(left, high | np.uint64(before))
            right = add_key(right, high | np.uint64(points[i + length]))
            if last_document[candidate] != first_document + d:
                last_document[candidate] = first_document + d
                documents[candidate] += 1
                authors = add_key(authors, high | np.uint64(author_of[d]))
    return left, right, authors
