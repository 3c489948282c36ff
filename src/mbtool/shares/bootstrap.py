"""Bootstrap over clusters: what is drawn together, and the draws themselves, as weights.

A draw is a row of weights of documents that look alike to every estimator (cells), so that a corpus of a million
documents costs no more than one of a thousand.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW = 1000
"""Up to so many documents, each distinct posterior is a cell of its own."""
STEP = 40
"""Above that, posteriors are put together on a grid of 1/40: at most 861 cells, each with the mean of its own."""
_CHUNK_CELLS = 4_000_000


def seeded(seed: int, label: str) -> np.random.Generator:
    """A generator of its own for every label, whatever was drawn before."""
    return np.random.default_rng([seed, zlib.crc32(label.encode())])


def drawn_together(authors: Ints, clusters: Ints) -> Ints:
    """What each document is resampled with, as a number by first appearance; shape (n,).

    The copies of a text that went round in several authors' names are one utterance and are drawn together; every
    other document is drawn with its author. To join authors through the adverts they copied would make one cluster of
    them all.
    """
    if not len(authors):
        return np.zeros(0, np.int64)
    pairs = np.unique(np.stack([clusters, authors]), axis=1)
    shared = np.bincount(pairs[0], minlength=int(clusters.max()) + 1)[clusters] > 1
    key = np.where(shared, clusters, authors + int(clusters.max()) + 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse], np.int64)


@dataclass(frozen=True)
class Cells:
    """Documents drawn together by what a classifier said of them."""

    posteriors: Floats
    """Mean of each cell, shape (c, K)."""
    place: Ints
    """The cell of each document, shape (n,)."""
    labels: Ints
    """The label given by a person to the document of a cell, -1 without; a labelled document is a cell of its own."""


def cells_of(posteriors: Floats, said: Ints, labels: Ints) -> Cells:
    """The cells of ``posteriors`` (n, K); documents of one cell share the likeliest class ``said`` (n,)."""
    rounded = posteriors if len(posteriors) <= FEW else np.round(posteriors * STEP) / STEP
    own = np.where(labels >= 0, np.arange(1, len(labels) + 1), 0)
    keys = np.column_stack([own, said, rounded[:, :-1]])  # the last follows from the others
    _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    counts = np.bincount(place, minlength=len(first)).astype(np.float64)
    means = np.stack([np.bincount(place, p, len(first)) / counts for p in posteriors.T], axis=1)
    return Cells(means.reshape(len(first), posteriors.shape[1]), np.asarray(place, np.int64), labels[first])


def bootstrap_weights(
    place: Ints, weights: Floats, units: Ints, cells: int, draws: int, rng: np.random.Generator
) -> Floats:
    """The weight of each cell in resamples of the units with replacement, shape (draws, cells).

    Units that hold one document of the same cell and weight are exchangeable: they are drawn as one class of a
    multinomial, with the same law as drawing them one by one (Davison & Hinkley 1997, §3.8, for clusters).
    """
    found = np.zeros((draws, cells))
    if not len(units):
        return found
    rows, counts = _unit_rows(place, weights, units, cells)
    size = int(counts.sum())
    step = max(1, _CHUNK_CELLS // len(counts))
    for start in range(0, draws, step):
        drawn = rng.multinomial(size, counts / size, size=min(step, draws - start))
        found[start : start + step] = (rows.T @ drawn.T).T
    return found


def _unit_rows(place: Ints, weights: Floats, units: Ints, cells: int) -> tuple[NDArray[np.object_], Ints]:
    """Distinct kinds of units as a sparse matrix (kinds, cells) of weights, and how many units are of each kind."""
    from scipy.sparse import csr_array

    _, unit, sizes = np.unique(units, return_inverse=True, return_counts=True)
    single = sizes[unit] == 1
    alone, how_many = np.unique(
        np.column_stack([place[single], np.round(weights[single], 9)]), axis=0, return_counts=True
    )
    kinds, kind_of_unit = np.unique(unit[~single], return_inverse=True)
    size = len(alone) + len(kinds)
    data = np.concatenate([alone[:, 1], weights[~single]])
    columns = np.concatenate([alone[:, 0].astype(np.int64), place[~single]])
    rows = np.concatenate([np.arange(len(alone)), len(alone) + kind_of_unit])
    matrix = csr_array((data, (rows, columns)), shape=(size, cells))
    return matrix, np.concatenate([how_many, np.ones(len(kinds), np.int64)])  # type: ignore[return-value]


def percentile(draws: Floats, confidence: float) -> tuple[float, float]:
    """The central interval of ``draws`` (B,)."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def wilson(share: float, n: float, confidence: float) -> tuple[float, float]:
    """The score interval of a share among ``n`` (Wilson 1927); n may be an effective size."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + confidence / 2))
    centre, spread = share + z * z / (2 * n), z * float(np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


def kish(weights: Floats) -> float:
    """Effective sample size ``(Σw)² / Σw²`` (Kish 1965); 0 without weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def effective_size(weights: Floats, clusters: Ints) -> float:
    """Kish's size of the clusters' total weights: copies of one text say nothing new, however many are kept."""
    _, cluster = np.unique(clusters, return_inverse=True)
    return kish(np.bincount(cluster, weights).astype(np.float64)) if len(clusters) else 0.0


def chunks(total: int, step: int) -> Iterator[slice]:
    """Slices of at most ``step`` that cover ``range(total)``."""
    yield from (slice(start, min(start + step, total)) for start in range(0, total, step))
