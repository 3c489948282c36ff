"""How the model of voice is made: fitted, calibrated and cross-validated on labelled posts. Not needed to use it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import VOICES, against_organic, cue_weights, probabilities_of
from mbtool.stages.voice.features import Cue, Document, FeatureReader, fields_of, fitted_on_text
from mbtool.stages.voice.model import LinearModel
from mbtool.stages.voice.ngrams import BORDER, Counts, count_ngrams, ngram_text
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
    trust: float = 0.5
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
    """(posts,) equal for posts that an author or a near-duplicate joins."""
    batches: NDArray[np.int64]
    """(posts,) equal for posts of one writer's batch: what stands before the last hyphen of their ids."""
    names: tuple[str, ...]
    """Of the cues."""
    unmentioned: NDArray[np.float64]
    """(posts,) 1 where the trade is not named, else 0."""
    prior: NDArray[np.float64]
    """(cues, 2) the weights set by hand, as log odds of promotional and news against organic."""


def read_posts(rows: Sequence[Mapping[str, Any]], cues: Sequence[Cue], recipe: Recipe) -> Posts:
    """Features of rows with id, text, voice, author and, if there is one, platform; in the order of ``rows``."""
    fitted = [c for c, is_fitted in zip(cues, fitted_on_text(cues), strict=True) if is_fitted]
    reader = FeatureReader(fitted)
    read = [read_post(str(row["text"]), row.get("platform")) for row in rows]
    authors = [str(row.get("author") or "") for row in rows]
    plain = [Document(p.clean_text, tags=p.hashtags, links=len(p.urls)) for p in read]
    signed = [
        Document(p.clean_text, author=a, tags=p.hashtags, links=len(p.urls)) for p, a in zip(read, authors, strict=True)
    ]
    texts = [ngram_text(fields_of(d).places["text"], TRADE) for d in plain]
    return Posts(
        named=reader.read(signed),
        unnamed=reader.read(plain),
        counts=count_ngrams(texts, recipe.bits, recipe.longest),
        voices=np.array([VOICES.index(str(row["voice"])) for row in rows], np.int64),
        groups=groups_of([comparison_key(p.clean_text) for p in read], authors),
        batches=np.unique([str(row["id"]).rpartition("-")[0] for row in rows], return_inverse=True)[1].astype(np.int64),
        names=tuple(c.name for c in fitted),
        unmentioned=np.array([float(BORDER not in text) for text in texts]),
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


def calibrated(model: LinearModel, scale: float, shift: NDArray[np.float64]) -> LinearModel:
    """The model whose scores are ``scale`` times those of ``model``, plus ``shift``."""
    return replace(model, weights=model.weights * scale, bias=model.bias * scale + shift, grams=model.grams * scale)


@dataclass(frozen=True)
class HeldOut:
    """Scores of every post by a model that has not seen it, before calibration; both (posts, 3)."""

    unnamed: NDArray[np.float64]
    """By the text alone."""
    named: NDArray[np.float64]
    """With the author's screen name."""


def held_out(posts: Posts, recipe: Recipe, parts: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> HeldOut:
    """The scores that a model of the first posts of each part gives to the second; the seconds are all posts."""
    found = HeldOut(*np.zeros((2, len(posts.voices), len(VOICES))))
    for train, test in parts:
        model = fitted(posts, train, recipe)
        grams = model.gram_scores(_rows(posts.counts, test)) + model.bias
        found.unnamed[test] = posts.unnamed[test] @ model.weights + grams
        found.named[test] = posts.named[test] @ model.weights + grams
    return found


def folds(posts: Posts, seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Five folds that part no group, with the voices in equal shares."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    yield from splitter.split(posts.unnamed, posts.voices, posts.groups)


def batches(posts: Posts) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Each writer's batch against all others: a writer's habits and plan are on one side only."""
    for batch in range(int(posts.batches.max()) + 1):
        is_out = posts.batches == batch
        yield np.flatnonzero(~is_out), np.flatnonzero(is_out)


def fitted(posts: Posts, rows: NDArray[np.int64], recipe: Recipe) -> LinearModel:
    """The model of some posts, not yet calibrated.

    A multinomial logistic regression; each post twice with half the weight, once without its author's name.

    Penalised log-likelihood, L-BFGS-B. The weight of a cue is pulled towards ``recipe.trust`` times the one set by
    hand and may not change sides: a cue of promotion never speaks against promotion. What few posts say by accident is
    so held in check, and a cue that the corpus hardly has keeps what people know of it.

    Whether the trade is named tells the voices of the corpus apart, for a reason of its own: people's posts are in it
    because they speak of 微商, adverts because they sell. The fit knows of it, so that no other feature has to stand in
    for it; the model does not: it takes every post for one that names the trade.
    """
    from scipy import sparse
    from scipy.optimize import minimize

    counts = _rows(posts.counts, rows)
    known = np.unique(counts.buckets)
    places = np.searchsorted(known, counts.buckets)
    grams = sparse.csr_matrix((counts.values, places, counts.offsets), shape=(len(rows), len(known)))
    given, bare = (np.column_stack([f[rows], posts.unmentioned[rows]]) for f in (posts.named, posts.unnamed))
    cues, columns, n = given.shape[1], given.shape[1] + len(known), len(rows)
    prior = np.vstack([posts.prior, np.zeros((1, 2))])
    voices = posts.voices[rows]
    importance = np.where(voices == 0, 1.0, recipe.rare) / 2
    truth = np.eye(len(VOICES))[voices][:, 1:]
    centre = np.zeros((columns, 2))
    centre[:cues] = recipe.trust * prior
    penalty = np.full((columns, 1), 1.0 / recipe.strength)
    penalty[:cues] = 1.0 / recipe.cue_strength
    back = grams.T.tocsr()

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = point[2:].reshape(-1, 2)
        shared = grams @ w[cues:] + point[:2]
        value, slope, errors = 0.0, np.zeros_like(w), np.zeros((n, 2))
        for features in (given, bare):
            p = probabilities_of(np.column_stack([np.zeros(n), features @ w[:cues] + shared]))
            value -= float(importance @ np.log(np.maximum(p[np.arange(n), voices], 1e-300)))
            error = (p[:, 1:] - truth) * importance[:, None]
            slope[:cues] += features.T @ error
            errors += error
        slope[cues:] = np.asarray(back @ errors)
        off = w - centre
        value += float((penalty * off**2).sum() / 2)
        return value, np.concatenate([errors.sum(axis=0), (slope + penalty * off).ravel()])

    free: list[tuple[float | None, float | None]] = [(None, None)] * (2 + 2 * columns)
    free[2 : 2 + 2 * cues] = [_side(value) for value in prior.ravel()]
    found = minimize(loss, np.concatenate([[-1.0, -2.0], centre.ravel()]), jac=True, method="L-BFGS-B", bounds=free,
                     options={"maxiter": 400, "ftol": 1e-8}).x  # fmt: skip
    weights = np.column_stack([np.zeros(columns), found[2:].reshape(-1, 2)])
    every = np.zeros((1 << recipe.bits, len(VOICES)))
    every[known] = weights[cues:]
    return LinearModel(
        features=posts.names,
        weights=weights[: cues - 1],
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


def calibration(scores: NDArray[np.float64], voices: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
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
