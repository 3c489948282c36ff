"""How the model of voice is made: fitted, calibrated and cross-validated on labelled posts. Not needed to use it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import VOICES, against_organic, cue_weights, probabilities_of
from mbtool.stages.voice.features import Cue, Document, FeatureReader, fields_of, fitted_on_text
from mbtool.stages.voice.model import LinearModel
from mbtool.stages.voice.ngrams import Counts, count_ngrams, ngram_text
from mbtool.stages.voice.reading import TRADE
from mbtool.text.posts import comparison_key, read_post

SIMILAR = 0.5
"""Posts whose 3-grams are so alike (Jaccard) are never on both sides of a split."""
FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """What is fitted, and how freely."""

    bits: int = 15
    longest: int = 2
    strength: float = 20.0
    """Variance of the weight of an n-gram: the inverse of its L2 penalty."""
    cue_strength: float = 0.5
    """The same of a cue, about the weight set by hand."""
    trust: float = 0.6
    """What part of the weight set by hand a cue starts from: cues overlap, their weights were set one by one."""
    rare: float = 2.0
    """How much a promotional or a news post weighs against an organic one."""
    seed: int = 20150722


@dataclass(frozen=True)
class Posts:
    """Labelled posts as the fit sees them."""

    named: NDArray[np.float64]
    """(posts, cues) features with the author's screen name, ``unnamed`` without: names are often not there."""
    unnamed: NDArray[np.float64]
    counts: Counts
    voices: NDArray[np.int64]
    groups: NDArray[np.int64]
    names: tuple[str, ...]
    """Of the cues."""
    prior: NDArray[np.float64]
    """(cues, 2) the weights set by hand, as log odds of promotional and news against organic."""


def read_posts(rows: Sequence[Mapping[str, Any]], cues: Sequence[Cue], recipe: Recipe) -> Posts:
    """Features of rows with text, voice, author and, if there is one, platform; in the order of ``rows``."""
    fitted = [c for c, is_fitted in zip(cues, fitted_on_text(cues), strict=True) if is_fitted]
    reader = FeatureReader(fitted)
    read = [read_post(str(row["text"]), row.get("platform")) for row in rows]
    authors = [str(row.get("author") or "") for row in rows]
    plain = [Document(p.clean_text, tags=p.hashtags, links=len(p.urls)) for p in read]
    signed = [Document(p.clean_text, author=a, tags=p.hashtags, links=len(p.urls)) for p, a in zip(read, authors, strict=True)]
    texts = [ngram_text(fields_of(d).places["text"], TRADE) for d in plain]
    return Posts(
        named=reader.read(signed),
        unnamed=reader.read(plain),
        counts=count_ngrams(texts, recipe.bits, recipe.longest),
        voices=np.array([VOICES.index(str(row["voice"])) for row in rows], np.int64),
        groups=groups_of([comparison_key(p.clean_text) for p in read], authors),
        names=tuple(c.name for c in fitted),
        prior=against_organic(cue_weights(fitted))[:, 1:],
    )


