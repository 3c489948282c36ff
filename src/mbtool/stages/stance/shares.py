"""Shares of stances with percentile bootstrap intervals over authors.

Resampled are authors, because the posts of one person are not independent (cluster bootstrap: Davison & Hinkley 1997,
§3.8); a document of an unknown author is an author of its own. Clusters of duplicates are not joined with authors: one
advert copied by everybody would connect everybody into a single cluster. They act through the weights instead.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True)
class Share:
    """Share of one class among the documents of a group, with an interval where there are authors enough."""

    stance: int
    n: int
    n_effective: float
    share: float
    low: float | None
    high: float | None


def kish(weights: NDArray[np.float64]) -> float:
    """Effective sample size ``(Σw)² / Σw²`` (Kish 1965); 0 without weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def estimate_shares(
    stances: NDArray[np.int64],
    weights: NDArray[np.float64],
    authors: NDArray[np.int64],
    classes: Sequence[int],
    *,
    draws: int,
    confidence: float,
    min_authors: int,
    seed: int,
    label: str,
) -> list[Share]:
    """Weighted shares of ``classes`` among the documents that have one of them: classify and count.

    Args:
        stances: class of each document, shape (n,).
        weights: weight of each document, shape (n,).
        authors: author of each document as a number, shape (n,).
        classes: the classes that share the whole, for example support and oppose.
        draws: bootstrap draws.
        confidence: level of the percentile interval.
        min_authors: below it no interval is given.
        seed: of the corpus; the draws of a group depend on it and on ``label`` only.
        label: names the group.

    Returns:
        One share per class; empty if no document of these classes has weight.
    """
    chosen = np.isin(stances, classes)
    stances, weights, authors = stances[chosen], weights[chosen], authors[chosen]
    if not weights.sum() > 0:
        return []
    known, author = np.unique(authors, return_inverse=True)
    sums = np.zeros((len(known), len(classes)))
    for column, stance in enumerate(classes):
        np.add.at(sums[:, column], author[stances == stance], weights[stances == stance])
    share = sums.sum(axis=0) / sums.sum()
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * len(classes)
    if len(known) >= min_authors:
        drawn = bootstrap_shares(sums, draws, np.random.default_rng([seed, zlib.crc32(label.encode())]))
        tail = (1 - confidence) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
        bounds = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    n, effective = len(stances), kish(weights)
    return [Share(s, n, effective, float(share[i]), *bounds[i]) for i, s in enumerate(classes)]


def bootstrap_shares(sums: NDArray[np.float64], draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Shares in resamples of the rows of ``sums`` (authors by classes), shape (draws, classes).

    Authors with equal rows are exchangeable, so a multinomial over the distinct rows has the same law as one over all
    authors and is far smaller; it also makes the draws independent of the order of the authors.
    """
    rows, counts = np.unique(np.round(sums, 9), axis=0, return_counts=True)
    size = int(counts.sum())
    step = max(1, _CHUNK_CELLS // len(rows))
    drawn = np.concatenate(
        [rng.multinomial(size, counts / size, size=min(step, draws - i)) @ rows for i in range(0, draws, step)]
    )
    totals = drawn.sum(axis=1, keepdims=True)
    return np.asarray((drawn / np.where(totals > 0, totals, 1.0))[totals[:, 0] > 0])
