"""How often each side gives each argument, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbtool.shares.bootstrap import bootstrap_weights, effective_size, seeded
from mbtool.shares.documents import Documents
from mbtool.shares.estimates import Method, interval

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ArgumentShare:
    """The share of a side's documents that give one argument; ``aspect`` is its place in the list given."""

    aspect: int
    n: int
    authors: int
    n_side: int
    n_effective: float
    share: float
    low: float
    high: float


def share_arguments(side: Documents, given: NDArray[np.bool_], method: Method, label: str) -> Iterator[ArgumentShare]:
    """The share of each argument among the documents of one side, the most frequent first.

    Args:
        side: the documents that take the side.
        given: whether a document gives each argument for that side, shape (n, aspects).
        method: draws, confidence and the fewest authors: arguments of fewer are left out.
        label: names the side and the population; the draws depend on it and on the seed only.
    """
    counts = (given & (side.weights > 0)[:, None]).sum(axis=0)
    authors = np.array([len(np.unique(side.authors[column & (side.weights > 0)])) for column in given.T], np.int64)
    shown = np.flatnonzero(authors >= method.min_authors)
    if not len(shown) or not side.weights.sum() > 0:
        return
    # a document is in the cell of the set of arguments that it gives: the number of cells stays small
    sets, place = np.unique(given, axis=0, return_inverse=True)
    place = np.asarray(place.reshape(-1), np.int64)
    rng = seeded(method.seed, label)
    drawn = bootstrap_weights(place, side.weights, side.units, len(sets), method.draws, rng)
    drawn = drawn[drawn.sum(axis=1) > 0]
    draws = drawn @ sets / drawn.sum(axis=1, keepdims=True)
    shares = side.weights @ given / side.weights.sum()
    size = effective_size(side.weights, side.clusters)
    n_side = int(np.count_nonzero(side.weights > 0))
    for aspect in sorted(shown.tolist(), key=lambda a: (-round(float(shares[a]), 9), a)):
        bounds = interval(float(shares[aspect]), draws[:, aspect], size, method.confidence)
        yield ArgumentShare(
            aspect, int(counts[aspect]), int(authors[aspect]), n_side, size, float(shares[aspect]), *bounds
        )
