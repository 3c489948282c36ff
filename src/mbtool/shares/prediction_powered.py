"""Prediction-powered shares: a random sample that people labelled, made sharper by what a model says of all the rest.

Angelopoulos, Bates, Fannjiang, Jordan & Zrnic (2023), Science 382; tuning of λ: Angelopoulos, Duchi & Zrnic (2023),
PPI++, §6. Right whatever the model is worth, as long as the labelled documents are a random sample of the corpus: a
poor model only makes the interval as wide as that of the labels alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def prediction_powered(posteriors: Floats, labels: Ints, weights: Floats, classes: tuple[int, ...]) -> Floats:
    """Shares of ``classes`` among the documents that are one of them, shape (B, len(classes)).

    Args:
        posteriors: what the model says of every document, shape (n, K).
        labels: the true class where a person gave it, else -1; shape (n,).
        weights: B weightings of the documents, shape (B, n).
        classes: the classes that share the whole.

    With f the posteriors, y the labels as indicators and means over labelled (l) and unlabelled (u) documents,
    θ(λ) = mean_l(y) + λ·(mean_u(f) - mean_l(f)). A share is a ratio r of two such means; λ makes the variance of its
    linearisation y_k - r·Σy least, summed over the classes.
    """
    given = labels >= 0
    wanted = list(classes)
    truth = np.eye(posteriors.shape[1])[labels[given]][:, wanted]
    said, unseen = posteriors[given][:, wanted], posteriors[~given][:, wanted]
    labelled, unlabelled = weights[:, given], weights[:, ~given]
    sizes = labelled.sum(axis=1, keepdims=True), unlabelled.sum(axis=1, keepdims=True)
    own = labelled / np.where(sizes[0] > 0, sizes[0], 1)
    mean_truth, mean_said = own @ truth, own @ said
    mean_unseen = unlabelled @ unseen / np.where(sizes[1] > 0, sizes[1], 1)
    ratio = mean_truth / np.maximum(mean_truth.sum(axis=1, keepdims=True), 1e-12)
    covariance = np.zeros(len(weights))
    variance = np.zeros(len(weights))
    for place in range(len(wanted)):
        r = ratio[:, place]
        y, y_sum, f, f_sum = truth[:, place], truth.sum(axis=1), said[:, place], said.sum(axis=1)
        moments = [own @ (a * b) for a, b in ((y, f), (y, f_sum), (y_sum, f), (y_sum, f_sum))]
        cross = moments[0] - r * (moments[1] + moments[2]) + r * r * moments[3]
        square = own @ (f * f) - 2 * r * (own @ (f * f_sum)) + r * r * (own @ (f_sum * f_sum))
        mean_y, mean_f = own @ y - r * (own @ y_sum), own @ f - r * (own @ f_sum)
        covariance += cross - mean_y * mean_f
        variance += square - mean_f**2
    size = _effective(labelled) / np.maximum(_effective(unlabelled), 1e-12)
    tuned = np.divide(covariance, (1 + size) * variance, out=np.zeros_like(variance), where=variance > 1e-12)
    tuned = np.where(sizes[1][:, 0] > 0, np.clip(tuned, 0, 1), 0)[:, None]
    means = np.maximum(mean_truth + tuned * (mean_unseen - mean_said), 0)
    total = means.sum(axis=1, keepdims=True)
    return np.asarray(means / np.where(total > 0, total, 1))


def _effective(weights: Floats) -> Floats:
    squares = (weights**2).sum(axis=1)
    return np.asarray(weights.sum(axis=1) ** 2 / np.where(squares > 0, squares, 1))
