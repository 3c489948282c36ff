"""Where any of some thousand words may stand in a text, all places at once.

Every prefix of a word has a place in a table of bits, by a polynomial hash; what the table knows may be one of the words
(a Bloom filter of one hash per length: Bloom 1970), what it does not know is none. The few that remain are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BITS = 18
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - _BITS)
_NONE = np.zeros(1 << _BITS, np.bool_)
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Heads:
    """For each length the tables of what may be a word of that length, and of what may be the beginning of a longer."""

    whole: Mapping[int, NDArray[np.bool_]]
    begun: Mapping[int, NDArray[np.bool_]]
    longest: int

    def places(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where words may begin, and how long they may be: in the order of the text, at one place the longest first."""
        points = _points(text)
        starts: NDArray[np.int64] = np.arange(len(points))
        hashes = np.zeros(len(points), np.uint64)
        found = [(starts[:0], starts[:0])]
        for length in range(1, self.longest + 1):
            hashes = _hashed(hashes, points[starts + (length - 1)])
            slots = _slots(hashes)
            whole = starts[self.whole.get(length, _NONE)[slots]]
            found.append((whole, np.full(len(whole), length)))
            goes_on = self.begun.get(length, _NONE)[slots] & (starts + length < len(points))
            starts, hashes = starts[goes_on], hashes[goes_on]
        begins, lengths = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((-lengths, begins))
        return begins[order], lengths[order]


def build_heads(words: Iterable[str]) -> Heads:
    """The tables of ``words``; an empty word is none."""
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)
    whole: dict[int, NDArray[np.bool_]] = {}
    begun: dict[int, NDArray[np.bool_]] = {}
    for size, alike in by_length.items():
        hashes = np.zeros(len(alike), np.uint64)
        for length, points in enumerate(_points("".join(alike)).reshape(-1, max(size, 1)).T, start=1):
            hashes = _hashed(hashes, points)
            tables = whole if length == size else begun
            tables.setdefault(length, np.zeros(1 << _BITS, np.bool_))[_slots(hashes)] = True
    return Heads(whole, begun, max(by_length, default=0))


def _points(text: str) -> Words:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _hashed(shorter: Words, points: Words) -> Words:
    return (shorter + points + np.uint64(1)) * _BASE


def _slots(hashes: Words) -> NDArray[np.int64]:
    return (hashes >> _SHIFT).astype(np.int64)
