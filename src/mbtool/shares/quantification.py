"""Quantification: the share of each class in a corpus, corrected for what the classifier gets wrong.

Every estimator here works on many weightings of one corpus at once: the estimate is the weighting by the documents'
own weights, the draws of a bootstrap are the others. Shapes: n documents, m documents of the calibration material, B
weightings, K classes in the order of ``documents.CLASSES``. All assume that within a class the corpus looks to the
classifier as its training corpus did (prior shift); what that assumption costs cannot be seen without labels.

To add an estimator, write a function ``(Corpus, Errors) -> (B, K)`` and name it in ``ESTIMATORS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

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
DRAWN_TOLERANCE = 1e-5
"""Where ``calibrated_emq`` ends: far below what a draw differs from the next."""
RIDGE = 1.0
_SMALLEST = 1e-6


@dataclass(frozen=True)
class Calibration:
    """What a classifier said of labelled documents that it had not learnt from: out-of-fold predictions."""

    posteriors: Floats
    """Shape (m, K); rows sum to 1."""
    labels: Ints
    """The true class of each, as a place in ``documents.CLASSES``; shape (m,)."""
    groups: Ints
    """Documents of one author or of equal text have one number and are resampled together; shape (m,)."""

    def resampled(self, draws: int, rng: np.random.Generator) -> Floats:
        """Weights of the documents, shape (1 + draws, m): all ones, then bootstrap samples of half of the groups.

        Half as many as there are (an m-out-of-n bootstrap, Politis & Romano 1994, left unscaled) doubles the variance:
        the material tells of models of the folds, not of the one that answers, and nothing in it tells how these
        differ. Measured by ``make bench-share``: with all groups the intervals of ``emq`` covered .920, with half .932.
        """
        _, group = np.unique(self.groups, return_inverse=True)
        size = int(group.max(initial=-1)) + 1
        drawn = (size + 1) // 2
        counts = rng.multinomial(drawn, np.full(size, 1 / max(size, 1)), size=draws) if size else np.zeros((draws, 0))
        return np.concatenate([np.ones((1, len(group))), counts[:, group]])

    def youden(self, positive: int, negative: int) -> float:
        """The tpr - fpr of telling ``positive`` from ``negative``, among documents that are one of them; 0 without any.

        A document counts as positive when the classifier finds that the likelier of the two.
        """
        said = self.posteriors[:, positive] > self.posteriors[:, negative]
        rates = [said[self.labels == label] for label in (positive, negative)]
        return float(rates[0].mean() - rates[1].mean()) if all(map(len, rates)) else 0.0

    def weakest(self) -> float:
        """The smallest tpr - fpr of a class against the rest by the likeliest class; 0 when a class is missing."""
        said = likeliest(self.posteriors)
        found = []
        for label in range(self.posteriors.shape[1]):
            inside = self.labels == label
            both = inside.any() and not inside.all()
            found.append((said[inside] == label).mean() - (said[~inside] == label).mean() if both else 0.0)
        return float(min(found))


@dataclass(frozen=True)
class Errors:
    """The errors of a classifier, as its calibration material and resamples of it show them: B weightings in all."""

    calibration: Calibration
    weights: Floats
    """Shape (B, m)."""
    prior: Floats
    """Share of each class in the material, shape (B, K)."""
    hard: Floats
    """P(said i | is j), shape (B, K, K)."""
    soft: Floats
    """Mean posterior of class i among documents of class j, shape (B, K, K)."""
    scaling: Floats
    """Slope and K biases that calibrate the posteriors, shape (B, 1 + K): see ``_fit_scaling``."""
    scaled_prior: Floats
    """Mean calibrated posterior of the material, shape (B, K)."""
    gain: float
    """What calibrating saves in mean log loss on the material, in nats; near 0 for a model that is calibrated."""
    _histograms: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    def part(self, rows: slice) -> Errors:
        """Some of the weightings."""
        return replace(
            self,
            weights=self.weights[rows],
            prior=self.prior[rows],
            hard=self.hard[rows],
            soft=self.soft[rows],
            scaling=self.scaling[rows],
            scaled_prior=self.scaled_prior[rows],
            _histograms={},
        )

    def histograms(self, bins: int, label: int) -> tuple[Floats, Floats]:
        """Histograms of the posterior of ``label`` in that class and outside of it, each (B, bins), summing to 1."""
        if (bins, label) not in self._histograms:
            place = _bin(self.calibration.posteriors[:, label], bins)
            inside = self.calibration.labels == label
            found = _histogram(self.weights * inside, place, bins), _histogram(self.weights * ~inside, place, bins)
            self._histograms[bins, label] = found
        return self._histograms[bins, label]


def errors_of(calibration: Calibration, weights: Floats) -> Errors:
    """The errors under each of the weightings (B, m) of the material; the first has to be the material itself."""
    classes = calibration.posteriors.shape[1]
    known = np.eye(classes)[calibration.labels]
    scaling = _fit_scaling(calibration, weights)
    logits = np.log(np.maximum(calibration.posteriors, _SMALLEST))
    places = np.arange(len(calibration.labels)), calibration.labels
    after = np.log(np.maximum(_softmax(scaling[0, 0] * logits + scaling[0, 1:]), _SMALLEST))
    scaled = np.stack([w @ _softmax(s[0] * logits + s[1:]) for w, s in zip(weights, scaling, strict=True)])
    return Errors(
        calibration=calibration,
        weights=weights,
        prior=_shares(weights @ known),
        hard=_given(np.eye(classes)[likeliest(calibration.posteriors)], calibration.labels, weights),
        soft=_given(calibration.posteriors, calibration.labels, weights),
        scaling=scaling,
        scaled_prior=_shares(scaled),
        gain=float((after[places] - logits[places]).mean()) if len(calibration.labels) else 0.0,
    )


def _given(said: Floats, labels: Ints, weights: Floats) -> Floats:
    """Weighted means of ``said`` (m, K) in each class, as columns; a class without documents is taken as known."""
    columns = []
    for label in range(said.shape[1]):
        inside = weights * (labels == label)
        total = inside.sum(axis=1, keepdims=True)
        columns.append(np.where(total > 0, inside @ said / np.where(total > 0, total, 1), np.eye(said.shape[1])[label]))
    return np.stack(columns, axis=2)


@dataclass(frozen=True)
class Corpus:
    """What a classifier says of a corpus, and ``B`` weightings of its documents (shape (B, n))."""

    posteriors: Floats
    weights: Floats


def classify_and_count(corpus: Corpus, errors: Errors | None = None) -> Floats:
    """The share of documents whose likeliest class is each: biased by every error of the classifier."""
    said = np.eye(corpus.posteriors.shape[1])[likeliest(corpus.posteriors)]
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
    return maximised(posteriors, corpus.weights, errors.scaled_prior, tolerance=DRAWN_TOLERANCE)


def hdy(corpus: Corpus, errors: Errors) -> Floats:
    """The mixture of two histograms of posteriors nearest to the corpus in Hellinger distance, for each class.

    González-Castro, Alaiz-Rodríguez & Alegre (2013): one class against the rest, the median over 11 numbers of bins;
    the shares of more than two classes are then scaled to 1.
    """
    classes = range(errors.prior.shape[1]) if errors.prior.shape[1] > 2 else (1,)
    found = np.stack([_hdy_of(corpus, errors, label) for label in classes], axis=1)
    return _shares(found) if errors.prior.shape[1] > 2 else np.concatenate([1 - found, found], axis=1)


def _hdy_of(corpus: Corpus, errors: Errors, label: int) -> Floats:
    shares = np.linspace(0, 1, GRID)
    chosen = []
    for bins in BINS:
        positive, negative = errors.histograms(bins, label)
        roots = np.sqrt(_histogram(corpus.weights, _bin(corpus.posteriors[:, label], bins), bins))
        chosen.append(shares[_nearest(positive, negative, roots, shares)])
    return np.asarray(np.median(chosen, axis=0))


def _nearest(positive: Floats, negative: Floats, roots: Floats, shares: Floats) -> Ints:
    """The place of the share whose mixture is nearest: the distance is least where Σ √(p q) is greatest.

    That sum is concave in the share, so that halving the grid finds what trying all of it would.
    """

    def nearness(place: Ints) -> Floats:
        share = shares[place][:, None]
        return np.asarray((np.sqrt(share * positive + (1 - share) * negative) * roots).sum(axis=1))

    low, high = np.zeros(len(roots), np.int64), np.full(len(roots), len(shares) - 1)
    while (low < high).any():
        middle = (low + high) // 2
        after = np.minimum(middle + 1, len(shares) - 1)
        rises = (nearness(after) > nearness(middle) + 1e-13) & (low < high)
        low, high = np.where(rises, middle + 1, low), np.where(rises, high, np.minimum(middle, high))
    return low


Estimator = Callable[[Corpus, Errors], Floats]
ESTIMATORS: Mapping[str, Estimator] = {
    "emq": emq,
    "calibrated_emq": calibrated_emq,
    "pacc": pacc,
    "acc": acc,
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


def likeliest(posteriors: Floats) -> Ints:
    """The likeliest class of each document (n, 3), as ``core.decide`` has it: ties go to neutral."""
    if posteriors.shape[1] != 3:
        return np.asarray(posteriors.argmax(axis=1), np.int64)
    order = np.array([2, 0, 1])
    best = order[np.argmax(np.round(posteriors[:, order], 12), axis=1)] if len(posteriors) else np.zeros(0, np.int64)
    tied = np.isclose(posteriors[:, 0], posteriors[:, 1], atol=1e-12)
    return np.asarray(np.where(tied, 2, best), np.int64)


def _bin(values: Floats, bins: int) -> Ints:
    return np.minimum((values * bins).astype(np.int64), bins - 1)


def _histogram(weights: Floats, place: Ints, bins: int) -> Floats:
    return _shares(np.stack([np.bincount(place, row, bins) for row in weights]))


def _fit_scaling(calibration: Calibration, weights: Floats, rounds: int = 20) -> Floats:
    """Bias-corrected temperature scaling: P(k) ∝ exp(a·ln p_k + b_k); returns a and b, shape (B, 1 + K).

    The first weighting is solved by Newton's method; the others take one step from its solution, which differs from
    theirs by less than the draws differ from one another (the one-step bootstrap: Davison & Hinkley 1997, §7.2).
    """
    classes = calibration.posteriors.shape[1]
    start = np.concatenate([[1.0], np.zeros(classes)])
    if not len(calibration.labels):
        return np.repeat(start[None], len(weights), axis=0)
    found = start
    for _ in range(rounds):
        step = _newton_steps(calibration, weights[:1], found, start)[0]
        found = found + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    steps = _newton_steps(calibration, weights, found, start)
    return np.asarray(found + np.clip(steps, -1, 1))


def _newton_steps(calibration: Calibration, weights: Floats, found: Floats, start: Floats) -> Floats:
    """The step of each weighting (B, m) from the common ``found``, shape (B, 1 + K)."""
    classes = calibration.posteriors.shape[1]
    logits = np.log(np.maximum(calibration.posteriors, _SMALLEST))
    design = np.concatenate([logits[:, :, None], np.broadcast_to(np.eye(classes), (len(logits), classes, classes))], 2)
    said = _softmax(design @ found)
    residual = np.eye(classes)[calibration.labels] - said
    gradients = np.einsum("mk,mkj->mj", residual, design)
    means = np.einsum("mk,mkj->mj", said, design)
    seconds = np.einsum("mk,mki,mkj->mij", said, design, design) - means[:, :, None] * means[:, None, :]
    ridge = RIDGE * np.eye(classes + 1)  # the biases are known up to a constant only: the ridge settles it
    gradient = weights @ gradients - RIDGE * (found - start)
    second = (weights @ seconds.reshape(len(seconds), -1)).reshape(-1, classes + 1, classes + 1) + ridge
    return np.asarray(np.linalg.solve(second, gradient[:, :, None])[:, :, 0])
