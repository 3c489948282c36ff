"""Sets of 128-bit keys in sorted arrays: 16 bytes a key, asked and filled by the batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]

_STEP = 1 << 16


class PairSet:
    """A set of pairs of 64-bit words, ``(first, second)``; the same first word may stand with several second ones.

    Pairs stand in a few sorted runs, the youngest last; a run is merged into the one before it as soon as that one is
    not at least twice as long, so that there are about log2(n / 65,536) runs at most and a pair is moved that often.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Words, Words]] = []

    def __len__(self) -> int:
        return sum(len(first) for first, _ in self._runs)

    def add(self, first: Words, second: Words) -> None:
        """Add pairs that are not in the set yet."""
        if not len(first):
            return
        self._runs.append(_sorted(first, second))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < max(2 * len(self._runs[-1][0]), _STEP):
            (a, b), (c, d) = self._runs[-2:]
            self._runs[-2:] = [_sorted(np.concatenate([a, c]), np.concatenate([b, d]))]

    def find(self, first: Words, second: Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """(how many pairs have this first word, whether this very pair is there), for every pair asked."""
        counts, held = np.zeros(len(first), np.int64), np.zeros(len(first), np.bool_)
        order = np.argsort(first)  # asked in order, neighbours are found in memory that was just read
        asked, wanted = first[order], second[order]
        for keys, values in self._runs:
            low = np.minimum(np.searchsorted(keys, asked, "left"), len(keys) - 1)
            at, width = np.flatnonzero(keys[low] == asked), 0
            while len(at):
                place = low[at] + width
                counts[order[at]] += 1
                held[order[at]] |= values[place] == wanted[at]
                width += 1
                at = at[low[at] + width < len(keys)]
                at = at[keys[low[at] + width] == asked[at]]
        return counts, held


def _sorted(first: Words, second: Words) -> tuple[Words, Words]:
    order = np.argsort(first, kind="stable")
    return first[order], second[order]