def groups_of(texts: Sequence[str], authors: Sequence[str]) -> NDArray[np.int64]:
    """One number for all posts that an author or a near-duplicate joins, directly or not."""
    parents = list(range(len(texts)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    first: dict[str, int] = {}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    grams: list[set[str]] = []
    for i, (text, author) in enumerate(zip(texts, authors, strict=True)):
        if author:
            parents[root(i)] = root(first.setdefault(author, i))
        own = {text[j : j + 3] for j in range(max(len(text) - 2, 1))}
        shared = Counter(j for gram in own for j in holders[gram])
        for j, common in shared.items():
            if common >= SIMILAR * (len(own) + len(grams[j]) - common):
                parents[root(i)] = root(j)
        for gram in own:
            holders[gram].append(i)
        grams.append(own)
    return np.unique([root(i) for i in range(len(texts))], return_inverse=True)[1].astype(np.int64)


def fit(posts: Posts, recipe: Recipe) -> LinearModel:
    """The calibrated model of all ``posts``, with what cross-validation says of it."""
    everything = np.arange(len(posts.voices))
    raw = _fitted(posts, everything, recipe)
    held_out = cross_validated(posts, recipe)
    scale, shift = _calibration(np.concatenate(held_out), np.tile(posts.voices, len(held_out)))
    return LinearModel(
        features=posts.names,
        weights=raw.weights * scale,
        bias=raw.bias * scale + shift,
        grams=raw.grams * scale,
        bits=recipe.bits,
        longest=recipe.longest,
    )


def cross_validated(posts: Posts, recipe: Recipe, *, named: bool = False, repeats: int = 2) -> list[NDArray[np.float64]]:
    """Scores of every post by a model that saw none of its group; one array (posts, 3) for each repeat."""
    found = []
    for repeat in range(repeats):
        scores = np.zeros((len(posts.voices), len(VOICES)))
        for train, test in _folds(posts, recipe.seed + repeat):
            model = _fitted(posts, train, recipe)
            features = (posts.named if named else posts.unnamed)[test]
            scores[test] = features @ model.weights + model.bias + model.gram_scores(_rows(posts.counts, test))
        found.append(scores)
    return found


def _folds(posts: Posts, seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    yield from splitter.split(posts.unnamed, posts.voices, posts.groups)


def _fitted(posts: Posts, rows: NDArray[np.int64], recipe: Recipe) -> LinearModel:
    """A multinomial logistic regression; each post twice with half the weight, once without its author's name.

    Penalised log-likelihood, L-BFGS-B. The weight of a cue is pulled towards ``recipe.trust`` times the one set by
    hand and may not change sides: a cue of promotion never speaks against promotion. What few posts say by accident is
    so held in check, and a cue that the corpus hardly has keeps what people know of it.
    """
    from scipy import sparse
    from scipy.optimize import minimize

    counts = _rows(posts.counts, rows)
    known = np.unique(counts.buckets)
    places = np.searchsorted(known, counts.buckets)
    grams = sparse.csr_matrix((counts.values, places, counts.offsets), shape=(len(rows), len(known)))
    cues = posts.named.shape[1]
    blocks = [sparse.hstack([sparse.csr_matrix(f[rows]), grams]) for f in (posts.named, posts.unnamed)]
    data = sparse.vstack([*blocks]).tocsr()
    data_t = data.T.tocsr()
    voices = np.tile(posts.voices[rows], 2)
    importance = np.where(voices == 0, 1.0, recipe.rare) / 2
    truth = np.eye(len(VOICES))[voices][:, 1:]
    centre = np.zeros((data.shape[1], 2))
    centre[:cues] = recipe.trust * posts.prior
    penalty = np.full((data.shape[1], 1), 1.0 / recipe.strength)
    penalty[:cues] = 1.0 / recipe.cue_strength

    def loss(given: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = given[2:].reshape(-1, 2)
        scores = np.column_stack([np.zeros(len(voices)), data @ w + given[:2]])
        p = probabilities_of(scores)
        off = w - centre
        likelihood = importance @ np.log(np.maximum(p[np.arange(len(voices)), voices], 1e-300))
        error = (p[:, 1:] - truth) * importance[:, None]
        slope = data_t @ error + penalty * off
        return float((penalty * off**2).sum() / 2 - likelihood), np.concatenate([error.sum(axis=0), slope.ravel()])

    free: list[tuple[float | None, float | None]] = [(None, None)] * (2 + 2 * data.shape[1])
    free[2 : 2 + 2 * cues] = [_side(value) for value in posts.prior.ravel()]
    found = minimize(loss, np.concatenate([[-1.0, -2.0], centre.ravel()]), jac=True, method="L-BFGS-B", bounds=free,
                     options={"maxiter": 400, "ftol": 1e-8}).x  # fmt: skip
    weights = np.column_stack([np.zeros(data.shape[1]), found[2:].reshape(-1, 2)])
    every = np.zeros((1 << recipe.bits, len(VOICES)))
    every[known] = weights[cues:]
    return LinearModel(
        features=posts.names,
        weights=weights[:cues],
        bias=np.array([0.0, *found[:2]]),
        grams=every,
        bits=recipe.bits,
        longest=recipe.longest,
    )


def _side(prior: float) -> tuple[float | None, float | None]:
    """The bounds of a weight: the side of zero on which it was set by hand; free where it was not."""
    return (0.0, None) if prior > 0 else (None, 0.0) if prior < 0 else (None, None)


def _rows(counts: Counts, rows: NDArray[np.int64]) -> Counts:
    lengths = np.diff(counts.offsets)[rows]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.repeat(counts.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Counts(offsets, counts.buckets[places], counts.values[places])


def _calibration(scores: NDArray[np.float64], voices: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
    """One scale for all scores and a shift a voice (organic 0) that make held-out probabilities true.

    Temperature with shifts, the simplest of the vector scalings of Guo et al. 2017; by maximum likelihood.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(voices))

    def loss(given: NDArray[np.float64]) -> float:
        p = probabilities_of(scores * given[0] + np.array([0.0, *given[1:]]))
        return float(-np.log(np.maximum(p[rows, voices], 1e-12)).mean())

    best = minimize(loss, np.array([1.0, 0.0, 0.0]), method="L-BFGS-B").x
    return float(best[0]), np.array([0.0, best[1], best[2]])
