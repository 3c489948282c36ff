"""Number strings of bytes in the order of first appearance, by hash and comparison."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled, part

N = TypeVar("N", np.int32, np.int64)


@part
def with_room(values: NDArray[N], size: int) -> NDArray[N]:
    """Return ``values``, or a copy at least twice as long, if they are fewer than ``size``."""
    if size <= len(values):
        return values
    larger = np.empty(max(size, 2 * len(values)), values.dtype)
    for i in range(len(values)):
        larger[i] = values[i]
    return larger


@compiled
def _hash(data: NDArray[np.uint8], start: int, length: int) -> np.uint64:
    value = np.uint64(1469598103934665603) ^ np.uint64(length)
    for i in range(start, start + length):
        value = (value ^ np.uint64(data[i])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@compiled
def _same(data: NDArray[np.uint8], a: int, b: int, length: int) -> bool:
    i = 0
    while i < length and data[a + i] == data[b + i]:
        i += 1
    return i == length


@part
def rehashed(
    table: NDArray[np.int32], hashes: NDArray[np.uint64], size: int
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Return the open-addressing table with ``size`` (a power of two) places."""
    new_table = np.zeros(size, np.int32)
    new_hashes = np.empty(size, np.uint64)
    mask = np.uint64(size - 1)
    for i in range(len(table)):
        if table[i] != 0:
            place = hashes[i] & mask
            while new_table[place] != 0:
                place = (place + np.uint64(1)) & mask
            new_table[place] = table[i]
            new_hashes[place] = hashes[i]
    return new_table, new_hashes


@part
def seek_term(
    data: NDArray[np.uint8],
    start: int,
    length: int,
    table: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    term_starts: NDArray[np.int64],
    term_lengths: NDArray[np.int32],
) -> tuple[np.uint64, np.uint64]:
    """Return ``(place, hash)`` of the string: the place that holds it, or the empty one where it belongs.

    Equal hashes prove nothing: the bytes are compared.
    """
    mask = np.uint64(len(table) - 1)
    value = _hash(data, start, length)
    place = value & mask
    while table[place] != 0:
        if hashes[place] == value:
            term = table[place] - 1
            if term_lengths[term] == length and _same(data, term_starts[term], start, length):
                break
        place = (place + np.uint64(1)) & mask
    return place, value


@compiled
def gather_terms(
    data: NDArray[np.uint8], term_starts: NDArray[np.int64], term_lengths: NDArray[np.int32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return ``(bytes, offsets)``: the terms copied end to end, term ``t`` at ``bytes[offsets[t]:offsets[t + 1]]``."""
    offsets = np.zeros(len(term_starts) + 1, np.int64)
    for t in range(len(term_starts)):
        offsets[t + 1] = offsets[t] + term_lengths[t]
    out = np.empty(offsets[-1], np.uint8)
    for t in range(len(term_starts)):
        for i in range(term_lengths[t]):
            out[offsets[t] + i] = data[term_starts[t] + i]
    return out, offsets


@compiled
def merge_terms(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Return ``(ids, term_starts, term_lengths)``: equal strings get one number, in the order of first appearance.

    String ``s`` is ``data[offsets[s]:offsets[s + 1]]`` and gets ``ids[s]``.
    """
    n = len(offsets) - 1
    size = 16
    while size < 2 * n:
        size *= 2
    table, hashes = np.zeros(size, np.int32), np.empty(size, np.uint64)
    ids = np.empty(n, np.int32)
    term_starts, term_lengths = np.empty(n, np.int64), np.empty(n, np.int32)
    terms = 0
    for s in range(n):
        length = offsets[s + 1] - offsets[s]
        place, value = seek_term(data, offsets[s], length, table, hashes, term_starts, term_lengths)
        if table[place] == 0:
            term_starts[terms], term_lengths[terms] = offsets[s], length
            terms += 1
            table[place], hashes[place] = terms, value
        ids[s] = table[place] - 1
    return ids, term_starts[:terms].copy(), term_lengths[:terms].copy()
