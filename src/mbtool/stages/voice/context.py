"""The second pass: what copies of a text and its author's other posts say about its voice.

A text alone is often not enough: a seller's diary reads like anybody's. Its copies under other names, and what else the
account posts, are evidence; each adds log odds to what the text gave. The weights are settings, set by hand and small:
they move a text that is undecided, and leave one that is clear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import probabilities_of

LIMIT = 3.0
"""No piece of context moves the log odds by more."""
LEAST_LENGTH = 15
"""Characters below which equal texts say nothing about who wrote them: many people write the same few words."""
PRIOR_POSTS = 2.0
"""An author's share starts from that of the corpus, as if so many posts had shown it."""
LEAST_POSTS = 3
"""An author with fewer posts has no rhythm."""


@dataclass(frozen=True)
class Weights:
    """How much each piece of context counts."""

    copies: float
    author: float
    rhythm: float


@dataclass(frozen=True)
class Surroundings:
    """What stands around each document; all of shape (documents,)."""

    clusters: NDArray[np.int64]
    authors: NDArray[np.int64]
    """Numbers from 0; a document without a known author has one of its own."""
    days: NDArray[np.int64]
    """-1: unknown."""
    lengths: NDArray[np.int64]


@dataclass(frozen=True)
class InContext:
    """Scores after the second pass, and what each piece of context added to them; all (documents, 3)."""

    scores: NDArray[np.float64]
    copies: NDArray[np.float64]
    author: NDArray[np.float64]
    rhythm: NDArray[np.float64]


def in_context(scores: NDArray[np.float64], around: Surroundings, weights: Weights) -> InContext:
    """Add the context to ``scores`` (documents, 3), log odds against organic.

    Copies: the members of a cluster share the mean of their scores, and w·ln m for promotion and news, m the number of
    authors. Author: with q the share of promotion (news) among the author's posts in other clusters, smoothed towards
    the share b of the corpus, w·(logit q - logit b). Rhythm: w·ln of the author's posts a day.
    """
    if not len(scores):
        return InContext(scores, scores, scores, scores)
    copies = _from_copies(scores, around, weights.copies)
    pooled = _cluster_means(scores, around.clusters)
    author = _from_author(probabilities_of(pooled + copies), around, weights.author)
    rhythm = _from_rhythm(around, weights.rhythm)
    return InContext(pooled + copies + author + rhythm, copies + pooled - scores, author, rhythm)


def _cluster_means(scores: NDArray[np.float64], clusters: NDArray[np.int64]) -> NDArray[np.float64]:
    sizes = np.bincount(clusters)
    means = np.column_stack([np.bincount(clusters, weights=column) / np.maximum(sizes, 1) for column in scores.T])
    alone = sizes[clusters] == 1
    return np.where(alone[:, None], scores, means[clusters])


def _from_copies(scores: NDArray[np.float64], around: Surroundings, weight: float) -> NDArray[np.float64]:
    pairs = np.unique(np.column_stack([around.clusters, around.authors]), axis=0)
    authors = np.bincount(pairs[:, 0], minlength=int(around.clusters.max()) + 1)[around.clusters]
    shortest = np.full(int(around.clusters.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(shortest, around.clusters, around.lengths)
    counted = shortest[around.clusters] >= LEAST_LENGTH
    gain = np.minimum(np.where(counted, weight * np.log(np.maximum(authors, 1)), 0.0), LIMIT)
    return _to_others(gain, scores.shape)


def _from_author(p: NDArray[np.float64], around: Surroundings, weight: float) -> NDArray[np.float64]:
    base = np.clip(p.mean(axis=0), 0.01, 0.99)
    posts = np.bincount(around.authors)[around.authors]
    _, pair = np.unique(around.authors * (int(around.clusters.max()) + 1) + around.clusters, return_inverse=True)
    others = posts - np.bincount(pair)[pair]
    moved = np.zeros_like(p)
    for k in (1, 2):
        total = np.bincount(around.authors, weights=p[:, k])[around.authors]
        rest = np.maximum(total - np.bincount(pair, weights=p[:, k])[pair], 0.0)
        share = np.clip((rest + PRIOR_POSTS * base[k]) / (others + PRIOR_POSTS), 1e-3, 1 - 1e-3)
        odds = np.log(share / (1 - share)) - np.log(base[k] / (1 - base[k]))
        moved[:, k] = np.where(others > 0, np.clip(weight * odds, -LIMIT, LIMIT), 0.0)
    return moved


def _from_rhythm(around: Surroundings, weight: float) -> NDArray[np.float64]:
    dated = around.days >= 0
    posts = np.bincount(around.authors[dated], minlength=int(around.authors.max()) + 1)
    pairs = np.unique(np.column_stack([around.authors[dated], around.days[dated]]), axis=0)
    days = np.bincount(pairs[:, 0], minlength=len(posts)) if len(pairs) else np.zeros_like(posts)
    rate = np.where(posts >= LEAST_POSTS, posts / np.maximum(days, 1), 1.0)
    gain = np.minimum(weight * np.log(rate), LIMIT)[around.authors]
    return _to_others(gain, (len(around.authors), 3))


def _to_others(gain: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Promotion and news alike: both are sent round, and sent often."""
    moved = np.zeros(shape)
    moved[:, 1:] = gain[:, None]
    return moved
