"""Claims about prediction-powered shares and raking, by simulation and against known answers."""

import numpy as np
import pytest

from mbtool.shares.prediction_powered import prediction_powered
from mbtool.shares.raking import Margin, rake


def corpus(
    rng: np.random.Generator, n: int, labelled: int, quality: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    truth = rng.choice(3, n, p=[0.2, 0.5, 0.3])
    said = np.where(rng.random(n) < quality, truth, rng.choice(3, n, p=[0.6, 0.2, 0.2]))
    posteriors = 0.8 * np.eye(3)[said] + 0.2 / 3
    labels = np.full(n, -1)
    labels[:labelled] = truth[:labelled]
    return posteriors, labels, truth


def test_ppi_is_unbiased_under_a_bad_model_and_sharper_than_labels_under_a_good_one() -> None:
    rng = np.random.default_rng(1)
    for quality, gain in ((0.0, 1.1), (0.9, 0.75)):
        found, alone = [], []
        for _ in range(600):
            posteriors, labels, truth = corpus(rng, 1000, 100, quality)
            found.append(prediction_powered(posteriors, labels, np.ones((1, 1000)), (0, 1))[0, 1])
            sided = truth[:100][truth[:100] < 2]
            alone.append((sided == 1).mean())
        assert np.mean(found) == pytest.approx(0.5 / 0.7, abs=0.008)
        assert np.std(found) < gain * np.std(alone)


def test_ppi_of_all_classes_agrees_with_the_formula_by_hand() -> None:
    rng = np.random.default_rng(2)
    posteriors, labels, _ = corpus(rng, 300, 80, 0.8)
    got = prediction_powered(posteriors, labels, np.ones((1, 300)), (0, 1, 2))[0]
    y, f, u = np.eye(3)[labels[:80]], posteriors[:80], posteriors[80:]
    # among all classes Σy = 1 for every document: the linearisation is y_k - r_k, and its covariances those of y and f
    cross = sum(np.cov(y[:, k], f[:, k], bias=True)[0, 1] for k in range(3))
    spread = sum(f[:, k].var() for k in range(3))
    tuned = cross / ((1 + 80 / 220) * spread)
    np.testing.assert_allclose(got, y.mean(axis=0) + tuned * (u.mean(axis=0) - f.mean(axis=0)), atol=1e-12)


def test_ppi_of_a_corpus_that_is_wholly_labelled_counts_the_labels() -> None:
    rng = np.random.default_rng(3)
    posteriors, labels, truth = corpus(rng, 60, 60, 0.5)
    got = prediction_powered(posteriors, labels, np.ones((1, 60)), (0, 1, 2))[0]
    np.testing.assert_allclose(got, np.bincount(truth, minlength=3) / 60)


def test_raking_reaches_every_margin_and_keeps_the_sum() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.choice(3, 500, p=[0.7, 0.2, 0.1]), rng.choice(2, 500)
    wanted = (np.array([0.3, 0.3, 0.4]), np.array([0.8, 0.2]))
    weights = rng.choice([0.5, 1.0], 500)
    raked = rake(weights, [Margin(first, wanted[0]), Margin(second, wanted[1])])
    assert raked.sum() == pytest.approx(weights.sum())
    for codes, shares in zip((first, second), wanted, strict=True):
        np.testing.assert_allclose(np.bincount(codes, raked) / raked.sum(), shares, atol=1e-8)


def test_raking_agrees_with_the_published_table_of_deming_and_stephan() -> None:
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows, columns = np.indices((2, 2)).reshape(2, -1)
    raked = rake(table.ravel(), [Margin(rows, np.array([0.5, 0.5])), Margin(columns, np.array([0.5, 0.5]))]).reshape(
        2, 2
    )
    assert raked[0, 0] * raked[1, 1] / (raked[0, 1] * raked[1, 0]) == pytest.approx(4 / 6)  # the odds ratio is kept
    np.testing.assert_allclose(raked.sum(axis=0), [5, 5], atol=1e-8)


def test_raking_leaves_out_what_no_margin_knows_and_shares_out_what_is_missing() -> None:
    raked = rake(np.ones(4), [Margin(np.array([0, 0, 1, -1]), np.array([0.25, 0.25, 0.5]))])
    np.testing.assert_allclose(raked, [0.75, 0.75, 1.5, 0])
    assert rake(np.zeros(2), [Margin(np.array([0, 1]), np.array([0.5, 0.5]))]).sum() == 0
