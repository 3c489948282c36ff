"""Quantification: the share of each class in a corpus, corrected for what the classifier gets wrong.

Every estimator here works on many weightings of one corpus at once: the estimate is the weighting by the documents' own
weights, the draws of a bootstrap are the others. Shapes: n documents, m documents of the calibration material, B
weightings, K classes in the order of ``core.STANCES``. All assume that within a class the corpus looks to the classifier
as its training corpus did (prior shift); what that assumption costs cannot be seen from unlabelled documents.

To add an estimator, write a function ``(Corpus, Errors) -> (B, K)`` and name it in ``ESTIMATORS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEAKEST = 0.2
"""Below this difference of true and false positive rate no share is corrected (Forman 2008; Lang & Reiczigel 2014)."""
TOLERANCE, MOST_ROUNDS, LEAST_ROUNDS = 1e-6, 1000, 10
"""When the expectation-maximisation of ``emq`` ends: mean change of the shares, rounds at most and at least."""
BINS = tuple(range(10, 120, 10))
GRID = 100
"""Of ``hdy``: the histograms, and how many shares between 0 and 1 are tried (González-Castro et al. 2013, §4)."""
_SMALLEST = 1e-6


@dataclass(frozen=True)
class Calibration:
    """What a classifier said of labelled documents that it had not learnt from: out-of-fold predictions."""

    posteriors: Floats
    """Shape (m, K); rows sum to 1."""
    labels: Ints
    """The true class of each, as a place in ``core.STANCES``; shape (m,)."""
    groups: Ints
    """Documents of one author or of equal text have one number and are resampled together; shape (m,)."""

    def resampled(self, draws: int, rng: np.random.Generator) -> Floats:
        """Weights of the documents, shape (1 + draws, m): all ones, then bootstrap samples of the groups."""
        _, group = np.unique(self.groups, return_inverse=True)
        size = int(group.max(initial=-1)) + 1
        counts = rng.multinomial(size, np.full(size, 1 / max(size, 1)), size=draws) if size else np.zeros((draws, 0))
        return np.concatenate([np.ones((1, len(group))), counts[:, group]])

    def youden(self, positive: int, negative: int) -> float:
        """tpr - fpr of telling ``positive`` from ``negative`` among documents that are one of them; 0 without any.

        A document counts as positive when the classifier finds that the likelier of the two.
        """
        said = self.posteriors[:, positive] > self.posteriors[:, negative]
        rates = [said[self.labels == label] for label in (positive, negative)]
        return float(rates[0].mean() - rates[1].mean()) if all(map(len, rates)) else 0.0

    def weakest(self) -> float:
        """The smallest tpr - fpr of a class against the rest by the likeliest class; 0 when a class is missing."""
        said = self.posteriors.argmax(axis=1)
        found = []
        for label in range(self.posteriors.shape[1]):
            inside = self.labels == label
            both = inside.any() and not inside.all()
            found.append((said[inside] == label).mean() - (said[~inside] == label).mean() if both else 0.0)
        return float(min(found))


@dataclass(frozen=True)
class Errors:
    """The errors of a classifier as its calibration material and ``B`` resamples of it show them."""

    calibration: Calibration
    weights: Floats
    """Shape (B, m)."""

    @cached_property
    def prior(self) -> Floats:
        """Share of each class in the material, shape (B, K)."""
        return _shares(self.weights @ self._indicators)

    @cached_property
    def hard(self) -> Floats:
        """P(said i | is j), shape (B, K, K), of the likeliest class."""
        said = np.eye(self.classes)[self.calibration.posteriors.argmax(axis=1)]
        return self._given(said)

    @cached_property
    def soft(self) -> Floats:
        """Mean posterior of class i among documents of class j, shape (B, K, K)."""
        return self._given(self.calibration.posteriors)

    @property
    def classes(self) -> int:
        """K."""
        return self.calibration.posteriors.shape[1]

    @property
    def _indicators(self) -> Floats:
        return np.eye(self.classes)[self.calibration.labels]

    def _given(self, said: Floats) -> Floats:
        """Weighted means of ``said`` (m, K) in each class, as columns; a class without documents is taken as known."""
        columns = []
        for label in range(self.classes):
            inside = self.weights * (self.calibration.labels == label)
            total = inside.sum(axis=1, keepdims=True)
            unknown = np.eye(self.classes)[label]
            columns.append(np.where(total > 0, inside @ said / np.where(total > 0, total, 1), unknown))
        return np.stack(columns, axis=2)

    @cached_property
    def scaling(self) -> Floats:
        """Slope and K biases that calibrate the posteriors, shape (B, 1 + K): see ``_fit_scaling``."""
        return _fit_scaling(self.calibration, self.weights)

    def histograms(self, bins: int, label: int) -> tuple[Floats, Floats]:
        """Histograms of the posterior of ``label`` in that class and outside of it, each (B, bins), summing to 1."""
        place = _bin(self.calibration.posteriors[:, label], bins)
        inside = self.calibration.labels == label
        return tuple(_histogram(self.weights * side, place, bins) for side in (inside, ~inside))  # type: ignore[return-value]


@dataclass(frozen=True)
class Corpus:
    """What a classifier says of a corpus, and ``B`` weightings of its documents (shape (B, n))."""

    posteriors: Floats
    weights: Floats


def classify_and_count(corpus: Corpus, errors: Errors | None = None) -> Floats:
    """The share of documents whose likeliest class is each: biased by every error of the classifier."""
    said = np.eye(corpus.posteriors.shape[1])[corpus.posteriors.argmax(axis=1)]
    return _shares(corpus.weights @ said)


def acc(corpus: Corpus, errors: Errors) -> Floats:
    """Adjusted count: solve counted = P(said | is) · shares (Rogan & Gladen 1978; Forman 2008), clipped and scaled."""
    return _solved(errors.hard, classify_and_count(corpus))


def pacc(corpus: Corpus, errors: Errors) -> Floats:
    """Probabilistic adjusted count: as ``acc`` with mean posteriors in place of counts (Bella et al. 2010)."""
    return _solved(errors.soft, _shares(corpus.weights @ corpus.posteriors))


def emq(corpus: Corpus, errors: Errors) -> Floats:
    """The shares that make the posteriors likeliest, by expectation-maximisation (Saerens et al. 2002, eq. 2.9)."""
    return maximised(corpus.posteriors[None], corpus.weights, errors.prior)


def calibrated_emq(corpus: Corpus, errors: Errors) -> Floats:
    """``emq`` on posteriors that were first calibrated on the material (Alexandari et al. 2020, BCTS)."""
    logits = np.log(np.maximum(corpus.posteriors, _SMALLEST))
    posteriors = _softmax(errors.scaling[:, :1, None] * logits[None] + errors.scaling[:, None, 1:])
    own = _softmax(
        errors.scaling[:, :1, None] * np.log(np.maximum(errors.calibration.posteriors, _SMALLEST))[None]
        + errors.scaling[:, None, 1:]
    )
    prior = _shares(np.einsum("bm,bmk->bk", errors.weights, own))
    return maximised(posteriors, corpus.weights, prior)


def hdy(corpus: Corpus, errors: Errors) -> Floats:
    """The mixture of two histograms of posteriors nearest to the corpus in Hellinger distance, for each class.

    González-Castro, Alaiz-Rodríguez & Alegre (2013): one class against the rest, the median over 11 numbers of bins;
    the shares of more than two classes are then scaled to 1.
    """
    classes = range(errors.classes) if errors.classes > 2 else (1,)
    found = np.stack([_hdy_of(corpus, errors, label) for label in classes], axis=1)
    return _shares(found) if errors.classes > 2 else np.concatenate([1 - found, found], axis=1)


def _hdy_of(corpus: Corpus, errors: Errors, label: int) -> Floats:
    shares = np.linspace(0, 1, GRID)
    chosen = []
    for bins in BINS:
        positive, negative = errors.histograms(bins, label)
        roots = np.sqrt(_histogram(corpus.weights, _bin(corpus.posteriors[:, label], bins), bins))
        nearness = np.empty((len(roots), GRID))
        for place, share in enumerate(shares):  # the distance is least where Σ √(p q) is greatest
            nearness[:, place] = (np.sqrt(share * positive + (1 - share) * negative) * roots).sum(axis=1)
        chosen.append(shares[np.argmax(np.round(nearness, 12), axis=1)])
    return np.asarray(np.median(chosen, axis=0))


Estimator = Callable[[Corpus, Errors], Floats]
ESTIMATORS: Mapping[str, Estimator] = {
    "acc": acc,
    "pacc": pacc,
    "emq": emq,
    "calibrated_emq": calibrated_emq,
    "hdy": hdy,
}


# --- arithmetic ------------------------------------------------------------------------------------------------------


def maximised(
    posteriors: Floats,
    weights: Floats,
    prior: Floats,
    *,
    tolerance: float = TOLERANCE,
    most: int = MOST_ROUNDS,
) -> Floats:
    """Expectation-maximisation over class shares; posteriors (1 or B, n, K), weights (B, n), prior (B, K)."""
    prior = np.maximum(prior, _SMALLEST)
    prior = prior / prior.sum(axis=1, keepdims=True)
    shares = prior.copy()
    total = weights.sum(axis=1, keepdims=True)
    weights = weights / np.where(total > 0, total, 1)
    active = np.flatnonzero(total[:, 0] > 0)
    for turn in range(most):
        if not len(active):
            break
        ratio = shares[active] / prior[active]
        before = shares[active]
        if len(posteriors) == 1:
            evidence = ratio @ posteriors[0].T
            after = ratio * ((weights[active] / evidence) @ posteriors[0])
        else:
            own = posteriors[active] if len(active) < len(posteriors) else posteriors
            evidence = np.matmul(own, ratio[:, :, None])[:, :, 0]
            after = ratio * np.matmul((weights[active] / evidence)[:, None, :], own)[:, 0, :]
        shares[active] = after
        if turn > LEAST_ROUNDS:
            active = active[np.abs(after - before).mean(axis=1) >= tolerance]
    return shares


def _solved(given: Floats, counted: Floats) -> Floats:
    """The shares with ``given @ shares = counted``, negative ones put to 0; as counted where there is no solution."""
    regular = np.abs(np.linalg.det(given)) > 1e-9
    safe = np.where(regular[:, None, None], given, np.eye(given.shape[1]))
    solved = np.linalg.solve(safe, np.where(regular[:, None], counted, counted)[:, :, None])[:, :, 0]
    return _shares(np.clip(solved, 0, 1))


def _shares(sums: Floats) -> Floats:
    total = sums.sum(axis=1, keepdims=True)
    return np.asarray(sums / np.where(total > 0, total, 1))


def _softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def _bin(values: Floats, bins: int) -> Ints:
    return np.minimum((values * bins).astype(np.int64), bins - 1)


def _histogram(weights: Floats, place: Ints, bins: int) -> Floats:
    return _shares(weights @ np.eye(bins)[place])


def _fit_scaling(calibration: Calibration, weights: Floats, rounds: int = 12) -> Floats:
    """Bias-corrected temperature scaling by Newton's method: P(k) ∝ exp(a·ln p_k + b_k), Σ b_k = 0.

    Returns a and b, shape (B, 1 + K). The first weighting is solved from a = 1, b = 0, the others from its solution.
    """
    classes = calibration.posteriors.shape[1]
    start = np.concatenate([[1.0], np.zeros(classes)])
    whole = _newton(calibration, weights[:1], start, rounds)
    rest = _newton(calibration, weights[1:], whole[0], 3)
    return np.concatenate([whole, rest])


def _newton(calibration: Calibration, weights: Floats, start: Floats, rounds: int) -> Floats:
    classes = calibration.posteriors.shape[1]
    logits = np.log(np.maximum(calibration.posteriors, _SMALLEST))
    design = np.concatenate([logits[:, :, None], np.broadcast_to(np.eye(classes), (len(logits), classes, classes))], 2)
    truth = np.eye(classes)[calibration.labels]
    found = np.repeat(start[None], len(weights), axis=0)
    ridge = 1e-3 * np.eye(classes + 1)  # b is known up to a constant only: the ridge settles it
    for _ in range(rounds):
        for row, weight in enumerate(weights):
            said = _softmax(design @ found[row])
            gradient = np.einsum("m,mk,mkj->j", weight, truth - said, design) - ridge @ (found[row] - start_of(classes))
            mean = np.einsum("mk,mkj->mj", said, design)
            second = np.einsum("m,mk,mki,mkj->ij", weight, said, design, design, optimize=True)
            second -= (mean * weight[:, None]).T @ mean
            found[row] += np.linalg.solve(second + ridge, gradient)
    return found


def start_of(classes: int) -> Floats:
    """Slope 1 and no bias."""
    return np.concatenate([[1.0], np.zeros(classes)])


def from_arrays(arrays: Mapping[str, Any]) -> Calibration | None:
    """The calibration material in the arrays of a model file; None if it has none."""
    names = ("calibration_posteriors", "calibration_labels", "calibration_groups")
    if any(name not in arrays for name in names):
        return None
    posteriors, labels, groups = (np.asarray(arrays[name]) for name in names)
    return Calibration(posteriors.astype(np.float64), labels.astype(np.int64), groups.astype(np.int64))
