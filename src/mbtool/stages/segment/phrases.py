"""Neighbouring tokens that belong together.

Method: normalised pointwise mutual information (Bouma 2009), npmi(x, y) = ln(p(x y) / (p(x) p(y))) / -ln p(x y).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.counting import add_neighbours, new_tally, tallied
from mbtool.text.terms import is_word


@dataclass(frozen=True)
class Phrase:
    """Two tokens that stand side by side ``count`` times."""

    first: str
    second: str
    count: int
    npmi: float


class PhraseCounter:
    """Counts pairs of neighbours over shards. What it holds grows with the number of different pairs."""

    def __init__(self, stop_words: Collection[str]) -> None:
        self._stop_words = stop_words
        self._pairs = new_tally()
        self._total = 0

    def add(
        self, terms: Sequence[str], numbers: NDArray[np.int32], ids: NDArray[np.int32], offsets: NDArray[np.int64]
    ) -> None:
        """Add one shard: its terms, their numbers in the whole corpus, its tokens as positions in ``terms``."""
        may = np.fromiter((is_word(t) and t.casefold() not in self._stop_words for t in terms), np.bool_, len(terms))
        self._pairs, n = add_neighbours(
            self._pairs, np.ascontiguousarray(ids), offsets, np.where(may, numbers, -1).astype(np.int64)
        )
        self._total += n

    def finish(
        self, numbers: Mapping[str, int], counts: NDArray[np.int64], min_count: int, min_npmi: float
    ) -> list[Phrase]:
        """The phrases, the strongest first; ties by count, then by the words.

        ``counts[numbers[term]]`` is how often a term stands in the corpus; its share is of all tokens, that of a pair
        of all pairs of words.
        """
        keys, pair_counts = tallied(self._pairs, min_count)
        first, second = (keys >> np.uint64(32)).astype(np.int64), (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        together, tokens = pair_counts / max(self._total, 1), max(int(counts.sum()), 1)
        apart = counts[first] / tokens * (counts[second] / tokens)
        with np.errstate(divide="ignore", invalid="ignore"):
            # the only pair of a corpus is as certain as can be
            npmi = np.where(together < 1, np.log(together / apart) / -np.log(together), 1.0)
        names = list(numbers)
        found = [
            Phrase(names[first[i]], names[second[i]], int(pair_counts[i]), float(npmi[i]))
            for i in np.flatnonzero(npmi >= min_npmi).tolist()
        ]
        return sorted(found, key=lambda p: (-p.npmi, -p.count, p.first, p.second))
