"""What a document weighs when copies are counted."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weighting = Literal["each", "one", "sqrt"]


def cluster_sizes(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the size of each document's cluster; ``owner`` (n,) is the index of its representative."""
    return np.bincount(owner, minlength=len(owner))[owner]


def weigh(
    owner: NDArray[np.int64], copies: NDArray[np.int64], authors: NDArray[np.int64], weighting: Weighting
) -> NDArray[np.float64]:
    """(n,) the weight of each document.

    ``copies`` (c,) are the documents in clusters of two or more, ``authors`` (c,) numbers of their authors, below 0 for
    an unknown one, who is then an author of their own.

    ``each``: 1. ``one``: 1/size of the cluster. ``sqrt``: a cluster of m distinct authors weighs √m in all; the part of
    each author is √m/m, shared equally by the copies of that author.
    """
    weight = np.ones(len(owner))
    if weighting == "one":
        return weight / cluster_sizes(owner)
    if weighting == "each" or not len(copies):
        return weight
    names = np.where(authors < 0, authors.max() + 1 + np.arange(len(copies)), authors)
    base = int(names.max()) + 1
    pairs, which, times = np.unique(owner[copies] * base + names, return_inverse=True, return_counts=True)
    distinct = np.bincount(pairs // base, minlength=len(owner))
    weight[copies] = 1.0 / (np.sqrt(distinct[owner[copies]]) * times[which])
    return weight


def effective_size(weights: NDArray[np.float64]) -> float:
    """How many equally weighted documents say as much (Kish 1965: (Σw)²/Σw²); 0.0 for none."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
