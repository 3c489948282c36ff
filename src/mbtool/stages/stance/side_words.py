"""The words that tell one side from the other.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, eq. 15-16 and 20-22), the prior being the
words of both sides together; false discoveries by Benjamini & Hochberg (1995) over the G² (Dunning 1993) of every term
that was tested, as in the stage keywords. Counts are weighted: copies weigh less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR_WORDS = 1000.0
"""α0: the prior weighs as much as so many words."""


@dataclass(frozen=True)
class SideWord:
    """A term that one side uses more than the other."""

    term: int
    count_side: float
    count_other: float
    documents: int
    authors: int
    log_odds_z: float
    q_value: float
    examples: tuple[int, ...]
    """Places of documents of that side, surest first, no two of one cluster."""


@dataclass(frozen=True)
class SidedTexts:
    """The documents that take a side, as token ids: those of document d are ``ids[offsets[d]:offsets[d + 1]]``."""

    ids: NDArray[np.int32]
    offsets: Ints
    weights: Floats
    authors: Ints
    clusters: Ints
    side: Ints
    """0 or 1, shape (documents,)."""
    sureness: Floats
    """The posterior of the side taken, shape (documents,)."""


def telling_words(
    texts: SidedTexts, words: NDArray[np.bool_], candidates: NDArray[np.bool_], *, most: int, max_q: float, authors: int
) -> Iterator[tuple[int, SideWord]]:
    """(side, word), for each side the ``most`` telling ones first.

    Args:
        texts: the documents of the two sides.
        words: which terms count as words of a text, shape (terms,).
        candidates: which of them may be shown.
        most: words a side at most.
        max_q: the largest q-value shown.
        authors: the fewest authors of the side that use a word.
    """
    matrix = _matrix(texts, len(words))
    sides = [texts.side == side for side in (0, 1)]
    if not all(inside.any() for inside in sides):
        return
    counts = np.stack([(texts.weights * inside) @ matrix for inside in sides])
    totals = counts[:, words].sum(axis=1)
    everything = counts.sum(axis=0)
    tested = np.flatnonzero(candidates & (everything > 0) & (_authors_of(matrix, texts.authors) >= authors))
    if not len(tested) or not (totals > 0).all():
        return
    z = log_odds_z(counts[0, tested], counts[1, tested], totals[0], totals[1], everything[tested] / totals.sum())
    q = q_values(counts[0, tested], counts[1, tested], totals[0], totals[1])
    for side, sign in ((0, 1.0), (1, -1.0)):
        own = matrix[np.flatnonzero(sides[side])][:, tested].tocsc()
        used_by = _authors_of(own, texts.authors[sides[side]])
        found = np.flatnonzero((z * sign > 0) & (q <= max_q) & (used_by >= authors))
        best = found[np.lexsort((tested[found], -np.round(z[found] * sign, 9)))][:most]
        places = np.flatnonzero(sides[side])
        for i in best.tolist():
            documents = places[own.indices[own.indptr[i] : own.indptr[i + 1]]]
            yield (
                side,
                SideWord(
                    term=int(tested[i]),
                    count_side=float(counts[side, tested[i]]),
                    count_other=float(counts[1 - side, tested[i]]),
                    documents=len(documents),
                    authors=int(used_by[i]),
                    log_odds_z=float(z[i] * sign),
                    q_value=float(q[i]),
                    examples=_examples(documents, texts),
                ),
            )


def log_odds_z(a: Floats, b: Floats, n: float, m: float, background: Floats, prior: float = PRIOR_WORDS) -> Floats:
    """The log-odds ratio of counts a among n and b among m words, in standard deviations; > 0 leans to a."""
    alpha = prior * background
    first, second = a + alpha, b + alpha
    delta = np.log(first / (n + prior - first)) - np.log(second / (m + prior - second))
    return np.asarray(delta / np.sqrt(1 / first + 1 / second))


def q_values(a: Floats, b: Floats, n: float, m: float) -> Floats:
    """Benjamini-Hochberg q of the log-likelihood ratios G² (χ² of one degree) of counts a among n, b among m words."""
    from scipy.special import chdtrc, xlogy
    from scipy.stats import false_discovery_control

    words = n + m
    observed = np.stack([a, b, n - a, m - b])
    expected = np.stack([(a + b) * n, (a + b) * m, (words - a - b) * n, (words - a - b) * m]) / words
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=expected > 0)
    g2 = np.maximum(2 * xlogy(observed, ratio).sum(axis=0), 0.0)
    return np.asarray(false_discovery_control(chdtrc(1, g2)))


def _matrix(texts: SidedTexts, terms: int) -> Any:
    from scipy.sparse import csr_array

    shape = (len(texts.offsets) - 1, terms)
    matrix = csr_array((np.ones(len(texts.ids)), texts.ids, texts.offsets), shape=shape, copy=True)
    matrix.sum_duplicates()  # in place: of the ids too
    return matrix


def _authors_of(matrix: Any, authors: Ints) -> Ints:
    """How many authors use each term."""
    from scipy.sparse import csr_array

    _, author = np.unique(authors, return_inverse=True)
    size = int(author.max(initial=-1)) + 1
    shape = (size, len(author))
    used = csr_array((np.ones(len(author)), (author, np.arange(len(author)))), shape=shape) @ matrix
    return np.bincount(used.tocoo().coords[1], minlength=matrix.shape[1]).astype(np.int64)


def _examples(documents: Ints, texts: SidedTexts, most: int = 3) -> tuple[int, ...]:
    order = documents[np.lexsort((documents, -np.round(texts.sureness[documents], 9)))]
    chosen: list[int] = []
    seen: set[int] = set()
    for place in order.tolist():
        if len(chosen) < most and int(texts.clusters[place]) not in seen:
            seen.add(int(texts.clusters[place]))
            chosen.append(place)
    return tuple(chosen)
