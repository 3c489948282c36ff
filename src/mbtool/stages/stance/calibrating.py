"""From scores to probabilities: three calibrations, the best one chosen by log loss in folds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.folds import folds
from mbtool.stages.stance.model import ISOTONIC_POINTS, Calibration


@dataclass(frozen=True)
class Calibrated:
    """A calibration, what it says out of fold, shape (n, 3), and the log loss of every kind that was tried."""

    calibration: Calibration
    posteriors: NDArray[np.float64] = field(repr=False)
    losses: dict[str, float]


def calibrate(
    scores: NDArray[np.float64], stances: NDArray[np.int64], groups: NDArray[np.int64], seed: int = 0
) -> Calibrated:
    """The best of three calibrations by log loss in folds over ``scores``, which are themselves out of fold."""
    losses: dict[str, float] = {}
    posteriors: dict[str, NDArray[np.float64]] = {}
    makers = {"temperature": fit_temperature, "platt": fit_platt, "isotonic": fit_isotonic}
    for kind, maker in makers.items():
        p = np.full((len(scores), 3), 1 / 3)
        for train, test in folds(stances, groups, 5, seed + 1):
            p[test] = maker(scores[train], stances[train]).probabilities(scores[test])
        losses[kind] = log_loss(p, stances)
        posteriors[kind] = p
    best = min(losses, key=lambda kind: losses[kind])
    return Calibrated(makers[best](scores, stances), posteriors[best], losses)


def log_loss(p: NDArray[np.float64], stances: NDArray[np.int64]) -> float:
    """Mean of -log of the probability of what was so."""
    return float(-np.mean(np.log(np.maximum(p[np.arange(len(p)), stances], 1e-12)))) if len(p) else 0.0


def no_stairs() -> NDArray[np.float64]:
    """Without stairs."""
    return np.zeros((2, 3, 0))


def fit_temperature(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """One scale for all classes (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    def loss(log_scale: float) -> float:
        scale = np.full(3, np.exp(log_scale))
        return log_loss(Calibration("temperature", scale, np.zeros(3), no_stairs()).probabilities(scores), stances)

    best = minimize_scalar(loss, bounds=(-3.0, 4.0), method="bounded")
    return Calibration("temperature", np.full(3, float(np.exp(best.x))), np.zeros(3), no_stairs())


def fit_platt(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """A scale and a shift for each class by maximum likelihood, with a weak pull to one scale and no shift."""
    from scipy.optimize import minimize

    one_hot = np.eye(3)[stances]

    def loss(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = scores * x[:3] + x[3:]
        z = z - z.max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        miss = (p - one_hot) / len(scores)
        pull = 1e-3 * ((x[:3] - x[:3].mean()) ** 2).sum() + 1e-3 * (x[3:] ** 2).sum()
        slope = np.concatenate([(miss * scores).sum(axis=0), miss.sum(axis=0)])
        slope += np.concatenate([2e-3 * (x[:3] - x[:3].mean()), 2e-3 * x[3:]])
        return log_loss(p, stances) + float(pull), slope

    best = minimize(
        loss, np.array([2.0, 2, 2, 0, 0, 0]), jac=True, method="L-BFGS-B", bounds=[(0.01, 60)] * 3 + [(-9, 9)] * 3
    )
    return Calibration("platt", np.asarray(best.x[:3]), np.asarray(best.x[3:]), no_stairs())


def fit_isotonic(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """A staircase for each class against the others, read at ``ISOTONIC_POINTS`` quantiles of its scores."""
    from sklearn.isotonic import IsotonicRegression

    stairs = np.zeros((2, 3, ISOTONIC_POINTS))
    for k in range(3):
        model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        model.fit(scores[:, k], (stances == k).astype(np.float64))
        stairs[0, k] = np.quantile(scores[:, k], np.linspace(0, 1, ISOTONIC_POINTS))
        stairs[1, k] = model.predict(stairs[0, k])
    return Calibration("isotonic", np.ones(3), np.zeros(3), stairs)


def calibration_error(p: NDArray[np.float64], stances: NDArray[np.int64], bins: int = 15) -> float:
    """Expected calibration error of the likeliest class in ``bins`` equal bins of its probability (Guo et al. 2017)."""
    if not len(p):
        return 0.0
    top = p.max(axis=1)
    right = (np.argmax(p, axis=1) == stances).astype(np.float64)
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(place, top - right, bins)).sum() / len(p))
