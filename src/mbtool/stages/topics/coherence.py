"""Coherence: whether the first terms of a topic stand in the same documents."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mean_npmi(presence: Any, topics: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the mean NPMI of all pairs of terms of each topic.

    NPMI(x, y) = ln(p(x,y) / (p(x) p(y))) / −ln p(x,y) (Bouma 2009), from -1 (never together) over 0 (as chance has it)
    to 1 (only together); p from documents as boolean windows (Röder, Both & Hinneburg 2015). Terms that never meet have
    -1, as the limit is; terms that are both in every document have 0: their meeting says nothing.

    Args:
        presence: sparse (documents, terms), 0 or 1.
        topics: the terms of each topic, shape (topics, n).

    Returns:
        Shape (topics,); nan where a topic has fewer than two terms.

    """
    if topics.shape[1] < 2:
        return np.full(len(topics), np.nan)
    shown, place = np.unique(topics, return_inverse=True)
    chosen = presence[:, shown]
    together = (chosen.T @ chosen).toarray() / presence.shape[0]
    values = _npmi(together, np.diag(together))
    first, second = np.array(list(combinations(range(topics.shape[1]), 2))).T
    place = place.reshape(topics.shape)
    return np.asarray(values[place[:, first], place[:, second]].mean(axis=1), np.float64)


def _npmi(together: NDArray[np.float64], alone: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.where(together > 0, 0.0, -1.0)
    meets = (together > 0) & (together < 1)
    expected = np.outer(alone, alone)
    values[meets] = np.log(together[meets] / expected[meets]) / -np.log(together[meets])
    return values
