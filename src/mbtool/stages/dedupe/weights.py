"""What a document weighs when copies are counted."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weighting = Literal["each", "one", "sqrt"]


def cluster_sizes(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the size of each document's cluster; ``owner`` (n,) is the index of its representative."""
    return np.bincount(owner, minlength=len(owner))[owner]


def weigh(owner: NDArray[np.int64], authors: NDArray[np.int64], weighting: Weighting) -> NDArray[np.float64]:
    """(n,) the weight of each document; ``authors`` (n,) are numbers, below 0 for a document of unknown author.

    ``each``: 1. ``one``: 1/size of the cluster. ``sqrt``: a cluster of m distinct authors weighs √m in all; each author's
    part is √m/m, shared equally by the copies of that author. An unknown author is one of their own.
    """
    size = cluster_sizes(owner)
    if weighting == "one":
        return 1.0 / size
    weight = np.ones(len(owner))
    several = np.flatnonzero(size > 1)
    if weighting == "each" or not len(several):
        return weight
    unknown = authors[several] < 0
    names = np.where(unknown, authors.max(initial=0) + 1 + np.arange(len(several)), authors[several])
    pairs, which, copies = np.unique(owner[several] * (names.max() + 1) + names, return_inverse=True, return_counts=True)
    distinct = np.bincount(pairs // (names.max() + 1), minlength=len(owner))
    weight[several] = 1.0 / (np.sqrt(distinct[owner[several]]) * copies[which])
    return weight


def effective_size(weights: NDArray[np.float64]) -> float:
    """How many equally weighted documents say as much (Kish 1965: (Σw)²/Σw²); 0.0 for none."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
