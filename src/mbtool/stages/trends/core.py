"""Series: documents counted into bins, beside all documents of the population in those bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """Documents that are looked at together."""

    name: str
    member: Mask
    """Shape (documents,)."""
    is_weighted: bool
    """Whether shares are of weights (copies count once) or of documents."""


@dataclass(frozen=True)
class Series:
    """One line of a chart. Arrays have shape (bins,)."""

    count: Ids
    weighted: Floats
    total: Ids
    total_weighted: Floats
    share: Floats
    """``count / total``, or ``weighted / total_weighted`` in a weighted population; nan where nothing is."""


def count_into(bins: Ids, size: int, weights: Floats) -> tuple[Ids, Floats]:
    """How many documents fall into each bin, and what they weigh."""
    return np.bincount(bins, minlength=size), np.bincount(bins, weights, size).astype(np.float64)


def series_of(
    bins: Ids, size: int, weights: Floats, chosen: Mask, population: Population, *, whole: bool = False
) -> Series:
    """The documents that are ``chosen`` and of the ``population``, bin by bin.

    ``bins``, ``weights`` and ``chosen`` have shape (documents,), ``size`` is the number of bins. With ``whole`` the
    share is of the population in all bins together instead of in the same bin.
    """
    inside, found = population.member, population.member & chosen
    count, weighted = count_into(bins[found], size, weights[found])
    total, total_weighted = count_into(bins[inside], size, weights[inside])
    if whole:
        total, total_weighted = np.full(size, total.sum()), np.full(size, total_weighted.sum())
    parts = (weighted, total_weighted) if population.is_weighted else (count, total)
    return Series(count, weighted, total, total_weighted, share_of(*parts))


def share_of(part: Ids | Floats, whole: Ids | Floats) -> Floats:
    """``part / whole``; nan where the whole is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0), np.float64)
