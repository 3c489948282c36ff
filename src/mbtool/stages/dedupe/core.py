"""Clusters of equal keys and the weight of each document in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weighting = Literal["each", "one", "sqrt"]


@dataclass(frozen=True)
class Clusters:
    """A partition of n documents. All arrays have shape (n,)."""

    representative: NDArray[np.int64]
    """Index of the first document of the cluster, in the order given."""
    size: NDArray[np.int64]
    weight: NDArray[np.float64]


def cluster_equal(keys: Sequence[str | None]) -> NDArray[np.int64]:
    """The index of the first document with the same key; a document without a key (None) stands alone."""
    first: dict[str, int] = {}
    owner = np.arange(len(keys), dtype=np.int64)
    for index, key in enumerate(keys):
        if key is not None:
            owner[index] = first.setdefault(key, index)
    return owner


def weigh(owner: NDArray[np.int64], authors: Sequence[str | None], weighting: Weighting) -> Clusters:
    """Sizes and weights of the clusters that ``owner`` names.

    ``sqrt``: a cluster of m distinct authors weighs √m in all; each author's part is √m / m, shared by their copies.
    A document without an author counts as an author of its own.
    """
    sizes = np.bincount(owner, minlength=len(owner))
    copies: dict[tuple[int, str], int] = {}
    names = [author if author is not None else f"\x00{i}" for i, author in enumerate(authors)]
    for index, name in enumerate(names):
        copies[int(owner[index]), name] = copies.get((int(owner[index]), name), 0) + 1
    distinct = np.zeros(len(owner), dtype=np.int64)
    for cluster, _ in copies:
        distinct[cluster] += 1
    size = sizes[owner]
    if weighting == "each":
        weight = np.ones(len(owner))
    elif weighting == "one":
        weight = 1.0 / size
    else:
        shared = np.array([copies[int(o), n] for o, n in zip(owner, names, strict=True)], dtype=np.float64)
        weight = 1.0 / (np.sqrt(distinct[owner]) * shared) if len(owner) else np.zeros(0)
    return Clusters(owner, size, weight)
